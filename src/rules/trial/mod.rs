//! The trial beside a rule: drawn students and what the rule must say of them.
//!
//! In: `<id>.test.toml` and one rule as its file stands. Out: for each case, whether it holds; which lines no case touched;
//! which numbers could be others without any case noticing. Never: the district's changes, another rule's judgement (a case
//! says what others say; who is not named is clear).

mod belief;
pub(super) mod coverage;
mod drawing;
mod kinds;
pub(super) mod mutation;
mod parse;
mod run;
mod stage;
mod tokens;

use super::bench::Bench;
use super::card::Card;
use super::rule::{Rule, RuleSet, SetAside};
use super::sources::SourceFile;
use crate::monitor::{Place, Problem, Weight};
use crate::school::Level;

pub use belief::Belief;
pub use coverage::{Covered, Untouched};
pub use drawing::{Drawn, draw};
pub use kinds::{CaseKind, missing_kinds};
pub use mutation::{Mutated, Unnoticed};
pub use parse::{Case, DrawnTerm, Happening, KEYS, parse};
pub(super) use run::{Trial, Until, run_cases};

/// What a case came to.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// The line where it begins, counted from 1.
    pub line: usize,
    /// What it shows of the rule.
    pub kinds: Vec<CaseKind>,
    /// Why it does not hold; `None` where it holds.
    pub failed: Option<String>,
    /// The verdict's word, then `then`'s.
    pub verdicts: Vec<String>,
    /// What is believed on the last day of each, where the case asks.
    pub standings: Vec<String>,
    /// The number measured on the as-of day, where one was.
    pub measure: Option<f64>,
    /// The rule's sentence, where a level or clear was reached.
    pub because: String,
}

/// Another rule, as far as a case may speak for it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    id: String,
    area: String,
    gravest: Option<Level>,
}

impl Known {
    pub(super) fn new(id: &str, card: &Card) -> Known {
        Known {
            id: id.to_owned(),
            area: card.area.0.clone(),
            gravest: card.edges.levels.keys().next_back().copied(),
        }
    }

    /// A rule that is set aside tonight: others may still name it, and are not broken because it is.
    pub(super) fn aside(rule: &SetAside) -> Known {
        Known {
            id: rule.id.clone(),
            area: rule.area.clone(),
            gravest: rule.levels.iter().max().copied(),
        }
    }
}

/// Everything that cases of a set may speak of.
pub(super) fn all_known(set: &RuleSet) -> Vec<Known> {
    let at_work = set.rules().iter().map(|rule| Known::new(rule.id(), &rule.file_card));
    at_work.chain(set.set_aside().iter().map(Known::aside)).collect()
}

/// The rule as its file stands, the district's changes laid aside.
pub(super) fn as_it_stands(rule: &Rule) -> Rule {
    let mut bare = rule.clone();
    bare.cards = vec![rule.file_card.clone()];
    bare.by_school.clear();
    bare
}

/// Runs a trial of one rule of a set, as its file stands.
///
/// # Errors
/// The problem of a trial that cannot be read.
pub fn run(set: &RuleSet, rule: &Rule, file: &SourceFile) -> Result<Vec<CaseResult>, Problem> {
    let trial = Trial::read(file)?;
    run_cases(as_it_stands(rule), &trial, &all_known(set), Bench::new(), Until::TheEnd).0
}

/// The problem of a rule that has no trial beside it.
pub(super) fn without(path: &str, id: &str) -> Problem {
    Problem::new(
        "rule-without-trial",
        Weight::Waits,
        Place::file(path),
        format!("the rule has no trial `{id}.test.toml` beside it"),
        "write it: one case that fires, one that is silent, one on the edge, one with missing data",
    )
}

/// Whether a rule may be put to work, as a problem where it may not; gives the bench back.
pub(super) fn gate(
    rule: Rule,
    file: Option<&SourceFile>,
    live: bool,
    known: &[Known],
    bench: Bench,
) -> (Option<Problem>, Bench) {
    let place = Place::file(file.map_or(rule.path.clone(), |file| file.path.clone()));
    let fail = |message: String, remedy: &str| {
        Some(Problem::new(
            "rule-trial-failed",
            Weight::Waits,
            place.clone(),
            message,
            remedy,
        ))
    };
    let Some(file) = file else {
        return (live.then(|| without(&rule.path, &rule.id)), bench);
    };
    let trial = match Trial::read(file) {
        Ok(trial) => trial,
        Err(problem) => return (Some(problem), bench),
    };
    let (results, bench) = run_cases(rule, &trial, known, bench, Until::TheEnd);
    let results = match results {
        Ok(results) => results,
        Err(problem) => return (Some(problem), bench),
    };
    if let Some(result) = results.iter().find(|result| result.failed.is_some()) {
        let why = result.failed.clone().unwrap_or_default();
        let mut problem = fail(
            format!("its trial fails at `{}`: {why}", result.name),
            "mend the rule or the case; until then the rule does not judge in this form",
        );
        if let Some(problem) = &mut problem {
            problem.place = problem.place.clone().line(result.line as u64);
        }
        return (problem, bench);
    }
    let lacking = missing_kinds(&results);
    if live && !lacking.is_empty() {
        let words: Vec<&str> = lacking.iter().map(|kind| kind.words()).collect();
        let message = format!("its trial has no case {}", words.join(", none "));
        return (fail(message, "add it: a live rule shows all four"), bench);
    }
    (None, bench)
}
