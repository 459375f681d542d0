//! A bundle before the gates: every table that it fills is compared with the last one of its feed, and the bundle is believed or held
//! as one. What is about one school holds that school's part of every table that knows schools.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::facts::{Books, Student};
use crate::gates::{self, Finding, Gates, Roster, Seen, Tonight};
use crate::monitor::Problem;
use crate::records::{Covers, Feed, Intake};
use crate::round::gatekeeper::{Gatekeeper, release_command};
use crate::round::intake::feed_name;
use crate::round::setup::Setup;
use crate::school::{Grade, Table};

/// Tables whose rows belong to schools: a school's part of them can be held.
const OF_SCHOOLS: [Table; 5] = [
    Table::Students,
    Table::Enrollments,
    Table::Attendance,
    Table::Grades,
    Table::Behavior,
];

/// What the gates found in a bundle.
#[derive(Default)]
pub(super) struct Weighed {
    /// What each table holds, by the name under which gates remember it.
    pub(super) seen: Vec<(String, Seen)>,
    /// What holds the bundle.
    pub(super) whole: Vec<Problem>,
    /// What holds one school's part, by school.
    pub(super) parts: BTreeMap<String, Problem>,
    /// What is only said.
    pub(super) notes: Vec<Problem>,
}

/// A bundle on the scale.
pub(super) struct Scale<'s> {
    pub(super) setup: &'s Setup,
    pub(super) books: &'s Books,
    pub(super) gatekeeper: &'s Gatekeeper,
    pub(super) gates: &'s Gates,
    pub(super) feed: &'s Feed,
    /// The name by which people know the bundle.
    pub(super) name: &'s str,
    pub(super) digest: &'s str,
    /// Whether some of its files hold changes alone: fewer rows are then what somebody said row by row.
    pub(super) has_delta: bool,
}

/// The feed of one table of a bundle: under its name gates and the store remember the table.
pub(super) fn feed_of(feed: &Feed, table: Table, covers: Covers) -> Feed {
    Feed {
        tables: vec![table],
        covers,
        ..feed.clone()
    }
}

/// The tables of a bundle that know schools.
pub(super) fn of_schools(tables: &[Table]) -> Vec<Table> {
    tables
        .iter()
        .filter(|table| OF_SCHOOLS.contains(table))
        .copied()
        .collect()
}

impl Scale<'_> {
    /// Compares every table; nothing that a person said is right.
    pub(super) fn weigh(&self, tables: &[(Covers, Intake)]) -> Weighed {
        let mut weighed = Weighed::default();
        let roster = self.roster(tables);
        let asked = |id: &str| roster.as_ref()?.get(id).copied();
        let asked: Option<Roster<'_>> = roster.is_some().then_some(&asked);
        let (year, meaning) = (self.books.year, &self.setup.config.meaning);
        for (covers, intake) in tables {
            let Some(table) = intake.tables.first() else { continue };
            let seen = Seen::of(intake, *covers, year, meaning, asked);
            self.compare(*table, *covers, &intake.file, seen, &mut weighed);
        }
        let filled: BTreeSet<Table> = tables
            .iter()
            .flat_map(|(_, intake)| intake.tables.iter().copied())
            .collect();
        let empty = self
            .feed
            .tables
            .iter()
            .filter(|table| !filled.contains(table) && !self.has_delta);
        for table in empty {
            let gate = feed_name(&feed_of(self.feed, *table, Covers::Now));
            if self.gatekeeper.memory(&gate).rows.is_some_and(|rows| rows > 0) {
                let name = format!("{} ({table})", self.name);
                self.compare(*table, Covers::Now, &name, Seen::default(), &mut weighed);
            }
        }
        weighed
    }

    fn compare(&self, table: Table, covers: Covers, file: &str, seen: Seen, weighed: &mut Weighed) {
        let gate = feed_name(&feed_of(self.feed, table, covers));
        let memory = self.gatekeeper.memory(&gate);
        let covers = if self.has_delta { Covers::Rows } else { covers };
        let gates = Gates {
            school_from: Gates::of(table).school_from,
            ..self.gates.clone()
        };
        let mut findings = gates::judge(&seen, &memory, &gates, covers, Tonight::default());
        if let Some(schools) = self.gatekeeper.believed(&feed_name(self.feed), self.digest) {
            // The empty set: the whole bundle.
            let is_right = |school: &Option<String>| {
                schools.is_empty() || school.as_ref().is_none_or(|school| schools.contains(school))
            };
            findings.retain(|finding| !finding.holds() || !is_right(&finding.school));
        }
        for finding in findings {
            let problem = self.said(&finding, file);
            match &finding.school {
                _ if !finding.holds() => weighed.notes.push(problem),
                None => weighed.whole.push(problem),
                Some(school) => {
                    weighed.parts.entry(school.clone()).or_insert(problem);
                }
            }
        }
        weighed.seen.push((gate, seen));
    }

    fn said(&self, finding: &Finding, file: &str) -> Problem {
        finding.problem(file, &release_command(self.name, finding.school.as_deref()))
    }

    /// Whom a roster has brought, this bundle's own included; `None` where none was ever read.
    fn roster(&self, tables: &[(Covers, Intake)]) -> Option<FxHashMap<String, Option<Grade>>> {
        let mut roster: FxHashMap<String, Option<Grade>> = FxHashMap::default();
        let listed = |student: &Student| student.listing.is_some() || !student.enrollments.is_empty();
        for (number, id) in self.books.names.students.iter().enumerate() {
            if let Some(student) = self.books.students.get(number).filter(|student| listed(student)) {
                let last = student.stays().iter().max_by_key(|stay| stay.entry);
                roster.insert(id.to_owned(), last.and_then(|stay| stay.grade));
            }
        }
        for row in tables.iter().flat_map(|(_, intake)| &intake.students) {
            let grade = row.stay.as_ref().and_then(|stay| stay.grade);
            roster.insert(row.student_id.clone(), grade);
        }
        (!roster.is_empty()).then_some(roster)
    }
}
