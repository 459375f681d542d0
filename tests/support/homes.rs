//! Homes for tests that look at screens: the real program, run on a folder, and everything that it said.

#[path = "log.rs"]
pub(crate) mod log;

use std::path::{Path, PathBuf};
use std::process::Output;

/// What one run of the program said and did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The screen.
    pub(crate) out: String,
    /// The error stream.
    pub(crate) err: String,
    /// The exit code.
    pub(crate) code: i32,
}

/// Runs the program with a home.
pub(crate) fn firstbell(home: &Path, arguments: &[&str]) -> Said {
    let Output { status, stdout, stderr } = log::hear(Some(home), arguments);
    let home = home.to_str().expect("a path of text");
    // Where the home lies is no part of what is said.
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .expect("what is said is UTF-8")
            .replace(home, "HOME")
    };
    Said {
        out: text(stdout),
        err: text(stderr),
        code: status.code().expect("it ended by itself"),
    }
}

/// Makes a home with `init`, from an adapter's exports.
#[allow(dead_code)] // each test binary takes what it needs
pub(crate) fn init(folder: &Path, adapter: &str) -> PathBuf {
    let home = folder.join("home");
    let dir = home.to_str().expect("a path of text");
    let said = firstbell(&home, &["init", dir, "--from", adapter]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    home
}

/// Replaces a piece of a file that must be there.
#[allow(dead_code)] // each test binary takes what it needs
pub(crate) fn mend(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).expect("a file of text");
    assert!(text.contains(old), "`{old}` is not in {}", path.display());
    std::fs::write(path, text.replacen(old, new, 1)).expect("the file is ours");
}
