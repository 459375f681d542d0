//! The trial beside a rule: drawn students and what the rule must say of them.
//!
//! In: `<id>.test.toml` and one rule as its file stands. Out: for each case, whether it holds. Never: the district's
//! changes, another rule's judgement (a case says what others say; who is not named is clear).

mod drawing;
mod kinds;
mod parse;
mod stage;

use std::collections::BTreeMap;

use super::bench::Bench;
use super::card::Card;
use super::judge::{CaseFile, Judge};
use super::peers::Named;
use super::rule::{Rule, RuleSet, SetAside};
use super::sources::SourceFile;
use super::verdict::{NotFor, Verdict};
use crate::facts::StudentIx;
use crate::indicators::{Ask, Numbers, Value};
use crate::monitor::{Place, Problem, Weight};
use crate::school::{Day, Level, Table, Tables};
use crate::script;
use crate::timeline::{Almanac, StudentNight};

pub use drawing::{Drawn, draw};
pub use kinds::{CaseKind, missing_kinds};
pub use parse::{Case, DrawnTerm, Happening, parse};

/// What a case came to.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// The line where it begins, counted from 1.
    pub line: usize,
    /// What it shows of the rule.
    pub kinds: Vec<CaseKind>,
    /// Why it does not hold; `None` where it holds.
    pub failed: Option<String>,
    /// The verdict's word, then `then`'s.
    pub verdicts: Vec<String>,
    /// The rule's sentence, where a level or clear was reached.
    pub because: String,
}

/// Another rule, as far as a case may speak for it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    id: String,
    area: String,
    gravest: Option<Level>,
}

impl Known {
    pub(super) fn new(id: &str, card: &Card) -> Known {
        Known {
            id: id.to_owned(),
            area: card.area.0.clone(),
            gravest: card.edges.levels.keys().next_back().copied(),
        }
    }

    /// A rule that is set aside tonight: others may still name it, and are not broken because it is.
    pub(super) fn aside(rule: &SetAside) -> Known {
        Known {
            id: rule.id.clone(),
            area: rule.area.clone(),
            gravest: rule.levels.iter().max().copied(),
        }
    }
}

/// Runs a trial of one rule of a set, as its file stands.
///
/// # Errors
/// The problem of a trial that cannot be read.
pub fn run(set: &RuleSet, rule: &Rule, file: &SourceFile) -> Result<Vec<CaseResult>, Problem> {
    let mut known: Vec<Known> = set
        .rules()
        .iter()
        .map(|rule| Known::new(rule.id(), &rule.file_card))
        .collect();
    known.extend(set.set_aside().iter().map(Known::aside));
    let cases = parse(file)?;
    let mut bare = rule.clone();
    bare.cards = vec![rule.file_card.clone()];
    bare.by_school.clear();
    run_cases(bare, &cases, &known, Bench::new()).0
}

/// The problem of a rule that has no trial beside it.
pub(super) fn without(path: &str, id: &str) -> Problem {
    Problem::new(
        "rule-without-trial",
        Weight::Waits,
        Place::file(path),
        format!("the rule has no trial `{id}.test.toml` beside it"),
        "write it: one case that fires, one that is silent, one on the edge, one with missing data",
    )
}

/// Whether a rule may be put to work, as a problem where it may not; gives the bench back.
pub(super) fn gate(
    rule: Rule,
    file: Option<&SourceFile>,
    live: bool,
    known: &[Known],
    bench: Bench,
) -> (Option<Problem>, Bench) {
    let place = Place::file(file.map_or(rule.path.clone(), |file| file.path.clone()));
    let fail = |message: String, remedy: &str| {
        Some(Problem::new(
            "rule-trial-failed",
            Weight::Waits,
            place.clone(),
            message,
            remedy,
        ))
    };
    let Some(file) = file else {
        return (live.then(|| without(&rule.path, &rule.id)), bench);
    };
    let cases = match parse(file) {
        Ok(cases) => cases,
        Err(problem) => return (Some(problem), bench),
    };
    let (results, bench) = run_cases(rule, &cases, known, bench);
    let results = match results {
        Ok(results) => results,
        Err(problem) => return (Some(problem), bench),
    };
    if let Some(result) = results.iter().find(|result| result.failed.is_some()) {
        let why = result.failed.clone().unwrap_or_default();
        let mut problem = fail(
            format!("its trial fails at `{}`: {why}", result.name),
            "mend the rule or the case; until then the rule does not judge in this form",
        );
        if let Some(problem) = &mut problem {
            problem.place = problem.place.clone().line(result.line as u64);
        }
        return (problem, bench);
    }
    let lacking = missing_kinds(&results);
    if live && !lacking.is_empty() {
        let words: Vec<&str> = lacking.iter().map(|kind| kind.words()).collect();
        let message = format!("its trial has no case {}", words.join(", none "));
        return (fail(message, "add it: a live rule shows all four"), bench);
    }
    (None, bench)
}

type Results = Result<Vec<CaseResult>, Problem>;

fn run_cases(mut rule: Rule, cases: &[Case], known: &[Known], mut bench: Bench) -> (Results, Bench) {
    // A draft is tried like any other.
    rule.cards[0].status = super::card::Status::Live;
    let mut set = RuleSet::default();
    for known in known {
        if !set.areas.contains(&known.area) {
            set.areas.push(known.area.clone());
        }
    }
    set.rules.push(rule);
    let mut results = Vec::new();
    for case in cases {
        let named = match named(case, known, &set.rules[0]) {
            Ok(named) => named,
            Err(problem) => return (Err(problem), bench),
        };
        let mut judge = Judge::at(&set, bench, named);
        results.push(run_case(&mut judge, &set.rules[0], case));
        bench = judge.into_bench();
    }
    (Ok(results), bench)
}

/// What the case says of other rules; those that it does not name are clear.
fn named(case: &Case, known: &[Known], rule: &Rule) -> Result<Vec<Named>, Problem> {
    for id in case.levels.keys() {
        if !known.iter().any(|known| known.id == *id) {
            let near = script::nearest(id, known.iter().map(|known| known.id.as_str()));
            return Err(Problem::new(
                "rule-trial-wrong",
                Weight::Waits,
                Place::file(rule.path.replace(".rhai", ".test.toml")).line(case.line as u64),
                format!("there is no rule `{id}`"),
                near.map_or("name the stem of a rule's file".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                }),
            ));
        }
    }
    let others = known.iter().filter(|known| known.id != rule.id);
    Ok(others
        .map(|known| Named {
            id: known.id.clone(),
            area: known.area.clone(),
            gravest: known.gravest,
            verdict: verdict(case.levels.get(&known.id).map_or("clear", String::as_str), &known.id),
        })
        .collect())
}

fn verdict(word: &str, rule: &str) -> Verdict {
    match word {
        "unknown" => Verdict::Unknown(vec![format!("level(\"{rule}\")")]),
        "held" => Verdict::Held(Table::Attendance),
        "not_applicable" => Verdict::NotApplicable(NotFor::Applies),
        word => match word.parse::<Level>() {
            Ok(level) => Verdict::At { level, value: 0.0 },
            Err(_) => Verdict::Clear { value: 0.0 },
        },
    }
}

/// A student's numbers without the words that the case takes away.
struct Without<'n> {
    numbers: &'n StudentNight<'n>,
    missing: &'n [String],
}

impl Numbers for Without<'_> {
    fn ask(&self, ask: &Ask) -> Value {
        if self.missing.iter().any(|word| word == ask.word.word()) {
            return Value::Missing;
        }
        self.numbers.ask(ask)
    }
}

fn run_case(judge: &mut Judge<'_>, rule: &Rule, case: &Case) -> CaseResult {
    let stage = stage::build(case);
    let mut result = CaseResult {
        name: case.name.clone(),
        line: case.line,
        kinds: Vec::new(),
        failed: None,
        verdicts: Vec::new(),
        because: String::new(),
    };
    let days: BTreeMap<Day, &str> = [
        (stage.as_of, Some(case.expect.as_str())),
        (stage.then, case.expect_then.as_deref()),
    ]
    .into_iter()
    .filter_map(|(day, expect)| Some((day, expect?)))
    .collect();
    let almanac = Almanac::new(&stage.books, &stage.meaning);
    for (day, expect) in days {
        let night = almanac.night(day);
        let Some(student) = night.student(StudentIx(0)) else {
            result.failed = Some(format!("the student is not enrolled on {day}"));
            return result;
        };
        let numbers = Without {
            numbers: &student,
            missing: &case.missing,
        };
        let held = if expect == "held" { rule.reads } else { Tables::NONE };
        let file = CaseFile {
            numbers: &numbers,
            school_id: student.school_id(),
            grade: student.grade(),
            held,
        };
        one_day(judge, rule, case, (day == stage.as_of, expect), &file, &mut result);
    }
    result
}

fn one_day(
    judge: &mut Judge<'_>,
    rule: &Rule,
    case: &Case,
    (first, expect): (bool, &str),
    file: &CaseFile<'_>,
    result: &mut CaseResult,
) {
    let mut verdicts = Vec::new();
    judge.night(file, &mut verdicts);
    let Some(Some(verdict)) = verdicts.pop() else {
        return;
    };
    result.verdicts.push(verdict.word().to_owned());
    result.kinds.extend(kinds::of(&verdict, &rule.file_card));
    let mut failed = (verdict.word() != expect).then(|| {
        format!(
            "expected `{expect}`, and it says `{}`{}",
            verdict.word(),
            detail(&verdict)
        )
    });
    if verdict.is_judged() {
        let because = judge.because(0, file);
        if let Some(wanted) = case.because.as_ref().filter(|wanted| first && **wanted != because) {
            failed = failed.or(Some(format!("expected the words `{wanted}`, and it says `{because}`")));
        }
        if first {
            result.because = because;
        }
    }
    // What the rule said after an error says nothing: the error itself is what to mend.
    if let Some(problem) = judge.problems().into_iter().next() {
        failed = Some(format!("{} ({})", problem.message, problem.place));
    }
    result.failed = result.failed.take().or(failed);
}

fn detail(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Clear { value } | Verdict::At { value, .. } => format!(" (measured {value})"),
        Verdict::Unknown(words) => format!(" (missing: {})", words.join(", ")),
        Verdict::NotApplicable(NotFor::Needs { word, least, has }) => format!(" ({word} is {has}, least {least})"),
        Verdict::NotApplicable(NotFor::Grade) => " (grade)".to_owned(),
        Verdict::NotApplicable(NotFor::Applies) => " (`applies` says no)".to_owned(),
        Verdict::Held(table) => format!(" ({table})"),
    }
}
