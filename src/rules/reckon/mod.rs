//! What a rule may come to, without running it: between which ends `measure` lies, what it divides by, what it compares.
//!
//! In: a rule's functions, a card. Out: what each may come to, and what is odd on the way. Never: a student; nothing runs.
//!
//! Every answer holds all that can happen, and maybe more: what is said never to happen never does. A word that is missing is left
//! out: then the verdict is unknown, whatever the rule does with it.

mod expr;
mod flow;
mod might;
mod operate;
mod refine;
mod span;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, Stmt};

pub(super) use might::{Might, Sort};
pub(super) use operate::ends;
pub(super) use span::Span;
pub(super) use words::{higher_is_worse, span_of};

use super::card::{Card, Param};
use super::check::{self, Signature};
use super::plain::Wrong;
use crate::indicators::Word;
use crate::script::{Node, walk_statement};

/// Parts that are looked at for one function: past it nothing is said. Helpers are looked at wherever they are called, and a
/// rule can be made in which that never ends.
const MOST_PARTS: usize = 20_000;

/// Calls inside calls that are followed.
const DEEPEST_CALL: usize = 8;

/// One function, as it can be walked again and again.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) signature: Signature,
    pub(super) params: Vec<String>,
    pub(super) statements: Vec<Stmt>,
    /// Whether it stands in the rule's own file, so that places can be shown.
    pub(super) own: bool,
}

/// The functions of a rule's file, and the shared ones that it reaches.
#[derive(Clone, Debug, Default)]
pub(super) struct Bodies {
    all: Vec<Body>,
    /// Whether a closure holds variables of its function: then it may change them from anywhere.
    shares: bool,
}

impl Bodies {
    pub(super) fn of(
        ast: &AST,
        own: &[(Signature, Vec<String>)],
        shared: &[(Signature, Vec<String>)],
        reached: &BTreeSet<Signature>,
    ) -> Bodies {
        let shared = shared.iter().filter(|(signature, _)| reached.contains(signature));
        let all = own.iter().map(|one| (one, true)).chain(shared.map(|one| (one, false)));
        let body = |((signature, params), own): (&(Signature, Vec<String>), bool)| {
            let mut statements = Vec::new();
            let wanted = |name: &str, count: usize| name == signature.0 && count == signature.1;
            check::statements_of(ast, wanted, &mut |statement| statements.push(statement.clone()));
            Body {
                signature: signature.clone(),
                params: params.clone(),
                statements,
                own,
            }
        };
        let all: Vec<Body> = all.map(body).collect();
        let shares = all.iter().any(|body| body.statements.iter().any(shares));
        Bodies { all, shares }
    }

    pub(super) fn get(&self, name: &str, parameters: usize) -> Option<&Body> {
        let wanted = |body: &&Body| body.signature.0 == name && body.signature.1 == parameters;
        self.all.iter().find(wanted)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Body> {
        self.all.iter()
    }
}

fn shares(statement: &Stmt) -> bool {
    let mut found = false;
    walk_statement(statement, &mut |node| {
        found |= matches!(node, Node::Statement(Stmt::Share(..)));
    });
    found
}

/// What one of the host's functions may come to, and what is odd on the way.
#[derive(Debug)]
pub(super) struct Reckoned {
    pub(super) might: Might,
    pub(super) doubts: Vec<Wrong>,
}

/// Variables and words as they are known at one place of a function.
#[derive(Clone, Debug, Default)]
struct Known {
    variables: BTreeMap<String, Might>,
    /// Words by how a rule writes them, where more is known than the vocabulary says.
    words: BTreeMap<String, Span>,
}

impl Known {
    /// What is known of words alone: all that another function knows.
    fn of_words(&self) -> BTreeMap<String, Span> {
        let words = self.words.iter().filter(|(word, _)| !word.starts_with('$'));
        words.map(|(word, span)| (word.clone(), *span)).collect()
    }

    /// What holds on both of two ways here.
    fn join(self, other: Known) -> Known {
        let mut joined = Known::default();
        for (name, might) in self.variables {
            if let Some(also) = other.variables.get(&name) {
                joined.variables.insert(name, might.join(also.clone()));
            }
        }
        for (word, span) in self.words {
            if let Some(also) = other.words.get(&word) {
                joined.words.insert(word, span.join(*also));
            }
        }
        joined
    }
}

/// Reckons with one rule's functions under one card.
pub(super) struct Reckoner<'a> {
    bodies: &'a Bodies,
    card: &'a Card,
    /// Areas that `areas_at` can count.
    areas: f64,
    /// What the card's `needs` and `grades` say of words before anything runs.
    base: BTreeMap<String, Span>,
    parts: usize,
    depth: usize,
    own: bool,
    doubts: Vec<Wrong>,
}

impl<'a> Reckoner<'a> {
    /// `areas`: how many there are to be counted; `None` where that is not known yet.
    pub(super) fn new(bodies: &'a Bodies, card: &'a Card, areas: Option<usize>) -> Reckoner<'a> {
        let mut base = BTreeMap::new();
        for (word, least) in &card.needs {
            base.insert(word.clone(), Span::new(*least, f64::INFINITY, false));
        }
        if let Some(grades) = card.grades {
            let span = Span::new(f64::from(grades.low.0), f64::from(grades.high.0), true);
            base.insert(Word::Grade.word().to_owned(), span);
        }
        Reckoner {
            bodies,
            card,
            areas: areas.map_or(f64::INFINITY, |areas| areas as f64),
            base,
            parts: 0,
            depth: 0,
            own: true,
            doubts: Vec::new(),
        }
    }

    /// What a function of the host's may come to, where `applies` has said yes before `measure`.
    pub(super) fn entry(&mut self, name: &str) -> Option<Reckoned> {
        let body = self.bodies.get(name, 2)?;
        let mut known = self.start(body);
        if name == "measure"
            && let Some(applies) = self.bodies.get("applies", 2)
            && let [Stmt::Expr(condition)] = applies.statements.as_slice()
        {
            let mut before = self.start(applies);
            self.refine(condition, true, &mut before);
            known.words = before.words;
        }
        self.parts = 0;
        self.doubts.clear();
        let might = self.body(body, known);
        Some(Reckoned {
            might,
            doubts: std::mem::take(&mut self.doubts),
        })
    }

    fn start(&self, body: &Body) -> Known {
        let handles = [Sort::Student, Sort::Params];
        let variables = body.params.iter().cloned().zip(handles.map(Might::sort)).collect();
        Known {
            variables,
            words: self.base.clone(),
        }
    }

    /// Whether there is patience left for another part.
    fn goes_on(&mut self) -> bool {
        self.parts += 1;
        self.parts <= MOST_PARTS
    }

    fn param(&self, name: &str) -> Might {
        match self.card.params.get(name) {
            Some(Param::Whole(whole)) => Might::number(Span::point(*whole as f64)),
            Some(Param::Number(number)) => Might::number(Span::point(*number)),
            Some(Param::Text(_)) => Might::sort(Sort::Text),
            None => Might::anything(),
        }
    }

    fn doubt(&mut self, wrong: Wrong) {
        if self.own && !self.doubts.contains(&wrong) {
            self.doubts.push(wrong);
        }
    }
}
