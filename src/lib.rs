//! firstbell, an early-warning system that a school district runs on its own server.

pub mod crossings;
pub mod directory;
pub mod embedded;
pub mod facts;
pub mod indicators;
pub mod monitor;
pub mod outbox;
pub mod records;
pub mod routing;
pub mod rules;
pub mod school;
