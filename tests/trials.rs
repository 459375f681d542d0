//! `rules test` as a coordinator and a build server see it: what holds, what no case touches, what no case would notice.

#[path = "support/homes.rs"]
mod homes;

use std::fs;
use std::path::{Path, PathBuf};

use homes::{firstbell, init, mend};
use serde_json::Value;
use tempfile::TempDir;

const TARDIES: &str = "rules/attendance/tardies.test.toml";
const NINE: &str = "[[case]]\nname = \"nine are watched still\"\nattendance = \"P*20 T*9 P*11\"\nexpect = \"watch\"\n";
const LATE: &str =
    "[[case]]\nname = \"without a calendar nobody can tell\"\nmissing = [\"tardies\"]\nexpect = \"unknown\"\n";

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = init(folder.path(), "canonical");
    (folder, home)
}

#[track_caller]
fn test(home: &Path, arguments: &[&str], code: i32) -> String {
    let said = firstbell(home, &[&["rules", "test"], arguments].concat());
    assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
    said.out
}

fn json(home: &Path, arguments: &[&str], code: i32) -> Vec<Value> {
    let out = test(home, &[arguments, &["--format", "json"]].concat(), code);
    serde_json::from_str(&out).expect("an array of objects")
}

#[test]
fn a_nudge_that_nobody_notices_is_shown_with_the_case_to_add() {
    let (_folder, home) = fresh();
    mend(&home.join(TARDIES), NINE, "");
    let screen = test(&home, &["tardies", "--mutate"], 0);
    let wanted = "\
tardies: holds, 6 cases
  mutations 90 %: 9 of 10 nudges noticed
    rules/attendance/tardies.rhai:10:35: your trial would not notice if 10 became 9 — add a case that measures just below 10, 9 at least
    10 |     levels: #{ watch: 6, concern: 10 },
       |                                   ^^
1 of 1 rule holds.
";
    assert_eq!(screen, wanted);
    // The page for coordinators shows this very screen.
    let page = include_str!("../docs/rules.md");
    let shown = wanted.trim_end_matches("1 of 1 rule holds.\n");
    assert!(page.contains(shown), "{shown}");
    let rules = json(&home, &["tardies", "--mutate"], 0);
    assert_eq!((&rules[0]["mutations"], &rules[0]["noticed"]), (&10.into(), &9.into()));
    let left = &rules[0]["unnoticed"][0];
    assert_eq!(
        (&left["line"], &left["from"], &left["to"]),
        (&10.into(), &"10".into(), &"9".into())
    );
}

#[test]
fn a_live_rule_without_one_of_the_kinds_does_not_hold_and_is_not_put_to_work() {
    let (_folder, home) = fresh();
    mend(&home.join(TARDIES), LATE, "");
    let wanted = "\
tardies: does not hold, 6 cases
  a live rule needs a case with missing data (`expect = \"unknown\"`), and there is none
0 of 1 rule hold.
";
    assert_eq!(test(&home, &["tardies"], 3), wanted);
    let rules = json(&home, &["tardies"], 3);
    assert_eq!(rules[0]["lacking"], serde_json::json!(["missing"]));
    assert_eq!(rules[0]["holds"], false);
    // What was not asked for is no number.
    assert_eq!((rules[0].get("mutations"), rules[0].get("coverage")), (None, None));
    // A draft is told, and is no failure, until the district puts it to work.
    mend(&home.join("rules/attendance/tardies.rhai"), "\"live\"", "\"draft\"");
    let screen = test(&home, &["tardies"], 0);
    assert!(
        screen.contains("\n  before it is live it needs a case with missing data"),
        "{screen}"
    );
    fs::write(home.join("rules/district.toml"), "[tardies]\nstatus = \"live\"\n").expect("ours");
    assert_eq!(test(&home, &["tardies"], 3), wanted);
}

const PROBE: &str = r#"
const RULE = #{ area: "attendance", status: "draft", levels: #{ concern: 3 } };
fn measure(student, p) {
    if student.absences(last(20)) > 10 && student.streak > 2 {
        return student.absences + 1;
    }
    student.absences(last(20))
}
"#;

const CASES: &str = r#"
[[case]]
name = "three <of> \"twenty\" & more"
attendance = "P*30 AAA"
expect = "concern"

[[case]]
name = "two"
attendance = "P*30 AA"
expect = "concern"
"#;

#[test]
fn a_file_from_anywhere_is_tried_and_what_no_case_touches_is_shown() {
    let (folder, home) = fresh();
    let desk = folder.path().join("desk");
    fs::create_dir(&desk).expect("a desk");
    let file = desk.join("probe.rhai");
    fs::write(&file, PROBE).expect("ours");
    fs::write(
        desk.join("probe.test.toml"),
        CASES.replace(
            "\"two\"\nattendance = \"P*30 AA\"\nexpect = \"concern\"",
            "\"two\"\nattendance = \"P*30 AA\"\nexpect = \"clear\"",
        ),
    )
    .expect("ours");
    let path = file.to_str().expect("text").to_owned();
    let screen = test(&home, &[&path, "--coverage"], 0);
    // The `if`, the way past it and the last line are touched; the right side and the early end are not.
    let wanted = format!(
        "\
probe: holds, 2 cases
  before it is live it needs a case with missing data (`expect = \"unknown\"`)
  coverage 60 %: 3 of 5 lines and branches touched
    {path}:4:40: no case looks at what stands behind this `&&`
      if student.absences(last(20)) > 10 && student.streak > 2 {{
    {path}:5:9: no case comes here
      return student.absences + 1;
1 of 1 rule holds.
"
    );
    assert_eq!(screen, wanted);
}

#[test]
fn what_cannot_be_found_is_said() {
    let (_folder, home) = fresh();
    let said = firstbell(&home, &["rules", "test", "tardys"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err
            .contains("no rule `tardys` is at work — did you mean `tardies`?"),
        "{}",
        said.err
    );
    let said = firstbell(&home, &["rules", "test", "nowhere/at_all.rhai"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("[rule-file-unreadable]"), "{}", said.err);
    let said = firstbell(&home, &["rules", "list", "--format", "junit"]);
    let only = "error: `--format junit` is for `firstbell rules test` alone\n";
    assert_eq!((said.code, said.err.as_str()), (2, only));
}

#[test]
fn junit_is_whole_and_escaped() {
    let (folder, home) = fresh();
    let file = folder.path().join("probe.rhai");
    fs::write(&file, PROBE).expect("ours");
    fs::write(folder.path().join("probe.test.toml"), CASES).expect("ours");
    let path = file.to_str().expect("text");
    let xml = test(&home, &[path, "--format", "junit"], 3);
    let beside = path.replace(".rhai", ".test.toml");
    let begins = format!(
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"firstbell rules test\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">
  <testsuite name=\"probe\" file=\"{path}\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\">
    <testcase name=\"three &lt;of&gt; &quot;twenty&quot; &amp; more\" classname=\"probe\" file=\"{beside}\" line=\"2\"/>
    <testcase name=\"two\" classname=\"probe\" file=\"{beside}\" line=\"7\">
      <failure message=\"expected `concern`, and it says `clear` (measured 2)\" type=\"case\">{beside}:7: expected `concern`, and it says `clear` (measured 2)</failure>
    </testcase>
"
    );
    assert!(xml.starts_with(&begins), "{xml}");
    assert!(
        xml.ends_with("    </testcase>\n  </testsuite>\n</testsuites>\n"),
        "{xml}"
    );
    // A rule of the home by its path, and everything at once.
    let xml = test(&home, &["attendance/tardies.rhai", "--format", "junit"], 0);
    assert!(
        xml.contains("classname=\"attendance.tardies\"") && !xml.contains("<failure"),
        "{xml}"
    );
}

#[test]
fn a_rule_that_does_not_compile_is_an_error_of_its_own() {
    let (_folder, home) = fresh();
    mend(
        &home.join("rules/attendance/tardies.rhai"),
        "student.tardies(last(20)) }\nfn",
        "student.tardys(last(20)) }\nfn",
    );
    let xml = test(&home, &["tardies", "--format", "junit"], 3);
    assert!(
        xml.contains("errors=\"1\"") && xml.contains("type=\"rule-unknown-word\""),
        "{xml}"
    );
    let rules = json(&home, &["tardies"], 3);
    assert_eq!(rules[0]["problem"]["code"], "rule-unknown-word");
    assert_eq!(rules[0]["cases"], serde_json::json!([]));
}

#[test]
fn a_standing_is_drawn_and_what_is_wrong_with_it_is_said() {
    let (_folder, home) = fresh();
    let beside = home.join(TARDIES);
    let with = |more: &str| {
        let cases = fs::read_to_string(&beside).expect("text");
        let case = format!("[[case]]\nname = \"mine\"\nattendance = \"P*20 T*6 P*14\"\nexpect = \"watch\"\n{more}\n");
        fs::write(&beside, format!("{case}{cases}")).expect("ours");
        let screen = test(&home, &["tardies"], 3);
        fs::write(&beside, cases).expect("ours");
        screen
    };
    let screen = with("standing = \"concern\"");
    assert!(
        screen.contains("mine: expected the standing `concern`, and it is `watch`"),
        "{screen}"
    );
    let screen = with("standing = \"wach\"");
    assert!(
        screen.contains("`wach` is no standing, which is a level or `clear`: did you mean `watch`?"),
        "{screen}"
    );
    let screen = with("standing_then = \"watch\"");
    assert!(
        screen.contains("`standing_then` speaks of the days of `then`, and there is no `then`"),
        "{screen}"
    );
    let screen = with("measure = 5");
    assert!(screen.contains("mine: expected the measure 5, and it is 6"), "{screen}");
    let screen = with("because = \"late on 6 of the last 20 days\"");
    assert!(
        screen.contains(
            "expected the words `late on 6 of the last 20 days`, and it says `late on 6 of the last 20 school days`"
        ),
        "{screen}"
    );
}
