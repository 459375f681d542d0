//! The district's folder on disk: where everything lies, who may read it, and who is at work in it.
//!
//! In: a path. Out: paths and texts of what lies there, and a lock. Never: a file outside the home, unless the configuration
//! names one.

mod files;
mod held;
mod lock;
mod make;
mod network;
mod stamp;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use crate::monitor::{Place, Problem, Weight};

pub use files::{Texts, Words};
pub use lock::Guard;
pub use network::tells_of_changes;
pub use stamp::Stamp;

/// The configuration's name in a home.
pub const CONFIG: &str = "firstbell.toml";

/// A district home that is there.
#[derive(Clone, Debug)]
pub struct Home {
    root: PathBuf,
}

impl Home {
    /// Opens a home; refuses a folder that is none and says how to make one.
    pub fn open(root: impl AsRef<Path>) -> Result<Home, Problem> {
        let home = Home {
            root: root.as_ref().to_owned(),
        };
        let shown = home.root.display();
        let place = Place::file(shown.to_string());
        if !home.root.is_dir() {
            let message = format!("there is no folder `{shown}`");
            let remedy = format!("make a home with `firstbell init {shown}`, or name another with `--home`");
            return Err(Problem::new("home-missing", Weight::Stop, place, message, remedy));
        }
        if !home.config_path().is_file() {
            let message = format!("`{shown}` is not a firstbell home: it has no `{CONFIG}`");
            let remedy = format!("make a home with `firstbell init {shown}`, or name another with `--home`");
            return Err(Problem::new("home-empty", Weight::Stop, place, message, remedy));
        }
        Ok(home)
    }

    /// The home's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `firstbell.toml`.
    pub fn config_path(&self) -> PathBuf {
        self.root.join(CONFIG)
    }

    /// `rules/`.
    pub fn rules(&self) -> PathBuf {
        self.root.join("rules")
    }

    /// `plugins/`.
    pub fn plugins(&self) -> PathBuf {
        self.root.join("plugins")
    }

    /// `letters/`: wording that replaces the built-in templates.
    pub fn letters(&self) -> PathBuf {
        self.root.join("letters")
    }

    /// `var/`: what firstbell itself writes.
    pub fn var(&self) -> PathBuf {
        self.root.join("var")
    }

    /// `var/firstbell.db`.
    pub fn store(&self) -> PathBuf {
        self.var().join("firstbell.db")
    }

    /// `var/archive/`: exports that were read.
    pub fn archive(&self) -> PathBuf {
        self.var().join("archive")
    }

    /// `var/work/`: exports that a round has claimed and not put away.
    pub fn work(&self) -> PathBuf {
        self.var().join("work")
    }

    /// `var/held/`: exports that wait for a person.
    pub fn held(&self) -> PathBuf {
        self.var().join("held")
    }

    /// `var/ring`: whoever makes this file asks the daemon for a round.
    pub fn asked(&self) -> PathBuf {
        self.var().join("ring")
    }

    /// `var/letters/`: letters, where there is no mail server.
    pub fn outgoing(&self) -> PathBuf {
        self.var().join("letters")
    }

    /// The drop folder as `[inbox] path` writes it: relative to the home, or anywhere.
    pub fn inbox(&self, written: &str) -> PathBuf {
        self.root.join(written)
    }

    /// A path in the home as the operator knows it: relative, with forward slashes; any other path as it is.
    pub fn shown(&self, path: &Path) -> String {
        let inner = path.strip_prefix(&self.root).unwrap_or(path);
        inner.to_string_lossy().replace('\\', "/")
    }
}

/// The problem that a failed file operation is.
fn unusable(shown: &str, doing: &str, error: &std::io::Error) -> Problem {
    let remedy = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "give it to the account that runs firstbell",
        std::io::ErrorKind::NotFound => "see that it is there",
        std::io::ErrorKind::StorageFull => "make room on the disk",
        _ => "look at the disk and the folder",
    };
    let message = format!("`{shown}` cannot be {doing}: {error}");
    Problem::new("home-file", Weight::Stop, Place::file(shown), message, remedy)
}
