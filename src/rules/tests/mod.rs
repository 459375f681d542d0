//! Rules from text to verdict, on students made of a handful of numbers.

mod asking;
mod broken;
mod changed;
mod foreign;
mod hostile;
mod judging;
mod missing;
mod operators;
mod plugins;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::load::build;
use super::{CaseFile, Judge, RuleSet, SourceFile, Sources, Verdict};
use crate::indicators::{Ask, Numbers, Value};
use crate::monitor::Problem;
use crate::school::{Grade, Meaning, Tables};

/// A student of whom only these numbers are known; all others are missing.
#[derive(Default)]
pub(super) struct Known(pub(super) BTreeMap<String, Value>);

impl Numbers for Known {
    fn ask(&self, ask: &Ask) -> Value {
        self.0
            .get(&super::peers::ask_words(ask))
            .cloned()
            .unwrap_or(Value::Missing)
    }
}

/// Numbers by how a rule writes them.
pub(super) fn known(pairs: &[(&str, f64)]) -> Known {
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    for (word, value) in pairs {
        let whole = value.fract() == 0.0;
        let value = if whole {
            Value::Count(*value as i64)
        } else {
            Value::Number(*value)
        };
        all.insert((*word).to_owned(), value);
    }
    all.insert("school".to_owned(), Value::Text(Arc::from("1044")));
    Known(all)
}

/// A rule's file with this card body and these functions.
pub(super) fn rule(path: &str, card: &str, functions: &str) -> SourceFile {
    SourceFile::new(path, format!("const RULE = #{{ {card} }};\n{functions}\n"))
}

/// A shadow rule of area `course` with `concern` from 10 and this measure.
pub(super) fn measuring(body: &str) -> SourceFile {
    rule(
        "rules/course/probe.rhai",
        "area: \"course\", status: \"shadow\", levels: #{ concern: 10 }",
        &format!("fn measure(student, p) {{ {body} }}"),
    )
}

/// Loads files without trials.
pub(super) fn loaded(files: Vec<SourceFile>) -> (RuleSet, Vec<Problem>) {
    build(
        &Sources {
            files,
            ..Sources::default()
        },
        &Meaning::default(),
        false,
    )
}

/// What every rule says of a student in grade 9 at school 1044.
pub(super) fn night(set: &RuleSet, numbers: &dyn Numbers) -> Vec<Option<Verdict>> {
    let case = CaseFile {
        numbers,
        school_id: "1044",
        grade: Some(Grade(9)),
        held: Tables::NONE,
    };
    let mut out = Vec::new();
    Judge::new(set).night(&case, &mut out);
    out
}

/// The verdict of a rule that only measures.
pub(super) fn verdict(body: &str, numbers: &dyn Numbers) -> Verdict {
    let (set, problems) = loaded(vec![measuring(body)]);
    assert!(problems.is_empty(), "{body}: {problems:?}");
    night(&set, numbers).remove(0).unwrap()
}

/// The problem that keeps a rule from work.
pub(super) fn refused(file: SourceFile) -> Problem {
    let (set, mut problems) = loaded(vec![file]);
    assert!(set.rules().is_empty(), "it was put to work");
    problems.remove(0)
}
