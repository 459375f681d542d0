//! Incidents, interventions and contacts: short lists per student, replaced as the file covers them.

use std::collections::BTreeSet;

use super::{Applied, ByStudent, Scope};
use crate::facts::{Books, Contact, Incident, Plan, SchoolIx, Student, StudentIx};
use crate::records::{ContactRow, Covers, IncidentRow, PlanRow};
use crate::school::Table;

/// Replaces one list of every student: old facts stay where the file does not replace them and has none of their key.
fn replace<T: PartialEq + Clone>(
    books: &mut Books,
    incoming: ByStudent<T>,
    list: impl Fn(&mut Student) -> &mut Vec<T>,
    replaced: impl Fn(&T) -> bool,
    same_key: impl Fn(&T, &T) -> bool,
    sort: impl Fn(&mut Vec<T>),
) -> Vec<StudentIx> {
    let mut changed = Vec::new();
    let incoming = incoming.each(books.students.len());
    for (student, (index, facts)) in books.students.iter_mut().zip(incoming) {
        let old = list(student);
        if old.is_empty() && facts.is_empty() {
            continue;
        }
        let stays = |fact: &&T| !replaced(fact) && !facts.iter().any(|new| same_key(new, fact));
        let mut new: Vec<T> = old.iter().filter(stays).cloned().collect();
        new.extend(facts);
        sort(&mut new);
        if new != *old {
            *old = new;
            changed.push(index);
        }
    }
    changed
}

/// Applies incident rows.
pub(super) fn incidents(
    books: &mut Books,
    rows: &[IncidentRow],
    covers: Covers,
    withheld: &BTreeSet<SchoolIx>,
    applied: &mut Applied,
) {
    let mut incoming = ByStudent::of(books, rows, |books, row| {
        let student = books.student(&row.student_id);
        let fact = Incident {
            incident: row.incident_id.as_str().into(),
            school: books.school(&row.school_id),
            date: row.date,
            kind: books.names.words.intern(&row.kind),
            role: books.names.words.intern(&row.role),
            action: books.names.words.intern(&row.action),
            action_days: row.action_days,
        };
        (student, fact)
    });
    let facts = || incoming.facts();
    let schools: BTreeSet<_> = facts().map(|fact| Some(fact.school)).collect();
    let scope = Scope::new(
        covers,
        schools,
        facts().map(|f| f.date).min(),
        facts().map(|f| f.date).max(),
    )
    .but(withheld);
    incoming.retain(|fact| !scope.withholds(Some(fact.school)));
    let changed = replace(
        books,
        incoming,
        |student| &mut student.incidents,
        |fact| scope.replaces(Some(fact.school), Some(fact.date)),
        |one, two| one.incident == two.incident && one.action == two.action,
        |list| list.sort_unstable(),
    );
    for student in changed {
        applied.student(student, Table::Behavior);
    }
}

/// Applies interventions. They name no school: a file that is a whole truth is one for every school.
pub(super) fn plans(books: &mut Books, rows: &[PlanRow], covers: Covers, applied: &mut Applied) {
    let incoming = ByStudent::of(books, rows, |books, row| {
        let student = books.student(&row.student_id);
        let fact = Plan {
            intervention: row.intervention_id.as_str().into(),
            program: books.names.words.intern(&row.program),
            area: books.names.words.intern(&row.area),
            tier: row.tier,
            staff_id: row.staff_id.as_str().into(),
            start: row.start,
            end: row.end,
            sessions: row.sessions,
            goal: row.goal.as_str().into(),
        };
        (student, fact)
    });
    let starts = || incoming.facts().map(|fact| fact.start);
    let scope = Scope::new(covers, BTreeSet::from([None]), starts().min(), starts().max());
    let changed = replace(
        books,
        incoming,
        |student| &mut student.plans,
        |fact| scope.replaces(None, Some(fact.start)),
        |one, two| one.intervention == two.intervention,
        |list| list.sort_by(|one, two| (one.start, &one.intervention).cmp(&(two.start, &two.intervention))),
    );
    for student in changed {
        applied.student(student, Table::Interventions);
    }
}

/// Applies contacts. They name no school either.
pub(super) fn contacts(books: &mut Books, rows: &[ContactRow], covers: Covers, applied: &mut Applied) {
    let incoming = ByStudent::of(books, rows, |books, row| {
        let student = books.student(&row.student_id);
        let fact = Contact {
            date: row.date,
            staff_id: row.staff_id.as_str().into(),
            kind: books.names.words.intern(&row.kind),
            area: books.names.words.intern(&row.area),
        };
        (student, fact)
    });
    let dates = || incoming.facts().map(|fact| fact.date);
    let scope = Scope::new(covers, BTreeSet::from([None]), dates().min(), dates().max());
    let changed = replace(
        books,
        incoming,
        |student| &mut student.contacts,
        |fact| scope.replaces(None, Some(fact.date)),
        |one, two| one == two,
        |list| {
            list.sort_by(|one, two| {
                (one.date, &one.staff_id, one.kind, one.area).cmp(&(two.date, &two.staff_id, two.kind, two.area))
            })
        },
    );
    for student in changed {
        applied.student(student, Table::Contacts);
    }
}
