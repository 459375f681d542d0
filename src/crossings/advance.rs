//! One step: a standing and tonight become a new standing and its reason.

use std::fmt;

use super::{Reason, Standing};
use crate::rules::{Edges, NotFor, Verdict};
use crate::school::{Day, Level};

/// Everything that one night says of one student under one rule.
#[derive(Clone, Copy)]
pub struct Tonight<'a> {
    /// What the rule says of the day, with today's facts.
    pub verdict: &'a Verdict,
    /// The day judged.
    pub day: Day,
    /// The rule's edges as they hold at the student's school.
    pub edges: &'a Edges,
    /// The rule's digest.
    pub digest: &'a str,
    /// Whether an enrollment holds the day.
    pub enrolled: bool,
    /// Whether this is a baseline night of the rule at the school: a level needs no run of days.
    pub believe_at_once: bool,
    /// What the version before says of the same day; only on the first night of a new digest.
    pub older: Option<&'a Verdict>,
    /// Whether the day adds to the runs; `false` for a rule that reads attendance while the through day stands still.
    pub counts_as_judged: bool,
    /// Judges another day with today's facts; asked for the day of the last step up.
    pub again: &'a dyn Fn(Day) -> Verdict,
    /// Whether the rule is at work; `false` once the district has taken it out. One set aside as broken is not advanced.
    pub working: bool,
}

impl fmt::Debug for Tonight<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tonight")
            .field("verdict", self.verdict)
            .field("day", &self.day)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Advances a standing by one judged day. Days come in order; a day already judged adds nothing.
pub fn advance(standing: &Standing, tonight: &Tonight<'_>) -> (Standing, Reason) {
    let mut next = standing.clone();
    let reason = step(&mut next, tonight);
    (next, reason)
}

/// Closes what is left of a standing when its school year is over. Nobody is told.
pub fn turn_year(standing: &Standing) -> (Standing, Reason) {
    let mut next = standing.clone();
    next.close();
    next.forget_runs();
    (next, Reason::YearTurned)
}

fn step(standing: &mut Standing, tonight: &Tonight<'_>) -> Reason {
    if !tonight.working {
        return take_out_of_work(standing);
    }
    if matches!(tonight.verdict, Verdict::Held(_)) {
        return Reason::Held;
    }
    if !tonight.enrolled {
        return leave(standing, tonight.day);
    }
    let back = standing.left.take().is_some();
    let new_digest = standing.digest != tonight.digest;
    if new_digest {
        // Days judged by an older digest count no more, and a step up of theirs is not this rule's to correct.
        standing.forget_runs();
        standing.judged = None;
        standing.stepped_up = None;
        tonight.digest.clone_into(&mut standing.digest);
    }
    let reason = match tonight.verdict {
        Verdict::Clear { value } => judged(standing, tonight, new_digest, None, *value),
        Verdict::At { level, value } => judged(standing, tonight, new_digest, Some(*level), *value),
        Verdict::NotApplicable(why) => not_applicable(standing, tonight, why),
        Verdict::Unknown(_) => unknown(standing, tonight.day),
        Verdict::Held(_) => Reason::Held,
    };
    match reason {
        Reason::Still | Reason::Unknown if back => Reason::Resumed,
        other => other,
    }
}

/// The district took the rule out of work: its flags close.
fn take_out_of_work(standing: &mut Standing) -> Reason {
    let had_flag = standing.level.is_some();
    standing.close();
    standing.forget_runs();
    standing.unknown_days = 0;
    standing.unknown_on = None;
    if had_flag { Reason::RuleChanged } else { Reason::Clear }
}

/// An open flag waits for the student's return; its level and what was told of it stay.
fn leave(standing: &mut Standing, day: Day) -> Reason {
    if standing.level.is_some() && standing.left.is_none() {
        standing.left = Some(day);
    }
    Reason::LeftSchool
}

fn unknown(standing: &mut Standing, day: Day) -> Reason {
    if standing.unknown_on < Some(day) {
        standing.unknown_days = standing.unknown_days.saturating_add(1);
        standing.unknown_on = Some(day);
    }
    Reason::Unknown
}

fn not_applicable(standing: &mut Standing, tonight: &Tonight<'_>, why: &NotFor) -> Reason {
    if is_young_term(why) {
        // A young term closes nothing and is no gap in the data either: the operator's count stands still.
        return if standing.level.is_some() {
            Reason::Unknown
        } else {
            Reason::NotApplicable
        };
    }
    let had_flag = standing.level.is_some();
    standing.close();
    standing.forget_runs();
    standing.unknown_days = 0;
    standing.unknown_on = None;
    if had_flag && differs(tonight) {
        Reason::RuleChanged
    } else {
        Reason::NotApplicable
    }
}

/// Whether the rule is silent only because the term has just begun.
fn is_young_term(why: &NotFor) -> bool {
    matches!(why, NotFor::Needs { word, .. } if word == "day_of_term")
}

/// Whether the version before says something else of the same night.
fn differs(tonight: &Tonight<'_>) -> bool {
    tonight
        .older
        .is_some_and(|older| older.word() != tonight.verdict.word())
}

fn judged(
    standing: &mut Standing,
    tonight: &Tonight<'_>,
    new_digest: bool,
    level: Option<Level>,
    value: f64,
) -> Reason {
    standing.unknown_days = 0;
    standing.unknown_on = None;
    let counts = tonight.counts_as_judged && standing.judged < Some(tonight.day);
    if counts {
        standing.count(level, value, tonight.edges);
        standing.judged = Some(tonight.day);
    }
    if new_digest && differs(tonight) {
        return change_rule(standing, level, tonight.day);
    }
    let before = standing.level;
    if let Some(reason) = correct(standing, tonight, counts, level, value) {
        return reason;
    }
    let up = match (tonight.believe_at_once, counts) {
        (true, _) => level,
        (false, true) => standing.up(tonight.edges.after),
        (false, false) => None,
    };
    let kept = if counts {
        standing.kept(before, tonight.edges)
    } else {
        before
    };
    standing.hold(up.max(kept), tonight.day);
    name(before, standing, tonight.believe_at_once)
}

/// The new version's level holds at once, run or no run.
fn change_rule(standing: &mut Standing, level: Option<Level>, day: Day) -> Reason {
    let before = standing.level;
    standing.hold(level, day);
    match level {
        _ if before != level => Reason::RuleChanged,
        Some(_) => Reason::Still,
        None => Reason::Clear,
    }
}

/// Takes back what was never so: the day of the last step up, judged again, lies below what is held.
fn correct(
    standing: &mut Standing,
    tonight: &Tonight<'_>,
    counts: bool,
    level: Option<Level>,
    value: f64,
) -> Option<Reason> {
    let held = standing.level?;
    let step = standing.stepped_up?;
    // The verdict at hand is the answer for its own day: no need to judge it twice.
    let truth = if step == tonight.day {
        level
    } else {
        answer(&(tonight.again)(step))?
    };
    if truth >= Some(held) {
        return None;
    }
    if !counts {
        // No new day is added, but the last one has been told wrongly: tonight's answer stands in its place.
        standing.recount(level, value, tonight.edges);
    }
    let up = if tonight.believe_at_once {
        level
    } else {
        standing.up(tonight.edges.after)
    };
    let now = up.max(standing.kept(truth, tonight.edges));
    if now >= Some(held) {
        // The crossing day was wrong, yet today's facts carry the flag by themselves: this is its day from now on.
        standing.stepped_up = Some(tonight.day);
        return None;
    }
    standing.hold(now, tonight.day);
    if now > truth {
        standing.stepped_up = Some(tonight.day);
    }
    Some(Reason::Corrected)
}

/// What a day judged again says for good: a level, none, or nothing that could take a flag back.
fn answer(verdict: &Verdict) -> Option<Option<Level>> {
    match verdict {
        Verdict::Clear { .. } => Some(None),
        Verdict::At { level, .. } => Some(Some(*level)),
        Verdict::NotApplicable(why) if is_young_term(why) => None,
        Verdict::NotApplicable(_) => Some(None),
        Verdict::Unknown(_) | Verdict::Held(_) => None,
    }
}

/// Names the step from one level to another.
fn name(before: Option<Level>, standing: &Standing, baseline: bool) -> Reason {
    let now = standing.level;
    if baseline && now >= before && now > standing.told {
        return Reason::Baseline;
    }
    match (before, now) {
        (None, None) => Reason::Clear,
        (None, Some(_)) => Reason::Crossed,
        (Some(_), None) => Reason::Cleared,
        (Some(was), Some(is)) if is > was => Reason::Worsened,
        (Some(was), Some(is)) if is < was => Reason::Eased,
        (Some(_), Some(_)) => Reason::Still,
    }
}
