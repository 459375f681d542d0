//! What stands in a file and does nothing, and functions that do not end.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{Expr, Stmt};

use super::{Gravity, entry};
use crate::rules::check::{self, ENTRIES, Signature};
use crate::rules::compile::Compiled;
use crate::rules::plain::{Spot, Wrong, spot};
use crate::rules::reckon::Body;
use crate::script::{Node, limits, walk_statement};

pub(super) fn find(rule: &Compiled, source: &str) -> Vec<(Gravity, Wrong)> {
    let mut found = Vec::new();
    found.extend(unused_parameters(rule).map(|wrong| (Gravity::Remark, wrong)));
    found.extend(unused_functions(rule, source).map(|wrong| (Gravity::Remark, wrong)));
    found.extend(endless(rule).into_iter().map(|wrong| (Gravity::Warning, wrong)));
    found.extend(
        circular(rule, source)
            .into_iter()
            .map(|wrong| (Gravity::Warning, wrong)),
    );
    found.extend(
        without_words(rule, source)
            .into_iter()
            .map(|wrong| (Gravity::Remark, wrong)),
    );
    found
}

fn walk(body: &Body, visit: &mut dyn FnMut(Node<'_>)) {
    for statement in &body.statements {
        walk_statement(statement, &mut |node| visit(node));
    }
}

/// Names of all parts that are asked of anything: `days` of `p.days`.
fn parts_asked(rule: &Compiled) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for body in rule.bodies.iter() {
        walk(body, &mut |node| match node {
            Node::Chain(_, links) => names.extend(links.iter().filter_map(|(link, _)| match link {
                Expr::Property(property, _) => Some(property.2.to_string()),
                Expr::StringConstant(text, _) => Some(text.to_string()),
                _ => None,
            })),
            Node::Expression(Expr::StringConstant(text, _)) => {
                names.insert(text.to_string());
            }
            _ => {}
        });
    }
    names
}

fn unused_parameters(rule: &Compiled) -> impl Iterator<Item = Wrong> {
    let asked = parts_asked(rule);
    let unused = rule.file_card.params.keys().filter(move |name| !asked.contains(*name));
    unused.filter_map(|name| {
        let item = entry(&rule.layers[0], &["params", name])?;
        Some(Wrong::new(
            "rule-parameter-unused",
            item.spot,
            format!("no function reads the parameter `{name}`: changing it changes nothing"),
            format!("write `p.{name}` where it is meant, or take it out"),
        ))
    })
}

fn unused_functions<'r>(rule: &'r Compiled, source: &'r str) -> impl Iterator<Item = Wrong> + 'r {
    let own = rule.bodies.iter().filter(|body| body.own);
    let unused = own.filter(|body| !rule.findings.reached.contains(&body.signature));
    let unused = unused.filter(|body| !ENTRIES.contains(&body.signature.0.as_str()));
    unused.map(move |body| {
        let name = &body.signature.0;
        Wrong::new(
            "rule-function-unused",
            check::place_of_function(source, name),
            format!("nothing calls `{name}`"),
            "call it, or take it out",
        )
    })
}

/// Loops that nothing ends.
fn endless(rule: &Compiled) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    for body in rule.bodies.iter().filter(|body| body.own) {
        walk(body, &mut |node| {
            let Node::Statement(Stmt::While(flow, position)) = node else {
                return;
            };
            let always = matches!(flow.expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
            if always && !flow.body.iter().any(leaves) {
                wrongs.push(Wrong::new(
                    "rule-loop-without-end",
                    spot(*position),
                    "nothing ends this loop",
                    "add a `break`, or walk over something: `for n in 1..5 { … }`",
                ));
            }
        });
    }
    wrongs
}

fn leaves(statement: &Stmt) -> bool {
    let mut found = false;
    walk_statement(statement, &mut |node| {
        let leaves = matches!(node, Node::Statement(Stmt::BreakLoop(..) | Stmt::Return(..)));
        found |= leaves;
    });
    found
}

/// Functions that call themselves, by whatever way.
fn circular(rule: &Compiled, source: &str) -> Vec<Wrong> {
    let mut calls: BTreeMap<&Signature, BTreeSet<Signature>> = BTreeMap::new();
    for body in rule.bodies.iter() {
        let called = calls.entry(&body.signature).or_default();
        walk(body, &mut |node| {
            if let Node::Call(call, _) = node {
                called.insert((call.name.to_string(), call.args.len()));
            }
        });
    }
    let own = rule.bodies.iter().filter(|body| body.own);
    let circular = own.filter(|body| comes_back(&calls, &body.signature));
    circular
        .map(|body| {
            let name = &body.signature.0;
            let most = limits::CALL_LEVELS;
            Wrong::new(
                "rule-calls-itself",
                check::place_of_function(source, name),
                format!("`{name}` calls itself; past {most} calls inside each other a rule is ended"),
                "write it as a loop: `for n in 1..5 { … }`",
            )
        })
        .collect()
}

fn comes_back(calls: &BTreeMap<&Signature, BTreeSet<Signature>>, from: &Signature) -> bool {
    let mut open: Vec<&Signature> = calls.get(from).into_iter().flatten().collect();
    let mut seen: BTreeSet<&Signature> = BTreeSet::new();
    while let Some(next) = open.pop() {
        if next == from {
            return true;
        }
        if seen.insert(next) {
            open.extend(calls.get(next).into_iter().flatten());
        }
    }
    false
}

/// A rule that its readers will not understand.
fn without_words(rule: &Compiled, source: &str) -> Vec<Wrong> {
    let top = Spot {
        district: false,
        line: 1,
        column: 1,
    };
    let mut wrongs = Vec::new();
    if rule.docs.title.is_empty() {
        wrongs.push(Wrong::new(
            "rule-without-title",
            top,
            "the file does not begin with what the rule is about",
            "write it into the first line: `//! Chronic absence`",
        ));
    }
    if !rule.has[1] {
        wrongs.push(Wrong::new(
            "rule-without-because",
            check::place_of_function(source, "measure"),
            "there is no `because`, so letters show the bare number",
            "add `fn because(student, p) { … }` with a text in backticks",
        ));
    }
    wrongs
}
