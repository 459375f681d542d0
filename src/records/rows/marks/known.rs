//! Rows of grades of which every part was seen before: the long way understood it once, and most rows never go that way.

use super::frames::{Framed, Frames};
use super::{MarkFold, MarkRow, NO_COUNT, NONE, Slot};
use crate::facts::MarkKind;
use crate::records::columns::grades::{
    COURSE, COURSE_NAME, DATE, KIND, MARK, MISSING_WORK, SCHOOL, STUDENT, SUBJECT, TERM,
};
use crate::records::ids::packed_at;
use crate::records::lines::Row;
use crate::records::notes::{Line, Notes};
use crate::records::plan::Plan;
use crate::records::rows::quick::is_one_cell;
use crate::school::{Day, Meaning};

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
    fn of(plan: &Plan<'_>) -> Option<Places> {
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

impl MarkFold {
    /// Takes one row.
    #[inline]
    pub(in crate::records) fn row(&mut self, plan: &Plan<'_>, row: &Row<'_>, meaning: &Meaning, notes: &mut Notes) {
        if let Quick::Unasked = self.quick {
            self.quick = Places::of(plan).map_or(Quick::Never, Quick::From);
        }
        let Quick::From(places) = self.quick else {
            return self.long_row(plan, row, meaning, notes);
        };
        let mut met = self.met_before(&places, row);
        match met {
            Some(entry) => self.rows.push(entry),
            None => {
                self.long_row(plan, row, meaning, notes);
                // A row that holds nothing odd is one that was met before by now.
                met = if self.frames.is_some() {
                    self.met_before(&places, row)
                } else {
                    None
                };
            }
        }
        if let (Some(frames), Some(entry)) = (&mut self.frames, met) {
            let (slot, missing_work) = (entry.slot, entry.missing_work);
            frames.learn(row, Framed { slot, missing_work });
        }
    }

    /// Says that the file is grades alone, in rows of so many cells that are all the table's; whether [`MarkFold::quick`] can take some.
    pub(in crate::records) fn alone(&mut self, plan: &Plan<'_>, columns: usize, delimiter: u8) -> bool {
        self.frames = Places::of(plan)
            .filter(|places| places.student != places.mark)
            .map(|places| Frames::new(places.student, places.mark, columns, delimiter));
        self.frames.is_some()
    }

    /// Takes the row that begins at a place in a text without a quote, if all of it but its student was seen before; returns where the next
    /// row begins. `None` where a part was not: nothing is done then, and the row goes the long way.
    #[inline]
    pub(in crate::records) fn quick(&mut self, text: &str, start: usize, line: Line) -> Option<usize> {
        let frames = self.frames.as_mut()?;
        // A blank cell and a long name are packed alike.
        let row = frames.fit(text.as_bytes(), start).filter(|row| row.student.key != 0)?;
        let mark = match row.mark.key {
            0 => NONE,
            key => self
                .texts
                .looked_up(key)
                .filter(|&mark| self.understood[mark as usize])?,
        };
        let student = match self.students.known(row.student.key) {
            Some(student) => student,
            None => {
                let id = text.get(row.student.start..row.student.end)?;
                self.students.number(Some(id).filter(|id| is_one_cell(id.as_bytes()))?)
            }
        };
        frames.take(&row);
        self.rows.push(MarkRow {
            student,
            slot: row.says.slot,
            text: mark,
            missing_work: row.says.missing_work,
            line,
        });
        Some(row.next)
    }

    /// A row of which every part was seen before, or `None` where one was not.
    #[inline]
    fn met_before(&mut self, places: &Places, row: &Row<'_>) -> Option<MarkRow> {
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
            0 => None,
            key => Some(Day(self.dates.get(key)?)),
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
        let slot = self.slot(Slot {
            term,
            course,
            school,
            kind,
            date,
        });
        Some(MarkRow {
            student,
            slot,
            text,
            missing_work,
            line: row.line,
        })
    }
}

/// A count of up to four digits.
fn small_count(digits: &[u8]) -> Option<u16> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    if digits.len() > 4 {
        return None;
    }
    digits
        .iter()
        .try_fold(0, |number, byte| digit(byte).map(|digit| number * 10 + digit))
}
