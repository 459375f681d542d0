//! An export of several files as it lies in the inbox: whether it is ours, complete, claimed, and by which digest it is known.

use std::path::Path;

use crate::home::Stamp;
use crate::inbox::{self, Evidence, Export, OnDisk, Shape, Stand, Together, Unclaimed};
use crate::monitor::{Place, Problem, Weight};
use crate::records::{self, Adapter, Bundle, Parts as _};
use crate::round::setup::Setup;

/// A bundle that lies in the inbox, in a folder of a round, or in `var/held`.
pub(super) struct Found {
    /// Zip, folder, or the loose files together under one name.
    pub(super) export: Export,
    pub(super) shape: Shape,
    /// What stands before its files' names.
    pub(super) prefix: String,
    /// The files of one that lies loose.
    pub(super) loose: Vec<Export>,
    /// Its files; none until it was gathered.
    pub(super) together: Option<Together>,
    /// How they stood before they were read.
    pub(super) stands: Vec<Option<Stand>>,
    /// By what stands in its files, however they are packed.
    pub(super) digest: String,
    /// Whether some of its files hold changes alone.
    pub(super) has_delta: bool,
    /// Whether nobody else writes to it any more: the daemon watched it come to rest, or it is already ours.
    pub(super) settled: bool,
    /// Whether it lies where nobody else reaches it.
    pub(super) ours: bool,
}

/// The bundles that a feed's exports are: each zip and each folder one, all loose files together one.
pub(super) fn bundles_of(exports: Vec<Export>, setup: &Setup, bundle: &Bundle, settled: bool) -> Vec<Found> {
    let found = |export: Export, shape: Shape, loose: Vec<Export>| {
        let ours = is_ours(setup, &export.path);
        Found {
            prefix: prefix_of(&export.name, shape, bundle),
            settled: settled || ours,
            export,
            shape,
            loose,
            together: None,
            stands: Vec::new(),
            digest: String::new(),
            has_delta: false,
            ours,
        }
    };
    let mut bundles = Vec::new();
    let mut loose = Vec::new();
    for export in exports {
        match shape_of(setup, &export) {
            Shape::Loose | Shape::File => loose.push(export),
            shape => bundles.push(found(export, shape, Vec::new())),
        }
    }
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
        bundles.push(found(together, Shape::Loose, loose));
    }
    bundles
}

fn is_ours(setup: &Setup, path: &Path) -> bool {
    path.starts_with(setup.home.work()) || path.starts_with(setup.home.held())
}

/// How an export lies there; what is held is kept as a zip, whatever it was.
fn shape_of(setup: &Setup, export: &Export) -> Shape {
    match export.name.to_lowercase().ends_with(".zip") {
        _ if export.is_folder => Shape::Folder,
        true => Shape::Zip,
        false if export.path.starts_with(setup.home.held()) => Shape::Zip,
        false => Shape::Loose,
    }
}

/// Loose files have names of their own; those of a zip or a folder stand behind its name.
fn prefix_of(name: &str, shape: Shape, bundle: &Bundle) -> String {
    let first = name.split(" and ").next().unwrap_or(name);
    match shape {
        Shape::Loose => String::new(),
        Shape::Zip if bundle.holds(first) => String::new(),
        _ => format!("{name}/"),
    }
}

impl Found {
    /// Its files as they lie there now.
    pub(super) fn gather(&mut self, bundle: &Bundle) -> Result<&mut Together, Problem> {
        let wanted = |name: &str| bundle.holds(name);
        let together = match self.shape {
            Shape::Zip => Together::zip(&self.export, &wanted),
            Shape::Folder => Together::folder(&self.export, &wanted),
            Shape::Loose | Shape::File => Together::loose(&self.loose),
        }?;
        Ok(self.together.insert(together))
    }

    /// What keeps it from being read yet. A file that its listing names and that is not there may be on its way.
    pub(super) fn unfinished(&self, fresh: bool) -> Option<Problem> {
        let name = &self.export.name;
        if self.settled {
            return None;
        }
        let parts = match self.shape {
            Shape::Loose => &self.loose[..],
            _ => std::slice::from_ref(&self.export),
        };
        let same = |export: &Export| match export.is_folder {
            true => inbox::folder_stamp(&export.path).same_bytes(&export.stamp),
            false => Stamp::at(&export.path).is_none_or(|now| now.same_bytes(&export.stamp)),
        };
        if !parts.iter().all(same) {
            return Some(inbox::still_written(name));
        }
        let paths = match self.shape {
            Shape::Zip => vec![self.export.path.clone()],
            _ => self.together.as_ref().map(Together::paths).unwrap_or_default(),
        };
        let cut = paths.iter().find(|path| !is_whole(path))?;
        let own = match self.shape {
            Shape::Zip => name.clone(),
            _ => format!(
                "{}{}",
                self.prefix,
                cut.file_name().unwrap_or_default().to_string_lossy()
            ),
        };
        Some(match fresh {
            true => inbox::still_written(&own),
            false => inbox::cut_off(&own),
        })
    }

    /// The same for files that must all be there before any of them is read: those of a folder, and loose ones.
    pub(super) fn incomplete(&mut self, bundle: &Bundle, adapter: &Adapter) -> Option<Problem> {
        if self.shape == Shape::Zip || self.ours {
            return None;
        }
        let missing = missing(&self.export.path, self.shape, self.together.as_mut()?, bundle, adapter)?;
        Some(Problem::new(
            "bundle-file-missing",
            Weight::Waits,
            Place::file(format!("{}{missing}", self.prefix)),
            "belongs to the export and is not there, so none of it was read",
            "wait for the whole export, or export it again; until then the last one counts",
        ))
    }

    /// Claims it for a round. Errors: why it cannot even be read; a problem returned: it is read where it lies.
    pub(super) fn claim(&mut self, work: &Path, round: i64) -> Result<Option<Problem>, Problem> {
        let claimed = match self.shape {
            Shape::Folder => {
                let paths = self.together.as_ref().map(Together::paths).unwrap_or_default();
                inbox::claim_folder(&mut self.export, &paths, work, round)
            }
            Shape::Zip => inbox::claim(&mut self.export, work, round),
            Shape::Loose | Shape::File => {
                let mut claims = self.loose.iter_mut().map(|export| inbox::claim(export, work, round));
                let done = claims.try_for_each(|claimed| claimed);
                self.export.path = self.loose.first().map(|first| first.path.clone()).unwrap_or_default();
                done
            }
        };
        match claimed {
            Ok(()) => Ok(None),
            Err(Unclaimed::InPlace(problem)) => Ok(Some(problem)),
            Err(Unclaimed::Unread(problem)) => Err(problem),
        }
    }
}

fn is_whole(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Ok(mut file) = std::fs::File::open(path) else {
        // What cannot be looked at cannot be read either, and reading says so better.
        return true;
    };
    inbox::is_whole(&name, &mut file).unwrap_or(true)
}

/// The first file that is not there yet, or still bears the name under which it is uploaded.
fn missing(folder: &Path, shape: Shape, together: &mut Together, bundle: &Bundle, adapter: &Adapter) -> Option<String> {
    let outline = records::outline(together, bundle, adapter);
    let under_way = match shape {
        Shape::Folder => inbox::under_way(folder),
        _ => Vec::new(),
    };
    let under_way = under_way.into_iter().find(|name| bundle.holds(name));
    outline.missing.into_iter().next().or(under_way)
}

/// The recipe by which a feed's exports of several files are read.
fn recipe<'s>(setup: &'s Setup, export: &Export) -> Option<(&'s Adapter, &'s Bundle)> {
    let feed = setup.config.feeds.get(export.feed)?;
    let adapter = setup.adapter(&feed.adapter).ok()?;
    Some((adapter, adapter.bundle.as_ref()?))
}

/// A zip or a folder that a round left behind, with its files and its digest; `None` where it is read otherwise or not at all.
pub(in crate::round) fn again(setup: &Setup, export: &Export) -> Option<(Shape, Together, String)> {
    let (_, bundle) = recipe(setup, export)?;
    let shape = shape_of(setup, export);
    let wanted = |name: &str| bundle.holds(name);
    let together = match shape {
        Shape::Zip => Together::zip(export, &wanted),
        Shape::Folder => Together::folder(export, &wanted),
        Shape::Loose | Shape::File => return None,
    };
    let mut together = together.ok()?;
    let (digest, _) = together.digest().ok()?;
    Some((shape, together, digest))
}

/// Evidence of completeness: of a folder, that everything its listing names is there and whole; of a file, its own end.
pub struct Eyes<'s>(pub &'s Setup);

impl Eyes<'_> {
    /// Whether an export is any of ours: a folder without a single file of its feed's exports is not.
    pub fn see(&self, export: &Export) -> bool {
        if !export.is_folder {
            return true;
        }
        let Some((_, bundle)) = recipe(self.0, export) else {
            return false;
        };
        // What makes it unreadable is said by the round.
        Together::folder(export, &|name| bundle.holds(name)).map_or(true, |together| !together.is_empty())
    }
}

impl Evidence for Eyes<'_> {
    fn is_whole(&self, export: &Export) -> bool {
        let Some((adapter, bundle)) = recipe(self.0, export).filter(|_| export.is_folder) else {
            return OnDisk.is_whole(export);
        };
        let Ok(mut together) = Together::folder(export, &|name| bundle.holds(name)) else {
            return true;
        };
        let missing = missing(&export.path, Shape::Folder, &mut together, bundle, adapter);
        missing.is_none() && !together.names().is_empty() && together.paths().iter().all(|path| is_whole(path))
    }

    fn sha256(&self, export: &Export) -> Option<String> {
        OnDisk.sha256(export)
    }
}
