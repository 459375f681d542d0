//! No log line, no problem, no screen and no table but the directory and sealed letters holds a student's name.
//!
//! Every student of a small district bears names that occur nowhere else; nights are rung over exports full of mistakes in those
//! very students' rows, every command is given, the log is at its most talkative, and all of it is searched.

#[path = "support/log.rs"]
mod log;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use rusqlite::types::Value;
use tempfile::TempDir;

/// Parts of every first and every last name, in no other word; in any case.
const MARKERS: [&str; 2] = ["zzqfirst", "zzqlast"];
const STUDENTS: usize = 24;
const NIGHTS: [&str; 3] = ["2026-10-15", "2026-10-16", "2026-10-19"];

struct Home {
    folder: TempDir,
    /// Every screen and every log line so far, with the command.
    said: std::cell::RefCell<Vec<(String, String)>>,
}

impl Home {
    fn new(show: &str) -> Home {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Home {
            folder,
            said: std::cell::RefCell::default(),
        };
        let path = home.path("");
        home.give(&["init", path.to_str().expect("a path of text")]);
        let file = home.path("firstbell.toml");
        let text = fs::read_to_string(&file).expect("init writes it");
        let shown = text.replacen("show = \"initials\"", &format!("show = \"{show}\""), 1);
        let start = shown.find("school_years = ").expect("init writes school years");
        let end = start + shown[start..].find('\n').expect("a line");
        let years = "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]";
        fs::write(&file, format!("{}{years}{}", &shown[..start], &shown[end..])).expect("the home is ours");
        home
    }

    fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    fn put(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).expect("the home is ours");
    }

    /// Gives a command with the log at trace level; what it says is kept to be searched. Returns screen and log.
    fn give(&self, arguments: &[&str]) -> String {
        let (output, log) = log::hear_whole(&[], Some(self.folder.path()), arguments).expect("the program runs");
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("UTF-8"));
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        let said = [out, err, log].concat();
        self.said.borrow_mut().push((arguments.join(" "), said.clone()));
        said
    }

    fn ring(&self) {
        for (at, night) in NIGHTS.iter().enumerate() {
            exports(self, night, at > 0);
            self.give(&["run", "--as-of", night]);
        }
    }
}

fn names(number: usize) -> (String, String) {
    (format!("Zzqfirst{number:04}"), format!("Zzqlast{number:04}"))
}

fn marked(text: &str) -> bool {
    let text = text.to_lowercase();
    MARKERS.iter().any(|marker| text.contains(marker))
}

/// Weekdays from the first school day to the night.
fn days(night: &str) -> Vec<String> {
    let start: firstbell::school::Day = "2026-08-17".parse().expect("a day");
    let last: firstbell::school::Day = night.parse().expect("a day");
    let all = (0..200).map(|days| start.plus(days)).take_while(|day| *day <= last);
    let weekday = |day: &firstbell::school::Day| {
        use firstbell::school::Weekday;
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
    };
    all.filter(weekday).map(|day| day.to_string()).collect()
}

/// Exports up to a night; the later ones with a name in the columns where a shifted row would put it.
fn exports(home: &Home, night: &str, broken: bool) {
    let days = days(night);
    home.put("inbox/schools.csv", "school_id,name\n100,North High\n");
    let mut calendar = String::from("school_id,date,day_type\n");
    days.iter()
        .for_each(|day| writeln!(calendar, ",{day},instructional").expect("text"));
    home.put("inbox/calendar.csv", &calendar);
    home.put(
        "inbox/terms.csv",
        "term,school_id,start,end\nQ1,,2026-08-17,2026-10-30\n",
    );
    let staff = "staff_id,name,email,role,schools,last_names\n\
        T1,Ada Lin,ada.lin@district.example,counselor,100,A-Zzz\nT2,Bo Ray,bo.ray@district.example,principal,100,\n";
    home.put("inbox/staff.csv", staff);
    let mut students = String::from("student_id,first_name,last_name,grade,school_id,entry_date,programs,homeroom\n");
    let mut attendance = String::from("student_id,school_id,date,code,period,portion\n");
    let mut grades = String::from("student_id,school_id,course_id,course_name,subject,term,mark,kind,date\n");
    let mut behavior = String::from("incident_id,student_id,school_id,date,type,role,action,action_days\n");
    for number in 0..STUDENTS {
        let (first, last) = names(number);
        let id = format!("S{number:03}");
        let grade = if broken && number == 3 { "nine" } else { "9" };
        writeln!(students, "{id},{first},{last},{grade},100,2026-08-17,,H1").expect("text");
        for (at, day) in days.iter().enumerate() {
            let code = if (at + number) % (3 + number) == 0 { "A" } else { "P" };
            writeln!(attendance, "{id},100,{day},{code},,").expect("text");
        }
        let mark = 50 + number * 2;
        for course in ["Algebra", "English", "Biology"] {
            writeln!(
                grades,
                "{id},100,{course},{course},{course},Q1,{mark},progress,2026-10-01"
            )
            .expect("text");
        }
        for incident in 0..number % 5 {
            writeln!(
                behavior,
                "I{number}-{incident},{id},100,2026-10-1{incident},Fighting,offender,OSS,1"
            )
            .expect("text");
        }
    }
    if broken {
        students.push_str("S900,Zzqfirst0900,\"Zzqlast0900,9,100\nS901,Zzqfirst0901,Zzqlast0901\n,Zzqfirst0902,Zzqlast0902,9,100,,,\n");
        students.push_str("S004,Zzqfirst0004,Zzqlast0904,9,100,2026-13-45,,H1\n");
        attendance.push_str("S001,100,2026-10-15,QQ,,\nS002,100,15.10.2026,A,,\nS002,100,2173-01-01,A,,\nS003,100,2026-10-14,A,,many\nX1,100,2026-10-14,A,,\n");
        grades.push_str("S001,100,Algebra,Algebra,Math,Q1,85.12 B+ or so,progress,2026-10-02\nS002,100,Art,Art,Art,Q1,A++,sometimes,2026-10-05\nS002,100,Art,Art,Art,Q1,80,final,soon\n");
        behavior.push_str("I900,S005,100,2026-10-14,Fighting,ringleader,OSS,lots\n,S005,100,2026-10-14,Fighting,,,\n");
    }
    for (file, text) in [
        ("students", students),
        ("attendance", attendance),
        ("grades", grades),
        ("behavior", behavior),
    ] {
        home.put(&format!("inbox/{file}.csv"), &text);
    }
}

/// Every command that says something, letters in full left out.
fn every_command(home: &Home) {
    let (day, past) = (NIGHTS[2], NIGHTS[0]);
    for arguments in [
        ["check"].as_slice(),
        &["status"],
        &["status", "--format", "json"],
        &["standing"],
        &["standing", "--format", "csv"],
        &["standing", "--format", "json", "--student", "S001"],
        &["verdicts"],
        &["verdicts", "--format", "csv"],
        &["verdicts", "--format", "json", "--rule", "chronic_absence"],
        &["explain", "S001"],
        &["explain", "S000", "--as-of", past],
        &["explain", "S003", "--rule", "chronic_absence"],
        &["explain", "Zzq"],
        &["rules", "list"],
        &["rules", "test"],
        &["rules", "show", "chronic_absence"],
        &["route", "explain", "S001", "--rule", "chronic_absence"],
        &["route", "explain", "S020", "--rule", "core_failure"],
        &["route", "check"],
        &["outbox", "list"],
        &["outbox", "list", "--format", "json"],
        &["outbox", "retry"],
        &["mail", "test", "ada.lin@district.example"],
        &["run", "--as-of", past],
        &["go-live", "--yes"],
        &["run", "--as-of", day],
        &["status"],
    ] {
        home.give(arguments);
    }
}

fn spoil_rules(home: &Home) {
    home.put("rules/attendance/broken.rhai", "//! Broken\nconst RULE = #{ area: \"attendance\", levels: #{ watch: 1 } };\nfn measure(student, p) { student.last_name }\n");
}

/// Tables and columns in which a name stands.
fn named_columns(home: &Home) -> Vec<String> {
    let db = rusqlite::Connection::open(home.path("var/firstbell.db")).expect("the store is there");
    let mut tables = db
        .prepare("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        .expect("a query");
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .expect("tables")
        .map(|name| name.expect("a name"))
        .collect();
    assert!(
        tables.iter().any(|table| table == "directory"),
        "the store's tables are searched"
    );
    let mut found = Vec::new();
    for table in tables {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).expect("a query");
        let columns: Vec<String> = all.column_names().map(str::to_owned).collect();
        let mut rows = all.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            for (at, column) in columns.iter().enumerate() {
                let bytes = match row.get::<_, Value>(at).expect("a cell") {
                    Value::Text(text) => text.into_bytes(),
                    Value::Blob(bytes) => bytes,
                    _ => continue,
                };
                let place = format!("{table}.{column}");
                if marked(&String::from_utf8_lossy(&bytes)) && !found.contains(&place) {
                    found.push(place);
                }
            }
        }
    }
    found.sort();
    found
}

#[test]
fn no_screen_no_log_and_no_table_holds_a_name() {
    for show in ["names", "initials"] {
        let home = Home::new(show);
        spoil_rules(&home);
        home.ring();
        every_command(&home);
        let said = home.said.borrow();
        let all: String = said.iter().map(|(_, said)| said.as_str()).collect();
        // The mistakes were met and said, else their messages were never searched.
        for code in [
            "unknown-code",
            "unknown-mark",
            "S001",
            "chronic_absence",
            "ada.lin@district.example",
        ] {
            assert!(all.contains(code), "nothing said `{code}` in:\n{all}");
        }
        for (command, said) in said.iter().filter(|(command, _)| command != "explain Zzq") {
            let lines: Vec<&str> = said.lines().filter(|line| marked(line)).collect();
            assert!(lines.is_empty(), "`{command}` says a name: {lines:#?}");
        }
        let named = named_columns(&home);
        let allowed = ["directory.first_name", "directory.last_name", "letter.sealed"];
        let wrong: Vec<&String> = named
            .iter()
            .filter(|place| !allowed.contains(&place.as_str()))
            .collect();
        assert!(wrong.is_empty(), "names stand in {wrong:?}");
        assert!(
            named.contains(&"directory.last_name".to_owned()),
            "the search finds names where they are"
        );
    }
}

#[test]
fn names_stand_in_letters_where_the_district_shows_them_and_in_no_subject() {
    for (show, shown) in [("names", true), ("initials", false), ("id", false), ("counts", false)] {
        let home = Home::new(show);
        exports(&home, NIGHTS[0], false);
        let dry = home.give(&["run", "--as-of", NIGHTS[0], "--dry-run"]);
        assert_eq!(marked(&dry), shown, "a dry run with show = `{show}`:\n{dry}");
        home.ring();
        let letters = fs::read_dir(home.path("var/letters")).expect("letters were written");
        let mut seen = false;
        for path in letters.map(|entry| entry.expect("a letter").path()) {
            let bytes = fs::read(&path).expect("a letter");
            let mail = mailparse::parse_mail(&bytes).expect("a letter that parses");
            let head: String = mail.headers.iter().map(|header| header.get_value() + "\n").collect();
            assert!(!marked(&head), "a name in the headers of {path:?}: {head}");
            assert!(!marked(&path.to_string_lossy()), "a name in a file's name: {path:?}");
            let bodies: String = mail.parts().filter_map(|part| part.get_body().ok()).collect();
            seen |= marked(&bodies);
        }
        assert_eq!(seen, shown, "letters with show = `{show}`");
        let first = home.give(&["outbox", "show", "1"]);
        assert!(first.contains("Subject"), "a letter is shown: {first}");
        assert!(shown || !marked(&first), "`outbox show` with show = `{show}`: {first}");
    }
}
