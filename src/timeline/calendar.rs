//! One school's instructional days of the year, counted once.

use crate::facts::{Books, SchoolIx};
use crate::school::Day;

/// The instructional days of one school as offsets from the school year's first day.
#[derive(Clone, Debug, Default)]
pub(crate) struct SchoolDays {
    /// Whether any calendar row of the year speaks of this school.
    pub(crate) has_calendar: bool,
    /// Whether the school's days can be had: from its calendar or, where every day has rows, from its rows.
    pub(crate) known: bool,
    /// The offsets, ascending.
    pub(crate) list: Vec<u16>,
    /// For each offset how many instructional days lie before it; one longer than the year.
    before: Vec<u16>,
}

impl SchoolDays {
    /// The days of the calendar: a school's own row wins over the row for all schools.
    pub(crate) fn from_calendar(books: &Books, school: SchoolIx) -> SchoolDays {
        let mut on = vec![false; books.year.length()];
        let mut has_calendar = false;
        for whose in [None, Some(school)] {
            let rows = (whose, Day(i32::MIN))..=(whose, Day(i32::MAX));
            for ((_, day), &instructional) in books.calendar.range(rows) {
                let Some(offset) = books.year.offset(*day) else {
                    continue;
                };
                has_calendar = true;
                on[usize::from(offset)] = instructional;
            }
        }
        let mut days = SchoolDays::from_flags(&on);
        days.has_calendar = has_calendar;
        days.known = has_calendar;
        days
    }

    /// The days for which the flag is set.
    pub(crate) fn from_flags(on: &[bool]) -> SchoolDays {
        let mut list = Vec::new();
        let mut before = Vec::with_capacity(on.len() + 1);
        for (offset, &is_on) in on.iter().enumerate() {
            before.push(list.len() as u16);
            if is_on {
                list.push(offset as u16);
            }
        }
        before.push(list.len() as u16);
        SchoolDays {
            has_calendar: false,
            known: true,
            list,
            before,
        }
    }

    /// Instructional days before the offset; offsets past the year count all.
    pub(crate) fn before(&self, offset: usize) -> usize {
        let last = self.before.last().copied().unwrap_or(0);
        usize::from(self.before.get(offset).copied().unwrap_or(last))
    }

    /// Instructional days from the one offset to the other, both included.
    pub(crate) fn between(&self, first: usize, last: usize) -> usize {
        self.before(last.saturating_add(1)).saturating_sub(self.before(first))
    }

    /// The instructional offsets from the one to the other, both included.
    pub(crate) fn slice(&self, first: u16, last: u16) -> &[u16] {
        let (start, end) = (self.before(usize::from(first)), self.before(usize::from(last) + 1));
        self.list.get(start..end).unwrap_or(&[])
    }

    /// Whether the offset is an instructional day.
    pub(crate) fn holds(&self, offset: u16) -> bool {
        self.between(usize::from(offset), usize::from(offset)) == 1
    }

    /// The latest instructional offset not after this one for which `good` holds.
    pub(crate) fn latest(&self, not_after: u16, mut good: impl FnMut(u16) -> bool) -> Option<u16> {
        self.slice(0, not_after)
            .iter()
            .rev()
            .copied()
            .find(|&offset| good(offset))
    }
}
