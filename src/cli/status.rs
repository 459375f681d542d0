//! `status`: the last round, feeds and freshness by school, rules at work or set aside, the outbox; for people and monitors.

use std::collections::BTreeMap;

use super::output::{Exit, Format, count};
use super::view::{View, kept_by};
use super::{Desk, Stop, held, storms};
use crate::bell::{Record, Timetable};
use crate::facts::SchoolIx;
use crate::monitor::{Problem, Weight};
use crate::outbox::State;
use crate::records;
use crate::round::{Setup, WaitingStorm, waiting_storms};
use crate::rules::Status;
use crate::school::{Day, Table};
use crate::store::{Export, HeldFile, HeldState, Store};
use crate::timeline::Almanac;

/// Shows how things stand.
pub(super) fn status(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let problems = store.problems()?;
    let waits = problems.iter().any(|problem| problem.weight >= Weight::Waits)
        || !setup.rules.set_aside().is_empty()
        || !setup.last_good.is_empty()
        || !setup.waiting.is_empty()
        || !waiting_storms(&setup, &store)?.is_empty()
        || held::open(&store)?.iter().any(|file| file.state == HeldState::Held);
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
    if let Some(line) = daemon(setup) {
        writeln!(desk.out, "  daemon      {line}")?;
    }
    feeds(desk, &store.exports()?)?;
    for file in held::open(store)? {
        let part = file
            .school
            .as_ref()
            .map(|school| format!(", school {school}"))
            .unwrap_or_default();
        let state = file.state.word();
        writeln!(
            desk.out,
            "  {state:<11} {}{part}: since {}, {}",
            file.name, file.since, file.problem.message
        )?;
    }
    for waiting in waiting_storms(setup, store)? {
        let (storm, school) = (&waiting.storm, &waiting.school_id);
        let rule = if storm.is_question() { "" } else { ", " };
        let (number, why) = (storms::shown(storm), storms::sentence(&waiting));
        let what = storms::what(storm);
        writeln!(
            desk.out,
            "  {what:<11} {number}, school {school}{rule}{}: {why}",
            storm.rule
        )?;
    }
    schools(desk, setup, store)?;
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
    for waiting in &setup.waiting {
        let id = &waiting.weighed.rule;
        writeln!(
            desk.out,
            "  waits       {id}: it was changed and would raise many students at once; `firstbell rules accept {id}` says yes"
        )?;
    }
    let kept: Vec<String> = kept_back(setup, store)?
        .iter()
        .map(|(hold, count)| format!("{count} {}", kept_by(hold)))
        .collect();
    if !kept.is_empty() {
        writeln!(desk.out, "  kept back   {}", kept.join(", "))?;
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

/// Each school, a line each: how far its attendance is whole, by how much it is behind, and the newest day of its other tables.
fn schools(desk: &mut Desk<'_>, setup: &Setup, store: &Store) -> Result<(), Stop> {
    let freshness = freshness(setup, store)?;
    let Ok(view) = View::read(setup, None) else {
        return Ok(());
    };
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let night = almanac.night(view.as_of);
    for (number, school) in view.books.schools.iter().enumerate() {
        let ix = SchoolIx(number as u16);
        let id = view.books.names.schools.name(number as u32);
        let attendance = night.through(ix).map_or_else(
            || "none this year".to_owned(),
            |through| {
                let days = almanac.school_days_between(ix, through.plus(1), view.as_of);
                let behind = days
                    .filter(|days| *days > 0)
                    .map(|days| count(days, "school day", "school days"));
                format!(
                    "to {through}{}",
                    behind.map(|days| format!(" ({days} behind)")).unwrap_or_default()
                )
            },
        );
        let others = freshness.get(id).into_iter().flatten();
        let others: String = others
            .filter(|(table, _)| **table != Table::Attendance)
            .map(|(table, day)| format!(", {table} to {day}"))
            .collect();
        writeln!(
            desk.out,
            "  school      {id} {}: attendance {attendance}{others}",
            school.name
        )?;
    }
    Ok(())
}

/// The last day that each school's rows of each table speak of.
fn freshness(setup: &Setup, store: &Store) -> Result<BTreeMap<String, BTreeMap<Table, Day>>, Problem> {
    let mut schools: BTreeMap<String, BTreeMap<Table, Day>> = BTreeMap::new();
    let Some(year) = held::year(setup, store)? else {
        return Ok(schools);
    };
    for (feed, memory) in store.feed_memory(&year)? {
        let Some(table) = feed.split(' ').next().and_then(|word| word.parse::<Table>().ok()) else {
            continue;
        };
        for (school, day) in memory.freshness().into_iter().filter(|(school, _)| !school.is_empty()) {
            let tables = schools.entry(school.to_owned()).or_default();
            let newest = tables.entry(table).or_insert(day);
            *newest = day.max(*newest);
        }
    }
    Ok(schools)
}

/// Whether the daemon lives, when it rang last and will ring next; nothing in a home that never had one.
fn daemon(setup: &Setup) -> Option<String> {
    let record = Record::read(&setup.home);
    let lives = setup.home.daemon();
    if lives.is_none() && record == Record::default() {
        return None;
    }
    let table = Timetable::new(
        setup.config.district.time_zone.clone(),
        setup.config.inbox.ring_at,
        Vec::new(),
    );
    let lives = match lives {
        Some(0) => "at work".to_owned(),
        Some(process) => format!("at work as process {process}"),
        None => "not running".to_owned(),
    };
    let rung = record.rung.map_or_else(
        || "has not rung yet".to_owned(),
        |rung| format!("rang {} ({})", table.shown(rung), record.why),
    );
    let next = record.next.map(|next| format!(", next hour {}", table.shown(next)));
    Some(format!("{lives}; {rung}{}", next.unwrap_or_default()))
}

/// Each feed's last file, a line each: its rows, those that could not be used by kind, and its newest day.
fn feeds(desk: &mut Desk<'_>, exports: &[Export]) -> Result<(), Stop> {
    let mut latest: BTreeMap<&str, &Export> = BTreeMap::new();
    for export in exports {
        latest.insert(&export.feed, export);
    }
    for export in latest.values() {
        let to = export.last.map(|day| format!(", to {day}")).unwrap_or_default();
        writeln!(
            desk.out,
            "  feed        {}: {}{to}, accepted as of {}",
            export.name,
            became(export),
            export.accepted
        )?;
    }
    Ok(())
}

/// What became of a file's rows: `2124 rows, 12 rejected (8 missing cell, 4 outside year), 3 conflict`.
fn became(export: &Export) -> String {
    let kinds = |rejected: bool| {
        export
            .tallies
            .telling()
            .filter(move |(kind, _)| records::rejects(kind) == rejected)
    };
    let said = |(kind, count): (&str, u64)| format!("{count} {}", kind.replace('-', " "));
    let rejected: u64 = kinds(true).map(|(_, count)| count).sum();
    let mut parts = vec![count(export.rows as usize, "row", "rows")];
    parts.push(match rejected {
        0 => "none rejected".to_owned(),
        some => format!(
            "{some} rejected ({})",
            kinds(true).map(said).collect::<Vec<_>>().join(", ")
        ),
    });
    parts.extend(kinds(false).map(said));
    parts.join(", ")
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

/// News that the last round kept back, by what keeps it.
fn kept_back(setup: &Setup, store: &Store) -> Result<BTreeMap<String, usize>, Stop> {
    let mut counts = BTreeMap::new();
    let Some(year) = held::year(setup, store)? else {
        return Ok(counts);
    };
    for news in store.kept_back(&year)? {
        *counts.entry(news.hold).or_insert(0) += 1;
    }
    Ok(counts)
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
    let held: Vec<serde_json::Value> = held::open(store)?.iter().map(held_json).collect();
    let record = Record::read(&setup.home);
    let whole = serde_json::json!({
        "district": setup.config.district.name,
        "daemon": { "process": setup.home.daemon(), "rang": record.rung, "why": record.why, "next": record.next },
        "last_round": round,
        "feeds": feeds,
        "held": held,
        "storms": waiting_storms(setup, store)?.iter().map(storm_json).collect::<Vec<_>>(),
        "kept_back": kept_back(setup, store)?,
        "freshness": freshness(setup, store)?,
        "rules": { "live": live, "shadow": shadow, "set_aside": aside, "waiting": setup.waiting.iter().map(|waiting| &waiting.weighed).collect::<Vec<_>>() },
        "outbox": outbox(store)?,
        "problems": store.problems()?,
    });
    serde_json::to_writer_pretty(&mut *desk.out, &whole).map_err(std::io::Error::from)?;
    writeln!(desk.out)?;
    Ok(())
}

fn storm_json(waiting: &WaitingStorm) -> serde_json::Value {
    let storm = &waiting.storm;
    serde_json::json!({
        "held": storms::shown(storm), "what": storms::what(storm), "school": waiting.school_id, "rule": storm.rule,
        "days": storm.sightings, "since": storm.seen, "until": waiting.until, "why": storms::sentence(waiting),
    })
}

fn held_json(file: &HeldFile) -> serde_json::Value {
    serde_json::json!({
        "held": file.id, "feed": file.feed, "tables": file.tables, "file": file.name, "digest": file.digest, "school": file.school,
        "rows": file.rows.0, "rejected": file.rows.1, "tallies": file.tallies, "since": file.since, "state": file.state,
        "gate": file.problem.code, "why": file.problem.message, "releasable": file.releasable,
    })
}
