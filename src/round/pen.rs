//! From everything that a night writes to letters in the outbox.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::before::Before;
use super::deciding::{Meanwhile, Night, WithoutNews};
use super::found::{Found, KeptBack};
use super::posting::Posting;
use super::report;
use super::setup::Setup;
use super::weekly::Written;
use crate::crossings::Hold;
use crate::monitor::Problem;
use crate::outbox::{self, Act, Desk, Entry, Kind, Letter, OpenFlag, Posted};
use crate::rules::Judge;
use crate::school::{Day, Level};
use crate::store::Store;

/// What letters are made with.
pub(super) struct Pen<'p, 'a> {
    pub(super) setup: &'p Setup,
    pub(super) store: &'p Store,
    pub(super) night: &'p Night<'p, 'a>,
    pub(super) posting: &'p Posting<'p, 'a>,
    pub(super) before: &'p Before,
    pub(super) told: &'p WithoutNews,
    pub(super) morning: Day,
    pub(super) meanwhile: &'p Meanwhile<'p>,
}

/// The night's letters, and the news that is kept back.
pub(super) struct Penned {
    /// Letters that are handed over already.
    pub(super) handed: Vec<Arc<Vec<Act>>>,
    pub(super) acts: Vec<Act>,
    pub(super) kept_back: Vec<KeptBack>,
}

impl Pen<'_, '_> {
    /// The night's letters from everything that it writes.
    pub(super) fn acts(&self, written: Written, found: &mut Found, problems: &[Problem]) -> Penned {
        let Pen {
            setup,
            store,
            night,
            posting,
            before,
            ..
        } = *self;
        let posted = &before.posted;
        let overflow = written.overflow();
        let missing = report::missing(night.almanac, night.nights, night.as_of, night.taken);
        let unsaid = Unsaid::of(posted);
        let judge = RefCell::new(Judge::new(&setup.rules));
        let next_morning = night.almanac.next_school_day(self.morning);
        let desk = Desk {
            as_of: night.as_of,
            morning: self.morning,
            next_morning: next_morning.unwrap_or(self.morning.plus(1)),
            date: night.now.seconds,
            due: &|day: Day| may_be_sent(setup, night, day),
            from: &setup.config.mail.from,
            atop: &missing.atop,
            also: &self.told.owners,
            late: &missing.late,
            owners: posting.owners,
            flags: &|student_id: &str| {
                let mut flags = posting.flags(student_id);
                unsaid.take_back(store, &mut flags);
                flags
            },
            refresh: &|letter: &Letter, told: &outbox::Told| {
                posting.again(letter, told, told_elsewhere(store, letter.id, told))
            },
            storms: &written.storms,
            overflow: &overflow,
            references: &|told: &[outbox::Told]| before.lately.references(told),
            fill: &|entry: &mut Entry| posting.fill(&mut judge.borrow_mut(), entry),
        };
        let nightly = written.news.iter().filter(|news| news.kind == Kind::Nightly);
        let mut offered: Vec<KeptBack> = nightly.map(|news| KeptBack::of(news, Hold::Cap.word())).collect();
        let listed = written.lists.iter().flat_map(|list| &list.news);
        let joining = listed.filter(|news| news.entry.group.is_news());
        offered.extend(joining.map(|news| KeptBack::of(news, "digest")));
        let mut acts = outbox::compose_letters(written.news, posted, &desk);
        let mut handed = Vec::new();
        // Where no letter waits and none is of this morning none gives way to another: a first night's, with tens of thousands of flags, does
        // not wait for the rest.
        if posted.is_empty() {
            let letters = Arc::new(std::mem::take(&mut acts));
            (self.meanwhile.letters)(&letters);
            handed.push(letters);
        }
        acts.extend(outbox::post_lists(written.lists, posted, &desk));
        acts.extend(outbox::discarded(std::mem::take(&mut found.discarded), posted, &desk));
        acts.extend(to_operator_and_editors(setup, night, found, problems, posted, &desk));
        let mut kept_back = std::mem::take(&mut found.kept_back);
        let all = handed.iter().flat_map(|acts| acts.iter()).chain(&acts);
        kept_back.extend(left_off(&offered, all, posted));
        Penned {
            handed,
            acts,
            kept_back,
        }
    }
}

/// The operator's report, and what editors of rules are told of their edits.
fn to_operator_and_editors(
    setup: &Setup,
    night: &Night<'_, '_>,
    found: &Found,
    problems: &[Problem],
    posted: &[Posted],
    desk: &Desk<'_>,
) -> Vec<Act> {
    let config = &setup.config;
    let reported = report::Night {
        taken: night.taken,
        nights: night.nights,
        ledger: &night.night.ledger,
        judged: &night.night.judged,
        found,
        problems,
        as_of: night.as_of,
    };
    let (lines, looked_at) = (report::lines(&reported), report::looked_at(&reported));
    let report = outbox::operator_report(&lines, looked_at.as_ref(), &config.mail.operator, posted, desk);
    let told = (night.edits.headline.as_str(), night.edits.lines.as_slice());
    let mut acts = Vec::from_iter(report);
    acts.extend(outbox::rule_edit_letters(told, &config.rules.editors, posted, desk));
    acts
}

/// What letters that still wait told of flags is as if unsaid: written again they say what they said, and not that a flag was told before.
struct Unsaid<'p> {
    /// The letter and its line, by student and rule.
    lines: BTreeMap<(&'p str, &'p str), (i64, &'p outbox::Told)>,
}

impl<'p> Unsaid<'p> {
    fn of(posted: &'p [Posted]) -> Unsaid<'p> {
        let waiting = posted.iter().filter(|each| each.letter.state.may_be_replaced());
        let lines = waiting.flat_map(|each| each.told.iter().map(|told| (each.letter.id, told)));
        let lines = lines.filter(|(_, told)| !told.is_copy());
        let keyed = lines.map(|(letter, told)| ((&*told.student_id, &*told.rule), (letter, told)));
        Unsaid { lines: keyed.collect() }
    }

    fn take_back(&self, store: &Store, flags: &mut [OpenFlag]) {
        for flag in flags.iter_mut().filter(|flag| flag.told.is_some()) {
            if let Some((letter, told)) = self.lines.get(&(&*flag.student_id, &*flag.rule)) {
                flag.told = told_elsewhere(store, *letter, told);
            }
        }
    }
}

/// News that found no place in a letter tonight: it is full, or this morning's is on its way.
fn left_off<'a>(offered: &[KeptBack], acts: impl Iterator<Item = &'a Act>, posted: &'a [Posted]) -> Vec<KeptBack> {
    // A first night offers nothing and tells tens of thousands.
    if offered.is_empty() {
        return Vec::new();
    }
    let told = acts
        .flat_map(Act::told)
        .chain(posted.iter().flat_map(|each| &each.told))
        .filter(|told| !told.is_copy());
    let told: BTreeSet<(&str, &str, Level)> = told.map(|told| (&*told.student_id, &*told.rule, told.level)).collect();
    let is_left = |one: &&KeptBack| !told.contains(&(&one.student_id, &one.rule, one.level));
    offered.iter().filter(is_left).cloned().collect()
}

/// When a letter for a morning may be sent first: at once where a day was asked for or the morning has come, else at the hour.
fn may_be_sent(setup: &Setup, night: &Night<'_, '_>, morning: Day) -> i64 {
    if night.order.as_of.is_some() || morning <= night.now.today {
        return 0;
    }
    let hour = setup.config.inbox.ring_at;
    setup.seconds_at(morning, hour)
}

fn told_elsewhere(store: &Store, letter: i64, told: &outbox::Told) -> Option<Level> {
    store
        .told_without(letter, &told.student_id, &told.rule, told.episode)
        .ok()
        .flatten()
}
