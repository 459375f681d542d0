//! The letters of a night that is only looked at.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::District;
use crate::facts::StudentIx;
use crate::outbox::{self, Act, Desk, Told};
use crate::round::holding::{Holds, Seen};
use crate::round::ledger::Ledger;
use crate::round::posting::Posting;
use crate::round::weekly::digest_is_due;
use crate::round::{Held, school_night::Nights};
use crate::routing::{Owners, turns};
use crate::rules::RuleSet;
use crate::school::Day;

/// Whoever knows who owns what on each morning.
pub(super) struct Office<'d> {
    district: District<'d>,
    /// The days on which owners may change.
    turns: Vec<Day>,
    /// Storms seen on the way, and what contacts and plans keep quiet. Silences are of today and of no past night.
    holds: Holds,
    /// The morning of the last digest.
    digest: Option<Day>,
    /// Whether a night lies behind: the first one brings no digest.
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
    pub(super) seen: &'n [Seen],
}

/// What a night would have written.
pub(super) struct Written {
    /// The letters of news.
    pub(super) letters: Vec<Act>,
    /// What a digest told, and what it let fall.
    pub(super) digest: Vec<Told>,
}

impl<'d> Office<'d> {
    pub(super) fn new(district: District<'d>) -> Office<'d> {
        Office {
            turns: turns(district.staff, district.caseload),
            owners: None,
            holds: Holds::new(district.config),
            digest: None,
            begun: false,
            district,
        }
    }

    /// The letters of the night, as they are posted. Every letter of the night before has left by then.
    pub(super) fn letters(&mut self, night: &Night<'_, '_>) -> Written {
        let almanac = self.district.almanac;
        let config = self.district.config;
        let morning = almanac.next_school_day(night.as_of).unwrap_or(night.as_of.plus(1));
        let next_morning = almanac.next_school_day(morning).unwrap_or(morning.plus(1));
        let held = Held::default();
        let for_digest = self.begun && digest_is_due(almanac, &config.letters, morning, self.digest);
        self.begun = true;
        if for_digest {
            self.digest = Some(morning);
        }
        self.owners(morning);
        self.holds.see(night.seen, night.nights, night.as_of);
        let (holds, owners) = (&self.holds, &self.owners);
        let Some((_, owners)) = owners else {
            return Written {
                letters: Vec::new(),
                digest: Vec::new(),
            };
        };
        let refused = BTreeMap::new();
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
            kept: &BTreeMap::new(),
            holds,
            refused: &refused,
            for_digest,
        };
        let mut found = posting.find();
        if let Some(only) = night.only {
            found.news.retain(|news| news.entry.rule == only);
        }
        let desk = Desk {
            as_of: night.as_of,
            morning,
            next_morning,
            date: 0,
            due: &|_| 0,
            from: &config.mail.from,
            atop: &[],
            also: &[],
            late: &[],
            owners,
            flags: &[],
            refresh: &|_, _| None,
            storms: &BTreeMap::new(),
            overflow: &BTreeMap::new(),
            references: &|_| Vec::new(),
            fill: &|_| {},
        };
        let mut digest: Vec<Told> = found
            .digest
            .iter()
            .filter_map(|news| outbox::told_by(news, false))
            .collect();
        if for_digest {
            digest.extend(posting.fallen());
        }
        Written {
            letters: outbox::compose_letters(found.news, &[], &desk),
            digest,
        }
    }

    /// The owners on a day; made anew only where somebody comes or goes.
    fn owners(&mut self, today: Day) {
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
            (turn, owners)
        };
        self.owners.get_or_insert_with(make);
    }
}
