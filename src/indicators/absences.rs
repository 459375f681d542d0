//! `absences`: days absent, whatever the reason, half days and periods as parts of a day.
//!
//! On each enrolled day a code's weight times the row's portion, at most 1, rounded half up to thousandths once. Missing
//! over a window without an enrolled day. Source: the federal definition of chronic absence counts excused, unexcused and
//! disciplinary absences alike (EDFacts file 195).

use crate::timeline::StudentNight;

use super::answer::{attended, days};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    attended(student, window).map_or(Value::Missing, |stretch| days(stretch.absent()))
}
