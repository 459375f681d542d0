//! What becomes of tonight's files when everything is kept: the archive, the inbox again, or nothing where they are another's.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::bundles;
use super::intake::feed_name;
use super::setup::Setup;
use super::sheets;
use crate::config::After;
use crate::inbox::{self, Archive, Back, Bring, Export, Globs, Leftover, Refused, Ring, Shape, Stand, Together};
use crate::monitor::{Place, Problem, Weight};
use crate::records::{Context, Feed, Translated};
use crate::school::{Day, SchoolYear};
use crate::store::{self, HeldState, Store};

/// What a round made of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Believed, and its facts are kept.
    Accepted,
    /// Read and not believed.
    Held,
    /// Not read: it cannot be opened, or was written meanwhile.
    Unread,
    /// The bytes that its name or its feed had brought last.
    SameAsBefore,
}

/// A file that the round is done with.
pub(super) struct Done {
    pub(super) export: Export,
    pub(super) outcome: Outcome,
    /// Blake3 of its bytes as they were read; empty where they were not.
    pub(super) digest: String,
    /// Whether every cell of it is read.
    pub(super) whole: bool,
    /// The rows that a plugin made of it.
    pub(super) translated: Option<Translated>,
    /// How it stood when it had been read.
    pub(super) stand: Option<Stand>,
    /// The files of an export that lay loose.
    pub(super) loose: Vec<PathBuf>,
    /// How an export of several files lay, and its files where they could be read.
    pub(super) together: Option<(Shape, Option<Together>)>,
}

impl Done {
    /// What lies in the folder of the round: a file, a folder, or several files.
    fn paths(&self) -> Vec<&Path> {
        match self.loose.is_empty() {
            true => vec![&self.export.path],
            false => self.loose.iter().map(PathBuf::as_path).collect(),
        }
    }

    /// Removes all of it.
    fn remove(&self) -> std::io::Result<()> {
        let remove = |path: &Path| match fs::symlink_metadata(path)?.is_dir() {
            true => fs::remove_dir_all(path),
            false => fs::remove_file(path),
        };
        self.paths().into_iter().try_for_each(remove)
    }

    /// Puts all of it back into the inbox.
    fn give_back(&self, inbox: &Path) -> std::io::Result<Back> {
        let mut back = Back::InInbox;
        for path in self.paths() {
            if inbox::give_back(path, inbox)? == Back::NameTaken {
                back = Back::NameTaken;
            }
        }
        Ok(back)
    }
}

/// Whether rounds of this home move files.
pub(super) fn claims(setup: &Setup) -> bool {
    setup.config.inbox.after == After::Archive
}

/// Putting away the files of one round, all of them before any original goes.
pub(super) struct Away<'s> {
    setup: &'s Setup,
    year: SchoolYear,
    ring: Ring,
    archive: Archive,
    /// Of which schools a person said that a file is right, by feed and digest; none: of all.
    believed: BTreeMap<(String, String), Vec<String>>,
    /// Originals that may go once the archive's lines are written.
    kept: Vec<Done>,
    problems: Vec<Problem>,
}

impl<'s> Away<'s> {
    /// Begins, after the round that `ring` names was committed.
    pub(super) fn new(setup: &'s Setup, store: &Store, year: SchoolYear, ring: Ring) -> Result<Away<'s>, Problem> {
        let mut believed: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        let mut whole = Vec::new();
        for file in store.held_files()? {
            if file.state == HeldState::Believed {
                let key = (file.feed, file.digest);
                let schools = believed.entry(key.clone()).or_default();
                match file.school {
                    Some(school) => schools.push(school),
                    None => whole.push(key),
                }
            }
        }
        for key in whole {
            believed.insert(key, Vec::new());
        }
        Ok(Away {
            setup,
            year,
            ring,
            believed,
            archive: Archive::at(setup.home.archive()),
            kept: Vec::new(),
            problems: Vec::new(),
        })
    }

    /// Notes that the round was committed.
    pub(super) fn rang(&mut self) {
        if self.setup.config.inbox.archive_days > 0 {
            self.archive.rang(&self.ring);
        }
    }

    /// Puts one file away. One that was read where it lies stays there.
    pub(super) fn put_away(&mut self, file: Done, place: u32) {
        if !file.export.path.starts_with(self.setup.home.work()) {
            // What a person released lies in `var/held`, and goes by itself; of what people keep the archive holds a copy.
            if claims(self.setup) && file.outcome == Outcome::Accepted && self.stays(&file) {
                self.archive(file, place);
            }
            return;
        }
        match file.outcome {
            // Somebody still had it open and wrote on: what was written since is news. Of several files the archive finds out.
            Outcome::Accepted | Outcome::SameAsBefore
                if file.loose.is_empty() && Stand::of(&file.export.path) != file.stand =>
            {
                self.problems.push(inbox::changed_since(&file.export.name));
                self.give_back(&file);
            }
            Outcome::Accepted | Outcome::SameAsBefore => self.archive(file, place),
            Outcome::Held | Outcome::Unread => self.give_back(&file),
        }
    }

    fn is_held(&self, file: &Done) -> bool {
        file.export.path.starts_with(self.setup.home.held())
    }

    /// Whether its original is not for us to remove when it is archived.
    fn stays(&self, file: &Done) -> bool {
        self.is_held(file) || sheets::is_kept_by_people(self.setup, &file.export)
    }

    fn archive(&mut self, file: Done, place: u32) {
        let setup = self.setup;
        let feed = &setup.config.feeds[file.export.feed];
        let kept = match setup.adapter(&feed.adapter) {
            _ if setup.config.inbox.archive_days == 0 => Ok(()),
            Ok(adapter) => {
                let together = file.together.as_ref();
                let bring = Bring {
                    export: &file.export,
                    together: together.and_then(|(shape, together)| Some((*shape, together.as_ref()?))),
                    feed_name: &feed_name(feed),
                    feed,
                    adapter,
                    year: self.year,
                    digest: &file.digest,
                    whole: file.whole,
                    by_plugin: setup.plugins.translator(&feed.adapter).is_some(),
                    translated: file.translated.as_ref(),
                    believed: self.believed.get(&(feed_name(feed), file.digest.clone())).cloned(),
                    place,
                };
                let kept = match file.outcome {
                    Outcome::SameAsBefore => self.archive.again(&self.ring, &bring),
                    _ => self.archive.keep(&self.ring, &bring),
                };
                match kept {
                    // Read by an earlier round, which had no time to keep it: the plugin makes its rows anew.
                    Err(Refused::NoRows) => translated(setup, &file, feed, self.year).and_then(|rows| {
                        let bring = Bring {
                            translated: Some(&rows),
                            ..bring
                        };
                        self.archive.keep(&self.ring, &bring)
                    }),
                    other => other,
                }
            }
            Err(problem) => {
                self.problems.push(problem);
                return;
            }
        };
        match kept {
            Ok(()) if self.stays(&file) => {}
            Ok(()) => self.kept.push(file),
            // A sheet that somebody wrote into meanwhile is read again by the next round.
            Err(Refused::Changed) if self.stays(&file) => {}
            Err(Refused::Changed) => {
                self.problems.push(inbox::changed_since(&file.export.name));
                self.give_back(&file);
            }
            Err(Refused::System(error)) => self.problems.push(unarchived(&file.export.name, &error)),
            Err(Refused::NoRows) => {
                let error = std::io::Error::other("its plugin did not read it again");
                self.problems.push(unarchived(&file.export.name, &error));
            }
        }
    }

    /// Back into the inbox under its name. Where a newer one has come, one that was not read waits for the next round where it
    /// is; one that was read and not believed has had its say and goes to `var/held`.
    fn give_back(&mut self, file: &Done) {
        // What is held lies in `var/held`, byte for byte: a second copy in the inbox would be met again every night.
        let copy = self.setup.home.held_path(&file.digest, &file.export.name);
        if file.outcome == Outcome::Held && !file.digest.is_empty() && copy.exists() {
            if let Err(error) = file.remove() {
                self.problems.push(stays(&file.export.name, &error));
            }
            return;
        }
        let back = file.give_back(&inbox_of(self.setup));
        let moved = match back {
            Ok(Back::NameTaken) if file.outcome == Outcome::Held && file.loose.is_empty() => {
                set_aside(self.setup, file).map(|name| {
                    self.problems.push(overtaken(&file.export.name, &name));
                })
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = moved {
            self.problems.push(stays(&file.export.name, &error));
        }
    }

    /// Writes the archive's lines, lets the originals go, removes what is older than the archive is kept; what went wrong.
    pub(super) fn finish(mut self, today: Day) -> Vec<Problem> {
        match self.archive.finish() {
            Ok(()) => {
                for file in &self.kept {
                    if let Err(error) = file.remove() {
                        self.problems.push(stays(&file.export.name, &error));
                    }
                }
            }
            Err(error) => {
                let unarchived = |file: &Done| unarchived(&file.export.name, &error);
                self.problems.extend(self.kept.iter().map(unarchived));
            }
        }
        inbox::tidy(&self.setup.home.work());
        let days = self.setup.config.inbox.archive_days;
        self.problems.extend(self.archive.expire(today, days).err());
        self.problems
    }
}

/// Removes the bytes of held files that nobody waits for any more; not where a released one is still to be archived.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub(super) fn sweep(setup: &Setup, store: &Store, problems: &[Problem]) -> Result<(), Problem> {
    if problems.iter().any(|problem| problem.code == "archive-failed") {
        return Ok(());
    }
    let open = |file: &store::HeldFile| matches!(file.state, HeldState::Held | HeldState::Released);
    let keep = store.held_files()?.into_iter().filter(open);
    setup
        .home
        .sweep_held(&keep.map(|file| (file.digest, file.name)).collect());
    Ok(())
}

/// Puts files back into the inbox where no round has ever been committed: nothing of them was kept.
pub(super) fn return_all(setup: &Setup, done: Vec<Done>) -> Vec<Problem> {
    let claimed = |file: &Done| file.export.path.starts_with(setup.home.work());
    let mut problems = Vec::new();
    for file in done.iter().filter(|file| claimed(file)) {
        if let Err(error) = file.give_back(&inbox_of(setup)) {
            problems.push(stays(&file.export.name, &error));
        }
    }
    inbox::tidy(&setup.home.work());
    problems
}

fn inbox_of(setup: &Setup) -> std::path::PathBuf {
    setup.home.inbox(&setup.config.inbox.path)
}

/// Moves a file that a newer one has overtaken to `var/held`; its name there.
fn set_aside(setup: &Setup, file: &Done) -> std::io::Result<String> {
    let name = file.export.path.file_name().unwrap_or_default();
    let digest = file.digest.get(..12).unwrap_or("unread");
    let mut new = std::ffi::OsString::from(format!("{digest}-"));
    new.push(name);
    let target = setup.home.held().join(&new);
    fs::rename(&file.export.path, &target)?;
    Ok(setup.home.shown(&target))
}

/// Gives back what a round that was cut off had claimed, where one was, so that whoever watches the inbox sees it; says so.
///
/// # Errors
///
/// A problem where another process is at work in the home, or the store cannot be opened.
pub fn give_back(setup: &Setup) -> Result<Vec<Problem>, Problem> {
    let mut folders = inbox::folders(&setup.home.work()).into_iter();
    let holds_files = |folder: PathBuf| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if !folders.any(|(_, folder)| holds_files(folder)) {
        return Ok(Vec::new());
    }
    let _lock = setup.home.lock()?;
    recover(setup, &setup.store()?)
}

/// Finishes what an interrupted round left: files whose facts are kept go where they were to go, all others back into the inbox.
/// One whose name is taken there stays, and is read before the newer one.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub(super) fn recover(setup: &Setup, store: &Store) -> Result<Vec<Problem>, Problem> {
    let left = inbox::leftovers(&setup.home.work());
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let last = store.last_round()?;
    let known = store.exports()?;
    let globs = Globs::new(&setup.config.feeds);
    let (mut back, mut problems) = (0, Vec::new());
    let mut finished: Vec<(Done, &store::Export)> = Vec::new();
    for Leftover { round, path } in left {
        let committed = last.as_ref().is_some_and(|last| last.round >= round);
        let export = inbox::look(&path, &globs).ok().flatten();
        let kept = export
            .filter(|_| committed)
            .and_then(|export| accepted(setup, &known, round, export));
        if let Some(done) = kept {
            finished.push(done);
        } else if matches!(inbox::give_back(&path, &inbox_of(setup)), Ok(Back::InInbox)) {
            back += 1;
        }
    }
    for (done, row) in finished {
        problems.append(&mut finish_one(setup, store, done, row)?);
    }
    inbox::tidy(&setup.home.work());
    if back > 0 {
        problems.insert(0, interrupted(back));
    }
    Ok(problems)
}

/// Files that an interrupted round left and that are still to be read.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub(super) fn left(setup: &Setup, store: &Store, known: &[store::Export]) -> Result<Vec<Export>, Problem> {
    let left = inbox::leftovers(&setup.home.work());
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let last = store.last_round()?.map_or(0, |last| last.round);
    let globs = Globs::new(&setup.config.feeds);
    let is_done =
        |round: i64, export: &Export| round <= last && accepted(setup, known, round, export.clone()).is_some();
    let exports = left.into_iter().filter_map(|Leftover { round, path }| {
        let export = inbox::look(&path, &globs).ok().flatten()?;
        (!is_done(round, &export)).then_some(export)
    });
    Ok(exports.collect())
}

/// A file that a committed round accepted and did not put away, with the store's row of it.
fn accepted<'k>(
    setup: &Setup,
    known: &'k [store::Export],
    round: i64,
    export: Export,
) -> Option<(Done, &'k store::Export)> {
    let stand = Stand::of(&export.path);
    let feed = &setup.config.feeds[export.feed];
    let (digest, together) = match bundles::again(setup, &export) {
        Some((shape, together, digest)) => (digest, Some((shape, Some(together)))),
        None => (digest(&export.path)?, None),
    };
    let names = bundles::names_of(feed);
    let is_it = |old: &&store::Export| match together {
        Some(_) => names.contains(&old.feed) && old.name.starts_with(&format!("{}/", export.name)),
        None => old.feed == feed_name(feed) && old.name == export.name,
    };
    let row = known
        .iter()
        .rev()
        .find(|old| old.round >= round && old.digest == digest && is_it(old))?;
    let done = Done {
        export,
        outcome: Outcome::Accepted,
        digest,
        // Which of its columns are read is found out anew.
        whole: false,
        translated: None,
        stand,
        loose: Vec::new(),
        together,
    };
    Some((done, row))
}

/// The rows that a plugin makes of an export once more. Errors: why there are none.
fn translated(setup: &Setup, file: &Done, feed: &Feed, year: SchoolYear) -> Result<Translated, Refused> {
    let translator = setup.plugins.translator(&feed.adapter).ok_or(Refused::NoRows)?;
    let bytes = fs::File::open(&file.export.path)?;
    let context = Context {
        year,
        meaning: &setup.config.meaning,
        threads: 1,
    };
    let intake = translator.read(Box::new(bytes), &file.export.name, feed, &context);
    match intake.digest == file.digest {
        true => intake.translated.ok_or(Refused::NoRows),
        false => Err(Refused::Changed),
    }
}

fn finish_one(setup: &Setup, store: &Store, done: Done, row: &store::Export) -> Result<Vec<Problem>, Problem> {
    let (year, _) = setup.school_year(row.accepted)?;
    let rounds = store.rounds(u32::MAX)?;
    let Some(round) = rounds.iter().find(|round| round.round == row.round) else {
        return Ok(Vec::new());
    };
    let ring = Ring {
        round: round.round,
        as_of: round.as_of,
        limit: round.as_of,
        today: round.today,
        started: round.started,
    };
    let mut away = Away::new(setup, store, year, ring)?;
    away.put_away(done, u32::MAX);
    Ok(away.finish(round.today))
}

/// Blake3 of a file's bytes; `None` where it cannot be read.
fn digest(path: &Path) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(fs::File::open(path).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

fn interrupted(files: usize) -> Problem {
    let what = match files {
        1 => "a file that it had claimed is".to_owned(),
        _ => format!("{files} files that it had claimed are"),
    };
    Problem::new(
        "round-interrupted",
        Weight::Note,
        Place::file("var/work"),
        format!("the round before this one was interrupted; {what} back in the inbox"),
        "nothing to do: nothing of that round was kept, and its files are read now",
    )
}

fn unarchived(name: &str, error: &std::io::Error) -> Problem {
    let remedy = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::FileTooLarge | std::io::ErrorKind::QuotaExceeded => {
            "make room on the disk; the next round archives it"
        }
        _ => "give var/archive to the account firstbell runs under; the next round archives it",
    };
    Problem::new(
        "archive-failed",
        Weight::Waits,
        Place::file(name),
        format!("was read and its facts are kept, but it cannot be archived ({error}); it stays in var/work"),
        remedy,
    )
}

fn stays(name: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        "put-away-failed",
        Weight::Waits,
        Place::file(name),
        format!("cannot be moved out of var/work: {error}"),
        "give the inbox and var/ to the account firstbell runs under; the next round tries again",
    )
}

fn overtaken(name: &str, target: &str) -> Problem {
    Problem::new(
        "held-overtaken",
        Weight::Note,
        Place::file(name),
        format!("was not believed, and a newer one of that name has come; it lies in `{target}`"),
        "nothing to do once the newer one is read",
    )
}
