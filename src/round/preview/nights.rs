//! Which nights there were, and on which days somebody may have been judged.

use std::collections::BTreeSet;

use crate::facts::{SchoolIx, StudentIx};
use crate::school::{Day, Weekday};
use crate::timeline::Almanac;

/// The nights of the school year up to a day, each by the last day that it looked at: one after every day of school.
pub fn nights_to(almanac: &Almanac<'_>, to: Day) -> Vec<Day> {
    let mut nights: Vec<Day> = Vec::new();
    for limit in school_days(almanac, to) {
        if let Some(as_of) = almanac.as_of(limit)
            && nights.last() < Some(&as_of)
        {
            nights.push(as_of);
        }
    }
    nights
}

/// Everybody on every day up to another on which somebody may have been judged: of them programs of plugins are asked.
pub fn judged_to(almanac: &Almanac<'_>, to: Day) -> Vec<(StudentIx, Day)> {
    let students = almanac.books().students.len();
    let mut judged = Vec::new();
    for day in school_days(almanac, to) {
        let all = (0..students).map(|number| StudentIx(number as u32));
        judged.extend(
            all.filter(|student| almanac.home(*student, day).is_some())
                .map(|student| (student, day)),
        );
    }
    judged
}

/// The days up to another on which any school has school; without any calendar the weekdays.
pub(super) fn school_days(almanac: &Almanac<'_>, to: Day) -> BTreeSet<Day> {
    let books = almanac.books();
    let schools = (0..books.names.schools.len()).map(|number| SchoolIx(number as u16));
    let days: BTreeSet<Day> = schools
        .flat_map(|school| almanac.instructional_days(school, None, to))
        .collect();
    if !days.is_empty() {
        return days;
    }
    let days = (books.year.start.0..=to.min(books.year.end).0).map(Day);
    days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .collect()
}
