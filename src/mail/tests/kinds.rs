//! The letters that are no news of one night, word for word; and that every kind says in HTML what it says in text.

use super::*;
use crate::outbox::Group;

fn text(kind: Kind) -> String {
    let letter = composed_example(&example_of(kind), &settings());
    let head =
        "Hello Maria Lopez,\n\nThis is an example: the students in it are made up, and it is sent to nobody.\n\n";
    letter.text.strip_prefix(head).expect("an example says so").to_owned()
}

const STRIPS: &str = "\
----------
In the strips: P present; A absent unexcused; h partly absent unexcused; E absent excused; U absent and not yet verified; S suspended; T tardy.
";

#[test]
fn a_digest() {
    let strip = "  Last 8 weeks, oldest first: PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPU hAAPS
  In words: 5 days absent unexcused, 1 day partly absent unexcused, 1 day absent excused, 1 day absent and not yet verified, 1 day suspended, 1 day tardy, of 39 school days.\n";
    let expected = format!(
        "\
This is your week to Thursday, November 19, 2026. firstbell looked at 4 of 5 school days.

It names 6 of your students.
This letter comes every week, even when nothing stands in it, so that you know that firstbell is at work.

URGENT, AND NO CONTACT IS ON FILE FOR TEN SCHOOL DAYS: 1 student

A. A., grade 9, Example High, homeroom 204
- Still at urgent, flagged since November 4, 2026: Chronic absence.
  Why: Absent 9 of 45 enrolled days (20 %), 6 unexcused, 3 excused.
  Next: Attendance team this week.
{strip}  Look up: https://sis.district.example/student?id=example_1

NEWLY ON WATCH: 1 student

B. B., grade 10, Example High, homeroom 310
- New at watch: Core courses failing.
  Why: 2 core courses below 60: Algebra I (52), English 9 (55).
  Next: Talk with the teachers of these courses.
  Look up: https://sis.district.example/student?id=example_2

FLAGGED ON A DAY WHEN MUCH OF THE SCHOOL WAS: 1 student

B. B., grade 10, Example High, homeroom 310
- New at concern: Chronic absence.
  Why: Absent 6 of 45 enrolled days (13.3 %), 4 unexcused, 2 excused. Urgent begins at 20.
  Next: Attendance team this week.
{strip}  Look up: https://sis.district.example/student?id=example_2

MORE THAN YOU SAID YOU CAN CARRY: 1 student

D. D., grade 9, Example High, homeroom 206
- New at concern: Core courses failing.
  Why: 2 core courses below 60: Algebra I (52), English 9 (55).
  Next: Talk with the teachers of these courses.
  Look up: https://sis.district.example/student?id=example_4

BETTER: 1 student

C. C., grade 11, Example High
- Better, now at watch: Chronic absence. When you were last written it was at concern.
  Why: Absent 4 of 45 enrolled days (8.8 %), 2 unexcused, 2 excused. Concern begins at 10.
  Next: Attendance team this week.
{strip}  Look up: https://sis.district.example/student?id=example_3

NO LONGER FLAGGED: 1 student

D. D., grade 9, Example High, homeroom 206
- Better, no longer flagged: Chronic absence. When you were last written it was at concern.
  Why: Absent 3 of 45 enrolled days (6.6 %), 1 unexcused, 2 excused.
{strip}  Look up: https://sis.district.example/student?id=example_4

CORRECTED, IT HAD NOT BEEN SO: 1 student

E. E., grade 12, Example High, homeroom 118
- Corrected, no longer flagged: Chronic absence. The facts behind it changed.
  Why: Absent 3 of 45 enrolled days (6.6 %), 1 unexcused, 2 excused.
{strip}  Look up: https://sis.district.example/student?id=example_5

LEFT SCHOOL: 1 student

E. E., grade 12, Example High, homeroom 118
- Left school with an open flag: Chronic absence. When you were last written it was at concern.
  Why: Absent 3 of 45 enrolled days (6.6 %), 1 unexcused, 2 excused.
{strip}  Look up: https://sis.district.example/student?id=example_5

NOW WITH SOMEBODY ELSE: 1 student

F. F., grade 10, Example High, homeroom 312
  Now with Sam Reed.
- At concern when you were last written: Chronic absence.

Also open, as counts: other flags of your students that were written before.
- Chronic absence, concern: 2 students
- Chronic absence, watch: 7 students
- Tardies, watch: 1 student

You asked for silence:
- Silence 3 about one student until December 9, 2026: the family has moved for a month.

{STRIPS}\
You get this letter every week because the district's routes name you for students. If that is wrong, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
"
    );
    assert_eq!(text(Kind::Digest), expected);
}

#[test]
fn a_digest_in_which_nothing_stands_is_the_proof_of_life() {
    let mut letter = letter(Kind::Digest);
    letter.content.nights = Some((5, 5));
    let expected = "\
Hello Maria Lopez,

This is your week to Thursday, November 19, 2026. firstbell looked at 5 of 5 school days.

Nothing is new of your students, and no flag that you were written is open.
This letter comes every week, even when nothing stands in it, so that you know that firstbell is at work.

----------
You get this letter every week because the district's routes name you for students. If that is wrong, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
";
    let composed = composed(&letter, &settings());
    assert_eq!(composed.text, expected);
    assert_eq!(composed.subject, "firstbell: your week to 2026-11-19, nothing new");
}

#[test]
fn a_school_letter_counts_and_names_nobody() {
    let expected = "\
Many students of Example High were flagged at once.

- Absent three days in a row, judged for Thursday, November 19, 2026: 62 of 240 students (25 %), 14 of them at urgent.

So many at once seldom have each a cause of their own: think of an illness, a road, the weather, or of attendance that was not taken.

What happens now: nobody is written of these students one by one today. Their flags wait one school day. Those that are urgent and still so then go to their owners; the rest join the owners' weekly digests.

If you know what it was, tell the operator of firstbell, who can let the flags go out at once or discard them (`firstbell held`). An answer to data.manager@district.example reaches a person.

----------
You get this letter because the district's staff list names you for this school. It never speaks of single students. If that is wrong, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
";
    assert_eq!(text(Kind::SchoolLetter), expected);
}

#[test]
fn a_team_list_goes_by_areas_and_says_what_plan_there_is() {
    let strip = "  Last 8 weeks, oldest first: PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPU hAAPS
  In words: 5 days absent unexcused, 1 day partly absent unexcused, 1 day absent excused, 1 day absent and not yet verified, 1 day suspended, 1 day tardy, of 39 school days.\n";
    let expected = format!(
        "\
This is the month's list for the team of Example High: 2 students, 1 of them urgent.
It says whose flags are open, those in most areas first, and what plan there is. It holds only what was written to somebody before.
The numbers are as of Thursday, November 19, 2026.

TWO AREAS: 1 student

A. A., grade 9, Example High, homeroom 204
- At urgent, flagged since October 20, 2026: Chronic absence.
  Why: Absent 9 of 45 enrolled days (20 %), 6 unexcused, 3 excused.
  Next: Attendance team this week.
  Plan: An intervention plan (tier 2) has been open since October 30, 2026.
- At concern, flagged since November 7, 2026: Core courses failing.
  Why: 2 core courses below 60: Algebra I (52), English 9 (55).
  Next: Talk with the teachers of these courses.
  No plan.
{strip}  Look up: https://sis.district.example/student?id=example_1

ONE AREA: 1 student

B. B., grade 10, Example High, homeroom 310
- At concern, flagged since November 10, 2026: Chronic absence.
  Why: Absent 6 of 45 enrolled days (13.3 %), 4 unexcused, 2 excused. Urgent begins at 20.
  Next: Attendance team this week.
  No plan.
{strip}  Look up: https://sis.district.example/student?id=example_2

Also flagged, told as counts so that this list stays short:
- Chronic absence, concern: 2 students
- Chronic absence, watch: 7 students
- Tardies, watch: 1 student

{STRIPS}\
You get this list every month because the district's staff list names you for this school's team. If that is wrong, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
"
    );
    assert_eq!(text(Kind::TeamList), expected);
}

#[test]
fn reminders_and_handover_lists_say_whose_it_is() {
    let reminder = text(Kind::Reminder);
    let opening = "\
2 students are still urgent, and no contact is on file since this was first written.
If somebody was in touch, note it in the district's contacts and no reminder follows.
The numbers are as of Thursday, November 19, 2026.

URGENT: 1 student

A. A., grade 9, Example High, homeroom 204
- Still at urgent, flagged since November 5, 2026: Chronic absence.
";
    assert!(reminder.starts_with(opening), "{reminder}");
    let escalated = "
OTHERS WERE REMINDED OF THESE, AND STILL NO CONTACT IS ON FILE: 1 student

B. B., grade 10, Example High, homeroom 310
  Written to Sam Reed.
- Still at urgent, flagged since November 5, 2026: Chronic absence.
";
    assert!(reminder.contains(escalated), "{reminder}");
    let handover = text(Kind::Handover);
    let opening = "\
2 students are yours from now on.
This is what others were written of them and is still open. It is no news of last night; from here on the news of these students comes to you.
The numbers are as of Thursday, November 19, 2026.

URGENT: 1 student

A. A., grade 9, Example High, homeroom 204
  From Sam Reed.
- At urgent, flagged since November 5, 2026: Chronic absence.
";
    assert!(handover.starts_with(opening), "{handover}");
}

#[test]
fn every_kind_says_in_html_what_it_says_in_text() {
    // Headings, tables, strips and links have shapes of their own there.
    let is_shaped = |line: &str| {
        let first = line.split(' ').next().unwrap_or_default();
        let is_heading = first.len() > 1 && first.chars().all(|c| c.is_uppercase() || matches!(c, ',' | ':'));
        let shapes = [
            "  Last 8",
            "  In words",
            "  Look up",
            "-----",
            "Also open, as",
            "Also flagged, told",
            "This is a starting list",
            "You asked for silence",
        ];
        is_heading || shapes.iter().any(|shape| line.starts_with(shape))
    };
    let counted = |line: &str| line.starts_with("- ") && (line.ends_with(" students") || line.ends_with(" student"));
    for kind in Kind::ALL {
        let letter = composed_example(&example_of(kind), &settings());
        let html = (letter
            .html
            .replace("&#x27;", "'")
            .replace("&quot;", "\"")
            .replace("&#160;", " "))
        .replace("&#x2f;", "/")
        .replace('’', "'")
        .replace("<code>", "`")
        .replace("</code>", "`");
        for line in letter.text.lines().filter(|line| !line.is_empty()) {
            if is_shaped(line) || counted(line) || (kind == Kind::SchoolLetter && line.starts_with("- ")) {
                continue;
            }
            // A heading and the sentence behind it may stand in one line of the text.
            let mut sentences = line.trim_start_matches(['-', ' ']).trim_end_matches(':').split(". ");
            assert!(sentences.all(|words| html.contains(words)), "{kind:?}: {line}");
        }
    }
}

#[test]
fn a_reader_who_lost_a_student_reads_no_numbers_of_it() {
    let mut letter = example_of(Kind::Digest);
    letter.content.entries.retain(|entry| entry.group == Group::Moved);
    for entry in &mut letter.content.entries {
        entry.next = "Call home.".to_owned();
        entry.edge = "urgent begins at 20".to_owned();
        entry.open = vec!["Tardies, at watch".to_owned()];
        entry.ask = vec!["Sam Reed".to_owned()];
        entry.going_on = vec!["The last contact was on 2026-11-02.".to_owned()];
    }
    let letter = composed_example(&letter, &settings());
    for part in [&letter.text, &letter.html] {
        let told = [
            "45 enrolled",
            "Call home",
            "begins at",
            "Tardies",
            "Another area",
            "last contact",
            "strips",
        ];
        assert!(part.contains("Now with Sam Reed."), "{part}");
        // The counts are the reader's own other flags.
        let students = part.split("Also open, as counts").next().unwrap_or_default();
        assert!(!told.iter().any(|words| students.contains(words)), "{part}");
    }
}

#[test]
fn several_flags_of_one_area_are_one_entry_and_the_worst_stands_first() {
    let mut letter = letter(Kind::Nightly);
    let mut course = entry("700123", "Core courses failing", Level::Concern);
    course.area = Area("course".to_owned());
    letter.content.entries = vec![
        entry("700123", "Unexcused in a row", Level::Concern),
        course,
        entry("700123", "Chronic absence", Level::Urgent),
        entry("700123", "Tardies", Level::Concern),
    ];
    let text = composed(&letter, &settings()).text;
    let heads: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("- ") || line.starts_with("  With it"))
        .collect();
    let why = "Absent 9 of 45 enrolled days (20 %), 6 unexcused.";
    assert_eq!(
        heads,
        [
            "- New at urgent: Chronic absence.",
            &format!("  With it: New at concern: Unexcused in a row. {why}"),
            &format!("  With it: New at concern: Tardies. {why}"),
            "- New at concern: Core courses failing.",
        ]
    );
}
