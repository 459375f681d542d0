//! Every broken or hostile rule ends in a named problem with its place, and the others go on.

use super::{known, loaded, measuring, night, refused, rule};
use crate::rules::{FAILED, Judge, SourceFile, Verdict};
use crate::school::Tables;

#[test]
fn mistakes_are_refused_before_a_rule_runs() {
    for (body, code, words) in [
        (
            "student.absence_percnt",
            "rule-unknown-word",
            "did you mean `absence_percent`?",
        ),
        (
            "student.absences(lst(20))",
            "rule-unknown-function",
            "did you mean `last`?",
        ),
        (
            "student.streak(last(20))",
            "rule-wrong-arguments",
            "`streak` takes nothing in brackets",
        ),
        ("student.in_program", "rule-wrong-arguments", "`in_program` takes 1"),
        (
            "student.absences(last(20, 3))",
            "rule-wrong-arguments",
            "`last` takes 1",
        ),
        (
            "student.absences(20)",
            "rule-wrong-arguments",
            "write `student.absences(last(20))`",
        ),
        ("student.absences()", "rule-wrong-arguments", "for the year so far"),
        (
            "student.absences.last(20)",
            "rule-unknown-function",
            "write `student.absences(last(20))`",
        ),
        (
            "student.attendance_rate",
            "rule-unknown-word",
            "write `student.absence_percent`",
        ),
        ("student.last_name", "rule-unknown-word", "nobody's name"),
        ("student.absences(last(0))", "rule-wrong-arguments", "write 1 to 400"),
        (
            "student.absences(days(\"20\"))",
            "rule-wrong-arguments",
            "a whole number of days",
        ),
        (
            "let x = student.marks.or(3) student.streak",
            "rule-does-not-compile",
            "look at the part",
        ),
        ("student.absences(last(20)", "rule-does-not-compile", "look at the part"),
        (
            "absences(student, last(20))",
            "rule-unknown-function",
            "write `student.absences`",
        ),
        (
            "absence_percent",
            "rule-does-not-compile",
            "write `student.absence_percent`",
        ),
        ("p.days", "rule-unknown-parameter", "params: #{ days: 1 }"),
        (
            "student.has(\"avrage\")",
            "rule-unknown-word",
            "did you mean `average`?",
        ),
        (
            "let w = \"average\"; student.has(w)",
            "rule-wrong-arguments",
            "takes a plain text",
        ),
        ("student[\"average\"]", "rule-unknown-word", "write `student.average`"),
        ("student.average = 3", "rule-refused-part", "cannot be changed"),
        ("try { student.average } catch { 3 }", "rule-refused-part", "`try`"),
        ("sleep(2); 3", "rule-refused-part", "`sleep`"),
        ("eval(\"3\")", "rule-does-not-compile", "`eval`"),
        ("import \"x\" as y; 3", "rule-refused-part", "`import`"),
        ("Fn(\"sleep\").call(3)", "rule-refused-part", "`Fn`"),
        ("print(\"x\"); 3", "rule-refused-part", "`print`"),
        (
            "if student.streak > 3 and student.marks > 2 { 1 } else { 2 }",
            "rule-does-not-compile",
            "write `&&` for `and`",
        ),
        (
            "switch student.absences { 3 => 1, _ => 2 }",
            "rule-switch-mixed",
            "write `if",
        ),
        (
            "switch student.grade { 9 => 1, \"10\" => 2, _ => 3 }",
            "rule-switch-mixed",
            "a case is a text",
        ),
        (
            "switch student.grade { 9 | 10.5 => 1, _ => 3 }",
            "rule-switch-mixed",
            "a case is a number",
        ),
        (
            "loop { break student.avrage }",
            "rule-unknown-word",
            "did you mean `average`?",
        ),
        ("this.average", "rule-refused-part", "`this`"),
        (
            "if student.level(\"probee\") >= \"watch\" { 1 } else { 0 }",
            "rule-asks-unknown",
            "did you mean `probe`?",
        ),
        (
            "if student.level(\"probe\") >= \"watch\" { 1 } else { 0 }",
            "rule-circle",
            "asks its own area, and so itself",
        ),
        ("let x = \u{201c}a\u{201d}; 3", "rule-odd-character", "curly quote"),
        ("let x\u{a0}= 3; x", "rule-odd-character", "no-break space"),
    ] {
        let problem = refused(measuring(body));
        assert_eq!(problem.code, code, "{body}: {problem}");
        assert!(problem.to_string().contains(words), "{body}: {problem}");
        assert!(
            problem.place.line.is_some() && !problem.excerpt.is_empty(),
            "{body}: {problem}"
        );
    }
    for body in [
        "switch student.grade { 9 | 10 => 11, 11..=12 => 3, _ => 4 }",
        "let s = student.school; switch s { \"1044\" => { 11 } _ => 3, }",
        "switch student.streak > 3 { true => 11, false => 3 }",
    ] {
        let numbers = known(&[("grade", 9.0), ("streak", 4.0)]);
        assert_eq!(super::verdict(body, &numbers).value(), Some(11.0), "{body}");
    }
}

#[test]
fn a_card_that_is_not_plain_is_refused_with_the_part_underlined() {
    for (text, code, underlined) in [
        (
            "const RULE = #{ area: \"course\", status: \"li\" + \"ve\", levels: #{ concern: 1 } };",
            "rule-card-computed",
            "^",
        ),
        (
            "const RULE = #{ area: \"course\", status: \"live\", levels: #{ concern: half(20) } };",
            "rule-card-computed",
            "^^^^",
        ),
        (
            "const RULE = #{ area: \"course\", status: \"live\", levels: #{ concern: 1 }, grade: \"6\" };",
            "rule-card-wrong",
            "^^^^^",
        ),
        (
            "const RULE = #{ area: \"attendence\", status: \"live\", levels: #{ concern: 1 } };",
            "rule-card-wrong",
            "^^^^^^^^^^^^",
        ),
        (
            "const RULE = #{ area: \"course\", status: \"live\", levels: #{ concern: 5, urgent: 3 } };",
            "rule-levels-order",
            "^",
        ),
        (
            "const RULE = #{ area: \"course\", status: \"live\", levels: #{ alarm: 5 } };",
            "rule-card-wrong",
            "^^^^^",
        ),
        (
            "let x = 3; const RULE = #{ area: \"course\", status: \"live\", levels: #{ concern: 1 } };",
            "rule-card-wrong",
            "^^^",
        ),
        (
            "const RULE = #{ area: \"course\", status: \"live\", needs: #{ avrage: 5 }, levels: #{ concern: 1 } };",
            "rule-card-wrong",
            "^^^^^^",
        ),
    ] {
        let file = SourceFile::new(
            "rules/course/probe.rhai",
            format!("{text}\nfn half(x) {{ x }}\nfn measure(student, p) {{ 1 }}\n"),
        );
        let problem = refused(file);
        assert_eq!(problem.code, code, "{text}: {problem}");
        assert!(problem.excerpt.ends_with(underlined), "{text}: {problem}");
    }
    let nothing = refused(SourceFile::new(
        "rules/course/probe.rhai",
        "fn measure(student, p) { 1 }",
    ));
    assert_eq!(nothing.code, "rule-without-card");
    let bytes = SourceFile {
        path: "rules/course/probe.rhai".to_owned(),
        bytes: vec![0xff, 0xfe, 0x00],
    };
    assert_eq!(refused(bytes).code, "rule-not-text");
    let bom = SourceFile::new("rules/course/probe.rhai", "\u{feff}const RULE = 1;");
    assert!(refused(bom).message.contains("byte order mark"));
}

#[test]
fn names_that_are_taken_are_refused() {
    for name in ["average", "last", "has", "len", "sleep"] {
        let card = "area: \"course\", status: \"draft\", levels: #{ concern: 1 }";
        let functions = format!("fn measure(student, p) {{ 1 }} fn {name}(x) {{ x }}");
        assert_eq!(
            refused(rule("rules/course/probe.rhai", card, &functions)).code,
            "rule-name-taken",
            "{name}"
        );
    }
    let card = "area: \"course\", status: \"draft\", levels: #{ concern: 1 }";
    let twice = |folder: &str| {
        rule(
            &format!("rules/{folder}/probe.rhai"),
            card,
            "fn measure(student, p) { 1 }",
        )
    };
    let (set, problems) = loaded(vec![twice("course"), twice("behavior")]);
    assert!(set.rules().is_empty());
    assert!(problems.iter().all(|problem| problem.code == "rule-name-twice") && problems.len() == 2);
}

#[test]
fn what_fails_while_it_runs_is_unknown_and_named() {
    for (body, code) in [
        ("loop { }", "rule-without-end"),
        ("let x = \"a\"; loop { x += x; }", "rule-without-end"),
        ("let x = [1]; loop { x += x; }", "rule-without-end"),
        ("deep(1)", "rule-without-end"),
        (
            "let n = 0; for i in 1..300 { n += student.absences(last(i)).or(1); } n",
            "rule-without-end",
        ),
        ("1 / (student.streak - 4)", "rule-failed"),
        ("if student.streak > 3 { \"text\" } else { 1 }", "rule-failed"),
        ("if student.streak > \"3\" { 1 } else { 0 }", "rule-failed"),
        ("sqrt(-1.0)", "rule-failed"),
        ("throw 3", "rule-failed"),
        ("student.absences(last(student.streak - 4))", "rule-failed"),
    ] {
        let mut files = vec![measuring("1")];
        files[0] = rule(
            "rules/course/probe.rhai",
            "area: \"course\", status: \"shadow\", levels: #{ concern: 10 }",
            &format!("fn deep(x) {{ deep(x + 1) }} fn measure(student, p) {{ {body} }}"),
        );
        let card = "area: \"course\", status: \"live\", levels: #{ concern: 10 }";
        files.push(rule(
            "rules/course/sound.rhai",
            card,
            "fn measure(student, p) { student.streak * 3 }",
        ));
        let (set, problems) = loaded(files);
        assert!(problems.is_empty(), "{body}: {problems:?}");
        let numbers = known(&[("streak", 4.0)]);
        let case = crate::rules::CaseFile {
            numbers: &numbers,
            school_id: "1044",
            grade: None,
            held: Tables::NONE,
        };
        let mut judge = Judge::new(&set);
        let mut out = Vec::new();
        judge.night(&case, &mut out);
        judge.night(&case, &mut out);
        assert_eq!(out[0], Some(Verdict::Unknown(vec![FAILED.to_owned()])), "{body}");
        assert_eq!(out[1].as_ref().unwrap().value(), Some(12.0));
        let problems = judge.problems();
        assert_eq!(problems.len(), 1, "{body}");
        assert_eq!(problems[0].code, code, "{body}: {}", problems[0]);
    }
}

#[test]
fn a_broken_rule_leaves_the_others_at_work() {
    let card = "area: \"course\", status: \"live\", levels: #{ concern: 1 }";
    let sound = rule(
        "rules/course/sound.rhai",
        card,
        "fn measure(student, p) { student.streak }",
    );
    let (set, problems) = loaded(vec![measuring("student.nothing_such"), sound]);
    assert_eq!((set.rules().len(), set.set_aside().len(), problems.len()), (1, 1, 1));
    assert_eq!(
        night(&set, &known(&[("streak", 1.0)]))[0].as_ref().unwrap().word(),
        "concern"
    );
}
