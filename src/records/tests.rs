//! Exports as they really come: each kind of dirt ends in a named tally or problem, and everything else goes on.

use super::support::{canonical, day, feed, read_with, take};
use super::{Adapter, CELL_BYTES, ColumnMap, Feed, Intake, Only, TableMap};
use crate::facts::MarkKind;
use crate::school::{Grade, Table};

const HEADER: &str = "student_id,school_id,date,code\n";

/// A tally as (count, first line, column).
fn tally(intake: &Intake, kind: &str) -> (u64, u64, String) {
    let tally = intake.tallies.0.get(kind);
    tally.map_or((0, 0, String::new()), |tally| {
        (tally.count, tally.first_line, tally.column.clone())
    })
}

/// The problem of a code as it prints.
fn told(intake: &Intake, code: &str) -> String {
    let found = intake.problems.iter().find(|problem| problem.code == code);
    found.map_or_else(
        || format!("no problem {code}: {:?}", intake.problems),
        ToString::to_string,
    )
}

/// Attendance rows by student id, one string each, sorted.
pub(super) fn attendance(intake: &Intake) -> Vec<String> {
    use crate::facts::Books;
    let mut books = Books::new(super::support::year());
    let fold = &intake.attendance;
    let mut rows = Vec::new();
    for number in 0..fold.students.names.len() as u32 {
        let numbering = super::Numbering {
            schools: fold.schools.names.iter().map(|id| books.school(id)).collect(),
            periods: fold
                .periods
                .iter()
                .map(|name| crate::facts::PeriodIx(books.names.periods.intern(name) as u16))
                .collect(),
            codes: fold
                .codes
                .iter()
                .map(|name| crate::facts::CodeIx(books.names.codes.intern(name) as u16))
                .collect(),
        };
        for row in fold.record(number, &numbering).rows() {
            rows.push(format!(
                "{} {} {} {}{}",
                fold.students.names.name(number),
                books.names.schools.name(u32::from(row.school.0)),
                super::support::year().day(row.day),
                books.names.codes.name(u32::from(row.code.0)),
                if row.portion == 1_000_000 {
                    String::new()
                } else {
                    format!(" {}", row.portion)
                },
            ));
        }
    }
    rows.sort();
    rows
}

#[test]
fn plain_attendance_is_read() {
    let intake = take(
        Table::Attendance,
        "date,code,school_id,student_id,extra\n2026-09-01,A,101,1,x\n2026-09-02,E,102,2,y\n",
    );
    assert_eq!(attendance(&intake), ["1 101 2026-09-01 A", "2 102 2026-09-02 E"]);
    assert!(intake.usable);
    assert_eq!((intake.rows, intake.rejected), (2, 0));
    assert_eq!(
        (intake.first, intake.last),
        (Some(day("2026-09-01")), Some(day("2026-09-02")))
    );
    assert_eq!(intake.schools, ["101", "102"]);
    assert!(intake.problems.is_empty(), "{:?}", intake.problems);
}

#[test]
fn an_empty_file_is_no_export() {
    for text in ["", "\n\n", "\u{feff}"] {
        let intake = take(Table::Attendance, text);
        assert!(!intake.usable);
        assert_eq!(
            told(&intake, "empty-file"),
            "file.csv:1: the file is empty — export it again; until then the last one counts [empty-file]"
        );
    }
}

#[test]
fn a_header_alone_is_news_only_where_there_must_be_rows() {
    let quiet = take(Table::Behavior, "incident_id,student_id,school_id,date,type\n");
    assert!(quiet.usable && told(&quiet, "no-rows").contains("no row of `behavior`"));
    let students = take(Table::Students, "student_id,first_name,last_name,grade,school_id\n");
    assert!(!students.usable, "an empty students file would send everybody away");
}

#[test]
fn a_missing_column_is_named_with_the_nearest_found() {
    let intake = take(Table::Attendance, "studentid,school_id,date,code\n1,101,2026-09-01,A\n");
    assert!(!intake.usable);
    assert_eq!(
        told(&intake, "missing-column"),
        "file.csv:1:student_id: the column `student_id` that `attendance` needs is not in the header; the nearest found is `studentid` \
         — add it to the export, or say in plugins/canonical/plugin.toml what it is called there [missing-column]"
    );
    assert!(!intake.digest.is_empty());
}

#[test]
fn a_file_without_a_header_tells_no_name() {
    let intake = take(Table::Students, "17,Grace,Last,7,101\n18,Grace,Firth,8,101\n");
    assert!(!intake.usable);
    let all = format!("{:?}", intake.problems);
    assert!(all.contains("the first line does not look like a header"), "{all}");
    assert!(!all.contains("Grace") && !all.contains("Firth"), "{all}");
}

#[test]
fn columns_that_nobody_reads_are_named() {
    let intake = take(
        Table::Attendance,
        "student_id,school_id,date,code,lunch_status\n1,101,2026-09-01,A,free\n",
    );
    assert_eq!(intake.unread, ["lunch_status"]);
}

#[test]
fn students_of_whom_no_row_can_be_used_send_nobody_away() {
    let intake = take(
        Table::Students,
        "student_id,first_name,last_name,grade,school_id\n,A,B,7,101\n",
    );
    assert!(!intake.usable);
    assert_eq!(intake.reject_share(), 1.0);
}

#[test]
fn an_unknown_code_stays_a_fact_and_is_told() {
    let intake = take(
        Table::Attendance,
        &format!("{HEADER}1,101,2026-09-01,A\n1,101,2026-09-02,UV\n2,101,2026-09-03,UV\n3,101,2026-09-03,\n"),
    );
    assert_eq!(attendance(&intake).len(), 4);
    assert_eq!(tally(&intake, "unknown-code"), (3, 3, "code".to_owned()));
    assert_eq!(
        told(&intake, "unknown-code"),
        "file.csv:3:code: the attendance code `UV` is in no table; 1 more row like it — add it under [attendance.codes] in \
         firstbell.toml [unknown-code]"
    );
    let mut adapter = canonical();
    adapter.blank_code_is_present = true;
    let blank = read_with(
        format!("{HEADER}1,101,2026-09-01,\n").as_bytes(),
        &feed(Table::Attendance),
        &adapter,
        1,
    );
    assert_eq!(tally(&blank, "unknown-code").0, 0);
    assert_eq!(attendance(&blank), ["1 101 2026-09-01 "]);
}

#[test]
fn impossible_dates_are_rejected_with_their_place() {
    let rows = [
        "2026-02-30",
        "0003-09-01",
        "2173-09-01",
        "9/1/2026",
        "2026-08-16",
        "2027-06-12",
        "",
    ];
    let text: String = rows.iter().map(|date| format!("1,101,{date},A\n")).collect();
    let intake = take(Table::Attendance, &format!("{HEADER}{text}1,101,2026-08-17,A\n"));
    assert_eq!(attendance(&intake), ["1 101 2026-08-17 A"]);
    assert_eq!(tally(&intake, "impossible-date"), (4, 2, "date".to_owned()));
    assert_eq!(tally(&intake, "outside-year"), (2, 6, "date".to_owned()));
    assert_eq!(tally(&intake, "missing-cell"), (1, 8, "date".to_owned()));
    assert_eq!((intake.rows, intake.rejected), (8, 7));
    assert!(
        told(&intake, "impossible-date")
            .starts_with("file.csv:2:date: has a date that is none (`2026-02-30`); 3 more rows like it")
    );
}

#[test]
fn equal_rows_are_one_and_contradictions_are_kept_and_counted() {
    let rows = [
        "1,101,2026-09-01,A",
        "1,101,2026-09-01,A",
        "1,101,2026-09-01,E",
        "2,101,2026-09-01,T",
    ];
    for turn in 0..rows.len() {
        let mut turned = rows;
        turned.rotate_left(turn);
        let intake = take(Table::Attendance, &format!("{HEADER}{}\n", turned.join("\n")));
        assert_eq!((tally(&intake, "duplicate").0, tally(&intake, "conflict").0), (1, 1));
        assert_eq!(
            attendance(&intake),
            ["1 101 2026-09-01 A", "1 101 2026-09-01 E", "2 101 2026-09-01 T"]
        );
    }
}

#[test]
fn portions_and_periods_are_kept() {
    let text = "student_id,school_id,date,code,period,portion\n1,101,2026-09-01,A,1,\n1,101,2026-09-01,A,2,0.5\n1,101,2026-09-02,A,,.25\n1,101,2026-09-03,A,,2\n";
    let intake = take(Table::Attendance, text);
    assert_eq!(
        attendance(&intake),
        [
            "1 101 2026-09-01 A",
            "1 101 2026-09-01 A 500000",
            "1 101 2026-09-02 A 250000"
        ]
    );
    assert_eq!(tally(&intake, "bad-portion"), (1, 5, "portion".to_owned()));
    assert_eq!(tally(&intake, "conflict").0, 0);
}

#[test]
fn ragged_rows_cost_themselves_alone() {
    let intake = take(
        Table::Attendance,
        &format!("{HEADER}1,101\n1,101,2026-09-01,A,stray\n1,101,2026-09-02,A,\n\n,,,\n1,101,2026-09-03,A"),
    );
    assert_eq!(attendance(&intake), ["1 101 2026-09-02 A", "1 101 2026-09-03 A"]);
    assert_eq!(tally(&intake, "ragged-row"), (2, 2, String::new()));
    assert_eq!(tally(&intake, "blank-row"), (1, 6, String::new()));
}

#[test]
fn a_cell_of_ten_megabytes_costs_its_row() {
    for quote in ["", "\""] {
        let big = "x".repeat(10 << 20);
        let text = format!("{HEADER}1,101,2026-09-01,A\n1,101,2026-09-02,{quote}{big}{quote}\n1,101,2026-09-03,A\n");
        let intake = take(Table::Attendance, &text);
        assert_eq!(tally(&intake, "cell-too-long"), (1, 3, "code".to_owned()));
        assert_eq!(attendance(&intake).len(), 2);
    }
    const { assert!(CELL_BYTES < 10 << 20) };
}

#[test]
fn a_line_without_end_is_passed_over() {
    let text = format!(
        "{HEADER}1,101,2026-09-01,A\n{}\n1,101,2026-09-03,A\n1,101,2026-13-03,A\n",
        "x".repeat(45 << 20)
    );
    let intake = take(Table::Attendance, &text);
    assert_eq!(tally(&intake, "line-too-long"), (1, 3, String::new()));
    assert_eq!(tally(&intake, "impossible-date"), (1, 5, "date".to_owned()));
    assert_eq!(attendance(&intake).len(), 2);
}

#[test]
fn nul_bytes_cost_their_rows() {
    let intake = take(
        Table::Attendance,
        &format!("{HEADER}1,101,2026-09-01,A\n1,1\0 01,2026-09-02,A\n"),
    );
    assert_eq!(tally(&intake, "nul-byte"), (1, 3, "school_id".to_owned()));
    assert_eq!(attendance(&intake).len(), 1);
}

#[test]
fn a_quote_that_never_closes_costs_its_line() {
    let intake = take(
        Table::Attendance,
        &format!("{HEADER}1,101,2026-09-01,A\n1,101,2026-09-02,\"A\n1,101,2026-09-03,E\n1,101,2026-09-31,E\n"),
    );
    assert_eq!(tally(&intake, "unclosed-quote"), (1, 3, String::new()));
    assert_eq!(tally(&intake, "impossible-date"), (1, 5, "date".to_owned()));
    assert_eq!(attendance(&intake), ["1 101 2026-09-01 A", "1 101 2026-09-03 E"]);
}

#[test]
fn a_header_that_comes_again_is_no_row() {
    let intake = take(
        Table::Attendance,
        &format!("{HEADER}1,101,2026-09-01,A\n{HEADER}1,101,2026-09-02,A\n"),
    );
    assert_eq!(tally(&intake, "header-again").1, 3);
    assert_eq!((intake.rows, intake.rejected), (2, 0));
}

#[test]
fn quoted_cells_may_hold_delimiters_and_line_ends() {
    let text = "student_id,first_name,last_name,grade,school_id\r\n1,\"Ann, \"\"Jo\"\"\",\"O'Neil\nSmith\",7,101\r\n2,B,C,KF,101\r\n";
    let intake = take(Table::Students, text);
    assert_eq!(intake.people[0].first_name, "Ann, \"Jo\"");
    assert_eq!(intake.people[0].last_name, "O'Neil\nSmith");
    assert_eq!(
        intake.students[0].stay.as_ref().and_then(|stay| stay.grade),
        Some(Grade(7))
    );
    assert_eq!(tally(&intake, "unknown-grade"), (1, 4, "grade".to_owned()));
}

#[test]
fn encodings_are_told_apart() {
    let text = "student_id,first_name,last_name,grade,school_id\n1,Zoë,Núñez,7,101\n";
    let utf16 = |mark: [u8; 2], order: fn(u16) -> [u8; 2]| {
        let mut bytes = mark.to_vec();
        bytes.extend(text.encode_utf16().flat_map(order));
        bytes
    };
    let windows: Vec<u8> = text
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).expect("Latin-1"))
        .collect();
    let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for bytes in [
        text.as_bytes().to_vec(),
        with_mark,
        utf16([0xFF, 0xFE], u16::to_le_bytes),
        utf16([0xFE, 0xFF], u16::to_be_bytes),
        windows.clone(),
    ] {
        let intake = read_with(&bytes, &feed(Table::Students), &canonical(), 2);
        let person = &intake.people[0];
        assert_eq!(
            (person.first_name.as_str(), person.last_name.as_str()),
            ("Zoë", "Núñez")
        );
        assert_eq!(intake.digest, blake3::hash(&bytes).to_hex().to_string());
        assert_eq!(intake.bytes, bytes.len() as u64);
    }
    let intake = read_with(&windows, &feed(Table::Students), &canonical(), 1);
    assert!(told(&intake, "not-utf8").starts_with("file.csv:2: the file is not UTF-8 and was read as Windows-1252"));
    let mut said = feed(Table::Students);
    said.encoding = Some("klingon".to_owned());
    let intake = read_with(text.as_bytes(), &said, &canonical(), 1);
    assert!(!intake.usable && told(&intake, "unknown-encoding").contains("`klingon`"));
}

#[test]
fn delimiters_are_told_apart_or_set() {
    for delimiter in [",", "\t", ";", "|", "~"] {
        let text = format!("{HEADER}1,101,2026-09-01,A\n").replace(',', delimiter);
        assert_eq!(attendance(&take(Table::Attendance, &text)).len(), 1, "{delimiter:?}");
    }
    let mut set = feed(Table::Attendance);
    set.delimiter = Some(b'^');
    let text = format!("{HEADER}1,101,2026-09-01,A\n").replace(',', "^");
    assert_eq!(attendance(&read_with(text.as_bytes(), &set, &canonical(), 1)).len(), 1);
}

#[test]
fn marks_keep_their_text_and_both_of_two_that_disagree() {
    let header = "student_id,course_id,term,mark,kind,date,missing_work\n";
    let text = format!(
        "{header}1,MA,Q1,85.12 B+,final,,2\n1,MA,Q1,70,final,,\n1,EN,Q1,F,progress,2026-10-01,\n1,EN,Q1,55,progress,2026-10-01,\n1,AR,Q1,Zz,odd,,\n1,HI,Q1,--,,,\n2,MA,Q1,W,,,\n,MA,Q1,70,,,\n1,MA,Q1,70,final,,\n"
    );
    let intake = take(Table::Grades, &text);
    let fold = &intake.marks;
    let marks: Vec<String> = fold
        .rows
        .iter()
        .map(|row| {
            let slot = fold.slot_of(row);
            let kind = if slot.kind == MarkKind::Final {
                "final"
            } else {
                "progress"
            };
            format!(
                "{} {} {} {kind}",
                fold.students.names.name(row.student),
                fold.courses.names.name(slot.course),
                fold.texts.names.name(row.text)
            )
        })
        .collect();
    assert_eq!(
        marks,
        [
            "1 MA 70 final",
            "1 MA 85.12 B+ final",
            "1 EN F progress",
            "1 EN 55 progress",
            "1 AR Zz progress",
            "1 HI  progress",
            "2 MA W progress"
        ]
    );
    assert_eq!(tally(&intake, "conflict"), (2, 3, String::new()));
    assert_eq!(tally(&intake, "duplicate"), (1, 10, String::new()));
    assert_eq!(tally(&intake, "unknown-mark"), (1, 6, "mark".to_owned()));
    assert_eq!(tally(&intake, "unknown-kind"), (1, 6, "kind".to_owned()));
    assert_eq!(tally(&intake, "missing-cell"), (1, 9, "student_id".to_owned()));
    assert_eq!(intake.terms, ["Q1"]);
}

#[test]
fn conflicts_in_small_tables_go_to_the_graver_row() {
    let calendar = take(
        Table::Calendar,
        "date,day_type\n2026-09-07,holiday\n2026-09-07,Instructional\n2025-09-07,holiday\n",
    );
    assert!(calendar.calendar[0].instructional && calendar.calendar.len() == 1);
    assert_eq!(
        (tally(&calendar, "conflict").0, tally(&calendar, "other-year").0),
        (1, 1)
    );
    let terms = take(
        Table::Terms,
        "term,start,end\nQ1,2026-08-17,2026-10-30\nQ1,2026-08-17,2026-10-16\n",
    );
    assert_eq!((terms.term_rows.len(), terms.term_rows[0].end), (1, day("2026-10-16")));
    let text = "student_id,school_id,grade,entry_date,exit_date\n1,101,7,2026-08-17,2026-09-30\n1,101,7,2026-08-17,\n1,101,7,2026-08-17,2026-10-30\n";
    let stays = take(Table::Enrollments, text);
    assert_eq!((stays.enrollments.len(), stays.enrollments[0].stay.exit), (1, None));
    assert_eq!(tally(&stays, "conflict").0, 2);
}

#[test]
fn a_student_who_never_came_keeps_a_stay_without_a_day() {
    let mut adapter = canonical();
    adapter.no_show = vec!["No show".to_owned()];
    adapter.exit_is_first_day_out = true;
    let text = "student_id,school_id,grade,entry_date,exit_date,exit_code,primary\n1,101,7,2026-08-17,,no show,\n2,101,7,2026-08-17,2026-10-01,moved,Y\n";
    let intake = read_with(text.as_bytes(), &feed(Table::Enrollments), &adapter, 1);
    assert_eq!(intake.enrollments[0].stay.exit, Some(day("2026-08-16")));
    assert_eq!(intake.enrollments[1].stay.exit, Some(day("2026-09-30")));
    assert!(intake.enrollments[1].stay.primary);
    assert_eq!(tally(&intake, "no-show"), (1, 2, "exit_code".to_owned()));
}

#[test]
fn dropped_incidents_and_lunch_status_are_never_kept() {
    let text = "incident_id,student_id,school_id,date,type,role,action,action_days\nI1,1,101,2026-09-01,Positive referral,,,\nI2,1,101,2026-09-01,Fight,offender,OSS,1.5\n";
    let intake = take(Table::Behavior, text);
    assert_eq!(intake.incidents.len(), 1);
    assert_eq!(intake.incidents[0].action_days, Some(1500));
    assert_eq!(tally(&intake, "dropped-type").0, 1);
    let groups = take(Table::Groups, "student_id,group,value\n1,lunch_status,free\n1,el,yes\n");
    assert_eq!(groups.groups.len(), 1);
    assert!(told(&groups, "lunch-refused").contains("never stored"));
}

#[test]
fn one_export_may_fill_several_tables() {
    let mut both = feed(Table::Students);
    both.tables.push(Table::Caseload);
    let text =
        "student_id,first_name,last_name,grade,school_id,staff_id,programs\n1,A,B,7,101,C9,IEP; 504\n2,C,D,7,101,,\n";
    let intake = read_with(text.as_bytes(), &both, &canonical(), 1);
    assert_eq!(intake.students.len(), 2);
    assert_eq!(intake.students[0].programs, ["504", "iep"]);
    assert_eq!(intake.caseload.len(), 1);
    assert_eq!(intake.rejected, 0);
}

#[test]
fn null_words_escapes_and_single_quoted_headers_are_the_adapters() {
    let mut adapter = canonical();
    adapter.null_words = vec!["NULL".to_owned(), "N/A".to_owned()];
    adapter.escape = Some(b'\\');
    let text = "'student_id','first_name','last_name','grade','school_id','homeroom'\n\"1\",\"A \\\"Jo\\\"\",\"B\\\\\",\"07\",\"101\",\"NULL\"\n\"NULL\",\"x\",\"y\",\"7\",\"101\",\"n/a\"\n";
    let intake = read_with(text.as_bytes(), &feed(Table::Students), &adapter, 1);
    assert_eq!(intake.people.len(), 1);
    assert_eq!(
        (
            intake.people[0].first_name.as_str(),
            intake.people[0].last_name.as_str()
        ),
        ("A \"Jo\"", "B\\")
    );
    assert_eq!(intake.people[0].homeroom, "");
    assert_eq!(tally(&intake, "missing-cell").1, 3);
}

#[test]
fn threads_read_what_one_thread_reads() {
    let mut text = HEADER.to_owned();
    let start = super::support::year().start;
    for offset in 0..120 {
        for student in 0..3_000 {
            let code = if (student * 7 + offset * 3) % 50 == 0 { "A" } else { "P" };
            text.push_str(&format!(
                "{student},{},{},{code}\n",
                100 + student % 5,
                start.plus(offset)
            ));
        }
    }
    text.push_str("7,102,2026-08-18,A\n7,102,2026-08-18,P\n9,104,2026-99-01,A\n");
    let one = read_with(text.as_bytes(), &feed(Table::Attendance), &canonical(), 1);
    let two = read_with(text.as_bytes(), &feed(Table::Attendance), &canonical(), 3);
    assert_eq!(attendance(&one), attendance(&two));
    assert_eq!(one.tallies, two.tallies);
    assert_eq!(one.problems, two.problems);
    assert_eq!(tally(&one, "impossible-date").1, 360_004);
    assert_eq!((tally(&one, "duplicate").0, tally(&one, "conflict").0), (1, 1));
}

/// Rows with everything that can be odd about them, from a seed.
fn dirty_rows(mut seed: u64, rows: usize) -> String {
    let mut pick = |from: &[&'static str]| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from[(seed >> 33) as usize % from.len()]
    };
    let mut text = "student_id,school_id,date,code,portion\n".to_owned();
    for _ in 0..rows {
        let student = pick(&["1", "2", "3", " 4", "an-id-longer-than-fifteen-bytes", "é5", ""]);
        let school = pick(&["101", "101", "101", "102", "North Middle School"]);
        let date = pick(&[
            "2026-09-01",
            "2026-09-02",
            "2026-09-03",
            "2026-10-01 ",
            "2026-09-31",
            "2025-09-01",
            "0003-09-01",
        ]);
        let code = pick(&["P", "P", "P", "A", "E", "XX", "Z", ""]);
        let portion = pick(&["", "", "", "", "0.5", "2"]);
        let more = pick(&["", "", "", "", "", "", "", ",stray"]);
        text.push_str(&format!("{student},{school},{date},{code},{portion}{more}\n"));
    }
    text
}

#[test]
fn the_quick_way_the_long_way_and_two_threads_understand_the_same() {
    let mut long_way = canonical();
    long_way.null_words = vec!["a word that no cell holds".to_owned()];
    for seed in 0..60 {
        let text = dirty_rows(seed, 40 + seed as usize * 5);
        let quick = read_with(text.as_bytes(), &feed(Table::Attendance), &canonical(), 1);
        let long = read_with(text.as_bytes(), &feed(Table::Attendance), &long_way, 1);
        let threads = read_with(text.as_bytes(), &feed(Table::Attendance), &canonical(), 2);
        let quoted = text.replace(",P,", ",\"P\",");
        let quoted = read_with(quoted.as_bytes(), &feed(Table::Attendance), &canonical(), 1);
        for other in [&long, &threads, &quoted] {
            assert_eq!(attendance(&quick), attendance(other), "seed {seed}");
            assert_eq!(quick.tallies, other.tallies, "seed {seed}");
            assert_eq!(
                (&quick.problems, &quick.schools, quick.last),
                (&other.problems, &other.schools, other.last),
                "seed {seed}"
            );
        }
    }
}

/// An adapter that reads one table, its columns as (canonical name, map).
fn adapter_of(table: Table, maps: Vec<(&str, ColumnMap)>) -> Adapter {
    let mut adapter = Adapter::new("mine");
    let column = |column: &super::Column| {
        let found = maps.iter().find(|(name, _)| *name == column.name);
        ColumnMap {
            required: column.required,
            ..found.map_or_else(ColumnMap::default, |(_, map)| map.clone())
        }
    };
    let columns = super::columns(table).iter().map(column).collect();
    let map = TableMap {
        columns,
        ..TableMap::default()
    };
    adapter.tables.insert(table, map);
    adapter
}

fn from(header: &str) -> ColumnMap {
    ColumnMap {
        from: vec![header.to_owned()],
        ..ColumnMap::default()
    }
}

#[test]
fn a_cell_is_cut_and_joined_as_the_adapter_says() {
    let piece = |number| ColumnMap {
        piece: Some((",".to_owned(), number)),
        ..from("name")
    };
    let id = ColumnMap {
        join: vec!["school".to_owned(), "number".to_owned()],
        between: Some("-".to_owned()),
        ..from("id")
    };
    let homeroom = ColumnMap {
        before: Some(" x-".to_owned()),
        ..from("room")
    };
    let mut adapter = adapter_of(
        Table::Students,
        vec![
            ("student_id", id),
            ("last_name", piece(1)),
            ("first_name", piece(2)),
            ("grade", from("grade")),
            ("school_id", from("school")),
            ("homeroom", homeroom),
        ],
    );
    adapter.null_words.push("NULL".to_owned());
    let text = "id,school,number,name,grade,room,note\n,7,1,\"Lee, Ann\",9,\"R, 1 x-22\",x\nZ9,7,2,Cher,9,R2,x\nNULL,7,NULL,\"Ito, Bo, Jr\",9,,x\n";
    for threads in [1, 2] {
        let intake = read_with(text.as_bytes(), &feed(Table::Students), &adapter, threads);
        let people: Vec<String> = intake
            .people
            .iter()
            .map(|one| {
                format!(
                    "{}|{}|{}|{}",
                    one.student_id, one.last_name, one.first_name, one.homeroom
                )
            })
            .collect();
        assert_eq!(people, ["7|Ito|Bo|", "7-1|Lee|Ann|R, 1", "Z9|Cher||R2"]);
        assert_eq!(intake.unread, ["note"], "joined columns are read");
        assert_eq!(tally(&intake, "blank-name"), (1, 3, "name".to_owned()));
    }
}

#[test]
fn a_joined_column_of_which_nothing_is_there_is_missing_by_name() {
    let id = ColumnMap {
        join: vec!["school".to_owned(), "number".to_owned()],
        ..ColumnMap::default()
    };
    let adapter = adapter_of(Table::Schools, vec![("school_id", id), ("name", from("name"))]);
    let intake = read_with(b"nmber,name\n1,East\n", &feed(Table::Schools), &adapter, 1);
    assert!(
        told(&intake, "missing-column").contains("the column `school`"),
        "{:?}",
        intake.problems
    );
}

#[test]
fn rows_of_other_kinds_are_passed_over_and_counted() {
    let mut adapter = adapter_of(
        Table::Students,
        [
            ("student_id", "id"),
            ("first_name", "f"),
            ("last_name", "l"),
            ("grade", "g"),
            ("school_id", "s"),
        ]
        .map(|(name, header)| (name, from(header)))
        .into(),
    );
    let only = |words: &[&str]| Only {
        from: "role".to_owned(),
        is: words.iter().map(|word| (*word).to_owned()).collect(),
    };
    adapter.tables.get_mut(&Table::Students).expect("there").only = vec![only(&["student", ""])];
    let read = |text: &str| read_with(text.as_bytes(), &feed(Table::Students), &adapter, 1);
    let intake = read("id,f,l,g,s,role\n1,A,B,9,7,Student\n2,C,D,9,7,teacher\n3,E,F,9,7,\n,G,H,9,7,student\n");
    let ids: Vec<&str> = intake.students.iter().map(|row| row.student_id.as_str()).collect();
    assert_eq!(ids, ["1", "3"]);
    assert_eq!((intake.rows, intake.rejected), (4, 1));
    assert_eq!(tally(&intake, "other-rows"), (1, 3, String::new()));
    assert_eq!(intake.unread, Vec::<String>::new(), "the role decides, so it is read");
    // A file of teachers alone says nothing of students, least of all that there are none.
    let teachers = read("id,f,l,g,s,role\n2,C,D,9,7,teacher\n");
    assert!(!teachers.usable && told(&teachers, "no-rows").contains("no row of `students`"));
    // Without the column all rows are the main table's.
    assert_eq!(read("id,f,l,g,s\n1,A,B,9,7\n2,C,D,9,7\n").students.len(), 2);
}

#[test]
fn attendance_rows_of_other_kinds_are_passed_over_on_the_quick_way_too() {
    let mut adapter = canonical();
    adapter.tables.get_mut(&Table::Attendance).expect("there").only = vec![Only {
        from: "kind".to_owned(),
        is: vec!["daily".to_owned()],
    }];
    let text = "student_id,school_id,date,code,kind\n1,101,2026-09-01,A,daily\n1,101,2026-09-02,A,daily\n1,101,2026-09-03,A,bus\n";
    let intake = read_with(text.as_bytes(), &feed(Table::Attendance), &adapter, 1);
    assert_eq!(attendance(&intake), ["1 101 2026-09-01 A", "1 101 2026-09-02 A"]);
}

#[test]
fn a_file_without_a_header_takes_the_adapters() {
    let mut adapter = canonical();
    let map = adapter.tables.get_mut(&Table::Attendance).expect("there");
    map.header = ["student_id", "x", "school_id", "date", "code"]
        .map(str::to_owned)
        .into();
    let read = |text: &str| read_with(text.as_bytes(), &feed(Table::Attendance), &adapter, 1);
    for text in [
        "1,,101,2026-09-01,A\n2,,101,2026-09-02,E\n",
        "1\t\t101\t2026-09-01\tA\r\n2\t\t101\t2026-09-02\tE",
        "\n\"1\";\"a;b\";\"101\";\"2026-09-01\";\"A\"\n2;;101;2026-09-02;E\n",
        "\u{feff}1|x|101|2026-09-01|A\n2||101|2026-09-02|E\n",
        // A system that has learned to write a header.
        "code,student_id,date,school_id\nA,1,2026-09-01,101\nE,2,2026-09-02,101\n",
    ] {
        let intake = read(text);
        assert_eq!(
            attendance(&intake),
            ["1 101 2026-09-01 A", "2 101 2026-09-02 E"],
            "{text:?}"
        );
        assert!(intake.problems.is_empty(), "{text:?}: {:?}", intake.problems);
    }
    let ragged = read("1,,101,2026-09-01,A\n2,101,2026-09-02,E\n");
    assert_eq!(
        tally(&ragged, "ragged-row"),
        (1, 2, String::new()),
        "the first line is a row and counts as one"
    );
    assert!(!read("").usable);
}

#[test]
fn a_table_of_which_a_file_says_nothing_is_not_said_to_be_empty() {
    let mut adapter = canonical();
    let staff = adapter.tables.get_mut(&Table::Staff).expect("there");
    staff.only = vec![Only {
        from: "kind".to_owned(),
        is: vec!["staff".to_owned()],
    }];
    let both = Feed {
        tables: vec![Table::Students, Table::Staff],
        ..feed(Table::Students)
    };
    let text = "student_id,first_name,last_name,grade,school_id\n1,A,B,9,7\n";
    let intake = read_with(text.as_bytes(), &both, &adapter, 1);
    assert_eq!(intake.tables, [Table::Students]);
    assert!(intake.usable && intake.problems.is_empty(), "{:?}", intake.problems);
}

#[test]
fn unread_columns_are_found_without_reading_the_file() {
    let text = "\u{feff}student_id;school_id;date;code;SSN\n1;101;2026-09-01;A;x\n";
    let mut bytes = std::io::Cursor::new(text.as_bytes());
    let year = super::support::year();
    let unread = super::unread_columns(&mut bytes, &feed(Table::Attendance), &canonical(), year);
    assert_eq!(unread.expect("it can be read"), ["SSN"]);
    let mut rows = std::io::Cursor::new("17,Grace,Last,7,101\n".as_bytes());
    let unread = super::unread_columns(&mut rows, &feed(Table::Students), &canonical(), year);
    assert_eq!(
        unread.expect("it can be read"),
        Vec::<String>::new(),
        "a row is no header: no name is shown"
    );
}

#[test]
fn lunch_eligibility_is_refused_however_it_is_called() {
    for row in [
        "freeLunch,yes",
        "FRL,1",
        "Free / Reduced,Y",
        "free-or-reduced,yes",
        "Meal Status,2",
        "nslp,paid",
        "program,Reduced Price",
        "category,Free",
        "eligibility,R",
        "SES,F",
    ] {
        let groups = take(Table::Groups, &format!("student_id,group,value\n1,{row}\n2,el,yes\n"));
        assert_eq!(groups.groups.len(), 1, "{row}");
        assert_eq!(tally(&groups, "lunch-refused").0, 1, "{row}");
    }
    let others =
        "student_id,group,value\n1,gender,F\n1,race,R\n1,language,French\n1,504,yes\n1,migrant,no\n1,house,Freedom\n";
    assert_eq!(take(Table::Groups, others).groups.len(), 6);
}

#[test]
fn a_time_behind_a_date_is_no_part_of_it() {
    for date in [
        "2026-09-01T00:00:00Z",
        "2026-09-01 00:00:00",
        "2026-09-01T08:30:00.000-05:00",
    ] {
        let intake = take(
            Table::Attendance,
            &format!("{HEADER}1,101,{date},A\n1,101,2026-09-02,A\n"),
        );
        assert_eq!(
            attendance(&intake),
            ["1 101 2026-09-01 A", "1 101 2026-09-02 A"],
            "{date}"
        );
        assert!(intake.problems.is_empty(), "{:?}", intake.problems);
    }
}
