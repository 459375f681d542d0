//! Told stories about one student under one rule, night by night.

use std::collections::BTreeMap;

use super::{Reason, Standing, Tonight, advance, turn_year};
use crate::rules::{Edges, NotFor, Verdict, Worse};
use crate::school::{Day, Level, Table};

/// Chronic absence as it ships: 8, 10, 20 percent, left after 5 days more than 1.0 below.
fn chronic() -> Edges {
    Edges {
        levels: BTreeMap::from([(Level::Watch, 8.0), (Level::Concern, 10.0), (Level::Urgent, 20.0)]),
        worse: Worse::Higher,
        margin: 1.0,
        clear_days: 5,
        after: 1,
    }
}

/// A rule without `clear`: an edge is left on the first day below it.
fn plain(after: u16) -> Edges {
    Edges {
        levels: BTreeMap::from([(Level::Watch, 1.0), (Level::Concern, 2.0), (Level::Urgent, 3.0)]),
        worse: Worse::Higher,
        margin: 0.0,
        clear_days: 1,
        after,
    }
}

fn day(n: i32) -> Day {
    Day::from_ymd(2026, 9, 1).unwrap().plus(n)
}

fn judge(edges: &Edges, value: f64) -> Verdict {
    match edges.level(value) {
        Some(level) => Verdict::At { level, value },
        None => Verdict::Clear { value },
    }
}

fn no_gradebook() -> Verdict {
    Verdict::Unknown(vec!["average".to_owned()])
}

fn young_term() -> Verdict {
    Verdict::NotApplicable(NotFor::Needs {
        word: "day_of_term".to_owned(),
        least: 15.0,
        has: 3.0,
    })
}

/// One student's nights; each method is one judged day.
struct Story {
    edges: &'static Edges,
    standing: Standing,
    today: i32,
}

impl Story {
    fn new(edges: Edges) -> Story {
        Story {
            // A few small tables for the time of a test, so that a night may borrow whatever else it likes.
            edges: Box::leak(Box::new(edges)),
            standing: Standing::default(),
            today: 0,
        }
    }

    /// One night with whatever differs from an ordinary one.
    fn night<'a>(&mut self, verdict: &'a Verdict, change: impl FnOnce(&mut Tonight<'a>)) -> Reason {
        let mut tonight = Tonight {
            verdict,
            day: day(self.today),
            edges: self.edges,
            digest: "one",
            enrolled: true,
            believe_at_once: false,
            older: None,
            counts_as_judged: true,
            again: &|_| Verdict::Unknown(Vec::new()),
            working: true,
        };
        change(&mut tonight);
        let (next, reason) = advance(&self.standing, &tonight);
        self.standing = next;
        self.today += 1;
        reason
    }

    fn value(&mut self, value: f64) -> Reason {
        let verdict = judge(self.edges, value);
        self.night(&verdict, |_| {})
    }

    fn values(&mut self, values: &[f64]) -> Vec<Reason> {
        values.iter().map(|value| self.value(*value)).collect()
    }

    /// A night on which the day of the last step up, judged again, has this measure.
    fn corrected_to(&mut self, value: f64, tonight: f64) -> Reason {
        let verdict = judge(self.edges, tonight);
        let edges = self.edges;
        let again = move |_: Day| judge(edges, value);
        self.night(&verdict, |tonight| tonight.again = &again)
    }

    fn level(&self) -> Option<Level> {
        self.standing.level
    }
}

#[test]
fn seven_and_nine_percent_around_an_edge_for_sixty_days_make_one_crossing() {
    let mut story = Story::new(chronic());
    let reasons: Vec<Reason> = (0..60)
        .map(|n| story.value(if n % 2 == 0 { 7.0 } else { 9.0 }))
        .collect();
    assert_eq!(reasons.iter().filter(|reason| **reason == Reason::Crossed).count(), 1);
    assert_eq!(reasons[0], Reason::Clear);
    assert_eq!(reasons[1], Reason::Crossed);
    assert!(reasons[2..].iter().all(|reason| *reason == Reason::Still));
    assert_eq!(story.standing.episode, 1);
    assert_eq!(story.standing.since, Some(day(1)));
}

#[test]
fn nineteen_point_nine_and_twenty_point_one_for_forty_days_make_one_worsening() {
    let mut story = Story::new(chronic());
    let reasons: Vec<Reason> = (0..40)
        .map(|n| story.value(if n % 2 == 0 { 19.9 } else { 20.1 }))
        .collect();
    assert_eq!(reasons[0], Reason::Crossed);
    assert_eq!(reasons[1], Reason::Worsened);
    assert!(reasons[2..].iter().all(|reason| *reason == Reason::Still));
    assert_eq!(story.level(), Some(Level::Urgent));
}

#[test]
fn a_level_is_left_after_five_days_in_a_row_and_not_after_four() {
    let mut story = Story::new(chronic());
    assert_eq!(story.value(10.0), Reason::Crossed);
    assert_eq!(story.values(&[8.9, 8.9, 8.9, 8.9]), [Reason::Still; 4]);
    // Exactly the margin below the edge still keeps it, and the count begins anew.
    assert_eq!(story.value(9.0), Reason::Still);
    assert_eq!(story.values(&[8.9, 8.9, 8.9, 8.9]), [Reason::Still; 4]);
    assert_eq!(story.value(8.9), Reason::Eased);
    assert_eq!(story.level(), Some(Level::Watch));
    // 8.9 keeps watch (8 less 1) for as long as it lasts; 6.9 does not.
    assert_eq!(story.values(&[6.9; 4]), [Reason::Still; 4]);
    assert_eq!(story.value(6.9), Reason::Cleared);
    assert_eq!(story.standing.told, None);
    assert_eq!(story.value(8.0), Reason::Crossed);
    assert_eq!(story.standing.episode, 2);
}

#[test]
fn a_sudden_recovery_falls_straight_through() {
    let mut story = Story::new(chronic());
    story.value(25.0);
    assert_eq!(story.values(&[0.0; 4]), [Reason::Still; 4]);
    assert_eq!(story.value(0.0), Reason::Cleared);
}

#[test]
fn fifty_five_to_seventy_in_a_gradebook_is_eased_by_improving() {
    let mut edges = plain(5);
    edges.levels = BTreeMap::from([(Level::Watch, 70.0), (Level::Concern, 65.0)]);
    edges.worse = Worse::Lower;
    let mut story = Story::new(edges);
    assert_eq!(story.values(&[55.0; 4]), [Reason::Clear; 4]);
    assert_eq!(story.value(55.0), Reason::Crossed);
    assert_eq!(story.level(), Some(Level::Concern));
    // The crossing day judged again still says 55: an undated mark that changed is a new fact.
    assert_eq!(story.corrected_to(55.0, 70.0), Reason::Eased);
    assert_eq!(story.level(), Some(Level::Watch));
}

#[test]
fn a_level_needs_each_of_the_last_days_and_the_highest_such_counts() {
    let mut story = Story::new(plain(3));
    assert_eq!(story.values(&[3.0, 2.0]), [Reason::Clear, Reason::Clear]);
    assert_eq!(story.value(1.0), Reason::Crossed);
    assert_eq!(story.level(), Some(Level::Watch));
    assert_eq!(story.values(&[3.0, 3.0]), [Reason::Still, Reason::Still]);
    assert_eq!(story.value(2.0), Reason::Worsened);
    assert_eq!(story.level(), Some(Level::Concern));
}

#[test]
fn unknown_neither_counts_nor_breaks_and_is_counted_once_a_day() {
    let mut story = Story::new(plain(2));
    story.value(2.0);
    assert_eq!(story.night(&no_gradebook(), |_| {}), Reason::Unknown);
    story.today -= 1;
    assert_eq!(story.night(&no_gradebook(), |_| {}), Reason::Unknown);
    assert_eq!(story.standing.unknown_days, 1);
    assert_eq!(story.value(2.0), Reason::Crossed);
    assert_eq!(story.standing.unknown_days, 0);
    for _ in 0..30 {
        assert_eq!(story.night(&no_gradebook(), |_| {}), Reason::Unknown);
    }
    assert_eq!(story.level(), Some(Level::Concern));
    assert_eq!(story.standing.unknown_days, 30);
}

#[test]
fn not_applicable_ends_a_run_and_closes_a_flag_as_no_longer_measured() {
    let grade = Verdict::NotApplicable(NotFor::Grade);
    let mut story = Story::new(plain(2));
    story.value(2.0);
    assert_eq!(story.night(&grade, |_| {}), Reason::NotApplicable);
    assert_eq!(story.value(2.0), Reason::Clear);
    assert_eq!(story.value(2.0), Reason::Crossed);
    assert_eq!(story.night(&grade, |_| {}), Reason::NotApplicable);
    assert_eq!(story.level(), None);
    assert_eq!(story.standing.since, None);
}

#[test]
fn a_young_term_closes_nothing_and_breaks_nothing() {
    let mut story = Story::new(plain(2));
    story.value(2.0);
    assert_eq!(story.night(&young_term(), |_| {}), Reason::NotApplicable);
    assert_eq!(story.value(2.0), Reason::Crossed);
    for _ in 0..14 {
        assert_eq!(story.night(&young_term(), |_| {}), Reason::Unknown);
    }
    assert_eq!(story.level(), Some(Level::Concern));
    assert_eq!(story.standing.unknown_days, 0);
}

#[test]
fn held_changes_nothing_at_all() {
    let mut story = Story::new(plain(1));
    story.value(2.0);
    story.standing.unknown_days = 3;
    let before = story.standing.clone();
    let held = Verdict::Held(Table::Attendance);
    assert_eq!(story.night(&held, |tonight| tonight.digest = "two"), Reason::Held);
    assert_eq!(story.night(&held, |tonight| tonight.enrolled = false), Reason::Held);
    assert_eq!(story.standing, before);
}

#[test]
fn a_day_judged_twice_adds_nothing() {
    let mut story = Story::new(plain(2));
    story.value(2.0);
    let once = story.standing.clone();
    story.today -= 1;
    assert_eq!(story.value(2.0), Reason::Clear);
    assert_eq!(story.standing, once);
}

#[test]
fn a_day_without_new_attendance_adds_nothing() {
    let mut story = Story::new(plain(2));
    story.value(2.0);
    let before = story.standing.clone();
    let verdict = judge(story.edges, 2.0);
    assert_eq!(
        story.night(&verdict, |tonight| tonight.counts_as_judged = false),
        Reason::Clear
    );
    assert_eq!(story.standing, before);
}

#[test]
fn an_absence_recoded_is_corrected_at_once() {
    let mut story = Story::new(chronic());
    story.values(&[7.9, 10.1]);
    story.standing.told = Some(Level::Concern);
    assert_eq!(story.corrected_to(8.5, 8.4), Reason::Corrected);
    assert_eq!(story.level(), Some(Level::Watch));
    assert_eq!(story.standing.told, Some(Level::Concern));
    assert_eq!(story.corrected_to(8.5, 8.3), Reason::Still);
    assert_eq!(story.corrected_to(3.0, 2.5), Reason::Corrected);
    assert_eq!(story.level(), None);
}

#[test]
fn a_correction_falls_to_tonight_where_recent_days_do_not_keep_its_level() {
    let mut story = Story::new(chronic());
    story.value(25.0);
    // Four calm days for every level; on the fifth the crossing day turns out to have been a concern only.
    story.values(&[3.0; 4]);
    assert_eq!(story.level(), Some(Level::Urgent));
    assert_eq!(story.corrected_to(12.0, 3.0), Reason::Corrected);
    assert_eq!(story.level(), None);
}

#[test]
fn a_correction_on_the_crossing_day_itself_takes_the_flag_back() {
    let mut story = Story::new(plain(1));
    story.value(2.0);
    story.today -= 1;
    assert_eq!(story.value(0.0), Reason::Corrected);
    assert_eq!(story.level(), None);
    story.today -= 1;
    assert_eq!(story.value(0.0), Reason::Clear);
}

#[test]
fn a_flag_that_today_carries_by_itself_is_not_taken_back() {
    let mut story = Story::new(chronic());
    story.value(10.0);
    assert_eq!(story.corrected_to(7.0, 10.5), Reason::Still);
    assert_eq!(story.standing.stepped_up, Some(day(1)));
    assert_eq!(story.level(), Some(Level::Concern));
}

#[test]
fn what_cannot_be_judged_again_corrects_nothing() {
    let mut story = Story::new(chronic());
    story.value(10.0);
    let verdict = judge(story.edges, 9.5);
    assert_eq!(story.night(&verdict, |_| {}), Reason::Still);
    let held = |_: Day| Verdict::Held(Table::Attendance);
    assert_eq!(story.night(&verdict, |tonight| tonight.again = &held), Reason::Still);
    let young = |_: Day| young_term();
    assert_eq!(story.night(&verdict, |tonight| tonight.again = &young), Reason::Still);
    // Not for this student after all: the flag was never so.
    let other_grade = |_: Day| Verdict::NotApplicable(NotFor::Grade);
    let reason = story.night(&verdict, |tonight| tonight.again = &other_grade);
    assert_eq!(reason, Reason::Corrected);
}

#[test]
fn a_rule_edit_holds_at_once_where_the_versions_differ() {
    let mut story = Story::new(plain(5));
    story.value(1.5);
    let (older, verdict) = (Verdict::Clear { value: 1.5 }, judge(&plain(5), 2.0));
    let reason = story.night(&verdict, |tonight| {
        tonight.digest = "two";
        tonight.older = Some(&older);
    });
    assert_eq!(reason, Reason::RuleChanged);
    assert_eq!(story.level(), Some(Level::Concern));
    assert_eq!(story.standing.news(), Some(Level::Concern));
    let reason = story.night(&Verdict::Clear { value: 0.0 }, |tonight| {
        tonight.digest = "three";
        tonight.older = Some(&verdict);
    });
    assert_eq!(reason, Reason::RuleChanged);
    assert_eq!(story.level(), None);
}

#[test]
fn a_rule_edit_that_changes_nothing_is_an_ordinary_night_with_fresh_runs() {
    let mut story = Story::new(plain(2));
    story.value(2.0);
    let verdict = judge(&plain(2), 2.0);
    let agreed = story.night(&verdict, |tonight| {
        tonight.digest = "two";
        tonight.older = Some(&verdict);
    });
    // The day judged by the older version counts no more: one day is no run of two.
    assert_eq!(agreed, Reason::Clear);
    let reason = story.night(&verdict, |tonight| tonight.digest = "two");
    assert_eq!(reason, Reason::Crossed);
}

#[test]
fn a_rule_edit_is_never_taken_for_a_correction() {
    let mut story = Story::new(chronic());
    story.value(10.0);
    let verdict = judge(&chronic(), 9.5);
    let again = |_: Day| Verdict::Clear { value: 1.0 };
    for _ in 0..3 {
        let reason = story.night(&verdict, |tonight| {
            tonight.digest = "two";
            tonight.older = Some(&verdict);
            tonight.again = &again;
        });
        assert_eq!(reason, Reason::Still);
    }
    assert_eq!(story.level(), Some(Level::Concern));
}

#[test]
fn an_edit_that_takes_a_level_away_does_not_keep_it() {
    let mut story = Story::new(chronic());
    story.value(25.0);
    let mut edited = chronic();
    edited.levels.remove(&Level::Urgent);
    story.edges = Box::leak(Box::new(edited));
    let verdict = judge(story.edges, 15.0);
    let reason = story.night(&verdict, |tonight| {
        tonight.digest = "two";
        tonight.older = Some(&verdict);
    });
    assert_eq!(reason, Reason::Eased);
    assert_eq!(story.level(), Some(Level::Concern));
}

#[test]
fn a_rule_taken_out_of_work_closes_its_flags() {
    let mut story = Story::new(plain(1));
    story.value(2.0);
    let verdict = judge(&plain(1), 2.0);
    assert_eq!(
        story.night(&verdict, |tonight| tonight.working = false),
        Reason::RuleChanged
    );
    assert_eq!(story.level(), None);
    assert_eq!(story.night(&verdict, |tonight| tonight.working = false), Reason::Clear);
}

#[test]
fn a_student_who_leaves_and_returns_keeps_what_was_told() {
    let mut story = Story::new(chronic());
    story.value(10.0);
    story.standing.told = Some(Level::Concern);
    let verdict = Verdict::Clear { value: 0.0 };
    assert_eq!(
        story.night(&verdict, |tonight| tonight.enrolled = false),
        Reason::LeftSchool
    );
    assert_eq!(story.standing.left, Some(day(1)));
    assert!(!story.standing.is_open());
    assert_eq!(
        story.night(&verdict, |tonight| tonight.enrolled = false),
        Reason::LeftSchool
    );
    assert_eq!(story.standing.left, Some(day(1)));
    assert_eq!(story.value(10.0), Reason::Resumed);
    assert!(story.standing.is_open());
    assert_eq!(story.standing.news(), None);
    assert_eq!(story.value(20.0), Reason::Worsened);
}

#[test]
fn a_baseline_night_believes_at_once_and_keeps_what_is_kept() {
    let mut story = Story::new(plain(5));
    let verdict = judge(&plain(5), 2.0);
    assert_eq!(
        story.night(&verdict, |tonight| tonight.believe_at_once = true),
        Reason::Baseline
    );
    assert_eq!(story.level(), Some(Level::Concern));
    story.standing.told = Some(Level::Concern);
    assert_eq!(
        story.night(&verdict, |tonight| tonight.believe_at_once = true),
        Reason::Still
    );
    // Told put back, as when a district goes live: the same flag is news of the fresh baseline.
    story.standing.told = None;
    assert_eq!(
        story.night(&verdict, |tonight| tonight.believe_at_once = true),
        Reason::Baseline
    );
    let clear = Verdict::Clear { value: 0.0 };
    assert_eq!(
        story.night(&clear, |tonight| tonight.believe_at_once = true),
        Reason::Cleared
    );
    assert_eq!(
        story.night(&clear, |tonight| tonight.believe_at_once = true),
        Reason::Clear
    );
}

#[test]
fn a_clear_student_leaves_nothing_to_store() {
    let mut story = Story::new(chronic());
    story.values(&[1.0; 30]);
    assert!(story.standing.is_quiet());
    story.value(8.0);
    assert!(!story.standing.is_quiet());
}

#[test]
fn a_new_school_year_closes_the_flags_of_the_old_one() {
    let mut story = Story::new(plain(1));
    story.value(3.0);
    let (turned, reason) = turn_year(&story.standing);
    assert_eq!(reason, Reason::YearTurned);
    assert_eq!(turned.news(), None);
    assert!(!turned.is_open());
}
