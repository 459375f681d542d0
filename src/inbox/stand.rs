//! How a file stands: what must not change while it is read, or nothing read from it is believed.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::home::Stamp;

/// Which file it is, how long, and when last written; a rename changes none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand(Stamp);

impl Stand {
    /// How the file at a path stands; `None` where there is none or it is no plain file. Links are not followed.
    pub fn of(path: &Path) -> Option<Stand> {
        let about = fs::symlink_metadata(path).ok()?;
        let stamp = Stamp {
            changed: 0,
            ..Stamp::of(&about)
        };
        about.is_file().then_some(Stand(stamp))
    }

    /// When it was last written; `None` before 1970.
    pub fn written(&self) -> Option<SystemTime> {
        let since = u64::try_from(self.0.written).ok()?;
        Some(UNIX_EPOCH + Duration::from_nanos(since))
    }
}
