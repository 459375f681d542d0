//! What is odd on the way through the functions.

use super::{CARD, codes, found, measuring, of, underlined};
use crate::rules::SourceFile;
use crate::rules::review::Gravity;

#[test]
fn what_may_be_zero_is_no_divisor_unless_somebody_asked_before() {
    for (body, part) in [
        ("student.absences / student.enrolled_days * 100", "student"),
        ("student.failing / student.marks * 20", "student"),
        ("let n = student.marks; 100 / n", "n"),
        ("100 / (student.marks - 3)", "student"),
        ("100 % student.marks", "student"),
        (
            "if student.has(\"marks\") { 100 / student.marks } else { 0 }",
            "student",
        ),
        ("100 / 0", "0"),
        ("share(student, student.marks)", "n"),
    ] {
        let functions = format!(
            "fn share(student, n) {{ 100 / n }}\nfn measure(student, p) {{ share(student, 100) + {{ {body} }} }}"
        );
        let findings = of(CARD, &functions);
        assert_eq!(codes(&findings), ["rule-divides-by-zero"], "{body}: {findings:?}");
        assert_eq!(underlined(&findings[0]), part, "{body}");
    }
    for body in [
        "if student.marks > 0 { 100 / student.marks } else { 0 }",
        "if student.marks == 0 { return 0; } 100 / student.marks",
        "if student.absences != 0 && 100 / student.absences > 3 { 11 } else { 0 }",
        "if student.marks < 1 || 100 / student.marks > 3 { 11 } else { 0 }",
        "100 / max(student.marks, 1)",
        "student.absences / 7",
        "let n = student.marks; if n > 0 { 100 / n } else { 0 }",
    ] {
        assert_eq!(codes(&measuring(body)), Vec::<&str>::new(), "{body}");
    }
    let needs = format!("{CARD}, needs: #{{ marks: 1 }}");
    assert_eq!(
        of(
            &needs,
            "fn measure(student, p) { student.failing / student.marks * 20 }"
        ),
        []
    );
    let remedy = &measuring("student.failing / student.marks * 20")[0].problem.remedy;
    assert!(remedy.contains("needs: #{ marks: 1 }"), "{remedy}");
}

#[test]
fn comparisons_that_mean_nothing_or_always_come_out_the_same_are_named() {
    for (condition, code, words) in [
        ("student.grade == \"9\"", "rule-mixes-kinds", "without quotes: `9`"),
        ("student.grade == \"KG\"", "rule-mixes-kinds", "KG is 0"),
        ("3 < student.streak < 7", "rule-mixes-kinds", "in two parts"),
        ("student.streak", "rule-mixes-kinds", "compare it, such as `> 0`"),
        ("student.level_in(\"course\") > 2", "rule-mixes-kinds", ">= \"concern\""),
        (
            "student.level_in(\"behavior\") == \"clear\"",
            "rule-mixes-kinds",
            "`< \"watch\"` for clear",
        ),
        ("student.streak == ()", "rule-mixes-kinds", "student.has"),
        (
            "student.absence_percent > 150",
            "rule-condition-settled",
            "compare it with a number",
        ),
        (
            "student.absences >= 0",
            "rule-condition-settled",
            "compare it with a number",
        ),
        (
            "student.absences % student.enrolled_days > 10",
            "rule-divides-by-zero",
            "needs",
        ),
        ("student.absences % 100 > 10", "rule-remainder-for-percent", "* 100"),
    ] {
        let card = CARD.replace("course", "context");
        let functions = format!("fn measure(student, p) {{ if {condition} {{ 11 }} else {{ 0 }} }}");
        let findings = of(&card, &functions);
        let one = findings.iter().find(|finding| finding.problem.code == code);
        let one = one.unwrap_or_else(|| panic!("{condition}: {findings:?}"));
        assert!(one.problem.remedy.contains(words), "{condition}: {}", one.problem);
        assert_eq!(one.gravity, Gravity::Warning);
    }
    for condition in [
        "student.grade == 9",
        "student.school == \"1044\"",
        "student.level_in(\"behavior\") >= \"concern\"",
        "student.has(\"average\") && student.average < 70",
        "student.entered_late",
        "student.streak % 5 == 0",
    ] {
        let card = CARD.replace("course", "context");
        let functions = format!("fn measure(student, p) {{ if {condition} {{ 11 }} else {{ 0 }} }}");
        assert_eq!(codes(&of(&card, &functions)), Vec::<&str>::new(), "{condition}");
    }
}

#[test]
fn functions_give_what_they_must() {
    for (body, gravity) in [
        ("\"text\"", Gravity::Error),
        ("`${student.streak}`", Gravity::Error),
        ("student.streak > 3", Gravity::Error),
        ("let x = 3;", Gravity::Error),
        ("[1, 2]", Gravity::Error),
        ("()", Gravity::Error),
        ("if student.streak > 3 { 11 }", Gravity::Warning),
        ("if student.streak > 3 { 11 } else { \"none\" }", Gravity::Warning),
        ("switch student.grade { 9 => 11 }", Gravity::Warning),
    ] {
        let findings = measuring(body);
        let one = findings
            .iter()
            .find(|finding| finding.problem.code == "rule-measure-without-number");
        assert_eq!(one.map(|one| one.gravity), Some(gravity), "{body}: {findings:?}");
    }
    let applies = "fn applies(student, p) { student.grade }\nfn measure(student, p) { student.streak }";
    assert_eq!(codes(&of(CARD, applies)), ["rule-applies-without-answer"]);
    let text = format!(
        "//! A\nconst RULE = #{{ {CARD} }};\nfn measure(student, p) {{ student.streak }}\nfn because(student, p) {{ 3 }}"
    );
    let because = found(vec![SourceFile::new("rules/course/probe.rhai", text)]);
    assert_eq!(codes(&because), ["rule-because-without-text"]);
}

#[test]
fn what_does_not_end_is_named_before_it_runs() {
    assert_eq!(codes(&measuring("loop { }")), ["rule-loop-without-end"]);
    assert_eq!(
        codes(&measuring("let n = 0; while true { n += 1; } n")),
        ["rule-loop-without-end"]
    );
    assert_eq!(
        codes(&measuring("let n = 0; loop { n += 1; if n > 3 { break; } } n")),
        Vec::<&str>::new()
    );
    let deep = "fn deep(x) { deeper(x) }\nfn deeper(x) { deep(x + 1) }\nfn measure(student, p) { deep(1) }";
    assert_eq!(codes(&of(CARD, deep)), ["rule-calls-itself", "rule-calls-itself"]);
}

#[test]
fn a_helper_that_calls_on_and_on_is_not_followed_for_ever() {
    let mut functions = String::new();
    for number in 0..12 {
        let next = number + 1;
        functions += &format!("fn f{number}(x) {{ f{next}(x) + f{next}(x) + f{next}(x) + f{next}(x) }}\n");
    }
    functions += "fn f12(x) { x }\nfn measure(student, p) { f0(student.streak) }";
    assert_eq!(of(CARD, &functions), []);
}
