//! Which lines and branches of a rule no case of its trial came by.

mod scan;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{AST, Engine};

use self::scan::{HERE, HERE_FALSE, HERE_TRUE, Kind, Point};
use super::run::{Trial, Until, run_cases};
use super::{Known, as_it_stands};
use crate::monitor::{Place, Problem, Weight};
use crate::rules::bench::Bench;
use crate::rules::parse;
use crate::rules::rule::Rule;
use crate::script::{limits, line_and_column};

/// How much of a file's functions the cases came by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered {
    /// Statements and branches.
    pub points: usize,
    /// Those that no case came by, in the order of the text.
    pub untouched: Vec<Untouched>,
}

impl Covered {
    /// Statements and branches that a case came by.
    pub fn touched(&self) -> usize {
        self.points - self.untouched.len()
    }

    /// The share touched in percent, rounded down: 100 is everything.
    pub fn percent(&self) -> usize {
        (self.touched() * 100).checked_div(self.points).unwrap_or(100)
    }
}

/// A statement or branch that no case came by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untouched {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// The line's text without its indent.
    pub text: String,
    /// What no case does.
    pub what: &'static str,
}

/// The points that were reported, by number.
#[derive(Clone, Debug, Default)]
struct Seen(Arc<Mutex<BTreeSet<i64>>>);

impl Seen {
    fn add(&self, number: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number);
    }

    fn take(&self) -> BTreeSet<i64> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A file with its points; the first bears the number `first`.
struct Followed {
    path: String,
    text: String,
    first: usize,
    points: Vec<Point>,
}

impl Followed {
    fn covered(&self, seen: &BTreeSet<i64>) -> Covered {
        let untouched = (self.first..)
            .zip(&self.points)
            .filter(|(number, _)| i64::try_from(*number).is_ok_and(|number| !seen.contains(&number)));
        let mut untouched: Vec<Untouched> = untouched.map(|(_, point)| self.untouched(*point)).collect();
        untouched.sort_by_key(|place| (place.line, place.column));
        Covered {
            points: self.points.len(),
            untouched,
        }
    }

    fn untouched(&self, point: Point) -> Untouched {
        let (line, column) = line_and_column(&self.text, point.at);
        let text = self.text.lines().nth(line - 1).unwrap_or_default();
        Untouched {
            line,
            column,
            text: text.trim().to_owned(),
            what: words(point.kind),
        }
    }
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::Statement => "no case comes here",
        Kind::Arm => "no case takes this arm of the `switch`",
        Kind::Nameless => "no case runs this function",
        Kind::RightOfAnd => "no case looks at what stands behind this `&&`",
        Kind::RightOfOr => "no case looks at what stands behind this `||`",
        Kind::PastIf => "no case passes this `if` by",
        Kind::PastSwitch => "no case passes this `switch` by without an arm of its own",
    }
}

/// Follows trials through copies of their rules that report where they are.
pub(in crate::rules) struct Follower {
    bench: Option<Bench>,
    seen: Seen,
    shared: Vec<Followed>,
    shared_ast: AST,
    /// What all trials so far came by in the shared files.
    shared_seen: BTreeSet<i64>,
    next: usize,
}

impl Follower {
    /// A follower for rules that may use these shared files, as (path, text).
    ///
    /// # Errors
    /// Where a copy of a shared file does not compile.
    pub(in crate::rules) fn new(shared: &[(String, String)]) -> Result<Follower, Problem> {
        let seen = Seen::default();
        let own = seen.clone();
        let bench = Bench::with(move |engine| reporting(engine, &own));
        let mut follower = Follower {
            bench: Some(bench),
            seen,
            shared: Vec::new(),
            shared_ast: AST::empty(),
            shared_seen: BTreeSet::new(),
            next: 0,
        };
        for (path, text) in shared {
            let (followed, ast) = follower.copy(path, text)?;
            follower.next += followed.points.len();
            follower.shared_ast = follower.shared_ast.merge(&ast);
            follower.shared.push(followed);
        }
        Ok(follower)
    }

    /// Runs a trial and says what of the rule's own file it came by.
    ///
    /// # Errors
    /// Where the copy does not compile, or the trial names a rule that is not there.
    pub(in crate::rules) fn follow(&mut self, rule: &Rule, trial: &Trial, known: &[Known]) -> Result<Covered, Problem> {
        let (followed, ast) = self.copy(rule.path(), rule.source_text())?;
        let mut copy = as_it_stands(rule);
        copy.ast = self.shared_ast.merge(&ast);
        // A measure that is one word is answered without being run: here it has to run.
        copy.plain = None;
        let bench = self.bench.take().unwrap_or_else(Bench::new);
        let (results, bench) = run_cases(copy, trial, known, bench, Until::TheEnd);
        self.bench = Some(bench);
        let seen = self.seen.take();
        let own = i64::try_from(self.next).unwrap_or(i64::MAX);
        self.shared_seen.extend(seen.iter().filter(|number| **number < own));
        results.map(|_| followed.covered(&seen))
    }

    /// What all trials followed so far came by in each shared file.
    pub(in crate::rules) fn shared(&self) -> impl Iterator<Item = (&str, Covered)> {
        let covered = |file: &Followed| file.covered(&self.shared_seen);
        self.shared.iter().map(move |file| (file.path.as_str(), covered(file)))
    }

    fn copy(&self, path: &str, text: &str) -> Result<(Followed, AST), Problem> {
        let (points, copy) = scan::scan(text, self.next);
        let engine = self.bench.as_ref().map(Bench::engine);
        let compiled = engine.and_then(|engine| parse::parse(engine, &copy).ok());
        let Some(ast) = compiled else {
            return Err(Problem::new(
                "rule-not-followed",
                Weight::Note,
                Place::file(path),
                "which of its lines the trial touches cannot be told",
                "write it in shorter expressions; the rule itself is at work all the same",
            ));
        };
        let followed = Followed {
            path: path.to_owned(),
            text: text.to_owned(),
            first: self.next,
            points,
        };
        Ok((followed, ast))
    }
}

/// Lets a copy report, and gives it room for what the reports themselves take.
fn reporting(engine: &mut Engine, seen: &Seen) {
    for (name, answer) in [(HERE, None), (HERE_TRUE, Some(true)), (HERE_FALSE, Some(false))] {
        let seen = seen.clone();
        match answer {
            None => engine.register_fn(name, move |number: i64| seen.add(number)),
            Some(answer) => engine.register_fn(name, move |number: i64| {
                seen.add(number);
                answer
            }),
        };
    }
    engine
        .set_max_operations(limits::OPERATIONS * 4)
        .set_max_expr_depths(limits::EXPRESSION_DEPTH * 2, limits::FUNCTION_EXPRESSION_DEPTH * 2);
}
