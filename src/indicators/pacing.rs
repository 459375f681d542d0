//! `pacing`: whether absences of the first three months run ahead of two a month.
//!
//! The largest, over the months begun (m = 1, 2, 3), of absences from day 1 of enrollment to the earlier of the through day
//! and calendar day 30·m, ÷ 2, 4, 6. At 1 the student is on pace for chronic absence. Missing without an enrolled day.
//! Source: Baltimore Education Research Consortium: two to four absences in September foretell a chronically absent year.

use crate::timeline::StudentNight;

use super::answer::attended;
use super::{Value, Window};

/// Calendar days in a month of pacing.
const MONTH_DAYS: u32 = 30;
/// Months that are paced.
const MONTHS: u32 = 3;
/// Absences a month that are on pace for chronic absence.
const MONTHLY: u32 = 2;

pub(super) fn answer(student: &StudentNight<'_>) -> Value {
    worst(student).map_or(Value::Missing, Value::Number)
}

fn worst(student: &StudentNight<'_>) -> Option<f64> {
    let day_1 = u32::from(attended(student, Window::Year)?.first()?);
    let through = u32::from(student.books().year.offset(student.through()?)?);
    let mut worst: Option<f64> = None;
    for month in 1..=MONTHS {
        let begins = day_1 + MONTH_DAYS * (month - 1);
        if begins > through {
            break;
        }
        let ends = (begins + MONTH_DAYS - 1).min(through);
        let absent = student.days_to(ends as u16)?.absent();
        let pace = absent as f64 / f64::from(month * MONTHLY * 1000);
        worst = Some(worst.map_or(pace, |worst| worst.max(pace)));
    }
    worst
}
