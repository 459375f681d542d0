//! The demo district: three schools, 600 students, 62 school days, and what happens in the last ten of them.
//!
//! In: nothing; the same district every time. Out: a configuration, and for each night the files that its schools would
//! have exported. Never: a file written, a clock, a real person.

use crate::school::Day;

mod attendance;
mod behavior;
mod calendar;
mod dice;
mod marks;
mod people;
mod staff;
mod stories;
#[cfg(test)]
mod tests;

pub use stories::{CORRECTED, NEWCOMER, SLOW_FADE, SUDDEN_FALL, SUSPENDED, TRANSFER};

/// Chosen by us: any other number is another district, with the same stories.
const SEED: u64 = 2026;

/// A district to ring over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demo {
    /// `firstbell.toml`.
    pub config: String,
    /// The nights to ring, in order.
    pub nights: Vec<Night>,
}

/// One night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Night {
    /// The day that the night's files reach to.
    pub as_of: Day,
    /// File names and contents, as they would lie in the inbox.
    pub files: Vec<(String, String)>,
    /// What happened, in a sentence.
    pub story: &'static str,
}

/// Month and day of each night, and its story.
const NIGHTS: [(u32, u32, &str); 10] = [
    (
        10,
        30,
        "The first night: everybody who is flagged already goes on one starting list per owner.",
    ),
    (
        11,
        2,
        "Flu comes to the elementary school; an eighth grader's marks fall; a mark of 84 is typed as 24.",
    ),
    (
        11,
        3,
        "A sixth grader moves to the middle school and takes the absences along.",
    ),
    (
        11,
        4,
        "More flu. The eighth grader whose marks fell does not come to school.",
    ),
    (
        11,
        5,
        "A tenth grader who has been fading slowly passes one day in ten; a fight ends in a suspension.",
    ),
    (
        11,
        6,
        "The fallen marks have stood for five school days, and are believed.",
    ),
    (11, 9, "The teacher mends the mark that was typed wrong."),
    (11, 10, "The grades file does not come."),
    (
        11,
        12,
        "After a holiday the grades file is back, and so is the eighth grader.",
    ),
    (11, 13, "An ordinary Friday: only what is new is written."),
];

/// The night whose grades file does not come.
fn without_grades() -> Day {
    calendar::day(2026, 11, 10)
}

/// The demo district. Its first night brings every table; later ones bring what schools export every night.
pub fn district() -> Demo {
    let dice = dice::Dice(SEED);
    let people = people::people(dice);
    let nights = NIGHTS.iter().enumerate().map(|(at, (month, number, story))| {
        let as_of = calendar::day(2026, *month, *number);
        let mut files = daily(&people, dice, as_of);
        if at == 0 {
            files.extend(yearly(&people, dice));
        }
        if as_of == without_grades() {
            files.retain(|(table, _)| *table != "grades");
        }
        files.sort();
        let named = files
            .into_iter()
            .map(|(table, text)| (format!("{table}_{as_of}.csv"), text));
        Night {
            as_of,
            files: named.collect(),
            story,
        }
    });
    Demo {
        nights: nights.collect(),
        config: include_str!("firstbell.toml").to_string(),
    }
}

fn daily(people: &[people::Person], dice: dice::Dice, as_of: Day) -> Vec<(&'static str, String)> {
    vec![
        ("students", people::students_csv(people, dice, as_of)),
        ("enrollments", people::enrollments_csv(people, as_of)),
        ("attendance", attendance::attendance_csv(people, dice, as_of)),
        ("grades", marks::grades_csv(people, dice, as_of)),
        ("behavior", behavior::behavior_csv(people, dice, as_of)),
    ]
}

fn yearly(people: &[people::Person], dice: dice::Dice) -> Vec<(&'static str, String)> {
    vec![
        ("schools", calendar::schools_csv()),
        ("calendar", calendar::calendar_csv()),
        ("terms", calendar::terms_csv()),
        ("courses", marks::courses_csv()),
        ("staff", staff::staff_csv()),
        ("caseload", staff::caseload_csv(people, dice)),
        ("interventions", people::interventions_csv(people)),
        ("contacts", people::contacts_csv(people)),
    ]
}
