//! `tardies`: days on which the student came late; a day counts once, and not when it was missed altogether.
//!
//! Missing over a window without an enrolled day. Source: the district's own code table.

use crate::timeline::StudentNight;

use super::answer::{attended, count};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    attended(student, window).map_or(Value::Missing, |stretch| count(stretch.tardy()))
}
