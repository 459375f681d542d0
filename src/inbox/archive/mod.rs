//! What is kept of accepted exports: the columns that their feed reads, compressed, with a line each that says where they came from.
//!
//! `YYYY/MM/DD/<digest>-<name>.csv.gz` (for files that came together one `.zip` with all of them) below the archive's folder, by the day on which the round ran, and beside them
//! `index.jsonl`. Nothing is read from it in a round; `rebuild` reads all of it.

mod bundle;
mod index;
mod press;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flate2::read::MultiGzDecoder;
use rustc_hash::FxHashMap;

use super::claim::{private_folder, sync_folder};
use super::{Export, Together};
use crate::monitor::{Place, Problem, Weight};
use crate::records::{Adapter, Feed, Translated};
use crate::school::{Day, SchoolYear};

pub use index::{Entry, Line, Ring, Shape};
use press::Pressed;

/// Hexadecimal digits of the digest in a kept file's name: enough to tell a district's exports apart.
const DIGITS: usize = 12;
/// Letters of an export's name in a kept file's name: the whole name stands in the index.
const NAME_LETTERS: usize = 80;

/// One accepted export on its way into the archive.
pub struct Bring<'b> {
    /// The file.
    pub export: &'b Export,
    /// How it lay in the inbox, and its files where it is several.
    pub together: Option<(Shape, &'b Together)>,
    /// Its feed's name in the store.
    pub feed_name: &'b str,
    /// Its feed.
    pub feed: &'b Feed,
    /// What reads it.
    pub adapter: &'b Adapter,
    /// The school year it was read for.
    pub year: SchoolYear,
    /// Blake3 of its bytes as they were read, hexadecimal.
    pub digest: &'b str,
    /// Whether every cell of it is read, so that it can be kept as it is.
    pub whole: bool,
    /// Whether a plugin reads it: then its rows are kept, and never the file itself, of which nobody can tell what is read.
    pub by_plugin: bool,
    /// The canonical rows that a plugin made of it, to be kept in its place.
    pub translated: Option<&'b Translated>,
    /// The schools of which a person said that it is right, none: of all; `None` where nobody had to.
    pub believed: Option<Vec<String>>,
    /// Its place among the exports of its round, in the order in which they applied.
    pub place: u32,
}

/// Why an export was not kept.
#[derive(Debug)]
pub enum Refused {
    /// Its bytes are no longer those that were read.
    Changed,
    /// A plugin reads it, and the rows that it made are not at hand.
    NoRows,
    /// What the system says: a full disk, a folder that may not be written.
    System(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::System(error)
    }
}

/// The archive of a home.
pub struct Archive {
    root: PathBuf,
    /// What is kept already, by feed and digest; read when first asked for.
    known: Option<FxHashMap<(String, String), Entry>>,
    /// Lines that are to be written.
    lines: Vec<Line>,
    /// Kept files that may not be on the disk yet. Flushed together at the end: then thousands of them cost little more than one.
    fresh: Vec<PathBuf>,
}

impl Archive {
    /// The archive at a folder; nothing is read or made yet.
    pub fn at(root: PathBuf) -> Archive {
        Archive {
            root,
            known: None,
            lines: Vec::new(),
            fresh: Vec::new(),
        }
    }

    /// Keeps an export. It counts as kept once [`Archive::finish`] has written its line.
    ///
    /// # Errors
    ///
    /// Why it was not kept; nothing half-written stays.
    pub fn keep(&mut self, ring: &Ring, bring: &Bring<'_>) -> Result<(), Refused> {
        if bring.by_plugin && bring.translated.is_none() {
            return Err(Refused::NoRows);
        }
        let folder = day_folder(ring.today);
        private_folder(&self.root.join(&folder))?;
        let growing = self.root.join(&folder).join(".growing.part");
        let pressed = match bring.together {
            Some((_, together)) => bundle::press(bring, together, &growing),
            None => press::press(bring, &growing),
        };
        let pressed = pressed.and_then(|pressed| match pressed.original == bring.digest {
            true => self.name(&folder, &growing, bring).map(|kept| (pressed, kept)),
            false => Err(io::ErrorKind::ResourceBusy.into()),
        });
        let (pressed, kept) = match pressed {
            Ok(done) => done,
            Err(error) => {
                // A disk that is full must not stay full because of us.
                let _ = fs::remove_file(&growing);
                return Err(match error.kind() {
                    io::ErrorKind::ResourceBusy => Refused::Changed,
                    _ => Refused::System(error),
                });
            }
        };
        self.fresh.push(self.root.join(&kept));
        self.lines.push(Line::File(entry(ring, bring, kept, &pressed)));
        Ok(())
    }

    /// Gives a kept file its name, the first that is free. The very same bytes may lie there from a round that was killed before it wrote its
    /// line: they are not kept twice.
    fn name(&self, folder: &str, growing: &Path, bring: &Bring<'_>) -> io::Result<String> {
        let stem = format!(
            "{}-{}",
            &bring.digest[..DIGITS.min(bring.digest.len())],
            stem(&bring.export.name)
        );
        let ending = if bring.together.is_some() { "zip" } else { "csv.gz" };
        let names = (1..).map(|number| match number {
            1 => format!("{folder}/{stem}.{ending}"),
            _ => format!("{folder}/{stem}-{number}.{ending}"),
        });
        let is_ours = |name: &String| {
            let path = self.root.join(name);
            fs::symlink_metadata(&path).is_err() || same_bytes(&path, growing)
        };
        let name = names.into_iter().find(is_ours).ok_or(io::ErrorKind::AlreadyExists)?;
        fs::rename(growing, self.root.join(&name))?;
        Ok(name)
    }

    /// Notes that an export came again with the bytes that are kept already, so that they live as long as this line; keeps it
    /// where they are not.
    ///
    /// # Errors
    ///
    /// Why it was not kept.
    pub fn again(&mut self, ring: &Ring, bring: &Bring<'_>) -> Result<(), Refused> {
        let root = &self.root;
        let known = self.known.get_or_insert_with(|| {
            let lines = index::read(root).0;
            let files = lines.into_iter().filter_map(|line| match line {
                Line::File(entry) => Some(((entry.feed.clone(), entry.digest.clone()), entry)),
                Line::Round(_) => None,
            });
            files.collect()
        });
        let key = (bring.feed_name.to_owned(), bring.digest.to_owned());
        let Some(before) = known.get(&key).filter(|before| root.join(&before.kept).is_file()) else {
            return self.keep(ring, bring);
        };
        let pressed = Pressed {
            original: before.digest.clone(),
            kept: before.kept_digest.clone(),
        };
        let kept = before.kept.clone();
        self.lines.push(Line::File(entry(ring, bring, kept, &pressed)));
        Ok(())
    }

    /// Notes that a round was committed, with exports or without.
    pub fn rang(&mut self, ring: &Ring) {
        self.lines.push(Line::Round(ring.clone()));
    }

    /// Writes the lines and makes everything durable; only then may originals go.
    ///
    /// # Errors
    ///
    /// What the system says; what was kept has no line then, and its originals must stay.
    pub fn finish(&mut self) -> io::Result<()> {
        for path in self.fresh.drain(..) {
            // Windows flushes only what may be written.
            fs::OpenOptions::new().write(true).open(path)?.sync_all()?;
        }
        let mut days: BTreeMap<Day, Vec<Line>> = BTreeMap::new();
        for line in self.lines.drain(..) {
            days.entry(line.ring().today).or_default().push(line);
        }
        for (day, lines) in days {
            let folder = self.root.join(day_folder(day));
            private_folder(&folder)?;
            index::append(&folder, &lines)?;
            sync_folder(Some(&folder));
        }
        sync_folder(Some(&self.root));
        Ok(())
    }

    /// Removes what is older than `days` days on `today`, or with 0 everything. A file that came again lives as long as its last
    /// line.
    ///
    /// # Errors
    ///
    /// A problem that names what could not be removed.
    pub fn expire(&self, today: Day, days: u32) -> Result<(), Problem> {
        let is_old = |day: Day| days == 0 || today.0.saturating_sub(day.0) > i32::try_from(days).unwrap_or(i32::MAX);
        let old: Vec<PathBuf> = index::folders(&self.root)
            .into_iter()
            .filter(|(day, _)| is_old(*day))
            .map(|(_, folder)| folder)
            .collect();
        if old.is_empty() {
            return Ok(());
        }
        let lines = index::read(&self.root).0.into_iter();
        let needed: std::collections::BTreeSet<PathBuf> = lines
            .filter_map(|line| match line {
                Line::File(entry) if !is_old(entry.ring.today) => Some(self.root.join(entry.kept)),
                _ => None,
            })
            .collect();
        for folder in old {
            empty(&folder, &needed).map_err(|error| unremovable(&folder, &error))?;
        }
        Ok(())
    }

    /// Everything that the archive holds, in the order in which it came, and how many lines could not be read.
    pub fn read(&self) -> (Vec<Line>, usize) {
        index::read(&self.root)
    }

    /// Writes a kept export to a place, with the time at which the original was written moved on by `later` seconds; how many bytes it
    /// has.
    ///
    /// # Errors
    ///
    /// A problem where the kept file is not there or not what was kept.
    pub fn unpack(&self, entry: &Entry, into: &Path, later: u32) -> Result<u64, Problem> {
        let seconds = entry.written.saturating_add(i64::from(later));
        let written = moment(seconds);
        let done = match entry.shape {
            Shape::File => self.unpack_file(entry, into, written),
            _ => bundle::unpack(&self.root.join(&entry.kept), entry, into, written),
        };
        let why = match done {
            Ok((digest, bytes)) if digest == entry.kept_digest => return Ok(bytes),
            Ok(_) => "its bytes are not those that were kept".to_owned(),
            Err(error) => error.to_string(),
        };
        bundle::remove(into);
        Err(Problem::new(
            "archive-damaged",
            Weight::Waits,
            Place::file(&entry.name),
            format!("the kept file `{}` cannot be used: {why}", entry.kept),
            "put var/archive back from a backup, or go on without it",
        ))
    }

    fn unpack_file(&self, entry: &Entry, into: &Path, written: Option<SystemTime>) -> io::Result<(String, u64)> {
        let mut from = MultiGzDecoder::new(File::open(self.root.join(&entry.kept))?);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        super::claim::owner_only(&mut options);
        let mut hashing = press::Hashing::new(options.open(into)?);
        let bytes = io::copy(&mut from, &mut hashing)?;
        let (file, digest) = hashing.finish();
        if let Some(written) = written {
            // A time that this file system cannot hold orders nothing any more.
            let _ = file.set_modified(written);
        }
        Ok((digest, bytes))
    }
}

fn moment(seconds: i64) -> Option<SystemTime> {
    let age = Duration::from_secs(seconds.unsigned_abs());
    match seconds {
        0.. => UNIX_EPOCH.checked_add(age),
        _ => UNIX_EPOCH.checked_sub(age),
    }
}

fn entry(ring: &Ring, bring: &Bring<'_>, kept: String, pressed: &Pressed) -> Entry {
    Entry {
        ring: ring.clone(),
        place: bring.place,
        feed: bring.feed_name.to_owned(),
        name: bring.export.name.clone(),
        digest: pressed.original.clone(),
        shape: bring.together.map_or(Shape::File, |(shape, _)| shape),
        believed: bring.believed.clone(),
        size: bring.export.size,
        written: bring.export.written,
        kept,
        kept_digest: pressed.kept.clone(),
    }
}

/// `2026/11/20`.
/// Whether two files hold the same bytes; one that cannot be read holds others.
fn same_bytes(one: &Path, two: &Path) -> bool {
    let size = |path: &Path| fs::metadata(path).map(|file| file.len()).ok();
    let digest = |path: &Path| {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(fs::File::open(path).ok()?).ok()?;
        Some(hasher.finalize())
    };
    size(one).is_some() && size(one) == size(two) && digest(one).is_some() && digest(one) == digest(two)
}

fn day_folder(day: Day) -> String {
    day.to_string().replace('-', "/")
}

/// An export's name as any file system takes it: letters, digits, dots, hyphens.
fn stem(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let end = if lower.ends_with(".csv") || lower.ends_with(".zip") {
        name.len() - 4
    } else {
        name.len()
    };
    let plain = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => letter,
        _ => '_',
    };
    name[..end].chars().take(NAME_LETTERS).map(plain).collect()
}

/// Removes everything in a day's folder that no younger line needs, and the folders that are empty then.
fn empty(folder: &Path, needed: &std::collections::BTreeSet<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !needed.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    // The day, the month, the year: each goes when nothing is left in it.
    for folder in folder.ancestors().take(3) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}

fn unremovable(folder: &Path, error: &io::Error) -> Problem {
    Problem::new(
        "archive-not-removed",
        Weight::Waits,
        Place::file("var/archive"),
        format!(
            "`{}` is older than `archive_days` and cannot be removed: {error}",
            folder.display()
        ),
        "remove it by hand, and give var/archive to the account firstbell runs under",
    )
}
