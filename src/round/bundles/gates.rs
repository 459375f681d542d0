//! What gates remember and hold of exports of several files.

use std::collections::BTreeSet;

use crate::gates::Seen;
use crate::inbox::Together;
use crate::round::gatekeeper::Gatekeeper;
use crate::round::intake::FileRead;
use crate::store::{HeldFile, HeldState};

impl Gatekeeper {
    /// When the newest export of several files was written that is held or was discarded as a whole: changes that came after it are
    /// changes to it.
    pub(in crate::round) fn refused(&self, feed: &str) -> Option<i64> {
        let states = [HeldState::Held, HeldState::Discarded];
        let refused = |file: &&HeldFile| file.feed == feed && file.school.is_none() && states.contains(&file.state);
        self.files
            .iter()
            .filter(refused)
            .filter(|file| file.releasable || file.state == HeldState::Held)
            .map(|file| file.written)
            .max()
    }

    /// Schools whose part of a feed is held, or was discarded and nothing whole has come since.
    pub(in crate::round) fn held_parts(&self, feed: &str) -> BTreeSet<String> {
        let states = [HeldState::Held, HeldState::Discarded];
        let held = |file: &&HeldFile| file.feed == feed && states.contains(&file.state);
        let held = self.files.iter().filter(held);
        held.filter_map(|file| file.school.clone()).collect()
    }

    /// Whether a person said of one school's part of these very bytes that it is wrong.
    pub(in crate::round) fn is_discarded(&self, feed: &str, digest: &str, school: &str) -> bool {
        let said = |file: &HeldFile| {
            (file.feed.as_str(), file.digest.as_str(), file.school.as_deref()) == (feed, digest, Some(school))
        };
        self.files
            .iter()
            .any(|file| file.state == HeldState::Discarded && said(file))
    }

    /// Takes note of one believed table of an export of several files, under the name in `read.gate`.
    pub(in crate::round) fn remember(&mut self, read: &FileRead, seen: &Seen, withheld: &BTreeSet<String>) {
        let memory = self.memory.entry(read.gate.clone()).or_default();
        memory.accept(seen, &read.digest, withheld, &BTreeSet::new());
        self.remembered.insert(read.gate.clone());
    }

    /// Takes note of a believed export of several files. One that holds everything answers whatever was held before it.
    pub(in crate::round) fn accept_bundle(
        &mut self,
        read: &FileRead,
        seen: &Seen,
        withheld: &BTreeSet<String>,
        is_whole: bool,
    ) {
        let schools = seen.schools();
        for at in 0..self.files.len() {
            let file = &self.files[at];
            if file.feed != read.feed {
                continue;
            }
            let same = file.digest == read.digest;
            let answered = is_whole && !same && file.written <= read.written;
            let is_open = matches!(file.state, HeldState::Held | HeldState::Released);
            let is_of = |school: &String| schools.contains(school.as_str()) && !withheld.contains(school);
            match &file.school {
                None if same && file.state == HeldState::Released => self.set(at, HeldState::Believed),
                Some(school) if same && file.state == HeldState::Released && !withheld.contains(school) => {
                    self.set(at, HeldState::Believed);
                }
                None if is_open && answered => self.set(at, HeldState::Ended),
                Some(school) if answered && is_of(school) && (is_open || file.state == HeldState::Discarded) => {
                    self.set(at, HeldState::Ended);
                }
                _ => {}
            }
        }
    }

    /// Where the files of a held export lie that is no file of its own.
    pub(in crate::round) fn keep_together(&mut self, digest: &str, together: Together) {
        self.together.insert(digest.to_owned(), together);
    }
}
