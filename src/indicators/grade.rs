//! `grade`: the grade level at the home enrollment as a number: PK is −1, KG is 0.
//!
//! Missing where the cell was not understood.

use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    student
        .grade()
        .map_or(Value::Missing, |grade| Value::Count(i64::from(grade.0)))
}
