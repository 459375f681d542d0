//! Marks: a changed mark closes the old one and opens a new one, so that what was known when can be told.

use std::collections::BTreeSet;

use super::{Applied, Scope, count, each_student, meet, numbers};
use crate::facts::{Books, Mark, MarkKind, SchoolIx};
use crate::monitor::Tallies;
use crate::records::{Covers, MarkFold, MarkRow, NONE, Slot};
use crate::school::{Day, Table};

/// The numbers of a fold's names in the books.
struct Numbering {
    /// By the fold's slot.
    keys: Vec<Key>,
    /// All schools that the export names.
    schools: BTreeSet<Option<SchoolIx>>,
    /// All terms that it names.
    terms: BTreeSet<u32>,
    texts: Vec<u32>,
}

impl Numbering {
    /// The key of a row in the books' numbers.
    fn key(&self, row: &MarkRow) -> Key {
        self.keys[row.slot as usize]
    }
}

/// What makes two marks one mark, corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    course: u32,
    term: u32,
    school: Option<SchoolIx>,
    kind: MarkKind,
    date: Option<Day>,
}

impl Key {
    fn of(mark: &Mark) -> Key {
        Key {
            course: mark.course,
            term: mark.term,
            school: mark.school,
            kind: mark.kind,
            date: mark.date,
        }
    }

    /// Whether it is a later mark of the same course: what was so before it stays so, and the export that has it alone takes nothing back. A
    /// gradebook whose marks bear the day of the export says each night how it stands by then.
    fn follows(&self, mark: &Mark) -> bool {
        let course = (self.course, self.term, self.school) == (mark.course, mark.term, mark.school);
        let kind = self.kind == mark.kind || self.kind == MarkKind::Final;
        course && kind && mark.date.is_some() && self.date > mark.date
    }
}

/// Marks that a later one follows with the same text, and before which that text stood already: between the first and the last day on which a
/// text was so none is needed.
fn worn(marks: &[Mark], rows: &[MarkRow], keys: &[Key], numbering: &Numbering) -> Vec<Mark> {
    let stands = |mark: &&Mark| mark.gone.is_none() && mark.date.is_some();
    let next = |mark: &Mark| {
        let later = keys
            .iter()
            .zip(rows)
            .filter(|(key, row)| row.text != NONE && key.follows(mark));
        let first = later.min_by_key(|(key, _)| key.date)?;
        Some(numbering.texts[first.1.text as usize])
    };
    let before = |mark: &Mark| {
        let earlier = marks.iter().filter(stands).filter(|other| Key::of(mark).follows(other));
        earlier.max_by_key(|other| other.date).map(|other| other.text)
    };
    let is_worn = |mark: &&Mark| {
        let key = Key::of(mark);
        !keys.contains(&key) && next(mark) == Some(mark.text) && before(mark) == Some(mark.text)
    };
    marks.iter().filter(stands).filter(is_worn).cloned().collect()
}

/// Applies marks.
pub(super) fn marks(
    books: &mut Books,
    fold: &MarkFold,
    covers: Covers,
    accepted: Day,
    withheld: &BTreeSet<SchoolIx>,
    applied: &mut Applied,
) {
    let numbering = number(books, fold, applied);
    let dates = || fold.slots.iter().filter_map(|slot| slot.date);
    let (first, last) = match covers {
        Covers::Window => (dates().min(), dates().max()),
        _ => (None, None),
    };
    let scope = Scope::new(covers, numbering.schools.clone(), first, last).but(withheld);
    let replaces = |mark: &Mark| match covers {
        Covers::Term => {
            numbering.terms.contains(&mark.term)
                && scope.schools.contains(&mark.school)
                && !scope.withholds(mark.school)
        }
        _ => scope.replaces(mark.school, mark.date),
    };
    let believed: Vec<MarkRow>;
    let rows = if withheld.is_empty() {
        fold.rows.as_slice()
    } else {
        let kept = fold
            .rows
            .iter()
            .filter(|row| !scope.withholds(numbering.key(row).school));
        believed = kept.copied().collect();
        &believed
    };
    meet(books, fold.students.names.iter());
    let mut rows_of: Vec<&[MarkRow]> = vec![&[]; books.students.len()];
    let known = books.names.students.in_order();
    for rows in rows.chunk_by(|one, two| one.student == two.student) {
        if let Some(student) = known.get(fold.students.names.name(rows[0].student)) {
            rows_of[student as usize] = rows;
        }
    }
    each_student(
        &mut books.students,
        &rows_of,
        Table::Grades,
        applied,
        |known, rows, tallies| {
            let nothing = rows.is_empty() && known.marks.is_empty();
            !nothing && student(&mut known.marks, rows, &numbering, &replaces, accepted, tallies)
        },
    );
}

/// Gives a fold's names their numbers in the books, in the order of the names, and keeps what the export says of courses.
fn number(books: &mut Books, fold: &MarkFold, applied: &mut Applied) -> Numbering {
    let courses = numbers(fold.courses.names.iter(), |name| books.course(name));
    for (at, (name, subject)) in fold.course_words.iter().enumerate() {
        let course = &mut books.courses[courses[at] as usize];
        for (kept, word) in [(&mut course.name, name), (&mut course.subject, subject)] {
            if !word.is_empty() && kept != word {
                kept.clone_from(word);
                applied.table(Table::Courses);
            }
        }
    }
    let schools = numbers(fold.schools.names.iter(), |name| u32::from(books.school(name).0));
    let school = |number: u32| schools.get(number as usize).map(|school| SchoolIx(*school as u16));
    let terms = numbers(fold.terms.names.iter(), |name| books.names.terms.intern(name));
    let texts = numbers(fold.texts.names.iter(), |name| books.names.marks.intern(name));
    let key = |slot: &Slot| Key {
        course: courses[slot.course as usize],
        term: terms[slot.term as usize],
        school: school(slot.school),
        kind: slot.kind,
        date: slot.date,
    };
    let keys: Vec<Key> = fold.slots.iter().map(key).collect();
    Numbering {
        schools: (keys.iter().map(|key| key.school))
            .chain((0..schools.len() as u32).map(school))
            .collect(),
        keys,
        terms: terms.into_iter().collect(),
        texts,
    }
}

/// Applies one student's rows; whether anything changed.
fn student(
    marks: &mut Vec<Mark>,
    rows: &[MarkRow],
    numbering: &Numbering,
    replaces: &dyn Fn(&Mark) -> bool,
    accepted: Day,
    tallies: &mut Tallies,
) -> bool {
    let mut changed = false;
    let mut settled = vec![false; rows.len()];
    // Rows are few per student: looking through them costs less than a table of them.
    let keys: Vec<Key> = rows.iter().map(|row| numbering.key(row)).collect();
    // A blank cell says that the earlier mark still stands, whatever its kind and date.
    let stands = |mark: &Mark| {
        let same = |key: &Key| (key.course, key.term, key.school) == (mark.course, mark.term, mark.school);
        rows.iter().zip(&keys).any(|(row, key)| row.text == NONE && same(key))
    };
    let worn: Vec<Mark> = worn(marks, rows, &keys, numbering);
    marks.retain_mut(|mark| {
        if mark.gone.is_some() {
            return true;
        }
        // Marks of one key may disagree: each is held against its own text first.
        let key = Key::of(mark);
        let is_same = |at: &usize| {
            keys[*at] == key && rows[*at].text != NONE && numbering.texts[rows[*at].text as usize] == mark.text
        };
        let same = (0..rows.len()).find(is_same);
        let found = same.or_else(|| keys.iter().position(|other| *other == key));
        match found.map(|at| (at, &rows[at])) {
            Some((at, row)) if row.text == NONE || numbering.texts[row.text as usize] == mark.text => {
                settled[at] = true;
                let missing = row.missing_work();
                if row.text != NONE && missing != mark.missing_work {
                    mark.missing_work = missing;
                    changed = true;
                }
                return true;
            }
            Some(_) => count(tallies, "mark-corrected"),
            None if worn.contains(mark) => {
                changed = true;
                return false;
            }
            None if keys
                .iter()
                .zip(rows)
                .any(|(key, row)| row.text != NONE && key.follows(mark)) =>
            {
                return true;
            }
            None if replaces(mark) && !stands(mark) => count(tallies, "mark-withdrawn"),
            None => return true,
        }
        changed = true;
        mark.gone = Some(accepted);
        // What was accepted and corrected in one round was never told to anybody.
        mark.accepted != accepted
    });
    let fresh = rows
        .iter()
        .zip(&keys)
        .zip(&settled)
        .filter(|((row, _), settled)| !**settled && row.text != NONE);
    if marks.is_empty() {
        marks.reserve_exact(fresh.clone().count());
    }
    let known = marks.len();
    for ((row, key), _) in fresh {
        let text = numbering.texts[row.text as usize];
        let same = |mark: &&mut Mark| mark.gone == Some(accepted) && mark.text == text && Key::of(mark) == *key;
        changed = true;
        if let Some(closed) = marks[..known].iter_mut().find(same) {
            closed.gone = None;
            closed.missing_work = row.missing_work();
            continue;
        }
        marks.push(Mark {
            course: key.course,
            term: key.term,
            school: key.school,
            kind: key.kind,
            date: key.date,
            text,
            missing_work: row.missing_work(),
            accepted,
            gone: None,
        });
    }
    if changed {
        marks.sort_unstable();
    }
    changed
}
