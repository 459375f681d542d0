//! A morning has one letter, however many rounds it has seen.

use crate::support::District;
use crate::{counseled, only_letter};

#[test]
fn two_rounds_in_one_morning_make_one_letter() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-25");
    let first = only_letter(&district);
    district.night("2026-09-25");
    district.night("2026-09-25");
    assert_eq!(only_letter(&district).headers, first.headers);
    assert_eq!(
        district.history("1001"),
        ["2026-09-25 chronic_absence - concern crossed"]
    );
}

/// Two schools; the attendance of the second comes after the morning's first round.
fn late_school(others: District) -> District {
    let mut district = others
        .school("200", "South High")
        .classmates_at("200", 4)
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .student_at("200", "1002", "Ben Birch", "10", "P*21 E P*3 E P*3 E")
        .init();
    district.only(&["chronic_absence"]);
    district.night("2026-09-14");
    district.late("200", Some("2026-09-16"));
    district.nights("2026-09-15", "2026-09-24");
    assert_eq!(district.letters().len(), 0);
    district
}

#[test]
fn what_comes_when_the_morning_has_its_letter_is_for_the_next_morning() {
    let mut district = late_school(counseled(&["1001", "1002"]));
    district.night("2026-09-25");
    let first = only_letter(&district);
    assert!(
        first.text.contains("A. A.") && !first.text.contains("B. B."),
        "{}",
        first.text
    );
    assert!(
        first
            .text
            .contains("- South High has sent no attendance since 2026-09-16.\n"),
        "{}",
        first.text
    );
    district.late("200", None);
    district.night("2026-09-25");
    district.nights("2026-09-28", "2026-09-30");

    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(
        files[0].starts_with("2026-09-28-nightly-s1-") && files[1].starts_with("2026-09-29-nightly-s1-"),
        "{files:?}"
    );
    assert!(
        letters[1].text.contains("B. B.") && !letters[1].text.contains("A. A."),
        "{}",
        letters[1].text
    );
    assert!(!letters[1].text.contains("no attendance"), "{}", letters[1].text);
}

#[test]
fn while_a_letter_waits_a_later_round_of_the_morning_takes_its_place() {
    let others = counseled(&["1001", "1002"])
        .student("1003", "Cy Cedar", "11", "P*21 E P*3 E P*3 E")
        .staff("s0", "Sam Reed", "counselor")
        .caseload("1003", "s0", "counselor");
    let mut district = late_school(others);
    // The mail server is down during the first round: the letter to Sam Reed finds it out, the one to Maria Lopez is not tried.
    let folder = "[mail]                    # without";
    let server = "[mail.smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\n";
    district.edit("firstbell.toml", folder, &format!("{server}{folder}"));
    let said = district.ring("2026-09-25");
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    assert!(
        said.out.contains("  mail    0 sent by mail, 1 put off\nwaits: "),
        "{}",
        said.out
    );
    assert_eq!(district.letters().len(), 0);
    district.edit("firstbell.toml", server, "");
    district.late("200", None);
    district.night("2026-09-25");

    let letter = only_letter(&district);
    assert_eq!(letter.subject, "firstbell: 2 students with news");
    assert!(letter.file.starts_with("2026-09-28-nightly-s1-"), "{}", letter.file);
    assert_eq!(
        letter.text,
        "\
Hello Maria Lopez,

There is news of 2 of your students.
The numbers are as of Friday, September 25, 2026.

CONCERN: 2 students

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE
  In words: 3 days absent excused, of 30 school days.

B. B., grade 10, South High
- New at concern: Chronic absence.
  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE
  In words: 3 days absent excused, of 30 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn what_was_told_in_rehearsal_stands_on_a_starting_list_after_going_live() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-28");
    assert_eq!(only_letter(&district).subject, "firstbell: 1 student with news");

    let said = district.run(&["go-live", "--yes"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    district.nights("2026-09-29", "2026-10-01");
    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(files[1].starts_with("2026-09-30-starting-list-s1-"), "{files:?}");
    assert_eq!(letters[1].subject, "firstbell: starting list, 1 student");
}
