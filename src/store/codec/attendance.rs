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
        write_pairs(to, &lane.codes, filled, rows);
    } else if common_size <= dense_size {
        to.byte(COMMON);
        to.byte(common);
        for days in eights(&lane.codes) {
            // Brings the lowest bits of eight bytes together.
            to.byte((filled(days).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8);
        }
        let others = |days| filled(days) & filled(days ^ (ONES * u64::from(common)));
        write_pairs(to, &lane.codes, others, rows - most);
    } else {
        to.byte(DENSE);
        to.bytes.extend_from_slice(&lane.codes);
    }
}

/// A code that stands on most days of a lane, or nearly so, with its count. Three days are asked what they hold: a full count of
/// every code took longer than all the rest of a record.
fn commonest(codes: &[u8]) -> (u8, usize) {
    let asked = [0, codes.len() / 2, codes.len().saturating_sub(1)];
    let mut most: Option<(u8, usize)> = None;
    for from in asked {
        let held = codes
            .get(from..)
            .and_then(|codes| codes.iter().copied().find(|&code| code > 0));
        // Mostly it is the same code again. Of equal counts the later one stands.
        if let Some(code) = held.filter(|&code| most.is_none_or(|(most, _)| most != code)) {
            let count = count(codes, code);
            most = most.filter(|(_, most)| *most > count).or(Some((code, count)));
        }
    }
    most.unwrap_or((1, 0))
}

fn count(codes: &[u8], wanted: u8) -> usize {
    // As few bytes at a time as one byte can count.
    let parts = codes.chunks(usize::from(u8::MAX));
    let counts = parts.map(|codes| codes.iter().map(|&code| u8::from(code == wanted)).sum::<u8>());
    counts.map(usize::from).sum()
}

/// A one in each of eight bytes.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Codes eight at a time, the first in the lowest byte; after the last come zeros.
fn eights(codes: &[u8]) -> impl Iterator<Item = u64> {
    codes.chunks(8).map(|days| {
        let mut eight = [0; 8];
        eight[..days.len()].copy_from_slice(days);
        u64::from_le_bytes(eight)
    })
}

/// A one in each of eight bytes that is not zero.
fn filled(days: u64) -> u64 {
    const SEVENS: u64 = 0x7f * ONES;
    ((((days & SEVENS) + SEVENS) | days) >> 7) & ONES
}

/// Writes the days of which `wanted` makes a one, never one without a row.
fn write_pairs(to: &mut Writer<'_>, codes: &[u8], wanted: impl Fn(u64) -> u64, count: usize) {
    to.length(count);
    let mut next = 0;
    for (eight, days) in eights(codes).enumerate() {
        let mut left = wanted(days);
        while left > 0 {
            let shift = left.trailing_zeros();
            let at = eight * 8 + shift as usize / 8;
            to.length(at - next);
            to.byte((days >> shift) as u8);
            next = at + 1;
            left &= left - 1;
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
