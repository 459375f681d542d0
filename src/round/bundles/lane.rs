//! One feed that is read as bundles, and what a round knows of it.

use std::collections::BTreeSet;

use super::Evening;
use super::found::Found;
use super::weigh::{Scale, Weighed, feed_of};
use crate::inbox::{self, Export, Shape};
use crate::monitor::{Place, Problem, Tallies, Weight};
use crate::records::{Adapter, Bundle, BundleIntake, Feed};
use crate::round::gatekeeper::Gatekeeper;
use crate::round::intake::{FileRead, feed_name};
use crate::school::Table;

/// One feed and what reads it.
pub(super) struct Lane<'l> {
    pub(super) evening: &'l Evening<'l>,
    pub(super) at: usize,
    pub(super) feed: &'l Feed,
    pub(super) name: String,
    pub(super) adapter: &'l Adapter,
    pub(super) bundle: &'l Bundle,
    /// The round that claims what it reads; `None` where everything stays where it lies.
    pub(super) round: Option<i64>,
}

impl Lane<'_> {
    pub(super) fn is_fresh(&self, export: &Export) -> bool {
        let seconds = self.evening.setup.config.inbox.settle_seconds;
        let clock = self.evening.manner.clock;
        clock.is_some_and(|now| inbox::is_fresh(export, now, seconds))
    }

    pub(super) fn weigh(&self, found: &Found, read: &BundleIntake, gates: &Gatekeeper) -> Weighed {
        let evening = self.evening;
        let scale = Scale {
            setup: evening.setup,
            books: evening.books,
            gatekeeper: gates,
            gates: &evening.setup.config.gates[self.at],
            feed: self.feed,
            name: &found.export.name,
            digest: &found.digest,
            has_delta: found.has_delta,
        };
        scale.weigh(&read.tables)
    }

    /// What is held and is no file of its own is packed into one.
    pub(super) fn pack_if_held(&self, found: &Found, gates: &mut Gatekeeper) {
        if let Some(together) = found.together.as_ref().filter(|_| found.shape != Shape::Zip) {
            gates.keep_together(&found.digest, together.clone());
        }
    }

    /// A bundle that waits, as a file that was not believed.
    pub(super) fn waiting(&self, found: &Found) -> FileRead {
        FileRead {
            name: found.export.name.clone(),
            path: found.export.path.clone(),
            feed: self.name.clone(),
            gate: self.name.clone(),
            table: self.feed.tables.first().copied().unwrap_or(Table::Students),
            rows: 0,
            rejected: 0,
            accepted: false,
            days: (None, None),
            digest: found.digest.clone(),
            size: found.export.size,
            written: found.export.written,
            tallies: Tallies::default(),
        }
    }

    pub(super) fn empty(&self, name: &str) -> Problem {
        Problem::new(
            "bundle-empty",
            Weight::Waits,
            Place::file(name),
            format!("holds none of the files that the adapter `{}` reads", self.adapter.id),
            "see what was exported; the plugin's README names the files",
        )
    }
}

/// The names under which the store remembers the tables of a bundle.
pub(in crate::round) fn names_of(feed: &Feed) -> BTreeSet<String> {
    let name = |table: &Table| feed_name(&feed_of(feed, *table, feed.covers));
    feed.tables.iter().map(name).collect()
}
