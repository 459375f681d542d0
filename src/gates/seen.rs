//! What a file holds, in the numbers that gates compare.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::levels;
use crate::hands;
use crate::monitor::Tallies;
use crate::records::{Covers, Intake};
use crate::school::{Day, Grade, Meaning, SchoolYear, Table};

/// A part of a feed that is compared with itself: one school, and for feeds that cover terms one term. Empty words where the table
/// knows no schools, or the feed no terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The school's id.
    pub school: String,
    /// The term's word.
    pub term: String,
}

/// What a file holds of one part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Rows that could be used, equal ones counted once.
    pub rows: u64,
    /// The last date among them.
    pub last: Option<Day>,
}

impl Part {
    fn add(&mut self, rows: u64, last: Option<Day>) {
        self.rows += rows;
        self.last = self.last.max(last);
    }
}

/// What the gates ask about students: whether a roster has brought one, and then the grade level.
pub type Roster<'a> = &'a dyn Fn(&str) -> Option<Option<Grade>>;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Rows read, whatever became of them.
    pub rows: u64,
    /// What the file holds of each part.
    pub parts: BTreeMap<Key, Part>,
    /// The header, as written.
    pub header: Vec<String>,
    /// The columns of it that nothing reads.
    pub unread: Vec<String>,
    /// Rows with a code or mark in no table.
    pub unknown_codes: u64,
    /// Rows with a date outside the school year.
    pub outside_year: u64,
    /// The last date in the file.
    pub last: Option<Day>,
    /// Students in the file, and of these those whom no roster has brought; nothing where there is no roster.
    pub students: Option<(u64, u64)>,
    /// Schools whose marks look like levels under a percent scale; the empty word for marks without a school.
    pub levels: BTreeSet<String>,
    /// Schools with marks that a percent scale reads.
    pub percents: BTreeSet<String>,
}

impl Seen {
    /// Looks at an intake. `roster` is asked about its students; `None` where no roster was ever read.
    pub fn of(
        intake: &Intake,
        covers: Covers,
        year: SchoolYear,
        meaning: &Meaning,
        roster: Option<Roster<'_>>,
    ) -> Seen {
        let suspects = || match intake.tables.first() {
            Some(Table::Grades) => levels::suspects(&intake.marks, meaning, roster),
            _ => Default::default(),
        };
        let of_students = || (suspects(), roster.and_then(|roster| strangers(intake, roster)));
        let rows = usize::try_from(intake.rows).unwrap_or(usize::MAX);
        let (parts, ((levels, percents), students)) =
            hands::two(rows, || Seen::parts_of(intake, covers, year), of_students);
        let unknown = |kinds: &[&str]| kinds.iter().map(|kind| intake.tallies.count(kind)).sum();
        Seen {
            rows: intake.rows,
            parts,
            header: intake.header.clone(),
            unread: intake.unread.clone(),
            unknown_codes: unknown(&["unknown-code", "unknown-mark"]),
            outside_year: unknown(&["outside-year"]),
            last: intake.last,
            students,
            levels,
            percents,
        }
    }

    /// The rows of an intake's main table by school, and where it covers terms by term.
    pub fn parts_of(intake: &Intake, covers: Covers, year: SchoolYear) -> BTreeMap<Key, Part> {
        // Keys are made once a part: made for every row they would cost more than the counting.
        let mut by_school: FxHashMap<&str, Part> = FxHashMap::default();
        let mut add = |school, rows, last| by_school.entry(school).or_default().add(rows, last);
        match intake.tables.first() {
            Some(Table::Attendance) => {
                for (school, rows, last) in intake.attendance.by_school() {
                    add(school, rows, last.map(|offset| year.day(offset)));
                }
            }
            Some(Table::Grades) => return mark_parts(intake, covers),
            Some(Table::Behavior) => {
                for row in &intake.incidents {
                    add(&row.school_id, 1, Some(row.date));
                }
            }
            Some(Table::Students) => {
                for row in &intake.students {
                    let school = row.stay.as_ref().map_or("", |stay| stay.school_id.as_str());
                    add(school, 1, None);
                }
            }
            Some(Table::Enrollments) => {
                for row in &intake.enrollments {
                    add(&row.stay.school_id, 1, None);
                }
            }
            _ => add("", usable(intake.rows, intake.rejected, &intake.tallies), intake.last),
        }
        let key = |school: &str| Key {
            school: school.to_owned(),
            term: String::new(),
        };
        by_school
            .into_iter()
            .map(|(school, part)| (key(school), part))
            .collect()
    }

    /// The rows of all parts.
    pub fn usable(&self) -> u64 {
        self.parts.values().map(|part| part.rows).sum()
    }

    /// The schools in the file, without those that stand for none.
    pub fn schools(&self) -> BTreeSet<&str> {
        let named = self.parts.keys().map(|key| key.school.as_str());
        named.filter(|school| !school.is_empty()).collect()
    }
}

/// Rows that say something, each said once.
fn usable(rows: u64, rejected: u64, tallies: &Tallies) -> u64 {
    let again = tallies.count("duplicate") + tallies.count("blank-row");
    rows.saturating_sub(rejected + again)
}

/// Marks by school and, where the file covers terms, by term.
fn mark_parts(intake: &Intake, covers: Covers) -> BTreeMap<Key, Part> {
    let marks = &intake.marks;
    let mut by_slot = vec![0; marks.slots.len()];
    for row in &marks.rows {
        by_slot[row.slot as usize] += 1;
    }
    let mut by_number: FxHashMap<(u32, u32), Part> = FxHashMap::default();
    for (slot, rows) in marks.slots.iter().zip(by_slot) {
        let part = (slot.school, if covers == Covers::Term { slot.term } else { 0 });
        by_number.entry(part).or_default().add(rows, slot.date);
    }
    let key = |school: u32, term: u32| Key {
        school: marks.school(school).to_owned(),
        term: match covers {
            Covers::Term => marks.terms.names.name(term).to_owned(),
            _ => String::new(),
        },
    };
    let named = by_number.into_iter();
    named.map(|((school, term), part)| (key(school, term), part)).collect()
}

/// How many students the main table names, and how many of them no roster has brought.
fn strangers(intake: &Intake, roster: Roster<'_>) -> Option<(u64, u64)> {
    let count = |ids: &mut dyn Iterator<Item = &str>| {
        let (mut all, mut unknown) = (0, 0);
        for id in ids {
            all += 1;
            unknown += u64::from(roster(id).is_none());
        }
        Some((all, unknown))
    };
    match intake.tables.first()? {
        Table::Attendance => count(&mut intake.attendance.students.names.iter()),
        Table::Grades => count(&mut intake.marks.students.names.iter()),
        Table::Behavior => {
            let ids: BTreeSet<&str> = intake.incidents.iter().map(|row| row.student_id.as_str()).collect();
            count(&mut ids.into_iter())
        }
        _ => None,
    }
}
