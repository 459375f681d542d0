//! `incidents`: distinct incidents of a type that counts in which the student was an offender.
//!
//! At any school, enrolled there or not. `incidents(window, "glob")` counts those of a type that the glob matches, any case.
//! `days(n)` ends on the as-of day; `last(n)` runs from the first of those enrolled days to the through day. Source: office
//! discipline referrals; which types count is the district's table.

use wildmatch::WildMatch;

use crate::facts::Incident;
use crate::timeline::StudentNight;

use super::answer::{count, dates};
use super::{Value, Window};

pub(super) fn answer(student: &StudentNight<'_>, window: Window, glob: Option<&str>) -> Value {
    let glob = glob.map(|glob| WildMatch::new_case_insensitive(glob.trim()));
    let words = &student.books().names.words;
    distinct(student, window, |row| {
        let matches = glob
            .as_ref()
            .is_none_or(|glob| glob.matches(words.name(row.kind).trim()));
        student.counts_as_incident(row) && matches
    })
}

/// How many distinct incidents in the window have an offender's row that is wanted.
pub(super) fn distinct(student: &StudentNight<'_>, window: Window, wanted: impl Fn(&Incident) -> bool) -> Value {
    let Some((first, last)) = dates(student, window).filter(|_| student.books().behavior_seen) else {
        return Value::Missing;
    };
    let mut seen: Vec<&str> = Vec::new();
    for row in student.incidents_between(first, last) {
        if student.is_offence(row) && wanted(row) && !seen.contains(&&*row.incident) {
            seen.push(&row.incident);
        }
    }
    count(seen.len() as u64)
}
