//! Every operator for every pair of vocabulary types is exact or an error: a table of what has an answer, all else refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Known, loaded, night, rule};
use crate::indicators::Value;
use crate::rules::{SourceFile, Verdict};

/// One value of each kind that a script can hold, as a rule writes it.
const VALUES: [(&str, &str); 14] = [
    ("whole", "7"),
    ("real", "2.5"),
    ("count", "student.streak"),
    ("number", "student.absence_percent"),
    ("text", "\"a\""),
    ("school", "student.school"),
    ("yes", "student.entered_late"),
    ("char", "'a'"),
    ("nothing", "()"),
    ("array", "[1, 2]"),
    ("map", "#{ a: 1 }"),
    ("level", "student.level(\"peer\")"),
    ("window", "last(20)"),
    ("student", "student"),
];

const OPERATORS: [&str; 18] = [
    "+", "-", "*", "/", "%", "**", "==", "!=", "<", "<=", ">", ">=", "&", "|", "^", "<<", ">>", "in",
];

fn class(kind: &str) -> &str {
    match kind {
        "whole" | "count" => "whole",
        "real" | "number" => "real",
        "text" | "school" | "char" => "text",
        other => other,
    }
}

/// Whether the pair has an exact answer.
fn has_answer(left: &str, operator: &str, right: &str) -> bool {
    // A character holds no part.
    let holds = right != "char";
    let (left, right) = (class(left), class(right));
    let numbers = ["whole", "real"].contains(&left) && ["whole", "real"].contains(&right);
    let shown = |kind: &str| ["whole", "real", "text", "yes", "level"].contains(&kind);
    let pair = (left, right);
    match operator {
        "+" => {
            numbers
                || pair == ("array", "array")
                || (shown(left) && shown(right) && (left == "text" || right == "text"))
        }
        "-" | "*" | "/" | "%" | "**" => numbers,
        "==" | "!=" => numbers || (left == right && !["window", "student"].contains(&left)),
        "<" | "<=" | ">" | ">=" => numbers || pair == ("level", "level"),
        "&" | "|" | "^" => left == right && ["whole", "yes"].contains(&left),
        "<<" | ">>" => pair == ("whole", "whole"),
        // The array of the table holds whole numbers.
        "in" if right == "array" => ["whole", "real"].contains(&left),
        "in" => left == "text" && holds && ["text", "map"].contains(&right),
        _ => false,
    }
}

fn numbers() -> Known {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    all.insert("streak".to_owned(), Value::Count(3));
    all.insert("absence_percent".to_owned(), Value::Number(4.25));
    all.insert("school".to_owned(), Value::Text(Arc::from("a")));
    all.insert("entered_late".to_owned(), Value::Yes(true));
    all.insert("marks".to_owned(), Value::Count(2));
    Known(all)
}

fn files(bodies: &[String]) -> Vec<SourceFile> {
    let peer = "area: \"course\", status: \"live\", levels: #{ concern: 1 }";
    let mut files = vec![rule(
        "rules/course/peer.rhai",
        peer,
        "fn measure(student, p) { student.marks }",
    )];
    let card = "area: \"combined\", status: \"shadow\", levels: #{ concern: 1 }";
    for (number, body) in bodies.iter().enumerate() {
        let path = format!("rules/combined/r{number:05}.rhai");
        files.push(rule(&path, card, &format!("fn measure(student, p) {{ {body} }}")));
    }
    files
}

#[test]
fn every_pair_is_exact_or_an_error() {
    let mut bodies = Vec::new();
    let mut expected = Vec::new();
    for operator in OPERATORS {
        for (left, first) in VALUES {
            for (right, second) in VALUES {
                // The answer's own kind does not matter: that there is one does.
                bodies.push(format!("let x = {first} {operator} {second}; 1"));
                expected.push((format!("{left} {operator} {right}"), has_answer(left, operator, right)));
            }
        }
    }
    let (set, problems) = loaded(files(&bodies));
    assert!(problems.is_empty(), "{problems:?}");
    let verdicts = night(&set, &numbers());
    let mut wrong = Vec::new();
    for (number, (pair, answered)) in expected.iter().enumerate() {
        let at = set.position(&format!("r{number:05}")).unwrap();
        if verdicts[at].as_ref().unwrap().is_judged() != *answered {
            wrong.push(format!("{pair}: {:?}", verdicts[at]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_operator_takes_a_missing_number() {
    let mut bodies = Vec::new();
    for operator in OPERATORS {
        for (_, value) in VALUES {
            bodies.push(format!("let x = {value} {operator} student.average; 1"));
            bodies.push(format!("let x = student.average {operator} {value}; 1"));
        }
    }
    for body in [
        "-student.average",
        "!student.average",
        "+student.average",
        "let x = 3; x += student.average; x",
    ] {
        bodies.push(format!("{body}; 1"));
    }
    let (set, problems) = loaded(files(&bodies));
    assert!(problems.is_empty(), "{problems:?}");
    for (rule, verdict) in set.rules().iter().zip(night(&set, &numbers())) {
        if rule.id() != "peer" {
            assert_eq!(
                verdict,
                Some(Verdict::Unknown(vec!["average".to_owned()])),
                "{}",
                rule.source_text()
            );
        }
    }
}

#[test]
fn answers_are_exact() {
    for (expression, yes) in [
        ("student.streak == 3.0", true),
        ("student.streak < 3.0000000001", true),
        ("9007199254740993 == 9007199254740992.0", false),
        ("student.absence_percent > 4", true),
        ("student.absence_percent >= 4.25", true),
        ("student.streak / 2 == 1.5", true),
        ("student.level(\"peer\") == \"concern\"", true),
        ("student.level(\"peer\") > \"watch\"", true),
        ("student.level(\"peer\") >= \"urgent\"", false),
        ("student.school == \"a\"", true),
        ("student.school == 'a'", true),
        ("3.0 in [1, 3]", true),
        ("\"a\" in #{ b: 1 }", false),
        ("[1, [2.0]] == [1.0, [2]]", true),
        ("() == ()", true),
    ] {
        let (set, problems) = loaded(files(&[format!("if {expression} {{ 1 }} else {{ 0 }}")]));
        assert!(problems.is_empty(), "{expression}: {problems:?}");
        let at = set.position("r00000").unwrap();
        let value = night(&set, &numbers())[at].as_ref().unwrap().value();
        assert_eq!(value, Some(f64::from(u8::from(yes))), "{expression}");
    }
}
