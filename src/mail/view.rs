//! A letter as the words and numbers that templates see. Everything in it is cleaned; nothing in it is markup.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use crate::directory::Person;
use crate::outbox::{Content, Kind, Letter, StormCount};
use crate::school::Level;

use super::entries;
use super::settings::{Settings, Show};
use super::strip;
use super::text::{ADDRESS_CHARS, NAME_CHARS, clean, days_in_words, long_day, sentence};

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

/// Everything that a template may say about a letter.
pub(crate) fn context(letter: &Letter, people: People, schools: Schools, settings: &Settings) -> Value {
    let content = &letter.content;
    let (students, urgent) = entries::tally(content);
    let by_count = settings.show == Show::Counts;
    let (sections, legend) = match by_count {
        true => (Vec::new(), String::new()),
        false => (
            entries::sections(letter, people, schools, settings),
            strip::legend(entries::strips(content)),
        ),
    };
    let school = school(content, schools);
    context! {
        district => clean(&settings.district, NAME_CHARS),
        reader => clean(&letter.to_name, NAME_CHARS),
        as_of => long_day(content.as_of),
        headline => headline(letter, &school),
        school,
        students,
        urgent,
        sections,
        counts => counts(content, by_count),
        counts_alone => by_count,
        left_off => content.left_off,
        overflow => content.overflow,
        storms => content.storms.iter().map(|storm| one_storm(storm, schools)).collect::<Vec<_>>(),
        nights => content.nights.map(|(looked_at, school_days)| context! { looked_at, school_days }),
        silences => content.silences.iter().map(|line| sentence(&days_in_words(line))).collect::<Vec<_>>(),
        atop => content.atop.iter().map(|line| sentence(line)).collect::<Vec<_>>(),
        late => content.late.iter().map(|line| sentence(line)).collect::<Vec<_>>(),
        legend,
        report => report(content),
        reply_to => reply_to(settings).to_owned(),
        rehearsal_for => rehearsal_for(letter, settings),
        kind => letter.kind.word(),
    }
}

/// The school that a letter is about as a whole: that of its storms, else of its first student.
fn school(content: &Content, schools: Schools) -> String {
    let of_storm = content.storms.first().map(|storm| storm.school_id.as_str());
    let of_entry = || content.entries.first().map(|entry| entry.school_id.as_str());
    of_storm
        .or_else(of_entry)
        .map(|id| clean(&schools(id), NAME_CHARS))
        .unwrap_or_default()
}

/// The sentence at the head. A team list's is its school's name, which its template says in a sentence of its own.
fn headline(letter: &Letter, school: &str) -> String {
    let text = &letter.content.headline;
    let is_school = letter.kind == Kind::TeamList && clean(text, NAME_CHARS) == school;
    if is_school { String::new() } else { sentence(text) }
}

fn one_storm(storm: &StormCount, schools: Schools) -> Value {
    // Whole percents: the school knows how many students it has.
    let percent = (u64::from(storm.students) * 100)
        .checked_div(u64::from(storm.judged))
        .unwrap_or(0);
    context! {
        school => clean(&schools(&storm.school_id), NAME_CHARS),
        title => clean(&storm.title, NAME_CHARS),
        day => long_day(storm.day),
        students => storm.students,
        urgent => storm.urgent,
        judged => storm.judged,
        percent,
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
        .map(|((level, title), students)| context! { level => level.0.map_or("no longer flagged", Level::word), title, students })
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
