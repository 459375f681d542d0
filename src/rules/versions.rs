//! Rules as they were: a kept version alone, or in the place of today's.

use super::compile;
use super::district::{self, Changes};
use super::library::library;
use super::load::{Work, build};
use super::order;
use super::plain::Wrong;
use super::rule::{RuleSet, Version};
use super::student;
use crate::monitor::{Place, Problem, Weight};

impl RuleSet {
    /// The rule of one old version alone; rules that it asks are not there, so they say nothing: see [`RuleSet::with_version`].
    ///
    /// # Errors
    /// The problem that keeps it from being judged.
    pub fn from_version(version: &Version) -> Result<RuleSet, Problem> {
        let (mut set, problems) = build(&version.sources(), &version.meaning, false);
        if set.rules.is_empty() {
            return Err(problems
                .into_iter()
                .find(|problem| problem.code != "rule-change-unknown")
                .unwrap_or_else(|| {
                    Problem::new(
                        "rule-version-lost",
                        Weight::Waits,
                        Place::file(&*version.path),
                        "the kept version of the rule is empty",
                        "nothing: the rule is judged by its new version alone",
                    )
                }));
        }
        set.set_aside.clear();
        Ok(set)
    }

    /// This set with one rule as it was in an old version, in the place of the new one or of the one set aside.
    ///
    /// # Errors
    /// The problem that keeps the old version from being judged.
    pub fn with_version(&self, version: &Version) -> Result<RuleSet, Problem> {
        let sources = version.sources();
        let engine = student::engine();
        let mut ignored = Vec::new();
        let library = library(&engine, &sources, &mut ignored);
        let district = district::read(&version.overlay).unwrap_or_default();
        let none = Changes::default();
        let file = &sources.files[0];
        let changes = district.get(version.id()).unwrap_or(&none);
        let compiled = compile::compile(&engine, &library, file, changes).map_err(|broken| {
            let wrong = broken.wrongs.into_iter().next();
            let wrong = wrong.unwrap_or_else(|| Wrong::whole("rule-version-lost", "the kept version is empty", ""));
            wrong.problem(&version.path, &version.text, &version.overlay)
        })?;
        let mut work = Work::new(&sources, &version.meaning, &version.overlay, &library);
        work.set = self.clone();
        work.set.set_aside.retain(|rule| rule.id != version.id());
        work.set.rules.retain(|rule| rule.id != version.id());
        if !work.set.areas.contains(&compiled.cards[0].area.0) {
            work.set.areas.push(compiled.cards[0].area.0.clone());
        }
        let own = compiled.findings.reads();
        let rule = work.rule(version.id().to_owned(), file, compiled, own);
        let mut set = work.set;
        set.rules.push(rule);
        set.reorder();
        Ok(set)
    }

    /// Puts the rules in order again and counts anew what each reads through those it asks.
    fn reorder(&mut self) {
        let graph: Vec<order::Asker> = self
            .rules
            .iter()
            .map(|rule| order::Asker {
                id: rule.id.clone(),
                area: rule.cards[0].area.0.clone(),
                live: rule.is_live(),
                asks: rule.asks.clone(),
                reads: rule.reads,
            })
            .collect();
        let (ordered, reads) = order::ordered(&graph);
        let place = |id: &str| ordered.iter().position(|known| known == id);
        self.rules.retain(|rule| place(&rule.id).is_some());
        self.rules.sort_by_key(|rule| place(&rule.id));
        for rule in &mut self.rules {
            rule.reads = reads.get(&rule.id).copied().unwrap_or(rule.reads);
        }
    }
}
