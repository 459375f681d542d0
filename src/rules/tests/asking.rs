//! What rules hear of each other.

use super::{known, loaded, night, rule};
use crate::rules::{CaseFile, Judge, RuleSet, SourceFile, Verdict};
use crate::school::{Table, Tables};

fn simple(area: &str, id: &str, status: &str, word: &str) -> SourceFile {
    let card = format!("area: \"{area}\", status: \"{status}\", levels: #{{ watch: 1, concern: 2, urgent: 3 }}");
    let body = format!("fn measure(student, p) {{ student.{word} }}");
    rule(&format!("rules/{area}/{id}.rhai"), &card, &body)
}

fn combined(body: &str) -> SourceFile {
    let card = "area: \"combined\", status: \"live\", levels: #{ concern: 1, urgent: 2 }";
    rule(
        "rules/combined/all.rhai",
        card,
        &format!("fn measure(student, p) {{ {body} }}"),
    )
}

fn says(set: &RuleSet, pairs: &[(&str, f64)]) -> Verdict {
    let position = set.position("all").unwrap();
    night(set, &known(pairs)).swap_remove(position).unwrap()
}

#[test]
fn areas_are_counted_once_and_unknown_ones_matter_only_where_they_could() {
    let (set, problems) = loaded(vec![
        combined("student.areas_at(\"concern\")"),
        simple("attendance", "a1", "live", "streak"),
        simple("attendance", "a2", "live", "tardies"),
        simple("course", "c1", "live", "failing"),
        simple("behavior", "b1", "live", "incidents"),
        simple("behavior", "b2", "shadow", "suspensions"),
        simple("context", "x1", "live", "marks"),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let ids: Vec<&str> = set.rules().iter().map(|rule| rule.id()).collect();
    assert_eq!(ids, ["a1", "a2", "b1", "b2", "c1", "all", "x1"]);
    let quiet = [
        ("streak", 0.0),
        ("tardies", 0.0),
        ("failing", 0.0),
        ("incidents", 0.0),
        ("suspensions", 0.0),
        ("marks", 9.0),
    ];
    let with = |changes: &[(&str, Option<f64>)]| {
        let mut pairs: Vec<(&str, f64)> = quiet.to_vec();
        for (word, value) in changes {
            pairs.retain(|(known, _)| known != word);
            pairs.extend(value.map(|value| (*word, value)));
        }
        says(&set, &pairs)
    };
    assert_eq!(with(&[]).value(), Some(0.0));
    assert_eq!(with(&[("streak", Some(2.0)), ("tardies", Some(3.0))]).word(), "concern");
    assert_eq!(with(&[("streak", Some(2.0)), ("failing", Some(2.0))]).word(), "urgent");
    // A shadow rule, and a level below, do not count.
    assert_eq!(
        with(&[("suspensions", Some(9.0)), ("failing", Some(1.0))]).word(),
        "clear"
    );
    // Unknown could be the first area, the second one, or change nothing.
    assert_eq!(with(&[("streak", None)]), Verdict::Unknown(vec!["streak".to_owned()]));
    assert_eq!(with(&[("streak", None), ("failing", Some(2.0))]).word(), "unknown");
    assert_eq!(
        with(&[("streak", None), ("failing", Some(2.0)), ("incidents", Some(2.0))]).word(),
        "urgent"
    );
    // Another rule of the area has reached it: the area is known.
    assert_eq!(with(&[("streak", None), ("tardies", Some(2.0))]).word(), "concern");
}

#[test]
fn a_rule_without_the_level_cannot_bring_its_area_there() {
    let card = "area: \"course\", status: \"live\", levels: #{ watch: 1 }";
    let mild = rule(
        "rules/course/mild.rhai",
        card,
        "fn measure(student, p) { student.failing }",
    );
    let (set, _) = loaded(vec![combined("student.areas_at(\"concern\")"), mild]);
    assert_eq!(says(&set, &[]).word(), "clear");
}

#[test]
fn levels_are_compared_with_level_words_alone() {
    let peer = || simple("course", "c1", "live", "failing");
    for (body, failing, value) in [
        (
            "if student.level(\"c1\") >= \"concern\" { 2 } else { 0 }",
            2.0,
            Some(2.0),
        ),
        ("if student.level(\"c1\") == \"watch\" { 2 } else { 0 }", 1.0, Some(2.0)),
        (
            "if student.level_in(\"course\") < \"watch\" { 2 } else { 0 }",
            0.0,
            Some(2.0),
        ),
        ("if student.level(\"c1\") == \"Watch\" { 2 } else { 0 }", 1.0, None),
        ("if student.level(\"c1\") > 1 { 2 } else { 0 }", 1.0, None),
        ("if student.level(\"c1\") == () { 2 } else { 0 }", 1.0, None),
    ] {
        let (set, problems) = loaded(vec![combined(body), peer()]);
        assert!(problems.is_empty(), "{body}: {problems:?}");
        assert_eq!(says(&set, &[("failing", failing)]).value(), value, "{body}");
    }
}

#[test]
fn what_is_asked_is_read_too_and_circles_are_set_aside() {
    let (set, _) = loaded(vec![
        combined("student.areas_at(\"watch\")"),
        simple("course", "c1", "live", "failing"),
    ]);
    assert!(set.rule("all").unwrap().reads().holds(Table::Grades));
    assert!(!set.rule("all").unwrap().reads_attendance());
    let asking = |id: &str, other: &str| {
        let card = "area: \"combined\", status: \"live\", levels: #{ concern: 1 }";
        let body =
            format!("fn measure(student, p) {{ if student.level(\"{other}\") >= \"concern\" {{ 1 }} else {{ 0 }} }}");
        rule(&format!("rules/combined/{id}.rhai"), card, &body)
    };
    let (set, problems) = loaded(vec![
        asking("a", "b"),
        asking("b", "a"),
        asking("c", "a"),
        simple("course", "c1", "live", "failing"),
    ]);
    let ids: Vec<&str> = set.rules().iter().map(|rule| rule.id()).collect();
    assert_eq!(ids, ["c1"]);
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["rule-circle", "rule-circle", "rule-asks-unknown"]);
}

#[test]
fn a_rule_set_aside_leaves_its_area_unknown() {
    let broken = rule(
        "rules/course/broken.rhai",
        "area: \"course\", status: \"live\", levels: #{ concern: 1 }",
        "fn measure(student, p) { student.nothing_such }",
    );
    let (set, _) = loaded(vec![combined("student.areas_at(\"concern\")"), broken]);
    assert_eq!(says(&set, &[]).word(), "unknown");
}

#[test]
fn the_card_of_the_students_school_says_how_far_an_unknown_rule_could_go() {
    let card = "area: \"course\", status: \"live\", levels: #{ watch: 1 }";
    let mild = rule(
        "rules/course/mild.rhai",
        card,
        "fn measure(student, p) { student.failing }",
    );
    let changes = "[mild.schools.2000]\nlevels = { concern = 2 }\n[mild.schools.3000]\nstatus = \"shadow\"\nlevels = { concern = 2 }\n";
    let (set, problems) = loaded(vec![
        combined("student.areas_at(\"concern\")"),
        mild,
        SourceFile::new("rules/district.toml", changes),
    ]);
    assert!(problems.is_empty(), "{problems:?}");
    let numbers = known(&[]);
    let mut judge = Judge::new(&set);
    let mut out = Vec::new();
    for (school_id, word) in [
        ("1044", "clear"),
        ("2000", "unknown"),
        ("3000", "clear"),
        ("2000", "unknown"),
    ] {
        let case = CaseFile {
            numbers: &numbers,
            school_id,
            grade: None,
            held: Tables::NONE,
        };
        judge.night(&case, &mut out);
        let position = set.position("all").unwrap();
        assert_eq!(out[position].as_ref().unwrap().word(), word, "{school_id}");
    }
}

#[test]
fn who_is_admitted_by_others_levels_is_asked_anew_for_each_student() {
    let functions = "fn applies(student, p) { student.level(\"c1\") < \"concern\" } \
                     fn measure(student, p) { if student.level(\"c1\") < \"concern\" { 1 } else { 2 } }";
    let card = "area: \"combined\", status: \"live\", levels: #{ concern: 1 }";
    let (set, _) = loaded(vec![
        rule("rules/combined/all.rhai", card, functions),
        simple("course", "c1", "live", "failing"),
    ]);
    let mut judge = Judge::new(&set);
    let position = set.position("all").unwrap();
    for (failing, admitted) in [(3.0, false), (0.0, true), (2.0, false), (1.0, true)] {
        let numbers = known(&[("failing", failing)]);
        let case = CaseFile {
            numbers: &numbers,
            school_id: "1044",
            grade: None,
            held: Tables::NONE,
        };
        assert_eq!(judge.admits(position, &case), admitted, "{failing}");
    }
}
