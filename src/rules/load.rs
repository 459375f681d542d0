//! From files to a set of rules at work: each rule is compiled, checked and tried by itself, then they are put in order.

use std::collections::{BTreeMap, BTreeSet};

use rhai::Engine;

use super::bench::Bench;
use super::card::{Card, Status};
use super::check::Asked;
use super::compile::{self, Broken, Compiled};
use super::digest;
use super::district::{self, Changes, District};
use super::library::{Library, library};
use super::order;
use super::plain::Wrong;
use super::rule::{Rule, RuleSet, SetAside, Version, stem};
use super::sources::{SourceFile, Sources};
use super::{student, trial};
use crate::hands;
use crate::monitor::{Place, Problem, Weight};
use crate::school::{Level, Meaning, Tables};
use crate::script;

/// Mistakes of one file that are listed: nobody mends more of them before looking again.
pub(super) const MOST_LISTED: usize = 50;

/// Compiles, checks and tries every rule. What is wrong with one sets that one aside and the others go on.
pub fn load(sources: &Sources, meaning: &Meaning) -> (RuleSet, Vec<Problem>) {
    build(sources, meaning, true)
}

/// The same without trials: for versions that passed theirs when they were put to work.
pub(super) fn build(sources: &Sources, meaning: &Meaning, with_trials: bool) -> (RuleSet, Vec<Problem>) {
    let engine = student::engine();
    let (overlay, district) = match changes(sources) {
        Ok(changes) => changes,
        Err(problem) => return (RuleSet::default(), vec![problem]),
    };
    let mut problems = Vec::new();
    let library = library(&engine, sources, &mut problems);
    let mut work = Work::new(sources, meaning, overlay, &library);
    let compiled = work.compile_all(&engine, &district);
    work.settle(compiled, with_trials);
    problems.extend(for_no_rule(sources, &district, overlay));
    let set = work.set;
    problems.extend(set.set_aside.iter().map(|rule| rule.problem.clone()));
    (set, problems)
}

/// The text of `district.toml` and what it says.
///
/// # Errors
/// Where it cannot be read: then nobody knows what the district wants of any rule.
pub(super) fn changes(sources: &Sources) -> Result<(&str, District), Problem> {
    const PATH: &str = "rules/district.toml";
    if let Some(problem) = sources.unreadable.iter().find(|problem| named(problem) == PATH) {
        return Err(problem.clone());
    }
    let overlay = district_text(sources)?;
    let district = district::read(overlay).map_err(|wrong| wrong.problem(PATH, "", overlay))?;
    Ok((overlay, district))
}

/// The file that a problem names.
fn named(problem: &Problem) -> &str {
    problem.place.file.as_deref().unwrap_or_default()
}

/// Problems of changes to rules that are not there.
pub(super) fn for_no_rule(sources: &Sources, district: &District, overlay: &str) -> Vec<Problem> {
    let rules = sources.rules();
    let unreadable = sources.unreadable_rules().map(|problem| stem(named(problem)));
    let ids: Vec<&str> = rules.iter().map(|file| stem(&file.path)).chain(unreadable).collect();
    let unknown = district::unknown_rules(district, &ids).into_iter();
    unknown
        .map(|wrong| wrong.problem("rules/district.toml", "", overlay))
        .collect()
}

fn district_text(sources: &Sources) -> Result<&str, Problem> {
    let Some(file) = sources.district() else {
        return Ok("");
    };
    std::str::from_utf8(&file.bytes).map_err(|_| {
        Problem::new(
            "district-toml-unreadable",
            Weight::Waits,
            Place::file("rules/district.toml"),
            "the district's changes are not UTF-8 text",
            "save the file as \"UTF-8\"; until then no rule is put to work anew",
        )
    })
}

/// Files on their way to a set.
pub(super) struct Work<'w> {
    pub(super) sources: &'w Sources,
    pub(super) meaning: &'w Meaning,
    pub(super) overlay: &'w str,
    pub(super) library: &'w Library,
    pub(super) set: RuleSet,
    /// Everything that is wrong with rules, by their ids: who checks wants to see more than the first.
    pub(super) found: Vec<(String, Problem)>,
}

/// A rule's file and what it came to.
pub(super) type Named<'w> = (&'w SourceFile, Compiled);

impl<'w> Work<'w> {
    pub(super) fn new(sources: &'w Sources, meaning: &'w Meaning, overlay: &'w str, library: &'w Library) -> Work<'w> {
        Work {
            sources,
            meaning,
            overlay,
            library,
            set: RuleSet::default(),
            found: Vec::new(),
        }
    }

    /// Compiles and checks each file once; those that cannot even be read are set aside like those that do not compile.
    pub(super) fn compile_all(&mut self, engine: &Engine, district: &District) -> Vec<Named<'w>> {
        for problem in self.sources.unreadable_rules() {
            self.put_aside(named(problem), None, problem.clone());
        }
        let files = self.sources.rules();
        let none = Changes::default();
        let mut compiled: Vec<Named<'w>> = Vec::new();
        for file in &files {
            let id = stem(&file.path);
            if let Some(other) = files
                .iter()
                .find(|other| other.path != file.path && stem(&other.path) == id)
            {
                let wrong = Wrong::whole(
                    "rule-name-twice",
                    format!("`{id}` is also the name of {}", other.path),
                    "stems are unique over all folders: rename one of the files",
                );
                self.set_aside(file, wrong.into());
                continue;
            }
            match compile::compile(engine, self.library, file, district.get(id).unwrap_or(&none)) {
                Ok(rule) => compiled.push((file, rule)),
                Err(broken) => self.set_aside(file, broken),
            }
        }
        compiled
    }

    fn set_aside(&mut self, file: &SourceFile, broken: Broken) {
        let text = String::from_utf8_lossy(&file.bytes);
        let (id, count) = (stem(&file.path), broken.wrongs.len());
        let problems = broken.wrongs.into_iter().take(MOST_LISTED);
        let problems = problems.map(|wrong| (id.to_owned(), wrong.problem(&file.path, &text, self.overlay)));
        let first = self.found.len();
        self.found.extend(problems);
        let Some((_, mut problem)) = self.found.get(first).cloned() else {
            return;
        };
        if count > 1 {
            problem.message += &format!(" (and {} more)", count - 1);
        }
        self.put_aside(&file.path, broken.card.as_ref(), problem);
    }

    fn put_aside(&mut self, path: &str, card: Option<&Card>, mut problem: Problem) {
        let folder = path.rsplit('/').nth(1).unwrap_or_default();
        if card.is_some_and(|card| matches!(card.status, Status::Draft | Status::Retired)) {
            // Nobody waits for a draft.
            problem.weight = Weight::Note;
        }
        self.set.set_aside.push(SetAside {
            id: stem(path).to_owned(),
            path: path.to_owned(),
            area: card.map_or(folder.to_owned(), |card| card.area.0.clone()),
            levels: card.map_or(Level::ALL.to_vec(), |card| card.edges.levels.keys().copied().collect()),
            live: card.is_none_or(|card| card.status == Status::Live),
            problem,
        });
    }

    /// Orders what compiled, tries it, and puts to work what is fit.
    fn settle(&mut self, compiled: Vec<Named<'w>>, with_trials: bool) {
        let mut all: BTreeMap<String, Named<'w>> = compiled
            .into_iter()
            .map(|(file, rule)| (stem(&file.path).to_owned(), (file, rule)))
            .collect();
        self.drop_unfit(&mut all);
        if with_trials {
            self.try_all(&mut all);
            // A rule that asked one which failed its trial cannot be judged either.
            self.drop_unfit(&mut all);
        }
        let (ordered, reads) = order::ordered(&graph(&all));
        self.set.areas = areas(&all, &self.set.set_aside);
        for id in ordered {
            if let Some((file, rule)) = all.remove(&id) {
                let reads = reads.get(&id).copied().unwrap_or(Tables::NONE);
                let rule = self.rule(id, file, rule, reads);
                self.set.rules.push(rule);
            }
        }
        self.set.set_aside.sort_by(|left, right| left.path.cmp(&right.path));
    }

    /// Sets aside who asks a rule that is not there, and every rule in a circle, until nobody is left to set aside.
    pub(super) fn drop_unfit(&mut self, all: &mut BTreeMap<String, Named<'w>>) {
        loop {
            let circles = order::in_circles(&graph(all));
            let unfit = all.iter().find_map(|(id, (_, rule))| {
                let wrong = self.asks_nobody(rule, all).or_else(|| circle(id, rule, &circles));
                wrong.map(|wrong| (id.clone(), wrong))
            });
            let Some((id, wrong)) = unfit else {
                return;
            };
            // Circles are set aside together, before one of them is gone and the rest look fit.
            let mut gone = vec![(id, wrong)];
            for (other, (_, rule)) in all.iter() {
                if gone[0].0 != *other
                    && let Some(wrong) = circle(other, rule, &circles)
                {
                    gone.push((other.clone(), wrong));
                }
            }
            for (id, wrong) in gone {
                self.remove(all, &id, wrong);
            }
        }
    }

    fn remove(&mut self, all: &mut BTreeMap<String, Named<'w>>, id: &str, wrong: Wrong) {
        if let Some((file, rule)) = all.remove(id) {
            self.set_aside(
                file,
                Broken {
                    wrongs: vec![wrong],
                    card: Some(rule.cards[0].clone()),
                },
            );
        }
    }

    fn asks_nobody(&self, rule: &Compiled, all: &BTreeMap<String, Named<'w>>) -> Option<Wrong> {
        rule.findings.asks.iter().find_map(|(ask, at)| match ask {
            Asked::Rule(id) if !all.contains_key(id) => {
                let aside = self.set.set_aside.iter().any(|rule| rule.id == *id);
                let (message, remedy) = if aside {
                    (
                        format!("the rule `{id}` that it asks is set aside"),
                        "mend that rule first".to_owned(),
                    )
                } else {
                    let near = script::nearest(id, all.keys().map(String::as_str));
                    let remedy = near.map_or("name the file's stem".to_owned(), |near| {
                        format!("did you mean `{near}`?")
                    });
                    (format!("there is no rule `{id}`"), remedy)
                };
                Some(Wrong::new("rule-asks-unknown", *at, message, remedy))
            }
            Asked::Area(area) if !self.knows_area(area, all) => {
                let known: BTreeSet<&str> = all.values().map(|(_, rule)| rule.cards[0].area.word()).collect();
                let near = script::nearest(area, known);
                let remedy = near.map_or("name the area of a rule".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
                Some(Wrong::new(
                    "rule-asks-unknown",
                    *at,
                    format!("no rule is of the area `{area}`"),
                    remedy,
                ))
            }
            _ => None,
        })
    }

    fn knows_area(&self, area: &str, all: &BTreeMap<String, Named<'w>>) -> bool {
        crate::school::Area::BUILT_IN.contains(&area)
            || all.values().any(|(_, rule)| rule.cards[0].area.word() == area)
            || self.set.set_aside.iter().any(|rule| rule.area == area)
    }

    fn try_all(&mut self, all: &mut BTreeMap<String, Named<'w>>) {
        let known: Vec<trial::Known> = all
            .iter()
            .map(|(id, (_, rule))| trial::Known::new(id, &rule.file_card))
            .chain(self.set.set_aside.iter().map(trial::Known::aside))
            .collect();
        let mut on_trial = Vec::new();
        for (id, (file, rule)) in all.iter() {
            let judged = self.rule(id.clone(), file, rule.bare(), rule.findings.reads());
            let live = rule.cards.iter().any(|card| card.status == Status::Live);
            on_trial.push((judged, self.sources.trial_of(&file.path), live));
        }
        // A bench is made once a part, and trials take about equally long.
        let each = on_trial.len().div_ceil(hands::threads()).max(1);
        let failed = hands::side_by_side(on_trial.chunks(each), |_, some| {
            let mut bench = Bench::new();
            let mut failed = Vec::new();
            for (rule, beside, live) in some {
                let tried = trial::gate(rule.clone(), *beside, *live, &known, bench);
                bench = tried.1;
                failed.extend(tried.0.map(|problem| (rule.id.clone(), problem)));
            }
            failed
        });
        for (id, problem) in failed.into_iter().flatten() {
            self.remove(all, &id, Wrong::whole("rule-trial-failed", "", ""));
            if let Some(last) = self.set.set_aside.last_mut() {
                let weight = last.problem.weight;
                last.problem = Problem { weight, ..problem };
            }
        }
    }

    pub(super) fn rule(&mut self, id: String, file: &SourceFile, rule: Compiled, reads: Tables) -> Rule {
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let mut texts = vec![text.as_str()];
        texts.extend(self.library.files.iter().map(|(_, text)| text.as_str()));
        let words: Vec<&super::word::PluginWord> = rule
            .words
            .iter()
            .map(|script| &script.word)
            .filter(|word| rule.findings.plugin_words.get(&word.name) == Some(&true))
            .collect();
        let digest = |card| digest::digest(card, &rule.findings, &texts, &words, self.meaning);
        let digests = rule.cards.iter().map(digest).collect();
        let area = self.set.areas.iter().position(|area| *area == rule.cards[0].area.0);
        let version = Version {
            path: file.path.clone(),
            text: text.clone(),
            lib: self.library.files.clone(),
            overlay: self.overlay.to_owned(),
            meaning: self.meaning.clone(),
            words: rule.words.iter().map(|script| script.word.clone()).collect(),
        };
        Rule {
            words: rule.words.clone(),
            id,
            path: file.path.clone(),
            docs: rule.docs,
            ast: rule.ast,
            file_card: rule.file_card,
            cards: rule.cards,
            by_school: rule.by_school,
            digests,
            asks: rule.findings.asks.keys().cloned().collect(),
            has_applies: rule.has[0],
            has_because: rule.has[1],
            applies_asks: rule.has[0] && !rule.findings.asks.is_empty(),
            plain: rule.plain,
            reads,
            area: area.map_or(super::peers::NOT_AN_AREA, |area| area as u8),
            version,
            text,
        }
    }
}

fn circle(id: &str, rule: &Compiled, circles: &BTreeSet<String>) -> Option<Wrong> {
    let at = rule.findings.asks.values().next().filter(|_| circles.contains(id))?;
    let others: Vec<&str> = circles
        .iter()
        .map(String::as_str)
        .filter(|other| *other != id)
        .collect();
    let message = if others.is_empty() {
        "the rule asks its own area, and so itself".to_owned()
    } else {
        format!("rules ask each other in a circle: `{id}`, `{}`", others.join("`, `"))
    };
    Some(Wrong::new("rule-circle", *at, message, "let one of them stop asking"))
}

fn graph(all: &BTreeMap<String, Named<'_>>) -> Vec<order::Asker> {
    all.iter()
        .map(|(id, (_, rule))| order::Asker {
            id: id.clone(),
            area: rule.cards[0].area.0.clone(),
            live: rule.cards.iter().any(|card| card.status == Status::Live),
            asks: rule.findings.asks.keys().cloned().collect(),
            reads: rule.findings.reads(),
        })
        .collect()
}

/// Areas of rules at work and set aside, each once.
fn areas(all: &BTreeMap<String, Named<'_>>, aside: &[SetAside]) -> Vec<String> {
    let at_work = all.values().map(|(_, rule)| rule.cards[0].area.0.clone());
    let set: BTreeSet<String> = at_work.chain(aside.iter().map(|rule| rule.area.clone())).collect();
    set.into_iter().collect()
}
