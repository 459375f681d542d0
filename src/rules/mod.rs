//! The district's own rules: read, checked, tried, judged.
//!
//! In: rule files, `district.toml`, one student's [`Numbers`](crate::indicators::Numbers). Out: a [`Verdict`]. Never: a
//! name, a subgroup, a file handle, a clock.

mod card;
mod verdict;

pub use card::{Card, Edges, Needs, Param, Status, Worse};
pub use verdict::{NotFor, Verdict};
