//! Which days are school days, and at which moment each of them is rung.

use std::collections::BTreeMap;

use jiff::civil::Time;
use jiff::tz::TimeZone;

use crate::school::{Day, SchoolYear, Weekday};

/// Days looked at for the next hour: longer than any summer. Chosen by us.
const AHEAD_DAYS: i32 = 200;

/// A district's school days and their hour.
#[derive(Clone, Debug)]
pub struct Timetable {
    zone: TimeZone,
    ring_at: Time,
    years: Vec<(SchoolYear, BTreeMap<Day, bool>)>,
}

impl Timetable {
    /// From the hour, the school years, and each year's calendar: the days that it names, and whether any school has school then.
    /// A year without a calendar has Monday to Friday, and so have the days before the calendar's first and after its last.
    pub fn new(zone: TimeZone, ring_at: Time, years: Vec<(SchoolYear, BTreeMap<Day, bool>)>) -> Timetable {
        Timetable { zone, ring_at, years }
    }

    /// Whether the bell has an hour on a day.
    pub fn is_school_day(&self, day: Day) -> bool {
        let Some((_, calendar)) = self.years.iter().find(|(year, _)| year.holds(day)) else {
            return false;
        };
        let first = calendar.first_key_value().map(|(first, _)| *first);
        let last = calendar.last_key_value().map(|(last, _)| *last);
        match (first, last) {
            (Some(first), Some(last)) if first <= day && day <= last => calendar.get(&day).copied().unwrap_or(false),
            _ => !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday),
        }
    }

    /// The day of a moment (seconds since 1970) in the district's zone.
    pub fn day(&self, seconds: i64) -> Day {
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Day::from_civil(moment.to_zoned_datetime(self.zone.clone()).date())
    }

    /// The moment at which a day is rung, were it a school day; where the clocks go forward over it, the hour after.
    pub fn hour(&self, day: Day) -> i64 {
        let moment = day.civil().to_datetime(self.ring_at);
        let moment = self.zone.to_ambiguous_timestamp(moment).compatible();
        moment.map_or(i64::MAX, |moment| moment.as_second())
    }

    /// School days whose hour lies after `from` and not after `to`, ascending; of a very long stretch its end.
    pub fn rung_between(&self, from: i64, to: i64) -> Vec<Day> {
        let (first, last) = (self.day(from), self.day(to));
        let first = first.max(last.plus(-2 * AHEAD_DAYS));
        let days = (first.0..=last.0).map(Day).filter(|day| self.is_school_day(*day));
        days.filter(|day| (from + 1..=to).contains(&self.hour(*day))).collect()
    }

    /// The next hour after a moment; `None` where no school day is known to come.
    pub fn next(&self, after: i64) -> Option<i64> {
        let today = self.day(after);
        let days = (0..AHEAD_DAYS).map(|ahead| today.plus(ahead));
        let mut hours = days.filter(|day| self.is_school_day(*day)).map(|day| self.hour(day));
        hours.find(|hour| *hour > after)
    }

    /// A moment as the district's clocks show it.
    pub fn shown(&self, seconds: i64) -> String {
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let local = moment.to_zoned_datetime(self.zone.clone());
        format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
    }
}
