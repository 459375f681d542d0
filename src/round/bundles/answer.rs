//! A bundle that brings something new: read, weighed, and believed or held as one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Bundles;
use super::found::Found;
use super::lane::Lane;
use super::weigh::{Weighed, feed_of, of_schools};
use crate::gates::{Key, Part as Rows, Seen};
use crate::inbox::{self, Export};
use crate::monitor::{Problem, Weight};
use crate::records::{self, BundleIntake, Intake, Part, Parts};
use crate::round::away::Outcome;
use crate::round::gatekeeper::Gatekeeper;
use crate::store;

impl Bundles {
    /// Holds a bundle as a whole.
    #[allow(clippy::too_many_arguments)] // what a held file is: a struct would only rename the list
    pub(super) fn hold(
        &mut self,
        found: &Found,
        lane: &Lane<'_>,
        gates: &mut Gatekeeper,
        rows: (u64, u64),
        seen: Vec<(String, Seen)>,
        problem: &Problem,
        releasable: bool,
    ) {
        let mut read = lane.waiting(found);
        (read.rows, read.rejected) = rows;
        let seen = together_seen(seen.iter().map(|(_, seen)| seen));
        let tables = &lane.feed.tables;
        gates.hold(&found.export, &read, &seen, tables, None, (problem, releasable));
        lane.pack_if_held(found, gates);
        self.held.push(read);
    }

    /// Reads one bundle and weighs it; what to keep of it, `None` where it waits.
    pub(super) fn one(
        &mut self,
        mut found: Found,
        lane: &Lane<'_>,
        kept: &store::Kept,
        gates: &mut Gatekeeper,
        waits: &mut Option<i64>,
    ) -> Option<store::Kept> {
        let mut read = match self.rows(&mut found, lane, kept, gates) {
            Ok(read) => read,
            Err(problem) => {
                *waits = (*waits).max(Some(found.export.written));
                self.problems.push(problem);
                self.held.push(lane.waiting(&found));
                self.finish(found, Outcome::Unread);
                return None;
            }
        };
        let rows = (
            read.tables.iter().map(|(_, intake)| intake.rows).sum(),
            read.tables.iter().map(|(_, intake)| intake.rejected).sum(),
        );
        if !read.usable {
            let first = read.problems.iter().find(|problem| problem.weight >= Weight::Waits);
            if let Some(first) = first.cloned() {
                self.hold(&found, lane, gates, rows, Vec::new(), &first, false);
            }
            self.problems.append(&mut read.problems);
            self.finish(found, Outcome::Held);
            return None;
        }
        let mut weighed = lane.weigh(&found, &read, gates);
        self.problems.append(&mut read.problems);
        self.problems.append(&mut weighed.notes);
        if let Some(first) = weighed.whole.first().cloned() {
            self.hold(&found, lane, gates, rows, weighed.seen, &first, true);
            self.problems.append(&mut weighed.whole);
            self.finish(found, Outcome::Held);
            return None;
        }
        match inbox::pack(&read.kept) {
            Ok(content) => {
                self.believe(&found, lane, gates, read.tables, weighed);
                let written = found.export.written.max(kept.written);
                self.finish(found, Outcome::Accepted);
                Some(store::Kept {
                    feed: lane.name.clone(),
                    written,
                    content,
                })
            }
            Err(problem) => {
                self.problems.push(problem);
                self.finish(found, Outcome::Unread);
                None
            }
        }
    }

    /// The rows of a bundle. A released part of one that changes were laid over since is read as it stands now.
    fn rows(
        &self,
        found: &mut Found,
        lane: &Lane<'_>,
        kept: &store::Kept,
        gates: &Gatekeeper,
    ) -> Result<BundleIntake, Problem> {
        let mut before = inbox::unpack(kept.content.clone())?;
        let (feed, adapter, context) = (lane.feed, lane.adapter, lane.evening.context);
        let of_schools = gates
            .believed(&lane.name, &found.digest)
            .is_some_and(|schools| !schools.is_empty());
        let mut none: Vec<Part> = Vec::new();
        if let Some(now) = before
            .as_mut()
            .filter(|_| of_schools && found.export.written < kept.written)
        {
            return Ok(records::read_bundle(
                &found.prefix,
                now,
                &mut none,
                feed,
                adapter,
                context,
            ));
        }
        let before: &mut dyn Parts = match &mut before {
            Some(before) => before,
            None => &mut none,
        };
        let Some(together) = &mut found.together else {
            return Err(inbox::changed(&found.export.name));
        };
        let read = records::read_bundle(&found.prefix, together, before, feed, adapter, context);
        match together.stands() == found.stands {
            true => Ok(read),
            false => Err(inbox::changed(&found.export.name)),
        }
    }

    /// Hands a believed bundle's tables on, but for the schools whose part is held.
    fn believe(
        &mut self,
        found: &Found,
        lane: &Lane<'_>,
        gates: &mut Gatekeeper,
        tables: Vec<(records::Covers, Intake)>,
        weighed: Weighed,
    ) {
        let mut withheld: BTreeSet<String> = weighed.parts.keys().cloned().collect();
        let seen = together_seen(weighed.seen.iter().map(|(_, seen)| seen));
        let mut read = lane.waiting(found);
        for (school, problem) in weighed.parts {
            if gates.is_discarded(&lane.name, &found.digest, &school) {
                continue;
            }
            let tables = of_schools(&lane.feed.tables);
            gates.hold(&found.export, &read, &seen, &tables, Some(&school), (&problem, true));
            lane.pack_if_held(found, gates);
            self.problems.push(problem);
        }
        if found.has_delta {
            // Changes are laid over what was held of a school, too: it stays held.
            let shown = gates.held_parts(&lane.name);
            withheld.extend(shown);
        }
        for (gate, seen) in &weighed.seen {
            read.gate.clone_from(gate);
            gates.remember(&read, seen, &withheld);
        }
        gates.accept_bundle(&read, &seen, &withheld, !found.has_delta);
        let mut names: Vec<String> = Vec::new();
        for (covers, mut intake) in tables {
            let Some(table) = intake.tables.first().copied() else {
                continue;
            };
            let name = match names.contains(&intake.file) {
                true => format!("{} ({table})", intake.file),
                false => intake.file.clone(),
            };
            names.push(intake.file.clone());
            intake.digest.clone_from(&found.digest);
            intake.bytes = found.export.size;
            intake.withheld.clone_from(&withheld);
            let export = Export {
                feed: self.feeds.len(),
                name,
                ..found.export.clone()
            };
            self.feeds.push(feed_of(lane.feed, table, covers));
            self.files.push((export, intake));
        }
    }
}

/// The schools of all tables together.
fn together_seen<'s>(all: impl Iterator<Item = &'s Seen>) -> Seen {
    let mut parts: BTreeMap<Key, Rows> = BTreeMap::new();
    for seen in all {
        for school in seen.schools() {
            let key = Key {
                school: school.to_owned(),
                term: String::new(),
            };
            parts.entry(key).or_default();
        }
    }
    Seen {
        parts,
        ..Seen::default()
    }
}
