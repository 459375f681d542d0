//! Which school a student belongs to on each date.
//!
//! Enrolled is `entry_date` to `exit_date`, both included. An exit before the entry drops the stay. Where several stays
//! hold a date one of them is home: the primary one, else the one entered latest, else the smallest school id.

use std::cmp::Ordering;

use crate::facts::{Books, Enrollment, SchoolIx, Student};
use crate::school::{Day, Grade, SchoolYear};

/// One stay at a school as it counts: ends settled, dropped ones gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The school.
    pub school: SchoolIx,
    /// The grade level; `None` where the cell was not understood.
    pub grade: Option<Grade>,
    /// First day; the school year's first where the export gives none.
    pub from: Day,
    /// Whether the export gave the first day.
    pub dated: bool,
    /// Last day, included; `None` while it lasts.
    pub to: Option<Day>,
    /// Marked as the primary one.
    pub primary: bool,
}

impl Stay {
    fn of(row: &Enrollment, year: SchoolYear) -> Option<Stay> {
        let from = row.entry.unwrap_or(year.start);
        // Who is no longer listed counts as exited on the last as-of day that listed them.
        let to = match (row.exit, row.gone_after) {
            (Some(exit), Some(gone)) => Some(exit.min(gone)),
            (exit, gone) => exit.or(gone),
        };
        if to.is_some_and(|to| to < from) {
            return None;
        }
        Some(Stay {
            school: row.school,
            grade: row.grade,
            from,
            dated: row.entry.is_some(),
            to,
            primary: row.primary,
        })
    }

    /// Whether the stay holds the day.
    pub fn holds(&self, day: Day) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    /// Orders two stays that hold the same date: the greater one is home. The last two keys only settle rows that
    /// contradict each other: the later exit, then the higher grade.
    fn rank(&self, other: &Stay, books: &Books) -> Ordering {
        let id = |stay: &Stay| books.names.schools.name(u32::from(stay.school.0));
        (self.primary, self.from)
            .cmp(&(other.primary, other.from))
            .then_with(|| id(other).cmp(id(self)))
            .then_with(|| self.to.is_none().cmp(&other.to.is_none()))
            .then_with(|| (self.to, self.grade).cmp(&(other.to, other.grade)))
    }
}

/// A stretch of the school year in which one stay is home, as offsets from the year's first day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// The stay.
    pub stay: Stay,
    /// First day of the stretch.
    pub first: u16,
    /// Last day of the stretch.
    pub last: u16,
}

/// The stays that count: the enrollments table's, else the listing; those that end before they begin are dropped.
pub fn stays(student: &Student, year: SchoolYear) -> impl Iterator<Item = Stay> + '_ {
    student.stays().iter().filter_map(move |row| Stay::of(row, year))
}

/// The home enrollment on a day; `None` where the student is not enrolled.
pub fn home_on(books: &Books, student: &Student, day: Day) -> Option<Stay> {
    stays(student, books.year)
        .filter(|stay| stay.holds(day))
        .max_by(|one, other| one.rank(other, books))
}

/// The home enrollments over the whole year into `out`, oldest first, without overlap; dates without one are left out.
pub fn homes(books: &Books, student: &Student, out: &mut Vec<Home>) {
    out.clear();
    let year = books.year;
    let rows = student.stays();
    if let [only] = rows {
        out.extend(Stay::of(only, year).and_then(|stay| clamped(stay, year)));
        return;
    }
    let found: Vec<Home> = stays(student, year).filter_map(|stay| clamped(stay, year)).collect();
    // Who is home can only change where a stay begins or the day after one ends.
    let mut edges: Vec<u16> = found.iter().flat_map(|home| [home.first, home.last + 1]).collect();
    edges.sort_unstable();
    edges.dedup();
    for pair in edges.windows(2) {
        let (first, after) = (pair[0], pair[1]);
        let holding = found.iter().filter(|home| home.first <= first && first <= home.last);
        let Some(home) = holding.max_by(|one, other| one.stay.rank(&other.stay, books)) else {
            continue;
        };
        match out.last_mut() {
            Some(before) if before.stay == home.stay && before.last + 1 == first => before.last = after - 1,
            _ => out.push(Home {
                stay: home.stay,
                first,
                last: after - 1,
            }),
        }
    }
}

fn clamped(stay: Stay, year: SchoolYear) -> Option<Home> {
    let last = stay.to.unwrap_or(year.end).min(year.end);
    let first = stay.from.max(year.start);
    if last < first {
        return None;
    }
    Some(Home {
        stay,
        first: year.offset(first)?,
        last: year.offset(last)?,
    })
}
