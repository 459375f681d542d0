//! Letters of each kind, word for word.

use super::*;

const FOOT: &str = "\
----------
In the strips: P present; A absent unexcused; E absent excused; T tardy.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
";

fn text(letter: &Letter, show: Show) -> String {
    composed(letter, &Settings { show, ..settings() }).text
}

#[test]
fn a_nightly_letter() {
    let expected = format!(
        "\
Hello Maria Lopez,

There is news of 2 of your students, 1 of them urgent.
The numbers are as of Thursday, November 19, 2026.

URGENT: 1 student

J. D., grade 9, Cedar High, homeroom 204
- Worse, now at urgent: Chronic absence. When you were last written it was at concern.
  Why: Absent 9 of 45 enrolled days (20 %), 6 unexcused.
  Next: Attendance team this week.
  With it: New at concern: Unexcused in a row. 2 unexcused days in a row.
  Last 8 weeks, oldest first: PPPPP PPAPP PPPPP PPPP PEPPP PPAAP PPTPA PAAPA
  In words: 7 days absent unexcused, 1 day absent excused, 1 day tardy, of 39 school days.
  Already going on: Plan \"check-in\" since October 2, led by Sam Reed.
  Look up: https://sis.district.example/student?id=700123

CONCERN: 1 student

Ø. D., grade 9, Cedar High, homeroom 204
- New at concern: Chronic absence.
  Held back until now: A plan was open until November 18, 2026.
  Why: Absent 5 of 45 enrolled days (11.1 %), 1 unexcused. Urgent begins at 20.
  Next: Call home this week.
  Also open: Recent incidents, at watch, flagged since October 2, 2026.
  Also: Another area is also flagged: ask Sam Reed.
  Look up: https://sis.district.example/student?id=700456

FLAGGED WITH MUCH OF A SCHOOL
- 12 of your students were flagged on Wednesday, November 18, 2026 with much of Cedar High, 3 of them at urgent: Absent three days in a row.
They wait one school day, for so many at once seldom have each a cause of their own. What is urgent and still so is written to you then; the others join your digest.

4 more students wait for your digest: staff.csv says how many you can carry a week.

Please bear in mind what is missing tonight:
- The grades file is two days late.

{FOOT}"
    );
    assert_eq!(text(&nightly(), Show::Initials), expected);
}

#[test]
fn by_id_the_student_is_a_number_and_nothing_else_changes() {
    let expected = text(&nightly(), Show::Initials)
        .replace("J. D.,", "Student 700123,")
        .replace("Ø. D.,", "Student 700456,");
    assert_eq!(text(&nightly(), Show::Id), expected);
}

#[test]
fn a_name_never_stands_with_an_id() {
    let letter = composed(
        &nightly(),
        &Settings {
            show: Show::Names,
            ..settings()
        },
    );
    let whole = format!("{}{}", letter.text, letter.html);
    assert!(
        letter
            .text
            .contains("\nJamila Dawson, grade 9, Cedar High, homeroom 204\n")
    );
    assert!(
        letter
            .html
            .contains("<h3><bdi>Øyvind de la Cruz, grade 9, Cedar High, homeroom 204</bdi></h3>")
    );
    assert!(!whole.contains("700123") && !whole.contains("700456"));
    for show in [Show::Initials, Show::Id, Show::Counts] {
        let letter = composed(&nightly(), &Settings { show, ..settings() });
        let whole = format!("{}{}{}", letter.text, letter.html, letter.subject);
        assert!(!whole.contains("Jamila") && !whole.contains("Cruz"), "{show:?}");
    }
}

#[test]
fn as_counts_a_letter_holds_no_student() {
    let expected = "\
Hello Maria Lopez,

There is news of 2 of your students, 1 of them urgent.
The numbers are as of Thursday, November 19, 2026.

FLAGGED WITH MUCH OF A SCHOOL
- 12 of your students were flagged on Wednesday, November 18, 2026 with much of Cedar High, 3 of them at urgent: Absent three days in a row.
They wait one school day, for so many at once seldom have each a cause of their own. What is urgent and still so is written to you then; the others join your digest.

4 more students wait for your digest: staff.csv says how many you can carry a week.

By rule and level, without students, as the district has chosen:
- Chronic absence, urgent: 1 student
- Chronic absence, concern: 1 student
- Unexcused in a row, concern: 1 student

Please bear in mind what is missing tonight:
- The grades file is two days late.

----------
You get this letter because the district's routes name you for these flags. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
";
    assert_eq!(text(&nightly(), Show::Counts), expected);
    let html = composed(
        &nightly(),
        &Settings {
            show: Show::Counts,
            ..settings()
        },
    )
    .html;
    assert!(!html.contains("700123") && !html.contains("homeroom") && !html.contains("Sam Reed"));
}

#[test]
fn a_student_without_a_name_on_file_is_still_told() {
    let mut letter = nightly();
    letter.content.entries.truncate(1);
    letter.content.entries[0].student_id = "999".to_owned();
    letter.content.entries[0].grade = String::new();
    let label = "\nA student whose name is not on file, grade not known, Cedar High\n";
    for show in [Show::Initials, Show::Names] {
        let text = text(&letter, show);
        assert!(text.contains(label) && text.contains("?id=999\n"), "{text}");
    }
}

#[test]
fn a_starting_list() {
    let mut letter = with_counts(letter(Kind::StartingList));
    letter.content.headline = "the rule \"Chronic absence\" was changed on November 18".to_owned();
    let mut first = entry("700123", "Chronic absence", Level::Urgent);
    first.reason = Reason::Baseline;
    let mut second = entry("700456", "Chronic absence", Level::Watch);
    second.reason = Reason::RuleChanged;
    second.because = "absent 4 of 45 enrolled days (8.8 %), none unexcused".to_owned();
    second.next = String::new();
    letter.content.entries = vec![first, second];
    let expected = "\
Hello Maria Lopez,

The rule \"Chronic absence\" was changed on November 18.

This is a starting list: who of your students is flagged today, 2 students, 1 of them urgent. It is where you begin, not news of last night, and it need not all be done today. From here on you are written only when something changes.
The numbers are as of Thursday, November 19, 2026.

URGENT: 1 student

J. D., grade 9, Cedar High, homeroom 204
- At urgent: Chronic absence.
  Why: Absent 9 of 45 enrolled days (20 %), 6 unexcused.
  Next: Attendance team this week.
  Look up: https://sis.district.example/student?id=700123

WATCH: 1 student

Ø. D., grade 9, Cedar High, homeroom 204
- At watch under the changed rule: Chronic absence.
  Why: Absent 4 of 45 enrolled days (8.8 %), none unexcused.
  Look up: https://sis.district.example/student?id=700456

Also flagged, told as counts so that this list stays short:
- Chronic absence, concern: 2 students
- Chronic absence, watch: 7 students
- Tardies, watch: 1 student

----------
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Cedar Valley Schools
";
    assert_eq!(text(&letter, Show::Initials), expected);
    // As counts, those told one by one join those told as counts: 7 + 1 at watch.
    let counted = text(&letter, Show::Counts);
    assert!(counted.contains("- Chronic absence, urgent: 1 student\n- Chronic absence, concern: 2 students\n"));
    assert!(counted.contains("- Chronic absence, watch: 8 students\n- Tardies, watch: 1 student\n"));
}

#[test]
fn an_operators_report() {
    let mut letter = letter(Kind::OperatorReport);
    letter.to_name = String::new();
    letter.content.report = vec![
        line("round", "3 letters were posted"),
        line("rules", "the rule `low_average` was set aside: it does not compile"),
        line("feeds", "the grades file did not come"),
        line("feeds", "12 rows bear the code `UV`, which is in no table"),
        line("weather", "it rains"),
    ];
    let expected = "\
Hello,

This is what you should know of last night's round. The facts are as of Thursday, November 19, 2026.

Files from the SIS
- The grades file did not come.
- 12 rows bear the code `UV`, which is in no table.

Rules
- The rule `low_average` was set aside: it does not compile.

The round
- 3 letters were posted.

weather
- It rains.

----------
You get this letter because you are named as the operator of firstbell at Cedar Valley Schools. It never speaks of single students.
firstbell, Cedar Valley Schools
";
    assert_eq!(text(&letter, Show::Names), expected);
    letter.content.report.clear();
    assert!(text(&letter, Show::Names).contains("Last night's round is done, and nothing in it needs you."));
}

#[test]
fn the_html_says_what_the_text_says() {
    let letter = composed(&nightly(), &settings());
    // The strip stands as cells, the link as a link, headings as headings; every other line is there in words.
    let shaped = [
        "URGENT",
        "CONCERN",
        "FLAGGED WITH",
        "  Last 8",
        "  In words",
        "  Look up",
        "-----",
    ];
    let html = letter
        .html
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&#160;", " ")
        .replace('’', "'");
    for line in letter.text.lines().filter(|line| !line.is_empty()) {
        if shaped.iter().any(|shape| line.starts_with(shape)) {
            continue;
        }
        let words = line.trim_start_matches(['-', ' ']);
        assert!(html.contains(words), "{words}");
    }
    assert!(html.contains("<caption>Last 8 weeks, oldest first: 7 days absent unexcused"));
    assert_eq!(html.matches("title=\"absent unexcused\">A</td>").count(), 7);
    assert_eq!(html.matches("<td class=\"present\">P</td>").count(), 30);
}

#[test]
fn the_largest_letter_is_not_clipped_by_mail_readers() {
    let mut letter = letter(Kind::Nightly);
    for student in 0..25 {
        let mut first = entry(&format!("7{student:05}"), "Chronic absence", Level::Urgent);
        first.strip = ["PPAPP"; 8].join(" ");
        first.going_on = vec!["Plan check-in since October 2, led by Sam Reed".to_owned()];
        letter.content.entries.push(first);
        for title in ["Core courses failing", "Recent incidents"] {
            letter
                .content
                .entries
                .push(entry(&format!("7{student:05}"), title, Level::Concern));
        }
    }
    let html = composed(&letter, &settings()).html;
    // Gmail hides what lies past 102 kB.
    assert!(html.len() < 102_000, "{}", html.len());
}

#[test]
fn what_is_new_stands_first_whatever_made_it_news() {
    let said = |reason, level, before| {
        let mut letter = letter(Kind::Nightly);
        let mut entry = entry("700123", "Tardies", level);
        entry.reason = reason;
        entry.before = before;
        letter.content.entries = vec![entry];
        let text = text(&letter, Show::Initials);
        text.lines()
            .find_map(|line| line.strip_prefix("- "))
            .expect("a sentence")
            .to_owned()
    };
    let was = "When you were last written it was at concern.";
    let (concern, urgent) = (Level::Concern, Level::Urgent);
    assert_eq!(said(Reason::Crossed, concern, None), "New at concern: Tardies.");
    assert_eq!(said(Reason::Worsened, urgent, None), "New at urgent: Tardies.");
    assert_eq!(
        said(Reason::Worsened, urgent, Some(concern)),
        format!("Worse, now at urgent: Tardies. {was}")
    );
    // Held back until tonight: new to the reader, and since when.
    assert_eq!(
        said(Reason::Still, concern, None),
        "New to you, at concern, flagged since November 19, 2026: Tardies."
    );
    assert_eq!(
        said(Reason::Still, urgent, Some(concern)),
        format!("Worse, at urgent, flagged since November 19, 2026: Tardies. {was}")
    );
    assert_eq!(
        said(Reason::Resumed, concern, Some(concern)),
        "Back at school, at concern: Tardies."
    );
    assert_eq!(
        said(Reason::RuleChanged, urgent, Some(concern)),
        format!("At urgent under the changed rule: Tardies. {was}")
    );
}
