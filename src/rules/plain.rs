//! Plain literals with their places, out of a rule's `const RULE` and out of `district.toml`, so that one can be laid over
//! the other and a mistake is underlined where it was typed.

use rhai::{Expr, Position};
use toml::de::{DeTable, DeValue};

use crate::monitor::{Place, Problem, Weight};
use crate::script::{excerpt, line_and_column};

/// Where a literal stands: in the rule's file or in `district.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) district: bool,
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A literal.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Whole(i64),
    Real(f64),
    Text(String),
    Yes(bool),
    Map(Vec<Item>),
}

/// A literal and its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plain {
    pub(super) value: Value,
    pub(super) spot: Spot,
}

/// A key, its place, and its value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    pub(super) key: String,
    pub(super) spot: Spot,
    pub(super) plain: Plain,
}

/// A mistake in a file of rules, before it is put into words for one file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wrong {
    pub(super) code: &'static str,
    pub(super) spot: Option<Spot>,
    pub(super) message: String,
    pub(super) remedy: String,
}

impl Wrong {
    pub(super) fn new(code: &'static str, spot: Spot, message: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong {
            code,
            spot: Some(spot),
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// A mistake of the file as a whole.
    pub(super) fn whole(code: &'static str, message: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong {
            code,
            spot: None,
            message: message.into(),
            remedy: remedy.into(),
        }
    }

    /// The mistake as a problem, with its line underlined. `district` is the text of `district.toml`.
    pub(super) fn problem(self, path: &str, source: &str, district: &str) -> Problem {
        let Some(spot) = self.spot else {
            return Problem::new(self.code, Weight::Waits, Place::file(path), self.message, self.remedy);
        };
        let (path, source) = if spot.district {
            ("rules/district.toml", district)
        } else {
            (path, source)
        };
        let place = Place::file(path).line(spot.line as u64).column(spot.column.to_string());
        Problem::new(self.code, Weight::Waits, place, self.message, self.remedy).with_excerpt(excerpt(
            source,
            spot.line,
            spot.column,
        ))
    }
}

/// The spot of a position in a rule's file.
pub(super) fn spot(position: Position) -> Spot {
    Spot {
        district: false,
        line: position.line().unwrap_or(1),
        column: position.position().unwrap_or(1).max(1),
    }
}

/// The spot of a byte in a rule's file.
pub(super) fn spot_at(source: &str, at: usize) -> Spot {
    let (line, column) = line_and_column(source, at);
    Spot {
        district: false,
        line,
        column,
    }
}

/// Reads an expression of a card without running it.
pub(super) fn literal(expr: &Expr) -> Result<Plain, Wrong> {
    let here = spot(expr.start_position());
    let value = match expr {
        Expr::IntegerConstant(whole, _) => Value::Whole(*whole),
        Expr::FloatConstant(real, _) => Value::Real(**real),
        Expr::StringConstant(text, _) => Value::Text(text.to_string()),
        Expr::BoolConstant(yes, _) => Value::Yes(*yes),
        Expr::Map(parts, _) => {
            let mut items = Vec::new();
            for (key, value) in &parts.0 {
                items.push(Item {
                    key: key.name.to_string(),
                    spot: spot(key.pos),
                    plain: literal(value)?,
                });
            }
            Value::Map(items)
        }
        _ => {
            return Err(Wrong::new(
                "rule-card-computed",
                here,
                "`const RULE` is read without running anything, and this part would have to run",
                "write the value itself: a number, a text in quotes, true, false, or `#{ }` with such values",
            ));
        }
    };
    Ok(Plain { value, spot: here })
}

/// A table of `district.toml` as plain literals; `source` is its text.
pub(super) fn table(table: &DeTable<'_>, source: &str) -> Result<Vec<Item>, Wrong> {
    let mut items = Vec::new();
    for (key, value) in table {
        items.push(Item {
            key: key.get_ref().to_string(),
            spot: district_spot(source, key.span().start),
            plain: Plain {
                value: toml_value(value.get_ref(), source, value.span().start)?,
                spot: district_spot(source, value.span().start),
            },
        });
    }
    Ok(items)
}

pub(super) fn district_spot(source: &str, at: usize) -> Spot {
    let (line, column) = line_and_column(source, at);
    Spot {
        district: true,
        line,
        column,
    }
}

fn toml_value(value: &DeValue<'_>, source: &str, at: usize) -> Result<Value, Wrong> {
    let unreadable = || {
        Wrong::new(
            "rule-change-unreadable",
            district_spot(source, at),
            "this is no number, text, true, false or table",
            "write it as it stands in the rule's card",
        )
    };
    match value {
        DeValue::String(text) => Ok(Value::Text(text.to_string())),
        DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
            .map(Value::Whole)
            .map_err(|_| unreadable()),
        DeValue::Float(real) => match real.as_str().parse::<f64>() {
            Ok(real) if real.is_finite() => Ok(Value::Real(real)),
            _ => Err(unreadable()),
        },
        DeValue::Boolean(yes) => Ok(Value::Yes(*yes)),
        DeValue::Table(inner) => table(inner, source).map(Value::Map),
        DeValue::Array(_) | DeValue::Datetime(_) => Err(unreadable()),
    }
}

/// Lays changes over a card, key by key; inside `needs levels clear params next` entry by entry, where `false` removes one.
pub(super) fn lay_over(card: &[Item], changes: &[Item]) -> Vec<Item> {
    let mut all = card.to_vec();
    for change in changes {
        let old = all.iter_mut().find(|item| item.key == change.key);
        match (old, &change.plain.value) {
            (Some(item), Value::Map(entries)) => {
                if let Value::Map(old) = &mut item.plain.value {
                    lay_entries_over(old, entries);
                } else {
                    *item = change.clone();
                }
            }
            (None, Value::Map(entries)) => {
                let mut fresh = change.clone();
                let mut kept = Vec::new();
                lay_entries_over(&mut kept, entries);
                fresh.plain.value = Value::Map(kept);
                all.push(fresh);
            }
            (Some(item), _) => *item = change.clone(),
            (None, _) => all.push(change.clone()),
        }
    }
    all
}

fn lay_entries_over(old: &mut Vec<Item>, entries: &[Item]) {
    for entry in entries {
        old.retain(|item| item.key != entry.key);
        if entry.plain.value != Value::Yes(false) {
            old.push(entry.clone());
        }
    }
}
