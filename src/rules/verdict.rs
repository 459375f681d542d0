//! What a rule says of a student on a day.

use crate::school::{Level, Table};

/// What a rule says of a student on a day. Missing data is never `Clear`.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Judged, and no level reached.
    Clear {
        /// The measure.
        value: f64,
    },
    /// Judged, and a level reached: the gravest one.
    At {
        /// The level.
        level: Level,
        /// The measure.
        value: f64,
    },
    /// Not judged, because the rule is not for this student on this day.
    NotApplicable(NotFor),
    /// Not judged, because a number that the rule was handed cannot be had. Holds the words, as rules write them.
    Unknown(Vec<String>),
    /// Not judged, because a feed that the rule reads is held.
    Held(Table),
}

impl Verdict {
    /// The measure, where the student was judged.
    pub fn value(&self) -> Option<f64> {
        match self {
            Verdict::Clear { value } | Verdict::At { value, .. } => Some(*value),
            _ => None,
        }
    }

    /// The level, where one is reached.
    pub fn level(&self) -> Option<Level> {
        match self {
            Verdict::At { level, .. } => Some(*level),
            _ => None,
        }
    }

    /// Whether the student was judged: clear or a level.
    pub fn is_judged(&self) -> bool {
        self.value().is_some()
    }

    /// The verdict's word in files: `clear`, a level, `not_applicable`, `unknown`, `held`.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Clear { .. } => "clear",
            Verdict::At { level, .. } => level.word(),
            Verdict::NotApplicable(_) => "not_applicable",
            Verdict::Unknown(_) => "unknown",
            Verdict::Held(_) => "held",
        }
    }
}

/// Why a rule is not for a student on a day.
#[derive(Clone, Debug, PartialEq)]
pub enum NotFor {
    /// The student's grade lies outside the rule's grades.
    Grade,
    /// A number is below the least value that the card asks for.
    Needs {
        /// The word, as rules write it. `day_of_term` counts like unknown where an open flag is concerned.
        word: String,
        /// The least value.
        least: f64,
        /// The value had.
        has: f64,
    },
    /// `applies` said no.
    Applies,
}
