//! firstbell against the answer key, over random districts.
//!
//! `key/` works every verdict out a second time, from the design's text and without firstbell's code; here the two are held
//! against each other through the binary alone, as a district would use it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::fs;
use std::path::Path;

mod key;
#[path = "support/log.rs"]
mod log;
#[path = "support/random/mod.rs"]
mod random;

use key::numbers::Date;
use key::settings::{Periods, Rows};
use key::{AFTER_FIVE, Key};
use random::Shape;

const STUDENTS: usize = 3_000;
/// So many differences are shown; the rest are counted.
const SHOWN: usize = 12;

fn shape(seed: u64, rows: Rows, periods: Periods, not_after: &str) -> Shape {
    Shape {
        seed,
        students: STUDENTS,
        rows,
        periods,
        not_after: Date::of(not_after),
    }
}

/// Runs firstbell and returns what it wrote; `allowed` are the exit codes that may be.
fn firstbell(home: &Path, allowed: &[i32], args: &[&str]) -> String {
    let output = log::hear(Some(home), args);
    let code = output.status.code().unwrap_or(-1);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(allowed.contains(&code), "firstbell {args:?} ended with {code}:\n{said}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The rows of a listing by student and rule.
fn listing(csv: &str, columns: &[&str]) -> BTreeMap<(String, String), Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let place = |column: &str| {
        let at = header.iter().position(|name| name == column);
        at.unwrap_or_else(|| panic!("no column `{column}` in {header:?}"))
    };
    let (student, rule) = (place("student_id"), place("rule"));
    let wanted: Vec<usize> = columns.iter().map(|column| place(column)).collect();
    let records = reader.records().map(|record| record.expect("a record"));
    records
        .map(|record| {
            let cells = wanted.iter().map(|at| record[*at].to_string()).collect();
            ((record[student].to_string(), record[rule].to_string()), cells)
        })
        .collect()
}

/// Every difference as a line: what the key says, what firstbell says.
fn differences<K: Ord + Debug, V: PartialEq + Debug>(key: &BTreeMap<K, V>, said: &BTreeMap<K, V>) -> Vec<String> {
    let mut lines = Vec::new();
    for (at, expected) in key {
        match said.get(at) {
            Some(value) if value == expected => {}
            Some(value) => lines.push(format!("{at:?}: key {expected:?}, firstbell {value:?}")),
            None => lines.push(format!("{at:?}: key {expected:?}, firstbell says nothing")),
        }
    }
    for (at, value) in said.iter().filter(|(at, _)| !key.contains_key(at)) {
        lines.push(format!("{at:?}: the key says nothing, firstbell {value:?}"));
    }
    lines
}

fn must_agree<K: Ord + Debug, V: PartialEq + Debug>(what: &str, key: &BTreeMap<K, V>, said: &BTreeMap<K, V>) {
    let lines = differences(key, said);
    let first: Vec<&String> = lines.iter().take(SHOWN).collect();
    assert!(
        lines.is_empty(),
        "{what}: {} of {} differ, first {first:#?}",
        lines.len(),
        key.len()
    );
}

/// What `verdicts` must list.
fn expected_verdicts(key: &Key) -> BTreeMap<(String, String), Vec<String>> {
    let row = |((student, rule), (school, said)): (&(String, &str), &(String, key::Said))| {
        let cells = vec![school.clone(), said.word().to_string(), said.value()];
        ((student.clone(), (*rule).to_string()), cells)
    };
    key.verdicts.iter().map(row).collect()
}

/// What `standing` must list after a first night. A school is judged on its own last school day. Where a rule had an answer for at
/// least half of the students in its grades, that night is its baseline there and levels are believed at once; elsewhere a rule that
/// waits five judged days has seen one.
fn expected_standings(inbox: &Path, shape: &Shape, key: &Key) -> BTreeMap<(String, String), Vec<String>> {
    let mut flags = BTreeMap::new();
    let schools: BTreeSet<&String> = key.verdicts.values().map(|(school, _)| school).collect();
    let mut keys: BTreeMap<String, Key> = BTreeMap::new();
    for school in schools {
        let last = last_school_day(inbox, school, &key.as_of.to_string());
        let there = keys.entry(last.clone()).or_insert_with(|| {
            let mut settings = random::settings(shape);
            settings.not_after = Date::of(&last);
            key::key(inbox, &settings)
        });
        assert_eq!(there.as_of.to_string(), last, "the school's last day has rows");
        let another_day = there.as_of != key.as_of;
        let of_school = || there.verdicts.iter().filter(|(_, (at, _))| at == school);
        let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for ((_, rule), (_, said)) in of_school().filter(|(_, (_, said))| *said != key::Said::OtherGrade) {
            let (judged, admitted) = counts.entry(rule).or_default();
            *judged += usize::from(matches!(said, key::Said::Judged(..)));
            *admitted += 1;
        }
        for ((student, rule), (_, said)) in of_school() {
            if another_day && reads_marks(rule) {
                continue;
            }
            let flagged = matches!(said.word(), "watch" | "concern" | "urgent");
            let (judged, admitted) = counts.get(rule).copied().unwrap_or_default();
            let believed = !AFTER_FIVE.contains(rule) || judged * 2 >= admitted;
            if flagged
                && believed
                && let Some((now, tonight)) = key.verdicts.get(&(student.clone(), rule))
            {
                let cells = vec![
                    now.clone(),
                    said.word().to_string(),
                    tonight.value(),
                    key.as_of.to_string(),
                ];
                flags.insert((student.clone(), (*rule).to_string()), cells);
            }
        }
    }
    flags
}

/// Rules that read marks: an undated one bears the round's as-of day, so a school whose last day lies before does not see it yet.
fn reads_marks(rule: &str) -> bool {
    [
        "core_failure",
        "course_failures",
        "low_average",
        "average_drop",
        "two_areas",
    ]
    .contains(&rule)
}

/// The school's last instructional day up to a day: its own calendar rows before everybody's.
fn last_school_day(inbox: &Path, school: &str, not_after: &str) -> String {
    let mut reader = csv::Reader::from_path(inbox.join("calendar.csv")).expect("a calendar");
    let header = reader.headers().expect("a header").clone();
    let place = |name: &str| header.iter().position(|column| column == name).expect("the column");
    let (at, date, kind) = (place("school_id"), place("date"), place("day_type"));
    let mut days: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    for record in reader.records().map(|record| record.expect("a record")) {
        let own = &record[at] == school;
        if !(own || record[at].is_empty()) || &record[date] > not_after {
            continue;
        }
        let instructional = record[kind].trim().eq_ignore_ascii_case("instructional");
        let day = days.entry(record[date].to_string()).or_insert((own, instructional));
        match own.cmp(&day.0) {
            std::cmp::Ordering::Greater => *day = (own, instructional),
            std::cmp::Ordering::Equal => day.1 |= instructional,
            std::cmp::Ordering::Less => {}
        }
    }
    days.into_iter()
        .rev()
        .find(|(_, (_, instructional))| *instructional)
        .expect("a school day")
        .0
}

fn agrees(shape: &Shape) {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");
    firstbell(&home, &[0], &["init", home.to_str().expect("a path of text")]);
    fs::write(home.join("firstbell.toml"), random::toml(shape)).expect("the configuration is written");
    let inbox = home.join("inbox");
    random::write(shape, &inbox);
    let key = key::key(&inbox, &random::settings(shape));
    // Odd rows and unknown codes wait for a person: 3 is as good an end as 0.
    firstbell(&home, &[0, 3], &["run", "--as-of", &shape.not_after.to_string()]);
    let verdicts = firstbell(&home, &[0], &["verdicts", "--format", "csv"]);
    let standing = firstbell(&home, &[0], &["standing", "--format", "csv"]);
    let said = listing(&verdicts, &["school_id", "verdict", "value"]);
    must_agree("verdicts", &expected_verdicts(&key), &said);
    let said = listing(&standing, &["school_id", "level", "value", "as_of"]);
    let expected = expected_standings(&inbox, shape, &key);
    let as_of = key.as_of.to_string();
    let schools: BTreeSet<&String> = key.verdicts.values().map(|(school, _)| school).collect();
    let another_day: BTreeSet<&String> = schools
        .into_iter()
        .filter(|school| last_school_day(&inbox, school, &as_of) != as_of)
        .collect();
    let comparable =
        |((_, rule), cells): &(&(String, String), &Vec<String>)| !reads_marks(rule) || !another_day.contains(&cells[0]);
    let said = said
        .iter()
        .filter(comparable)
        .map(|(at, cells)| (at.clone(), cells.clone()))
        .collect();
    must_agree("standing", &expected, &said);
}

#[test]
fn exceptions_and_fractions_agree_with_the_key() {
    agrees(&shape(1, Rows::Exceptions, Periods::Fraction, "2026-11-22"));
}

#[test]
fn every_day_rows_and_fractions_agree_with_the_key() {
    agrees(&shape(2, Rows::All, Periods::Fraction, "2026-12-04"));
}

#[test]
fn early_in_the_year_exceptions_agree_with_the_key() {
    agrees(&shape(
        3,
        Rows::Exceptions,
        Periods::Homeroom("HR".into()),
        "2026-11-06",
    ));
}

#[test]
fn every_day_rows_and_majorities_agree_with_the_key() {
    agrees(&shape(4, Rows::All, Periods::Majority, "2026-11-06"));
}

/// A comparison over districts in which some verdict never comes up would prove nothing about it.
#[test]
fn random_districts_bring_out_every_verdict_of_every_rule() {
    let mut seen: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (seed, rows) in [(1, Rows::Exceptions), (2, Rows::All)] {
        for day in ["2026-11-06", "2026-11-22"] {
            let folder = tempfile::tempdir().expect("a folder");
            let shape = shape(seed, rows, Periods::Fraction, day);
            random::write(&shape, folder.path());
            let key = key::key(folder.path(), &random::settings(&shape));
            for ((_, rule), (_, said)) in &key.verdicts {
                *seen.entry(rule).or_default().entry(said.word()).or_default() += 1;
            }
        }
    }
    let possible = |rule: &str| match rule {
        "chronic_absence" | "absence_streak" => "clear concern unknown urgent watch",
        "early_pacing" => "clear not_applicable unknown watch",
        "recent_unexcused" => "clear concern not_applicable unknown watch",
        "unexcused_streak" => "clear concern not_applicable unknown urgent",
        "tardies" => "clear concern unknown watch",
        "core_failure" => "clear concern not_applicable unknown urgent",
        "course_failures" | "average_drop" => "clear concern not_applicable unknown urgent watch",
        "low_average" => "clear concern not_applicable unknown watch",
        "recent_incidents" | "suspension" => "clear concern urgent",
        "removal_days" => "clear concern urgent watch",
        "incidents_this_year" => "clear concern watch",
        "two_areas" => "clear unknown urgent",
        "new_student" => "clear watch",
        _ => "",
    };
    assert_eq!(seen.len(), 16);
    for (rule, words) in &seen {
        for word in possible(rule).split(' ') {
            assert!(words.contains_key(word), "{rule} never said {word}: {words:?}");
        }
    }
}
