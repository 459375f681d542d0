//! Students and where they are enrolled.

use std::fmt::Write as _;

use super::{Rng, RowsAre, SCHOOLS, School, Shape};
use crate::key::numbers::Date;

/// One stay as it will be written.
#[derive(Clone)]
pub(crate) struct Stay {
    pub(crate) school: &'static School,
    pub(crate) entry: Option<Date>,
    pub(crate) exit: Option<Date>,
    pub(crate) primary: &'static str,
}

/// One student.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) grade: &'static str,
    pub(crate) stays: Vec<Stay>,
    /// Whether the stays stand in `enrollments.csv`, or the only one in `students.csv`.
    in_enrollments: bool,
}

fn start() -> Date {
    Date::of("2026-08-17")
}

fn school(rng: &mut Rng) -> &'static School {
    // The silent school is small, the others are about alike.
    let at = rng.below(31);
    &SCHOOLS[if at == 30 { 6 } else { at / 5 }]
}

pub(crate) fn people(shape: &Shape, rng: &mut Rng) -> Vec<Person> {
    let people = (0..shape.students).map(|number| person(number, shape, rng));
    people.collect()
}

fn person(number: usize, shape: &Shape, rng: &mut Rng) -> Person {
    let here = school(rng);
    let grade = if rng.per_mille(10) { "UG" } else { rng.pick(here.grades) };
    let open = Stay {
        school: here,
        entry: Some(start()),
        exit: None,
        primary: "",
    };
    let day = start().plus(rng.between(1, shape.not_after.0 - start().0));
    let (stays, in_enrollments) = match rng.below(1000) {
        0..600 => (vec![open], false),
        600..680 => (vec![Stay { entry: None, ..open }], false),
        680..720 => (
            vec![Stay {
                entry: Some(start().plus(-400)),
                ..open
            }],
            false,
        ),
        720..780 => (
            vec![Stay {
                entry: Some(day),
                ..open
            }],
            false,
        ),
        780..810 => (
            vec![Stay {
                entry: Some(recently(shape, rng)),
                ..open
            }],
            rng.per_mille(500),
        ),
        810..830 => (
            vec![Stay {
                exit: Some(day),
                ..open
            }],
            false,
        ),
        830..840 => (
            vec![Stay {
                exit: Some(shape.not_after.plus(rng.between(-3, 5))),
                ..open
            }],
            true,
        ),
        840..930 => (transfer(&open, day, rng), true),
        930..960 => (two_at_once(&open, day, rng), true),
        960..980 => (back_again(&open, day, rng), true),
        980..990 => (exit_before_entry(&open, day), true),
        _ => (two_exits(&open, day), true),
    };
    Person {
        id: format!("S{number:05}"),
        grade,
        stays,
        in_enrollments,
    }
}

/// A day around the edge of the 21 days in which an entry is new.
fn recently(shape: &Shape, rng: &mut Rng) -> Date {
    shape.not_after.plus(-rng.between(0, 26))
}

/// Another school, one that sends late too; not the one that never sends.
fn another(not: &Stay, rng: &mut Rng) -> &'static School {
    let others: Vec<&School> = SCHOOLS
        .iter()
        .filter(|school| school.id != not.school.id && school.rows_are != RowsAre::Silent)
        .collect();
    rng.pick(&others)
}

fn transfer(first: &Stay, day: Date, rng: &mut Rng) -> Vec<Stay> {
    let gap = rng.pick(&[&1, &1, &1, &3, &12]);
    let first = Stay {
        exit: Some(day),
        ..first.clone()
    };
    let next = Stay {
        school: another(&first, rng),
        entry: Some(day.plus(*gap)),
        exit: None,
        primary: rng.pick(&["", "true"]),
    };
    vec![first, next]
}

fn two_at_once(first: &Stay, day: Date, rng: &mut Rng) -> Vec<Stay> {
    let mut both = vec![first.clone(), first.clone()];
    both[1].school = another(first, rng);
    both[1].entry = Some(if rng.per_mille(500) { day } else { start() });
    if rng.per_mille(300) {
        both[1].exit = Some(day.plus(30));
    }
    match rng.below(4) {
        0 => both[0].primary = "true",
        1 => both[1].primary = "true",
        2 => (both[0].primary, both[1].primary) = ("false", "true"),
        _ => {}
    }
    both
}

fn back_again(first: &Stay, day: Date, rng: &mut Rng) -> Vec<Stay> {
    let away = rng.pick(&[&5, &29, &30, &31, &45]);
    let before = Stay {
        exit: Some(day),
        ..first.clone()
    };
    let after = Stay {
        entry: Some(day.plus(*away)),
        ..first.clone()
    };
    vec![before, after]
}

fn exit_before_entry(good: &Stay, day: Date) -> Vec<Stay> {
    let dropped = Stay {
        entry: Some(day),
        exit: Some(day.plus(-1)),
        ..good.clone()
    };
    vec![good.clone(), dropped]
}

/// One key with two exits: the later counts.
fn two_exits(stay: &Stay, day: Date) -> Vec<Stay> {
    let until = |days: i32| Stay {
        exit: Some(day.plus(days)),
        ..stay.clone()
    };
    vec![until(10), until(0)]
}

fn cell(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// `students.csv` and `enrollments.csv`.
pub(crate) fn csvs(people: &[Person]) -> (String, String) {
    let mut students =
        String::from("homeroom,student_id,first_name,last_name,grade,school_id,entry_date,exit_date,programs\n");
    let mut enrollments = String::from("student_id,school_id,grade,entry_date,exit_date,exit_code,primary\n");
    for person in people {
        let last = &person.stays[person.stays.len() - 1];
        let Person { id, grade, .. } = person;
        let (entry, exit) = (cell(last.entry), cell(last.exit));
        let _ = writeln!(students, ",{id},First,Last,{grade},{},{entry},{exit},", last.school.id);
        if !person.in_enrollments {
            continue;
        }
        for stay in &person.stays {
            let (entry, exit) = (cell(stay.entry), cell(stay.exit));
            let _ = writeln!(
                enrollments,
                "{id},{},{grade},{entry},{exit},,{}",
                stay.school.id, stay.primary
            );
        }
    }
    (students, enrollments)
}
