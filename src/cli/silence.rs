//! `silence add`, `list` and `end`: what people asked not to be written about for a while.

use std::collections::BTreeMap;

use super::args::{NewSilence, SilenceCommand};
use super::asked::{self, refused};
use super::output::{Exit, Rows};
use super::view::View;
use super::{Desk, Stop};
use crate::clock;
use crate::crossings::{Hold, Silence};
use crate::monitor::Problem;
use crate::round::Setup;
use crate::school::Day;
use crate::store::Store;
use crate::timeline::Almanac;

/// Asks for silence, lists it, or ends it.
pub(super) fn silence(desk: &mut Desk<'_>, command: &SilenceCommand) -> Result<Exit, Stop> {
    match command {
        SilenceCommand::Add(asked) => add(desk, asked),
        SilenceCommand::List => list(desk),
        SilenceCommand::End { silence, by } => end(desk, *silence, by.as_deref()),
    }
}

fn add(desk: &mut Desk<'_>, asked: &NewSilence) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let today = clock::now(&setup.config.district.time_zone).today;
    let silence = checked(&setup, asked, today)?;
    let _lock = setup.home.lock()?;
    let store = setup.store()?;
    let tx = store.begin()?;
    let id = tx.add_silence(&silence)?;
    tx.commit()?;
    let urgent = if silence.urgent {
        "urgent news too"
    } else {
        "urgent news is still written"
    };
    let begins = match silence.from > today {
        true => format!("from {} ", silence.from),
        false => String::new(),
    };
    writeln!(
        desk.out,
        "Silence {id} is kept: nobody is written about {} {begins}until {}, {urgent}.",
        about(&silence),
        silence.until
    )?;
    writeln!(
        desk.out,
        "`firstbell silence end {id}` ends it before; what is still true when it ends is written then."
    )?;
    if !store.staff()?.iter().any(|person| person.staff_id == silence.author) {
        let author = &silence.author;
        writeln!(
            desk.out,
            "`{author}` is nobody in the staff table, so nobody is reminded of it every week: `--by` takes a staff id or an address."
        )?;
    }
    Ok(Exit::Done)
}

/// What is asked for, as a silence; or why it cannot be had.
fn checked(setup: &Setup, asked: &NewSilence, today: Day) -> Result<Silence, Stop> {
    let names = [&asked.student, &asked.rule, &asked.school, &asked.area];
    if names.into_iter().all(Option::is_none) {
        let message = "a silence about everything would be a system that is switched off".to_owned();
        let remedy =
            "name a student, a rule, a school or an area: `--student ID`, `--rule ID`, `--school ID`, `--area AREA`";
        return Err(refused("silence-about-nothing", message, remedy.to_owned()).into());
    }
    let from = asked.from.unwrap_or(today);
    in_time(setup, (from, asked.until), today)?;
    let reason = asked.reason.trim();
    if reason.is_empty() {
        let message = "a silence needs a reason".to_owned();
        let remedy = "say it in a few words after `--reason`: others read it every week";
        return Err(refused("silence-without-reason", message, remedy.to_owned()).into());
    }
    if let Some(rule) = &asked.rule {
        asked::rule(setup, rule)?;
    }
    let area = asked.area.as_deref().map(|area| asked::area(setup, area)).transpose()?;
    if asked.student.is_some() || asked.school.is_some() {
        let view = View::read(setup, None)?;
        if let Some(school) = &asked.school {
            asked::school(&view, school)?;
        }
        if let Some(student) = &asked.student {
            asked::student(&view, student)?;
            asked::without_name(&view, student, reason)?;
        }
    }
    // Only who is in the staff table can be reminded of it every week.
    let staff = setup.store_to_read()?.staff()?;
    let author = asked::person(&staff, asked.by.as_deref())
        .map_or_else(|| asked::author(asked.by.as_deref()), |person| person.staff_id.clone());
    Ok(Silence {
        id: 0,
        student_id: asked.student.clone(),
        rule: asked.rule.clone(),
        school_id: asked.school.clone(),
        area,
        urgent: asked.urgent,
        author,
        reason: reason.to_owned(),
        from,
        until: asked.until,
        ended: None,
    })
}

/// A silence ends, and within the school year: nothing outlives the year unsaid.
fn in_time(setup: &Setup, (from, until): (Day, Day), today: Day) -> Result<(), Problem> {
    let wrong = |message: String, remedy: String| Err(refused("silence-dates", message, remedy));
    if from < today {
        return wrong(
            format!("{from} is over: what was written since cannot be taken back"),
            format!("let it begin on {today} or later, or leave out `--from`"),
        );
    }
    if until < from {
        return wrong(
            format!("it would end on {until}, before it begins on {from}"),
            "write the last day of it after `--until`".to_owned(),
        );
    }
    let longest = setup.config.holds.longest_silence_days;
    let (year, _) = setup.school_year(from)?;
    let latest = from.plus(i32::try_from(longest).unwrap_or(i32::MAX / 2)).min(year.end);
    if until > year.end {
        return wrong(
            format!("{until} lies after the school year, which ends on {}", year.end),
            format!("write {latest} or an earlier day after `--until`"),
        );
    }
    if until > latest {
        return wrong(
            format!(
                "{until} is {} days after {from}, and `longest_silence_days` under [holds] is {longest}",
                until.0 - from.0
            ),
            format!("write {latest} or an earlier day; when it is over, it can be asked for again"),
        );
    }
    Ok(())
}

/// What a silence is about, without naming anybody.
fn about(silence: &Silence) -> String {
    let mut parts = Vec::new();
    parts.extend(silence.student_id.as_ref().map(|id| format!("student {id}")));
    parts.extend(silence.rule.as_ref().map(|rule| format!("the rule {rule}")));
    parts.extend(silence.area.as_ref().map(|area| format!("the area {area}")));
    parts.extend(silence.school_id.as_ref().map(|school| format!("school {school}")));
    parts.join(", ")
}

/// Where a silence stands on a day, in the order of a listing.
fn state(silence: &Silence, today: Day) -> (u8, &'static str) {
    if silence.holds_on(today) {
        (0, "in force")
    } else if silence.from > today && silence.ended.is_none() {
        (1, "to come")
    } else {
        (2, "over")
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let today = clock::now(&setup.config.district.time_zone).today;
    let mut silences = store.silences()?;
    silences.sort_by_key(|silence| (state(silence, today).0, silence.id));
    let in_force = silences.iter().filter(|silence| silence.holds_on(today));
    let holds = held_by(&setup, &store, &in_force.collect::<Vec<_>>())?;
    let headers = [
        "silence",
        "state",
        "student_id",
        "rule",
        "school_id",
        "area",
        "urgent",
        "from",
        "until",
        "ended",
        "by",
        "reason",
        "holds",
    ];
    let mut rows = Rows::new(
        desk.out,
        desk.arguments.format,
        &headers,
        "Nobody has asked for silence.",
    )?;
    for silence in &silences {
        let or_all = |named: &Option<String>| named.clone().unwrap_or_default();
        let (_, state) = state(silence, today);
        rows.row([
            silence.id.to_string(),
            state.to_owned(),
            or_all(&silence.student_id),
            or_all(&silence.rule),
            or_all(&silence.school_id),
            or_all(&silence.area),
            if silence.urgent { "held too" } else { "written" }.to_owned(),
            silence.from.to_string(),
            silence.until.to_string(),
            ended(&store, silence)?,
            silence.author.clone(),
            silence.reason.clone(),
            holds.get(&silence.id).copied().unwrap_or(0).to_string(),
        ])?;
    }
    rows.end()?;
    Ok(Exit::Done)
}

/// The day on which a person ended it, and who did.
fn ended(store: &Store, silence: &Silence) -> Result<String, Problem> {
    let Some(day) = silence.ended else {
        return Ok(String::new());
    };
    let by = store.meta(&ended_by(silence.id))?.filter(|by| !by.is_empty());
    Ok(by.map_or_else(|| day.to_string(), |by| format!("{day} by {by}")))
}

/// The key under which the store keeps who ended a silence.
fn ended_by(id: i64) -> String {
    format!("silence {id} ended by")
}

/// News that each of some silences kept back in the last round.
fn held_by(setup: &Setup, store: &Store, silences: &[&Silence]) -> Result<BTreeMap<i64, u32>, Stop> {
    let mut counts = BTreeMap::new();
    if silences.is_empty() || store.last_as_of()?.is_none() {
        return Ok(counts);
    }
    let view = View::read(setup, None)?;
    let kept = store.kept_back(&view.year)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let night = almanac.night(view.as_of);
    for news in kept.iter().filter(|news| news.hold == Hold::Silence.word()) {
        let numbers = view.student(&news.student_id).ok();
        let numbers = numbers.and_then(|student| night.student(student));
        let rule = setup.rules.position(&news.rule);
        let (Some(numbers), Some(rule)) = (numbers, rule.map(|at| &setup.rules.rules()[at])) else {
            continue;
        };
        let school = numbers.school_id();
        let area = rule.card(school).area.word();
        let meant = |silence: &&&Silence| silence.meets(&news.student_id, &news.rule, school, area).is_some();
        for silence in silences.iter().filter(meant) {
            *counts.entry(silence.id).or_insert(0) += 1;
        }
    }
    Ok(counts)
}

fn end(desk: &mut Desk<'_>, id: i64, by: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let today = clock::now(&setup.config.district.time_zone).today;
    let _lock = setup.home.lock()?;
    let store = setup.store()?;
    let tx = store.begin()?;
    if !tx.end_silence(id, today)? {
        let known = store.silences()?.into_iter().find(|silence| silence.id == id);
        return Err(not_to_end(id, known.as_ref()).into());
    }
    tx.set_meta(&ended_by(id), &asked::author(by))?;
    tx.commit()?;
    writeln!(
        desk.out,
        "Silence {id} has ended: what it held and is still true is written with the next round."
    )?;
    Ok(Exit::Done)
}

fn not_to_end(id: i64, known: Option<&Silence>) -> Problem {
    let message = match known {
        None => format!("there is no silence {id}"),
        Some(silence) => format!(
            "silence {id} is over since {}",
            silence.ended.unwrap_or(silence.until.plus(1))
        ),
    };
    let remedy = "`firstbell silence list` lists them";
    refused("silence-unknown", message, remedy.to_owned())
}
