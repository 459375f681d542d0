//! Several feeds of one table: what a feed replaces is what that feed said before, and what holds is what all of them say together.
//!
//! A feed's own facts are put in the place of all facts, its file is applied to them as any file is, and then the facts of all feeds are
//! laid together anew: whose file came first leaves no trace.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Applied, apply};
use crate::facts::{Attendance, Books, Enrollment, Incident, Plan, Said, Student, StudentIx};
use crate::records::{Covers, Intake};
use crate::school::{Day, Table};

/// The feed that a file came through, and the others that fill its tables.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The feed, by its globs.
    pub name: String,
    /// All feeds of a table, in the order of the configuration, this one among them; only tables that several fill.
    pub shared: BTreeMap<Table, Vec<String>>,
}

/// Tables whose facts are kept by student.
const BY_STUDENT: [Table; 7] = [
    Table::Students,
    Table::Enrollments,
    Table::Attendance,
    Table::Grades,
    Table::Behavior,
    Table::Interventions,
    Table::Contacts,
];

/// Applies one export of one feed, as [`apply`] does, where other feeds may fill the same tables.
///
/// What a feed that is no longer configured said goes with the next file of a feed that is. Facts from before a table had a second
/// feed are taken for those of its first.
pub fn apply_of(
    books: &mut Books,
    intake: &Intake,
    covers: Covers,
    accepted: Day,
    last_as_of: Option<Day>,
    source: &Source,
) -> Applied {
    let mine: Vec<Table> = BY_STUDENT
        .into_iter()
        .filter(|table| intake.usable && intake.tables.contains(table))
        .filter(|table| source.shared.contains_key(table) || has_said(&books.said, *table))
        .collect();
    if mine.is_empty() {
        return apply(books, intake, covers, accepted, last_as_of);
    }
    let mut touched: BTreeSet<(String, StudentIx)> = BTreeSet::new();
    for table in &mine {
        part(books, *table, source, &mut touched);
    }
    let mut applied = apply(books, intake, covers, accepted, last_as_of);
    touched.extend(applied.changed.iter().map(|student| (source.name.clone(), *student)));
    // Where one feed alone fills the table by now, what it says is what holds, and needs no second place.
    for table in mine.iter().filter(|table| source.shared.contains_key(table)) {
        join(books, *table, source);
    }
    books.said.retain(|_, students| {
        students.retain(|_, student| *student != Student::default());
        !students.is_empty()
    });
    let lost = touched.iter().filter(|(feed, _)| *feed != source.name);
    applied.changed.extend(lost.map(|(_, student)| *student));
    applied.changed.sort_unstable();
    applied.changed.dedup();
    applied.said.extend(touched);
    applied
}

/// Whether any feed has said something of a table by itself.
fn has_said(said: &Said, table: Table) -> bool {
    said.values()
        .flat_map(BTreeMap::values)
        .any(|student| !is_silent(student, table))
}

/// Puts what the feed itself said of a table in the place of what all feeds say.
fn part(books: &mut Books, table: Table, source: &Source, touched: &mut BTreeSet<(String, StudentIx)>) {
    let feeds = source.shared.get(&table).map_or(&[][..], Vec::as_slice);
    let is_new = !has_said(&books.said, table);
    if let Some(first) = feeds.first().filter(|_| is_new) {
        for (at, student) in books.students.iter().enumerate() {
            if is_silent(student, table) {
                continue;
            }
            let number = StudentIx(at as u32);
            let own = books.said.entry(first.clone()).or_default().entry(number).or_default();
            exchange(own, &mut student.clone(), table);
            touched.insert((first.clone(), number));
        }
    }
    let stays = |feed: &String| *feed == source.name || feeds.contains(feed);
    for (feed, students) in books.said.iter_mut().filter(|(feed, _)| !stays(feed)) {
        for (number, student) in students {
            if !is_silent(student, table) {
                exchange(student, &mut Student::default(), table);
                touched.insert((feed.clone(), *number));
            }
        }
    }
    let mut own = books.said.remove(&source.name).unwrap_or_default();
    for (at, student) in books.students.iter_mut().enumerate() {
        let mut said = Student::default();
        if let Some(own) = own.get_mut(&StudentIx(at as u32)) {
            exchange(&mut said, own, table);
            if feeds.is_empty() {
                touched.insert((source.name.clone(), StudentIx(at as u32)));
            }
        }
        exchange(student, &mut said, table);
    }
    books.said.insert(source.name.clone(), own);
}

/// Lays what all feeds said of a table together.
fn join(books: &mut Books, table: Table, source: &Source) {
    for (at, student) in books.students.iter_mut().enumerate() {
        let number = StudentIx(at as u32);
        if !is_silent(student, table) {
            let own = books.said.entry(source.name.clone()).or_default();
            exchange(own.entry(number).or_default(), student, table);
        }
        let said = || books.said.values().filter_map(|students| students.get(&number));
        match table {
            Table::Students => {
                let listings = said().filter_map(|one| Some((one.listing.as_ref()?, one)));
                let listed = listings
                    .max_by_key(|(stay, _)| here(stay))
                    .map(|(stay, _)| stay.clone());
                let is_here = |one: &&Student| one.listing.as_ref().is_none_or(|stay| stay.gone_after.is_none());
                let has_left = listed.as_ref().is_some_and(|stay| stay.gone_after.is_some());
                let speaks = |one: &&Student| has_left || is_here(one);
                student.programs = said()
                    .filter(speaks)
                    .flat_map(|one| one.programs.iter().copied())
                    .collect();
                student.programs.sort_unstable();
                student.programs.dedup();
                student.listing = listed;
            }
            Table::Enrollments => student.enrollments = stays(said().flat_map(|one| &one.enrollments)),
            Table::Attendance => student.attendance = attendance(said().map(|one| &one.attendance)),
            Table::Grades => {
                student.marks = said().flat_map(|one| one.marks.iter().cloned()).collect();
                student.marks.sort();
                student.marks.dedup();
            }
            Table::Behavior => student.incidents = incidents(said().flat_map(|one| &one.incidents)),
            Table::Interventions => student.plans = plans(said().flat_map(|one| &one.plans)),
            _ => {
                let mut all: Vec<_> = said().flat_map(|one| one.contacts.iter().cloned()).collect();
                all.sort_by(|one, two| {
                    (one.date, &one.staff_id, one.kind, one.area).cmp(&(two.date, &two.staff_id, two.kind, two.area))
                });
                all.dedup();
                student.contacts = all;
            }
        }
    }
}

/// What makes one listing outweigh another: still here before gone, the later exit, the primary one, the later entry; then the smaller
/// number of the school, so that the order of feeds leaves no trace.
fn here(stay: &Enrollment) -> impl Ord + use<> {
    let is_open = (
        stay.gone_after.is_none(),
        stay.gone_after,
        stay.exit.is_none(),
        stay.exit,
    );
    (is_open, stay.primary, stay.entry, Reverse(stay.school), stay.grade)
}

/// Stays of all feeds, one for each school and entry.
fn stays<'s>(said: impl Iterator<Item = &'s Enrollment>) -> Vec<Enrollment> {
    let mut all: Vec<Enrollment> = said.cloned().collect();
    all.sort_by_key(|stay| (stay.entry, stay.school, Reverse(here(stay))));
    all.dedup_by_key(|stay| (stay.entry, stay.school));
    all
}

/// Attendance rows of all feeds. Rows of one key that differ both stand, as those of one file do: the graver counts when they are read.
fn attendance<'s>(mut said: impl Iterator<Item = &'s Attendance>) -> Attendance {
    let mut all = said.next().cloned().unwrap_or_default();
    let mut more = false;
    for row in said.flat_map(Attendance::rows) {
        all.put(row);
        more = true;
    }
    if more {
        all.settle();
    }
    all
}

/// Incident rows of all feeds, one for each incident and action: the one with more days of removal, then by its own order.
fn incidents<'s>(said: impl Iterator<Item = &'s Incident>) -> Vec<Incident> {
    let mut all: Vec<Incident> = said.cloned().collect();
    all.sort_by(|one, two| {
        let key = |row: &Incident| (row.incident.clone(), row.action);
        key(one)
            .cmp(&key(two))
            .then_with(|| two.action_days.cmp(&one.action_days))
            .then_with(|| one.cmp(two))
    });
    all.dedup_by(|later, first| (&later.incident, later.action) == (&first.incident, first.action));
    all.sort_unstable();
    all
}

/// Interventions of all feeds, one for each id: the one that ends later.
fn plans<'s>(said: impl Iterator<Item = &'s Plan>) -> Vec<Plan> {
    let mut all: Vec<Plan> = said.cloned().collect();
    let end = |plan: &Plan| Reverse((plan.end.is_none(), plan.end));
    all.sort_by(|one, two| {
        let order = |plan: &Plan| {
            (
                plan.intervention.clone(),
                end(plan),
                plan.start,
                plan.program,
                plan.area,
                plan.tier,
            )
        };
        order(one).cmp(&order(two))
    });
    all.dedup_by(|later, first| later.intervention == first.intervention);
    all.sort_by(|one, two| (one.start, &one.intervention).cmp(&(two.start, &two.intervention)));
    all
}

/// Exchanges the facts of one table between two students.
fn exchange(one: &mut Student, two: &mut Student, table: Table) {
    match table {
        Table::Students => {
            std::mem::swap(&mut one.listing, &mut two.listing);
            std::mem::swap(&mut one.programs, &mut two.programs);
        }
        Table::Enrollments => std::mem::swap(&mut one.enrollments, &mut two.enrollments),
        Table::Attendance => std::mem::swap(&mut one.attendance, &mut two.attendance),
        Table::Grades => std::mem::swap(&mut one.marks, &mut two.marks),
        Table::Behavior => std::mem::swap(&mut one.incidents, &mut two.incidents),
        Table::Interventions => std::mem::swap(&mut one.plans, &mut two.plans),
        Table::Contacts => std::mem::swap(&mut one.contacts, &mut two.contacts),
        _ => {}
    }
}

/// Whether there is no fact of a table.
fn is_silent(student: &Student, table: Table) -> bool {
    match table {
        Table::Students => student.listing.is_none() && student.programs.is_empty(),
        Table::Enrollments => student.enrollments.is_empty(),
        Table::Attendance => student.attendance.is_empty(),
        Table::Grades => student.marks.is_empty(),
        Table::Behavior => student.incidents.is_empty(),
        Table::Interventions => student.plans.is_empty(),
        Table::Contacts => student.contacts.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests;
