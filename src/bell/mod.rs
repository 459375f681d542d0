//! When a round happens: the hour of a school day, a complete set of files, a word from outside; and everything that keeps a process
//! alive for months: changed rules put to work or refused, letters sent when they are due, a clean end.
//!
//! In: a home, what lies in its inbox, the clock, signals. Out: rounds rung, letters sent, a record of it for `status`. Never: a file
//! read half, books kept between rounds, a decision about a student.

mod daemon;
mod desk;
mod ear;
mod hours;
mod life;
mod post;
mod record;
mod service;
mod sets;
pub mod signals;
mod sleep;
mod timetable;
mod waiting;
mod wakes;

pub use daemon::live;
pub use desk::Desk;
pub use hours::{Bell, Why};
pub use record::Record;
pub use sets::{Chime, gather, patience};
pub use timetable::Timetable;
pub use waiting::ring_settled;
pub use wakes::Wakes;
