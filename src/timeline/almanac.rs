//! Everything about the district's year that no single student decides, worked out once a round.

use std::sync::OnceLock;

use crate::facts::{Books, SchoolIx, StudentIx};
use crate::school::{Day, Meaning, Rows, SchoolYear};

use super::behavior::Conduct;
use super::calendar::SchoolDays;
use super::day::DayReader;
use super::enrollment::{Stay, home_on};
use super::marks::Gradebook;
use super::night::Night;
use super::roll::{Roll, call};
use super::student::Scratch;
use super::terms::{TermSpan, terms_of};
use super::told::Told;

/// The district's year as far as it is known: calendars, code tables, terms, scales, and which school sent rows for which day.
#[derive(Clone, Debug)]
pub struct Almanac<'b> {
    pub(crate) books: &'b Books,
    pub(crate) meaning: &'b Meaning,
    pub(crate) reader: DayReader,
    pub(crate) rolls: Vec<Roll>,
    pub(crate) conduct: Conduct,
    pub(crate) gradebook: Gradebook,
    pub(crate) terms: Vec<Vec<TermSpan>>,
    /// The last offset on which any school has a row.
    pub(crate) last_row: u16,
    days: Vec<SchoolDays>,
    /// Days of a school that the books do not know: none.
    no_days: SchoolDays,
    /// What programs told of students, once they have been asked.
    told: OnceLock<Told>,
}

impl<'b> Almanac<'b> {
    /// Reads the books once.
    pub fn new(books: &'b Books, meaning: &'b Meaning) -> Almanac<'b> {
        let rolls = call(books, meaning.attendance.rows);
        let schools = || (0..books.names.schools.len()).map(|number| SchoolIx(number as u16));
        Almanac {
            books,
            meaning,
            reader: DayReader::new(books, meaning),
            conduct: Conduct::new(books, meaning),
            gradebook: Gradebook::new(books, meaning),
            terms: schools().map(|school| terms_of(books, school)).collect(),
            days: schools()
                .map(|school| school_days(books, school, meaning.attendance.rows, &rolls))
                .collect(),
            no_days: SchoolDays::default(),
            told: OnceLock::new(),
            last_row: rolls.iter().filter_map(last_row).max().unwrap_or(0),
            rolls,
        }
    }

    /// The books that this was read from.
    pub fn books(&self) -> &'b Books {
        self.books
    }

    /// What codes, marks and types mean in the district.
    pub fn meaning(&self) -> &'b Meaning {
        self.meaning
    }

    /// Takes what programs told of students, once: whoever asks them asks for all that is to be judged.
    pub fn hear(&self, told: Told) {
        // Judging has not begun, so nobody has read of the first answers what the second ones would change.
        let _ = self.told.set(told);
    }

    /// The same district with other books of the same year, for a what-if about one student: which school sent rows for which day is
    /// taken from here, since the others are not in those books, and from the day after `after` on every school sends each of its
    /// instructional days.
    pub fn supposing<'o>(&self, books: &'o Books, after: Day) -> Almanac<'o>
    where
        'b: 'o,
    {
        let mut supposed = Almanac::new(books, self.meaning);
        supposed.rolls.clone_from(&self.rolls);
        supposed.days.clone_from(&self.days);
        let year = self.books.year;
        let (Some(first), Some(last)) = (year.offset(after.plus(1)), year.offset(year.end)) else {
            return supposed;
        };
        for (roll, days) in supposed.rolls.iter_mut().zip(&self.days) {
            for &day in days.slice(first, last) {
                let day = usize::from(day);
                roll.any[day] = 1;
                if let (Some(enrolled), Some(with_row)) = (roll.enrolled.get_mut(day), roll.with_row.get_mut(day)) {
                    *enrolled = (*enrolled).max(1);
                    *with_row = *enrolled;
                }
            }
        }
        supposed.last_row = last;
        supposed
    }

    /// What a program told of a student on a day.
    pub(crate) fn told_of(&self, word: &str, version: &str, student: StudentIx, day: Day) -> Option<f64> {
        self.told.get()?.get(word, version, student, day)
    }

    /// The as-of day: the latest day, not after `limit`, with an attendance row of a school whose instructional day it is;
    /// without any such row, the last instructional day of any school not after `limit`. In a district without any
    /// calendar the latest day with a row, else the latest weekday, so that marks and incidents can still be judged.
    /// `None` before the school year.
    pub fn as_of(&self, limit: Day) -> Option<Day> {
        as_of(self.books.year, &self.days, &self.rolls, limit)
    }

    /// The same of books that nothing else is asked of yet.
    pub fn as_of_in(books: &Books, meaning: &Meaning, limit: Day) -> Option<Day> {
        // Whether there are rows is all that is needed, and not of how many students.
        let rolls = call(books, Rows::Exceptions);
        let schools = (0..books.names.schools.len()).map(|number| SchoolIx(number as u16));
        let rows = meaning.attendance.rows;
        let days: Vec<SchoolDays> = schools.map(|school| school_days(books, school, rows, &rolls)).collect();
        as_of(books.year, &days, &rolls, limit)
    }

    /// Whether the day is an instructional day of the school.
    pub fn is_instructional(&self, school: SchoolIx, day: Day) -> bool {
        self.books
            .year
            .offset(day)
            .is_some_and(|offset| self.days(school).holds(offset))
    }

    /// The school's instructional days after the one day (from the year's first where there is none) to the other,
    /// included, ascending.
    pub fn instructional_days(&self, school: SchoolIx, from_exclusive: Option<Day>, to: Day) -> Vec<Day> {
        let year = self.books.year;
        let first = from_exclusive.map_or(year.start, |day| day.plus(1)).max(year.start);
        let (Some(first), Some(last)) = (year.offset(first), year.offset(to.min(year.end))) else {
            return Vec::new();
        };
        self.days(school)
            .slice(first, last)
            .iter()
            .map(|&offset| year.day(offset))
            .collect()
    }

    /// How many instructional days the school has from the one day to the other, both included; days outside the school
    /// year are none. `None` where the school has no calendar.
    pub fn school_days_between(&self, school: SchoolIx, first: Day, last: Day) -> Option<usize> {
        let year = self.books.year;
        let days = self.days(school);
        if !days.known {
            return None;
        }
        let (first, last) = (first.max(year.start), last.min(year.end));
        match (year.offset(first), year.offset(last)) {
            (Some(first), Some(last)) => Some(days.between(usize::from(first), usize::from(last))),
            _ => Some(0),
        }
    }

    /// The next instructional day of any school after the day; `None` where the year has no more.
    pub fn next_school_day(&self, after: Day) -> Option<Day> {
        let year = self.books.year;
        let from = after.plus(1).max(year.start);
        let first = year.offset(from)?;
        let last = year.offset(year.end)?;
        let firsts = self
            .days
            .iter()
            .filter_map(|days| days.slice(first, last).first().copied());
        firsts.min().map(|offset| year.day(offset))
    }

    /// Whether the school has a calendar, and so days to come.
    pub fn has_calendar(&self, school: SchoolIx) -> bool {
        self.days(school).has_calendar
    }

    /// Whether the school's instructional days are known at all.
    pub fn has_days(&self, school: SchoolIx) -> bool {
        self.days(school).known
    }

    /// The home enrollment of a student on a day; `None` where not enrolled.
    pub fn home(&self, student: StudentIx, day: Day) -> Option<Stay> {
        home_on(self.books, self.books.students.get(student.0 as usize)?, day)
    }

    /// The year as it stands on an as-of day, with the facts known now.
    pub fn night(&self, as_of: Day) -> Night<'_> {
        Night::new(self, as_of)
    }

    /// Room for one student's days, to be used again for the next student: one for each thread.
    pub fn scratch(&self) -> Scratch<'_> {
        Scratch::new(self)
    }

    pub(crate) fn days(&self, school: SchoolIx) -> &SchoolDays {
        self.days.get(usize::from(school.0)).unwrap_or(&self.no_days)
    }
}

/// The school's days by its calendar; without one, where every day needs rows, the days on which it sent any.
fn school_days(books: &Books, school: SchoolIx, rows: Rows, rolls: &[Roll]) -> SchoolDays {
    let days = SchoolDays::from_calendar(books, school);
    match rolls.get(usize::from(school.0)) {
        Some(roll) if rows == Rows::All && !days.has_calendar => {
            let sent: Vec<bool> = roll.any.iter().map(|&any| any > 0).collect();
            SchoolDays::from_flags(&sent)
        }
        _ => days,
    }
}

/// See [`Almanac::as_of`].
fn as_of(year: SchoolYear, days: &[SchoolDays], rolls: &[Roll], limit: Day) -> Option<Day> {
    let last = year.offset(limit.min(year.end))?;
    let schools = || days.iter().zip(rolls);
    let with_row = || schools().filter_map(|(days, roll)| days.latest(last, |day| roll.any[usize::from(day)] > 0));
    let instructional = || days.iter().filter_map(|days| days.latest(last, |_| true));
    let any_row = || {
        let rolls = rolls.iter();
        rolls.filter_map(|roll| (0..=last).rev().find(|&day| roll.any[usize::from(day)] > 0))
    };
    let weekday = || (0..=last).rev().find(|&day| is_weekday(year.day(day)));
    let has_calendar = days.iter().any(|days| days.has_calendar);
    let without_calendar = || {
        if has_calendar {
            None
        } else {
            any_row().max().or_else(weekday)
        }
    };
    let found = with_row()
        .max()
        .or_else(|| instructional().max())
        .or_else(without_calendar)?;
    Some(year.day(found))
}

fn last_row(roll: &Roll) -> Option<u16> {
    // A year's offsets fit in 16 bits, or there is no offset.
    roll.any.iter().rposition(|&any| any > 0).map(|offset| offset as u16)
}

fn is_weekday(day: Day) -> bool {
    day.monday().plus(4) >= day
}
