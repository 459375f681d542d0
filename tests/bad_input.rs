//! What goes wrong with exports: each thing ends in a named problem with its place and what to do, everything else goes on, and the
//! exit code says whether something waits for a person.

#[path = "support/homes.rs"]
mod homes;

use std::fs;
use std::path::{Path, PathBuf};

use firstbell::school::{Day, Weekday};
use homes::{Said, firstbell, init};
use tempfile::TempDir;

const HEADER: &str = "student_id,school_id,date,code\n";

/// A district that has had its first night, with flags in attendance and in courses, and the second night's folder to spoil.
struct Night {
    folder: TempDir,
    before: String,
}

fn weekdays(first: &str, last: &str) -> Vec<Day> {
    let (first, last): (Day, Day) = (first.parse().expect("a day"), last.parse().expect("a day"));
    let all = (0..).map(|days| first.plus(days)).take_while(|day| *day <= last);
    all.filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .collect()
}

impl Night {
    fn new() -> Night {
        let folder = tempfile::tempdir().expect("a folder");
        let home = init(folder.path(), "canonical");
        let night = Night {
            folder,
            before: String::new(),
        };
        night.put("schools.csv", "school_id,name\n100,North High\n");
        let days = weekdays("2026-08-17", "2027-06-11");
        let calendar: String = days.iter().map(|day| format!(",{day},instructional\n")).collect();
        night.put("calendar.csv", &format!("school_id,date,day_type\n{calendar}"));
        night.put("terms.csv", "term,school_id,start,end\nQ1,100,2026-08-17,2026-10-16\n");
        night.put(
            "staff.csv",
            "staff_id,name,email,role\nT1,Ann Lee,ann@district.example,counselor\n",
        );
        let students: String = (0..40)
            .map(|n| format!("{},Zebulon,Quillfeather,9,100,,\n", 1000 + n))
            .collect();
        night.put(
            "students.csv",
            &format!("student_id,first_name,last_name,grade,school_id,entry_date,exit_date\n{students}"),
        );
        // Student 1000 was absent six days of forty; nobody else ever.
        let absent: String = days.iter().take(6).map(|day| format!("1000,100,{day},A\n")).collect();
        night.put("attendance.csv", &format!("{HEADER}{absent}1002,100,2026-10-09,T\n"));
        // Student 1002 fails mathematics.
        let mark = |n: i32| if n == 2 { 50 } else { 88 };
        let marks: String = (0..40)
            .map(|n| {
                format!(
                    "{},100,alg,Algebra I,math,Q1,{},progress,2026-10-05\n",
                    1000 + n,
                    mark(n)
                )
            })
            .collect();
        night.put(
            "grades.csv",
            &format!("student_id,school_id,course_id,course_name,subject,term,mark,kind,date\n{marks}"),
        );
        let said = firstbell(&home, &["run", "--as-of", "2026-10-09"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        assert!(
            !said.out.contains("note:") && !said.out.contains("waits:"),
            "{}",
            said.out
        );
        let before = night.flags();
        let levels: Vec<&str> = before.lines().skip(1).collect();
        assert_eq!(
            levels,
            [
                "1000,100,9,chronic_absence,attendance,concern",
                "1000,100,9,early_pacing,attendance,watch",
                "1002,100,9,core_failure,course,concern",
                "1002,100,9,course_failures,course,watch",
            ]
        );
        Night { before, ..night }
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// What the student system wrote last: the inbox itself is empty once a round has read it.
    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("exported").join(name)
    }

    fn put(&self, name: &str, text: &(impl AsRef<[u8]> + ?Sized)) {
        fs::create_dir_all(self.folder.path().join("exported")).expect("the folder is ours");
        fs::write(self.file(name), text).expect("the folder is ours");
        fs::write(self.home().join("inbox").join(name), text).expect("the inbox is ours");
    }

    fn add(&self, name: &str, rows: impl AsRef<[u8]>) {
        let mut bytes = fs::read(self.file(name)).expect("a file");
        bytes.extend(rows.as_ref());
        self.put(name, &bytes);
    }

    fn change(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.file(name)).expect("a file");
        assert!(text.contains(old));
        self.put(name, &text.replace(old, new));
    }

    fn ring(&self) -> Said {
        firstbell(&self.home(), &["run", "--as-of", "2026-10-12"])
    }

    /// Who is flagged under what: student, school, grade, rule, area, level.
    fn flags(&self) -> String {
        let said = firstbell(&self.home(), &["--format", "csv", "standing"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
        let six = |line: &str| line.split(',').take(6).collect::<Vec<_>>().join(",") + "\n";
        said.out.lines().map(six).collect()
    }

    /// Rings: the problems on the screen, in order, are these; nobody is named; no flag moves.
    #[track_caller]
    fn says(&self, code: i32, problems: &[&str]) {
        let said = self.ring();
        let shown: Vec<&str> = said.out.lines().filter(|line| is_problem(line)).collect();
        assert_eq!(shown, problems, "{}", said.out);
        assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
        assert!(
            !said.out.contains("Quillfeather") && !said.out.contains("Zebulon"),
            "{}",
            said.out
        );
        assert_eq!(self.flags(), self.before, "nobody is raised or cleared");
    }
}

fn is_problem(line: &str) -> bool {
    ["note: ", "waits: ", "error: "]
        .iter()
        .any(|weight| line.starts_with(weight))
}

#[test]
fn an_empty_file_is_held() {
    for name in ["attendance.csv", "grades.csv", "students.csv"] {
        let night = Night::new();
        night.put(name, "");
        let told = format!(
            "waits: {name}:1: the file is empty — export it again; until then the last one counts [empty-file]"
        );
        night.says(3, &[&told]);
    }
}

#[test]
fn a_header_alone_is_held_where_rows_were_before() {
    for (name, rows) in [("attendance.csv", 7), ("grades.csv", 40)] {
        let night = Night::new();
        let text = fs::read_to_string(night.file(name)).expect("a file");
        night.put(name, &format!("{}\n", text.lines().next().expect("a header")));
        let told = format!(
            "waits: {name}:1: the file has a header and no row; the last one had {rows} — export it again; until then the last one \
             counts; if it is right: `firstbell held release {name}` [file-emptied]"
        );
        night.says(3, &[&told]);
    }
    let night = Night::new();
    night.put("students.csv", "student_id,first_name,last_name,grade,school_id\n");
    night.says(
        3,
        &["waits: students.csv:1: the file has a header and no row of `students` — export it again; until then the last one counts \
           [no-rows]"],
    );
}

#[test]
fn a_missing_column_is_named_with_the_nearest_found() {
    let night = Night::new();
    night.change("attendance.csv", HEADER, "student_id,school_id,date,cdoe\n");
    night.says(
        3,
        &["waits: attendance.csv:1:code: the column `code` that `attendance` needs is not in the header; the nearest found is `cdoe` — \
           add it to the export, or say in plugins/canonical/plugin.toml what it is called there [missing-column]"],
    );
}

#[test]
fn an_unknown_code_alone_waits_for_nobody() {
    let night = Night::new();
    night.add("attendance.csv", "1005,100,2026-10-09,UV\n");
    night.says(
        0,
        &["note: attendance.csv:9:code: the attendance code `UV` is in no table — add it under [attendance.codes] in firstbell.toml \
           [unknown-code]"],
    );
}

#[test]
fn impossible_dates_are_refused_and_many_of_them_wait_for_a_person() {
    let night = Night::new();
    night.add(
        "attendance.csv",
        "1005,100,2026-02-30,A\n1005,100,0003-02-20,A\n1005,100,2173-02-20,A\n",
    );
    night.says(
        3,
        &[
            "note: attendance.csv:9:date: has a date that is none (`2026-02-30`); 2 more rows like it — correct it in the student \
             system, or say in plugin.toml how dates are written [impossible-date]",
            "waits: attendance.csv: 3 of 10 rows could not be used — mend the export: its notes name each kind of row and where the \
             first one stands [many-rows-rejected]",
        ],
    );
}

/// Rows that are right: 37 students came late on three mornings, far from every edge.
fn right_rows() -> String {
    let late = |student: i32| {
        ["02", "16", "30"]
            .map(|day| format!("{student},100,2026-09-{day},T\n"))
            .concat()
    };
    (1003..1040).map(late).collect()
}

#[test]
fn one_bad_row_in_a_hundred_waits_for_nobody() {
    let night = Night::new();
    let rows = right_rows();
    // 7 rows of the first night, and these: 1 of them all is at most one percent.
    assert!(rows.lines().count() + 8 >= 100, "{}", rows.lines().count());
    night.add("attendance.csv", format!("{rows}1005,100,2026-02-30,A\n"));
    let line = 1 + 7 + rows.lines().count() + 1;
    let told = format!(
        "note: attendance.csv:{line}:date: has a date that is none (`2026-02-30`) — correct it in the student system, or say in \
         plugin.toml how dates are written [impossible-date]"
    );
    night.says(0, &[&told]);
}

#[test]
fn equal_rows_are_one_and_contradicting_rows_are_told() {
    let night = Night::new();
    night.add("attendance.csv", "1002,100,2026-10-09,T\n1000,100,2026-08-17,E\n");
    night.says(
        0,
        &[
            "note: attendance.csv:9: says again what another row says — nothing to do: equal rows are one row [duplicate]",
            "note: attendance.csv:10: contradicts another row with the same key; the graver one counts — correct it in the student \
             system [conflict]",
        ],
    );
}

#[test]
fn attendance_that_roll_or_calendar_deny_counts_for_nobody() {
    let night = Night::new();
    night.change(
        "students.csv",
        "1003,Zebulon,Quillfeather,9,100,,",
        "1003,Zebulon,Quillfeather,9,100,2026-09-01,2026-09-30",
    );
    night.add(
        "attendance.csv",
        "999999,100,2026-10-09,A\n1003,100,2026-08-20,A\n1003,100,2026-10-01,A\n1004,100,2026-10-10,A\n1004,100,2026-12-10,A\n",
    );
    night.says(
        0,
        &[
            "note: attendance.csv:9:student_id: a row names a student whom no export of students or enrollments has brought; it counts \
             for nobody — see that both exports come from the same moment and write ids alike, leading zeros included \
             [attendance-unknown-student]",
            "note: attendance.csv:10:date: a row lies before its student's first day at any school; it does not count — correct the \
             entry date or the attendance in the student system [attendance-before-entry]",
            "note: attendance.csv:11:date: a row lies after its student has left, or between two enrollments; it does not count — \
             correct the exit date or the attendance in the student system [attendance-after-exit]",
            "note: attendance.csv:12:date: a row lies on a day that is not instructional at its school; it does not count — correct \
             the calendar or the attendance in the student system [attendance-on-day-off]",
            "note: attendance.csv:13:date: a row lies on a day that is still to come; it does not count yet — nothing to do where \
             absences are entered ahead: each waits for its day [attendance-in-the-future]",
        ],
    );
}

/// Eight rows were read, one of them could not be used: more than one percent.
const ONE_OF_EIGHT: &str = "waits: attendance.csv: 1 of 8 rows could not be used — mend the export: its notes name each kind of row and \
                            where the first one stands [many-rows-rejected]";

#[test]
fn rows_that_are_no_rows_are_left_out_by_name() {
    let cases: [(Vec<u8>, &str); 5] = [
        (
            format!("1005,100,2026-10-09,{}\n", "A".repeat(10 << 20)).into_bytes(),
            "note: attendance.csv:9:code: has a cell of more than 64 KiB — look for a quote that is not closed [cell-too-long]",
        ),
        (
            b"1005,100,2026-10-09,A\0\n".to_vec(),
            "note: attendance.csv:9:code: holds NUL bytes — set `encoding = \"utf-16le\"` in the feed if the export is UTF-16 without \
             a byte order mark [nul-byte]",
        ),
        (
            b"1005,100\n".to_vec(),
            "note: attendance.csv:9: has more or fewer cells than the header — look for a delimiter inside a cell that is not quoted \
             [ragged-row]",
        ),
        (
            b"1005,100,2026-10-09,A,,x\n".to_vec(),
            "note: attendance.csv:9: has more or fewer cells than the header — look for a delimiter inside a cell that is not quoted \
             [ragged-row]",
        ),
        (
            b"1005,100,2026-10-09,\"A\n".to_vec(),
            "note: attendance.csv:9: opens a quote that never closes — double the quotes inside cells [unclosed-quote]",
        ),
    ];
    for (row, told) in cases {
        let night = Night::new();
        night.add("attendance.csv", row);
        night.says(3, &[told, ONE_OF_EIGHT]);
    }
}

#[test]
fn invalid_utf8_is_read_as_windows_1252_and_said() {
    let night = Night::new();
    night.add("students.csv", b"2005,Jos\xe9,Quillfeather,9,100,,\n");
    night.says(
        0,
        &["note: students.csv:42: the file is not UTF-8 and was read as Windows-1252 — set `encoding` in the feed if letters look \
           wrong [not-utf8]"],
    );
}

#[test]
fn a_mark_with_a_letter_is_its_number_and_an_unknown_one_is_told() {
    let night = Night::new();
    night.change(
        "grades.csv",
        "1003,100,alg,Algebra I,math,Q1,88",
        "1003,100,alg,Algebra I,math,Q1,85.12 B+",
    );
    night.change(
        "grades.csv",
        "1004,100,alg,Algebra I,math,Q1,88",
        "1004,100,alg,Algebra I,math,Q1,ZZ",
    );
    night.says(
        0,
        &["note: grades.csv:6:mark: the mark `ZZ` is in no table — add it to `letters` or `no_mark` of a [[grades.scale]] in \
           firstbell.toml [unknown-mark]"],
    );
}

#[test]
fn levels_from_one_to_four_fail_nobody() {
    let night = Night::new();
    night.change("grades.csv", ",Q1,88,", ",Q1,3,");
    night.change("grades.csv", ",Q1,50,", ",Q1,2,");
    night.says(
        3,
        &["waits: grades.csv: no mark is above 5, yet the scales read marks as percents: it looks like a 1–4 scale, and everybody \
           would be failing — add a [[grades.scale]] with `kind = \"levels\"`; if it is right: `firstbell held release grades.csv` \
           [levels-as-percent]"],
    );
}

#[test]
fn a_file_without_one_usable_row_is_held() {
    let night = Night::new();
    night.change("attendance.csv", ",2026-", ",26-");
    night.says(
        3,
        &[
            "note: attendance.csv:2:date: has a date that is none (`26-08-17`); 6 more rows like it — correct it in the student \
             system, or say in plugin.toml how dates are written [impossible-date]",
            "waits: attendance.csv: none of its 7 rows could be used — mend the export and send it again; until then the last one \
             counts [no-usable-row]",
        ],
    );
}

#[test]
fn check_asks_that_sensitive_columns_leave_the_export() {
    let night = Night::new();
    night.change(
        "students.csv",
        "student_id,first_name,last_name,grade,school_id,entry_date,exit_date",
        "student_id,first_name,last_name,grade,school_id,entry_date,exit_date,SSN,lunch_status,Race,BirthDate,immigrant,className",
    );
    night.change("students.csv", ",9,100,,", ",9,100,,,555-11-2222,F,3,2010-01-01,N,A1");
    let checked = firstbell(&night.home(), &["check"]);
    let named: Vec<&str> = checked
        .out
        .lines()
        .filter(|line| line.contains("[sensitive-column]"))
        .collect();
    let line = |column: &str, what: &str| {
        format!(
            "note: students.csv:1:{column}: the column `{column}` looks like {what}, and no feed reads it — ask whoever makes the export \
             to leave it out: what is not sent cannot be lost [sensitive-column]"
        )
    };
    assert_eq!(
        named,
        [
            line("SSN", "a social security number"),
            line("lunch_status", "lunch or income status"),
            line("Race", "race or ethnicity"),
            line("immigrant", "citizenship or immigration status"),
        ]
    );
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{}", checked.out);
    assert!(
        !checked.out.contains("555-11-2222"),
        "no cell is ever shown: {}",
        checked.out
    );
    // The round reads past them, and keeps nothing of them.
    night.says(
        0,
        &["note: students.csv: the header is not that of the last file: the columns `SSN`, `lunch_status`, `Race`, `BirthDate`, \
           `immigrant`, `className` are new — nothing to do if that is as it should be [columns-changed]"],
    );
    let store = fs::read(night.home().join("var/firstbell.db")).expect("the store");
    assert!(!store.windows(11).any(|bytes| bytes == b"555-11-2222"));
}

#[test]
fn everything_else_goes_on_beside_a_held_file() {
    let night = Night::new();
    night.put("grades.csv", "");
    // Student 1001 stays away for the whole week before.
    let week: String = weekdays("2026-10-06", "2026-10-12")
        .iter()
        .map(|day| format!("1001,100,{day},A\n"))
        .collect();
    night.add("attendance.csv", week);
    let said = night.ring();
    assert_eq!((said.code, said.err.as_str()), (3, ""), "{}", said.out);
    let flags = night.flags();
    assert!(
        flags.contains("1001,100,9,absence_streak,attendance,concern\n"),
        "{flags}"
    );
    assert!(flags.contains("1002,100,9,core_failure,course,concern\n"), "{flags}");
}

#[test]
fn a_store_that_another_process_holds_stops_the_round() {
    let night = Night::new();
    night.add("attendance.csv", "1005,100,2026-10-09,A\n");
    let store = night.home().join("var/firstbell.db");
    let holder = rusqlite::Connection::open(&store).expect("the store opens");
    holder.execute_batch("BEGIN IMMEDIATE").expect("the write lock is free");
    let said = night.ring();
    assert_eq!((said.code, said.out.as_str()), (1, ""), "{}", said.err);
    assert_eq!(
        said.err,
        "error: HOME/var/firstbell.db: another process is writing to the store — wait until it is done, or find it with `fuser` or \
         `lsof` and end it [store-locked]\n"
    );
    holder.execute_batch("ROLLBACK").expect("the lock is ours");
    assert_eq!(night.ring().code, 0, "the next round does what that one could not");
}

#[test]
fn a_home_that_is_not_there_stops_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("nowhere");
    for command in [&["run"][..], &["status"], &["standing"], &["explain", "1000"]] {
        let said = firstbell(&home, command);
        let told = "error: HOME: there is no folder `HOME` — make a home with `firstbell init HOME`, or name another with `--home` \
                    [home-missing]\n";
        assert_eq!(
            (said.code, said.out.as_str(), said.err.as_str()),
            (1, "", told),
            "{command:?}"
        );
    }
    assert!(!Path::new(&home).exists(), "looking makes nothing");
}
