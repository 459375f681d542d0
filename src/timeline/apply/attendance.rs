//! Attendance: the rows of the schools, weeks or keys that a file holds are replaced by its own.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::{Applied, Scope, each_student, meet};
use crate::facts::{Attendance, AttendanceRow, Books, CodeIx, PeriodIx, SchoolIx};
use crate::records::{AttendanceFold, Covers, Numbering};
use crate::school::{Interner, SchoolYear, Table};

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

/// The numbers of a fold's schools, periods and codes in the books; given in the order of the names, so that the order of rows leaves no trace.
fn numbering(books: &mut Books, fold: &AttendanceFold) -> Numbering {
    let order = |names: &Interner| {
        let mut order: Vec<u32> = (0..names.len() as u32).collect();
        order.sort_unstable_by(|one, two| names.name(*one).cmp(names.name(*two)));
        order
    };
    let mut numbering = Numbering {
        schools: vec![SchoolIx(0); fold.schools.names.len()],
        periods: vec![PeriodIx(0); fold.periods.len()],
        codes: vec![CodeIx(0); fold.codes.len()],
    };
    for at in order(&fold.schools.names) {
        numbering.schools[at as usize] = books.school(fold.schools.names.name(at));
    }
    // The reader refuses the row that would need a number beyond 65,535.
    for at in order(&fold.periods) {
        numbering.periods[at as usize] = PeriodIx(books.names.periods.intern(fold.periods.name(at)) as u16);
    }
    for at in order(&fold.codes) {
        numbering.codes[at as usize] = CodeIx(books.names.codes.intern(fold.codes.name(at)) as u16);
    }
    numbering
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
