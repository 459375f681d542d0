//! What one export held: its facts, what was not understood, and what the gates need to know of it.

use std::collections::BTreeSet;
use std::io::{self, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::rows::{
    AttendanceFold, CalendarRow, ContactRow, CourseRow, EnrollmentRow, GroupRow, IncidentRow, MarkFold, OutcomeRow,
    PlanRow, SchoolRow, StudentRow, TermRow,
};
use super::source::Bytes;
use crate::directory::Person;
use crate::monitor::{Problem, Tallies};
use crate::routing::{Caseload, Staff};
use crate::school::{Day, Interner, Table};

/// Canonical rows that a plugin made of an export.
#[derive(Clone)]
pub struct Translated(Arc<Mutex<dyn Bytes>>);

impl Translated {
    /// The rows, from the first byte on.
    pub(crate) fn new(rows: impl Bytes + 'static) -> Translated {
        Translated(Arc::new(Mutex::new(rows)))
    }

    /// Writes them. Errors: what reading or writing says.
    pub fn write(&self, into: &mut dyn Write) -> io::Result<()> {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        rows.seek(SeekFrom::Start(0))?;
        io::copy(&mut *rows, into).map(|_| ())
    }
}

/// One export, read. Rows are in the order of their keys, one per key, whatever their order in the file.
pub struct Intake {
    /// The file, as the operator knows it.
    pub file: String,
    /// The tables it fills; the first is its main one.
    pub tables: Vec<Table>,
    /// Blake3 of the file's bytes, hexadecimal.
    pub digest: String,
    /// The file's length.
    pub bytes: u64,
    /// Whether it may be applied: it has a header with every required column, and rows where there must be some.
    pub usable: bool,
    /// Rows read; header and blank lines left out.
    pub rows: u64,
    /// Rows that could not be used at all.
    pub rejected: u64,
    /// The first date of its main table.
    pub first: Option<Day>,
    /// The last date of its main table.
    pub last: Option<Day>,
    /// School ids in its main table, sorted.
    pub schools: Vec<String>,
    /// Terms in its main table, sorted.
    pub terms: Vec<String>,
    /// The header's names, in order; empty where there is none.
    pub header: Vec<String>,
    /// Columns that no table of the feed reads, as the header has them.
    pub unread: Vec<String>,
    /// Schools whose part is not to be believed: what stood of them before stands on. None until a gate says so.
    pub withheld: BTreeSet<String>,
    /// Where a plugin made canonical rows of it: those rows, which are kept in the place of its own bytes.
    pub(crate) translated: Option<Translated>,
    /// Rows by what became of them; `row` counts all.
    pub tallies: Tallies,
    /// What the operator should know, worst first seen first.
    pub problems: Vec<Problem>,
    /// Students, without names.
    pub students: Vec<StudentRow>,
    /// The students' ids, numbered in the order of their rows; see [`Intake::number_students`].
    pub(crate) numbered: Option<Interner>,
    /// Names, for the directory alone.
    pub people: Vec<Person>,
    /// Enrollments.
    pub enrollments: Vec<EnrollmentRow>,
    /// Schools and their names.
    pub school_rows: Vec<SchoolRow>,
    /// Calendar rows of this school year.
    pub calendar: Vec<CalendarRow>,
    /// Terms that touch this school year.
    pub term_rows: Vec<TermRow>,
    /// The district's crosswalk.
    pub courses: Vec<CourseRow>,
    /// Staff.
    pub staff: Vec<Staff>,
    /// Caseload rows.
    pub caseload: Vec<Caseload>,
    /// Incidents.
    pub incidents: Vec<IncidentRow>,
    /// Interventions.
    pub plans: Vec<PlanRow>,
    /// Contacts.
    pub contacts: Vec<ContactRow>,
    /// Subgroups, for a fairness audit alone.
    pub groups: Vec<GroupRow>,
    /// What really happened.
    pub outcomes: Vec<OutcomeRow>,
    pub(crate) attendance: AttendanceFold,
    pub(crate) marks: MarkFold,
}

impl Intake {
    /// An export of which nothing is known yet.
    pub(super) fn new(file: &str, tables: &[Table]) -> Intake {
        Intake {
            file: file.to_owned(),
            tables: tables.to_vec(),
            digest: String::new(),
            bytes: 0,
            usable: false,
            rows: 0,
            rejected: 0,
            first: None,
            last: None,
            schools: Vec::new(),
            terms: Vec::new(),
            header: Vec::new(),
            unread: Vec::new(),
            withheld: BTreeSet::new(),
            translated: None,
            tallies: Tallies::default(),
            problems: Vec::new(),
            students: Vec::new(),
            numbered: None,
            people: Vec::new(),
            enrollments: Vec::new(),
            school_rows: Vec::new(),
            calendar: Vec::new(),
            term_rows: Vec::new(),
            courses: Vec::new(),
            staff: Vec::new(),
            caseload: Vec::new(),
            incidents: Vec::new(),
            plans: Vec::new(),
            contacts: Vec::new(),
            groups: Vec::new(),
            outcomes: Vec::new(),
            attendance: AttendanceFold::default(),
            marks: MarkFold::default(),
        }
    }

    /// An export that could not be read, and why: nothing of it may be applied.
    pub(crate) fn unread(file: &str, tables: &[Table], problem: Problem) -> Intake {
        let mut intake = Intake::new(file, tables);
        intake.problems.push(problem);
        intake
    }

    /// Numbers the students for books without anybody, which can take the numbers over: there is time for it where the file was read and
    /// longer ones still are.
    pub(crate) fn number_students(&mut self) {
        let mut numbered = Interner::default();
        numbered.expect(self.students.len());
        for row in &self.students {
            numbered.intern(&row.student_id);
        }
        self.numbered = Some(numbered).filter(|numbered| numbered.len() == self.students.len());
    }

    /// The share of rows that could not be used, 0 to 1.
    pub fn reject_share(&self) -> f64 {
        if self.rows == 0 {
            return 0.0;
        }
        self.rejected as f64 / self.rows as f64
    }

    /// Where this file stands among files of its feed: by last covered date, then settled time, then digest.
    pub fn order(&self, settled_seconds: i64) -> (Option<Day>, i64, String) {
        (self.last, settled_seconds, self.digest.clone())
    }
}
