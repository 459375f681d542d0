//! What a round takes from the store: standings as the last round left them.

use serde::{Deserialize, Serialize};

use super::ledger::{Ledger, RuleAtSchool, Said};
use super::setup::Setup;
use crate::crossings::Baseline;
use crate::facts::{Names, SchoolIx, StudentIx};
use crate::monitor::Problem;
use crate::outbox::State;
use crate::rules::RuleSet;
use crate::school::{Day, SchoolYear};
use crate::store::{SchoolRule, Store};

/// What a rule at a school keeps beside its last day and digest.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    baseline: Baseline,
    through: Option<Day>,
}

/// How far a rule has come at a school, as the store keeps it.
pub(super) fn kept(at_school: &RuleAtSchool) -> SchoolRule {
    let kept = Kept {
        baseline: at_school.baseline,
        through: at_school.through,
    };
    SchoolRule {
        judged: at_school.last,
        digest: at_school.digest.clone(),
        baseline: serde_json::to_string(&kept).unwrap_or_default(),
    }
}

/// Whether a rule has taken its baseline at a school: until then it makes starting lists and no news.
pub(super) fn has_baseline(state: &SchoolRule) -> bool {
    let kept: Kept = serde_json::from_str(&state.baseline).unwrap_or_default();
    kept.baseline.done.is_some()
}

/// Standings as the last round left them, with the rules at work numbered first.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn ledger_of(store: &Store, rules: &RuleSet, year: &SchoolYear, names: &Names) -> Result<Ledger, Problem> {
    let mut ledger = Ledger::default();
    for rule in rules.rules() {
        ledger.rules.intern(rule.id());
    }
    for (rule, standings) in store.load_standings(year)? {
        let number = ledger.rules.intern(&rule) as u16;
        ledger.standings.extend(
            standings
                .into_iter()
                .map(|(student, standing)| ((student, number), standing)),
        );
    }
    if !store.letters(&[State::Refused])?.is_empty() {
        forget_refused(store, year, &mut ledger, names)?;
    }
    for ((rule, school), state) in store.load_school_rules(year)? {
        let number = ledger.rules.intern(&rule) as u16;
        let kept: Kept = serde_json::from_str(&state.baseline).unwrap_or_default();
        let at_school = RuleAtSchool {
            last: state.judged,
            through: kept.through,
            digest: state.digest,
            baseline: kept.baseline,
        };
        ledger.desks.insert((school, number), at_school);
    }
    for (rule, bytes) in store.load_nights(year)? {
        let number = ledger.rules.intern(&rule) as usize;
        if ledger.said.len() <= number {
            ledger.said.resize_with(number + 1, Vec::new);
        }
        ledger.said[number] = bytes.into_iter().map(Said).collect();
    }
    Ok(ledger)
}

/// What a refused letter told, nobody read: told is counted again from the letters that stand.
fn forget_refused(store: &Store, year: &SchoolYear, ledger: &mut Ledger, names: &Names) -> Result<(), Problem> {
    let tolds = store.tolds(year)?;
    for ((student, rule), standing) in &mut ledger.standings {
        let key = (
            names.students.name(student.0).to_owned(),
            ledger.rules.name(u32::from(*rule)).to_owned(),
            standing.episode,
        );
        let told = tolds.get(&key).copied();
        standing.told = told
            .as_ref()
            .map(|told| told.level)
            .filter(|_| standing.level.is_some());
        standing.told_unwritten = standing.told.is_some() && told.is_some_and(|told| !told.written);
    }
    Ok(())
}

/// Goes live: everything told in rehearsal is put back, and every rule takes a fresh baseline, at one school or at all.
///
/// # Errors
///
/// A problem where the store cannot be written; nothing is changed then.
pub fn take_fresh_baseline(setup: &Setup, year: &SchoolYear, school: Option<SchoolIx>) -> Result<(), Problem> {
    let store = setup.store()?;
    let books = store.load_books(*year)?;
    let mut ledger = ledger_of(&store, &setup.rules, year, &books.names)?;
    let id = school.map(|school| books.names.schools.name(u32::from(school.0)).to_owned());
    let tx = store.begin()?;
    tx.put_told_back(id.as_deref())?;
    tx.withdraw_waiting()?;
    let at_school = |student: StudentIx| {
        let stays = books
            .students
            .get(student.0 as usize)
            .map(crate::facts::Student::stays)
            .unwrap_or_default();
        school.is_none_or(|school| stays.iter().any(|stay| stay.school == school))
    };
    let mut changed = Vec::new();
    for ((student, rule), standing) in &mut ledger.standings {
        if at_school(*student) && standing.told.is_some() {
            *standing = standing.clone().with_told(None, false);
            changed.push((*student, *rule));
        }
    }
    changed.sort_unstable();
    let standings: Vec<_> = changed
        .iter()
        .map(|(student, rule)| {
            (
                ledger.rules.name(u32::from(*rule)),
                *student,
                ledger.standing(*student, *rule),
            )
        })
        .collect();
    tx.save_standings(
        year,
        standings
            .iter()
            .map(|(rule, student, standing)| (*rule, *student, standing)),
    )?;
    for ((at, rule), desk) in &ledger.desks {
        if school.is_some_and(|school| school != *at) {
            continue;
        }
        let state = kept(&RuleAtSchool {
            baseline: Baseline::default(),
            ..desk.clone()
        });
        tx.save_school_rule(year, ledger.rules.name(u32::from(*rule)), *at, &state)?;
    }
    tx.commit()
}
