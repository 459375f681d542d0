//! The shapes that facts are kept in: one district's school year so far, compact, without names.
//!
//! In: rows that an adapter understood. Out: [`Books`], read by every stage from `timeline` on. Never: a student's name, a
//! weight, a judgement, a file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hands;
use crate::school::{Day, Grade, Interner, SchoolYear};

mod attendance;

pub use attendance::{Attendance, AttendanceRow, Lane, Put, WHOLE};

/// A student's number in [`Books::students`] and in `names.students`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StudentIx(pub u32);

/// A school's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SchoolIx(pub u16);

/// A period's number; 0 is the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PeriodIx(pub u16);

impl PeriodIx {
    /// A row about the whole day: the empty cell.
    pub const WHOLE_DAY: PeriodIx = PeriodIx(0);
}

/// An attendance code's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CodeIx(pub u16);

/// The names behind the numbers that facts are kept under. They only ever grow.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Student ids ([`StudentIx`]).
    pub students: Interner,
    /// School ids ([`SchoolIx`]).
    pub schools: Interner,
    /// Periods ([`PeriodIx`]); the first is the empty one.
    pub periods: Interner,
    /// Attendance codes, exactly as the adapter hands them on ([`CodeIx`]).
    pub codes: Interner,
    /// Course ids ([`Mark::course`]).
    pub courses: Interner,
    /// Term words ([`Mark::term`], [`Term::term`]).
    pub terms: Interner,
    /// Marks as written ([`Mark::text`]).
    pub marks: Interner,
    /// Everything else that repeats: incident types, roles, actions, programs, areas, contact kinds.
    pub words: Interner,
}

/// A school: its id stands in [`Names::schools`] under the same number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct School {
    /// The school's own name; not a secret.
    pub name: String,
}

/// A term as one row of the terms table; without a school it is every school's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term's word in [`Names::terms`].
    pub term: u32,
    /// The school, or all.
    pub school: Option<SchoolIx>,
    /// First day.
    pub start: Day,
    /// Last day, included.
    pub end: Day,
}

/// What is known of a course: by its own words, and by the district's crosswalk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// `course_name` as the grades export writes it.
    pub name: String,
    /// `subject` as the grades export writes it.
    pub subject: String,
    /// `subject` of the crosswalk (`courses.csv`).
    pub crosswalk_subject: String,
    /// `core` of the crosswalk: `math`, `ela`, `no`, or empty.
    pub core: String,
}

/// One stay of a student at a school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrollment {
    /// The school.
    pub school: SchoolIx,
    /// The grade level; `None` where the cell was not understood.
    pub grade: Option<Grade>,
    /// First day; `None`: since the school year's first day.
    pub entry: Option<Day>,
    /// Last day, included; `None`: still here.
    pub exit: Option<Day>,
    /// Marked as the primary one.
    pub primary: bool,
    /// The last as-of day on which a `now` export still listed it; set when an export no longer does.
    pub gone_after: Option<Day>,
}

/// Whether a mark is a report-card mark or one on the way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MarkKind {
    /// In progress, and any kind that is not understood.
    Progress,
    /// Final.
    Final,
}

/// One mark, with its history: a correction closes the old one and opens a new one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The course in [`Names::courses`].
    pub course: u32,
    /// The term's word in [`Names::terms`].
    pub term: u32,
    /// The school that gave it; `None` where the export does not say.
    pub school: Option<SchoolIx>,
    /// Final or on the way.
    pub kind: MarkKind,
    /// The mark's own date, where the export gives one.
    pub date: Option<Day>,
    /// The cell in [`Names::marks`].
    pub text: u32,
    /// Missing assignments, where the export counts them.
    pub missing_work: Option<u16>,
    /// The as-of day of the round that first accepted it: the day an undated mark bears.
    pub accepted: Day,
    /// The as-of day of the round whose export changed it or no longer had it.
    pub gone: Option<Day>,
}

/// One row of an incident: the incident's id may stand on several, one per action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Incident {
    /// The incident's id, distinct within the district.
    pub incident: Box<str>,
    /// The school.
    pub school: SchoolIx,
    /// The day it happened.
    pub date: Day,
    /// Its type in [`Names::words`].
    pub kind: u32,
    /// The student's role in it, in [`Names::words`]; the empty word where the export gives none.
    pub role: u32,
    /// The action taken, in [`Names::words`]; the empty word where none was.
    pub action: u32,
    /// Days of removal, in thousandths; `None` where the cell is blank.
    pub action_days: Option<u32>,
}

/// An intervention under way or past: a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The intervention's id.
    pub intervention: Box<str>,
    /// The program's name, in [`Names::words`].
    pub program: u32,
    /// The area, in [`Names::words`].
    pub area: u32,
    /// 1, 2 or 3; `None` where the cell is blank.
    pub tier: Option<u8>,
    /// Who leads it.
    pub staff_id: Box<str>,
    /// First day.
    pub start: Day,
    /// Last day; `None` where open.
    pub end: Option<Day>,
    /// Sessions planned, and held.
    pub sessions: (Option<u16>, Option<u16>),
    /// The goal, as written.
    pub goal: Box<str>,
}

/// Someone already acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The day.
    pub date: Day,
    /// Who.
    pub staff_id: Box<str>,
    /// The kind, in [`Names::words`].
    pub kind: u32,
    /// The area, in [`Names::words`].
    pub area: u32,
}

/// All facts about one student in one school year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Student {
    /// What the students table says; `None` for an id that only other tables know.
    pub listing: Option<Enrollment>,
    /// What the enrollments table says; where it says nothing the listing counts.
    pub enrollments: Vec<Enrollment>,
    /// Programs such as `iep`, in [`Names::words`], sorted.
    pub programs: Vec<u32>,
    /// Attendance rows.
    pub attendance: Attendance,
    /// Marks with their history, sorted.
    pub marks: Vec<Mark>,
    /// Incident rows, sorted.
    pub incidents: Vec<Incident>,
    /// Interventions.
    pub plans: Vec<Plan>,
    /// Contacts.
    pub contacts: Vec<Contact>,
}

impl Student {
    /// The enrollments that count: the enrollments table's, else the listing.
    pub fn stays(&self) -> &[Enrollment] {
        if self.enrollments.is_empty() {
            return self.listing.as_slice();
        }
        &self.enrollments
    }
}

/// What each of several feeds of one table said of students by itself, by the feed's globs. Only facts of such tables stand here.
pub type Said = BTreeMap<String, BTreeMap<StudentIx, Student>>;

/// Calendar rows and terms that lie after the school year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Later {
    /// Calendar rows, as [`Books::calendar`] has them.
    pub calendar: BTreeMap<(Option<SchoolIx>, Day), bool>,
    /// Terms that begin after the school year.
    pub terms: Vec<Term>,
}

/// One district's facts of one school year.
#[derive(Clone, Debug)]
pub struct Books {
    /// The school year the facts are of.
    pub year: SchoolYear,
    /// The names behind the numbers.
    pub names: Names,
    /// Schools by [`SchoolIx`].
    pub schools: Vec<School>,
    /// Calendar rows: whether the day is instructional, for one school or for all.
    pub calendar: BTreeMap<(Option<SchoolIx>, Day), bool>,
    /// Term rows.
    pub terms: Vec<Term>,
    /// Calendar and terms of later years, as exports of many years bring them: they are read when their year begins.
    pub later: Later,
    /// Courses by their number.
    pub courses: Vec<Course>,
    /// Students by [`StudentIx`].
    pub students: Vec<Student>,
    /// Whether any behavior export of this school year was believed: before that, no incident is not the same as none.
    pub behavior_seen: bool,
    /// What the feeds of tables that several fill said by themselves; empty where every table has one feed.
    pub said: Said,
}

impl Books {
    /// Empty books of a school year.
    pub fn new(year: SchoolYear) -> Books {
        let mut names = Names::default();
        names.periods.intern("");
        names.words.intern("");
        Books {
            year,
            names,
            schools: Vec::new(),
            calendar: BTreeMap::new(),
            terms: Vec::new(),
            later: Later::default(),
            courses: Vec::new(),
            students: Vec::new(),
            behavior_seen: false,
            said: Said::new(),
        }
    }

    /// Makes room for so many students in all: grown step by step, a district's facts are copied again and again.
    pub fn expect(&mut self, students: usize) {
        self.students
            .reserve_exact(students.saturating_sub(self.students.len()));
        self.names.students.expect(students);
    }

    /// The number of a student id, with empty facts where it is new.
    pub fn student(&mut self, id: &str) -> StudentIx {
        let number = self.names.students.intern(id);
        if self.students.len() <= number as usize {
            self.students.resize_with(number as usize + 1, Student::default);
        }
        StudentIx(number)
    }

    /// The numbers of student ids, in their order. `numbered`: the same ids with numbers of their own, which books without anybody take over.
    pub(crate) fn students_of<'i>(
        &mut self,
        ids: impl ExactSizeIterator<Item = &'i str>,
        numbered: Option<&Interner>,
    ) -> Vec<StudentIx> {
        let (names, students) = (&mut self.names.students, &mut self.students);
        let numbers: Vec<StudentIx> = match numbered {
            Some(numbered) if names.is_empty() && numbered.len() == ids.len() => {
                debug_assert!(ids.eq(numbered.iter()), "numbered in their own order");
                let all = numbered.len();
                hands::two(
                    all,
                    || students.resize_with(all, Student::default),
                    || names.clone_from(numbered),
                );
                (0..all as u32).map(StudentIx).collect()
            }
            _ => ids.map(|id| StudentIx(names.intern(id))).collect(),
        };
        self.students.resize_with(self.names.students.len(), Student::default);
        numbers
    }

    /// The number of a school id.
    pub fn school(&mut self, id: &str) -> SchoolIx {
        let number = self.names.schools.intern(id);
        if self.schools.len() <= number as usize {
            self.schools.resize_with(number as usize + 1, School::default);
        }
        // More than 65,535 schools are no district; the reader refuses the row before it comes here.
        SchoolIx(number as u16)
    }

    /// The number of a course id.
    pub fn course(&mut self, id: &str) -> u32 {
        let number = self.names.courses.intern(id);
        if self.courses.len() <= number as usize {
            self.courses.resize_with(number as usize + 1, Course::default);
        }
        number
    }
}
