//! `plan_open(area)`: whether a plan of tier 2 or 3 in the area is under way on the as-of day.
//!
//! A plan without an end counts as open for 60 of the home school's instructional days from its start, which is the first of
//! them; whether such a plan is open is missing where the school has no calendar. An empty area asks for any. Source: MTSS
//! tiers 2 and 3 are the targeted ones; the 60 days are chosen by us.

use crate::facts::Plan;
use crate::timeline::StudentNight;

use super::Value;

/// Instructional days for which a plan without an end counts as open.
const OPEN_DAYS: usize = 60;

pub(super) fn answer(student: &StudentNight<'_>, area: Option<&str>) -> Value {
    let mut unknown = false;
    for plan in in_area(student, area) {
        match is_open(student, plan) {
            Some(true) => return Value::Yes(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Value::Missing } else { Value::Yes(false) }
}

/// The plans of tier 2 or 3 in the area that have begun.
pub(super) fn in_area<'s>(student: &StudentNight<'s>, area: Option<&str>) -> impl Iterator<Item = &'s Plan> {
    let (words, as_of) = (&student.books().names.words, student.as_of());
    let area = area.unwrap_or("").trim().to_owned();
    student.facts().plans.iter().filter(move |plan| {
        let fits = area.is_empty() || words.name(plan.area).trim().eq_ignore_ascii_case(&area);
        fits && matches!(plan.tier, Some(2 | 3)) && plan.start <= as_of
    })
}

/// Whether a plan that has begun is still open; `None` where its school days cannot be counted.
pub(super) fn is_open(student: &StudentNight<'_>, plan: &Plan) -> Option<bool> {
    match plan.end {
        Some(end) => Some(student.as_of() <= end),
        None => student
            .school_days_between(plan.start, student.as_of())
            .map(|days| days <= OPEN_DAYS),
    }
}
