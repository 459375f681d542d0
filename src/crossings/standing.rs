//! What we hold to be true of one student under one rule.

use serde::{Deserialize, Serialize};

use crate::rules::Edges;
use crate::school::{Day, Level};

/// What we hold to be true of a student under a rule in this school year.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The level held; `None` is clear.
    pub level: Option<Level>,
    /// The highest level of this episode that its owner was written.
    pub told: Option<Level>,
    /// Set when `told` was set by hand or by counts alone, without words about this student.
    pub told_unwritten: bool,
    /// The first day of this episode, from clear to a level.
    pub since: Option<Day>,
    /// The judged day of the last step up; `None` too once the rule has changed, since another rule cannot correct it.
    pub stepped_up: Option<Day>,
    /// Episodes so far this year; the open one's number.
    pub episode: u16,
    /// Judged days in a row that reached watch, concern, urgent, up to the last judged day.
    pub reached: [u16; 3],
    /// Judged days in a row that did not keep watch, concern, urgent (edge less margin), up to the last judged day.
    /// Counted up to the level held, 0 above it.
    pub calm: [u16; 3],
    /// The last day on which the rule of `digest` gave clear or a level; `None` before that.
    pub judged: Option<Day>,
    /// The digest of the rule that judged it; empty before the first.
    pub digest: String,
    /// School days in a row without an answer (`unknown`), for the operator's list.
    pub unknown_days: u16,
    /// The last of them, so that a second round of a day adds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_on: Option<Day>,
    /// The day on which a student with an open flag was no longer enrolled; the flag waits for a return in the same year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Day>,
}

impl Standing {
    /// Whether there is an open flag of a student who is here.
    pub fn is_open(&self) -> bool {
        self.level.is_some() && self.left.is_none()
    }

    /// The level that its owner does not know of yet: the one held, where it is above `told`.
    pub fn news(&self) -> Option<Level> {
        self.level.filter(|_| self.left.is_none() && self.level > self.told)
    }

    /// Whether nothing in it outlives the night: a store may leave it out, since a clear verdict on a default standing
    /// gives a quiet one again (`judged` and `digest` stand once per school and rule).
    pub fn is_quiet(&self) -> bool {
        self.level.is_none() && self.episode == 0 && self.reached == [0; 3] && self.unknown_days == 0
    }

    /// The standing with what its owner was written: the highest level of the open episode, and whether in words.
    pub fn with_told(mut self, told: Option<Level>, unwritten: bool) -> Standing {
        self.told = told.filter(|_| self.level.is_some());
        self.told_unwritten = unwritten && self.told.is_some();
        self
    }

    /// The highest level that each of the last `after` judged days reached.
    pub(super) fn up(&self, after: u16) -> Option<Level> {
        let held = |level: &Level| self.reached[*level as usize] >= after.max(1);
        Level::ALL.into_iter().rev().find(held)
    }

    /// The highest level, `most` at the most, that has not been left: fewer than `clear_days` judged days in a row lay
    /// on the safe side. A level that the rule no longer has is not kept.
    pub(super) fn kept(&self, most: Option<Level>, edges: &Edges) -> Option<Level> {
        let kept = |level: &Level| {
            Some(*level) <= most
                && edges.levels.contains_key(level)
                && self.calm[*level as usize] < edges.clear_days.max(1)
        };
        Level::ALL.into_iter().rev().find(kept)
    }

    /// Adds one judged day to the runs. Calm days count for levels up to the one held.
    pub(super) fn count(&mut self, level: Option<Level>, value: f64, edges: &Edges) {
        for each in Level::ALL {
            let at = each as usize;
            self.reached[at] = if level >= Some(each) {
                self.reached[at].saturating_add(1)
            } else {
                0
            };
            let counts = self.level >= Some(each) && !edges.keeps(value, each);
            self.calm[at] = if counts { self.calm[at].saturating_add(1) } else { 0 };
        }
    }

    /// Puts a judgement in the place of the last judged day's: the facts of that day have changed since.
    pub(super) fn recount(&mut self, level: Option<Level>, value: f64, edges: &Edges) {
        for each in Level::ALL {
            let at = each as usize;
            self.reached[at] = if level >= Some(each) {
                self.reached[at].max(1)
            } else {
                0
            };
            let counts = self.level >= Some(each) && !edges.keeps(value, each);
            self.calm[at] = if counts { self.calm[at].max(1) } else { 0 };
        }
    }

    /// Ends all runs; what is held stays.
    pub(super) fn forget_runs(&mut self) {
        self.reached = [0; 3];
        self.calm = [0; 3];
    }

    /// Holds another level from `day` on: opens an episode, steps up, or closes it.
    pub(super) fn hold(&mut self, level: Option<Level>, day: Day) {
        let Some(new) = level else {
            self.close();
            return;
        };
        if self.level.is_none() {
            self.episode = self.episode.saturating_add(1);
            self.since = Some(day);
            self.told = None;
            self.told_unwritten = false;
        }
        if self.level < level {
            self.stepped_up = Some(day);
        }
        self.level = level;
        for above in Level::ALL.into_iter().filter(|above| *above > new) {
            self.calm[above as usize] = 0;
        }
    }

    /// Closes the episode. What was told of it stands in its letters under the episode's number.
    pub(super) fn close(&mut self) {
        self.level = None;
        self.told = None;
        self.told_unwritten = false;
        self.since = None;
        self.stepped_up = None;
        self.calm = [0; 3];
        self.left = None;
    }
}
