//! Rows as typed facts, through an adapter: what was understood, and what was not.
//!
//! In: bytes of one export, the feed, its adapter. Out: facts, tallies, problems. Never: a guess, a lost row, a name in a
//! problem.

mod feed;

pub use feed::{Covers, Feed};
