//! Functions without a name are handed over where they are made, or named by `let` and called; they are kept nowhere else. One that
//! is put into a variable again and again, each holding the one before, is a tower that nobody can take down: no limit of the
//! engine sees it, and the program would fall with it.

use std::collections::BTreeSet;

use rhai::{Expr, FnCallExpr, FnPtr, Position, Stmt};

use super::words::REFUSED;
use super::{Checker, is_closure, statements_of};
use crate::rules::plain::{Wrong, spot};
use crate::script::{self, Node, walk_statement};

/// The built-in functions that call what they are handed, for each item of a list.
const TAKERS: [&str; 7] = ["map", "filter", "reduce", "some", "all", "find", "for_each"];

/// The mistakes of functions that are kept.
pub(super) fn check(checker: &Checker<'_>) -> Vec<Wrong> {
    let mut everywhere = BTreeSet::new();
    let mut wrongs = Vec::new();
    for (signature, _) in checker.own.iter().chain(checker.shared) {
        let wanted = |name: &str, count: usize| name == signature.0 && count == signature.1;
        let names = named(checker, wanted);
        wrongs.extend(look(checker, wanted, &names));
        everywhere.extend(names);
    }
    // Inside of a function without a name the variables of the one around it are called the same.
    everywhere.extend(named(checker, |name, _| is_closure(name)));
    wrongs.extend(look(checker, |name, _| is_closure(name), &everywhere));
    wrongs
}

/// The variables that `let` names functions by.
fn named(checker: &Checker<'_>, wanted: impl Fn(&str, usize) -> bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    statements_of(checker.ast, wanted, &mut |statement| {
        walk_statement(statement, &mut |node| {
            if let Node::Statement(Stmt::Var(parts, _, _)) = node
                && made(&parts.1).is_some()
            {
                names.insert(parts.0.name.to_string());
            }
        });
    });
    names
}

fn look(checker: &Checker<'_>, wanted: impl Fn(&str, usize) -> bool, names: &BTreeSet<String>) -> Vec<Wrong> {
    let mut look = Look {
        checker,
        names,
        free: BTreeSet::new(),
        wrongs: Vec::new(),
    };
    statements_of(checker.ast, wanted, &mut |statement| {
        walk_statement(statement, &mut |node| look.node(&node));
    });
    look.wrongs
}

struct Look<'l> {
    checker: &'l Checker<'l>,
    names: &'l BTreeSet<String>,
    /// Expressions, by where they lie in memory, at places where a function may stand: what is around them comes first.
    free: BTreeSet<usize>,
    wrongs: Vec<Wrong>,
}

impl Look<'_> {
    fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Statement(Stmt::Var(parts, _, _)) if made(&parts.1).is_some() => self.allow(&parts.1),
            Node::Call(call, position) => self.call(call, *position),
            Node::Chain(root, links) => {
                for (link, by_index) in links {
                    if let Expr::MethodCall(call, _) = link
                        && !by_index
                        && TAKERS.contains(&call.name.as_str())
                    {
                        call.args.first().into_iter().for_each(|taken| self.allow(taken));
                    }
                }
                // `f.call(3)`
                if matches!(links.first(), Some((Expr::MethodCall(call, _), false)) if call.name == "call") {
                    self.allow(root);
                }
            }
            Node::Expression(expr) => self.expression(expr),
            _ => {}
        }
    }

    fn call(&mut self, call: &FnCallExpr, position: Position) {
        let name = call.name.as_str();
        if TAKERS.contains(&name) {
            call.args.get(1).into_iter().for_each(|taken| self.allow(taken));
        }
        if name == "call" {
            call.args.first().into_iter().for_each(|called| self.allow(called));
        }
        // The engine writes `curry` where a function takes variables along; a person may not.
        let by_engine = call
            .args
            .first()
            .is_some_and(|first| matches!(first, Expr::DynamicConstant(..)));
        if name == "curry" && !by_engine {
            self.wrongs.push(Wrong::new(
                REFUSED,
                spot(position),
                "`curry` cannot be used in a rule",
                "write a function with fewer parameters",
            ));
        }
    }

    fn allow(&mut self, expr: &Expr) {
        self.free.insert(address(expr));
    }

    fn expression(&mut self, expr: &Expr) {
        let is_free = self.free.contains(&address(expr));
        if let Some(parts) = made(expr) {
            // What it takes along, and itself inside the call that the engine writes.
            parts.iter().for_each(|part| self.allow(part));
            if !is_free {
                self.refuse(expr.start_position());
            }
        } else if !is_free && script::variable_name(expr).is_some_and(|name| self.names.contains(name)) {
            self.refuse(expr.start_position());
        }
    }

    fn refuse(&mut self, position: Position) {
        let message = "a function without a name is kept here";
        let remedy =
            "hand it over where it is made, as in `list.filter(|item| item > 3)`, or name it with `let` and `call` it";
        let at = spot(position);
        let here = self
            .checker
            .source
            .get(script::byte_at(self.checker.source, at.line, at.column)..);
        // A shared function's place is one of another file.
        let known =
            here.is_some_and(|here| here.starts_with('|') || self.names.iter().any(|name| here.starts_with(name)));
        self.wrongs.push(match known {
            true => Wrong::new(REFUSED, at, message, remedy),
            false => Wrong::whole(REFUSED, message, remedy),
        });
    }
}

/// What a function without a name is made of: itself and the variables that it takes along. `None` for any other expression.
fn made(expr: &Expr) -> Option<&[Expr]> {
    match expr {
        Expr::DynamicConstant(value, _) if value.is::<FnPtr>() => Some(&[]),
        Expr::Stmt(block) => {
            let mut statements = block.iter();
            let (Some(Stmt::Share(..)), Some(Stmt::Expr(call)), None) =
                (statements.next(), statements.next(), statements.next())
            else {
                return None;
            };
            match &**call {
                Expr::FnCall(call, _) => Some(&call.args),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Where an expression lies in memory: the same one while its script is walked.
fn address(expr: &Expr) -> usize {
    std::ptr::from_ref(expr).addr()
}
