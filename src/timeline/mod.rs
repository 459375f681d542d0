//! One student's year so far, as dates and parts of days: whose school, which days count, how much of each was missed, which
//! marks and terms hold.
//!
//! In: [`Books`](crate::facts::Books) and what the district's codes and marks mean ([`Meaning`](crate::school::Meaning)).
//! Out: an [`Almanac`] (once a round), a [`Night`] (once a day judged), a [`StudentNight`] (once a student and day).
//! Never: a level, a threshold, a rule, a student's name; a file, a clock. Facts are read, never changed, and everything
//! here can be derived again from them; [`apply`] alone lays an export into the books, newer ones over older.

mod almanac;
mod apply;
mod behavior;
mod calendar;
mod codes;
mod day;
pub mod enrollment;
pub mod left_out;
mod marks;
mod night;
mod roll;
mod strip;
mod student;
mod terms;
mod told;
mod window;
mod year;

#[cfg(test)]
pub(crate) mod drawn;
#[cfg(test)]
mod tests;

pub use almanac::Almanac;
pub use apply::{Applied, Source, apply, apply_of};
pub use day::{DayFact, DayReading};
pub use marks::{ChosenMark, MarkReading, TermReport};
pub use night::Night;
pub use student::{Scratch, StudentNight};
pub use terms::TermSpan;
pub use told::Told;
pub use window::{Stretch, StretchDay};
