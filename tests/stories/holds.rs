//! What keeps news back for a while, and what is written when it no longer does.

use crate::support::District;
use crate::{counseled, only_letter};

/// The rows of the record of what waits: `1001 chronic_absence concern quieted since 2026-09-25`.
fn kept_back(district: &District) -> Vec<String> {
    let db = rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store");
    let mut rows = db
        .prepare("SELECT student_id || ' ' || rule || ' ' || level || ' ' || hold || ' since ' || since FROM kept_back ORDER BY 1")
        .expect("the table of what waits");
    let rows = rows.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

#[test]
fn a_contact_the_day_before_keeps_quiet_for_ten_school_days() {
    // The third absence of thirty days, on September 25, is a tenth; the student stays there.
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E P*8 E")
        .contact("2026-09-24", "1001", "s1", "call")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-08");
    assert_eq!(district.letters().len(), 0);
    assert_eq!(
        kept_back(&district),
        ["1001 chronic_absence concern quieted since 2026-09-25"]
    );

    // The eleventh school day after the contact.
    district.nights("2026-10-09", "2026-10-12");
    let letter = only_letter(&district);
    assert_eq!(letter.file.split("-nightly-").next(), Some("2026-10-12"));
    assert_eq!(
        letter.text,
        "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Friday, October 9, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Chronic absence.
  Held back until now: Somebody had already acted.
  Why: Absent 4 of 40 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 8 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE PPPPP PPPEP
  In words: 4 days absent excused, of 40 school days.
  Already going on: The last contact was on September 24, 2026 (call).

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn a_rise_to_urgent_does_not_stay_quiet() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E*6")
        .contact("2026-09-14", "1001", "s1", "call")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-22");
    assert_eq!(
        only_letter(&district).text,
        "\
Hello Maria Lopez,

There is news of 1 of your students, and it is urgent.
The numbers are as of Tuesday, September 22, 2026.

URGENT: 1 student

A. A., grade 9, North High
- New at urgent: Chronic absence.
  Held back until now: Somebody had already acted.
  Why: Absent 6 of 27 enrolled days (22.2 %), 0 unexcused.
  Next: Attendance team this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEEEE EE
  In words: 6 days absent excused, of 27 school days.
  Already going on: The last contact was on September 14, 2026 (call).

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

#[test]
fn a_voicemail_keeps_nothing_quiet() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E")
        .contact("2026-09-24", "1001", "s1", "Voice mail")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-28");
    assert!(only_letter(&district).file.starts_with("2026-09-28-nightly-s1-"));
}

#[test]
fn a_plan_of_thirty_school_days_that_fails_says_so() {
    let district = counseled(&["1001"])
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E P*8 E P*8 E")
        .plan("2026-09-21", "1001", "attendance", 2)
        .init();
    district.only(&["chronic_absence"]);
    // The plan's thirtieth school day is October 30.
    district.nights("2026-09-14", "2026-10-29");
    assert_eq!(district.letters().len(), 0);
    district.nights("2026-10-30", "2026-11-02");
    assert_eq!(
        only_letter(&district).text,
        "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Friday, October 30, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Chronic absence.
  Held back until now: Somebody had already acted.
  Why: Absent 5 of 55 enrolled days (9 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 8 weeks, oldest first: PPPPP PEPPP EPPPE PPPPP PPPEP PPPPP PPEPP PPPPP
  In words: 5 days absent excused, of 40 school days.
  Already going on: An intervention plan (tier 2) has been open since September 21, 2026, and it got worse.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
}

/// Two dozen students of one counselor who all fall ill on the same three days.
fn stormy() -> District {
    let mut district = District::new()
        .classmates(16)
        .staff("s1", "Maria Lopez", "counselor")
        .staff("p1", "Pat Head", "principal");
    for number in 0..24 {
        let id = format!("20{number:02}");
        // The first four had been away twice before: they reach urgent. The last twelve are then recoded.
        let days = if number < 4 { "E*2 P*20 E*3" } else { "P*22 E*3" };
        district = district
            .student(&id, "Storm Child", "9", days)
            .caseload(&id, "s1", "counselor");
    }
    district
}

#[test]
fn a_storm_writes_the_school_once_and_after_a_day_only_what_is_still_true() {
    let mut district = stormy().init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-09-17");
    let said = district.ring("2026-09-18");
    assert_eq!(said.code, 3, "{}", said.out);
    let school = district.letters_of("school-letter");
    assert_eq!(school.len(), 1);
    assert_eq!(
        school[0].text,
        "\
Hello Pat Head,

Many students of North High were flagged at once.

- Chronic absence, judged for Friday, September 18, 2026: 24 of 40 students (60 %), 4 of them at urgent.

So many at once seldom have each a cause of their own: think of an illness, a road, the weather, or of attendance that was not taken.

What happens now: nobody is written of these students one by one today. Their flags wait one school day. Those that are urgent and still so then go to their owners; the rest join the owners' weekly digests.

If you know what it was, tell the operator of firstbell, who can let the flags go out at once or discard them (`firstbell held`). An answer to data.manager@district.example reaches a person.

----------
You get this letter because the district's staff list names you for this school. It never speaks of single students. If that is wrong, answer to data.manager@district.example.
firstbell, Example School District
"
    );
    let owner = district.letters_of("nightly");
    assert_eq!(
        owner.last().map(|letter| letter.text.as_str()),
        Some("\
Hello Maria Lopez,

There is no news of single students. Much of a school was flagged at once.
The numbers are as of Friday, September 18, 2026.

FLAGGED WITH MUCH OF A SCHOOL
- 24 of your students were flagged on Friday, September 18, 2026 with much of North High, 4 of them at urgent: Chronic absence.
They wait one school day, for so many at once seldom have each a cause of their own. What is urgent and still so is written to you then; the others join your digest.

----------
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
")
    );
    // Half of them were marked absent by mistake.
    for number in 12..24 {
        district.recode(&format!("20{number:02}"), "2026-09-18", 'p');
    }
    district.ring("2026-09-21");
    assert_eq!(district.letters_of("school-letter").len(), 1);
    let owner = district.letters_of("nightly");
    assert_eq!(
        owner.last().map(|letter| letter.text.as_str()),
        Some(
            "\
Hello Maria Lopez,

There is news of 4 of your students, all of them urgent.
The numbers are as of Monday, September 21, 2026.

URGENT: 4 students

S. C., grade 9, North High
- Worse, now at urgent: Chronic absence. When you were last written it was at concern.
  Held back until now: Much of the school was flagged at once.
  Why: Absent 5 of 26 enrolled days (19.2 %), 0 unexcused.
  Next: Attendance team this week.
  Last 6 weeks, oldest first: EEPPP PPPPP PPPPP PPPPP PPEEE P
  In words: 5 days absent excused, of 26 school days.

S. C., grade 9, North High
- Worse, now at urgent: Chronic absence. When you were last written it was at concern.
  Held back until now: Much of the school was flagged at once.
  Why: Absent 5 of 26 enrolled days (19.2 %), 0 unexcused.
  Next: Attendance team this week.
  Last 6 weeks, oldest first: EEPPP PPPPP PPPPP PPPPP PPEEE P
  In words: 5 days absent excused, of 26 school days.

S. C., grade 9, North High
- Worse, now at urgent: Chronic absence. When you were last written it was at concern.
  Held back until now: Much of the school was flagged at once.
  Why: Absent 5 of 26 enrolled days (19.2 %), 0 unexcused.
  Next: Attendance team this week.
  Last 6 weeks, oldest first: EEPPP PPPPP PPPPP PPPPP PPEEE P
  In words: 5 days absent excused, of 26 school days.

S. C., grade 9, North High
- Worse, now at urgent: Chronic absence. When you were last written it was at concern.
  Held back until now: Much of the school was flagged at once.
  Why: Absent 5 of 26 enrolled days (19.2 %), 0 unexcused.
  Next: Attendance team this week.
  Last 6 weeks, oldest first: EEPPP PPPPP PPPPP PPPPP PPEEE P
  In words: 5 days absent excused, of 26 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
        )
    );
    // The eight who were ill and are neither urgent nor a mistake stand in Monday's digest, by name.
    district.nights("2026-09-22", "2026-09-25");
    let digest = district.letters_of("digest").into_iter();
    let own = digest.filter(|letter| letter.file.starts_with("2026-09-28-digest-s1-"));
    let texts: Vec<String> = own.map(|letter| letter.text).collect();
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].contains("FLAGGED ON A DAY WHEN MUCH OF THE SCHOOL WAS: 8 students\n"),
        "{}",
        texts[0]
    );
}

#[test]
fn a_stand_in_gets_exactly_the_days_away() {
    let district = District::new()
        .classmates(4)
        .away("s1", "Maria Lopez", "counselor", ("2026-09-21", "2026-09-25"), "s2")
        .staff("s2", "Sam Reed", "teacher;counselor")
        .student("1001", "Ana Alder", "9", "P*19 E P*2 E*2")
        .student("1002", "Ben Birch", "9", "P*22 E P*1 E*2")
        .student("1003", "Cy Cedar", "9", "P*28 E*4")
        .caseload("1001", "s1", "counselor")
        .caseload("1002", "s1", "counselor")
        .caseload("1003", "s1", "counselor")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-02");
    let letters: Vec<(String, String)> = district
        .letters()
        .into_iter()
        .map(|letter| (letter.file, letter.text))
        .collect();
    let letter = |at: usize| letters.get(at).map(|(file, text)| (file.as_str(), text.as_str()));
    // Ben was watched since Friday: the digest of the first day away went to Sam Reed too.
    let digests = district.letters_of("digest").into_iter();
    let of_monday: Vec<String> = digests
        .filter(|digest| digest.file.starts_with("2026-09-21-"))
        .map(|digest| digest.to)
        .collect();
    assert_eq!(of_monday, ["\"Sam Reed\" <sam.reed@district.example>"]);
    assert_eq!(
        letter(0),
        Some((
            "2026-09-18-nightly-s1-4.eml",
            "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Thursday, September 17, 2026.

CONCERN: 1 student

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 24 enrolled days (12.5 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 5 weeks, oldest first: PPPPP PPPPP PPPPP PPPPE PPEE
  In words: 3 days absent excused, of 24 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
        ))
    );
    assert_eq!(
        letter(1),
        Some((
            "2026-09-22-nightly-s2-8.eml",
            "\
Hello Sam Reed,

There is news of 1 of your students.
The numbers are as of Monday, September 21, 2026.

CONCERN: 1 student

B. B., grade 9, North High
- Worse, now at concern: Chronic absence. When you were last written it was at watch.
  Why: Absent 3 of 26 enrolled days (11.5 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PPEPE E
  In words: 3 days absent excused, of 26 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
        ))
    );
    assert_eq!(
        letter(2),
        Some((
            "2026-09-28-handover-s1-13.eml",
            "\
Hello Maria Lopez,

1 student is yours from now on.
This is what others were written of them and is still open. It is no news of last night; from here on the news of these students comes to you.
The numbers are as of Friday, September 25, 2026.

CONCERN: 1 student

B. B., grade 9, North High
  From Sam Reed.
- At concern, flagged since September 18, 2026: Chronic absence.
  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PPEPE EPPPP
  In words: 3 days absent excused, of 30 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
        ))
    );
    assert_eq!(
        letter(3),
        Some((
            "2026-09-30-nightly-s1-18.eml",
            "\
Hello Maria Lopez,

There is news of 1 of your students.
The numbers are as of Tuesday, September 29, 2026.

CONCERN: 1 student

C. C., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 4 of 32 enrolled days (12.5 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 7 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PPPPP PPPEE EE
  In words: 4 days absent excused, of 32 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
        ))
    );
    assert_eq!(letters.len(), 4);
}

#[test]
fn a_new_owner_gets_a_handover_list_and_the_old_one_hears_it_once() {
    let mut district = counseled(&["1001"])
        .staff("s2", "Sam Reed", "counselor")
        .student("1001", "Ana Alder", "9", "P*21 E P*3 E P*3 E P*4 E P*4 E")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-01");
    district.hand_over("1001", "s2", "counselor");
    district.nights("2026-10-02", "2026-10-23");
    let handover = district.letters_of("handover");
    assert_eq!(handover.len(), 1);
    assert_eq!(
        handover[0].text,
        "\
Hello Sam Reed,

1 student is yours from now on.
This is what others were written of them and is still open. It is no news of last night; from here on the news of these students comes to you.
The numbers are as of Friday, October 2, 2026.

CONCERN: 1 student

A. A., grade 9, North High
  From Maria Lopez.
- At concern, flagged since September 25, 2026: Chronic absence.
  Why: Absent 4 of 35 enrolled days (11.4 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 7 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE PPPPE
  In words: 4 days absent excused, of 35 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
    );
    let digest = |morning: &str| {
        let all = district.letters_of("digest").into_iter();
        let own = all.filter(|letter| letter.file.starts_with(&format!("{morning}-digest-s1-")));
        own.map(|letter| letter.text).collect::<Vec<String>>()
    };
    assert_eq!(digest("2026-10-12"), ["\
Hello Maria Lopez,

This is your week to Friday, October 9, 2026. firstbell looked at 5 of 5 school days.

It names 1 of your students.
This letter comes every week, even when nothing stands in it, so that you know that firstbell is at work.

NOW WITH SOMEBODY ELSE: 1 student

A. A., grade 9, North High
  Now with Sam Reed.
- At concern when you were last written: Chronic absence.

----------
You get this letter every week because the district's routes name you for students. If that is wrong, answer to data.manager@district.example.
firstbell, Example School District
"]);
    assert_eq!(digest("2026-10-19"), ["\
Hello Maria Lopez,

This is your week to Friday, October 16, 2026. firstbell looked at 5 of 5 school days.

Nothing is new of your students, and no flag that you were written is open.
This letter comes every week, even when nothing stands in it, so that you know that firstbell is at work.

----------
You get this letter every week because the district's routes name you for students. If that is wrong, answer to data.manager@district.example.
firstbell, Example School District
"]);
}

#[test]
fn an_urgent_flag_that_nobody_acts_on_is_brought_to_mind_then_told_to_the_principal() {
    let district = counseled(&["1001", "1002"])
        .staff("p1", "Pat Head", "principal")
        .student("1001", "Ana Alder", "9", "E*6")
        .student("1002", "Ben Birch", "9", "P")
        .contact("2026-09-14", "1002", "s1", "call")
        .init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-02");
    let reminders: Vec<String> = district
        .letters_of("reminder")
        .iter()
        .map(|letter| format!("{} {}\n{}", letter.file, letter.to, letter.text))
        .collect();
    assert_eq!(
        reminders,
        [
"\
2026-09-22-reminder-s1-8.eml \"Maria Lopez\" <maria.lopez@district.example>
Hello Maria Lopez,

1 student is still urgent, and no contact is on file since this was first written.
If somebody was in touch, note it in the district's contacts and no reminder follows.
The numbers are as of Monday, September 21, 2026.

URGENT: 1 student

A. A., grade 9, North High
- Still at urgent, flagged since September 14, 2026: Chronic absence.
  Why: Absent 6 of 26 enrolled days (23 %), 0 unexcused.
  Next: Attendance team this week.
  Last 6 weeks, oldest first: EEEEE EPPPP PPPPP PPPPP PPPPP P
  In words: 6 days absent excused, of 26 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students, or its staff list for those who have them. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
",
"\
2026-09-29-reminder-p1-15.eml \"Pat Head\" <pat.head@district.example>
Hello Pat Head,

1 student is still urgent, and no contact is on file since this was first written.
If somebody was in touch, note it in the district's contacts and no reminder follows.
The numbers are as of Monday, September 28, 2026.

OTHERS WERE REMINDED OF THESE, AND STILL NO CONTACT IS ON FILE: 1 student

A. A., grade 9, North High
  Written to Maria Lopez.
- Still at urgent, flagged since September 14, 2026: Chronic absence.
  Why: Absent 6 of 31 enrolled days (19.3 %), 0 unexcused.
  Next: Attendance team this week.
  Last 7 weeks, oldest first: EEEEE EPPPP PPPPP PPPPP PPPPP PPPPP P
  In words: 6 days absent excused, of 31 school days.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students, or its staff list for those who have them. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"
        ]
    );
}

#[test]
fn what_a_person_can_carry_a_week_is_written_and_the_rest_joins_the_digest() {
    let mut district = District::new()
        .classmates(4)
        .staff_at("100", "s1", "Maria Lopez", "counselor", "2");
    for number in 1..=4 {
        let id = format!("100{number}");
        district = district
            .student(&id, "Ana Alder", "9", "P*21 E P*3 E P*3 E")
            .caseload(&id, "s1", "counselor");
    }
    let district = district.init();
    district.only(&["chronic_absence"]);
    district.nights("2026-09-14", "2026-10-05");
    let letters: Vec<String> = district.letters().iter().map(|letter| letter.text.clone()).collect();
    assert_eq!(
        letters,
        ["\
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

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE
  In words: 3 days absent excused, of 30 school days.

2 more students wait for your digest: staff.csv says how many you can carry a week.

----------
In the strips: P present; E absent excused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
"]
    );
    let digests = district.letters_of("digest").into_iter();
    let digests: Vec<String> = digests
        .filter(|letter| letter.file.starts_with("2026-09-28"))
        .map(|letter| letter.text)
        .collect();
    assert_eq!(digests, ["\
Hello Maria Lopez,

This is your week to Friday, September 25, 2026. firstbell looked at 5 of 5 school days.

It names 2 of your students.
This letter comes every week, even when nothing stands in it, so that you know that firstbell is at work.

MORE THAN YOU SAID YOU CAN CARRY: 2 students

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE
  In words: 3 days absent excused, of 30 school days.

A. A., grade 9, North High
- New at concern: Chronic absence.
  Why: Absent 3 of 30 enrolled days (10 %), 0 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Last 6 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PEPPP EPPPE
  In words: 3 days absent excused, of 30 school days.

----------
In the strips: P present; E absent excused.
You get this letter every week because the district's routes name you for students. If that is wrong, answer to data.manager@district.example.
firstbell, Example School District
"]);
}
