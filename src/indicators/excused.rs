//! `excused`: days absent under a code that the district calls excused, suspensions among them where it calls them so.
//!
//! Where periods exceed a day, what is excused fills the day first. Missing over a window without an enrolled day. Source:
//! the district's own code table.

use crate::timeline::StudentNight;

use super::answer::{attended, days};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    attended(student, window).map_or(Value::Missing, |stretch| days(stretch.excused()))
}
