//! Screens as people read them: why a student is flagged, what to mend in a home, how things stand. Whole, and checked by hand.

#[path = "support/homes.rs"]
mod homes;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use homes::{Said, firstbell, init, mend};
use tempfile::TempDir;

const RULE: &str = "rules/attendance/tardies.rhai";
const MEASURE: &str = "{ student.tardies(last(20)) }";

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = init(folder.path(), "canonical");
    (folder, home)
}

/// `check` on a home that somebody has broken: the exit code and the whole screen.
#[track_caller]
fn check(breaking: impl FnOnce(&Path), code: i32, screen: &str) {
    let (_folder, home) = fresh();
    breaking(&home);
    let said = firstbell(&home, &["check"]);
    assert_eq!(said.out, screen);
    assert_eq!((said.code, said.err.as_str()), (code, ""));
}

fn config(home: &Path) -> PathBuf {
    home.join("firstbell.toml")
}

fn append(path: &Path, text: &str) {
    let old = fs::read_to_string(path).expect("a file of text");
    fs::write(path, old + text).expect("the file is ours");
}

#[test]
fn a_new_home_has_nothing_to_mend() {
    check(
        |_| (),
        0,
        "Nothing to mend: 16 rules are at work, and every trial of theirs passes.\n",
    );
}

#[test]
fn a_typo_in_a_key() {
    check(
        |home| mend(&config(home), "settle_seconds", "settle_second"),
        1,
        "error: firstbell.toml:12:1: unknown key `settle_second` in `[inbox]` — did you mean `settle_seconds`? [config-unknown-key]
   |
12 | settle_second = 60       # a file that stood still for so long and ends where a record ends is complete
   | ^^^^^^^^^^^^^
",
    );
}

#[test]
fn an_unknown_adapter() {
    check(
        |home| mend(&config(home), "adapter = \"canonical\"", "adapter = \"cannonical\""),
        1,
        "error: firstbell.toml:30:1: there is no adapter `cannonical` — did you mean `canonical`? [config-unknown-adapter]
1 thing to look at.
",
    );
}

#[test]
fn no_such_time_zone() {
    check(
        |home| mend(&config(home), "America/Chicago", "America/Chicgo"),
        1,
        "error: firstbell.toml:6:13: `America/Chicgo` is not a time zone — did you mean `America/Chicago`? [config-time-zone]
  |
6 | time_zone = \"America/Chicgo\"
  |             ^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn a_rule_that_does_not_compile() {
    check(
        |home| mend(&home.join(RULE), MEASURE, "{ student.tardies(last(20) }"),
        3,
        "waits: rules/attendance/tardies.rhai:14:51: a `,` or the closing bracket is missing here — look at the part that is underlined \
         and just before it [rule-does-not-compile]
14 | fn measure(student, p) { student.tardies(last(20) }
   |                                                   ^
1 thing to look at.
",
    );
}

#[test]
fn a_trial_that_fails() {
    check(
        |home| mend(&home.join(RULE), "watch: 6", "watch: 5"),
        3,
        "waits: rules/attendance/tardies.test.toml:12: its trial fails at `five are not`: expected `clear`, and it says `watch` \
         (measured 5) — mend the rule or the case; until then the rule does not judge in this form [rule-trial-failed]
1 thing to look at.
",
    );
}

#[test]
fn a_rule_that_asks_for_a_word_that_is_not_there() {
    check(
        |home| mend(&home.join(RULE), MEASURE, "{ student.tardys(last(20)) }"),
        3,
        "waits: rules/attendance/tardies.rhai:14:34: there is no word `tardys` — did you mean `tardies`? [rule-unknown-word]
14 | fn measure(student, p) { student.tardys(last(20)) }
   |                                  ^^^^^^
1 thing to look at.
",
    );
}

#[test]
fn a_card_that_would_have_to_run() {
    check(
        |home| mend(&home.join(RULE), "watch: 6", "watch: 3 * 2"),
        3,
        "waits: rules/attendance/tardies.rhai:10:25: `const RULE` is read without running anything, and this part would have to run — \
         write the value itself: a number, a text in quotes, true, false, or `#{ }` with such values [rule-card-computed]
10 |     levels: #{ watch: 3 * 2, concern: 10 },
   |                         ^
1 thing to look at.
",
    );
}

#[test]
fn a_rule_that_never_ends_and_one_that_eats_memory() {
    let (at, end) = (
        "waits: rules/attendance/tardies.test.toml:1: its trial fails at `six of twenty are watched`: ",
        " (rules/attendance/tardies.rhai) — mend the rule or the case; until then the rule does not judge in this form \
         [rule-trial-failed]\n1 thing to look at.\n",
    );
    let endless = "{ let n = 0; while n >= 0 { n += 1; } student.tardies(last(20)) }";
    check(
        |home| mend(&home.join(RULE), MEASURE, endless),
        3,
        &format!("{at}it does not end: more than 200000 steps{end}"),
    );
    let greedy = "{ let n = \"x\"; while n.len() > 0 { n += n; } student.tardies(last(20)) }";
    check(
        |home| mend(&home.join(RULE), MEASURE, greedy),
        3,
        &format!("{at}it makes too much: length of string{end}"),
    );
}

#[test]
fn a_secret_in_the_configuration_is_refused_and_not_shown() {
    check(
        |home| append(&config(home), "\n[mail.smtp]\nhost = \"smtp.district.example\"\npassword = \"hunter2\"\n"),
        1,
        "error: firstbell.toml:222:1: a secret has no place in the configuration: `password` — put it into a file that only its owner \
         can read (0600) and write `password_file = \"…\"` [config-secret]
    |
222 | password = …
    | ^^^^^^^^
",
    );
}

#[test]
fn two_feeds_that_take_one_file() {
    let feed =
        "\n[[feed]]\ntable = \"behavior\"\nfiles = \"attendance*.csv\"\nadapter = \"canonical\"\ncovers = \"year\"\n";
    check(
        |home| append(&config(home), feed),
        1,
        "error: firstbell.toml:222:9: two feeds take the files `attendance*.csv` — give each feed its own files; one file that fills \
         several tables is one feed with `fills` [config-feed-clash]
    |
222 | files = \"attendance*.csv\"
    |         ^^^^^^^^^^^^^^^^^
",
    );
}

#[test]
fn a_last_owner_whom_nobody_knows() {
    let staff = "staff_id,name,email,role\nT1,Ann Lee,ann@district.example,counselor\n";
    check(
        |home| {
            mend(&config(home), "last_owner = \"student.services@district.example\"", "last_owner = \"T99\"");
            fs::write(home.join("inbox/staff.csv"), staff).expect("the inbox is ours");
            assert_eq!(firstbell(home, &["run", "--as-of", "2026-10-09"]).code, 3);
        },
        3,
        "waits: firstbell.toml: `last_owner` `T99` is not in the staff table — under [routing] name a person of the staff table, by \
         staff id or by an address in an allowed domain [last-owner-unreachable]
1 thing to look at.
",
    );
}

#[test]
fn a_last_owner_outside_the_district() {
    check(
        |home| mend(&config(home), "last_owner = \"student.services@district.example\"", "last_owner = \"me@mail.example\""),
        1,
        "error: firstbell.toml:175:14: `me@mail.example` lies outside the allowed domains — use an address in `district.example`, or \
         add its domain to `allowed_domains` [config-foreign-address]
    |
175 | last_owner = \"me@mail.example\" # hears what no route resolves: a named person, never a shared box
    |              ^^^^^^^^^^^^^^^^^
",
    );
}

#[cfg(unix)]
#[test]
fn a_store_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt;
    check(
        |home| {
            assert_eq!(firstbell(home, &["run", "--as-of", "2026-10-09"]).code, 0);
            let store = home.join("var/firstbell.db");
            fs::set_permissions(store, fs::Permissions::from_mode(0o644)).expect("the store is ours");
        },
        0,
        "note: var/firstbell.db: can be read by other accounts of this machine — make it yours alone: `chmod 600 \
         HOME/var/firstbell.db` [home-open]
1 thing to look at.
",
    );
}

#[test]
fn several_things_at_once_are_all_told() {
    check(
        |home| {
            mend(&home.join(RULE), MEASURE, "{ student.tardys(last(20)) }");
            fs::write(home.join("rules/district.toml"), "[chronic_absense]\nlevels = { urgent = 15 }\n").expect("ours");
        },
        3,
        "waits: rules/district.toml:1:2: there is no rule `chronic_absense` — did you mean `chronic_absence`? [rule-change-unknown]
1 | [chronic_absense]
  |  ^^^^^^^^^^^^^^^
waits: rules/attendance/tardies.rhai:14:34: there is no word `tardys` — did you mean `tardies`? [rule-unknown-word]
14 | fn measure(student, p) { student.tardys(last(20)) }
   |                                  ^^^^^^
2 things to look at.
",
    );
}

/// The demo district, rung once for all tests of this file.
fn demo() -> &'static Path {
    static DEMO: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, home) = DEMO.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("demo");
        let said = firstbell(&home, &["demo", home.to_str().expect("a path of text")]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        (folder, home)
    });
    home
}

#[track_caller]
fn shows(arguments: &[&str], screen: &str) {
    let said = firstbell(demo(), arguments);
    assert_eq!(said.out, screen);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[track_caller]
fn refuses(arguments: &[&str], code: i32, err: &str) {
    let said = firstbell(demo(), arguments);
    let refused = Said {
        out: String::new(),
        err: err.to_owned(),
        code,
    };
    assert_eq!(said, refused);
}

#[test]
fn explain_says_why_and_how_far_from_the_edge() {
    shows(
        &["explain", "10042", "--rule", "chronic_absence"],
        "Student 10042, grade 10 at Cedar Valley High School, as of 2026-11-13.

Chronic absence (chronic_absence): concern, flagged since 2026-11-03, watch tonight
  Absent 6 of 62 enrolled days (9.6 %), 5 unexcused.
  Concern begins at 10: 0.4 more would reach it.
  Urgent begins at 20: 10.4 more would reach it.
  At 9.6 it is 1.6 past the edge of watch, 8.
  Concern is left after 5 judged days in a row below 9.
  Its numbers:
    Enrolled days this school year: 62
    Absence percent this school year: 9.6
      2026-09-11  excused (`E`)
      2026-09-28  unexcused (`A`)
      2026-10-15  unexcused (`A`)
      2026-10-22  unexcused (`A`)
      2026-11-03  unexcused (`A`)
      2026-11-05  unexcused (`A`)
    Absences this school year: 6
    Unexcused this school year: 5
  From here on:
    Would ease to watch after 9 more school days without an absence, on 2026-11-27.
    Would be clear after 28 more school days without an absence, on 2026-12-24.
    8 more absences in a row, up to 2026-11-25, would make it urgent.
  On record:
    2026-11-03  newly flagged: watch (absent 5 of 55 enrolled days (9 %), 4 unexcused)
      it read absence_percent 9.091, absences 5, enrolled_days 55, unexcused 4
    2026-11-05  got worse: concern (absent 6 of 57 enrolled days (10.5 %), 5 unexcused)
      it read absence_percent 10.526, absences 6, enrolled_days 57, unexcused 5
",
    );
}

// Both rules judge the marks of the second term: five judged days make a flag, and its end is nearer than any marks of the next.
#[test]
fn explain_counts_courses_and_incidents() {
    let from_here_on = |student: &str, rule: &str| {
        let said = firstbell(demo(), &["explain", student, "--rule", rule]).out;
        let rest = said.split_once("  From here on:\n").map(|(_, rest)| rest.to_owned());
        let rest = rest.unwrap_or_else(|| panic!("{said}"));
        rest.lines()
            .take_while(|line| line.starts_with("    "))
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        from_here_on("10030", "core_failure"),
        [
            "One failing core course less from 2026-11-16 on would make it concern.",
            "2 failing core courses less from 2026-11-16 on would make it clear.",
        ]
    );
    assert_eq!(
        from_here_on("10042", "course_failures"),
        [
            "One failing course more from 2026-11-16 on would make it watch, on 2026-11-20.",
            "2 failing courses more from 2026-11-16 on would make it concern, on 2026-11-20.",
            "3 failing courses more from 2026-11-16 on would make it urgent, on 2026-11-20.",
        ]
    );
    // The older of two incidents was on the 15th of October: 30 days that end on Saturday, the 14th of November, are without it.
    assert_eq!(
        from_here_on("10224", "recent_incidents"),
        [
            "Would be clear after 1 more school day without an incident, on 2026-11-16.",
            "3 more incidents, on 2026-11-16, would make it urgent.",
        ]
    );
    assert_eq!(
        from_here_on("10211", "removal_days"),
        [
            "One more suspension of 2 days, on 2026-11-16, would make it watch.",
            "One more suspension of 5 days, on 2026-11-16, would make it concern.",
        ]
    );
    assert_eq!(
        from_here_on("10177", "two_areas"),
        [
            "Would be clear after 13 more school days without an absence, a late arrival or an incident with today's marks, on \
             2026-12-03."
        ]
    );
}

#[test]
fn explain_shows_another_night_with_todays_facts() {
    shows(
        &["explain", "10042", "--rule", "chronic_absence", "--as-of", "2026-10-30"],
        "Student 10042, grade 10 at Cedar Valley High School, as of 2026-10-30.
This is another night than the last round's (2026-11-13), computed with today's facts.

Chronic absence (chronic_absence): clear tonight
  Absent 4 of 53 enrolled days (7.5 %), 3 unexcused.
  Watch begins at 8: 0.5 more would reach it.
  Concern begins at 10: 2.5 more would reach it.
  Urgent begins at 20: 12.5 more would reach it.
  Its numbers:
    Enrolled days this school year: 53
    Absence percent this school year: 7.5
      2026-09-11  excused (`E`)
      2026-09-28  unexcused (`A`)
      2026-10-15  unexcused (`A`)
      2026-10-22  unexcused (`A`)
    Absences this school year: 4
    Unexcused this school year: 3
",
    );
}

#[test]
fn explain_without_a_rule_tells_all_flags_and_names_the_rest() {
    let said = firstbell(demo(), &["explain", "10042"]);
    let titles: Vec<&str> = said
        .out
        .lines()
        .filter(|line| line.contains(", flagged since "))
        .collect();
    assert_eq!(
        titles,
        [
            "Chronic absence (chronic_absence): concern, flagged since 2026-11-03, watch tonight",
            "Absences ahead of pace (early_pacing): watch, flagged since 2026-11-05",
            "Recent unexcused absences (recent_unexcused): watch, flagged since 2026-11-03",
        ]
    );
    let last = said.out.lines().last();
    let clear = "Clear: absence_streak, average_drop, core_failure, course_failures, incidents_this_year, low_average, new_student, \
                 recent_incidents, removal_days, suspension, tardies, unexcused_streak, two_areas.";
    assert_eq!((last, said.code, said.err.as_str()), (Some(clear), 0, ""));
}

#[test]
fn a_student_whom_no_export_brought() {
    refuses(
        &["explain", "99999"],
        1,
        "error: firstbell: no export of this school year has brought a student `99999` — write the id exactly as the exports do, \
         leading zeros included [student-unknown]\n",
    );
}

#[test]
fn status_shows_how_things_stand() {
    let said = firstbell(demo(), &["status"]);
    // The day on which the demo was rung is the one thing that differs from run to run.
    let (before, rest) = said.out.split_once(", run on ").expect("the last round");
    let (_, after) = rest.split_once('\n').expect("more lines");
    assert_eq!(
        format!("{before}\n{after}"),
        "Cedar Valley Schools (demo)
  last round  10 as of 2026-11-13
  students    600 enrolled, 600 with an answer, 0 without any
  feed        attendance_2026-11-13.csv: 2187 rows, none rejected, to 2026-11-13, accepted as of 2026-11-13
  feed        behavior_2026-11-13.csv: 230 rows, none rejected, 51 dropped type, to 2026-11-13, accepted as of 2026-11-13
  feed        calendar_2026-10-30.csv: 211 rows, none rejected, to 2027-06-11, accepted as of 2026-10-30
  feed        caseload_2026-10-30.csv: 155 rows, none rejected, accepted as of 2026-10-30
  feed        contacts_2026-10-30.csv: 4 rows, none rejected, to 2026-10-29, accepted as of 2026-10-30
  feed        courses_2026-10-30.csv: 13 rows, none rejected, accepted as of 2026-10-30
  feed        enrollments_2026-11-13.csv: 2 rows, none rejected, accepted as of 2026-11-13
  feed        grades_2026-11-13.csv: 8550 rows, none rejected, to 2026-11-02, accepted as of 2026-11-13
  feed        interventions_2026-10-30.csv: 6 rows, none rejected, accepted as of 2026-10-30
  feed        schools_2026-10-30.csv: 3 rows, none rejected, accepted as of 2026-10-30
  feed        staff_2026-10-30.csv: 15 rows, none rejected, accepted as of 2026-10-30
  feed        students_2026-11-13.csv: 600 rows, none rejected, accepted as of 2026-11-13
  feed        terms_2026-10-30.csv: 5 rows, none rejected, accepted as of 2026-10-30
  school      101 Cedar Valley High School: attendance to 2026-11-13, grades to 2026-11-02, behavior to 2026-11-13
  school      202 Marsh Creek Middle School: attendance to 2026-11-13, grades to 2026-11-02, behavior to 2026-11-06
  school      303 Prairie View Elementary: attendance to 2026-11-13, grades to 2026-10-30, behavior to 2026-11-13
  rules       16 live, 0 in shadow, 0 set aside
  kept back   2 by a contact or a plan
  outbox      58 sent
"
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

/// The night on which 6 of 60 days were missed.
#[test]
fn explain_says_where_a_number_stands_exactly_on_an_edge() {
    let said = firstbell(
        demo(),
        &["explain", "10042", "--rule", "chronic_absence", "--as-of", "2026-11-10"],
    );
    assert!(
        said.out
            .contains("  Absent 6 of 60 enrolled days (10 %), 5 unexcused.\n"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("  At 10 it stands exactly on the edge of concern.\n"),
        "{}",
        said.out
    );
}

/// A file with rows that cannot be used, and a school that is behind.
#[test]
fn status_counts_what_was_rejected_by_kind_and_says_who_is_behind() {
    let (_folder, home) = fresh();
    let put = |name: &str, text: &str| fs::write(home.join("inbox").join(name), text).expect("the inbox is ours");
    let year = home.join("firstbell.toml");
    let written = fs::read_to_string(&year).expect("init writes it");
    let years = written
        .lines()
        .find(|line| line.starts_with("school_years"))
        .expect("a year");
    mend(
        &year,
        years,
        "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
    );
    mend(&year, "rows = \"exceptions\"", "rows = \"all\"");
    put("schools.csv", "school_id,name\n10,North\n20,South\n");
    put(
        "students.csv",
        "student_id,first_name,last_name,grade,school_id\n1,Ann,Able,9,10\n2,Ben,Birch,9,20\n",
    );
    let days = ["2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08"];
    let calendar: String = days.iter().map(|day| format!(",{day},instructional\n")).collect();
    put("calendar.csv", &format!("school_id,date,day_type\n{calendar}"));
    // South's rows end two school days before North's; one row has no student, two have dates of no day, one a code of no table.
    let north: String = days.iter().map(|day| format!("1,10,{day},P\n")).collect();
    let south = "2,20,2026-10-05,P\n2,20,2026-10-06,ZZ\n,20,2026-10-05,A\n2,20,2026-02-30,A\n2,20,2026-13-01,A\n";
    put(
        "attendance.csv",
        &format!("student_id,school_id,date,code\n{north}{south}"),
    );
    assert_eq!(firstbell(&home, &["run", "--as-of", "2026-10-08"]).code, 3);
    let said = firstbell(&home, &["status"]);
    let shown = |with: &str| {
        said.out
            .lines()
            .find(|line| line.contains(with))
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        shown("attendance.csv: "),
        "  feed        attendance.csv: 9 rows, 3 rejected (2 impossible date, 1 missing cell), 1 unknown code, to 2026-10-08, accepted as \
         of 2026-10-08"
    );
    assert_eq!(shown(" 10 North"), "  school      10 North: attendance to 2026-10-08");
    assert_eq!(
        shown(" 20 South"),
        "  school      20 South: attendance to 2026-10-06 (2 school days behind)"
    );
}

#[test]
fn rules_are_listed_with_their_edges() {
    shows(
        &["rules", "list"],
        "rule                 area        status  watch  concern  urgent  schools_apart  set_aside
absence_streak       attendance  live    3      5        10
chronic_absence      attendance  live    8      10       20
early_pacing         attendance  live    1
recent_unexcused     attendance  live    4      7
tardies              attendance  live    6      10
unexcused_streak     attendance  live           3        5
incidents_this_year  behavior    live    3      6
recent_incidents     behavior    live           2        4
removal_days         behavior    live    5      8        10
suspension           behavior    live           1        2
two_areas            combined    live                    2
new_student          context     live    1
average_drop         course      live    7      10       15
core_failure         course      live           1        2
course_failures      course      live    1      2        3
low_average          course      live    70     65
",
    );
}

#[test]
fn a_route_is_explained_step_by_step() {
    shows(
        &["route", "explain", "10042", "--rule", "chronic_absence"],
        "Student 10042 under chronic_absence as of 2026-11-13: flagged concern.
  1. `caseload:attendance`: no caseload row of the student fits
  2. `role:attendance_liaison`: Samuel Ofori (T05) owns it
The letter goes to Samuel Ofori (samuel.ofori@cedarvalley.example).
",
    );
    shows(&["route", "check"], "Every student has an owner in every area.\n");
}

#[test]
fn the_outbox_lists_letters_and_no_student() {
    let said = firstbell(demo(), &["outbox", "list"]);
    let head: Vec<&str> = said.out.lines().take(3).collect();
    assert_eq!(
        head,
        [
            "letter  kind             morning     to_staff  address                             entries  state  attempts  answer",
            "1       starting_list    2026-11-02  T05       samuel.ofori@cedarvalley.example    56       sent   1         written to 2026-11-02-starting-list-T05-1.eml",
            "2       starting_list    2026-11-02  T06       bridget.nolan@cedarvalley.example   40       sent   1         written to 2026-11-02-starting-list-T06-2.eml",
        ]
    );
    assert_eq!(said.out.lines().count(), 59, "a head and 58 letters");
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn a_letter_is_shown_as_its_reader_gets_it() {
    let said = firstbell(
        demo(),
        &[
            "letters",
            "preview",
            "starting-list",
            "--to",
            "Samuel.Ofori@cedarvalley.example",
        ],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let number = said
        .out
        .strip_prefix("Letter ")
        .and_then(|rest| rest.split_once(',')?.0.parse::<u32>().ok());
    let number = number.expect("a letter that was sent").to_string();
    let sent = firstbell(demo(), &["outbox", "show", &number]);
    assert!(sent.out.starts_with(said.out.trim_end()), "{}\n{}", said.out, sent.out);
    // No student changes owners in the demo.
    let said = firstbell(demo(), &["letters", "preview", "handover", "--to", "T05"]);
    let head = "An example: no letter of the kind handover was written to T05 yet
To: samuel.ofori@cedarvalley.example
Subject: firstbell: handover list, 2 students (1 urgent)

Hello Samuel Ofori,

This is an example: the students in it are made up, and it is sent to nobody.

2 students are yours from now on.
";
    assert!(said.out.starts_with(head), "{}", said.out);
    assert!(
        said.out.contains("\nA. A., grade 9, Example High, homeroom 204\n"),
        "{}",
        said.out
    );
}

#[test]
fn every_kind_of_letter_can_be_seen_before_one_was_written() {
    let (_folder, home) = fresh();
    let kinds = [
        "nightly",
        "digest",
        "starting-list",
        "reminder",
        "handover",
        "school-letter",
        "team-list",
        "rule-edit",
        "operator-report",
    ];
    for kind in kinds {
        let file = home.join(format!("{kind}.html"));
        let path = file.to_str().expect("a plain path");
        let said = firstbell(&home, &["letters", "preview", kind, "--to", "operator", "--html", path]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert!(
            said.out.ends_with(&format!("Its HTML is in HOME/{kind}.html\n")),
            "{}",
            said.out
        );
        let html = fs::read_to_string(&file).expect("it was written");
        assert!(
            html.starts_with("<!DOCTYPE html>") && html.contains("This is an example"),
            "{html}"
        );
    }
}

#[test]
fn a_preview_names_what_is_not_there() {
    let preview = |kind: &str, to: &str| {
        let said = firstbell(demo(), &["letters", "preview", kind, "--to", to]);
        assert_eq!(said.out, "");
        (said.code, said.err)
    };
    let (code, said) = preview("nightli", "T05");
    assert_eq!(code, 2);
    assert!(
        said.contains("`nightli` is no kind of letter: write one of nightly, digest, starting_list"),
        "{said}"
    );
    let near = "error: firstbell: there is no person `samuel.ofory@cedarvalley.example` — did you mean `samuel.ofori@cedarvalley.example`? [person-unknown]\n";
    assert_eq!(
        preview("nightly", "samuel.ofory@cedarvalley.example"),
        (1, near.to_owned())
    );
    let far = "error: firstbell: there is no person `900` — write a staff id or an address of staff.csv, or `operator` [person-unknown]\n";
    assert_eq!(preview("nightly", "900"), (1, far.to_owned()));
}

#[test]
fn slips_and_parts_to_come_are_told_apart() {
    refuses(
        &["standng"],
        2,
        "error: `standng` is no command; did you mean `standing`? — `firstbell --help` lists them\n",
    );
    refuses(
        &["backup"],
        1,
        "error: firstbell: `firstbell backup` is not part of this version — copy var/firstbell.db while no round runs [command-to-come]\n",
    );
    refuses(
        &["standing", "--rule", "chronic_absense"],
        1,
        "error: firstbell: no rule `chronic_absense` is at work — did you mean `chronic_absence`? [rule-unknown]\n",
    );
}
