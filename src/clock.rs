//! The only caller of now(): everywhere else time is an argument.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;

use crate::school::Day;

/// One moment, as a round sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The date in the district's zone.
    pub today: Day,
    /// Minutes since midnight in the district's zone.
    pub minute: u16,
    /// Seconds since 1970-01-01 UTC.
    pub seconds: i64,
}

/// Reads the clock in the district's zone.
#[allow(clippy::disallowed_methods)]
pub fn now(zone: &TimeZone) -> Now {
    at(jiff::Timestamp::now(), zone)
}

/// A moment as a round at that time would have seen it.
pub fn at(moment: jiff::Timestamp, zone: &TimeZone) -> Now {
    let local = moment.to_zoned_datetime(zone.clone());
    Now {
        today: Day::from_civil(local.date()),
        minute: u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0),
        seconds: moment.as_second(),
    }
}

/// Time since the program first asked: for deadlines, never for dates.
#[allow(clippy::disallowed_methods)]
pub fn monotonic() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
