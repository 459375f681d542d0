//! Exports of several files: found, unpacked, brought into their order, read as one or held as one.

use super::intake::{FileRead, feed_name};
use super::setup::Setup;
use crate::inbox::{self, Export};
use crate::monitor::{Place, Problem, Tallies, Weight};
use crate::records::{self, Adapter, Context, Feed, Intake, Part};
use crate::school::Table;
use crate::store::{self, Store};

/// What the bundles of the inbox brought.
#[derive(Default)]
pub(super) struct Bundles {
    /// One entry per table of each bundle, in the order in which bundles apply; `feed` counts [`Bundles::feeds`].
    pub(super) files: Vec<(Export, Intake)>,
    /// A feed for each of them: its one table, and what its rows are the whole truth of.
    pub(super) feeds: Vec<Feed>,
    /// What to keep.
    pub(super) kept: Vec<store::Kept>,
    /// Bundles under new names whose bytes were known.
    pub(super) same: Vec<FileRead>,
    /// Bundles that wait.
    pub(super) held: Vec<FileRead>,
    pub(super) problems: Vec<Problem>,
    /// Tables that are held with them.
    pub(super) unread: Vec<Table>,
}

/// A bundle that lies in the inbox.
struct Found {
    export: Export,
    /// What stands before its files' names.
    prefix: String,
    /// The files of one that lies loose.
    loose: Vec<Export>,
    digest: String,
    parts: Vec<Part>,
    has_delta: bool,
}

impl Found {
    fn is_zip(&self) -> bool {
        !self.export.is_folder && self.loose.is_empty()
    }
}

/// Takes the exports of feeds that are read as bundles out of a listing and reads them.
pub(super) fn read(
    exports: &mut Vec<Export>,
    setup: &Setup,
    store: &Store,
    known: &[store::Export],
    context: &Context<'_>,
) -> Result<Bundles, Problem> {
    let mut bundles = Bundles::default();
    for (at, feed) in setup.config.feeds.iter().enumerate() {
        // A feed whose adapter is not there is told where its files are read.
        let Some(adapter) = setup
            .adapter(&feed.adapter)
            .ok()
            .filter(|adapter| adapter.bundle.is_some())
        else {
            continue;
        };
        let (mine, others) = std::mem::take(exports)
            .into_iter()
            .partition(|export| export.feed == at);
        *exports = others;
        bundles.feed(mine, feed, adapter, store, known, context)?;
    }
    // A folder is read as a bundle or not at all.
    exports.retain(|export| !export.is_folder);
    Ok(bundles)
}

impl Bundles {
    fn feed(
        &mut self,
        exports: Vec<Export>,
        feed: &Feed,
        adapter: &Adapter,
        store: &Store,
        known: &[store::Export],
        context: &Context<'_>,
    ) -> Result<(), Problem> {
        let mut kept = store.kept_bundle(&feed_name(feed))?.unwrap_or_default();
        let kept_before = kept.written;
        let mut refused: Option<i64> = None;
        let mut news = Vec::new();
        for mut found in bundles_of(exports) {
            match self.open(&mut found, feed, adapter, known, &mut kept) {
                Ok(true) => news.push(found),
                Ok(false) => {}
                Err(problem) => {
                    self.problems.push(problem);
                    self.held.push(waiting(feed, &found.export));
                    refused = refused.max(Some(found.export.written));
                }
            }
        }
        // What holds everything comes before changes of the same second.
        news.sort_by(|one: &Found, two: &Found| {
            (one.export.written, one.has_delta, &one.export.name).cmp(&(
                two.export.written,
                two.has_delta,
                &two.export.name,
            ))
        });
        let mut kept_now = (kept.written > kept_before).then(|| kept.clone());
        for found in news {
            let written = found.export.written;
            if found.has_delta && written < kept.written {
                self.problems.push(out_of_turn(&found.export.name, Weight::Note));
                continue;
            }
            if found.has_delta && refused.is_some_and(|refused| kept.written <= refused && refused <= written) {
                self.problems.push(out_of_turn(&found.export.name, Weight::Waits));
                self.held.push(waiting(feed, &found.export));
                refused = refused.max(Some(written));
                continue;
            }
            match self.one(found, feed, adapter, &kept, context) {
                Some(next) => {
                    kept = next;
                    kept_now = Some(kept.clone());
                }
                None => refused = refused.max(Some(written)),
            }
        }
        self.kept.extend(kept_now);
        // A bundle that waits holds its tables, unless a later whole one has come since.
        if refused.is_some_and(|refused| refused >= kept.written) {
            self.unread.extend(&feed.tables);
        }
        Ok(())
    }

    /// Opens a bundle and hashes it; whether it brings anything new. Errors: why it cannot be opened.
    fn open(
        &mut self,
        found: &mut Found,
        feed: &Feed,
        adapter: &Adapter,
        known: &[store::Export],
        kept: &mut store::Kept,
    ) -> Result<bool, Problem> {
        let Some(bundle) = &adapter.bundle else {
            return Ok(false);
        };
        let wanted = |name: &str| bundle.holds(name);
        let is_zip = found.is_zip();
        if is_zip {
            found.digest = hash_of(&found.export)?;
        } else {
            found.parts = match found.loose.is_empty() {
                true => inbox::folder(&found.export, &wanted)?,
                false => inbox::loose(&found.loose)?,
            };
            // A folder without any of the files is not ours.
            if found.parts.is_empty() {
                return Ok(false);
            }
            found.digest = digest_of(&found.parts);
        }
        if self.is_known(found, feed, known, kept) {
            return Ok(false);
        }
        if is_zip {
            // Of several zips only one is in memory at a time; now their listings alone.
            let lists = |name: &str| {
                bundle
                    .listing
                    .as_ref()
                    .is_some_and(|listing| listing.file.eq_ignore_ascii_case(name))
            };
            found.parts = inbox::unzip(&found.export, &lists)?;
        }
        found.has_delta = records::has_delta(&found.parts, bundle, adapter);
        Ok(true)
    }

    /// The files of a bundle. Errors: why they cannot be read.
    fn parts(found: &mut Found, adapter: &Adapter) -> Result<Vec<Part>, Problem> {
        let Some(bundle) = adapter.bundle.as_ref().filter(|_| found.is_zip()) else {
            return Ok(std::mem::take(&mut found.parts));
        };
        let parts = inbox::unzip(&found.export, &|name| bundle.holds(name))?;
        if parts.is_empty() {
            return Err(Problem::new(
                "bundle-empty",
                Weight::Waits,
                Place::file(&found.export.name),
                format!("holds none of the files that the adapter `{}` reads", adapter.id),
                "see what was exported; the plugin's README names the files",
            ));
        }
        Ok(parts)
    }

    /// Whether these bytes are what the feed brought last, or what their name brought and nothing was written since. Where a known
    /// bundle was written anew, it says once more what it said: changes older than that come too late.
    fn is_known(&mut self, found: &Found, feed: &Feed, known: &[store::Export], kept: &mut store::Kept) -> bool {
        let name = feed_name(feed);
        let of_feed = || known.iter().rev().filter(|old| old.feed == name);
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
            rows: last.rows,
            accepted: true,
            digest: found.digest.clone(),
            ..waiting(feed, &found.export)
        });
        true
    }

    /// Reads one bundle; what to keep of it, `None` where it waits.
    fn one(
        &mut self,
        mut found: Found,
        feed: &Feed,
        adapter: &Adapter,
        kept: &store::Kept,
        context: &Context<'_>,
    ) -> Option<store::Kept> {
        let parts = match Bundles::parts(&mut found, adapter) {
            Ok(parts) => parts,
            Err(problem) => {
                self.problems.push(problem);
                self.held.push(waiting(feed, &found.export));
                return None;
            }
        };
        let before = match kept.content.is_empty() {
            true => Vec::new(),
            false => match inbox::unpack(&kept.content) {
                Ok(parts) => parts,
                Err(problem) => {
                    self.problems.push(problem);
                    Vec::new()
                }
            },
        };
        let mut read = records::read_bundle(&found.prefix, parts, before, feed, adapter, context);
        self.problems.append(&mut read.problems);
        let packed = match read.usable {
            true => inbox::pack(&read.kept)
                .map_err(|problem| self.problems.push(problem))
                .ok(),
            false => None,
        };
        let Some(content) = packed else {
            self.held.push(waiting(feed, &found.export));
            return None;
        };
        let mut names: Vec<String> = Vec::new();
        for (covers, mut intake) in read.tables {
            let table = intake.tables.first().copied()?;
            let name = match names.contains(&intake.file) {
                true => format!("{} ({table})", intake.file),
                false => intake.file.clone(),
            };
            names.push(intake.file.clone());
            intake.digest.clone_from(&found.digest);
            intake.bytes = found.export.size;
            let export = Export {
                feed: self.feeds.len(),
                name,
                ..found.export.clone()
            };
            self.feeds.push(Feed {
                tables: vec![table],
                covers,
                ..feed.clone()
            });
            self.files.push((export, intake));
        }
        Some(store::Kept {
            feed: feed_name(feed),
            written: found.export.written,
            content,
        })
    }
}

/// The bundles that a feed's exports are: each zip and each folder one, all loose files together one.
fn bundles_of(exports: Vec<Export>) -> Vec<Found> {
    let found = |export: Export, prefix: String, loose: Vec<Export>| Found {
        export,
        prefix,
        loose,
        digest: String::new(),
        parts: Vec::new(),
        has_delta: false,
    };
    let is_whole = |export: &Export| export.is_folder || export.name.to_lowercase().ends_with(".zip");
    let (whole, loose): (Vec<Export>, Vec<Export>) = exports.into_iter().partition(is_whole);
    let mut bundles: Vec<Found> = whole
        .into_iter()
        .map(|export| {
            let prefix = format!("{}/", export.name);
            found(export, prefix, Vec::new())
        })
        .collect();
    if let Some(first) = loose.first() {
        let together = Export {
            name: match &loose[..] {
                [one] => one.name.clone(),
                [one, more @ ..] => format!("{} and {} more", one.name, more.len()),
                [] => String::new(),
            },
            size: loose.iter().map(|export| export.size).sum(),
            written: loose.iter().map(|export| export.written).max().unwrap_or(0),
            ..first.clone()
        };
        bundles.push(found(together, String::new(), loose));
    }
    bundles
}

fn hash_of(export: &Export) -> Result<String, Problem> {
    let mut hasher = blake3::Hasher::new();
    let file = inbox::open(export)?;
    hasher.update_reader(file).map_err(|error| {
        Problem::new(
            "unreadable-file",
            Weight::Waits,
            Place::file(&export.name),
            format!("the file could not be read: {error}"),
            "check that the export is complete and that firstbell may read it",
        )
    })?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// One digest for several files, whatever their order.
fn digest_of(parts: &[Part]) -> String {
    let mut sorted: Vec<&Part> = parts.iter().collect();
    sorted.sort_by_key(|part| part.name.to_lowercase());
    let mut hasher = blake3::Hasher::new();
    for part in sorted {
        hasher.update(part.name.to_lowercase().as_bytes());
        hasher.update(&[0]);
        hasher.update(blake3::hash(&part.bytes).as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// A bundle that waits, as a file that was not believed.
fn waiting(feed: &Feed, export: &Export) -> FileRead {
    FileRead {
        name: export.name.clone(),
        path: export.path.clone(),
        feed: feed_name(feed),
        gate: feed_name(feed),
        table: feed.tables.first().copied().unwrap_or(Table::Students),
        rows: 0,
        rejected: 0,
        accepted: false,
        days: (None, None),
        digest: String::new(),
        size: export.size,
        written: export.written,
        tallies: Tallies::default(),
    }
}

fn out_of_turn(name: &str, weight: Weight) -> Problem {
    let (message, remedy) = match weight {
        Weight::Waits => (
            "holds changes to an export that waits, and waits with it",
            "mend the export before it, or send one with all rows",
        ),
        _ => (
            "holds changes older than what is already known, and was not read",
            "nothing to do: a later export says how it is now",
        ),
    };
    Problem::new("bundle-out-of-turn", weight, Place::file(name), message, remedy)
}
