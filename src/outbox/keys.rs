//! What makes a letter this letter: its key and its Message-ID. Both come from whose it is and for which morning, never
//! from what it says.

use super::{Group, Kind, State};
use crate::school::{Day, Level};

impl Kind {
    /// Every kind, in the order of the documents.
    pub const ALL: [Kind; 9] = [
        Kind::Nightly,
        Kind::Digest,
        Kind::StartingList,
        Kind::Reminder,
        Kind::Handover,
        Kind::SchoolLetter,
        Kind::TeamList,
        Kind::RuleEdit,
        Kind::OperatorReport,
    ];

    /// The stable word in keys, templates and the store.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Nightly => "nightly",
            Kind::StartingList => "starting_list",
            Kind::OperatorReport => "operator_report",
            Kind::Digest => "digest",
            Kind::SchoolLetter => "school_letter",
            Kind::TeamList => "team_list",
            Kind::Reminder => "reminder",
            Kind::Handover => "handover",
            Kind::RuleEdit => "rule_edit",
        }
    }

    /// The word in headers and file names: `starting-list`.
    pub fn dashed(self) -> String {
        self.word().replace('_', "-")
    }
}

impl Group {
    /// Every heading, in the order in which they stand.
    pub const ALL: [Group; 13] = [
        Group::Level,
        Group::NoContact,
        Group::Watched,
        Group::Storm,
        Group::Overflow,
        Group::Resumed,
        Group::Eased,
        Group::Cleared,
        Group::Corrected,
        Group::Ended,
        Group::Left,
        Group::Moved,
        Group::Escalated,
    ];
}

impl std::str::FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Kind, String> {
        let word = text.trim().to_lowercase().replace(['-', ' '], "_");
        let found = Kind::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| {
            let words = Kind::ALL.map(Kind::word).join(", ");
            format!("`{text}` is no kind of letter: write one of {words}")
        })
    }
}

impl State {
    /// The stable word in files and listings.
    pub fn word(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Sending => "sending",
            State::Sent => "sent",
            State::Delayed => "delayed",
            State::Refused => "refused",
            State::Unsure => "unsure",
            State::Replaced => "replaced",
            State::Discarded => "discarded",
        }
    }

    /// Whether the letter has never been handed to a transport, so that a newer one may take its place.
    pub fn may_be_replaced(self) -> bool {
        self == State::Waiting
    }

    /// Whether the letter counts as told: every state but refused and replaced.
    pub fn tells(self) -> bool {
        !matches!(self, State::Refused | State::Replaced)
    }
}

/// The key of a letter: one reader has one letter of a kind on a morning, of letters about a school one for each. `school` is empty for
/// the others.
pub fn letter_key(kind: Kind, to_staff: &str, morning: Day, school: &str) -> String {
    let about = if school.is_empty() {
        String::new()
    } else {
        format!("/{school}")
    };
    format!("{}/{morning}/{to_staff}{about}", kind.word())
}

/// The Message-ID of a letter without angle brackets: a digest of its key and of `serial` (how many letters of that key
/// there were before), in the domain of `from`. The same letter has the same one wherever and whenever it is made.
pub fn message_id(key: &str, serial: usize, from: &str) -> String {
    let digest = blake3::hash(format!("{key}\n{serial}").as_bytes()).to_hex();
    let domain = from.rsplit_once('@').map_or(from, |(_, domain)| domain);
    format!("firstbell.{}@{domain}", &digest[..32])
}

/// What an owner has been told in an episode: the highest level over its letters' entries, each with its letter's state.
pub fn told(entries: impl IntoIterator<Item = (Level, State)>) -> Option<Level> {
    let counting = entries.into_iter().filter(|(_, state)| state.tells());
    counting.map(|(level, _)| level).max()
}

#[cfg(test)]
mod tests {
    use super::{letter_key, message_id, told};
    use crate::outbox::{Kind, State};
    use crate::school::{Day, Level};

    #[test]
    fn a_letter_bears_one_message_id_and_no_two_letters_share_one() {
        let morning = Day::from_ymd(2026, 11, 23).unwrap();
        let key = letter_key(Kind::Nightly, "s-12", morning, "");
        assert_eq!(key, "nightly/2026-11-23/s-12");
        let id = message_id(&key, 0, "firstbell@district.example");
        assert_eq!(id, message_id(&key, 0, "firstbell@district.example"));
        assert!(id.ends_with("@district.example") && !id.contains("s-12"));
        assert_ne!(id, message_id(&key, 1, "firstbell@district.example"));
        let list = letter_key(Kind::StartingList, "s-12", morning, "");
        assert_ne!(id, message_id(&list, 0, "firstbell@district.example"));
    }

    #[test]
    fn what_was_refused_or_replaced_told_nobody() {
        let entries = [
            (Level::Urgent, State::Refused),
            (Level::Urgent, State::Replaced),
            (Level::Watch, State::Sent),
            (Level::Concern, State::Waiting),
        ];
        assert_eq!(told(entries), Some(Level::Concern));
        assert_eq!(told([(Level::Concern, State::Unsure)]), Some(Level::Concern));
        assert_eq!(told([(Level::Concern, State::Refused)]), None);
    }
}
