//! Nudges of a card: levels, least values, parameters, `clear`, `after`, both ends of `grades`.

use rhai::Engine;

use super::{Nudge, step};
use crate::rules::card::Worse;
use crate::rules::compile;
use crate::rules::parse;
use crate::rules::plain::{Item, Spot, Value};
use crate::rules::rule::Rule;
use crate::rules::vocabulary::{self, Kind};
use crate::school::{Grade, GradeRange};
use crate::script::{PieceKind, byte_at, pieces};

/// Every nudge of the card in a rule's file.
pub(super) fn nudges(engine: &Engine, rule: &Rule) -> Vec<Nudge> {
    let text = rule.source_text();
    let Ok(ast) = parse::parse(engine, text) else {
        return Vec::new();
    };
    let Ok((items, _)) = compile::card_items(&ast, text) else {
        return Vec::new();
    };
    let mut nudges = Vec::new();
    for item in &items {
        match (item.key.as_str(), &item.plain.value) {
            ("levels", Value::Map(levels)) => {
                nudges.extend(levels.iter().flat_map(|level| of_level(text, rule, level)));
            }
            ("needs", Value::Map(needs)) => nudges.extend(needs.iter().flat_map(|need| of_need(text, need))),
            ("params", Value::Map(params)) => nudges.extend(params.iter().flat_map(|param| of_param(text, param))),
            ("clear", Value::Map(parts)) => nudges.extend(parts.iter().flat_map(|part| of_clear(text, rule, part))),
            ("after", _) => {
                let add = "add a case with `standing` on the day before a level is believed, and one on the day itself";
                nudges.extend(of_number(text, item, |_| add.to_owned()));
            }
            ("grades", Value::Text(grades)) => nudges.extend(of_grades(text, item, grades)),
            _ => {}
        }
    }
    nudges
}

/// The number written at a place, with its sign, and where it begins.
fn number_at(text: &str, spot: Spot) -> Option<(usize, &str)> {
    let at = byte_at(text, spot.line, spot.column);
    let found = pieces(&text[at..]);
    let number = match found.first()? {
        first if first.text == "-" => found.get(1)?,
        first => first,
    };
    (number.kind == PieceKind::Number).then(|| (at, &text[at..at + number.at + number.text.len()]))
}

/// A number of the card, one step up and one down.
fn of_number(text: &str, item: &Item, add: impl Fn(&str) -> String) -> Vec<Nudge> {
    let Some((at, from)) = number_at(text, item.plain.spot) else {
        return Vec::new();
    };
    let steps = step::up_and_down(from).into_iter().flatten();
    steps
        .map(|to| Nudge {
            at,
            from: from.to_owned(),
            add: add(&to),
            to,
        })
        .collect()
}

fn value(text: &str) -> f64 {
    text.replace(['_', ' '], "").parse().unwrap_or(f64::NAN)
}

/// A level's edge. Where a step would pass the next level's edge, half the way to that is taken: such cards are refused, and
/// the edge would be left untried. A measure that is a word of whole numbers is stepped by 1, and nothing is nudged where no
/// whole number lies between: no student could show it.
fn of_level(text: &str, rule: &Rule, item: &Item) -> Vec<Nudge> {
    let edges = &rule.file_card.edges;
    let whole = measures_whole(rule);
    let of_level = |mut nudge: Nudge| {
        let edge = value(&nudge.from);
        let rises = value(&nudge.to) > edge;
        if whole {
            nudge = by_one(nudge);
        }
        if let Some(other) = passed(edges.levels.values(), edge, value(&nudge.to)) {
            nudge.to = ((edge + other) / 2.0).to_string();
        }
        // Who is at the edge itself is lost where it moves away; who is just short of it is caught where it comes nearer.
        let moves_away = rises == (edges.worse == Worse::Higher);
        let (from, to) = (&nudge.from, &nudge.to);
        if whole && !moves_away && !whole_between(edge, value(to)) {
            return None;
        }
        nudge.add = match edges.worse {
            _ if moves_away => format!("add a case that measures exactly {from}"),
            Worse::Higher => format!("add a case that measures just below {from}, {to} at least"),
            Worse::Lower => format!("add a case that measures just above {from}, {to} at most"),
        };
        Some(nudge)
    };
    let nudges = of_number(text, item, |_| String::new());
    nudges.into_iter().filter_map(of_level).collect()
}

/// `margin` and `days`. The margin of a measure of whole numbers is stepped by 1, as its levels are.
fn of_clear(text: &str, rule: &Rule, item: &Item) -> Vec<Nudge> {
    let add = "add a case with `then` and `standing_then` around the day on which a level is left";
    let nudges = of_number(text, item, |_| add.to_owned()).into_iter();
    if measures_whole(rule) {
        nudges.map(by_one).collect()
    } else {
        nudges.collect()
    }
}

/// The same nudge by 1, whatever decimals the number is written with.
fn by_one(mut nudge: Nudge) -> Nudge {
    let rises = value(&nudge.to) > value(&nudge.from);
    let units = nudge.from.split_once('.').map(|(units, _)| units);
    if let Some([up, down]) = units.and_then(step::up_and_down) {
        nudge.to = if rises { up } else { down };
    }
    nudge
}

/// Whether `measure` is one word that counts whole things.
fn measures_whole(rule: &Rule) -> bool {
    let entry = rule.plain.as_ref().and_then(|ask| vocabulary::word(ask.word.word()));
    entry.is_some_and(|entry| entry.kind == Kind::Whole)
}

/// The nearest edge that lies between an edge and what it becomes, or just there.
fn passed<'e>(edges: impl Iterator<Item = &'e f64>, edge: f64, to: f64) -> Option<f64> {
    let between = |other: &f64| *other != edge && (edge.min(to)..=edge.max(to)).contains(other);
    let far = |other: &f64| (other - edge).abs();
    edges.copied().filter(between).min_by(|a, b| far(a).total_cmp(&far(b)))
}

/// Whether a whole number lies from `to` on and before `edge`, which itself is none of them.
fn whole_between(edge: f64, to: f64) -> bool {
    if to < edge { to.ceil() < edge } else { to.floor() > edge }
}

/// A least value. One that no student can be below is not nudged further down: nothing could show it.
fn of_need(text: &str, item: &Item) -> Vec<Nudge> {
    let word = &item.key;
    let whole = vocabulary::word(word).is_some_and(|entry| entry.kind == Kind::Whole);
    let nudges = of_number(text, item, |_| String::new()).into_iter();
    let step = |nudge: Nudge| if whole { by_one(nudge) } else { nudge };
    let mut nudges: Vec<Nudge> = nudges.map(step).collect();
    nudges.retain(|nudge| {
        let least = least_possible(word);
        least.is_none_or(|least| value(&nudge.from) > least || value(&nudge.to) > least)
    });
    for nudge in &mut nudges {
        nudge.add = if value(&nudge.to) > value(&nudge.from) {
            format!("add a case whose `{word}` is exactly {}", nudge.from)
        } else {
            format!(
                "add a case whose `{word}` is just below {}: `not_applicable`",
                nudge.from
            )
        };
    }
    nudges
}

/// The least value that a word can have, where it has one.
fn least_possible(word: &str) -> Option<f64> {
    match word {
        // Counted from 1; before that it is missing.
        "day_of_enrollment" => Some(1.0),
        "grade" => Some(-1.0),
        "drop" => None,
        // Plugins' words may be anything.
        word if vocabulary::word(word).is_none() => None,
        _ => Some(0.0),
    }
}

fn of_param(text: &str, item: &Item) -> Vec<Nudge> {
    let name = &item.key;
    of_number(text, item, |_| {
        format!("add a case that turns on `p.{name}`; where only the sentence shows it, give the case its `because`")
    })
}

/// Both ends of the grades, one grade in and one out.
fn of_grades(text: &str, item: &Item, grades: &str) -> Vec<Nudge> {
    let Ok(range) = grades.parse::<GradeRange>() else {
        return Vec::new();
    };
    // Behind the quote.
    let at = byte_at(text, item.plain.spot.line, item.plain.spot.column) + 1;
    if text.get(at..at + grades.len()) != Some(grades) {
        return Vec::new();
    }
    let beside = |grade: Grade, step: i8| Grade(grade.0.saturating_add(step));
    let ends = [
        (beside(range.low, -1), range.high, beside(range.low, -1)),
        (beside(range.low, 1), range.high, range.low),
        (range.low, beside(range.high, -1), range.high),
        (range.low, beside(range.high, 1), beside(range.high, 1)),
    ];
    let there_is = |(low, high, _): &(Grade, Grade, Grade)| {
        low <= high && *low >= GradeRange::ALL.low && *high <= GradeRange::ALL.high
    };
    ends.into_iter()
        .filter(there_is)
        .map(|(low, high, differs)| Nudge {
            at,
            from: grades.to_owned(),
            to: GradeRange { low, high }.to_string(),
            add: format!("add a case with `grade = \"{differs}\"`"),
        })
        .collect()
}
