//! Rows as typed facts, through an adapter: what was understood, and what was not.
//!
//! In: bytes of one export, the feed, its adapter. Out: an [`Intake`]: facts, tallies, problems. Never: a guess, a lost row, a name
//! in a problem.

mod adapter;
mod ahead;
mod bundle;
mod columns;
mod explain;
mod feed;
mod gather;
mod header;
mod ids;
mod intake;
mod joined;
mod keep;
mod lines;
mod notes;
mod plan;
mod quotes;
mod ranges;
mod read;
mod rejects;
mod rows;
mod sensitive;
mod source;

pub use adapter::{Adapter, ColumnMap, DateFormat, Only, TableMap};
pub use bundle::{
    Bundle, BundleIntake, Join, Listing, Member, Outline, Part, Parts, Scores, Step, View, keep_part, outline,
    read_bundle,
};
pub use columns::{Column, columns};
pub(crate) use explain::not_utf8;
pub use feed::{Covers, Feed};
pub use intake::{Intake, Translated};
pub use keep::{Keeping, Letters, keep};
pub use ranges::{ranges, readable};
pub use read::{CELL_BYTES, Context, read, unread_columns};
pub use rejects::rejects;
pub(crate) use rows::{AttendanceFold, MarkFold, MarkRow, NONE, Numbering, Slot};
pub use rows::{
    CalendarRow, ContactRow, CourseRow, EnrollmentRow, GroupRow, IncidentRow, OutcomeRow, PlanRow, SchoolRow, Stay,
    StudentRow, TermRow,
};
pub use sensitive::sensitive;
pub use source::Bytes;

#[cfg(test)]
mod law;
#[cfg(test)]
pub(crate) mod support;
#[cfg(test)]
mod tests;
