//! The daemon's ear at the drop folder: it is told of changes where the system tells, and looks by itself where it does not.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::Desk;
use crate::home::Stamp;
use crate::inbox::{self, Listing, Settling, Watch};
use crate::monitor::Problem;
use crate::round::Eyes;

/// Between two looks at an inbox on a share, unless `poll_seconds` says otherwise. Chosen by us.
const POLL: Duration = Duration::from_secs(10);
/// Between two looks at an inbox that is not there.
const GONE: Duration = Duration::from_secs(1);
/// After this the watch is set again: it is lost without a word where the folder was renamed away and back.
const WATCH_AGAIN: Duration = Duration::from_secs(60);

/// What is known of the drop folder itself.
pub(super) struct Ear {
    watch: Watch,
    /// Where the inbox is.
    pub(super) inbox: PathBuf,
    /// The watched folder's own identity; `None` while the inbox cannot be listed.
    folder: Option<Stamp>,
    /// When the watch over it was set.
    watched: Duration,
    /// Folders in it that exports are put into: the system tells of the inbox alone.
    inside: BTreeSet<PathBuf>,
    /// Whether the system tells of changes in it.
    told_of_changes: bool,
    /// What was passed over in it, or why it cannot be listed, as the last look found it.
    pub(super) passed_over: Vec<Problem>,
}

impl Ear {
    /// An ear that watches the folders where people write into a home already.
    pub(super) fn new(watch: Watch, inbox: PathBuf) -> Ear {
        let mut ear = Ear {
            watch,
            inbox,
            folder: None,
            watched: Duration::ZERO,
            inside: BTreeSet::new(),
            told_of_changes: false,
            passed_over: Vec::new(),
        };
        ear.say_failed();
        ear
    }

    /// The inbox may lie elsewhere now.
    pub(super) fn turn_to(&mut self, inbox: PathBuf) {
        if inbox != self.inbox {
            self.watch.remove(&self.inbox);
            self.folder = None;
            self.inbox = inbox;
        }
    }

    /// Whether the inbox is there.
    pub(super) fn hears(&self) -> bool {
        self.folder.is_some()
    }

    /// Looks at the inbox.
    pub(super) fn look(&mut self, desk: &Desk, settling: &mut Settling, now: Duration) {
        match inbox::scan(&self.inbox, &desk.setup.config.feeds) {
            Ok(mut listing) => {
                if now >= self.watched + WATCH_AGAIN {
                    self.inside.clear();
                }
                self.watch_inside(&listing);
                let eyes = Eyes(&desk.setup);
                listing.sightings.retain(|seen| eyes.see(&seen.export));
                if self.folder != Some(listing.folder) || now >= self.watched + WATCH_AGAIN {
                    self.watch_folder(listing.folder, now);
                }
                self.passed_over = listing.problems;
                settling.look(&listing.sightings, now, &eyes);
            }
            // What was seen before is kept: a share that comes back brings nothing new by that alone.
            Err(problem) => {
                if self.folder.take().is_some() || self.passed_over.first() != Some(&problem) {
                    tracing::warn!("{problem}");
                    self.watch.remove(&self.inbox);
                }
                self.passed_over = vec![problem];
            }
        }
    }

    fn watch_inside(&mut self, listing: &Listing) {
        let folders = listing.sightings.iter().filter(|seen| seen.export.is_folder);
        let folders: BTreeSet<PathBuf> = folders.map(|seen| seen.export.path.clone()).collect();
        for gone in self.inside.difference(&folders) {
            self.watch.remove(gone);
        }
        for new in folders.difference(&self.inside) {
            self.watch.add(new, false);
        }
        self.inside = folders;
    }

    fn watch_folder(&mut self, folder: Stamp, now: Duration) {
        if self.folder.is_some_and(|before| before != folder) {
            self.watch.remove(&self.inbox);
        }
        self.watched = now;
        self.told_of_changes = self.watch.add(&self.inbox, false);
        self.say_failed();
        self.folder = Some(folder);
    }

    fn say_failed(&mut self) {
        if let Some(why) = self.watch.failed() {
            tracing::warn!("the system does not tell of changes ({why}); the daemon looks by itself");
        }
    }

    /// The longest time between two looks.
    pub(super) fn rest(&self, poll_seconds: Option<u32>) -> Option<Duration> {
        match (self.folder, poll_seconds) {
            (None, _) => Some(GONE),
            (Some(_), Some(seconds)) => Some(Duration::from_secs(u64::from(seconds))),
            (Some(_), None) => (!self.told_of_changes).then_some(POLL),
        }
    }
}
