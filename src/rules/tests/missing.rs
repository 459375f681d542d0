//! A missing word that was handed out makes the verdict unknown, whatever the rule does with it.

use super::{known, measuring, night, verdict};
use crate::rules::Verdict;
use crate::rules::tests::{loaded, refused};

fn unknown(body: &str) -> Vec<String> {
    match verdict(body, &known(&[("marks", 4.0), ("streak", 12.0)])) {
        Verdict::Unknown(words) => words,
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn nothing_that_a_rule_does_hides_a_missing_word() {
    for body in [
        "student.average",
        "student.average ?? 70",
        "let x = `${student.average}`; 3",
        "if student.marks > 100 && student.average < 60 { 1 } else { if student.average == student.average { 2 } else { 3 } }",
        "let a = [student.average]; 3",
        "let m = #{ a: student.average }; 3",
        "student.average; 3",
        "switch student.failing { 1 => 2, _ => 3 }",
        "let f = |x| 3; f.call(student.average)",
        "helper(student.average)",
        "for x in [student.average] { return 3; } 4",
        "student.average < 70; 3",
        "min(student.average, 3)",
    ] {
        let body = body.replace("helper(student.average)", "type_of(student.average).len()");
        let words = unknown(&body);
        assert!(words == ["average"] || words == ["failing"], "{body}: {words:?}");
    }
}

#[test]
fn only_or_and_asking_first_avoid_it() {
    let numbers = known(&[("marks", 4.0), ("streak", 12.0)]);
    assert_eq!(verdict("student.average.or(70) / 7", &numbers).value(), Some(10.0));
    assert_eq!(verdict("student.absences(last(20)).or(3)", &numbers).value(), Some(3.0));
    let body = "if student.has(\"average\") { student.average } else { 11 }";
    assert_eq!(verdict(body, &numbers).value(), Some(11.0));
    assert_eq!(
        verdict(
            "if student.marks > 3 || student.average < 60 { 12 } else { 1 }",
            &numbers
        )
        .value(),
        Some(12.0)
    );
    // Asked first, and taken all the same.
    assert_eq!(
        unknown("let asked = student.has(\"average\"); student.average; 3"),
        ["average"]
    );
    // What stands in for a missing word may be missing itself.
    assert_eq!(
        unknown("student.average.or(student.previous_average)"),
        ["previous_average"]
    );
}

#[test]
fn or_stands_directly_behind_a_word() {
    for body in [
        "let x = student.average; x.or(3)",
        "or(student.average, 3)",
        "(student.average + 1).or(3)",
        "student.has(\"average\").or(3)",
    ] {
        let problem = refused(measuring(body));
        assert!(
            ["rule-or-misplaced", "rule-unknown-function"].contains(&problem.code.as_str()),
            "{body}: {problem}"
        );
    }
}

#[test]
fn one_below_its_least_value_decides_before_a_missing_one() {
    let card =
        "area: \"course\", status: \"live\", needs: #{ marks: 3, average: 1, streak: 2 }, levels: #{ concern: 1 }";
    let file = super::rule(
        "rules/course/probe.rhai",
        card,
        "fn measure(student, p) { student.marks }",
    );
    let (set, _) = loaded(vec![file]);
    let says = |pairs: &[(&str, f64)]| night(&set, &known(pairs)).remove(0).unwrap();
    assert_eq!(says(&[("marks", 2.0), ("streak", 9.0)]).word(), "not_applicable");
    assert_eq!(says(&[("marks", 3.0), ("streak", 1.0)]).word(), "not_applicable");
    assert_eq!(
        says(&[("marks", 3.0), ("streak", 2.0)]),
        Verdict::Unknown(vec!["average".to_owned()])
    );
    assert_eq!(
        says(&[("marks", 3.0), ("streak", 2.0), ("average", 1.0)]).word(),
        "concern"
    );
}

#[test]
fn remembered_answers_are_the_answers() {
    let body =
        "let x = student.absences(last(20)); if x > 5 { x + student.streak.or(1) } else { student.average / 10 }";
    let (set, _) = loaded(vec![measuring(body)]);
    let mut judge = crate::rules::Judge::new(&set);
    let mut out = Vec::new();
    for round in 0..3 {
        for absences in 0..12 {
            for rest in [None, Some(0.0), Some(7.5), Some(99.0)] {
                let mut pairs = vec![("absences(last(20))", f64::from(absences))];
                pairs.extend(rest.map(|value| ("streak", value)));
                pairs.extend(rest.map(|value| ("average", value)));
                let numbers = known(&pairs);
                let case = crate::rules::CaseFile {
                    numbers: &numbers,
                    school_id: "1044",
                    grade: None,
                    held: crate::school::Tables::NONE,
                };
                judge.night(&case, &mut out);
                let expected = match (absences > 5, rest) {
                    (true, rest) => Some(f64::from(absences) + rest.unwrap_or(1.0)),
                    (false, rest) => rest.map(|value| value / 10.0),
                };
                assert_eq!(
                    out[0].as_ref().unwrap().value(),
                    expected,
                    "round {round}, {absences}, {rest:?}"
                );
            }
        }
    }
    assert!(judge.problems().is_empty());
}
