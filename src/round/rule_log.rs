//! What a round notes of the rules by which it judged: a version that is at work for the first time, and who put it there.

use std::collections::BTreeMap;

use super::at_work::kept;
use super::consent;
use super::setup::Setup;
use crate::monitor::Problem;
use crate::rules::{Rule, Version};
use crate::school::Day;
use crate::store::{RuleEntry, Tx};

const DISTRICT: &str = "rules/district.toml";

/// Who said by name that a rule shall be as its files stand: `rules restore --by`.
#[derive(serde::Serialize, serde::Deserialize)]
struct Restored {
    text: String,
    by: String,
}

/// Notes every version that this round judged by and the last one did not, and every rule that is out of work since.
pub(super) fn save(tx: &Tx<'_>, setup: &Setup, as_of: Day, today: Day) -> Result<(), Problem> {
    let mut last: BTreeMap<String, RuleEntry> = tx
        .last_versions()?
        .into_iter()
        .map(|entry| (entry.rule.clone(), entry))
        .collect();
    for rule in setup.rules.rules().iter().filter(|rule| rule.judges_somewhere()) {
        let before = last.remove(rule.id()).filter(|entry| entry.until.is_none());
        let digest = rule.written_digest();
        let same = before.as_ref().is_some_and(|entry| entry.digest == digest);
        if same {
            continue;
        }
        let trial = trial(setup, rule);
        let old = before.as_ref().and_then(kept);
        let nameless = before.as_ref().is_some_and(|entry| entry.digest.is_empty());
        if nameless && old.as_ref().is_some_and(|old| same_words(old, rule)) {
            tx.name_rule(rule.id(), &digest, &trial)?;
            continue;
        }
        let file = edited_file(old.as_ref(), rule);
        tx.log_rule(&RuleEntry {
            rule: rule.id().to_owned(),
            digest,
            version: serde_json::to_string(rule.version()).unwrap_or_default(),
            trial,
            owner: setup.home.owner(&file).unwrap_or_default(),
            by: who(tx, rule)?,
            file,
            from: as_of,
            put_on: today,
            until: None,
        })?;
    }
    let gone = last.into_values().filter(|entry| entry.until.is_none());
    for entry in gone {
        tx.end_rule(&entry.rule, as_of)?;
    }
    Ok(())
}

/// The trial as it stands beside the rule's file.
fn trial(setup: &Setup, rule: &Rule) -> String {
    let trial = setup.sources.trial_of(rule.path());
    trial.map_or_else(String::new, |file| String::from_utf8_lossy(&file.bytes).into_owned())
}

/// Whether an older firstbell kept the very version that is at work: it gave it no digest of its own.
fn same_words(old: &Version, rule: &Rule) -> bool {
    let new = rule.version();
    (&old.text, &old.overlay, &old.lib, &old.meaning) == (&new.text, &new.overlay, &new.lib, &new.meaning)
}

/// The file whose edit made the new version: the rule's own, the district's changes, or what it leans on.
fn edited_file(old: Option<&Version>, rule: &Rule) -> String {
    let new = rule.version();
    let Some(old) = old.filter(|old| old.text == new.text) else {
        return rule.path().to_owned();
    };
    let word = new.words.iter().find(|word| !old.words.contains(word));
    let shared = new.lib.iter().find(|file| !old.lib.contains(file));
    // The card is the file's with the district's laid over it: with the same file it is the district's that differs.
    match (old.overlay != new.overlay, word, shared) {
        (true, ..) => DISTRICT.to_owned(),
        (_, Some(word), _) => word.path.clone(),
        (_, _, Some((path, _))) => path.clone(),
        _ => crate::home::CONFIG.to_owned(),
    }
}

/// Who put a version to work by name: whoever said yes to it, or restored it.
fn who(tx: &Tx<'_>, rule: &Rule) -> Result<String, Problem> {
    if let Some(by) = consent::yes_by(tx, rule.id(), &rule.whole_digest()) {
        return Ok(by);
    }
    let restored = tx.meta(&key(rule.id()))?;
    let restored = restored.and_then(|json| serde_json::from_str::<Restored>(&json).ok());
    let restored = restored.filter(|restored| restored.text == rule.written_digest());
    Ok(restored.map(|restored| restored.by).unwrap_or_default())
}

/// Remembers who restored a rule until a round judges by it.
pub(super) fn remember(tx: &Tx<'_>, rule: &Rule, by: &str) -> Result<(), Problem> {
    let restored = Restored {
        text: rule.written_digest(),
        by: by.to_owned(),
    };
    tx.set_meta(&key(rule.id()), &serde_json::to_string(&restored).unwrap_or_default())
}

fn key(id: &str) -> String {
    format!("rule {id} restored")
}
