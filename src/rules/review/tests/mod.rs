//! Every finding from a rule that shows it, beside one that does not.

mod doubts;
mod levels;

use super::{Finding, Gravity, review};
use crate::rules::{SourceFile, Sources};

pub(super) const CARD: &str = "area: \"course\", status: \"shadow\", levels: #{ concern: 10 }";

pub(super) fn file(path: &str, card: &str, functions: &str) -> SourceFile {
    let text =
        format!("//! A rule\n\nconst RULE = #{{ {card} }};\n\n{functions}\nfn because(student, p) {{ `so it is` }}\n");
    SourceFile::new(path, text)
}

pub(super) fn found(files: Vec<SourceFile>) -> Vec<Finding> {
    let sources = Sources {
        files,
        ..Sources::default()
    };
    review(&sources).finish().0
}

/// The findings about one rule with this card and these functions.
pub(super) fn of(card: &str, functions: &str) -> Vec<Finding> {
    found(vec![file("rules/course/probe.rhai", card, functions)])
}

pub(super) fn measuring(body: &str) -> Vec<Finding> {
    of(CARD, &format!("fn measure(student, p) {{ {body} }}"))
}

pub(super) fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.problem.code.as_str()).collect()
}

/// What the carets of a finding stand under.
pub(super) fn underlined(finding: &Finding) -> String {
    let mut lines = finding.problem.excerpt.lines();
    let (Some(text), Some(carets)) = (lines.next(), lines.next()) else {
        return String::new();
    };
    let under = text.chars().zip(carets.chars()).filter(|(_, caret)| *caret == '^');
    under.map(|(sign, _)| sign).collect()
}

#[test]
fn a_sound_rule_has_no_finding_and_neither_has_the_library() {
    assert_eq!(measuring("student.absences(last(20))"), []);
    let (findings, silenced) = review(&Sources::built_in()).finish();
    assert_eq!((findings, silenced), (vec![], vec![]));
}

#[test]
fn what_stands_there_and_does_nothing_is_remarked_on() {
    let card = format!("{CARD}, params: #{{ days: 20, most: 3 }}");
    let functions = "fn measure(student, p) { student.absences(last(p.days)) }\nfn lonely(x) { x }";
    let findings = of(&card, functions);
    assert_eq!(codes(&findings), ["rule-parameter-unused", "rule-function-unused"]);
    assert_eq!(underlined(&findings[0]), "most");
    assert_eq!(underlined(&findings[1]), "lonely");
    let text = format!("const RULE = #{{ {CARD} }};\nfn measure(student, p) {{ student.streak }}");
    let bare = found(vec![SourceFile::new("rules/course/probe.rhai", text)]);
    assert_eq!(codes(&bare), ["rule-without-title", "rule-without-because"]);
    let program = measuring("if student.in_program(\"iep\") { 11 } else { student.average.or(70) }");
    assert_eq!(codes(&program), ["rule-reads-program", "rule-fills-missing"]);
    assert!(program.iter().all(|finding| finding.gravity == Gravity::Remark));
}

#[test]
fn two_rules_that_say_the_same_are_named_once() {
    let first = file(
        "rules/course/first.rhai",
        CARD,
        "fn measure(student, p) { student.absences(last(20)) }",
    );
    let second = |card: &str, body: &str| {
        file(
            "rules/course/second.rhai",
            card,
            &format!("fn measure(s, params) {{ {body} }}"),
        )
    };
    let same = "/* the same */ s . absences( last(20) )";
    let findings = found(vec![first.clone(), second(CARD, same)]);
    assert_eq!(codes(&findings), ["rule-says-the-same"]);
    assert_eq!(findings[0].rule, "second");
    assert!(findings[0].problem.message.contains("`first`"));
    for (card, body) in [
        (CARD, "s.absences(last(10))"),
        ("area: \"course\", status: \"shadow\", levels: #{ watch: 10 }", same),
        ("area: \"course\", status: \"retired\", levels: #{ concern: 10 }", same),
    ] {
        assert_eq!(
            codes(&found(vec![first.clone(), second(card, body)])),
            Vec::<&str>::new(),
            "{card} {body}"
        );
    }
    let by_grade = |range: &str| format!("{CARD}, grades: \"{range}\"");
    let low = file(
        "rules/course/first.rhai",
        &by_grade("KG-5"),
        "fn measure(student, p) { student.absences(last(20)) }",
    );
    assert_eq!(found(vec![low.clone(), second(&by_grade("6-12"), same)]), []);
    assert_eq!(
        codes(&found(vec![low, second(&by_grade("5-8"), same)])),
        ["rule-says-the-same"]
    );
}

#[test]
fn a_comment_with_a_reason_silences_what_it_names_where_it_stands() {
    let text = |levels: &str, top: &str| {
        let card = format!("    area: \"course\", status: \"shadow\",\n{levels}");
        let text = format!(
            "//! A rule\n{top}\nconst RULE = #{{\n{card}\n}};\nfn measure(student, p) {{ student.absence_percent }}\nfn because(student, p) {{ `so` }}\n"
        );
        let sources = Sources {
            files: vec![SourceFile::new("rules/course/probe.rhai", text)],
            ..Sources::default()
        };
        let (findings, silenced) = review(&sources).finish();
        let codes: Vec<String> = findings.iter().map(|finding| finding.problem.code.clone()).collect();
        (codes, silenced.len())
    };
    let never = "    levels: #{ concern: 101 },";
    let quiet = (Vec::<String>::new(), 1);
    assert_eq!(text(never, ""), (vec!["rule-level-never".to_owned()], 0));
    let because = "allow: rule-level-never because percents past 100 come next year";
    assert_eq!(text(&format!("{never} // {because}"), ""), quiet);
    assert_eq!(
        text(&format!("    // {because}\n\n    // more words\n{never}"), ""),
        quiet
    );
    assert_eq!(text(never, &format!("//! {because}")), quiet);
    assert_eq!(
        text(never, &format!("// {because}")).1,
        0,
        "it is about the line below it"
    );
    let said = |levels: &str| text(levels, "").0;
    assert_eq!(
        said(&format!("{never} // allow: rule-level-never")),
        ["rule-level-never", "rule-allow-wrong"]
    );
    assert_eq!(
        said(&format!("{never} // allow: because I say so")),
        ["rule-level-never", "rule-allow-wrong"]
    );
    assert_eq!(
        said(&format!("{never} // allow: rule-level-nevr because so")),
        ["rule-level-never", "rule-allow-wrong"]
    );
    assert_eq!(
        said(&format!("    levels: #{{ concern: 9 }}, // {because}")),
        ["rule-allow-unused"]
    );
    let broken = "    levels: #{ concern: 9, watch: 20 }, // allow: rule-levels-order because I say so";
    assert_eq!(said(broken), ["rule-levels-order", "rule-allow-wrong"]);
}

#[test]
fn what_the_district_changed_is_underlined_and_allowed_there() {
    let rule = file(
        "rules/course/probe.rhai",
        CARD,
        "fn measure(student, p) { student.absence_percent }",
    );
    let with = |text: &str| found(vec![rule.clone(), SourceFile::new("rules/district.toml", text)]);
    let findings = with("[probe]\nlevels = { urgent = 150 }\n");
    assert_eq!(codes(&findings), ["rule-level-never"]);
    assert_eq!(findings[0].problem.place.to_string(), "rules/district.toml:2:21");
    assert_eq!(
        with("[probe]\n# allow: rule-level-never because next year\nlevels = { urgent = 150 }\n"),
        []
    );
    let school = with("[probe.schools.1044]\nlevels = { concern = 0 }\n");
    assert_eq!(codes(&school), ["rule-level-always"]);
}

#[test]
fn every_mistake_of_a_file_is_listed_and_the_other_rules_are_looked_at() {
    let broken = file(
        "rules/course/broken.rhai",
        CARD,
        "fn measure(student, p) { student.avrage + lenght(\"a\") }",
    );
    let odd = SourceFile::new("rules/course/odd.rhai", "let a = \u{201c}x\u{201d};\u{a0}\n");
    let doubtful = file("rules/course/probe.rhai", CARD, "fn measure(student, p) { 3 }");
    let live = file(
        "rules/course/untried.rhai",
        "area: \"course\", status: \"live\", levels: #{ concern: 3 }",
        "fn measure(student, p) { student.streak }",
    );
    let asks = file(
        "rules/context/asks.rhai",
        &CARD.replace("course", "context"),
        "fn measure(student, p) { if student.level(\"untrid\") >= \"watch\" { 11 } else { 1 } }",
    );
    let findings = found(vec![broken, odd, doubtful, live, asks]);
    let all: Vec<(&str, &str)> = findings
        .iter()
        .map(|finding| (finding.rule.as_str(), finding.problem.code.as_str()))
        .collect();
    assert_eq!(
        all,
        [
            ("asks", "rule-asks-unknown"),
            ("broken", "rule-unknown-word"),
            ("broken", "rule-unknown-function"),
            ("odd", "rule-odd-character"),
            ("odd", "rule-odd-character"),
            ("odd", "rule-odd-character"),
            ("probe", "rule-level-never"),
            ("untried", "rule-without-trial"),
        ]
    );
}

#[test]
fn what_may_be_allowed_is_in_order_and_explained() {
    let page = include_str!("../../../../docs/problems.md");
    assert!(super::allow::CODES.is_sorted());
    for code in super::allow::CODES {
        assert!(page.contains(&format!("### `{code}`")), "{code}");
    }
}
