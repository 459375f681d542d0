//! Attendance rows folded as they are read: a byte per student, school, period and calendar day; nothing is allocated per row.

use memchr::{memchr, memchr3};
use rustc_hash::FxHashMap;

use super::quick::{Cell, Layout, Learned, Signs, is_one_cell, packed_until, past};
use crate::facts::{Attendance, AttendanceRow, CodeIx, Lane, PeriodIx, SchoolIx, WHOLE};
use crate::records::columns::attendance::{CODE, DATE, PERIOD, PORTION, SCHOOL, STUDENT};
use crate::records::ids::{Ids, packed_at};
use crate::records::lines::Row;
use crate::records::notes::{Line, Notes};
use crate::records::plan::Plan;
use crate::records::read::CELL_BYTES;
use crate::school::{Day, Interner, Meaning};

const NO: u32 = u32::MAX;
/// Lanes per block of memory: blocks never move, so that growing copies nothing.
const BLOCK_LANES: usize = 1000;
/// Days that lie side by side in a lane; then come the same days of the next lane. A file by student and a file by date both walk
/// through memory in order, the latter within a few megabytes (measured). A block of days to which no row belongs takes no memory.
const GROUP_DAYS: usize = 16;
/// Bytes of `YYYY-MM-DD`: dates written otherwise go the long way.
const ISO_DATE: usize = 10;

/// One student's lane for one school and period; lanes of one student are chained.
#[derive(Clone, Copy, Debug)]
struct Head {
    school: u16,
    period: u16,
    next: u32,
}

/// A row that fits no lane: a part of a day, a second code for one key, a rare code.
#[derive(Clone, Copy, Debug)]
struct Odd {
    student: u32,
    row: AttendanceRow,
    line: Line,
}

/// All attendance rows of one file, under numbers of its own.
#[derive(Debug, Default)]
pub(crate) struct AttendanceFold {
    pub(crate) students: Ids,
    pub(crate) schools: Ids,
    pub(crate) periods: Interner,
    pub(crate) codes: Interner,
    first_lane: Vec<u32>,
    heads: Vec<Head>,
    /// By block of lanes, then by group of days; empty until a row comes.
    blocks: Vec<Vec<u8>>,
    /// Groups of days in a year.
    groups: usize,
    odd: Vec<Odd>,
    understood: Vec<bool>,
    last_code: u32,
    learned: Learned,
    signs: Signs,
    /// Offsets of the first and the last day with a row.
    pub(crate) span: Option<(u16, u16)>,
    /// Two threads saw rows of one key, so nobody knows which came first.
    pub(crate) crossed: bool,
}

/// Rows of a student where every day has rows and the year is well under way. Chosen by us: where there are fewer, tables grow as they
/// did; where there are more, some room is left.
const ROWS_A_STUDENT: usize = 128;

/// The numbers that a fold's schools, periods and codes have elsewhere.
#[derive(Debug)]
pub(crate) struct Numbering {
    /// By the fold's school.
    pub(crate) schools: Vec<SchoolIx>,
    /// By the fold's period.
    pub(crate) periods: Vec<PeriodIx>,
    /// By the fold's code.
    pub(crate) codes: Vec<CodeIx>,
}

impl AttendanceFold {
    /// Makes room for the students of so many rows.
    pub(in crate::records) fn expect(&mut self, rows: usize) {
        let students = rows / ROWS_A_STUDENT;
        self.students.expect(students);
        let more = students.saturating_sub(self.heads.len());
        self.first_lane.reserve_exact(more);
        self.heads.reserve_exact(more);
    }

    /// An empty fold for a school year of so many calendar days.
    pub(crate) fn new(days: usize) -> AttendanceFold {
        AttendanceFold {
            groups: days.div_ceil(GROUP_DAYS),
            last_code: NO,
            ..AttendanceFold::default()
        }
    }

    /// Takes one row.
    #[inline]
    pub(in crate::records) fn row(&mut self, plan: &Plan<'_>, row: &Row<'_>, meaning: &Meaning, notes: &mut Notes) {
        let Some(student) = plan.need(row, STUDENT, notes) else {
            return;
        };
        let Some(school) = plan.need(row, SCHOOL, notes) else {
            return;
        };
        let date = plan.cell(row, DATE);
        let day = match Day::parse(date.as_bytes()).and_then(|day| plan.year.offset(day)) {
            Some(day) => day,
            None => {
                // Rare or written otherwise: the slow way finds out which, and says so.
                let Some(day) = plan.need_day_this_year(row, DATE, notes) else {
                    return;
                };
                plan.year.offset(day).unwrap_or(0)
            }
        };
        let code = plan.cell(row, CODE);
        let period = plan.cell(row, PERIOD);
        let portion = match portion(plan.cell(row, PORTION)) {
            Some(portion) => portion,
            None if plan.lenient(PORTION) => WHOLE,
            None => {
                notes.reject("bad-portion", row.line, plan.header(PORTION), "");
                return;
            }
        };
        let Some((school, period, code)) = self.numbers(school, period, code, plan, row, meaning, notes) else {
            return;
        };
        let student = self.student(student);
        let (low, high) = self.span.unwrap_or((day, day));
        self.span = Some((low.min(day), high.max(day)));
        self.put(student, day, (school, period, code), portion, row.line, notes);
        if self.understood[usize::from(code)] && code < 255 {
            self.learned.learn(date, day, plan.cell(row, CODE), code as u8 + 1);
        }
    }

    /// Takes the row that begins at a place in a text without a quote, if every part of it was seen before; returns where the
    /// next row begins. `None` where one part was not: nothing is done then, and the row goes the long way.
    #[inline]
    pub(in crate::records) fn quick(
        &mut self,
        layout: &Layout,
        text: &[u8],
        start: usize,
        line: Line,
        notes: &mut Notes,
    ) -> Option<usize> {
        let mut at = start;
        let (mut student, mut school, mut day, mut byte) = (0, 0, 0, 0);
        let mut lane = None;
        let mut fresh = None;
        let last = layout.cells.len() - 1;
        for (number, cell) in layout.cells.iter().enumerate() {
            let end = if number == last { b'\n' } else { layout.delimiter };
            match cell {
                Cell::StudentAtSchool => {
                    (lane, at) = match self.signs.guess(text, at) {
                        Some((lane, after)) => (Some(lane), after),
                        None => {
                            let (key, after) = packed_until(text, at, layout.delimiter)?;
                            let (school, after) = packed_until(text, after + 1, end)?;
                            let known = self.students.known(key);
                            let known = known.and_then(|student| self.whole_days(student, school));
                            match known {
                                Some(lane) => self.signs.learn(lane, &text[at..after]),
                                None => fresh = Some((at, self.schools.looked_up(school)?)),
                            }
                            (known, after)
                        }
                    };
                }
                Cell::Student => {
                    let (key, after) = packed_until(text, at, end)?;
                    (student, at) = (self.students.known(key)?, after);
                }
                Cell::School => (school, at) = packed_until(text, at, end)?,
                Cell::Date => {
                    day = self.learned.dates.get(packed_at(text, at, ISO_DATE)?)?;
                    at += ISO_DATE;
                }
                Cell::Code => {
                    byte = self.learned.codes[usize::from(*text.get(at)?)];
                    at += 1;
                }
                Cell::Blank => {}
                // A NUL byte anywhere makes the row odd, whichever way it goes.
                Cell::Unread => at += memchr3(end, b'\n', 0, text.get(at..)?)?,
            }
            at = past(text, at, end)?;
        }
        if byte == 0 || at - start > CELL_BYTES {
            return None;
        }
        let lane = match (lane, fresh) {
            (Some(lane), _) => lane,
            (None, Some((id, school))) => self.fresh_lane(&text[id..], layout.delimiter, school)?,
            (None, None) => self.whole_days(student, school)?,
        };
        let cell = self.cell(lane as usize, day);
        if *cell == 0 {
            *cell = byte;
        } else if *cell == byte {
            notes.add("duplicate", line, "", "");
        } else {
            return None;
        }
        Some(at)
    }

    /// A lane of whole days for the student whose id a text begins with, at a school that is known.
    fn fresh_lane(&mut self, text: &[u8], delimiter: u8, school: u32) -> Option<u32> {
        let id = &text[..memchr(delimiter, text)?];
        let id = std::str::from_utf8(id).ok().filter(|id| is_one_cell(id.as_bytes()))?;
        let school = u16::try_from(school).ok()?;
        let student = self.student(id);
        Some(self.lane(student, school, 0) as u32)
    }

    /// The lane of a student's whole days at the school of a packed id, where there is one.
    #[inline]
    fn whole_days(&self, student: u32, school: u128) -> Option<u32> {
        let mut lane = *self.first_lane.get(student as usize)?;
        while lane != NO {
            let head = self.heads[lane as usize];
            if head.period == 0 && self.schools.key(u32::from(head.school)) == school {
                return Some(lane);
            }
            lane = head.next;
        }
        None
    }

    /// The numbers of a school, a period and a code; `None` where there are more than a district can have.
    #[inline]
    #[allow(clippy::too_many_arguments)] // one row's parts: a struct for them would be built and taken apart here alone
    fn numbers(
        &mut self,
        school: &str,
        period: &str,
        code: &str,
        plan: &Plan<'_>,
        row: &Row<'_>,
        meaning: &Meaning,
        notes: &mut Notes,
    ) -> Option<(u16, u16, u16)> {
        let school = self.schools.number(school);
        if self.last_code == NO || self.codes.name(self.last_code) != code {
            self.last_code = self.codes.intern(code);
            if self.understood.len() < self.codes.len() {
                let blank_is_present = code.is_empty() && plan.adapter.blank_code_is_present;
                self.understood
                    .push(blank_is_present || meaning.attendance.codes.contains_key(code));
            }
        }
        if self.periods.is_empty() {
            self.periods.intern("");
        }
        let period = if period.is_empty() {
            0
        } else {
            self.periods.intern(period)
        };
        let short = |number: u32| u16::try_from(number).ok();
        let (Some(school), Some(period), Some(code_number)) = (short(school), short(period), short(self.last_code))
        else {
            notes.reject("too-many-names", row.line, "", "");
            return None;
        };
        if !self.understood[usize::from(code_number)] {
            notes.unknown("unknown-code", row.line, plan.header(CODE), code);
        }
        Some((school, period, code_number))
    }

    /// The number of a student.
    fn student(&mut self, id: &str) -> u32 {
        let number = self.students.number(id);
        if number as usize == self.first_lane.len() {
            self.first_lane.push(NO);
        }
        number
    }

    /// The lane of a student for a school and a period, made where it is new.
    #[inline]
    fn lane(&mut self, student: u32, school: u16, period: u16) -> usize {
        let first = self.first_lane[student as usize];
        let mut at = first;
        while at != NO {
            let head = self.heads[at as usize];
            if head.school == school && head.period == period {
                return at as usize;
            }
            at = head.next;
        }
        let number = self.heads.len();
        self.heads.push(Head {
            school,
            period,
            next: first,
        });
        self.first_lane[student as usize] = number as u32;
        if number.is_multiple_of(BLOCK_LANES) {
            self.blocks.resize_with(self.blocks.len() + self.groups, Vec::new);
        }
        number
    }

    /// A lane's byte of a day.
    #[inline]
    fn cell(&mut self, lane: usize, day: u16) -> &mut u8 {
        let day = usize::from(day);
        let block = &mut self.blocks[lane / BLOCK_LANES * self.groups + day / GROUP_DAYS];
        if block.is_empty() {
            // Written now: memory that is known to be zero would be fetched when it is read, and again when it is written.
            block.reserve_exact(BLOCK_LANES * GROUP_DAYS);
            block.resize(BLOCK_LANES * GROUP_DAYS, 0);
        }
        &mut block[lane % BLOCK_LANES * GROUP_DAYS + day % GROUP_DAYS]
    }

    /// A lane's days by group, each group with its first day.
    fn days(&self, lane: usize) -> impl Iterator<Item = (usize, &[u8; GROUP_DAYS])> {
        let first = lane / BLOCK_LANES * self.groups;
        let blocks = self.blocks[first..first + self.groups].iter().enumerate();
        let at = lane % BLOCK_LANES * GROUP_DAYS;
        let held = blocks.filter_map(move |(group, block)| Some((group, block.get(at..)?.first_chunk()?)));
        held.map(|(group, days)| (group * GROUP_DAYS, days))
    }

    /// A lane's bytes, one per calendar day and a few beyond the year.
    fn bytes(&self, lane: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.groups * GROUP_DAYS];
        for (first, days) in self.days(lane) {
            bytes[first..first + GROUP_DAYS].copy_from_slice(days);
        }
        bytes
    }

    /// Puts a row into its lane, or beside it.
    #[inline]
    fn put(&mut self, student: u32, day: u16, key: (u16, u16, u16), portion: u32, line: Line, notes: &mut Notes) {
        let (school, period, code) = key;
        if portion == WHOLE && code < 255 {
            let lane = self.lane(student, school, period);
            let byte = code as u8 + 1;
            let cell = self.cell(lane, day);
            if *cell == 0 {
                *cell = byte;
                return;
            }
            if *cell == byte {
                notes.add("duplicate", line, "", "");
                return;
            }
        }
        self.odd.push(Odd {
            student,
            row: AttendanceRow {
                day,
                school: SchoolIx(school),
                period: PeriodIx(period),
                code: CodeIx(code),
                portion,
            },
            line,
        });
    }

    /// Adds another thread's rows to these.
    pub(in crate::records) fn merge(&mut self, other: AttendanceFold, notes: &mut Notes) {
        let numbers =
            |from: &Interner, to: &mut Interner| -> Vec<u32> { from.iter().map(|name| to.intern(name)).collect() };
        let schools: Vec<u32> = other.schools.names.iter().map(|id| self.schools.number(id)).collect();
        let periods = numbers(&other.periods, &mut self.periods);
        let codes = numbers(&other.codes, &mut self.codes);
        let small = |numbers: &[u32], at: u16| u16::try_from(numbers[usize::from(at)]).unwrap_or(u16::MAX);
        let students: Vec<u32> = (0..other.students.names.len())
            .map(|at| self.student(other.students.names.name(at as u32)))
            .collect();
        for (at, &student) in students.iter().enumerate() {
            let mut lane = other.first_lane[at];
            while lane != NO {
                let head = other.heads[lane as usize];
                let (school, period) = (small(&schools, head.school), small(&periods, head.period));
                let bytes = other.bytes(lane as usize);
                let rows = bytes.iter().enumerate().filter(|(_, byte)| **byte > 0);
                let lanes = self.heads.len();
                let target = self.lane(student, school, period);
                let fresh = self.heads.len() > lanes;
                for (day, &byte) in rows {
                    let code = small(&codes, u16::from(byte) - 1);
                    if fresh && code < 255 {
                        *self.cell(target, day as u16) = code as u8 + 1;
                        continue;
                    }
                    let before = (self.odd.len(), notes.count("duplicate"));
                    self.put(student, day as u16, (school, period, code), WHOLE, Line::NONE, notes);
                    self.crossed |= before != (self.odd.len(), notes.count("duplicate"));
                }
                lane = head.next;
            }
        }
        self.odd.extend(other.odd.iter().map(|odd| Odd {
            student: students[odd.student as usize],
            row: AttendanceRow {
                school: SchoolIx(small(&schools, odd.row.school.0)),
                period: PeriodIx(small(&periods, odd.row.period.0)),
                code: CodeIx(small(&codes, odd.row.code.0)),
                ..odd.row
            },
            line: odd.line,
        }));
        self.span = match (self.span, other.span) {
            (Some(one), Some(two)) => Some((one.0.min(two.0), one.1.max(two.1))),
            (one, two) => one.or(two),
        };
    }

    /// Counts duplicates and conflicts among the odd rows and brings them into order; after the last row.
    pub(in crate::records) fn finish(&mut self, notes: &mut Notes) {
        let mut odd = std::mem::take(&mut self.odd);
        odd.sort_unstable_by_key(|odd| (odd.student, odd.row, odd.line));
        odd.dedup_by(|later, first| {
            let same = later.student == first.student && later.row == first.row;
            if same {
                notes.add("duplicate", later.line, "", "");
            }
            same
        });
        let mut seen: FxHashMap<(u32, u16, u16, u16), Line> = FxHashMap::default();
        for odd in &odd {
            let (school, period) = (odd.row.school.0, odd.row.period.0);
            let key = (odd.student, odd.row.day, school, period);
            let in_lane = self.lane_byte(odd.student, school, period, odd.row.day) > 0;
            let earlier = seen.insert(key, odd.line);
            if in_lane || earlier.is_some() {
                notes.add("conflict", earlier.map_or(odd.line, |line| line.max(odd.line)), "", "");
            }
        }
        self.odd = odd;
    }

    /// The byte of a key that may have no lane.
    fn lane_byte(&self, student: u32, school: u16, period: u16, day: u16) -> u8 {
        let mut at = self.first_lane[student as usize];
        while at != NO {
            let head = self.heads[at as usize];
            if head.school == school && head.period == period {
                let day = usize::from(day);
                let mut days = self.days(at as usize);
                let group = days.find(|(first, _)| *first == day / GROUP_DAYS * GROUP_DAYS);
                return group.map_or(0, |(_, days)| days[day % GROUP_DAYS]);
            }
            at = head.next;
        }
        0
    }

    /// One student's rows as a record under other numbers.
    pub(crate) fn record(&self, student: u32, numbering: &Numbering) -> Attendance {
        let mut lanes = Vec::new();
        let mut record = Attendance::default();
        let simple = numbering.codes.iter().all(|code| code.0 < 255);
        let mut at = self.first_lane[student as usize];
        while at != NO {
            let head = self.heads[at as usize];
            let (school, period) = (
                numbering.schools[usize::from(head.school)],
                numbering.periods[usize::from(head.period)],
            );
            let bytes = self.bytes(at as usize);
            if simple {
                let first = bytes.iter().position(|&byte| byte > 0).unwrap_or(0);
                let end = bytes.iter().rposition(|&byte| byte > 0).map_or(first, |last| last + 1);
                let translate = |&byte: &u8| match byte {
                    0 => 0,
                    byte => numbering.codes[usize::from(byte) - 1].0 as u8 + 1,
                };
                lanes.push(Lane {
                    school,
                    period,
                    first: first as u16,
                    codes: bytes[first..end].iter().map(translate).collect(),
                });
            } else {
                for (day, &byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte > 0) {
                    record.put(AttendanceRow {
                        day: day as u16,
                        school,
                        period,
                        code: numbering.codes[usize::from(byte) - 1],
                        portion: WHOLE,
                    });
                }
            }
            at = head.next;
        }
        if simple {
            record = Attendance::of_lanes(lanes);
        }
        for odd in self.odd_of(student) {
            record.put(AttendanceRow {
                school: numbering.schools[usize::from(odd.school.0)],
                period: numbering.periods[usize::from(odd.period.0)],
                code: numbering.codes[usize::from(odd.code.0)],
                ..odd
            });
        }
        record.settle();
        record
    }

    /// One student's odd rows; after [`AttendanceFold::finish`].
    fn odd_of(&self, student: u32) -> impl Iterator<Item = AttendanceRow> + '_ {
        let start = self.odd.partition_point(|odd| odd.student < student);
        self.odd[start..]
            .iter()
            .take_while(move |odd| odd.student == student)
            .map(|odd| odd.row)
    }

    /// How many rows each school has, and the offset of its last one; after [`AttendanceFold::finish`].
    pub(crate) fn by_school(&self) -> impl Iterator<Item = (&str, u64, Option<u16>)> {
        let mut schools: Vec<(u64, Option<u16>)> = vec![(0, None); self.schools.names.len()];
        for (lane, head) in self.heads.iter().enumerate() {
            let school = &mut schools[usize::from(head.school)];
            for (first, days) in self.days(lane) {
                school.0 += days.iter().filter(|byte| **byte > 0).count() as u64;
                let last = days.iter().rposition(|byte| *byte > 0).map(|at| (first + at) as u16);
                school.1 = school.1.max(last);
            }
        }
        for odd in &self.odd {
            let school = &mut schools[usize::from(odd.row.school.0)];
            school.0 += 1;
            school.1 = school.1.max(Some(odd.row.day));
        }
        let named = self.schools.names.iter().zip(schools);
        named.map(|(name, (rows, last))| (name, rows, last))
    }
}

/// A part of a day in millionths; blank is the whole day, what is no number from 0 to 1 is `None`.
#[inline]
fn portion(cell: &str) -> Option<u32> {
    if cell.is_empty() {
        return Some(WHOLE);
    }
    let number: f64 = cell.parse().ok()?;
    (0.0..=1.0)
        .contains(&number)
        .then(|| (number * f64::from(WHOLE)).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::{WHOLE, portion};

    #[test]
    fn a_portion_is_a_part_of_a_day_or_nothing() {
        assert_eq!(portion(""), Some(WHOLE));
        assert_eq!(portion("1.0"), Some(WHOLE));
        assert_eq!(portion(".5"), Some(500_000));
        assert_eq!(portion("0.333"), Some(333_000));
        assert_eq!(portion("0"), Some(0));
        for wrong in ["1.01", "-0.5", "half", "NaN", "inf", "390"] {
            assert_eq!(portion(wrong), None, "{wrong}");
        }
    }
}
