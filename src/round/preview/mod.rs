//! Nights looked at again with today's facts: what a set of rules would have flagged, and the letters it would have written.
//!
//! In: an almanac of today's facts, a set of rules, staff, caseloads and silences, the first and the last night. Out: [`Replayed`]: flags and
//! letters as keys and counts; [`Preview`]: two of them side by side. Never: the store, a file, a letter that is posted, a student's
//! name. Each night goes the way of a round, through the same functions; only the words of letters are left out, since nobody reads
//! them.

mod compare;
mod memory;
mod nights;
mod office;
mod walk;

pub use compare::{Changed, LevelRow, Preview, Week, WeekRow};
pub use nights::{judged_to, nights_to};
pub use walk::{Flag, Left, Replayed, Sent, Span, replay};

use crate::config::Config;
use crate::crossings::Silence;
use crate::routing::{Caseload, Staff};
use crate::timeline::Almanac;

/// What nights are replayed over.
#[derive(Clone, Copy)]
pub struct District<'d> {
    /// Today's facts.
    pub almanac: &'d Almanac<'d>,
    /// Routes, domains, the last owner.
    pub config: &'d Config,
    /// The staff of today.
    pub staff: &'d [Staff],
    /// The caseloads of today.
    pub caseload: &'d [Caseload],
    /// All silences, those that are over included: each keeps its own days.
    pub silences: &'d [Silence],
}
