//! What changed: a standing and tonight's verdict become a new standing, with one named reason.
//!
//! In: standings, verdicts, the rule's edges. Out: standings and reasons. Never: a name, an owner, a letter.
//!
//! [`advance`] is called once for each student, rule and judged day, in the order of days. A student without a stored
//! standing has [`Standing::default`]; one that [`Standing::is_quiet`] need not be stored. [`Baseline`] says, for one
//! rule at one school, on which night levels are believed at once; [`Hold`] why news is not written yet.

mod advance;
mod baseline;
mod hold;
mod quiet;
mod reason;
mod silence;
mod standing;
pub mod storm;

#[cfg(test)]
mod law;
#[cfg(test)]
mod tests;

pub use advance::{Tonight, advance, turn_year};
pub use baseline::{Baseline, Counts, Phase};
pub use hold::{Circumstances, Hold, Loudness, hold};
pub use quiet::{Patience, UnderWay};
pub use reason::Reason;
pub use silence::Silence;
pub use standing::Standing;
pub use storm::Shelter;
