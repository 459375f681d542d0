//! Why a standing is what it is: one name for each change, and for each silence too.

use std::fmt;

use serde::{Deserialize, Serialize};

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

impl Reason {
    /// All reasons, in the order of the reference.
    pub const ALL: [Reason; 15] = [
        Reason::Crossed,
        Reason::Worsened,
        Reason::Still,
        Reason::Eased,
        Reason::Cleared,
        Reason::Clear,
        Reason::Corrected,
        Reason::NotApplicable,
        Reason::Unknown,
        Reason::Held,
        Reason::RuleChanged,
        Reason::LeftSchool,
        Reason::Resumed,
        Reason::YearTurned,
        Reason::Baseline,
    ];

    /// The stable word in files and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Crossed => "crossed",
            Reason::Worsened => "worsened",
            Reason::Still => "still",
            Reason::Eased => "eased",
            Reason::Cleared => "cleared",
            Reason::Clear => "clear",
            Reason::Corrected => "corrected",
            Reason::NotApplicable => "not_applicable",
            Reason::Unknown => "unknown",
            Reason::Held => "held",
            Reason::RuleChanged => "rule_changed",
            Reason::LeftSchool => "left_school",
            Reason::Resumed => "resumed",
            Reason::YearTurned => "year_turned",
            Reason::Baseline => "baseline",
        }
    }

    /// The reason as a counselor reads it: lower case, no full stop, fit to stand after a dash.
    pub fn phrase(self) -> &'static str {
        match self {
            Reason::Crossed => "newly flagged",
            Reason::Worsened => "got worse",
            Reason::Still => "still flagged at the same level",
            Reason::Eased => "improved, still flagged",
            Reason::Cleared => "improved, no longer flagged",
            Reason::Clear => "not flagged",
            Reason::Corrected => "the record was corrected: it had not been so",
            Reason::NotApplicable => "no longer measured",
            Reason::Unknown => "cannot be told tonight: something needed is missing",
            Reason::Held => "not judged: a file that this rule reads is being checked",
            Reason::RuleChanged => "the district changed this rule",
            Reason::LeftSchool => "left the school",
            Reason::Resumed => "back at school, still flagged",
            Reason::YearTurned => "a new school year began",
            Reason::Baseline => "flagged when this rule first looked at the whole school",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl std::str::FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Reason, String> {
        Reason::ALL
            .into_iter()
            .find(|reason| reason.word() == text)
            .ok_or_else(|| format!("`{text}` is not a reason for a standing"))
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn every_reason_has_a_word_and_a_phrase_of_its_own() {
        for (at, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason.word().parse(), Ok(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.word());
            for other in &Reason::ALL[at + 1..] {
                assert_ne!(reason.word(), other.word());
                assert_ne!(reason.phrase(), other.phrase());
            }
        }
    }
}
