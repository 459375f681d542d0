//! Students, enrollments, staff and caseloads.

use std::cmp::Ordering;

use crate::directory::Person;
use crate::records::columns::{caseload, enrollments, staff, students};
use crate::records::lines::Row;
use crate::records::notes::Notes;
use crate::records::plan::{Plan, lower};
use crate::routing::{Caseload, Staff};
use crate::school::{Area, Day, Grade, GradeRange};

/// One stay at a school, as an export tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    /// The school's id.
    pub school_id: String,
    /// The grade level; `None` where the cell was not understood.
    pub grade: Option<Grade>,
    /// First day; `None`: since the school year's first day.
    pub entry: Option<Day>,
    /// Last day, included; `None`: still here. Before `entry` where the student never came.
    pub exit: Option<Day>,
    /// Marked as the primary one.
    pub primary: bool,
}

impl Stay {
    /// The later exit first, open ones before all; then the later entry.
    pub(crate) fn graver(one: &Stay, two: &Stay) -> Ordering {
        let exit = |stay: &Stay| stay.exit.unwrap_or(Day(i32::MAX));
        (exit(two).cmp(&exit(one)))
            .then_with(|| two.entry.cmp(&one.entry))
            .then_with(|| two.primary.cmp(&one.primary))
    }
}

/// One row of the students table, without names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StudentRow {
    /// The student's id.
    pub student_id: String,
    /// Where the student is listed; `None` where the export does not say.
    pub stay: Option<Stay>,
    /// Programs in lower case, sorted.
    pub programs: Vec<String>,
}

/// One row of the enrollments table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnrollmentRow {
    /// The student's id.
    pub student_id: String,
    /// The stay.
    pub stay: Stay,
}

/// Reads a grade level; one that is not understood is counted and left open.
fn grade(plan: &Plan<'_>, row: &Row<'_>, column: usize, notes: &mut Notes) -> Option<Grade> {
    let cell = plan.cell(row, column);
    let grade = Grade::parse(cell);
    if grade.is_none() && !cell.is_empty() {
        notes.unknown("unknown-grade", row.line, plan.header(column), cell);
    } else if grade.is_none() {
        notes.add("unknown-grade", row.line, plan.header(column), "");
    }
    grade
}

/// The exit as the last day in, whatever the adapter's exports mean by it.
fn exit(plan: &Plan<'_>, row: &Row<'_>, column: usize, notes: &mut Notes) -> Option<Day> {
    let day = plan.maybe_day(row, column, notes)?;
    Some(if plan.adapter.exit_is_first_day_out {
        day.plus(-1)
    } else {
        day
    })
}

/// One row of the students table: the student, and the names for the directory alone.
pub(in crate::records) fn student(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<(StudentRow, Person)> {
    let student_id = plan.need(row, students::STUDENT, notes)?.to_owned();
    // A student without a name is still a student; letters then show the id.
    for column in [students::FIRST_NAME, students::LAST_NAME] {
        if plan.cell(row, column).is_empty() {
            notes.add("blank-name", row.line, plan.header(column), "");
        }
    }
    let school_id = plan.cell(row, students::SCHOOL);
    let stay = if school_id.is_empty() {
        if plan.has(students::SCHOOL) {
            notes.add("blank-school", row.line, plan.header(students::SCHOOL), "");
        }
        None
    } else {
        Some(Stay {
            school_id: school_id.to_owned(),
            grade: grade(plan, row, students::GRADE, notes),
            entry: plan.maybe_day(row, students::ENTRY, notes),
            exit: exit(plan, row, students::EXIT, notes),
            primary: false,
        })
    };
    let mut programs: Vec<String> = plan
        .list(row, students::PROGRAMS)
        .map(|program| lower(program).into_owned())
        .collect();
    programs.sort_unstable();
    programs.dedup();
    let person = Person {
        student_id: student_id.clone(),
        first_name: plan.cell(row, students::FIRST_NAME).to_owned(),
        last_name: plan.cell(row, students::LAST_NAME).to_owned(),
        homeroom: plan.cell(row, students::HOMEROOM).to_owned(),
    };
    let student = StudentRow {
        student_id,
        stay,
        programs,
    };
    Some((student, person))
}

/// One row of the enrollments table. A student who never came keeps a stay that holds no day, so that the students table does not speak instead.
pub(in crate::records) fn enrollment(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<EnrollmentRow> {
    let student_id = plan.need(row, enrollments::STUDENT, notes)?.to_owned();
    let school_id = plan.need(row, enrollments::SCHOOL, notes)?.to_owned();
    let entry = plan.need_day(row, enrollments::ENTRY, notes)?;
    let code = plan.cell(row, enrollments::EXIT_CODE);
    let mut exit = exit(plan, row, enrollments::EXIT, notes);
    if plan.adapter.no_show.iter().any(|word| word.eq_ignore_ascii_case(code)) {
        notes.add("no-show", row.line, plan.header(enrollments::EXIT_CODE), code);
        exit = Some(entry.plus(-1));
    } else if exit.is_some_and(|exit| exit < entry) {
        notes.add("exit-before-entry", row.line, plan.header(enrollments::EXIT), "");
    }
    let stay = Stay {
        school_id,
        grade: grade(plan, row, enrollments::GRADE, notes),
        entry: Some(entry),
        exit,
        primary: yes(plan.cell(row, enrollments::PRIMARY)),
    };
    Some(EnrollmentRow { student_id, stay })
}

/// Whether a cell says yes.
fn yes(cell: &str) -> bool {
    ["1", "true", "yes", "y", "t", "primary"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(cell))
}

/// One row of the staff table.
pub(in crate::records) fn staff(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<Staff> {
    let staff_id = plan.need(row, staff::STAFF, notes)?.to_owned();
    let words = |column| {
        plan.list(row, column)
            .map(|word| lower(word).into_owned())
            .collect::<Vec<_>>()
    };
    let kept = |column| plan.list(row, column).map(str::to_owned).collect::<Vec<_>>();
    let email = plan.cell(row, staff::EMAIL);
    if email.is_empty() {
        notes.add("blank-address", row.line, plan.header(staff::EMAIL), "");
    }
    Some(Staff {
        staff_id,
        name: plan.cell(row, staff::NAME).to_owned(),
        email: email.to_owned(),
        roles: words(staff::ROLE),
        schools: kept(staff::SCHOOLS),
        areas: words(staff::AREAS),
        grades: grades(plan, row, notes),
        programs: words(staff::PROGRAMS),
        last_names: kept(staff::LAST_NAMES),
        capacity: plan
            .maybe_number(row, staff::CAPACITY, notes)
            .map(|number| number as u32),
        away_from: plan.maybe_day(row, staff::AWAY_FROM, notes),
        away_until: plan.maybe_day(row, staff::AWAY_UNTIL, notes),
        stand_in: plan.cell(row, staff::STAND_IN).to_owned(),
    })
}

/// A list of grade levels and ranges of them: `6;7`, `9-12`.
fn grades(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Vec<Grade> {
    let mut grades = Vec::new();
    for entry in plan.list(row, staff::GRADES) {
        match entry.parse::<GradeRange>() {
            Ok(range) => grades.extend((range.low.0..=range.high.0).map(Grade)),
            Err(_) => notes.unknown("unknown-grade", row.line, plan.header(staff::GRADES), entry),
        }
    }
    grades.sort_unstable();
    grades.dedup();
    grades
}

/// One row of the caseload table.
pub(in crate::records) fn caseload(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<Caseload> {
    let area = plan.cell(row, caseload::AREA);
    Some(Caseload {
        student_id: plan.need(row, caseload::STUDENT, notes)?.to_owned(),
        staff_id: plan.need(row, caseload::STAFF, notes)?.to_owned(),
        role: lower(plan.cell(row, caseload::ROLE)).into_owned(),
        area: (!area.is_empty()).then(|| Area(lower(area).into_owned())),
        from: plan.maybe_day(row, caseload::FROM, notes),
        until: plan.maybe_day(row, caseload::UNTIL, notes),
        from_range: false,
    })
}
