//! What the daemon remembers between its lives, in `var/bell.json`: when it rang, and which files it has handed to a round. Losing it
//! costs a round that finds nothing new.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;

use serde::{Deserialize, Serialize};

use crate::home::{Home, Stamp};
use crate::monitor::{Place, Problem, Weight};

/// The daemon's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// When the first daemon of this home began, in seconds since 1970: no earlier hour was ever promised.
    #[serde(default)]
    pub began: Option<i64>,
    /// When it rang last, in seconds since 1970.
    pub rung: Option<i64>,
    /// Why.
    #[serde(default)]
    pub why: String,
    /// When it will ring next by the hour, in seconds since 1970.
    pub next: Option<i64>,
    /// Files in the inbox that a round was handed, by name.
    #[serde(default)]
    pub taken: BTreeMap<String, Stamp>,
}

impl Record {
    /// What an earlier life left; nothing where there was none or where it cannot be read.
    pub fn read(home: &Home) -> Record {
        let text = fs::read_to_string(home.var().join(FILE)).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Keeps it, whole or not at all.
    ///
    /// # Errors
    ///
    /// A problem where it cannot be written.
    pub fn keep(&self, home: &Home) -> Result<(), Problem> {
        let path = home.var().join(FILE);
        let beside = path.with_extension("json.new");
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let written = options.open(&beside).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        });
        written.map_err(|error| {
            Problem::new(
                "bell-unwritten",
                Weight::Note,
                Place::file(format!("var/{FILE}")),
                format!("the daemon cannot note when it rang: {error}"),
                "see that the disk has room and that firstbell's account may write to `var`",
            )
        })
    }
}

const FILE: &str = "bell.json";

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::home::{Home, Stamp};

    #[test]
    fn what_was_kept_is_read_again_and_nonsense_is_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path().join("home"), "", []).expect("a home");
        assert_eq!(Record::read(&home), Record::default());
        let record = Record {
            began: Some(1_794_000_000),
            rung: Some(1_795_000_000),
            why: "the hour".to_owned(),
            next: None,
            taken: [(
                "a.csv".to_owned(),
                Stamp {
                    size: 3,
                    ..Stamp::default()
                },
            )]
            .into(),
        };
        record.keep(&home).expect("room");
        assert_eq!(Record::read(&home), record);
        std::fs::write(home.var().join("bell.json"), "{\"rung\": ").expect("ours");
        assert_eq!(Record::read(&home), Record::default());
    }
}
