//! `days_since_entry`: calendar days from the entry at the home school to the as-of day: 0 on the day of entry.
//!
//! Without an entry date the student has been enrolled since the school year's first day.

use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    Value::Count(i64::from(student.as_of().0) - i64::from(student.home().from.0))
}
