//! The district's year as it stands on one as-of day: how far each school's attendance reaches, which term it is in.

use crate::facts::{Books, SchoolIx, StudentIx};
use crate::school::{Day, Rows};

use super::almanac::Almanac;
use super::student::{Scratch, StudentNight};
use super::terms::{TermSpan, current, previous};

/// One as-of day. Shared freely between threads; each brings its own [`Scratch`].
#[derive(Clone, Debug)]
pub struct Night<'n> {
    pub(crate) almanac: &'n Almanac<'n>,
    as_of: Day,
    schools: Vec<SchoolNight>,
}

/// What a night knows of a school.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SchoolNight {
    /// The through day's offset.
    pub(crate) through: Option<u16>,
    /// The latest offset on which something unverified has ripened into unexcused.
    pub(crate) ripe_to: Option<u16>,
    /// Whether the school fell silent, or never sent a row.
    silent: bool,
    /// The current term.
    pub(crate) term: Option<TermSpan>,
    /// The previous term.
    pub(crate) previous: Option<TermSpan>,
}

impl<'n> Night<'n> {
    pub(crate) fn new(almanac: &'n Almanac<'n>, as_of: Day) -> Night<'n> {
        let schools = (0..almanac.books.names.schools.len())
            .map(|number| SchoolNight::of(almanac, SchoolIx(number as u16), as_of))
            .collect();
        Night {
            almanac,
            as_of,
            schools,
        }
    }

    /// The as-of day.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The books that the night is about.
    pub fn books(&self) -> &'n Books {
        self.almanac.books
    }

    /// The school's through day: how far its attendance can be believed. `None` without any row this year up to the
    /// as-of day: its attendance numbers are missing.
    pub fn through(&self, school: SchoolIx) -> Option<Day> {
        let offset = self.school(school).through?;
        Some(self.almanac.books.year.day(offset))
    }

    /// The schools with active students whose attendance fell silent (in exceptions form for more than `silent_days`
    /// instructional days), or which sent no row at all so far, though they had that many instructional days. The
    /// operator is told.
    pub fn silent_schools(&self) -> Vec<SchoolIx> {
        // On most nights there is none, and nobody's school has to be looked up.
        if !self.schools.iter().any(|school| school.silent) {
            return Vec::new();
        }
        let mut peopled = vec![false; self.schools.len()];
        for student in (0..self.almanac.books.students.len()).map(|number| StudentIx(number as u32)) {
            if let Some(stay) = self.almanac.home(student, self.as_of) {
                peopled[usize::from(stay.school.0)] = true;
            }
        }
        let numbered = self.schools.iter().zip(peopled).enumerate();
        numbered
            .filter(|(_, (school, peopled))| school.silent && *peopled)
            .map(|(number, _)| SchoolIx(number as u16))
            .collect()
    }

    /// The current term of a school: the shortest that holds the as-of day, on a day in none the last that ended.
    pub fn term(&self, school: SchoolIx) -> Option<TermSpan> {
        self.school(school).term
    }

    /// The term before the current one, about as long.
    pub fn previous_term(&self, school: SchoolIx) -> Option<TermSpan> {
        self.school(school).previous
    }

    /// The active students: those enrolled on the as-of day.
    pub fn active(&self) -> impl Iterator<Item = StudentIx> + '_ {
        (0..self.almanac.books.students.len())
            .map(|number| StudentIx(number as u32))
            .filter(|&student| self.almanac.home(student, self.as_of).is_some())
    }

    /// One student ready to answer; `None` when not active on this day. For many students see [`Night::student_with`].
    pub fn student(&self, student: StudentIx) -> Option<StudentNight<'_>> {
        StudentNight::alone(self, student)
    }

    /// The same in room that is used again: nothing is allocated for a student, and several nights of one student in a
    /// row read the rows once.
    pub fn student_with<'s>(&'s self, student: StudentIx, scratch: &'s mut Scratch<'n>) -> Option<StudentNight<'s>> {
        StudentNight::within(self, student, scratch)
    }

    pub(crate) fn school(&self, school: SchoolIx) -> SchoolNight {
        self.schools.get(usize::from(school.0)).copied().unwrap_or_default()
    }

    /// The as-of day's offset, the year's last after its end; `None` before the year.
    pub(crate) fn offset(&self) -> Option<u16> {
        let year = self.almanac.books.year;
        year.offset(self.as_of.min(year.end))
    }
}

impl SchoolNight {
    fn of(almanac: &Almanac<'_>, school: SchoolIx, as_of: Day) -> SchoolNight {
        let year = almanac.books.year;
        let Some(last) = year.offset(as_of.min(year.end)) else {
            return SchoolNight::default();
        };
        let (through, silent) = match almanac.meaning.attendance.rows {
            Rows::All => reach_of_all(almanac, school, last),
            Rows::Exceptions => reach_of_exceptions(almanac, school, last),
        };
        let terms = almanac.terms.get(usize::from(school.0)).map_or(&[][..], |terms| terms);
        let term = current(terms, as_of);
        SchoolNight {
            through,
            ripe_to: through.and_then(|through| ripe_to(almanac, school, through)),
            silent,
            term,
            previous: term.and_then(|term| previous(terms, &term)),
        }
    }
}

/// Where every day has rows: the latest instructional day on which at least half of the school's students have one.
fn reach_of_all(almanac: &Almanac<'_>, school: SchoolIx, last: u16) -> (Option<u16>, bool) {
    let (days, roll) = (almanac.days(school), &almanac.rolls[usize::from(school.0)]);
    let through = days.latest(last, |day| {
        let (with_row, enrolled) = (roll.with_row[usize::from(day)], roll.enrolled[usize::from(day)]);
        enrolled > 0 && 2 * u64::from(with_row) >= u64::from(enrolled)
    });
    (through, is_silent(almanac, school, through, last))
}

/// Where only exceptions have rows: the as-of day, unless the school has been silent too long, then its latest day with a
/// row. Rows on days off prove nothing where there is a calendar.
fn reach_of_exceptions(almanac: &Almanac<'_>, school: SchoolIx, last: u16) -> (Option<u16>, bool) {
    let (days, roll) = (almanac.days(school), &almanac.rolls[usize::from(school.0)]);
    let any = |day: u16| roll.any[usize::from(day)] > 0;
    let latest = if days.has_calendar {
        days.latest(last, any)
    } else {
        (0..=last).rev().find(|&day| any(day))
    };
    let silent = is_silent(almanac, school, latest, last);
    let through = latest.map(|latest| if silent { latest } else { last });
    (through, silent)
}

fn is_silent(almanac: &Almanac<'_>, school: SchoolIx, latest: Option<u16>, last: u16) -> bool {
    let since = latest.map_or(0, |latest| usize::from(latest) + 1);
    let quiet = almanac.days(school).between(since, usize::from(last));
    quiet > almanac.meaning.attendance.silent_days as usize
}

/// The latest day after which at least `unverified_days` instructional days lie, up to the through day.
fn ripe_to(almanac: &Almanac<'_>, school: SchoolIx, through: u16) -> Option<u16> {
    let wait = almanac.meaning.attendance.unverified_days as usize;
    if wait == 0 {
        return Some(through);
    }
    let days = almanac.days(school).slice(0, through);
    // The day before the first of the last `wait` days has all of them after it.
    let first_of_wait = *days.get(days.len().checked_sub(wait)?)?;
    first_of_wait.checked_sub(1)
}
