//! `school`: the id of the home school on the as-of day, as text.

use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    Value::Text(student.school_id().into())
}
