//! What a cell of marks means on a scale.

use super::meaning::same;
use super::{Scale, ScaleKind};

/// Marks up to this many percent are read: extra credit, not a slip of the pen. Chosen by us.
const MOST_PERCENT: f64 = 120.0;

/// The highest level of a standards-based scale.
const MOST_LEVEL: f64 = 4.0;

/// What a mark's text says on a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkReading {
    /// A percent, in millionths.
    Percent {
        /// The percent × 1,000,000.
        millionths: i64,
        /// Below the scale's passing mark.
        failing: bool,
    },
    /// A level of a standards-based scale that the scale's table gives no percent: it passes or fails, and enters no average.
    Level {
        /// The level × 1,000,000.
        millionths: i64,
        /// Below the scale's passing level.
        failing: bool,
    },
    /// Takes the course out: `P`, `W`, … .
    NoMark,
    /// Nothing: an empty cell or `--` leaves the earlier mark standing.
    Blank,
    /// In no table and no number: left out and reported.
    NotUnderstood,
}

impl MarkReading {
    /// Whether the mark fails.
    pub fn is_failing(&self) -> bool {
        matches!(
            self,
            MarkReading::Percent { failing: true, .. } | MarkReading::Level { failing: true, .. }
        )
    }

    /// Whether it is chosen among a course's marks.
    pub fn is_chosen(&self) -> bool {
        !matches!(self, MarkReading::Blank | MarkReading::NotUnderstood)
    }

    /// What the lower of two contradicting marks is told by; a mark that takes the course out is above all numbers.
    pub(crate) fn height(&self) -> i64 {
        match self {
            MarkReading::Percent { millionths, .. } | MarkReading::Level { millionths, .. } => *millionths,
            _ => i64::MAX,
        }
    }
}

/// Reads one cell: what takes the course out, then the letters' table, then a number, beside letters or alone.
pub(crate) fn read_mark(scale: &Scale, text: &str) -> MarkReading {
    let text = text.trim();
    if text.is_empty() || text == "--" {
        return MarkReading::Blank;
    }
    if scale.no_mark.iter().any(|one| same(one, text)) {
        return MarkReading::NoMark;
    }
    let listed = scale
        .letters
        .iter()
        .find(|(letter, _)| same(letter, text))
        .map(|(_, &value)| value);
    let number = number_in(text);
    match scale.kind {
        ScaleKind::Levels => read_level(scale, listed, number.map(|number| number.value)),
        ScaleKind::Percent => as_percent(scale, listed.or(number.map(|number| number.value))),
        // A bare number on a letters scale may be points or a level: only beside its letter is it a percent.
        ScaleKind::Letters => {
            let beside = number.filter(|number| number.beside_letters);
            as_percent(scale, listed.or(beside.map(|number| number.value)))
        }
    }
}

/// A level, or what the scale's table makes of the cell: a level again, or a percent, which then enters averages while
/// passing is still told in levels.
fn read_level(scale: &Scale, listed: Option<f64>, number: Option<f64>) -> MarkReading {
    let number = number.filter(|number| *number <= MOST_LEVEL);
    match (listed, number) {
        (Some(percent), Some(level)) if percent > MOST_LEVEL && scale.failing_below <= MOST_LEVEL => {
            MarkReading::Percent {
                millionths: millionths(percent),
                failing: fails(scale, level),
            }
        }
        (Some(percent), _) if percent > MOST_LEVEL => as_percent(scale, Some(percent)),
        (Some(level), _) | (None, Some(level)) => MarkReading::Level {
            millionths: millionths(level),
            failing: fails(scale, level),
        },
        (None, None) => MarkReading::NotUnderstood,
    }
}

fn as_percent(scale: &Scale, percent: Option<f64>) -> MarkReading {
    match percent.filter(|percent| *percent <= MOST_PERCENT) {
        None => MarkReading::NotUnderstood,
        Some(percent) => MarkReading::Percent {
            millionths: millionths(percent),
            failing: fails(scale, percent),
        },
    }
}

/// Whether the mark is below the scale's passing one; that one itself passes.
fn fails(scale: &Scale, mark: f64) -> bool {
    millionths(mark) < millionths(scale.failing_below)
}

fn millionths(number: f64) -> i64 {
    (number * 1e6).round() as i64
}

/// A number, and whether it stands beside a letter.
pub(crate) struct Found {
    pub(crate) value: f64,
    beside_letters: bool,
}

/// The one number in a cell: `85.12`, `85.12 B+`, `B+ 85`, `85%`, `85B`. Two numbers are none: `3/4` is nobody's percent. A letter that
/// is written onto the number is a grade's: `7O` is a slip of the pen, and `B2` a name.
pub(crate) fn number_in(text: &str) -> Option<Found> {
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let start = text.find(is_number)?;
    let (before, rest) = text.split_at(start);
    let length = rest.find(|c| !is_number(c)).unwrap_or(rest.len());
    let (number, after) = rest.split_at(length);
    let is_letter = |part: &str| {
        let part = part.trim().trim_matches(['(', ')', '%']).trim();
        let mut chars = part.chars();
        match chars.next() {
            None => Some(false),
            Some(first) if first.is_alphabetic() => {
                let rest_fits = chars.all(|c| c.is_alphabetic() || matches!(c, '+' | '-' | '\u{2212}' | ' '));
                rest_fits.then_some(true)
            }
            Some(_) => None,
        }
    };
    let beside_letters = is_letter(before)? | is_letter(after)?;
    let is_glued = before.ends_with(char::is_alphabetic);
    let is_grade = |c: char| matches!(c.to_ascii_uppercase(), 'A'..='F');
    if is_glued || after.chars().next().is_some_and(|c| c.is_alphabetic() && !is_grade(c)) {
        return None;
    }
    let value: f64 = number.parse().ok()?;
    value.is_finite().then_some(Found { value, beside_letters })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn scale(kind: ScaleKind, failing_below: f64) -> Scale {
        Scale {
            grades: None,
            schools: Vec::new(),
            subjects: Vec::new(),
            kind,
            failing_below,
            letters: BTreeMap::from([("B+".to_owned(), 88.0), ("F".to_owned(), 50.0)]),
            no_mark: vec!["P".to_owned(), "I".to_owned()],
        }
    }

    fn percent(whole: f64, failing: bool) -> MarkReading {
        MarkReading::Percent {
            millionths: (whole * 1e6) as i64,
            failing,
        }
    }

    #[test]
    fn cells_are_read_as_teachers_write_them() {
        let percents = scale(ScaleKind::Percent, 60.0);
        for (cell, reading) in [
            ("85.12 B+", percent(85.12, false)),
            ("B+ 85", percent(85.0, false)),
            ("59.99", percent(59.99, true)),
            ("60", percent(60.0, false)),
            ("104%", percent(104.0, false)),
            ("b+", percent(88.0, false)),
            ("f", percent(50.0, true)),
            (" p ", MarkReading::NoMark),
            ("", MarkReading::Blank),
            (" -- ", MarkReading::Blank),
            ("Z", MarkReading::NotUnderstood),
            ("55F", percent(55.0, true)),
            ("85.12B+", percent(85.12, false)),
            ("7O", MarkReading::NotUnderstood),
            ("B2", MarkReading::NotUnderstood),
            ("3/4", MarkReading::NotUnderstood),
            ("-5", MarkReading::NotUnderstood),
            ("8500", MarkReading::NotUnderstood),
            ("1.2.3", MarkReading::NotUnderstood),
        ] {
            assert_eq!(read_mark(&percents, cell), reading, "{cell}");
        }
    }

    #[test]
    fn a_letters_scale_takes_a_number_only_beside_its_letter() {
        let letters = scale(ScaleKind::Letters, 60.0);
        assert_eq!(read_mark(&letters, "72 C"), percent(72.0, false));
        assert_eq!(read_mark(&letters, "72"), MarkReading::NotUnderstood);
    }

    #[test]
    fn levels_pass_and_fail_and_are_no_percents() {
        let levels = scale(ScaleKind::Levels, 2.0);
        let level = |millionths, failing| MarkReading::Level { millionths, failing };
        assert_eq!(read_mark(&levels, "1.5"), level(1_500_000, true));
        assert_eq!(read_mark(&levels, "2"), level(2_000_000, false));
        assert_eq!(read_mark(&levels, "85"), MarkReading::NotUnderstood);
    }
}
