//! Levels held against what `measure` can come to.

use super::{codes, of, underlined};
use crate::rules::review::Gravity;

#[test]
fn levels_are_held_against_what_measure_can_come_to() {
    // Card's levels and more, the measure, and what is said: the code and what is underlined.
    for (levels, body, code, part) in [
        (
            "levels: #{ concern: 101 }",
            "student.absence_percent",
            "rule-level-never",
            "101",
        ),
        (
            "levels: #{ concern: 21 }",
            "student.absences(last(20))",
            "rule-level-never",
            "21",
        ),
        (
            "levels: #{ concern: 41 }",
            "student.absences(last(p.days)) * 2",
            "rule-level-never",
            "41",
        ),
        (
            "levels: #{ watch: 0, concern: 5 }",
            "student.incidents",
            "rule-level-always",
            "0",
        ),
        (
            "levels: #{ watch: -1, concern: 5 }",
            "student.streak",
            "rule-level-always",
            "-",
        ),
        ("levels: #{ concern: 10 }", "3", "rule-level-never", "10"),
        ("levels: #{ concern: 10 }", "12", "rule-level-always", "10"),
        (
            "levels: #{ concern: 2 }",
            "if student.streak > 3 { 1 } else { 0 }",
            "rule-level-never",
            "2",
        ),
        (
            "levels: #{ concern: 2 }",
            "student.areas_at(\"watch\") / 3",
            "rule-level-never",
            "2",
        ),
        (
            "levels: #{ urgent: 4 }",
            "student.areas_at(\"watch\")",
            "rule-level-never",
            "4",
        ),
        (
            "levels: #{ concern: 20 }, needs: #{ enrolled_days: 21 }",
            "student.enrolled_days",
            "rule-level-always",
            "20",
        ),
        (
            "levels: #{ concern: 13 }, grades: \"6-12\"",
            "student.grade",
            "rule-level-never",
            "13",
        ),
        (
            "worse: \"lower\", levels: #{ concern: -1 }",
            "student.average",
            "rule-level-never",
            "-",
        ),
        (
            "worse: \"lower\", levels: #{ watch: 20 }",
            "student.enrolled_days(last(20))",
            "rule-level-always",
            "20",
        ),
        (
            "levels: #{ watch: 3 }, clear: #{ margin: 3 }",
            "student.incidents",
            "rule-level-never-left",
            "3",
        ),
        (
            "levels: #{ watch: 60, concern: 70 }",
            "student.average",
            "rule-worse-turned",
            "#",
        ),
        (
            "worse: \"lower\", levels: #{ watch: 9 }",
            "student.absences",
            "rule-worse-turned",
            "\"lower\"",
        ),
        (
            "levels: #{ watch: 0.08 }",
            "student.absence_percent",
            "rule-percent-as-fraction",
            "0.08",
        ),
        (
            "levels: #{ watch: 3 }, needs: #{ absence_percent: 150 }",
            "student.streak",
            "rule-condition-settled",
            "150",
        ),
        (
            "levels: #{ watch: 3 }, next: #{ urgent: \"Call.\" }",
            "student.streak",
            "rule-next-unused",
            "\"Call.\"",
        ),
    ] {
        let card = format!("area: \"context\", status: \"shadow\", params: #{{ days: 20 }}, {levels}");
        let functions = format!("fn measure(student, p) {{ {body} }}\nfn read(p) {{ p.days }}");
        let findings = of(&card, &functions);
        let one = findings.iter().find(|finding| finding.problem.code == code);
        let one = one.unwrap_or_else(|| panic!("{levels} {body}: {findings:?}"));
        assert_eq!(underlined(one), part, "{levels} {body}");
        assert_ne!(one.gravity, Gravity::Error, "{levels} {body}");
        assert!(!one.problem.remedy.is_empty());
    }
    for (levels, body) in [
        ("levels: #{ concern: 100 }", "student.absence_percent"),
        ("levels: #{ concern: 20 }", "student.absences(last(20))"),
        ("levels: #{ watch: 1 }", "if student.streak > 3 { 1 } else { 0 }"),
        ("levels: #{ urgent: 3 }", "student.areas_at(\"watch\")"),
        (
            "levels: #{ concern: 5 }",
            "let n = 0; for i in 0..3 { n += student.streak; } n",
        ),
        (
            "levels: #{ concern: 5 }",
            "let n = 0; let a = [1, 2]; a.for_each(|| n += 3); n",
        ),
        ("levels: #{ watch: 3 }, clear: #{ margin: 2 }", "student.incidents"),
        ("worse: \"lower\", levels: #{ watch: 70 }", "student.average"),
    ] {
        let findings = of(
            &format!("area: \"context\", status: \"shadow\", {levels}"),
            &format!("fn measure(student, p) {{ {body} }}"),
        );
        assert_eq!(codes(&findings), Vec::<&str>::new(), "{levels} {body}: {findings:?}");
    }
}

#[test]
fn a_rule_whose_applies_chooses_may_measure_one_number() {
    let card = "area: \"course\", status: \"shadow\", levels: #{ watch: 1 }";
    let chosen = "fn applies(student, p) { student.entered_late }\nfn measure(student, p) { 1 }";
    assert_eq!(of(card, chosen), []);
    let card = "area: \"course\", status: \"shadow\", levels: #{ watch: 30 }";
    let narrowed = "fn applies(student, p) { student.day_of_enrollment <= 20 }\nfn measure(student, p) { student.day_of_enrollment }";
    assert_eq!(codes(&of(card, narrowed)), ["rule-level-never"]);
}
