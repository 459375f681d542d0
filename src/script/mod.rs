//! The sandbox that rules and script plugins run in: plain rhai without a file, a network, a clock, `eval`, `import` or `try`.
//!
//! In: script text and values. Out: values, or an error with its place. Never: a wrong answer where an error is due — a
//! comparison is exact or refused, a loop ends, a missing value is never taken for nothing.

mod compute;
mod host;
pub mod limits;
mod oddity;
mod op;
mod operators;
mod text;
mod values;
mod walk;
mod within;

pub use compute::{compute, negate, show};
pub use host::{Failure, FailureKind, builtins, call, call_inside, engine, failure, plainly, refused, take_spent};
pub use oddity::{Oddity, oddities, oddity};
pub use op::Op;
pub use text::{Piece, PieceKind, byte_at, comments, excerpt, find_functions, line_and_column, nearest, pieces};
pub use values::{LevelWord, Missing, Rounding, WindowWord};
pub use walk::{Node, chain, variable_name, walk_statement};
pub use within::pieces_within;

#[cfg(test)]
mod tests;
