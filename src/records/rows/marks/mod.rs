//! Marks, packed as they are read: small numbers instead of texts, one entry per row.
//!
//! In: rows of the grades table. Out: a [`MarkFold`], one row for each text of a mark. Never: a decision which of two marks that disagree counts.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::facts::MarkKind;
use crate::records::columns::grades::{
    COURSE, COURSE_NAME, DATE, KIND, MARK, MISSING_WORK, SCHOOL, STUDENT, SUBJECT, TERM,
};
use crate::records::ids::Ids;
use crate::records::lines::Row;
use crate::records::notes::{Line, Notes};
use crate::records::plan::Plan;
use crate::school::{Day, MarkReading, Meaning, Scale, number_in, read_mark};

use super::quick::Dates;

mod frames;
mod known;

use frames::Frames;
use known::Quick;

/// No number: a mark without a school, a cell without a mark.
pub(crate) const NONE: u32 = u32::MAX;
const NO_COUNT: u16 = u16::MAX;

/// What makes two rows of a student rows about one mark, under its fold's numbers. Ordered by what exports are mostly ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot {
    /// The term.
    pub(crate) term: u32,
    /// The course.
    pub(crate) course: u32,
    /// The school; [`NONE`] where the export does not say.
    pub(crate) school: u32,
    /// Final or on the way.
    pub(crate) kind: MarkKind,
    /// The mark's own date.
    pub(crate) date: Option<Day>,
}

/// One row of the grades table under its fold's numbers. Districts have millions: what many say alike is one number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkRow {
    /// The student.
    pub(crate) student: u32,
    /// Which mark it is: the number of a [`Slot`].
    pub(crate) slot: u32,
    /// The cell; [`NONE`] where it is blank or `--`.
    pub(crate) text: u32,
    missing_work: u16,
    line: Line,
}

impl MarkRow {
    /// Missing assignments.
    pub(crate) fn missing_work(&self) -> Option<u16> {
        (self.missing_work != NO_COUNT).then_some(self.missing_work)
    }

    /// What makes two rows rows about one mark.
    fn key(&self) -> (u32, u32) {
        (self.student, self.slot)
    }
}

/// All marks of one file, under numbers of its own.
#[derive(Debug, Default)]
pub(crate) struct MarkFold {
    /// Student ids.
    pub(crate) students: Ids,
    /// Course ids.
    pub(crate) courses: Ids,
    /// Term words.
    pub(crate) terms: Ids,
    /// School ids.
    pub(crate) schools: Ids,
    /// Marks as written.
    pub(crate) texts: Ids,
    /// Name and subject by course; of several the alphabetically first that is not empty.
    pub(crate) course_words: Vec<(String, String)>,
    /// What rows are about; after [`MarkFold::finish`] in their order.
    pub(crate) slots: Vec<Slot>,
    /// The rows; after [`MarkFold::finish`] by student and slot, without duplicates; of one key as many as disagree.
    pub(crate) rows: Vec<MarkRow>,
    slot_numbers: FxHashMap<Slot, u32>,
    /// By text: whether any scale has it, found out once for each that is written.
    understood: Vec<bool>,
    dates: Dates<i32>,
    quick: Quick,
    frames: Option<Frames>,
}

impl MarkFold {
    /// Makes room for about so many rows more: grown step by step, so long a list is copied again and again.
    pub(in crate::records) fn expect(&mut self, rows: usize) {
        self.rows.reserve_exact(rows);
    }

    /// Takes one row that holds something new.
    fn long_row(&mut self, plan: &Plan<'_>, row: &Row<'_>, meaning: &Meaning, notes: &mut Notes) {
        let Some(student) = plan.need(row, STUDENT, notes) else {
            return;
        };
        let Some(course) = plan.need(row, COURSE, notes) else {
            return;
        };
        let Some(term) = plan.need(row, TERM, notes) else {
            return;
        };
        let date = if plan.cell(row, DATE).is_empty() {
            None
        } else {
            match plan.need_day(row, DATE, notes) {
                Some(day) => {
                    self.dates.learn(plan.cell(row, DATE), day.0);
                    Some(day)
                }
                None => return,
            }
        };
        let missing_work = plan
            .maybe_number(row, MISSING_WORK, notes)
            .map_or(NO_COUNT, |n| n.min(65_534.0) as u16);
        let school = plan.cell(row, SCHOOL);
        let mark = plan.cell(row, MARK);
        let student = self.students.number(student);
        let slot = Slot {
            course: self.course(course, plan.cell(row, COURSE_NAME), plan.cell(row, SUBJECT)),
            term: self.terms.number(term),
            school: if school.is_empty() {
                NONE
            } else {
                self.schools.number(school)
            },
            kind: kind(plan.cell(row, KIND), plan, row, notes),
            date,
        };
        let slot = self.slot(slot);
        let text = if mark.is_empty() || mark == "--" {
            NONE
        } else {
            self.mark(mark, plan, row, meaning, notes)
        };
        self.rows.push(MarkRow {
            student,
            slot,
            text,
            missing_work,
            line: row.line,
        });
    }

    /// The number of a slot.
    fn slot(&mut self, slot: Slot) -> u32 {
        let slots = &mut self.slots;
        *self.slot_numbers.entry(slot).or_insert_with(|| {
            slots.push(slot);
            slots.len() as u32 - 1
        })
    }

    /// The number of a course, with its words.
    fn course(&mut self, id: &str, name: &str, subject: &str) -> u32 {
        let number = self.courses.number(id);
        if self.course_words.len() <= number as usize {
            self.course_words.push((name.to_owned(), subject.to_owned()));
            return number;
        }
        let words = &mut self.course_words[number as usize];
        keep_first(&mut words.0, name);
        keep_first(&mut words.1, subject);
        number
    }

    /// The number of a mark; one that stands in no scale is counted.
    fn mark(&mut self, mark: &str, plan: &Plan<'_>, row: &Row<'_>, meaning: &Meaning, notes: &mut Notes) -> u32 {
        let number = self.texts.number(mark);
        if self.understood.len() <= number as usize {
            self.understood.push(is_understood(mark, meaning));
        }
        if !self.understood[number as usize] {
            notes.unknown("unknown-mark", row.line, plan.header(MARK), mark);
        }
        number
    }

    /// Adds another thread's rows to these.
    pub(in crate::records) fn merge(&mut self, other: MarkFold) {
        let numbers =
            |from: &Ids, to: &mut Ids| -> Vec<u32> { from.names.iter().map(|name| to.number(name)).collect() };
        let students = numbers(&other.students, &mut self.students);
        let terms = numbers(&other.terms, &mut self.terms);
        let schools = numbers(&other.schools, &mut self.schools);
        let texts = numbers(&other.texts, &mut self.texts);
        let mut courses = Vec::with_capacity(other.courses.names.len());
        for (number, (name, subject)) in other.course_words.iter().enumerate() {
            courses.push(self.course(other.courses.names.name(number as u32), name, subject));
        }
        let of = |numbers: &[u32], at: u32| numbers.get(at as usize).copied().unwrap_or(NONE);
        let mut slots = Vec::with_capacity(other.slots.len());
        for slot in &other.slots {
            slots.push(self.slot(Slot {
                term: of(&terms, slot.term),
                course: of(&courses, slot.course),
                school: of(&schools, slot.school),
                ..*slot
            }));
        }
        self.rows.reserve_exact(other.rows.len());
        self.rows.extend(other.rows.iter().map(|row| MarkRow {
            student: of(&students, row.student),
            slot: of(&slots, row.slot),
            text: of(&texts, row.text),
            ..*row
        }));
    }

    /// Leaves one row for each text of a mark: equal ones are duplicates, others conflicts. After the last row.
    pub(in crate::records) fn finish(&mut self, meaning: &Meaning, notes: &mut Notes) {
        let mut rows = std::mem::take(&mut self.rows);
        self.order_slots(&mut rows);
        // Exports come by student, and each student's marks mostly in order: then nothing is left to do.
        if rows.is_sorted_by(|one, two| one.key() < two.key()) {
            self.rows = rows;
            return;
        }
        let heights: Vec<i64> = self.texts.names.iter().map(|text| height(text, meaning)).collect();
        // A blank cell never outweighs a mark of the same key.
        let rank = |row: &MarkRow| heights.get(row.text as usize).copied().unwrap_or(i64::MAX);
        let text = |row: &MarkRow| {
            if row.text == NONE {
                None
            } else {
                Some(self.texts.names.name(row.text))
            }
        };
        let graver = |one: &MarkRow, two: &MarkRow| -> Ordering {
            (rank(one).cmp(&rank(two)))
                .then_with(|| text(two).is_some().cmp(&text(one).is_some()))
                .then_with(|| text(one).cmp(&text(two)))
                .then(one.missing_work.cmp(&two.missing_work).reverse())
        };
        // A stable sort finds the runs of students, and the rest is short lists.
        if !rows.is_sorted_by_key(|row| row.student) {
            rows.sort_by_key(|row| row.student);
        }
        for rows in rows.chunk_by_mut(|one, two| one.student == two.student) {
            rows.sort_unstable_by(|one, two| {
                let by_key = one.key().cmp(&two.key());
                by_key.then_with(|| graver(one, two)).then(one.line.cmp(&two.line))
            });
        }
        rows.dedup_by(|later, kept| {
            if later.key() != kept.key() {
                return false;
            }
            let same = later.text == kept.text && later.missing_work == kept.missing_work;
            let kind = if same { "duplicate" } else { "conflict" };
            notes.add(kind, later.line.max(kept.line), "", "");
            // Of two marks that disagree both stay: which is the lower one the scale of their student's grade says.
            later.text == NONE || later.text == kept.text
        });
        self.rows = rows;
    }

    /// Numbers slots anew, so that rows can be ordered by a slot's number.
    fn order_slots(&mut self, rows: &mut [MarkRow]) {
        let mut order: Vec<u32> = (0..self.slots.len() as u32).collect();
        order.sort_unstable_by_key(|&slot| self.slots[slot as usize]);
        let mut places = vec![0; order.len()];
        for (place, &slot) in order.iter().enumerate() {
            places[slot as usize] = place as u32;
        }
        rows.iter_mut().for_each(|row| row.slot = places[row.slot as usize]);
        self.slots = order.iter().map(|&slot| self.slots[slot as usize]).collect();
        self.slot_numbers.clear();
    }

    /// What a row is about.
    pub(crate) fn slot_of(&self, row: &MarkRow) -> Slot {
        self.slots[row.slot as usize]
    }

    /// The number that each mark's text holds where it begins as a number does, by the text's number.
    pub(crate) fn numbers(&self) -> Vec<Option<f64>> {
        let begins = |text: &str| text.as_bytes().first().is_some_and(u8::is_ascii_digit);
        let number = |text: &str| number_in(text).filter(|_| begins(text)).map(|found| found.value);
        self.texts.names.iter().map(number).collect()
    }

    /// The id of a row's school; empty where the export does not say.
    pub(crate) fn school(&self, number: u32) -> &str {
        if number == NONE {
            return "";
        }
        self.schools.names.name(number)
    }

    /// What the export calls a course: its subject, else its name.
    pub(crate) fn subject(&self, course: u32) -> &str {
        match self.course_words.get(course as usize) {
            Some((name, subject)) if subject.is_empty() => name,
            Some((_, subject)) => subject,
            None => "",
        }
    }
}

/// Keeps the alphabetically first word that is not empty, so that the order of rows leaves no trace.
fn keep_first(kept: &mut String, word: &str) {
    if !word.is_empty() && word != kept && (kept.is_empty() || word < kept.as_str()) {
        word.clone_into(kept);
    }
}

/// Final or on the way; a kind that is not understood is on the way, and counted.
fn kind(cell: &str, plan: &Plan<'_>, row: &Row<'_>, notes: &mut Notes) -> MarkKind {
    if cell.eq_ignore_ascii_case("final") {
        return MarkKind::Final;
    }
    if !cell.is_empty() && !cell.eq_ignore_ascii_case("progress") {
        notes.unknown("unknown-kind", row.line, plan.header(KIND), cell);
    }
    MarkKind::Progress
}

/// What a mark is compared by within one file: as the first scale reads it that can. The scale of its student decides later.
fn height(mark: &str, meaning: &Meaning) -> i64 {
    let readings = meaning.grades.scales.iter().map(|scale| read_mark(scale, mark));
    let mut understood = readings.filter(|reading| *reading != MarkReading::NotUnderstood);
    understood.next().map_or(i64::MAX, |reading| reading.height())
}

/// Whether any scale reads a mark; without scales nothing is known of any.
fn is_understood(mark: &str, meaning: &Meaning) -> bool {
    let scales = &meaning.grades.scales;
    let reads = |scale: &Scale| read_mark(scale, mark) != MarkReading::NotUnderstood;
    scales.is_empty() || scales.iter().any(reads)
}
