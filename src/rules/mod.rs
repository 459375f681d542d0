//! The district's own rules: read, checked, tried, judged.
//!
//! In: rule files, `district.toml`, one student's [`Numbers`](crate::indicators::Numbers). Out: a [`Verdict`]. Never: a
//! name, a subgroup, a file handle, a clock.

mod bench;
mod card;
mod check;
mod compile;
mod digest;
mod district;
mod judge;
mod load;
mod memo;
mod order;
mod peers;
mod plain;
mod read;
mod rule;
mod sources;
mod student;
mod switches;
pub mod trial;
mod verdict;
mod versions;
pub mod vocabulary;
mod word;
pub mod workshop;

#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod tests;

pub use card::{Card, Edges, Needs, Param, Status, Worse};
pub use check::Asked;
pub use judge::{CaseFile, FAILED, Judge};
pub use load::load;
pub use rule::{Rule, RuleSet, SetAside, Version};
pub use sources::{SourceFile, Sources};
pub use verdict::{NotFor, Verdict};
pub use word::{OutOfWork, PluginWord, can_be_a_word, try_word};
