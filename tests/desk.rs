//! What people at the desk say to a home: storms answered, letters set aside, silences, contacts in a sheet, and the record of what was
//! written. Whole screens, checked by hand.

#[path = "support/mod.rs"]
mod support;

use std::fs;

use firstbell::school::Day;
use support::{District, Said};

/// Twenty students of one school, away from 2026-09-15 on, and so many who are not: on 2026-09-16 their second day makes a storm, and with
/// few others the first makes a question about the calendar.
fn away(others: usize) -> District {
    let district = District::new()
        .classmates(others)
        .staff("s1", "Maria Lopez", "counselor")
        .staff("p1", "Paul Price", "principal");
    let district = (0..20).fold(district, |district, number| {
        let id = format!("10{number:02}");
        district
            .caseload(&id, "s1", "counselor")
            .student(&id, "Ana Alder", "9", "P*21 A*3")
    });
    let district = district.init();
    district.changes(
        &["absence_streak"],
        "[absence_streak]\nlevels = { watch = false, concern = 2 }\n",
    );
    district
}

/// Rings every night from `first` to `last`, whatever is said.
fn rings(district: &District, first: &str, last: &str) {
    let days = support::school_days().filter(|day| support::date(first) <= *day && *day <= support::date(last));
    for day in days {
        assert_eq!(district.ring(&day.to_string()).err, "");
    }
}

/// Two counselors, each with one student who reaches ten percent on 2026-09-16.
fn counseled() -> District {
    let district = District::new()
        .classmates(4)
        .staff("s1", "Maria Lopez", "counselor")
        .staff("s2", "Sam Reed", "counselor")
        .caseload("1001", "s1", "counselor")
        .caseload("1002", "s2", "counselor")
        .student("1001", "Ana Alder", "9", "P*18 E P*2 E E")
        .student("1002", "Ben Birch", "9", "P*18 E P*2 E E")
        .init();
    district.only(&["chronic_absence"]);
    district
}

#[track_caller]
fn shows(district: &District, arguments: &[&str], code: i32, screen: &str) {
    let said = district.run(arguments);
    assert_eq!(said.out, screen, "{}", said.err);
    assert_eq!((said.code, said.err.as_str()), (code, ""));
}

#[track_caller]
fn refuses(district: &District, arguments: &[&str], screen: &str) {
    let said = district.run(arguments);
    assert_eq!(said.err, screen, "{}", said.out);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
}

/// To whom nightly letters went.
fn nightly(district: &District) -> Vec<String> {
    let files = district.letters().into_iter().map(|letter| letter.file);
    let readers = files.filter_map(|file| Some(file.split_once("-nightly-")?.1.split('-').next()?.to_owned()));
    readers.collect()
}

/// The lines of a screen that hold a text.
fn lines<'s>(said: &'s Said, with: &str) -> Vec<&'s str> {
    said.out.lines().filter(|line| line.contains(with)).collect()
}

/// The times at which letters were handed over are the clock's.
fn without_times(said: &Said) -> String {
    let is_time = |word: &&str| word.len() == 5 && word.as_bytes()[2] == b':';
    let line = |line: &str| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if let Some(at) = words.iter().position(is_time) {
            words.drain(at - 1..=at);
        }
        words.join(" ") + "\n"
    };
    said.out.lines().map(line).collect()
}

#[test]
fn a_storm_waits_in_the_list_and_is_discarded_by_hand() {
    let district = away(20);
    rings(&district, "2026-09-14", "2026-09-15");
    shows(&district, &["held", "list"], 0, "Nothing is held.\n");
    district.ring("2026-09-16");
    shows(
        &district,
        &["held", "list"],
        3,
        "held  what   name            feed  school  since       state  gate   rows  last_rows  why
s1    storm  absence_streak        100     2026-09-16  held   storm  20    40         raised to concern or worse: 20 of 40 on 2026-09-16; as of 2026-09-17 urgent flags go out and the rest joins the digest
",
    );
    let status = district.run(&["status"]);
    assert_eq!(status.code, 3);
    assert_eq!(
        lines(&status, "  storm  "),
        [
            "  storm       s1, school 100, absence_streak: raised to concern or worse: 20 of 40 on 2026-09-16; as of 2026-09-17 urgent flags go \
             out and the rest joins the digest"
        ]
    );
    assert_eq!(lines(&status, "kept back"), ["  kept back   20 by a storm"]);
    let json: serde_json::Value =
        serde_json::from_str(&district.run(&["status", "--format", "json"]).out).expect("JSON");
    assert_eq!(json["kept_back"], serde_json::json!({ "storm": 20 }));
    assert_eq!(
        json["storms"][0]["days"],
        serde_json::json!([{ "day": "2026-09-16", "students": 20, "urgent": 0, "judged": 40 }])
    );
    shows(
        &district,
        &[
            "held",
            "discard",
            "s1",
            "--by",
            "Dana",
            "--why",
            "flu, the principal knows",
        ],
        0,
        "s1, the storm of absence_streak at school 100, is discarded: its flags that wait count as told with the next round (`firstbell run`) \
         and are written to nobody.\n",
    );
    refuses(
        &district,
        &["held", "release", "s1"],
        "error: firstbell: `s1` was discarded by Dana — nothing to do: what a person said of it stands [storm-answered]\n",
    );
    refuses(
        &district,
        &["held", "release", "s9"],
        "error: firstbell: nothing that is held is called `s9` — `firstbell held list` shows numbers and names [held-unknown]\n",
    );
    shows(&district, &["held", "list"], 0, "Nothing is held.\n");
    district.night("2026-09-17");
    assert_eq!(
        without_times(&district.run(&["sent", "--student", "1003"])),
        "letter morning state at kind to_staff rule level what how put_back school_id why\n6 2026-09-18 discarded nightly nobody absence_streak concern not written 100\n"
    );
}

#[test]
fn a_storm_that_is_released_is_written_by_name_the_next_morning() {
    let district = away(20);
    rings(&district, "2026-09-14", "2026-09-15");
    district.ring("2026-09-16");
    refuses(
        &district,
        &["held", "release", "s1", "--school", "200"],
        "error: firstbell: `s1` is about school `100`, not `200` — leave out `--school` [held-other-school]\n",
    );
    assert_eq!(district.run(&["held", "release", "s1"]).code, 0);
    district.night("2026-09-17");
    assert_eq!(
        without_times(&district.run(&["sent", "--student", "1003"])),
        "letter morning state at kind to_staff rule level what how put_back school_id why\n6 2026-09-18 sent nightly s1 absence_streak concern crossed by name 100 caseload:counselor\n"
    );
}

#[test]
fn a_day_without_school_is_a_question_in_the_list() {
    let district = away(1);
    district.night("2026-09-14");
    district.ring("2026-09-15");
    shows(
        &district,
        &["held", "list"],
        3,
        "held  what      name  feed        school  since       state  gate      rows  last_rows  why
s1    calendar        attendance  100     2026-09-15  held   calendar  20    21         was there school? absent all day: 20 of 21 on 2026-09-15; as of 2026-09-22 urgent flags go out and the rest joins the digest
",
    );
    let status = district.run(&["status"]);
    assert_eq!(
        lines(&status, "calendar "),
        [
            "  calendar    s1, school 100: was there school? absent all day: 20 of 21 on 2026-09-15; as of 2026-09-22 urgent flags go out and \
             the rest joins the digest"
        ]
    );
}

#[test]
fn a_letter_tried_again_in_quiet_hours_waits_for_their_end() {
    let district = counseled();
    rings(&district, "2026-09-14", "2026-09-16");
    let store = rusqlite::Connection::open(district.home().join("var/firstbell.db")).expect("the store");
    let refused = "UPDATE letter SET state = 'refused' WHERE kind = 'nightly'";
    assert_eq!(store.execute(refused, []).expect("letters"), 2);
    drop(store);
    // The hour is the clock's own: an hour before now to an hour after.
    let zone = jiff::tz::TimeZone::get("America/Chicago").expect("a zone");
    let now = firstbell::clock::now(&zone).seconds;
    let hour = |later: i64| {
        let moment = jiff::Timestamp::from_second(now + later).expect("a moment");
        moment.to_zoned_datetime(zone.clone()).strftime("%H:%M").to_string()
    };
    let (from, until) = (hour(-3600), hour(3600));
    let quiet = format!("quiet_hours = {{ from = \"{from}\", until = \"{until}\" }} #");
    district.edit("firstbell.toml", "# quiet_hours =", &quiet);
    let screen = format!(
        "2 letters will be tried again from {until} on, when `quiet_hours` end. `firstbell outbox release N` sends one at once.\n"
    );
    shows(&district, &["outbox", "retry"], 0, &screen);
    assert_eq!(lines(&district.run(&["outbox", "list"]), "nightly").len(), 2);
    district.edit("firstbell.toml", "quiet_hours =", "# quiet_hours =");
    // They were due already: whoever is asked next sends them.
    shows(&district, &["outbox", "retry"], 0, "0 letters tried again, 2 sent.\n");
}

#[test]
fn a_letter_that_waits_is_discarded_and_never_written_again() {
    let district = counseled();
    district.edit("firstbell.toml", "[mail] ", "[mail]\nchannel = \"ticket-folder\"\n#");
    rings(&district, "2026-09-14", "2026-09-15");
    district.ring("2026-09-16");
    let listed = district.run(&["outbox", "list"]);
    let waits = lines(&listed, "nightly");
    let number = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let (first, second) = (number(waits[0]), number(waits[1]));
    let plain = |line: &str| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    assert_eq!(
        waits.iter().map(|line| plain(line)).collect::<Vec<_>>(),
        [
            "nightly 2026-09-17 s1 maria.lopez@district.example 1 waiting 0",
            "nightly 2026-09-17 s2 sam.reed@district.example 1 waiting 0"
        ]
    );
    shows(
        &district,
        &["outbox", "discard", &first, "--by", "Dana", "--why", "the family moved"],
        0,
        &format!(
            "Letter {first} is discarded: it is never sent, and what it tells counts as told. Only what gets worse is news again.\n"
        ),
    );
    refuses(
        &district,
        &["outbox", "discard", &first],
        &format!(
            "error: firstbell: letter {first} is discarded, and only a letter that is waiting or delayed can be discarded — `firstbell \
             outbox list` lists the letters [letter-not-waiting]\n"
        ),
    );
    // The channel is taken out again: from now on letters leave into the folder.
    district.edit("firstbell.toml", "channel = \"ticket-folder\"", "");
    shows(
        &district,
        &["outbox", "release", &second],
        0,
        &format!("Letter {second} is released; it is sent now.\n"),
    );
    refuses(
        &district,
        &["outbox", "release", &second],
        &format!(
            "error: firstbell: letter {second} is sent, and only a letter that is waiting or delayed can be released — `firstbell outbox \
             list` lists the letters [letter-not-waiting]\n"
        ),
    );
    refuses(
        &district,
        &["outbox", "release", "999"],
        "error: firstbell: there is no letter 999 — `firstbell outbox list` lists the letters [letter-unknown]\n",
    );
    let shown = district.run(&["outbox", "show", &first]);
    assert_eq!(
        lines(&shown, "discarded"),
        [
            format!("Letter {first}, discarded, for the morning of 2026-09-17").as_str(),
            "discarded Dana: the family moved"
        ]
    );
    rings(&district, "2026-09-17", "2026-09-17");
    let head = "letter morning state at kind to_staff rule level what how put_back school_id why\n";
    let sent = |student: &str| without_times(&district.run(&["sent", "--student", student]));
    assert_eq!(
        sent("1001"),
        format!(
            "{head}{first} 2026-09-17 discarded nightly s1 chronic_absence concern crossed not written 100 caseload:counselor\n"
        )
    );
    assert_eq!(
        sent("1002"),
        format!(
            "{head}{second} 2026-09-17 sent nightly s2 chronic_absence concern crossed by name 100 caseload:counselor\n"
        )
    );
    shows(
        &district,
        &["sent", "--student", "710001"],
        0,
        "Nobody has been written about this student.\n",
    );
    refuses(
        &district,
        &["sent", "--student", "01001"],
        "error: firstbell: no export of this school year has brought a student `01001` — did you mean `1001`? [student-unknown]\n",
    );
}

#[test]
fn a_contact_is_a_row_in_the_sheet_and_keeps_the_next_letter_quiet() {
    let district = counseled();
    let sheet = district.home().join("sheets/staff_contacts.csv");
    let text = || fs::read_to_string(&sheet).expect("the sheet");
    rings(&district, "2026-09-14", "2026-09-15");
    assert_eq!(text(), "student_id,date,staff_id,kind\n");
    let add = [
        "contact",
        "add",
        "--student",
        "1001",
        "--kind",
        "call",
        "--date",
        "2026-09-15",
    ];
    shows(
        &district,
        &[&add[..], &["--by", "maria.lopez@district.example"]].concat(),
        0,
        "sheets/staff_contacts.csv: call on 2026-09-15 is noted.\nThe next round reads it (`firstbell run`).\n",
    );
    shows(
        &district,
        &[&add[..], &["--by", "s1"]].concat(),
        0,
        "sheets/staff_contacts.csv: call on 2026-09-15 had been noted; nothing was written.\nThe next round reads it (`firstbell run`).\n",
    );
    assert_eq!(text(), "student_id,date,staff_id,kind\n1001,2026-09-15,s1,call\n");
    let rung = district.ring("2026-09-16");
    assert_eq!(
        lines(&rung, "  read "),
        [
            "  read    attendance.csv: 29 rows",
            "  read    staff_contacts.csv: 1 row"
        ]
    );
    assert_eq!(text(), "student_id,date,staff_id,kind\n1001,2026-09-15,s1,call\n");
    assert_eq!(nightly(&district), ["s2"]);
    let status = district.run(&["status"]);
    assert_eq!(lines(&status, "kept back"), ["  kept back   1 by a contact or a plan"]);
    shows(
        &district,
        &["standing"],
        0,
        "student_id  school_id  grade  rule             area        level    value   since       as_of       owner  because                                           waits
1001        100        9      chronic_absence  attendance  concern  13.043  2026-09-15  2026-09-16  s1     absent 3 of 23 enrolled days (13 %), 0 unexcused  concern, by a contact or a plan, since 2026-09-16
1002        100        9      chronic_absence  attendance  concern  13.043  2026-09-15  2026-09-16  s2     absent 3 of 23 enrolled days (13 %), 0 unexcused
",
    );
    // Others' scripts read this form: no column is added to it.
    shows(
        &district,
        &["standing", "--student", "1001", "--format", "csv"],
        0,
        "student_id,school_id,grade,rule,area,level,value,since,as_of,owner,because
1001,100,9,chronic_absence,attendance,concern,13.043,2026-09-15,2026-09-16,s1,\"absent 3 of 23 enrolled days (13 %), 0 unexcused\"
",
    );
    let json: serde_json::Value =
        serde_json::from_str(&district.run(&["standing", "--format", "json"]).out).expect("JSON");
    assert_eq!(json[0]["waits"], "concern, by a contact or a plan, since 2026-09-16");
    assert_eq!(json[1]["waits"], "");
    assert_eq!(lines(&district.ring("2026-09-16"), "  read "), [""; 0]);
}

#[test]
fn a_sheet_as_a_spreadsheet_program_saves_it_is_read_and_written_in_its_own_form() {
    let district = counseled();
    let sheet = district.home().join("sheets/staff_contacts.csv");
    rings(&district, "2026-09-14", "2026-09-15");
    let saved = "\u{feff}student_id;date;staff_id;kind\r\n1001;9/15/2026;s1;call";
    fs::write(&sheet, saved).expect("the sheet is ours");
    let add = [
        "contact",
        "add",
        "--student",
        "1001",
        "--kind",
        "home visit",
        "--date",
        "2026-09-14",
    ];
    assert_eq!(district.run(&[&add[..], &["--area", "attendance"]].concat()).code, 0);
    assert_eq!(
        fs::read_to_string(&sheet).expect("the sheet"),
        "\u{feff}student_id;date;staff_id;kind;area\r\n1001;9/15/2026;s1;call;\r\n1001;2026-09-14;;home visit;attendance\r\n"
    );
    assert_eq!(
        lines(&district.ring("2026-09-16"), "staff_contacts"),
        ["  read    staff_contacts.csv: 2 rows"]
    );
    assert_eq!(nightly(&district), ["s2"]);
}

#[test]
fn contacts_that_cannot_be_noted() {
    let district = counseled();
    district.night("2026-09-14");
    let add = |more: &[&'static str]| [&["contact", "add", "--student", "1001"][..], more].concat();
    refuses(
        &district,
        &["contact", "add", "--student", "01001", "--kind", "call"],
        "error: firstbell: no export of this school year has brought a student `01001` — did you mean `1001`? [student-unknown]\n",
    );
    refuses(
        &district,
        &add(&["--kind", "=cmd"]),
        "error: firstbell: `=cmd` is no kind of contact — say in a word or two what it was: call, letter, home visit, meeting, voicemail [contact-kind]\n",
    );
    refuses(
        &district,
        &add(&["--kind", "call to Mrs Alder"]),
        "error: firstbell: the student's name stands in it, and it would be shown to others — say it without the name: the id is kept beside it [names-a-student]\n",
    );
    refuses(
        &district,
        &add(&["--kind", "call", "--date", "2026-08-01"]),
        "error: firstbell: 2026-08-01 is not in the school year from 2026-08-17 to 2027-06-11 — write the day of the contact after `--date`, as YYYY-MM-DD [contact-date]\n",
    );
    refuses(
        &district,
        &add(&["--kind", "call", "--date", "2126-08-01"]),
        "error: firstbell: 2126-08-01 is still to come — write the day of the contact after `--date`, as YYYY-MM-DD [contact-date]\n",
    );
    refuses(
        &district,
        &add(&["--kind", "call", "--date", "2026-09-14", "--area", "attendence"]),
        "error: firstbell: no rule at work is about the area `attendence` — did you mean `attendance`? [area-unknown]\n",
    );
    refuses(
        &district,
        &add(&["--kind", "call", "--date", "2026-09-14", "--by", "s11"]),
        "error: firstbell: no export has brought a person `s11` — did you mean `s1`? [staff-unknown]\n",
    );
    let sheet = district.home().join("sheets/staff_contacts.csv");
    fs::write(&sheet, "Student,Date\n").expect("the sheet is ours");
    refuses(
        &district,
        &add(&["--kind", "call", "--date", "2026-09-14"]),
        "error: sheets/staff_contacts.csv: the header lacks `student_id`, `staff_id`, `kind` — save it as CSV with the header student_id, date, staff_id, kind; `area` may follow [contact-sheet]\n",
    );
    district.edit("firstbell.toml", "folder = \"sheets\"", "# folder = \"sheets\"");
    refuses(
        &district,
        &add(&["--kind", "call", "--date", "2026-09-14"]),
        "error: firstbell: no feed of contacts is a sheet that staff keep — add a [[feed]] with `table = \"contacts\"`, `files = \"staff_contacts.csv\"` and `folder = \"sheets\"` [contact-no-sheet]\n",
    );
}

#[test]
fn a_sheet_on_a_share_that_is_away_is_said() {
    let district = counseled();
    district.edit("firstbell.toml", "folder = \"sheets\"", "folder = \"share\"");
    let rung = district.ring("2026-09-14");
    assert_eq!(
        (rung.code, lines(&rung, "waits:")),
        (
            3,
            vec![
                "waits: share: cannot be read: No such file or directory (os error 2); what was read there last still counts — see that the \
                 share is mounted and that the account firstbell runs under may read it, or mend `folder` in that [[feed]] [feed-folder]"
            ]
        )
    );
}

/// A home whose school year is around the clock's today: silences begin today.
struct Around {
    folder: tempfile::TempDir,
    today: Day,
}

impl Around {
    fn new() -> Around {
        let today = firstbell::clock::now(&jiff::tz::TimeZone::UTC).today;
        let around = Around {
            folder: tempfile::tempdir().expect("a folder"),
            today,
        };
        let home = around.home();
        let said = support::bare(&["init", home.to_str().expect("a path of text")]);
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        let path = home.join("firstbell.toml");
        let text = fs::read_to_string(&path).expect("init writes it");
        let years = format!(
            "school_years = [{{ start = {}, end = {} }}]",
            around.day(-60),
            around.day(60)
        );
        let line = |line: &str| match line.split(' ').next() {
            Some("time_zone") => "time_zone = \"UTC\"".to_owned(),
            Some("school_years") => years.clone(),
            _ => line.to_owned(),
        };
        let text: Vec<String> = text.lines().map(line).collect();
        fs::write(&path, text.join("\n")).expect("the home is ours");
        fs::write(
            home.join("rules/district.toml"),
            "[new_student]\nstatus = \"retired\"\n",
        )
        .expect("the home is ours");
        let put = |name: &str, text: &str| fs::write(home.join("inbox").join(name), text).expect("the inbox is ours");
        put("schools.csv", "school_id,name\n100,North High\n");
        put(
            "staff.csv",
            "staff_id,name,email,role\ns1,Maria Lopez,maria.lopez@district.example,counselor\n",
        );
        let days: String = (-60..60)
            .map(|day| format!(",{},instructional\n", around.day(day)))
            .collect();
        put("calendar.csv", &format!("school_id,date,day_type\n{days}"));
        let students: String = (0..6).map(|number| format!("000{number},Ana,Alder,9,100\n")).collect();
        put(
            "students.csv",
            &format!("student_id,first_name,last_name,grade,school_id\n{students}"),
        );
        around.absent(&[-2]);
        around.run(&["run", "--as-of", &around.day(-4).to_string()]);
        around
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("home")
    }

    fn day(&self, days: i32) -> Day {
        self.today.plus(days)
    }

    /// Tonight's attendance: student 0001 is absent on these days, and 0005 was late every day.
    fn absent(&self, days: &[i32]) {
        let late: String = (-60..0).map(|day| format!("0005,100,{},P\n", self.day(day))).collect();
        let absent: String = days
            .iter()
            .map(|day| format!("0001,100,{},A\n", self.day(*day)))
            .collect();
        let text = format!("student_id,school_id,date,code\n{late}{absent}");
        fs::write(self.home().join("inbox/attendance.csv"), text).expect("the inbox is ours");
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let home = self.home();
        let home = home.to_str().expect("a path of text");
        support::bare(&[&["--home", home], arguments].concat())
    }

    #[track_caller]
    fn refuses(&self, arguments: &[&str], screen: &str) {
        let said = self.run(arguments);
        assert_eq!(said.err, screen, "{}", said.out);
        assert_eq!((said.code, said.out.as_str()), (1, ""));
    }
}

#[test]
fn a_silence_is_asked_for_listed_and_ended() {
    let around = Around::new();
    let (today, until) = (around.day(0), around.day(20).to_string());
    assert_eq!(around.run(&["silence", "list"]).out, "Nobody has asked for silence.\n");
    let silent = [
        "silence",
        "add",
        "--until",
        &until,
        "--reason",
        "the family asked",
        "--by",
        "s1",
    ];
    let said = around.run(&[&silent[..], &["--student", "0001", "--area", "attendance"]].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_eq!(
        said.out,
        format!(
            "Silence 1 is kept: nobody is written about student 0001, the area attendance until {until}, urgent news is still written.\n\
             `firstbell silence end 1` ends it before; what is still true when it ends is written then.\n"
        )
    );
    let from = around.day(5).to_string();
    let said = around.run(&[&silent[..], &["--rule", "tardies", "--urgent", "--from", &from]].concat());
    assert_eq!(
        said.out.lines().next(),
        Some(
            format!("Silence 2 is kept: nobody is written about the rule tardies from {from} until {until}, urgent news too.")
                .as_str()
        )
    );
    // Five days in a row, all unexcused: concern by the streak, watch by pace, share and weeks are held; the urgent one goes out.
    around.absent(&[-5, -4, -3, -2, -1]);
    let rung = around.run(&["run"]);
    assert_eq!(rung.err, "");
    let listed = around.run(&["silence", "list"]);
    assert_eq!(
        listed.out,
        format!(
            "silence  state     student_id  rule     school_id  area        urgent    from        until       ended  by  reason            holds\n\
             1        in force  0001                            attendance  written   {today}  {until}         s1  the family asked  4\n\
             2        to come               tardies                         held too  {from}  {until}         s1  the family asked  0\n"
        )
    );
    let ended = around.run(&["silence", "end", "1", "--by", "Dana"]);
    assert_eq!(
        ended.out,
        "Silence 1 has ended: what it held and is still true is written with the next round.\n"
    );
    let csv = around.run(&["silence", "list", "--format", "csv"]);
    assert_eq!(
        csv.out,
        format!(
            "silence,state,student_id,rule,school_id,area,urgent,from,until,ended,by,reason,holds\n\
             2,to come,,tardies,,,held too,{from},{until},,s1,the family asked,0\n\
             1,over,0001,,,attendance,written,{today},{until},{today} by Dana,s1,the family asked,0\n"
        )
    );
    around.refuses(
        &["silence", "end", "1"],
        &format!("error: firstbell: silence 1 is over since {today} \u{2014} `firstbell silence list` lists them [silence-unknown]\n"),
    );
    around.refuses(
        &["silence", "end", "7"],
        "error: firstbell: there is no silence 7 \u{2014} `firstbell silence list` lists them [silence-unknown]\n",
    );
}

#[test]
fn silences_that_cannot_be_had() {
    let around = Around::new();
    let (today, until, end) = (around.day(0), around.day(20).to_string(), around.day(60));
    let add = |until: &str, more: &[&str]| {
        let words = ["silence", "add", "--until", until, "--reason", "they asked"];
        let words: Vec<String> = words.iter().chain(more).map(|word| (*word).to_owned()).collect();
        words
    };
    let refuses = |words: Vec<String>, screen: &str| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        around.refuses(&words, screen);
    };
    refuses(
        add(&until, &[]),
        "error: firstbell: a silence about everything would be a system that is switched off \u{2014} name a student, a rule, a school or \
         an area: `--student ID`, `--rule ID`, `--school ID`, `--area AREA` [silence-about-nothing]\n",
    );
    refuses(
        add(&until, &["--student", "1"]),
        "error: firstbell: no export of this school year has brought a student `1` \u{2014} did you mean `0001`? [student-unknown]\n",
    );
    refuses(
        add(&until, &["--rule", "tardys"]),
        "error: firstbell: no rule `tardys` is at work \u{2014} did you mean `tardies`? [rule-unknown]\n",
    );
    refuses(
        add(&until, &["--school", "north high"]),
        "error: firstbell: no export of this school year has brought a school `north high` \u{2014} did you mean `100`? [school-unknown]\n",
    );
    refuses(
        add(&until, &["--area", "attendence"]),
        "error: firstbell: no rule at work is about the area `attendence` \u{2014} did you mean `attendance`? [area-unknown]\n",
    );
    refuses(
        add(&around.day(-1).to_string(), &["--rule", "tardies"]),
        &format!(
            "error: firstbell: it would end on {}, before it begins on {today} \u{2014} write the last day of it after `--until` [silence-dates]\n",
            around.day(-1)
        ),
    );
    refuses(
        add(&until, &["--rule", "tardies", "--from", &around.day(-3).to_string()]),
        &format!(
            "error: firstbell: {} is over: what was written since cannot be taken back \u{2014} let it begin on {today} or later, or leave \
             out `--from` [silence-dates]\n",
            around.day(-3)
        ),
    );
    refuses(
        add(&around.day(61).to_string(), &["--rule", "tardies"]),
        &format!(
            "error: firstbell: {} lies after the school year, which ends on {end} \u{2014} write {end} or an earlier day after `--until` \
             [silence-dates]\n",
            around.day(61)
        ),
    );
    let named = around.run(&[
        "silence",
        "add",
        "--student",
        "0001",
        "--until",
        &until,
        "--reason",
        "Mrs. Alder asked",
    ]);
    assert_eq!(
        named.err,
        "error: firstbell: the student's name stands in it, and it would be shown to others \u{2014} say it without the name: the id is kept \
         beside it [names-a-student]\n"
    );
    let config = around.home().join("firstbell.toml");
    let text = fs::read_to_string(&config).expect("a configuration");
    fs::write(
        &config,
        text.replace("longest_silence_days = 90", "longest_silence_days = 14"),
    )
    .expect("the home is ours");
    refuses(
        add(&until, &["--rule", "tardies"]),
        &format!(
            "error: firstbell: {until} is 20 days after {today}, and `longest_silence_days` under [holds] is 14 \u{2014} write {} or an earlier \
             day; when it is over, it can be asked for again [silence-dates]\n",
            around.day(14)
        ),
    );
    let said = around.run(&["silence", "list"]);
    assert_eq!(said.out, "Nobody has asked for silence.\n");
}
