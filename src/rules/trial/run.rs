//! Runs the cases of a trial on one rule.

use std::collections::BTreeMap;

use super::belief::Belief;
use super::kinds::{self, CaseKind};
use super::parse::{self, Case};
use super::stage::{self, Stage};
use super::{CaseResult, Known};
use crate::facts::StudentIx;
use crate::indicators::{Ask, Numbers, Value};
use crate::monitor::{Place, Problem, Weight};
use crate::rules::bench::Bench;
use crate::rules::card::Status;
use crate::rules::judge::{CaseFile, Judge};
use crate::rules::peers::{self, Named};
use crate::rules::rule::{Rule, RuleSet};
use crate::rules::sources::SourceFile;
use crate::rules::verdict::{NotFor, Verdict};
use crate::school::{Day, Level, Table, Tables};
use crate::script;
use crate::timeline::{Almanac, Night, StudentNight};

/// A trial that was read, with its students drawn: it may be run on many forms of its rule.
pub(in crate::rules) struct Trial {
    path: String,
    cases: Vec<(Case, Stage)>,
}

impl Trial {
    /// Reads a trial.
    ///
    /// # Errors
    /// The first thing in it that is not understood.
    pub(in crate::rules) fn read(file: &SourceFile) -> Result<Trial, Problem> {
        let cases = parse::parse(file)?;
        let staged = cases.into_iter().map(|case| {
            let stage = stage::build(&case);
            (case, stage)
        });
        Ok(Trial {
            path: file.path.clone(),
            cases: staged.collect(),
        })
    }
}

/// How far to go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Until {
    /// Every case.
    TheEnd,
    /// The first case that does not hold.
    OneFails,
}

type Results = Result<Vec<CaseResult>, Problem>;

/// Runs the cases on a rule's first card; gives the bench back.
pub(in crate::rules) fn run_cases(
    mut rule: Rule,
    trial: &Trial,
    known: &[Known],
    mut bench: Bench,
    until: Until,
) -> (Results, Bench) {
    // A draft is tried like any other.
    rule.cards[0].status = Status::Live;
    if let Some(problem) = trial
        .cases
        .iter()
        .find_map(|(case, _)| unknown_word(case, &rule, &trial.path))
    {
        return (Err(problem), bench);
    }
    let mut set = RuleSet::default();
    for known in known {
        if !set.areas.contains(&known.area) {
            set.areas.push(known.area.clone());
        }
    }
    // The number of its area is one of this small set's areas, not of the set that it comes from.
    let area = set.areas.iter().position(|area| *area == rule.cards[0].area.0);
    rule.area = area.map_or(peers::NOT_AN_AREA, |area| area as u8);
    set.rules.push(rule);
    let mut results = Vec::new();
    for (case, stage) in &trial.cases {
        let ended = run_case(&set, &trial.path, (case, stage), known, bench);
        bench = ended.1;
        match ended.0 {
            Err(problem) => return (Err(problem), bench),
            Ok(result) => {
                let failed = result.failed.is_some();
                results.push(result);
                if failed && until == Until::OneFails {
                    break;
                }
            }
        }
    }
    (Ok(results), bench)
}

/// One stretch of a case: the days drawn up to the as-of day, or those of `then`.
struct Stretch<'c> {
    days: &'c [Day],
    last: Day,
    expect: &'c str,
    standing: Option<&'c str>,
    /// Only the as-of day has its words and its number compared.
    because: Option<&'c str>,
    measure: Option<f64>,
}

fn run_case(
    set: &RuleSet,
    path: &str,
    (case, stage): (&Case, &Stage),
    known: &[Known],
    mut bench: Bench,
) -> (Result<CaseResult, Problem>, Bench) {
    let rule = &set.rules[0];
    let mut run = CaseRun {
        rule,
        case,
        belief: Belief::default(),
        result: CaseResult::new(case),
    };
    let almanac = Almanac::new(&stage.books, &stage.meaning);
    let first = Stretch {
        days: &stage.days,
        last: stage.as_of,
        expect: &case.expect,
        standing: case.standing.as_deref(),
        because: case.because.as_deref(),
        measure: case.measure,
    };
    let then = case.expect_then.as_ref().map(|expect| Stretch {
        days: &stage.later,
        last: stage.then,
        expect,
        standing: case.standing_then.as_deref(),
        because: None,
        measure: None,
    });
    let later = case.levels_then.as_ref().unwrap_or(&case.levels);
    for (stretch, levels) in [(Some(first), &case.levels), (then, later)] {
        let Some(stretch) = stretch else { continue };
        let named = match named(case, levels, known, rule, path) {
            Ok(named) => named,
            Err(problem) => return (Err(problem), bench),
        };
        let mut judge = Judge::at(set, bench, named);
        run.stretch(&mut judge, &almanac, &stretch);
        bench = judge.into_bench();
    }
    (Ok(run.result), bench)
}

/// A case under way.
struct CaseRun<'c> {
    rule: &'c Rule,
    case: &'c Case,
    belief: Belief,
    result: CaseResult,
}

impl CaseRun<'_> {
    fn stretch(&mut self, judge: &mut Judge<'_>, almanac: &Almanac<'_>, stretch: &Stretch<'_>) {
        if self.case.standing.is_some() || self.case.standing_then.is_some() {
            for day in stretch.days {
                self.believe(judge, &almanac.night(*day));
            }
        }
        let night = almanac.night(stretch.last);
        let Some(student) = night.student(StudentIx(0)) else {
            self.fail(format!("the student is not enrolled on {}", stretch.last));
            return;
        };
        self.last_day(judge, &student, stretch);
        let Some(wanted) = stretch.standing else { return };
        let held = self.belief.level().map_or("clear", Level::word);
        self.result.standings.push(held.to_owned());
        if held != wanted {
            self.fail(format!("expected the standing `{wanted}`, and it is `{held}`"));
        }
    }

    fn believe(&mut self, judge: &mut Judge<'_>, night: &Night<'_>) {
        let Some(student) = night.student(StudentIx(0)) else {
            return;
        };
        let numbers = Without::new(&student, self.case);
        let mut verdicts = Vec::new();
        judge.night(&file(&numbers, &student, Tables::NONE), &mut verdicts);
        if let Some(Some(verdict)) = verdicts.pop() {
            self.belief.add(&verdict, &self.rule.cards[0].edges);
        }
    }

    fn last_day(&mut self, judge: &mut Judge<'_>, student: &StudentNight<'_>, stretch: &Stretch<'_>) {
        let numbers = Without::new(student, self.case);
        let held = if stretch.expect == "held" {
            self.rule.reads
        } else {
            Tables::NONE
        };
        let file = file(&numbers, student, held);
        let mut verdicts = Vec::new();
        judge.night(&file, &mut verdicts);
        let Some(Some(verdict)) = verdicts.pop() else {
            return;
        };
        let first = self.result.verdicts.is_empty();
        self.result.verdicts.push(verdict.word().to_owned());
        self.result.kinds.extend(kinds::of(&verdict, &self.rule.file_card));
        let because = verdict.is_judged().then(|| judge.because(0, &file));
        // What the rule said after an error says nothing: the error itself is what to mend.
        if let Some(problem) = judge.failures().next().cloned() {
            self.fail(format!("{} ({})", problem.message, problem.place));
        }
        if verdict.word() != stretch.expect {
            let (expect, word) = (stretch.expect, verdict.word());
            self.fail(format!("expected `{expect}`, and it says `{word}`{}", detail(&verdict)));
        }
        self.compare_number(verdict.value(), stretch.measure);
        self.compare_words(because.as_deref(), stretch.because);
        if first {
            self.result.measure = verdict.value();
            self.result.because = because.unwrap_or_default();
        }
    }

    fn compare_number(&mut self, had: Option<f64>, wanted: Option<f64>) {
        let Some(wanted) = wanted else { return };
        match had {
            // As exact as the files that name a measure: three decimals.
            Some(had) if (had - wanted).abs() <= 0.0005 + 1e-9 => {}
            Some(had) => self.fail(format!("expected the measure {wanted}, and it is {had}")),
            None => self.fail(format!("expected the measure {wanted}, and nothing is measured")),
        }
    }

    fn compare_words(&mut self, had: Option<&str>, wanted: Option<&str>) {
        let Some(wanted) = wanted else { return };
        match had {
            Some(had) if had == wanted => {}
            Some(had) => self.fail(format!("expected the words `{wanted}`, and it says `{had}`")),
            None => self.fail(format!("expected the words `{wanted}`, and it says nothing")),
        }
    }

    /// The first thing that does not hold is what is told.
    fn fail(&mut self, why: String) {
        self.result.failed.get_or_insert(why);
    }
}

fn file<'n>(numbers: &'n Without<'n>, student: &'n StudentNight<'n>, held: Tables) -> CaseFile<'n> {
    CaseFile {
        numbers,
        school_id: student.school_id(),
        grade: student.grade(),
        held,
    }
}

/// A case gives words only that programs give to the rule: all others are worked out from what is drawn.
fn unknown_word(case: &Case, rule: &Rule, path: &str) -> Option<Problem> {
    let given = |name: &str| {
        rule.words
            .iter()
            .any(|script| script.word.program && script.word.name == name)
    };
    let stray = case.words.keys().find(|name| !given(name))?;
    Some(Problem::new(
        "rule-trial-wrong",
        Weight::Waits,
        Place::file(path).line(case.line as u64),
        format!(
            "case `{}`: `words` names `{stray}`, which no program gives this rule",
            case.name
        ),
        "draw what makes the word: `words` are for plugins of runtime `exec` alone",
    ))
}

/// What the case says of other rules; those that it does not name are clear.
fn named(
    case: &Case,
    levels: &BTreeMap<String, String>,
    known: &[Known],
    rule: &Rule,
    path: &str,
) -> Result<Vec<Named>, Problem> {
    for id in levels.keys() {
        if !known.iter().any(|known| known.id == *id) {
            let near = script::nearest(id, known.iter().map(|known| known.id.as_str()));
            return Err(Problem::new(
                "rule-trial-wrong",
                Weight::Waits,
                Place::file(path).line(case.line as u64),
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
            verdict: verdict(levels.get(&known.id).map_or("clear", String::as_str), &known.id),
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
    words: &'n BTreeMap<String, f64>,
}

impl<'n> Without<'n> {
    fn new(numbers: &'n StudentNight<'n>, case: &'n Case) -> Without<'n> {
        Without {
            numbers,
            missing: &case.missing,
            words: &case.words,
        }
    }
}

impl Numbers for Without<'_> {
    fn ask(&self, ask: &Ask) -> Value {
        if self.missing.iter().any(|word| word == ask.word.word()) {
            return Value::Missing;
        }
        self.numbers.ask(ask)
    }

    fn told(&self, word: &str, _version: &str) -> Value {
        match self.words.get(word) {
            Some(whole) if whole.fract() == 0.0 && whole.abs() < 1e15 => Value::Count(*whole as i64),
            Some(number) if number.is_finite() => Value::Number(*number),
            _ => Value::Missing,
        }
    }
}

impl CaseResult {
    fn new(case: &Case) -> CaseResult {
        CaseResult {
            name: case.name.clone(),
            line: case.line,
            kinds: Vec::<CaseKind>::new(),
            failed: None,
            verdicts: Vec::new(),
            standings: Vec::new(),
            measure: None,
            because: String::new(),
        }
    }
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
