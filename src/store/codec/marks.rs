//! A student's marks as bytes: each says first in which respects it is like the one before.

use super::VERSION;
use super::bytes::{Reader, Writer};
use crate::facts::{Mark, MarkKind, SchoolIx};
use crate::school::Day;

const SAME_COURSE: u8 = 1;
const SAME_TERM: u8 = 2;
const SAME_SCHOOL: u8 = 4;
const FINAL: u8 = 8;
const SAME_DATE: u8 = 16;
const SAME_ACCEPTED: u8 = 32;
const MISSING_WORK: u8 = 64;
const GONE: u8 = 128;

/// What the first mark is compared with.
fn before_the_first(start: Day) -> Mark {
    Mark {
        course: 0,
        term: 0,
        school: None,
        kind: MarkKind::Progress,
        date: None,
        text: 0,
        missing_work: None,
        accepted: start,
        gone: None,
    }
}

fn flags(mark: &Mark, before: &Mark) -> u8 {
    let flag = |holds: bool, flag: u8| if holds { flag } else { 0 };
    flag(mark.course == before.course, SAME_COURSE)
        | flag(mark.term == before.term, SAME_TERM)
        | flag(mark.school == before.school, SAME_SCHOOL)
        | flag(mark.kind == MarkKind::Final, FINAL)
        | flag(mark.date == before.date, SAME_DATE)
        | flag(mark.accepted == before.accepted, SAME_ACCEPTED)
        | flag(mark.missing_work.is_some(), MISSING_WORK)
        | flag(mark.gone.is_some(), GONE)
}

/// Appends a record; nothing where there is no mark.
pub(in crate::store) fn write_marks(marks: &[Mark], start: Day, into: &mut Vec<u8>) {
    if marks.is_empty() {
        return;
    }
    let mut to = Writer::new(into, start);
    to.byte(VERSION);
    to.length(marks.len());
    let first = before_the_first(start);
    let mut before = &first;
    for mark in marks {
        let flags = flags(mark, before);
        to.byte(flags);
        if flags & SAME_COURSE == 0 {
            to.number(mark.course);
        }
        if flags & SAME_TERM == 0 {
            to.number(mark.term);
        }
        if flags & SAME_SCHOOL == 0 {
            to.maybe(mark.school.map(|school| school.0.into()));
        }
        if flags & SAME_DATE == 0 {
            to.maybe_day(mark.date);
        }
        if flags & SAME_ACCEPTED == 0 {
            to.day(mark.accepted);
        }
        to.number(mark.text);
        if let Some(missing) = mark.missing_work {
            to.number(missing);
        }
        if let Some(gone) = mark.gone {
            to.day(gone);
        }
        before = mark;
    }
}

/// Reads a record whose days count from `start`.
pub(in crate::store) fn read_marks(bytes: &[u8], start: Day) -> Option<Vec<Mark>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let mut from = Reader::new(bytes, start)?;
    let count = from.length()?;
    let mut marks = Vec::with_capacity(count);
    let mut mark = before_the_first(start);
    for _ in 0..count {
        let flags = from.byte()?;
        if flags & SAME_COURSE == 0 {
            mark.course = from.small()?;
        }
        if flags & SAME_TERM == 0 {
            mark.term = from.small()?;
        }
        if flags & SAME_SCHOOL == 0 {
            mark.school = from.maybe()?.map(SchoolIx);
        }
        if flags & SAME_DATE == 0 {
            mark.date = from.maybe_day()?;
        }
        if flags & SAME_ACCEPTED == 0 {
            mark.accepted = from.day()?;
        }
        mark.kind = if flags & FINAL == 0 {
            MarkKind::Progress
        } else {
            MarkKind::Final
        };
        mark.text = from.small()?;
        mark.missing_work = if flags & MISSING_WORK == 0 {
            None
        } else {
            Some(from.small()?)
        };
        mark.gone = if flags & GONE == 0 { None } else { Some(from.day()?) };
        marks.push(mark.clone());
    }
    from.done(marks)
}
