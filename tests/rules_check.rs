//! `rules check` as people and programs read it: whole screens, JSON, files from elsewhere, who would hear.

#[path = "support/homes.rs"]
mod homes;

use std::fs;
use std::path::{Path, PathBuf};

use homes::{firstbell, init, mend};
use serde_json::Value;
use tempfile::TempDir;

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = init(folder.path(), "canonical");
    (folder, home)
}

fn put(home: &Path, path: &str, text: &str) {
    let path = home.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("the home is ours");
    fs::write(path, text).expect("the home is ours");
}

const DOUBTFUL: &str = r#"//! Percent of days away
const RULE = #{
    area:   "attendance",
    status: "shadow",
    levels: #{ watch: 8, urgent: 120 },
};

fn measure(student, p) { student.absences / student.enrolled_days * 100 }
fn because(student, p) { `absent ${student.absences} days` }
"#;

#[test]
fn a_sound_home_has_nothing_to_say() {
    let (_folder, home) = fresh();
    let said = firstbell(&home, &["rules", "check"]);
    assert_eq!(said.out, "16 rules checked: 0 errors, 0 warnings, 0 remarks.\n");
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let json = firstbell(&home, &["rules", "check", "--format", "json"]);
    assert_eq!((json.out.as_str(), json.code), ("[]\n", 0));
}

#[test]
fn a_new_rule_has_nothing_to_say_either() {
    let (_folder, home) = fresh();
    assert_eq!(firstbell(&home, &["rules", "new", "attendance/mondays"]).code, 0);
    let said = firstbell(&home, &["rules", "check", "mondays"]);
    assert_eq!(said.out, "1 rule checked: 0 errors, 0 warnings, 0 remarks.\n");
}

#[test]
fn warnings_are_underlined_and_errors_ask_for_somebody() {
    let (_folder, home) = fresh();
    put(&home, "rules/attendance/share.rhai", DOUBTFUL);
    let said = firstbell(&home, &["rules", "check", "share"]);
    assert_eq!(
        said.out,
        "warning: rules/attendance/share.rhai:8:45: `student.enrolled_days` may be 0 here, and nothing can be divided by 0 — add \
         `needs: #{ enrolled_days: 1 }` to the card, or ask `if student.enrolled_days > 0` first [rule-divides-by-zero]\n\
         8 | fn measure(student, p) { student.absences / student.enrolled_days * 100 }\n  \
           |                                             ^^^^^^^\n\
         1 rule checked: 0 errors, 1 warning, 0 remarks.\n"
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    mend(
        &home.join("rules/attendance/tardies.rhai"),
        "student.tardies(last(20)) }",
        "student.tardys(last(20)) }",
    );
    let said = firstbell(&home, &["rules", "check"]);
    assert_eq!(said.code, 3, "{}", said.out);
    let last: Vec<&str> = said.out.lines().rev().take(4).collect();
    assert_eq!(last[0], "17 rules checked: 1 error, 1 warning, 0 remarks.");
    assert_eq!(last[1].trim(), "|                                  ^^^^^^");
    assert!(
        last[3].starts_with("error: rules/attendance/tardies.rhai:"),
        "{}",
        said.out
    );
    let check = firstbell(&home, &["check"]);
    for code in ["[rule-divides-by-zero]", "[rule-unknown-word]"] {
        assert_eq!(check.out.matches(code).count(), 1, "{}", check.out);
    }
    assert!(
        check.out.contains("note: rules/attendance/share.rhai:8:45"),
        "{}",
        check.out
    );
}

#[test]
fn a_program_reads_the_same_as_people() {
    let (_folder, home) = fresh();
    let never = DOUBTFUL.replace(
        "student.absences / student.enrolled_days * 100",
        "student.absence_percent(last(40))",
    );
    put(&home, "rules/attendance/share.rhai", &never);
    let said = firstbell(&home, &["rules", "check", "--format", "json"]);
    let findings: Value = serde_json::from_str(&said.out).expect("JSON");
    let one = &findings[0];
    assert_eq!(findings.as_array().map(Vec::len), Some(1));
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        (text("rule"), text("file")),
        ("share".to_owned(), "rules/attendance/share.rhai".to_owned())
    );
    assert_eq!(
        (text("code"), text("weight")),
        ("rule-level-never".to_owned(), "warning".to_owned())
    );
    assert_eq!(
        (one["line"].as_u64(), one["column"].as_u64(), one["length"].as_u64()),
        (Some(5), Some(34), Some(3))
    );
    assert_eq!(
        text("message"),
        "nobody can reach `urgent`: `measure` lies between 0 and 100"
    );
    assert_eq!(text("remedy"), "lower this edge");
    let csv = firstbell(&home, &["--format", "csv", "rules", "check"]);
    assert!(
        csv.out
            .starts_with("rule,file,line,column,length,weight,code,message,remedy\nshare,"),
        "{}",
        csv.out
    );
}

#[test]
fn a_comment_with_its_reason_is_heard() {
    let (_folder, home) = fresh();
    let allowed = DOUBTFUL.replace(
        "fn measure",
        "// allow: rule-divides-by-zero because the calendar gives every school a first day\nfn measure",
    );
    put(&home, "rules/attendance/share.rhai", &allowed);
    let said = firstbell(&home, &["rules", "check"]);
    assert_eq!(
        said.out,
        "17 rules checked: 0 errors, 0 warnings, 0 remarks, 1 allowed by comments.\n"
    );
    assert_eq!(
        firstbell(&home, &["check"]).out,
        "Nothing to mend: 17 rules are at work, and every trial of theirs passes.\n"
    );
}

#[test]
fn a_file_from_elsewhere_is_checked_as_if_it_lay_in_the_home() {
    let (folder, home) = fresh();
    let elsewhere = folder.path().join("tardies.rhai");
    let text = fs::read_to_string(home.join("rules/attendance/tardies.rhai")).expect("it ships");
    fs::write(&elsewhere, text.replace("concern: 10", "concern: 25")).expect("ours");
    let path = elsewhere.to_str().expect("text");
    let said = firstbell(&home, &["rules", "check", path]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(
        said.out.contains("[rule-level-never]") && said.out.contains("1 rule checked"),
        "{}",
        said.out
    );
    let same = home.join("rules/attendance/tardies.rhai");
    for sound in ["tardies", "rules/attendance/tardies.rhai", same.to_str().expect("text")] {
        let said = firstbell(&home, &["rules", "check", sound]);
        assert_eq!(
            said.out, "1 rule checked: 0 errors, 0 warnings, 0 remarks.\n",
            "{sound}"
        );
    }
}

#[test]
fn what_is_no_rule_is_refused_by_name() {
    let (folder, home) = fresh();
    for (asked, code, words) in [
        ("tardys", "[rule-unknown]", "did you mean `tardies`?"),
        ("../../etc/passwd", "[rule-unknown]", "a file ends in `.rhai`"),
        ("/nowhere/at/all.rhai", "[rule-unknown]", "rules list"),
    ] {
        let said = firstbell(&home, &["rules", "check", asked]);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{asked}");
        assert!(
            said.err.contains(code) && said.err.contains(words),
            "{asked}: {}",
            said.err
        );
    }
    let big = folder.path().join("big.rhai");
    fs::write(&big, vec![b' '; 10 << 20]).expect("ours");
    let said = firstbell(&home, &["rules", "check", big.to_str().expect("text")]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("[rule-file-unreadable]"), "{}", said.err);
    let folder = folder.path().join("folder.rhai");
    fs::create_dir(&folder).expect("ours");
    let said = firstbell(&home, &["rules", "check", folder.to_str().expect("text")]);
    assert!(said.err.contains("no ordinary file"), "{}", said.err);
}

#[test]
fn a_rule_that_nobody_is_routed_for_is_named() {
    let (_folder, home) = fresh();
    let config = home.join("firstbell.toml");
    let text = fs::read_to_string(&config).expect("text");
    // Every route is now for news of attendance alone.
    let routes = text.replace("[[route]]\nto =", "[[route]]\narea = \"attendance\"\nto =");
    assert_ne!(routes, text, "the sample has a route for everything");
    fs::write(&config, routes).expect("ours");
    let said = firstbell(&home, &["rules", "check", "suspension"]);
    assert!(
        said.out
            .contains("only the last owner would hear of `concern`, `urgent`: no route is for it"),
        "{}",
        said.out
    );
    assert!(said.out.contains("[rule-nobody-routed]\n"), "{}", said.out);
    assert_eq!(firstbell(&home, &["rules", "check", "tardies"]).out.lines().count(), 1);
}

#[test]
fn a_broken_configuration_is_said_first() {
    let (_folder, home) = fresh();
    mend(&home.join("firstbell.toml"), "settle_seconds", "settle_second");
    let said = firstbell(&home, &["rules", "check"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("did you mean `settle_seconds`?"), "{}", said.err);
}
