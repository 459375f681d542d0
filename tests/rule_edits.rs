//! Editors of rules come through a share and have no shell: each edit is answered by a letter, once, without a student.

#[path = "support/mod.rs"]
mod support;

use support::{District, Mail};

const STREAK: &str = "rules/attendance/absence_streak.rhai";

/// Sixteen students of Maria Lopez who are away from the nineteenth school day on, Thursday, 2026-09-10, and four who never are.
fn district() -> District {
    let mut district = District::new().staff("S1", "Maria Lopez", "counselor").classmates(4);
    for number in 0..16 {
        let id = (1001 + number).to_string();
        district = district
            .student(&id, "Zoe Quist", "9", "P*18 A*20")
            .caseload(&id, "S1", "counselor");
    }
    let district = district
        .configured(
            "editors = []",
            "editors = [\"lee.chan@district.example\", \"dana@district.example\"]",
        )
        .init();
    district.only(&["absence_streak"]);
    district
}

fn concern(district: &District, edge: u32) {
    let levels = format!("[absence_streak]\nlevels = {{ watch = 3, concern = {edge}, urgent = false }}\n");
    district.changes(&["absence_streak"], &levels);
}

/// The letters to editors so far.
fn told(district: &District) -> Vec<Mail> {
    let all = district.mail().into_iter();
    all.filter(|mail| mail.file.contains("-rule-edit-")).collect()
}

/// The text of the one letter that a night wrote to each of both editors.
fn new(district: &District, before: usize) -> Mail {
    let all = told(district);
    assert_eq!(
        all.len(),
        before + 2,
        "{:?}",
        all.iter().map(|mail| &mail.file).collect::<Vec<_>>()
    );
    let mut fresh: Vec<Mail> = all.into_iter().rev().collect();
    fresh.sort_by_key(|mail| std::cmp::Reverse(number(mail)));
    let (one, other) = (fresh[0].clone(), fresh[1].clone());
    assert_eq!((&one.text, &one.subject), (&other.text, &other.subject));
    let mut readers = [one.to.clone(), other.to.clone()];
    readers.sort();
    assert_eq!(readers, ["dana@district.example", "lee.chan@district.example"]);
    for part in [&one.text, &one.html, &one.subject] {
        assert!(
            !part.contains("Zoe") && !part.contains("Quist") && !part.contains("1001"),
            "{part}"
        );
    }
    one
}

/// The letter's number, as its file bears it.
fn number(mail: &Mail) -> u64 {
    let stem = mail.file.trim_end_matches(".eml");
    stem.rsplit('-')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a number")
}

#[test]
fn an_edit_is_answered_once_with_its_counts_or_what_is_wrong_with_it() {
    let district = district();
    concern(&district, 8);
    district.nights("2026-09-07", "2026-09-16");
    assert_eq!(told(&district).len(), 0, "a home's first rules are no edits");

    // Accepted: on Wednesday they were away for five days, so that nobody is raised by one day more.
    concern(&district, 7);
    district.night("2026-09-17");
    let mail = new(&district, 0);
    assert_eq!(mail.subject, "firstbell: 1 edit of a rule: 1 accepted");
    for line in [
        "absence_streak: accepted",
        "- The edit was accepted and is at work.",
        "- Level `concern`: 8 becomes 7.",
        "- School 100: 16 students at watch, before the edit 16.",
    ] {
        assert!(mail.text.lines().any(|found| found == line), "{line}\n{}", mail.text);
    }
    district.ring("2026-09-18");
    assert_eq!(told(&district).len(), 2, "said once");

    // Refused: its findings.
    district.edit(STREAK, "student.streak", "student.strake");
    district.ring("2026-09-21");
    let mail = new(&district, 2);
    assert_eq!(mail.subject, "firstbell: 1 edit of a rule: 1 refused");
    assert!(mail.text.contains("there is no word `strake`"), "{}", mail.text);
    assert!(mail.text.contains("did you mean `streak`?"), "{}", mail.text);
    assert!(
        mail.text
            .contains("Nobody's flags change: the last good version stays at work."),
        "{}",
        mail.text
    );
    district.ring("2026-09-22");
    assert_eq!(told(&district).len(), 4, "said once");

    // Mended, and a district's change that cannot be read at all.
    district.edit(STREAK, "student.strake", "student.streak");
    district.ring("2026-09-23");
    let mail = new(&district, 4);
    assert!(
        mail.text.contains("It judges as before: nobody is flagged otherwise."),
        "{}",
        mail.text
    );
    district.changes(&["absence_streak"], "[absence_streak\n");
    district.ring("2026-09-24");
    let mail = new(&district, 6);
    assert_eq!(mail.subject, "firstbell: 1 edit of a rule: 1 refused");
    assert!(mail.text.contains("rules/district.toml: refused"), "{}", mail.text);
}

#[test]
fn a_change_that_waits_asks_for_the_yes_and_says_when_it_went_to_work() {
    let district = district();
    concern(&district, 20);
    district.nights("2026-09-07", "2026-09-16");
    concern(&district, 5);
    assert_eq!(district.ring("2026-09-17").code, 3);
    let mail = new(&district, 0);
    assert_eq!(mail.subject, "firstbell: 1 edit of a rule: 1 waits for a yes");
    for words in [
        "It would raise 16 of 20 students of school 100 to concern or worse at once",
        "answer to this letter: whoever runs firstbell says yes with `firstbell rules accept absence_streak --by` and your name",
        "School 100: 16 students at concern, before the edit 0.",
        // Sixteen of twenty at once are a storm: the school is written once, here to the last owner, the owner gets a count, and the
        // single flags join a digest that is still to come.
        "Maria Lopez: 1 letter in the fullest week and 0 before the edit, with counts alone.",
        "student.services@district.example: 1 letter in the fullest week and 0 before the edit, with counts alone.",
    ] {
        assert!(mail.text.contains(words), "{words}\n{}", mail.text);
    }
    assert_eq!(
        district
            .run(&["rules", "accept", "absence_streak", "--by", "Dana"])
            .code,
        0
    );
    district.ring("2026-09-18");
    let mail = new(&district, 2);
    assert_eq!(mail.subject, "firstbell: 1 edit of a rule: 1 accepted");
    assert_eq!(district.ring("2026-09-21").code, 0);
    assert_eq!(told(&district).len(), 4);
}

#[test]
fn a_draft_is_answered_too_and_so_is_a_rule_that_is_taken_away() {
    let district = district();
    district.night("2026-09-07");
    assert_eq!(district.run(&["rules", "new", "attendance/mondays"]).code, 0);
    district.night("2026-09-08");
    let mail = new(&district, 0);
    assert!(mail.text.contains("mondays: accepted"), "{}", mail.text);
    assert!(
        mail.text.contains("the rule is a draft, and nobody is judged by it"),
        "{}",
        mail.text
    );
    for file in ["rhai", "test.toml"] {
        std::fs::remove_file(district.home().join(format!("rules/attendance/mondays.{file}"))).expect("ours");
    }
    district.night("2026-09-09");
    let mail = new(&district, 2);
    assert!(mail.text.contains("mondays: taken away"), "{}", mail.text);
    district.night("2026-09-10");
    assert_eq!(told(&district).len(), 4);
}

#[test]
fn whoever_would_no_longer_be_written_has_no_letters_and_that_is_all() {
    let mut district = District::new().staff("S1", "Maria Lopez", "counselor").classmates(20);
    for id in ["1001", "1002"] {
        district = district
            .student(id, "Zoe Quist", "9", "P*18 A*4")
            .caseload(id, "S1", "counselor");
    }
    let editors = "editors = [\"lee.chan@district.example\", \"dana@district.example\"]";
    let district = district.configured("editors = []", editors).init();
    district.only(&["absence_streak"]);
    concern(&district, 4);
    district.nights("2026-09-07", "2026-09-15");
    let levels = "[absence_streak]\nlevels = { watch = 30, concern = 40, urgent = false }\n";
    district.changes(&["absence_streak"], levels);
    district.night("2026-09-16");
    let mail = new(&district, 0);
    let line = "\n- Maria Lopez: 0 letters in the fullest week and 1 before the edit.\n";
    assert!(mail.text.contains(line), "{}", mail.text);
}
