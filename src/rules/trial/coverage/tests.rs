//! Copies say what their scripts say, and report exactly what ran.

use std::collections::BTreeSet;

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use rhai::{Dynamic, Engine, Scope};

use super::scan::{Kind, scan};
use super::{Seen, reporting};
use crate::script;

/// Everything that the grammar lets stand inside each other.
const TRICKY: &str = r#"
const RULE = #{ area: "course", levels: #{ concern: 1 } };

fn plain(x) { x }
fn branches(x) {
    // A comment with { and `${`.
    if x > 3 { return "high"; }
    let kind = if x == 1 { "one" } else if x == 2 { "two" } else { "more" };
    let text = `is ${if x == 2 { "a `pair`" } else { `not ${x}` }} }`;
    kind + " " + text
}
fn loops(x) {
    let sum = 0;
    for (item, at) in [1, 2, 3] { if item == 2 { continue; } sum += item + at; }
    while sum > 100 { sum -= 1 }
    do { sum += 1; } while sum < x;
    loop { break; }
    { sum += 0; }
    sum
}
fn arms(x) {
    let y = switch x { 1 => "one", 2 | 3 if x > 2 => { "three" } 4 => if x > 0 { "four" } else { "none" }, _ => "other" };
    switch x { 1 => y += "!", 9 => () }
    switch x { }
    let z = #{ a: 1, b: #{ c: 2 } };
    y + z.b.c
}
fn nameless(x) {
    let all = [1, 2, 3, x].filter(|n| n > 1 || n == x).map(|n| { n * 2 });
    let none = || 7;
    let both = |a, b| a | b;
    all.len() + none.call() + both.call(1, 2)
}
fn both(a, b) { a && b || !a && !b }
"#;

fn call(engine: &Engine, text: &str, name: &str, arguments: &[Dynamic]) -> String {
    let ast = engine.compile(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut scope = Scope::new();
    let result = engine.call_fn::<Dynamic>(&mut scope, &ast, name, arguments.to_vec());
    result.map_or_else(|error| panic!("{name}: {error}\n{text}"), |value| value.to_string())
}

fn seen_by(name: &str, arguments: &[Dynamic]) -> Vec<(Kind, usize)> {
    let seen = Seen::default();
    let mut engine = script::engine(&[]);
    reporting(&mut engine, &seen);
    let (points, copy) = scan(TRICKY, 0);
    call(&engine, &copy, name, arguments);
    let line = |at: usize| script::line_and_column(TRICKY, at).0;
    let seen: BTreeSet<i64> = seen.take();
    let seen = seen.into_iter().map(|number| points[usize::try_from(number).unwrap()]);
    seen.map(|point| (point.kind, line(point.at))).collect()
}

#[test]
fn a_copy_answers_as_its_script_does() {
    let mut engine = script::engine(&[]);
    reporting(&mut engine, &Seen::default());
    let (_, copy) = scan(TRICKY, 0);
    for x in 0..11_i64 {
        for name in ["plain", "branches", "loops", "arms", "nameless"] {
            let x = [Dynamic::from(x)];
            assert_eq!(
                call(&engine, &copy, name, &x),
                call(&engine, TRICKY, name, &x),
                "{name}"
            );
        }
    }
    for (a, b) in [(true, true), (true, false), (false, true), (false, false)] {
        let both = [Dynamic::from(a), Dynamic::from(b)];
        assert_eq!(
            call(&engine, &copy, "both", &both),
            call(&engine, TRICKY, "both", &both)
        );
    }
}

#[test]
fn every_statement_of_the_engines_own_tree_is_a_point() {
    let engine = script::engine(&[]);
    let (points, _) = scan(TRICKY, 0);
    let ast = engine.compile(TRICKY).unwrap();
    let mut lines = BTreeSet::new();
    ast.walk(&mut |path| {
        if let [.., rhai::ASTNode::Stmt(statement)] = path {
            lines.extend(statement.position().line());
        }
        true
    });
    let found: BTreeSet<usize> = points
        .iter()
        .map(|point| script::line_and_column(TRICKY, point.at).0)
        .collect();
    // The card and the empty lines around it are no functions.
    let missed: Vec<&usize> = lines.difference(&found).filter(|line| **line > 3).collect();
    assert_eq!(missed, Vec::<&usize>::new());
}

#[test]
fn what_ran_is_seen_and_nothing_else() {
    use Kind::{Arm, Nameless, PastIf, PastSwitch, RightOfAnd, RightOfOr, Statement};
    assert_eq!(seen_by("plain", &[1_i64.into()]), [(Statement, 4)]);
    // The early return hides the rest of the function.
    assert_eq!(seen_by("branches", &[5_i64.into()]), [(Statement, 7), (Statement, 7)]);
    let passed = seen_by("branches", &[1_i64.into()]);
    assert!(
        passed.contains(&(PastIf, 7)) && passed.contains(&(Statement, 10)),
        "{passed:?}"
    );
    // `a && b` with a true looks at b and, b being true, never at what stands behind `||`.
    let both = |a: bool, b: bool| seen_by("both", &[a.into(), b.into()]);
    assert_eq!(both(true, true), [(Statement, 34), (RightOfAnd, 34)]);
    assert_eq!(both(false, true), [(Statement, 34), (RightOfOr, 34), (RightOfAnd, 34)]);
    let arms = seen_by("arms", &[1_i64.into()]);
    assert_eq!(arms.iter().filter(|(kind, _)| *kind == Arm).count(), 2, "{arms:?}");
    assert!(
        arms.contains(&(PastSwitch, 24)) && !arms.contains(&(PastSwitch, 23)),
        "{arms:?}"
    );
    let nameless = seen_by("nameless", &[9_i64.into()]);
    assert_eq!(
        nameless.iter().filter(|(kind, _)| *kind == Nameless).count(),
        3,
        "{nameless:?}"
    );
}

/// Yes-or-noes and numbers of one kind, and what they may be put together from.
fn yes_or_no(number: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> + Clone {
    let pair = (number.clone(), number);
    let plain = pair.prop_map(|(a, b)| format!("{a} < {b}"));
    let more = (plain.clone(), plain.clone(), plain.clone());
    prop_oneof![
        plain,
        more.clone().prop_map(|(a, b, c)| format!("{a} && {b} || {c}")),
        more.prop_map(|(a, b, c)| format!("{a} || !({b} && {c})")),
    ]
}

fn number() -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![Just("x"), Just("1"), Just("3")].prop_map(str::to_owned);
    leaf.prop_recursive(3, 24, 4, |inner| {
        let both = (inner.clone(), inner.clone());
        let asked = (yes_or_no(inner.clone()), inner.clone(), inner.clone());
        prop_oneof![
            both.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            asked
                .clone()
                .prop_map(|(ask, a, b)| format!("(if {ask} {{ {a} }} else {{ {b} }})")),
            asked
                .clone()
                .prop_map(|(ask, a, b)| format!("(switch x {{ 1 => {a}, 2 | 3 if {ask} => {{ {b} }} _ => {b} }})")),
            both.clone()
                .prop_map(|(a, b)| format!("[x, {a}].filter(|n| n > {b} || n == 1).len()")),
            both.prop_map(|(a, b)| format!("`n ${{{a}}} ${{if x > 1 {{ {b} }} else {{ 7 }}}}`.len()")),
        ]
    })
}

fn statement() -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![
        number().prop_map(|number| format!("y = {number};")),
        number().prop_map(|number| format!("y += {number};")),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let both = (inner.clone(), inner.clone());
        let asked = (yes_or_no(number()), inner.clone(), inner.clone());
        prop_oneof![
            asked.clone().prop_map(|(ask, a, b)| format!("if {ask} {{ {a} {b} }}")),
            asked
                .clone()
                .prop_map(|(ask, a, b)| format!("if {ask} {{ {a} }} else if x == 2 {{ {b} }}")),
            both.clone().prop_map(|(a, b)| format!("for i in 0..2 {{ {a} }} {b}")),
            both.clone()
                .prop_map(|(a, b)| format!("{{ {a} }} do {{ {b} }} while y < 0;")),
            asked.prop_map(|(ask, a, b)| format!("switch y {{ 1 => {{ {a} }} 2 if {ask} => {{ {b} }} }}")),
            both.prop_map(|(a, b)| format!("if x == 9 {{ return x; }} {a} {b}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn any_copy_answers_as_its_script_does(body in proptest::collection::vec(statement(), 1..4), last in number()) {
        let text = format!("fn f(x) {{ let y = 0; {} y + {last} }}", body.join(" "));
        let mut engine = script::engine(&[]);
        reporting(&mut engine, &Seen::default());
        let (points, copy) = scan(&text, 0);
        assert!(points.len() >= 3);
        for x in [1_i64, 2, 9] {
            let x = [Dynamic::from(x)];
            assert_eq!(call(&engine, &copy, "f", &x), call(&engine, &text, "f", &x), "{text}");
        }
    }

    #[test]
    fn no_text_at_all_upsets_the_scan(pieces in proptest::collection::vec(proptest::sample::select(SOUP.to_vec()), 0..40)) {
        let text = pieces.concat();
        let _ = scan(&text, 0);
        let _ = super::super::mutation::nudges_of_functions(&text);
    }
}

/// Pieces of scripts in any order, whole and broken.
const SOUP: [&str; 34] = [
    "fn f(x) ", "{", "}", "(", ")", "[", "]", "`", "${", "#{", "if ", "else ", "switch ", "do ", "while ", "_", " => ",
    ",", ";", "|", "||", "&&", "<", "=", "1", "2.5", "x", "\"", "'", "//", "/*", "\n", ".", "ä",
];
