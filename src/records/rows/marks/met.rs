//! Rows of marks of which every part was met before: told by comparing a few bytes, without an allocation.

use std::ops::Range;

use memchr::memchr3;

use super::{MarkFold, MarkRow, NO_COUNT, NO_DATE, NONE, small_count};
use crate::facts::MarkKind;
use crate::records::columns::grades::{
    COURSE, COURSE_NAME, DATE, KIND, MARK, MISSING_WORK, SCHOOL, STUDENT, SUBJECT, TERM,
};
use crate::records::ids::packed_at;
use crate::records::lines::Row;
use crate::records::notes::Line;
use crate::records::plan::Plan;
use crate::records::read::CELL_BYTES;
use crate::records::rows::quick::{cell_until, past};

/// Where the columns of plain rows stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places {
    student: usize,
    course: usize,
    term: usize,
    mark: usize,
    school: Option<usize>,
    course_name: Option<usize>,
    subject: Option<usize>,
    date: Option<usize>,
    kind: Option<usize>,
    missing_work: Option<usize>,
}

impl Places {
    /// Where the columns stand; `None` where the adapter changes a cell.
    pub(super) fn of(plan: &Plan<'_>) -> Option<Places> {
        let optional = [SCHOOL, COURSE_NAME, SUBJECT, DATE, KIND, MISSING_WORK];
        if optional
            .iter()
            .any(|&column| plan.has(column) && plan.plain_at(column).is_none())
        {
            return None;
        }
        Some(Places {
            student: plan.plain_at(STUDENT)?,
            course: plan.plain_at(COURSE)?,
            term: plan.plain_at(TERM)?,
            mark: plan.plain_at(MARK)?,
            school: plan.plain_at(SCHOOL),
            course_name: plan.plain_at(COURSE_NAME),
            subject: plan.plain_at(SUBJECT),
            date: plan.plain_at(DATE),
            kind: plan.plain_at(KIND),
            missing_work: plan.plain_at(MISSING_WORK),
        })
    }
}

/// Whether rows of this file can go the quick way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Quick {
    #[default]
    Unasked,
    Never,
    From(Places),
}

/// `progress` and `final`, packed.
const PROGRESS: u128 = u64::from_le_bytes(*b"progress") as u128;
const FINAL: u128 = u64::from_le_bytes(*b"final\0\0\0") as u128;

/// What a cell of a row of marks holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Student,
    School,
    Course,
    CourseName,
    Subject,
    Term,
    Mark,
    Kind,
    Date,
    MissingWork,
    /// Nothing that firstbell reads.
    Unread,
}

/// Which cell stands where in the rows of a file of marks whose cells are taken as they stand.
#[derive(Clone, Debug)]
pub(in crate::records) struct MarkLayout {
    cells: Vec<Cell>,
    pub(in crate::records) delimiter: u8,
}

impl MarkLayout {
    /// The layout of a plan over so many columns; `None` where the adapter changes a cell, and every row goes the long way.
    pub(in crate::records) fn of(plan: &Plan<'_>, columns: usize, delimiter: u8) -> Option<MarkLayout> {
        let mut cells = vec![Cell::Unread; columns];
        for (column, cell, needed) in [
            (STUDENT, Cell::Student, true),
            (COURSE, Cell::Course, true),
            (TERM, Cell::Term, true),
            (MARK, Cell::Mark, true),
            (SCHOOL, Cell::School, false),
            (COURSE_NAME, Cell::CourseName, false),
            (SUBJECT, Cell::Subject, false),
            (DATE, Cell::Date, false),
            (KIND, Cell::Kind, false),
            (MISSING_WORK, Cell::MissingWork, false),
        ] {
            if needed || plan.has(column) {
                let place = cells.get_mut(plan.plain_at(column)?)?;
                // One column of the file for two of the table: the long way reads it twice.
                if *place != Cell::Unread {
                    return None;
                }
                *place = cell;
            }
        }
        Some(MarkLayout { cells, delimiter })
    }
}

impl MarkFold {
    /// A row of which every part was seen before, or `None` where one was not.
    #[inline]
    pub(super) fn met_before(&mut self, places: &Places, row: &Row<'_>) -> Option<MarkRow> {
        let text = row.text.as_bytes();
        let bounds = |at: usize| row.bounds.get(at).map(|&(start, end)| (start as usize, end as usize));
        let packed = |at: usize| bounds(at).and_then(|(start, end)| packed_at(text, start, end - start));
        // `Some(0)` is a blank cell, or a column that the export does not have.
        let maybe = |at: Option<usize>| match at.map(bounds) {
            None => Some(0),
            Some(None) => None,
            Some(Some((start, end))) if start == end => Some(0),
            Some(Some((start, end))) => packed_at(text, start, end - start),
        };
        let student = self.students.known(packed(places.student)?)?;
        let course = self.courses.known(packed(places.course)?)?;
        let term = self.terms.known(packed(places.term)?)?;
        let words = &self.course_words[course as usize];
        let same = |at: Option<usize>, word: &str| {
            at.and_then(bounds)
                .is_none_or(|(start, end)| start == end || text.get(start..end) == Some(word.as_bytes()))
        };
        if !same(places.course_name, &words.0) || !same(places.subject, &words.1) {
            return None;
        }
        let school = match maybe(places.school)? {
            0 => NONE,
            key => self.schools.known(key)?,
        };
        let date = match maybe(places.date)? {
            0 => NO_DATE,
            key => self.dates.get(key)?,
        };
        let kind = match maybe(places.kind)? {
            0 | PROGRESS => MarkKind::Progress,
            FINAL => MarkKind::Final,
            _ => return None,
        };
        let missing_work = match places.missing_work.map(bounds) {
            None => NO_COUNT,
            Some(None) => return None,
            Some(Some((start, end))) if start == end => NO_COUNT,
            Some(Some((start, end))) => small_count(text.get(start..end)?)?,
        };
        let text = match maybe(Some(places.mark))? {
            0 => NONE,
            key => {
                let number = self.texts.known(key)?;
                if !self.understood[number as usize] {
                    return None;
                }
                number
            }
        };
        Some(MarkRow {
            student,
            course,
            term,
            school,
            text,
            date,
            missing_work,
            kind,
            line: row.line,
        })
    }

    /// Takes the row that begins at a place in a text without a quote, if everything in it but its student was met before; returns where
    /// the next row begins. `None` where something was not: nothing is done then, and the row goes the long way.
    #[inline]
    pub(in crate::records) fn quick(
        &mut self,
        layout: &MarkLayout,
        text: &[u8],
        start: usize,
        line: Line,
    ) -> Option<usize> {
        let mut row = MarkRow {
            student: NONE,
            course: NONE,
            term: NONE,
            school: NONE,
            text: NONE,
            date: NO_DATE,
            missing_work: NO_COUNT,
            kind: MarkKind::Progress,
            line,
        };
        let mut at = start;
        let (mut student, mut name, mut subject): (Range<usize>, Range<usize>, Range<usize>) = (0..0, 0..0, 0..0);
        let last = layout.cells.len() - 1;
        for (number, cell) in layout.cells.iter().enumerate() {
            let end = if number == last { b'\n' } else { layout.delimiter };
            let from = at;
            match cell {
                Cell::Unread | Cell::CourseName | Cell::Subject => {
                    // A NUL byte anywhere makes the row odd, whichever way it goes.
                    at += memchr3(end, b'\n', 0, text.get(at..)?)?;
                    let until = if end == b'\n' && at > from && text[at - 1] == b'\r' {
                        at - 1
                    } else {
                        at
                    };
                    match cell {
                        Cell::CourseName => name = from..until,
                        Cell::Subject => subject = from..until,
                        _ => {}
                    }
                    at = until;
                }
                Cell::MissingWork => {
                    let (key, until) = cell_until(text, at, end)?;
                    at = until;
                    row.missing_work = if key == 0 {
                        NO_COUNT
                    } else {
                        small_count(&text[from..until])?
                    };
                }
                _ => {
                    let (key, until) = cell_until(text, at, end)?;
                    at = until;
                    match (cell, key) {
                        (Cell::Student | Cell::Course | Cell::Term, 0) => return None,
                        (_, 0) => {}
                        (Cell::Student, key) => {
                            student = from..until;
                            row.student = self.students.known(key).unwrap_or(NONE);
                        }
                        (Cell::School, key) => row.school = self.schools.known(key)?,
                        (Cell::Course, key) => row.course = self.courses.known(key)?,
                        (Cell::Term, key) => row.term = self.terms.known(key)?,
                        (Cell::Date, key) => row.date = self.dates.get(key)?,
                        (Cell::Kind, PROGRESS) => {}
                        (Cell::Kind, FINAL) => row.kind = MarkKind::Final,
                        (Cell::Mark, key) => {
                            row.text = self.texts.known(key).filter(|text| self.understood[*text as usize])?;
                        }
                        _ => return None,
                    }
                }
            }
            at = past(text, at, end)?;
        }
        let words = self.course_words.get(row.course as usize)?;
        let same = |cell: Range<usize>, word: &str| cell.is_empty() || text.get(cell) == Some(word.as_bytes());
        if !same(name, &words.0) || !same(subject, &words.1) || at - start > CELL_BYTES {
            return None;
        }
        if row.student == NONE {
            let id = std::str::from_utf8(text.get(student)?)
                .ok()
                .filter(|id| !id.contains('\0'))?;
            row.student = self.students.number(id);
        }
        self.rows.push(row);
        Some(at)
    }
}
