//! What the quick way of attendance rows needs: where plain cells stand, and which dates and codes the long way has understood.

use crate::records::columns::attendance::{CODE, DATE, PERIOD, PORTION, SCHOOL, STUDENT};
use crate::records::ids::pack;
use crate::records::plan::Plan;

/// Where the columns of plain rows stand: for rows that need nothing but a look.
#[derive(Clone, Copy, Debug)]
pub(in crate::records) struct Layout {
    pub(super) student: usize,
    pub(super) school: usize,
    pub(super) date: usize,
    pub(super) code: usize,
    pub(super) period: Option<usize>,
    pub(super) portion: Option<usize>,
}

impl Layout {
    /// The layout of a plan that changes no cell; `None` where the adapter does, and every row goes the long way.
    pub(in crate::records) fn of(plan: &Plan<'_>) -> Option<Layout> {
        if plan.has(PERIOD) && plan.plain_at(PERIOD).is_none() || plan.has(PORTION) && plan.plain_at(PORTION).is_none()
        {
            return None;
        }
        Some(Layout {
            student: plan.plain_at(STUDENT)?,
            school: plan.plain_at(SCHOOL)?,
            date: plan.plain_at(DATE)?,
            code: plan.plain_at(CODE)?,
            period: plan.plain_at(PERIOD),
            portion: plan.plain_at(PORTION),
        })
    }
}

/// Dates and codes that the long way understood: the quick way looks them up.
#[derive(Debug)]
pub(super) struct Learned {
    /// By month and day: the packed date, and the offset of its day.
    dates: Vec<(u128, u16)>,
    /// By a code of one byte: the lane's byte; 0 where it is not known or not understood.
    pub(super) codes: [u8; 256],
}

impl Default for Learned {
    fn default() -> Learned {
        Learned {
            dates: vec![(0, 0); DATES],
            codes: [0; 256],
        }
    }
}

/// Places for dates: more than any month and day of two digits each can need.
const DATES: usize = 1024;

impl Learned {
    /// The place of a packed `YYYY-MM-DD`.
    #[inline]
    fn place(date: u128) -> usize {
        let digit = |at: u32| (date >> (8 * at)) as usize & 15;
        ((digit(5) & 1) * 10 + digit(6)) * 32 + (digit(8) & 3) * 10 + digit(9)
    }

    /// The offset of a date's day, where it was met before.
    #[inline]
    pub(super) fn day(&self, date: u128) -> Option<u16> {
        let (known, day) = self.dates[Learned::place(date) % DATES];
        (known == date).then_some(day)
    }

    /// Remembers a date and a code of one byte.
    pub(super) fn learn(&mut self, date: &str, day: u16, code: &str, byte: u8) {
        let key = pack(date.as_bytes());
        if key != 0 {
            self.dates[Learned::place(key) % DATES] = (key, day);
        }
        if let [code] = code.as_bytes() {
            self.codes[usize::from(*code)] = byte;
        }
    }
}
