//! `sent --student ID`: who was written what about a student, when, and why that person.

use super::output::{Exit, Rows};
use super::view::View;
use super::{Desk, Stop};
use crate::outbox::{Letter, State};
use crate::round::Setup;
use crate::school::Day;
use crate::store::{AboutStudent, Store};

const HEADERS: [&str; 13] = [
    "letter",
    "morning",
    "state",
    "at",
    "kind",
    "to_staff",
    "rule",
    "level",
    "what",
    "how",
    "put_back",
    "school_id",
    "why",
];

/// Lists every line of every letter about a student.
pub(super) fn sent(desk: &mut Desk<'_>, student: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let letters = store.letters_about(student)?;
    if letters.is_empty() {
        // An empty answer about a slip of the pen would be read as "nobody".
        super::asked::student(&View::read(&setup, None)?, student)?;
    }
    let mut rows = Rows::new(
        desk.out,
        desk.arguments.format,
        &HEADERS,
        "Nobody has been written about this student.",
    )?;
    for letter in &letters {
        let at = answered(&setup, &store, letter)?;
        for line in store.lines_about(letter.id, student)? {
            rows.row(cells(letter, &line, student, &at))?;
        }
    }
    rows.end()?;
    Ok(Exit::Done)
}

fn cells(letter: &Letter, line: &AboutStudent, student: &str, at: &str) -> [String; 13] {
    let entries = letter.content.entries.iter();
    let entry = entries
        .filter(|entry| entry.student_id == student)
        .find(|entry| entry.rule == line.rule);
    let level = entry.map_or(line.level, |entry| entry.level.or(line.level));
    let how = match (letter.state, entry.is_some()) {
        (State::Discarded, _) => "not written",
        (_, true) => "by name",
        (_, false) => "as a count",
    };
    [
        letter.id.to_string(),
        letter.morning.to_string(),
        letter.state.word().to_owned(),
        at.to_owned(),
        letter.kind.word().to_owned(),
        letter.to_staff.clone(),
        line.rule.clone(),
        level.map(|level| level.to_string()).unwrap_or_default(),
        entry.map(|entry| entry.reason.word().to_owned()).unwrap_or_default(),
        how.to_owned(),
        if line.put_back { "rehearsal" } else { "" }.to_owned(),
        line.school_id.clone(),
        line.why.clone(),
    ]
}

/// When the letter came to the state that it is in, in the district's time: `2026-11-23 05:31`; empty where it was never tried.
fn answered(setup: &Setup, store: &Store, letter: &Letter) -> Result<String, Stop> {
    let steps = store.deliveries(letter.id)?;
    let last = steps.iter().rev().find(|step| step.state == letter.state);
    let moment = last.and_then(|step| jiff::Timestamp::from_second(step.at).ok());
    let local = moment.map(|moment| moment.to_zoned_datetime(setup.config.district.time_zone.clone()));
    Ok(local
        .filter(|_| letter.state != State::Replaced)
        .map(|local| {
            let time = local.time();
            format!(
                "{} {:02}:{:02}",
                Day::from_civil(local.date()),
                time.hour(),
                time.minute()
            )
        })
        .unwrap_or_default())
}
