//! School days of the district as a whole, straight from its calendar: for gates and for how long something is held.

use crate::facts::{Books, SchoolIx};
use crate::school::{Day, Weekday};

/// School days between two days, both left out; `None` where no calendar is known.
pub(super) fn between(books: &Books, after: Day, before: Day) -> Option<u32> {
    if books.calendar.is_empty() {
        return None;
    }
    let first = after.plus(1).max(books.year.start);
    let last = before.plus(-1).min(books.year.end);
    let days = (first.0..=last.0).map(Day);
    Some(days.filter(|day| is_school_day(books, *day)).count() as u32)
}

/// School days after a day up to another, which counts too; without a calendar weekdays.
pub(super) fn since(books: &Books, after: Day, to: Day) -> u32 {
    between(books, after, to.plus(1)).unwrap_or_else(|| {
        let days = (after.0 + 1..=to.0).map(Day);
        let weekday = |day: &Day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        days.filter(weekday).count() as u32
    })
}

/// Whether at least half of the schools have school: a single school's make-up day makes no export late.
fn is_school_day(books: &Books, day: Day) -> bool {
    let of_all = books.calendar.get(&(None, day)).copied();
    let schools = books.names.schools.len();
    if schools == 0 {
        return of_all == Some(true);
    }
    let has_school = |number: &usize| {
        let own = books.calendar.get(&(Some(SchoolIx(*number as u16)), day)).copied();
        own.or(of_all) == Some(true)
    };
    (0..schools).filter(has_school).count() * 2 >= schools
}
