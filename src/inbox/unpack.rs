//! Files that came together: out of a zip, a folder, or lying loose. Only those that are wanted are read, into memory; nothing is
//! ever written where an entry says.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read, Seek, SeekFrom, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Export, is_partial, unreadable};
use crate::monitor::{Place, Problem, Weight};
use crate::records::Part;

/// All files of one bundle together. Chosen by us: the gradebook of a hundred thousand students stays below it.
pub const BUNDLE_BYTES: u64 = 2 << 30;
/// Entries of one zip. Chosen by us: no standard has more than a few dozen files.
pub const ZIP_ENTRIES: usize = 1_000;
/// How many times its packed size an entry may unpack to. Tables of text stay below 50; a bomb of zeros reaches 1,000.
pub const ZIP_RATIO: u64 = 200;
/// Below this an entry may be packed as tightly as it likes: it harms nobody.
const HARMLESS_BYTES: u64 = 8 << 20;
/// Endings of archives inside an archive.
const NESTED: [&str; 8] = [".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz"];

/// The wanted files of a zip, by name.
///
/// # Errors
///
/// A problem that names the entry for which the whole zip is refused.
pub fn unzip(export: &Export, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Part>, Problem> {
    let file = File::open(&export.path).map_err(|error| unreadable(&export.path, &error))?;
    parts_of(file, &export.name, wanted, Some(ZIP_RATIO))
}

/// The wanted files of a zip in any reader; without a `ratio`, one that we packed ourselves.
fn parts_of<R: Read + Seek>(
    from: R,
    name: &str,
    wanted: &dyn Fn(&str) -> bool,
    ratio: Option<u64>,
) -> Result<Vec<Part>, Problem> {
    let broken = |error: &dyn std::fmt::Display| {
        let message = format!("is no zip that can be read: {error}");
        refused(
            "zip-unreadable",
            name,
            message,
            "export it again; it may have been cut off",
        )
    };
    let mut zip = ZipArchive::new(from).map_err(|error| broken(&error))?;
    if zip.len() > ZIP_ENTRIES {
        let message = format!("holds {} entries; an export has a few dozen", zip.len());
        return Err(refused(
            "zip-too-large",
            name,
            message,
            "see what made it, and export the tables alone",
        ));
    }
    let twice = zip.has_duplicate_names();
    let overlaps = zip.has_overlapping_entries().map_err(|error| broken(&error))?;
    let mut found: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for at in 0..zip.len() {
        if let Some(own) = sound(&zip, at, name)?
            && let Some((_, other)) = found.insert(own.to_lowercase(), (at, own.clone()))
        {
            let message = format!("holds the name `{own}` twice (`{other}`): nobody can say which one counts");
            return Err(entry(
                "zip-entry-twice",
                name,
                &own,
                message,
                "export it again with one file of that name",
            ));
        }
    }
    if twice || overlaps {
        let start = zip.central_directory_start();
        let own = first_twice(&mut zip.into_inner(), start).unwrap_or_default();
        let message = format!("holds `{own}` twice, or entries that share their bytes");
        return Err(entry(
            "zip-entry-twice",
            name,
            &own,
            message,
            "export it again with one file of each name",
        ));
    }
    let mut left = BUNDLE_BYTES;
    let mut parts = Vec::new();
    for (at, own) in found.into_values().filter(|(_, own)| wanted(own)) {
        let mut packed = zip.by_index(at).map_err(|error| {
            entry(
                "zip-unreadable",
                name,
                &own,
                format!("cannot be unpacked: {error}"),
                "export it again",
            )
        })?;
        let tight = ratio.map_or(left, |ratio| {
            packed.compressed_size().saturating_mul(ratio).max(HARMLESS_BYTES)
        });
        let most = left.min(tight);
        let mut bytes = Vec::new();
        let read = packed.by_ref().take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| {
            entry(
                "zip-unreadable",
                name,
                &own,
                format!("cannot be unpacked: {error}"),
                "export it again",
            )
        })?;
        if bytes.len() as u64 > most {
            let message = "unpacks to more than any table would; it was not read on";
            return Err(entry(
                "zip-too-large",
                name,
                &own,
                message,
                "see what made it: such a file can fill a machine",
            ));
        }
        left -= bytes.len() as u64;
        parts.push(Part { name: own, bytes });
    }
    Ok(parts)
}

/// Whether an entry may be in an export at all; its name without a folder, `None` for one to pass over.
fn sound<R: Read + Seek>(zip: &ZipArchive<R>, at: usize, name: &str) -> Result<Option<String>, Problem> {
    let unreadable = |error| {
        let message = format!("has an entry that cannot be read: {error}");
        refused("zip-unreadable", name, message, "export it again")
    };
    let about = zip.by_index_data(at).map_err(unreadable)?;
    let full = about.name().map_err(unreadable)?.into_owned();
    let leads_out = full.contains('\\')
        || full.starts_with('/')
        || full.contains(':')
        || full.contains('\0')
        || full.split('/').any(|part| part == "..");
    if leads_out {
        let message = "is the name of a file outside the zip";
        return Err(entry(
            "zip-entry-path",
            name,
            &full,
            message,
            "export it again with plain file names",
        ));
    }
    if about.is_symlink() {
        let message = "is a link to another file";
        return Err(entry("zip-entry-link", name, &full, message, "export the file itself"));
    }
    if about.is_dir() {
        return Ok(None);
    }
    if about.encrypted() {
        let message = "is encrypted, and firstbell knows no password";
        let remedy = "export without a password; the way to the inbox protects the file";
        return Err(entry("zip-entry-encrypted", name, &full, message, remedy));
    }
    let own = full.rsplit('/').next().unwrap_or(&full).to_owned();
    // What macOS puts beside each file is no file of the export.
    if own.starts_with('.') || full.starts_with("__MACOSX/") || is_partial(&own) {
        return Ok(None);
    }
    if NESTED.iter().any(|ending| own.to_lowercase().ends_with(ending)) {
        let message = "is an archive inside the archive";
        return Err(entry(
            "zip-nested",
            name,
            &full,
            message,
            "put the tables into one zip, without another around them",
        ));
    }
    Ok(Some(own))
}

/// The first name that the directory of a zip holds twice: the reader itself keeps one of each.
fn first_twice<R: Read + Seek>(from: &mut R, start: u64) -> Option<String> {
    from.seek(SeekFrom::Start(start)).ok()?;
    let mut seen = std::collections::BTreeSet::new();
    loop {
        let mut head = [0_u8; 46];
        from.read_exact(&mut head).ok()?;
        if head[..4] != *b"PK\x01\x02" {
            return None;
        }
        let number = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let mut name = vec![0; usize::from(number(28))];
        from.read_exact(&mut name).ok()?;
        from.seek(SeekFrom::Current(i64::from(number(30)) + i64::from(number(32))))
            .ok()?;
        let name = String::from_utf8_lossy(&name).into_owned();
        if !seen.insert(name.clone()) {
            return Some(name);
        }
    }
}

/// The wanted files of a folder; folders in it are passed over.
///
/// # Errors
///
/// A problem where one of them is no plain file, cannot be read, or has a name that another has in other letters.
pub fn folder(export: &Export, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Part>, Problem> {
    let entries = fs::read_dir(&export.path).map_err(|error| unreadable(&export.path, &error))?;
    let mut paths = Vec::new();
    for found in entries.flatten() {
        let own = found.file_name().to_string_lossy().into_owned();
        if !wanted(&own) || is_partial(&own) {
            continue;
        }
        // The kind of the entry itself: a link is none.
        if !found.file_type().is_ok_and(|kind| kind.is_file()) {
            let message = "is a link or a device, not a file, and was not opened";
            let remedy = "let the export program write a plain file";
            return Err(entry("not-a-plain-file", &export.name, &own, message, remedy));
        }
        paths.push((own, found.path()));
    }
    together(
        &export.name,
        paths.iter().map(|(own, path)| (own.as_str(), path.as_path())),
    )
}

/// The files of a bundle that lies loose.
///
/// # Errors
///
/// A problem where one of them cannot be read, or has a name that another has in other letters.
pub fn loose(exports: &[Export]) -> Result<Vec<Part>, Problem> {
    together(
        "",
        exports
            .iter()
            .map(|export| (export.name.as_str(), export.path.as_path())),
    )
}

fn together<'p>(name: &str, files: impl Iterator<Item = (&'p str, &'p Path)>) -> Result<Vec<Part>, Problem> {
    let mut left = BUNDLE_BYTES;
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    for (own, path) in files {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(left + 1).read_to_end(&mut bytes));
        read.map_err(|error| unreadable(path, &error))?;
        if bytes.len() as u64 > left {
            let message = "together the files of this export are larger than any district's";
            return Err(entry("zip-too-large", name, own, message, "see what made them"));
        }
        left -= bytes.len() as u64;
        let part = Part {
            name: own.to_owned(),
            bytes,
        };
        if parts.insert(own.to_lowercase(), part).is_some() {
            let message = "lies there twice, in small and in capital letters: nobody can say which one counts";
            return Err(entry("zip-entry-twice", name, own, message, "take one of them away"));
        }
    }
    Ok(parts.into_values().collect())
}

/// Packs what is kept of a bundle: a zip that any tool can open.
///
/// # Errors
///
/// A problem where it cannot be packed.
pub fn pack(parts: &[Part]) -> Result<Vec<u8>, Problem> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut write = || {
        for part in parts {
            zip.start_file(part.name.as_str(), options)?;
            zip.write_all(&part.bytes)?;
        }
        Ok::<(), zip::result::ZipError>(())
    };
    let packed = write().and_then(|()| zip.finish());
    packed.map(Cursor::into_inner).map_err(|error| {
        let message = format!("what is kept of the last export could not be packed: {error}");
        refused("zip-unreadable", "firstbell.db", message, "run the round again")
    })
}

/// Unpacks what [`pack`] packed.
///
/// # Errors
///
/// A problem where it is no such thing.
pub fn unpack(bytes: &[u8]) -> Result<Vec<Part>, Problem> {
    parts_of(Cursor::new(bytes), "firstbell.db", &|_| true, None)
}

fn refused(code: &str, name: &str, message: impl Into<String>, remedy: &str) -> Problem {
    Problem::new(code, Weight::Waits, Place::file(name), message, remedy)
}

/// A problem of one entry, which stands behind the name of what holds it.
fn entry(code: &str, name: &str, own: &str, message: impl Into<String>, remedy: &str) -> Problem {
    // An entry's name is anybody's text: what could move the cursor or fill the screen is left out.
    let own: String = own.chars().filter(|c| !c.is_control()).take(80).collect();
    let place = if name.is_empty() { own } else { format!("{name}/{own}") };
    refused(code, &place, message, remedy)
}
