//! Files that are not believed: held until a person or a better file says otherwise, and as if nothing had been until then.

#[path = "support/mod.rs"]
mod support;

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use firstbell::round::{self, Order, Rung, Setup};
use support::{District, Said, date};

/// Sixty-one students with a mark each; on the night of September 28 the mark of 1000 falls below 60.
fn marks() -> District {
    let mut district = District::new()
        .staff("T1", "Ann Lee", "counselor")
        .term("Q1", "2026-08-17", "2026-10-16")
        .student("1000", "Zebulon Quillfeather", "9", "P")
        .classmates(60)
        .undated_mark("2026-09-01", "1000", "math", "Q1", "88")
        .undated_mark("2026-09-28", "1000", "math", "Q1", "50");
    for number in 0..60 {
        district = district.undated_mark("2026-09-01", &format!("7100{number:02}"), "math", "Q1", "88");
    }
    district
}

/// The home of such a district after its first night, on which nobody is flagged.
fn first_night(district: District) -> District {
    let district = district.init();
    district.changes(&["core_failure"], "[core_failure]\nafter = 1\n");
    district.night("2026-09-25");
    assert!(district.letters().is_empty());
    district
}

/// Tonight's exports, one file of them cut to so many rows.
fn cut(district: &District, day: &str, file: &str, rows: usize) {
    district.export(day);
    keep_rows(district, file, |at, _| at < rows);
}

/// Leaves the rows of an inbox file that are wanted; rows are counted from 0.
fn keep_rows(district: &District, file: &str, wanted: impl Fn(usize, &str) -> bool) {
    let path = district.home().join("inbox").join(file);
    let text = fs::read_to_string(&path).expect("an export");
    let mut lines = text.lines();
    let mut kept = format!("{}\n", lines.next().expect("a header"));
    for (_, line) in lines.enumerate().filter(|(at, line)| wanted(*at, line)) {
        kept += line;
        kept += "\n";
    }
    fs::write(path, kept).expect("the inbox is ours");
}

fn run(district: &District, day: &str) -> Said {
    let said = district.run(&["run", "--as-of", day]);
    assert_eq!(said.err, "", "{}", said.out);
    said
}

#[track_caller]
fn asks(district: &District, arguments: &[&str], code: i32) -> String {
    let said = district.run(arguments);
    assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
    said.out
}

/// What is held to be true of everybody, and everything that was ever decided.
fn believed(district: &District) -> Vec<String> {
    let listing = |what: &str| district.run(&["--format", "csv", what]).out;
    vec![
        listing("standing"),
        listing("verdicts"),
        district.history("1000").join("\n"),
    ]
}

/// To whom, subject and text of every letter to an owner.
fn letters(district: &District) -> Vec<(String, String, String)> {
    let letters = district.letters().into_iter();
    letters.map(|mail| (mail.to, mail.subject, mail.text)).collect()
}

fn last_report(district: &District) -> String {
    let mut reports = district
        .mail()
        .into_iter()
        .filter(|mail| mail.file.contains("operator"));
    reports.next_back().expect("a report").text
}

const SHRANK: &str = "the file has 30 rows of Q1; the last one had 61, and `shrink_percent` is 10";

#[test]
fn a_held_night_changes_nothing_and_released_it_gives_what_it_would_have_given() {
    let without = first_night(marks());
    let path = without.home().join("firstbell.toml");
    let config = fs::read_to_string(&path).expect("the configuration");
    let grades = "files = \"grades*.csv\"\n";
    let config = config.replace(grades, &format!("{grades}gates = {{ shrink_percent = false }}\n"));
    fs::write(&path, config).expect("the configuration is ours");
    cut(&without, "2026-09-28", "grades.csv", 30);
    assert_eq!(run(&without, "2026-09-28").code, 0);
    assert_eq!(letters(&without).len(), 1, "one letter: mathematics of 1000");

    let district = first_night(marks());
    let before = believed(&district);
    cut(&district, "2026-09-28", "grades.csv", 30);
    let said = run(&district, "2026-09-28");
    let problem = said.out.lines().find(|line| line.starts_with("waits: "));
    let release = "if it is right: `firstbell held release grades.csv`";
    let told = format!(
        "waits: grades.csv: {SHRANK} — see whether the export broke off, and put a whole one into the inbox; {release} [file-shrank]"
    );
    assert_eq!((said.code, problem), (3, Some(told.as_str())), "{}", said.out);
    assert_eq!(
        (&before[0], &before[2]),
        (&believed(&district)[0], &believed(&district)[2])
    );
    let held = asks(&district, &["--format", "csv", "verdicts"], 0);
    let of_rule: Vec<&str> = held.lines().filter(|line| line.contains(",core_failure,")).collect();
    assert_eq!(of_rule.len(), 61);
    assert!(of_rule.iter().all(|line| line.contains(",held,")), "{held}");
    assert!(district.letters().is_empty());
    let report = last_report(&district);
    assert!(
        report.contains(&format!("Grades.csv: {SHRANK}")) || report.contains(SHRANK),
        "{report}"
    );
    assert!(report.contains(release), "{report}");

    let list = asks(&district, &["held", "list"], 3);
    assert_eq!(
        list,
        format!(
            "held  what  name        feed    school  since       state  gate         rows  last_rows  why\n\
             1     file  grades.csv  grades          2026-09-28  held   file-shrank  30    61         {SHRANK}\n"
        )
    );
    let status = asks(&district, &["status"], 3);
    let line = format!("  held        grades.csv: since 2026-09-28, {SHRANK}");
    assert!(status.lines().any(|found| found == line), "{status}");
    let status = asks(&district, &["--format", "json", "status"], 3);
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["held"][0]["gate"], "file-shrank");
    assert_eq!(status["freshness"]["100"]["attendance"], "2026-09-28");

    // A second round of the same night says nothing new.
    let mail = district.mail().len();
    assert_eq!(run(&district, "2026-09-28").code, 3);
    assert_eq!(district.mail().len(), mail);

    // It waits at home, where the student system cannot write over it.
    assert!(!district.home().join("inbox/grades.csv").exists());
    let said = asks(
        &district,
        &["held", "release", "grades.csv", "--by", "Dana", "--why", "new courses"],
        0,
    );
    assert_eq!(
        said,
        "grades.csv is released: the next round believes it (`firstbell run`).\n"
    );
    let said = run(&district, "2026-09-28");
    assert_eq!(said.code, 0, "{}", said.out);
    assert_eq!(believed(&district), believed(&without));
    assert_eq!(letters(&district), letters(&without));
    assert_eq!(asks(&district, &["held", "list"], 0), "Nothing is held.\n");
    let kept = fs::read_dir(district.home().join("var/held")).expect("the folder");
    assert_eq!(kept.count(), 0, "nobody waits for the bytes any more");
}

#[test]
fn a_discarded_file_is_never_asked_for_again_and_a_better_one_ends_the_hold() {
    let district = first_night(marks());
    cut(&district, "2026-09-28", "grades.csv", 30);
    assert_eq!(run(&district, "2026-09-28").code, 3);
    let said = asks(&district, &["held", "discard", "1"], 0);
    assert_eq!(
        said,
        "grades.csv is discarded: it is never read, and what was believed last stands.\n"
    );
    let said = run(&district, "2026-09-28");
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(district.letters().is_empty(), "the mark of 88 stands");
    let verdicts = asks(&district, &["--format", "csv", "verdicts", "--student", "1000"], 0);
    assert!(verdicts.contains("core_failure,clear"), "{verdicts}");

    // A shorter one again, other bytes: asked for. Then the whole file: believed.
    cut(&district, "2026-09-29", "grades.csv", 29);
    assert_eq!(run(&district, "2026-09-29").code, 3);
    let said = district.ring("2026-09-29");
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(asks(&district, &["held", "list"], 0), "Nothing is held.\n");
    assert_eq!(letters(&district).len(), 1);
}

#[test]
fn a_file_with_nothing_to_believe_is_not_released() {
    let district = first_night(marks());
    district.export("2026-09-28");
    fs::write(district.home().join("inbox/grades.csv"), "").expect("the inbox is ours");
    assert_eq!(run(&district, "2026-09-28").code, 3);
    let said = district.run(&["held", "release", "grades.csv"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (
            1,
            "error: grades.csv: cannot be released: the file is empty — put a whole file into the inbox, or `firstbell held discard 1` \
             [held-unusable]\n"
        )
    );
    let said = district.run(&["held", "release", "marks.csv"]);
    assert_eq!(
        (said.code, said.err.as_str()),
        (
            1,
            "error: firstbell: nothing that is held is called `marks.csv` — `firstbell held list` shows numbers and names \
             [held-unknown]\n"
        )
    );
    // The next night it is said again, and since when.
    let said = run(&district, "2026-09-29");
    assert!(
        said.out
            .contains("grades.csv:1: held since 2026-09-28 (1 school day): the file is empty"),
        "{}",
        said.out
    );
    assert!(last_report(&district).contains("held since 2026-09-28 (1 school day)"));
}

/// Two schools; at each a student stays away from September 28 to October 2.
fn two_schools() -> District {
    let district = District::new()
        .school("200", "South High")
        .staff("T1", "Ann Lee", "counselor")
        .student("1000", "Zebulon Quillfeather", "9", "P*30 A*5")
        .classmates(10)
        .student_at("200", "2000", "Cosima Thistle", "9", "P*30 A*5")
        .classmates_at("200", 10)
        .init();
    district.only(&["absence_streak"]);
    district.nights("2026-09-25", "2026-10-01");
    district
}

#[test]
fn a_school_that_sent_nothing_is_held_alone_and_caught_up_later() {
    let (whole, district) = (two_schools(), two_schools());
    whole.night("2026-10-02");
    district.export("2026-10-02");
    keep_rows(&district, "attendance.csv", |_, row| {
        row.split(',').nth(1) == Some("100")
    });
    let said = run(&district, "2026-10-02");
    let problem = said.out.lines().find(|line| line.starts_with("waits: "));
    // School 200 sent a row a day of one classmate, and four absences by October 1: 34 days and 4.
    assert_eq!(
        (said.code, problem),
        (
            3,
            Some(
                "waits: attendance.csv: school 200 is not in the file; the last one had 38 rows of it — see what the school sent; the \
                 rest of the file is read; if it is right: `firstbell held release attendance.csv --school 200` [school-missing]"
            )
        ),
        "{}",
        said.out
    );
    assert_eq!(district.history("1000"), whole.history("1000"), "school 100 goes on");
    assert!(
        district
            .history("1000")
            .iter()
            .any(|line| line.starts_with("2026-10-02"))
    );
    let held = asks(&district, &["--format", "csv", "verdicts", "--school", "200"], 0);
    assert!(held.lines().skip(1).all(|line| line.contains(",held,")), "{held}");
    assert!(
        !district
            .history("2000")
            .iter()
            .any(|line| line.starts_with("2026-10-02"))
    );
    let report = last_report(&district);
    assert!(
        report.contains("`firstbell held release attendance.csv --school 200`"),
        "{report}"
    );

    // The same file again says the same; the next whole file catches up.
    assert_eq!(run(&district, "2026-10-02").code, 3);
    district.night("2026-10-05");
    whole.night("2026-10-05");
    assert_eq!(district.history("2000"), whole.history("2000"));
    assert_eq!(asks(&district, &["held", "list"], 0), "Nothing is held.\n");
}

#[test]
fn what_is_held_for_days_stands_atop_letters_and_at_last_everybody_is_told() {
    // 3000 stays away from October 5 on.
    let district =
        marks()
            .student("3000", "Orla Fennimore", "9", "P*35 A*40")
            .staff("T2", "Bo Reed", "attendance_liaison");
    let district = district.init();
    district.changes(&["core_failure", "absence_streak"], "[core_failure]\nafter = 1\n");
    district.night("2026-09-25");
    district.night("2026-09-28");
    assert_eq!(letters(&district).len(), 1, "Ann Lee is written of 1000");
    let short = |day: &str, rows: usize| {
        cut(&district, day, "grades.csv", rows);
        assert_eq!(run(&district, day).code, 3);
    };
    // Held on September 29 (Tuesday): two school days later is Thursday, three is Friday.
    for (at, day) in ["2026-09-29", "2026-09-30", "2026-10-01"].iter().enumerate() {
        short(day, 40 - at);
    }
    assert_eq!(letters(&district).len(), 1);
    for (at, day) in ["2026-10-02", "2026-10-05", "2026-10-06"].iter().enumerate() {
        short(day, 30 - at);
    }
    // October 6 is the fifth school day: nobody without news was told yet.
    assert_eq!(letters(&district).len(), 1);
    short("2026-10-07", 20);
    let all = letters(&district);
    assert_eq!(all.len(), 2, "{all:?}");
    let (to, subject, text) = &all[1];
    assert!(to.contains("ann.lee@"), "{to}");
    assert_eq!(subject, "firstbell: nothing new, and a file has been held for days");
    let sentence =
        "The grades file has been held since 2026-09-29 and is being checked; what it says is not in this letter.";
    assert!(text.contains(sentence), "{text}");
    assert!(
        text.contains("There is no news of your students in what has come."),
        "{text}"
    );
    // 3000 has been away for five days on October 9: their owner's letter has it atop. Ann Lee is not told twice.
    short("2026-10-08", 19);
    short("2026-10-09", 18);
    let all = letters(&district);
    assert_eq!(all.len(), 3, "{all:?}");
    let (to, _, text) = &all[2];
    assert!(to.contains("bo.reed@"), "{to}");
    let (before, after) = text.split_once(sentence).expect("atop");
    assert!(
        !before.contains("There is news") && after.contains("There is news of 1 of your students"),
        "{text}"
    );
}

#[test]
fn a_column_that_was_read_and_is_gone_holds_the_file() {
    let district = first_night(marks());
    district.export("2026-09-28");
    let path = district.home().join("inbox/grades.csv");
    let text = fs::read_to_string(&path).expect("an export");
    fs::write(&path, text.replacen(",missing_work,", ",missing,", 1)).expect("the inbox is ours");
    let said = run(&district, "2026-09-28");
    assert_eq!(said.code, 3);
    assert!(
        said.out.contains(
            "the header is not that of the last file: the column `missing_work` is gone, the column `missing` is new"
        ),
        "{}",
        said.out
    );
    let list = asks(&district, &["--format", "csv", "held", "list"], 3);
    assert!(list.contains(",header-changed,"), "{list}");
    // A column that nothing reads may come and go.
    district.export("2026-09-28");
    let text = fs::read_to_string(&path).expect("an export");
    let wider = text.lines().enumerate().map(|(at, line)| match at {
        0 => format!("{line},remark\n"),
        _ => format!("{line},x\n"),
    });
    fs::write(&path, wider.collect::<String>()).expect("the inbox is ours");
    let said = run(&district, "2026-09-28");
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(
        said.out
            .contains("note: grades.csv: the header is not that of the last file: the column `remark` is new")
    );
}

/// A moment of a day in the district's zone, in seconds since 1970.
fn at(setup: &Setup, day: &str, hour: i8) -> i64 {
    setup.seconds_at(date(day), jiff::civil::Time::constant(hour, 0, 0, 0))
}

/// Rings a morning under the clock, over what the student system wrote at five in the afternoon of `written`, files in `without` left
/// out.
fn morning(district: &District, today: &str, written: &str, without: &[&str]) -> Rung {
    district.export(written);
    let setup = Setup::read(&district.home()).unwrap_or_else(|problems| panic!("{problems:?}"));
    let moment = UNIX_EPOCH + Duration::from_secs(at(&setup, written, 17).unsigned_abs());
    for entry in fs::read_dir(district.home().join("inbox"))
        .expect("the inbox")
        .flatten()
    {
        if without.iter().any(|name| entry.file_name() == *name) {
            fs::remove_file(entry.path()).expect("the inbox is ours");
            continue;
        }
        let file = fs::OpenOptions::new()
            .write(true)
            .open(entry.path())
            .expect("an export");
        file.set_modified(moment).expect("the export is ours");
    }
    let now = firstbell::clock::at(moment_of(at(&setup, today, 6)), &setup.config.district.time_zone);
    round::ring(&setup, Order::default(), &now).unwrap_or_else(|problem| panic!("{problem}"))
}

fn moment_of(seconds: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(seconds).expect("a moment")
}

/// What waits for a person after a morning.
fn waits(rung: &Rung) -> Vec<String> {
    let waits = rung
        .problems
        .iter()
        .filter(|problem| problem.weight >= firstbell::monitor::Weight::Waits);
    waits.map(ToString::to_string).collect()
}

/// What the operator reads: one classmate has a row on each of the 33 days, and 3000 five.
const LATE_REPORT: &str = "\
Hello,

This is what you should know of last night's round. The facts are as of Wednesday, September 30, 2026.

Files from the SIS
- attendance.csv was read: 38 rows.
- grades*.csv: nothing newer than 2026-09-28 has come: 2 school days without anything new, and `expect_every` is 2 — see whether the student system still exports; until then nobody is raised or cleared by it.

The round
- 62 students were looked at as of 2026-09-30 (1 day); 62 had at least one answer.

----------
You get this letter because you are named as the operator of firstbell at Example School District. It never speaks of single students.
firstbell, Example School District
";

/// What Bo Reed reads: 3000 was away on September 24, 25, 28, 29 and 30, after 28 days at school.
const LATE_LETTER: &str = "\
Hello Bo Reed,

Something has been missing for days:
- No grades newer than 2026-09-28 has come.

There is news of 1 of your students.
The numbers are as of Wednesday, September 30, 2026.

CONCERN: 1 student

O. F., grade 9, North High
- New at concern: Absent several days in a row.
  Why: Absent 5 full school days in a row up to now, 5 unexcused this year. Urgent begins at 10.
  Next: Call home today.
  Last 7 weeks, oldest first: PPPPP PPPPP PPPPP PPPPP PPPPP PPPAA AAA
  In words: 5 days absent unexcused, of 33 school days.

----------
In the strips: P present; A absent unexcused.
You get this letter because the district's routes name you for these students. If that is wrong, or someone has left, answer to data.manager@district.example.
firstbell, Example School District
";

#[test]
fn a_feed_that_stops_is_late_by_the_clock_and_stands_atop_letters_until_it_comes_again() {
    let grades = "files = \"grades*.csv\"\n";
    let district = marks()
        .student("3000", "Orla Fennimore", "9", "P*28 A*40")
        .staff("T2", "Bo Reed", "attendance_liaison")
        .configured(grades, &format!("{grades}gates = {{ expect_every = 2 }}\n"))
        .init();
    district.changes(&["core_failure", "absence_streak"], "[core_failure]\nafter = 1\n");
    assert_eq!(waits(&morning(&district, "2026-09-28", "2026-09-25", &[])), [""; 0]);
    assert_eq!(waits(&morning(&district, "2026-09-29", "2026-09-28", &[])), [""; 0]);
    let all = letters(&district);
    assert_eq!(all.len(), 1, "Ann Lee is written of 1000: {all:?}");

    // The gradebook stops. One school day without it is none too many.
    let stopped = ["grades.csv"];
    assert_eq!(
        waits(&morning(&district, "2026-09-30", "2026-09-29", &stopped)),
        [""; 0]
    );
    let before = believed(&district);
    // Of two school days, Tuesday and Wednesday, nothing has come on Thursday morning. 3000 has been away for five days by Wednesday.
    let late = "grades*.csv: nothing newer than 2026-09-28 has come: 2 school days without anything new, and `expect_every` is 2 \u{2014} see \
                whether the student system still exports; until then nobody is raised or cleared by it [feed-late]";
    assert_eq!(waits(&morning(&district, "2026-10-01", "2026-09-30", &stopped)), [late]);
    let held = asks(&district, &["--format", "csv", "verdicts", "--rule", "core_failure"], 0);
    assert!(held.lines().skip(1).all(|line| line.contains(",held,")), "{held}");
    assert_eq!(before[2], believed(&district)[2], "1000 is neither raised nor cleared");
    let all = letters(&district);
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!(all[1].1, "firstbell: 1 student with news");
    assert_eq!(all[1].2, LATE_LETTER);
    assert_eq!(last_report(&district), LATE_REPORT);

    // Friday, Monday: nobody is told twice. Tuesday is the sixth school day: whoever has no news is told too, once.
    for (today, written) in [("2026-10-02", "2026-10-01"), ("2026-10-05", "2026-10-02")] {
        assert_eq!(waits(&morning(&district, today, written, &stopped)).len(), 1);
    }
    assert_eq!(letters(&district).len(), 2);
    assert_eq!(
        waits(&morning(&district, "2026-10-06", "2026-10-05", &stopped)).len(),
        1
    );
    let all = letters(&district);
    let told: Vec<(&str, &str)> = all[2..]
        .iter()
        .map(|(to, subject, _)| (to.as_str(), subject.as_str()))
        .collect();
    let nothing_new = "firstbell: nothing new, and a file has been held for days";
    assert_eq!(
        told,
        [
            ("\"Ann Lee\" <ann.lee@district.example>", nothing_new),
            ("\"Bo Reed\" <bo.reed@district.example>", nothing_new)
        ]
    );
    assert!(
        all[2].2.contains("No grades newer than 2026-09-28 has come."),
        "{}",
        all[2].2
    );

    // It comes again: nothing waits, and the rule goes on.
    assert_eq!(waits(&morning(&district, "2026-10-07", "2026-10-06", &[])), [""; 0]);
    let judged = asks(
        &district,
        &[
            "--format",
            "csv",
            "verdicts",
            "--rule",
            "core_failure",
            "--student",
            "1000",
        ],
        0,
    );
    assert!(judged.contains("1000,100,core_failure,concern,1.000,"), "{judged}");
}

#[test]
fn shares_hold_a_file_of_fifty_rows_and_no_shorter_one() {
    // 61 marks. Ten percent of 61 students are 6.1.
    for (rows, strangers, holds) in [
        (61, 6, false),
        (61, 7, true),
        (50, 6, true),
        (50, 5, false),
        (49, 25, false),
    ] {
        let district = first_night(marks());
        let path = district.home().join("firstbell.toml");
        let config = fs::read_to_string(&path).expect("the configuration");
        let grades = "files = \"grades*.csv\"\n";
        let config = config.replace(grades, &format!("{grades}gates = {{ shrink_percent = false }}\n"));
        fs::write(&path, config).expect("the configuration is ours");
        cut(&district, "2026-09-28", "grades.csv", rows);
        let path = district.home().join("inbox/grades.csv");
        let text = fs::read_to_string(&path).expect("an export");
        let lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| match (1..=strangers).contains(&at) {
                true => format!("X{line}\n"),
                false => format!("{line}\n"),
            });
        fs::write(&path, lines.collect::<String>()).expect("the inbox is ours");
        let said = district.run(&["run", "--as-of", "2026-09-28"]);
        let told = said.out.contains("[many-unknown-students]");
        let list = asks(&district, &["held", "list"], if holds { 3 } else { 0 });
        assert_eq!(
            (told, list != "Nothing is held.\n"),
            (holds, holds),
            "{rows} {strangers}: {}",
            said.out
        );
        if holds {
            let line = format!(
                "waits: grades.csv: {strangers} of {rows} students in it were brought by no export of students or enrollments, and \
                 `unknown_students_percent` is 10"
            );
            assert!(said.out.contains(&line), "{}", said.out);
        }
    }
}
