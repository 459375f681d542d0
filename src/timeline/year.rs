//! A student's enrolled days of the year, side by side: what no night can change, worked out once.

use crate::facts::{Lane, PeriodIx, SchoolIx, Student};
use crate::school::Rows;

use super::almanac::Almanac;
use super::day::{Cell, DayFact, DayReader, DayReading, PlainDay};
use super::enrollment::{Home, homes};

/// The days at home enrollments that count, oldest first, each date once; one column per number, in thousandths of a day,
/// so that a sum is a pass over a short slice.
#[derive(Clone, Debug, Default)]
pub(crate) struct StudentYear {
    /// The stretches in which one stay is home, with the days of each as a range of the columns.
    pub(crate) homes: Vec<Home>,
    /// For each home where its days end in the columns; they begin where the one before ends.
    pub(crate) ends: Vec<usize>,
    /// Offsets from the school year's first day.
    pub(crate) offsets: Vec<u16>,
    /// Absent.
    pub(crate) absent: Vec<u16>,
    /// Excused.
    pub(crate) excused: Vec<u16>,
    /// Unexcused once what is unverified has ripened.
    pub(crate) ripe: Vec<u16>,
    /// 1 on a tardy day.
    pub(crate) tardy: Vec<u16>,
    /// The few days with something unverified.
    pub(crate) pending: Vec<Pending>,
    cells: Vec<Cell>,
}

/// A day with something unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The day's place in the columns.
    pub(crate) at: usize,
    /// Unexcused while it has not ripened, in thousandths.
    pub(crate) unexcused: u16,
}

impl StudentYear {
    /// Reads the student's year up to an offset into the columns, whatever they held.
    pub(crate) fn read(&mut self, almanac: &Almanac<'_>, student: &Student, to: u16) {
        self.clear();
        let mut at_home = std::mem::take(&mut self.homes);
        homes(almanac.books, student, &mut at_home);
        for home in &at_home {
            let days = almanac.days(home.stay.school).slice(home.first, home.last.min(to));
            self.read_home(almanac, student, home, days);
            self.ends.push(self.offsets.len());
        }
        self.homes = at_home;
    }

    fn clear(&mut self) {
        self.ends.clear();
        self.pending.clear();
        for column in [
            &mut self.offsets,
            &mut self.absent,
            &mut self.excused,
            &mut self.ripe,
            &mut self.tardy,
        ] {
            column.clear();
        }
    }

    fn read_home(&mut self, almanac: &Almanac<'_>, student: &Student, home: &Home, days: &[u16]) {
        match only_lane(student, home.stay.school) {
            Rowed::Never => self.read_empty(almanac, days),
            Rowed::Plainly(lane) if almanac.reader.rows == Rows::Exceptions => {
                self.read_exceptions(almanac, home.stay.school, days, lane);
            }
            Rowed::Plainly(lane) => self.read_plain(almanac, days, lane),
            Rowed::Oddly => self.read_any(almanac, student, home.stay.school, days),
        }
    }

    fn read_empty(&mut self, almanac: &Almanac<'_>, days: &[u16]) {
        if !matches!(almanac.reader.empty(), DayReading::Counts(_)) {
            return;
        }
        self.offsets.extend_from_slice(days);
        self.resize(self.offsets.len());
    }

    /// Where only exceptions have rows nearly all days are alike: they are laid down at once, and the few rows into them.
    fn read_exceptions(&mut self, almanac: &Almanac<'_>, school: SchoolIx, days: &[u16], lane: &Lane) {
        let (table, school) = (almanac.reader.by_byte(), almanac.days(school));
        let start = self.offsets.len();
        self.read_empty(almanac, days);
        let Some((&first, &last)) = days.first().zip(days.last()) else {
            return;
        };
        let before = school.before(usize::from(first));
        let mut all_count = true;
        for (at, &byte) in lane.codes.iter().enumerate() {
            if byte == 0 {
                continue;
            }
            let offset = usize::from(lane.first) + at;
            if offset < usize::from(first) || offset > usize::from(last) || school.between(offset, offset) == 0 {
                continue;
            }
            let plain = &table[usize::from(byte)];
            self.write(start + school.before(offset) - before, plain);
            all_count &= plain.counts;
        }
        if !all_count {
            let byte = |day: u16| lane.code(day).map_or(0, |code| usize::from(code.0) + 1);
            self.pending.retain(|pending| pending.at < start);
            self.keep(start, |day| table[byte(day)].counts);
            self.wait(start, |day| table[byte(day)].fact);
        }
    }

    #[inline]
    fn lay(&mut self, at: usize, plain: &PlainDay) {
        self.absent[at] = plain.fact.absent;
        self.excused[at] = plain.fact.excused;
        self.ripe[at] = plain.fact.ripe;
        self.tardy[at] = u16::from(plain.fact.tardy);
    }

    #[inline]
    fn write(&mut self, at: usize, plain: &PlainDay) {
        self.lay(at, plain);
        if plain.is_pending {
            self.pending.push(Pending {
                at,
                unexcused: plain.fact.unexcused,
            });
        }
    }

    /// The way of nearly every student where every day has rows: one row a day about the whole day. On most days the student was there in
    /// time, which is what the columns hold before anything is written; what seldom is, days that do not count and days that wait to be
    /// verified, is looked after behind.
    fn read_plain(&mut self, almanac: &Almanac<'_>, days: &[u16], lane: &Lane) {
        let table = almanac.reader.by_byte();
        // Before the lane begins the difference wraps far past its end: no row either way.
        let byte = |day: u16| {
            lane.codes
                .get(usize::from(day.wrapping_sub(lane.first)))
                .copied()
                .unwrap_or(0)
        };
        let start = self.offsets.len();
        self.offsets.extend_from_slice(days);
        self.resize(self.offsets.len());
        let (mut all_count, mut any_pending) = (true, false);
        for (at, &day) in days.iter().enumerate() {
            let plain = &table[usize::from(byte(day))];
            if plain.is_dull {
                continue;
            }
            self.lay(start + at, plain);
            all_count &= plain.counts;
            any_pending |= plain.is_pending;
        }
        if !all_count {
            self.keep(start, |day| table[usize::from(byte(day))].counts);
        }
        if any_pending {
            self.wait(start, |day| table[usize::from(byte(day))].fact);
        }
    }

    /// Keeps of the days from `start` on those that count.
    fn keep(&mut self, start: usize, counts: impl Fn(u16) -> bool) {
        let mut kept = start;
        for at in start..self.offsets.len() {
            if counts(self.offsets[at]) {
                self.offsets[kept] = self.offsets[at];
                for column in [&mut self.absent, &mut self.excused, &mut self.ripe, &mut self.tardy] {
                    column[kept] = column[at];
                }
                kept += 1;
            }
        }
        self.resize(kept);
    }

    /// Notes which of the days from `start` on wait to be verified.
    fn wait(&mut self, start: usize, fact: impl Fn(u16) -> DayFact) {
        for at in start..self.offsets.len() {
            if self.ripe[at] == 0 {
                continue;
            }
            let fact = fact(self.offsets[at]);
            if fact.is_pending() {
                self.pending.push(Pending {
                    at,
                    unexcused: fact.unexcused,
                });
            }
        }
    }

    fn resize(&mut self, length: usize) {
        self.offsets.resize(length, 0);
        for column in [&mut self.absent, &mut self.excused, &mut self.ripe, &mut self.tardy] {
            column.resize(length, 0);
        }
    }

    fn read_any(&mut self, almanac: &Almanac<'_>, student: &Student, school: SchoolIx, days: &[u16]) {
        let mut cells = std::mem::take(&mut self.cells);
        for &offset in days {
            let rows = DayReader::rows_of(&student.attendance, school, offset);
            if let DayReading::Counts(fact) = almanac.reader.read(school, rows, &mut cells) {
                self.push(offset, &fact);
            }
        }
        self.cells = cells;
    }

    #[inline]
    fn push(&mut self, offset: u16, fact: &DayFact) {
        if fact.is_pending() {
            self.pending.push(Pending {
                at: self.offsets.len(),
                unexcused: fact.unexcused,
            });
        }
        self.offsets.push(offset);
        self.absent.push(fact.absent);
        self.excused.push(fact.excused);
        self.ripe.push(fact.ripe);
        self.tardy.push(u16::from(fact.tardy));
    }
}

/// How a student's rows at one school lie.
enum Rowed<'s> {
    Never,
    Plainly(&'s Lane),
    Oddly,
}

fn only_lane(student: &Student, school: SchoolIx) -> Rowed<'_> {
    if student.attendance.odd().iter().any(|row| row.school == school) {
        return Rowed::Oddly;
    }
    let mut lanes = student.attendance.lanes().iter().filter(|lane| lane.school == school);
    match (lanes.next(), lanes.next()) {
        (None, _) => Rowed::Never,
        (Some(lane), None) if lane.period == PeriodIx::WHOLE_DAY => Rowed::Plainly(lane),
        _ => Rowed::Oddly,
    }
}
