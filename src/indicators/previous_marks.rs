//! `previous_marks`: courses with a mark in the previous term, 0 when there are none.

use crate::timeline::StudentNight;

use super::Value;
use super::answer::count;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    count(u64::from(student.previous_term().marks))
}
