//! The transcript of `adopt` in the documents is what happens with the sample that it names.

use super::homes::{firstbell, init, mend};
use super::{Foreign, SAMPLES, sample};

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[Foreign {
    name: "the_transcript_in_the_documents_is_what_happens",
    needs: SAMPLES,
    run: the_transcript_in_the_documents_is_what_happens,
}];

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
