//! Entries under headings: the students of a letter in a counselor's words. Nothing here is markup.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};

use crate::crossings::Reason;
use crate::outbox::{Content, Entry, Group, Kind, Letter, PLAN_LINE};
use crate::school::{Area, Level};

use super::settings::Settings;
use super::text::{NAME_CHARS, capital, clean, days_in_words, sentence, short_day};
use super::view::{People, Schools};
use super::{strip, student};

/// Numbers of areas as a team list heads its students, from one on; more are written as digits. Chosen by us.
const AREAS: [&str; 5] = ["One area", "Two areas", "Three areas", "Four areas", "Five areas"];

/// How many students a letter speaks of, and how many of them urgently.
pub(crate) fn tally(content: &Content) -> (usize, usize) {
    let students = by_student(content.entries.iter());
    let urgent = students
        .iter()
        .filter(|entries| worst(entries) == Some(Level::Urgent))
        .count();
    (students.len(), urgent)
}

/// Students under headings, in the order of the letter's kind: by level, by number of areas, or by what became of them. Within a heading
/// the letter's own order.
pub(crate) fn sections(letter: &Letter, people: People, schools: Schools, settings: &Settings) -> Vec<Value> {
    let entries = &letter.content.entries;
    let groups: BTreeSet<Group> = entries.iter().map(|entry| entry.group).collect();
    let mut sections = Vec::new();
    for group in groups {
        let mut places: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
        for student in by_student(entries.iter().filter(|entry| entry.group == group)) {
            let place = Place::of(letter.kind, group, &student);
            let shown = one_student(letter.kind, &student, people, schools, settings);
            places.entry(place).or_default().push(shown);
        }
        let section = |(place, students): (Place, Vec<Value>)| {
            context! { heading => place.heading(), level => place.level_word(), students }
        };
        sections.extend(places.into_iter().map(section));
    }
    sections
}

/// The strips that stand in a letter.
pub(crate) fn strips(content: &Content) -> impl Iterator<Item = &str> + Clone {
    let shown = content.entries.iter().filter(|entry| shows_numbers(entry));
    shown.map(|entry| entry.strip.as_str())
}

/// A heading of a letter, in the order in which headings stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Level(Reverse<Option<Level>>),
    Areas(Reverse<usize>),
    Group(Group),
}

impl Place {
    fn of(kind: Kind, group: Group, student: &[&Entry]) -> Place {
        match (kind, group) {
            (Kind::TeamList, Group::Level) => Place::Areas(Reverse(by_area(student).len())),
            (_, Group::Level) => Place::Level(Reverse(worst(student))),
            (_, group) => Place::Group(group),
        }
    }

    fn heading(self) -> String {
        match self {
            Place::Level(Reverse(level)) => capital(level_word(level)),
            Place::Areas(Reverse(areas)) => AREAS
                .get(areas.wrapping_sub(1))
                .map_or_else(|| format!("{areas} areas"), |words| (*words).to_owned()),
            Place::Group(group) => group_heading(group).to_owned(),
        }
    }

    /// The level that colours the heading; empty where it is about none.
    fn level_word(self) -> &'static str {
        match self {
            Place::Level(Reverse(Some(level))) => level.word(),
            Place::Group(Group::NoContact | Group::Escalated) => Level::Urgent.word(),
            _ => "",
        }
    }
}

fn group_heading(group: Group) -> &'static str {
    match group {
        Group::Level => "Flagged",
        Group::NoContact => "Urgent, and no contact is on file for ten school days",
        Group::Watched => "Newly on watch",
        Group::Storm => "Flagged on a day when much of the school was",
        Group::Overflow => "More than you said you can carry",
        Group::Resumed => "Back at school",
        Group::Eased => "Better",
        Group::Cleared => "No longer flagged",
        Group::Corrected => "Corrected, it had not been so",
        Group::Ended => "No longer measured",
        Group::Left => "Left school",
        Group::Moved => "Now with somebody else",
        Group::Escalated => "Others were reminded of these, and still no contact is on file",
    }
}

/// Entries of one student together, in the order in which students first appear.
fn by_student<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<Vec<&'a Entry>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut students: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let place = *places.entry(&entry.student_id).or_insert(students.len());
        if place == students.len() {
            students.push(Vec::new());
        }
        students[place].push(entry);
    }
    students
}

/// One student's entries of an area together: areas and entries by level, gravest first, else in the letter's order.
fn by_area<'a>(entries: &[&'a Entry]) -> Vec<Vec<&'a Entry>> {
    let mut sorted: Vec<&Entry> = entries.to_vec();
    sorted.sort_by_key(|entry| Reverse(entry.level));
    let mut areas: Vec<(&Area, Vec<&Entry>)> = Vec::new();
    for entry in sorted {
        match areas.iter_mut().find(|(area, _)| **area == entry.area) {
            Some((_, same)) => same.push(entry),
            None => areas.push((&entry.area, vec![entry])),
        }
    }
    areas.into_iter().map(|(_, entries)| entries).collect()
}

fn worst(entries: &[&Entry]) -> Option<Level> {
    entries.iter().filter_map(|entry| entry.level).max()
}

fn level_word(level: Option<Level>) -> &'static str {
    level.map_or("no longer flagged", Level::word)
}

/// Whether more than the bare flag may stand there. Of a student who is somebody else's now, the reader learns that and no more.
fn shows_numbers(entry: &Entry) -> bool {
    entry.group != Group::Moved
}

fn one_student(kind: Kind, entries: &[&Entry], people: People, schools: Schools, settings: &Settings) -> Value {
    // Never empty: a student is here because of an entry.
    let first = entries[0];
    let person = people(&first.student_id);
    let shown = student::shown(first, person.as_ref(), &schools(&first.school_id), settings);
    let known: Vec<&Entry> = entries.iter().copied().filter(|entry| shows_numbers(entry)).collect();
    let strip = known
        .iter()
        .map(|entry| entry.strip.trim())
        .find(|strip| !strip.is_empty());
    let mut going_on = said_once(known.iter().flat_map(|entry| &entry.going_on));
    if kind == Kind::TeamList {
        // There a plan stands with the flags of its area.
        going_on.retain(|line| !line.starts_with(PLAN_LINE));
    }
    context! {
        label => shown.label,
        link => if known.is_empty() { String::new() } else { shown.link },
        whose => said_once(entries.iter().map(|entry| &entry.whose)),
        flags => by_area(entries).iter().map(|same| flag(kind, same)).collect::<Vec<_>>(),
        strip => strip.map(strip::shown),
        open => said_once(known.iter().flat_map(|entry| &entry.open)),
        going_on,
        detail => said_once(known.iter().flat_map(|entry| &entry.detail)),
        ask => asks(&known),
    }
}

/// What is said of one area of a student: the worst flag with its numbers, the others of the area by the way.
fn flag(kind: Kind, same: &[&Entry]) -> Value {
    let entry = same[0];
    let shown = shows_numbers(entry);
    let only_shown = |text: &str| if shown { sentence(text) } else { String::new() };
    let lines = same.iter().filter(|_| shown).flat_map(|entry| &entry.going_on);
    let mut plans = said_once(lines);
    plans.retain(|line| line.starts_with(PLAN_LINE));
    context! {
        title => clean(&entry.title, NAME_CHARS),
        level => level_word(entry.level),
        before => entry.before.map(Level::word),
        change => change(kind, entry),
        held => sentence(&days_in_words(&entry.held)),
        because => only_shown(&entry.because),
        edge => only_shown(&entry.edge),
        next => only_shown(&entry.next),
        since => entry.since.map(short_day),
        plans,
        with_it => same[1..].iter().map(|entry| beside(kind, entry)).collect::<Vec<_>>(),
    }
}

/// Another flag of the same area: one line.
fn beside(kind: Kind, entry: &Entry) -> Value {
    let because = if shows_numbers(entry) {
        sentence(&entry.because)
    } else {
        String::new()
    };
    context! {
        title => clean(&entry.title, NAME_CHARS),
        level => level_word(entry.level),
        change => change(kind, entry),
        because,
    }
}

/// What happened, what is new first. The title stands behind a colon: it is the district's, and may be singular or plural.
fn change(kind: Kind, entry: &Entry) -> String {
    let title = clean(&entry.title, NAME_CHARS);
    let since = entry
        .since
        .map(|day| format!(", flagged since {}", short_day(day)))
        .unwrap_or_default();
    let written = |level: Level| format!(" When you were last written it was at {level}.");
    let was = entry.before.map(written).unwrap_or_default();
    let Some(level) = entry.level else {
        return over(entry, &title, &was);
    };
    let at = format!("at {level}");
    if matches!(kind, Kind::Handover | Kind::TeamList) {
        // Somebody else was written before, or nobody: what is open stands there, not what changed.
        return format!("At {level}{since}: {title}.");
    }
    let graver = entry.level > entry.before;
    match entry.reason {
        Reason::Crossed | Reason::Worsened if entry.before.is_none() => format!("New {at}: {title}."),
        Reason::Crossed | Reason::Worsened => format!("Worse, now {at}: {title}.{was}"),
        Reason::Baseline => format!("At {level}: {title}."),
        Reason::RuleChanged => format!("At {level} under the changed rule: {title}.{was}"),
        Reason::Resumed => format!("Back at school, {at}: {title}."),
        Reason::Eased => format!("Better, now {at}: {title}.{was}"),
        Reason::Corrected => format!("Corrected, {at}: {title}. The facts behind it changed."),
        Reason::LeftSchool => format!("Left school with an open flag: {title}."),
        // Held back until tonight: the reason is an older night's.
        _ if entry.before.is_none() => format!("New to you, {at}{since}: {title}."),
        _ if graver => format!("Worse, {at}{since}: {title}.{was}"),
        _ if entry.before == entry.level => format!("Still {at}{since}: {title}."),
        _ => format!("Still {at}{since}: {title}.{was}"),
    }
}

/// What happened to a flag that is over.
fn over(entry: &Entry, title: &str, was: &str) -> String {
    match (entry.group, entry.reason) {
        (Group::Moved, _) => match entry.before {
            Some(level) => format!("At {level} when you were last written: {title}."),
            None => format!("Flagged when you were last written: {title}."),
        },
        (_, Reason::Corrected) => format!("Corrected, no longer flagged: {title}. The facts behind it changed."),
        (_, Reason::NotApplicable) => format!("No longer measured: {title}."),
        (_, Reason::LeftSchool) => format!("Left school with an open flag: {title}.{was}"),
        (_, Reason::RuleChanged) => {
            format!("No longer measured, for the rule was changed or taken out of work: {title}.{was}")
        }
        _ => format!("Better, no longer flagged: {title}.{was}"),
    }
}

/// Of areas that the reader may not see, only that there is something and whom to ask: `Another area is also flagged: ask Sam Reed.`
fn asks(entries: &[&Entry]) -> Vec<String> {
    let whole = |ask: &String| match ask.to_lowercase().starts_with("another area") {
        true => ask.clone(),
        false => format!("another area is also flagged: ask {ask}"),
    };
    let lines: Vec<String> = entries.iter().flat_map(|entry| entry.ask.iter().map(whole)).collect();
    said_once(lines.iter())
}

fn said_once<'a>(lines: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut said: Vec<String> = Vec::new();
    for line in lines.map(|line| sentence(&days_in_words(line))) {
        if !line.is_empty() && !said.contains(&line) {
            said.push(line);
        }
    }
    said
}
