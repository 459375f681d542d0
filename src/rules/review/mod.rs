//! What `rules check` says of rules: everything that is wrong, and what can hardly be meant.
//!
//! In: rule files. Out: findings with a code, a place, a remedy. Never: a student, a night; nothing runs but the engine's parser.

mod allow;
mod doubts;
mod levels;
mod same;
mod shape;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::card::Status;
use super::compile::Compiled;
use super::library::library;
use super::load::{self, Work};
use super::plain::{Item, Spot, Value, Wrong};
use super::rule::stem;
use super::sources::{SourceFile, Sources};
use super::{student, trial};
use crate::monitor::{Problem, Weight};
use crate::school::{Area, Level, Meaning};

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Worth a look; it may well be meant.
    Remark,
    /// It can hardly be meant.
    Warning,
    /// The rule is not put to work.
    Error,
}

impl Gravity {
    /// The word on screens and in files.
    pub fn word(self) -> &'static str {
        match self {
            Gravity::Remark => "remark",
            Gravity::Warning => "warning",
            Gravity::Error => "error",
        }
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id; empty for a file that is no rule's.
    pub rule: String,
    /// How grave it is.
    pub gravity: Gravity,
    /// The code, the place with its line underlined, what is wrong, and what to do about it.
    pub problem: Problem,
}

/// A rule that was reviewed and is judged somewhere, for who looks further: whether anybody hears of it.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// The rule's id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its area.
    pub area: Area,
    /// The levels that it has somewhere.
    pub levels: BTreeSet<Level>,
    place: Spot,
}

/// Everything that was found, and what each file allows.
#[derive(Debug, Default)]
pub struct Review {
    findings: Vec<Finding>,
    rules: Vec<Reviewed>,
    /// Texts by path: rules and `rules/district.toml`.
    texts: BTreeMap<String, String>,
    /// Rules whose file is broken: nothing more is said of what they allow.
    broken: BTreeSet<String>,
}

/// Compiles and checks every rule once. No trial is run: that is another command's work.
pub fn review(sources: &Sources) -> Review {
    let engine = student::engine();
    let mut review = Review::default();
    for file in sources.rules().into_iter().chain(sources.district()) {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        review.texts.insert(file.path.clone(), text);
    }
    let (overlay, district) = match load::changes(sources) {
        Ok(changes) => changes,
        Err(problem) => {
            review.error("", problem);
            return review;
        }
    };
    let mut problems = Vec::new();
    let library = library(&engine, sources, &mut problems);
    // What codes and marks mean decides nothing of what is looked at here.
    let meaning = Meaning::default();
    let mut work = Work::new(sources, &meaning, overlay, &library);
    let compiled = work.compile_all(&engine, &district);
    let mut all: BTreeMap<String, load::Named<'_>> = compiled
        .into_iter()
        .map(|(file, rule)| (stem(&file.path).to_owned(), (file, rule)))
        .collect();
    let areas = counted_areas(all.values().map(|(_, rule)| rule), &work);
    for (id, (file, rule)) in &all {
        review.one(id, file, rule, areas, sources);
    }
    review.alike(&all);
    work.drop_unfit(&mut all);
    problems.extend(load::for_no_rule(sources, &district, overlay));
    problems.into_iter().for_each(|problem| review.error("", problem));
    for problem in sources.unreadable_rules() {
        let path = problem.place.file.clone().unwrap_or_default();
        review.error(stem(&path), problem.clone());
    }
    for (id, problem) in work.found {
        review.error(&id, problem);
    }
    review
}

/// Areas that `areas_at` can count: those of rules at work and of rules set aside.
fn counted_areas<'r>(rules: impl Iterator<Item = &'r Compiled>, work: &Work<'_>) -> usize {
    let of_rules = rules.map(|rule| rule.cards[0].area.word().to_owned());
    let aside = work.set.set_aside.iter().map(|rule| rule.area.clone());
    let mut areas: BTreeSet<String> = of_rules.chain(aside).collect();
    // A file may hold one rule of a district that has more.
    areas.extend(["attendance", "course", "behavior"].map(str::to_owned));
    areas
        .iter()
        .filter(|area| !["combined", "context"].contains(&area.as_str()))
        .count()
}

impl Review {
    /// Adds what somebody else found.
    pub fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// The rules that are judged somewhere and have no error.
    pub fn rules(&self) -> &[Reviewed] {
        &self.rules
    }

    /// A finding about a rule's area, underlined on its card.
    pub fn about_area(&self, rule: &Reviewed, code: &'static str, message: String, remedy: &str) -> Finding {
        let wrong = Wrong::new(code, rule.place, message, remedy);
        self.finding(&rule.id, &rule.path, Gravity::Warning, wrong)
    }

    /// What is left where the files' `allow:` comments have been heard, in the order of the files, and what they
    /// silenced.
    pub fn finish(mut self) -> (Vec<Finding>, Vec<Finding>) {
        let silenced = allow::hear(&mut self);
        let mut findings = self.findings;
        findings.sort_by_cached_key(|finding| {
            let place = &finding.problem.place;
            let column: Option<u64> = place.column.as_ref().and_then(|column| column.parse().ok());
            (place.file.clone(), place.line, column)
        });
        findings.dedup();
        (findings, silenced)
    }

    fn error(&mut self, rule: &str, problem: Problem) {
        self.broken.insert(rule.to_owned());
        self.findings.push(Finding {
            rule: rule.to_owned(),
            gravity: Gravity::Error,
            problem,
        });
    }

    fn finding(&self, rule: &str, path: &str, gravity: Gravity, wrong: Wrong) -> Finding {
        let text = |path: &str| self.texts.get(path).map_or("", String::as_str);
        let problem = wrong.problem(path, text(path), text("rules/district.toml"));
        let weight = match gravity {
            Gravity::Error => Weight::Waits,
            _ => Weight::Note,
        };
        Finding {
            rule: rule.to_owned(),
            gravity,
            problem: Problem { weight, ..problem },
        }
    }

    fn note(&mut self, rule: &str, path: &str, gravity: Gravity, wrong: Wrong) {
        let finding = self.finding(rule, path, gravity, wrong);
        self.findings.push(finding);
    }

    /// Everything about one rule that compiled.
    fn one(&mut self, id: &str, file: &SourceFile, rule: &Compiled, areas: usize, sources: &Sources) {
        let source = self.texts.get(&file.path).cloned().unwrap_or_default();
        let mut found: Vec<(Gravity, Wrong)> = Vec::new();
        let remarks = rule.findings.remarks.iter().cloned();
        found.extend(remarks.map(|wrong| (Gravity::Remark, wrong)));
        found.extend(doubts::find(rule, &source, areas));
        found.extend(levels::find(rule, areas));
        found.extend(shape::find(rule, &source));
        for (gravity, wrong) in found.into_iter().take(load::MOST_LISTED) {
            self.note(id, &file.path, gravity, wrong);
        }
        let judged = |status: Status| matches!(status, Status::Live | Status::Shadow);
        if rule.cards.iter().any(|card| card.status == Status::Live) && sources.trial_of(&file.path).is_none() {
            self.error(id, trial::without(&file.path, id));
        }
        if rule.cards.iter().any(|card| judged(card.status)) {
            let whole = Spot {
                district: false,
                line: 1,
                column: 1,
            };
            self.rules.push(Reviewed {
                id: id.to_owned(),
                path: file.path.clone(),
                area: rule.cards[0].area.clone(),
                levels: rule
                    .cards
                    .iter()
                    .flat_map(|card| card.edges.levels.keys().copied())
                    .collect(),
                place: entry(&rule.layers[0], &["area"]).map_or(whole, |item| item.plain.spot),
            });
        }
    }

    fn alike(&mut self, all: &BTreeMap<String, load::Named<'_>>) {
        for (id, path, wrong) in same::find(all) {
            self.note(&id, &path, Gravity::Warning, wrong);
        }
    }
}

/// An entry of a card by its keys: `["levels", "urgent"]`.
fn entry<'i>(items: &'i [Item], keys: &[&str]) -> Option<&'i Item> {
    let (first, rest) = keys.split_first()?;
    let item = items.iter().find(|item| item.key == *first)?;
    match (&item.plain.value, rest.is_empty()) {
        (_, true) => Some(item),
        (Value::Map(inner), false) => entry(inner, rest),
        _ => None,
    }
}
