//! What people name on the command line: looked up, or refused with the nearest that there is.

use std::collections::BTreeSet;

use super::standing::known_rule;
use super::view::View;
use crate::monitor::{Place, Problem, Weight};
use crate::round::Setup;
use crate::routing::Staff;

/// Below this a name is no slip of the pen.
const ALIKE: f64 = 0.8;

/// The account that the program runs under; empty where the system does not say.
pub(super) fn account() -> String {
    let name = ["USER", "USERNAME"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    name.unwrap_or_default()
}

/// What was written after `--by`, else the account.
pub(super) fn author(by: Option<&str>) -> String {
    by.map(str::trim)
        .filter(|by| !by.is_empty())
        .map_or_else(account, str::to_owned)
}

/// The person who is meant by a staff id or an address after `--by`; without it the one whose mailbox is called like the account.
pub(super) fn person<'s>(staff: &'s [Staff], by: Option<&str>) -> Option<&'s Staff> {
    let account = account();
    let word = by.unwrap_or(&account).trim();
    let is_meant = |person: &&Staff| {
        let address = person.email.trim();
        let mailbox = address.split('@').next().unwrap_or_default();
        person.staff_id == word
            || address.eq_ignore_ascii_case(word)
            || (by.is_none() && mailbox.eq_ignore_ascii_case(word))
    };
    staff.iter().filter(|_| !word.is_empty()).find(is_meant)
}

/// The nearest of some names, where one is near.
pub(super) fn nearest<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let likeness = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &word.to_lowercase());
    let near = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(near) > ALIKE).then_some(near)
}

/// A refusal: nothing is written.
pub(super) fn refused(code: &'static str, message: String, remedy: String) -> Problem {
    Problem::new(code, Weight::Stop, Place::default(), message, remedy)
}

/// A student that an export of this year has brought.
pub(super) fn student(view: &View, id: &str) -> Result<(), Problem> {
    let Err(problem) = view.student(id) else { return Ok(()) };
    let significant = |id: &str| id.trim().trim_start_matches('0').to_owned();
    // Spreadsheets take leading zeros away; any other id that is alike is somebody else's.
    let same = view
        .books
        .names
        .students
        .iter()
        .find(|known| significant(known) == significant(id));
    Err(match same {
        Some(known) => Problem {
            remedy: format!("did you mean `{known}`?"),
            ..problem
        },
        None => problem,
    })
}

/// A school that an export of this year has brought.
pub(super) fn school(view: &View, id: &str) -> Result<(), Problem> {
    let schools = &view.books.names.schools;
    if schools.get(id).is_some() {
        return Ok(());
    }
    let named = view.books.schools.iter().zip(schools.iter());
    // Who writes the school's name is told its id.
    let by_name = named.filter(|(school, _)| school.name.eq_ignore_ascii_case(id.trim()));
    let near = by_name.map(|(_, id)| id).next().or_else(|| nearest(id, schools.iter()));
    let remedy = near.map_or_else(
        || "write the id as the exports do".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("no export of this school year has brought a school `{id}`");
    Err(refused("school-unknown", message, remedy))
}

/// A rule at work.
pub(super) fn rule(setup: &Setup, id: &str) -> Result<(), Problem> {
    known_rule(setup, id).map(|_| ())
}

/// An area that a rule at work is about.
pub(super) fn area(setup: &Setup, word: &str) -> Result<String, Problem> {
    let areas = setup.rules.rules().iter().flat_map(|rule| {
        let district = rule.district_card();
        std::iter::once(district.area.word().to_owned())
    });
    let areas: BTreeSet<String> = areas.collect();
    let lower = word.trim().to_lowercase();
    if areas.contains(&lower) {
        return Ok(lower);
    }
    let remedy = nearest(&lower, areas.iter().map(String::as_str)).map_or_else(
        || {
            let all: Vec<&str> = areas.iter().map(String::as_str).collect();
            format!("the areas are {}", all.join(", "))
        },
        |near| format!("did you mean `{near}`?"),
    );
    Err(refused(
        "area-unknown",
        format!("no rule at work is about the area `{word}`"),
        remedy,
    ))
}

/// Refuses words for the record that hold the student's last name: what is kept of students is ids.
pub(super) fn without_name(view: &View, student_id: &str, text: &str) -> Result<(), Problem> {
    let Some(person) = view.store.person(student_id)? else {
        return Ok(());
    };
    let name = person.last_name.trim();
    let is_letter = |letter: char| letter.is_alphanumeric();
    let stands = |at: usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_letter) && !after.starts_with(is_letter)
    };
    if name.chars().count() < 2 || !text.match_indices(name).any(|(at, _)| stands(at)) {
        return Ok(());
    }
    Err(refused(
        "names-a-student",
        "the student's name stands in it, and it would be shown to others".to_owned(),
        "say it without the name: the id is kept beside it".to_owned(),
    ))
}
