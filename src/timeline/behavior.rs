//! What the district's words for roles, actions and incident types mean, looked up once per word.

use wildmatch::WildMatch;

use crate::facts::{Books, Incident};
use crate::school::{BehaviorMeaning, Meaning, same};

/// Flags for each of the books' words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conduct {
    offender: Vec<bool>,
    suspension: Vec<bool>,
    counts: Vec<bool>,
    dropped: Vec<bool>,
}

impl Conduct {
    pub(crate) fn new(books: &Books, meaning: &Meaning) -> Conduct {
        let behavior = &meaning.behavior;
        let types: Vec<(WildMatch, bool, bool)> = behavior
            .types
            .iter()
            .map(|kind| (glob(&kind.glob), kind.counts, kind.drop))
            .collect();
        let mut conduct = Conduct::default();
        for word in books.names.words.iter() {
            conduct.learn(behavior, &types, word.trim());
        }
        conduct
    }

    fn learn(&mut self, behavior: &BehaviorMeaning, types: &[(WildMatch, bool, bool)], word: &str) {
        let among = |list: &[String]| list.iter().any(|one| same(one, word));
        let first = types.iter().find(|(glob, _, _)| glob.matches(word));
        self.offender.push(among(&behavior.offender_roles));
        // A blank action is no action, whatever the list holds.
        self.suspension.push(!word.is_empty() && among(&behavior.suspensions));
        self.counts.push(first.is_none_or(|(_, counts, _)| *counts));
        self.dropped.push(first.is_some_and(|(_, _, drop)| *drop));
    }

    /// Whether the row is of an offender, and of a type that the district does not keep out altogether.
    pub(crate) fn is_offence(&self, row: &Incident) -> bool {
        flag(&self.offender, row.role) && !flag(&self.dropped, row.kind)
    }

    /// Whether the row's type counts as an incident.
    pub(crate) fn counts(&self, row: &Incident) -> bool {
        flag(&self.counts, row.kind)
    }

    /// Whether the row's action is a suspension out of school.
    pub(crate) fn is_suspension(&self, row: &Incident) -> bool {
        flag(&self.suspension, row.action)
    }
}

fn flag(flags: &[bool], word: u32) -> bool {
    flags.get(word as usize).copied().unwrap_or(false)
}

/// A glob over a whole cell, any case, spaces around it aside.
pub(crate) fn glob(pattern: &str) -> WildMatch {
    WildMatch::new_case_insensitive(pattern.trim())
}
