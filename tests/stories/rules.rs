//! What people hear when a rule is edited, broken, taken out of work and put back.

use crate::support::District;
use crate::{counseled, only_letter};

const CHANGED_RULE_LETTER: &str = "\
Hello Maria Lopez,

The rule \u{201c}Chronic absence\u{201d} was changed; these students are flagged by the new version.

This is a starting list: who of your students is flagged today, 1 student. It is where you begin, not news of last night, and it need not all be done today. From here on you are written only when something changes.
The numbers are as of Tuesday, September 15, 2026.

CONCERN: 1 student

B. B., grade 10, North High
- At concern under the changed rule: Chronic absence. When you were last written it was at watch.
  Why: Absent 2 of 22 enrolled days (9 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 5 weeks, oldest first: PPPPP PPPPP PPPPP PPPPE EP
  In words: 2 days absent excused, of 22 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
";

fn edited(edit: impl Fn(&District)) {
    let district = counseled(&["1002"])
        .student("1002", "Ben Birch", "10", "P*19 E*2")
        .init();
    district.only(&["chronic_absence"]);
    district.night("2026-09-14");
    let list = only_letter(&district);
    edit(&district);
    district.nights("2026-09-15", "2026-09-18");

    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(
        files[1].starts_with("2026-09-16-starting-list-s1-") && files[0] == list.file,
        "{files:?}"
    );
    assert_eq!(letters[1].text, CHANGED_RULE_LETTER);
    assert_eq!(
        district.history("1002"),
        [
            "2026-09-14 chronic_absence - watch baseline",
            "2026-09-15 chronic_absence watch concern rule_changed"
        ]
    );
}

#[test]
fn a_change_by_the_district_makes_a_list_headed_by_it() {
    edited(|district| district.changes(&["chronic_absence"], "[chronic_absence]\nlevels = { concern = 9 }\n"));
}

#[test]
fn an_edit_of_the_rule_file_makes_the_same_list() {
    edited(|district| {
        district.edit("rules/attendance/chronic_absence.rhai", "concern: 10.0", "concern: 9.0");
        // The trial stands beside the rule and has 9.9 percent in it.
        district.edit("rules/attendance/chronic_absence.test.toml", "\"watch\"", "\"concern\"");
    });
}

#[test]
fn a_rule_taken_out_of_work_closes_its_flags_unsaid() {
    let district = counseled(&["1002"]).student("1002", "Ben Birch", "10", "E*3").init();
    district.only(&["chronic_absence"]);
    district.night("2026-09-14");
    only_letter(&district);
    district.only(&[]);
    district.night("2026-09-15");

    assert_eq!(
        district.history("1002"),
        [
            "2026-09-14 chronic_absence - concern baseline",
            "2026-09-15 chronic_absence concern - rule_changed"
        ]
    );
    only_letter(&district);
    assert_eq!(district.run(&["standing", "--format", "csv"]).out.lines().count(), 1);
}

#[test]
fn a_wrong_edit_leaves_the_last_good_version_at_work() {
    let district = counseled(&["1002"])
        .student("1002", "Ben Birch", "10", "P*21 E P*3 E P*3 E")
        .init();
    // `two_areas` names the rule in its trial, and is not wrong because the rule is.
    district.only(&["chronic_absence", "two_areas"]);
    district.nights("2026-09-14", "2026-09-23");
    district.edit(
        "rules/attendance/chronic_absence.rhai",
        "student.absence_percent }",
        "student.absense_percent }",
    );
    let said = district.ring("2026-09-25");

    assert_eq!((said.code, said.err.as_str()), (3, ""));
    assert_eq!(
        said.out,
        "\
The round as of 2026-09-25.
  read    attendance.csv: 33 rows
  judged  5 students on 2 days; 5 with at least one answer
  changed 1 crossed
  letters 2 letters, and a report to the operator
  mail    3 sent into var/letters
waits: rules/attendance/chronic_absence.rhai:17:34: there is no word `absense_percent`; the last good version stays at work \u{2014} did you mean `absence_percent`? [rule-unknown-word]
17 | fn measure(student, p) { student.absense_percent }
   |                                  ^^^^^^^^^^^^^^^
"
    );
    assert_eq!(
        district.history("1002"),
        ["2026-09-25 chronic_absence - concern crossed"]
    );
    assert!(
        only_letter(&district)
            .text
            .contains("  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.\n")
    );
    let report = district
        .mail()
        .into_iter()
        .rfind(|mail| mail.file.contains("operator"))
        .expect("a report to the operator");
    assert_eq!(
        report.text,
        "\
Hello,

This is what you should know of last night's round. The facts are as of Friday, September 25, 2026.

Files from the SIS
- attendance.csv was read: 33 rows.

Rules
- rules/attendance/chronic_absence.rhai:17:34: there is no word `absense_percent`; the last good version stays at work \u{2014} did you mean `absence_percent`?

The round
- 5 students were looked at as of 2026-09-25 (2 days); 5 had at least one answer.

----------
You get this letter because you are named as the operator of firstbell at Example School District. It never speaks of single students.
firstbell, Example School District
"
    );
}

#[test]
fn a_rule_put_back_to_work_makes_a_starting_list() {
    let district = counseled(&["1002"]).student("1002", "Ben Birch", "10", "E*3").init();
    district.only(&["chronic_absence"]);
    district.night("2026-09-14");
    district.only(&[]);
    district.nights("2026-09-15", "2026-09-16");
    district.only(&["chronic_absence"]);
    district.nights("2026-09-17", "2026-09-18");

    let letters = district.letters();
    let files: Vec<&str> = letters.iter().map(|letter| letter.file.as_str()).collect();
    assert_eq!(letters.len(), 2, "{files:?}");
    assert!(files[1].starts_with("2026-09-18-starting-list-s1-"), "{files:?}");
    assert!(
        letters[1]
            .text
            .contains("- At concern: Chronic absence.\n  Why: Absent 3 of 24 enrolled days (12.5 %), 0 unexcused. Urgent begins at 20.\n")
    );
    let history = district.history("1002");
    assert_eq!(
        history.last().map(String::as_str),
        Some("2026-09-17 chronic_absence - concern baseline")
    );
}
