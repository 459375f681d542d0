//! Sets for a what-if: a rule alone with those that it asks, a rule as if it were live, a file in the place of a rule.

use std::collections::BTreeSet;

use super::card::Status;
use super::check::Asked;
use super::load::build;
use super::rule::{Rule, RuleSet, stem};
use super::sources::{SourceFile, Sources};
use crate::monitor::{Place, Problem, Weight};
use crate::school::Meaning;

impl RuleSet {
    /// The rule of an id with those that it asks, directly or through others; what is set aside stays set aside.
    pub fn alone(&self, id: &str) -> RuleSet {
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        let mut open: Vec<&Rule> = self.rule(id).into_iter().collect();
        while let Some(rule) = open.pop() {
            if kept.insert(&rule.id) {
                open.extend(self.rules.iter().filter(|other| asks(rule, other)));
            }
        }
        let kept: BTreeSet<String> = kept.into_iter().map(str::to_owned).collect();
        let mut set = self.clone();
        set.rules.retain(|rule| kept.contains(&rule.id));
        set
    }

    /// This set with a rule judged and written as if it were live, though it is a draft, in shadow or retired by its own file; where
    /// a school has it retired, it stays so.
    pub fn as_if_live(&self, id: &str) -> RuleSet {
        let mut set = self.clone();
        for rule in set.rules.iter_mut().filter(|rule| rule.id == id) {
            for (number, card) in rule.cards.iter_mut().enumerate() {
                if number == 0 || matches!(card.status, Status::Draft | Status::Shadow) {
                    card.status = Status::Live;
                }
            }
        }
        set
    }

    /// This set without a rule.
    pub fn without(&self, id: &str) -> RuleSet {
        let mut set = self.clone();
        set.rules.retain(|rule| rule.id != id);
        set
    }

    /// This set with a rule as it stands in files, compiled and checked and not tried. `shown` is its file's name as its author knows
    /// it.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn with_rule_of(&self, sources: &Sources, meaning: &Meaning, shown: &str) -> Result<RuleSet, Problem> {
        let id = stem(shown);
        let path = path_of(sources, id);
        let (built, problems) = build(sources, meaning, false);
        let at_home = |problem: Problem| {
            let mut problem = Problem {
                weight: Weight::Stop,
                ..problem
            };
            if problem.place.file.as_ref() == Some(&path) {
                problem.place.file = Some(shown.to_owned());
            }
            problem
        };
        if let Some(aside) = built.set_aside.iter().find(|rule| rule.id == id) {
            return Err(at_home(aside.problem.clone()));
        }
        let Some(rule) = built.rule(id) else {
            let first = problems.into_iter().next();
            return Err(at_home(first.unwrap_or_else(|| not_a_rule(shown))));
        };
        let set = self.with_version(&rule.version).map_err(at_home)?;
        if set.rule(id).is_none() {
            return Err(not_a_rule(shown));
        }
        Ok(set)
    }
}

impl Sources {
    /// These files with others in the place of a rule of the home and of its trial; a rule that the home does not have joins it.
    pub fn with_rule(&self, name: &str, rule: Vec<u8>, trial: Option<Vec<u8>>) -> Sources {
        let path = path_of(self, stem(name));
        let beside = path.replace(".rhai", ".test.toml");
        let mut sources = self.clone();
        sources
            .files
            .retain(|file| file.path != path && (trial.is_none() || file.path != beside));
        sources.files.push(SourceFile { path, bytes: rule });
        sources
            .files
            .extend(trial.map(|bytes| SourceFile { path: beside, bytes }));
        sources
    }
}

fn path_of(sources: &Sources, id: &str) -> String {
    let known = sources.rules().into_iter().find(|file| stem(&file.path) == id);
    known.map_or_else(|| format!("rules/{id}.rhai"), |file| file.path.clone())
}

/// The id of the rule that a file holds: its stem.
pub fn id_of(path: &str) -> &str {
    stem(path)
}

fn asks(rule: &Rule, other: &Rule) -> bool {
    let area = other.cards[0].area.word();
    rule.asks.iter().any(|ask| match ask {
        Asked::Rule(id) => *id == other.id,
        Asked::Area(asked) => asked == area,
        Asked::Areas => area != "combined" && area != "context",
    })
}

fn not_a_rule(shown: &str) -> Problem {
    Problem::new(
        "rule-file-no-rule",
        Weight::Stop,
        Place::file(shown),
        "no rule can be made of this file",
        "name a rule's file, such as `rules/attendance/chronic_absence.rhai`",
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::{RuleSet, Sources, Status, load};
    use crate::school::Meaning;

    fn library() -> RuleSet {
        let (set, problems) = load(&Sources::built_in(), &Meaning::default());
        assert_eq!(problems, []);
        set
    }

    fn ids(set: &RuleSet) -> Vec<&str> {
        set.rules().iter().map(|rule| rule.id()).collect()
    }

    #[test]
    fn a_rule_alone_keeps_those_that_it_asks_and_no_other() {
        let set = library();
        assert_eq!(ids(&set.alone("tardies")), ["tardies"]);
        let asking = set.alone("two_areas");
        assert!(ids(&asking).contains(&"chronic_absence"));
        assert!(ids(&asking).contains(&"suspension"));
        assert!(
            !ids(&asking).contains(&"new_student"),
            "`context` is no area that counts"
        );
        assert_eq!(ids(&asking).last(), Some(&"two_areas"), "who asks comes last");
        assert_eq!(ids(&set.alone("nobody")), Vec::<&str>::new());
    }

    #[test]
    fn a_file_takes_the_place_of_the_rule_of_its_name_and_a_new_one_joins() {
        let (sources, meaning) = (Sources::built_in(), Meaning::default());
        let set = library();
        let text = set.rule("tardies").expect("it ships").source_text();
        let text = text.replace("status: \"live\"", "status: \"draft\"");
        for (name, count) in [("elsewhere/tardies.rhai", 16), ("elsewhere/late_again.rhai", 17)] {
            let id = super::id_of(name);
            let with = sources.with_rule(name, text.clone().into_bytes(), None);
            let made = set.with_rule_of(&with, &meaning, name).expect("it compiles");
            assert_eq!(made.rules().len(), count);
            assert_eq!(
                made.rule(id).map(|rule| rule.district_card().status),
                Some(Status::Draft)
            );
            assert!(made.as_if_live(id).rule(id).is_some_and(|rule| rule.is_live()));
        }
        let broken = sources.with_rule("elsewhere/tardies.rhai", b"fn measure(".to_vec(), None);
        let problem = set.with_rule_of(&broken, &meaning, "elsewhere/tardies.rhai");
        let place = problem.expect_err("it does not compile").place.file;
        assert_eq!(place.as_deref(), Some("elsewhere/tardies.rhai"));
    }
}
