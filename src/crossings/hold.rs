//! Why news is not written yet. A hold is asked again every round; what is still true when it ends is written then.

use serde::{Deserialize, Serialize};

use super::{Patience, Phase, Shelter, UnderWay};
use crate::school::Level;

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

/// Everything that could keep one piece of news back tonight.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Whether the rule is in shadow at the school.
    pub shadow: bool,
    /// Where the rule's baseline stands there.
    pub phase: Phase,
    /// Whether the news is for a starting list, which nothing else holds.
    pub on_list: bool,
    /// The level that would be news.
    pub level: Level,
    /// What a storm or a question about the calendar makes of it; `None`: it belongs to none.
    pub shelter: Option<Shelter>,
    /// A silence that is meant for it, and whether it holds urgent news too.
    pub silence: Option<Loudness>,
    /// What is already under way in the area.
    pub under_way: UnderWay,
    /// How long that keeps quiet.
    pub patience: Patience,
}

/// How far a silence goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loudness {
    /// It lets urgent news through.
    UrgentIsHeard,
    /// It holds urgent news too, since it says so.
    NothingIsHeard,
}

/// The hold on a piece of news tonight; the one that lasts longest is named first.
pub fn hold(news: &Circumstances) -> Option<Hold> {
    if news.shadow {
        return Some(Hold::Shadow);
    }
    if news.phase == Phase::Pending {
        return Some(Hold::Baseline);
    }
    if news.on_list {
        return None;
    }
    let is_silent = match news.silence {
        Some(Loudness::NothingIsHeard) => true,
        Some(Loudness::UrgentIsHeard) => news.level < Level::Urgent,
        None => false,
    };
    if is_silent {
        return Some(Hold::Silence);
    }
    if news.shelter == Some(Shelter::Waits) {
        return Some(Hold::Storm);
    }
    news.under_way
        .quiets(news.level, news.patience)
        .then_some(Hold::Quieted)
}

#[cfg(test)]
mod tests {
    use super::{Circumstances, Hold, Loudness, Phase, hold};
    use crate::crossings::{Patience, Shelter, UnderWay};
    use crate::school::Level;

    fn news(level: Level) -> Circumstances {
        Circumstances {
            shadow: false,
            phase: Phase::Done,
            on_list: false,
            level,
            shelter: None,
            silence: None,
            under_way: UnderWay::default(),
            patience: Patience {
                quiet_days: 10,
                review_days: 30,
            },
        }
    }

    #[test]
    fn a_shadow_holds_before_a_baseline_does_and_a_starting_list_is_held_by_nothing_else() {
        let shadow = |shadow, phase| {
            hold(&Circumstances {
                shadow,
                phase,
                ..news(Level::Concern)
            })
        };
        assert_eq!(shadow(true, Phase::Now), Some(Hold::Shadow));
        assert_eq!(shadow(false, Phase::Pending), Some(Hold::Baseline));
        assert_eq!(shadow(false, Phase::Done), None);
        let list = Circumstances {
            on_list: true,
            phase: Phase::Now,
            shelter: Some(Shelter::Waits),
            silence: Some(Loudness::NothingIsHeard),
            ..news(Level::Concern)
        };
        assert_eq!(hold(&list), None);
    }

    #[test]
    fn a_silence_holds_urgent_only_where_it_says_so() {
        let under = |level, silence| {
            hold(&Circumstances {
                silence: Some(silence),
                ..news(level)
            })
        };
        assert_eq!(under(Level::Concern, Loudness::UrgentIsHeard), Some(Hold::Silence));
        assert_eq!(under(Level::Urgent, Loudness::UrgentIsHeard), None);
        assert_eq!(under(Level::Urgent, Loudness::NothingIsHeard), Some(Hold::Silence));
    }

    #[test]
    fn a_storm_holds_before_a_contact_does() {
        let contact = UnderWay {
            contact: Some(1),
            plan: None,
        };
        let both = Circumstances {
            shelter: Some(Shelter::Waits),
            under_way: contact,
            ..news(Level::Concern)
        };
        assert_eq!(hold(&both), Some(Hold::Storm));
        let after = Circumstances {
            shelter: Some(Shelter::Digest),
            ..both
        };
        assert_eq!(hold(&after), Some(Hold::Quieted));
    }
}
