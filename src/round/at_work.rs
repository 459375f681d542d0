//! The rules by which the last round judged, whatever the files say since.

use std::collections::BTreeMap;

use super::ledger::{Ledger, RuleAtSchool};
use super::setup::Setup;
use crate::facts::{Books, SchoolIx};
use crate::monitor::Problem;
use crate::rules::{Rule, RuleSet, Version};
use crate::school::Day;
use crate::store::{RuleEntry, Store};

/// The rules by which the last round judged. `None` where they are those of `files`.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn at_work(files: &RuleSet, store: &Store, books: &Books, ledger: &Ledger) -> Result<Option<RuleSet>, Problem> {
    let mut set = files.clone();
    let mut differs = false;
    let has_judged = |rule: &&Rule| desks(ledger, rule.id()).next().is_some();
    let reads_attendance = files.rules().iter().filter(has_judged).any(Rule::reads_attendance);
    for rule in files.rules().iter().filter(|rule| rule.is_live()) {
        let desks: Vec<_> = desks(ledger, rule.id()).collect();
        if desks.is_empty() {
            // Where no attendance has come, none of its rules has judged, and none of them is new.
            if !rule.reads_attendance() || reads_attendance {
                set = set.without(rule.id());
                differs = true;
            }
        } else if let Some(digest) = other_digest(rule, &desks, books)
            && let Some(older) = version(store, rule.id(), &digest)?.and_then(|version| set.with_version(&version).ok())
        {
            set = older;
            differs = true;
        }
    }
    let gone = ledger.rules.iter().filter(|id| files.rule(id).is_none());
    for id in gone {
        if let Some(digest) = digest(ledger, id)
            && let Some(older) = version(store, id, &digest)?.and_then(|version| set.with_version(&version).ok())
        {
            set = older;
            differs = true;
        }
    }
    Ok(differs.then_some(set))
}

/// The rules of the files with one rule as the last round judged by it. `None` where it has judged nobody yet.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn with_rule_at_work(
    setup: &Setup,
    store: &Store,
    books: &Books,
    ledger: &Ledger,
    id: &str,
) -> Result<Option<RuleSet>, Problem> {
    let desks: Vec<_> = desks(ledger, id).collect();
    let other = match setup.rules.rule(id) {
        _ if desks.is_empty() => return Ok(None),
        Some(rule) => other_digest(rule, &desks, books),
        None => digest(ledger, id),
    };
    let Some(digest) = other else {
        return Ok(Some(setup.rules.clone()));
    };
    let version = version(store, id, &digest)?;
    Ok(version.and_then(|version| setup.rules.with_version(&version).ok()))
}

/// The rules of the files with one rule as rounds judged by it on a day: its newest version that was at work by then. `None` where
/// none was.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn with_rule_at_work_on(setup: &Setup, store: &Store, id: &str, day: Day) -> Result<Option<RuleSet>, Problem> {
    let version = version_on(store, id, day)?.and_then(|(_, version)| version);
    Ok(version.and_then(|version| setup.rules.with_version(&version).ok()))
}

/// The version of a rule that was at work on a day: when and by whom it was put there, and itself where it can still be read.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn version_on(store: &Store, id: &str, day: Day) -> Result<Option<(RuleEntry, Option<Version>)>, Problem> {
    let log = store.rule_log(Some(id))?;
    let by_then = |entry: &&RuleEntry| entry.from <= day;
    let at_work = log
        .iter()
        .rev()
        .find(by_then)
        .filter(|entry| entry.until.is_none_or(|until| day < until));
    Ok(at_work.map(|entry| (entry.clone(), kept(entry))))
}

/// The version that an entry of the log keeps; `None` where it cannot be read.
pub fn kept(entry: &RuleEntry) -> Option<Version> {
    serde_json::from_str(&entry.version).ok()
}

/// How far the rule has come at each school where it has judged.
fn desks<'l>(ledger: &'l Ledger, id: &str) -> impl Iterator<Item = (SchoolIx, &'l RuleAtSchool)> {
    let number = ledger.rules.get(id).and_then(|number| u16::try_from(number).ok());
    let of_rule = ledger.desks.iter().filter(move |((_, rule), _)| Some(*rule) == number);
    of_rule
        .filter(|(_, desk)| !desk.digest.is_empty())
        .map(|((school, _), desk)| (*school, desk))
}

/// The digest that most schools were judged by, of those that the rule does not have there any more.
fn other_digest(rule: &Rule, desks: &[(SchoolIx, &RuleAtSchool)], books: &Books) -> Option<String> {
    let school_id = |school: SchoolIx| books.names.schools.name(u32::from(school.0));
    let other = desks
        .iter()
        .filter(|(school, desk)| rule.digest(school_id(*school)) != desk.digest);
    most(other.map(|(_, desk)| desk.digest.as_str()))
}

fn digest(ledger: &Ledger, id: &str) -> Option<String> {
    most(desks(ledger, id).map(|(_, desk)| desk.digest.as_str()))
}

fn most<'d>(digests: impl Iterator<Item = &'d str>) -> Option<String> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for digest in digests {
        *counts.entry(digest).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map(|(digest, _)| digest.to_owned())
}

fn version(store: &Store, id: &str, digest: &str) -> Result<Option<Version>, Problem> {
    let json = store.rule_version(id, digest)?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}
