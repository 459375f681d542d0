//! Sample exports put to work in a home that `init --from` made: what became of every row is read back from the store, in words.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use firstbell::config::Sample;
use firstbell::facts::Books;
use firstbell::school::Day;
use firstbell::store::Store;

use super::homes::{Said, firstbell, init};

/// A home made by `init --from` with every CSV file of a folder in its inbox, nothing configured.
pub(crate) fn home_with(folder: &Path, adapter: &str, sample: &Path) -> PathBuf {
    let home = init(folder, adapter);
    for entry in std::fs::read_dir(sample).expect("the sample's folder") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_some_and(|ending| ending == "csv") {
            let name = path.file_name().expect("a name");
            let lies = home.join("inbox").join(name);
            std::fs::copy(&path, &lies).expect("a sample file");
            // Written at one moment: the order of files of one feed is then that of their digests, on every machine.
            let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
            let opened = File::options().write(true).open(lies).expect("the inbox is ours");
            opened.set_modified(moment).expect("the file is ours");
        }
    }
    home
}

/// A round as of a day; nothing may be said on the error stream.
pub(crate) fn ring(home: &Path, day: &str) -> Said {
    let said = firstbell(home, &["run", "--as-of", day]);
    assert_eq!(said.err, "", "{}", said.out);
    said
}

/// The lines of a screen that begin so.
pub(crate) fn lines<'s>(said: &'s Said, beginnings: &[&str]) -> Vec<&'s str> {
    let begins = |line: &&str| beginnings.iter().any(|beginning| line.starts_with(beginning));
    said.out.lines().filter(begins).collect()
}

/// What was read and held, file by file, and each problem about a file of the inbox.
pub(crate) fn told(said: &Said) -> Vec<&str> {
    let about_files = |line: &&str| !line.starts_with("note: firstbell");
    let all = lines(said, &["  read ", "  held ", "note: ", "waits: "]);
    all.into_iter().filter(about_files).collect()
}

/// The store of a home.
pub(crate) fn store(home: &Path) -> Store {
    Store::open_read_only(home.join("var/firstbell.db")).expect("the store is there")
}

/// The facts of the school year that a day most likely lies in.
pub(crate) fn books(home: &Path, day: &str) -> Books {
    let day: Day = day.parse().expect("a day");
    store(home).load_books(Sample::likely_year(day)).expect("facts")
}

/// Every fact about students, one line each, by student id.
pub(crate) fn facts(books: &Books) -> Vec<String> {
    let mut lines = Vec::new();
    let names = &books.names;
    let school = |at: u16| names.schools.name(u32::from(at));
    for (at, student) in books.students.iter().enumerate() {
        let id = names.students.name(at as u32);
        let mut say = |text: String| lines.push(format!("{id} {text}"));
        for (kind, stay) in student
            .listing
            .iter()
            .map(|stay| ("listed", stay))
            .chain(student.enrollments.iter().map(|stay| ("enrolled", stay)))
        {
            let grade = stay.grade.map_or("?".to_owned(), |grade| grade.to_string());
            let day = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string());
            let primary = if stay.primary { " primary" } else { "" };
            let days = format!("{}..{}", day(stay.entry), day(stay.exit));
            say(format!(
                "{kind} {} grade {grade} {days}{primary}",
                school(stay.school.0)
            ));
        }
        for program in &student.programs {
            say(format!("program {}", names.words.name(*program)));
        }
        for row in student.attendance.rows() {
            let code = names.codes.name(u32::from(row.code.0));
            let part = f64::from(row.portion) / 1_000_000.0;
            say(format!(
                "attendance {} {} {code} {part}",
                school(row.school.0),
                books.year.day(row.day)
            ));
        }
        for mark in &student.marks {
            let at = mark.school.map_or("-", |at| school(at.0));
            let (course, term) = (names.courses.name(mark.course), names.terms.name(mark.term));
            say(format!("mark {at} {course} {term} {}", names.marks.name(mark.text)));
        }
        for incident in &student.incidents {
            let (kind, role) = (names.words.name(incident.kind), names.words.name(incident.role));
            let at = school(incident.school.0);
            say(format!(
                "incident {} {at} {} {kind} {role}",
                incident.incident, incident.date
            ));
        }
        for plan in &student.plans {
            let end = plan.end.map_or(String::new(), |end| end.to_string());
            say(format!(
                "plan {} {} {}..{end}",
                plan.intervention,
                names.words.name(plan.program),
                plan.start
            ));
        }
    }
    lines.sort();
    lines
}
