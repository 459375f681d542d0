//! A stretch of one student's enrolled days, and the sums over it.

use std::ops::Range;

use super::year::StudentYear;

/// The part of a student's days that lies at one home, up to that school's through day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Where the part begins in the year's columns.
    pub(crate) start: usize,
    /// Where it ends, exclusive.
    pub(crate) end: usize,
    /// The latest offset on which something unverified has ripened at this school.
    pub(crate) ripe_to: Option<u16>,
}

/// A student's enrolled days from one day to another; all numbers in thousandths of a day, counts of days apart.
#[derive(Clone, Copy, Debug)]
pub struct Stretch<'s> {
    pub(crate) year: &'s StudentYear,
    pub(crate) parts: &'s [Part],
    /// The first offset.
    pub(crate) from: u16,
    /// The last offset, included.
    pub(crate) to: u16,
}

impl<'s> Stretch<'s> {
    /// How many enrolled days there are.
    pub fn enrolled(&self) -> usize {
        self.ranges().map(|range| range.len()).sum()
    }

    /// Thousandths of days absent.
    pub fn absent(&self) -> u64 {
        self.sum(&self.year.absent)
    }

    /// Thousandths of days absent and excused.
    pub fn excused(&self) -> u64 {
        self.sum(&self.year.excused)
    }

    /// Days tardy.
    pub fn tardy(&self) -> u64 {
        self.sum(&self.year.tardy)
    }

    /// Thousandths of days absent and unexcused, ripened ones included.
    pub fn unexcused(&self) -> u64 {
        let ripe = self.sum(&self.year.ripe);
        if self.year.pending.is_empty() {
            return ripe;
        }
        let unripe = self.parts().flat_map(|(part, range)| {
            let pending = self
                .year
                .pending
                .iter()
                .filter(move |pending| range.contains(&pending.at));
            pending.filter(move |pending| !self.is_ripe(&part, pending.at))
        });
        let too_much: u64 = unripe
            .map(|pending| u64::from(self.year.ripe[pending.at]) - u64::from(pending.unexcused))
            .sum();
        ripe - too_much
    }

    /// The offset of the first enrolled day.
    pub fn first(&self) -> Option<u16> {
        let range = self.ranges().find(|range| !range.is_empty())?;
        self.year.offsets.get(range.start).copied()
    }

    /// The offset of the `n`th enrolled day from the end, the first day where there are fewer; `None` where there is none.
    pub fn nth_from_end(&self, n: u32) -> Option<u16> {
        let mut left = n as usize;
        let mut found = None;
        for part in self.parts.iter().rev() {
            let range = self.narrowed(part);
            if range.is_empty() || left == 0 {
                continue;
            }
            let at = range.end - left.min(range.len());
            left -= left.min(range.len());
            found = self.year.offsets.get(at).copied();
        }
        found
    }

    /// The days from the last to the first.
    pub fn days_back(&self) -> impl Iterator<Item = StretchDay> + '_ {
        self.parts.iter().rev().flat_map(move |part| {
            let days = self.narrowed(part).rev();
            days.map(move |at| self.day(part, at))
        })
    }

    fn day(&self, part: &Part, at: usize) -> StretchDay {
        let ripe = self.year.ripe[at];
        let unripe = self
            .year
            .pending
            .iter()
            .find(|pending| pending.at == at && !self.is_ripe(part, at));
        StretchDay {
            offset: self.year.offsets[at],
            absent: self.year.absent[at],
            excused: self.year.excused[at],
            unexcused: unripe.map_or(ripe, |pending| pending.unexcused),
            ripe,
            tardy: self.year.tardy[at] > 0,
        }
    }

    fn is_ripe(&self, part: &Part, at: usize) -> bool {
        part.ripe_to.is_some_and(|to| self.year.offsets[at] <= to)
    }

    fn sum(&self, column: &[u16]) -> u64 {
        let parts = self
            .ranges()
            .map(|range| column[range].iter().map(|&value| u32::from(value)).sum::<u32>());
        parts.map(u64::from).sum()
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.parts.iter().map(|part| self.narrowed(part))
    }

    fn parts(&self) -> impl Iterator<Item = (Part, Range<usize>)> + '_ {
        self.parts.iter().map(|part| (*part, self.narrowed(part)))
    }

    /// The part's days within the stretch; the common whole part costs two looks.
    fn narrowed(&self, part: &Part) -> Range<usize> {
        let offsets = &self.year.offsets[part.start..part.end];
        let (Some(&first), Some(&last)) = (offsets.first(), offsets.last()) else {
            return part.start..part.start;
        };
        let start = if self.from <= first {
            0
        } else {
            offsets.partition_point(|&offset| offset < self.from)
        };
        let end = if last <= self.to {
            offsets.len()
        } else {
            offsets.partition_point(|&offset| offset <= self.to)
        };
        part.start + start..part.start + end.max(start)
    }
}

/// One enrolled day of a stretch, in thousandths of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StretchDay {
    /// Calendar days from the school year's first.
    pub offset: u16,
    /// Absent.
    pub absent: u16,
    /// Excused.
    pub excused: u16,
    /// Unexcused, ripened ones included.
    pub unexcused: u16,
    /// Unexcused once everything has ripened.
    pub ripe: u16,
    /// Came late.
    pub tardy: bool,
}

impl StretchDay {
    /// Whether the whole day was missed.
    pub fn is_full(&self) -> bool {
        self.absent == 1000
    }

    /// Whether something of it still waits to be verified.
    pub fn is_unverified(&self) -> bool {
        self.ripe != self.unexcused
    }
}
