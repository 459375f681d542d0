//! What a rule's file says of itself, with `district.toml` laid over it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::school::{Area, GradeRange, Level};

/// Whether and how a rule is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being written: checked, never judged.
    Draft,
    /// Judged every night, never written to anybody.
    Shadow,
    /// At work.
    Live,
    /// Taken out of work.
    Retired,
}

/// Which way is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Worse {
    /// A higher measure is worse.
    Higher,
    /// A lower measure is worse.
    Lower,
}

/// A least value in `needs`: the number of a word.
pub type Needs = BTreeMap<String, f64>;

/// A parameter handed to the rule's functions as `p`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Param {
    /// A whole number.
    Whole(i64),
    /// Any other number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Worse {
    /// Whether a measure reaches an edge, inclusive within one part in a billion.
    pub(super) fn reaches(self, value: f64, edge: f64) -> bool {
        let slack = edge.abs().max(value.abs()) * 1e-9;
        match self {
            Worse::Higher => value >= edge - slack,
            Worse::Lower => value <= edge + slack,
        }
    }
}

/// Where levels begin and when they are left. Edges are inclusive, within one part in a billion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edges {
    /// The edge of each level that the rule has.
    pub levels: BTreeMap<Level, f64>,
    /// Which way is worse.
    pub worse: Worse,
    /// A level is kept while the measure is within this of its edge.
    pub margin: f64,
    /// Judged days in a row on the safe side after which a level is left; at least 1.
    pub clear_days: u16,
    /// Judged days in a row before a level is believed; at least 1.
    pub after: u16,
}

impl Edges {
    /// Whether a measure reaches an edge, inclusive within one part in a billion.
    pub fn reaches(&self, value: f64, edge: f64) -> bool {
        self.worse.reaches(value, edge)
    }

    /// The gravest level that a measure reaches.
    pub fn level(&self, value: f64) -> Option<Level> {
        let reached = |level: &Level| self.levels.get(level).is_some_and(|edge| self.reaches(value, *edge));
        [Level::Urgent, Level::Concern, Level::Watch].into_iter().find(reached)
    }

    /// Whether a measure still keeps a level: reaches its edge less the margin (plus, where lower is worse).
    pub fn keeps(&self, value: f64, level: Level) -> bool {
        let Some(edge) = self.levels.get(&level) else {
            return false;
        };
        let kept = match self.worse {
            Worse::Higher => edge - self.margin,
            Worse::Lower => edge + self.margin,
        };
        self.reaches(value, kept)
    }
}

/// One rule's card as it holds for one school: the file's, with the district's and then the school's changes laid over it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The area it speaks of.
    pub area: Area,
    /// Whether it is at work.
    pub status: Status,
    /// The grades it is for; `None`: all, and grades that are not understood too.
    pub grades: Option<GradeRange>,
    /// Least values, checked before the rule runs.
    pub needs: Needs,
    /// Levels, margins and days.
    pub edges: Edges,
    /// Handed to the rule's functions as `p`.
    pub params: BTreeMap<String, Param>,
    /// What to do next, by level.
    pub next: BTreeMap<Level, String>,
}
