//! Marks and the crosswalk of courses.

use std::fmt::Write as _;

use super::people::{Person, Stay};
use super::{Rng, Shape};
use crate::key::numbers::Date;

/// Course id, name, subject.
const COURSES: [(&str, &str, &str); 14] = [
    ("C01", "Algebra I", "Mathematics"),
    ("C02", "Geometry Honors", ""),
    ("C03", "English 9", "English"),
    ("C04", "World Literature", ""),
    ("C05", "Reading Workshop", "Elective"),
    ("C06", "Biology", "Science"),
    ("C07", "US History", "Social Studies"),
    ("C08", "Art", "Arts"),
    ("C09", "Business Math", "Career"),
    ("C10", "Band", ""),
    ("C11", "Pre-Calculus", "MATH"),
    ("C12", "Journalism", ""),
    ("C13", "Physical Education", "PE"),
    ("C14", "Course 14", ""),
];

const CROSSWALK: &str = "\
course_id,subject,core
C05,English Language Arts,
C09,,no
C11,Science,
C12,,ela
C14,Statistics,
C07,Social Studies,no
";

pub(crate) fn csvs(shape: &Shape, people: &[Person], rng: &mut Rng) -> (String, String) {
    let header = "student_id,school_id,course_id,course_name,subject,term,mark,kind,date,missing_work,staff_id\n";
    let mut csv = String::from(header);
    for person in people {
        // Some have no marks at all; some have too few.
        let courses = *rng.pick(&[&0, &2, &3, &5, &6, &6, &7]);
        let base = rng.between(45, 97);
        let fall = rng.between(-12, 22);
        let first = rng.below(COURSES.len());
        for at in 0..courses {
            let course = COURSES[(first + at * 3) % COURSES.len()];
            for stay in &person.stays {
                course_rows(&mut csv, shape, person, stay, course, (base, fall), rng);
            }
        }
    }
    (csv, CROSSWALK.to_string())
}

fn course_rows(
    csv: &mut String,
    shape: &Shape,
    person: &Person,
    stay: &Stay,
    (id, name, subject): (&str, &str, &str),
    (base, fall): (i32, i32),
    rng: &mut Rng,
) {
    let year = ("YR", "2026-08-17", "2027-06-11");
    let begun = |start: &str| Date::of(start) <= shape.not_after;
    let mut drop = 0;
    for (term, start, end) in stay
        .school
        .terms
        .iter()
        .copied()
        .chain([year])
        .filter(|term| begun(term.1))
    {
        if rng.per_mille(40) {
            continue;
        }
        let mut line = |mark: &str, kind: &str, date: &str| {
            let _ = writeln!(
                csv,
                "{},{},{id},{name},{subject},{term},{mark},{kind},{date},,",
                person.id, stay.school.id
            );
        };
        let percent = (base - drop + rng.between(-9, 9)).clamp(20, 104);
        drop += fall;
        let (start, end) = (Date::of(start), Date::of(end));
        let mid = start.plus((end.0.min(shape.not_after.0) - start.0) / 2).to_string();
        match rng.below(100) {
            // A mark that no scale knows leaves the earlier one standing.
            0..3 if person.stays.len() == 1 => {
                line(&cell(percent, rng), "progress", &start.to_string());
                line("??", "progress", &mid);
            }
            3..5 => line(rng.pick(&["P", "W", "I"]), "final", &mid),
            5..8 => {
                line(&cell(percent, rng), "progress", &start.to_string());
                line(rng.pick(&["", "--"]), "final", &mid);
            }
            8..12 => {
                line(&cell(percent, rng), "progress", &start.to_string());
                line("W", "progress", &mid);
            }
            12..25 => {
                line(&cell(percent + 15, rng), "progress", &start.to_string());
                line(&cell(percent, rng), rng.pick(&["progress", "Interim", ""]), &mid);
            }
            25..35 => {
                line(&cell(percent - 20, rng), "progress", &mid);
                line(&cell(percent, rng), "final", &start.to_string());
            }
            35..40 => {
                line(&cell(percent, rng), "progress", &mid);
                line(&cell(percent - 7, rng), "progress", &mid);
            }
            40..45 => {
                line(&cell(percent, rng), "progress", &mid);
                line("12", "progress", &shape.not_after.plus(4).to_string());
                line("99", "final", "2026-06-01");
            }
            45..55 => line(&cell(percent, rng), "progress", ""),
            _ => line(&cell(percent, rng), rng.pick(&["progress", "final"]), &mid),
        }
    }
}

/// A percent in one of the ways in which exports write it.
fn cell(percent: i32, rng: &mut Rng) -> String {
    let percent = percent.clamp(5, 104);
    match rng.below(10) {
        0 => format!("{percent}.{:02}", rng.below(100)),
        1 => format!("{percent}.5"),
        2 => format!("{percent}.{:02} {}", rng.below(100), letter(percent)),
        3 | 4 => letter(percent).to_string(),
        5 => "59.99".to_string(),
        6 if percent < 66 => "60".to_string(),
        _ => percent.to_string(),
    }
}

fn letter(percent: i32) -> &'static str {
    match percent {
        90.. => "A-",
        85.. => "B+",
        80.. => "b-",
        70.. => "C",
        60.. => "D",
        _ => "F",
    }
}
