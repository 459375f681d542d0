//! `core_failing`: core courses (mathematics, English language arts) whose chosen mark in the current term fails.
//!
//! Missing where no recognised core course has a mark. Source: failing mathematics or English in the middle grades is among
//! the strongest signs of not graduating (Balfanz et al. 2007).

use crate::timeline::StudentNight;

use super::Value;
use super::answer::count;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let report = student.current_term();
    if report.core_marks == 0 {
        return Value::Missing;
    }
    count(u64::from(report.core_failing))
}
