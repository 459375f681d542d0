//! Students come and go, and what was told of them goes with them.

use std::fs;

use crate::support::District;
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

/// One day is due, at the one school where the rule works, and another school's rows make a later day the round's.
#[test]
fn who_left_on_the_only_day_that_was_missed_has_it_in_the_record() {
    let district = counseled(&["1001"])
        .school("200", "South High")
        .classmates_at("200", 4)
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .leaves("2026-09-29", "")
        .init();
    district.changes(
        &["chronic_absence"],
        "[chronic_absence.schools.200]\nstatus = \"retired\"\n",
    );
    district.nights("2026-09-14", "2026-09-29");
    district.export("2026-10-02");
    let calendar = district.home().join("inbox/calendar.csv");
    let days_off = "100,2026-10-01,holiday\n100,2026-10-02,holiday\n";
    let text = fs::read_to_string(&calendar).expect("exported") + days_off;
    fs::write(&calendar, text).expect("the inbox is ours");
    district.run(&["run", "--as-of", "2026-10-02"]);

    assert_eq!(
        district.history("1001"),
        [
            "2026-09-25 chronic_absence - concern crossed",
            "2026-09-30 chronic_absence concern concern left_school",
        ]
    );
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

/// What somebody's digest of a morning says below its opening words.
fn digest(district: &District, morning: &str, staff: &str) -> String {
    let file = format!("{morning}-digest-{staff}-");
    let found = district.mail().into_iter().find(|mail| mail.file.starts_with(&file));
    let text = found.map(|mail| mail.text).expect("a digest");
    let (_, said) = text.split_once("looked at 5 of 5 school days.\n\n").expect("its week");
    said.split("\n----------").next().expect("its end").to_owned()
}

#[test]
fn who_gets_worse_on_the_night_of_a_new_owner_is_the_new_owners_news_and_every_owner_before_hears_of_it() {
    let mut district = counseled(&["1001"])
        .staff("s2", "Sam Reed", "counselor")
        .staff("s3", "Tess Stone", "counselor")
        .student("1001", "Ana Alder", "9", "P")
        .incident("2026-09-15", "i1", "1001", "Fighting", "")
        .incident("2026-09-15", "i2", "1001", "Fighting", "")
        .incident("2026-09-17", "i3", "1001", "Fighting", "")
        .incident("2026-09-17", "i4", "1001", "Fighting", "")
        .init();
    district.only(&["recent_incidents"]);
    district.nights("2026-09-14", "2026-09-16");
    district.hand_over("1001", "s2", "counselor");
    district.nights("2026-09-17", "2026-09-17");
    let new_owner = district.letters_of("nightly").pop().expect("a letter");
    assert!(
        new_owner.file.starts_with("2026-09-18-nightly-s2-"),
        "{}",
        new_owner.file
    );
    // Sam Reed was never written that it was at concern, and no list says so beside the news.
    let said = "\
URGENT: 1 student

A. A., grade 9, North High
  From Maria Lopez.
- New at urgent: Recent incidents.
  Why: 4 incidents in the last 30 days, 4 this year.
";
    assert!(new_owner.text.contains(said), "{}", new_owner.text);
    assert!(district.letters_of("handover").is_empty());
    // A third owner before anybody has had a digest: both who were written hear of it, each what they knew.
    district.hand_over("1001", "s3", "counselor");
    district.nights("2026-09-18", "2026-09-18");
    assert_eq!(district.letters_of("handover").len(), 1);
    let moved = |level: &str| {
        format!(
            "\
It names 1 of your students.
This letter comes every week, even when nothing stands in it, so that you know that firstbell is at work.

NOW WITH SOMEBODY ELSE: 1 student

A. A., grade 9, North High
  Now with Tess Stone.
- At {level} when you were last written: Recent incidents.
"
        )
    };
    // The digest of the twenty-first is told from what letters had said before that morning.
    district.nights("2026-09-21", "2026-09-25");
    assert_eq!(digest(&district, "2026-09-28", "s1"), moved("concern"));
    assert_eq!(digest(&district, "2026-09-28", "s2"), moved("urgent"));
    assert!(digest(&district, "2026-09-28", "s3").contains("- Recent incidents, urgent: 1 student"));
    district.nights("2026-09-28", "2026-10-02");
    for staff in ["s1", "s2"] {
        assert!(digest(&district, "2026-10-05", staff).contains("no flag that you were written is open"));
    }
}

#[test]
fn of_a_flag_that_cleared_before_a_transfer_the_old_owner_reads_nothing_of_the_new_school() {
    let mut district = counseled(&["1001"])
        .school("200", "South High")
        .staff_at("200", "s2", "Sam Reed", "counselor", "")
        .classmates_at("200", 4)
        .student("1001", "Ana Alder", "9", "P*9 E*8 P A*2 P*9")
        .moves("2026-09-10", "200")
        .init();
    district.only(&["absence_streak"]);
    district.nights("2026-08-31", "2026-09-09");
    assert_eq!(district.letters_of("nightly").len(), 1);
    district.hand_over("1001", "s2", "counselor");
    district.nights("2026-09-10", "2026-09-11");
    let letters = district
        .mail()
        .into_iter()
        .filter(|mail| mail.file.starts_with("2026-09-14-digest-s1"));
    let said: Vec<bool> = letters.map(|mail| mail.text.contains("A. A.")).collect();
    assert_eq!(said, [false]);
}
