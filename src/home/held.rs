//! `var/held/`: the bytes of files that wait for a person, so that the next export over the same name does not lose them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::make::owner_only;
use super::{Home, unusable};
use crate::monitor::{Problem, Weight};

/// Digits of a digest that stand before the name: enough to tell any two files of a district apart.
const DIGEST_DIGITS: usize = 16;
/// The longest part of a name that is kept, in characters: file systems end at 255 bytes.
const NAME_CHARS: usize = 100;

impl Home {
    /// Where the bytes of a held file lie, whether they are there or not.
    pub fn held_path(&self, digest: &str, name: &str) -> PathBuf {
        self.held().join(held_name(digest, name))
    }

    /// Keeps the bytes of a held file, whole or not at all, readable by their owner alone.
    ///
    /// # Errors
    ///
    /// A problem that says why they cannot be kept; the file is held all the same, as long as it stays in the inbox.
    pub fn keep_held(&self, digest: &str, name: &str, bytes: &mut dyn Read) -> Result<(), Problem> {
        self.keep_held_as(digest, name, &mut |file| io::copy(bytes, file).map(|_| ()))
    }

    /// The same, written by somebody else: files that came together are packed.
    ///
    /// # Errors
    ///
    /// As [`Home::keep_held`].
    pub fn keep_held_as(
        &self,
        digest: &str,
        name: &str,
        write: &mut dyn FnMut(&mut fs::File) -> io::Result<()>,
    ) -> Result<(), Problem> {
        let path = self.held_path(digest, name);
        if path.exists() {
            return Ok(());
        }
        let kept = self.write_held(&path, write);
        kept.map_err(|error| Problem {
            code: "held-not-kept".to_owned(),
            weight: Weight::Note,
            ..unusable(&self.shown(&path), "written", &error)
        })
    }

    fn write_held(&self, path: &Path, write: &mut dyn FnMut(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
        fs::create_dir_all(self.held())?;
        let beside = path.with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        owner_only(&mut options);
        let mut file = options.open(&beside)?;
        let copied = write(&mut file).and_then(|()| file.sync_all());
        if let Err(error) = copied {
            // What is half written would only take room on a disk that has none.
            let _ = fs::remove_file(&beside);
            return Err(error);
        }
        fs::rename(&beside, path)
    }

    /// Removes bytes of held files that nobody waits for any more; `keep` names those to stay as (digest, name).
    pub fn sweep_held(&self, keep: &BTreeSet<(String, String)>) {
        let names: BTreeSet<String> = keep.iter().map(|(digest, name)| held_name(digest, name)).collect();
        let Ok(entries) = fs::read_dir(self.held()) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_ours(&name) && !names.contains(&name) {
                // One that cannot be removed now is removed by a later round.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// `0123456789abcdef-grades.csv`: the name may come from anywhere, so that it is no path any more.
fn held_name(digest: &str, name: &str) -> String {
    let digits: String = digest.chars().take(DIGEST_DIGITS).collect();
    let plain = |c: char| {
        if c.is_alphanumeric() || ".-_ ".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = name.chars().map(plain).take(NAME_CHARS).collect();
    format!("{digits}-{name}")
}

/// Whether a name is one that [`held_name`] makes: anything else in the folder is not ours to remove.
fn is_ours(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_hexdigit).count();
    digits == DIGEST_DIGITS && name.as_bytes().get(digits) == Some(&b'-')
}
