//! The rows of one thread by table, then of one file.

use super::intake::Intake;
use super::lines::Row;
use super::notes::{Line, Notes};
use super::plan::Plan;
use super::rows::{
    self, AttendanceFold, CalendarRow, ContactRow, CourseRow, EnrollmentRow, GroupRow, IncidentRow, Layout, MarkFold,
    OutcomeRow, PlanRow, SchoolRow, Stay, StudentRow, TermRow, no_graver, settle,
};
use crate::directory::Person;
use crate::monitor::hush;
use crate::routing::{Caseload, Staff};
use crate::school::{Day, Meaning, SchoolYear, Table};

/// A student and the three cells that go to the directory: last name, first name, homeroom.
type Listed = (StudentRow, [String; 3]);

/// Staff rows have no order of their own; their text gives one.
struct StaffText(String, Staff);

impl PartialEq for StaffText {
    fn eq(&self, other: &StaffText) -> bool {
        self.0 == other.0
    }
}

impl Eq for StaffText {}

impl PartialOrd for StaffText {
    fn partial_cmp(&self, other: &StaffText) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for StaffText {
    fn cmp(&self, other: &StaffText) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}

/// How rows are taken whose every part was seen before.
pub(super) enum QuickWay {
    Attendance(Layout),
    Marks,
}

/// Rows understood so far.
pub(super) struct Gathered {
    attendance: AttendanceFold,
    marks: MarkFold,
    students: Vec<(Line, Listed)>,
    enrollments: Vec<(Line, EnrollmentRow)>,
    schools: Vec<(Line, SchoolRow)>,
    calendar: Vec<(Line, CalendarRow)>,
    terms: Vec<(Line, TermRow)>,
    courses: Vec<(Line, CourseRow)>,
    staff: Vec<(Line, StaffText)>,
    caseload: Vec<(Line, Caseload)>,
    incidents: Vec<(Line, IncidentRow)>,
    plans: Vec<(Line, PlanRow)>,
    contacts: Vec<(Line, ContactRow)>,
    groups: Vec<(Line, GroupRow)>,
    outcomes: Vec<(Line, OutcomeRow)>,
}

impl Gathered {
    /// Nothing yet.
    pub(super) fn new(year: SchoolYear) -> Gathered {
        Gathered {
            attendance: AttendanceFold::new(year.length()),
            marks: MarkFold::default(),
            students: Vec::new(),
            enrollments: Vec::new(),
            schools: Vec::new(),
            calendar: Vec::new(),
            terms: Vec::new(),
            courses: Vec::new(),
            staff: Vec::new(),
            caseload: Vec::new(),
            incidents: Vec::new(),
            plans: Vec::new(),
            contacts: Vec::new(),
            groups: Vec::new(),
            outcomes: Vec::new(),
        }
    }

    /// Takes one row for one table.
    #[inline]
    pub(super) fn row(&mut self, plan: &Plan<'_>, row: &Row<'_>, meaning: &Meaning, notes: &mut Notes) {
        if plan.table == Table::Attendance {
            return self.attendance.row(plan, row, meaning, notes);
        }
        if plan.table == Table::Grades {
            return self.marks.row(plan, row, meaning, notes);
        }
        let at = row.line;
        match plan.table {
            Table::Students => self
                .students
                .extend(rows::student(plan, row, notes).map(|(student, person)| {
                    let cells = [person.last_name, person.first_name, person.homeroom];
                    (at, (student, cells))
                })),
            Table::Enrollments => self
                .enrollments
                .extend(rows::enrollment(plan, row, notes).map(|row| (at, row))),
            Table::Schools => self.schools.extend(rows::school(plan, row, notes).map(|row| (at, row))),
            Table::Calendar => self
                .calendar
                .extend(rows::calendar(plan, row, notes).map(|row| (at, row))),
            Table::Terms => self.terms.extend(rows::term(plan, row, notes).map(|row| (at, row))),
            Table::Courses => self.courses.extend(rows::course(plan, row, notes).map(|row| (at, row))),
            Table::Staff => {
                let staff = rows::staff(plan, row, notes);
                self.staff
                    .extend(staff.map(|row| (at, StaffText(format!("{row:?}"), row))));
            }
            Table::Caseload => self
                .caseload
                .extend(rows::caseload(plan, row, notes).map(|row| (at, row))),
            Table::Behavior => self
                .incidents
                .extend(rows::incident(plan, row, meaning, notes).map(|row| (at, row))),
            Table::Interventions => self
                .plans
                .extend(rows::intervention(plan, row, notes).map(|row| (at, row))),
            Table::Contacts => self
                .contacts
                .extend(rows::contact(plan, row, notes).map(|row| (at, row))),
            Table::Groups => self.groups.extend(rows::group(plan, row, notes).map(|row| (at, row))),
            Table::Outcomes => self
                .outcomes
                .extend(rows::outcome(plan, row, notes).map(|row| (at, row))),
            Table::Attendance | Table::Grades => {}
        }
    }

    /// The quick way of plain rows that all belong to one plan, where there is one.
    pub(super) fn quick_way(&mut self, plan: &Plan<'_>, columns: usize, delimiter: u8) -> Option<QuickWay> {
        match plan.table {
            Table::Attendance => Layout::of(plan, columns, delimiter).map(QuickWay::Attendance),
            Table::Grades => self.marks.alone(plan, columns, delimiter).then_some(QuickWay::Marks),
            _ => None,
        }
    }

    /// Takes a row whose every part was seen before, without a second look: see [`AttendanceFold::quick`] and [`MarkFold::quick`].
    #[inline]
    pub(super) fn quick(
        &mut self,
        way: &QuickWay,
        text: &str,
        start: usize,
        line: Line,
        notes: &mut Notes,
    ) -> Option<usize> {
        match way {
            QuickWay::Attendance(layout) => self.attendance.quick(layout, text.as_bytes(), start, line, notes),
            QuickWay::Marks => self.marks.quick(text, start, line),
        }
    }

    /// Makes room for about so many rows more, where a list has begun that districts have millions of.
    pub(super) fn expect(&mut self, rows: usize) {
        if !self.marks.rows.is_empty() {
            self.marks.expect(rows);
        }
        if !self.students.is_empty() {
            self.students.reserve_exact(rows);
        }
        if self.attendance.span.is_some() {
            self.attendance.expect(rows);
        }
    }

    /// Adds another thread's rows.
    pub(super) fn merge(&mut self, other: Gathered, notes: &mut Notes) {
        self.attendance.merge(other.attendance, notes);
        self.marks.merge(other.marks);
        self.students.extend(other.students);
        self.enrollments.extend(other.enrollments);
        self.schools.extend(other.schools);
        self.calendar.extend(other.calendar);
        self.terms.extend(other.terms);
        self.courses.extend(other.courses);
        self.staff.extend(other.staff);
        self.caseload.extend(other.caseload);
        self.incidents.extend(other.incidents);
        self.plans.extend(other.plans);
        self.contacts.extend(other.contacts);
        self.groups.extend(other.groups);
        self.outcomes.extend(other.outcomes);
    }

    /// Whether threads saw rows of one key, so that only one thread can say which line came second.
    pub(super) fn crossed(&self) -> bool {
        self.attendance.crossed
    }

    /// Brings all rows into the order of their keys, one per key, and hands them to the intake.
    pub(super) fn finish(mut self, intake: &mut Intake, year: SchoolYear, meaning: &Meaning, notes: &mut Notes) {
        self.attendance.finish(notes);
        self.marks.finish(meaning, notes);
        intake.attendance = self.attendance;
        intake.marks = self.marks;
        let by_stay = |one: &Listed, two: &Listed| match (&one.0.stay, &two.0.stay) {
            (Some(one), Some(two)) => Stay::graver(one, two),
            (one, two) => two.is_some().cmp(&one.is_some()),
        };
        let students = settle(self.students, |row| row.0.student_id.clone(), by_stay, notes);
        intake.people.reserve_exact(students.len());
        intake.students.reserve_exact(students.len());
        for (row, [last_name, first_name, homeroom]) in students {
            [&last_name, &first_name].into_iter().for_each(|name| hush::named(name));
            intake.people.push(Person {
                student_id: row.student_id.clone(),
                first_name,
                last_name,
                homeroom,
            });
            intake.students.push(row);
        }
        intake.enrollments = settle(
            self.enrollments,
            |row| (row.student_id.clone(), row.stay.school_id.clone(), row.stay.entry),
            |one, two| Stay::graver(&one.stay, &two.stay),
            notes,
        );
        intake.school_rows = settle(self.schools, |row| row.school_id.clone(), no_graver, notes);
        intake.calendar = settle(
            self.calendar,
            |row| (row.school_id.clone(), row.date),
            |one, two| two.instructional.cmp(&one.instructional),
            notes,
        );
        // `Q1` comes again every year: a later year's is another term.
        let years_later = |row: &TermRow| (row.start.0 - year.end.0 + 364).max(0) / 365;
        intake.term_rows = settle(
            self.terms,
            |row| (row.term.clone(), row.school_id.clone(), years_later(row)),
            |one, two| (one.end.0 - one.start.0).cmp(&(two.end.0 - two.start.0)),
            notes,
        );
        intake.courses = settle(self.courses, |row| row.course_id.clone(), no_graver, notes);
        let staff = settle(self.staff, |row| row.1.staff_id.clone(), no_graver, notes);
        intake.staff = staff.into_iter().map(|row| row.1).collect();
        intake.caseload = settle(self.caseload, Caseload::clone, no_graver, notes);
        let incident = |row: &IncidentRow| (row.student_id.clone(), row.incident_id.clone(), row.action.clone());
        let longer = |one: &IncidentRow, two: &IncidentRow| two.action_days.cmp(&one.action_days);
        intake.incidents = settle(self.incidents, incident, longer, notes);
        // A group intervention bears one id for all its students.
        let plan = |row: &PlanRow| (row.student_id.clone(), row.intervention_id.clone());
        intake.plans = settle(self.plans, plan, no_graver, notes);
        intake.contacts = settle(self.contacts, ContactRow::clone, no_graver, notes);
        intake.groups = settle(
            self.groups,
            |row| (row.student_id.clone(), row.group.clone()),
            no_graver,
            notes,
        );
        intake.outcomes = settle(
            self.outcomes,
            |row| (row.student_id.clone(), row.outcome.clone()),
            |one, two| two.value.cmp(&one.value),
            notes,
        );
        cover(intake, year);
    }
}

/// Says which schools, terms and dates the main table covers.
fn cover(intake: &mut Intake, year: SchoolYear) {
    let mut dates: Option<(Day, Day)> = None;
    let mut schools: Vec<&str> = Vec::new();
    let mut terms: Vec<&str> = Vec::new();
    match intake.tables.first() {
        Some(Table::Attendance) => {
            schools.extend(intake.attendance.schools.names.iter());
            dates = intake
                .attendance
                .span
                .map(|(first, last)| (year.day(first), year.day(last)));
        }
        Some(Table::Grades) => {
            schools.extend(intake.marks.schools.names.iter());
            terms.extend(intake.marks.terms.names.iter());
            dates = ends(intake.marks.slots.iter().filter_map(|slot| slot.date));
        }
        Some(Table::Behavior) => {
            schools.extend(intake.incidents.iter().map(|row| row.school_id.as_str()));
            dates = ends(intake.incidents.iter().map(|row| row.date));
        }
        Some(Table::Calendar) => {
            schools.extend(intake.calendar.iter().filter_map(|row| row.school_id.as_deref()));
            dates = ends(intake.calendar.iter().map(|row| row.date));
        }
        Some(Table::Terms) => {
            schools.extend(intake.term_rows.iter().filter_map(|row| row.school_id.as_deref()));
            terms.extend(intake.term_rows.iter().map(|row| row.term.as_str()));
        }
        Some(Table::Students) => {
            let stays = intake.students.iter().filter_map(|row| row.stay.as_ref());
            schools.extend(stays.map(|stay| stay.school_id.as_str()));
        }
        Some(Table::Enrollments) => schools.extend(intake.enrollments.iter().map(|row| row.stay.school_id.as_str())),
        Some(Table::Schools) => schools.extend(intake.school_rows.iter().map(|row| row.school_id.as_str())),
        Some(Table::Contacts) => dates = ends(intake.contacts.iter().map(|row| row.date)),
        _ => {}
    }
    let sorted = |mut words: Vec<&str>| -> Vec<String> {
        words.sort_unstable();
        words.dedup();
        words.into_iter().map(str::to_owned).collect()
    };
    let (first, last) = dates.unzip();
    let (schools, terms) = (sorted(schools), sorted(terms));
    (intake.first, intake.last, intake.schools, intake.terms) = (first, last, schools, terms);
}

/// The first and the last of some days.
fn ends(days: impl Iterator<Item = Day>) -> Option<(Day, Day)> {
    days.fold(None, |ends: Option<(Day, Day)>, day| {
        let (first, last) = ends.unwrap_or((day, day));
        Some((first.min(day), last.max(day)))
    })
}
