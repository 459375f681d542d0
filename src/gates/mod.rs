//! Tonight's file against the last one that was believed: take it, hold it, or hold one school's part of it.
//!
//! In: what a file holds ([`Seen`]), what its feed brought last ([`Memory`]), the district's [`Gates`]. Out: [`Finding`]s, each with
//! a sentence and a remedy. Never: a changed row, a look at the clock or at a file, a student's name.

mod finding;
mod judge;
mod levels;
mod memory;
mod seen;
mod settings;

#[cfg(test)]
mod tests;

pub use finding::{Finding, Gate};
pub use judge::{Tonight, judge};
pub use memory::{Memory, Remembered};
pub use seen::{Key, Part, Roster, Seen};
pub use settings::{FROM_ROWS, Gates};
