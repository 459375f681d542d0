//! Scores of single assignments to one mark of a course: points reached of points possible.
//!
//! Sums are exact: scores are decimals in millionths, and the percent is cut after two places, never rounded up over an edge.

use std::borrow::Cow;
use std::cmp::Reverse;

use rustc_hash::FxHashMap;

use super::flow::{Flow, day, find, line};
use super::recipe::Scores;
use super::sheet::is_one_of;
use crate::records::notes::Notes;

/// The words for yes.
const YES: [&str; 3] = ["true", "1", "yes"];
/// One point.
const POINT: i64 = 1_000_000;

/// One score.
struct Entry {
    group: u32,
    item: u32,
    /// Days since 1970; the least number where it bears none.
    date: i32,
    what: What,
    is_missing: bool,
    category: u32,
    weight: Option<f64>,
}

/// What a score brings to the mark.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// Points reached, and points possible.
    Points(i64, i64),
    /// Nothing.
    Nothing,
}

/// Numbers for texts.
#[derive(Default)]
struct Numbers(FxHashMap<String, u32>);

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        if let Some(number) = self.0.get(text) {
            return *number;
        }
        let number = self.0.len() as u32;
        self.0.insert(text.to_owned(), number);
        number
    }
}

/// Where the columns of scores stand.
struct Places {
    by: Vec<Option<usize>>,
    item: Option<usize>,
    score: Option<usize>,
    least: Option<usize>,
    most: Option<usize>,
    date: Option<usize>,
    status: Option<usize>,
    missing_if: Vec<Option<usize>>,
    left_out_if: Vec<Option<usize>>,
    category: Option<usize>,
    weight: Option<usize>,
}

/// Scores being gathered.
pub(super) struct ScoreFold<'s> {
    scores: &'s Scores,
    at: Places,
    groups: FxHashMap<Vec<String>, u32>,
    /// The first row of each group: its cells stand for what all of them share.
    rows: Vec<Flow<'s>>,
    items: Numbers,
    categories: Numbers,
    entries: Vec<Entry>,
}

impl<'s> ScoreFold<'s> {
    /// Nothing gathered yet.
    pub(super) fn new(scores: &'s Scores, names: &[String]) -> ScoreFold<'s> {
        let all = |wanted: &[String]| wanted.iter().map(|name| find(names, name)).collect();
        let one = |name: &str| find(names, name);
        ScoreFold {
            scores,
            at: Places {
                by: all(&scores.by),
                item: one(&scores.item),
                score: one(&scores.score),
                least: one(&scores.least),
                most: one(&scores.most),
                date: one(&scores.date),
                status: one(&scores.status),
                missing_if: all(&scores.missing_if),
                left_out_if: all(&scores.left_out_if),
                category: one(&scores.category),
                weight: one(&scores.weight),
            },
            groups: FxHashMap::default(),
            rows: Vec::new(),
            items: Numbers::default(),
            categories: Numbers::default(),
            entries: Vec::new(),
        }
    }

    /// Takes one score.
    pub(super) fn take(&mut self, flow: &Flow<'s>, notes: &mut Notes) {
        let key: Vec<String> = self.at.by.iter().map(|at| flow.cell(*at).to_owned()).collect();
        let says = |at: &Option<usize>| YES.iter().any(|yes| yes.eq_ignore_ascii_case(flow.cell(*at)));
        let status = flow.cell(self.at.status);
        let is_missing = is_one_of(status, &self.scores.missing) || self.at.missing_if.iter().any(says);
        let what = if self.at.left_out_if.iter().any(says) || is_one_of(status, &self.scores.left_out) {
            notes.add("score-left-out", line(flow.line), &self.scores.status, "");
            What::Nothing
        } else if is_one_of(status, &self.scores.missing) {
            What::Nothing
        } else if is_one_of(status, &self.scores.graded) {
            self.points(flow, notes)
        } else {
            notes.unknown("unknown-word", line(flow.line), &self.scores.status, status);
            What::Nothing
        };
        let next = self.groups.len() as u32;
        let group = *self.groups.entry(key).or_insert(next);
        if group == next {
            self.rows.push(flow.clone());
        }
        self.entries.push(Entry {
            group,
            item: self.items.of(flow.cell(self.at.item)),
            date: day(flow.cell(self.at.date)).map_or(i32::MIN, |day| day.0),
            what,
            is_missing,
            category: self.categories.of(flow.cell(self.at.category)),
            weight: flow
                .cell(self.at.weight)
                .parse()
                .ok()
                .filter(|weight: &f64| weight.is_finite() && *weight > 0.0),
        });
    }

    /// A graded score in points above the least; one that cannot be read is told and left out.
    fn points(&self, flow: &Flow<'_>, notes: &mut Notes) -> What {
        let cell = flow.cell(self.at.score);
        if cell.is_empty() {
            notes.add("score-left-out", line(flow.line), &self.scores.score, "");
            return What::Nothing;
        }
        let least = match flow.cell(self.at.least) {
            "" => Some(0),
            cell => millionths(cell),
        };
        let scale = least.zip(millionths(flow.cell(self.at.most)));
        let Some((least, most)) = scale.filter(|(least, most)| most > least) else {
            notes.reject("score-without-scale", line(flow.line), &self.scores.most, "");
            return What::Nothing;
        };
        match millionths(cell).filter(|score| *score >= least) {
            Some(score) => What::Points(score - least, most - least),
            None => {
                notes.reject("bad-score", line(flow.line), &self.scores.score, "");
                What::Nothing
            }
        }
    }

    /// One row per mark, with the columns `mark` and `missing_work`, in the order of what tells marks apart.
    pub(super) fn finish(mut self, names: &mut Vec<String>, notes: &mut Notes) -> Vec<Flow<'s>> {
        names.extend(["mark".to_owned(), "missing_work".to_owned()]);
        // Of two scores of one assignment the later counts; of one day the lower, whatever their order.
        self.entries
            .sort_by_key(|entry| (entry.group, entry.item, Reverse(entry.date), percent_of(entry.what)));
        let before = self.entries.len();
        self.entries.dedup_by_key(|entry| (entry.group, entry.item));
        for _ in self.entries.len()..before {
            notes.add("score-replaced", line(0), &self.scores.score, "");
        }
        let mut groups: Vec<(Vec<String>, u32)> = self.groups.drain().collect();
        groups.sort_unstable();
        let mut rows: Vec<Option<Flow<'s>>> = self.rows.into_iter().map(Some).collect();
        let mut made = Vec::with_capacity(rows.len());
        for (_, group) in groups {
            let start = self.entries.partition_point(|entry| entry.group < group);
            let end = self.entries.partition_point(|entry| entry.group <= group);
            let entries = &self.entries[start..end];
            let Some(mut flow) = rows[group as usize].take() else {
                continue;
            };
            let mark = percent(entries).map_or_else(|| self.scores.none.clone(), text);
            let missing = entries.iter().filter(|entry| entry.is_missing).count();
            flow.cells.extend([Cow::Owned(mark), Cow::Owned(missing.to_string())]);
            made.push(flow);
        }
        made
    }
}

/// Orders scores of one assignment and day: the lower share first, what brings nothing last.
fn percent_of(what: What) -> (i128, i128) {
    match what {
        What::Points(reached, of) => (
            i128::from(reached) * 100_000_000 / i128::from(of.max(1)),
            i128::from(of),
        ),
        What::Nothing => (i128::MAX, 0),
    }
}

/// The percent of several scores in hundredths, cut; `None` where nothing is graded.
fn percent(entries: &[Entry]) -> Option<i64> {
    let mut categories: FxHashMap<u32, (i128, i128, Option<f64>)> = FxHashMap::default();
    let mut all_weighed = true;
    for entry in entries {
        let What::Points(reached, of) = entry.what else {
            continue;
        };
        let sums = categories.entry(entry.category).or_insert((0, 0, entry.weight));
        sums.0 += i128::from(reached);
        sums.1 += i128::from(of);
        all_weighed &= entry.weight.is_some();
    }
    let (reached, of) = categories
        .values()
        .fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    if of == 0 {
        return None;
    }
    if !all_weighed || categories.len() == 1 {
        return Some((reached * 10_000 / of) as i64);
    }
    let mut parts: Vec<_> = categories.into_iter().collect();
    parts.sort_unstable_by_key(|(category, _)| *category);
    let weight = |part: &(i128, i128, Option<f64>)| part.2.unwrap_or(0.0);
    let sum: f64 = parts
        .iter()
        .map(|(_, part)| weight(part) * part.0 as f64 / part.1 as f64)
        .sum();
    let weights: f64 = parts.iter().map(|(_, part)| weight(part)).sum();
    // A part in a billion lies within what adding fractions loses: 0.6 + 0.3 is 90 percent, not 89.99.
    Some((sum / weights * 10_000.0 + 1e-6).floor() as i64)
}

/// Hundredths as a mark: `8550` is `85.5`.
fn text(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A decimal in millionths, exactly; `None` for what is none or beyond a million points.
fn millionths(cell: &str) -> Option<i64> {
    let (sign, digits) = match cell.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, cell.strip_prefix('+').unwrap_or(cell)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || whole.len() > 6 || !plain(whole) || !plain(part) {
        return None;
    }
    let part: String = part.chars().chain("000000".chars()).take(6).collect();
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    Some(sign * (whole * POINT + part.parse::<i64>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Entry, What, millionths, percent, text};

    fn entry(reached: i64, of: i64, category: u32, weight: Option<f64>) -> Entry {
        Entry {
            group: 0,
            item: 0,
            date: 0,
            what: What::Points(reached, of),
            is_missing: false,
            category,
            weight,
        }
    }

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!(millionths("8.5"), Some(8_500_000));
        assert_eq!(millionths(".25"), Some(250_000));
        assert_eq!(millionths("100"), Some(100_000_000));
        assert_eq!(millionths("-1"), Some(-1_000_000));
        for none in ["", "-", ".", "A", "1,5", "1e3", "9999999", "NaN"] {
            assert_eq!(millionths(none), None, "{none}");
        }
    }

    #[test]
    fn points_are_added_and_the_percent_is_cut_not_rounded() {
        let mark = |entries: &[Entry]| percent(entries).map(text);
        assert_eq!(
            mark(&[entry(8, 10, 0, None), entry(45, 50, 1, None)]).as_deref(),
            Some("88.33"),
            "53 of 60"
        );
        assert_eq!(
            mark(&[entry(59_999, 100_000, 0, None)]).as_deref(),
            Some("59.99"),
            "never 60"
        );
        assert_eq!(mark(&[entry(29, 100, 0, None)]).as_deref(), Some("29"));
        assert_eq!(mark(&[entry(11, 10, 0, None)]).as_deref(), Some("110"), "extra credit");
        assert_eq!(mark(&[]), None);
    }

    #[test]
    fn categories_are_weighed_only_where_each_has_a_weight() {
        let weighed = [entry(10, 10, 0, Some(40.0)), entry(50, 100, 1, Some(60.0))];
        assert_eq!(
            percent(&weighed).map(text).as_deref(),
            Some("70"),
            "0.4 of 100 and 0.6 of 50"
        );
        let half = [entry(10, 10, 0, Some(40.0)), entry(50, 100, 1, None)];
        assert_eq!(percent(&half).map(text).as_deref(), Some("54.54"), "60 of 110");
    }
}
