//! Attendance: the rows of the schools, weeks or keys that a file holds are replaced by its own.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::{Applied, Scope, each_student, meet, numbers};
use crate::facts::{Attendance, AttendanceRow, Books, CodeIx, PeriodIx, SchoolIx};
use crate::records::{AttendanceFold, Covers, Numbering};
use crate::school::{SchoolYear, Table};

/// Applies attendance rows.
pub(super) fn attendance(
    books: &mut Books,
    fold: &AttendanceFold,
    covers: Covers,
    withheld: &BTreeSet<SchoolIx>,
    applied: &mut Applied,
) {
    let numbering = numbering(books, fold);
    let schools: BTreeSet<_> = numbering.schools.iter().copied().map(Some).collect();
    let (first, last) = fold.span.unzip();
    let year = books.year;
    let day = |offset: Option<u16>| offset.map(|offset| year.day(offset));
    let scope = Scope::new(covers, schools, day(first), day(last)).but(withheld);
    meet(books, fold.students.names.iter());
    let mut rows_of: Vec<Option<u32>> = vec![None; books.students.len()];
    let known = books.names.students.in_order();
    for (number, id) in fold.students.names.iter().enumerate() {
        if let Some(student) = known.get(id) {
            rows_of[student as usize] = Some(number as u32);
        }
    }
    each_student(
        &mut books.students,
        &rows_of,
        Table::Attendance,
        applied,
        |student, number, _| {
            let record = &mut student.attendance;
            if number.is_none() && record.is_empty() {
                return false;
            }
            let new = number.map_or_else(Attendance::default, |number| fold.record(number, &numbering));
            let merged = merged(record, new, &scope, year);
            let changed = merged != *record;
            if changed {
                *record = merged;
            }
            changed
        },
    );
}

/// The numbers of a fold's schools, periods and codes in the books.
fn numbering(books: &mut Books, fold: &AttendanceFold) -> Numbering {
    let schools = numbers(fold.schools.names.iter(), |name| books.school(name).0);
    // The reader refuses the row that would need a number beyond 65,535.
    let periods = numbers(fold.periods.iter(), |name| books.names.periods.intern(name) as u16);
    let codes = numbers(fold.codes.iter(), |name| books.names.codes.intern(name) as u16);
    Numbering {
        schools: schools.into_iter().map(SchoolIx).collect(),
        periods: periods.into_iter().map(PeriodIx).collect(),
        codes: codes.into_iter().map(CodeIx).collect(),
    }
}

/// What stands after a file: old rows that it does not replace, and its own.
fn merged(old: &Attendance, mut new: Attendance, scope: &Scope, year: SchoolYear) -> Attendance {
    if !scope.withheld.is_empty() {
        new.remove(|row| scope.withholds(Some(row.school)));
        new.settle();
    }
    let keys: FxHashSet<_> = if matches!(scope.covers, Covers::Rows | Covers::Term) {
        new.rows().map(|row| key(&row)).collect()
    } else {
        FxHashSet::default()
    };
    let replaced = |row: &AttendanceRow| {
        scope.replaces(Some(row.school), Some(year.day(row.day))) || (!keys.is_empty() && keys.contains(&key(row)))
    };
    let whole = match scope.covers {
        _ if !scope.withheld.is_empty() => old.is_empty(),
        Covers::Now => true,
        // The usual night: every lane is of a school in the file, and no row need be looked at.
        Covers::Year => {
            let schools = old
                .lanes()
                .iter()
                .map(|lane| lane.school)
                .chain(old.odd().iter().map(|row| row.school));
            schools.into_iter().all(|school| scope.schools.contains(&Some(school)))
        }
        _ => old.is_empty(),
    };
    if whole {
        return new;
    }
    let mut merged = old.clone();
    merged.remove(replaced);
    for row in new.rows() {
        merged.put(row);
    }
    merged.settle();
    merged
}

/// What makes two rows rows about the same thing.
fn key(row: &AttendanceRow) -> (u16, SchoolIx, PeriodIx) {
    (row.day, row.school, row.period)
}
