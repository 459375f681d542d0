//! What the cells of one column look like, counted once.

use std::collections::BTreeMap;

use super::dates::{Dates, foreign};
use super::levels;

/// Words that mean "nothing here" in some export or other.
const NULLS: [&str; 5] = ["NULL", "N/A", "#N/A", "(null)", "\\N"];
/// Different values of which each is remembered with its count; a code has fewer, an id more.
const REMEMBERED: usize = 300;

/// One column of the sample.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    /// Rows looked at.
    pub(super) rows: usize,
    /// Cells with something in them, null words apart.
    pub(super) filled: usize,
    /// Words that mean nothing, as they are written here.
    pub(super) nulls: Vec<String>,
    /// Different filled cells.
    pub(super) distinct: usize,
    /// The most frequent cells with their counts, the most frequent first.
    pub(super) top: Vec<(String, usize)>,
    /// Dates, where the cells are dates.
    pub(super) dates: Option<Dates>,
    /// The share that looks like a date in a format that nobody reads.
    pub(super) foreign_dates: f64,
    /// Shares of filled cells.
    pub(super) numbers: f64,
    pub(super) integers: f64,
    pub(super) grades: f64,
    pub(super) emails: f64,
    /// Capitalised words without digits, as names of people are.
    pub(super) names: f64,
    /// Such names with a comma: last before first.
    pub(super) comma_names: f64,
    /// Cells of letters, digits and a few signs without spaces, as ids are.
    pub(super) ids: f64,
    /// Cells with a space in them.
    pub(super) spaced: f64,
    /// Cells that are one or a few letters or digits.
    pub(super) short: f64,
    /// Letter marks with or without sign, numbers, both in one cell.
    pub(super) marks: f64,
    /// Yes and no, in some writing.
    pub(super) flags: f64,
    /// Times of day.
    pub(super) times: f64,
    /// Least and greatest number.
    pub(super) least: f64,
    pub(super) most: f64,
    /// Letters in a cell, on average.
    pub(super) length: f64,
    /// The kind of descriptor that cells name: `GradeLevel` of `uri://…/GradeLevelDescriptor#Ninth grade`.
    pub(super) descriptor: Option<String>,
}

impl Profile {
    /// Counts a column.
    pub(super) fn of(rows: &[Vec<String>], at: usize) -> Profile {
        let mut nulls: Vec<String> = Vec::new();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut filled = 0;
        for row in rows {
            let cell = row[at].as_str();
            if cell.is_empty() {
                continue;
            }
            if NULLS.iter().any(|null| null.eq_ignore_ascii_case(cell)) {
                if !nulls.iter().any(|null| null == cell) {
                    nulls.push(cell.to_owned());
                }
                continue;
            }
            filled += 1;
            *counts.entry(cell).or_insert(0) += 1;
        }
        let share = |is: &dyn Fn(&str) -> bool| -> f64 {
            let of: usize = counts.iter().filter(|(cell, _)| is(cell)).map(|(_, count)| count).sum();
            of as f64 / filled.max(1) as f64
        };
        let number = |cell: &str| cell.parse::<f64>().ok().filter(|number| number.is_finite());
        let values: Vec<f64> = counts.keys().filter_map(|cell| number(cell)).collect();
        let letters: usize = counts.iter().map(|(cell, count)| cell.chars().count() * count).sum();
        let mut profile = Profile {
            rows: rows.len(),
            filled,
            nulls,
            distinct: counts.len(),
            dates: Dates::of(counts.keys().copied()),
            foreign_dates: share(&foreign),
            numbers: share(&|cell| number(cell).is_some()),
            integers: share(&|cell| cell.parse::<i64>().is_ok()),
            grades: share(&|cell| levels::grade(cell).is_some()),
            emails: share(&is_email),
            names: share(&is_name),
            comma_names: share(&|cell| is_name(cell) && cell.contains(", ")),
            ids: share(&is_id),
            spaced: share(&|cell| cell.contains(' ')),
            short: share(&|cell| cell.chars().count() <= 4),
            marks: share(&is_mark),
            flags: share(&is_flag),
            times: share(&is_time),
            least: values.iter().copied().fold(f64::INFINITY, f64::min),
            most: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            length: letters as f64 / filled.max(1) as f64,
            descriptor: counts.keys().find_map(|cell| descriptor(cell)),
            top: Vec::new(),
        };
        let mut top: Vec<(&str, usize)> = counts.into_iter().collect();
        top.sort_by(|one, two| two.1.cmp(&one.1).then(one.0.cmp(two.0)));
        top.truncate(REMEMBERED);
        profile.top = top.into_iter().map(|(cell, count)| (cell.to_owned(), count)).collect();
        profile
    }

    /// The share of rows whose cell is filled.
    pub(super) fn fill(&self) -> f64 {
        self.filled as f64 / self.rows.max(1) as f64
    }

    /// Different values per filled cell: 1 where no value repeats.
    pub(super) fn variety(&self) -> f64 {
        self.distinct as f64 / self.filled.max(1) as f64
    }

    /// Whether all cells are filled and none repeats.
    pub(super) fn is_key(&self) -> bool {
        self.filled > 1 && self.filled == self.rows && self.distinct == self.filled
    }

    /// The share of filled cells that some words cover: any of them whole, or as a part where `within`.
    pub(super) fn says(&self, words: &[&str], within: bool) -> f64 {
        let known = |cell: &str| {
            let cell = levels::tail(cell).to_lowercase().replace('-', " ");
            words
                .iter()
                .any(|word| cell == *word || within && word.len() > 2 && cell.contains(word))
        };
        let all: usize = self.top.iter().map(|(_, count)| count).sum();
        let of: usize = self
            .top
            .iter()
            .filter(|(cell, _)| known(cell))
            .map(|(_, count)| count)
            .sum();
        of as f64 / all.max(1) as f64
    }

    /// A few different cells to show.
    pub(super) fn samples(&self, most: usize) -> Vec<String> {
        self.top.iter().take(most).map(|(cell, _)| cell.clone()).collect()
    }
}

fn is_email(cell: &str) -> bool {
    cell.split_once('@')
        .is_some_and(|(who, domain)| !who.is_empty() && domain.contains('.') && !cell.contains(' '))
}

fn is_name(cell: &str) -> bool {
    let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
    let odd = cell.chars().any(|c| !(c.is_alphabetic() || " .,'-’".contains(c)));
    letters >= 2
        && !odd
        && cell.starts_with(|c: char| c.is_uppercase())
        && cell.chars().any(char::is_lowercase)
        && cell.len() <= 60
}

fn is_id(cell: &str) -> bool {
    cell.len() <= 64 && cell.chars().all(|c| c.is_ascii_alphanumeric() || "-_./{}:".contains(c))
}

/// Whether a cell is a mark: a number from 0 to 110, a letter with or without sign, or both.
pub(super) fn is_mark(cell: &str) -> bool {
    let mut parts = cell.split([' ', '/']).filter(|part| !part.is_empty());
    let one = |part: &str| {
        let number = part.trim_end_matches('%').parse::<f64>();
        number.is_ok_and(|number| (0.0..=110.0).contains(&number)) || is_letter_mark(part)
    };
    match (parts.next(), parts.next(), parts.next()) {
        (Some(first), None, None) => one(first),
        (Some(first), Some(second), None) => one(first) && one(second),
        _ => false,
    }
}

/// Whether a cell is a letter mark.
pub(super) fn is_letter_mark(cell: &str) -> bool {
    let upper = cell.to_uppercase();
    let plain = upper.trim_end_matches(['+', '-']);
    matches!(
        plain,
        "A" | "B"
            | "C"
            | "D"
            | "E"
            | "F"
            | "P"
            | "I"
            | "W"
            | "S"
            | "U"
            | "NG"
            | "NC"
            | "NM"
            | "INC"
            | "CR"
            | "WF"
            | "WP"
            | "N"
            | "O"
            | "M"
            | "PASS"
            | "FAIL"
    ) && plain.len() + 1 >= upper.len()
}

fn is_flag(cell: &str) -> bool {
    matches!(
        cell.to_lowercase().as_str(),
        "0" | "1" | "y" | "n" | "yes" | "no" | "true" | "false" | "t" | "f" | "x"
    )
}

fn is_time(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    cell.contains(':') && digits >= 3 && cell.len() <= 12
}

/// `GradeLevel` of `uri://ed-fi.org/GradeLevelDescriptor#Ninth grade`.
fn descriptor(cell: &str) -> Option<String> {
    let (kind, _) = cell.split_once("://")?.1.split_once('#')?;
    let kind = kind.rsplit('/').next()?;
    Some(kind.trim_end_matches("Descriptor").to_owned())
}
