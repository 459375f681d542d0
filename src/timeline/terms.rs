//! Which term holds a day at a school, and which came before.

use std::cmp::Reverse;

use crate::facts::{Books, SchoolIx};
use crate::school::Day;

/// A term as it holds for one school.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermSpan {
    /// The term's word in `names.terms`.
    pub term: u32,
    /// First day.
    pub start: Day,
    /// Last day, included.
    pub end: Day,
}

impl TermSpan {
    /// Calendar days, both ends included.
    pub fn length(&self) -> i32 {
        self.end.0 - self.start.0 + 1
    }

    fn holds(&self, day: Day) -> bool {
        self.start <= day && day <= self.end
    }
}

/// The terms of a school in this school year: its own rows and those of all schools. Of rows that contradict each other
/// (one word, one school) the shorter counts. Ordered by start, then by the term's word.
pub(crate) fn terms_of(books: &Books, school: SchoolIx) -> Vec<TermSpan> {
    let mut rows: Vec<(bool, TermSpan)> = Vec::new();
    for row in &books.terms {
        let ours = row.school.is_none_or(|whose| whose == school);
        if !ours || row.end < row.start || row.end < books.year.start || row.start > books.year.end {
            continue;
        }
        let span = TermSpan {
            term: row.term,
            start: row.start,
            end: row.end,
        };
        let own = row.school.is_some();
        match rows
            .iter_mut()
            .find(|(other, kept)| *other == own && kept.term == row.term)
        {
            Some((_, kept)) if (span.length(), span.start) < (kept.length(), kept.start) => *kept = span,
            Some(_) => {}
            None => rows.push((own, span)),
        }
    }
    let mut spans: Vec<TermSpan> = rows.into_iter().map(|(_, span)| span).collect();
    spans.sort_by(|one, other| {
        let word = |span: &TermSpan| books.names.terms.name(span.term).to_owned();
        (one.start, one.end)
            .cmp(&(other.start, other.end))
            .then_with(|| word(one).cmp(&word(other)))
    });
    spans
}

/// The shortest term that holds the day; on a day in none, the last one that ended. Of equals the first in order.
pub(crate) fn current(terms: &[TermSpan], day: Day) -> Option<TermSpan> {
    let holding = terms
        .iter()
        .filter(|term| term.holds(day))
        .min_by_key(|term| term.length());
    let ended = || {
        let ended = terms.iter().filter(|term| term.end < day);
        ended.min_by_key(|term| (Reverse(term.end), term.length()))
    };
    holding.or_else(ended).copied()
}

/// The nearest earlier term whose calendar length is between two thirds and one and a half times as long, both included.
/// Earlier is begun and ended before: terms may overlap by some days, and one that lies within another is not before it.
pub(crate) fn previous(terms: &[TermSpan], current: &TermSpan) -> Option<TermSpan> {
    let length = current.length();
    terms
        .iter()
        .filter(|term| term.start < current.start && term.end < current.end && term.term != current.term)
        .filter(|term| 3 * term.length() >= 2 * length && 2 * term.length() <= 3 * length)
        .min_by_key(|term| (Reverse(term.end), term.length()))
        .copied()
}
