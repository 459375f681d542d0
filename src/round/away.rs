//! What becomes of tonight's files when everything is kept: the archive, the inbox again, or nothing where they are another's.

use std::fs;
use std::path::Path;

use super::intake::feed_name;
use super::setup::Setup;
use crate::config::After;
use crate::inbox::{self, Archive, Back, Bring, Export, Globs, Leftover, Refused, Ring, Stand};
use crate::monitor::{Place, Problem, Weight};
use crate::records::Feed;
use crate::school::{Day, SchoolYear};
use crate::store::{self, Store};

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
    /// How it stood when it had been read.
    pub(super) stand: Option<Stand>,
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
    /// Originals that may go once the archive's lines are written.
    kept: Vec<Done>,
    problems: Vec<Problem>,
}

impl<'s> Away<'s> {
    /// Begins, after the round that `ring` names was committed.
    pub(super) fn new(setup: &'s Setup, year: SchoolYear, ring: Ring) -> Away<'s> {
        Away {
            setup,
            year,
            ring,
            archive: Archive::at(setup.home.archive()),
            kept: Vec::new(),
            problems: Vec::new(),
        }
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
            return;
        }
        match file.outcome {
            // Somebody still had it open and wrote on: what was written since is news.
            Outcome::Accepted | Outcome::SameAsBefore if Stand::of(&file.export.path) != file.stand => {
                self.problems.push(inbox::changed_since(&file.export.name));
                self.give_back(&file);
            }
            Outcome::Accepted | Outcome::SameAsBefore => self.archive(file, place),
            Outcome::Held | Outcome::Unread => self.give_back(&file),
        }
    }

    fn archive(&mut self, file: Done, place: u32) {
        let setup = self.setup;
        let feed = &setup.config.feeds[file.export.feed];
        let kept = match setup.adapter(&feed.adapter) {
            _ if setup.config.inbox.archive_days == 0 => Ok(()),
            Ok(adapter) => {
                let bring = Bring {
                    export: &file.export,
                    feed_name: &feed_name(feed),
                    feed,
                    adapter,
                    year: self.year,
                    digest: &file.digest,
                    whole: file.whole,
                    place,
                };
                match file.outcome {
                    Outcome::SameAsBefore => self.archive.again(&self.ring, &bring),
                    _ => self.archive.keep(&self.ring, &bring),
                }
            }
            Err(problem) => {
                self.problems.push(problem);
                return;
            }
        };
        match kept {
            Ok(()) => self.kept.push(file),
            Err(Refused::Changed) => {
                self.problems.push(inbox::changed_since(&file.export.name));
                self.give_back(&file);
            }
            Err(Refused::System(error)) => self.problems.push(unarchived(&file.export.name, &error)),
        }
    }

    /// Back into the inbox under its name. Where a newer one has come, one that was not read waits for the next round where it
    /// is; one that was read and not believed has had its say and goes to `var/held`.
    fn give_back(&mut self, file: &Done) {
        let path = &file.export.path;
        // What is held lies in `var/held`, byte for byte: a second copy in the inbox would be met again every night.
        let copy = self.setup.home.held_path(&file.digest, &file.export.name);
        if file.outcome == Outcome::Held && !file.digest.is_empty() && copy.exists() {
            if let Err(error) = fs::remove_file(path) {
                self.problems.push(stays(&file.export.name, &error));
            }
            return;
        }
        let back = inbox::give_back(path, &inbox_of(self.setup));
        let moved = match back {
            Ok(Back::NameTaken) if file.outcome == Outcome::Held => set_aside(self.setup, file).map(|name| {
                self.problems.push(overtaken(&file.export.name, &name));
            }),
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
                    if let Err(error) = fs::remove_file(&file.export.path) {
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

/// Puts files back into the inbox where no round has ever been committed: nothing of them was kept.
pub(super) fn return_all(setup: &Setup, done: Vec<Done>) -> Vec<Problem> {
    let claimed = |file: &Done| file.export.path.starts_with(setup.home.work());
    let mut problems = Vec::new();
    for file in done.iter().filter(|file| claimed(file)) {
        if let Err(error) = inbox::give_back(&file.export.path, &inbox_of(setup)) {
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
            .and_then(|export| accepted(&setup.config.feeds, &known, round, export));
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
    let feeds = &setup.config.feeds;
    let is_done =
        |round: i64, export: &Export| round <= last && accepted(feeds, known, round, export.clone()).is_some();
    let exports = left.into_iter().filter_map(|Leftover { round, path }| {
        let export = inbox::look(&path, &globs).ok().flatten()?;
        (!is_done(round, &export)).then_some(export)
    });
    Ok(exports.collect())
}

/// A file that a committed round accepted and did not put away, with the store's row of it.
fn accepted<'k>(
    feeds: &[Feed],
    known: &'k [store::Export],
    round: i64,
    export: Export,
) -> Option<(Done, &'k store::Export)> {
    let stand = Stand::of(&export.path);
    let digest = digest(&export.path)?;
    let feed = feed_name(&feeds[export.feed]);
    let row = known
        .iter()
        .rev()
        .find(|old| old.round >= round && old.feed == feed && old.name == export.name && old.digest == digest)?;
    let done = Done {
        export,
        outcome: Outcome::Accepted,
        digest,
        // Which of its columns are read is found out anew.
        whole: false,
        stand,
    };
    Some((done, row))
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
    let mut away = Away::new(setup, year, ring);
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
