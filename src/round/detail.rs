//! What a district lets letters show beyond numbers: incidents by their types and actions, programs.
//!
//! In: one student's facts, `privacy.detail`. Out: sentences. Never: a name; an incident in a letter about another area.

use std::collections::BTreeMap;

use super::filling::STRIP_WEEKS;
use super::posting::Posting;
use crate::config::Detail;
use crate::facts::{self, Incident};
use crate::outbox::Entry;
use crate::timeline::StudentNight;

/// Incidents that are named one by one; the rest is a number. Chosen by us: a letter is read in a minute.
const NAMED: usize = 5;
/// The area whose readers may see incidents. What a combined flag is made of its reader may see too, but that need not be behavior.
const BEHAVIOR: &str = "behavior";

impl Posting<'_, '_> {
    /// What stands in an entry because `privacy.detail` names it.
    pub(super) fn opened(&self, numbers: &StudentNight<'_>, facts: &facts::Student, entry: &Entry) -> Vec<String> {
        let mut lines = Vec::new();
        if entry.area.word() == BEHAVIOR {
            lines.extend(self.incidents(numbers));
        }
        if self.shows(Detail::Programs) && !facts.programs.is_empty() {
            let programs: Vec<&str> = facts.programs.iter().map(|program| self.word(*program)).collect();
            lines.push(format!("In programs: {}", programs.join(", ")));
        }
        lines
    }

    /// Whether the district lets letters show something.
    pub(super) fn shows(&self, detail: Detail) -> bool {
        self.detail.contains(&detail)
    }

    pub(super) fn word(&self, word: u32) -> &str {
        self.books.names.words.name(word).trim()
    }

    /// The incidents of the weeks of the strip, newest first: `Fighting on 2026-10-30 (OSS)`.
    fn incidents(&self, numbers: &StudentNight<'_>) -> Option<String> {
        let first = self.as_of.monday().plus(-7 * (i32::from(STRIP_WEEKS) - 1));
        // An incident has a row for each of its actions.
        let mut rows: BTreeMap<(std::cmp::Reverse<crate::school::Day>, &str), Vec<&Incident>> = BTreeMap::new();
        for row in numbers.incidents_between(first, self.as_of) {
            if numbers.is_offence(row) {
                rows.entry((std::cmp::Reverse(row.date), &row.incident))
                    .or_default()
                    .push(row);
            }
        }
        let said: Vec<String> = rows.values().filter_map(|rows| self.incident(rows)).collect();
        if said.is_empty() {
            return None;
        }
        let mut named: Vec<String> = said.iter().take(NAMED).cloned().collect();
        if said.len() > NAMED {
            named.push(format!("{} more", said.len() - NAMED));
        }
        Some(format!(
            "Incidents of the last {STRIP_WEEKS} weeks: {}",
            named.join("; ")
        ))
    }

    fn incident(&self, rows: &[&Incident]) -> Option<String> {
        let first = rows.first()?;
        let distinct = |words: &mut dyn Iterator<Item = u32>| {
            let mut said: Vec<&str> = Vec::new();
            for word in words.map(|word| self.word(word)) {
                if !word.is_empty() && !said.contains(&word) {
                    said.push(word);
                }
            }
            said.join(", ")
        };
        let kind = match self.shows(Detail::IncidentTypes) {
            true => distinct(&mut rows.iter().map(|row| row.kind)),
            false => String::new(),
        };
        let actions = match self.shows(Detail::Actions) {
            true => distinct(&mut rows.iter().map(|row| row.action)),
            false => String::new(),
        };
        match (kind.is_empty(), actions.is_empty()) {
            (true, true) => None,
            (true, false) => Some(format!("{actions} on {}", first.date)),
            (false, true) => Some(format!("{kind} on {}", first.date)),
            (false, false) => Some(format!("{kind} on {} ({actions})", first.date)),
        }
    }
}
