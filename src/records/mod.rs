//! Rows as typed facts, through an adapter: what was understood, and what was not.
//!
//! In: bytes of one export, the feed, its adapter. Out: an [`Intake`]: facts, tallies, problems. Never: a guess, a lost row, a name
//! in a problem.

mod adapter;
mod columns;
mod explain;
mod feed;
mod gather;
mod header;
mod ids;
mod intake;
mod lines;
mod notes;
mod plan;
mod quotes;
mod ranges;
mod read;
mod rows;
mod source;

pub use adapter::{Adapter, ColumnMap, DateFormat, TableMap};
pub use columns::{Column, columns};
pub use feed::{Covers, Feed};
pub use intake::Intake;
pub use ranges::{ranges, readable};
pub use read::{CELL_BYTES, Context, read};
pub(crate) use rows::{AttendanceFold, MarkFold, MarkRow, NONE, Numbering};
pub use rows::{
    CalendarRow, ContactRow, CourseRow, EnrollmentRow, GroupRow, IncidentRow, OutcomeRow, PlanRow, SchoolRow, Stay,
    StudentRow, TermRow,
};
pub use source::Bytes;

#[cfg(test)]
mod law;
#[cfg(test)]
pub(crate) mod support;
#[cfg(test)]
mod tests;
