//! Answers of rules, remembered by what they read. A rule is pure, so what it asks next follows from the answers so far:
//! a tree of questions, with the outcome at its leaves. The engine runs only where the tree ends.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::student::{Answer, Question};
use crate::indicators::Value;

/// Nodes of one rule's tree: past it, answers are computed and not kept. Some 20 MB at worst, chosen by us.
pub(super) const MOST_NODES: usize = 200_000;

/// What a call of a rule's function came to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// A number.
    Number(f64),
    /// Yes or no.
    Yes(bool),
    /// A sentence.
    Text(Arc<str>),
    /// Missing words were handed out.
    Missing(Vec<Question>),
    /// A mistake or a limit.
    Failed,
}

/// Runs a function on known answers.
pub(super) type Stepper<'s> = dyn FnMut(&[(Question, Answer)]) -> Step + 's;

/// One step of a call on known answers.
pub(super) enum Step {
    /// It came to an end.
    Done(Outcome),
    /// It needs another answer.
    Wants(Question),
}

enum Node {
    Ask {
        question: Question,
        next: FxHashMap<(u8, u64), u32>,
    },
    Leaf(Outcome),
}

/// The remembered answers of one function under one card.
#[derive(Default)]
pub(super) struct Memo {
    nodes: Vec<Node>,
    texts: FxHashMap<Arc<str>, u64>,
    last: Option<Outcome>,
}

impl Memo {
    /// The outcome for these answers; `step` runs the function where nothing is remembered.
    pub(super) fn outcome(&mut self, answer: &mut dyn FnMut(&Question) -> Answer, step: &mut Stepper<'_>) -> &Outcome {
        match self.walk(answer) {
            Some(leaf) => match &self.nodes[leaf] {
                Node::Leaf(outcome) => outcome,
                // `walk` ends at leaves alone.
                Node::Ask { .. } => self.last.get_or_insert(Outcome::Failed),
            },
            None => self.learn(answer, step),
        }
    }

    /// Follows the answers to a leaf; `None` where the tree ends before one.
    fn walk(&self, answer: &mut dyn FnMut(&Question) -> Answer) -> Option<usize> {
        let mut at = 0;
        loop {
            match self.nodes.get(at)? {
                Node::Leaf(_) => return Some(at),
                Node::Ask { question, next } => {
                    let key = self.key(&answer(question))?;
                    at = *next.get(&key)? as usize;
                }
            }
        }
    }

    /// Runs the function from the first question on and keeps what it asks and comes to.
    fn learn(&mut self, answer: &mut dyn FnMut(&Question) -> Answer, step: &mut Stepper<'_>) -> &Outcome {
        let mut known: Vec<(Question, Answer)> = Vec::new();
        // The node that the answers so far lead to: there, or to be made below its parent.
        let mut at: Place = if self.nodes.is_empty() {
            Place::New(None)
        } else {
            Place::At(0)
        };
        loop {
            let question = match at {
                Place::At(node) => match &self.nodes[node] {
                    Node::Leaf(outcome) => {
                        self.last = Some(outcome.clone());
                        break;
                    }
                    Node::Ask { question, .. } => question.clone(),
                },
                Place::New(_) | Place::Lost => match step(&known) {
                    Step::Done(outcome) => {
                        self.last = Some(outcome.clone());
                        self.add(at, Node::Leaf(outcome));
                        break;
                    }
                    Step::Wants(question) => {
                        let next = FxHashMap::default();
                        at = self.add(
                            at,
                            Node::Ask {
                                question: question.clone(),
                                next,
                            },
                        );
                        question
                    }
                },
            };
            let given = answer(&question);
            let key = self.key_of(&given);
            known.push((question, given));
            at = match at {
                Place::At(node) => match &self.nodes[node] {
                    Node::Ask { next, .. } => next
                        .get(&key)
                        .map_or(Place::New(Some((node, key))), |next| Place::At(*next as usize)),
                    Node::Leaf(_) => Place::Lost,
                },
                other => other,
            };
        }
        self.last.get_or_insert(Outcome::Failed)
    }

    fn add(&mut self, at: Place, node: Node) -> Place {
        let Place::New(parent) = at else {
            return Place::Lost;
        };
        if self.nodes.len() >= MOST_NODES {
            return Place::Lost;
        }
        let number = self.nodes.len();
        self.nodes.push(node);
        if let Some((parent, key)) = parent
            && let Node::Ask { next, .. } = &mut self.nodes[parent]
        {
            next.insert(key, number as u32);
        }
        Place::At(number)
    }

    /// The answer as a key; `None` for a text that was never seen.
    fn key(&self, answer: &Answer) -> Option<(u8, u64)> {
        if let Answer::Value(Value::Text(text)) = answer {
            return self.texts.get(text).map(|number| (3, *number));
        }
        Some(bits(answer))
    }

    fn key_of(&mut self, answer: &Answer) -> (u8, u64) {
        if let Answer::Value(Value::Text(text)) = answer {
            let next = self.texts.len() as u64;
            return (3, *self.texts.entry(text.clone()).or_insert(next));
        }
        bits(answer)
    }
}

#[derive(Clone, Copy)]
enum Place {
    /// At a node.
    At(usize),
    /// Where a node is to be made: below its parent under a key, or at the root.
    New(Option<(usize, (u8, u64))>),
    /// Where nothing is kept.
    Lost,
}

fn bits(answer: &Answer) -> (u8, u64) {
    match answer {
        Answer::Value(Value::Missing) => (0, 0),
        Answer::Value(Value::Count(count)) => (1, *count as u64),
        Answer::Value(Value::Number(number)) => (2, number.to_bits()),
        Answer::Value(Value::Text(_)) => (3, u64::MAX),
        Answer::Value(Value::Yes(yes)) => (4, u64::from(*yes)),
        Answer::Level(level) => (5, level.map_or(0, |level| level as u64 + 1)),
        Answer::Areas { sure, more } => (6, u64::from(*sure) << 8 | u64::from(*more)),
        Answer::Unknown => (7, 0),
    }
}
