//! Exports of several files: found, claimed, brought into their order, read as one, believed as one or held as one.
//!
//! In: what lies in the inbox, what is kept of each feed's last bundle, what gates remember. Out: the tables of believed bundles, what to
//! keep of them, and what becomes of every bundle. Never: half of a bundle; more than one of its files in memory.

mod answer;
mod found;
mod gates;
mod lane;
mod weigh;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use found::Eyes;
pub(super) use found::again;
pub(super) use lane::names_of;

use self::found::{Found, bundles_of};
use self::lane::Lane;
use super::away::{self, Done, Outcome};
use super::gatekeeper::Gatekeeper;
use super::intake::{FileRead, Manner, feed_name};
use super::setup::Setup;
use crate::facts::Books;
use crate::inbox::{self, Export, Shape, Together};
use crate::monitor::{Place, Problem, Weight};
use crate::records::{self, Context, Feed, Intake};
use crate::school::Table;
use crate::store::{self, HeldState, Store};

/// Between two looks at a bundle that may still grow. Chosen by us: longer than any program rests between two pieces.
const TWO_LOOKS: Duration = Duration::from_millis(200);

/// What the bundles of the inbox brought.
#[derive(Default)]
pub(super) struct Bundles {
    /// One entry per table of each believed bundle, in the order in which bundles apply; `feed` counts [`Bundles::feeds`].
    pub(super) files: Vec<(Export, Intake)>,
    /// A feed for each of them: its one table, and what its rows are the whole truth of.
    pub(super) feeds: Vec<Feed>,
    /// What to keep.
    pub(super) kept: Vec<store::Kept>,
    /// Bundles under new names whose bytes were known.
    pub(super) same: Vec<FileRead>,
    /// Bundles that are held since tonight.
    pub(super) held: Vec<FileRead>,
    /// Every bundle that was looked at, in the order in which they applied.
    pub(super) done: Vec<Done>,
    pub(super) problems: Vec<Problem>,
    /// Tables of bundles that could not even be read.
    pub(super) unread: Vec<Table>,
    /// Named sets with a bundle that was left where it lies, and its name.
    pub(super) left: BTreeMap<String, String>,
}

/// What a round knows before it reads bundles.
pub(super) struct Evening<'e> {
    pub(super) setup: &'e Setup,
    pub(super) store: &'e Store,
    /// What was accepted this school year.
    pub(super) known: &'e [store::Export],
    pub(super) context: &'e Context<'e>,
    /// Facts as the last round left them.
    pub(super) books: &'e Books,
    pub(super) manner: Manner<'e>,
}

/// Takes the exports of feeds that are read as bundles out of a listing and reads them.
pub(super) fn read(
    exports: &mut Vec<Export>,
    evening: &Evening<'_>,
    gates: &mut Gatekeeper,
) -> Result<Bundles, Problem> {
    let setup = evening.setup;
    let mut bundles = Bundles::default();
    let claims = evening.manner.may_claim && away::claims(setup);
    let round = match claims {
        true => Some(evening.store.last_round()?.map_or(0, |last| last.round) + 1),
        false => None,
    };
    for (at, feed) in setup.config.feeds.iter().enumerate() {
        // A feed whose adapter is not there is told where its files are read.
        let recipe = setup
            .adapter(&feed.adapter)
            .ok()
            .and_then(|adapter| Some((adapter, adapter.bundle.as_ref()?)));
        let Some((adapter, bundle)) = recipe else { continue };
        let (mine, others) = std::mem::take(exports)
            .into_iter()
            .partition(|export| export.feed == at);
        *exports = others;
        let lane = Lane {
            evening,
            at,
            feed,
            name: feed_name(feed),
            adapter,
            bundle,
            // People keep what lies in a folder of its own.
            round: round.filter(|_| setup.config.folders[at].is_none()),
        };
        bundles.feed(mine, &lane, gates)?;
    }
    // A folder is read as a bundle or not at all.
    exports.retain(|export| !export.is_folder);
    Ok(bundles)
}

/// What a look at a bundle came to.
enum Look {
    /// It brings something new.
    News,
    /// Nothing of ours, nothing new, or a person has been asked already.
    Nothing,
    /// It waits, and what holds changes to it waits with it.
    Waits,
}

impl Bundles {
    fn feed(&mut self, exports: Vec<Export>, lane: &Lane<'_>, gates: &mut Gatekeeper) -> Result<(), Problem> {
        let evening = lane.evening;
        let mut kept = evening.store.kept_bundle(&lane.name)?.unwrap_or_default();
        let kept_before = kept.written;
        let mut refused = gates.refused(&lane.name);
        // What waits without being held by a gate.
        let mut waits: Option<i64> = None;
        let mut news = Vec::new();
        let settled = evening.manner.hand.ready.is_some();
        let found = bundles_of(exports, evening.setup, lane.bundle, settled);
        if found.iter().any(|found| !found.settled && lane.is_fresh(&found.export)) {
            // Who still writes is caught between two looks.
            std::thread::sleep(TWO_LOOKS);
        }
        for mut found in found {
            match self.look(&mut found, lane, gates, &mut kept) {
                Look::News => news.push(found),
                Look::Nothing => {}
                Look::Waits => waits = waits.max(Some(found.export.written)),
            }
        }
        // What holds everything comes before changes of the same second.
        news.sort_by(|one, two| one.order().cmp(&two.order()));
        let mut kept_now = (kept.written > kept_before).then(|| kept.clone());
        let mut read: BTreeSet<String> = BTreeSet::new();
        let mut early = Vec::new();
        for found in news {
            let written = found.export.written;
            // A released one may lie in the inbox, too; and the same bytes twice in one night say the same once.
            if !read.insert(found.digest.clone()) {
                self.finish(found, Outcome::SameAsBefore);
                continue;
            }
            let is_late = found.has_delta && written < kept.written;
            refused = refused.max(waits).max(gates.refused(&lane.name));
            let is_early =
                found.has_delta && refused.is_some_and(|refused| kept.written <= refused && refused <= written);
            if is_late {
                self.problems.push(out_of_turn(&found.export.name, Weight::Note));
                self.finish(found, Outcome::SameAsBefore);
            } else if is_early {
                waits = waits.max(Some(written));
                early.push(found);
            } else if let Some(next) = self.one(found, lane, &kept, gates, &mut waits) {
                kept = next;
                kept_now = Some(kept.clone());
            }
        }
        for found in early {
            // One with all rows that came tonight, too, says how it is now.
            let answered = found.export.written < kept.written;
            let (weight, outcome) = match answered {
                true => (Weight::Note, Outcome::SameAsBefore),
                false => (Weight::Waits, Outcome::Unread),
            };
            self.problems.push(out_of_turn(&found.export.name, weight));
            self.held.extend((!answered).then(|| lane.waiting(&found)));
            self.finish(found, outcome);
        }
        self.kept.extend(kept_now);
        // A bundle that waits holds its tables, unless a later whole one has come since.
        if waits.is_some_and(|waits| waits >= kept.written) {
            self.unread.extend(&lane.feed.tables);
        }
        Ok(())
    }

    /// Looks whether a bundle is there as a whole, claims it, and finds out whether it brings anything new.
    fn look(&mut self, found: &mut Found, lane: &Lane<'_>, gates: &mut Gatekeeper, kept: &mut store::Kept) -> Look {
        if let Some(problem) = found
            .unfinished(lane.is_fresh(&found.export))
            .filter(|_| found.shape == Shape::Zip)
        {
            return self.leave(found, lane, problem);
        }
        if found.shape != Shape::Zip {
            match found.gather(lane.bundle) {
                // A folder without any of the files is not ours.
                Ok(together) if together.is_empty() => return Look::Nothing,
                Ok(_) => {}
                Err(problem) => return self.leave(found, lane, problem),
            }
            let fresh = lane.is_fresh(&found.export);
            let waits = found
                .incomplete(lane.bundle, lane.adapter)
                .or_else(|| found.unfinished(fresh));
            if let Some(problem) = waits {
                return self.leave(found, lane, problem);
            }
        }
        if let Some(round) = lane.round.filter(|_| !found.ours) {
            match found.claim(&lane.evening.setup.home.work(), round) {
                Ok(problem) => self.problems.extend(problem),
                Err(problem) => return self.leave(found, lane, problem),
            }
        }
        self.identify(found, lane, gates, kept)
    }

    /// Opens every file of a bundle once, and compares what stands in them with what is known.
    fn identify(&mut self, found: &mut Found, lane: &Lane<'_>, gates: &mut Gatekeeper, kept: &mut store::Kept) -> Look {
        let opened = found
            .gather(lane.bundle)
            .map(|together| (together.stands(), together.is_empty()));
        let opened = opened.and_then(|(stands, is_empty)| match is_empty {
            true => Err(lane.empty(&found.export.name)),
            false => Ok(stands),
        });
        let digest = opened.and_then(|stands| {
            found.stands = stands;
            let (digest, size) = found
                .together
                .as_mut()
                .map_or_else(|| Ok(Default::default()), Together::digest)?;
            found.digest = digest;
            found.export.size = size;
            Ok(())
        });
        if let Err(problem) = digest {
            return self.unopened(found, lane, gates, problem);
        }
        let said = gates.said_of(&lane.name, found.export.size, || Some(found.digest.clone()));
        if matches!(said, Some(HeldState::Held | HeldState::Discarded)) {
            self.finish_ref(found, Outcome::Held);
            return Look::Nothing;
        }
        if said != Some(HeldState::Released) && self.is_known(found, lane, kept) {
            gates.unchanged(&lane.name, &found.export.name, found.export.written);
            self.finish_ref(found, Outcome::SameAsBefore);
            return Look::Nothing;
        }
        if let Some(together) = &mut found.together {
            found.has_delta = records::outline(together, lane.bundle, lane.adapter).has_delta;
        }
        Look::News
    }

    /// A bundle that stays where it lies: who writes it finds it under its name.
    fn leave(&mut self, found: &Found, lane: &Lane<'_>, problem: Problem) -> Look {
        self.problems.push(problem);
        let set = lane.feed.set.iter().cloned();
        self.left.extend(set.map(|set| (set, found.export.name.clone())));
        Look::Waits
    }

    /// A bundle that cannot be opened: a zip that means harm or is none is held, what the system keeps from us is tried again.
    fn unopened(&mut self, found: &mut Found, lane: &Lane<'_>, gates: &mut Gatekeeper, problem: Problem) -> Look {
        let digest = match problem.code.as_str() {
            "inbox-unreadable" | "not-a-plain-file" => None,
            _ if found.shape == Shape::Zip => hash_of(&found.export),
            _ => None,
        };
        let Some(digest) = digest else {
            self.problems.push(problem);
            self.held.push(lane.waiting(found));
            self.finish_ref(found, Outcome::Unread);
            return Look::Waits;
        };
        found.digest.clone_from(&digest);
        let said = gates.said_of(&lane.name, found.export.size, || Some(digest.clone()));
        if said.is_none() {
            self.hold(found, lane, gates, (0, 0), Vec::new(), &problem, false);
            self.problems.push(problem);
        }
        self.finish_ref(found, Outcome::Held);
        Look::Nothing
    }

    /// Whether these bytes are what the feed brought last, or what their name brought and nothing was written since. Where a known
    /// bundle was written anew, it says once more what it said: changes older than that come too late.
    fn is_known(&mut self, found: &Found, lane: &Lane<'_>, kept: &mut store::Kept) -> bool {
        let names = names_of(lane.feed);
        let known = lane.evening.known;
        let of_feed = || known.iter().rev().filter(|old| names.contains(&old.feed));
        let of_name = |old: &&store::Export| {
            old.name
                .strip_prefix(&found.prefix)
                .is_some_and(|own| !own.contains('/'))
        };
        let same_name = of_feed().find(of_name).is_some_and(|old| old.digest == found.digest);
        let Some(last) = of_feed().next().filter(|old| old.digest == found.digest) else {
            return same_name && found.export.written <= kept.written;
        };
        kept.written = kept.written.max(found.export.written);
        if same_name {
            return true;
        }
        let own = last.name.rsplit('/').next().unwrap_or_default();
        self.same.push(FileRead {
            name: format!("{}{own}", found.prefix),
            feed: last.feed.clone(),
            rows: last.rows,
            accepted: true,
            ..lane.waiting(found)
        });
        true
    }

    /// Notes what becomes of a bundle.
    fn finish(&mut self, mut found: Found, outcome: Outcome) {
        self.finish_ref(&mut found, outcome);
    }

    fn finish_ref(&mut self, found: &mut Found, outcome: Outcome) {
        let together = found.together.take();
        self.done.push(Done {
            loose: found.loose.iter().map(|export| export.path.clone()).collect(),
            export: found.export.clone(),
            outcome,
            digest: found.digest.clone(),
            whole: false,
            translated: None,
            stand: match found.shape {
                Shape::Zip => inbox::Stand::of(&found.export.path),
                _ => None,
            },
            together: Some((found.shape, together)),
        });
    }
}

impl Found {
    fn order(&self) -> (i64, bool, &str) {
        (self.export.written, self.has_delta, &self.export.name)
    }
}

/// The digest of a zip's own bytes, for one that cannot be opened.
fn hash_of(export: &Export) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(inbox::open(export).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

fn out_of_turn(name: &str, weight: Weight) -> Problem {
    let (message, remedy) = match weight {
        Weight::Waits => (
            "holds changes to an export that waits or was discarded, and waits with it",
            "release that export, mend it, or send one with all rows",
        ),
        _ => (
            "holds changes older than what is already known, and was not read",
            "nothing to do: a later export says how it is now",
        ),
    };
    Problem::new("bundle-out-of-turn", weight, Place::file(name), message, remedy)
}
