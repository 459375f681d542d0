//! Marks of the demo district.

use std::fmt::Write as _;

use super::calendar::day;
use super::dice::Dice;
use super::people::Person;
use super::stories;
use crate::school::Day;

/// Course id, name, subject.
type Course = (&'static str, &'static str, &'static str);

const HIGH: [Course; 6] = [
    ("H-ALG", "Algebra", "Mathematics"),
    ("H-ENG", "English", "English"),
    ("H-BIO", "Biology", "Science"),
    ("H-HIS", "World History", "Social Studies"),
    ("H-ART", "Studio Art", "Arts"),
    ("H-PE", "Physical Education", "PE"),
];

const MIDDLE: [Course; 5] = [
    ("M-MAT", "Math", "Mathematics"),
    ("M-ELA", "Language Arts", "English Language Arts"),
    ("M-SCI", "Science", "Science"),
    ("M-SOC", "Social Studies", "Social Studies"),
    ("M-MUS", "Music", "Arts"),
];

const ELEMENTARY: [Course; 2] = [("E-MAT", "Math", "Mathematics"), ("E-REA", "Reading", "Reading")];

fn courses(grade: i8) -> &'static [Course] {
    match grade {
        9.. => &HIGH,
        6.. => &MIDDLE,
        _ => &ELEMENTARY,
    }
}

/// Dates on which teachers post marks: the first quarter's final ones, then progress.
fn posted() -> [(&'static str, &'static str, Day); 3] {
    [
        ("Q1", "final", day(2026, 10, 2)),
        ("Q2", "progress", day(2026, 10, 16)),
        ("Q2", "progress", day(2026, 10, 30)),
    ]
}

fn mark(person: &Person, course: usize, when: Day, dice: Dice) -> String {
    let noise = dice.throw(person.number, when.0, 20 + course as u64, 13) as i32 - 6;
    let bias = dice.throw(person.number, 0, 40 + course as u64, 11) as i32 - 5;
    let percent = (person.ability + bias + noise).clamp(35, 100);
    if person.grade.0 < 6 {
        // Standards: 1 to 4.
        return ((percent - 40) / 18 + 1).clamp(1, 4).to_string();
    }
    percent.to_string()
}

/// `grades.csv` as the gradebook shows it on a day.
pub(super) fn grades_csv(people: &[Person], dice: Dice, as_of: Day) -> String {
    let mut csv = String::from("student_id,school_id,course_id,course_name,subject,term,mark,kind,date\n");
    for person in people.iter().filter(|person| person.entry() <= as_of) {
        let id = person.id();
        for (at, (course, name, subject)) in courses(person.grade.0).iter().enumerate() {
            let mut line = |term: &str, kind: &str, date: Day, mark: &str| {
                let school = person.school_on(date);
                let _ = writeln!(
                    csv,
                    "{id},{school},{course},{name},{subject},{term},{mark},{kind},{date}"
                );
            };
            let seen = posted();
            for (term, kind, date) in seen
                .iter()
                .filter(|(.., date)| *date <= as_of && *date >= person.entry())
            {
                let told = stories::steady_mark(&id).map(str::to_string);
                line(
                    term,
                    kind,
                    *date,
                    &told.unwrap_or_else(|| mark(person, at, *date, dice)),
                );
            }
            if let Some((date, mark)) = stories::late_mark(&id, course, as_of) {
                line("Q2", "progress", date, mark);
            }
        }
    }
    csv
}

pub(super) fn courses_csv() -> String {
    let mut csv = String::from("course_id,subject,core\n");
    for (course, _, subject) in HIGH.iter().chain(&MIDDLE).chain(&ELEMENTARY) {
        let core = match *subject {
            "Mathematics" => "math",
            "English" | "English Language Arts" | "Reading" => "ela",
            _ => "no",
        };
        let _ = writeln!(csv, "{course},{subject},{core}");
    }
    csv
}
