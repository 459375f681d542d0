//! Texts made to exhaust whoever reads them: each is refused, or judged within its limits, on a small stack and in no time.

use std::time::Duration;

use super::{known, loaded, measuring, night};
use crate::clock;
use crate::rules::SourceFile;
use crate::rules::Sources;
use crate::rules::review::review;
use crate::script::limits;

/// As much of a pattern as a rule's file may hold.
fn much(pattern: &str) -> String {
    pattern.repeat((limits::FILE_BYTES - 1_000) / pattern.len())
}

fn bodies() -> Vec<(&'static str, String)> {
    let nested = |open: &str, close: &str| {
        let times = (limits::FILE_BYTES - 1_000) / (open.len() + close.len());
        format!("{}1{}", open.repeat(times), close.repeat(times))
    };
    vec![
        ("a sum without end", format!("1{}", much("+1"))),
        ("a chain without end", format!("student{}", much(".average"))),
        ("calls on calls", format!("1{}", much(".abs()"))),
        ("no and no and no", format!("{}true", much("!"))),
        ("brackets", nested("(", ")")),
        ("blocks", nested("{", "}")),
        ("arrays", nested("[", "]")),
        ("maps", nested("#{a:", "}")),
        ("texts in texts", nested("`${", "}`")),
        ("texts in texts, never closed", much("`${")),
        ("comments in comments", much("/*")),
        ("ifs", nested("if true {", "}")),
        ("else if", format!("{} {{ 2 }}", much("if false { 1 } else "))),
        ("switches", nested("switch 1 { _ => ", "}")),
        (
            "one switch after the other",
            format!("{}1", much("switch 1 { _ => 1 };")),
        ),
        (
            "one allowance after the other",
            format!("\n{}1", much("// allow: rule-level-never because so\n")),
        ),
        ("closures", format!("{}1", much("|x| "))),
        ("arguments", format!("max({}1)", much("1,"))),
        (
            "variables",
            format!(
                "{}1",
                (0..3_000).map(|n| format!("let x{n} = {n};")).collect::<String>()
            ),
        ),
        ("a giant text", format!("let x = \"{}\"; 1", much("x"))),
        ("a giant array", format!("[{}1].len()", much("1,"))),
        ("a name without end", format!("student.{}", much("x"))),
        ("a number without end", much("9")),
        ("words that are near", much("student.avrage;")),
    ]
}

#[test]
fn no_text_brings_the_reader_down() {
    // The threads of a night have no more.
    let worker = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        for (name, body) in bodies() {
            let began = clock::monotonic();
            let file = measuring(&body);
            let sources = Sources {
                files: vec![file.clone()],
                ..Sources::default()
            };
            let (findings, _) = review(&sources).finish();
            let (set, problems) = loaded(vec![file]);
            // Far more than any needs: what is quadratic in the text would take minutes.
            assert!(
                clock::monotonic() - began < Duration::from_secs(60),
                "{name}: {:?}",
                clock::monotonic() - began
            );
            if set.rules().is_empty() {
                assert_eq!(problems.len(), 1, "{name}");
                assert!(!findings.is_empty(), "{name}");
                let said = problems[0].to_string();
                assert!(said.chars().count() < 200_000, "{name}: {} characters", said.len());
            } else {
                assert_eq!(night(&set, &known(&[])).len(), 1, "{name}");
            }
        }
    });
    worker.unwrap().join().unwrap();
}

#[test]
fn a_file_that_is_no_rule_at_all_is_named() {
    for (bytes, code) in [
        (vec![0; 10], "rule-does-not-compile"),
        (vec![0xff, 0xfe, 0x41, 0x00], "rule-not-text"),
        (vec![b' '; limits::FILE_BYTES + 1], "rule-too-large"),
        (Vec::new(), "rule-without-card"),
        (b"\x1f\x8b\x08\x00".to_vec(), "rule-not-text"),
    ] {
        let file = SourceFile {
            path: "rules/course/probe.rhai".to_owned(),
            bytes,
        };
        assert_eq!(super::refused(file).code, code);
    }
    for path in [
        "rules/course/..rhai",
        "rules/course/a b.rhai",
        "rules/course/-rf.rhai",
        "rules/course/../up.rhai.rhai",
        "rules/..\\up.rhai",
        "rules/course/../../up.rhai",
    ] {
        let mut file = measuring("1");
        file.path = path.to_owned();
        assert_eq!(super::refused(file).code, "rule-name-odd", "{path}");
    }
}
