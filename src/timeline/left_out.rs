//! Attendance rows that no number will ever count, because the roll and the calendar deny them: for the operator, with one example
//! each, so that the row can be found in the export.

use crate::facts::{SchoolIx, Student, StudentIx};
use crate::school::Day;

use super::almanac::Almanac;
use super::enrollment::{Home, homes};

/// Why a row is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// No export of students or enrollments ever named the student.
    UnknownStudent,
    /// Before the student's first day.
    BeforeEntry,
    /// After the student's last day, or between two stays.
    AfterExit,
    /// Not an instructional day of the school.
    DayOff,
    /// A day that is still to come.
    Future,
}

/// Rows left out for one reason: how many, and one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Why.
    pub why: Why,
    /// How many.
    pub rows: u64,
    /// Whose row the example is.
    pub student: StudentIx,
    /// The example's day.
    pub day: Day,
}

/// Rows left out as of a day after which all is still to come; one entry a reason at most, in the order of [`Why`].
pub fn left_out(almanac: &Almanac<'_>, today: Day) -> Vec<LeftOut> {
    let year = almanac.books.year;
    let last = match year.offset(today.min(year.end)) {
        Some(last) => last,
        None => return Vec::new(),
    };
    let schools = (0..almanac.books.names.schools.len()).map(|number| SchoolIx(number as u16));
    let good: Vec<Vec<bool>> = schools.map(|school| good_days(almanac, school, last)).collect();
    let mut found: Vec<LeftOut> = Vec::new();
    let mut at_home = Vec::new();
    for (number, student) in almanac.books.students.iter().enumerate() {
        homes(almanac.books, student, &mut at_home);
        if is_plain(student, &at_home, &good) {
            continue;
        }
        for row in student.attendance.rows() {
            let Some(why) = why(almanac, student, &at_home, (row.school, row.day), last) else {
                continue;
            };
            let day = year.day(row.day);
            match found.iter_mut().find(|known| known.why == why) {
                Some(known) => known.rows += 1,
                None => found.push(LeftOut {
                    why,
                    rows: 1,
                    student: StudentIx(number as u32),
                    day,
                }),
            }
        }
    }
    found.sort_by_key(|left| left.why);
    found
}

/// The days on which a row of the school can count: instructional and not still to come. Where the school's days cannot be had,
/// every day so far.
fn good_days(almanac: &Almanac<'_>, school: SchoolIx, last: u16) -> Vec<bool> {
    let days = almanac.days(school);
    let day = |offset: usize| offset <= usize::from(last) && (!days.known || days.holds(offset as u16));
    (0..almanac.books.year.length()).map(day).collect()
}

/// Whether every row lies on a good day inside the only stay: almost every student of almost every night, told by looking at
/// bytes alone.
fn is_plain(student: &Student, at_home: &[Home], good: &[Vec<bool>]) -> bool {
    if student.attendance.is_empty() {
        return true;
    }
    let [home] = at_home else { return false };
    let held = usize::from(home.first)..=usize::from(home.last);
    let fits = |day: usize, school: SchoolIx| held.contains(&day) && good[usize::from(school.0)][day];
    let in_lane = |lane: &crate::facts::Lane| {
        let (first, good) = (usize::from(lane.first), &good[usize::from(lane.school.0)]);
        let inside = held.contains(&first) && first + lane.codes.len() <= held.end() + 1;
        // No early end: a loop without one is several bytes a step.
        let odd = lane.codes.iter().zip(&good[first..]);
        let odd = odd.fold(false, |odd, (code, good)| odd | (*code > 0 && !good));
        inside && !odd
    };
    let rows = student.attendance.odd();
    student.attendance.lanes().iter().all(in_lane) && rows.iter().all(|row| fits(usize::from(row.day), row.school))
}

fn why(
    almanac: &Almanac<'_>,
    student: &Student,
    at_home: &[Home],
    (school, day): (SchoolIx, u16),
    last: u16,
) -> Option<Why> {
    if student.stays().is_empty() {
        return Some(Why::UnknownStudent);
    }
    if day > last {
        return Some(Why::Future);
    }
    if !at_home.iter().any(|home| home.first <= day && day <= home.last) {
        let before = at_home.first().is_none_or(|home| day < home.first);
        return Some(if before { Why::BeforeEntry } else { Why::AfterExit });
    }
    let days = almanac.days(school);
    (days.known && !days.holds(day)).then_some(Why::DayOff)
}
