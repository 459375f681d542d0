//! `adopt` with a sample that is not ours, and with a person at a terminal.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::homes::log::hear_through;
use super::homes::{firstbell, init, mend};
use super::{Foreign, Need, SAMPLES, sample};

/// A terminal to type at.
const TERMINAL: &[Need] = &[Need::Program("Python with `pty`", "python3", &["-c", "import pty"])];

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "the_transcript_in_the_documents_is_what_happens",
        needs: SAMPLES,
        run: the_transcript_in_the_documents_is_what_happens,
    },
    Foreign {
        name: "a_person_at_a_terminal_is_asked_what_the_file_cannot_say",
        needs: TERMINAL,
        run: a_person_at_a_terminal_is_asked_what_the_file_cannot_say,
    },
    Foreign {
        name: "a_person_who_leaves_leaves_nothing_behind",
        needs: TERMINAL,
        run: a_person_who_leaves_leaves_nothing_behind,
    },
];

/// Month and day could be either way round, nobody can know `Q7`, and `Fld7` is read by nothing.
const EXPORT: &str = "Perm ID\tBldg\tAtt Date\tAtt Code\tFld7\n1001\t12\t9/2/2026\tA\t1\n1002\t12\t9/1/2026\tQ7\t2\n\
                      1003\t14\t9/3/2026\tA\t3\n1003\t14\t10/2/2026\tQ7\t3\n";

/// The questions of this export, and how far each answer of a test goes.
const MONTH: &str = "Are dates such as `10/2/2026` month first (m) or day first (d)? [m] ";
const CODE: &str =
    "What does the code `Q7` mean (2 rows)? present, absent, excused, tardy, suspended, unverified; [later] ";
const WRITE: &str = "Write this? y or n, or mend a column first: COLUMN=HEADER [y] ";

fn district() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = init(folder.path(), "canonical");
    let config = home.join("firstbell.toml");
    let written = fs::read_to_string(&config).expect("init writes it");
    let years = written
        .lines()
        .find(|line| line.starts_with("school_years"))
        .expect("a year");
    mend(
        &config,
        years,
        "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
    );
    let file = folder.path().join("att_2026-11-20.txt");
    fs::write(&file, EXPORT).expect("the folder is ours");
    (folder, home, file)
}

/// Adopts at a terminal, answering each question in turn: what stood on it, and the exit code.
fn at_a_terminal(home: &Path, file: &Path, answers: &[&str]) -> (String, i32) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/at_a_terminal.py");
    let script = script.to_str().expect("a path of text");
    let before = ["python3", script, "] ", &answers.join("|")];
    let file = file.to_str().expect("a path of text");
    let said = hear_through(&before, Some(home), &["adopt", file]).expect("python3 runs");
    let shown = String::from_utf8(said.stdout).expect("text").replace("\r\n", "\n");
    (shown, said.status.code().expect("it ended by itself"))
}

/// Every file of a home but its lock, with its bytes.
fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if !path.ends_with("var/lock") {
            found.insert(path.clone(), fs::read(&path).expect("it is ours"));
        }
    }
}

fn whole(home: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    files(home, &mut found);
    found
}

fn a_person_at_a_terminal_is_asked_what_the_file_cannot_say() {
    let (_folder, home, file) = district();
    let answers = [
        "?\\n",
        "M\\n",
        "sick\\n",
        "exc\\n",
        "homeroom=Nope\\n",
        "period=Fld7\\n",
        "y\\n",
    ];
    let (shown, code) = at_a_terminal(&home, &file, &answers);
    assert_eq!(code, 0, "{shown}");
    let dialogue = format!(
        "att_2026-11-20.txt: `attendance`

  column       from            such as
  student_id*  Perm ID   sure  1003, 1001, 1002
  school_id*   Bldg      sure  12, 14
  date*        Att Date  sure  10/2/2026, 9/1/2026, 9/2/2026
  code*        Att Code  sure  A, Q7
  not in it, and not needed: period, portion

A few things no file says about itself. Enter takes what stands in [brackets], ? explains, Ctrl-C leaves; nothing is written before you say so.

{MONTH}?
  No day above 12 stands in the file, so that 3/4 could be March 4 or April 3. In the United States it is the month first.
{MONTH}M
{CODE}sick
  `sick` is no answer to that; ? explains
{CODE}exc
"
    );
    assert!(shown.starts_with(&dialogue), "{shown}");
    let refused = "  the table `attendance` has no column `homeroom`: its columns are student_id, school_id, date, code, period, portion\n";
    assert!(shown.contains(&format!("{WRITE}homeroom=Nope\n{refused}")), "{shown}");
    assert!(shown.contains("  period       Fld7      sure  3, 1, 2\n"), "{shown}");
    assert!(shown.contains(&format!("{WRITE}y\n\nWritten:\n")), "{shown}");
    let config = fs::read_to_string(home.join("firstbell.toml")).expect("it is there");
    assert!(
        config.contains("Q7 = { absent = 1, excused = true }")
            || config.contains("\"Q7\" = { absent = 1, excused = true }"),
        "{config}"
    );
}

fn a_person_who_leaves_leaves_nothing_behind() {
    // Ctrl-D and Ctrl-C at each question, and a plain no: 3 is "something waits for a person", 130 is the signal.
    let (month, code): (&[&str], &[&str]) = (&[], &["m\\n"]);
    let write: &[&str] = &["m\\n", "a\\n"];
    for before in [month, code, write] {
        for (answer, ended) in [("\\x04", 3), ("\\x03", 130)] {
            let (_folder, home, file) = district();
            let untouched = whole(&home);
            let answers: Vec<&str> = before.iter().copied().chain([answer]).collect();
            let (shown, code) = at_a_terminal(&home, &file, &answers);
            assert_eq!(code, ended, "{shown}");
            assert!(ended == 130 || shown.ends_with("\nNothing was written.\n"), "{shown}");
            assert!(whole(&home) == untouched, "{shown}");
        }
    }
    let (_folder, home, file) = district();
    let untouched = whole(&home);
    let (shown, code) = at_a_terminal(&home, &file, &["m\\n", "a\\n", "N\\n"]);
    assert_eq!(code, 3, "{shown}");
    assert!(shown.ends_with(&format!("{WRITE}N\nNothing was written.\n")), "{shown}");
    assert!(whole(&home) == untouched, "{shown}");
}

fn the_transcript_in_the_documents_is_what_happens() {
    let file = sample("grand-bend-edfi").join("student_school_attendance_events.csv");
    let folder = tempfile::tempdir().expect("a folder");
    let home = init(folder.path(), "canonical");
    let config = home.join("firstbell.toml");
    let written = std::fs::read_to_string(&config).expect("init writes it");
    let years = written
        .lines()
        .find(|line| line.starts_with("school_years"))
        .expect("a year");
    mend(
        &config,
        years,
        "school_years = [{ start = 2026-08-17, end = 2027-06-11 }]",
    );
    let said = firstbell(&home, &["adopt", file.to_str().expect("a path of text"), "--yes"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let page = include_str!("../../docs/adopt.md");
    let command = "$ firstbell --home mydistrict adopt student_school_attendance_events.csv --yes\n";
    let shown = page.split(command).nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(Some(said.out.as_str()), shown);
}
