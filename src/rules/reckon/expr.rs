//! Expressions: what each may come to.

use rhai::{Expr, FnCallExpr, Position};

use super::might::{Might, Sort};
use super::span::Span;
use super::{DEEPEST_CALL, Known, Reckoner, words};
use crate::rules::vocabulary;
use crate::script;

impl Reckoner<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, known: &mut Known) -> Might {
        if !self.goes_on() {
            return Might::anything();
        }
        match expr {
            Expr::IntegerConstant(whole, _) => Might::number(Span::point(*whole as f64)),
            Expr::FloatConstant(real, _) => Might::number(Span::point(**real)),
            Expr::BoolConstant(..) => Might::sort(Sort::YesNo),
            Expr::StringConstant(..) | Expr::CharConstant(..) => Might::sort(Sort::Text),
            Expr::InterpolatedString(parts, _) => {
                parts.iter().for_each(|part| drop(self.expr(part, known)));
                Might::sort(Sort::Text)
            }
            Expr::Array(parts, _) => {
                parts.iter().for_each(|part| drop(self.expr(part, known)));
                Might::sort(Sort::Many)
            }
            Expr::Map(..) => Might::sort(Sort::Many),
            Expr::Unit(_) => Might::sort(Sort::Nothing),
            Expr::Variable(..) => self.variable(expr, known),
            Expr::Stmt(block) => self.block_value(block.statements(), known),
            Expr::And(parts, _) => self.condition(parts, true, known),
            Expr::Or(parts, _) => self.condition(parts, false, known),
            Expr::Coalesce(parts, _) => {
                let all: Vec<Might> = parts.iter().map(|part| self.expr(part, known)).collect();
                all.into_iter().fold(Might::never(), Might::join)
            }
            Expr::FnCall(call, position) => self.call(call, *position, known),
            Expr::Dot(..) | Expr::Index(..) => self.chain(expr, known),
            _ => Might::anything(),
        }
    }

    /// Parts joined by `&&` or `||`: each is asked where those before it left the answer open.
    fn condition(&mut self, parts: &[Expr], goes_on: bool, known: &Known) -> Might {
        let mut inside = known.clone();
        for part in parts {
            self.expr(part, &mut inside);
            self.refine(part, goes_on, &mut inside);
        }
        Might::sort(Sort::YesNo)
    }

    fn variable(&self, expr: &Expr, known: &Known) -> Might {
        let Some(name) = script::variable_name(expr).filter(|_| !self.bodies.shares) else {
            return Might::anything();
        };
        let might = known.variables.get(name).cloned().unwrap_or_else(Might::anything);
        match (might.surely_number(), known.words.get(&format!("${name}"))) {
            (Some(span), Some(more)) => Might::number(span.meet(*more)),
            _ => might,
        }
    }

    /// A call written `f(a)`, operators included.
    pub(super) fn call(&mut self, call: &FnCallExpr, _position: Position, known: &mut Known) -> Might {
        if !self.goes_on() {
            return Might::anything();
        }
        let values: Vec<Might> = call.args.iter().map(|argument| self.expr(argument, known)).collect();
        let name = call.name.as_str();
        if call.is_operator_call() {
            return match (call.args.as_slice(), values.as_slice()) {
                ([left, right], [one, other]) => self.binary(name, (left, one.clone()), (right, other.clone()), known),
                ([_], [one]) => unary(name, one),
                _ => Might::anything(),
            };
        }
        if matches!(name, "last" | "days") {
            return Might::sort(Sort::Window);
        }
        if let Some(body) = self.bodies.get(name, values.len())
            && self.depth < DEEPEST_CALL
        {
            let inner = Known {
                variables: body.params.iter().cloned().zip(values).collect(),
                words: known.of_words(),
            };
            self.depth += 1;
            let value = self.body(body, inner);
            self.depth -= 1;
            return value;
        }
        builtin(name, &values)
    }

    fn chain(&mut self, expr: &Expr, known: &mut Known) -> Might {
        let Some((root, links)) = script::chain(expr) else {
            return Might::anything();
        };
        let mut value = self.expr(root, known);
        let mut written = String::new();
        for (at, (link, by_index)) in links.iter().enumerate() {
            value = match link {
                Expr::Property(property, _) if !by_index && value.only() == Some(Sort::Student) => {
                    written = property.2.to_string();
                    self.word(&property.2, None, &written, known)
                }
                Expr::Property(property, _) if !by_index && value.only() == Some(Sort::Params) => {
                    self.param(&property.2)
                }
                Expr::MethodCall(call, _) if !by_index && value.only() == Some(Sort::Student) => {
                    self.asked(call, &mut written, known)
                }
                Expr::MethodCall(call, _) if !by_index && call.name == "or" && at > 0 => {
                    let otherwise = call.args.first().map(|argument| self.expr(argument, known));
                    or(value, otherwise)
                }
                Expr::MethodCall(call, _) if !by_index => {
                    let mut values = vec![value];
                    values.extend(
                        call.args
                            .iter()
                            .map(|argument| self.expr(argument, known))
                            .collect::<Vec<_>>(),
                    );
                    builtin(&call.name, &values)
                }
                _ => Might::anything(),
            };
        }
        value
    }

    /// A question to the student with something in brackets.
    fn asked(&mut self, call: &FnCallExpr, written: &mut String, known: &mut Known) -> Might {
        for argument in &call.args {
            self.expr(argument, known);
        }
        match call.name.as_str() {
            "has" => Might::sort(Sort::YesNo),
            "level" | "level_in" => Might::sort(Sort::Level),
            "areas_at" => Might::number(Span::new(0.0, self.areas, true)),
            name => {
                let window = call.args.first().and_then(|argument| self.window(argument, known));
                if let Some((kind, days)) = &window {
                    *written = format!("{name}({kind}({days}))");
                }
                // A glob narrows what is counted: what is known of the whole says nothing of it.
                let narrowed = call.args.len() > 1 || window.is_none();
                let key = if narrowed { String::new() } else { written.clone() };
                self.word(name, window.map(|(_, days)| days), &key, known)
            }
        }
    }

    fn word(&self, name: &str, days: Option<f64>, written: &str, known: &Known) -> Might {
        let Some(entry) = vocabulary::word(name) else {
            // A plugin's word is a number, and more is not known of it.
            return Might::number(Span::ANY);
        };
        let might = words::word(entry.word, days);
        match (might.surely_number(), known.words.get(written)) {
            (Some(span), Some(more)) => Might::number(span.meet(*more)),
            _ => might,
        }
    }

    /// The window of a call: its kind and its days, where they are one number.
    pub(super) fn window(&mut self, argument: &Expr, known: &mut Known) -> Option<(String, f64)> {
        let Expr::FnCall(call, _) = argument else {
            return None;
        };
        if !matches!(call.name.as_str(), "last" | "days") {
            return None;
        }
        let days = self.expr(call.args.first()?, known).surely_number()?;
        days.high.is_finite().then(|| (call.name.to_string(), days.high))
    }
}

/// `.or(70)` behind a word: the word, or what is written.
fn or(value: Might, otherwise: Option<Might>) -> Might {
    let otherwise = otherwise.unwrap_or_else(Might::anything);
    // In place of a level stands a level.
    if value.only() == Some(Sort::Level) {
        return value;
    }
    value.join(otherwise)
}

fn unary(sign: &str, value: &Might) -> Might {
    match (sign, value.surely_number()) {
        ("!", _) => Might::sort(Sort::YesNo),
        ("-", Some(span)) => Might::number(span.negated()),
        ("+", Some(span)) => Might::number(span),
        _ => Might::anything(),
    }
}

/// What a built-in function may come to.
fn builtin(name: &str, values: &[Might]) -> Might {
    let span = |at: usize| values.get(at).and_then(Might::surely_number);
    let through = |rising: fn(f64) -> f64| {
        let spans = span(0).map(|span| span.through(rising, true));
        Might::number(spans.unwrap_or(Span::ANY))
    };
    match (name, span(0), span(1)) {
        ("abs", Some(one), _) => Might::number(one.absolute()),
        ("floor", ..) => through(f64::floor),
        ("ceiling", ..) => through(f64::ceil),
        ("round", ..) => through(f64::round),
        ("int" | "to_int", Some(_), _) => through(f64::trunc),
        ("to_float", Some(one), _) => Might::number(one),
        ("sign", Some(_), _) => Might::number(Span::new(-1.0, 1.0, true)),
        ("sqrt", Some(one), _) => Might::number(Span::new(one.low.max(0.0).sqrt(), one.high.max(0.0).sqrt(), false)),
        ("min", Some(one), Some(other)) => Might::number(one.least(other)),
        ("max", Some(one), Some(other)) => Might::number(one.greatest(other)),
        ("len" | "index_of", ..) => Might::number(Span::new(-1.0, f64::INFINITY, true)),
        ("parse_int" | "parse_float" | "to_int" | "int", ..) => Might::number(Span::ANY),
        ("to_string" | "to_upper" | "to_lower" | "type_of", ..) => Might::sort(Sort::Text),
        ("is_empty" | "starts_with" | "ends_with" | "contains" | "some" | "all", ..) => Might::sort(Sort::YesNo),
        _ => Might::anything(),
    }
}
