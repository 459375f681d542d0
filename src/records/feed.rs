//! One `[[feed]]`: which files, through which adapter, and what they are the whole truth of.

use serde::{Deserialize, Serialize};

use crate::school::Table;

/// What an export is the whole truth of, and so what it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Covers {
    /// The school year so far, for the schools in it.
    Year,
    /// The terms it names, for the schools in it.
    Term,
    /// The whole weeks, Monday to Sunday, from its first to its last date, for the schools in it.
    Window,
    /// Nothing: it adds, and corrects by key.
    Rows,
    /// The state today: who is no longer listed has left.
    Now,
}

/// One `[[feed]]`, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// The tables that a file of this feed fills; the first is its main one.
    pub tables: Vec<Table>,
    /// Globs over file names in the inbox.
    pub files: Vec<String>,
    /// The adapter's id.
    pub adapter: String,
    /// What a file is the whole truth of.
    pub covers: Covers,
    /// The delimiter, where the feed sets it; else told apart by the file itself.
    pub delimiter: Option<u8>,
    /// The encoding's WHATWG label, where the feed sets it; else told apart by the file itself.
    pub encoding: Option<String>,
    /// The set of feeds whose files belong together and are read together; none: read as they come.
    pub set: Option<String>,
}
