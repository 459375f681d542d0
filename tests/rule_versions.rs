//! Every version of a rule that was at work: when, who put it there, what it was, and the way back.

#[path = "support/mod.rs"]
mod support;

use std::fs;

use serde_json::Value;
use support::{District, Said};

const STREAK: &str = "rules/attendance/absence_streak.rhai";

/// A student away four days in a row from the nineteenth school day on, Thursday, 2026-09-10.
fn district() -> District {
    let district = District::new()
        .staff("S1", "Maria Lopez", "counselor")
        .classmates(2)
        .student("1001", "Some Body", "9", "P*18 AAAA P*60")
        .init();
    district.only(&["absence_streak"]);
    district
}

fn log(district: &District, rule: &str) -> Vec<Value> {
    let said = district.run(&["rules", "log", rule, "--format", "json"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let rows: Value = serde_json::from_str(&said.out).expect("JSON");
    rows.as_array().expect("rows").clone()
}

fn column<'v>(rows: &'v [Value], name: &str) -> Vec<&'v str> {
    rows.iter().map(|row| row[name].as_str().expect("a text")).collect()
}

fn done(said: &Said) -> &str {
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    &said.out
}

fn text(district: &District, file: &str) -> String {
    fs::read_to_string(district.home().join(file)).expect("a file of the home")
}

/// The account that owns what this test writes; empty where the system does not tell.
fn owner() -> String {
    let id = std::process::Command::new("id").arg("-un").output();
    match id {
        Ok(id) if cfg!(unix) => String::from_utf8_lossy(&id.stdout).trim().to_owned(),
        _ => String::new(),
    }
}

#[test]
fn every_version_is_logged_with_its_nights_and_who_put_it_there() {
    let district = district();
    district.nights("2026-09-07", "2026-09-08");
    district.edit(STREAK, "concern: 5", "concern: 6");
    // Nobody has judged by it yet, and its trial keeps it from work.
    assert_eq!(column(&log(&district, "absence_streak"), "from"), ["2026-09-07"]);
    district.edit(STREAK, "concern: 6", "concern: 5");
    district.changes(&["absence_streak"], "[absence_streak]\nlevels = { watch = 2 }\n");
    district.night("2026-09-09");
    // A second round of the same night adds nothing.
    district.ring("2026-09-09");
    district.edit(STREAK, "fn measure", "// Days in a row.\nfn measure");
    district.night("2026-09-10");
    let rows = log(&district, "absence_streak");
    assert_eq!(column(&rows, "from"), ["2026-09-07", "2026-09-09", "2026-09-10"]);
    assert_eq!(column(&rows, "until"), ["2026-09-09", "2026-09-10", ""]);
    assert_eq!(column(&rows, "file"), [STREAK, "rules/district.toml", STREAK]);
    assert_eq!(
        column(&rows, "what"),
        [
            "the first version that judged",
            "level `watch`: 3 becomes 2",
            "comments or layout only"
        ]
    );
    assert_eq!(column(&rows, "by"), [owner(), owner(), owner()]);

    let said = district.run(&["rules", "log", "absence_streak"]);
    let first = done(&said).lines().nth(1).expect("a row");
    assert!(
        first.starts_with("absence_streak  2026-09-07  2026-09-09  "),
        "{}",
        said.out
    );

    let shown = district.run(&["rules", "show", "absence_streak", "--at", "2026-09-09"]);
    assert!(
        done(&shown).starts_with("At work from 2026-09-09 until 2026-09-10"),
        "{}",
        shown.out
    );
    assert!(shown.out.contains("watch 2, concern 5, urgent 10"), "{}", shown.out);
    let shown = district.run(&["rules", "show", "absence_streak", "--at", "2026-09-08"]);
    assert!(done(&shown).contains("watch 3, concern 5, urgent 10"), "{}", shown.out);
    assert!(!shown.out.contains("Days in a row."), "{}", shown.out);
    let early = district.run(&["rules", "show", "absence_streak", "--at", "2026-09-01"]);
    assert_eq!((early.code, early.out.as_str()), (1, ""));
    assert!(
        early
            .err
            .contains("no version of the rule `absence_streak` was at work on 2026-09-01"),
        "{}",
        early.err
    );
    let nobody = district.run(&["rules", "log", "absense_streak"]);
    assert_eq!(nobody.code, 1);
    assert!(nobody.err.contains("did you mean `absence_streak`?"), "{}", nobody.err);
}

#[test]
fn a_rule_out_of_work_ends_its_version_and_another_begins_when_it_comes_back() {
    let district = district();
    district.night("2026-09-07");
    district.changes(&["absence_streak"], "[absence_streak]\nstatus = \"retired\"\n");
    district.night("2026-09-08");
    district.changes(&["absence_streak"], "");
    district.night("2026-09-10");
    let rows = log(&district, "absence_streak");
    assert_eq!(column(&rows, "from"), ["2026-09-07", "2026-09-10"]);
    assert_eq!(column(&rows, "until"), ["2026-09-08", ""]);
    assert_eq!(column(&rows, "what")[1], "at work again");
    let gap = district.run(&["rules", "show", "absence_streak", "--at", "2026-09-09"]);
    assert_eq!(gap.code, 1, "{}", gap.out);
}

#[test]
fn a_rule_is_put_back_with_its_trial_and_its_part_of_the_changes() {
    let district = district();
    let district_toml = text(&district, "rules/district.toml");
    let (rule, trial) = (
        text(&district, STREAK),
        text(&district, "rules/attendance/absence_streak.test.toml"),
    );
    district.night("2026-09-07");
    district.changes(
        &["absence_streak"],
        "# ours\n[absence_streak]\nlevels = { watch = 2 }\n[absence_streak.schools.100]\nafter = 2\n",
    );
    district.edit(STREAK, "Call", "Please call");
    district.edit(
        "rules/attendance/absence_streak.test.toml",
        "[[case]]",
        "# drawn by Lee\n[[case]]",
    );
    district.night("2026-09-08");
    assert_eq!(log(&district, "absence_streak").len(), 2);

    let said = district.run(&["rules", "restore", "absence_streak", "--by", "Dana"]);
    assert!(
        done(&said).contains("It is at work with the next round."),
        "{}",
        said.out
    );
    assert_eq!(text(&district, STREAK), rule);
    assert_eq!(text(&district, "rules/attendance/absence_streak.test.toml"), trial);
    assert_eq!(text(&district, "rules/district.toml"), district_toml + "# ours\n");
    // What stood there is not lost, and is no rule.
    assert!(text(&district, &format!("{STREAK}~")).contains("Please call"));
    let check = district.run(&["rules", "check"]);
    assert_eq!((check.code, check.err.as_str()), (0, ""), "{}", check.out);
    district.night("2026-09-09");
    let rows = log(&district, "absence_streak");
    assert_eq!(column(&rows, "from"), ["2026-09-07", "2026-09-08", "2026-09-09"]);
    assert_eq!(column(&rows, "by")[2], "Dana");
    assert_eq!(rows[0]["digest"], rows[2]["digest"]);

    // By its day, forth again; and once more is nothing new.
    let forth = ["rules", "restore", "absence_streak", "--at", "2026-09-08"];
    assert!(done(&district.run(&forth)).contains("is put back"));
    assert!(text(&district, "rules/district.toml").ends_with("[absence_streak.schools.100]\nafter = 2\n"));
    let again = district.run(&forth);
    assert_eq!(
        done(&again),
        "`absence_streak` stands as it was at work from 2026-09-08 already.\n"
    );
    let nobody = district.run(&["rules", "restore", "tardies", "--at", "2026-09-01"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (1, ""), "{}", nobody.err);
}

#[test]
fn a_broken_edit_is_undone_by_restoring_what_is_at_work() {
    let district = district();
    district.night("2026-09-07");
    let rule = text(&district, STREAK);
    district.edit(STREAK, "student.streak", "student.strake");
    assert_eq!(district.ring("2026-09-08").code, 3);
    assert_eq!(
        log(&district, "absence_streak").len(),
        1,
        "the last good version is the one before"
    );
    let said = district.run(&["rules", "restore", "absence_streak", "--by", "Dana"]);
    assert!(done(&said).contains("is put back"), "{}", said.out);
    assert_eq!(text(&district, STREAK), rule);
}

#[test]
fn after_a_version_was_restored_it_is_the_last_good_one() {
    let district = district();
    district.night("2026-09-07");
    district.changes(&["absence_streak"], "[absence_streak]\nlevels = { watch = 2 }\n");
    district.night("2026-09-08");
    assert_eq!(district.run(&["rules", "restore", "absence_streak"]).code, 0);
    district.night("2026-09-09");
    district.edit(STREAK, "student.streak", "student.strake");
    district.ring("2026-09-10");
    let listed = district.run(&["rules", "show", "absence_streak", "--at", "2026-09-10"]);
    assert!(done(&listed).contains("watch 3, concern 5"), "{}", listed.out);
    let list = district.run(&["rules", "list", "--format", "csv"]);
    assert!(
        list.out.contains("absence_streak,attendance,live,3,5,10,"),
        "{}",
        list.out
    );
}
