//! Nudges hit what they should and nothing else.

use rhai::Expr;

use super::{card, code};
use crate::rules::check;
use crate::rules::load::build;
use crate::rules::workshop::{self, Depth, Tested};
use crate::rules::{SourceFile, Sources, student};
use crate::school::Meaning;
use crate::script::{Node, walk_statement};

const RULE: &str = r##"//! Probe 7
const RULE = #{
    area: "attendance", status: "draft", grades: "6-12",
    needs: #{ enrolled_days: 21, day_of_enrollment: 1 },
    levels: #{ watch: 1, concern: 2, urgent: 10.0 },   // 99
    clear: #{ margin: 0.5, days: 5 },
    after: 2,
    params: #{ window: 20, word: "30" },
};
fn measure(student, p) {
    // 5 < 6
    let words = ["a 1", `b ${if student.absences >= 3 && p.window != 4 { "<" } else { "x" }}`].filter(|w| w.len() > 0 || false);
    student.absences(last(p.window)) + words.len() * 0
}
"##;

fn set(rule: &str, trial: &str) -> Sources {
    Sources {
        files: vec![
            SourceFile::new("rules/attendance/probe.rhai", rule),
            SourceFile::new("rules/attendance/probe.test.toml", trial),
        ],
        ..Sources::default()
    }
}

fn mutated(rule: &str, trial: &str) -> Tested {
    let depth = Depth {
        coverage: false,
        mutate: true,
    };
    let mut tested = workshop::test(&set(rule, trial), &Meaning::default(), &[], depth);
    tested.pop().unwrap()
}

fn unnoticed(tested: &Tested) -> Vec<String> {
    let mutated = tested.mutated.as_ref().unwrap();
    mutated.unnoticed.iter().map(super::Unnoticed::message).collect()
}

#[test]
fn every_number_and_comparison_is_nudged_and_nothing_in_texts_and_comments() {
    let (set, problems) = build(&set(RULE, ""), &Meaning::default(), false);
    let rule = set.rule("probe").unwrap_or_else(|| panic!("{problems:?}"));
    let shown = |nudges: Vec<super::Nudge>| -> Vec<String> {
        let mut nudges = nudges;
        nudges.sort_by_key(|nudge| nudge.at);
        for nudge in &nudges {
            assert!(RULE[nudge.at..].starts_with(&nudge.from), "{nudge:?}");
        }
        nudges
            .iter()
            .map(|nudge| format!("{} {}", nudge.from, nudge.to))
            .collect()
    };
    let wanted = [
        "6-12 5-12",
        "6-12 7-12",
        "6-12 6-11",
        "21 22",
        "21 20",
        // Nobody is ever before day 1 of enrollment.
        "1 2",
        // The next edges are 1 and 2: half the way.
        "1 1.5",
        "1 0",
        "2 3",
        "2 1.5",
        "10.0 10.1",
        "10.0 9.9",
        "0.5 0.6",
        "0.5 0.4",
        "5 6",
        "5 4",
        "2 3",
        "2 1",
        "20 21",
        "20 19",
    ];
    assert_eq!(shown(card::nudges(&student::engine(), rule)), wanted);
    let wanted = [
        ">= >", "3 4", "3 2", "&& ||", "!= ==", "4 5", "4 3", "> >=", "0 1", "0 -1", "|| &&", "0 1", "0 -1",
    ];
    assert_eq!(shown(code::nudges(RULE)), wanted);
}

/// Numbers, and comparisons with `&&` and `||`, in the functions of a script as the engine's own tree has them.
fn in_the_tree(text: &str) -> (usize, usize) {
    let ast = student::engine().compile(text).unwrap();
    let (mut numbers, mut signs) = (0, 0);
    check::statements_of(&ast, |_, _| true, &mut |statement| {
        walk_statement(statement, &mut |node| match node {
            Node::Expression(Expr::IntegerConstant(..) | Expr::FloatConstant(..)) => numbers += 1,
            Node::Expression(Expr::And(parts, _) | Expr::Or(parts, _)) => signs += parts.len() - 1,
            Node::Call(call, _) if matches!(call.name.as_str(), "<" | "<=" | ">" | ">=" | "==" | "!=") => signs += 1,
            _ => {}
        });
    });
    (numbers, signs)
}

#[test]
fn what_is_nudged_is_what_the_engine_sees() {
    let built_in = Sources::built_in();
    let texts = built_in.rules().into_iter().chain(built_in.libraries());
    let texts: Vec<String> = texts
        .map(|file| String::from_utf8(file.bytes.clone()).unwrap())
        .collect();
    assert_eq!(texts.len(), 17);
    for text in texts.iter().map(String::as_str).chain([RULE]) {
        let nudges = code::nudges(text);
        let of_numbers = nudges
            .iter()
            .filter(|nudge| nudge.from.starts_with(|c: char| c.is_ascii_digit()));
        let of_numbers = of_numbers.count();
        assert_eq!((of_numbers / 2, nudges.len() - of_numbers), in_the_tree(text), "{text}");
    }
}

#[test]
fn a_measure_of_whole_things_is_nudged_by_whole_steps() {
    let rule = r#"
const RULE = #{ area: "behavior", status: "draft", levels: #{ watch: 2.0, concern: 3, urgent: 6 },
    clear: #{ margin: 1.5 }, needs: #{ marks: 3.0, absences: 2.0 } };
fn measure(student, p) { student.incidents(days(30)) }
"#;
    let (set, _) = build(&set(rule, ""), &Meaning::default(), false);
    let nudges = card::nudges(&student::engine(), set.rule("probe").unwrap());
    let shown: Vec<String> = nudges
        .iter()
        .map(|nudge| format!("{} {}", nudge.from, nudge.to))
        .collect();
    // Nobody has between 2 and 3 incidents, so 3 moves up alone.
    assert_eq!(
        shown,
        [
            "2.0 2.5", "2.0 1", "3 4", "6 7", "6 5", "1.5 2", "1.5 0", "3.0 4", "3.0 2", "2.0 2.1", "2.0 1.9"
        ]
    );
}

const PLAIN: &str = r#"
const RULE = #{ area: "attendance", status: "draft", levels: #{ concern: 10 } };
fn measure(student, p) { student.absences }
"#;

#[test]
fn a_trial_without_the_edge_is_told_which_case_to_add() {
    let far = "[[case]]\nname = \"far\"\nattendance = \"P*20 A*15\"\nexpect = \"concern\"\n\
               [[case]]\nname = \"none\"\nattendance = \"P*20 A*2\"\nexpect = \"clear\"\n";
    let tested = mutated(PLAIN, far);
    assert_eq!(
        unnoticed(&tested),
        [
            "your trial would not notice if 10 became 11",
            "your trial would not notice if 10 became 9"
        ]
    );
    let first = &tested.mutated.as_ref().unwrap().unnoticed[0];
    assert_eq!((first.line, first.column), (2, 74));
    assert_eq!(first.add, "add a case that measures exactly 10");
    assert!(first.excerpt.ends_with("^^"), "{}", first.excerpt);
    let edge = format!(
        "{far}[[case]]\nname = \"ten\"\nattendance = \"P*20 A*10\"\nexpect = \"concern\"\n\
         [[case]]\nname = \"nine\"\nattendance = \"P*20 A*9\"\nexpect = \"clear\"\n"
    );
    let tested = mutated(PLAIN, &edge);
    assert_eq!(unnoticed(&tested), Vec::<String>::new());
    assert_eq!(tested.mutated.map(|mutated| mutated.mutations), Some(2));
}

#[test]
fn a_trial_that_does_not_hold_is_not_nudged() {
    let tested = mutated(
        PLAIN,
        "[[case]]\nname = \"far\"\nattendance = \"P*20 A*15\"\nexpect = \"clear\"\n",
    );
    assert!(!tested.holds() && tested.mutated.is_none());
}

#[test]
fn days_before_and_after_a_level_are_noticed_by_standings_alone() {
    let rule = PLAIN.replace(
        "concern: 10 }",
        "concern: 10 }, after: 3, clear: #{ margin: 1, days: 2 }",
    );
    let rule = rule.replace("student.absences", "student.absences(last(20))");
    let fires = "[[case]]\nname = \"ten\"\nattendance = \"P*20 A*10\"\nexpect = \"concern\"\nstanding = \"clear\"\n\
                 then = \"P\"\nexpect_then = \"concern\"\nstanding_then = \"clear\"\n\
                 [[case]]\nname = \"nine\"\nattendance = \"P*20 A*9\"\nexpect = \"clear\"\n\
                 [[case]]\nname = \"ten, three days long\"\nattendance = \"P*20 A*10 P\"\nexpect = \"concern\"\n\
                 then = \"P\"\nexpect_then = \"concern\"\nstanding_then = \"concern\"\n";
    let tested = mutated(&rule, fires);
    assert!(tested.holds(), "{:?}", tested.cases);
    // `after` is noticed both ways and `clear` not at all; the window is, since ten days lie in it for ten days more.
    let left: Vec<String> = unnoticed(&tested);
    assert!(
        left.iter()
            .all(|message| !message.ends_with("3 became 4") && !message.ends_with("3 became 2")),
        "{left:?}"
    );
    assert!(
        left.contains(&"your trial would not notice if 2 became 3".to_owned()),
        "{left:?}"
    );
}
