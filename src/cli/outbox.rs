//! `outbox list`, `show`, `retry`, `release` and `discard`: where letters stand, and what a person says of them.

use std::collections::BTreeMap;

use super::args::OutboxCommand;
use super::output::{self, Exit, Rows, count};
use super::{Desk, Stop, asked};
use crate::clock;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Letter, State};
use crate::round;

/// Looks at the outbox.
pub(super) fn outbox(desk: &mut Desk<'_>, command: &OutboxCommand) -> Result<Exit, Stop> {
    match command {
        OutboxCommand::List => list(desk),
        OutboxCommand::Show { letter } => show(desk, *letter),
        OutboxCommand::Retry { letter } => retry(desk, *letter),
        OutboxCommand::Release { letter } => release(desk, *letter),
        OutboxCommand::Discard { letter, by, why } => discard(desk, *letter, by.as_deref(), why.as_deref()),
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let headers = [
        "letter", "kind", "morning", "to_staff", "address", "entries", "state", "attempts", "answer",
    ];
    let mut rows = Rows::new(
        desk.out,
        desk.arguments.format,
        &headers,
        "No letter has been posted yet.",
    )?;
    let mut refused = 0;
    for letter in store.letters(&[])? {
        refused += usize::from(letter.state == State::Refused);
        rows.row([
            letter.id.to_string(),
            letter.kind.word().to_owned(),
            letter.morning.to_string(),
            letter.to_staff.clone(),
            letter.address.clone(),
            letter.content.entries.len().to_string(),
            letter.state.word().to_owned(),
            letter.attempts.to_string(),
            letter.answer.clone(),
        ])?;
    }
    rows.end()?;
    Ok(if refused > 0 { Exit::Waits } else { Exit::Done })
}

fn show(desk: &mut Desk<'_>, id: i64) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let letter = store.letter(id)?.ok_or_else(|| unknown(id))?;
    let composed = round::composed(&setup, &store, std::slice::from_ref(&letter), [], BTreeMap::new())?;
    writeln!(
        desk.out,
        "Letter {id}, {}, for the morning of {}",
        letter.state.word(),
        letter.morning
    )?;
    writeln!(desk.out, "To: {}", letter.address)?;
    for composed in composed {
        writeln!(desk.out, "Subject: {}", composed.subject)?;
        writeln!(desk.out)?;
        writeln!(desk.out, "{}", composed.text)?;
    }
    for step in store.deliveries(id)? {
        writeln!(
            desk.out,
            "{}",
            format!("{} {}", step.state.word(), step.answer).trim_end()
        )?;
    }
    Ok(Exit::Done)
}

fn retry(desk: &mut Desk<'_>, id: Option<i64>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let _lock = setup.home.lock()?;
    let store = setup.store()?;
    let now = clock::now(&setup.config.district.time_zone);
    let stuck = [State::Refused, State::Delayed, State::Unsure];
    let letters: Vec<i64> = match id {
        Some(id) => {
            let letter = store.letter(id)?.ok_or_else(|| unknown(id))?;
            if !stuck.contains(&letter.state) {
                return Err(cannot_retry(id, letter.state).into());
            }
            vec![id]
        }
        None => store.letters(&stuck)?.into_iter().map(|letter| letter.id).collect(),
    };
    let tx = store.begin()?;
    for id in &letters {
        tx.try_again(*id, now.seconds)?;
    }
    tx.commit()?;
    let tried = count(letters.len(), "letter", "letters");
    if let Some(until) = round::quiet_until(&setup, &now).filter(|_| !letters.is_empty()) {
        let until = until.strftime("%H:%M");
        writeln!(
            desk.out,
            "{tried} will be tried again from {until} on, when `quiet_hours` end. `firstbell outbox release N` sends one at once."
        )?;
        return Ok(Exit::Done);
    }
    let delivery = round::send_due(&setup, &store, &now, false)?;
    writeln!(desk.out, "{tried} tried again, {} sent.", delivery.sent)?;
    Ok(output::problems(desk.out, &delivery.problems)?)
}

/// Sends one letter that waits now.
fn release(desk: &mut Desk<'_>, id: i64) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let _lock = setup.home.lock()?;
    let store = setup.store()?;
    let letter = waiting(store.letter(id)?.ok_or_else(|| unknown(id))?, "release")?;
    let now = clock::now(&setup.config.district.time_zone);
    let tx = store.begin()?;
    tx.postpone(id, 0)?;
    tx.commit()?;
    let delivery = round::send_now(&setup, &store, &now, &letter)?;
    let became = store.letter(id)?.map_or(letter.state, |letter| letter.state);
    writeln!(desk.out, "Letter {id} is released; it is {} now.", became.word())?;
    Ok(output::problems(desk.out, &delivery.problems)?)
}

/// Sets a letter that waits aside.
fn discard(desk: &mut Desk<'_>, id: i64, by: Option<&str>, why: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let _lock = setup.home.lock()?;
    let store = setup.store()?;
    let letter = waiting(store.letter(id)?.ok_or_else(|| unknown(id))?, "discard")?;
    let now = clock::now(&setup.config.district.time_zone);
    let said = [asked::author(by), why.map(str::trim).unwrap_or_default().to_owned()];
    let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
    round::discard_letter(&setup, &store, &letter, &said.join(": "), now.seconds)?;
    writeln!(
        desk.out,
        "Letter {id} is discarded: it is never sent, and what it tells counts as told. Only what gets worse is news again."
    )?;
    Ok(Exit::Done)
}

/// A letter that no server has had its hands on for good.
fn waiting(letter: Letter, doing: &str) -> Result<Letter, Problem> {
    if matches!(letter.state, State::Waiting | State::Delayed) {
        return Ok(letter);
    }
    let message = format!(
        "letter {} is {}, and only a letter that is waiting or delayed can be {doing}{}",
        letter.id,
        letter.state.word(),
        if doing.ends_with('e') { "d" } else { "ed" },
    );
    let remedy = match letter.state {
        State::Refused | State::Unsure => format!("`firstbell outbox retry {}` tries it again", letter.id),
        _ => "`firstbell outbox list` lists the letters".to_owned(),
    };
    Err(asked::refused("letter-not-waiting", message, remedy))
}

fn unknown(id: i64) -> Problem {
    let message = format!("there is no letter {id}");
    Problem::new(
        "letter-unknown",
        Weight::Stop,
        Place::default(),
        message,
        "`firstbell outbox list` lists the letters",
    )
}

fn cannot_retry(id: i64, state: State) -> Problem {
    let message = format!(
        "letter {id} is {}, and only a refused, delayed or unsure letter can be tried again",
        state.word()
    );
    Problem::new(
        "letter-not-stuck",
        Weight::Stop,
        Place::default(),
        message,
        "`firstbell outbox list` lists the letters",
    )
}
