//! Who is flagged when a rule begins to judge a school stands on one list per owner.

use crate::support::District;
use crate::{counseled, only_letter};

fn two_caseloads() -> District {
    counseled(&["1001", "1002"])
        .student("1001", "Ana Alder", "9", "E*5")
        .student("1002", "Ben Birch", "10", "P*19 E*2")
        .student("1003", "Cy Cedar", "11", "E*4")
        .staff("s2", "Sam Reed", "counselor")
        .caseload("1003", "s2", "counselor")
}

#[test]
fn the_twenty_first_enrolled_day_makes_one_starting_list_per_owner_and_no_letters() {
    let district = two_caseloads().init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-09", "2026-09-11");
    assert_eq!(district.letters().len(), 0);
    district.nights("2026-09-14", "2026-09-17");

    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(
        files.iter().all(|file| file.starts_with("2026-09-15-starting-list-s")),
        "{files:?}"
    );
    assert_eq!(letters[0].subject, "firstbell: starting list, 2 students (1 urgent)");
    assert_eq!(
        letters[0].text,
        "\
Hello Maria Lopez,

This is a starting list: who of your students is flagged today, 2 students, 1 of them urgent. It is where you begin, not news of last night, and it need not all be done today. From here on you are written only when something changes.
The numbers are as of Monday, September 14, 2026.

URGENT: 1 student

A. A., grade 9, North High
- At urgent: Chronic absence.
  Why: Absent 5 of 21 enrolled days (23.8 %), 0 unexcused.
  Next: Attendance team this week.
  Last 5 weeks, oldest first: EEEEE PPPPP PPPPP PPPPP P
  In words: 5 days absent excused, of 21 school days.

WATCH: 1 student

B. B., grade 10, North High
- At watch: Chronic absence.
  Why: Absent 2 of 21 enrolled days (9.5 %), 0 unexcused. Concern begins at 10.
  Last 5 weeks, oldest first: PPPPP PPPPP PPPPP PPPPE E
  In words: 2 days absent excused, of 21 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
    assert!(
        letters[1]
            .text
            .contains("C. C., grade 11, North High\n- At concern: Chronic absence.\n"),
        "{}",
        letters[1].text
    );
    assert!(!letters[1].text.contains("A. A.") && !letters[0].text.contains("C. C."));
}

#[test]
fn a_rule_that_goes_from_shadow_to_live_makes_one_starting_list_per_owner() {
    let district = two_caseloads().init();
    district.changes(&["chronic_absence"], "[chronic_absence]\nstatus = \"shadow\"\n");
    district.nights("2026-09-14", "2026-09-25");
    assert_eq!(district.letters().len(), 0);
    assert_eq!(district.run(&["standing", "--format", "csv"]).out.lines().count(), 1);

    district.only(&["chronic_absence"]);
    district.nights("2026-09-28", "2026-09-30");
    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(
        files.iter().all(|file| file.starts_with("2026-09-29-starting-list-s")),
        "{files:?}"
    );
    assert_eq!(
        letters[1].text,
        "\
Hello Sam Reed,

This is a starting list: who of your students is flagged today, 1 student. It is where you begin, not news of last night, and it need not all be done today. From here on you are written only when something changes.
The numbers are as of Monday, September 28, 2026.

CONCERN: 1 student

C. C., grade 11, North High
- At concern: Chronic absence.
  Why: Absent 4 of 31 enrolled days (12.9 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 7 weeks, oldest first: EEEEP PPPPP PPPPP PPPPP PPPPP PPPPP P
  In words: 4 days absent excused, of 31 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn a_rule_in_shadow_at_one_school_is_written_at_the_other_alone() {
    let district = counseled(&["1001", "1002"])
        .school("200", "South High")
        .classmates_at("200", 4)
        .student("1001", "Ana Alder", "9", "E*3")
        .student_at("200", "1002", "Ben Birch", "10", "E*3")
        .init();
    district.changes(
        &["chronic_absence"],
        "[chronic_absence.schools.100]\nstatus = \"shadow\"\n",
    );
    district.nights("2026-09-14", "2026-09-16");
    let letter = only_letter(&district);
    assert!(
        letter.text.contains("B. B., grade 10, South High\n") && !letter.text.contains("A. A."),
        "{}",
        letter.text
    );
    let said = district.run(&["standing", "--format", "csv"]);
    assert!(
        said.out.contains("\n1002,200,") && !said.out.contains("\n1001,"),
        "{}",
        said.out
    );
}

#[test]
fn a_new_term_makes_one_starting_list_of_who_is_new_in_it() {
    let mut district = counseled(&["1001", "1002"])
        .student("1001", "Ana Alder", "9", "P")
        .student("1002", "Ben Birch", "10", "P")
        .term("Q1", "2026-08-17", "2026-10-16")
        .term("Q2", "2026-10-19", "2026-12-18");
    for course in ["Algebra", "English", "Biology"] {
        for (student, first, second) in [
            ("710000", "85", "85"),
            ("710001", "85", "85"),
            ("710002", "85", "85"),
            ("710003", "85", "85"),
            ("1001", "55", "55"),
            ("1002", "85", "55"),
        ] {
            district = district
                .undated_mark("2026-09-01", student, course, "Q1", first)
                .undated_mark("2026-10-26", student, course, "Q2", second);
        }
    }
    let district = district.init();
    district.only(&["low_average"]);
    // The 15th school day of the first term is September 4, that of the second November 6.
    for day in [
        "2026-09-03",
        "2026-09-04",
        "2026-09-18",
        "2026-10-02",
        "2026-10-16",
        "2026-10-30",
        "2026-11-05",
    ] {
        district.night(day);
    }
    assert!(
        only_letter(&district)
            .text
            .contains("A. A., grade 9, North High\n- At concern: Low average.\n")
    );
    district.nights("2026-11-06", "2026-11-11");

    assert_eq!(district.history("1001"), ["2026-09-04 low_average - concern baseline"]);
    assert_eq!(district.history("1002"), ["2026-11-06 low_average - concern baseline"]);
    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(files[1].starts_with("2026-11-09-starting-list-s1-"), "{files:?}");
    assert!(
        letters[1]
            .text
            .contains("B. B., grade 10, North High\n- At concern: Low average.\n"),
        "{}",
        letters[1].text
    );
    assert!(!letters[1].text.contains("A. A."), "{}", letters[1].text);
}
