//! What changed: a standing and tonight's verdict become a new standing, with one named reason.
//!
//! In: standings, verdicts, the rule's edges. Out: standings and reasons. Never: a name, an owner, a letter.

use serde::{Deserialize, Serialize};

use crate::school::{Day, Level};

/// What we hold to be true of a student under a rule in this school year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The level held; `None` is clear.
    pub level: Option<Level>,
    /// The highest level of this episode that its owner was written.
    pub told: Option<Level>,
    /// Set when `told` was set by hand or by counts alone, without words about this student.
    pub told_unwritten: bool,
    /// The first day of this episode, from clear to a level.
    pub since: Option<Day>,
    /// The judged day of the last step up.
    pub stepped_up: Option<Day>,
    /// Episodes so far this year; the open one's number.
    pub episode: u16,
    /// Judged days in a row that reached watch, concern, urgent, up to the last judged day.
    pub reached: [u16; 3],
    /// Judged days in a row that did not keep watch, concern, urgent (edge less margin), up to the last judged day.
    pub calm: [u16; 3],
    /// The last day judged.
    pub judged: Option<Day>,
    /// The digest of the rule that judged it; empty before the first.
    pub digest: String,
    /// School days in a row without an answer (`unknown`), for the operator's list.
    pub unknown_days: u16,
}

/// Why a standing is what it is after a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// From clear to a level.
    Crossed,
    /// To a graver level.
    Worsened,
    /// The same level as before.
    Still,
    /// To a lower level.
    Eased,
    /// From a level to clear, by getting better.
    Cleared,
    /// Clear before and after.
    Clear,
    /// The facts of the crossing day changed: it was never so.
    Corrected,
    /// No longer measured.
    NotApplicable,
    /// Cannot tell tonight.
    Unknown,
    /// A feed that the rule reads is held.
    Held,
    /// The rule was edited, or taken out of work.
    RuleChanged,
    /// No enrollment holds the as-of day.
    LeftSchool,
    /// Back in the same year.
    Resumed,
    /// A new school year.
    YearTurned,
    /// First judged with the whole school: believed at once.
    Baseline,
}
