//! Numbers that swing around an edge make one piece of news, not many.

use crate::counseled;
use crate::only_letter;

#[test]
fn seven_and_nine_percent_around_an_edge_for_sixty_days_make_one_crossing() {
    let absences = [5, 28, 33, 43, 58, 72, 86];
    let district = counseled(&["1001"])
        .student(
            "1001",
            "Ana Alder",
            "9",
            "P*4 E P*22 E P*4 E P*9 E P*14 E P*13 E P*13 E",
        )
        .init();
    district.changes(
        &["chronic_absence"],
        "[chronic_absence]\nlevels = { watch = false, concern = 8 }\n",
    );

    // What the story claims of its own numbers: from the 33rd school day on the share lies between 7 and 9.4 percent, and reaches the edge
    // from below five times.
    let share = |day: u32| {
        f64::from(absences.iter().filter(|absence| **absence <= day).count() as u32) / f64::from(day) * 100.0
    };
    assert!((33..=93).all(|day| (7.0..9.4).contains(&share(day))));
    assert_eq!(
        (28..=93)
            .filter(|day| share(*day) >= 8.0 && share(*day - 1) < 8.0)
            .count(),
        5
    );

    district.nights("2026-09-22", "2026-10-13");
    let said = district.run(&["explain", "1001", "--rule", "chronic_absence"]);
    assert!(
        said.out
            .contains("Chronic absence (chronic_absence): concern, flagged since 2026-09-30, clear tonight"),
        "{}",
        said.out
    );
    district.nights("2026-10-14", "2026-12-23");

    assert_eq!(
        district.history("1001"),
        ["2026-09-30 chronic_absence - concern crossed"]
    );
    let letter = only_letter(&district);
    assert_eq!(letter.subject, "firstbell: 1 student with news");
    assert_eq!(
        letter.text,
        "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Wednesday, September 30, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 33 enrolled days (9 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 7 weeks, oldest first: PPPPE PPPPP PPPPP PPPPP PPPPP PPEPP PPE
  In words: 3 days absent excused, of 33 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn just_below_and_just_above_urgent_for_forty_days_is_worse_once() {
    // Excused parts of every school day that come to 19.9 percent of the days so far on odd ones and to 20.1 percent on even ones.
    let total = |day: u32| day * if day.is_multiple_of(2) { 201 } else { 199 };
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "")
        .misses_parts(|day| total(day).saturating_sub(total(day - 1)))
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-11", "2026-11-10");

    assert_eq!(
        district.history("1001"),
        [
            "2026-09-14 chronic_absence - concern baseline",
            "2026-09-15 chronic_absence concern urgent worsened"
        ]
    );
    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(
        letters[0]
            .text
            .contains("- At concern: Chronic absence.\n  Why: Absent 4.1 of 21 enrolled days (19.9 %), 0 unexcused. Urgent begins at 20.\n")
    );
    assert_eq!(letters[1].subject, "firstbell: 1 student with news (1 urgent)");
    assert_eq!(
        letters[1].text,
        "\
Hello Maria Lopez,

There is news of 1 of your students, and it is urgent.
The numbers are as of Tuesday, September 15, 2026.

URGENT: 1 student

A. A., grade 9, North High
- Worse, now at urgent: Chronic absence. When you were last written it was at concern.
  Why: Absent 4.4 of 22 enrolled days (20.1 %), 0 unexcused.
  Next: Attendance team this week.
  Last 5 weeks, oldest first: eeeee eeeee eeeee eeeee ee
  In words: 22 days partly absent excused, of 22 school days.

----------
In the strips: e partly absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn a_flag_that_cleared_is_news_when_it_comes_again() {
    // Three days in a row away, back, and away again: each run is an episode of its own.
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*5 A*3 P*7 A*3")
        .init();
    district.only(&["unexcused_streak"]);
    district.nights("2026-08-21", "2026-09-09");

    assert_eq!(
        district.history("1001"),
        [
            "2026-08-26 unexcused_streak - concern crossed",
            "2026-08-27 unexcused_streak concern - cleared",
            "2026-09-09 unexcused_streak - concern crossed",
        ]
    );
    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    for letter in &letters {
        assert!(
            letter
                .text
                .contains("- New at concern: Unexcused several days in a row.\n"),
            "{}",
            letter.text
        );
    }
}
