//! What tells one version of a file from another without reading it.

use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// One version of a file. A modification time alone is not enough: uploads keep old ones, and whole files are renamed into place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stamp {
    /// The file system that it lies on; 0 where the system does not tell.
    pub device: u64,
    /// The file's number there; 0 where the system does not tell.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// When its bytes were last written, in nanoseconds since 1970; a program that copies may set it back.
    pub written: i64,
    /// When anything about it last changed, in nanoseconds since 1970: nobody can set it back. Where the system does not tell, when
    /// the file was made.
    pub changed: i64,
}

impl Stamp {
    /// The stamp of what a listing or an open file tells.
    pub fn of(about: &Metadata) -> Stamp {
        let (device, inode, changed) = identity(about);
        Stamp {
            device,
            inode,
            size: about.len(),
            written: nanoseconds(about.modified()),
            changed,
        }
    }

    /// The stamp of a file that lies there; links are not followed.
    pub fn at(path: &Path) -> Option<Stamp> {
        std::fs::symlink_metadata(path).ok().map(|about| Stamp::of(&about))
    }

    /// Whether the bytes can be the same: a rename or another account's rights change a stamp and no byte.
    pub fn same_bytes(&self, other: &Stamp) -> bool {
        (self.size, self.written) == (other.size, other.written)
    }

    /// The latest moment that it bears witness of, in nanoseconds since 1970.
    pub fn latest(&self) -> i64 {
        self.written.max(self.changed)
    }
}

fn nanoseconds(time: std::io::Result<std::time::SystemTime>) -> i64 {
    time.map_or(0, |time| match time.duration_since(UNIX_EPOCH) {
        Ok(age) => i64::try_from(age.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
    })
}

#[cfg(unix)]
fn identity(about: &Metadata) -> (u64, u64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    let changed = about
        .ctime()
        .saturating_mul(1_000_000_000)
        .saturating_add(about.ctime_nsec());
    (about.dev(), about.ino(), changed)
}

#[cfg(not(unix))]
fn identity(about: &Metadata) -> (u64, u64, i64) {
    (0, 0, nanoseconds(about.created()))
}
