//! Students come and go, and what was told of them goes with them.

use crate::{counseled, only_letter};

#[test]
fn a_transfer_is_told_once() {
    let district = counseled(&["1001"])
        .school("200", "South High")
        .classmates_at("200", 4)
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E P*3 E")
        .moves("2026-10-05", "200")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-09");

    assert_eq!(
        district.history("1001"),
        ["2026-09-25 chronic_absence - concern crossed"]
    );
    only_letter(&district);
    let said = district.run(&["standing", "--student", "1001", "--format", "csv"]);
    assert_eq!(
        said.out,
        "\
student_id,school_id,grade,rule,area,level,value,since,as_of,owner,because
1001,200,9,chronic_absence,attendance,concern,10.000,2026-09-25,2026-10-09,s1,\"absent 4 of 40 enrolled days (10 %), 0 unexcused\"
"
    );
}

#[test]
fn who_leaves_school_keeps_the_flag_until_the_return() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .leaves("2026-09-30", "2026-10-07")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-09");

    assert_eq!(
        district.history("1001"),
        [
            "2026-09-25 chronic_absence - concern crossed",
            "2026-10-01 chronic_absence concern concern left_school",
            "2026-10-07 chronic_absence concern concern resumed",
        ]
    );
    only_letter(&district);
}

#[test]
fn who_comes_later_is_ordinary_news_on_the_own_twenty_first_day() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*35 E*3")
        .stay("2026-10-05", "", "")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-15");
    district.nights("2026-10-27", "2026-11-04");

    assert_eq!(
        district.history("1001"),
        ["2026-11-02 chronic_absence - concern crossed"]
    );
    let letter = only_letter(&district);
    assert!(letter.file.starts_with("2026-11-03-nightly-s1-"), "{}", letter.file);
    assert_eq!(
        letter.text,
        "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Monday, November 2, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 21 enrolled days (14.2 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 5 weeks, oldest first: EEEPP PPPPP PPPPP PPPPP P
  In words: 3 days absent excused, of 21 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}
