//! What an attendance row weighs, and which of two rows for one key is the graver.

use crate::facts::{AttendanceRow, Books, CodeIx, WHOLE};
use crate::school::{CodeMeaning, Meaning};

/// A whole day or period: a code's weight times a row's portion, both in millionths.
pub(crate) const WHOLE_PART: u64 = 1_000_000_000_000;

/// The kinds of absence, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Neither excused nor suspended nor waiting to be verified.
    Unexcused,
    /// Not verified yet; counts as unexcused once enough school days have passed.
    Unverified,
    /// Suspended out of school, and not marked as excused as well.
    Suspended,
    /// Excused, suspensions that are marked as excused included.
    Excused,
}

/// An understood row's weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weighed {
    /// The code.
    pub(crate) code: CodeIx,
    /// The code's meaning.
    pub(crate) meaning: CodeMeaning,
    /// The part absent: weight × portion, [`WHOLE_PART`] is all.
    pub(crate) part: u64,
    /// Whether the row says how much of the day it is.
    pub(crate) is_portion: bool,
}

impl Weighed {
    /// In which heap the part falls.
    pub(crate) fn kind(&self) -> Kind {
        let meaning = &self.meaning;
        if meaning.excused {
            Kind::Excused
        } else if meaning.suspended {
            Kind::Suspended
        } else if meaning.unverified {
            Kind::Unverified
        } else {
            Kind::Unexcused
        }
    }

    /// The gravity, greater is graver: the more absent, then unexcused before unverified, suspended, excused, tardy. A day
    /// that counts is graver than one that does not, so that nobody's days vanish by contradiction.
    fn gravity(&self) -> (u64, u8, bool, bool, bool) {
        let meaning = &self.meaning;
        let kind = match (self.part, meaning.suspended, self.kind()) {
            (0, _, _) => 0,
            // Suspended is graver than excused even where the district's table calls it both.
            (_, true, _) => 2,
            (_, _, Kind::Unexcused) => 4,
            (_, _, Kind::Unverified) => 3,
            (_, _, Kind::Suspended) => 2,
            (_, _, Kind::Excused) => 1,
        };
        (self.part, kind, meaning.tardy, meaning.counts, !meaning.excused)
    }

    /// The graver of the two.
    pub(crate) fn graver(self, other: Weighed) -> Weighed {
        let order = self.gravity().cmp(&other.gravity());
        // Equal gravity means equal effect; the number only keeps the choice the same in every run.
        if order.then(other.code.cmp(&self.code)).is_ge() {
            self
        } else {
            other
        }
    }
}

/// Meaning by code number; `None` for a code in no table.
#[derive(Clone, Debug)]
pub(crate) struct Codes(Vec<Option<CodeMeaning>>);

impl Codes {
    pub(crate) fn new(books: &Books, meaning: &Meaning) -> Codes {
        let table = &meaning.attendance.codes;
        Codes(books.names.codes.iter().map(|code| table.get(code).copied()).collect())
    }

    /// The code's meaning; `None` where it is not understood.
    pub(crate) fn meaning(&self, code: CodeIx) -> Option<CodeMeaning> {
        self.0.get(usize::from(code.0)).copied().flatten()
    }

    /// The row's weight; `None` where its code is not understood.
    pub(crate) fn weigh(&self, row: &AttendanceRow) -> Option<Weighed> {
        let meaning = self.meaning(row.code)?;
        Some(Weighed {
            code: row.code,
            meaning,
            part: u64::from(meaning.absent) * u64::from(row.portion),
            is_portion: row.portion < WHOLE,
        })
    }
}
