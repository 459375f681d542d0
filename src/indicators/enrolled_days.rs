//! `enrolled_days`: instructional days at the student's home schools, each up to its school's through day.
//!
//! Where every day has rows, those of them that have an understood one. 0 over a window without any; missing where the home
//! school has no calendar (in exceptions form) or no through day. Source: days in membership, the denominator of the
//! federal definition of chronic absence.

use crate::timeline::StudentNight;

use super::answer::{count, window};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, over: Window) -> Value {
    window(student, over).map_or(Value::Missing, |stretch| count(stretch.enrolled() as u64))
}
