//! The district's own rules: read, checked, tried, judged.
//!
//! In: rule files, `district.toml`, one student's [`Numbers`](crate::indicators::Numbers). Out: a [`Verdict`]. Never: a
//! name, a subgroup, a file handle, a clock.

pub mod accuracy;
mod answers;
mod ask;
mod bare;
mod bench;
mod card;
mod check;
mod compile;
mod differ;
mod digest;
mod district;
mod foreign;
mod heard;
mod judge;
mod library;
mod load;
mod memo;
mod order;
mod overlay;
mod parse;
mod peers;
mod plain;
pub mod published;
mod read;
mod reckon;
pub mod reference;
pub mod review;
mod rule;
pub mod schema;
mod sources;
mod student;
mod switches;
mod testing;
pub mod trial;
mod verdict;
mod versions;
pub mod vocabulary;
mod what_if;
mod word;
pub mod workshop;

#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod tests;

pub use ask::ask_of;
pub use card::{Card, Edges, Needs, Param, Status, Worse};
pub use check::Asked;
pub use differ::differences;
pub use heard::Heard;
pub use judge::{CaseFile, FAILED, Judge};
pub use load::load;
pub use overlay::with_part_of;
pub use peers::ask_words;
pub use rule::{Rule, RuleSet, SetAside, Version};
pub use sources::{SourceFile, Sources};
pub use verdict::{NotFor, Verdict};
pub use what_if::id_of;
pub use word::{OutOfWork, PluginWord, can_be_a_word, try_word};
