//! Statements, in order: what a function may come to.

use rhai::{Expr, Stmt};

use super::might::{Might, Sort};
use super::{Body, Known, Reckoner};
use crate::rules::plain::{Wrong, spot};
use crate::script::{self, Node, limits, walk_statement};

/// How a part of a function may end.
pub(super) struct Flow {
    /// What it comes to, where it runs to its end; nothing at all where it never does.
    value: Might,
    /// What the function may come to out of it by `return`.
    returned: Might,
    /// What is known behind it.
    known: Known,
    /// Whether it may run to its end.
    falls: bool,
}

impl Flow {
    fn value(value: Might, known: Known) -> Flow {
        Flow {
            value,
            returned: Might::never(),
            known,
            falls: true,
        }
    }

    fn gone(returned: Might, known: Known) -> Flow {
        Flow {
            value: Might::never(),
            returned,
            known,
            falls: false,
        }
    }

    /// Either of two ways.
    fn or(self, other: Flow) -> Flow {
        let known = match (self.falls, other.falls) {
            (true, false) => self.known,
            (false, true) => other.known,
            _ => self.known.join(other.known),
        };
        Flow {
            value: self.value.join(other.value),
            returned: self.returned.join(other.returned),
            known,
            falls: self.falls || other.falls,
        }
    }
}

impl Reckoner<'_> {
    /// What a function may come to.
    pub(super) fn body(&mut self, body: &Body, known: Known) -> Might {
        let own = std::mem::replace(&mut self.own, body.own);
        let flow = self.statements(&body.statements, known);
        self.own = own;
        flow.value.join(flow.returned)
    }

    /// What a block as an expression may come to; a `return` in it is told apart by whoever holds the block as a statement.
    pub(super) fn block_value(&mut self, statements: &[Stmt], known: &mut Known) -> Might {
        let flow = self.statements(statements, known.clone());
        let leaves = !flow.returned.is_never();
        known.words = flow.known.words;
        self.forget_assigned(statements, known);
        // Whatever is returned there is the whole function's answer: then nothing can be told of it here.
        if leaves { Might::anything() } else { flow.value }
    }

    fn statements(&mut self, statements: &[Stmt], known: Known) -> Flow {
        let outer: Vec<String> = known.variables.keys().cloned().collect();
        let mut flow = Flow::value(Might::sort(Sort::Nothing), known);
        let mut returned = Might::never();
        for statement in statements {
            if matches!(statement, Stmt::Noop(_)) {
                continue;
            }
            flow = self.statement(statement, flow.known);
            returned = returned.join(std::mem::take(&mut flow.returned));
            if !flow.falls {
                break;
            }
        }
        flow.returned = returned;
        // What a block names ends with it.
        flow.known.variables.retain(|name, _| outer.contains(name));
        flow
    }

    fn statement(&mut self, statement: &Stmt, mut known: Known) -> Flow {
        if !self.goes_on() {
            return Flow {
                returned: Might::anything(),
                ..Flow::value(Might::anything(), Known::default())
            };
        }
        let nothing = || Might::sort(Sort::Nothing);
        match statement {
            Stmt::Expr(expr) => {
                let value = self.expr(expr, &mut known);
                Flow::value(value, known)
            }
            Stmt::FnCall(call, position) => {
                let value = self.call(call, *position, &mut known);
                Flow::value(value, known)
            }
            Stmt::Var(parts, _, _) => {
                let value = self.expr(&parts.1, &mut known);
                // A rule cannot hold more at one time; who writes more is not followed.
                if known.variables.len() < limits::VARIABLES {
                    known.variables.insert(parts.0.name.to_string(), value);
                }
                known.words.remove(&format!("${}", parts.0.name));
                Flow::value(nothing(), known)
            }
            Stmt::Assignment(parts) => {
                self.assign(parts, &mut known);
                Flow::value(nothing(), known)
            }
            Stmt::If(flow, _) => self.branch(&flow.expr, flow.body.statements(), flow.branch.statements(), known),
            Stmt::Switch(parts, _) => {
                self.expr(&parts.0, &mut known);
                let mut ways = match parts.1.def_case {
                    Some(_) => Flow::gone(Might::never(), known.clone()),
                    None => Flow::value(nothing(), known.clone()),
                };
                for arm in &parts.1.expressions {
                    let mut inside = known.clone();
                    let value = self.expr(&arm.rhs, &mut inside);
                    ways = ways.or(Flow::value(value, inside));
                }
                ways
            }
            Stmt::Block(block) => self.statements(block.statements(), known),
            Stmt::While(flow, _) | Stmt::Do(flow, _, _) => self.repeated(flow.body.statements(), known),
            Stmt::For(parts, _) => {
                self.expr(&parts.2.expr, &mut known);
                self.repeated(parts.2.body.statements(), known)
            }
            Stmt::Return(value, flags, _) => {
                let value = value.as_ref().map(|value| self.expr(value, &mut known));
                // `throw` is a return that breaks: nothing comes of it.
                let thrown = flags.contains(rhai::ASTFlags::BREAK);
                let value = if thrown {
                    Might::never()
                } else {
                    value.unwrap_or_else(nothing)
                };
                Flow::gone(value, known)
            }
            Stmt::BreakLoop(value, _, _) => {
                if let Some(value) = value {
                    self.expr(value, &mut known);
                }
                Flow::gone(Might::never(), known)
            }
            _ => Flow {
                returned: Might::anything(),
                ..Flow::value(Might::anything(), Known::default())
            },
        }
    }

    fn assign(&mut self, parts: &(rhai::OpAssignment, rhai::BinaryExpr), known: &mut Known) {
        let (operation, pair) = parts;
        let mut value = self.expr(&pair.rhs, known);
        let Some(name) = script::variable_name(&pair.lhs) else {
            // A part of a map or an array: the whole is still one.
            return;
        };
        if let Some((_, _, _, _, _, sign)) = operation.get_op_assignment_info() {
            let before = self.expr(&pair.lhs, known);
            value = self.binary(sign, (&pair.lhs, before), (&pair.rhs, value), known);
        }
        known.words.remove(&format!("${name}"));
        if known.variables.contains_key(name) {
            known.variables.insert(name.to_owned(), value);
        }
    }

    fn branch(&mut self, condition: &Expr, then: &[Stmt], otherwise: &[Stmt], mut known: Known) -> Flow {
        let asked = self.expr(condition, &mut known);
        if asked.only() != Some(Sort::YesNo) && !asked.may_be(Sort::YesNo) && !asked.may_be(Sort::Anything) {
            self.no_condition(condition, &asked);
        }
        let (mut yes, mut no) = (known.clone(), known);
        self.refine(condition, true, &mut yes);
        self.refine(condition, false, &mut no);
        let then = self.statements(then, yes);
        let otherwise = self.statements(otherwise, no);
        then.or(otherwise)
    }

    fn no_condition(&mut self, condition: &Expr, asked: &Might) {
        let what = asked.only().map_or("a number", Sort::words);
        let remedy = match asked.number {
            Some(_) => "compare it, such as `> 0`",
            None => "compare it with something",
        };
        self.doubt(Wrong::new(
            "rule-mixes-kinds",
            spot(condition.start_position()),
            format!("a condition is yes or no, and this is {what}"),
            remedy,
        ));
    }

    /// A loop: what it changes may be anything, before and behind it.
    fn repeated(&mut self, body: &[Stmt], mut known: Known) -> Flow {
        self.forget_assigned(body, &mut known);
        let flow = self.statements(body, known.clone());
        Flow {
            value: Might::anything(),
            returned: flow.returned,
            known,
            falls: true,
        }
    }

    fn forget_assigned(&self, statements: &[Stmt], known: &mut Known) {
        for statement in statements {
            walk_statement(statement, &mut |node| {
                if let Node::Statement(Stmt::Assignment(parts)) = node
                    && let Some(name) = script::variable_name(&parts.1.lhs)
                {
                    known.words.remove(&format!("${name}"));
                    if let Some(might) = known.variables.get_mut(name) {
                        *might = Might::anything();
                    }
                }
            });
        }
    }
}
