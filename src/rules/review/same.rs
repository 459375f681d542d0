//! Two rules that say the same of the same students.

use std::collections::{BTreeMap, BTreeSet};

use super::entry;
use crate::rules::card::{Card, Param, Status};
use crate::rules::compile::Compiled;
use crate::rules::load::Named;
use crate::rules::plain::{Spot, Wrong};
use crate::school::{GradeRange, Level};
use crate::script::{PieceKind, find_functions, pieces};

/// The second of each pair that says the same, with the first named: its id, its file, and what is said of it.
pub(super) fn find(all: &BTreeMap<String, Named<'_>>) -> Vec<(String, String, Wrong)> {
    let mut said: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut found = Vec::new();
    for (id, (file, rule)) in all {
        let card = &rule.cards[0];
        if card.status == Status::Retired {
            continue;
        }
        let text = String::from_utf8_lossy(&file.bytes);
        let others = said.entry(what_it_says(rule, &text)).or_default();
        let same = others.iter().find(|other| overlap(&all[**other].1.cards[0], card));
        if let Some(other) = same {
            let message = format!(
                "the rule measures the same as `{other}`, with the same level, for the same grades: who reaches it is told twice"
            );
            let remedy = format!("retire one of them, or let it measure something else than `{other}`");
            found.push((
                id.clone(),
                file.path.clone(),
                Wrong::new("rule-says-the-same", place(rule), message, remedy),
            ));
        }
        others.push(id);
    }
    found
}

fn place(rule: &Compiled) -> Spot {
    let top = Spot {
        district: false,
        line: 1,
        column: 1,
    };
    entry(&rule.layers[0], &["levels"]).map_or(top, |item| item.spot)
}

/// The judging functions without comments and spaces, the handles by their place, parameters by their values.
fn what_it_says(rule: &Compiled, text: &str) -> String {
    let pieces = pieces(text);
    let mut said = format!("{:?}", rule.cards[0].edges.worse);
    for (name, parameters) in &rule.findings.judging {
        let params = rule
            .bodies
            .get(name, *parameters)
            .map(|body| body.params.clone())
            .unwrap_or_default();
        said += &format!("\n{name}/{parameters}:");
        for function in find_functions(&pieces, name) {
            for piece in function.iter().skip(2) {
                let handle = params
                    .iter()
                    .position(|param| piece.kind == PieceKind::Name && param == piece.text);
                match handle {
                    Some(number) => said += &format!(" ${number}"),
                    None => said += &format!(" {}", piece.text),
                }
            }
        }
    }
    for (name, value) in read_parameters(rule, &said) {
        said += &format!("\n{name}={value:?}");
    }
    said
}

fn read_parameters<'r>(rule: &'r Compiled, said: &str) -> Vec<(&'r String, &'r Param)> {
    let words: BTreeSet<&str> = said.split(' ').collect();
    let params = rule.cards[0].params.iter();
    params.filter(|(name, _)| words.contains(name.as_str())).collect()
}

/// Whether two cards have a level in common and grades in common.
fn overlap(one: &Card, other: &Card) -> bool {
    let levels: BTreeSet<&Level> = one.edges.levels.keys().collect();
    let grades = |card: &Card| card.grades.unwrap_or(GradeRange::ALL);
    let (one_grades, other_grades) = (grades(one), grades(other));
    let apart = one_grades.high < other_grades.low || other_grades.high < one_grades.low;
    other.edges.levels.keys().any(|level| levels.contains(level)) && !apart
}
