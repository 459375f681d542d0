//! Files that came together, kept as one zip of the columns that anything reads, and laid out again as they lay.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zip::{CompressionMethod, ZipWriter};

use super::super::claim::{owner_only, private_folder};
use super::super::together::digest_of;
use super::super::unpack::large;
use super::press::{Hashing, Pressed};
use super::{Bring, Entry, Shape};
use crate::home::Stamp;
use crate::inbox::{Export, Together};
use crate::records::{Keeping, Letters, Parts as _, keep_part};

/// Writes what is kept of an export to a new zip, one file after the other.
pub(super) fn press(bring: &Bring<'_>, together: &Together, into: &Path) -> io::Result<Pressed> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    owner_only(&mut options);
    let mut zip = ZipWriter::new(options.open(into)?);
    let mut together = together.clone();
    let (mut originals, mut kept) = (Vec::new(), Vec::new());
    for name in together.names() {
        let (original, digest) = press_one(bring, &mut together, &name, &mut zip)?;
        originals.push((name.clone(), original));
        kept.extend(digest.map(|digest| (name, digest)));
    }
    zip.finish()?;
    Ok(Pressed {
        original: digest_of(&originals),
        kept: digest_of(&kept),
    })
}

/// Writes one file; its digest and that of what is kept of it, `None` where nothing of it is read.
fn press_one(
    bring: &Bring<'_>,
    together: &mut Together,
    name: &str,
    zip: &mut ZipWriter<File>,
) -> io::Result<(String, Option<String>)> {
    for letters in [Letters::AsTold, Letters::Windows] {
        zip.start_file(name, large(CompressionMethod::Deflated))?;
        let mut out = Hashing::new(&mut *zip);
        let keeping = {
            let mut from = together.open(name)?;
            keep_part(name, &mut *from, bring.feed, bring.adapter, letters, &mut out)?
        };
        let (_, digest) = out.finish();
        match keeping {
            Keeping::Done(original) => return Ok((original, Some(digest))),
            Keeping::NotUtf8 => zip.abort_file()?,
            Keeping::NoHeader => {
                zip.abort_file()?;
                let mut hasher = blake3::Hasher::new();
                hasher.update_reader(together.open(name)?)?;
                return Ok((hasher.finalize().to_hex().to_string(), None));
            }
        }
    }
    // It could be read a moment ago.
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Lays a kept zip out as the export lay: as a zip, as a folder, or loose beside where its name would stand. The digest of what
/// was kept, and its bytes.
pub(super) fn unpack(
    kept: &Path,
    entry: &Entry,
    into: &Path,
    written: Option<SystemTime>,
) -> io::Result<(String, u64)> {
    let export = Export {
        feed: 0,
        path: kept.to_owned(),
        name: entry.kept.clone(),
        is_folder: false,
        size: 0,
        written: 0,
        stamp: Stamp::default(),
    };
    let said = |problem: crate::monitor::Problem| io::Error::other(problem.message);
    let mut together = Together::zip(&export, &|_| true).map_err(said)?;
    let (digest, bytes) = together.digest().map_err(said)?;
    if digest != entry.kept_digest {
        return Ok((digest, bytes));
    }
    let folder = match entry.shape {
        Shape::File | Shape::Zip => {
            lay(&mut File::open(kept)?, into, written)?;
            return Ok((digest, bytes));
        }
        Shape::Folder => {
            private_folder(into)?;
            into.to_owned()
        }
        Shape::Loose => into.parent().map_or_else(PathBuf::new, Path::to_owned),
    };
    for name in together.names() {
        lay(&mut *together.open(&name)?, &folder.join(&name), written)?;
    }
    Ok((digest, bytes))
}

fn lay(from: &mut dyn io::Read, to: &Path, written: Option<SystemTime>) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    owner_only(&mut options);
    let mut file = options.open(to)?;
    io::copy(from, &mut file)?;
    if let Some(written) = written {
        let _ = file.set_modified(written);
    }
    Ok(())
}

/// Removes what was laid out in vain.
pub(super) fn remove(path: &Path) {
    let _ = match fs::symlink_metadata(path).is_ok_and(|about| about.is_dir()) {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
}
