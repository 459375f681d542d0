//! The letters of a night that is only looked at.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::District;
use super::memory::Memory;
use crate::facts::StudentIx;
use crate::monitor::Problem;
use crate::outbox::{self, Act, Desk, Letter, Told};
use crate::round::found::Found;
use crate::round::holding::{Holds, Seen};
use crate::round::ledger::{Changes, Ledger};
use crate::round::posting::Posting;
use crate::round::weekly::{Due, Tonight, Week, Written};
use crate::round::{Held, school_night::Nights};
use crate::routing::{Owners, turns};
use crate::rules::RuleSet;
use crate::school::Day;
use crate::store::Storm;

/// Whoever knows who owns what on each morning, and what letters said before.
pub(super) struct Office<'d> {
    district: District<'d>,
    /// The days on which owners may change.
    turns: Vec<Day>,
    /// Storms seen on the way, silences of the day, and what contacts and plans keep quiet.
    holds: Holds,
    memory: Memory,
    /// Whether a night lies behind: what comes by the calendar begins after the first one.
    begun: bool,
    /// The owners at hand, and how many turns lie behind them.
    owners: Option<(usize, Owners<'d>)>,
}

/// A night whose letters are asked for.
pub(super) struct Night<'n, 'a> {
    pub(super) rules: &'n RuleSet,
    /// The one rule whose letters are asked for; without it all.
    pub(super) only: Option<&'n str>,
    pub(super) nights: &'n Nights<'a>,
    pub(super) ledger: &'n Ledger,
    pub(super) as_of: Day,
    pub(super) began: Day,
    pub(super) rule_changed: FxHashSet<(StudentIx, u16)>,
    pub(super) changes: &'n Changes,
    pub(super) seen: &'n [Seen],
}

/// A night's letters, each with what it tells.
pub(super) struct Letters {
    pub(super) letters: Vec<(Letter, Vec<Told>)>,
    /// The school morning that they are for.
    pub(super) morning: Day,
    /// Students whom a person's capacity leaves to the digest, by staff id.
    pub(super) over: BTreeMap<String, BTreeSet<String>>,
}

impl<'d> Office<'d> {
    pub(super) fn new(district: District<'d>) -> Office<'d> {
        Office {
            turns: turns(district.staff, district.caseload),
            owners: None,
            holds: Holds::new(district.config),
            memory: Memory::default(),
            begun: false,
            district,
        }
    }

    /// The letters of the night, as they are posted. Every letter of the night before has left by then, and these leave, too.
    pub(super) fn letters(&mut self, night: &Night<'_, '_>) -> Result<Letters, Problem> {
        let almanac = self.district.almanac;
        let config = self.district.config;
        let morning = almanac.next_school_day(night.as_of).unwrap_or(night.as_of.plus(1));
        let due = match std::mem::replace(&mut self.begun, true) {
            true => Due::on(morning, almanac, &config.letters, &self.memory)?,
            false => Due::default(),
        };
        self.turn(morning);
        self.holds.be_silent(self.district.silences, morning);
        let fresh = self.fresh(night);
        self.memory.see(night.changes);
        let Some((_, owners)) = &self.owners else {
            return Ok(Letters {
                morning,
                letters: Vec::new(),
                over: BTreeMap::new(),
            });
        };
        let held = Held::default();
        let posting = Posting {
            books: almanac.books(),
            rules: night.rules,
            nights: night.nights,
            ledger: night.ledger,
            held: &held,
            owners,
            as_of: night.as_of,
            began: night.began,
            rule_changed: night.rule_changed.clone(),
            copies: &config.copies,
            copied: self.memory.copied(),
            last_reader: &|case| self.memory.reader((case.student, case.number, case.standing.episode)),
            kept: &BTreeMap::new(),
            holds: &self.holds,
            refused: &BTreeMap::new(),
            detail: &[],
            for_digest: due.digest,
        };
        let spoken = self.memory.spoken();
        let week = Week {
            posting: &posting,
            owners,
            ledger: night.ledger,
            past: &self.memory,
            spoken: &spoken,
            letters: &config.letters,
            as_of: night.as_of,
            morning,
        };
        let mut found = posting.find();
        night.keep_to_rule(&mut found);
        let tonight = Tonight {
            due,
            before: &spoken,
            posted: &[],
            fresh: &fresh,
            open: &self.holds.open(night.nights, night.as_of),
            nights: (0, 0),
        };
        let mut written = week.written(&mut found, &tonight)?;
        let overflow = written.overflow();
        let over = std::mem::take(&mut written.over).into_iter();
        let over = over.map(|(owner, students)| (owners.person(owner).staff_id.clone(), students));
        let over = over.collect();
        let letters = composed(written, &overflow, night.as_of, morning, owners, self.district);
        for (letter, told) in &letters {
            self.memory.hear(almanac.books(), night.ledger, letter, told);
        }
        Ok(Letters { letters, morning, over })
    }

    /// The storms that the night saw first; of those that are asked for.
    fn fresh(&mut self, night: &Night<'_, '_>) -> Vec<Storm> {
        let seen = self.holds.see(night.seen, night.nights, night.as_of).into_iter();
        let fresh = seen.filter(|(storm, new)| *new && night.is_asked(&storm.rule));
        fresh.map(|(storm, _)| storm).collect()
    }

    /// The owners on a day; made anew only where somebody comes or goes.
    fn turn(&mut self, today: Day) {
        let turn = self.turns.partition_point(|day| *day <= today);
        let District {
            config,
            staff,
            caseload,
            ..
        } = self.district;
        let stale = self.owners.as_ref().is_none_or(|(made, _)| *made != turn);
        if stale {
            self.owners = None;
        }
        let make = || {
            let owners = Owners::new(
                staff,
                caseload,
                &config.routes,
                &config.last_owner,
                &config.mail.allowed_domains,
                today,
            );
            (turn, owners.sharing(&config.mail.shared_mailboxes))
        };
        self.owners.get_or_insert_with(make);
    }
}

impl Night<'_, '_> {
    fn is_asked(&self, rule: &str) -> bool {
        self.only.is_none_or(|only| only == rule)
    }

    /// Leaves out the news of rules that are judged only because the one asked for reads them.
    fn keep_to_rule(&self, found: &mut Found) {
        if self.only.is_none() {
            return;
        }
        found.news.retain(|news| self.is_asked(&news.entry.rule));
        found.digest.retain(|news| self.is_asked(&news.entry.rule));
        let id = |number: u16| self.ledger.rules.name(u32::from(number));
        found.sheltered.retain(|flag| self.is_asked(id(flag.rule)));
    }
}

/// Makes letters of what a night writes. Nobody reads them: what only a reader needs is left out.
fn composed(
    written: Written,
    overflow: &BTreeMap<usize, u32>,
    as_of: Day,
    morning: Day,
    owners: &Owners<'_>,
    district: District<'_>,
) -> Vec<(Letter, Vec<Told>)> {
    let desk = Desk {
        as_of,
        morning,
        next_morning: district.almanac.next_school_day(morning).unwrap_or(morning.plus(1)),
        date: 0,
        due: &|_| 0,
        from: &district.config.mail.from,
        atop: &[],
        also: &[],
        late: &[],
        owners,
        flags: &|_| Vec::new(),
        refresh: &|_, _| None,
        storms: &written.storms,
        overflow,
        references: &|_| Vec::new(),
        fill: &|_| {},
    };
    let mut acts = outbox::compose_letters(written.news, &[], &desk);
    acts.extend(outbox::post_lists(written.lists, &[], &desk));
    let posted = |act| match act {
        Act::Post { letter, told } => Some((letter, told)),
        Act::Replace { .. } | Act::Withdraw { .. } => None,
    };
    acts.into_iter().filter_map(posted).collect()
}
