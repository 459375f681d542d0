//! The keys under which a program knows students: the same every night, and of no use to anybody else.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::Path;

use crate::plugins::source::private_folder;

/// Digits of a key: enough that no two students of a district share one.
const KEY_DIGITS: usize = 24;

/// What keys of one plugin are made with.
pub(super) struct Salt([u8; 32]);

impl Salt {
    /// The salt of a plugin, made when it is first needed. It lies beside the program's own folder and not in it.
    pub(super) fn of(work: &Path, id: &str) -> io::Result<Salt> {
        private_folder(work)?;
        let path = work.join(format!("{id}.salt"));
        match std::fs::read(&path) {
            Ok(bytes) => {
                if let Ok(salt) = <[u8; 32]>::try_from(bytes.as_slice()) {
                    return Ok(Salt(salt));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        let salt = random();
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        options.open(&path)?.write_all(&salt)?;
        Ok(Salt(salt))
    }

    /// A student's key.
    pub(super) fn key(&self, student_id: &str) -> String {
        let digest = blake3::keyed_hash(&self.0, student_id.as_bytes()).to_hex();
        digest.chars().take(KEY_DIGITS).collect()
    }
}

/// Bytes that nobody can guess. The standard library seeds its hashers from the system's own source, once for each thread: so each
/// part is made on a thread of its own.
fn random() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for _ in 0..4 {
        let seeded = std::thread::spawn(|| RandomState::new().build_hasher().finish());
        let mine = RandomState::new().build_hasher().finish();
        hasher.update(&mine.to_le_bytes());
        hasher.update(&seeded.join().unwrap_or(mine).to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::Salt;

    #[test]
    fn a_key_is_the_same_every_night_and_another_in_every_home() {
        let (one, two) = (
            tempfile::tempdir().expect("a folder"),
            tempfile::tempdir().expect("a folder"),
        );
        let key = |folder: &tempfile::TempDir, id: &str| Salt::of(folder.path(), id).expect("a salt").key("7001");
        assert_eq!(key(&one, "p"), key(&one, "p"));
        assert_ne!(key(&one, "p"), key(&two, "p"));
        assert_ne!(
            key(&one, "p"),
            key(&one, "q"),
            "nor can two programs compare what they know"
        );
        assert_eq!(key(&one, "p").len(), 24);
        assert!(!key(&one, "p").contains("7001"));
    }
}
