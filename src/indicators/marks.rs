//! `marks`: courses with a mark in the current term, 0 when there are none.
//!
//! A course that its mark takes out (a pass, an incomplete) is not among them.

use crate::timeline::StudentNight;

use super::Value;
use super::answer::count;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    count(u64::from(student.current_term().marks))
}
