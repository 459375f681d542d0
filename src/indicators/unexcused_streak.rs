//! `unexcused_streak`: the run of fully absent days, all of each unexcused, that ends on the through day.
//!
//! Days that do not count are skipped, and so are fully absent days of which something is still unverified and nothing is
//! excused or suspended: they may yet join the run. Missing without an enrolled day. Source: state truancy laws count
//! consecutive unexcused days (three, in many).

use crate::timeline::{StretchDay, StudentNight};

use super::answer::{attended, count};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    attended(student, Window::Last(u32::MAX))
        .map_or(Value::Missing, |stretch| count(run(stretch.days_back()).count() as u64))
}

/// The days of the run, the last first.
pub(super) fn run(days_back: impl Iterator<Item = StretchDay>) -> impl Iterator<Item = StretchDay> {
    days_back
        .filter(|day| !may_yet_join(day))
        .take_while(|day| day.is_full() && day.unexcused == day.absent)
}

fn may_yet_join(day: &StretchDay) -> bool {
    day.is_full() && day.is_unverified() && day.ripe == day.absent
}
