//! A rule put back as it was: its file, its trial and its part of `rules/district.toml`, checked and tried before anything is written.

use super::at_work::kept;
use super::rule_log;
use super::setup::Setup;
use crate::monitor::{Place, Problem, Weight};
use crate::rules::{self, Rule, SourceFile, Sources, Version, with_part_of};
use crate::school::Day;
use crate::store::{RuleEntry, Store};

const DISTRICT: &str = "rules/district.toml";

/// What was put back.
pub struct Restored {
    /// When that version was at work, and who put it there.
    pub entry: RuleEntry,
    /// The files that were written.
    pub written: Vec<String>,
    /// What it leans on and is otherwise now, so that it does not judge as it did then: shared functions, codes, plugins.
    pub otherwise: Vec<String>,
}

/// Puts a rule back as it was at work on a day; without a day as it is at work where its files say otherwise, else as it was before
/// that. Nothing is written where the result would not be put to work.
///
/// # Errors
///
/// A problem where there was no such version, where it cannot be put to work any more, or where a file cannot be written.
pub fn restore(setup: &Setup, id: &str, on: Option<Day>, by: &str) -> Result<Restored, Problem> {
    let store = setup.store()?;
    let (entry, version) = chosen(setup, &store, id, on)?;
    let wanted = files(setup, &entry, &version)?;
    let changed: Vec<(String, String)> = wanted
        .into_iter()
        .filter(|(path, text)| text_of(&setup.sources, path).as_deref() != Some(text))
        .collect();
    let mut sources = setup.sources.clone();
    for (path, text) in &changed {
        sources.files.retain(|file| file.path != *path);
        sources
            .unreadable
            .retain(|problem| problem.place.file.as_ref() != Some(path));
        sources.files.push(SourceFile::new(path.clone(), text.clone()));
    }
    let (set, problems) = rules::load(&sources, &setup.config.meaning);
    let Some(rule) = set.rule(id) else {
        return Err(would_not_work(&version, problems));
    };
    let otherwise = otherwise(&version, rule);
    let tx = store.begin()?;
    rule_log::remember(&tx, rule, by)?;
    for (path, text) in &changed {
        setup.home.write_over(path, text)?;
    }
    tx.commit()?;
    Ok(Restored {
        entry,
        written: changed.into_iter().map(|(path, _)| path).collect(),
        otherwise,
    })
}

/// The version that is meant.
fn chosen(setup: &Setup, store: &Store, id: &str, on: Option<Day>) -> Result<(RuleEntry, Version), Problem> {
    let log = store.rule_log(Some(id))?;
    let lost = |message: String| {
        Problem::new(
            "rule-version-unknown",
            Weight::Stop,
            Place::default(),
            message,
            "`firstbell rules log` lists the versions that were at work",
        )
    };
    let found = match on {
        Some(day) => super::version_on(store, id, day)?.map(|(entry, _)| entry),
        None => {
            let differs = |entry: &&RuleEntry| !stands(setup, entry);
            log.iter().rev().find(differs).cloned()
        }
    };
    let entry = found.ok_or_else(|| {
        lost(match on {
            _ if log.is_empty() => format!("no version of a rule `{id}` was ever at work"),
            Some(day) => format!("no version of the rule `{id}` was at work on {day}"),
            None => format!("the rule `{id}` was never at work otherwise than its files stand"),
        })
    })?;
    let version = kept(&entry).ok_or_else(|| lost(format!("the kept version of the rule `{id}` cannot be read")))?;
    Ok((entry, version))
}

/// Whether the rule's files say what this version did.
fn stands(setup: &Setup, entry: &RuleEntry) -> bool {
    let Some(version) = kept(entry) else { return false };
    let wanted = files(setup, entry, &version).unwrap_or_default();
    wanted
        .iter()
        .filter(|(path, _)| !path.ends_with(".test.toml"))
        .all(|(path, text)| text_of(&setup.sources, path).as_deref() == Some(text))
}

/// The files of a version as they should be: the rule's, its trial, and the district's changes with its part as it was.
fn files(setup: &Setup, entry: &RuleEntry, version: &Version) -> Result<Vec<(String, String)>, Problem> {
    let known = setup
        .sources
        .rules()
        .into_iter()
        .find(|file| rules::id_of(&file.path) == entry.rule);
    let path = known.map_or_else(|| version.path.clone(), |file| file.path.clone());
    let mut wanted = vec![(path.clone(), version.text.clone())];
    if !entry.trial.is_empty() {
        wanted.push((path.replace(".rhai", ".test.toml"), entry.trial.clone()));
    }
    let now = text_of(&setup.sources, DISTRICT).unwrap_or_default();
    let edited = with_part_of(&now, &version.overlay, &entry.rule).ok_or_else(|| {
        Problem::new(
            "rule-restore-by-hand",
            Weight::Stop,
            Place::file(DISTRICT),
            format!("the part of `{}` cannot be put back as it was: the file cannot be read, or it is written in another way", entry.rule),
            format!("mend the file first, or write the part of `{}` by hand: `firstbell rules show {} --at {}` shows what held then", entry.rule, entry.rule, entry.from),
        )
    })?;
    if edited != now {
        wanted.push((DISTRICT.to_owned(), edited));
    }
    Ok(wanted)
}

fn text_of(sources: &Sources, path: &str) -> Option<String> {
    let file = sources.files.iter().find(|file| file.path == path)?;
    Some(String::from_utf8_lossy(&file.bytes).into_owned())
}

/// What the version leaned on and is otherwise now. It stays: other rules lean on it as well.
fn otherwise(then: &Version, now: &Rule) -> Vec<String> {
    let new = now.version();
    let shared = new.lib.iter().filter(|file| !then.lib.contains(file));
    let mut changed: Vec<String> = shared.map(|(path, _)| path.clone()).collect();
    let words = new.words.iter().filter(|word| !then.words.contains(word));
    changed.extend(words.map(|word| word.path.clone()));
    if new.meaning != then.meaning {
        changed.push(crate::home::CONFIG.to_owned());
    }
    changed
}

fn would_not_work(version: &Version, problems: Vec<Problem>) -> Problem {
    let of_rule = |problem: &Problem| {
        let file = problem.place.file.as_deref().unwrap_or_default();
        rules::id_of(file.trim_end_matches(".test.toml")) == version.id() || file == DISTRICT
    };
    let first = problems.into_iter().find(of_rule);
    let why = first.map_or_else(String::new, |problem| format!(": {problem}"));
    Problem::new(
        "rule-restore-broken",
        Weight::Stop,
        Place::file(&*version.path),
        format!("as it was then it would not be put to work now, and nothing was written{why}"),
        "see what it leans on: shared functions in rules/lib, plugins, other rules",
    )
}
