//! The bell itself: shown the time and how the files stand, it says whether to ring now and why. It holds nothing but when it rang.

use std::time::Duration;

use super::Timetable;
use crate::school::Day;

/// Seconds after its hour from which a night counts as one that did not happen. Chosen by us.
const LATE_SECONDS: i64 = 15 * 60;

/// Why the bell rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is the hour of a school day.
    Hour,
    /// The hours of these school days passed unrung: the program was not running, or could not.
    MadeUp(Vec<Day>),
    /// A complete set of files has settled.
    Set,
    /// Somebody asked.
    Asked,
}

impl Why {
    /// The reason in a few words, for the log and for `status`.
    pub fn words(&self) -> String {
        match self {
            Why::Hour => "the hour".to_owned(),
            Why::MadeUp(days) => {
                let days: Vec<String> = days.iter().map(Day::to_string).collect();
                format!("the hour of {} passed unrung", days.join(", "))
            }
            Why::Set => "a complete set of files".to_owned(),
            Why::Asked => "asked to".to_owned(),
        }
    }
}

/// How the files stand when the bell is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    /// A complete set has settled that no round was handed.
    pub(super) complete: bool,
    /// Something may still grow, and is worth waiting for.
    pub(super) unsettled: bool,
}

/// When it rang last, and since when it has been due.
#[derive(Clone, Debug)]
pub struct Bell {
    rung: i64,
    due_since: Option<Duration>,
}

impl Bell {
    /// A bell that rang last at a moment (seconds since 1970), or that began then: no hour before it was missed.
    pub fn new(rung: i64) -> Bell {
        Bell { rung, due_since: None }
    }

    /// Whether to ring: at the hour of a school day, or after it where it passed unrung; when a complete set has settled, except
    /// on a school day before its hour; when asked. An hour waits up to `patience` for files that are just coming in, so that one
    /// round reads them all.
    pub(super) fn due(
        &mut self,
        table: &Timetable,
        now: i64,
        since_start: Duration,
        files: Files,
        asked: bool,
        patience: Duration,
    ) -> Option<Why> {
        // A clock that was set back must not silence the bell until it has caught up.
        self.rung = self.rung.min(now);
        let days = table.rung_between(self.rung, now);
        if days.is_empty() {
            self.due_since = None;
        } else {
            let due_since = *self.due_since.get_or_insert(since_start);
            let waits = files.unsettled && since_start.saturating_sub(due_since) < patience;
            if !waits || asked {
                let missed: Vec<Day> = days
                    .into_iter()
                    .filter(|day| now - table.hour(*day) >= LATE_SECONDS + patience.as_secs() as i64)
                    .collect();
                return Some(match missed.is_empty() {
                    true => Why::Hour,
                    false => Why::MadeUp(missed),
                });
            }
            return None;
        }
        if asked {
            return Some(Why::Asked);
        }
        let today = table.day(now);
        let before_hour = table.is_school_day(today) && now < table.hour(today);
        (files.complete && !before_hour).then_some(Why::Set)
    }

    /// Remembers that it rang.
    pub fn rang(&mut self, now: i64) {
        self.rung = now;
        self.due_since = None;
    }

    /// When it rang last.
    pub fn rung(&self) -> i64 {
        self.rung
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::{Bell, Files, Timetable, Why};
    use crate::school::{Day, SchoolYear};

    const PATIENCE: Duration = Duration::from_secs(1_800);

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    /// Chicago, half past five, 2026-08-17 to 2027-06-11; of November the calendar knows the 20th, the 23rd and, off, the 24th.
    fn table() -> Timetable {
        let zone = TimeZone::get("America/Chicago").expect("a zone");
        let year = SchoolYear {
            start: day("2026-08-17"),
            end: day("2027-06-11"),
        };
        let calendar = [("2026-11-20", true), ("2026-11-23", true), ("2026-11-24", false)];
        let calendar: BTreeMap<Day, bool> = calendar.map(|(date, on)| (day(date), on)).into();
        Timetable::new(zone, jiff::civil::time(5, 30, 0, 0), vec![(year, calendar)])
    }

    fn moment(text: &str) -> i64 {
        let zone = TimeZone::get("America/Chicago").expect("a zone");
        let local: jiff::civil::DateTime = text.parse().expect("a moment");
        zone.to_ambiguous_timestamp(local)
            .compatible()
            .expect("a moment")
            .as_second()
    }

    fn ask(bell: &mut Bell, now: &str, complete: bool) -> Option<Why> {
        let files = Files {
            complete,
            unsettled: false,
        };
        bell.due(&table(), moment(now), Duration::ZERO, files, false, PATIENCE)
    }

    #[test]
    fn the_calendar_decides_where_it_speaks_and_the_week_where_it_does_not() {
        let table = table();
        for (date, rings) in [
            ("2026-11-20", true),
            ("2026-11-21", false),
            ("2026-11-24", false),
            ("2026-11-25", true),
            ("2026-11-28", false),
            ("2026-08-14", false),
            ("2027-06-14", false),
        ] {
            assert_eq!(table.is_school_day(day(date)), rings, "{date}");
        }
        assert_eq!(
            table.next(moment("2026-11-20T05:30:00")),
            Some(moment("2026-11-23T05:30:00"))
        );
        assert_eq!(
            table.next(moment("2026-11-20T05:29:59")),
            Some(moment("2026-11-20T05:30:00"))
        );
        assert_eq!(table.next(moment("2027-06-11T06:00:00")), None);
    }

    #[test]
    fn it_rings_once_at_the_hour_of_a_school_day() {
        let mut bell = Bell::new(moment("2026-11-20T05:30:00"));
        assert_eq!(ask(&mut bell, "2026-11-22T05:30:00", false), None, "a Sunday");
        assert_eq!(ask(&mut bell, "2026-11-23T05:29:59", false), None);
        assert_eq!(ask(&mut bell, "2026-11-23T05:30:00", false), Some(Why::Hour));
        bell.rang(moment("2026-11-23T05:30:00"));
        assert_eq!(ask(&mut bell, "2026-11-23T05:30:01", false), None);
        assert_eq!(ask(&mut bell, "2026-11-24T12:00:00", false), None, "a day off");
    }

    #[test]
    fn a_complete_set_waits_for_the_hour_of_a_school_day_and_for_nothing_after_it() {
        let mut bell = Bell::new(moment("2026-11-20T05:30:00"));
        assert_eq!(ask(&mut bell, "2026-11-20T15:00:00", true), Some(Why::Set));
        assert_eq!(
            ask(&mut bell, "2026-11-22T02:00:00", true),
            Some(Why::Set),
            "a Sunday has no hour"
        );
        assert_eq!(ask(&mut bell, "2026-11-23T02:00:00", true), None);
        assert_eq!(
            ask(&mut bell, "2026-11-23T05:30:00", true),
            Some(Why::Hour),
            "one round for both"
        );
    }

    #[test]
    fn a_night_that_did_not_happen_is_made_up_for_and_named() {
        let mut bell = Bell::new(moment("2026-11-19T05:30:00"));
        let missed = vec![day("2026-11-20"), day("2026-11-23")];
        assert_eq!(ask(&mut bell, "2026-11-23T09:00:00", false), Some(Why::MadeUp(missed)));
        let mut first = Bell::new(moment("2026-11-23T09:00:00"));
        assert_eq!(
            ask(&mut first, "2026-11-23T09:00:00", false),
            None,
            "a home that never rang missed nothing"
        );
    }

    #[test]
    fn the_hour_waits_for_files_that_are_coming_in_but_not_for_ever() {
        let mut bell = Bell::new(moment("2026-11-20T05:30:00"));
        let files = Files {
            complete: false,
            unsettled: true,
        };
        let mut at = |seconds: u64, asked| {
            let now = moment("2026-11-23T05:30:00") + seconds as i64;
            bell.due(
                &table(),
                now,
                Duration::from_secs(100 + seconds),
                files,
                asked,
                PATIENCE,
            )
        };
        assert_eq!(at(0, false), None);
        assert_eq!(at(1_799, false), None);
        assert_eq!(at(1_799, true), Some(Why::Hour), "unless somebody asks");
        assert_eq!(at(1_800, false), Some(Why::Hour));
    }

    #[test]
    fn a_clock_that_was_wrong_does_not_silence_it() {
        let mut bell = Bell::new(moment("2031-01-01T00:00:00"));
        assert_eq!(ask(&mut bell, "2026-11-20T12:00:00", false), None);
        assert_eq!(ask(&mut bell, "2026-11-23T05:30:00", false), Some(Why::Hour));
    }

    proptest! {
        /// However unevenly it is asked over weeks, every hour is rung: once, not before its time, and by the next question after it.
        #[test]
        fn every_hour_is_rung_once(steps in prop::collection::vec(1i64..200_000, 1..80)) {
            let table = table();
            let start = moment("2026-11-02T00:00:00");
            let mut bell = Bell::new(start);
            let (mut now, mut rung) = (start, Vec::new());
            for step in steps {
                let before = now;
                now += step;
                let due = table.rung_between(before, now);
                let why = bell.due(&table, now, Duration::ZERO, Files::default(), false, PATIENCE);
                prop_assert_eq!(why.is_some(), !due.is_empty());
                if why.is_some() {
                    bell.rang(now);
                    rung.extend(due);
                }
            }
            prop_assert_eq!(rung, table.rung_between(start, now));
        }

        /// After one turn of the bell nothing is due at that moment: no tight circle.
        #[test]
        fn it_does_not_ring_twice_at_one_moment(ago in 0i64..4_000_000, now in 0i64..4_000_000, unsettled: bool) {
            let table = table();
            let now = moment("2026-11-02T00:00:00") + now;
            let mut bell = Bell::new(now - ago);
            let files = Files { complete: false, unsettled };
            let since_start = Duration::from_secs(10_000);
            if bell.due(&table, now, since_start, files, false, PATIENCE).is_some() {
                bell.rang(now);
            }
            prop_assert_eq!(bell.due(&table, now, since_start, Files::default(), false, PATIENCE).is_some(), unsettled && !table.rung_between(now - ago, now).is_empty());
        }
    }
}
