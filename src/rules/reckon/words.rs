//! Between which ends each word of the vocabulary lies.

use super::might::{Might, Sort};
use super::span::Span;
use crate::indicators::Word;
use crate::rules::vocabulary::{self, Kind};

/// Days of a calendar year: no school year counts more of them.
const YEAR: f64 = 366.0;

/// What a word may come to over so many days; `None`: the school year so far.
pub(super) fn word(word: Word, days: Option<f64>) -> Might {
    let Some(entry) = vocabulary::WORDS.iter().find(|entry| entry.word == word) else {
        return Might::anything();
    };
    match entry.kind {
        Kind::Text => Might::sort(Sort::Text),
        Kind::YesNo => Might::sort(Sort::YesNo),
        Kind::Whole => Might::number(span(word, days.unwrap_or(YEAR), true)),
        Kind::Number => Might::number(span(word, days.unwrap_or(YEAR), false)),
        Kind::Level | Kind::Window | Kind::Same => Might::anything(),
    }
}

/// Between which ends a word of the vocabulary lies over the year so far; `None` where it is no number of ours.
pub(in crate::rules) fn span_of(name: &str) -> Option<Span> {
    word(vocabulary::word(name)?.word, None).surely_number()
}

fn span(word: Word, days: f64, whole: bool) -> Span {
    let (low, high) = match word {
        Word::Absences | Word::Unexcused | Word::Excused | Word::Tardies | Word::EnrolledDays => (0.0, days),
        Word::AbsencePercent => (0.0, 100.0),
        Word::Streak | Word::UnexcusedStreak | Word::DayOfTerm => (0.0, YEAR),
        Word::DayOfEnrollment => (1.0, YEAR),
        // Extra credit goes past 100, and a drop is a difference of two averages.
        Word::Drop => (f64::NEG_INFINITY, f64::INFINITY),
        Word::Grade => (-1.0, 12.0),
        _ => (0.0, f64::INFINITY),
    };
    Span::new(low, high, whole)
}

/// Which way of a word is worse, where everybody agrees on it.
pub(in crate::rules) fn higher_is_worse(word: Word) -> Option<bool> {
    match word {
        Word::Absences
        | Word::Unexcused
        | Word::Excused
        | Word::Tardies
        | Word::AbsencePercent
        | Word::Incidents
        | Word::Suspensions
        | Word::RemovalDays
        | Word::Streak
        | Word::UnexcusedStreak
        | Word::Pacing
        | Word::Drop
        | Word::Failing
        | Word::CoreFailing
        | Word::MissingWork => Some(true),
        Word::Average | Word::PreviousAverage => Some(false),
        _ => None,
    }
}
