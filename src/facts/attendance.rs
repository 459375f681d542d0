//! One student's attendance in one school year: a code for a day, never a weight and never a school-day number, so that a
//! changed calendar or code table changes no fact.
//!
//! A lane is one school and one period (the whole day is period 0): a byte per calendar day. What does not fit a lane (a
//! portion other than the whole, a second code for the same key, a code numbered past 254) stands beside the lanes as an
//! odd row. Order of arrival leaves no trace once [`Attendance::settle`] has run.

use super::{CodeIx, PeriodIx, SchoolIx};

/// A whole portion, in millionths.
pub const WHOLE: u32 = 1_000_000;

/// One attendance row as a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttendanceRow {
    /// Calendar days from the school year's first day.
    pub day: u16,
    /// The school that sent it.
    pub school: SchoolIx,
    /// The period; [`PeriodIx::WHOLE_DAY`] for a row about the whole day.
    pub period: PeriodIx,
    /// The code, as the export writes it.
    pub code: CodeIx,
    /// The part of the day (or of the period) it speaks of, in millionths.
    pub portion: u32,
}

/// What became of a row that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// A key that had no row.
    New,
    /// The same row again: one row.
    Same,
    /// Another row for the same key: both are kept, the graver counts when they are read.
    Conflict,
}

/// One school's codes for one period: `codes[i]` is the code of day `first + i` plus one, 0 where there is no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The school.
    pub school: SchoolIx,
    /// The period.
    pub period: PeriodIx,
    /// The offset of the first day in `codes`.
    pub first: u16,
    /// Codes plus one, a byte per calendar day.
    pub codes: Vec<u8>,
}

impl Lane {
    /// The code of a day, where there is one.
    #[inline]
    pub fn code(&self, day: u16) -> Option<CodeIx> {
        let at = usize::from(day.checked_sub(self.first)?);
        match self.codes.get(at) {
            Some(&byte) if byte > 0 => Some(CodeIx(u16::from(byte) - 1)),
            _ => None,
        }
    }
}

/// One student's attendance rows of one school year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    lanes: Vec<Lane>,
    odd: Vec<AttendanceRow>,
}

impl Attendance {
    /// A record from the lanes and odd rows of a settled one.
    pub fn from_parts(lanes: Vec<Lane>, odd: Vec<AttendanceRow>) -> Attendance {
        Attendance { lanes, odd }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.odd.is_empty() && self.lanes.iter().all(|lane| lane.codes.iter().all(|&code| code == 0))
    }

    /// A record of lanes that stand already, one per school and period; [`Attendance::settle`] brings it into its one form.
    pub fn of_lanes(lanes: Vec<Lane>) -> Attendance {
        Attendance { lanes, odd: Vec::new() }
    }

    /// The lanes; after [`Attendance::settle`] ordered by school and period.
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The rows that fit no lane; after [`Attendance::settle`] sorted.
    pub fn odd(&self) -> &[AttendanceRow] {
        &self.odd
    }

    /// Adds a row. Nothing is ever replaced here: see [`Attendance::remove`].
    #[inline]
    pub fn put(&mut self, row: AttendanceRow) -> Put {
        let fits = row.portion == WHOLE && row.code.0 < 255;
        let lane = match self
            .lanes
            .iter_mut()
            .find(|lane| lane.school == row.school && lane.period == row.period)
        {
            Some(lane) => lane,
            None => {
                self.lanes.push(Lane {
                    school: row.school,
                    period: row.period,
                    first: row.day,
                    codes: Vec::new(),
                });
                let last = self.lanes.len() - 1;
                &mut self.lanes[last]
            }
        };
        let has_odd = !self.odd.is_empty();
        if row.day < lane.first {
            let missing = usize::from(lane.first - row.day);
            lane.codes.splice(0..0, std::iter::repeat_n(0, missing));
            lane.first = row.day;
        }
        let at = usize::from(row.day - lane.first);
        if at >= lane.codes.len() {
            if lane.codes.is_empty() {
                lane.codes.reserve(at + 32);
            }
            lane.codes.resize(at + 1, 0);
        }
        let cell = &mut lane.codes[at];
        let in_lane = *cell > 0;
        let same_key = |odd: &AttendanceRow| odd.day == row.day && odd.school == row.school && odd.period == row.period;
        let beside = has_odd && self.odd.iter().any(same_key);
        if fits && *cell == row.code.0 as u8 + 1 {
            return Put::Same;
        }
        if fits && !in_lane {
            if beside {
                self.odd.push(row);
                return Put::Conflict;
            }
            *cell = row.code.0 as u8 + 1;
            return Put::New;
        }
        if beside && self.odd.contains(&row) {
            return Put::Same;
        }
        self.odd.push(row);
        if in_lane || beside { Put::Conflict } else { Put::New }
    }

    /// Every row, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = AttendanceRow> + '_ {
        let in_lanes = self.lanes.iter().flat_map(|lane| {
            lane.codes
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte > 0)
                .map(|(at, &byte)| AttendanceRow {
                    day: lane.first + at as u16,
                    school: lane.school,
                    period: lane.period,
                    code: CodeIx(u16::from(byte) - 1),
                    portion: WHOLE,
                })
        });
        in_lanes.chain(self.odd.iter().copied())
    }

    /// Removes the rows that `gone` names; for exports that replace what came before.
    pub fn remove(&mut self, mut gone: impl FnMut(&AttendanceRow) -> bool) {
        for lane in &mut self.lanes {
            for (at, byte) in lane.codes.iter_mut().enumerate() {
                if *byte == 0 {
                    continue;
                }
                let row = AttendanceRow {
                    day: lane.first + at as u16,
                    school: lane.school,
                    period: lane.period,
                    code: CodeIx(u16::from(*byte) - 1),
                    portion: WHOLE,
                };
                if gone(&row) {
                    *byte = 0;
                }
            }
        }
        self.odd.retain(|row| !gone(row));
    }

    /// Brings the record into its one form, whatever order its rows came in: of several rows with one key the smallest
    /// that fits stands in the lane; lanes are trimmed and sorted, odd rows sorted.
    pub fn settle(&mut self) {
        if !self.odd.is_empty() {
            let rows: Vec<AttendanceRow> = self.rows().collect();
            let mut sorted = rows;
            sorted.sort_unstable_by_key(|row| {
                (
                    row.school,
                    row.period,
                    row.day,
                    row.portion != WHOLE,
                    row.code,
                    row.portion,
                )
            });
            sorted.dedup();
            self.lanes.clear();
            self.odd.clear();
            for row in sorted {
                self.put(row);
            }
            self.odd.sort_unstable();
        }
        self.lanes.retain_mut(|lane| {
            let Some(start) = lane.codes.iter().position(|&code| code > 0) else {
                return false;
            };
            let end = lane.codes.iter().rposition(|&code| code > 0).map_or(0, |at| at + 1);
            lane.codes.truncate(end);
            if start > 0 {
                lane.codes.drain(..start);
                lane.first += start as u16;
            }
            lane.codes.shrink_to_fit();
            true
        });
        self.lanes.sort_unstable_by_key(|lane| (lane.school, lane.period));
        // An empty lane is made for an odd row's key while it is put; it must not be left behind.
        self.odd.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(day: u16, code: u16, portion: u32) -> AttendanceRow {
        AttendanceRow {
            day,
            school: SchoolIx(0),
            period: PeriodIx::WHOLE_DAY,
            code: CodeIx(code),
            portion,
        }
    }

    #[test]
    fn the_order_of_rows_leaves_no_trace() {
        let rows = [
            row(9, 1, WHOLE),
            row(3, 2, WHOLE),
            row(3, 0, WHOLE),
            row(3, 0, 500_000),
            row(40, 300, WHOLE),
            row(9, 1, WHOLE),
        ];
        let mut forth = Attendance::default();
        let mut back = Attendance::default();
        for row in rows {
            forth.put(row);
        }
        for row in rows.into_iter().rev() {
            back.put(row);
        }
        forth.settle();
        back.settle();
        assert_eq!(forth, back);
        assert_eq!(forth.rows().count(), 5);
    }

    #[test]
    fn a_second_code_for_a_day_is_a_conflict_and_both_stand() {
        let mut record = Attendance::default();
        assert_eq!(record.put(row(5, 1, WHOLE)), Put::New);
        assert_eq!(record.put(row(5, 1, WHOLE)), Put::Same);
        assert_eq!(record.put(row(5, 2, WHOLE)), Put::Conflict);
        assert_eq!(record.put(row(5, 2, WHOLE)), Put::Same);
        assert_eq!(record.rows().count(), 2);
    }
}
