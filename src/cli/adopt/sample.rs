//! The file that is to be adopted: opened once, and only some of it read, however long it is.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::adopt::{Sample, mistaken};
use crate::monitor::{Place, Problem, Weight};

/// Bytes of the head: some thousand rows.
const HEAD_BYTES: u64 = 512 << 10;
/// Bytes of each piece of the middle, and how many there are: a file may change its ways with the school.
const PIECE_BYTES: u64 = 64 << 10;
const PIECES: u64 = 4;

/// Reads some of a file, or says what it is instead of a table.
pub(super) fn read(path: &Path) -> Result<Sample, Problem> {
    let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if about.is_dir() {
        let message = "is a folder";
        let remedy = "name one file in it: each export is adopted by itself";
        return Err(stop("adopt-no-file", path, message, remedy));
    }
    if !about.is_file() {
        let message = "is a device or a pipe, not a file";
        return Err(stop("adopt-no-file", path, message, "save the export as a file first"));
    }
    let sample = pieces(path, about.len()).map_err(|error| unreadable(path, &error))?;
    let head = sample.pieces.first().map_or(&[][..], Vec::as_slice);
    if head.trim_ascii().is_empty() {
        return Err(empty(path));
    }
    match mistaken(head) {
        Some(instead) => Err(stop(
            "adopt-no-table",
            path,
            &format!("is {}, not a table of text", instead.what),
            instead.remedy,
        )),
        None => Ok(sample),
    }
}

fn pieces(path: &Path, length: u64) -> io::Result<Sample> {
    let mut file = File::open(path)?;
    let mut take = |from: u64, bytes: u64| -> io::Result<Vec<u8>> {
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        Read::by_ref(&mut file).take(bytes).read_to_end(&mut piece)?;
        Ok(piece)
    };
    let mut pieces = vec![take(0, HEAD_BYTES)?];
    if length > HEAD_BYTES + PIECES * PIECE_BYTES {
        for number in 1..=PIECES {
            // Even places, so that text of two bytes a letter is cut between letters.
            let from = HEAD_BYTES + (length - HEAD_BYTES - PIECE_BYTES) * number / PIECES;
            pieces.push(take(from / 2 * 2, PIECE_BYTES)?);
        }
    } else if length > HEAD_BYTES {
        pieces = vec![take(0, length)?];
    }
    let name = path
        .file_name()
        .map_or(String::new(), |name| name.to_string_lossy().into_owned());
    Ok(Sample { name, length, pieces })
}

/// A file with nothing in it.
pub(super) fn empty(path: &Path) -> Problem {
    let remedy = "export it again; look whether the filter of the report leaves any rows";
    stop("adopt-no-table", path, "is empty", remedy)
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let message = format!("cannot be read: {error}");
    let remedy = "see that it is there and that this account may read it";
    stop("adopt-no-file", path, &message, remedy)
}

fn stop(code: &str, path: &Path, message: &str, remedy: &str) -> Problem {
    Problem::new(
        code,
        Weight::Stop,
        Place::file(path.display().to_string()),
        message,
        remedy,
    )
}
