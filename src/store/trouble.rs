//! What SQLite says, in words that an operator can act on.

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::monitor::{Place, Problem, Weight};

/// Somebody else is in the file.
pub(super) const LOCKED: &str = "store-locked";

/// Bytes that SQLite or our own reader did not write.
const CORRUPT: &str = "store-corrupt";

const RESTORE: &str =
    "stop firstbell, keep a copy of the file, and bring back the last backup with `firstbell restore FILE`";

/// The problem that an error of SQLite is.
pub(super) fn problem(error: &Error, path: &Path) -> Problem {
    let stop = |code: &str, message: &str, remedy: &str| {
        Problem::new(
            code,
            Weight::Stop,
            Place::file(path.display().to_string()),
            message,
            remedy,
        )
    };
    let Some(code) = error.sqlite_error_code() else {
        let message = format!("the store holds what firstbell did not write: {error}");
        return stop(CORRUPT, &message, RESTORE);
    };
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => stop(
            LOCKED,
            "another process is writing to the store",
            "wait until it is done, or find it with `fuser` or `lsof` and end it",
        ),
        ErrorCode::NotADatabase => stop(
            "store-not-a-database",
            "this file is not a firstbell store",
            "move it away and bring back the last backup with `firstbell restore FILE`",
        ),
        ErrorCode::DatabaseCorrupt => stop(CORRUPT, "the store is damaged", RESTORE),
        ErrorCode::PermissionDenied | ErrorCode::ReadOnly => stop(
            "store-permission",
            "the store may not be written by this account",
            "run firstbell as the account that owns the home, or give the file to this one",
        ),
        ErrorCode::CannotOpen => stop(
            "store-unreadable",
            "the store cannot be opened",
            "see that the file is there and that this account may read and write it and its folder",
        ),
        ErrorCode::DiskFull => stop(
            "store-disk-full",
            "the disk is full",
            "make room, then run the round again: nothing was kept by half",
        ),
        _ => stop(
            "store-failed",
            &format!("the store failed: {error}"),
            "look at the disk; then run `firstbell doctor`",
        ),
    }
}
