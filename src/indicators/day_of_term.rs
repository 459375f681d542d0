//! `day_of_term`: the home school's instructional days from the current term's first to the as-of day, both included.
//!
//! Missing without a current term or without a calendar.

use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let Some(term) = student.term() else {
        return Value::Missing;
    };
    let days = student.school_days_between(term.start, student.as_of());
    days.map_or(Value::Missing, |days| Value::Count(days as i64))
}
