//! What exports are known to look like when they are wrong: each oddity was seen in a real district or a public sample. For each, what
//! the operator is told, and that nobody is raised, cleared or written to because of it who should not be.

#[path = "../support/mod.rs"]
mod support;

mod attendance;
mod calendar;
mod files;
mod marks;
mod people;

use std::fs;

use support::{District, Said};

/// A district with one counselor who has every student that a test is about, and a school to be compared with.
fn counseled(students: &[&str]) -> District {
    let district = District::new().classmates(4).staff("s1", "Maria Lopez", "counselor");
    students.iter().fold(district, |district, student| {
        district.caseload(student, "s1", "counselor")
    })
}

/// Changes an export that lies in the inbox.
fn spoil(district: &District, file: &str, change: impl FnOnce(String) -> String) {
    let path = district.home().join("inbox").join(file);
    let text = fs::read_to_string(&path).unwrap_or_default();
    fs::write(&path, change(text)).expect("the inbox is ours");
}

/// Adds rows to an export that lies in the inbox.
fn add(district: &District, file: &str, rows: &str) {
    spoil(district, file, |text| text + rows);
}

/// Rings a night over the exports as they lie there.
fn ring(district: &District, day: &str) -> Said {
    let said = district.run(&["run", "--as-of", day]);
    assert_eq!(said.err, "", "night of {day}: {}", said.out);
    said
}

/// The problems on a screen, in order, their remedies left out.
fn problems(said: &Said) -> Vec<String> {
    let is_problem = |line: &&str| {
        ["note: ", "waits: ", "error: "]
            .iter()
            .any(|weight| line.starts_with(weight))
    };
    let short = |line: &str| {
        let (what, rest) = line.split_once(" — ").expect("every problem has a remedy");
        let code = rest.rsplit(' ').next().expect("and a code");
        format!("{what} {code}")
    };
    said.out.lines().filter(is_problem).map(short).collect()
}

/// Open flags as `student school rule level`.
fn flags(district: &District) -> Vec<String> {
    rows(district, "standing", &[0, 1, 3, 5])
}

/// What every rule says of a student, as `school rule verdict value detail`.
fn verdicts(district: &District, student: &str) -> Vec<String> {
    let all = rows(district, "verdicts", &[0, 1, 2, 3, 4, 5]);
    let own = |line: &String| line.split(' ').next() == Some(student);
    let cut = |line: String| line.split_once(' ').expect("more cells").1.trim_end().to_owned();
    all.into_iter().filter(own).map(cut).collect()
}

fn rows(district: &District, listing: &str, cells: &[usize]) -> Vec<String> {
    let said = district.run(&["--format", "csv", listing]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let mut reader = csv::Reader::from_reader(said.out.as_bytes());
    let row = |row: csv::StringRecord| {
        let picked: Vec<&str> = cells.iter().map(|at| row.get(*at).expect("a cell")).collect();
        picked.join(" ")
    };
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

/// What `explain` says of a student's absences: `Absent 3 of 30 enrolled days (10 %), 0 unexcused.`
fn absences(district: &District, student: &str) -> String {
    let said = district.run(&["explain", student, "--rule", "chronic_absence"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let line = said.out.lines().find(|line| line.starts_with("  Absent "));
    line.unwrap_or_else(|| panic!("{}", said.out)).trim().to_owned()
}

/// The subjects of all letters to people.
fn subjects(district: &District) -> Vec<String> {
    district.letters().into_iter().map(|letter| letter.subject).collect()
}
