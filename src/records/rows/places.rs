//! Schools, calendars, terms and the district's course crosswalk.

use crate::records::columns::{calendar, courses, schools, terms};
use crate::records::lines::Row;
use crate::records::notes::Notes;
use crate::records::plan::{Plan, lower};
use crate::school::Day;

/// One row of the schools table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchoolRow {
    /// The school's id.
    pub school_id: String,
    /// Its name.
    pub name: String,
}

/// One row of the calendar table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarRow {
    /// The school's id; `None`: every school's.
    pub school_id: Option<String>,
    /// The day.
    pub date: Day,
    /// Whether there is instruction.
    pub instructional: bool,
}

/// One row of the terms table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermRow {
    /// The term's word.
    pub term: String,
    /// The school's id; `None`: every school's.
    pub school_id: Option<String>,
    /// First day.
    pub start: Day,
    /// Last day, included.
    pub end: Day,
}

/// One row of the district's crosswalk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CourseRow {
    /// The course's id.
    pub course_id: String,
    /// The subject.
    pub subject: String,
    /// `math`, `ela`, `no`, or empty.
    pub core: String,
}

/// A school cell that may be blank.
fn maybe_school(plan: &Plan<'_>, row: &Row<'_>, column: usize) -> Option<String> {
    let cell = plan.cell(row, column);
    (!cell.is_empty()).then(|| cell.to_owned())
}

/// One row of the schools table.
pub(in crate::records) fn school(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<SchoolRow> {
    Some(SchoolRow {
        school_id: plan.need(row, schools::SCHOOL, notes)?.to_owned(),
        name: plan.need(row, schools::NAME, notes)?.to_owned(),
    })
}

/// One row of the calendar table. Days of earlier years are counted and left out: a calendar of many years is no fault. Days of later years
/// are kept until theirs begins.
pub(in crate::records) fn calendar(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<CalendarRow> {
    let date = plan.need_day(row, calendar::DATE, notes)?;
    let day_type = plan.need(row, calendar::DAY_TYPE, notes)?;
    if date < plan.year.start {
        notes.add("other-year", row.line, plan.header(calendar::DATE), &date.to_string());
        return None;
    }
    Some(CalendarRow {
        school_id: maybe_school(plan, row, calendar::SCHOOL),
        date,
        instructional: day_type.eq_ignore_ascii_case("instructional"),
    })
}

/// One row of the terms table. Terms of earlier years are counted and left out; those of later years are kept until theirs begins.
pub(in crate::records) fn term(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<TermRow> {
    let term = plan.need(row, terms::TERM, notes)?.to_owned();
    let start = plan.need_day(row, terms::START, notes)?;
    let end = plan.need_day(row, terms::END, notes)?;
    if end < start {
        notes.reject("end-before-start", row.line, plan.header(terms::END), &end.to_string());
        return None;
    }
    if end < plan.year.start {
        notes.add("other-year", row.line, plan.header(terms::START), &start.to_string());
        return None;
    }
    Some(TermRow {
        term,
        school_id: maybe_school(plan, row, terms::SCHOOL),
        start,
        end,
    })
}

/// One row of the crosswalk.
pub(in crate::records) fn course(plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> Option<CourseRow> {
    let course_id = plan.need(row, courses::COURSE, notes)?.to_owned();
    let core = lower(plan.cell(row, courses::CORE));
    let known = ["", "math", "ela", "no"].contains(&core.as_ref());
    if !known {
        notes.unknown("unknown-core", row.line, plan.header(courses::CORE), &core);
    }
    Some(CourseRow {
        course_id,
        subject: plan.cell(row, courses::SUBJECT).to_owned(),
        core: if known { core.into_owned() } else { String::new() },
    })
}
