//! `streak`: the run of fully absent enrolled days, whatever the reason, that ends on the through day.
//!
//! Days that do not count are skipped. Missing without an enrolled day. Source: three to five days in a row call for contact
//! in most districts' attendance procedures.

use crate::timeline::StudentNight;

use super::answer::{attended, count};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    // All enrolled days up to the home school's through day.
    attended(student, Window::Last(u32::MAX)).map_or(Value::Missing, |stretch| {
        count(stretch.days_back().take_while(|day| day.is_full()).count() as u64)
    })
}
