//! Zips: which entries an export may hold, and what we pack ourselves. Nothing is ever written where an entry says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::is_partial;
use crate::monitor::{Place, Problem, Weight};
use crate::records::{Bytes, Part, Parts};

/// All files of one bundle together. Chosen by us: the gradebook of a hundred thousand students stays below it.
pub const BUNDLE_BYTES: u64 = 2 << 30;
/// Entries of one zip. Chosen by us: no standard has more than a few dozen files.
pub const ZIP_ENTRIES: usize = 1_000;
/// How many times its packed size an entry may unpack to. Tables of text stay below 50; a bomb of zeros reaches 1,000.
pub const ZIP_RATIO: u64 = 200;
/// Endings of archives inside an archive.
const NESTED: [&str; 8] = [".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz"];

/// A zip, and its files by their place in it, without folders and what programs leave beside files.
///
/// # Errors
///
/// A problem that names the entry for which the whole zip is refused.
pub(super) fn sound_entries<R: Read + Seek>(
    from: R,
    name: &str,
) -> Result<(ZipArchive<R>, BTreeMap<usize, String>), Problem> {
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
            return Err(refused_entry(
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
        return Err(refused_entry(
            "zip-entry-twice",
            name,
            &own,
            message,
            "export it again with one file of each name",
        ));
    }
    Ok((zip, found.into_values().collect()))
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
        return Err(refused_entry(
            "zip-entry-path",
            name,
            &full,
            message,
            "export it again with plain file names",
        ));
    }
    if about.is_symlink() {
        let message = "is a link to another file";
        return Err(refused_entry(
            "zip-entry-link",
            name,
            &full,
            message,
            "export the file itself",
        ));
    }
    if about.is_dir() {
        return Ok(None);
    }
    if about.encrypted() {
        let message = "is encrypted, and firstbell knows no password";
        let remedy = "export without a password; the way to the inbox protects the file";
        return Err(refused_entry("zip-entry-encrypted", name, &full, message, remedy));
    }
    let own = full.rsplit('/').next().unwrap_or(&full).to_owned();
    // What macOS puts beside each file is no file of the export.
    if own.starts_with('.') || full.starts_with("__MACOSX/") || is_partial(&own) {
        return Ok(None);
    }
    if NESTED.iter().any(|ending| own.to_lowercase().ends_with(ending)) {
        let message = "is an archive inside the archive";
        return Err(refused_entry(
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

/// Packs files into a zip that is written from its start, opened one after the other.
///
/// # Errors
///
/// What the system says.
pub fn pack_into(parts: &mut dyn Parts, into: &mut File) -> io::Result<()> {
    let mut zip = ZipWriter::new(into);
    for name in parts.names() {
        zip.start_file(name.as_str(), large(CompressionMethod::Deflated))?;
        io::copy(&mut *parts.open(&name)?, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}

/// How a file of any length is packed.
pub(super) fn large(method: CompressionMethod) -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(method).large_file(true)
}

/// What [`pack`] packed: its files are unpacked one at a time.
pub struct Kept {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    found: BTreeMap<usize, String>,
}

/// Opens what [`pack`] packed; nothing at all is a bundle without files.
///
/// # Errors
///
/// A problem where it is no such thing.
pub fn unpack(bytes: Vec<u8>) -> Result<Option<Kept>, Problem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let (zip, found) = sound_entries(Cursor::new(bytes), "firstbell.db")?;
    Ok(Some(Kept { zip, found }))
}

impl Parts for Kept {
    fn names(&self) -> Vec<String> {
        self.found.values().cloned().collect()
    }

    fn open(&mut self, name: &str) -> io::Result<Box<dyn Bytes + '_>> {
        let found = self.found.iter().find(|(_, own)| *own == name);
        let (at, _) = found.ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = Vec::new();
        self.zip.by_index(*at)?.read_to_end(&mut bytes)?;
        Ok(Box::new(Cursor::new(bytes)))
    }
}

fn refused(code: &str, name: &str, message: impl Into<String>, remedy: &str) -> Problem {
    Problem::new(code, Weight::Waits, Place::file(name), message, remedy)
}

/// A problem of one entry, which stands behind the name of what holds it.
pub(super) fn refused_entry(code: &str, name: &str, own: &str, message: impl Into<String>, remedy: &str) -> Problem {
    // An entry's name is anybody's text: what could move the cursor or fill the screen is left out.
    let own: String = own.chars().filter(|c| !c.is_control()).take(80).collect();
    let place = if name.is_empty() { own } else { format!("{name}/{own}") };
    refused(code, &place, message, remedy)
}
