//! What `run` asks of a file without having watched it: that it is whole, and that it stood still while it was read.

use super::Export;
use crate::monitor::{Place, Problem, Weight};

/// The code of a file that is left for the next time because somebody writes to it.
pub const STILL_WRITTEN: &str = "still-being-written";
/// The code of a file that stands still and ends in the middle of a record.
pub const CUT_OFF: &str = "file-cut-off";

/// Whether a file changed so lately that somebody may still write to it. A time that lies ahead of the clock counts as late, and so
/// do the rights and the name: a file renamed into place is new however old its bytes are.
pub fn is_fresh(export: &Export, now: i64, settle_seconds: u32) -> bool {
    let latest = export.stamp.latest() / 1_000_000_000;
    settle_seconds > 0 && latest.saturating_add(i64::from(settle_seconds)) > now
}

/// The problem of a file that is still being written.
pub fn still_written(name: &str) -> Problem {
    Problem::new(
        STILL_WRITTEN,
        Weight::Waits,
        Place::file(name),
        "is still being written and was not read",
        "nothing to do: it is read next time; it helps where the export program writes under another name and renames",
    )
}

/// The problem of a file that stands still and ends in the middle of a record.
pub fn cut_off(name: &str) -> Problem {
    Problem::new(
        CUT_OFF,
        Weight::Waits,
        Place::file(name),
        "ends in the middle of a record, or is not what its marker says, and was not read",
        format!("export it again; where it is complete all the same, put an empty file `{name}.done` beside it"),
    )
}

/// The problem of an export that stands still and is not whole.
pub fn not_whole(export: &Export) -> Problem {
    if !export.is_folder {
        return cut_off(&export.name);
    }
    Problem::new(
        "bundle-file-missing",
        Weight::Waits,
        Place::file(&export.name),
        "is not whole: a file of it is not there, still bears the name under which it is uploaded, or ends in the middle of a record",
        format!(
            "export all of it again; where it is complete all the same, put an empty file `{}.done` beside it",
            export.name
        ),
    )
}

/// The problem of a file that waits for others of its set.
pub fn set_incomplete(file: &str, set: Option<&str>, waits_for: &str) -> Problem {
    let set = set.map(|set| format!(" of the set `{set}`")).unwrap_or_default();
    Problem::new(
        "set-incomplete",
        Weight::Waits,
        Place::file(file),
        format!("is complete and waits for {waits_for}{set}"),
        "nothing to do where they are on their way; else see why the export did not write them",
    )
}
