//! What a feed brought last, part by part: what tonight's file is compared with.

use std::collections::{BTreeMap, BTreeSet};

use super::{Key, Part, Seen};
use crate::school::Day;

/// The last believed rows of one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Rows.
    pub rows: u64,
    /// The last date among them.
    pub last: Option<Day>,
    /// The digest of the newest file that was to speak of the part: parts that came in one file are compared together.
    pub digest: String,
}

/// What a feed brought last in this school year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// By school and term.
    pub parts: BTreeMap<Key, Remembered>,
    /// The header of the last believed file; empty where none is known.
    pub header: Vec<String>,
    /// The columns of that header that nothing read.
    pub unread: Vec<String>,
    /// Rows of the last believed file, whatever became of them; `None` where there was none.
    pub rows: Option<u64>,
}

impl Memory {
    /// The parts that a file is compared with: those it holds, and those that came in one file with them last time, unless
    /// `elsewhere` has them: files of one night may share the schools between them. Terms that the file does not name are left out.
    pub(super) fn beside<'m>(
        &'m self,
        parts: &BTreeMap<Key, Part>,
        elsewhere: &BTreeSet<Key>,
    ) -> BTreeMap<&'m Key, &'m Remembered> {
        let terms: BTreeSet<&str> = parts.keys().map(|key| key.term.as_str()).collect();
        let known = parts.keys().filter_map(|key| self.parts.get(key));
        let together: BTreeSet<&str> = known.map(|part| part.digest.as_str()).collect();
        let compared = |(key, part): &(&Key, &Remembered)| {
            let missing = together.contains(part.digest.as_str()) && !elsewhere.contains(key);
            terms.contains(key.term.as_str()) && (parts.contains_key(key) || missing)
        };
        self.parts.iter().filter(compared).collect()
    }

    /// Remembers a file that was believed, but for the schools whose part is held: of these what stood before stands.
    pub fn accept(&mut self, seen: &Seen, digest: &str, held: &BTreeSet<String>, elsewhere: &BTreeSet<Key>) {
        let beside: Vec<Key> = self.beside(&seen.parts, elsewhere).into_keys().cloned().collect();
        for key in beside {
            if held.contains(&key.school) {
                if let Some(part) = self.parts.get_mut(&key) {
                    digest.clone_into(&mut part.digest);
                }
            } else if !seen.parts.contains_key(&key) {
                // Believed to be gone: it is not asked for again.
                self.parts.remove(&key);
            }
        }
        for (key, part) in seen.parts.iter().filter(|(key, _)| !held.contains(&key.school)) {
            let remembered = Remembered {
                rows: part.rows,
                last: part.last,
                digest: digest.to_owned(),
            };
            self.parts.insert(key.clone(), remembered);
        }
        self.header.clone_from(&seen.header);
        self.unread.clone_from(&seen.unread);
        self.rows = Some(seen.rows);
    }

    /// The last date that each school's rows speak of.
    pub fn freshness(&self) -> BTreeMap<&str, Day> {
        let mut schools: BTreeMap<&str, Day> = BTreeMap::new();
        for (key, part) in &self.parts {
            if let Some(last) = part.last {
                let newest = schools.entry(&key.school).or_insert(last);
                *newest = last.max(*newest);
            }
        }
        schools
    }

    /// The last date of all.
    pub fn last(&self) -> Option<Day> {
        self.parts.values().filter_map(|part| part.last).max()
    }
}
