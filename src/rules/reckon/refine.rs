//! What a condition says of words and variables where it holds, and where it does not.

use rhai::Expr;

use super::span::Span;
use super::{Known, Reckoner};
use crate::rules::vocabulary;
use crate::script;

impl Reckoner<'_> {
    /// Notes what holds where a condition is true, or where it is false.
    pub(super) fn refine(&mut self, condition: &Expr, truth: bool, known: &mut Known) {
        match condition {
            Expr::And(parts, _) if truth => parts.iter().for_each(|part| self.refine(part, true, known)),
            Expr::Or(parts, _) if !truth => parts.iter().for_each(|part| self.refine(part, false, known)),
            Expr::FnCall(call, _) if call.is_operator_call() => match call.args.as_slice() {
                [only] if call.name == "!" => self.refine(only, !truth, known),
                [left, right] => {
                    if let Some(sign) = sign(&call.name, truth) {
                        self.compare(left, sign, right, known);
                        self.compare(right, turned(sign), left, known);
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn compare(&mut self, left: &Expr, sign: &str, right: &Expr, known: &mut Known) {
        let Some(name) = self.name_of(left, known) else {
            return;
        };
        // Doubts about these parts were said where the condition was first looked at.
        let said = self.doubts.len();
        let spans = (
            self.expr(left, known).surely_number(),
            self.expr(right, known).surely_number(),
        );
        self.doubts.truncate(said);
        if let (Some(left), Some(right)) = spans {
            known.words.insert(name, left.compared(sign, right));
        }
    }

    /// Under which name more may be known of a part: a word as it is written, or `$` and a variable's name.
    pub(super) fn name_of(&mut self, expr: &Expr, known: &mut Known) -> Option<String> {
        if let Some(name) = script::variable_name(expr) {
            return Some(format!("${name}"));
        }
        let (root, links) = script::chain(expr)?;
        let handle = known.variables.get(script::variable_name(root)?)?;
        if handle.only() != Some(super::Sort::Student) {
            return None;
        }
        match links.as_slice() {
            [(Expr::Property(property, _), false)] => {
                vocabulary::word(&property.2).map(|entry| entry.word.word().to_owned())
            }
            [(Expr::MethodCall(call, _), false)] if call.args.len() == 1 => {
                let word = vocabulary::word(&call.name)?.word.word();
                let (kind, days) = self.window(&call.args[0], known)?;
                Some(format!("{word}({kind}({days}))"))
            }
            _ => None,
        }
    }

    /// How a part is called in a sentence; `None` where it has no name.
    pub(super) fn said(&mut self, expr: &Expr, known: &mut Known) -> Option<String> {
        let name = self.name_of(expr, known)?;
        Some(match name.strip_prefix('$') {
            Some(variable) => variable.to_owned(),
            None => format!("student.{name}"),
        })
    }
}

/// The comparison that holds, where this one is true or false; `None` where it is none.
fn sign(name: &str, truth: bool) -> Option<&'static str> {
    let pairs = [
        ("<", ">="),
        ("<=", ">"),
        (">", "<="),
        (">=", "<"),
        ("==", "!="),
        ("!=", "=="),
    ];
    let (yes, no) = pairs.into_iter().find(|(known, _)| *known == name)?;
    Some(if truth { yes } else { no })
}

/// The same comparison from the other side.
fn turned(sign: &str) -> &str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

/// Whether a comparison of two spans comes out the same way whatever the numbers are.
pub(super) fn settled(left: Span, sign: &str, right: Span) -> Option<bool> {
    let (always, never) = match sign {
        "<" => (left.high < right.low, left.low >= right.high),
        "<=" => (left.high <= right.low, left.low > right.high),
        ">" => (left.low > right.high, left.high <= right.low),
        ">=" => (left.low >= right.high, left.high < right.low),
        "==" => (false, left.high < right.low || left.low > right.high),
        "!=" => (left.high < right.low || left.low > right.high, false),
        _ => (false, false),
    };
    match (always, never) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}
