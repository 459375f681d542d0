//! Where a student is enrolled, and in which programs, as bytes.

use super::VERSION;
use super::bytes::{Reader, Writer};
use crate::facts::{Enrollment, SchoolIx, Student};
use crate::school::{Day, Grade};

/// Grades begin at −1; stored numbers begin at 0.
const LOWEST_GRADE: i8 = -1;

/// Appends a record; nothing where nothing is known.
pub(in crate::store) fn write_enrolled(student: &Student, start: Day, into: &mut Vec<u8>) {
    if student.listing.is_none() && student.enrollments.is_empty() && student.programs.is_empty() {
        return;
    }
    let mut to = Writer::new(into, start);
    to.byte(VERSION);
    to.byte(u8::from(student.listing.is_some()));
    to.length(student.enrollments.len());
    for enrollment in student.listing.iter().chain(&student.enrollments) {
        write_enrollment(&mut to, enrollment);
    }
    to.length(student.programs.len());
    for &program in &student.programs {
        to.number(program);
    }
}

fn write_enrollment(to: &mut Writer<'_>, enrollment: &Enrollment) {
    let above = |grade: Grade| u64::from((grade.0.max(LOWEST_GRADE) - LOWEST_GRADE) as u8);
    to.number(enrollment.school.0);
    to.maybe(enrollment.grade.map(above));
    to.maybe_day(enrollment.entry);
    to.maybe_day(enrollment.exit);
    to.maybe_day(enrollment.gone_after);
    to.byte(u8::from(enrollment.primary));
}

/// Reads a record whose days count from `start` into a student.
pub(in crate::store) fn read_enrolled(bytes: &[u8], start: Day, student: &mut Student) -> Option<()> {
    if bytes.is_empty() {
        return Some(());
    }
    let mut from = Reader::new(bytes, start)?;
    let listed = from.byte()?;
    let count = from.length()?;
    if listed == 1 {
        student.listing = Some(read_enrollment(&mut from)?);
    }
    student.enrollments = (0..count)
        .map(|_| read_enrollment(&mut from))
        .collect::<Option<Vec<_>>>()?;
    let programs = from.length()?;
    student.programs = (0..programs).map(|_| from.small()).collect::<Option<Vec<_>>>()?;
    from.done(())
}

fn read_enrollment(from: &mut Reader<'_>) -> Option<Enrollment> {
    Some(Enrollment {
        school: SchoolIx(from.small()?),
        grade: match from.maybe::<u8>()? {
            Some(above) => Some(Grade(i8::try_from(above).ok()?.checked_add(LOWEST_GRADE)?)),
            None => None,
        },
        entry: from.maybe_day()?,
        exit: from.maybe_day()?,
        gone_after: from.maybe_day()?,
        primary: from.byte()? == 1,
    })
}
