//! The drop folder: which exports lie there, for which feed. Looks; decides nothing about what is in them.
//!
//! In: a folder and the feeds. Out: [`Export`]s in the order in which they are to be read, and what was passed over. Never: a
//! changed or moved file, a followed link, a file that is still being uploaded.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use wildmatch::WildMatch;

use crate::monitor::{Place, Problem, Weight};
use crate::records::Feed;

/// Endings of names under which upload programs write before they rename.
const PARTIAL: [&str; 5] = [".filepart", ".tmp", ".part", ".partial", ".crdownload"];

/// One export in the drop folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The feed's place in the configuration.
    pub feed: usize,
    /// Where it lies.
    pub path: PathBuf,
    /// Its name, as the operator knows it.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written: seconds since 1970-01-01 UTC.
    pub written: i64,
}

/// Lists the exports that feeds are waiting for, by feed and name. A name that two feeds claim goes to the first.
///
/// # Errors
///
/// A problem where the folder cannot be listed.
pub fn find(folder: &Path, feeds: &[Feed]) -> Result<(Vec<Export>, Vec<Problem>), Problem> {
    let globs: Vec<Vec<WildMatch>> = feeds
        .iter()
        .map(|feed| {
            feed.files
                .iter()
                .map(|glob| WildMatch::new_case_insensitive(glob))
                .collect()
        })
        .collect();
    let mut exports = Vec::new();
    let mut problems = Vec::new();
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_partial(&name) {
            continue;
        }
        let Some(feed) = globs
            .iter()
            .position(|globs| globs.iter().any(|glob| glob.matches(&name)))
        else {
            continue;
        };
        match entry.metadata() {
            // `DirEntry::metadata` does not follow links: a link is no file here.
            Ok(about) if about.is_file() => exports.push(Export {
                feed,
                path: entry.path(),
                name,
                size: about.len(),
                written: about
                    .modified()
                    .ok()
                    .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
                    .map_or(0, |age| age.as_secs() as i64),
            }),
            Ok(about) if about.is_dir() => {}
            Ok(_) => problems.push(Problem::new(
                "not-a-plain-file",
                Weight::Waits,
                Place::file(&name),
                "is a link or a device, not a file, and was not opened",
                "let the export program write a plain file into the inbox",
            )),
            Err(error) => problems.push(unreadable(&entry.path(), &error)),
        }
    }
    exports.sort_by(|a, b| (a.feed, &a.name).cmp(&(b.feed, &b.name)));
    problems.sort_by(|a, b| a.place.cmp(&b.place));
    Ok((exports, problems))
}

/// Opens an export for reading.
///
/// # Errors
///
/// A problem that says why it cannot be opened.
pub fn open(export: &Export) -> Result<File, Problem> {
    File::open(&export.path).map_err(|error| unreadable(&export.path, &error))
}

fn is_partial(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with('.') || lower.starts_with("~$") || PARTIAL.iter().any(|ending| lower.ends_with(ending))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "inbox-unreadable",
        Weight::Waits,
        Place::file(path.display().to_string()),
        format!("cannot be read: {error}"),
        "see that it is there and that the account firstbell runs under may read it",
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::find;
    use crate::records::{Covers, Feed};
    use crate::school::Table;

    fn feed(table: Table, glob: &str) -> Feed {
        Feed {
            tables: vec![table],
            files: vec![glob.to_owned()],
            adapter: "canonical".to_owned(),
            covers: Covers::Year,
            delimiter: None,
            encoding: None,
        }
    }

    #[test]
    fn only_whole_plain_files_that_a_feed_waits_for_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "attendance-2.csv",
            "Attendance-1.CSV",
            "attendance.csv.filepart",
            ".attendance.csv",
            "~$attendance.csv",
            "lunch.csv",
        ] {
            fs::write(folder.path().join(name), "x").expect("a file");
        }
        fs::create_dir(folder.path().join("attendance-old.csv")).expect("a folder");
        let (found, problems) = find(folder.path(), &[feed(Table::Attendance, "attendance*.csv")]).expect("a listing");
        let names: Vec<&str> = found.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(names, ["Attendance-1.CSV", "attendance-2.csv"]);
        assert_eq!(problems, []);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_said_and_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("attendance.csv")).expect("a link");
        let (found, problems) = find(folder.path(), &[feed(Table::Attendance, "attendance*.csv")]).expect("a listing");
        assert_eq!(found, []);
        assert_eq!(problems[0].code, "not-a-plain-file");
    }
}
