//! The order of evaluation: who is asked comes before who asks.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Asked;
use crate::school::Tables;

/// A rule, as far as its order goes.
pub(super) struct Asker {
    pub(super) id: String,
    pub(super) area: String,
    pub(super) live: bool,
    pub(super) asks: Vec<Asked>,
    pub(super) reads: Tables,
}

/// The numbers of the rules that each rule asks.
fn asked(rules: &[Asker]) -> Vec<Vec<usize>> {
    let wanted = |ask: &Asked, rule: &Asker| match ask {
        Asked::Rule(id) => rule.id == *id,
        Asked::Area(area) => rule.area == *area,
        Asked::Areas => rule.area != "combined" && rule.area != "context",
    };
    rules
        .iter()
        .map(|asker| {
            let numbers = rules.iter().enumerate();
            numbers
                .filter(|(_, rule)| asker.asks.iter().any(|ask| wanted(ask, rule)))
                .map(|(number, _)| number)
                .collect()
        })
        .collect()
}

/// The rules that ask themselves, directly or through others.
pub(super) fn in_circles(rules: &[Asker]) -> BTreeSet<String> {
    let asked = asked(rules);
    (0..rules.len())
        .filter(|start| {
            let mut seen = BTreeSet::new();
            let mut open = asked[*start].clone();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(&asked[next]);
                }
            }
            seen.contains(start)
        })
        .map(|number| rules[number].id.clone())
        .collect()
}

/// The ids in the order of evaluation, and what each rule reads together with those that it asks. Rules in a circle are
/// left out. Among rules that do not ask each other, the order is that of their ids.
pub(super) fn ordered(rules: &[Asker]) -> (Vec<String>, BTreeMap<String, Tables>) {
    let asked = asked(rules);
    let mut order: Vec<String> = Vec::new();
    let mut reads: BTreeMap<usize, Tables> = BTreeMap::new();
    let mut by_id: Vec<usize> = (0..rules.len()).collect();
    by_id.sort_by(|left, right| rules[*left].id.cmp(&rules[*right].id));
    loop {
        let ready = by_id
            .iter()
            .copied()
            .find(|number| !reads.contains_key(number) && asked[*number].iter().all(|other| reads.contains_key(other)));
        let Some(number) = ready else {
            break;
        };
        // Only live rules are heard, so only their feeds matter.
        let heard = asked[number].iter().filter(|other| rules[**other].live);
        let through = heard.fold(rules[number].reads, |all, other| all.and(reads[other]));
        reads.insert(number, through);
        order.push(rules[number].id.clone());
    }
    let named = reads
        .into_iter()
        .map(|(number, reads)| (rules[number].id.clone(), reads));
    (order, named.collect())
}
