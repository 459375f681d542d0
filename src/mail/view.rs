//! A letter as the words and numbers that templates see. Everything in it is cleaned; nothing in it is markup.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use crate::crossings::Reason;
use crate::directory::Person;
use crate::outbox::{Content, Entry, Kind, Letter};
use crate::school::Level;

use super::settings::{Settings, Show};
use super::text::{ADDRESS_CHARS, NAME_CHARS, clean, long_day, sentence, short_day};
use super::{strip, student};

/// Looks a student up in the directory.
pub(crate) type People<'a> = &'a dyn Fn(&str) -> Option<Person>;
/// The name of a school.
pub(crate) type Schools<'a> = &'a dyn Fn(&str) -> String;

/// Sections of the operator's report, in the order in which they stand, with their headings.
const SECTIONS: [(&str, &str); 5] = [
    ("feeds", "Files from the SIS"),
    ("rules", "Rules"),
    ("routing", "Who hears"),
    ("mail", "Mail"),
    ("round", "The round"),
];

/// How many students a letter speaks of, and how many of them urgently.
pub(crate) fn tally(content: &Content) -> (usize, usize) {
    let students = by_student(&content.entries);
    let urgent = students
        .iter()
        .filter(|entries| worst(entries) == Some(Level::Urgent))
        .count();
    (students.len(), urgent)
}

/// Everything that a template may say about a letter.
pub(crate) fn context(letter: &Letter, people: People, schools: Schools, settings: &Settings) -> Value {
    let content = &letter.content;
    let (students, urgent) = tally(content);
    let by_count = settings.show == Show::Counts;
    let sections = if by_count {
        Vec::new()
    } else {
        sections(content, people, schools, settings)
    };
    let strips = content.entries.iter().map(|entry| entry.strip.as_str());
    context! {
        district => clean(&settings.district, NAME_CHARS),
        reader => clean(&letter.to_name, NAME_CHARS),
        as_of => long_day(content.as_of),
        headline => sentence(&content.headline),
        students,
        urgent,
        sections,
        counts => counts(content, by_count),
        counts_alone => by_count,
        left_off => content.left_off,
        atop => content.atop.iter().map(|line| sentence(line)).collect::<Vec<_>>(),
        late => content.late.iter().map(|line| sentence(line)).collect::<Vec<_>>(),
        legend => if by_count { String::new() } else { strip::legend(strips) },
        report => report(content),
        reply_to => reply_to(settings).to_owned(),
        rehearsal_for => rehearsal_for(letter, settings),
        kind => match letter.kind {
            Kind::Nightly => "nightly",
            Kind::StartingList => "starting_list",
            Kind::OperatorReport => "operator_report",
            Kind::RuleEdit => "rule_edit",
        },
    }
}

/// Where an answer goes.
pub(crate) fn reply_to(settings: &Settings) -> &str {
    if settings.reply_to.is_empty() {
        &settings.from
    } else {
        &settings.reply_to
    }
}

/// In rehearsal, whose letter it is: `Maria Lopez <maria@district.example>`; else empty.
pub(crate) fn rehearsal_for(letter: &Letter, settings: &Settings) -> String {
    if settings.rehearsal_of(letter).is_none() {
        return String::new();
    }
    let address = clean(&letter.address, ADDRESS_CHARS);
    match clean(&letter.to_name, NAME_CHARS) {
        name if name.is_empty() => address,
        name => format!("{name} <{address}>"),
    }
}

/// Entries of one student together, in the order in which students first appear.
fn by_student(entries: &[Entry]) -> Vec<Vec<&Entry>> {
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

fn worst(entries: &[&Entry]) -> Option<Level> {
    entries.iter().filter_map(|entry| entry.level).max()
}

/// Students under headings by their worst level, gravest first; within a level the letter's own order.
fn sections(content: &Content, people: People, schools: Schools, settings: &Settings) -> Vec<Value> {
    let students = by_student(&content.entries);
    let levels = Level::ALL.into_iter().rev().map(Some).chain([None]);
    let mut sections = Vec::new();
    for level in levels {
        let here: Vec<Value> = students
            .iter()
            .filter(|entries| worst(entries) == level)
            .map(|entries| one_student(entries, people, schools, settings))
            .collect();
        if !here.is_empty() {
            sections.push(context! { level => level_word(level), students => here });
        }
    }
    sections
}

fn level_word(level: Option<Level>) -> &'static str {
    level.map_or("no longer flagged", Level::word)
}

fn one_student(entries: &[&Entry], people: People, schools: Schools, settings: &Settings) -> Value {
    // Never empty: a student is here because of an entry.
    let first = entries[0];
    let person = people(&first.student_id);
    let shown = student::shown(first, person.as_ref(), &schools(&first.school_id), settings);
    let strip = entries
        .iter()
        .map(|entry| entry.strip.trim())
        .find(|strip| !strip.is_empty());
    let mut flags: Vec<&Entry> = entries.to_vec();
    flags.sort_by_key(|entry| std::cmp::Reverse(entry.level));
    context! {
        label => shown.label,
        link => shown.link,
        flags => flags.into_iter().map(flag).collect::<Vec<_>>(),
        strip => strip.map(strip::shown),
        going_on => said_once(entries.iter().flat_map(|entry| &entry.going_on)),
        ask => asks(entries),
    }
}

fn flag(entry: &Entry) -> Value {
    context! {
        title => clean(&entry.title, NAME_CHARS),
        level => level_word(entry.level),
        before => entry.before.map(Level::word),
        change => change(entry),
        because => sentence(&entry.because),
        next => sentence(&entry.next),
        since => entry.since.map(short_day),
    }
}

/// What happened, what is new first. The title stands behind a colon: it is the district's, and may be singular or plural.
fn change(entry: &Entry) -> String {
    let title = clean(&entry.title, NAME_CHARS);
    let at = entry
        .level
        .map_or("no longer flagged".to_owned(), |level| format!("at {level}"));
    let since = entry
        .since
        .map(|day| format!(" since {}", short_day(day)))
        .unwrap_or_default();
    let was = entry
        .before
        .map(|level| format!(" When you were last written it was at {level}."))
        .unwrap_or_default();
    let graver = entry.level > entry.before;
    match entry.reason {
        Reason::Crossed | Reason::Worsened if entry.before.is_none() => format!("New {at}: {title}."),
        Reason::Crossed | Reason::Worsened => format!("Worse, now {at}: {title}.{was}"),
        Reason::Baseline => format!("{}: {title}.", sentence(&at).trim_end_matches('.')),
        Reason::RuleChanged => format!(
            "{} under the changed rule: {title}.{was}",
            sentence(&at).trim_end_matches('.')
        ),
        Reason::Resumed => format!("Back at school, {at}: {title}."),
        Reason::Eased => format!("Better, now {at}: {title}."),
        Reason::Cleared => format!("Better, no longer flagged: {title}."),
        Reason::Corrected => format!("Corrected, {at}: {title}. The facts behind it changed."),
        Reason::NotApplicable => format!("No longer measured: {title}."),
        Reason::LeftSchool => format!("Left school with an open flag: {title}."),
        // Held back until tonight: the reason is an older night's.
        _ if entry.before.is_none() => format!("New to you, {at}{since}: {title}."),
        _ if graver => format!("Worse, {at}{since}: {title}.{was}"),
        _ => format!("Still {at}{since}: {title}.{was}"),
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
    for line in lines.map(|line| sentence(line)) {
        if !line.is_empty() && !said.contains(&line) {
            said.push(line);
        }
    }
    said
}

/// Counts per rule and level, gravest first: those of the letter, and where no student is shown those of its entries too.
fn counts(content: &Content, entries_too: bool) -> Vec<Value> {
    let mut rows: BTreeMap<(std::cmp::Reverse<Option<Level>>, String), usize> = BTreeMap::new();
    for count in &content.counts {
        let key = (std::cmp::Reverse(Some(count.level)), clean(&count.title, NAME_CHARS));
        *rows.entry(key).or_default() += count.students as usize;
    }
    if entries_too {
        for entry in &content.entries {
            let key = (std::cmp::Reverse(entry.level), clean(&entry.title, NAME_CHARS));
            *rows.entry(key).or_default() += 1;
        }
    }
    rows.into_iter()
        .map(|((level, title), students)| context! { level => level_word(level.0), title, students })
        .collect()
}

/// The operator's lines under their headings; a section that is not known keeps its own word.
fn report(content: &Content) -> Vec<Value> {
    let known = SECTIONS.iter().map(|(word, heading)| (*word, (*heading).to_owned()));
    let mut words: Vec<(&str, String)> = known.collect();
    for line in &content.report {
        if !words.iter().any(|(word, _)| *word == line.section) {
            words.push((&line.section, clean(&line.section, NAME_CHARS)));
        }
    }
    let lines = |word: &str| -> Vec<String> {
        let of_it = content.report.iter().filter(|line| line.section == word);
        of_it.map(|line| sentence(&line.text)).collect()
    };
    words
        .into_iter()
        .map(|(word, heading)| (heading, lines(word)))
        .filter(|(_, lines)| !lines.is_empty())
        .map(|(heading, lines)| context! { heading, lines })
        .collect()
}
