//! Rows that no number will ever count, because the roll, the calendar or the district's tables deny them: for the operator, with one
//! example each, so that the row can be found in the export.

use crate::facts::{Attendance, AttendanceRow, Incident, Mark, PeriodIx, SchoolIx, Student, StudentIx};
use crate::hands;
use crate::school::{Day, SchoolYear, Table, Tables};

use super::almanac::Almanac;
use super::day::{DayReader, DayReading};
use super::enrollment::{Home, home_on, homes};
use super::marks::{MarkReading, standing_date};

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Attendance: no export of students or enrollments ever named the student.
    UnknownStudent,
    /// Attendance: before the student's first day.
    BeforeEntry,
    /// Attendance: after the student's last day, or between two stays.
    AfterExit,
    /// Attendance: at another school than the student's own of that day.
    OtherSchool,
    /// Attendance: not an instructional day of the school.
    DayOff,
    /// Attendance: a day that is still to come.
    Future,
    /// Attendance: period rows in exceptions form at a school of which nobody said how many periods its days have.
    PeriodsNotKnown,
    /// A mark dated outside the school year.
    MarkOutsideYear,
    /// A mark dated on a day that is still to come.
    MarkInTheFuture,
    /// A mark of a grade level for which there is no scale at all: left out on purpose, as far as anybody knows.
    GradeWithoutScale,
    /// A mark of a grade level for which there are scales, of which none is for its school or subject.
    MarkWithoutScale,
    /// A mark that its own scale cannot read, though another scale can: what none can read is told when it is read.
    MarkNotUnderstood,
    /// An incident outside the school year.
    IncidentOutsideYear,
    /// An incident on a day that is still to come.
    IncidentInTheFuture,
}

impl Why {
    /// The table in which such a row stands.
    pub fn table(self) -> Table {
        match self {
            Why::UnknownStudent
            | Why::BeforeEntry
            | Why::AfterExit
            | Why::OtherSchool
            | Why::DayOff
            | Why::Future
            | Why::PeriodsNotKnown => Table::Attendance,
            Why::MarkOutsideYear
            | Why::MarkInTheFuture
            | Why::GradeWithoutScale
            | Why::MarkWithoutScale
            | Why::MarkNotUnderstood => Table::Grades,
            Why::IncidentOutsideYear | Why::IncidentInTheFuture => Table::Behavior,
        }
    }
}

/// Rows left out for one reason: how many, and one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Why.
    pub why: Why,
    /// How many.
    pub rows: u64,
    /// Whose row the example is.
    pub student: StudentIx,
    /// Other cells by which the example can be found: of attendance its date, of a mark its course, the mark and its date, of an incident its id.
    pub cells: Vec<String>,
}

/// Rows of some tables that are left out on an as-of day, where all after `today` is still to come; one entry a reason at most, in the order
/// of [`Why`].
pub fn left_out(almanac: &Almanac<'_>, as_of: Day, today: Day, tables: Tables) -> Vec<LeftOut> {
    let year = almanac.books.year;
    let Some(last) = year.offset(today.min(year.end)) else {
        return Vec::new();
    };
    let schools = (0..almanac.books.names.schools.len()).map(|number| SchoolIx(number as u16));
    let look = Look {
        almanac,
        as_of,
        today,
        last,
        good: schools.map(|school| good_days(almanac, school, last)).collect(),
        tables,
    };
    let students = &almanac.books.students;
    let share = hands::share(students.len());
    let parts = hands::side_by_side(students.chunks(share), |at, students| {
        look.through(at * share, students)
    });
    let mut found = Found::default();
    for left in parts.into_iter().flat_map(|part| part.0) {
        found.add(left.why, left.rows, left.student, || left.cells.clone());
    }
    found.0.sort_by_key(|left| left.why);
    found.0
}

/// One entry a reason, the first example first.
#[derive(Default)]
struct Found(Vec<LeftOut>);

impl Found {
    fn add(&mut self, why: Why, rows: u64, student: StudentIx, cells: impl FnOnce() -> Vec<String>) {
        match self.0.iter_mut().find(|known| known.why == why) {
            Some(known) => known.rows += rows,
            None => self.0.push(LeftOut {
                why,
                rows,
                student,
                cells: cells(),
            }),
        }
    }
}

/// What rows are held against.
struct Look<'l> {
    almanac: &'l Almanac<'l>,
    as_of: Day,
    today: Day,
    /// The offset of the last day that is not still to come.
    last: u16,
    /// By school: the days on which a row of it can count.
    good: Vec<Vec<bool>>,
    tables: Tables,
}

impl Look<'_> {
    fn through(&self, first: usize, students: &[Student]) -> Found {
        let mut found = Found::default();
        let mut at_home = Vec::new();
        for (number, student) in students.iter().enumerate() {
            let number = StudentIx((first + number) as u32);
            if self.tables.holds(Table::Attendance) {
                homes(self.almanac.books, student, &mut at_home);
                self.attendance(number, student, &at_home, &mut found);
            }
            if self.tables.holds(Table::Grades) {
                self.marks(number, student, &mut found);
            }
            if self.tables.holds(Table::Behavior) {
                self.incidents(number, student, &mut found);
            }
        }
        found
    }

    fn attendance(&self, number: StudentIx, student: &Student, at_home: &[Home], found: &mut Found) {
        if self.is_plain(student, at_home) {
            return;
        }
        for row in student.attendance.rows() {
            if let Some(why) = self.why(student, at_home, &row) {
                let day = self.almanac.books.year.day(row.day);
                found.add(why, 1, number, || vec![day.to_string()]);
            }
        }
    }

    /// Whether every row lies on a good day of the only stay's own school, and whole days: almost every student of almost every
    /// night, told by looking at bytes alone.
    fn is_plain(&self, student: &Student, at_home: &[Home]) -> bool {
        if student.attendance.is_empty() {
            return true;
        }
        let [home] = at_home else { return false };
        let held = usize::from(home.first)..=usize::from(home.last);
        let good = &self.good[usize::from(home.stay.school.0)];
        let in_lane = |lane: &crate::facts::Lane| {
            let first = usize::from(lane.first);
            let inside = held.contains(&first) && first + lane.codes.len() <= held.end() + 1;
            // No early end: a loop without one is several bytes a step.
            let odd = lane.codes.iter().zip(&good[first..]);
            let odd = odd.fold(false, |odd, (code, good)| odd | (*code > 0 && !good));
            self.is_weighed(home, lane.school, lane.period) && inside && !odd
        };
        let is_good = |row: &AttendanceRow| {
            let day = usize::from(row.day);
            self.is_weighed(home, row.school, row.period) && held.contains(&day) && good[day]
        };
        let attendance = &student.attendance;
        attendance.lanes().iter().all(in_lane) && attendance.odd().iter().all(is_good)
    }

    /// Whether rows stand at the home school and say how much of a day they are.
    fn is_weighed(&self, home: &Home, school: SchoolIx, period: PeriodIx) -> bool {
        home.stay.school == school
            && (period == PeriodIx::WHOLE_DAY || self.almanac.reader.knows_periods(home.stay.school))
    }

    fn why(&self, student: &Student, at_home: &[Home], row: &AttendanceRow) -> Option<Why> {
        if student.stays().is_empty() {
            return Some(Why::UnknownStudent);
        }
        if row.day > self.last {
            return Some(Why::Future);
        }
        let home = at_home
            .iter()
            .find(|home| home.first <= row.day && row.day <= home.last);
        let Some(home) = home else {
            let before = at_home.first().is_none_or(|home| row.day < home.first);
            return Some(if before { Why::BeforeEntry } else { Why::AfterExit });
        };
        if home.stay.school != row.school {
            return Some(Why::OtherSchool);
        }
        if !self.good[usize::from(row.school.0)][usize::from(row.day)] {
            return Some(Why::DayOff);
        }
        let is_known = self.is_weighed(home, row.school, row.period);
        (!is_known && self.is_unweighed(&student.attendance, row)).then_some(Why::PeriodsNotKnown)
    }

    fn is_unweighed(&self, attendance: &Attendance, row: &AttendanceRow) -> bool {
        let rows = DayReader::rows_of(attendance, row.school, row.day);
        self.almanac.reader.read(row.school, rows, &mut Vec::new()) == DayReading::Unweighed
    }

    /// Marks of who is enrolled: those of others are in no number anyway.
    fn marks(&self, number: StudentIx, student: &Student, found: &mut Found) {
        let books = self.almanac.books;
        let Some(home) = home_on(books, student, self.as_of) else {
            return;
        };
        let gradebook = &self.almanac.gradebook;
        let why = |mark: &Mark| {
            let date = standing_date(mark, self.as_of)?;
            if let Some(why) = self.misdated(date, (Why::MarkOutsideYear, Why::MarkInTheFuture)) {
                return Some(why);
            }
            let school = mark.school.unwrap_or(home.school);
            let Some(scale) = gradebook.scale(home.grade, school, mark.course) else {
                return Some(match gradebook.has_scale(home.grade) {
                    true => Why::MarkWithoutScale,
                    false => Why::GradeWithoutScale,
                });
            };
            let is_odd = scale.reading(mark.text) == MarkReading::NotUnderstood && gradebook.can_read(mark.text);
            is_odd.then_some(Why::MarkNotUnderstood)
        };
        for mark in &student.marks {
            if let Some(why) = why(mark) {
                found.add(why, 1, number, || {
                    let course = books.names.courses.name(mark.course);
                    let mut cells = vec![course.to_owned(), books.names.marks.name(mark.text).to_owned()];
                    cells.extend(mark.date.map(|date| date.to_string()));
                    cells
                });
            }
        }
    }

    fn incidents(&self, number: StudentIx, student: &Student, found: &mut Found) {
        let why = |row: &Incident| self.misdated(row.date, (Why::IncidentOutsideYear, Why::IncidentInTheFuture));
        for row in &student.incidents {
            if let Some(why) = why(row) {
                found.add(why, 1, number, || vec![row.incident.to_string()]);
            }
        }
    }

    fn misdated(&self, date: Day, (outside, future): (Why, Why)) -> Option<Why> {
        let year: SchoolYear = self.almanac.books.year;
        if !year.holds(date) {
            return Some(outside);
        }
        (date > self.today).then_some(future)
    }
}

/// The days on which a row of the school can count: instructional and not still to come. Where the school's days cannot be had,
/// every day so far.
fn good_days(almanac: &Almanac<'_>, school: SchoolIx, last: u16) -> Vec<bool> {
    let days = almanac.days(school);
    let day = |offset: usize| offset <= usize::from(last) && (!days.known || days.holds(offset as u16));
    (0..almanac.books.year.length()).map(day).collect()
}
