//! The rules that ship: all at work, each beside a trial that shows every kind, touches every line and notices every nudge.

use super::workshop::{self, Depth, Tested};
use super::{Sources, Status, load};
use crate::school::Meaning;

/// Least share of the nudges of a shipped rule that its trial has to notice, in percent; chosen by us.
const LEAST_NOTICED: usize = 95;

#[test]
fn every_shipped_rule_is_live_and_tells_of_itself() {
    let sources = Sources::built_in();
    let (set, problems) = load(&sources, &Meaning::default());
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", said.join("\n"));
    assert_eq!(set.rules().len(), 16);
    for rule in set.rules() {
        assert_eq!(rule.district_card().status, Status::Live);
        assert!(!rule.title().is_empty() && !rule.why().is_empty(), "{}", rule.id());
        assert!(!rule.acts().is_empty() && !rule.source().is_empty(), "{}", rule.id());
    }
    assert_eq!(set.rules().last().map(|rule| rule.id()), Some("two_areas"));
}

/// What is wrong with a trial that ships, in lines.
fn wrongs(rule: &Tested) -> Vec<String> {
    let mut wrongs = Vec::new();
    match &rule.cases {
        Ok(cases) => wrongs.extend(cases.iter().filter_map(|case| {
            let failed = case.failed.as_ref()?;
            Some(format!("{} fails: {failed}", case.name))
        })),
        Err(problem) => wrongs.push(problem.to_string()),
    }
    wrongs.extend(rule.lacking.iter().map(|kind| format!("no case {}", kind.words())));
    match &rule.covered {
        Some(covered) => {
            let untouched = covered.untouched.iter();
            wrongs.extend(untouched.map(|place| format!("{}: {}: {}", place.line, place.what, place.text)));
        }
        None => wrongs.push("its lines were not followed".to_owned()),
    }
    match &rule.mutated {
        Some(mutated) if mutated.mutations > 0 && mutated.percent() >= LEAST_NOTICED => {}
        Some(mutated) => wrongs.extend(mutated.unnoticed.iter().map(|nudge| {
            let (line, message) = (nudge.line, nudge.message());
            format!("{line}: {message} — {}", nudge.add)
        })),
        None => wrongs.push("it was not nudged".to_owned()),
    }
    wrongs
        .into_iter()
        .map(|wrong| format!("{}: {wrong}", rule.id))
        .collect()
}

#[test]
fn every_shipped_trial_shows_every_kind_touches_every_line_and_notices_nudges() {
    let depth = Depth {
        coverage: true,
        mutate: true,
    };
    let tested = workshop::test(&Sources::built_in(), &Meaning::default(), &[], depth);
    let wrongs: Vec<String> = tested.iter().flat_map(wrongs).collect();
    assert!(wrongs.is_empty(), "{}", wrongs.join("\n"));
    // Sixteen rules, and the file of functions that they share.
    assert_eq!(tested.iter().filter(|rule| !rule.shared).count(), 16);
    assert_eq!(tested.iter().filter(|rule| rule.shared).count(), 1);
    let points = |rule: &Tested| rule.covered.as_ref().map_or(0, |covered| covered.points);
    // A rule of two functions of one statement each has at least two.
    assert!(tested.iter().all(|rule| points(rule) >= 2));
}
