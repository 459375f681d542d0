//! A plugin's folder as a whole: its digest, by which a program is enabled.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A folder of a plugin holds programs and samples, not data. Chosen by us.
const MOST_BYTES: u64 = 64 << 20;
/// Files in it.
const MOST_FILES: usize = 2_000;

/// The digest of everything in a folder: names and contents, hidden files included; 64 hex digits. The same folder has the same digest
/// wherever it lies.
///
/// # Errors
/// In words: a link, which could lead anywhere, too much, or what cannot be read.
pub fn digest(folder: &Path) -> Result<String, String> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
    files.sort();
    let mut hasher = blake3::Hasher::new();
    let mut total = 0;
    for path in &files {
        let name = path
            .strip_prefix(folder)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        let cannot = |error: io::Error| format!("`{name}` cannot be read: {error}");
        let size = fs::metadata(path).map_err(cannot)?.len();
        total += size;
        if total > MOST_BYTES {
            return Err(format!("the folder holds more than {} MB", MOST_BYTES >> 20));
        }
        // Lengths keep two files from being taken for one with another name.
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
        let bytes = fs::read(path).map_err(cannot)?;
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let cannot = |error: io::Error| format!("the folder cannot be read: {error}");
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let kind = entry.file_type().map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() {
            walk(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        } else {
            return Err(format!("`{name}` is a link or a device: put the file itself there"));
        }
        if files.len() > MOST_FILES {
            return Err(format!("the folder holds more than {MOST_FILES} files"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_digest_knows_names_and_contents_and_nothing_else() {
        let folder = |name: &str, text: &str| {
            let made = tempfile::tempdir().expect("a folder");
            std::fs::create_dir(made.path().join("tests")).expect("a folder");
            std::fs::write(made.path().join("tests").join(name), text).expect("a file");
            digest(made.path()).expect("a digest")
        };
        assert_eq!(folder("a", "b"), folder("a", "b"));
        assert_ne!(folder("a", "b"), folder("b", "a"));
        assert_ne!(folder("a", "b"), folder("a", "c"));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused() {
        let made = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/etc/hostname", made.path().join("run")).expect("a link");
        assert!(digest(made.path()).expect_err("refused").contains("`run` is a link"));
    }
}
