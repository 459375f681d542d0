//! The daemon as a process: what an SFTP server does to its inbox, what people do to its home, and how it ends. Every wait here is for
//! a condition; pauses are only those of the program that uploads.

#![cfg(unix)]

#[path = "support/homes.rs"]
mod homes;

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, SystemTime};

use firstbell::school::{Day, Weekday};
use homes::log::Running;
use homes::{Said, firstbell, init, mend};
use tempfile::TempDir;

/// Generous: these tests share two cores with everything else.
const LONGEST: Duration = Duration::from_secs(180);
/// Kilobytes that an idle daemon holds at most: thirty million bytes, whatever it was built for. What ships takes a third of them.
#[cfg(target_os = "linux")]
const MOST: u64 = 30_000_000 / 1024;
const RULE: &str = "rules/attendance/absence_streak.rhai";

/// Waits for a condition.
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = firstbell::clock::monotonic();
    while !is_so() {
        assert!(
            firstbell::clock::monotonic() - began < LONGEST,
            "waited in vain for {what}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A pause of the program that uploads.
fn the_line_is_slow(time: Duration) {
    std::thread::sleep(time);
}

/// A home for real days: files settle after a second, and no hour is near.
struct Home {
    folder: TempDir,
    home: PathBuf,
    /// Ten weekdays before today.
    days: Vec<Day>,
}

impl Home {
    fn new() -> Home {
        Home::of("canonical")
    }

    fn of(adapter: &str) -> Home {
        let folder = tempfile::tempdir().expect("a folder");
        let home = init(folder.path(), adapter);
        // Where it is morning now: the hour of these homes is midnight, and shall not strike in the middle of a test.
        let minute = firstbell::clock::now(&jiff::tz::TimeZone::UTC).minute;
        let zone = if minute < 12 * 60 { "UTC" } else { "Etc/GMT+12" };
        let today = firstbell::clock::now(&jiff::tz::TimeZone::get(zone).expect("a zone")).today;
        let path = home.join("firstbell.toml");
        let text = fs::read_to_string(&path).expect("init writes it");
        let line = |key: &str| {
            text.lines()
                .find(|line| line.starts_with(key))
                .expect("init writes it")
                .to_owned()
        };
        let (first, last) = (today.plus(-60), today.plus(120));
        let years = format!("school_years = [{{ start = {first}, end = {last} }}]");
        mend(&path, &line("school_years"), &years);
        mend(&path, &line("time_zone"), &format!("time_zone = \"{zone}\""));
        mend(&path, &line("settle_seconds"), "settle_seconds = 1");
        mend(&path, &line("ring_at"), "ring_at = \"00:00\"");
        // The nights of these tests lie in the past: nothing newer than they are will come.
        mend(
            &path,
            "table = \"attendance\"\n",
            "table = \"attendance\"\ngates = { expect_every = false }\n",
        );
        let back = (1..30).map(|ago| today.plus(-ago));
        let mut days: Vec<Day> = back
            .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
            .take(10)
            .collect();
        days.reverse();
        Home { folder, home, days }
    }

    fn inbox(&self) -> PathBuf {
        self.home.join("inbox")
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.inbox().join(name), text).expect("the inbox is ours");
    }

    fn schools(&self) -> String {
        "school_id,name\n100,North High\n".to_owned()
    }

    fn calendar(&self) -> String {
        let first = self.days[0].plus(-30);
        let days = (0..160).map(|later| first.plus(later));
        let weekdays = days.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
        let rows: String = weekdays.map(|day| format!(",{day},instructional\n")).collect();
        format!("school_id,date,day_type\n{rows}")
    }

    fn staff(&self) -> String {
        "staff_id,name,email,role\nT1,Ann Lee,ann@district.example,counselor\n".to_owned()
    }

    fn students(&self) -> String {
        let rows: String = (0..40)
            .map(|n| format!("{},Zebulon,Quillfeather,9,100\n", 1000 + n))
            .collect();
        format!("student_id,first_name,last_name,grade,school_id\n{rows}")
    }

    /// Student 1000 is absent every day, and so is 1001 on the first.
    fn attendance(&self, days: usize) -> String {
        let rows: String = self.days[..days]
            .iter()
            .map(|day| format!("1000,100,{day},A\n"))
            .collect();
        format!("student_id,school_id,date,code\n1001,100,{},A\n{rows}", self.days[0])
    }

    fn put_all(&self, days: usize) {
        self.put("schools.csv", &self.schools());
        self.put("calendar.csv", &self.calendar());
        self.put("staff.csv", &self.staff());
        self.put("students.csv", &self.students());
        self.put("attendance.csv", &self.attendance(days));
    }

    /// What the store answers; nothing while there is none.
    fn ask<T: rusqlite::types::FromSql>(&self, sql: &str) -> Option<T> {
        let path = self.home.join("var/firstbell.db");
        let db = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        db.query_row(sql, [], |row| row.get(0)).ok()
    }

    fn rounds(&self) -> i64 {
        self.ask("SELECT count(*) FROM round").unwrap_or(0)
    }

    /// Whether a file's very bytes were accepted, and how often its name was.
    fn accepted(&self, name: &str, text: &str) -> bool {
        let digest = blake3::hash(text.as_bytes()).to_hex();
        self.ask::<i64>(&format!(
            "SELECT count(*) FROM export WHERE name = '{name}' AND digest = '{digest}'"
        )) == Some(1)
    }

    fn said(&self, arguments: &[&str]) -> Said {
        firstbell(&self.home, arguments)
    }

    /// Every letter's text so far.
    fn letters(&self) -> String {
        let Ok(entries) = fs::read_dir(self.home.join("var/letters")) else {
            return String::new();
        };
        let text = |path: PathBuf| {
            let bytes = fs::read(path).unwrap_or_default();
            let mail = mailparse::parse_mail(&bytes).expect("a letter is mail");
            let parts = mail.parts().map(|part| part.get_body().unwrap_or_default());
            let words = parts.collect::<String>();
            words.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        entries.flatten().map(|entry| text(entry.path())).collect()
    }
}

/// A daemon; killed where a test ends without it.
struct Daemon(Running);

impl Daemon {
    fn start(home: &Home) -> Daemon {
        Daemon::start_with(home, &[])
    }

    fn start_with(home: &Home, variables: &[(&str, &str)]) -> Daemon {
        let log = home
            .folder
            .path()
            .join(format!("log-{:?}", SystemTime::UNIX_EPOCH.elapsed().expect("later")));
        let daemon = Daemon(Running::start(&home.home, &["daemon"], variables, log));
        wait_for("the daemon to watch", || daemon.logged("watching"));
        daemon
    }

    fn log(&self) -> String {
        self.0.log()
    }

    fn logged(&self, words: &str) -> bool {
        self.log().contains(words)
    }

    fn number(&self) -> u32 {
        self.0.child.id()
    }

    /// Waits until nothing keeps it awake.
    fn falls_asleep(&self) {
        wait_for("the daemon to fall asleep", || {
            let log = self.log();
            log.rfind(" asleep") > log.rfind(" awake").or(Some(0))
        });
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.number().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// All memory that it holds, its share of the program's own pages included, in kilobytes of `/proc`.
    #[cfg(target_os = "linux")]
    fn kilobytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.number())).expect("it lives");
        let all = status
            .lines()
            .find(|line| line.starts_with("VmRSS"))
            .expect("Linux tells");
        all.split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok())
            .expect("a number")
    }

    fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        wait_for("the daemon to end", || {
            status = self.0.ended();
            status.is_some()
        });
        status.expect("it ended")
    }

    /// Ends it as systemd does.
    fn end(mut self) -> String {
        self.signal("-TERM");
        let status = self.ended();
        let log = self.log();
        assert_eq!(status.code(), Some(0), "{log}");
        assert!(!log.contains("panicked"), "{log}");
        log
    }
}

/// Uploads a text in pieces, with a pause after each.
fn upload(path: &Path, text: &str, pieces: usize, pause: Duration) {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .expect("the inbox is ours");
    for piece in text.as_bytes().chunks(text.len().div_ceil(pieces)) {
        file.write_all(piece).expect("room");
        the_line_is_slow(pause);
    }
}

#[test]
fn files_that_grow_are_renamed_in_resumed_and_out_of_order_make_one_round_per_complete_set() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let inbox = home.inbox();
    let (short, long) = (Duration::from_millis(400), Duration::from_millis(2_500));

    // First night. One file grows for longer than settling takes, one comes under another name, one breaks off in the middle of a
    // record, rests longer than settling takes, and is resumed.
    home.put("schools.csv", &home.schools());
    home.put("staff.csv", &home.staff());
    let students = home.students();
    let (begun, rest) = students.split_at(students.len() / 2 + 5);
    assert!(!begun.ends_with('\n'), "it breaks off inside a record");
    upload(&inbox.join("students.csv"), begun, 4, short);
    let attendance = home.attendance(7);
    let half = &attendance[..attendance.len() / 2];
    fs::write(inbox.join("attendance.csv.filepart"), half).expect("ours");
    the_line_is_slow(long);
    upload(&inbox.join("students.csv"), rest, 4, short);
    upload(&inbox.join("calendar.csv"), &home.calendar(), 5, short);
    fs::write(inbox.join("attendance.csv.filepart"), &attendance).expect("ours");
    fs::rename(inbox.join("attendance.csv.filepart"), inbox.join("attendance.csv")).expect("one file system");
    wait_for("the first round", || home.rounds() > 0);
    for (name, text) in [
        ("schools.csv", home.schools()),
        ("staff.csv", home.staff()),
        ("students.csv", students.clone()),
        ("calendar.csv", home.calendar()),
        ("attendance.csv", attendance),
    ] {
        assert!(
            home.accepted(name, &text),
            "{name} was not read whole: {}",
            daemon.log()
        );
    }
    assert_eq!(home.rounds(), 1, "{}", daemon.log());

    // Second night. Attendance is replaced by a file with an older time, renamed in from another folder; students come again with
    // two more.
    let attendance = home.attendance(8);
    let elsewhere = home.folder.path().join("attendance.csv");
    fs::write(&elsewhere, &attendance).expect("ours");
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let times = fs::FileTimes::new().set_modified(old);
    File::options()
        .write(true)
        .open(&elsewhere)
        .and_then(|file| file.set_times(times))
        .expect("ours");
    fs::rename(&elsewhere, inbox.join("attendance.csv")).expect("one file system");
    let more = "2000,Late,Comer,9,100\n2001,Later,Comer,9,100\n";
    let students = students + more;
    upload(&inbox.join("students.csv"), &students, 5, short);
    wait_for("the second round", || home.rounds() > 1);
    assert!(home.accepted("attendance.csv", &attendance), "{}", daemon.log());
    assert!(home.accepted("students.csv", &students), "{}", daemon.log());
    assert_eq!(home.rounds(), 2, "{}", daemon.log());

    // Third night, out of order: the marker lies there before its file, with the bytes that it shall have.
    let attendance = home.attendance(9);
    home.put("attendance.csv.done", &attendance.len().to_string());
    upload(&inbox.join("attendance.csv"), &attendance, 6, short);
    wait_for("the third round", || home.rounds() > 2);
    assert!(home.accepted("attendance.csv", &attendance), "{}", daemon.log());

    // Fourth night: nothing was rung in between that found nothing to do.
    home.put("attendance.csv", &home.attendance(10));
    wait_for("the fourth round", || home.rounds() > 3);
    let log = daemon.end();
    assert_eq!(log.matches("ringing: a complete set of files").count(), 4, "{log}");
    assert_eq!(log.matches("ringing").count(), 4, "{log}");
    assert_eq!(
        home.ask::<i64>("SELECT count(*) FROM export WHERE name = 'students.csv'"),
        Some(2)
    );
    assert_eq!(
        home.ask::<i64>("SELECT count(*) FROM export WHERE name = 'attendance.csv'"),
        Some(4)
    );
    assert!(!log.contains("WARN"), "{log}");
}

#[test]
fn a_folder_that_is_uploaded_file_by_file_makes_one_round() {
    let home = Home::of("oneroster");
    let daemon = Daemon::start(&home);
    let folder = home.inbox().join("nightly");
    let (short, long) = (Duration::from_millis(400), Duration::from_millis(2_500));
    let put = |name: &str, text: &str| fs::write(folder.join(name), text).expect("ours");
    let absent = [
        "academicSessions",
        "classes",
        "courses",
        "enrollments",
        "lineItems",
        "results",
    ];
    let absent: String = absent.iter().map(|name| format!("file.{name},absent\n")).collect();
    let manifest = format!("propertyName,value\noneroster.version,1.1\nfile.orgs,bulk\nfile.users,bulk\n{absent}");
    let users: String = (0..40)
        .map(|n| format!("s-{n},,,true,sch-1,student,x,Zebulon,Quillfeather,,09\n"))
        .collect();
    let header =
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,email,grades\n";
    let users = format!("{header}{users}");
    let rows = |of: i64| {
        let sql = "SELECT rows FROM export WHERE name = 'nightly/users.csv' ORDER BY rowid DESC LIMIT 1";
        home.ask::<i64>(sql) == Some(of)
    };
    fs::create_dir(&folder).expect("ours");
    home.put("calendar.csv", &home.calendar());
    put("manifest.csv", &manifest);
    put(
        "orgs.csv",
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nsch-1,,,North High,school,1,\n",
    );
    // One file has not come at all, then breaks off inside a record, and rests longer each time than settling takes.
    the_line_is_slow(long);
    let (begun, rest) = users.split_at(users.len() / 2 + 5);
    assert!(!begun.ends_with('\n'), "it breaks off inside a record");
    upload(&folder.join("users.csv"), begun, 3, short);
    the_line_is_slow(long);
    assert_eq!(home.rounds(), 0, "{}", daemon.log());
    upload(&folder.join("users.csv"), rest, 3, short);
    wait_for("the first round", || home.rounds() > 0);
    assert!(rows(40), "{}", daemon.log());
    assert_eq!(home.rounds(), 1, "{}", daemon.log());
    wait_for("the files to be put away", || {
        fs::read_dir(&folder).is_ok_and(|entries| entries.count() == 0)
    });

    // The second night into the same folder, which is watched though only the inbox tells of itself.
    put("users.csv.filepart", &users);
    put(
        "orgs.csv",
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nsch-1,,,North High,school,1,\n",
    );
    put("manifest.csv", &manifest);
    the_line_is_slow(long);
    assert_eq!(home.rounds(), 1, "{}", daemon.log());
    put(
        "users.csv.filepart",
        &format!("{users}s-99,,,true,sch-1,student,x,Zebulon,Quillfeather,,09\n"),
    );
    fs::rename(folder.join("users.csv.filepart"), folder.join("users.csv")).expect("one file system");
    wait_for("the second round", || home.rounds() > 1);
    assert!(rows(41), "{}", daemon.log());
    let log = daemon.end();
    assert!(!log.contains("Quillfeather"), "{log}");
}

#[test]
fn feeds_of_a_set_are_read_when_each_has_a_new_file() {
    let home = Home::new();
    let config = home.home.join("firstbell.toml");
    for table in ["students", "attendance"] {
        let files = format!("files = \"{table}*.csv\"");
        mend(&config, &files, &format!("{files}\nset = \"nightly\""));
    }
    let daemon = Daemon::start(&home);
    home.put("students.csv", &home.students());
    home.put("staff.csv", &home.staff());
    wait_for("a round for the file without a set", || home.rounds() == 1);
    assert_eq!(
        home.ask::<String>("SELECT group_concat(name) FROM export"),
        Some("staff.csv".to_owned())
    );
    home.put("attendance.csv", &home.attendance(7));
    wait_for("the set's round", || home.rounds() == 2);
    assert!(home.accepted("students.csv", &home.students()) && home.accepted("attendance.csv", &home.attendance(7)));
    daemon.end();
}

#[test]
fn a_good_edit_is_at_work_before_the_next_round_and_a_bad_one_never_is() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.put_all(7);
    wait_for("the first round", || home.rounds() == 1);
    let digest = || {
        home.ask::<String>("SELECT digest FROM school_rule WHERE rule = 'absence_streak'")
            .expect("judged")
    };
    let shipped = digest();

    // The edit and the files come at once.
    mend(&home.home.join(RULE), "student.streak }", "student.streak + 0 }");
    home.put("attendance.csv", &home.attendance(8));
    wait_for("the second round", || home.rounds() == 2);
    let ours = digest();
    assert_ne!(ours, shipped, "{}", daemon.log());
    assert!(
        daemon.logged(&format!("{RULE}: was changed and is at work")),
        "{}",
        daemon.log()
    );
    wait_for("the operator's report", || {
        home.letters().contains("was changed and is at work")
    });

    mend(&home.home.join(RULE), "student.streak + 0 }", "student.strake }");
    home.put("attendance.csv", &home.attendance(9));
    wait_for("the third round", || home.rounds() == 3);
    assert_eq!(digest(), ours, "the last good version stays");
    assert!(
        daemon.logged("refused: rules/attendance/absence_streak.rhai"),
        "{}",
        daemon.log()
    );
    wait_for("the operator's report", || {
        home.letters().contains("the last good version stays at work")
    });

    // The same for the configuration; the round goes on with the one that is good.
    mend(
        &home.home.join("firstbell.toml"),
        "settle_seconds = 1",
        "settle_seconds = soon",
    );
    wait_for("the refusal", || {
        daemon.logged("everything stays at work as it was before the edit")
    });
    home.put("attendance.csv", &home.attendance(10));
    wait_for("the fourth round", || home.rounds() == 4);
    mend(
        &home.home.join("firstbell.toml"),
        "settle_seconds = soon",
        "settle_seconds = 2",
    );
    wait_for("the mended one", || {
        daemon.logged("firstbell.toml: was changed and is at work")
    });
    daemon.end();
}

#[test]
fn a_home_has_one_daemon_and_status_tells_of_it() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    let second = home.said(&["daemon"]);
    assert_eq!(second.code, 1, "{}", second.err);
    assert!(second.err.contains("[daemon-running]"), "{}", second.err);
    assert!(
        second.err.contains(&format!("process {}", daemon.number())),
        "{}",
        second.err
    );
    let status = home.said(&["status"]);
    let alive = format!(
        "  daemon      at work as process {}; has not rung yet, next hour ",
        daemon.number()
    );
    assert!(status.out.contains(&alive), "{}", status.out);

    // A word from outside is heard, files or not.
    File::create(home.home.join("var/ring")).expect("ours");
    wait_for("the round that was asked for", || {
        daemon.logged("ringing: asked to") && !home.home.join("var/ring").exists()
    });
    daemon.end();
    let status = home.said(&["status"]);
    assert!(
        status.out.contains("  daemon      not running; rang "),
        "{}",
        status.out
    );
    assert!(status.out.contains("(asked to)"), "{}", status.out);
}

#[test]
fn a_night_that_did_not_happen_is_made_up_for_at_the_start_and_said() {
    let home = Home::new();
    let now = firstbell::clock::now(&jiff::tz::TimeZone::UTC).seconds;
    fs::create_dir_all(home.home.join("var")).expect("the home is ours");
    // Four days hold a school day, whatever day it is.
    let record = format!("{{\"rung\": {}, \"next\": null}}", now - 4 * 86_400);
    fs::write(home.home.join("var/bell.json"), record).expect("the home is ours");
    home.put_all(7);
    let daemon = Daemon::start(&home);
    wait_for("the round", || home.rounds() == 1);
    assert!(daemon.logged("passed unrung"), "{}", daemon.log());
    assert!(
        home.accepted("attendance.csv", &home.attendance(7)),
        "it waited for what lay there"
    );
    wait_for("the operator's report", || {
        home.letters().contains("this round makes up for it")
    });
    let log = daemon.end();
    assert_eq!(log.matches("ringing").count(), 1, "{log}");
}

#[test]
fn killed_in_the_middle_it_takes_up_where_it_was() {
    let home = Home::new();
    let mut daemon = Daemon::start(&home);
    home.put_all(7);
    wait_for("the round to begin", || daemon.logged("ringing"));
    daemon.signal("-KILL");
    daemon.ended();
    drop(daemon);
    let daemon = Daemon::start(&home);
    wait_for("the night to be there", || {
        home.accepted("attendance.csv", &home.attendance(7))
    });
    home.put("attendance.csv", &home.attendance(8));
    wait_for("the next night", || {
        home.accepted("attendance.csv", &home.attendance(8))
    });
    assert_eq!(home.rounds(), 2, "{}", daemon.log());
    daemon.end();
}

#[test]
fn what_a_round_had_claimed_when_it_was_cut_off_rings_at_the_start() {
    let home = Home::new();
    home.put_all(7);
    // As a killed round leaves them: nothing lies in the inbox.
    let claimed = home.home.join("var/work/1");
    fs::create_dir_all(&claimed).expect("the home is ours");
    for entry in fs::read_dir(home.inbox()).expect("the inbox is ours") {
        let path = entry.expect("a file").path();
        fs::rename(&path, claimed.join(path.file_name().expect("a name"))).expect("one file system");
    }
    let daemon = Daemon::start(&home);
    wait_for("the round", || home.rounds() == 1);
    assert!(home.accepted("attendance.csv", &home.attendance(7)), "{}", daemon.log());
    daemon.falls_asleep();
    let log = daemon.end();
    assert_eq!(log.matches("ringing").count(), 1, "{log}");
}

#[test]
fn asked_to_end_in_the_middle_of_a_round_it_keeps_all_or_nothing() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.put_all(7);
    // Rows enough to be caught reading them.
    let mut many = home.students();
    for number in 10_000..60_000 {
        many.push_str(&format!("{number},Zebulon,Quillfeather,9,100\n"));
    }
    home.put("students.csv", &many);
    wait_for("the round to begin", || daemon.logged("ringing"));
    let log = daemon.end();
    assert!(log.contains("ended"), "{log}");
    let rounds = home.rounds();
    assert!(rounds <= 1, "{log}");
    assert_eq!(
        rounds == 1,
        home.accepted("students.csv", &many),
        "a round and its files are kept together: {log}"
    );
    let daemon = Daemon::start(&home);
    wait_for("the night to be there", || home.accepted("students.csv", &many));
    assert_eq!(home.rounds(), 1, "{}", daemon.log());
    // What so many students took is given back, by a process of the same number that goes on with the next night.
    daemon.falls_asleep();
    #[cfg(target_os = "linux")]
    assert!(daemon.kilobytes() < MOST, "{} kB", daemon.kilobytes());
    home.put("attendance.csv", &home.attendance(8));
    wait_for("the next night", || {
        home.accepted("attendance.csv", &home.attendance(8))
    });
    assert_eq!(home.rounds(), 2, "{}", daemon.log());
    daemon.end();
}

#[test]
fn an_inbox_that_vanishes_and_returns_and_a_pipe_in_it_do_no_harm() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.put_all(7);
    wait_for("the first round", || home.rounds() == 1);
    let away = home.folder.path().join("away");
    fs::rename(home.inbox(), &away).expect("one file system");
    wait_for("the inbox to be missed", || daemon.logged("inbox-unreadable"));
    fs::rename(&away, home.inbox()).expect("one file system");
    let made = Command::new("mkfifo")
        .arg(home.inbox().join("attendance-pipe.csv"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    home.put("attendance.csv", &home.attendance(8));
    wait_for("the second round", || home.rounds() == 2);
    assert!(home.accepted("attendance.csv", &home.attendance(8)));
    // Another folder takes its place.
    fs::rename(home.inbox(), &away).expect("one file system");
    fs::create_dir(home.inbox()).expect("the home is ours");
    home.put("attendance.csv", &home.attendance(9));
    wait_for("the third round", || home.rounds() == 3);
    let log = daemon.end();
    assert!(log.contains("not-a-plain-file"), "{log}");
    assert_eq!(
        log.matches("ringing").count(),
        3,
        "what came back unchanged is no news: {log}"
    );
}

#[test]
fn the_service_manager_hears_of_ready_life_and_end() {
    let home = Home::new();
    let path = home.folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).expect("a socket");
    socket.set_read_timeout(Some(LONGEST)).expect("a limit");
    let path = path.to_str().expect("text");
    let daemon = Daemon::start_with(&home, &[("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "200000")]);
    let mut heard = String::new();
    let mut listen = |until: &str| {
        let mut bytes = [0; 512];
        while !heard.contains(until) {
            let length = socket.recv(&mut bytes).expect("a word in time");
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
            heard.push('\n');
        }
    };
    listen("READY=1");
    listen("WATCHDOG=1");
    daemon.signal("-TERM");
    listen("STOPPING=1");
    daemon.end_of_life();
}

impl Daemon {
    fn end_of_life(mut self) {
        assert_eq!(self.ended().code(), Some(0), "{}", self.log());
    }
}

#[test]
fn a_run_by_hand_leaves_a_file_that_is_still_being_written_and_waits_for_it_when_told_to() {
    let home = Home::new();
    let config = home.home.join("firstbell.toml");
    mend(&config, "settle_seconds = 1", "settle_seconds = 600");
    home.put_all(7);
    let students = home.students();
    home.put("students.csv", &students[..students.len() - 8]);
    let said = home.said(&["run"]);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    assert!(
        said.out
            .contains("students.csv: is still being written and was not read"),
        "{}",
        said.out
    );
    assert!(home.accepted("calendar.csv", &home.calendar()), "the rest was read");
    assert_eq!(
        home.ask::<i64>("SELECT count(*) FROM export WHERE name = 'students.csv'"),
        Some(0)
    );

    mend(&config, "settle_seconds = 600", "settle_seconds = 2");
    let path = home.inbox().join("students.csv");
    let missing = students[students.len() - 8..].to_owned();
    let uploader = std::thread::spawn(move || upload(&path, &missing, 4, Duration::from_millis(500)));
    let said = home.said(&["run", "--wait"]);
    uploader.join().expect("the upload ends");
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(home.accepted("students.csv", &students), "{}", said.out);
}

#[test]
fn a_run_by_hand_keeps_the_files_of_a_set_together() {
    let home = Home::new();
    let config = home.home.join("firstbell.toml");
    for table in ["students", "attendance"] {
        let files = format!("files = \"{table}*.csv\"");
        mend(&config, &files, &format!("{files}\nset = \"nightly\""));
    }
    mend(&config, "settle_seconds = 1", "settle_seconds = 600");
    home.put_all(7);
    let students = home.students();
    home.put("students.csv", &students[..students.len() - 8]);
    let said = home.said(&["run"]);
    assert_eq!(said.code, 3, "{}{}", said.out, said.err);
    let waits = "attendance.csv: is complete and waits for `students.csv` of the set `nightly`";
    assert!(said.out.contains(waits), "{}", said.out);
    assert!(home.accepted("staff.csv", &home.staff()), "the rest was read");
    home.put("students.csv", &students);
    let said = home.said(&["run"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(home.accepted("students.csv", &students) && home.accepted("attendance.csv", &home.attendance(7)));
}

#[cfg(target_os = "linux")]
#[test]
fn idle_it_costs_next_to_nothing() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    home.put_all(10);
    wait_for("the round", || daemon.logged("rang as of"));
    // What the round took is given back once nothing has happened for a while.
    daemon.falls_asleep();
    let ticks = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", daemon.number())).expect("it lives");
        let after_name = stat.rsplit_once(')').expect("a name").1.to_owned();
        let words: Vec<u64> = after_name
            .split_whitespace()
            .map(|word| word.parse().unwrap_or(0))
            .collect();
        // utime and stime, fields 14 and 15 of proc(5).
        words[11] + words[12]
    };
    // Beginning anew is work, too, and is over when a second has passed without any.
    let mut still = (ticks(), firstbell::clock::monotonic());
    wait_for("a second without work", || {
        let now = (ticks(), firstbell::clock::monotonic());
        if now.0 != still.0 {
            still = now;
        }
        now.1 - still.1 > Duration::from_secs(1)
    });
    let before = ticks();
    let began = firstbell::clock::monotonic();
    wait_for("three idle seconds", || {
        firstbell::clock::monotonic() - began > Duration::from_secs(3)
    });
    let spent = ticks() - before;
    assert!(spent <= 3, "{spent} hundredths of a second in three idle seconds");
    let kilobytes = daemon.kilobytes();
    assert!(kilobytes < MOST, "{kilobytes} kB");
    daemon.end();
}

#[test]
fn asleep_it_hears_files_and_words_and_is_told_what_it_was_told_before() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    daemon.falls_asleep();
    // An edit while it sleeps is news for the next report, and it may sleep again before that.
    mend(&home.home.join(RULE), "student.streak }", "student.streak + 0 }");
    let at_work = format!("{RULE}: was changed and is at work");
    wait_for("the edit to be at work", || daemon.logged(&at_work));
    daemon.falls_asleep();
    home.put_all(7);
    wait_for("the round", || home.rounds() == 1);
    assert!(home.accepted("attendance.csv", &home.attendance(7)));
    wait_for("the operator's report", || {
        home.letters().contains("was changed and is at work")
    });
    daemon.falls_asleep();
    File::create(home.home.join("var/ring")).expect("ours");
    wait_for("the round that was asked for", || {
        daemon.logged("ringing: asked to") && !home.home.join("var/ring").exists()
    });
    daemon.falls_asleep();
    assert_eq!(home.said(&["status"]).code, 0);
    let second = home.said(&["daemon"]);
    assert!(second.err.contains("[daemon-running]"), "{}", second.err);
    let log = daemon.end();
    assert!(log.contains("ended"), "{log}");
    assert_eq!(log.matches(&at_work).count(), 1, "{log}");
    assert_eq!(log.matches("ringing").count(), 2, "{log}");
}

#[test]
fn what_is_broken_while_it_sleeps_is_refused_as_if_it_had_been_awake() {
    let home = Home::new();
    let daemon = Daemon::start(&home);
    daemon.falls_asleep();
    // No round has kept this rule: the one that sleeps alone knows what it was.
    mend(&home.home.join(RULE), "student.streak }", "student.strake }");
    wait_for("the refusal", || daemon.logged(&format!("refused: {RULE}")));
    assert!(daemon.logged("the last good version stays at work"), "{}", daemon.log());
    home.put_all(7);
    wait_for("the round", || home.rounds() == 1);
    let judged = "SELECT count(*) FROM school_rule WHERE rule = 'absence_streak'";
    assert_eq!(home.ask::<i64>(judged), Some(1), "{}", daemon.log());
    mend(&home.home.join(RULE), "student.strake }", "student.streak }");
    wait_for("the mended rule", || {
        daemon.logged(&format!("{RULE}: was changed and is at work"))
    });
    daemon.falls_asleep();
    let config = home.home.join("firstbell.toml");
    mend(&config, "settle_seconds = 1", "settle_seconds = soon");
    wait_for("the refusal", || {
        daemon.logged("everything stays at work as it was before the edit")
    });
    home.put("attendance.csv", &home.attendance(8));
    wait_for("a round with the last good one", || home.rounds() == 2);
    daemon.end();
}

#[test]
fn the_unit_in_the_operator_s_page_is_the_one_that_lies_beside_it() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let read = |name: &str| fs::read_to_string(docs.join(name)).expect("a page");
    assert!(read("operator.md").contains(&format!("```\n{}```", read("firstbell.service"))));
}
