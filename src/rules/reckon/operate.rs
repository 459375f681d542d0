//! Operators of two operands: what comes of them, and what nobody can mean by them.

use rhai::Expr;

use super::might::{Might, Sort};
use super::refine::settled;
use super::span::Span;
use super::{Known, Reckoner};
use crate::rules::plain::{Spot, Wrong, spot};
use crate::rules::vocabulary;
use crate::school::Level;

const MIXED: &str = "rule-mixes-kinds";

/// An operand: how it is written, and what it may come to.
type Operand<'e> = (&'e Expr, Might);

impl Reckoner<'_> {
    pub(super) fn binary(&mut self, sign: &str, left: Operand<'_>, right: Operand<'_>, known: &mut Known) -> Might {
        match sign {
            "<" | "<=" | ">" | ">=" | "==" | "!=" => {
                self.compared(sign, &left, &right, known);
                Might::sort(Sort::YesNo)
            }
            "+" | "-" | "*" | "/" | "%" | "**" => self.arithmetic(sign, &left, &right, known),
            "in" | "contains" | "!in" => Might::sort(Sort::YesNo),
            _ => Might::anything(),
        }
    }

    fn arithmetic(&mut self, sign: &str, left: &Operand<'_>, right: &Operand<'_>, known: &mut Known) -> Might {
        let may_join = |might: &Might| might.may_be(Sort::Text) || might.may_be(Sort::Many);
        if sign == "+" && (may_join(&left.1) || may_join(&right.1)) {
            let array = left.1.only() == Some(Sort::Many);
            return Might::sort(if array { Sort::Many } else { Sort::Text });
        }
        let (Some(one), Some(other)) = (left.1.surely_number(), right.1.surely_number()) else {
            let wrong = [left, right].into_iter().find(|operand| operand.1.never_number());
            if let Some((expr, might)) = wrong {
                self.no_number(sign, expr, might);
            }
            return Might::anything();
        };
        if matches!(sign, "/" | "%") && other.holds_zero() {
            self.by_zero(right.0, other, known);
        }
        if sign == "%" {
            self.no_percent(left, right, known);
        }
        Might::number(match sign {
            "+" => one.plus(other),
            "-" => one.plus(other.negated()),
            "*" => one.times(other),
            "/" => one.over(other),
            "%" => one.remainder(other),
            _ => one.power(other),
        })
    }

    fn no_number(&mut self, sign: &str, expr: &Expr, might: &Might) {
        let what = might.only().map_or("no number", Sort::words);
        let remedy = match might.only() {
            Some(Sort::YesNo) => "put what is compared into round brackets, or write `if … { 1 } else { 0 }`",
            Some(Sort::Nothing) => "add the `else` that is missing",
            _ => "write a number there",
        };
        self.doubt(Wrong::new(
            MIXED,
            begins(expr),
            format!("`{sign}` needs numbers, and this is {what}"),
            remedy,
        ));
    }

    fn by_zero(&mut self, divisor: &Expr, span: Span, known: &mut Known) {
        let at = begins(divisor);
        if span.is_point() {
            let message = "nothing can be divided by 0";
            self.doubt(Wrong::new("rule-divides-by-zero", at, message, "write another number"));
            return;
        }
        let name = self.name_of(divisor, known);
        let word = name.as_deref().and_then(vocabulary::word);
        let said = self
            .said(divisor, known)
            .map_or("what stands here".to_owned(), |said| format!("`{said}`"));
        let remedy = match word {
            Some(entry) => {
                let word = entry.word.word();
                format!("add `needs: #{{ {word}: 1 }}` to the card, or ask `if student.{word} > 0` first")
            }
            None => format!(
                "ask first whether it is above 0: `if {} > 0 {{ … }} else {{ … }}`",
                said.trim_matches('`')
            ),
        };
        let message = format!("{said} may be 0 here, and nothing can be divided by 0");
        self.doubt(Wrong::new("rule-divides-by-zero", at, message, remedy));
    }

    /// `absences % enrolled_days` is no percent.
    fn no_percent(&mut self, left: &Operand<'_>, right: &Operand<'_>, known: &mut Known) {
        let hundred = right.1.surely_number() == Some(Span::point(100.0));
        let words = [left.0, right.0].map(|expr| {
            let name = self.name_of(expr, known).unwrap_or_default();
            !name.is_empty() && !name.starts_with('$')
        });
        if words[0] && (words[1] || hundred) {
            self.doubt(Wrong::new(
                "rule-remainder-for-percent",
                begins(right.0),
                "`%` is the remainder of a division and no percent",
                "write `a / b * 100`, or take a word that is in percent: `student.absence_percent`",
            ));
        }
    }

    fn compared(&mut self, sign: &str, left: &Operand<'_>, right: &Operand<'_>, known: &mut Known) {
        let at = begins(right.0);
        if let Some((what, remedy)) = mixed(sign, left, right).or_else(|| mixed(sign, right, left)) {
            self.doubt(Wrong::new(MIXED, at, what, remedy));
            return;
        }
        let (Some(one), Some(other)) = (left.1.surely_number(), right.1.surely_number()) else {
            return;
        };
        if one.is_point() == other.is_point() {
            return;
        }
        let (part, sign, number, point) = match other.is_point() {
            true => (left.0, sign, one, other),
            false => (right.0, facing(sign), other, one),
        };
        self.settled(part, sign, number, point, at, known);
    }

    /// A word against a number that it always or never reaches; what conditions before it say does not count.
    fn settled(&mut self, part: &Expr, sign: &str, number: Span, point: Span, at: Spot, known: &mut Known) {
        let Some(name) = self.name_of(part, known).filter(|name| !name.starts_with('$')) else {
            return;
        };
        let refined = known.words.get(&name) != self.base.get(&name);
        let Some(truth) = settled(number, sign, point).filter(|_| !refined) else {
            return;
        };
        let always = if truth { "always" } else { "never" };
        self.doubt(Wrong::new(
            "rule-condition-settled",
            at,
            format!("this is {always} so: `student.{name}` {}", ends(number)),
            "compare it with a number that it can lie on either side of",
        ));
    }
}

/// Where an operand begins: the engine places a calculation at its sign.
fn begins(expr: &Expr) -> Spot {
    match expr {
        Expr::FnCall(call, _) if call.is_operator_call() && call.args.len() == 2 => begins(&call.args[0]),
        _ => spot(expr.start_position()),
    }
}

/// What a number lies between, in words.
pub(in crate::rules) fn ends(span: Span) -> String {
    match (span.low.is_finite(), span.high.is_finite()) {
        _ if span.is_point() => format!("is {}", span.low),
        (true, true) => format!("lies between {} and {}", span.low, span.high),
        (true, false) => format!("is never below {}", span.low),
        (false, true) => format!("is never above {}", span.high),
        (false, false) => "may be any number".to_owned(),
    }
}

fn facing(sign: &str) -> &str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

/// What is wrong between an operand and the other, seen from the first.
fn mixed(sign: &str, one: &Operand<'_>, other: &Operand<'_>) -> Option<(String, String)> {
    let level = || "compare it with a level: `>= \"concern\"`".to_owned();
    match (one.1.only(), other.1.only()) {
        (Some(Sort::Level), Some(Sort::Text)) => {
            let Expr::StringConstant(text, _) = other.0 else {
                return None;
            };
            let remedy = match text.as_str() {
                "clear" => "write `< \"watch\"` for clear".to_owned(),
                _ => format!("the levels are {}", Level::ALL.map(Level::word).join(", ")),
            };
            text.parse::<Level>()
                .is_err()
                .then(|| (format!("there is no level `{text}`"), remedy))
        }
        (Some(Sort::Level), Some(Sort::Level)) => None,
        (Some(Sort::Level), sort) if sort.is_some() || other.1.surely_number().is_some() => {
            Some(("a level is compared with something else".to_owned(), level()))
        }
        (Some(Sort::YesNo), _) if other.1.surely_number().is_some() => {
            let chained = matches!(one.0, Expr::FnCall(call, _) if call.is_operator_call());
            let message = "a yes or no is compared with a number".to_owned();
            Some(match chained {
                true => (message, "write it in two parts: `3 <= x && x <= 5`".to_owned()),
                false => (message, "leave the comparison out: it is yes or no already".to_owned()),
            })
        }
        (Some(sort), _) if other.1.surely_number().is_some() => {
            let remedy = match (sort, one.0) {
                (Sort::Text, Expr::StringConstant(text, _)) if text.parse::<f64>().is_ok() => {
                    format!("write the number without quotes: `{text}`")
                }
                (Sort::Text, Expr::StringConstant(text, _)) if matches!(text.as_str(), "PK" | "KG" | "K") => {
                    "a grade is a number: PK is -1, KG is 0".to_owned()
                }
                (Sort::Nothing, _) => "ask `student.has(\"word\")` whether a number can be had".to_owned(),
                _ => "compare a number with a number".to_owned(),
            };
            Some((format!("{} is compared with a number", sort.words()), remedy))
        }
        (Some(Sort::Text), Some(Sort::Text)) if !matches!(sign, "==" | "!=") => Some((
            "texts have no order here".to_owned(),
            "compare numbers, or write `==`".to_owned(),
        )),
        _ => None,
    }
}
