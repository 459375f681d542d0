//! One look at the drop folder: exports, uploads under way, and the markers beside them. The daemon decides by looks alone; events of
//! the system only say that it is time for one.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Export, Globs, MARKERS, PARTIAL, find, is_partial, sha256, unreadable, whole};
use crate::home::Stamp;
use crate::monitor::Problem;
use crate::records::Feed;

/// A marker is a word or two; more of it is not read.
const LONGEST_MARKER: u64 = 1024;

/// What a look at the drop folder found.
#[derive(Debug, Default)]
pub struct Listing {
    /// Files that feeds wait for, and uploads that will become such files.
    pub sightings: Vec<Sighting>,
    /// What was passed over and why.
    pub problems: Vec<Problem>,
    /// The folder itself: another one under the same name has to be watched anew.
    pub folder: Stamp,
}

/// One file of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The file.
    pub export: Export,
    /// Whether it still bears the name under which an upload program writes.
    pub partial: bool,
    /// The marker beside it.
    pub marker: Option<Marker>,
}

/// A file such as `attendance.csv.done`: the export program says that the other one is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The marker's own version.
    pub stamp: Stamp,
    /// How many bytes it says the file has.
    pub bytes: Option<u64>,
    /// The SHA-256 digest that it says the file has, in small hexadecimal letters.
    pub sha256: Option<String>,
}

/// What can only be known by opening a file.
pub trait Evidence {
    /// Whether the file ends where a record ends.
    fn is_whole(&self, export: &Export) -> bool;
    /// The SHA-256 digest of the file.
    fn sha256(&self, export: &Export) -> Option<String>;
}

/// Evidence from the files themselves.
pub struct OnDisk;

impl Evidence for OnDisk {
    fn is_whole(&self, export: &Export) -> bool {
        match super::open(export) {
            Ok(mut file) => whole::is_whole(&export.name, &mut file).unwrap_or(false),
            // A file that this account may not open is said by the round. On Windows nobody may open what somebody still writes.
            Err(_) => cfg!(unix),
        }
    }

    fn sha256(&self, export: &Export) -> Option<String> {
        let file = super::open(export).ok()?;
        sha256::hexadecimal(std::io::BufReader::with_capacity(1 << 20, file)).ok()
    }
}

/// Looks at the drop folder.
///
/// # Errors
///
/// A problem where it cannot be listed: it is not there, or not for this account.
pub fn scan(folder: &Path, feeds: &[Feed]) -> Result<Listing, Problem> {
    let about = Stamp::at(&folder.join(".")).unwrap_or_default();
    let (exports, problems) = find(folder, feeds)?;
    let (markers, mut partial) = beside(folder, feeds)?;
    let whole = exports.into_iter().map(|export| {
        let marker = marker_of(&export.name, &markers).or_else(|| marker_in(&export));
        Sighting {
            export,
            partial: false,
            marker,
        }
    });
    let mut sightings: Vec<Sighting> = whole.collect();
    sightings.append(&mut partial);
    Ok(Listing {
        sightings,
        problems,
        folder: Stamp {
            device: about.device,
            inode: about.inode,
            ..Stamp::default()
        },
    })
}

/// Markers by their name in small letters, and uploads under way.
fn beside(folder: &Path, feeds: &[Feed]) -> Result<(BTreeMap<String, PathBuf>, Vec<Sighting>), Problem> {
    let globs = Globs::new(feeds);
    let (mut markers, mut partial) = (BTreeMap::new(), Vec::new());
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if super::is_marker(&name) {
            markers.insert(name.to_lowercase(), entry.path());
        } else if is_partial(&name)
            && let Some(feed) = final_names(&name).iter().find_map(|name| globs.feed(name, false))
            && let Ok(about) = entry.metadata()
            && about.is_file()
        {
            let stamp = Stamp::of(&about);
            let export = Export {
                is_folder: false,
                feed,
                path: entry.path(),
                name,
                size: stamp.size,
                written: stamp.written / 1_000_000_000,
                stamp,
            };
            partial.push(Sighting {
                export,
                partial: true,
                marker: None,
            });
        }
    }
    partial.sort_by(|a, b| a.export.name.cmp(&b.export.name));
    Ok((markers, partial))
}

/// The names that an upload may end under: without the ending, without the leading dot, without what rsync puts behind the name.
pub(super) fn final_names(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let ending = PARTIAL.iter().find(|ending| lower.ends_with(**ending));
    let without_ending = ending.and_then(|ending| name.get(..name.len() - ending.len()));
    let shown = name.strip_prefix('.');
    let without_suffix = shown.and_then(|name| name.rsplit_once('.')).map(|(name, _)| name);
    let names = [without_ending, shown, without_suffix].into_iter().flatten();
    names.map(str::to_owned).collect()
}

/// A marker inside a folder: whatever its name, it speaks for the folder as a whole.
fn marker_in(export: &Export) -> Option<Marker> {
    let entries = fs::read_dir(&export.path).ok().filter(|_| export.is_folder)?;
    let marks = |entry: &fs::DirEntry| super::is_marker(&entry.file_name().to_string_lossy());
    let stamps = entries.flatten().filter(marks).filter_map(|entry| {
        let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
        Some(Stamp::of(&about))
    });
    stamps.max_by_key(Stamp::latest).map(|stamp| Marker {
        stamp,
        bytes: None,
        sha256: None,
    })
}

/// The marker of a file: its whole name and an ending, or its stem and an ending.
fn marker_of(name: &str, markers: &BTreeMap<String, PathBuf>) -> Option<Marker> {
    let name = name.to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    let path = MARKERS.iter().find_map(|ending| {
        let of = |name: &str| markers.get(&format!("{name}{ending}"));
        of(&name).or_else(|| of(stem))
    })?;
    let stamp = Stamp::at(path)?;
    let mut text = String::new();
    // A marker that is no text still marks; a pipe or a link is none, and reading one would wait for ever.
    if fs::symlink_metadata(path).ok()?.is_file() {
        let _ = File::open(path).ok()?.take(LONGEST_MARKER).read_to_string(&mut text);
    } else {
        return None;
    }
    let words = || text.split(|c: char| !c.is_ascii_alphanumeric());
    let digest = words().find(|word| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()));
    Some(Marker {
        stamp,
        bytes: words().find_map(|word| word.parse().ok().filter(|_| word.len() < 16)),
        sha256: digest.map(str::to_ascii_lowercase),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Evidence as _, OnDisk, scan};
    use crate::records::{Covers, Feed};
    use crate::school::Table;

    fn feeds() -> Vec<Feed> {
        vec![Feed {
            tables: vec![Table::Attendance],
            files: vec!["attendance*.csv".to_owned()],
            adapter: "canonical".to_owned(),
            covers: Covers::Year,
            delimiter: None,
            encoding: None,
            set: None,
        }]
    }

    #[test]
    fn uploads_under_way_are_seen_and_strangers_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "attendance.csv.filepart",
            ".attendance.csv.Xy12ab",
            "lunch.csv.filepart",
            "~$attendance.csv",
            ".notes",
        ] {
            fs::write(folder.path().join(name), "id\n").expect("a file");
        }
        let seen = scan(folder.path(), &feeds()).expect("a look").sightings;
        let names: Vec<&str> = seen.iter().map(|sighting| sighting.export.name.as_str()).collect();
        assert_eq!(names, [".attendance.csv.Xy12ab", "attendance.csv.filepart"]);
        assert!(seen.iter().all(|sighting| sighting.partial));
    }

    #[test]
    fn a_marker_is_found_by_the_whole_name_or_the_stem_and_says_size_and_digest() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
        put("attendance-1.csv", "abc");
        put(
            "attendance-1.CSV.done",
            "3 bytes, sha256 BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD\n",
        );
        put("attendance-2.csv", "abc");
        put("attendance-2.ready", "");
        put("attendance-3.csv", "abc");
        let seen = scan(folder.path(), &feeds()).expect("a look").sightings;
        assert_eq!(seen.len(), 3, "markers are no exports");
        let first = seen[0].marker.as_ref().expect("a marker");
        assert_eq!(first.bytes, Some(3));
        assert_eq!(first.sha256, OnDisk.sha256(&seen[0].export));
        let second = seen[1].marker.as_ref().expect("a marker");
        assert_eq!((second.bytes, second.sha256.as_ref()), (None, None));
        assert_eq!(seen[2].marker, None);
    }

    #[test]
    fn a_folder_that_is_not_there_is_a_problem() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = scan(&folder.path().join("gone"), &feeds()).expect_err("nothing there");
        assert_eq!(gone.code, "inbox-unreadable");
    }
}
