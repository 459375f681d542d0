//! What an older fact turns out to be is told apart from what gets better.

use crate::support::school_days;
use crate::{counseled, only_letter};

#[test]
fn a_better_mark_eases_and_does_not_correct() {
    let courses = ["Algebra", "English", "Biology"];
    let mut district =
        counseled(&["1001"])
            .student("1001", "Ana Alder", "9", "P")
            .term("Q1", "2026-08-17", "2026-10-16");
    for course in courses {
        for classmate in ["710000", "710001", "710002", "710003"] {
            district = district.undated_mark("2026-09-01", classmate, course, "Q1", "85");
        }
        district = district
            .undated_mark("2026-09-01", "1001", course, "Q1", "85")
            .undated_mark("2026-09-08", "1001", course, "Q1", "55")
            .undated_mark("2026-09-21", "1001", course, "Q1", "70");
    }
    let district = district.init();
    district.only(&["low_average"]);
    district.nights("2026-09-03", "2026-09-25");

    // The rule believes an average on its fifth judged day in a row.
    assert_eq!(
        district.history("1001"),
        [
            "2026-09-14 low_average - concern crossed",
            "2026-09-21 low_average concern watch eased"
        ]
    );
    assert_eq!(
        only_letter(&district).text,
        "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Monday, September 14, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Low average.
  Why: Average 55 over 3 courses, 3 failing.
  Next: Meet the student and look at the marks together.
  Last 5 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP P
  In words: present every day, of 21 school days.

----------
In the strips: P present.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn a_better_mark_that_bears_the_day_of_its_export_eases_too() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P")
        .term("Q1", "2026-08-17", "2026-10-16")
        .init();
    district.only(&["low_average"]);
    let days = school_days().map(|day| day.to_string());
    for day in days.filter(|day| ("2026-09-03".."2026-09-26").contains(&day.as_str())) {
        let mark = if *day < *"2026-09-08" {
            85
        } else if *day < *"2026-09-21" {
            55
        } else {
            70
        };
        // The gradebook as it stands that day, and nothing of how it stood before.
        let mut rows = "student_id,school_id,course_id,term,mark,kind,date\n".to_owned();
        for (student, mark) in [
            ("1001", mark),
            ("710000", 85),
            ("710001", 85),
            ("710002", 85),
            ("710003", 85),
        ] {
            for course in ["Algebra", "English", "Biology"] {
                rows += &format!("{student},100,{course},Q1,{mark},progress,{day}\n");
            }
        }
        district.export(&day);
        std::fs::write(district.home().join("inbox/grades.csv"), rows).expect("the inbox is ours");
        let said = district.run(&["run", "--as-of", &day]);
        assert_eq!((said.err.as_str(), said.code), ("", 0), "{day}: {}", said.out);
    }
    assert_eq!(
        district.history("1001"),
        [
            "2026-09-14 low_average - concern crossed",
            "2026-09-21 low_average concern watch eased"
        ]
    );
}

#[test]
fn an_absence_recoded_is_corrected() {
    let mut district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-28");
    assert_eq!(
        district.history("1001"),
        ["2026-09-25 chronic_absence - concern crossed"]
    );
    let letter = only_letter(&district);
    assert!(
        letter
            .text
            .contains("  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.\n"),
        "{}",
        letter.text
    );

    district.recode("1001", "2026-09-25", 'P');
    district.nights("2026-09-29", "2026-10-02");
    assert_eq!(
        district.history("1001"),
        [
            "2026-09-25 chronic_absence - concern crossed",
            "2026-09-29 chronic_absence concern - corrected"
        ]
    );
    only_letter(&district);
    let said = district.run(&["explain", "1001", "--rule", "chronic_absence"]);
    assert_eq!(
        said.out,
        "\
Student 1001, grade 9 at North High, as of 2026-10-02.

Chronic absence (chronic_absence): clear tonight
  Absent 2 of 35 enrolled days (5.7 %), 0 unexcused.
  Watch begins at 8: 2.3 more would reach it.
  Concern begins at 10: 4.3 more would reach it.
  Urgent begins at 20: 14.3 more would reach it.
  Its numbers:
    Enrolled days this school year: 35
    Absence percent this school year: 5.7
      2026-09-15  excused (`E`)
      2026-09-21  excused (`E`)
    Absences this school year: 2
    Unexcused this school year: 0
  From here on:
    One more absence, on 2026-10-05, would make it watch.
    2 more absences in a row, up to 2026-10-06, would make it concern.
    7 more absences in a row, up to 2026-10-13, would make it urgent.
  On record:
    2026-09-25  newly flagged: concern (absent 3 of 30 enrolled days (10 %), 0 unexcused)
      it read absence_percent 10, absences 3, enrolled_days 30, unexcused 0
    2026-09-29  the record was corrected: it had not been so: no flag (absent 2 of 32 enrolled days (6.2 %), 0 unexcused)
      it read absence_percent 6.25, absences 2, enrolled_days 32, unexcused 0
"
    );
}

#[test]
fn a_make_up_day_moves_no_old_absence() {
    let mut district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*4 E P*5 E P*5 E P*2")
        .day_off("2026-09-07")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-15", "2026-09-18");
    let days = |district: &crate::support::District| {
        let said = district.run(&["explain", "1001", "--rule", "chronic_absence"]);
        let days: Vec<String> = said
            .out
            .lines()
            .filter(|line| line.starts_with("      2026-"))
            .map(str::to_owned)
            .collect();
        (
            days,
            said.out
                .lines()
                .find(|line| line.starts_with("  Absent "))
                .map(str::to_owned),
        )
    };
    let before = days(&district);
    let flags = district.history("1001");
    // A Saturday in the middle of what is past becomes a school day.
    district.make_up("2026-09-12");
    district.night("2026-09-18");
    let after = days(&district);
    assert_eq!(
        before.0,
        [
            "      2026-08-21  excused (`E`)",
            "      2026-08-31  excused (`E`)",
            "      2026-09-09  excused (`E`)"
        ]
    );
    assert_eq!(after.0, before.0);
    assert_eq!(
        before.1.as_deref(),
        Some("  Absent 3 of 24 enrolled days (12.5 %), 0 unexcused.")
    );
    assert_eq!(
        after.1.as_deref(),
        Some("  Absent 3 of 25 enrolled days (12 %), 0 unexcused.")
    );
    assert_eq!(district.history("1001"), flags);
}
