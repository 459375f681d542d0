//! From news to letters: one letter of a kind per owner and morning, however many rounds the morning sees.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::compose::{News, OpenFlag, Told, compose};
use super::letter::school_of;
use super::{Content, Entry, Kind, Letter, ReportLine, State, StormCount, letter_key, message_id};
use crate::routing::Owners;
use crate::school::{Day, Level};

/// A letter that is already in the outbox, and what it tells. A round needs every letter that waits, and of this
/// morning and later ones those of every state.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The letter.
    pub letter: Letter,
    /// What it tells.
    pub told: Vec<Told>,
}

/// Something to do in the outbox, committed together with the standings.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Post a letter; `told` goes with it.
    Post {
        /// The letter, without a number yet.
        letter: Letter,
        /// What it tells.
        told: Vec<Told>,
    },
    /// Post a letter in the place of one that still waits, which becomes [`State::Replaced`].
    Replace {
        /// The number of the letter that waits.
        id: i64,
        /// The letter that takes its place.
        letter: Letter,
        /// What it tells.
        told: Vec<Told>,
    },
    /// Nothing of a waiting letter is still so: it becomes [`State::Replaced`] and nothing takes its place.
    Withdraw {
        /// The number of the letter that waits.
        id: i64,
    },
}

impl Act {
    /// What the letter tells that is posted here; nothing where one is withdrawn.
    pub fn told(&self) -> &[Told] {
        match self {
            Act::Post { told, .. } | Act::Replace { told, .. } => told,
            Act::Withdraw { .. } => &[],
        }
    }
}

/// Kinds of letters that one round writes from its news, and that a later one writes again while they wait.
const OWNED: [Kind; 4] = [Kind::Nightly, Kind::StartingList, Kind::Reminder, Kind::Handover];

/// One morning's desk: everything that letters need besides the news.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The day up to which facts were known.
    pub as_of: Day,
    /// The school morning that letters are for.
    pub morning: Day,
    /// The school morning after it, for news that comes when this morning's letter is already on its way.
    pub next_morning: Day,
    /// The Date header, seconds since 1970.
    pub date: i64,
    /// Not to be tried before, seconds since 1970, by morning.
    pub due: &'a dyn Fn(Day) -> i64,
    /// The sender's address; its domain is the Message-ID's.
    pub from: &'a str,
    /// Feeds that have been held for long, as sentences; they stand atop every owner's letter.
    pub atop: &'a [String],
    /// Owners who are told of such feeds even where they would get nothing.
    pub also: &'a [usize],
    /// Feeds that are late or held, as sentences.
    pub late: &'a [String],
    /// Everybody who may own news.
    pub owners: &'a Owners<'a>,
    /// A student's open flags, whoever owns them: asked of those alone whom a letter names.
    pub flags: &'a dyn Fn(&str) -> Vec<OpenFlag>,
    /// What a waiting letter's line would say tonight, as if that letter had not been written; `None`: nothing any more.
    pub refresh: &'a dyn Fn(&Letter, &Told) -> Option<News>,
    /// Flags of storms that wait, as counts by owner: the owner is told that there are some, and of nobody by name.
    pub storms: &'a BTreeMap<usize, Vec<StormCount>>,
    /// Students whom their owner's capacity leaves to the digest, by owner.
    pub overflow: &'a BTreeMap<usize, u32>,
    /// Message-IDs of earlier letters about what a letter tells, oldest first: one thread per episode.
    pub references: &'a dyn Fn(&[Told]) -> Vec<String>,
    /// Adds what only a named entry needs: why in numbers, the next step, the strip, what is going on. A first night has
    /// tens of thousands of flags of which a few hundred are named.
    pub fill: &'a dyn Fn(&mut Entry),
}

/// Groups news into letters. Of `posted`, what still waits is written again with tonight's numbers and the new news, or
/// withdrawn; where this morning's letter has been tried, its owner's news is for the next morning. Watch is never in a
/// nightly letter, and what is not above the level told before is no news.
pub fn compose_letters(news: Vec<News>, posted: &[Posted], desk: &Desk<'_>) -> Vec<Act> {
    let waiting: Vec<&Posted> = posted.iter().filter(|each| is_replaceable(each)).collect();
    let mut acts = Vec::new();
    let mut taken_up = BTreeSet::new();
    let mut groups = group(news, &waiting, desk);
    add_without_news(&mut groups, &waiting, desk);
    for ((kind, owner), news) in groups {
        let slot = Slot {
            kind,
            owner,
            to_staff: &desk.owners.person(owner).staff_id,
        };
        // One that no morning sent yet gives way too: the newer letter says it, and nothing goes out late beside it.
        let own = waiting.iter().copied().filter(|each| slot.is_of(&each.letter));
        let own_waiting = own.max_by_key(|each| each.letter.morning);
        taken_up.extend(own_waiting.map(|each| each.letter.id));
        if let Some(morning) = slot.morning(own_waiting, posted, desk) {
            let mut written = compose(kind, owner, news, desk);
            if kind == Kind::Nightly {
                written.0.storms = desk.storms.get(&owner).cloned().unwrap_or_default();
                written.0.overflow = desk.overflow.get(&owner).copied().unwrap_or_default();
            }
            acts.extend(slot.act(morning, written, own_waiting, posted, desk));
        }
    }
    let gone = waiting
        .iter()
        .map(|each| each.letter.id)
        .filter(|id| !taken_up.contains(id));
    acts.extend(gone.map(|id| Act::Withdraw { id }));
    acts
}

/// Adds the owners who get nothing but counts of a storm, and nothing but what stands atop: those to be told now, and those whose letter
/// about it still waits.
fn add_without_news(groups: &mut BTreeMap<(Kind, usize), Vec<News>>, waiting: &[&Posted], desk: &Desk<'_>) {
    for owner in desk.storms.keys() {
        groups.entry((Kind::Nightly, *owner)).or_default();
    }
    if desk.atop.is_empty() {
        return;
    }
    let about_it = |each: &&&Posted| each.told.is_empty() && !each.letter.content.atop.is_empty();
    let still = waiting.iter().filter(about_it);
    let still = still.filter_map(|each| desk.owners.number(&each.letter.to_staff));
    for owner in desk.also.iter().copied().chain(still) {
        let has_news = [Kind::Nightly, Kind::StartingList].map(|kind| groups.contains_key(&(kind, owner)));
        if has_news == [false, false] {
            groups.insert((Kind::Nightly, owner), Vec::new());
        }
    }
}

/// The operator's report. Lines that one of the morning's reports already holds are not said again; a report that still
/// waits takes the new lines in. `beside` is said with other lines, or on a morning without a report: by itself it is no news, for a round
/// over equal facts looks at students too. `None` where there is nothing new.
pub fn operator_report(
    lines: &[ReportLine],
    beside: Option<&ReportLine>,
    address: &str,
    posted: &[Posted],
    desk: &Desk<'_>,
) -> Option<Act> {
    let todays = |each: &&Posted| {
        each.letter.kind == Kind::OperatorReport
            && each.letter.morning == desk.morning
            && each.letter.state != State::Replaced
    };
    let todays: Vec<&Posted> = posted.iter().filter(todays).collect();
    let mut said: Vec<&ReportLine> = todays.iter().flat_map(|each| &each.letter.content.report).collect();
    let mut fresh: Vec<ReportLine> = Vec::new();
    for line in lines {
        if !said.contains(&line) {
            said.push(line);
            fresh.push(line.clone());
        }
    }
    if !fresh.is_empty() || todays.is_empty() {
        fresh.extend(beside.filter(|line| !said.contains(line)).cloned());
    }
    if fresh.is_empty() {
        return None;
    }
    let waiting = todays.into_iter().find(|each| each.letter.state.may_be_replaced());
    let mut report = waiting.map_or_else(Vec::new, |each| each.letter.content.report.clone());
    report.extend(fresh);
    let content = Content {
        report,
        ..Content::of(desk.as_of)
    };
    let mut letter = address_letter(Kind::OperatorReport, "operator", desk.morning, content, posted, desk);
    address.clone_into(&mut letter.address);
    let told = Vec::new();
    Some(match waiting {
        Some(each) => Act::Replace {
            id: each.letter.id,
            letter,
            told,
        },
        None => Act::Post { letter, told },
    })
}

fn is_replaceable(posted: &Posted) -> bool {
    let letter = &posted.letter;
    OWNED.contains(&letter.kind) && letter.state.may_be_replaced()
}

/// All news by kind and owner: what is new, and what waiting letters say as far as it is still so.
fn group(news: Vec<News>, waiting: &[&Posted], desk: &Desk<'_>) -> BTreeMap<(Kind, usize), Vec<News>> {
    let mut groups: BTreeMap<(Kind, usize), Vec<News>> = BTreeMap::new();
    let mut seen: FxHashSet<(String, String, usize, Option<Kind>)> = FxHashSet::default();
    // The owner belongs to it: a copy to a case manager is the same news in another letter.
    let key = |news: &News| {
        let about = matches!(news.kind, Kind::Reminder | Kind::Handover).then_some(news.kind);
        let entry = &news.entry;
        (entry.student_id.clone(), entry.rule.clone(), news.owner, about)
    };
    let mut add = |news: News| {
        // Tonight's news says each thing once; only a letter that waits can say it again.
        if is_news(&news) && (waiting.is_empty() || seen.insert(key(&news))) {
            groups.entry((news.kind, news.owner)).or_default().push(news);
        }
    };
    for mut each in news {
        let is_ordinary = each.kind == Kind::Nightly;
        let on_list = waiting
            .iter()
            .find(|posted| is_ordinary && posted.letter.kind == Kind::StartingList && tells_of(posted, &each));
        if let Some(list) = on_list {
            // Worse since the list was written, and the list still waits: it says so itself.
            each.kind = Kind::StartingList;
            list.letter.content.headline.clone_into(&mut each.headline);
        }
        add(each);
    }
    for posted in waiting {
        let refreshed = posted
            .told
            .iter()
            .filter_map(|told| (desk.refresh)(&posted.letter, told));
        for mut again in refreshed {
            // Why it came late was known to the round that wrote it first.
            let entries = &posted.letter.content.entries;
            let same = entries
                .iter()
                .find(|entry| entry.student_id == again.entry.student_id && entry.rule == again.entry.rule);
            if let Some(same) = same {
                again.entry.held.clone_from(&same.held);
            }
            if posted.letter.kind == Kind::StartingList {
                again.kind = Kind::StartingList;
                posted.letter.content.headline.clone_into(&mut again.headline);
            }
            add(again);
        }
    }
    groups
}

fn tells_of(posted: &Posted, news: &News) -> bool {
    posted
        .told
        .iter()
        .any(|told| told.student_id == news.entry.student_id && told.rule == news.entry.rule)
}

fn is_news(news: &News) -> bool {
    let entry = &news.entry;
    if matches!(news.kind, Kind::Reminder | Kind::Handover) {
        // They bring to mind what was told before.
        return entry.level.is_some();
    }
    entry.level > entry.before && (news.kind != Kind::Nightly || entry.level >= Some(Level::Concern))
}

/// One owner's letters of one kind.
struct Slot<'a> {
    kind: Kind,
    owner: usize,
    to_staff: &'a str,
}

impl Slot<'_> {
    fn is_of(&self, letter: &Letter) -> bool {
        letter.kind == self.kind && letter.to_staff == self.to_staff
    }

    /// The morning to write for: that of the letter that waits, else the first of the two whose letter has not been
    /// tried. `None`: the news waits for another round.
    fn morning(&self, waiting: Option<&Posted>, posted: &[Posted], desk: &Desk<'_>) -> Option<Day> {
        let not_past = waiting
            .map(|each| each.letter.morning)
            .filter(|morning| *morning >= desk.morning);
        if not_past.is_some() {
            return not_past;
        }
        let tried = |morning: &Day| {
            let letters = posted.iter().map(|each| &each.letter);
            let mut own = letters.filter(|letter| self.is_of(letter) && letter.morning == *morning);
            own.any(|letter| !matches!(letter.state, State::Waiting | State::Replaced))
        };
        [desk.morning, desk.next_morning]
            .into_iter()
            .find(|morning| !tried(morning))
    }

    fn act(
        &self,
        morning: Day,
        (content, told): (Content, Vec<Told>),
        waiting: Option<&Posted>,
        posted: &[Posted],
        desk: &Desk<'_>,
    ) -> Option<Act> {
        if waiting.is_some_and(|each| each.letter.morning == morning && says_the_same(each, &content, &told)) {
            return None;
        }
        let person = desk.owners.person(self.owner);
        let mut letter = address_letter(self.kind, self.to_staff, morning, content, posted, desk);
        letter.address = person.email.trim().to_owned();
        letter.to_name.clone_from(&person.name);
        Some(match waiting {
            Some(each) => Act::Replace {
                id: each.letter.id,
                letter,
                told,
            },
            None => Act::Post { letter, told },
        })
    }
}

pub(super) fn says_the_same(posted: &Posted, content: &Content, told: &[Told]) -> bool {
    let before: BTreeSet<&Told> = posted.told.iter().collect();
    posted.letter.content == *content && before == told.iter().collect()
}

pub(super) fn address_letter(
    kind: Kind,
    to_staff: &str,
    morning: Day,
    content: Content,
    posted: &[Posted],
    desk: &Desk<'_>,
) -> Letter {
    let school = school_of(kind, &content).to_owned();
    let same_key = |each: &&Posted| {
        let letter = &each.letter;
        let same_reader = letter.kind == kind && letter.to_staff == to_staff && letter.morning == morning;
        same_reader && school_of(kind, &letter.content) == school
    };
    let serial = posted.iter().filter(same_key).count();
    Letter {
        id: 0,
        kind,
        to_staff: to_staff.to_owned(),
        address: String::new(),
        to_name: String::new(),
        morning,
        message_id: message_id(&letter_key(kind, to_staff, morning, &school), serial, desk.from),
        date: desk.date,
        content,
        state: State::Waiting,
        attempts: 0,
        not_before: (desk.due)(morning),
        answer: String::new(),
    }
}
