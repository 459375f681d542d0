//! The calendar of the Ed-Fi sample data generator, through the shipped adapter; and a data set that no table fits.

use std::collections::BTreeMap;
use std::path::Path;

use super::homes::init;
use super::samples::{books, home_with, lines, ring, told};
use super::{Foreign, SAMPLES, sample};
use firstbell::school::Day;

/// These tests.
pub(crate) const TESTS: &[Foreign] = &[
    Foreign {
        name: "every_term_has_the_instructional_days_that_the_sample_states",
        needs: SAMPLES,
        run: every_term_has_the_instructional_days_that_the_sample_states,
    },
    Foreign {
        name: "a_table_of_sums_without_students_ids_fits_no_feed",
        needs: SAMPLES,
        run: a_table_of_sums_without_students_ids_fits_no_feed,
    },
];

const DAY: &str = "2016-10-05";

/// `TotalInstructionalDays` by school and first day, as the sample itself states them.
fn stated(file: &Path) -> BTreeMap<(String, Day), usize> {
    let mut reader = csv::Reader::from_path(file).expect("the sample");
    let rows = reader.deserialize::<BTreeMap<String, String>>();
    rows.map(|row| {
        let row = row.expect("a row");
        let date: Vec<i32> = row["BeginDate"]
            .split([' ', '/'])
            .take(3)
            .map(|part| part.parse().expect("a number"))
            .collect();
        let day = Day::from_ymd(2000 + date[2] % 100, date[0] as u32, date[1] as u32).expect("a day");
        let school = row["SchoolReference.SchoolIdentity.SchoolId"].clone();
        ((school, day), row["TotalInstructionalDays"].parse().expect("a number"))
    })
    .collect()
}

fn every_term_has_the_instructional_days_that_the_sample_states() {
    let sample = sample("calendar-edfi-generator");
    let folder = tempfile::tempdir().expect("a folder");
    let home = home_with(folder.path(), "edfi", &sample);
    let said = ring(&home, DAY);
    assert_eq!(
        told(&said),
        [
            "  read    School.csv: 5 rows",
            "  read    CalendarDate.csv: 930 rows",
            "  read    GradingPeriod.csv: 30 rows",
            "  read    Session.csv: 10 rows",
        ],
        "and not a word about any row"
    );
    let books = books(&home, DAY);
    let mut expected = stated(&sample.join("Session.csv"));
    // A grading period begins with its session: of the two, the longer one is counted first.
    assert_eq!(expected.values().sum::<usize>(), 5 * (50 + 54));
    let periods = stated(&sample.join("GradingPeriod.csv"));
    assert_eq!((expected.len(), periods.len(), books.terms.len()), (10, 30, 40));
    for term in &books.terms {
        let school = term.school.expect("a school of its own");
        let id = books.names.schools.name(u32::from(school.0)).to_owned();
        let days = books
            .calendar
            .iter()
            .filter(|((at, day), taught)| *at == Some(school) && **taught && term.start <= *day && *day <= term.end)
            .count();
        let key = (id, term.start);
        let name = books.names.terms.name(term.term);
        let wanted = match name.contains("Semester") {
            true => expected.remove(&key),
            false => periods.get(&key).copied(),
        };
        assert_eq!(Some(days), wanted, "{name} at {key:?}");
    }
    assert!(expected.is_empty(), "every session is a term: {expected:?}");
    let names: Vec<&str> = books.schools.iter().map(|school| school.name.as_str()).collect();
    assert_eq!(names[0], "Riverdale High School");
}

/// Absences are a sum without days, marks bear no course's id, and students have no id: nothing here is a row of any table.
fn a_table_of_sums_without_students_ids_fits_no_feed() {
    let sample = sample("uci-student");
    for adapter in ["canonical", "edfi", "sds", "aspen"] {
        let folder = tempfile::tempdir().expect("a folder");
        let home = init(folder.path(), adapter);
        std::fs::copy(sample.join("student-mat.csv"), home.join("inbox/student-mat.csv")).expect("the sample");
        let said = ring(&home, "2026-10-05");
        assert_eq!(lines(&said, &["  read ", "  held ", "waits: "]), Vec::<&str>::new());
    }
}
