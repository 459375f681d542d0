//! Letters that are no news of one night: the digest, the school letter, the team list. And what an owner's capacity leaves to the digest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::compose::{News, Told, compose_list};
use super::letter::school_of;
use super::post::{Act, Desk, Posted, address_letter, says_the_same};
use super::{Content, Entry, Kind, Letter, State};
use crate::school::Level;

/// A letter of a list, and whose it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The digest, the school letter or the team list.
    pub kind: Kind,
    /// The reader's staff number in [`Owners`](crate::routing::Owners).
    pub reader: usize,
    /// What stands in it by name, in any order.
    pub news: Vec<News>,
    /// Everything else that it says.
    pub content: Content,
}

/// Posts the lists of a round.
pub fn post_lists(lists: Vec<Listed>, posted: &[Posted], desk: &Desk<'_>) -> Vec<Act> {
    let post = |listed| post_list(listed, posted, desk);
    lists.into_iter().filter_map(post).collect()
}

/// Posts a list for this morning: once, however many rounds the morning sees. One that still waits gives way to one that says something
/// else; whether a digest or a team list is asked for again is not decided here. `None` where nothing is to be done.
fn post_list(listed: Listed, posted: &[Posted], desk: &Desk<'_>) -> Option<Act> {
    let person = desk.owners.person(listed.reader);
    let school = match (listed.kind, listed.news.first()) {
        (Kind::TeamList, Some(news)) => &news.entry.school_id,
        _ => school_of(listed.kind, &listed.content),
    };
    let same = |each: &&Posted| {
        let letter = &each.letter;
        let same_reader = letter.kind == listed.kind && letter.to_staff == person.staff_id;
        same_reader && letter.morning == desk.morning && school_of(letter.kind, &letter.content) == school
    };
    let before: Vec<&Posted> = posted.iter().filter(same).collect();
    let waiting = before.iter().find(|each| each.letter.state.may_be_replaced()).copied();
    let tried = before
        .iter()
        .any(|each| each.letter.state.tells() && !each.letter.state.may_be_replaced());
    // A storm is new in one round alone: one that a later round of the morning finds stands beside those that wait, or in a letter of its own.
    if tried && listed.kind != Kind::SchoolLetter {
        return None;
    }
    let (mut content, told) = compose_list(&listed, desk);
    if let (Kind::SchoolLetter, Some(each)) = (listed.kind, waiting) {
        let mut storms = each.letter.content.storms.clone();
        storms.extend(std::mem::take(&mut content.storms));
        content.storms = storms;
    }
    if waiting.is_some_and(|each| says_the_same(each, &content, &told)) {
        return None;
    }
    let mut letter = address_letter(listed.kind, &person.staff_id, desk.morning, content, posted, desk);
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

/// Parts nightly news into what its owners can carry this week and what waits for their digest. `left`: how many different students more
/// an owner can carry; owners who are not in it carry any number. Urgent news is always carried, and counts.
pub fn within_capacity(news: Vec<News>, left: &BTreeMap<usize, u32>) -> (Vec<News>, Vec<News>) {
    if left.is_empty() {
        return (news, Vec::new());
    }
    let mut claims: BTreeMap<usize, BTreeMap<&str, (bool, crate::school::Day)>> = BTreeMap::new();
    for each in news
        .iter()
        .filter(|each| each.kind == Kind::Nightly && left.contains_key(&each.owner))
    {
        let urgent = each.entry.level == Some(Level::Urgent);
        let claim = claims
            .entry(each.owner)
            .or_default()
            .entry(&each.entry.student_id)
            .or_insert((urgent, each.waiting_since));
        *claim = (claim.0 || urgent, claim.1.min(each.waiting_since));
    }
    let mut over: BTreeSet<(usize, String)> = BTreeSet::new();
    for (owner, students) in claims {
        let mut order: Vec<_> = students.into_iter().collect();
        order.sort_by_key(|(id, (urgent, since))| (Reverse(*urgent), *since, *id));
        let can_carry = left.get(&owner).copied().unwrap_or(u32::MAX) as usize;
        let rest = order.into_iter().skip(can_carry).filter(|(_, (urgent, _))| !urgent);
        over.extend(rest.map(|(id, _)| (owner, id.to_owned())));
    }
    news.into_iter()
        .partition(|each| each.kind != Kind::Nightly || !over.contains(&(each.owner, each.entry.student_id.clone())))
}

/// What a person discarded counts as told: one letter to nobody that is never sent, for the record.
pub fn discarded(told: Vec<Told>, posted: &[Posted], desk: &Desk<'_>) -> Option<Act> {
    if told.is_empty() {
        return None;
    }
    let content = Content {
        headline: "Discarded by hand: these flags count as told and were written to nobody.".to_owned(),
        ..Content::of(desk.as_of)
    };
    let mut letter = address_letter(Kind::Nightly, "nobody", desk.morning, content, posted, desk);
    letter.state = State::Discarded;
    Some(Act::Post { letter, told })
}

/// The entries of a letter of which nothing is told, such as a flag that was cleared: who was written about whom is on record all the same.
pub fn untold<'l>(letter: &'l Letter, told: &[Told]) -> Vec<&'l Entry> {
    // A letter names a few dozens and may count tens of thousands.
    let entries = &letter.content.entries;
    let mut untold: FxHashSet<(&str, &str)> = entries.iter().map(|entry| (&*entry.student_id, &*entry.rule)).collect();
    for told in told {
        untold.remove(&(&*told.student_id, &*told.rule));
    }
    let is_untold = |entry: &&Entry| untold.contains(&(&*entry.student_id, &*entry.rule));
    entries.iter().filter(is_untold).collect()
}

/// What a list tells: nothing but what it says of open flags.
pub fn told_by(news: &News, unwritten: bool) -> Option<Told> {
    let entry = &news.entry;
    Some(Told {
        student_id: entry.student_id.clone(),
        school_id: entry.school_id.clone(),
        rule: entry.rule.clone(),
        episode: entry.episode,
        level: entry.level?,
        unwritten,
        falls: entry.level < entry.before,
        why: news.why.clone(),
    })
}
