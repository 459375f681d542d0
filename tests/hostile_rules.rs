//! Rules made to bring the night down: each is contained and named, and the others judge and write as if it were not there.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::path::PathBuf;

use support::{District, Said};

const FIRST: &str = "2026-09-25";
const NEXT: &str = "2026-09-28";

/// Functions of a shadow rule with whole card, and the code under which it is named.
const HOSTILE: [(&str, &str, &str); 36] = [
    ("endless", "fn measure(student, p) { loop { } }", "rule-without-end"),
    (
        "endless_while",
        "fn measure(student, p) { let n = 0; while n >= 0 { n += 1; } n }",
        "rule-without-end",
    ),
    (
        "recursion",
        "fn deep(x) { deep(x + 1) }\nfn measure(student, p) { deep(1) }",
        "rule-without-end",
    ),
    (
        "giant_text",
        "fn measure(student, p) { let x = \"a\"; loop { x += x; } }",
        "rule-without-end",
    ),
    (
        "giant_array",
        "fn measure(student, p) { let x = [1]; loop { x += x; } }",
        "rule-without-end",
    ),
    (
        "giant_map",
        "fn measure(student, p) { let m = #{}; let n = 0; loop { n += 1; m[\"k\" + n] = n; } }",
        "rule-without-end",
    ),
    (
        "slow",
        "fn measure(student, p) { let x = \"aaaaaaaaaaaaaaaa\"; for i in 0..9 { x += x; } let n = 0; loop { n = x.index_of(\"aab\"); } }",
        "rule-without-end",
    ),
    (
        "text",
        "fn measure(student, p) { if student.enrolled_days > 0 { \"ten\" } else { 1 } }",
        "rule-failed",
    ),
    (
        "only_text",
        "fn measure(student, p) { \"ten\" }",
        "rule-measure-without-number",
    ),
    (
        "infinity",
        "fn measure(student, p) { 1.0e308 * 10.0 * student.enrolled_days }",
        "rule-failed",
    ),
    (
        "not_a_number",
        "fn measure(student, p) { sqrt(-1.0 * student.enrolled_days) }",
        "rule-failed",
    ),
    ("fickle", "fn measure(student, p) { rand() }", "rule-refused-part"),
    ("clock", "fn measure(student, p) { timestamp() }", "rule-refused-part"),
    ("sleeps", "fn measure(student, p) { sleep(60); 1 }", "rule-refused-part"),
    (
        "evals",
        "fn measure(student, p) { eval(\"1\") }",
        "rule-does-not-compile",
    ),
    (
        "imports",
        "import \"../../../../etc/passwd\" as x;\nfn measure(student, p) { 1 }",
        "rule-refused-part",
    ),
    (
        "imports_inside",
        "fn measure(student, p) { import \"../../secret\" as x; 1 }",
        "rule-refused-part",
    ),
    (
        "override_word",
        "fn absences(x) { 0 }\nfn measure(student, p) { student.absences }",
        "rule-name-taken",
    ),
    (
        "override_built_in",
        "fn max(a, b) { 0 }\nfn measure(student, p) { max(1, 2) }",
        "rule-name-taken",
    ),
    (
        "override_shared",
        "fn counted(n, a, b) { \"x\" }\nfn measure(student, p) { 1 }",
        "rule-name-taken",
    ),
    (
        "reads_files",
        "fn measure(student, p) { open_file(\"/etc/passwd\").len() }",
        "rule-unknown-function",
    ),
    (
        "runs_at_load",
        "let x = 0; loop { x += 1; }\nfn measure(student, p) { 1 }",
        "rule-card-wrong",
    ),
    (
        "calls_by_name",
        "fn measure(student, p) { Fn(\"sleep\").call(60) }",
        "rule-refused-part",
    ),
    (
        "tower_of_functions",
        "fn measure(student, p) { let f = |x| x; for i in 0..60000 { let g = f; f = |x| g.call(x); } f.call(1) }",
        "rule-refused-part",
    ),
    (
        "tower_in_a_list",
        "fn measure(student, p) { let a = [|x| x]; for i in 0..60000 { let g = a[0]; a[0] = |x| g.call(x); } 1 }",
        "rule-refused-part",
    ),
    (
        "tower_by_reduce",
        "fn measure(student, p) { let n = []; for i in 0..9000 { n.push(i); } n.reduce(|f, x| |y| f.call(y), 0); 1 }",
        "rule-refused-part",
    ),
    (
        "tower_by_a_name",
        "fn measure(student, p) { let f = 1; for i in 0..60000 { let g = f; let h = |x| g; f = h; } 1 }",
        "rule-refused-part",
    ),
    (
        "tower_by_curry",
        "fn id(a, b) { a }\nfn measure(student, p) { let f = id; for i in 0..60000 { f = curry(id, f); } 1 }",
        "rule-refused-part",
    ),
    (
        "holds_itself",
        "fn measure(student, p) { let f = |x| x; f = |x| f.call(x); 1 }",
        "rule-refused-part",
    ),
    (
        "because_endless",
        "fn measure(student, p) { 11 + student.enrolled_days }\nfn because(student, p) { let n = 0; while n >= 0 { n += 1; } \"x\" }",
        "rule-because-failed",
    ),
    (
        "looks_like_a_word",
        "fn measure(student, p) { student.\u{430}bsences }",
        "rule-odd-character",
    ),
    (
        "turned_round",
        "fn measure(student, p) { /* \u{202e} } */ 1 }",
        "rule-odd-character",
    ),
    (
        "steps_of_nothing",
        "fn measure(student, p) { let n = 0; for i in range(0, 10, 0) { n += 1; } n + student.enrolled_days }",
        "rule-failed",
    ),
    (
        "asks_for_everything",
        "fn measure(student, p) { let n = 0; for i in 0..40000 { if student.in_program(\"x\" + i) { n += 1; } } n }",
        "rule-without-end",
    ),
    (
        "throws_orders",
        "fn measure(student, p) { throw \"a\\u001b[2J\\r\\nSubject: x\" + student.enrolled_days }",
        "rule-failed",
    ),
    (
        "throws_it_all",
        "fn measure(student, p) { throw student }",
        "rule-failed",
    ),
];

fn district() -> District {
    District::new()
        .classmates(20)
        .student("1001", "Ann Able", "9", "P*24 A*12 P*60")
        .student("1002", "Ben Able", "9", "P*25 A*3 P*60")
        .staff("T1", "Cora Lund", "counselor")
        .init()
}

fn put(district: &District, path: &str, bytes: &[u8]) -> PathBuf {
    let path = district.home().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the home is ours");
    fs::write(&path, bytes).expect("the home is ours");
    path
}

fn shadow(functions: &str) -> String {
    format!("const RULE = #{{ area: \"context\", status: \"shadow\", levels: #{{ concern: 10 }} }};\n{functions}\n")
}

/// What people see of a home: flags and letters.
fn seen(district: &District) -> (String, Vec<(String, String, String)>) {
    let standing = district.run(&["--format", "csv", "standing"]);
    assert_eq!((standing.code, standing.err.as_str()), (0, ""));
    let letters = district.letters().into_iter();
    (
        standing.out,
        letters.map(|mail| (mail.to, mail.subject, mail.text)).collect(),
    )
}

fn names(said: &Said, path: &str, code: &str) {
    let named = said
        .out
        .lines()
        .any(|line| line.contains(path) && line.contains(&format!("[{code}]")));
    assert!(named, "{path} {code}:\n{}", said.out);
}

#[test]
fn every_hostile_rule_is_contained_and_the_others_go_on() {
    let (quiet, hostile) = (district(), district());
    for (name, functions, _) in HOSTILE {
        put(
            &hostile,
            &format!("rules/hostile/{name}.rhai"),
            shadow(functions).as_bytes(),
        );
    }
    let computed = "const RULE = #{ area: \"context\", status: \"live\", levels: #{ concern: 5 + 5 } };\nfn measure(student, p) { 1 }";
    let deep = shadow(&format!(
        "fn measure(student, p) {{ {}1{} }}",
        "(".repeat(5_000),
        ")".repeat(5_000)
    ));
    let mut more = vec![
        ("computed.rhai", computed.as_bytes().to_vec(), "rule-card-computed"),
        ("deep.rhai", deep.into_bytes(), "rule-does-not-compile"),
        ("no_text.rhai", vec![0xff, 0xfe, 0x00, 0x41], "home-not-utf8"),
        ("large.rhai", vec![b' '; 100_000], "rule-too-large"),
        ("huge.rhai", vec![b'x'; 10 << 20], "home-too-large"),
        ("-rf.rhai", b"fn measure(student, p) { 1 }".to_vec(), "rule-name-odd"),
        ("a b.rhai", b"fn measure(student, p) { 1 }".to_vec(), "rule-name-odd"),
    ];
    // Names that Windows does not have.
    if cfg!(unix) {
        more.push((
            "x\\..\\up.rhai",
            b"fn measure(student, p) { 1 }".to_vec(),
            "rule-name-odd",
        ));
    }
    for (name, bytes, _) in &more {
        put(&hostile, &format!("rules/hostile/{name}"), bytes);
    }
    quiet.night(FIRST);
    let said = hostile.ring(FIRST);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    // What a rule says is no order to a terminal, and no line of its own.
    assert!(!said.out.contains(['\u{1b}', '\r']), "{}", said.out);
    assert!(said.out.contains("a [2J Subject: x"), "{}", said.out);
    let files = HOSTILE.iter().map(|(name, _, code)| (format!("{name}.rhai"), *code));
    for (file, code) in files.chain(more.iter().map(|(name, _, code)| (name.replace("x\\..\\", ""), *code))) {
        names(&said, &file, code);
    }
    assert_eq!(seen(&hostile), seen(&quiet));
    quiet.night(NEXT);
    hostile.ring(NEXT);
    assert_eq!(seen(&hostile), seen(&quiet));
    let check = hostile.run(&["rules", "check"]);
    assert_eq!((check.code, check.err.as_str()), (3, ""));
    for (name, functions, code) in HOSTILE {
        let at_check = match (functions.contains("loop { }"), name, code) {
            (true, ..) => "rule-loop-without-end",
            (_, "recursion", _) => "rule-calls-itself",
            (_, "text", _) => "rule-measure-without-number",
            (_, _, "rule-without-end" | "rule-failed" | "rule-because-failed") => continue,
            _ => code,
        };
        names(&check, &format!("rules/hostile/{name}.rhai"), at_check);
    }
}

/// What becomes of a rule's file in one edit; whether it could be done here.
type Breaks = fn(&std::path::Path) -> bool;

#[test]
fn a_rule_that_can_no_longer_be_read_goes_on_as_it_was() {
    let mut ways: Vec<(&str, Breaks)> = vec![
        ("home-not-utf8", |path| fs::write(path, [0xff, 0xfe, 0x00]).is_ok()),
        ("home-too-large", |path| fs::write(path, vec![b'x'; 10 << 20]).is_ok()),
        ("rule-too-large", |path| fs::write(path, vec![b' '; 100_000]).is_ok()),
    ];
    #[cfg(unix)]
    ways.extend([
        (
            "home-link",
            (|path| fs::remove_file(path).is_ok() && std::os::unix::fs::symlink("/etc/hostname", path).is_ok())
                as Breaks,
        ),
        ("home-not-a-file", |path| {
            let made = |path| {
                std::process::Command::new("mkfifo")
                    .arg(path)
                    .status()
                    .is_ok_and(|status| status.success())
            };
            fs::remove_file(path).is_ok() && made(path)
        }),
    ]);
    let quiet = district();
    quiet.night(FIRST);
    quiet.night(NEXT);
    let wanted = seen(&quiet);
    assert!(wanted.0.contains("absence_streak"), "{}", wanted.0);
    for (code, breaks) in ways {
        let district = district();
        district.night(FIRST);
        let path = district.home().join("rules/attendance/absence_streak.rhai");
        assert!(breaks(&path), "{code}");
        let said = district.ring(NEXT);
        assert_eq!((said.code, said.err.as_str()), (3, ""), "{code}: {}", said.out);
        names(&said, "rules/attendance/absence_streak.rhai", code);
        assert!(
            said.out.contains("the last good version stays at work"),
            "{code}: {}",
            said.out
        );
        assert_eq!(seen(&district), wanted, "{code}");
    }
}

#[test]
fn changes_that_can_no_longer_be_read_change_nothing() {
    let (quiet, broken) = (district(), district());
    for district in [&quiet, &broken] {
        district.changes(
            &["absence_streak", "chronic_absence"],
            "[absence_streak]\nlevels = { watch = 4 }\n",
        );
        district.night(FIRST);
    }
    quiet.night(NEXT);
    put(&broken, "rules/district.toml", &[0xff, 0xfe, 0x00]);
    let said = broken.ring(NEXT);
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    names(&said, "rules/district.toml", "home-not-utf8");
    assert_eq!(seen(&broken), seen(&quiet));
}

#[test]
fn a_thousand_rules_are_judged_like_one() {
    let (quiet, many) = (district(), district());
    for number in 0..1_000 {
        let functions =
            format!("fn measure(student, p) {{ student.absences + {number} }}\nfn because(student, p) {{ `so` }}");
        put(
            &many,
            &format!("rules/many/many_{number}.rhai"),
            format!(
                "//! One of many\n{}",
                shadow(&functions).replace("concern: 10", "concern: 2000")
            )
            .as_bytes(),
        );
    }
    quiet.night(FIRST);
    many.night(FIRST);
    assert_eq!(seen(&many), seen(&quiet));
    let check = many.run(&["rules", "check"]);
    assert_eq!((check.code, check.err.as_str()), (0, ""), "{}", check.out);
    assert!(
        check
            .out
            .ends_with("1016 rules checked: 0 errors, 1000 warnings, 0 remarks.\n"),
        "{}",
        check.out.lines().last().unwrap_or_default()
    );
}
