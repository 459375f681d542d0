//! What is kept of exports of several files, so that changes alone can be laid over them.

use super::{Store, Tx};
use crate::monitor::Problem;

/// The last whole state of one bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The feed it came through, by its own name.
    pub feed: String,
    /// When the export was last written, seconds since 1970.
    pub written: i64,
    /// Its files, packed.
    pub content: Vec<u8>,
}

impl Store {
    /// What is kept of a feed's bundle.
    pub fn kept_bundle(&self, feed: &str) -> Result<Option<Kept>, Problem> {
        self.one(
            "SELECT feed, written, content FROM bundle WHERE feed = ?1",
            [feed],
            |row| {
                Ok(Kept {
                    feed: row.get(0)?,
                    written: row.get(1)?,
                    content: row.get(2)?,
                })
            },
        )
    }
}

impl Tx<'_> {
    /// Keeps a bundle in place of the one before.
    pub fn keep_bundle(&self, kept: &Kept) -> Result<(), Problem> {
        let row = (&kept.feed, kept.written, &kept.content);
        self.run("INSERT OR REPLACE INTO bundle VALUES (?1, ?2, ?3)", row)?;
        Ok(())
    }
}
