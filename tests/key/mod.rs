//! The answer key: what `firstbell verdicts` must say of a folder of canonical files, worked out a second time, slowly.
//!
//! In: the files and the district's settings. Out: the as-of day, each school's through day, and what each of the sixteen
//! rules says of each active student. Never: a line of firstbell's own code. Each clause stands under the sentence of the
//! design that it follows; where that sentence leaves a choice, the comment says which one was taken.

use std::collections::BTreeMap;
use std::path::Path;

mod attendance;
mod behavior;
mod marks;
pub(crate) mod numbers;
mod rules;
mod schools;
pub(crate) mod settings;
mod stories;
mod tables;
mod tests;

pub(crate) use rules::{AFTER_FIVE, Said};
use settings::Settings;

/// What the key says of a district tonight.
pub(crate) struct Key {
    pub(crate) as_of: numbers::Date,
    /// By student id and rule: the home school and what the rule says.
    pub(crate) verdicts: BTreeMap<(String, &'static str), (String, Said)>,
}

/// "`grade` is a number (PK −1, KG 0)"; none where it is not understood.
fn grade(cell: &str) -> Option<i8> {
    match cell {
        "PK" => Some(-1),
        "KG" => Some(0),
        _ => cell.parse().ok().filter(|grade| (1..=12).contains(grade)),
    }
}

/// Works out a folder of canonical files.
pub(crate) fn key(folder: &Path, settings: &Settings) -> Key {
    let tables = tables::read(folder);
    let students = schools::stays(&tables);
    let schools = schools::Schools::new(&tables, settings, &students);
    let mut verdicts = BTreeMap::new();
    for (student, stays) in &students {
        // "An active student is enrolled on the as-of day; only active students are judged."
        let Some(home) = schools::home(stays, schools.as_of) else {
            continue;
        };
        let tonight = tonight(student, stays, home, &tables, &schools, settings);
        for (rule, said) in tonight.verdicts(&schools, settings) {
            verdicts.insert((student.clone(), rule), (home.school.clone(), said));
        }
    }
    Key {
        as_of: schools.as_of,
        verdicts,
    }
}

fn tonight<'a>(
    student: &str,
    stays: &'a [tables::Stay],
    home: &'a tables::Stay,
    tables: &'a tables::Tables,
    schools: &schools::Schools,
    settings: &'a Settings,
) -> rules::Tonight<'a> {
    let holder = marks::Holder {
        school: &home.school,
        grade: grade(&home.grade),
        as_of: schools.as_of,
    };
    let of_term = |term: &tables::Term| {
        let marks = tables.marks.get(student).into_iter().flatten().cloned();
        marks::marks_in(term, marks, &holder, tables, settings)
    };
    let now = marks::current(tables, &home.school, schools.as_of, settings);
    let before = now.and_then(|now| marks::previous(tables, &home.school, now, settings));
    let incidents = tables.incidents.get(student);
    rules::Tonight {
        stays,
        home,
        grade: holder.grade,
        attendance: attendance::attendance(stays, tables.attendance.get(student), schools, settings),
        day_of_term: now.and_then(|now| marks::day_of_term(schools, &home.school, now)),
        // "`marks` and `previous_marks` are counts, 0 when there are none."
        current: now.map(of_term).unwrap_or_default(),
        previous: before.map(of_term).unwrap_or_default(),
        behavior: tables
            .has_behavior
            .then(|| behavior::Behavior::new(incidents, schools.as_of, settings)),
    }
}
