//! Random districts, made again from a seed, with every oddity that exports are known to hold.
//!
//! In: a seed and a shape. Out: canonical files in a folder, the settings that go with them, and the same settings as
//! `firstbell.toml`. Never: a word about what the numbers should be.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::key::numbers::Date;
use crate::key::settings::{Periods, Rows};

mod attendance;
mod behavior;
mod config;
mod marks;
mod people;
mod rng;

pub(crate) use config::{settings, toml};

pub(crate) use rng::Rng;

/// What kind of district to make.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) students: usize,
    pub(crate) rows: Rows,
    pub(crate) periods: Periods,
    /// `--as-of`.
    pub(crate) not_after: Date,
}

/// One school: what it teaches and how it sends.
pub(crate) struct School {
    pub(crate) id: &'static str,
    pub(crate) grades: &'static [&'static str],
    pub(crate) rows_are: RowsAre,
    pub(crate) terms: &'static [(&'static str, &'static str, &'static str)],
}

/// How a school takes attendance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowsAre {
    Whole,
    Periods,
    Mixed,
    /// Like `Whole`, and the last days have not come.
    Late,
    /// Nothing ever came.
    Silent,
}

const QUARTERS: &[(&str, &str, &str)] = &[
    ("Q1", "2026-08-17", "2026-10-16"),
    ("Q2", "2026-10-19", "2026-12-18"),
    ("Q3", "2027-01-04", "2027-03-12"),
    ("Q4", "2027-03-15", "2027-06-11"),
    ("S1", "2026-08-17", "2026-12-18"),
];

pub(crate) const SCHOOLS: [School; 7] = [
    School {
        id: "101",
        grades: &["9", "10", "11", "12"],
        rows_are: RowsAre::Periods,
        terms: QUARTERS,
    },
    School {
        id: "102",
        grades: &["6", "7", "8"],
        rows_are: RowsAre::Mixed,
        terms: &[
            ("Q1", "2026-08-17", "2026-10-09"),
            ("Q2", "2026-10-12", "2026-12-11"),
            ("Q3", "2026-12-14", "2027-03-12"),
        ],
    },
    School {
        id: "103",
        grades: &["PK", "KG", "1", "2", "3", "4", "5"],
        rows_are: RowsAre::Whole,
        terms: QUARTERS,
    },
    // Trimesters, and for two weeks a term so short that it is the current one and has nothing to be compared with.
    School {
        id: "104",
        grades: &["KG", "3", "6", "7", "8"],
        rows_are: RowsAre::Mixed,
        terms: &[
            ("T1", "2026-08-17", "2026-11-13"),
            ("T2", "2026-11-16", "2027-03-05"),
            ("PR", "2026-11-10", "2026-11-24"),
        ],
    },
    // Terms with a gap: on a day in none, the last one that ended counts.
    School {
        id: "105",
        grades: &["8", "9", "10", "11", "12"],
        rows_are: RowsAre::Late,
        terms: &[
            ("M1", "2026-08-17", "2026-09-04"),
            ("M2", "2026-09-28", "2026-10-13"),
            ("M3", "2026-10-14", "2026-10-30"),
            ("M4", "2027-01-11", "2027-02-12"),
        ],
    },
    // Only the year's term, which is every school's.
    School {
        id: "106",
        grades: &["6", "9", "12"],
        rows_are: RowsAre::Whole,
        terms: &[],
    },
    School {
        id: "107",
        grades: &["1", "6", "9"],
        rows_are: RowsAre::Silent,
        terms: QUARTERS,
    },
];

/// Days on which no school is held.
const HOLIDAYS: [&str; 8] = [
    "2026-09-07",
    "2026-10-12",
    "2026-11-11",
    "2026-11-25",
    "2026-11-26",
    "2026-11-27",
    "2027-01-18",
    "2027-02-15",
];

/// Days that single schools hold or do not hold, whatever the others do.
const OWN_DAYS: [(&str, &str, &str); 6] = [
    ("104", "2026-10-10", "instructional"),
    ("104", "2026-09-18", "holiday"),
    ("104", "2026-10-12", "instructional"),
    ("102", "2026-11-20", "conference"),
    ("102", "2026-11-06", "conference"),
    ("106", "2026-12-04", "weather"),
];

pub(crate) fn is_instructional(school: &str, date: Date) -> bool {
    let own = OWN_DAYS
        .iter()
        .find(|(id, day, _)| *id == school && Date::of(day) == date);
    match own {
        Some((_, _, word)) => *word == "instructional",
        None => date.is_weekday() && !HOLIDAYS.iter().any(|day| Date::of(day) == date),
    }
}

/// Writes the district's files into a folder.
pub(crate) fn write(shape: &Shape, folder: &Path) {
    let mut rng = Rng::new(shape.seed);
    let people = people::people(shape, &mut rng);
    let put = |file: &str, text: String| fs::write(folder.join(file), text).expect("the folder can be written");
    put("schools.csv", schools_csv());
    put("calendar.csv", calendar_csv(shape));
    put("terms.csv", terms_csv());
    let (students, enrollments) = people::csvs(&people);
    put("students.csv", students);
    put("enrollments.csv", enrollments);
    put("attendance.csv", attendance::csv(shape, &people, &mut rng));
    let (grades, courses) = marks::csvs(shape, &people, &mut rng);
    put("grades.csv", grades);
    put("courses.csv", courses);
    put("behavior.csv", behavior::csv(shape, &people, &mut rng));
}

fn schools_csv() -> String {
    let mut csv = String::from("school_id,name\n");
    for school in &SCHOOLS {
        let _ = writeln!(csv, "{},School {}", school.id, school.id);
    }
    csv
}

fn calendar_csv(shape: &Shape) -> String {
    let mut csv = String::from("school_id,date,day_type\n");
    let (start, end) = settings(shape).year;
    for date in (start.0..=end.0).map(Date).filter(|date| date.is_weekday()) {
        let held = !HOLIDAYS.iter().any(|day| Date::of(day) == date);
        let _ = writeln!(csv, ",{date},{}", if held { "instructional" } else { "holiday" });
    }
    for (school, date, word) in OWN_DAYS {
        let _ = writeln!(csv, "{school},{date},{word}");
    }
    // A row twice, and a row that disagrees with its like: the instructional one counts.
    csv.push_str("104,2026-09-18,holiday\n,2026-09-15,holiday\n");
    csv
}

fn terms_csv() -> String {
    let mut csv = String::from("school_id,term,start,end,note\n,YR,2026-08-17,2027-06-11,\n");
    csv.push_str(",Q4-2025,2026-03-30,2026-06-05,last year\n");
    for school in &SCHOOLS {
        for (term, start, end) in school.terms {
            let _ = writeln!(csv, "{},{term},{start},{end},", school.id);
        }
    }
    // One key twice: the shorter counts.
    csv.push_str("103,Q2,2026-10-19,2026-12-23,\n");
    csv
}
