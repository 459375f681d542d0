//! Attendance of the demo district, in exceptions form: who was not simply there.

use std::fmt::Write as _;

use super::calendar::school_days;
use super::dice::Dice;
use super::people::Person;
use super::stories;
use crate::school::Day;

/// The code of a student on a school day; `None`: present.
fn code(person: &Person, date: Day, dice: Dice) -> Option<&'static str> {
    if let Some(told) = stories::attendance(person, date) {
        return told;
    }
    if stories::has_flu(person, date, dice) {
        return Some("E");
    }
    if dice.throw(person.number, date.0, 10, 1000) < person.absent_per_mille {
        return Some(match dice.throw(person.number, date.0, 11, 20) {
            0..10 => "E",
            10..19 => "A",
            _ => "U",
        });
    }
    (dice.throw(person.number, date.0, 12, 1000) < 15).then_some("T")
}

/// `attendance.csv` of the year up to a day.
pub(super) fn attendance_csv(people: &[Person], dice: Dice, as_of: Day) -> String {
    let mut csv = String::from("student_id,school_id,date,code\n");
    for date in school_days(as_of) {
        for person in people.iter().filter(|person| person.entry() <= date) {
            if let Some(code) = code(person, date, dice) {
                let _ = writeln!(csv, "{},{},{date},{code}", person.id(), person.school_on(date));
            }
        }
    }
    csv
}
