//! Students and enrollments: who is no longer listed has left, and may come back.

use std::collections::BTreeSet;

use super::{Applied, ByStudent, Scope, count, each_student};
use crate::facts::{Books, Enrollment, SchoolIx, Student};
use crate::monitor::Tallies;
use crate::records::{Covers, EnrollmentRow, Stay, StudentRow};
use crate::school::{Day, Interner, Table};

/// A stay as a fact.
fn fact(books: &mut Books, stay: &Stay) -> Enrollment {
    Enrollment {
        school: books.school(&stay.school_id),
        grade: stay.grade,
        entry: stay.entry,
        exit: stay.exit,
        primary: stay.primary,
        gone_after: None,
    }
}

/// Applies rows of the students table.
pub(super) fn students(
    books: &mut Books,
    (rows, numbered): (&[StudentRow], Option<&Interner>),
    covers: Covers,
    last_as_of: Option<Day>,
    withheld: &BTreeSet<SchoolIx>,
    applied: &mut Applied,
) {
    let numbers = books.students_of(rows.iter().map(|row| &*row.student_id), numbered);
    // One row per student by now, and nearly every student has one: a list by number, no map.
    let mut listed: Vec<Option<(Option<Enrollment>, Vec<u32>)>> = Vec::with_capacity(books.students.len());
    listed.resize(books.students.len(), None);
    for (row, number) in rows.iter().zip(numbers) {
        let listing = row.stay.as_ref().map(|stay| fact(books, stay));
        let mut programs: Vec<u32> = row
            .programs
            .iter()
            .map(|program| books.names.words.intern(program))
            .collect();
        programs.sort_unstable();
        listed[number.0 as usize].get_or_insert((listing, programs));
    }
    let schools: BTreeSet<_> = listed
        .iter()
        .flatten()
        .filter_map(|(listing, _)| listing.as_ref())
        .map(|l| Some(l.school))
        .collect();
    let scope = Scope::new(covers, schools, None, None).but(withheld);
    each_student(
        &mut books.students,
        &listed,
        Table::Students,
        applied,
        |student, row, tallies| match row {
            Some(row) => list(student, row, &scope, tallies),
            None => unlist(student, &scope, last_as_of, tallies),
        },
    );
}

/// Lays a row into a student's facts; whether that is news.
fn list(
    student: &mut Student,
    (listing, programs): &(Option<Enrollment>, Vec<u32>),
    scope: &Scope,
    tallies: &mut Tallies,
) -> bool {
    // Listed at a school whose part is held: whatever stood of the student stands.
    if listing
        .as_ref()
        .is_some_and(|listing| scope.withholds(Some(listing.school)))
    {
        return false;
    }
    // A row that names no school says that the student is there, and nothing of where.
    let mut listing = listing.clone().or_else(|| student.listing.clone());
    if let Some(listing) = &mut listing {
        listing.gone_after = None;
    }
    if student.listing.as_ref().is_some_and(|old| old.gone_after.is_some()) {
        count(tallies, "listed-again");
    }
    let is_new = student.listing != listing || student.programs != *programs;
    if is_new {
        student.listing = listing;
        student.programs.clone_from(programs);
    }
    is_new
}

/// Ends what stands of a student whom no row lists any more; whether that is news.
fn unlist(student: &mut Student, scope: &Scope, last_as_of: Option<Day>, tallies: &mut Tallies) -> bool {
    let Some(listing) = &mut student.listing else {
        return false;
    };
    let is_new = leave(listing, scope, last_as_of, tallies);
    if is_new && listing.gone_after.is_none() {
        student.listing = None;
    }
    is_new
}

/// Ends a stay that the export no longer lists. Returns whether that is news; where `gone_after` is still open then, the stay never held.
fn leave(stay: &mut Enrollment, scope: &Scope, last_as_of: Option<Day>, tallies: &mut Tallies) -> bool {
    if stay.gone_after.is_some() || !scope.replaces(Some(stay.school), None) {
        return false;
    }
    count(tallies, "no-longer-listed");
    // The whole truth of the year takes back what it no longer says; the state today only ends it.
    if scope.covers == Covers::Now {
        stay.gone_after = last_as_of;
    }
    true
}

/// Applies rows of the enrollments table.
pub(super) fn enrollments(
    books: &mut Books,
    rows: &[EnrollmentRow],
    covers: Covers,
    last_as_of: Option<Day>,
    withheld: &BTreeSet<SchoolIx>,
    applied: &mut Applied,
) {
    let mut listed = ByStudent::of(books, rows, |books, row| {
        let student = books.student(&row.student_id);
        (student, fact(books, &row.stay))
    });
    let schools: BTreeSet<_> = listed.facts().map(|stay| Some(stay.school)).collect();
    let scope = Scope::new(covers, schools, None, None).but(withheld);
    listed.retain(|stay| !scope.withholds(Some(stay.school)));
    for (index, rows) in listed.each(books.students.len()) {
        let student = &mut books.students[index.0 as usize];
        let old = &student.enrollments;
        if old.is_empty() && rows.is_empty() {
            continue;
        }
        let mut new: Vec<Enrollment> = Vec::with_capacity(rows.len());
        for stay in old {
            let same = |row: &&Enrollment| (row.school, row.entry) == (stay.school, stay.entry);
            if rows.iter().find(same).is_some() {
                if stay.gone_after.is_some() {
                    count(&mut applied.tallies, "listed-again");
                }
                continue;
            }
            let mut stay = stay.clone();
            if !leave(&mut stay, &scope, last_as_of, &mut applied.tallies) || stay.gone_after.is_some() {
                new.push(stay);
            }
        }
        new.extend(rows);
        new.sort_by_key(|stay| (stay.entry, stay.school));
        if new != *old {
            student.enrollments = new;
            applied.student(index, Table::Enrollments);
        }
    }
}
