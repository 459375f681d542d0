//! On which scale marks are: percents, letters, both in one cell, or levels from 1 to 4.

use std::collections::BTreeMap;

use super::profile::is_letter_mark;

/// How marks are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// 0 to 100 and a little above.
    Percent,
    /// Letters alone.
    Letters,
    /// Standards-based, 1 to 4.
    Levels,
}

impl MarkKind {
    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            MarkKind::Percent => "percent",
            MarkKind::Letters => "letters",
            MarkKind::Levels => "levels",
        }
    }
}

/// The marks of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct MarksGuess {
    /// How most of them are written.
    pub kind: MarkKind,
    /// What says so, in words.
    pub why: String,
    /// Letters with the percents that are usual, where we know them.
    pub letters: BTreeMap<String, f64>,
    /// Cells that are no mark: `P`, `I`, `W`.
    pub no_mark: Vec<String>,
    /// Cells that nobody can know the meaning of.
    pub unknown: Vec<String>,
}

/// The usual percents of letters.
const LETTERS: [(&str, f64); 13] = [
    ("A+", 98.0),
    ("A", 95.0),
    ("A-", 91.0),
    ("B+", 88.0),
    ("B", 85.0),
    ("B-", 81.0),
    ("C+", 78.0),
    ("C", 75.0),
    ("C-", 71.0),
    ("D+", 68.0),
    ("D", 65.0),
    ("D-", 61.0),
    ("F", 50.0),
];
/// Cells that take a course out.
const NO_MARK: [&str; 14] = [
    "P", "I", "W", "NG", "NC", "NM", "INC", "CR", "WP", "WF", "PASS", "S", "AU", "EX",
];

/// Looks at the different cells of a column of marks.
pub(super) fn marks<'c>(cells: impl Iterator<Item = (&'c str, usize)>) -> MarksGuess {
    let (mut numbers, mut lettered, mut most, mut whole) = (0, 0, f64::NEG_INFINITY, true);
    let mut guess = MarksGuess {
        kind: MarkKind::Percent,
        why: String::new(),
        letters: BTreeMap::new(),
        no_mark: Vec::new(),
        unknown: Vec::new(),
    };
    for (cell, count) in cells {
        let number = cell
            .split([' ', '/'])
            .find_map(|part| part.trim_end_matches('%').parse::<f64>().ok());
        if let Some(number) = number {
            numbers += count;
            most = f64::max(most, number);
            whole &= number.fract() == 0.0 || number.fract() == 0.5;
            continue;
        }
        let upper = cell.to_uppercase();
        if let Some((letter, percent)) = LETTERS.iter().find(|(letter, _)| *letter == upper) {
            lettered += count;
            guess.letters.insert((*letter).to_owned(), *percent);
        } else if NO_MARK.contains(&upper.as_str()) {
            guess.no_mark.push(cell.to_owned());
        } else if !matches!(cell, "--" | "-") {
            lettered += usize::from(is_letter_mark(cell)) * count;
            guess.unknown.push(cell.to_owned());
        }
    }
    guess.kind = if numbers > 0 && most <= 4.0 && numbers >= lettered && whole {
        guess.why = format!("no mark is above {most}");
        MarkKind::Levels
    } else if numbers > 0 {
        guess.why = match most {
            most if most <= 20.0 => format!("numbers, but none above {most}: is it a scale of points?"),
            most => format!("numbers up to {most}"),
        };
        MarkKind::Percent
    } else {
        "letters alone".clone_into(&mut guess.why);
        MarkKind::Letters
    };
    guess
}

#[cfg(test)]
mod tests {
    use super::{MarkKind, marks};

    #[test]
    fn the_scale_is_read_off_the_marks() {
        let kind = |cells: &[&str]| marks(cells.iter().map(|cell| (*cell, 1))).kind;
        assert_eq!(kind(&["85.12 B+", "91", "P"]), MarkKind::Percent);
        assert_eq!(kind(&["1", "2", "3", "4", "2.5"]), MarkKind::Levels);
        assert_eq!(kind(&["A", "B+", "F"]), MarkKind::Letters);
        assert_eq!(kind(&["A", "97", "F"]), MarkKind::Percent);
        let some = marks([("A-", 2), ("I", 1), ("ZZ", 1)].into_iter());
        assert_eq!(
            (some.letters["A-"], some.no_mark, some.unknown),
            (91.0, vec!["I".to_owned()], vec!["ZZ".to_owned()])
        );
    }
}
