//! Letters waiting: keys and numbers, no names; delivery states; the retry sentence.
//!
//! In: what routing decided. Out: [`Letter`]s in a state. Never: a student's name — mail/ adds it when it makes the bytes.

mod letter;

pub use letter::{Content, Entry, FlagCount, Kind, Letter, ReportLine, State};
