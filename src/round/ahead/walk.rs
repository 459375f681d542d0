//! A standing taken through days to come, one judged day after the other, as the nights would take it.

use super::Becomes;
use super::desk::{Row, Sheet};
use crate::crossings::{Standing, Tonight, advance};
use crate::rules::{Edges, Verdict};
use crate::school::Day;

/// One rule at one school, and the standing that it starts from.
pub(super) struct Walk<'w> {
    pub(super) rule: usize,
    pub(super) edges: &'w Edges,
    pub(super) digest: &'w str,
    pub(super) standing: Standing,
    /// What the rule says of a day up to tonight.
    pub(super) again: &'w dyn Fn(Day) -> Verdict,
    /// Whether the rule judged the student tonight.
    pub(super) judged: bool,
    /// Whether the walk ends with the term: marks of the next one nobody knows.
    pub(super) ends_with_term: bool,
}

/// One change on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// How many school days lie behind, the day of the change included.
    pub(super) days: usize,
    pub(super) day: Day,
    pub(super) becomes: Becomes,
}

impl Walk<'_> {
    /// The changes along a sheet, in order, and whether the walk came to its end: not where something could no longer be told.
    pub(super) fn changes(mut self, sheet: &Sheet) -> (Vec<Step>, bool) {
        let mut steps = Vec::new();
        for (at, row) in sheet.rows.iter().enumerate() {
            if self.ends_with_term && row.term != sheet.term {
                return (steps, false);
            }
            let Some(verdict) = row.verdicts.get(self.rule).and_then(Option::as_ref) else {
                return (steps, false);
            };
            if matches!(verdict, Verdict::Unknown(_) | Verdict::Held(_)) {
                return (steps, false);
            }
            let before = self.standing.level;
            self.advance(verdict, row.day, &sheet.rows);
            let becomes = match (before, self.standing.level) {
                (before, now) if before != now => Becomes::of(now, verdict),
                (None, _) if !self.judged && verdict.is_judged() => Becomes::Judged,
                _ => {
                    self.judged |= verdict.is_judged();
                    continue;
                }
            };
            self.judged |= verdict.is_judged();
            steps.push(Step {
                days: at + 1,
                day: row.day,
                becomes,
            });
            if becomes == Becomes::Unmeasured {
                return (steps, false);
            }
        }
        (steps, !sheet.cut)
    }

    fn advance(&mut self, verdict: &Verdict, day: Day, rows: &[Row]) {
        let again = |day: Day| {
            let supposed = rows.iter().find(|row| row.day == day);
            let said = supposed.and_then(|row| row.verdicts.get(self.rule)).cloned().flatten();
            said.unwrap_or_else(|| (self.again)(day))
        };
        let tonight = Tonight {
            verdict,
            day,
            edges: self.edges,
            digest: self.digest,
            enrolled: true,
            believe_at_once: false,
            older: None,
            counts_as_judged: true,
            again: &again,
            working: true,
        };
        self.standing = advance(&self.standing, &tonight).0;
    }
}
