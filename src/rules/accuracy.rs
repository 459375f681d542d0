//! How right the rules are: what they said on past days beside what really happened.
//!
//! Each student counts once per level: flagged where the rule reached the level on any of the days looked at before the outcome, as
//! many judged days in a row as the card asks for. A student whom the rule never judged is counted apart, not among the quiet ones.

use std::ops::RangeInclusive;

use super::card::{Card, Status};
use super::judge::{CaseFile, Judge};
use super::rule::RuleSet;
use super::verdict::{NotFor, Verdict};
use crate::facts::{SchoolIx, StudentIx};
use crate::hands;
use crate::monitor::Problem;
use crate::school::{Day, Level, Tables};
use crate::timeline::{Almanac, Night, Scratch};

/// The quantile of the normal distribution that leaves one in twenty outside.
const Z: f64 = 1.959_963_984_540_054;

/// What really happened to a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The student.
    pub student: StudentIx,
    /// Whether the outcome came true.
    pub came_true: bool,
    /// When; only days before it are looked at. `None`: all days are.
    pub on: Option<Day>,
}

/// A part of a whole, with how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: u32,
    /// The whole.
    pub of: u32,
}

impl Share {
    /// The share, 0 to 1; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        (self.of > 0).then(|| f64::from(self.part) / f64::from(self.of))
    }

    /// Wilson's interval, which holds the true share in 19 of 20 such samples; `None` of nothing.
    pub fn interval(self) -> Option<(f64, f64)> {
        let share = self.value()?;
        let n = f64::from(self.of);
        let shrink = 1.0 + Z * Z / n;
        let middle = (share + Z * Z / (2.0 * n)) / shrink;
        let half = Z / shrink * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Some(((middle - half).max(0.0), (middle + half).min(1.0)))
    }
}

/// One rule at one level beside one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The rule's number in its set.
    pub rule: usize,
    /// The level, or a graver one.
    pub level: Level,
    /// Flagged, and it came true.
    pub hits: u32,
    /// Flagged, and it did not.
    pub false_alarms: u32,
    /// Never flagged, and it came true.
    pub misses: u32,
    /// Never flagged, and it did not.
    pub quiet: u32,
    /// Students with an outcome whom the rule never judged.
    pub not_judged: u32,
    /// Calendar days from the first flag to the outcome, of hits whose outcome has a date; ascending.
    pub leads: Vec<u16>,
}

impl Score {
    fn new(rule: usize, level: Level) -> Score {
        Score {
            rule,
            level,
            hits: 0,
            false_alarms: 0,
            misses: 0,
            quiet: 0,
            not_judged: 0,
            leads: Vec::new(),
        }
    }

    /// Of the judged: how many are flagged.
    pub fn flagged(&self) -> Share {
        Share {
            part: self.hits + self.false_alarms,
            of: self.judged(),
        }
    }

    /// Of the flagged: for how many it came true.
    pub fn precision(&self) -> Share {
        Share {
            part: self.hits,
            of: self.hits + self.false_alarms,
        }
    }

    /// Of those for whom it came true: how many were flagged.
    pub fn sensitivity(&self) -> Share {
        Share {
            part: self.hits,
            of: self.hits + self.misses,
        }
    }

    /// Of those for whom it did not: how many were not flagged.
    pub fn specificity(&self) -> Share {
        Share {
            part: self.quiet,
            of: self.quiet + self.false_alarms,
        }
    }

    /// Students whom the rule judged.
    pub fn judged(&self) -> u32 {
        self.hits + self.false_alarms + self.misses + self.quiet
    }

    /// The lead that half of the dated hits had at least, in calendar days.
    pub fn median_lead(&self) -> Option<u16> {
        let upper_half = self.leads.len().div_ceil(2);
        self.leads.iter().rev().nth(upper_half.checked_sub(1)?).copied()
    }

    fn count(&mut self, happened: &Happened, first: Option<Day>) {
        match (first, happened.came_true) {
            (Some(first), true) => {
                self.hits += 1;
                let lead = happened.on.map(|on| u16::try_from(on.0 - first.0).unwrap_or(0));
                self.leads.extend(lead);
            }
            (Some(_), false) => self.false_alarms += 1,
            (None, true) => self.misses += 1,
            (None, false) => self.quiet += 1,
        }
    }

    fn add(&mut self, other: Score) {
        self.hits += other.hits;
        self.false_alarms += other.false_alarms;
        self.misses += other.misses;
        self.quiet += other.quiet;
        self.not_judged += other.not_judged;
        self.leads.extend(other.leads);
        self.leads.sort_unstable();
    }
}

/// Scores every rule that is live or in shadow, at each of its levels, over the school days of a span; and what failed on the way.
pub fn score(
    rules: &RuleSet,
    almanac: &Almanac<'_>,
    span: RangeInclusive<Day>,
    happened: &[Happened],
) -> (Vec<Score>, Vec<Problem>) {
    let nights = nights(almanac, span);
    let shares = happened.chunks(hands::share(happened.len()));
    let parts: Vec<(Vec<Score>, Vec<Problem>)> =
        hands::side_by_side(shares, |_, share| Reader::new(rules, almanac, &nights).read(share));
    let mut scores = blank(rules);
    let mut problems: Vec<Problem> = Vec::new();
    for (part, failed) in parts {
        for (score, part) in scores.iter_mut().zip(part) {
            score.add(part);
        }
        for problem in failed {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    (scores, problems)
}

/// Every day of the span on which any school has school; without a calendar every weekday.
fn nights<'a>(almanac: &'a Almanac<'a>, span: RangeInclusive<Day>) -> Vec<Night<'a>> {
    let schools = 0..almanac.books().names.schools.len() as u16;
    let before = Some(span.start().plus(-1));
    let mut days: Vec<Day> = schools
        .map(SchoolIx)
        .flat_map(|school| match almanac.has_days(school) {
            true => almanac.instructional_days(school, before, *span.end()),
            false => (span.start().0..=span.end().0)
                .map(Day)
                .filter(|day| day.0 - day.monday().0 < 5)
                .collect(),
        })
        .collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().map(|day| almanac.night(day)).collect()
}

/// No score yet, for each rule that judges and each level that any of its cards has.
fn blank(rules: &RuleSet) -> Vec<Score> {
    let judges = |card: &&Card| matches!(card.status, Status::Live | Status::Shadow);
    let mut scores = Vec::new();
    for (number, rule) in rules.rules().iter().enumerate() {
        let has = |level: &Level| {
            rule.cards
                .iter()
                .filter(judges)
                .any(|card| card.edges.levels.contains_key(level))
        };
        scores.extend(
            Level::ALL
                .into_iter()
                .filter(has)
                .map(|level| Score::new(number, level)),
        );
    }
    scores
}

/// One thread's part of the students.
struct Reader<'r, 'a> {
    rules: &'r RuleSet,
    almanac: &'a Almanac<'a>,
    nights: &'r [Night<'a>],
    judge: Judge<'r>,
    scratch: Scratch<'a>,
    scores: Vec<Score>,
    /// By score.
    seen: Vec<Seen>,
}

/// What one student's days came to under one rule at one level.
#[derive(Clone, Copy, Default)]
struct Seen {
    judged: bool,
    /// Judged days in a row on which the level was reached.
    run: u16,
    first: Option<Day>,
}

impl<'r, 'a> Reader<'r, 'a> {
    fn new(rules: &'r RuleSet, almanac: &'a Almanac<'a>, nights: &'r [Night<'a>]) -> Reader<'r, 'a> {
        Reader {
            rules,
            almanac,
            nights,
            judge: Judge::new(rules),
            scratch: almanac.scratch(),
            scores: blank(rules),
            seen: Vec::new(),
        }
    }

    fn read(mut self, happened: &[Happened]) -> (Vec<Score>, Vec<Problem>) {
        let mut row = Vec::new();
        for one in happened {
            self.seen.clear();
            self.seen.resize(self.scores.len(), Seen::default());
            let nights = self.nights;
            for night in nights
                .iter()
                .take_while(|night| one.on.is_none_or(|on| night.as_of() < on))
            {
                self.night(night, one.student, &mut row);
            }
            for (score, seen) in self.scores.iter_mut().zip(&self.seen) {
                match seen.judged {
                    true => score.count(one, seen.first),
                    false => score.not_judged += 1,
                }
            }
        }
        let problems = self.judge.problems();
        (self.scores, problems)
    }

    fn night(&mut self, night: &Night<'a>, student: StudentIx, row: &mut Vec<Option<Verdict>>) {
        let almanac = self.almanac;
        let Some(numbers) = night.student_with(student, &mut self.scratch) else {
            return;
        };
        if almanac.has_days(numbers.school()) && !almanac.is_instructional(numbers.school(), night.as_of()) {
            return;
        }
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held: Tables::NONE,
        };
        self.judge.night(&file, row);
        for (score, seen) in self.scores.iter().zip(&mut self.seen) {
            let after = self.rules.rules()[score.rule].card(numbers.school_id()).edges.after;
            if let Some(verdict) = &row[score.rule] {
                seen.hear(verdict, score.level, after, night.as_of());
            }
        }
    }
}

impl Seen {
    fn hear(&mut self, verdict: &Verdict, level: Level, after: u16, day: Day) {
        match verdict {
            Verdict::Clear { .. } | Verdict::At { .. } => {
                self.judged = true;
                self.run = if verdict.level() >= Some(level) {
                    self.run.saturating_add(1)
                } else {
                    0
                };
                if self.run >= after.max(1) && self.first.is_none() {
                    self.first = Some(day);
                }
            }
            // As a standing takes it: a young term and what is not known break no run.
            Verdict::NotApplicable(NotFor::Needs { word, .. }) if word == "day_of_term" => {}
            Verdict::NotApplicable(_) => self.run = 0,
            Verdict::Unknown(_) | Verdict::Held(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Happened, Score, Share};
    use crate::facts::StudentIx;
    use crate::school::{Day, Level};

    #[test]
    fn wilsons_interval_is_the_published_one() {
        // Wilson's worked example as statistics texts give it: 15 of 50 is .191 to .438; 0 of 10 is 0 to .278.
        let (low, high) = Share { part: 15, of: 50 }.interval().unwrap();
        assert!(
            (low - 0.191).abs() < 0.001 && (high - 0.438).abs() < 0.001,
            "{low} {high}"
        );
        let (low, high) = Share { part: 0, of: 10 }.interval().unwrap();
        assert!(low == 0.0 && (high - 0.278).abs() < 0.001, "{low} {high}");
        assert_eq!(Share { part: 0, of: 0 }.interval(), None);
    }

    #[test]
    fn the_median_lead_is_one_that_half_of_the_hits_had_at_least() {
        let mut score = Score::new(0, Level::Concern);
        assert_eq!(score.median_lead(), None);
        for (lead, median) in [(10, 10), (2, 10), (7, 7), (1, 7), (20, 7)] {
            let happened = Happened {
                student: StudentIx(0),
                came_true: true,
                on: Some(Day(100 + lead)),
            };
            score.count(&happened, Some(Day(100)));
            score.leads.sort_unstable();
            assert_eq!(score.median_lead(), Some(median), "after {:?}", score.leads);
        }
    }
}
