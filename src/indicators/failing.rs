//! `failing`: courses whose chosen mark in the current term is below the scale's passing one.
//!
//! Missing where no course has a mark. Source: course failure as in the ABC indicators (Balfanz et al. 2007).

use crate::timeline::StudentNight;

use super::Value;
use super::answer::count;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let report = student.current_term();
    if report.marks == 0 {
        return Value::Missing;
    }
    count(u64::from(report.failing))
}
