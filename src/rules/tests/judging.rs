//! The order of a verdict, who is admitted, and the sentence that goes with it.

use super::{known, loaded, rule};
use crate::rules::{CaseFile, Judge, NotFor, RuleSet, Verdict};
use crate::school::{Grade, Level, Table, Tables};

const CARD: &str = "area: \"attendance\", status: \"live\", grades: \"6-12\", needs: #{ enrolled_days: 21 }, \
                    levels: #{ watch: 8.0, concern: 10.0 }";
const FUNCTIONS: &str = "fn applies(student, p) { student.streak < 5 } fn measure(student, p) { student.absence_percent } \
                         fn because(student, p) { `${student.absence_percent} % of ${student.enrolled_days}, ${student.drop}` }";

fn set() -> RuleSet {
    let (set, problems) = loaded(vec![rule("rules/attendance/probe.rhai", CARD, FUNCTIONS)]);
    assert!(problems.is_empty(), "{problems:?}");
    set
}

fn one(grade: Option<i8>, held: Tables, pairs: &[(&str, f64)]) -> (Verdict, bool, String) {
    let set = set();
    let numbers = known(pairs);
    let case = CaseFile {
        numbers: &numbers,
        school_id: "1044",
        grade: grade.map(Grade),
        held,
    };
    let mut judge = Judge::new(&set);
    let mut out = Vec::new();
    judge.night(&case, &mut out);
    (out.remove(0).unwrap(), judge.admits(0, &case), judge.because(0, &case))
}

const GOOD: [(&str, f64); 4] = [
    ("enrolled_days", 30.0),
    ("streak", 0.0),
    ("absence_percent", 9.96),
    ("drop", 1.0),
];

#[test]
fn grades_then_held_then_needs_then_applies_then_measure() {
    let held = Tables::one(Table::Attendance);
    let poor = [("enrolled_days", 20.0), ("streak", 9.0)];
    assert_eq!(one(Some(5), held, &poor).0, Verdict::NotApplicable(NotFor::Grade));
    assert_eq!(one(None, held, &poor).0, Verdict::Unknown(vec!["grade".to_owned()]));
    assert_eq!(one(Some(6), held, &poor).0, Verdict::Held(Table::Attendance));
    assert!(matches!(
        one(Some(6), Tables::NONE, &poor).0,
        Verdict::NotApplicable(NotFor::Needs { word, .. }) if word == "enrolled_days"
    ));
    let long = [("enrolled_days", 30.0), ("streak", 9.0)];
    assert_eq!(
        one(Some(6), Tables::NONE, &long).0,
        Verdict::NotApplicable(NotFor::Applies)
    );
    let unknown = [("enrolled_days", 30.0), ("streak", 1.0)];
    assert_eq!(
        one(Some(6), Tables::NONE, &unknown).0,
        Verdict::Unknown(vec!["absence_percent".to_owned()])
    );
    assert_eq!(
        one(Some(6), Tables::NONE, &GOOD).0,
        Verdict::At {
            level: Level::Watch,
            value: 9.96
        }
    );
}

#[test]
fn what_is_held_is_what_functions_sentences_and_least_values_read() {
    let card = "area: \"course\", status: \"live\", needs: #{ day_of_term: 15 }, levels: #{ concern: 1 }";
    let functions = "fn measure(student, p) { student.failing } fn because(student, p) { `${student.incidents}` }";
    let (set, _) = loaded(vec![rule("rules/course/probe.rhai", card, functions)]);
    let reads: Vec<Table> = set.rules()[0].reads().iter().collect();
    assert_eq!(reads, [Table::Terms, Table::Grades, Table::Behavior]);
}

#[test]
fn grades_and_applies_alone_admit() {
    let short = [("enrolled_days", 3.0), ("streak", 0.0)];
    assert!(one(Some(6), Tables::NONE, &short).1);
    assert!(!one(Some(5), Tables::NONE, &short).1);
    assert!(!one(None, Tables::NONE, &short).1);
    assert!(!one(Some(6), Tables::NONE, &[("streak", 9.0)]).1);
    assert!(!one(Some(6), Tables::NONE, &[]).1);
}

#[test]
fn numbers_in_sentences_stay_on_the_safe_side() {
    assert_eq!(one(Some(6), Tables::NONE, &GOOD).2, "9.9 % of 30, 1");
    // Nine days of ninety, as one division gives it.
    let edge = [
        ("enrolled_days", 90.0),
        ("streak", 0.0),
        ("absence_percent", 9.0 / 90.0 * 100.0),
        ("drop", -1.25),
    ];
    assert_eq!(one(Some(6), Tables::NONE, &edge).2, "10 % of 90, -1.3");
    let lacking = &GOOD[..3];
    assert_eq!(one(Some(6), Tables::NONE, lacking).2, "9.9 % of 30, unknown");
}

#[test]
fn a_sentence_that_fails_is_replaced_by_a_plain_one() {
    let lower = CARD.replace("watch: 8.0, concern: 10.0", "watch: 70, concern: 65.55") + ", worse: \"lower\"";
    let functions = "fn measure(student, p) { student.average } fn because(student, p) { 1 / 0 }";
    let (set, _) = loaded(vec![rule("rules/course/probe.rhai", &lower, functions)]);
    let numbers = known(&[("average", 68.01), ("enrolled_days", 30.0)]);
    let case = CaseFile {
        numbers: &numbers,
        school_id: "1",
        grade: Some(Grade(9)),
        held: Tables::NONE,
    };
    assert_eq!(
        Judge::new(&set).because(0, &case),
        "measured 68.1 (watch from 70, concern from 65.6)"
    );
}

#[test]
fn drafts_and_retired_rules_say_nothing_and_threads_share_a_set() {
    fn shared<T: Send + Sync>(_: &T) {}
    for (status, speaks) in [("draft", false), ("retired", false), ("shadow", true), ("live", true)] {
        let card = format!("area: \"course\", status: \"{status}\", levels: #{{ concern: 1 }}");
        let (set, _) = loaded(vec![rule(
            "rules/course/probe.rhai",
            &card,
            "fn measure(student, p) { student.streak }",
        )]);
        shared(&set);
        let said = super::night(&set, &known(&[("streak", 1.0)])).remove(0);
        assert_eq!(said.is_some(), speaks, "{status}");
    }
}

#[test]
fn parameters_are_handed_over_and_shared_functions_found() {
    let card = "area: \"course\", status: \"live\", levels: #{ concern: 10 }, params: #{ window: 20, weight: 2.5, text: \"x\" }";
    let body = "fn measure(student, p) { weighed(student.absences(last(p.window)), p) }";
    let (set, problems) = loaded(vec![
        rule("rules/course/probe.rhai", card, body),
        crate::rules::SourceFile::new("rules/lib/a.rhai", "fn weighed(x, p) { x * p.weight }"),
        crate::rules::SourceFile::new("rules/lib/b.rhai", "fn broken( {"),
    ]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place.file.as_deref(), Some("rules/lib/b.rhai"));
    let said = super::night(&set, &known(&[("absences(last(20))", 4.0)])).remove(0);
    assert_eq!(said.and_then(|verdict| verdict.value()), Some(10.0));
}
