//! The rules that ship: all at work, each beside a trial that shows every kind.

use super::{Sources, Status, load, trial};
use crate::school::Meaning;

#[test]
fn every_shipped_rule_is_live_and_passes_its_trial() {
    let sources = Sources::built_in();
    let (set, problems) = load(&sources, &Meaning::default());
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", said.join("\n"));
    assert_eq!(set.rules().len(), 16);
    for rule in set.rules() {
        assert_eq!(rule.district_card().status, Status::Live);
        assert!(!rule.title().is_empty() && !rule.why().is_empty(), "{}", rule.id());
        assert!(!rule.acts().is_empty() && !rule.source().is_empty(), "{}", rule.id());
        let file = sources.trial_of(rule.path()).unwrap();
        let results = trial::run(&set, rule, file).unwrap();
        assert!(trial::missing_kinds(&results).is_empty(), "{}", rule.id());
    }
    assert_eq!(set.rules().last().map(|rule| rule.id()), Some("two_areas"));
}
