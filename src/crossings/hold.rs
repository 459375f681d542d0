//! Why news is not written yet. A hold is asked again every round; what is still true when it ends is written then.

use serde::{Deserialize, Serialize};

use super::Phase;

/// A reason not to write yet, with who set it and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The rule has not yet seen enough of the school.
    Baseline,
    /// The rule is in shadow.
    Shadow,
    /// A school-wide event made many flags at once.
    Storm,
    /// Somebody asked for silence.
    Silence,
    /// A contact or an open plan in the same area.
    Quieted,
    /// The letter is full.
    Cap,
}

impl Hold {
    /// The stable word in files and in the store.
    pub fn word(self) -> &'static str {
        match self {
            Hold::Baseline => "baseline",
            Hold::Shadow => "shadow",
            Hold::Storm => "storm",
            Hold::Silence => "silence",
            Hold::Quieted => "quieted",
            Hold::Cap => "cap",
        }
    }

    /// Who set it, as a person reads it.
    pub fn author(self) -> &'static str {
        match self {
            Hold::Baseline | Hold::Storm | Hold::Cap => "firstbell",
            Hold::Shadow => "the district, by the rule's `status`",
            Hold::Silence => "the person who asked for the silence",
            Hold::Quieted => "the person who made the contact or leads the plan",
        }
    }

    /// Why it is there, as a person reads it.
    pub fn reason(self) -> &'static str {
        match self {
            Hold::Baseline => "the rule has not yet judged half of the school",
            Hold::Shadow => "the rule is being watched before it writes to anybody",
            Hold::Storm => "many students of the school were flagged on one day",
            Hold::Silence => "somebody asked not to be written about it",
            Hold::Quieted => "somebody has already acted in this area",
            Hold::Cap => "the letter holds as many students as one morning can take",
        }
    }

    /// When it ends, as a person reads it.
    pub fn end(self) -> &'static str {
        match self {
            Hold::Baseline => {
                "with the first round that judges half of the school, or 20 school days after the first verdict there"
            }
            Hold::Shadow => "when the rule's `status` is `live`",
            Hold::Storm => "after one school day, or when a person discards it",
            Hold::Silence => "on the day that was asked for",
            Hold::Quieted => "when the contact or the plan no longer counts",
            Hold::Cap => "with the next morning's letter",
        }
    }
}

/// The hold on a rule's news at a school tonight, if the rule or its baseline gives one; a shadow holds first.
pub fn hold(shadow: bool, phase: Phase) -> Option<Hold> {
    match phase {
        _ if shadow => Some(Hold::Shadow),
        Phase::Pending => Some(Hold::Baseline),
        Phase::Now | Phase::Done => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hold, Phase, hold};

    #[test]
    fn a_shadow_holds_before_a_baseline_does() {
        assert_eq!(hold(true, Phase::Now), Some(Hold::Shadow));
        assert_eq!(hold(false, Phase::Pending), Some(Hold::Baseline));
        assert_eq!(hold(false, Phase::Now), None);
        assert_eq!(hold(false, Phase::Done), None);
    }
}
