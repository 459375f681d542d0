//! What a zip holds, and reading one entry of it from its place: nothing is ever written where an entry says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use super::unpack::sound_entries;
use super::{BUNDLE_BYTES, ZIP_RATIO, refused_entry, unreadable};
use crate::monitor::Problem;

/// Below this an entry may be packed as tightly as it likes: it harms nobody.
const HARMLESS_BYTES: u64 = 8 << 20;

/// One file of a zip.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The zip.
    pub(super) zip: PathBuf,
    /// The file's own name, without folders.
    pub(super) own: String,
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    is_stored: bool,
}

/// The wanted entries of a zip, each sound by what the zip's directory says of it.
pub(super) fn entries(path: &Path, name: &str, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<Entry>, Problem> {
    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let (mut zip, found) = sound_entries(file, name)?;
    let found: BTreeMap<usize, String> = found.into_iter().filter(|(_, own)| wanted(own)).collect();
    found
        .into_iter()
        .map(|(at, own)| entry(&mut zip, at, own, path, name))
        .collect()
}

fn entry(zip: &mut ZipArchive<File>, at: usize, own: String, path: &Path, name: &str) -> Result<Entry, Problem> {
    let refuse = |own: &str, why: String| {
        let message = format!("cannot be unpacked: {why}");
        refused_entry("zip-unreadable", name, own, message, "export it again")
    };
    let packed = zip.by_index(at).map_err(|error| refuse(&own, error.to_string()))?;
    let is_stored = match packed.compression() {
        CompressionMethod::Stored => true,
        CompressionMethod::Deflated => false,
        other => return Err(refuse(&own, format!("it is packed as {other}, which is not read"))),
    };
    let Some(start) = packed.data_start() else {
        return Err(refuse(&own, "the zip does not say where it begins".to_owned()));
    };
    let (size, length, crc) = (packed.size(), packed.compressed_size(), packed.crc32());
    Ok(Entry {
        zip: path.to_owned(),
        own,
        start,
        packed: length,
        size,
        crc,
        is_stored,
    })
}

impl Entry {
    /// Opens it at its first byte.
    pub(super) fn open(&self) -> io::Result<Unpacking> {
        let mut unpacking = Unpacking {
            entry: self.clone(),
            from: Stream::None,
            most: self
                .packed
                .saturating_mul(ZIP_RATIO)
                .clamp(HARMLESS_BYTES, BUNDLE_BYTES),
            crc: Crc::new(),
            given: 0,
        };
        unpacking.begin()?;
        Ok(unpacking)
    }
}

enum Stream {
    None,
    Stored(Take<File>),
    Deflated(DeflateDecoder<Take<File>>),
}

/// An entry being unpacked. It can be begun anew and not otherwise be sought in.
pub(super) struct Unpacking {
    entry: Entry,
    from: Stream,
    /// More than this is no table.
    most: u64,
    crc: Crc,
    given: u64,
}

impl Unpacking {
    fn begin(&mut self) -> io::Result<()> {
        let mut file = File::open(&self.entry.zip)?;
        file.seek(SeekFrom::Start(self.entry.start))?;
        let bytes = file.take(self.entry.packed);
        self.from = match self.entry.is_stored {
            true => Stream::Stored(bytes),
            false => Stream::Deflated(DeflateDecoder::new(bytes)),
        };
        self.crc = Crc::new();
        self.given = 0;
        Ok(())
    }
}

impl Read for Unpacking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match &mut self.from {
            Stream::None => 0,
            Stream::Stored(from) => from.read(buffer)?,
            Stream::Deflated(from) => from.read(buffer)?,
        };
        if length == 0 && !buffer.is_empty() && (self.given, self.crc.sum()) != (self.entry.size, self.entry.crc) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is not what the zip says of it",
            ));
        }
        self.given += length as u64;
        if self.given > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.crc.update(&buffer[..length]);
        Ok(length)
    }
}

impl Seek for Unpacking {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match to {
            SeekFrom::Start(0) => self.begin().map(|()| 0),
            // How long it is: what is read next is asked for from the start.
            SeekFrom::End(0) => Ok(self.entry.size),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}
