//! A home made again from the archive: its nights rung one after the other, as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::intake::feed_name;
use super::setup::Setup;
use super::{Order, Rung, ring};
use crate::clock;
use crate::config;
use crate::home::Home;
use crate::inbox::{Archive, Entry, Line, Ring};
use crate::monitor::{Place, Problem, Tallies, Weight};
use crate::school::{Day, Table};
use crate::store::{HeldFile, HeldState};

/// A round that the archive remembers.
#[derive(Clone, Debug)]
pub struct Night {
    /// What it was.
    pub ring: Ring,
    /// What it accepted, in the order in which it applied.
    pub files: Vec<Entry>,
}

/// What of an archive can be rung again, and what is missing for it.
pub struct Replay {
    /// The rounds, in their order.
    pub nights: Vec<Night>,
    /// What the store knows and the archive does not hold any more, and lines that cannot be read.
    pub missing: Vec<Problem>,
}

/// The nights of a home's archive up to a day.
///
/// # Errors
///
/// A problem where the archive holds none.
pub fn replay(setup: &Setup, to: Day) -> Result<Replay, Problem> {
    let (lines, unreadable) = Archive::at(setup.home.archive()).read();
    let mut nights: BTreeMap<(i64, i64), Night> = BTreeMap::new();
    for line in lines {
        let ring = line.ring();
        if ring.as_of > to {
            continue;
        }
        let night = nights.entry((ring.started, ring.round)).or_insert_with(|| Night {
            ring: ring.clone(),
            files: Vec::new(),
        });
        match line {
            // Its own line knows most of a round.
            Line::Round(ring) => night.ring = ring,
            Line::File(entry) => night.files.push(entry),
        }
    }
    if nights.values().all(|night| night.files.is_empty()) {
        return Err(nothing(setup, to));
    }
    let nights: Vec<Night> = nights.into_values().collect();
    let mut missing = Vec::new();
    if unreadable > 0 {
        missing.push(unreadable_lines(unreadable));
    }
    missing.extend(gaps(setup, &nights, to));
    Ok(Replay { nights, missing })
}

/// Makes the home that the nights are rung in: configuration, rules, plugins and wording as they are today, no mail server.
///
/// # Errors
///
/// A problem where the folder holds something already or cannot be made.
pub fn new_home(setup: &Setup, into: &Path) -> Result<Home, Problem> {
    refuse_occupied(into)?;
    let configuration = config::for_rebuild(&setup.home.config_text()?, config_name())?;
    for folder in ["rules", "plugins", "letters"] {
        let from = setup.home.root().join(folder);
        copy_tree(&from, &into.join(folder)).map_err(|error| uncopied(&from, &error))?;
    }
    Home::init(into, &configuration, [])
}

/// Rings one night in the new home. What of it cannot be unpacked is a problem of its own, and the night is rung without it.
///
/// # Errors
///
/// A problem where the round cannot go on.
pub fn ring_again(from: &Setup, home: &Home, night: &Night) -> Result<(Rung, Vec<Problem>), Vec<Problem>> {
    let setup = Setup::read(home.root())?;
    let mut problems = unpack(from, &setup, night)?;
    let moment = jiff::Timestamp::from_second(night.ring.started).unwrap_or_default();
    let mut now = clock::at(moment, &setup.config.district.time_zone);
    now.today = night.ring.today;
    let order = Order {
        as_of: Some(night.ring.limit),
        dry_run: false,
    };
    let rung = ring(&setup, order, &now).map_err(|problem| vec![problem])?;
    problems.extend(
        rung.problems
            .iter()
            .filter(|problem| problem.weight >= Weight::Waits)
            .cloned(),
    );
    Ok((rung, problems))
}

/// Lays a night's files where its round finds them: in the inbox, and a second one of a name where an interrupted round would
/// have left it.
fn unpack(from: &Setup, setup: &Setup, night: &Night) -> Result<Vec<Problem>, Vec<Problem>> {
    setup.home.ensure_var().map_err(|problem| vec![problem])?;
    let archive = Archive::at(from.home.archive());
    let inbox = setup.home.inbox(&setup.config.inbox.path);
    let mut problems = Vec::new();
    let mut taken: BTreeSet<PathBuf> = BTreeSet::new();
    let mut later: BTreeMap<(&str, i64), u32> = BTreeMap::new();
    for entry in &night.files {
        let name = file_name(&entry.name);
        let mut path = inbox.join(&name);
        let mut number = i64::MAX;
        while !taken.insert(path.clone()) {
            let folder = setup.home.work().join(number.to_string());
            fs::create_dir_all(&folder).map_err(|error| vec![uncopied(&folder, &error)])?;
            path = folder.join(&name);
            number -= 1;
        }
        // What lay there was held in an earlier night; tonight's takes its place, as it did then.
        let _ = match path.is_dir() {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        // Files of one moment applied in an order that the digests of what is kept would not give again.
        let moved = later.entry((entry.feed.as_str(), entry.written)).or_insert(0);
        match archive.unpack(entry, &path, *moved) {
            Ok(bytes) => believe(setup, entry, bytes).map_err(|problem| vec![problem])?,
            Err(problem) => problems.push(problem),
        }
        *moved += 1;
    }
    Ok(problems)
}

/// Says again of an export what a person said of it then: without that a gate would hold it. By its bytes as they are kept.
fn believe(setup: &Setup, entry: &Entry, bytes: u64) -> Result<(), Problem> {
    let Some(schools) = &entry.believed else { return Ok(()) };
    let store = setup.store()?;
    let is_meant = |school: &Option<String>| match school {
        Some(school) => schools.is_empty() || schools.contains(school),
        None => schools.is_empty(),
    };
    let held = store.held_files()?.into_iter().filter(|file| {
        let same = file.feed == entry.feed && file.digest == entry.kept_digest;
        same && file.state == HeldState::Held && is_meant(&file.school)
    });
    let mut files: Vec<HeldFile> = held.collect();
    if files.is_empty() {
        let feeds = setup.config.feeds.iter();
        let feed = feeds.into_iter().find(|feed| feed_name(feed) == entry.feed);
        let tables = feed.map(|feed| feed.tables.clone()).unwrap_or_default();
        files = match schools.is_empty() {
            true => vec![released(entry, bytes, tables, None)],
            false => schools
                .iter()
                .map(|school| released(entry, bytes, tables.clone(), Some(school.clone())))
                .collect(),
        };
    }
    let tx = store.begin()?;
    for file in &mut files {
        file.state = HeldState::Released;
        tx.save_held(file)?;
    }
    tx.commit()
}

fn released(entry: &Entry, bytes: u64, tables: Vec<Table>, school: Option<String>) -> HeldFile {
    HeldFile {
        id: 0,
        feed: entry.feed.clone(),
        tables,
        name: entry.name.clone(),
        digest: entry.kept_digest.clone(),
        size: bytes,
        written: entry.written,
        rows: (0, 0),
        tallies: Tallies::default(),
        schools: Vec::new(),
        school,
        problem: Problem::new(
            "archive-released",
            Weight::Note,
            Place::file(&entry.name),
            "was held and released before it was archived",
            "nothing to do",
        ),
        releasable: true,
        since: entry.ring.today,
        state: HeldState::Released,
        by_whom: String::new(),
        why: String::new(),
        told_on: None,
    }
}

/// An export's name as a file's: without anything that leads elsewhere.
fn file_name(name: &str) -> String {
    let plain = |letter: char| match letter {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
        letter if letter.is_control() => '_',
        letter => letter,
    };
    let name: String = name.chars().map(plain).collect();
    if name.starts_with('.') {
        format!("_{name}")
    } else {
        name
    }
}

/// Exports that the store remembers and the archive does not hold, a problem for each feed.
fn gaps(setup: &Setup, nights: &[Night], to: Day) -> Vec<Problem> {
    let Ok(exports) = setup.store_to_read().and_then(|store| store.exports()) else {
        return vec![unknown_gaps()];
    };
    // By content alone: an export of several files is one in the archive and a row for each of its tables in the store.
    let held: BTreeSet<&str> = nights
        .iter()
        .flat_map(|night| &night.files)
        .map(|entry| entry.digest.as_str())
        .collect();
    let mut lost: BTreeMap<&str, Vec<Day>> = BTreeMap::new();
    for export in exports.iter().filter(|export| export.accepted <= to) {
        if !held.contains(export.digest.as_str()) {
            lost.entry(&export.feed).or_default().push(export.accepted);
        }
    }
    let gap = |(feed, days): (&str, Vec<Day>)| {
        let (first, last) = (days.iter().min(), days.iter().max());
        let span = match (first, last) {
            (Some(first), Some(last)) if first != last => format!("accepted as of {first} to {last}"),
            (Some(day), _) => format!("accepted as of {day}"),
            _ => String::new(),
        };
        let what = match days.len() {
            1 => "an export".to_owned(),
            many => format!("{many} exports"),
        };
        Problem::new(
            "archive-gap",
            Weight::Note,
            Place::file("var/archive"),
            format!("{what} of the feed `{feed}`, {span}, are no longer there, so what only they said is missing"),
            "raise `archive_days` under [inbox] to keep exports longer",
        )
    };
    lost.into_iter().map(gap).collect()
}

fn config_name() -> &'static str {
    crate::home::CONFIG
}

fn refuse_occupied(into: &Path) -> Result<(), Problem> {
    let shown = into.display().to_string();
    let is_free = match fs::read_dir(into) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_free {
        return Ok(());
    }
    Err(Problem::new(
        "rebuild-occupied",
        Weight::Stop,
        Place::file(&shown),
        format!("`{shown}` is not an empty folder"),
        "name one after --into that is not there yet; what is there is never written over",
    ))
}

/// Copies a folder with all that is a file or a folder in it; links could lead out of the home.
fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    crate::inbox::private_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn uncopied(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "rebuild-failed",
        Weight::Stop,
        Place::file(path.display().to_string()),
        format!("cannot be copied or made: {error}"),
        "see that there is room and that the account you work under may write there; then remove the half-made folder",
    )
}

fn nothing(setup: &Setup, to: Day) -> Problem {
    let remedy = match (setup.config.inbox.after, setup.config.inbox.archive_days) {
        (config::After::Leave, _) => {
            "`after = \"leave\"` under [inbox] keeps none: with \"archive\" there will be one from the next round on"
        }
        (_, 0) => "`archive_days = 0` under [inbox] keeps none: with more there will be one from the next round on",
        _ => "name a later day after --to, or put var/archive back from a backup",
    };
    Problem::new(
        "archive-empty",
        Weight::Stop,
        Place::file("var/archive"),
        format!("the archive holds no export of a night up to {to}"),
        remedy,
    )
}

fn unreadable_lines(lines: usize) -> Problem {
    let what = if lines == 1 { "a line" } else { "lines" };
    Problem::new(
        "archive-line",
        Weight::Waits,
        Place::file("var/archive"),
        format!("{lines} {what} of its index cannot be read, so exports may be missing"),
        "put var/archive back from a backup, or go on without them",
    )
}

fn unknown_gaps() -> Problem {
    Problem::new(
        "archive-gaps-unknown",
        Weight::Note,
        Place::file("var/firstbell.db"),
        "the store cannot be read, so what is no longer in the archive cannot be told",
        "compare with what you know of the district",
    )
}
