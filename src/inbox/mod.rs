//! The drop folder: which exports lie there, for which feed, which of them are complete; how they are claimed for a round, and what is
//! kept of them. Decides nothing about what is in them.
//!
//! In: a folder and the feeds. Out: [`Export`]s in the order in which they are to be read, what was passed over, and the archive; for
//! the daemon a word that something happened there. Never: a file that changed while it was read, a followed link, a file that is
//! still being uploaded, a file lost on its way.

mod archive;
mod claim;
mod scan;
mod settle;
mod sha256;
mod stand;
mod still;
#[cfg(test)]
mod tests;
mod together;
mod unpack;
mod watch;
mod whole;
mod zipped;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use wildmatch::WildMatch;

pub use scan::{Evidence, Listing, Marker, OnDisk, Sighting, scan};
pub use settle::{Settled, Settling, State};
pub use still::{CUT_OFF, STILL_WRITTEN, cut_off, is_fresh, not_whole, set_incomplete, still_written};
pub use watch::Watch;
pub use whole::is_whole;

use crate::home::Stamp;
use crate::monitor::{Place, Problem, Weight};
use crate::records::Feed;

pub use archive::{Archive, Bring, Entry, Line, Refused, Ring, Shape};
pub(crate) use claim::private_folder;
pub use claim::{Back, Leftover, Unclaimed, claim, claim_folder, folders, give_back, leftovers, settle, tidy};
pub use stand::Stand;
pub use together::{Together, under_way};
use unpack::refused_entry;
pub use unpack::{BUNDLE_BYTES, Kept, ZIP_ENTRIES, ZIP_RATIO, pack, pack_into, unpack};

/// Endings of names under which upload programs write before they rename.
const PARTIAL: [&str; 5] = [".filepart", ".tmp", ".part", ".partial", ".crdownload"];

/// Endings of files that say of another file beside them that it is complete.
const MARKERS: [&str; 3] = [".done", ".ready", ".ok"];

/// One export in the drop folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The feed's place in the configuration.
    pub feed: usize,
    /// Where it lies.
    pub path: PathBuf,
    /// Its name, as the operator knows it.
    pub name: String,
    /// Whether it is a folder of files that belong together.
    pub is_folder: bool,
    /// Bytes; of a folder those of all files in it.
    pub size: u64,
    /// When it was last written: seconds since 1970-01-01 UTC.
    pub written: i64,
    /// The version that was seen.
    pub stamp: Stamp,
}

/// Lists the exports that feeds are waiting for, by feed and name. A name that two feeds claim goes to the first. A glob with `/`
/// at its end is about folders, every other one about files.
///
/// # Errors
///
/// A problem where the folder cannot be listed.
pub fn find(folder: &Path, feeds: &[Feed]) -> Result<(Vec<Export>, Vec<Problem>), Problem> {
    let globs = Globs::new(feeds);
    let mut exports = Vec::new();
    let mut problems = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries {
        match entry {
            Ok(entry) => match look(&entry.path(), &globs) {
                Ok(found) => exports.extend(found),
                Err(problem) => problems.push(problem),
            },
            // A folder that goes away while it is listed, such as a share.
            Err(error) => {
                problems.push(unreadable(folder, &error));
                break;
            }
        }
    }
    exports.sort_by(|a, b| (a.feed, &a.name).cmp(&(b.feed, &b.name)));
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((exports, problems))
}

/// The names that feeds wait for, and whether each is about folders.
pub struct Globs(Vec<Vec<(bool, WildMatch)>>);

impl Globs {
    /// The globs of the feeds, in their order.
    pub fn new(feeds: &[Feed]) -> Globs {
        let glob = |glob: &String| match glob.strip_suffix('/') {
            Some(folder) => (true, WildMatch::new_case_insensitive(folder)),
            None => (false, WildMatch::new_case_insensitive(glob)),
        };
        Globs(feeds.iter().map(|feed| feed.files.iter().map(glob).collect()).collect())
    }

    /// The first feed that waits for a file of a name, or for a folder.
    fn feed(&self, name: &str, is_folder: bool) -> Option<usize> {
        let takes = |(folders, glob): &(bool, WildMatch)| *folders == is_folder && glob.matches(name);
        self.0.iter().position(|globs| globs.iter().any(takes))
    }
}

/// The export at a path; `None` where no feed waits for its name, or it is still being uploaded, or is a folder that nobody waits for.
///
/// # Errors
///
/// A problem where a feed waits for it and it is no plain file.
pub fn look(path: &Path, globs: &Globs) -> Result<Option<Export>, Problem> {
    let raw = path.file_name().unwrap_or_default();
    let name = raw.to_string_lossy();
    if is_partial(&name) || is_marker(&name) {
        return Ok(None);
    }
    // Does not follow links: a link is no file here.
    let about = fs::symlink_metadata(path);
    let is_folder = about.as_ref().is_ok_and(fs::Metadata::is_dir);
    let Some(feed) = globs.feed(&name, is_folder) else {
        return Ok(None);
    };
    let name = shown(raw);
    match about {
        Ok(about) if about.is_file() => Ok(Some(Export {
            feed,
            path: path.to_owned(),
            name,
            is_folder: false,
            size: about.len(),
            written: Stamp::of(&about).written / 1_000_000_000,
            stamp: Stamp::of(&about),
        })),
        Ok(about) if about.is_dir() => {
            let stamp = folder_stamp(path);
            Ok(Some(Export {
                feed,
                path: path.to_owned(),
                name,
                is_folder: true,
                size: stamp.size,
                written: stamp.written / 1_000_000_000,
                stamp,
            }))
        }
        Ok(_) => Err(not_plain(&name)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// The version of everything in a folder but its markers: a folder itself does not say when one of its files changed.
pub fn folder_stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<(String, Stamp)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            (!is_marker(&name)).then(|| (name, Stamp::of(&about)))
        })
        .collect();
    files.sort_by(|one, two| one.0.cmp(&two.0));
    let mut hasher = blake3::Hasher::new();
    let mut whole = Stamp::default();
    for (name, stamp) in &files {
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
        for number in [stamp.device, stamp.inode, stamp.size] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(&stamp.written.to_le_bytes());
        whole.size = whole.size.saturating_add(stamp.size);
        whole.written = whole.written.max(stamp.written);
        whole.changed = whole.changed.max(stamp.changed);
    }
    let mut number = [0; 8];
    number.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    whole.inode = u64::from_le_bytes(number);
    whole
}

/// Letters without a shape of their own: they turn a line around, or hide in it.
fn is_shapeless(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A file's name as people can read it on one line: control characters and bytes that are no UTF-8 are spelled out, so that two
/// names that differ stay two.
fn shown(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        for letter in chunk.valid().chars() {
            if letter.is_control() || is_shapeless(letter) {
                text.extend(letter.escape_default());
            } else {
                text.push(letter);
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text
}

/// Opens an export for reading.
///
/// # Errors
///
/// A problem that says why it cannot be opened.
pub fn open(export: &Export) -> Result<File, Problem> {
    // Opening a pipe that took the file's place would wait for ever.
    if fs::symlink_metadata(&export.path).is_ok_and(|about| !about.is_file()) {
        return Err(not_plain(&export.name));
    }
    File::open(&export.path).map_err(|error| unreadable(Path::new(&export.name), &error))
}

/// The problem of a file that was written while it was read.
pub fn changed(name: &str) -> Problem {
    Problem::new(
        "export-changed",
        Weight::Waits,
        Place::file(name),
        "was written while it was read, so nothing in it was believed",
        "nothing to do where an upload was under way: the next round reads it; else let the export write under another name and rename \
         it when it is whole",
    )
}

/// The problem of a file that was written on after the round had read it whole.
pub fn changed_since(name: &str) -> Problem {
    Problem::new(
        "export-changed",
        Weight::Note,
        Place::file(name),
        "was written on after it was read, so it lies in the inbox again",
        "nothing to do: the next round reads it as it is now",
    )
}

fn not_plain(name: &str) -> Problem {
    Problem::new(
        "not-a-plain-file",
        Weight::Waits,
        Place::file(name),
        "is a link or a device, not a file, and was not opened",
        "let the export program write a plain file into the inbox",
    )
}

fn is_marker(name: &str) -> bool {
    let lower = name.to_lowercase();
    MARKERS.iter().any(|ending| lower.ends_with(ending))
}

fn is_partial(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with('.') || lower.starts_with("~$") || PARTIAL.iter().any(|ending| lower.ends_with(ending))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "inbox-unreadable",
        Weight::Waits,
        Place::file(shown(path.as_os_str())),
        format!("cannot be read: {error}"),
        "see that it is there and that the account firstbell runs under may read it",
    )
}
