//! `unexcused`: days absent that are neither excused nor suspended nor still unverified.
//!
//! An unverified absence becomes unexcused once `unverified_days` of the school's instructional days lie after it, up to
//! the through day. Missing over a window without an enrolled day. Source: state truancy laws count unexcused absences
//! alone; the wait is chosen by us.

use crate::timeline::StudentNight;

use super::answer::{attended, days};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    attended(student, window).map_or(Value::Missing, |stretch| days(stretch.unexcused()))
}
