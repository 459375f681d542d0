//! What one owner's letter says: entries in order, the cap, and what it tells.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};
use std::iter::repeat_n;

use rustc_hash::{FxHashMap, FxHashSet};

use super::lists::{Listed, told_by};
use super::post::Desk;
use super::{Content, Entry, FlagCount, Group, Kind};
use crate::routing::Owners;
use crate::school::{Area, Day, Level};

/// Students in one nightly letter, and named in one starting list, at most. Chosen by us: what a person can act on.
pub const MOST_STUDENTS: usize = 25;

/// One piece of news with its owner.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What the letter will say; `ask` is filled in here. Boxed: a first night moves tens of thousands from list to list.
    pub entry: Box<Entry>,
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

/// One owner's content of one kind from all news of it, and what it tells.
pub(super) fn compose(kind: Kind, owner: usize, mut news: Vec<News>, desk: &Desk<'_>) -> (Content, Vec<Told>) {
    sort(&mut news);
    let mut students = students(&news);
    let mut content = Content {
        headline: headline(&news),
        atop: desk.atop.to_vec(),
        late: desk.late.to_vec(),
        ..Content::of(desk.as_of)
    };
    if kind == Kind::Nightly {
        content.left_off = cap(&mut students);
    }
    let counted = gravest(&mut students, Student::place);
    let named: FxHashSet<&str> = students.iter().map(|student| student.id()).collect();
    let written: Vec<bool> = by_student(&news)
        .flat_map(|student| repeat_n(named.contains(student.id()), student.news.len()))
        .collect();
    for student in &students {
        content.entries.extend(entries(*student, owner, desk));
    }
    content.counts = counts(counted.iter().flat_map(|student| student.news));
    // A nightly letter counts nobody: whoever is left off it is told nothing.
    let told = news.into_iter().zip(written);
    let told = told.filter(|(_, written)| kind != Kind::Nightly || *written);
    let mut told: Vec<Told> = told.filter_map(|(news, written)| tell(news, !written)).collect();
    sort_by_student(&mut told, |told| &told.student_id, Told::cmp);
    content.references = (desk.references)(&told);
    (content, told)
}

/// The content of a list and what it tells: entries by heading, within it as in a letter; at most [`MOST_STUDENTS`] students under a
/// heading, the others as counts that are told too.
pub(super) fn compose_list(list: &Listed, desk: &Desk<'_>) -> (Content, Vec<Told>) {
    let mut content = list.content.clone();
    let mut told = Vec::new();
    let mut groups: BTreeMap<Group, Vec<News>> = BTreeMap::new();
    for news in &list.news {
        groups.entry(news.entry.group).or_default().push(news.clone());
    }
    for mut news in groups.into_values() {
        sort(&mut news);
        let mut students = students(&news);
        let counted = match list.kind {
            Kind::TeamList => gravest(&mut students, |student| (Reverse(student.areas()), student.place())),
            _ => gravest(&mut students, Student::place),
        };
        for student in &students {
            told.extend(student.news.iter().filter_map(|news| told_by(news, false)));
            content.entries.extend(entries(*student, list.reader, desk));
        }
        // What is new, and what is over, cannot be told as a count of flags that were written before: it stands in the next one.
        let follows = |news: &&News| news.entry.level.is_none() || news.entry.group.is_news();
        let counted = || counted.iter().flat_map(|student| student.news);
        content.left_off += counted().filter(follows).count() as u32;
        told.extend(
            counted()
                .filter(|news| !follows(news))
                .filter_map(|news| told_by(news, true)),
        );
        content.counts.extend(counts(counted().filter(|news| !follows(news))));
    }
    content.atop = desk.atop.to_vec();
    content.late = desk.late.to_vec();
    told.sort();
    content.references = (desk.references)(&told);
    (content, told)
}

/// One student's news for one reader.
#[derive(Clone, Copy)]
struct Student<'a> {
    news: &'a [News],
}

impl<'a> Student<'a> {
    fn id(self) -> &'a str {
        self.news.first().map_or("", |news| &news.entry.student_id)
    }

    fn level(self) -> Option<Level> {
        self.news.iter().filter_map(|news| news.entry.level).max()
    }

    /// Different areas that are flagged.
    fn areas(self) -> usize {
        let area = |at: usize| &self.news[at].entry.area;
        let is_first = |at: &usize| (0..*at).all(|before| area(before) != area(*at));
        (0..self.news.len()).filter(is_first).count()
    }

    fn is_urgent(self) -> bool {
        self.level() == Some(Level::Urgent)
    }

    /// Where the student stands in a letter: gravest, then in most areas, then newest, then by id.
    fn place(self) -> impl Ord + use<'a> {
        let newest = self.news.iter().map(|news| news.waiting_since).max();
        (Reverse(self.level()), Reverse(self.areas()), Reverse(newest), self.id())
    }

    /// Who is let in where the letter is full: urgent, then the longest waiting, then by id.
    fn claim(self) -> impl Ord + use<'a> {
        let oldest = self.news.iter().map(|news| news.waiting_since).min();
        (!self.is_urgent(), oldest, self.id())
    }
}

/// Sorts news by student, a student's gravest first.
fn sort(news: &mut [News]) {
    let gravest = |one: &News, two: &News| {
        let (one, two) = (&one.entry, &two.entry);
        (two.level.cmp(&one.level))
            .then_with(|| one.area.cmp(&two.area))
            .then_with(|| one.rule.cmp(&two.rule))
    };
    sort_by_student(news, |news| &news.entry.student_id, gravest);
}

/// Sorts by the student's id, then as said. What was found student by student, tens of thousands on a first night, mostly lies in the order
/// of ids already: then each student's own is all that is sorted.
fn sort_by_student<T>(all: &mut [T], id: impl Fn(&T) -> &str, within: impl Fn(&T, &T) -> Ordering) {
    if !all.is_sorted_by(|one, two| id(one) <= id(two)) {
        return all.sort_by(|one, two| id(one).cmp(id(two)).then_with(|| within(one, two)));
    }
    for own in all.chunk_by_mut(|one, two| id(one) == id(two)) {
        own.sort_by(&within);
    }
}

/// The students of sorted news.
fn students(sorted: &[News]) -> Vec<Student<'_>> {
    by_student(sorted).collect()
}

fn by_student(sorted: &[News]) -> impl Iterator<Item = Student<'_>> {
    let same = |one: &News, two: &News| one.entry.student_id == two.entry.student_id;
    sorted.chunk_by(same).map(|news| Student { news })
}

/// Brings those whom a letter names into their order and gives the others, in no order: a first night counts tens of thousands.
fn gravest<'a, K: Ord>(students: &mut Vec<Student<'a>>, place: impl Fn(Student<'a>) -> K) -> Vec<Student<'a>> {
    // A place looks through all of a student's news: once a student, not once a comparison.
    let mut placed: Vec<(K, Student<'a>)> = students.drain(..).map(|student| (place(student), student)).collect();
    if placed.len() > MOST_STUDENTS {
        placed.select_nth_unstable_by(MOST_STUDENTS, |(one, _), (two, _)| one.cmp(two));
    }
    let others = placed.split_off(placed.len().min(MOST_STUDENTS));
    placed.sort_unstable_by(|(one, _), (two, _)| one.cmp(two));
    students.extend(placed.into_iter().map(|(_, student)| student));
    others.into_iter().map(|(_, student)| student).collect()
}

/// Leaves off the students whom the letter cannot hold; gives their entries' number.
fn cap(students: &mut Vec<Student<'_>>) -> u32 {
    if students.len() <= MOST_STUDENTS {
        return 0;
    }
    students.sort_by_cached_key(|student| student.claim());
    let left = students.split_off(MOST_STUDENTS);
    left.iter().map(|student| student.news.len() as u32).sum()
}

fn entries(student: Student<'_>, owner: usize, desk: &Desk<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = student.news.iter().map(|news| Entry::clone(&news.entry)).collect();
    for entry in &mut entries {
        (desk.fill)(entry);
        entry.strip = seen_by(owner, &entry.strip, desk.owners);
    }
    let flags = (desk.flags)(student.id());
    let open = open(&entries, owner, &flags, desk.owners);
    if let Some(first) = entries.first_mut() {
        // Once a student, not once an entry: the sentence is about the student.
        first.ask = ask(owner, &flags, desk.owners);
        first.open = open;
    }
    entries
}

/// The days of a strip that a reader may see: none without attendance, and suspensions as excused absences without behavior.
fn seen_by(reader: usize, strip: &str, owners: &Owners<'_>) -> String {
    let may = |area: &str| owners.may_be_told(reader, &Area(area.to_owned()), &[]);
    match (may("attendance"), may("behavior")) {
        (false, _) => String::new(),
        (true, false) => strip.replace('S', "E").replace('s', "e"),
        (true, true) => strip.to_owned(),
    }
}

/// Other open flags of the student that the reader knows of or may be told, one clause each; those in the letter itself are left out.
fn open(entries: &[Entry], reader: usize, flags: &[OpenFlag], owners: &Owners<'_>) -> Vec<String> {
    let others = flags.iter().filter(|flag| {
        let in_letter = entries.iter().any(|entry| entry.rule == flag.rule);
        // What nobody was written yet is held for a reason: it is not told by the way.
        !in_letter && flag.told.is_some() && owners.may_be_told(reader, &flag.area, &[])
    });
    let mut others: Vec<&OpenFlag> = others.collect();
    others.sort_by_key(|flag| (Reverse(flag.told), &flag.rule));
    let say = |flag: &&OpenFlag| {
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
fn ask(reader: usize, flags: &[OpenFlag], owners: &Owners<'_>) -> Vec<String> {
    let hidden = |flag: &&OpenFlag| flag.owner != reader && !owners.may_be_told(reader, &flag.area, &[]);
    let persons: BTreeSet<usize> = flags.iter().filter(hidden).map(|flag| flag.owner).collect();
    let say = |who: usize| {
        let person = owners.person(who);
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
///
/// The news is used up: on a first night there are tens of thousands.
fn tell(news: News, unwritten: bool) -> Option<Told> {
    let Entry {
        student_id,
        school_id,
        rule,
        episode,
        level,
        ..
    } = *news.entry;
    Some(Told {
        student_id,
        school_id,
        rule,
        episode,
        level: level?,
        unwritten,
        falls: false,
        why: news.why,
    })
}

fn counts<'a>(counted: impl Iterator<Item = &'a News>) -> Vec<FlagCount> {
    let mut counts: FxHashMap<(Reverse<Level>, &str), u32> = FxHashMap::default();
    for news in counted {
        if let Some(level) = news.entry.level {
            *counts.entry((Reverse(level), &news.entry.title)).or_default() += 1;
        }
    }
    let count = |((Reverse(level), title), students): ((Reverse<Level>, &str), u32)| FlagCount {
        title: title.to_owned(),
        level,
        students,
    };
    BTreeMap::from_iter(counts).into_iter().map(count).collect()
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
