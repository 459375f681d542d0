//! What one owner's letter says: entries in order, the cap, and what it tells.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::lists::{Listed, told_by};
use super::{Content, Entry, FlagCount, Group, Kind};
use crate::routing::Owners;
use crate::school::{Area, Day, Level};

/// Students in one nightly letter, and named in one starting list, at most. Chosen by us: what a person can act on.
pub const MOST_STUDENTS: usize = 25;

/// One piece of news with its owner.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What the letter will say; `ask` is filled in here.
    pub entry: Entry,
    /// [`Kind::Nightly`] for ordinary news, [`Kind::StartingList`] for a baseline or a changed rule.
    pub kind: Kind,
    /// The owner's staff number in [`Owners`].
    pub owner: usize,
    /// The day since when it waits to be written: that of the step up.
    pub waiting_since: Day,
    /// For a starting list, the sentence at its head: what changed. Empty for a plain baseline.
    pub headline: String,
    /// Why that owner, for the record.
    pub why: String,
}

/// An open flag of a student, whoever's: what readers of other areas are pointed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFlag {
    /// The student's id.
    pub student_id: String,
    /// The flag's area; for a combined one, `combined`.
    pub area: Area,
    /// The staff number of its owner.
    pub owner: usize,
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// The level held.
    pub level: Level,
    /// Since when it is open.
    pub since: Option<Day>,
    /// The level that its owner was written in words; `None`: nothing yet, or as a count alone.
    pub told: Option<Level>,
}

/// One line of what a letter tells: what a standing's `told` is computed from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The student's id.
    pub student_id: String,
    /// The school's id.
    pub school_id: String,
    /// The rule's id.
    pub rule: String,
    /// The episode it belongs to.
    pub episode: u16,
    /// The level told.
    pub level: Level,
    /// Told as a count alone, without words about this student.
    pub unwritten: bool,
    /// The flag eased: told falls to this level, whatever was told before.
    pub falls: bool,
    /// Why this reader: the link that led there, such as `caseload:counselor`.
    pub why: String,
}

/// How the reason begins why somebody reads of another's student.
pub const COPY: &str = "copy to ";

impl Told {
    /// Whether it tells a second reader: the owner is not told by it.
    pub fn is_copy(&self) -> bool {
        self.why.starts_with(COPY)
    }
}

/// What all letters of a round share.
pub(super) struct Common<'a> {
    pub(super) as_of: Day,
    pub(super) atop: &'a [String],
    pub(super) late: &'a [String],
    pub(super) owners: &'a Owners<'a>,
    pub(super) flags: BTreeMap<&'a str, Vec<&'a OpenFlag>>,
    pub(super) references: &'a dyn Fn(&[Told]) -> Vec<String>,
    pub(super) fill: &'a dyn Fn(&mut Entry),
}

/// One owner's content of one kind from all news of it, and what it tells.
pub(super) fn compose(kind: Kind, owner: usize, news: &[News], common: &Common<'_>) -> (Content, Vec<Told>) {
    let mut students = by_student(news);
    let mut told = Vec::new();
    let mut content = Content {
        headline: headline(news),
        atop: common.atop.to_vec(),
        late: common.late.to_vec(),
        ..Content::of(common.as_of)
    };
    if kind == Kind::Nightly {
        content.left_off = cap(&mut students);
    }
    // A place is made of several texts: once a student, not once a comparison.
    students.sort_by_cached_key(Student::place);
    let named = students.len().min(MOST_STUDENTS);
    let counted = students.split_off(named);
    for student in &students {
        told.extend(student.news.iter().filter_map(|news| tell(news, false)));
        content.entries.extend(entries(student, owner, common));
    }
    told.extend(
        counted
            .iter()
            .flat_map(|student| &student.news)
            .filter_map(|news| tell(news, true)),
    );
    content.counts = counts(&counted);
    told.sort();
    content.references = (common.references)(&told);
    (content, told)
}

/// The content of a list and what it tells: entries by heading, within it as in a letter; at most [`MOST_STUDENTS`] students under a
/// heading, the others as counts that are told too.
pub(super) fn compose_list(list: &Listed, common: &Common<'_>) -> (Content, Vec<Told>) {
    let mut content = list.content.clone();
    let mut told = Vec::new();
    let mut groups: BTreeMap<Group, Vec<News>> = BTreeMap::new();
    for news in &list.news {
        groups.entry(news.entry.group).or_default().push(news.clone());
    }
    for news in groups.values() {
        let mut students = by_student(news);
        match list.kind {
            Kind::TeamList => students.sort_by_cached_key(|student| (Reverse(student.areas()), student.place())),
            _ => students.sort_by_cached_key(Student::place),
        }
        let named = students.len().min(MOST_STUDENTS);
        let counted = students.split_off(named);
        for student in &students {
            told.extend(student.news.iter().filter_map(|news| told_by(news, false)));
            content.entries.extend(entries(student, list.reader, common));
        }
        let rest = || counted.iter().flat_map(|student| &student.news);
        told.extend(rest().filter_map(|news| told_by(news, true)));
        // What is over cannot be told as a count of open flags: it stands in the next one.
        content.left_off += rest().filter(|news| news.entry.level.is_none()).count() as u32;
        content.counts.extend(counts(&counted));
    }
    content.atop = common.atop.to_vec();
    content.late = common.late.to_vec();
    told.sort();
    content.references = (common.references)(&told);
    (content, told)
}

/// One student's news for one reader.
struct Student<'a> {
    news: Vec<&'a News>,
}

impl Student<'_> {
    fn level(&self) -> Option<Level> {
        self.news.iter().filter_map(|news| news.entry.level).max()
    }

    /// Different areas that are flagged.
    fn areas(&self) -> usize {
        let areas: BTreeSet<&Area> = self.news.iter().map(|news| &news.entry.area).collect();
        areas.len()
    }

    fn is_urgent(&self) -> bool {
        self.level() == Some(Level::Urgent)
    }

    /// Where the student stands in a letter: gravest, then in most areas, then newest, then by id.
    fn place(&self) -> impl Ord + use<> {
        let newest = self.news.iter().map(|news| news.waiting_since).max();
        let id = self.news.first().map(|news| news.entry.student_id.clone());
        (Reverse(self.level()), Reverse(self.areas()), Reverse(newest), id)
    }

    /// Who is let in where the letter is full: urgent, then the longest waiting, then by id.
    fn claim(&self) -> impl Ord + use<> {
        let oldest = self.news.iter().map(|news| news.waiting_since).min();
        let id = self.news.first().map(|news| news.entry.student_id.clone());
        (!self.is_urgent(), oldest, id)
    }
}

fn by_student(news: &[News]) -> Vec<Student<'_>> {
    let mut students: BTreeMap<&str, Vec<&News>> = BTreeMap::new();
    for each in news {
        students.entry(&each.entry.student_id).or_default().push(each);
    }
    for news in students.values_mut() {
        news.sort_by(|one, two| {
            let place = |each: &'_ News| Reverse(each.entry.level);
            (place(one).cmp(&place(two)))
                .then_with(|| one.entry.area.cmp(&two.entry.area))
                .then_with(|| one.entry.rule.cmp(&two.entry.rule))
        });
    }
    students.into_values().map(|news| Student { news }).collect()
}

/// Leaves off the students whom the letter cannot hold; gives their entries' number.
fn cap(students: &mut Vec<Student<'_>>) -> u32 {
    if students.len() <= MOST_STUDENTS {
        return 0;
    }
    students.sort_by_cached_key(Student::claim);
    let left = students.split_off(MOST_STUDENTS);
    left.iter().map(|student| student.news.len() as u32).sum()
}

fn entries(student: &Student<'_>, owner: usize, common: &Common<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = student.news.iter().map(|news| news.entry.clone()).collect();
    for entry in &mut entries {
        (common.fill)(entry);
        entry.strip = seen_by(owner, &entry.strip, common);
    }
    let open = open(&entries, owner, common);
    if let Some(first) = entries.first_mut() {
        // Once a student, not once an entry: the sentence is about the student.
        first.ask = ask(&first.student_id, owner, common);
        first.open = open;
    }
    entries
}

/// The days of a strip that a reader may see: none without attendance, and suspensions as excused absences without behavior.
fn seen_by(reader: usize, strip: &str, common: &Common<'_>) -> String {
    let may = |area: &str| common.owners.may_be_told(reader, &Area(area.to_owned()), &[]);
    match (may("attendance"), may("behavior")) {
        (false, _) => String::new(),
        (true, false) => strip.replace('S', "E").replace('s', "e"),
        (true, true) => strip.to_owned(),
    }
}

/// Other open flags of the student that the reader knows of or may be told, one clause each; those in the letter itself are left out.
fn open(entries: &[Entry], reader: usize, common: &Common<'_>) -> Vec<String> {
    let Some(first) = entries.first() else {
        return Vec::new();
    };
    let flags = common.flags.get(first.student_id.as_str()).into_iter().flatten();
    let others = flags.filter(|flag| {
        let in_letter = entries.iter().any(|entry| entry.rule == flag.rule);
        // What nobody was written yet is held for a reason: it is not told by the way.
        !in_letter && flag.told.is_some() && common.owners.may_be_told(reader, &flag.area, &[])
    });
    let mut others: Vec<&&OpenFlag> = others.collect();
    others.sort_by_key(|flag| (Reverse(flag.told), &flag.rule));
    let say = |flag: &&&OpenFlag| {
        let since = flag
            .since
            .map(|day| format!(", flagged since {day}"))
            .unwrap_or_default();
        let level = flag.told.unwrap_or(flag.level);
        format!("{}, at {level}{since}", flag.title)
    };
    others.iter().map(say).collect()
}

/// Whom to ask about open flags in areas that the reader may not be told: no area is named, no number given.
fn ask(student_id: &str, reader: usize, common: &Common<'_>) -> Vec<String> {
    let flags = common.flags.get(student_id).into_iter().flatten();
    let hidden = flags.filter(|flag| flag.owner != reader && !common.owners.may_be_told(reader, &flag.area, &[]));
    let persons: BTreeSet<usize> = hidden.map(|flag| flag.owner).collect();
    let say = |who: usize| {
        let person = common.owners.person(who);
        let name = if person.name.is_empty() {
            &person.email
        } else {
            &person.name
        };
        format!("another area is also flagged: ask {name}")
    };
    persons.into_iter().map(say).collect()
}

/// The line of what is told by a piece of news; `None` where it says that a flag is over.
pub(super) fn tell(news: &News, unwritten: bool) -> Option<Told> {
    let entry = &news.entry;
    Some(Told {
        student_id: entry.student_id.clone(),
        school_id: entry.school_id.clone(),
        rule: entry.rule.clone(),
        episode: entry.episode,
        level: entry.level?,
        unwritten,
        falls: false,
        why: news.why.clone(),
    })
}

fn counts(students: &[Student<'_>]) -> Vec<FlagCount> {
    let mut counts: BTreeMap<(Reverse<Level>, &str), u32> = BTreeMap::new();
    for news in students.iter().flat_map(|student| &student.news) {
        if let Some(level) = news.entry.level {
            *counts.entry((Reverse(level), &news.entry.title)).or_default() += 1;
        }
    }
    let count = |((Reverse(level), title), students): ((Reverse<Level>, &str), u32)| FlagCount {
        title: title.to_owned(),
        level,
        students,
    };
    counts.into_iter().map(count).collect()
}

/// The distinct sentences of all news, in the order of their words.
fn headline(news: &[News]) -> String {
    let sentences: BTreeSet<&str> = news
        .iter()
        .map(|each| each.headline.trim())
        .filter(|text| !text.is_empty())
        .collect();
    sentences.into_iter().collect::<Vec<_>>().join(" ")
}
