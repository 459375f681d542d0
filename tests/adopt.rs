//! `adopt` as a new district meets it: whole screens, what is written, and the night that follows.
//! The transcript in docs/adopt.md is made of a sample that is not ours to commit; it lies in `$FIRSTBELL_SAMPLES`, by default
//! `../shared/data`.

#[path = "support/homes.rs"]
mod homes;

use std::fs;
use std::path::{Path, PathBuf};

use firstbell::school::{Day, Weekday};
use homes::{Said, firstbell, init, mend};
use tempfile::TempDir;

fn fresh() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = init(folder.path(), "canonical");
    let written = fs::read_to_string(home.join("firstbell.toml")).expect("init writes it");
    let years = written
        .lines()
        .find(|line| line.starts_with("school_years"))
        .expect("a year")
        .to_owned();
    mend(
        &home.join("firstbell.toml"),
        &years,
        "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
    );
    (folder, home)
}

fn put(home: &Path, name: &str, text: &str) -> String {
    let path = home.join("inbox").join(name);
    fs::write(&path, text).expect("the inbox is ours");
    path.to_str().expect("a path of text").to_owned()
}

fn adopt(home: &Path, file: &str, more: &[&str]) -> Said {
    let mut words = vec!["adopt", file];
    words.extend(more);
    firstbell(home, &words)
}

fn read(home: &Path, path: &str) -> String {
    fs::read_to_string(home.join(path)).expect("it is written")
}

const ATTENDANCE: &str = "Perm ID\tBldg\tAtt Date\tAtt Code\tSSN\n1001\t12\t8/24/2026\tA\t1\n1002\t12\t9/1/2026\tE\t2\n\
                          1003\t14\t9/30/2026\tT\t3\n1003\t14\t10/2/2026\tQ7\t3\n";

const SCREEN: &str = "\
att_2026-11-20.txt: `attendance`

  written  UTF-8, parted by tab, a header
  looked   at 4 rows
  days     2026-08-24 to 2026-10-02
  covers   year: most exports hold the school year so far

  column       from            such as
  student_id*  Perm ID   sure  1003, 1001, 1002
  school_id*   Bldg      sure  12, 14
  date*        Att Date  sure  10/2/2026, 8/24/2026, 9/1/2026
  code*        Att Code  sure  A, E, Q7
  not in it, and not needed: period, portion

Attendance codes:
  `A`   1 row  as firstbell.toml says
  `E`   1 row  as firstbell.toml says
  `Q7`  1 row  ?                       unsure
  `T`   1 row  as firstbell.toml says

Take these out of the export: nobody here needs them, and they should not travel.
  `SSN` looks like a social security number

Read through `district-attendance`: 4 rows, 4 usable
  unknown-code: 1 row, first in line 5

Still to be said:
  what does the code `Q7` mean? say `--code Q7=excused` (or present, absent, tardy, suspended, unverified), or mend its line under [attendance.codes]

Written:
  plugins/district-attendance/plugin.toml: how `attendance` is read from such files
  firstbell.toml: the feed `att_*.txt`, in the place of `attendance*.csv`
`firstbell check` looks at the whole home; `firstbell run --dry-run` rings it and keeps nothing.
";

#[test]
fn what_is_known_is_written_and_what_nobody_can_know_is_asked() {
    let (_folder, home) = fresh();
    let before = read(&home, "firstbell.toml");
    let file = put(&home, "att_2026-11-20.txt", ATTENDANCE);
    let said = adopt(&home, &file, &["--yes"]);
    assert_eq!(said.out, SCREEN);
    assert_eq!((said.err.as_str(), said.code), ("", 3), "a code waits for its meaning");
    let after = read(&home, "firstbell.toml");
    let new: Vec<&str> = after
        .lines()
        .filter(|line| !before.lines().any(|old| old == *line))
        .collect();
    let expected = [
        "# Written by `firstbell adopt` from `att_2026-11-20.txt`.",
        "files = \"att_*.txt\"",
        "adapter = \"district-attendance\"",
        "# \"Q7\" = { absent = 1 }",
    ];
    assert_eq!(new, expected);
    let gone: Vec<&str> = before
        .lines()
        .filter(|line| !after.lines().any(|new| new == *line))
        .collect();
    assert_eq!(gone, ["files = \"attendance*.csv\""], "comments stay");
    assert!(read(&home, "plugins/district-attendance/plugin.toml").ends_with(
        "[tables.attendance]\nstudent_id = \"Perm ID\"\nschool_id = \"Bldg\"\n\
         date = { from = \"Att Date\", dates = \"M/D/YYYY\" }\ncode = \"Att Code\"\n"
    ));

    let again = adopt(&home, &file, &["--yes", "--code", "Q7=excused"]);
    assert_eq!((again.err.as_str(), again.code), ("", 0), "{}", again.out);
    let mended = after.replace("# \"Q7\" = { absent = 1 }", "\"Q7\" = { absent = 1, excused = true }");
    assert_eq!(
        read(&home, "firstbell.toml"),
        mended,
        "the line that waited is the line that is mended"
    );
    let third = adopt(&home, &file, &["--yes"]);
    assert!(
        third
            .out
            .contains("Nothing to write: the feed stands already as it should."),
        "{}",
        third.out
    );
    assert_eq!((read(&home, "firstbell.toml"), third.code), (mended, 0));
}

#[test]
fn nothing_is_written_without_a_yes() {
    let (_folder, home) = fresh();
    let before = read(&home, "firstbell.toml");
    let file = put(&home, "att_2026-11-20.txt", ATTENDANCE);
    let said = adopt(&home, &file, &[]);
    assert!(
        said.out.ends_with("\nNothing was written. Say it again with --yes.\n"),
        "{}",
        said.out
    );
    assert_eq!((said.code, said.err.as_str()), (3, ""));
    assert_eq!(read(&home, "firstbell.toml"), before);
    assert!(!home.join("plugins/district-attendance").exists());
}

#[test]
fn a_feed_in_use_gives_way_only_when_told() {
    let (_folder, home) = fresh();
    let file = put(&home, "att_2026-11-20.txt", ATTENDANCE);
    adopt(&home, &file, &["--yes", "--code", "Q7=excused"]);
    let before = read(&home, "firstbell.toml");
    let other = put(
        &home,
        "absences.csv",
        "student_id,school_id,date,code\n1,2,2026-09-01,A\n",
    );
    let refused = adopt(&home, &other, &["--yes"]);
    assert_eq!(
        refused.err,
        "error: firstbell.toml:79:1: a feed for `attendance` is there already: it takes `att_*.txt` through `district-attendance` — \
         give `--replace` to put this one in its place, or `--beside` to read both [adopt-feed-there]\n"
    );
    assert_eq!((refused.code, read(&home, "firstbell.toml")), (1, before.clone()));
    let beside = adopt(&home, &other, &["--yes", "--beside"]);
    assert_eq!((beside.code, beside.err.as_str()), (0, ""), "{}", beside.out);
    let both = read(&home, "firstbell.toml");
    assert!(both.contains("files = \"att_*.txt\"") && both.contains("files = \"absences*.csv\""));
    fs::write(home.join("firstbell.toml"), before).expect("the file is ours");
    let replaced = adopt(&home, &other, &["--yes", "--replace"]);
    assert_eq!((replaced.code, replaced.err.as_str()), (0, ""), "{}", replaced.out);
    let one = read(&home, "firstbell.toml");
    assert!(
        !one.contains("att_*.txt") && !one.contains("att_2026-11-20.txt"),
        "its remark goes with it"
    );
    assert!(one.contains("# Written by `firstbell adopt` from `absences.csv`.\n[[feed]]\ntable = \"attendance\""));
}

#[test]
fn what_is_no_table_is_named_with_the_way_to_get_one() {
    let (_folder, home) = fresh();
    let before = read(&home, "firstbell.toml");
    let cases: [(&str, &[u8], &str); 6] = [
        (
            "empty.csv",
            b" \n",
            "is empty — export it again; look whether the filter of the report leaves any rows",
        ),
        (
            "a.xlsx",
            b"PK\x03\x04....xl/workbook.xml",
            "is an Excel workbook, not a table of text — open it and save the sheet as `CSV UTF-8`, or choose CSV where the SIS asks for a format",
        ),
        (
            "b.csv",
            b"%PDF-1.7\n",
            "is a PDF, not a table of text — a PDF is for reading: choose CSV or text where the SIS asks for the report's format",
        ),
        (
            "c.zip",
            b"PK\x03\x04manifest.csv",
            "is a zip archive, not a table of text — unpack it and adopt one of the files inside; for a OneRoster bundle run `firstbell init DIR --from oneroster`",
        ),
        (
            "d.xls",
            b"<html><table><tr><td>1</td></tr></table>",
            "is a web page (some systems call it `Excel`), not a table of text — choose CSV or tab-delimited text where the SIS asks for a format",
        ),
        (
            "e.csv",
            b"shop,price,colour\napple,3,red\npear,4,green\n",
            "looks like none of our tables; the nearest is `courses`, but the file is too unlike it — if it is one of them, say so: `--table attendance`; `docs/adopt.md` lists what each needs",
        ),
    ];
    for (name, bytes, message) in cases {
        let path = home.join("inbox").join(name);
        fs::write(&path, bytes).expect("the inbox is ours");
        let said = adopt(&home, path.to_str().expect("text"), &["--yes"]);
        assert_eq!(
            said.err,
            format!("error: HOME/inbox/{name}: {message} [adopt-no-table]\n")
        );
        assert_eq!((said.out.as_str(), said.code), ("", 1), "{name}");
    }
    let said = adopt(&home, home.join("inbox").to_str().expect("text"), &["--yes"]);
    assert_eq!(
        said.err,
        "error: HOME/inbox: is a folder — name one file in it: each export is adopted by itself [adopt-no-file]\n"
    );
    let said = adopt(&home, home.join("none.csv").to_str().expect("text"), &["--yes"]);
    assert!(
        said.err.starts_with("error: HOME/none.csv: cannot be read:") && said.code == 1,
        "{}",
        said.err
    );
    assert_eq!(read(&home, "firstbell.toml"), before);
}

#[test]
fn titles_and_a_second_header_are_passed_over_and_ragged_rows_counted() {
    let (_folder, home) = fresh();
    let text = "Grade report,,,,\nNorth High,,,,\nstudent,crs,trm,score,x\nStudent Number,Course Code,Term,Mark,Note\n1,ALG1,Q1,88.5,a\n\
                2,ALG1,Q1,91,b\n3,ENG1,Q1,72,c\n4,ENG1,Q1\n";
    let file = put(&home, "marks.csv", text);
    let said = adopt(&home, &file, &["--yes"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(
        said.out.contains("a header below 3 other lines") && said.out.contains("the lower one was taken"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("Read through `district-grades`: 4 rows, 3 usable\n  ragged-row: 1 row, first in line 8\n"),
        "{}",
        said.out
    );
    assert!(read(&home, "plugins/district-grades/plugin.toml").contains("[tables.grades]\nskip_lines = 3\n"));
}

#[test]
fn a_column_that_is_needed_and_not_there_is_named_and_can_be_given() {
    let (_folder, home) = fresh();
    let file = put(
        &home,
        "att.csv",
        "Student ID,Date,Code\n1,2026-09-01,A\n2,2026-09-02,T\n",
    );
    let said = adopt(&home, &file, &["--yes"]);
    assert_eq!(
        said.err,
        "error: HOME/inbox/att.csv:school_id: no column looks like `school_id`, which `attendance` needs — name it with \
         `--set school_id=\"HEADER\"`, or give every row the same with `--set school_id==TEXT` [adopt-column-missing]\n"
    );
    assert_eq!(said.code, 1);
    let said = adopt(&home, &file, &["--yes", "--set", "school_id==1044"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let plugin = read(&home, "plugins/district-attendance/plugin.toml");
    assert!(plugin.contains("school_id = { constant = \"1044\" }\n"), "{plugin}");
    let said = adopt(&home, &file, &["--yes", "--set", "code=Reason"]);
    assert_eq!(
        said.err,
        "error: HOME/inbox/att.csv: the file has no column `Reason` — its columns are Student ID, Date, Code; write `=text` for what \
         every row has [adopt-said]\n"
    );
}

#[test]
fn names_in_one_cell_flags_for_a_code_and_several_tables_in_one_plugin() {
    let (_folder, home) = fresh();
    let students = "\u{feff}Perm ID;Student Name;Gr;Bldg;DOB;Ethnicity\r\n1001;\"Moss, Ada\";KF;12;1/2/2012;x\r\n\
                    1002;\"Li, Ben\";09;12;1/3/2012;y\r\n1003;\"Ruiz, Cal\";10;14;1/3/2012;y\r\n";
    let said = adopt(
        &home,
        &put(&home, "stu_20261120.csv", students),
        &["--yes", "--as", "lakeside"],
    );
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(
        said.out.contains("`Ethnicity` looks like race or ethnicity") && said.out.contains("Not read: DOB"),
        "{}",
        said.out
    );
    let flags = "Student,School,Event Date,Absent,Tardy,Excused\n1,7,2026-09-01,1,0,0\n2,7,2026-09-01,1,0,1\n3,7,2026-09-02,0,1,0\n";
    let said = adopt(&home, &put(&home, "flags.csv", flags), &["--yes", "--as", "lakeside"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let plugin = read(&home, "plugins/lakeside/plugin.toml");
    for line in [
        "first_name = { from = \"Student Name\", cut = \",\", piece = 2 }",
        "last_name = { from = \"Student Name\", cut = \",\", piece = 1 }",
        "grade = { from = \"Gr\", values = { \"KF\" = \"KG\" } }",
        "code = { join = [\"Absent\", \"Tardy\", \"Excused\"], between = \"/\", values = { \"0/1/0\" = \"T\", \"1/0/0\" = \"A\", \"1/0/1\" = \"A-E\" } }",
    ] {
        assert!(plugin.lines().any(|have| have == line), "{line}\n{plugin}");
    }
    assert!(read(&home, "firstbell.toml").contains("\"A-E\" = { absent = 1, excused = true }"));
}

#[test]
fn a_large_file_is_looked_at_in_parts_and_needs_no_home() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("attendance.csv");
    let mut text = String::from("Student ID,School,Date,Code\n");
    for row in 0..20_000 {
        text += &format!("{},7,2026-09-{:02},A\n", 1000 + row, row % 30 + 1);
    }
    fs::write(&path, text).expect("written");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("it is there");
    file.set_len(1 << 30).expect("a gigabyte, most of it nothing");
    let said = firstbell(folder.path(), &["adopt", path.to_str().expect("text")]);
    assert!(said.out.contains("of its head and its middle"), "{}", said.out);
    assert!(said.out.contains("There is no home here to write to"), "{}", said.out);
    assert_eq!((said.code, said.err.as_str()), (3, ""));
}

#[test]
fn after_three_exports_and_a_yes_each_the_night_runs() {
    let (_folder, home) = fresh();
    let start: Day = "2026-08-17".parse().expect("a day");
    let days: Vec<Day> = (0..54)
        .map(|later| start.plus(later))
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
        .collect();
    assert_eq!(days.len(), 40, "eight weeks, to October 9");
    let shown = |day: &Day| format!("{}/{}/{}", day.civil().month(), day.civil().day(), day.civil().year());
    let calendar: String = days.iter().map(|day| format!("{},School Day\n", shown(day))).collect();
    // Ten of forty days for the first student, one for the second.
    let absent = days
        .iter()
        .step_by(4)
        .map(|day| format!("1001,12,{},UNX\n", shown(day)));
    let absences: String = absent.chain([format!("1002,12,{},UNX\n", shown(&days[39]))]).collect();
    for (name, text) in [
        (
            "stu.csv",
            "Perm ID,First,Last,Gr,Bldg\n1001,Ada,Moss,09,12\n1002,Ben,Li,10,12\n1003,Cal,Ruiz,11,12\n".to_owned(),
        ),
        ("cal.csv", format!("Date,Day Type\n{calendar}")),
        ("abs.csv", format!("Perm ID,Bldg,Abs Date,Abs Code\n{absences}")),
    ] {
        let said = adopt(&home, &put(&home, name, &text), &["--yes", "--as", "lakeside"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    }
    let ran = firstbell(&home, &["run", "--as-of", "2026-10-09"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let standing = firstbell(&home, &["--format", "csv", "standing", "--rule", "chronic_absence"]);
    let rows: Vec<Vec<&str>> = standing
        .out
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(rows.len(), 1, "{}", standing.out);
    assert_eq!((rows[0][0], rows[0][5], rows[0][6]), ("1001", "urgent", "25.000"));
}
