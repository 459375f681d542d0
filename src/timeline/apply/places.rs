//! Schools, calendars, terms and the crosswalk of courses.

use std::collections::{BTreeMap, BTreeSet};

use super::{Applied, Scope};
use crate::facts::{Books, SchoolIx, Term};
use crate::records::{CalendarRow, CourseRow, Covers, SchoolRow, TermRow};
use crate::school::{Day, Table};

/// The number of a school that a row may leave blank.
fn school(books: &mut Books, id: Option<&str>) -> Option<SchoolIx> {
    id.map(|id| books.school(id))
}

/// Applies schools and their names. A school that a later file leaves out keeps its name: facts may still speak of it.
pub(super) fn schools(books: &mut Books, rows: &[SchoolRow], applied: &mut Applied) {
    for row in rows {
        let at = usize::from(books.school(&row.school_id).0);
        if books.schools[at].name != row.name {
            books.schools[at].name.clone_from(&row.name);
            applied.table(Table::Schools);
        }
    }
}

/// Applies calendar rows. A file that says nothing of later years leaves what is known of them.
pub(super) fn calendar(books: &mut Books, rows: &[CalendarRow], covers: Covers, applied: &mut Applied) {
    let facts: Vec<((Option<SchoolIx>, Day), bool)> = rows
        .iter()
        .map(|row| ((school(books, row.school_id.as_deref()), row.date), row.instructional))
        .collect();
    let end = books.year.end;
    let (now, later): (Vec<_>, Vec<_>) = facts.into_iter().partition(|((_, date), _)| *date <= end);
    let mut changed = lay(&mut books.calendar, now, covers);
    if !later.is_empty() {
        changed |= lay(&mut books.later.calendar, later, covers);
    }
    if changed {
        applied.table(Table::Calendar);
    }
}

/// Lays days over those known; whether anything changed.
fn lay(
    known: &mut BTreeMap<(Option<SchoolIx>, Day), bool>,
    facts: Vec<((Option<SchoolIx>, Day), bool)>,
    covers: Covers,
) -> bool {
    let schools: BTreeSet<_> = facts.iter().map(|((school, _), _)| *school).collect();
    let dates = || facts.iter().map(|((_, date), _)| *date);
    let scope = Scope::new(covers, schools, dates().min(), dates().max());
    let mut new = known.clone();
    new.retain(|(school, date), _| !scope.replaces(*school, Some(*date)));
    new.extend(facts);
    let changed = new != *known;
    *known = new;
    changed
}

/// Applies terms. A file that says nothing of later years leaves what is known of them.
pub(super) fn terms(books: &mut Books, rows: &[TermRow], covers: Covers, applied: &mut Applied) {
    let facts: Vec<Term> = rows
        .iter()
        .map(|row| Term {
            term: books.names.terms.intern(&row.term),
            school: school(books, row.school_id.as_deref()),
            start: row.start,
            end: row.end,
        })
        .collect();
    let end = books.year.end;
    let (now, later): (Vec<_>, Vec<_>) = facts.into_iter().partition(|term| term.start <= end);
    let mut changed = lay_terms(&mut books.terms, now, covers);
    if !later.is_empty() {
        changed |= lay_terms(&mut books.later.terms, later, covers);
    }
    if changed {
        applied.table(Table::Terms);
    }
}

/// Lays terms over those known; whether anything changed.
fn lay_terms(known: &mut Vec<Term>, facts: Vec<Term>, covers: Covers) -> bool {
    let schools: BTreeSet<_> = facts.iter().map(|term| term.school).collect();
    let scope = Scope::new(covers, schools, None, None);
    // `Q1` comes again every year: more than 300 days away it is another one.
    let is_near = |one: &Term, two: &Term| (one.start.0 - two.start.0).abs() < 300;
    let named = |term: &Term| {
        let same = |fact: &&Term| (fact.term, fact.school) == (term.term, term.school) && is_near(fact, term);
        facts.iter().any(|fact| same(&fact))
    };
    let mut new: Vec<Term> = known
        .iter()
        .filter(|term| !scope.replaces(term.school, None) && !named(term))
        .cloned()
        .collect();
    new.extend(facts.iter().cloned());
    new.sort_by_key(|term| (term.start, term.end, term.school, term.term));
    let changed = new != *known;
    *known = new;
    changed
}

/// Applies the district's crosswalk.
pub(super) fn courses(books: &mut Books, rows: &[CourseRow], covers: Covers, applied: &mut Applied) {
    let before = books.courses.clone();
    if matches!(covers, Covers::Now | Covers::Year) {
        for course in &mut books.courses {
            course.crosswalk_subject.clear();
            course.core.clear();
        }
    }
    for row in rows {
        let at = books.course(&row.course_id) as usize;
        books.courses[at].crosswalk_subject.clone_from(&row.subject);
        books.courses[at].core.clone_from(&row.core);
    }
    if books.courses != before {
        applied.table(Table::Courses);
    }
}
