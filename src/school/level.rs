//! How serious, and in which part of a student's school life.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How serious a flag is, in ascending order. No flag is the absence of a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing; told in the weekly digest.
    Watch,
    /// Worth a conversation; told in the nightly letter.
    Concern,
    /// Worth one today; told first.
    Urgent,
}

impl Level {
    /// All levels, ascending.
    pub const ALL: [Level; 3] = [Level::Watch, Level::Concern, Level::Urgent];

    /// The level's word in files and letters.
    pub fn word(self) -> &'static str {
        match self {
            Level::Watch => "watch",
            Level::Concern => "concern",
            Level::Urgent => "urgent",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Level, String> {
        Level::ALL
            .into_iter()
            .find(|level| level.word() == text)
            .ok_or_else(|| format!("`{text}` is not a level: write `watch`, `concern` or `urgent`"))
    }
}

/// The part of school life that a rule speaks of: `attendance`, `course`, `behavior`, `combined`, `context`, or a plugin's own word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Area(pub String);

impl Area {
    /// The areas that firstbell itself knows.
    pub const BUILT_IN: [&'static str; 5] = ["attendance", "course", "behavior", "combined", "context"];

    /// The area's word.
    pub fn word(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
