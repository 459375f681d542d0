//! `status`: the last round, feeds and freshness by school, rules at work or set aside, the outbox; for people and monitors.

use std::collections::BTreeMap;

use super::output::{Exit, Format, count};
use super::view::View;
use super::{Desk, Stop};
use crate::monitor::Weight;
use crate::outbox::State;
use crate::round::Setup;
use crate::rules::Status;
use crate::store::{Export, Store};
use crate::timeline::Almanac;

/// Shows how things stand.
pub(super) fn status(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let problems = store.problems()?;
    let waits = problems.iter().any(|problem| problem.weight >= Weight::Waits)
        || !setup.rules.set_aside().is_empty()
        || !setup.last_good.is_empty();
    let refused = store.letters(&[State::Refused])?.len();
    if desk.format() == Format::Json {
        json(desk, &setup, &store)?;
    } else {
        text(desk, &setup, &store)?;
    }
    Ok(if waits || refused > 0 { Exit::Waits } else { Exit::Done })
}

fn text(desk: &mut Desk<'_>, setup: &Setup, store: &Store) -> Result<(), Stop> {
    writeln!(desk.out, "{}", setup.config.district.name)?;
    match store.last_round()? {
        Some(round) => {
            writeln!(
                desk.out,
                "  last round  {} as of {}, run on {}",
                round.round, round.as_of, round.today
            )?;
            let counts: serde_json::Value = serde_json::from_str(&round.counts).unwrap_or_default();
            if let (Some(active), Some(judged)) = (counts["active"].as_u64(), counts["judged"].as_u64()) {
                let without = active.saturating_sub(judged);
                writeln!(
                    desk.out,
                    "  students    {active} enrolled, {judged} with an answer, {without} without any"
                )?;
            }
        }
        None => writeln!(desk.out, "  last round  none yet")?,
    }
    feeds(desk, &store.exports()?)?;
    if let Ok(view) = View::read(setup, None) {
        let almanac = Almanac::new(&view.books, &setup.config.meaning);
        let night = almanac.night(view.as_of);
        for (number, school) in view.books.schools.iter().enumerate() {
            let ix = crate::facts::SchoolIx(number as u16);
            let id = view.books.names.schools.name(number as u32);
            let through = night
                .through(ix)
                .map_or_else(|| "none this year".to_owned(), |day| format!("to {day}"));
            writeln!(desk.out, "  school      {id} {}: attendance {through}", school.name)?;
        }
    }
    let (live, shadow) = at_work(setup);
    let aside = setup.rules.set_aside();
    writeln!(
        desk.out,
        "  rules       {live} live, {shadow} in shadow, {} set aside",
        aside.len()
    )?;
    for rule in aside {
        writeln!(desk.out, "  set aside   {}: {}", rule.id, rule.problem.message)?;
    }
    for rule in &setup.last_good {
        writeln!(
            desk.out,
            "  last good   {rule}: its file is broken, the version before it is at work"
        )?;
    }
    let letters = outbox(store)?;
    let letters: Vec<String> = letters
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    writeln!(
        desk.out,
        "  outbox      {}",
        if letters.is_empty() {
            "empty".to_owned()
        } else {
            letters.join(", ")
        }
    )?;
    for problem in store.problems()? {
        writeln!(desk.out, "  problem     {problem}")?;
    }
    Ok(())
}

fn feeds(desk: &mut Desk<'_>, exports: &[Export]) -> Result<(), Stop> {
    let mut latest: BTreeMap<&str, &Export> = BTreeMap::new();
    for export in exports {
        latest.insert(&export.feed, export);
    }
    for export in latest.values() {
        let rows = count(export.rows as usize, "row", "rows");
        let to = export.last.map(|day| format!(", to {day}")).unwrap_or_default();
        writeln!(
            desk.out,
            "  feed        {}: {rows}{to}, accepted as of {}",
            export.name, export.accepted
        )?;
    }
    Ok(())
}

fn at_work(setup: &Setup) -> (usize, usize) {
    let with = |status: Status| {
        setup
            .rules
            .rules()
            .iter()
            .filter(|rule| rule.district_card().status == status)
            .count()
    };
    (with(Status::Live), with(Status::Shadow))
}

fn outbox(store: &Store) -> Result<BTreeMap<&'static str, usize>, Stop> {
    let mut counts = BTreeMap::new();
    for letter in store.letters(&[])? {
        *counts.entry(letter.state.word()).or_insert(0) += 1;
    }
    Ok(counts)
}

fn json(desk: &mut Desk<'_>, setup: &Setup, store: &Store) -> Result<(), Stop> {
    let round = store.last_round()?.map(|round| {
        let counts: serde_json::Value = serde_json::from_str(&round.counts).unwrap_or_default();
        serde_json::json!({ "round": round.round, "as_of": round.as_of, "today": round.today, "committed": round.committed, "counts": counts })
    });
    let exports = store.exports()?;
    let mut latest: BTreeMap<&str, &Export> = BTreeMap::new();
    for export in &exports {
        latest.insert(&export.feed, export);
    }
    let feeds: Vec<serde_json::Value> = latest
        .values()
        .map(|export| {
            serde_json::json!({
                "feed": export.feed, "file": export.name, "digest": export.digest, "rows": export.rows,
                "first": export.first, "last": export.last, "accepted": export.accepted, "tallies": export.tallies,
            })
        })
        .collect();
    let (live, shadow) = at_work(setup);
    let aside: Vec<serde_json::Value> = setup
        .rules
        .set_aside()
        .iter()
        .map(|rule| serde_json::json!({ "rule": rule.id, "problem": rule.problem }))
        .collect();
    let whole = serde_json::json!({
        "district": setup.config.district.name,
        "last_round": round,
        "feeds": feeds,
        "rules": { "live": live, "shadow": shadow, "set_aside": aside },
        "outbox": outbox(store)?,
        "problems": store.problems()?,
    });
    serde_json::to_writer_pretty(&mut *desk.out, &whole).map_err(std::io::Error::from)?;
    writeln!(desk.out)?;
    Ok(())
}
