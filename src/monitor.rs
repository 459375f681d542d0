//! What a stage could not do or did not understand, as values: the log, the screen, the operator's report and the tests listen.
//!
//! In: problems and tallies. Out: the same, in order. Never: a student's name or id in a message — a row is named by file and line.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a problem lies: as much of it as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the operator knows it: relative to the home where it lies inside.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The line, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u64>,
    /// The column's header, or for a script the column counted from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
}

impl Place {
    /// A place in a file as a whole.
    pub fn file(file: impl Into<String>) -> Place {
        Place {
            file: Some(file.into()),
            line: None,
            column: None,
        }
    }

    /// The same file at a line.
    pub fn line(mut self, line: u64) -> Place {
        self.line = Some(line);
        self
    }

    /// The same line at a column.
    pub fn column(mut self, column: impl Into<String>) -> Place {
        self.column = Some(column.into());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.file.as_deref().unwrap_or("firstbell"))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ":{column}")?;
        }
        Ok(())
    }
}

/// What a problem asks of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// Recorded and reported; the round went on and nothing waits.
    Note,
    /// Something waits for a person: a held file, a rule set aside, a refused letter. Exit code 3.
    Waits,
    /// The program cannot honestly go on. Exit code 1.
    Stop,
}

/// One thing that went wrong or was not understood: whose it is, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable kebab-case code, unique in the program, with a paragraph in `docs/problems.md`.
    pub code: String,
    /// What it asks of people.
    pub weight: Weight,
    /// Where it lies.
    pub place: Place,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it: lower case, no full stop; may be empty where there is nothing to do.
    pub remedy: String,
    /// The source line and an underline, ready to print; empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excerpt: String,
}

impl Problem {
    /// A problem without an excerpt.
    pub fn new(
        code: &str,
        weight: Weight,
        place: Place,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        let (message, remedy) = (message.into(), remedy.into());
        hush::told(&message);
        hush::told(&remedy);
        Problem {
            code: code.to_owned(),
            weight,
            place,
            message,
            remedy,
            excerpt: String::new(),
        }
    }

    /// The same problem with a source excerpt.
    pub fn with_excerpt(mut self, excerpt: impl Into<String>) -> Problem {
        self.excerpt = excerpt.into();
        hush::told(&self.excerpt);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if !self.remedy.is_empty() {
            write!(f, " — {}", self.remedy)?;
        }
        write!(f, " [{}]", self.code)?;
        if !self.excerpt.is_empty() {
            write!(f, "\n{}", self.excerpt)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// How often one kind of thing was seen in a file, and where first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows of this kind.
    pub count: u64,
    /// The line where it was first seen, counted from 1; 0 where it has none.
    pub first_line: u64,
    /// The column concerned, where there is one.
    pub column: String,
    /// An example of the cell, where it tells something and is no name: a code, a date.
    pub sample: String,
}

/// Rows by what became of them, under stable kebab-case words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tallies(pub BTreeMap<String, Tally>);

impl Tallies {
    /// Adds one row of a kind; the earliest line is kept.
    pub fn add(&mut self, kind: &str, line: u64, column: &str, sample: &str) {
        self.add_many(kind, 1, line, column, sample);
    }

    /// Adds several rows of a kind, of which the first stands at `line`.
    pub fn add_many(&mut self, kind: &str, count: u64, line: u64, column: &str, sample: &str) {
        hush::told(sample);
        if let Some(tally) = self.0.get_mut(kind) {
            tally.count += count;
            if line < tally.first_line {
                tally.first_line = line;
                tally.column = column.to_owned();
                tally.sample = sample.to_owned();
            }
            return;
        }
        self.0.insert(
            kind.to_owned(),
            Tally {
                count,
                first_line: line,
                column: column.to_owned(),
                sample: sample.to_owned(),
            },
        );
    }

    /// Adds another file part's tallies to these.
    pub fn merge(&mut self, other: &Tallies) {
        for (kind, tally) in &other.0 {
            self.add_many(kind, tally.count, tally.first_line, &tally.column, &tally.sample);
        }
    }

    /// The kinds that tell something of a file, with their rows, in alphabetical order: all but plain rows, rows said twice and blank lines.
    pub fn telling(&self) -> impl Iterator<Item = (&str, u64)> {
        const QUIET: [&str; 6] = ["row", "rows", "new", "same", "duplicate", "blank-line"];
        let told = self.0.iter().filter(|(kind, _)| !QUIET.contains(&kind.as_str()));
        told.map(|(kind, tally)| (kind.as_str(), tally.count))
    }

    /// How many rows of a kind there are.
    pub fn count(&self, kind: &str) -> u64 {
        self.0.get(kind).map_or(0, |tally| tally.count)
    }
}

/// In the library's own tests, every student's name that was met and every word that was told on a thread: no problem and no tally that
/// any test makes may repeat a name, whichever came first. Outside tests nothing is remembered.
pub(crate) mod hush {
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    thread_local! {
        static MET: RefCell<(BTreeSet<String>, BTreeSet<String>)> = RefCell::default();
    }

    /// A student's name was met.
    #[inline]
    pub(crate) fn named(name: &str) {
        if cfg!(test) {
            MET.with_borrow_mut(|(names, told)| words(name).for_each(|word| stays_apart(word, names, told)));
        }
    }

    /// A message, a remedy, an excerpt or a sample was made.
    #[inline]
    pub(super) fn told(text: &str) {
        if cfg!(test) {
            MET.with_borrow_mut(|(names, told)| words(text).for_each(|word| stays_apart(word, told, names)));
        }
    }

    fn stays_apart(word: String, its: &mut BTreeSet<String>, others: &BTreeSet<String>) {
        assert!(
            !others.contains(&word),
            "a problem or a tally names a student: `{word}`"
        );
        its.insert(word);
    }

    /// Words that can be a name: tests also call students `A` and `B`.
    fn words(text: &str) -> impl Iterator<Item = String> {
        let words = text.split(|letter: char| !letter.is_alphabetic());
        let is_name = |word: &&str| word.chars().count() > 2 && word.starts_with(char::is_uppercase);
        words.filter(is_name).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::{Place, Problem, Tallies, Weight, hush};

    #[test]
    #[should_panic(expected = "names a student")]
    fn a_problem_that_repeats_a_name_fails_its_test() {
        hush::named("Zebulon");
        Problem::new("code", Weight::Note, Place::default(), "row of `Zebulon Lee`", "");
    }

    #[test]
    #[should_panic(expected = "names a student")]
    fn so_does_a_tally_before_the_name_was_understood() {
        Tallies::default().add("kind", 1, "grade", "Quillfeather");
        hush::named("O'Neil Quillfeather");
    }
}
