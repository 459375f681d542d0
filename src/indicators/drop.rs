//! `drop`: the previous term's average minus the current one; negative where marks rose.
//!
//! Missing where either is. Source: StudentInsights and MTSS teams look at change as well as at level; the measure is chosen
//! by us.

use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    let (previous, current) = (student.previous_term(), student.current_term());
    if previous.percents == 0 || current.percents == 0 {
        return Value::Missing;
    }
    // Over one denominator and divided once: a drop of exactly 7 is exactly 7.
    let (before, now) = (i128::from(previous.percents), i128::from(current.percents));
    let difference = i128::from(previous.percent_sum) * now - i128::from(current.percent_sum) * before;
    Value::Number(difference as f64 / (before * now * 1_000_000) as f64)
}
