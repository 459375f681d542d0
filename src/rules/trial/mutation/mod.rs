//! Which numbers and signs of a rule could be others without any case of its trial noticing.
//!
//! A nudge is an edit such as a person makes: the text is changed at one place, compiled and checked as any edit, and tried.
//! One that the checks refuse is none, since it could not reach a student. A trial notices a nudge when one of its cases no
//! longer holds: what no case asks for, no case notices.

mod card;
mod code;
mod step;
#[cfg(test)]
mod tests;

use rhai::Engine;

use super::run::{Trial, Until, run_cases};
use super::{Known, as_it_stands};
use crate::rules::bench::Bench;
use crate::rules::compile;
use crate::rules::district::Changes;
use crate::rules::library::{self, Library};
use crate::rules::rule::Rule;
use crate::rules::sources::{SourceFile, Sources};
use crate::rules::student;
use crate::script::{excerpt, line_and_column};

/// What nudging one file came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutated {
    /// Nudges that compile and pass the checks.
    pub mutations: usize,
    /// Those that no case noticed, in the order of the text.
    pub unnoticed: Vec<Unnoticed>,
}

impl Mutated {
    /// Nudges that a case noticed.
    pub fn noticed(&self) -> usize {
        self.mutations - self.unnoticed.len()
    }

    /// The share noticed in percent, rounded down.
    pub fn percent(&self) -> usize {
        (self.noticed() * 100).checked_div(self.mutations).unwrap_or(100)
    }
}

/// A nudge that no case noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnoticed {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// What stands there.
    pub from: String,
    /// What it became.
    pub to: String,
    /// The case that would notice it.
    pub add: String,
    /// The line with the place underlined.
    pub excerpt: String,
}

impl Unnoticed {
    /// The remark in a sentence: lower case, no full stop.
    pub fn message(&self) -> String {
        format!("your trial would not notice if {} became {}", self.from, self.to)
    }
}

/// One edit: what stands at a byte becomes something else.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Nudge {
    at: usize,
    from: String,
    to: String,
    /// The case that would notice it.
    add: String,
}

impl Nudge {
    fn apply(&self, text: &str) -> String {
        let (before, rest) = text.split_at(self.at);
        let after = rest.get(self.from.len()..).unwrap_or_default();
        // `a-1` nudged below zero is `a- -1`: two signs together would be another sign.
        let space = if self.to.starts_with('-') { " " } else { "" };
        format!("{before}{space}{}{after}", self.to)
    }

    fn unnoticed(self, text: &str) -> Unnoticed {
        let (line, column) = line_and_column(text, self.at);
        Unnoticed {
            line,
            column,
            excerpt: excerpt(text, line, column),
            from: self.from,
            to: self.to,
            add: self.add,
        }
    }
}

/// The nudges of a text's functions, for laws about any text.
#[cfg(test)]
pub(super) fn nudges_of_functions(text: &str) -> usize {
    code::nudges(text).len()
}

/// A rule with its trial.
pub(in crate::rules) struct Subject<'s> {
    pub(in crate::rules) rule: &'s Rule,
    pub(in crate::rules) trial: &'s Trial,
}

/// Nudges rules and shared functions and runs the trials.
pub(in crate::rules) struct Mutator<'m> {
    engine: Engine,
    library: Library,
    sources: &'m Sources,
    known: &'m [Known],
    bench: Option<Bench>,
}

impl<'m> Mutator<'m> {
    pub(in crate::rules) fn new(sources: &'m Sources, known: &'m [Known]) -> Mutator<'m> {
        let engine = student::engine();
        let library = library::library(&engine, sources, &mut Vec::new());
        Mutator {
            engine,
            library,
            sources,
            known,
            bench: Some(Bench::new()),
        }
    }

    /// Nudges everything in a rule's own file: its card and its functions.
    pub(in crate::rules) fn of_rule(&mut self, subject: &Subject<'_>) -> Mutated {
        let text = subject.rule.source_text();
        let mut nudges = card::nudges(&self.engine, subject.rule);
        nudges.extend(code::nudges(text));
        nudges.sort_by_key(|nudge| nudge.at);
        let mut mutated = Mutated::default();
        for nudge in nudges {
            let Some(rule) = nudged(&self.engine, &self.library, subject.rule, nudge.apply(text)) else {
                continue;
            };
            mutated.mutations += 1;
            if !self.notices(rule, subject.trial) {
                mutated.unnoticed.push(nudge.unnoticed(text));
            }
        }
        mutated
    }

    /// Nudges everything in the functions of a shared file; whatever rule notices it has noticed it.
    pub(in crate::rules) fn of_shared(&mut self, path: &str, text: &str, subjects: &[Subject<'_>]) -> Mutated {
        let mut mutated = Mutated::default();
        for nudge in code::nudges(text) {
            let Some(library) = self.library_with(path, &nudge.apply(text)) else {
                continue;
            };
            mutated.mutations += 1;
            let noticed = subjects.iter().any(|subject| {
                let own = subject.rule.source_text().to_owned();
                match nudged(&self.engine, &library, subject.rule, own) {
                    Some(rule) => self.notices(rule, subject.trial),
                    // A rule that no longer compiles has noticed all the more.
                    None => true,
                }
            });
            if !noticed {
                mutated.unnoticed.push(nudge.unnoticed(text));
            }
        }
        mutated
    }

    fn library_with(&self, path: &str, text: &str) -> Option<Library> {
        let mut sources = self.sources.clone();
        let file = sources.files.iter_mut().find(|file| file.path == path)?;
        *file = SourceFile::new(path, text);
        let mut problems = Vec::new();
        let library = library::library(&self.engine, &sources, &mut problems);
        (library.files.len() == self.library.files.len()).then_some(library)
    }

    fn notices(&mut self, rule: Rule, trial: &Trial) -> bool {
        let bench = self.bench.take().unwrap_or_else(Bench::new);
        let (results, bench) = run_cases(rule, trial, self.known, bench, Until::OneFails);
        self.bench = Some(bench);
        results.map_or(true, |results| results.iter().any(|result| result.failed.is_some()))
    }
}

/// The rule with another text, where that compiles and passes the checks.
fn nudged(engine: &Engine, library: &Library, rule: &Rule, text: String) -> Option<Rule> {
    let file = SourceFile::new(rule.path(), text);
    let compiled = compile::compile(engine, library, &file, &Changes::default()).ok()?;
    let mut nudged = as_it_stands(rule);
    nudged.text = String::from_utf8(file.bytes).unwrap_or_default();
    nudged.ast = compiled.ast;
    nudged.cards = vec![compiled.file_card.clone()];
    nudged.file_card = compiled.file_card;
    nudged.plain = compiled.plain;
    nudged.words = compiled.words;
    Some(nudged)
}
