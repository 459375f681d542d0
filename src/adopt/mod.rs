//! Looking at one export that nobody has described yet, and guessing what it is.
//!
//! In: some bytes of a file (its head and a few pieces of its middle), what the operator already said. Out: a [`Guess`]: how the
//! file is written, which table it is, which header is which column, what its codes mean, each with a reason and how sure it is; a
//! manifest that says so. Never: a file opened, a guess without its reason, a code believed to mean what it was not seen to mean.

mod assign;
mod codes;
mod columns;
mod dates;
mod glob;
mod guess;
mod levels;
mod lists;
mod manifest;
mod marks;
mod mistaken;
mod profile;
mod score;
mod settle;
mod shape;
mod stand_in;
mod tables;
mod text;
mod tokens;
mod values;
mod words;

pub use codes::CodeGuess;
pub use glob::glob;
pub use guess::{ColumnGuess, Confidence, Guess, Unfit, Wishes, look};
pub use manifest::{manifest, table_text};
pub use marks::{MarkKind, MarksGuess};
pub use mistaken::{Mistaken, mistaken};
pub use shape::Shape;

/// Some bytes of one export.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The file's name, without its folder.
    pub name: String,
    /// The file's whole length in bytes.
    pub length: u64,
    /// The head first, then pieces of the middle, in order. Where the head is the whole file there are no others.
    pub pieces: Vec<Vec<u8>>,
}
