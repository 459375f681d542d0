//! `day_of_enrollment`: calendar days from the first enrolled day of the year to the through day, both included.
//!
//! 1 on the first enrolled day itself. Missing without an enrolled day.

use crate::timeline::StudentNight;

use super::answer::attended;
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let first = attended(student, Window::Year).and_then(|stretch| stretch.first());
    let (Some(first), Some(through)) = (first, student.through()) else {
        return Value::Missing;
    };
    let days = i64::from(through.0 - student.books().year.day(first).0) + 1;
    // A student who changed to a school whose attendance lags has no day there yet.
    if days < 1 { Value::Missing } else { Value::Count(days) }
}
