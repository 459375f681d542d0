//! `absence_percent`: days absent ÷ enrolled days × 100, excused and suspended included; never rounded.
//!
//! Missing over a window without an enrolled day. Source: the federal definition of chronic absence, 10 percent of enrolled
//! days, inclusive.

use crate::timeline::StudentNight;

use super::answer::attended;
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    let Some(stretch) = attended(student, window) else {
        return Value::Missing;
    };
    // Both sides are whole thousandths of a day: the one division is the only rounding.
    let absent = stretch.absent() * 100;
    Value::Number(absent as f64 / (stretch.enrolled() * 1000) as f64)
}
