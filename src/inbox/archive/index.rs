//! The archive's lines: one file a day, one JSON object a line, only ever added to.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::claim::owner_only;
use crate::school::Day;

const INDEX: &str = "index.jsonl";

/// A committed round, as much of it as rings it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// Its number.
    pub round: i64,
    /// The day up to which facts were known.
    pub as_of: Day,
    /// The last day that it was to look at.
    pub limit: Day,
    /// The day on which it ran.
    pub today: Day,
    /// When it began, seconds since 1970-01-01 UTC.
    pub started: i64,
}

/// How an export lay in the inbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One file of one feed.
    #[default]
    File,
    /// Files that belong together, in a zip.
    Zip,
    /// The same in a folder.
    Folder,
    /// The same loose.
    Loose,
}

impl Shape {
    fn is_file(&self) -> bool {
        *self == Shape::File
    }
}

/// One export that a round accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The round.
    pub ring: Ring,
    /// Its place among the round's exports, in the order in which they applied.
    pub place: u32,
    /// Its feed, by the name under which the store knows it.
    pub feed: String,
    /// The file's name.
    pub name: String,
    /// Blake3 of its bytes, hexadecimal.
    pub digest: String,
    /// How it lay in the inbox. What was several files is kept as one zip.
    #[serde(default, skip_serializing_if = "Shape::is_file")]
    pub shape: Shape,
    /// The schools of which a person said that it is right, none: of all; `None` where nobody had to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub believed: Option<Vec<String>>,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, seconds since 1970-01-01 UTC.
    pub written: i64,
    /// Where what is kept of it lies, below the archive's folder.
    pub kept: String,
    /// Blake3 of what is kept, before it was compressed.
    pub kept_digest: String,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// A round was committed.
    Round(Ring),
    /// An export was accepted.
    File(Entry),
}

impl Line {
    /// The round that the line is of.
    pub fn ring(&self) -> &Ring {
        match self {
            Line::Round(ring) => ring,
            Line::File(entry) => &entry.ring,
        }
    }
}

/// Adds lines to a day's index and flushes it.
pub(super) fn append(folder: &Path, lines: &[Line]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    owner_only(&mut options);
    let mut file = options.open(folder.join(INDEX))?;
    let mut text = String::new();
    // A line that a crash cut off stays alone on its line.
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != [b'\n'] {
            text.push('\n');
        }
    }
    for line in lines {
        text += &serde_json::to_string(line)?;
        text.push('\n');
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Every line, by the moment of its round, its number and the place in it; and how many could not be read.
pub(super) fn read(root: &Path) -> (Vec<Line>, usize) {
    let (mut lines, mut unreadable) = (Vec::new(), 0);
    for (_, folder) in folders(root) {
        let Ok(text) = fs::read_to_string(folder.join(INDEX)) else {
            continue;
        };
        for line in text.lines().filter(|line| !line.is_empty()) {
            match serde_json::from_str::<Line>(line) {
                Ok(line) if is_inside(&line) => lines.push(line),
                _ => unreadable += 1,
            }
        }
    }
    let place = |line: &Line| match line {
        Line::Round(_) => 0,
        Line::File(entry) => entry.place,
    };
    lines.sort_by_key(|line| (line.ring().started, line.ring().round, place(line)));
    (lines, unreadable)
}

/// Whether what a line names lies below the archive: an index is a file like any other.
fn is_inside(line: &Line) -> bool {
    match line {
        Line::Round(_) => true,
        Line::File(entry) => Path::new(&entry.kept)
            .components()
            .all(|part| matches!(part, std::path::Component::Normal(_))),
    }
}

/// The folders of days, in their order.
pub(super) fn folders(root: &Path) -> Vec<(Day, PathBuf)> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let is_folder = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
        entries.filter(is_folder).map(|entry| entry.path()).collect()
    };
    let mut found = Vec::new();
    for year in below(root) {
        for month in below(&year) {
            for day in below(&month) {
                let names = [&year, &month, &day].map(|path| path.file_name().unwrap_or_default().to_string_lossy());
                if let Some(date) = Day::parse(names.join("-").as_bytes()) {
                    found.push((date, day));
                }
            }
        }
    }
    found.sort();
    found
}
