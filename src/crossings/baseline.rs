//! When a rule first sees a whole school: levels are believed at once and go on one starting list per owner.

use serde::{Deserialize, Serialize};

use crate::rules::{NotFor, Verdict};
use crate::school::Day;

/// School days after the first verdict on which a baseline is taken even if half of the school is never judged.
const LONGEST_WAIT_SCHOOL_DAYS: u16 = 20;

/// The baseline of one rule at one school in one school year. A fresh one ([`Baseline::default`]) takes a fresh baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The first day on which the rule judged anybody there.
    pub first_judged: Option<Day>,
    /// School days since then.
    pub school_days_since: u16,
    /// The last day counted, so that a second round of a day adds none.
    pub counted: Option<Day>,
    /// The day of the last baseline.
    pub done: Option<Day>,
}

/// Where a rule stands with a school tonight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Not enough is judged yet: news waits.
    Pending,
    /// Tonight: levels are believed at once, and all news goes on starting lists.
    Now,
    /// Taken: news is ordinary.
    Done,
}

/// How many of a school's active students a rule judged on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the rule's grades and not turned away by `applies`.
    pub admitted: u32,
    /// Given clear or a level.
    pub judged: u32,
    /// Of these, those that had neither on the judged day before.
    pub newly_judged: u32,
}

impl Counts {
    /// Adds one active student of the school; `had_verdict`: clear or a level on the judged day before.
    pub fn add(&mut self, verdict: &Verdict, had_verdict: bool) {
        if matches!(verdict, Verdict::NotApplicable(NotFor::Grade | NotFor::Applies)) {
            return;
        }
        self.admitted += 1;
        if verdict.is_judged() {
            self.judged += 1;
            self.newly_judged += u32::from(!had_verdict);
        }
    }
}

impl Baseline {
    /// Takes one judged day of the school. A rule that is not live has no baseline yet: becoming live starts one. Not
    /// called while a feed of the rule is held there.
    pub fn tonight(&self, day: Day, live: bool, counts: Counts) -> (Baseline, Phase) {
        if !live {
            return (Baseline::default(), Phase::Pending);
        }
        let mut next = *self;
        next.count(day, counts);
        if next.is_due(day, counts) {
            next.done = Some(day);
            return (next, Phase::Now);
        }
        let phase = if next.done.is_some() {
            Phase::Done
        } else {
            Phase::Pending
        };
        (next, phase)
    }

    fn count(&mut self, day: Day, counts: Counts) {
        if self.counted >= Some(day) {
            return;
        }
        if self.first_judged.is_some() {
            self.school_days_since = self.school_days_since.saturating_add(1);
        } else if counts.judged > 0 {
            self.first_judged = Some(day);
        } else {
            return;
        }
        self.counted = Some(day);
    }

    fn is_due(&self, day: Day, counts: Counts) -> bool {
        if self.done.is_some() {
            // Half the school passing from no verdict to judged in one night is a new term, not so many new flags.
            return self.done < Some(day) && at_least_half(counts.newly_judged, counts.admitted);
        }
        at_least_half(counts.judged, counts.admitted) || self.school_days_since >= LONGEST_WAIT_SCHOOL_DAYS
    }
}

fn at_least_half(part: u32, whole: u32) -> bool {
    part > 0 && u64::from(part) * 2 >= u64::from(whole)
}

#[cfg(test)]
mod tests {
    use super::{Baseline, Counts, Phase};
    use crate::rules::{NotFor, Verdict};
    use crate::school::{Day, Level};

    fn day(n: i32) -> Day {
        Day::from_ymd(2026, 9, 1).unwrap().plus(n)
    }

    fn counts(admitted: u32, judged: u32, newly_judged: u32) -> Counts {
        Counts {
            admitted,
            judged,
            newly_judged,
        }
    }

    #[test]
    fn the_first_night_that_judges_half_of_the_school_is_its_baseline() {
        let mut state = Baseline::default();
        let mut phases = Vec::new();
        for (n, judged) in [0, 10, 49, 50, 100].into_iter().enumerate() {
            let (next, phase) = state.tonight(day(n as i32), true, counts(100, judged, 0));
            state = next;
            phases.push(phase);
        }
        let expected = [Phase::Pending, Phase::Pending, Phase::Pending, Phase::Now, Phase::Done];
        assert_eq!(phases, expected);
        assert_eq!(state.done, Some(day(3)));
        // Another round of the same day is no second baseline.
        assert_eq!(state.tonight(day(3), true, counts(100, 60, 60)).1, Phase::Done);
    }

    #[test]
    fn a_school_of_which_half_is_never_judged_waits_twenty_school_days() {
        let mut state = Baseline::default();
        for n in 0..40 {
            let judged = u32::from(n >= 5);
            // Every day is looked at twice: the second round adds no day.
            let (next, _) = state.tonight(day(n), true, counts(100, judged, 0));
            let (next, phase) = next.tonight(day(n), true, counts(100, judged, 0));
            state = next;
            let expected = if n < 25 { Phase::Pending } else { Phase::Done };
            assert_eq!(phase, expected, "day {n}");
        }
        assert_eq!(state.done, Some(day(25)));
    }

    #[test]
    fn a_new_term_and_a_rule_that_becomes_live_take_a_baseline() {
        let (state, phase) = Baseline::default().tonight(day(0), true, counts(10, 10, 10));
        assert_eq!(phase, Phase::Now);
        let (state, phase) = state.tonight(day(1), true, counts(10, 0, 0));
        assert_eq!(phase, Phase::Done);
        let (state, phase) = state.tonight(day(2), true, counts(10, 4, 4));
        assert_eq!(phase, Phase::Done);
        let (state, phase) = state.tonight(day(3), true, counts(10, 9, 5));
        assert_eq!(phase, Phase::Now);
        let (state, phase) = state.tonight(day(4), false, counts(10, 10, 0));
        assert_eq!(phase, Phase::Pending);
        assert_eq!(state.tonight(day(5), true, counts(10, 10, 0)).1, Phase::Now);
    }

    #[test]
    fn students_outside_a_rule_do_not_hold_its_baseline_back() {
        let mut tally = Counts::default();
        tally.add(&Verdict::NotApplicable(NotFor::Grade), false);
        tally.add(&Verdict::NotApplicable(NotFor::Applies), false);
        let young_term = NotFor::Needs {
            word: "day_of_term".to_owned(),
            least: 15.0,
            has: 3.0,
        };
        tally.add(&Verdict::NotApplicable(young_term), false);
        tally.add(&Verdict::Unknown(vec!["average".to_owned()]), true);
        tally.add(&Verdict::Clear { value: 0.0 }, true);
        tally.add(
            &Verdict::At {
                level: Level::Concern,
                value: 2.0,
            },
            false,
        );
        assert_eq!(tally, counts(4, 2, 1));
    }
}
