//! The check of a compiled rule before it may run: every word, function and number of arguments is known, and nothing is
//! asked in a way that the sandbox cannot answer for.

mod kept;
mod notes;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Expr, Stmt};

use super::card::Card;
use super::plain::{Spot, Wrong, spot_at};
use super::switches;
use super::vocabulary::{self, Kind};
use super::word::PluginWord;
use crate::indicators::Word;
use crate::school::{Table, Tables};
use crate::script::{self, Node, walk_statement};

/// The functions of a rule that the host calls.
pub(super) const ENTRIES: [&str; 3] = ["measure", "applies", "because"];

/// What a rule asks of other rules.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// One rule's level, by its id.
    Rule(String),
    /// The gravest level in an area.
    Area(String),
    /// Every area but `combined` and `context`.
    Areas,
}

/// A function by its name and the number of its parameters.
pub(super) type Signature = (String, usize);

/// What a check learned.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings {
    /// Words of all functions that are reached.
    pub(super) words: BTreeSet<Word>,
    /// Words of `measure` and `applies` alone.
    pub(super) judging_words: BTreeSet<Word>,
    /// Plugins' words, and whether one of them takes part in judging.
    pub(super) plugin_words: BTreeMap<String, bool>,
    /// What is asked of other rules, and where.
    pub(super) asks: BTreeMap<Asked, Spot>,
    /// Functions that `measure` and `applies` reach, themselves included.
    pub(super) judging: BTreeSet<Signature>,
    /// Functions that any of the host's calls reaches.
    pub(super) reached: BTreeSet<Signature>,
    /// Things worth a remark.
    pub(super) remarks: Vec<Wrong>,
    /// Mistakes, in the order of the text.
    pub(super) wrongs: Vec<Wrong>,
}

impl Findings {
    /// The tables that the words read.
    pub(super) fn reads(&self) -> Tables {
        self.words.iter().fold(Tables::NONE, |all, word| all.and(word.reads()))
    }

    /// Adds the words of least values: they decide as much as those of `measure`.
    pub(super) fn add_needs(&mut self, cards: &[Card]) {
        for name in cards.iter().flat_map(|card| card.needs.keys()) {
            let Some(entry) = vocabulary::word(name) else {
                self.plugin_words.insert(name.clone(), true);
                continue;
            };
            self.words.insert(entry.word);
            self.judging_words.insert(entry.word);
        }
    }

    /// Whether a judging word depends on what the district says of a table.
    pub(super) fn judges_by(&self, table: Table) -> bool {
        self.judging_words.iter().any(|word| word.reads().holds(table))
    }
}

/// Whether the engine made this function of a closure.
pub(super) fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

/// The named functions of a script with their parameters' names.
pub(super) fn functions(ast: &AST) -> Vec<(Signature, Vec<String>)> {
    let named = ast.iter_fn_def().filter(|function| !is_closure(&function.name));
    let mut all: Vec<(Signature, Vec<String>)> = named
        .map(|function| {
            let params: Vec<String> = function.params.iter().map(|param| param.to_string()).collect();
            ((function.name.to_string(), params.len()), params)
        })
        .collect();
    all.sort();
    all
}

/// Where a function's name stands.
pub(super) fn place_of_function(source: &str, name: &str) -> Spot {
    let pieces = script::pieces(source);
    let at = pieces
        .windows(2)
        .find(|pair| pair[0].text == "fn" && pair[1].text == name)
        .map_or(0, |pair| pair[1].at);
    spot_at(source, at)
}

/// Shows every statement at the top of the functions that are wanted. The engine hides a function's body, but walks it.
pub(super) fn statements_of(ast: &AST, wanted: impl Fn(&str, usize) -> bool, visit: &mut dyn FnMut(&Stmt)) {
    // Cloning with a filter keeps everything where nothing was there before (rhai 1.27): so clone, then retain.
    let mut part = ast.clone();
    part.clear_statements();
    part.retain_functions(|_, _, name, parameters| wanted(name, parameters));
    part.walk(&mut |path: &[ASTNode<'_>]| {
        if let [ASTNode::Stmt(statement)] = path {
            visit(statement);
        }
        true
    });
}

/// What a rule is checked against.
pub(super) struct Checker<'a> {
    /// The rule's own script, with the shared functions that it may call.
    pub(super) ast: &'a AST,
    /// The rule's text.
    pub(super) source: &'a str,
    /// Functions of the rule's file, with their parameters.
    pub(super) own: &'a [(Signature, Vec<String>)],
    /// Shared functions, with their parameters.
    pub(super) shared: &'a [(Signature, Vec<String>)],
    /// Parameters of the card, with their kinds.
    pub(super) params: &'a BTreeMap<String, Kind>,
    /// Words of plugins, those out of work included.
    pub(super) words: &'a [PluginWord],
}

/// Where in the script the checker is.
struct Here<'h> {
    /// The function's first parameter, where it is the student for sure.
    student: Option<&'h str>,
    /// The function's second parameter, where it is `p` for sure.
    p: Option<&'h str>,
    /// Keys of maps that the rule itself makes.
    keys: &'h BTreeSet<String>,
    /// Whether the function belongs to the rule's own file, so that places can be shown.
    own: bool,
    /// Whether the function takes part in judging.
    judging: bool,
}

const ARGUMENTS: &str = "rule-wrong-arguments";

impl Checker<'_> {
    /// Checks all functions that the host's calls reach.
    pub(super) fn check(&self) -> Findings {
        let mut findings = Findings::default();
        self.check_names(&mut findings);
        findings.judging = self.reached(&["measure", "applies"]);
        findings.reached = self.reached(&ENTRIES);
        let keys = self.map_keys();
        for (signature, params) in self.own.iter().chain(self.shared) {
            let own = self.own.iter().any(|(known, _)| known == signature);
            if !own && !findings.reached.contains(signature) {
                continue;
            }
            let entry = own && ENTRIES.contains(&signature.0.as_str());
            let mut here = Here {
                student: entry.then(|| params.first().map(String::as_str)).flatten(),
                p: entry.then(|| params.get(1).map(String::as_str)).flatten(),
                keys: &keys,
                own,
                judging: findings.judging.contains(signature),
            };
            self.check_function(signature, &mut here, &mut findings);
        }
        let here = Here {
            student: None,
            p: None,
            keys: &keys,
            own: true,
            judging: true,
        };
        self.check_statements(|name, _| is_closure(name), &here, &mut findings);
        findings.wrongs.extend(switches::check(self));
        findings.wrongs.extend(kept::check(self));
        findings
            .wrongs
            .sort_by_key(|wrong| wrong.spot.map(|spot| (spot.line, spot.column)));
        findings
    }

    /// Checks a script that is no rule: its one entry takes the student alone.
    pub(super) fn check_indicator(&self, entry: &str) -> Findings {
        let mut findings = Findings::default();
        let keys = self.map_keys();
        for (signature, params) in self.own {
            if let Some(wrong) = taken_name(&signature.0, place_of_function(self.source, &signature.0)) {
                findings.wrongs.push(wrong);
            }
            let student = (signature.0 == entry)
                .then(|| params.first().map(String::as_str))
                .flatten();
            let mut here = Here {
                student,
                p: None,
                keys: &keys,
                own: true,
                judging: true,
            };
            self.check_function(signature, &mut here, &mut findings);
        }
        let here = Here {
            student: None,
            p: None,
            keys: &keys,
            own: true,
            judging: true,
        };
        self.check_statements(|name, _| is_closure(name), &here, &mut findings);
        findings.wrongs.extend(switches::check(self));
        findings.wrongs.extend(kept::check(self));
        findings
            .wrongs
            .sort_by_key(|wrong| wrong.spot.map(|spot| (spot.line, spot.column)));
        findings
    }

    fn check_names(&self, findings: &mut Findings) {
        if !self
            .own
            .iter()
            .any(|(signature, _)| *signature == ("measure".to_owned(), 2))
        {
            findings.wrongs.push(Wrong::whole(
                "rule-without-measure",
                "the rule has no `fn measure(student, p)`",
                "add it: it gives the number that the levels are about",
            ));
        }
        for ((name, parameters), _) in self.own {
            let at = place_of_function(self.source, name);
            if ENTRIES.contains(&name.as_str()) && *parameters != 2 {
                findings.wrongs.push(Wrong::new(
                    ARGUMENTS,
                    at,
                    format!("`{name}` takes the student and the parameters"),
                    format!("write `fn {name}(student, p)`"),
                ));
            }
            if let Some(wrong) = taken_name(name, at) {
                findings.wrongs.push(wrong);
            } else if self.words.iter().any(|word| word.name == *name) {
                findings.wrongs.push(Wrong::new(
                    "rule-name-taken",
                    at,
                    format!("`{name}` is the word of a plugin"),
                    "give the function another name",
                ));
            } else if self.shared.iter().any(|((shared, _), _)| shared == name) {
                findings.wrongs.push(Wrong::new(
                    "rule-name-taken",
                    at,
                    format!("`{name}` is a shared function in `rules/lib`"),
                    "give this one another name",
                ));
            }
        }
    }

    /// The functions that these entries call, directly and not, the entries included.
    fn reached(&self, entries: &[&str]) -> BTreeSet<Signature> {
        let known: BTreeSet<&Signature> = self.own.iter().chain(self.shared).map(|(known, _)| known).collect();
        let mut reached: BTreeSet<Signature> = BTreeSet::new();
        let mut open: Vec<Signature> = entries.iter().map(|name| ((*name).to_owned(), 2)).collect();
        // What a closure calls is reached by whoever holds the closure.
        let mut first = true;
        while first || !open.is_empty() {
            let mut called = Vec::new();
            let wanted: Vec<Signature> = open.drain(..).filter(|one| known.contains(one)).collect();
            let wants = |name: &str, count: usize| {
                (first && is_closure(name))
                    || wanted
                        .iter()
                        .any(|(known, parameters)| known == name && *parameters == count)
            };
            statements_of(self.ast, wants, &mut |statement| {
                walk_statement(statement, &mut |node| {
                    if let Node::Call(call, _) = node {
                        called.push((call.name.to_string(), call.args.len()));
                    }
                });
            });
            reached.extend(wanted);
            open.extend(
                called
                    .into_iter()
                    .filter(|one| !reached.contains(one) && known.contains(one)),
            );
            first = false;
        }
        reached
    }

    /// Names that a map literal of the rule gives to its entries.
    fn map_keys(&self) -> BTreeSet<String> {
        let mut keys: BTreeSet<String> = self.params.keys().cloned().collect();
        statements_of(self.ast, |_, _| true, &mut |statement| {
            walk_statement(statement, &mut |node| {
                if let Node::Expression(Expr::Map(parts, _)) = node {
                    keys.extend(parts.0.iter().map(|(key, _)| key.name.to_string()));
                }
            });
        });
        keys
    }

    fn check_function(&self, signature: &Signature, here: &mut Here<'_>, findings: &mut Findings) {
        let wanted = |name: &str, count: usize| name == signature.0 && count == signature.1;
        self.check_statements(wanted, here, findings);
    }

    fn check_statements(&self, wanted: impl Fn(&str, usize) -> bool, here: &Here<'_>, findings: &mut Findings) {
        statements_of(self.ast, wanted, &mut |statement| {
            walk_statement(statement, &mut |node| self.node(&node, here, findings));
        });
    }
}

/// The mistake of a function that bears a name which is taken; `None` where the name is free.
pub(super) fn taken_name(name: &str, at: Spot) -> Option<Wrong> {
    let what = if vocabulary::names().any(|known| known == name) {
        "a word of the vocabulary"
    } else if script::builtins().iter().any(|(known, _)| *known == name) || script::refused(name).is_some() {
        "a built-in function"
    } else {
        return None;
    };
    Some(Wrong::new(
        "rule-name-taken",
        at,
        format!("`{name}` is {what}"),
        "give the function another name",
    ))
}
