//! Letters waiting: keys and numbers, no names; delivery states; the retry sentence.
//!
//! In: what routing decided. Out: [`Letter`]s in a state. Never: a student's name — mail/ adds it when it makes the bytes.

mod compose;
mod delivery;
mod edits;
mod keys;
mod letter;
mod lists;
mod post;

#[cfg(test)]
mod stories;

pub use compose::{COPY, MOST_STUDENTS, News, OpenFlag, Told};
pub use delivery::{Outcome, Step, after, wait_seconds};
pub use edits::rule_edit_letters;
pub use keys::{letter_key, message_id, told};
pub use letter::{Content, Entry, FlagCount, Group, Kind, Letter, PLAN_LINE, ReportLine, State, StormCount};
pub use lists::{Listed, discarded, post_lists, told_by, untold, within_capacity};
pub use post::{Act, Desk, Posted, compose_letters, operator_report};
