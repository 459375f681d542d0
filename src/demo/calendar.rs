//! The days of the demo district: schools, school days, terms.

use std::fmt::Write as _;

use crate::school::{Day, Weekday};

/// Id, name, lowest and highest grade, students.
pub(super) const SCHOOLS: [(&str, &str, i8, i8, u32); 3] = [
    ("101", "Cedar Valley High School", 9, 12, 260),
    ("202", "Marsh Creek Middle School", 6, 8, 180),
    ("303", "Prairie View Elementary", 0, 6, 160),
];

const HOLIDAYS: [(i32, u32, u32); 4] = [(2026, 9, 7), (2026, 10, 12), (2026, 11, 11), (2026, 11, 26)];

/// Quarters of our own choosing: the second is old enough by the end of October for its marks to count.
const TERMS: [(&str, &str, &str); 5] = [
    ("Q1", "2026-08-17", "2026-10-02"),
    ("Q2", "2026-10-05", "2026-12-04"),
    ("Q3", "2026-12-07", "2027-02-26"),
    ("Q4", "2027-03-01", "2027-06-11"),
    ("S1", "2026-08-17", "2027-01-15"),
];

/// A day of the demo: a date that is known to exist.
pub(super) fn day(year: i32, month: u32, day: u32) -> Day {
    // Day 0 would be seen at once: a test walks every date that the demo names.
    Day::from_ymd(year, month, day).unwrap_or(Day(0))
}

/// The school year's first day.
pub(super) fn first_day() -> Day {
    day(2026, 8, 17)
}

/// Whether the three schools hold school.
pub(super) fn is_school_day(date: Day) -> bool {
    let off = HOLIDAYS.iter().any(|(y, m, d)| day(*y, *m, *d) == date);
    !off && !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The school days from the first to `until`, both included.
pub(super) fn school_days(until: Day) -> impl Iterator<Item = Day> {
    (first_day().0..=until.0).map(Day).filter(|date| is_school_day(*date))
}

pub(super) fn schools_csv() -> String {
    let mut csv = String::from("school_id,name\n");
    for (id, name, ..) in SCHOOLS {
        let _ = writeln!(csv, "{id},{name}");
    }
    csv
}

pub(super) fn calendar_csv() -> String {
    let mut csv = String::from("school_id,date,day_type\n");
    for date in school_days(day(2027, 6, 11)) {
        let _ = writeln!(csv, ",{date},instructional");
    }
    csv
}

pub(super) fn terms_csv() -> String {
    let mut csv = String::from("term,school_id,start,end\n");
    for (term, start, end) in TERMS {
        let _ = writeln!(csv, "{term},,{start},{end}");
    }
    csv
}
