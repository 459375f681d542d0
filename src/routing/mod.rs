//! Who hears, and why that person.
//!
//! In: staff, caseloads, routes, one piece of news. Out: an owner, with the steps that led there. Never: a student's name.
//!
//! [`Owners`] is made once a round; [`Owners::resolve`] answers one [`Question`]. The first route whose conditions all
//! hold gives the chain; its links are tried in order, and whoever is away hands over to a stand-in. What no chain
//! resolves goes to the last owner: nobody is ever dropped.

mod areas;
mod candidates;
mod explain;
mod index;
mod owners;
mod reach;
mod resolve;
mod rows;
mod unowned;

#[cfg(test)]
mod tests;

pub use explain::{At, Outcome, Step};
pub use owners::{Owners, turns};
pub use reach::{Unreached, is_routed};
pub use resolve::{Question, Resolution};
pub use rows::{Caseload, Route, Staff};
pub use unowned::Unowned;
