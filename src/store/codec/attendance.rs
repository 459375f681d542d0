//! A student's attendance as bytes: lanes in the shortest of three forms, then the odd rows.

use super::VERSION;
use super::bytes::{Reader, Writer};
use crate::facts::{Attendance, AttendanceRow, CodeIx, Lane, PeriodIx, SchoolIx};
use crate::school::Day;

/// A byte per calendar day.
const DENSE: u8 = 0;
/// The days that have a row, each with the gap to the one before.
const SPARSE: u8 = 1;
/// A common code, a bit per calendar day, and the days with another code: what an export of every day looks like.
const COMMON: u8 = 2;

/// Appends a record; nothing where there is no row.
pub(in crate::store) fn write_attendance(attendance: &Attendance, into: &mut Vec<u8>) {
    if attendance.lanes().is_empty() && attendance.odd().is_empty() {
        return;
    }
    // Attendance rows bear offsets, no days.
    let mut to = Writer::new(into, Day(0));
    to.byte(VERSION);
    to.length(attendance.lanes().len());
    for lane in attendance.lanes() {
        write_lane(&mut to, lane);
    }
    to.length(attendance.odd().len());
    for row in attendance.odd() {
        to.number(row.day);
        to.number(row.school.0);
        to.number(row.period.0);
        to.number(row.code.0);
        to.number(row.portion);
    }
}

fn write_lane(to: &mut Writer<'_>, lane: &Lane) {
    let rows = lane.codes.len() - count(&lane.codes, 0);
    let (common, most) = commonest(&lane.codes);
    let dense_size = lane.codes.len();
    // Two bytes for a day and its code; a gap past 127 days, a third.
    let sparse_size = 2 * rows;
    let common_size = 1 + lane.codes.len().div_ceil(8) + 2 * (rows - most);

    to.number(lane.school.0);
    to.number(lane.period.0);
    to.number(lane.first);
    to.length(lane.codes.len());
    if sparse_size <= common_size && sparse_size <= dense_size {
        to.byte(SPARSE);
        write_pairs(to, &lane.codes, |code| code > 0, rows);
    } else if common_size <= dense_size {
        to.byte(COMMON);
        to.byte(common);
        for days in lane.codes.chunks(8) {
            let bits = days
                .iter()
                .enumerate()
                .fold(0u8, |bits, (at, &code)| bits | u8::from(code > 0) << at);
            to.byte(bits);
        }
        write_pairs(to, &lane.codes, |code| code > 0 && code != common, rows - most);
    } else {
        to.byte(DENSE);
        to.bytes.extend_from_slice(&lane.codes);
    }
}

/// A code that stands on most days of a lane, or nearly so, with its count. Three days are asked what they hold: a full count of
/// every code took longer than all the rest of a record.
fn commonest(codes: &[u8]) -> (u8, usize) {
    let asked = [0, codes.len() / 2, codes.len().saturating_sub(1)];
    let held = asked
        .into_iter()
        .filter_map(|from| codes.get(from..)?.iter().copied().find(|&code| code > 0));
    let counted = held.map(|code| (code, count(codes, code)));
    counted.max_by_key(|&(_, count)| count).unwrap_or((1, 0))
}

fn count(codes: &[u8], wanted: u8) -> usize {
    codes.iter().filter(|&&code| code == wanted).count()
}

fn write_pairs(to: &mut Writer<'_>, codes: &[u8], wanted: impl Fn(u8) -> bool, count: usize) {
    to.length(count);
    let mut next = 0;
    for (at, &code) in codes.iter().enumerate() {
        if wanted(code) {
            to.length(at - next);
            to.byte(code);
            next = at + 1;
        }
    }
}

/// Reads a record whose offsets count from a first day that lies `shift` days after the one wanted (earlier where negative);
/// rows that fall out of a year of `length` days are left out.
pub(in crate::store) fn read_attendance(bytes: &[u8], shift: i32, length: usize) -> Option<Attendance> {
    if bytes.is_empty() {
        return Some(Attendance::default());
    }
    let mut from = Reader::new(bytes, Day(0))?;
    let lanes = from.length()?;
    let lanes = (0..lanes)
        .map(|_| read_lane(&mut from))
        .collect::<Option<Vec<Lane>>>()?;
    let odd = from.length()?;
    let odd = (0..odd)
        .map(|_| read_odd(&mut from))
        .collect::<Option<Vec<AttendanceRow>>>()?;
    let read = from.done(Attendance::from_parts(lanes, odd))?;
    if shift == 0 {
        return Some(read);
    }
    let mut moved = Attendance::default();
    for row in read.rows() {
        let day = i32::from(row.day) + shift;
        if let Ok(day) = u16::try_from(day)
            && usize::from(day) < length
        {
            moved.put(AttendanceRow { day, ..row });
        }
    }
    moved.settle();
    Some(moved)
}

/// Longer than any year of offsets: a damaged record must not ask for more.
const LONGEST_LANE: usize = u16::MAX as usize + 1;

fn read_lane(from: &mut Reader<'_>) -> Option<Lane> {
    let school = SchoolIx(from.small()?);
    let period = PeriodIx(from.small()?);
    let first: u16 = from.small()?;
    let days: usize = from.small()?;
    if usize::from(first) + days > LONGEST_LANE {
        return None;
    }
    let codes = match from.byte()? {
        DENSE => from.slice(days)?.to_vec(),
        SPARSE => read_pairs(from, vec![0; days])?,
        COMMON => {
            let common = from.byte()?;
            let bits = from.slice(days.div_ceil(8))?;
            let mut codes = Vec::with_capacity(days);
            codes.extend((0..days).map(|at| common * (bits[at / 8] >> (at % 8) & 1)));
            read_pairs(from, codes)?
        }
        _ => return None,
    };
    Some(Lane {
        school,
        period,
        first,
        codes,
    })
}

fn read_pairs(from: &mut Reader<'_>, mut codes: Vec<u8>) -> Option<Vec<u8>> {
    let count = from.length()?;
    let mut next = 0usize;
    for _ in 0..count {
        let at = next.checked_add(from.small()?)?;
        *codes.get_mut(at)? = from.byte()?;
        next = at + 1;
    }
    Some(codes)
}

fn read_odd(from: &mut Reader<'_>) -> Option<AttendanceRow> {
    Some(AttendanceRow {
        day: from.small()?,
        school: SchoolIx(from.small()?),
        period: PeriodIx(from.small()?),
        code: CodeIx(from.small()?),
        portion: from.small()?,
    })
}
