//! Facts as compact bytes, one record per student, school year and kind of fact.
//!
//! In: facts. Out: bytes that begin with a version, and the same facts again; nothing at all where there are no facts. Never: a
//! panic over bytes that somebody else wrote.
//!
//! Numbers are in groups of seven bits, the lowest first, signed ones folded (0, −1, 1, −2 …). Days are counted from the first
//! day of the school year under which the record was written.

mod attendance;
mod bytes;
mod enrolled;
mod incidents;
mod marks;
mod support;

#[cfg(test)]
mod tests;

pub(super) use attendance::{read_attendance, write_attendance};
pub(super) use enrolled::{read_enrolled, write_enrolled};
pub(super) use incidents::{read_incidents, write_incidents};
pub(super) use marks::{read_marks, write_marks};
pub(super) use support::{read_support, write_support};

/// The version that every record begins with; a later one keeps the readers of the earlier.
const VERSION: u8 = 1;
