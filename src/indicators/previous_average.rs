//! `previous_average`: `average` of the previous term.
//!
//! The nearest earlier term of the year about as long as the current one: from two thirds to one and a half times. Missing
//! where there is none or no course has a percent in it.

use crate::timeline::StudentNight;

use super::Value;
use super::answer::mean;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    mean(student.previous_term())
}
