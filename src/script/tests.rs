//! The sandbox's own laws.

use rhai::{Dynamic, Scope};

use super::{Rounding, engine, excerpt, nearest, oddity, pieces};

fn eval(script: &str) -> Result<Dynamic, String> {
    let engine = engine(&[]);
    engine
        .eval_with_scope::<Dynamic>(&mut Scope::new(), script)
        .map_err(|error| super::failure(&error).message)
}

#[test]
fn numbers_are_compared_exactly_and_divided_into_fractions() {
    assert_eq!(eval("162 / 180").unwrap().as_float(), Ok(0.9));
    assert_eq!(eval("0.1 * 3.0 == 0.3").unwrap().as_bool(), Ok(false));
    assert_eq!(
        eval("9007199254740993 > 9007199254740992.0").unwrap().as_bool(),
        Ok(true)
    );
    assert_eq!(eval("3 == 3.0").unwrap().as_bool(), Ok(true));
    assert_eq!(eval("let x = 7; x /= 2; x").unwrap().as_float(), Ok(3.5));
    assert_eq!(eval("2 in [1, 2.0]").unwrap().as_bool(), Ok(true));
    assert_eq!(eval("2 !in [1, 3]").unwrap().as_bool(), Ok(true));
    for script in [
        "1 / 0",
        "1 % 0",
        "1.0 / 0.0",
        "2.0 ** 5000.0",
        "sqrt(-1.0) < 1",
        "9223372036854775807 + 1",
    ] {
        assert!(eval(script).is_err(), "{script}");
    }
}

#[test]
fn nothing_is_silently_false() {
    for script in [
        "() < 2.0",
        "() == 2",
        "() != 2",
        "2 == ()",
        "\"3\" > 2",
        "\"90\" < \"100\"",
        "\"a\" == 1",
        "\"a\" != 1",
        "true == 1",
        "true < false",
        "[1] == [\"a\"]",
        "3 in [\"a\"]",
        "#{a: 1} == 1",
        "'a' < 'b'",
        "!1",
        "-\"a\"",
        "\"a\" - \"b\"",
        "\"a\" + ()",
        "if 1 { 2 }",
        "1 && true",
    ] {
        assert!(eval(script).is_err(), "{script} = {:?}", eval(script));
    }
    assert_eq!(eval("() == ()").unwrap().as_bool(), Ok(true));
    assert_eq!(eval("\"a\" + 1 + 2.55").unwrap().into_string(), Ok("a12.5".to_owned()));
}

#[test]
fn every_hostile_script_ends() {
    for (script, word) in [
        ("loop {}", "does not end"),
        ("let x = \"a\"; loop { x += x; }", "too much"),
        ("let x = [1]; loop { x += x; }", "too much"),
        ("fn f(x) { f(x + 1) } f(1)", "deep"),
        ("sleep(2)", "no function"),
    ] {
        let message = eval(script).expect_err(script);
        assert!(message.contains(word), "{script}: {message}");
    }
    assert!(engine(&[]).compile("eval(\"1\")").is_err());
    assert!(eval("import \"x\" as y; 1").is_err());
    let deep = format!("{}1{}", "(".repeat(500), ")".repeat(500));
    assert!(engine(&[]).compile(deep).is_err());
}

#[test]
fn numbers_are_shown_on_the_safe_side() {
    for (value, down, up) in [
        (9.96, "9.9", "10"),
        (10.0, "10", "10"),
        (9.999_999_999_999, "10", "10"),
        (64.02, "64", "64.1"),
        (-0.04, "-0.1", "0"),
        (2.5, "2.5", "2.5"),
    ] {
        assert_eq!(Rounding::Down.show(value), down);
        assert_eq!(Rounding::Up.show(value), up);
    }
}

#[test]
fn pieces_leave_comments_out_and_keep_texts_whole() {
    let source = "fn a(s) { /* x /* y */ */ `n ${s.b(\"}\")} // no comment` // gone\n }";
    let texts: Vec<&str> = pieces(source).iter().map(|piece| piece.text).collect();
    assert_eq!(
        texts,
        ["fn", "a", "(", "s", ")", "{", "`n ${s.b(\"}\")} // no comment`", "}"]
    );
}

#[test]
fn characters_from_word_are_named_outside_texts_alone() {
    assert!(oddity("let x = \"curly \u{201c}inside\u{201d}\"; // \u{a0}").is_none());
    assert!(oddity("let x = \u{201c}a\u{201d};").is_some_and(|odd| odd.what.contains("curly quote")));
    assert!(oddity("let\u{a0}x = 1;").is_some_and(|odd| odd.what.contains("no-break space")));
    assert!(oddity("\u{feff}let x = 1;").is_some_and(|odd| odd.what.contains("byte order mark")));
}

#[test]
fn the_part_is_underlined_and_the_nearest_name_found() {
    assert_eq!(
        excerpt("a\nlet x = foo(1);", 2, 9),
        "2 | let x = foo(1);\n  |         ^^^"
    );
    assert_eq!(nearest("attendence", ["attendance", "course"]), Some("attendance"));
    assert_eq!(nearest("zebra", ["attendance", "course"]), None);
}

#[test]
fn what_a_script_says_is_one_line_and_not_without_end() {
    assert_eq!(super::plainly(" so\r\n\u{1b}[2J \u{0}it is "), "so [2J it is");
    let long = super::plainly(&"word ".repeat(1_000));
    assert_eq!(
        long.chars().count(),
        super::limits::SENTENCE_CHARS,
        "no word is cut where none has begun"
    );
    assert!(long.ends_with('\u{2026}'));
    assert_eq!(
        super::plainly(&"x".repeat(9_000)).chars().count(),
        super::limits::SENTENCE_CHARS + 1
    );
}
