//! `explain`: whole screens, checked by hand, and what they say of days to come held against the nights that then came.

#[path = "support/mod.rs"]
mod support;

use support::District;

/// A school with one student of grade 9, drawn a letter per school day from Monday, the 17th of August 2026.
fn with(days: &str) -> District {
    District::new()
        .classmates(4)
        .student("1001", "Ana Alder", "9", days)
        .term("Q1", "2026-08-17", "2026-10-30")
        .term("Q2", "2026-11-02", "2027-01-22")
}

#[track_caller]
fn explains(district: &District, arguments: &[&str], screen: &str) {
    let said = district.run(&[&["explain", "1001"], arguments].concat());
    assert_eq!(said.out, screen);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

/// Absent on the 25th to 27th school day: 3 of 27 are 11.1 percent on Tuesday, the 22nd of September.
const THREE_MISSED: &str = "P*24 A*3";

const TUESDAY: &str = "\
Student 1001, grade 9 at North High, as of 2026-09-22.

Chronic absence (chronic_absence): concern, flagged since 2026-09-22
  Absent 3 of 27 enrolled days (11.1 %), 3 unexcused.
  Urgent begins at 20: 8.9 more would reach it.
  At 11.1 it is 1.1 past the edge of concern, 10.
  Concern is left after 5 judged days in a row below 9.
  Next: Call home this week.
  Its numbers:
    Enrolled days this school year: 27
    Absence percent this school year: 11.1
      2026-09-18  unexcused (`A`)
      2026-09-21  unexcused (`A`)
      2026-09-22  unexcused (`A`)
    Absences this school year: 3
    Unexcused this school year: 3
  From here on:
    Would ease to watch after 11 more school days without an absence, on 2026-10-07.
    Would be clear after 20 more school days without an absence, on 2026-10-20.
    3 more absences in a row, up to 2026-09-25, would make it urgent.
  On record:
    2026-09-22  newly flagged: concern (absent 3 of 27 enrolled days (11.1 %), 3 unexcused)
      it read absence_percent 11.111, absences 3, enrolled_days 27, unexcused 3
";

// 3 of 34 days are 8.8 percent, the first share below 9: that is the seventh day to come, and the fifth such day in a row the eleventh.
// 3 of 43 are the first below 7, on the sixteenth day; the fifth is the twentieth. 6 of 30 are 20 percent.
#[test]
fn quiet_days_do_what_was_said_on_the_day_that_was_said() {
    let district = with(THREE_MISSED).init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-22");
    explains(&district, &["--rule", "chronic_absence"], TUESDAY);

    district.nights("2026-09-23", "2026-10-20");
    assert_eq!(
        district.history("1001"),
        [
            "2026-09-22 chronic_absence - concern crossed",
            "2026-10-07 chronic_absence concern watch eased",
            "2026-10-20 chronic_absence watch - cleared",
        ]
    );
}

#[test]
fn absences_in_a_row_do_what_was_said_on_the_day_that_was_said() {
    let district = with("P*24 A*6").init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-22");
    explains(&district, &["--rule", "chronic_absence"], TUESDAY);

    district.nights("2026-09-23", "2026-09-30");
    assert_eq!(
        district.history("1001"),
        [
            "2026-09-22 chronic_absence - concern crossed",
            "2026-09-25 chronic_absence concern urgent worsened",
        ]
    );
}

// The 16th school day is Monday, the 7th of September; the 21st, from which the rule judges, the Monday after. 2 of 29 days are the first
// share below 7, and the fifth such day is the 33rd.
#[test]
fn too_early_to_tell_says_from_when() {
    let district = with("P*10 A*2").init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-04", "2026-09-07");
    explains(
        &district,
        &["--rule", "chronic_absence"],
        "\
Student 1001, grade 9 at North High, as of 2026-09-07.

Chronic absence (chronic_absence): not for this student tonight
  Too little to judge by: the rule needs enrolled days of 21 or more, and there are 16.
  Its numbers:
    Enrolled days this school year: 16
  From here on:
    Would become watch after 5 more school days, on 2026-09-14, even without another absence.
    Would be clear after 17 more school days without an absence, on 2026-09-30.
",
    );
    district.nights("2026-09-08", "2026-10-01");
    assert_eq!(
        district.history("1001"),
        [
            "2026-09-14 chronic_absence - watch baseline",
            "2026-09-30 chronic_absence watch - cleared",
        ]
    );
}

// A number that cannot be had says when that is so, and nothing is said of days to come.
#[test]
fn what_is_missing_is_named() {
    let district = with("P*40").init();
    district.only(&["low_average", "course_failures"]);
    district.nights("2026-09-22", "2026-09-23");
    explains(
        &district,
        &["--rule", "low_average"],
        "\
Student 1001, grade 9 at North High, as of 2026-09-23.

Low average (low_average): not for this student tonight
  Too little to judge by: the rule needs marks of 3 or more, and there are 0.
  Its numbers:
    Day of term: 28
      2026-08-17  term `Q1` began
    Marks this term, 2026-08-17 to 2026-10-30: 0
  What would change it cannot be told: the rule has not looked at the whole school yet.
",
    );
    explains(
        &district,
        &["--rule", "course_failures"],
        "\
Student 1001, grade 9 at North High, as of 2026-09-23.

Failing courses (course_failures): cannot be told tonight
  `failing` cannot be had (no course with a mark this term).
  Its numbers:
    Day of term: 28
      2026-08-17  term `Q1` began
    Failing this term, 2026-08-17 to 2026-10-30: cannot be had: no course with a mark this term
",
    );
}

// The calendar's last school day is Friday, the 11th of June: eight more after the 1st. 30 of 207 days are 14.4 percent, 30 of 215 still
// 13.9, and eight absences more make 38 of 215: 17.6.
#[test]
fn what_no_day_of_this_year_can_change_is_said() {
    let district = with("P*100 E*30").init();
    district.only(&["chronic_absence"]);
    district.nights("2027-05-31", "2027-06-01");
    explains(
        &district,
        &["--rule", "chronic_absence"],
        "\
Student 1001, grade 9 at North High, as of 2027-06-01.

Chronic absence (chronic_absence): concern, flagged since 2027-05-31
  Absent 30 of 207 enrolled days (14.4 %), 0 unexcused.
  Urgent begins at 20: 5.6 more would reach it.
  At 14.4 it is 4.4 past the edge of concern, 10.
  Concern is left after 5 judged days in a row below 9.
  Next: Call home this week.
  Its numbers:
    Enrolled days this school year: 207
    Absence percent this school year: 14.4
      18 earlier days
      2027-01-28  excused (`E`)
      2027-01-29  excused (`E`)
      2027-02-01  excused (`E`)
      2027-02-02  excused (`E`)
      2027-02-03  excused (`E`)
      2027-02-04  excused (`E`)
      2027-02-05  excused (`E`)
      2027-02-08  excused (`E`)
      2027-02-09  excused (`E`)
      2027-02-10  excused (`E`)
      2027-02-11  excused (`E`)
      2027-02-12  excused (`E`)
    Absences this school year: 30
    Unexcused this school year: 0
  From here on:
    Would not be clear before the school year ends: still concern on 2027-06-11, its last school day, even without another absence.
  On record:
    2027-05-31  flagged when this rule first looked at the whole school: concern (absent 30 of 206 enrolled days (14.5 %), 0 unexcused)
      it read absence_percent 14.563, absences 30, enrolled_days 206, unexcused 0
",
    );
}

// The district lowers urgent to 15 on the 24th: 4 of 29 days are 13.7 percent, so nothing changes but the version; 5 of 30 are 16.6.
#[test]
fn a_change_is_shown_as_it_was_recorded_with_its_version() {
    let district = with("P*24 A*3 P A*2 P*20").init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-23");
    district.changes(&["chronic_absence"], "[chronic_absence]\nlevels = { urgent = 15 }\n");
    let waiting = district.run(&["explain", "1001", "--rule", "chronic_absence"]).out;
    assert!(
        waiting.contains("  What would change it cannot be told: the rule was changed since the last round.\n"),
        "{waiting}"
    );
    district.nights("2026-09-24", "2026-09-25");
    let said = district.run(&["explain", "1001", "--rule", "chronic_absence", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let versions: Vec<(&str, bool)> = told["rules"][0]["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|change| {
            let version = change["version"].as_str().expect("a digest");
            (version, change["version_at_work"].as_bool().expect("yes or no"))
        })
        .collect();
    let [(first, false), (second, true)] = versions[..] else {
        panic!("{versions:?}");
    };
    assert_ne!(first, second);
    let said = district.run(&["explain", "1001", "--rule", "chronic_absence"]).out;
    let record = said.split_once("  On record:\n").expect("a record").1;
    assert_eq!(
        record,
        format!(
            "    2026-09-22  newly flagged: concern (absent 3 of 27 enrolled days (11.1 %), 3 unexcused)
      it read absence_percent 11.111, absences 3, enrolled_days 27, unexcused 3
      by another version of the rule ({}, at work since 2026-09-14)
    2026-09-25  got worse: urgent (absent 5 of 30 enrolled days (16.6 %), 5 unexcused)
      it read absence_percent 16.667, absences 5, enrolled_days 30, unexcused 5
",
            &first[..8]
        )
    );
    // What was recorded stands, whatever the facts become; another night is computed from today's, and says so.
    let back = district
        .run(&["explain", "1001", "--rule", "chronic_absence", "--as-of", "2026-09-22"])
        .out;
    assert!(
        back.contains("This is another night than the last round's (2026-09-25), computed with today's facts.\n"),
        "{back}"
    );
    assert!(
        back.contains("  On record up to that night:\n    2026-09-22  newly flagged: concern"),
        "{back}"
    );
    assert!(
        !back.contains("From here on"),
        "what came of that night is on record: {back}"
    );
}

// Attendance of the school ends two days before the as-of day that another school's rows show.
#[test]
fn nothing_is_said_of_days_to_come_while_a_school_is_behind() {
    let mut district = District::new()
        .classmates(1)
        .student("1001", "Ana Alder", "9", "p*24 A*3 p*10")
        .school("200", "South High")
        .classmates_at("200", 1)
        .configured("rows = \"exceptions\"", "rows = \"all\"")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-22");
    district.late("100", Some("2026-09-22"));
    district.nights("2026-09-23", "2026-09-24");
    let said = district.run(&["explain", "1001", "--rule", "chronic_absence"]).out;
    assert!(said.contains("Attendance is known to 2026-09-22.\n"), "{said}");
    assert!(
        said.contains("  What would change it cannot be told: this rule has not judged the last school day yet.\n"),
        "{said}"
    );
}

#[test]
fn the_json_form_says_the_same() {
    let district = with(THREE_MISSED).init();
    district.only(&["chronic_absence", "two_areas"]);
    district.nights("2026-09-14", "2026-09-22");
    let said = district.run(&["explain", "1001", "--format", "json"]);
    let mut told: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let version = told["rules"][0]["changes"][0]["version"].take();
    assert_eq!(version.as_str().map(str::len), Some(64));
    let day = |day: &str| serde_json::json!({ "day": day, "what": "unexcused (`A`)" });
    let days = [day("2026-09-18"), day("2026-09-21"), day("2026-09-22")];
    let number = |word: &str, value: f64, days: &[serde_json::Value]| {
        let value = if value.fract() == 0.0 {
            serde_json::json!(value as i64)
        } else {
            value.into()
        };
        serde_json::json!({
            "word": word, "value": value, "missing": null, "first": "2026-08-17", "last": "2026-09-22", "days": days,
        })
    };
    let turn = |supposed: &str, count: u32, day: &str, becomes: &str, sentence: &str| {
        serde_json::json!({
            "supposed": supposed, "count": count, "until": day, "day": day, "becomes": becomes, "sentence": sentence,
        })
    };
    let percent = 300.0 / 27.0;
    let because = "absent 3 of 27 enrolled days (11.1 %), 3 unexcused";
    let expected = serde_json::json!({
        "student_id": "1001",
        "school_id": "100",
        "grade": "9",
        "as_of": "2026-09-22",
        "last_round": "2026-09-22",
        "attendance_to": "2026-09-22",
        "rules": [{
            "rule": "chronic_absence",
            "title": "Chronic absence",
            "area": "attendance",
            "status": "live",
            "verdict": "concern",
            "value": percent,
            "because": because,
            "level": "concern",
            "since": "2026-09-22",
            "decided": [
                "Absent 3 of 27 enrolled days (11.1 %), 3 unexcused.",
                "Urgent begins at 20: 8.9 more would reach it.",
                "At 11.1 it is 1.1 past the edge of concern, 10.",
                "Concern is left after 5 judged days in a row below 9.",
            ],
            "next": "Call home this week.",
            "numbers": [
                number("enrolled_days", 27.0, &[]),
                number("absence_percent", percent, &days),
                number("absences", 3.0, &days),
                number("unexcused", 3.0, &days),
            ],
            "asked": [],
            "to_come": [
                turn(
                    "quiet", 11, "2026-10-07", "watch",
                    "Would ease to watch after 11 more school days without an absence, on 2026-10-07.",
                ),
                turn(
                    "quiet", 20, "2026-10-20", "clear",
                    "Would be clear after 20 more school days without an absence, on 2026-10-20.",
                ),
                turn("absence", 3, "2026-09-25", "urgent", "3 more absences in a row, up to 2026-09-25, would make it urgent."),
            ],
            "to_come_untold": null,
            "changes": [{
                "day": "2026-09-22",
                "from": null,
                "to": "concern",
                "reason": "crossed",
                "value": percent,
                "because": because,
                "numbers": { "absence_percent": percent, "absences": 3, "enrolled_days": 27, "unexcused": 3 },
                "version": null,
                "version_at_work": true,
                "version_since": null,
            }],
        }],
        "clear": ["two_areas"],
        "not_judged": [],
    });
    assert_eq!(told, expected);
}
