//! `held list`, `release` and `discard`: files and storms that wait for a person.

use std::collections::BTreeMap;

use super::args::{Decision, HeldCommand};
use super::output::{Exit, Rows};
use super::{Desk, Stop, storms};
use crate::crossings::storm;
use crate::gates::Memory;
use crate::monitor::{Place, Problem, Weight};
use crate::round::{Setup, waiting_storms};
use crate::school::SchoolYear;
use crate::store::{HeldFile, HeldState, Store};

/// Looks at what waits, or decides about it.
pub(super) fn held(desk: &mut Desk<'_>, command: &HeldCommand) -> Result<Exit, Stop> {
    match command {
        HeldCommand::List => list(desk),
        HeldCommand::Release(decision) => decide(desk, decision, HeldState::Released),
        HeldCommand::Discard(decision) => decide(desk, decision, HeldState::Discarded),
    }
}

/// What waits, and what is released and not read yet.
pub(super) fn open(store: &Store) -> Result<Vec<HeldFile>, Problem> {
    let mut files = store.held_files()?;
    files.retain(|file| matches!(file.state, HeldState::Held | HeldState::Released));
    Ok(files)
}

fn list(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let headers = [
        "held",
        "what",
        "name",
        "feed",
        "school",
        "since",
        "state",
        "gate",
        "rows",
        "last_rows",
        "why",
    ];
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "Nothing is held.")?;
    let files = open(&store)?;
    let memory = last_rows(&setup, &store)?;
    let storms = waiting_storms(&setup, &store)?;
    let waits = !storms.is_empty() || files.iter().any(|file| file.state == HeldState::Held);
    for file in files {
        let before = memory.get(&file.feed).and_then(|memory| rows_before(memory, &file));
        rows.row([
            file.id.to_string(),
            if file.school.is_some() { "school" } else { "file" }.to_owned(),
            file.name.clone(),
            file.tables
                .first()
                .map(|table| table.word())
                .unwrap_or_default()
                .to_owned(),
            file.school.clone().unwrap_or_default(),
            file.since.to_string(),
            file.state.word().to_owned(),
            file.problem.code.clone(),
            file.rows.0.to_string(),
            before.map(|rows| rows.to_string()).unwrap_or_default(),
            file.problem.message.clone(),
        ])?;
    }
    for waiting in &storms {
        rows.row(storms::row(waiting))?;
    }
    rows.end()?;
    Ok(if waits { Exit::Waits } else { Exit::Done })
}

fn last_rows(setup: &Setup, store: &Store) -> Result<BTreeMap<String, Memory>, Problem> {
    match year(setup, store)? {
        Some(year) => store.feed_memory(&year),
        None => Ok(BTreeMap::new()),
    }
}

/// The school year of the last round.
pub(super) fn year(setup: &Setup, store: &Store) -> Result<Option<SchoolYear>, Problem> {
    let Some(round) = store.last_round()? else {
        return Ok(None);
    };
    Ok(Some(setup.school_year(round.as_of)?.0))
}

/// Rows of the last believed file: all of them, or those of the school whose part is held.
fn rows_before(memory: &Memory, file: &HeldFile) -> Option<u64> {
    let Some(school) = &file.school else { return memory.rows };
    let parts = memory.parts.iter().filter(|(key, _)| key.school == *school);
    Some(parts.map(|(_, part)| part.rows).sum())
}

fn decide(desk: &mut Desk<'_>, decision: &Decision, state: HeldState) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let _lock = setup.home.lock()?;
    let store = setup.store()?;
    // A file may be called like a storm's number; the file is there.
    if storms::number(&decision.which).is_some() && !open(&store)?.iter().any(|file| file.name == decision.which) {
        let said = match state {
            HeldState::Released => storm::Decision::Released,
            _ => storm::Decision::Discarded,
        };
        storms::decide(desk, (&setup, &store), decision, said)?;
        return Ok(Exit::Done);
    }
    let mut chosen = choose(&store, decision)?;
    if state == HeldState::Released
        && let Some(file) = chosen.iter().find(|file| !file.releasable)
    {
        return Err(nothing_to_believe(file).into());
    }
    let tx = store.begin()?;
    for file in &mut chosen {
        file.state = state;
        decision.by.as_deref().unwrap_or_default().clone_into(&mut file.by_whom);
        decision.why.as_deref().unwrap_or_default().clone_into(&mut file.why);
        tx.save_held(file)?;
    }
    tx.commit()?;
    let next = match state {
        HeldState::Released => "is released: the next round believes it (`firstbell run`)",
        _ => "is discarded: it is never read, and what was believed last stands",
    };
    for file in &chosen {
        let part = file
            .school
            .as_ref()
            .map(|school| format!(", school {school},"))
            .unwrap_or_default();
        writeln!(desk.out, "{}{part} {next}.", file.name)?;
    }
    if state == HeldState::Discarded {
        let open = open(&store)?.into_iter();
        let keep = open.map(|file| (file.digest, file.name)).collect();
        setup.home.sweep_held(&keep);
    }
    Ok(Exit::Done)
}

/// The held files that a number or a name means; where a name means several files, the one that came last.
fn choose(store: &Store, decision: &Decision) -> Result<Vec<HeldFile>, Problem> {
    let mut files = open(store)?;
    files.retain(|file| file.state == HeldState::Held);
    let which = decision.which.as_str();
    let by_number = |file: &&HeldFile| which.parse() == Ok(file.id);
    let mut chosen: Vec<HeldFile> = files.iter().filter(by_number).cloned().collect();
    if chosen.is_empty() {
        let named = |file: &&HeldFile| file.name == which;
        let last = files.iter().rev().find(named).map(|file| file.digest.clone());
        let same = files
            .iter()
            .filter(named)
            .filter(|file| Some(&file.digest) == last.as_ref());
        chosen = same.cloned().collect();
    }
    if chosen.is_empty() {
        return Err(unknown(which));
    }
    if let Some(school) = &decision.school {
        let whole = chosen.iter().any(|file| file.school.is_none());
        chosen.retain(|file| file.school.as_ref() == Some(school));
        if chosen.is_empty() {
            return Err(other_school(which, school, whole));
        }
    }
    Ok(chosen)
}

pub(super) fn unknown(which: &str) -> Problem {
    Problem::new(
        "held-unknown",
        Weight::Stop,
        Place::default(),
        format!("nothing that is held is called `{which}`"),
        "`firstbell held list` shows numbers and names",
    )
}

fn other_school(which: &str, school: &str, whole: bool) -> Problem {
    let message = match whole {
        true => format!("`{which}` is held as a whole, not the part of school `{school}` alone"),
        false => format!("no part of school `{school}` is held in `{which}`"),
    };
    let remedy = match whole {
        true => "leave out `--school`".to_owned(),
        false => "`firstbell held list` shows the schools".to_owned(),
    };
    Problem::new("held-other-school", Weight::Stop, Place::default(), message, remedy)
}

fn nothing_to_believe(file: &HeldFile) -> Problem {
    Problem::new(
        "held-unusable",
        Weight::Stop,
        Place::file(&file.name),
        format!("cannot be released: {}", file.problem.message),
        format!(
            "put a whole file into the inbox, or `firstbell held discard {}`",
            file.id
        ),
    )
}
