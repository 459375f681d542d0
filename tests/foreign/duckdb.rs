//! The same answers as DuckDB, asked in SQL over the same files, about a district of a thousand students.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::homes::firstbell;
use super::{Foreign, Need};

/// This test.
pub(crate) const TESTS: &[Foreign] = &[Foreign {
    name: "every_flag_is_one_that_duckdb_finds_over_the_same_files",
    needs: &[Need::Program(
        "python3 with duckdb",
        "python3",
        &["-c", "import duckdb"],
    )],
    run: every_flag_is_one_that_duckdb_finds_over_the_same_files,
}];

fn python(arguments: &[&str]) {
    let done = Command::new("python3").args(arguments).output().expect("python3");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// (student, rule, level) of every row of a table whose level column holds a level.
fn flags(table: &str, level: &str) -> BTreeSet<[String; 3]> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let at = |name: &str| header.iter().position(|column| column == name).expect("the column");
    let places = [at("student_id"), at("rule"), at(level)];
    let row = |record: csv::StringRecord| places.map(|place| record[place].to_owned());
    reader
        .records()
        .map(|record| row(record.expect("a row")))
        .filter(|[_, _, level]| ["watch", "concern", "urgent"].contains(&level.as_str()))
        .collect()
}

fn every_flag_is_one_that_duckdb_finds_over_the_same_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = |path: &Path| path.to_str().expect("a path of text").to_owned();
    let district = folder.path().join("district");
    python(&["benches/district.py", "--students", "1000", &text(&district)]);
    let as_of = fs::read_to_string(district.join("as-of")).expect("the district's day");
    let as_of = as_of.trim();
    let answers = folder.path().join("answers.csv");
    let exports = district.join("exports");
    python(&[
        "benches/duckdb_night.py",
        &text(&exports),
        as_of,
        "dates",
        &text(&answers),
    ]);

    let home = folder.path().join("home");
    assert_eq!(firstbell(&home, &["init", &text(&home)]).code, 0);
    fs::copy(district.join("firstbell.toml"), home.join("firstbell.toml")).expect("the home is ours");
    let rung = firstbell(&home, &["run", "--as-of", as_of]);
    assert!([0, 3].contains(&rung.code), "{}{}", rung.out, rung.err);
    let ours = firstbell(&home, &["--format", "csv", "verdicts"]).out;

    let theirs = flags(&fs::read_to_string(answers).expect("DuckDB's answers"), "level");
    let rules: BTreeSet<&str> = theirs.iter().map(|[_, rule, _]| rule.as_str()).collect();
    assert!(
        theirs.len() > 300 && rules.len() > 8,
        "{} answers of {rules:?}",
        theirs.len()
    );
    let ours: BTreeSet<_> = flags(&ours, "verdict")
        .into_iter()
        .filter(|[_, rule, _]| rules.contains(rule.as_str()))
        .collect();
    let differ: Vec<_> = theirs.symmetric_difference(&ours).take(10).collect();
    assert!(differ.is_empty(), "{differ:?}");
}
