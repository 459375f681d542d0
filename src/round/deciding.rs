//! The night's letters: whose news it is, and what becomes of letters that still wait.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::Order;
use super::believing::Taken;
use super::edits::Edits;
use super::night::NightDone;
use super::posting::Posting;
use super::report;
use super::school_days;
use super::school_night::Nights;
use super::setup::Setup;
use crate::clock::Now;
use crate::facts::StudentIx;
use crate::monitor::Problem;
use crate::outbox::{self, Act, Desk, Entry, Letter};
use crate::records;
use crate::routing::{Caseload, Owners, Staff};
use crate::rules::Judge;
use crate::school::{Day, Level};
use crate::store::Store;
use crate::timeline::Almanac;

/// A judged night on its way into the store.
pub(super) struct Night<'n, 'a> {
    pub(super) as_of: Day,
    pub(super) now: &'n Now,
    pub(super) order: Order,
    pub(super) taken: &'n Taken,
    pub(super) night: &'n NightDone,
    /// Students and rules whose standing the changed rule itself raised in this round.
    pub(super) rule_changed: FxHashSet<(StudentIx, u16)>,
    pub(super) nights: &'n Nights<'a>,
    pub(super) almanac: &'n Almanac<'a>,
    /// What became of edits since the last round.
    pub(super) edits: &'n Edits,
}

/// What a night decided beside its standings.
pub(super) struct Decision {
    pub(super) staff: Vec<Staff>,
    pub(super) caseload: Vec<Caseload>,
    pub(super) acts: Vec<Act>,
    /// News that waits, by its hold.
    pub(super) waiting: BTreeMap<&'static str, u32>,
    /// What owners without news are told of.
    pub(super) told: WithoutNews,
    pub(super) morning: Day,
}

impl Decision {
    /// The letters to be posted, without numbers yet.
    pub(super) fn letters(&self) -> Vec<Letter> {
        let letter = |act: &Act| match act {
            Act::Post { letter, .. } | Act::Replace { letter, .. } => Some(letter.clone()),
            Act::Withdraw { .. } => None,
        };
        self.acts.iter().filter_map(letter).collect()
    }
}

/// Decides the night's letters. `store` is looked into as it was before the round.
pub(super) fn decide(
    setup: &Setup,
    store: &Store,
    night: &Night<'_, '_>,
    problems: &mut Vec<Problem>,
) -> Result<Decision, Problem> {
    let (books, edits) = (night.almanac.books(), night.edits);
    let staff = match &night.taken.staff {
        Some(staff) => staff.clone(),
        None => store.staff()?,
    };
    let caseload = caseload(store, &staff, night.taken)?;
    let morning = night
        .almanac
        .next_school_day(night.as_of)
        .unwrap_or(night.as_of.plus(1));
    let today = if night.order.as_of.is_some() {
        morning
    } else {
        night.now.today
    };
    let config = &setup.config;
    let owners = Owners::new(
        &staff,
        &caseload,
        &config.routes,
        &config.last_owner,
        &config.mail.allowed_domains,
        today,
    );
    problems.extend(owners.problems());
    let posting = Posting {
        books,
        rules: &setup.rules,
        nights: night.nights,
        ledger: &night.night.ledger,
        held: &night.taken.held,
        owners: &owners,
        as_of: night.as_of,
        began: night.night.began,
        rule_changed: night.rule_changed.clone(),
    };
    let mut found = posting.find();
    let posted = store.posted(morning)?;
    let missing = report::missing(night.almanac, night.nights, night.as_of, night.taken);
    let also = without_news(store, night, &owners)?;
    let judge = std::cell::RefCell::new(Judge::new(&setup.rules));
    let refresh = |letter: &Letter, told: &outbox::Told| {
        let before = told_elsewhere(store, letter.id, told);
        posting.again(told, before)
    };
    let fill = |entry: &mut Entry| posting.fill(&mut judge.borrow_mut(), entry);
    let next_morning = night.almanac.next_school_day(morning).unwrap_or(morning.plus(1));
    let due = |day: Day| due(setup, night, day);
    let desk = Desk {
        as_of: night.as_of,
        morning,
        next_morning,
        date: night.now.seconds,
        due: &due,
        from: &config.mail.from,
        atop: &missing.atop,
        also: &also.owners,
        late: &missing.late,
        owners: &owners,
        flags: &found.flags,
        refresh: &refresh,
        fill: &fill,
    };
    let mut acts = outbox::compose_letters(std::mem::take(&mut found.news), &posted, &desk);
    let reported = report::Night {
        taken: night.taken,
        nights: night.nights,
        ledger: &night.night.ledger,
        judged: &night.night.judged,
        found: &found,
        problems,
        as_of: night.as_of,
    };
    let (lines, looked_at) = (report::lines(&reported), report::looked_at(&reported));
    let address = &config.mail.operator;
    acts.extend(outbox::operator_report(
        &lines,
        looked_at.as_ref(),
        address,
        &posted,
        &desk,
    ));
    let told = (edits.headline.as_str(), edits.lines.as_slice());
    acts.extend(outbox::rule_edit_letters(told, &config.rules.editors, &posted, &desk));
    let waiting = found.held.iter().map(|(hold, count)| (hold.word(), *count)).collect();
    Ok(Decision {
        staff,
        caseload,
        acts,
        waiting,
        told: also,
        morning,
    })
}

/// Owners who would get nothing tonight and are told all the same that a feed has long been held or late.
#[derive(Default)]
pub(super) struct WithoutNews {
    owners: Vec<usize>,
    /// The held files of which they are told.
    pub(super) files: BTreeSet<usize>,
    /// The late feeds of which they are told, as a key and a value of the store.
    pub(super) feeds: Vec<(String, String)>,
}

/// Whoever was written as an owner this year is told once of each feed that is held or late for longer than five school days.
fn without_news(store: &Store, night: &Night<'_, '_>, owners: &Owners<'_>) -> Result<WithoutNews, Problem> {
    let books = night.almanac.books();
    let gates = &night.taken.gates;
    let is_long = |since: Day| school_days::since(books, since, gates.tonight()) > report::TELL_ALL_AFTER;
    let mut without = WithoutNews {
        files: gates.to_tell(is_long),
        ..WithoutNews::default()
    };
    for late in night.taken.late.iter().filter(|late| is_long(late.since)) {
        let table = late.tables.first().map_or("", |table| table.word());
        let (key, since) = (format!("late {table} told"), late.since.to_string());
        if store.meta(&key)?.as_ref() != Some(&since) {
            without.feeds.push((key, since));
        }
    }
    if !without.files.is_empty() || !without.feeds.is_empty() {
        let written = store.owners_written_since(books.year.start)?;
        without.owners = written.iter().filter_map(|staff| owners.number(staff)).collect();
    }
    Ok(without)
}

/// Written caseload rows, and those that last-name ranges become.
pub(super) fn caseload(store: &Store, staff: &[Staff], taken: &Taken) -> Result<Vec<Caseload>, Problem> {
    let before = store.caseload()?;
    let same = taken.caseload.is_none() && taken.staff.is_none() && taken.people.is_empty();
    if same {
        return Ok(before);
    }
    let mut rows = match &taken.caseload {
        Some(rows) => rows.clone(),
        None => before.into_iter().filter(|row| !row.from_range).collect(),
    };
    if staff.iter().any(|person| !person.last_names.is_empty()) {
        let mut people: BTreeMap<String, crate::directory::Person> = store
            .directory()?
            .into_iter()
            .map(|person| (person.student_id.clone(), person))
            .collect();
        people.extend(
            taken
                .people
                .iter()
                .map(|person| (person.student_id.clone(), person.clone())),
        );
        let people: Vec<crate::directory::Person> = people.into_values().collect();
        rows.extend(records::ranges(&people, staff));
    }
    rows.sort();
    rows.dedup();
    Ok(rows)
}

/// When a letter for a morning may be sent first: at once where a day was asked for or the morning has come, else at the hour.
fn due(setup: &Setup, night: &Night<'_, '_>, morning: Day) -> i64 {
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
