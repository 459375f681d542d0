//! What is believed of a drawn student after each judged day: `after` and `clear` of the card, read as plainly as they can be.

use crate::rules::card::Edges;
use crate::rules::verdict::{NotFor, Verdict};
use crate::school::Level;

/// A standing as far as a trial draws one: no hold, no correction, no change of the rule.
#[derive(Clone, Debug, Default)]
pub struct Belief {
    /// Measures of the judged days since the last gap, newest last.
    days: Vec<f64>,
    level: Option<Level>,
}

impl Belief {
    /// The level believed; `None` is clear.
    pub fn level(&self) -> Option<Level> {
        self.level
    }

    /// Adds what the rule says of the next school day.
    pub fn add(&mut self, verdict: &Verdict, edges: &Edges) {
        match verdict {
            Verdict::Clear { value } | Verdict::At { value, .. } => {
                self.days.push(*value);
                self.level = self.up(edges).max(self.kept(edges));
            }
            // A young term and a missing number neither count nor break a run.
            Verdict::NotApplicable(NotFor::Needs { word, .. }) if word == "day_of_term" => {}
            Verdict::NotApplicable(_) => *self = Belief::default(),
            Verdict::Unknown(_) | Verdict::Held(_) => {}
        }
    }

    fn last(&self, days: u16) -> Option<&[f64]> {
        let from = self.days.len().checked_sub(usize::from(days))?;
        Some(&self.days[from..])
    }

    /// The highest level that each of the last `after` judged days reached.
    fn up(&self, edges: &Edges) -> Option<Level> {
        let recent = self.last(edges.after)?;
        let reached = |level: &Level| recent.iter().all(|value| edges.level(*value) >= Some(*level));
        Level::ALL.into_iter().rev().find(reached)
    }

    /// The highest level, up to the one held, whose edge less the margin any of the last `clear.days` judged days reached.
    fn kept(&self, edges: &Edges) -> Option<Level> {
        let recent = self.last(edges.clear_days);
        let kept = |level: &Level| {
            Some(*level) <= self.level
                && edges.levels.contains_key(level)
                && recent.is_none_or(|recent| recent.iter().any(|value| edges.keeps(*value, *level)))
        };
        Level::ALL.into_iter().rev().find(kept)
    }
}
