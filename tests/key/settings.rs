//! What a district configured, as the key needs it. The test writes the same settings as `firstbell.toml`.

use std::collections::BTreeMap;

use super::numbers::{Date, Frac};

/// `[attendance] rows`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    Exceptions,
    All,
}

/// `[attendance] periods`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Periods {
    Fraction,
    Majority,
    Homeroom(String),
}

/// One of `[attendance.codes]`.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) absent: Frac,
    pub(crate) excused: bool,
    pub(crate) suspended: bool,
    pub(crate) unverified: bool,
    pub(crate) tardy: bool,
    pub(crate) counts: bool,
}

/// One `[[grades.scale]]`: percents, with letters through a table.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    /// Lowest and highest grade; none: all.
    pub(crate) grades: Option<(i8, i8)>,
    pub(crate) schools: Vec<String>,
    pub(crate) subjects: Vec<String>,
    pub(crate) kind: &'static str,
    pub(crate) failing_below: Frac,
    pub(crate) letters: Vec<(String, Frac)>,
    pub(crate) no_mark: Vec<String>,
}

/// One of `[behavior.types]`.
#[derive(Clone, Debug)]
pub(crate) struct IncidentType {
    pub(crate) glob: String,
    pub(crate) counts: bool,
    pub(crate) drop: bool,
}

/// Everything that the numbers depend on besides the files.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) year: (Date, Date),
    /// `--as-of`.
    pub(crate) not_after: Date,
    pub(crate) rows: Rows,
    pub(crate) periods: Periods,
    pub(crate) periods_per_day: usize,
    pub(crate) silent_days: usize,
    pub(crate) unverified_days: usize,
    pub(crate) codes: BTreeMap<String, Code>,
    pub(crate) math: Vec<String>,
    pub(crate) ela: Vec<String>,
    pub(crate) scales: Vec<Scale>,
    pub(crate) suspensions: Vec<String>,
    pub(crate) offender_roles: Vec<String>,
    pub(crate) types: Vec<IncidentType>,
}

/// A glob over the whole cell, any case: `*` is any run of characters, `?` any one.
pub(crate) fn glob(pattern: &str, cell: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let cell: Vec<char> = cell.to_lowercase().chars().collect();
    glob_from(&pattern, &cell)
}

fn glob_from(pattern: &[char], cell: &[char]) -> bool {
    match pattern.first() {
        None => cell.is_empty(),
        Some('*') => (0..=cell.len()).any(|at| glob_from(&pattern[1..], &cell[at..])),
        Some('?') => !cell.is_empty() && glob_from(&pattern[1..], &cell[1..]),
        Some(c) => cell.first() == Some(c) && glob_from(&pattern[1..], &cell[1..]),
    }
}

/// Whether any of the words is the cell, any case.
pub(crate) fn among(words: &[String], cell: &str) -> bool {
    words.iter().any(|word| word.to_lowercase() == cell.to_lowercase())
}
