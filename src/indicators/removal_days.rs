//! `removal_days`: `action_days` of the student's suspensions, added up; one day where the cell is blank.
//!
//! Of rows that contradict each other about one incident and action the longer removal counts. Windows as for `incidents`;
//! a removal counts on the day of its incident. Source: 34 CFR 300.530 limits removals of a student with a disability to
//! ten days of a school year.

use crate::facts::Incident;
use crate::timeline::StudentNight;

use super::answer::{dates, days};
use super::{Value, Window};

/// Removal of one day, where the export does not say.
const ONE_DAY: u32 = 1000;

pub(super) fn answer(student: &StudentNight<'_>, window: Window) -> Value {
    removals(student, window).map_or(Value::Missing, |rows| {
        days(rows.iter().map(|row| u64::from(length(row))).sum())
    })
}

/// The suspension rows of the window, one for each incident and action.
pub(super) fn removals<'s>(student: &StudentNight<'s>, window: Window) -> Option<Vec<&'s Incident>> {
    let (first, last) = dates(student, window).filter(|_| student.books().behavior_seen)?;
    let mut kept: Vec<&Incident> = Vec::new();
    for row in student.incidents_between(first, last) {
        if !student.is_offence(row) || !student.is_suspension(row) {
            continue;
        }
        let same = |other: &&mut &Incident| other.incident == row.incident && other.action == row.action;
        match kept.iter_mut().find(same) {
            Some(other) if length(row) > length(other) => *other = row,
            Some(_) => {}
            None => kept.push(row),
        }
    }
    Some(kept)
}

/// Days removed, in thousandths.
pub(super) fn length(row: &Incident) -> u32 {
    row.action_days.unwrap_or(ONE_DAY)
}
