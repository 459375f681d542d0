//! One place to run a rule's functions: an engine, the student handle, and what failed.

use rhai::{Dynamic, Engine, Map};

use super::card::{Card, Param, Worse};
use super::memo::{Outcome, Step};
use super::rule::Rule;
use super::student::{self, Answer, Question, Student};
use super::word::{self, PluginWord, Script};
use crate::indicators::Value;
use crate::monitor::{Place, Problem, Weight};
use crate::school::Level;
use crate::script::{self, Failure, FailureKind, Rounding};

/// Different things that one call may ask: several times what any rule needs, chosen by us. Each costs another run.
pub(super) const QUESTIONS: usize = 64;

/// Ways in which unknown areas may turn out that are tried: past it the verdict is unknown.
const MOST_WAYS: usize = 64;

/// An engine with a student in it.
pub(super) struct Bench {
    engine: Engine,
    student: Student,
}

impl Bench {
    pub(super) fn new() -> Bench {
        Bench::with(|_| ())
    }

    /// A bench whose engine knows something more.
    pub(super) fn with(change: impl FnOnce(&mut Engine)) -> Bench {
        let student = Student::default();
        let mut engine = student::engine();
        student::register_taking_back(&mut engine, &student);
        change(&mut engine);
        Bench { engine, student }
    }

    /// The engine, to compile for it.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs one of a rule's functions on known answers, as far as they go.
    pub(super) fn step(
        &self,
        rule: &Rule,
        card: &Card,
        function: &str,
        known: &[(Question, Answer)],
        failure: &mut Option<Failure>,
    ) -> Step {
        self.prepare(rule, known);
        let areas = known.iter().find_map(|(question, answer)| match (question, answer) {
            (Question::AreasAt(_), Answer::Areas { more, .. }) if *more > 0 => Some(question.clone()),
            _ => None,
        });
        let Some(areas) = areas else {
            return self.once(rule, card, function, [0; 3], failure);
        };
        // Unknown areas: the answer stands only where every way in which they may turn out agrees on it.
        let mut agreed: Option<Outcome> = None;
        for taken in ways(known).unwrap_or_default() {
            let outcome = match self.once(rule, card, function, taken, failure) {
                Step::Done(outcome) => outcome,
                Step::Wants(question) => return Step::Wants(question),
            };
            match &agreed {
                Some(first) if !same(card, first, &outcome) => return Step::Done(Outcome::Missing(vec![areas])),
                Some(_) => {}
                None => agreed = Some(outcome),
            }
        }
        Step::Done(agreed.unwrap_or(Outcome::Missing(vec![areas])))
    }

    /// Works out one plugin's word of a rule on known answers, as far as they go.
    pub(super) fn word(
        &self,
        rule: &Rule,
        name: &str,
        known: &[(Question, Answer)],
        failure: &mut Option<Failure>,
    ) -> Step {
        self.prepare(rule, known);
        self.student.run().begin();
        let script = self.student.run().word(name);
        if script.as_ref().is_some_and(|script| script.word.program) {
            return told(name, known);
        }
        let result = match &script {
            Some(script) => self.run_word(script),
            None => Ok(Dynamic::UNIT),
        };
        self.ended(result, "measure", Some(name), failure)
    }

    fn run_word(&self, script: &Script) -> Result<Dynamic, Failure> {
        script::call(
            &self.engine,
            &script.ast,
            word::ENTRY,
            (self.student.clone(),),
            Rounding::Down,
        )
    }

    /// Runs a plugin's word on values that a case of its own gives; every other word is missing.
    pub(super) fn try_word(
        &self,
        plugin: &PluginWord,
        values: &std::collections::BTreeMap<String, f64>,
    ) -> Result<Option<f64>, Problem> {
        let wrong = |wrong: super::plain::Wrong| wrong.problem(&plugin.path, &plugin.text, "");
        let script = word::compiled(&self.engine, plugin).map_err(wrong)?;
        let mut known: Vec<(Question, Answer)> = Vec::new();
        let mut failure = None;
        loop {
            {
                let mut run = self.student.run();
                run.answers = known.clone();
                run.begin();
            }
            let step = self.ended(
                self.run_word(&script),
                "measure",
                Some(plugin.name.as_str()),
                &mut failure,
            );
            match step {
                Step::Wants(question) => {
                    let answer = Answer::Value(given(&question, values));
                    known.push((question, answer));
                }
                Step::Done(Outcome::Number(number)) => return Ok(Some(number)),
                Step::Done(Outcome::Missing(_)) => return Ok(None),
                Step::Done(_) => {
                    let failure = failure.unwrap_or_else(|| word::told(plugin, "it came to no number", None));
                    let place = failure.line.map_or(Place::file(&*plugin.path), |line| {
                        Place::file(&*plugin.path).line(line as u64)
                    });
                    return Err(Problem::new(
                        "plugin-script",
                        Weight::Waits,
                        place,
                        failure.message,
                        "mend the script",
                    ));
                }
            }
        }
    }

    /// Puts what is known of the student, and the words of the rule, where the script finds them.
    fn prepare(&self, rule: &Rule, known: &[(Question, Answer)]) {
        let mut run = self.student.run();
        run.answers = known.to_vec();
        run.words = Some(rule.words.clone());
    }

    fn once(&self, rule: &Rule, card: &Card, function: &str, taken: [u8; 3], failure: &mut Option<Failure>) -> Step {
        {
            let mut run = self.student.run();
            run.begin();
            run.taken = taken;
        }
        let arguments = (self.student.clone(), params(card));
        let result = script::call(&self.engine, &rule.ast, function, arguments, rounding(card));
        self.ended(result, function, None, failure)
    }

    /// What a call came to. `word` is the plugin's word that was worked out, where it was not a rule's function: `()` is missing then.
    fn ended(
        &self,
        result: Result<Dynamic, Failure>,
        function: &str,
        word: Option<&str>,
        failure: &mut Option<Failure>,
    ) -> Step {
        let mut run = self.student.run();
        if let Some(wanted) = run.wanted.take() {
            if run.answers.len() < QUESTIONS {
                return Step::Wants(wanted);
            }
            *failure = Some(too_many_questions());
            return Step::Done(Outcome::Failed);
        }
        let mut missing = run.missing();
        if let Some(word) = word
            && (!missing.is_empty() || result.as_ref().is_ok_and(Dynamic::is_unit))
        {
            missing = vec![Question::Plugin(word.into())];
        }
        if let Some(told) = run.failed.take() {
            *failure = Some(told);
        }
        match result {
            Err(ended) if ended.kind == FailureKind::Limit => {
                *failure = Some(ended);
                Step::Done(Outcome::Failed)
            }
            _ if !missing.is_empty() => Step::Done(Outcome::Missing(missing)),
            Ok(value) => Step::Done(read(&value, function, failure)),
            Err(ended) => {
                *failure = Some(ended);
                Step::Done(Outcome::Failed)
            }
        }
    }

    /// Runs `because` on known answers, as far as they go: a text, or a failure that hurts nobody. A missing word reads
    /// `unknown` there, and of areas that might be at a level none is taken to be.
    pub(super) fn tell(
        &self,
        rule: &Rule,
        card: &Card,
        known: &[(Question, Answer)],
        failure: &mut Option<Failure>,
    ) -> Step {
        self.prepare(rule, known);
        {
            let mut run = self.student.run();
            run.begin();
            run.taken = [0; 3];
        }
        let arguments = (self.student.clone(), params(card));
        let result = script::call(&self.engine, &rule.ast, "because", arguments, rounding(card));
        let wanted = self.student.run().wanted.take();
        match wanted {
            Some(question) if known.len() < QUESTIONS => Step::Wants(question),
            Some(_) => Step::Done(Outcome::Failed),
            None => {
                let text = match result {
                    Ok(value) => value.into_string().ok(),
                    Err(ended) => {
                        *failure = Some(ended);
                        None
                    }
                };
                Step::Done(text.map_or(Outcome::Failed, |text| Outcome::Text(script::plainly(&text).into())))
            }
        }
    }
}

/// A word that a program gives: nothing is worked out, its answer is all there is.
fn told(name: &str, known: &[(Question, Answer)]) -> Step {
    let question = Question::Plugin(name.into());
    match known.iter().find(|(known, _)| *known == question) {
        None => Step::Wants(question),
        Some((_, Answer::Value(Value::Count(count)))) => Step::Done(Outcome::Number(*count as f64)),
        Some((_, Answer::Value(Value::Number(number)))) => Step::Done(Outcome::Number(*number)),
        Some(_) => Step::Done(Outcome::Missing(vec![question])),
    }
}

/// What a case gives for a question: a number that is whole stays whole.
fn given(question: &Question, values: &std::collections::BTreeMap<String, f64>) -> Value {
    let Question::Word(ask) = question else {
        return Value::Missing;
    };
    match values.get(&super::peers::ask_words(ask)) {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => Value::Count(*number as i64),
        Some(number) => Value::Number(*number),
        None => Value::Missing,
    }
}

fn too_many_questions() -> Failure {
    Failure {
        kind: FailureKind::Limit,
        message: format!("it asks for more than {QUESTIONS} different numbers"),
        line: None,
        column: None,
    }
}

/// Numbers are rounded to the safe side: never shown as an edge that they did not reach.
pub(super) fn rounding(card: &Card) -> Rounding {
    match card.edges.worse {
        Worse::Higher => Rounding::Down,
        Worse::Lower => Rounding::Up,
    }
}

fn params(card: &Card) -> Map {
    let mut map = Map::new();
    for (name, param) in &card.params {
        let value: Dynamic = match param {
            Param::Whole(whole) => (*whole).into(),
            Param::Number(real) => (*real).into(),
            Param::Text(text) => text.clone().into(),
        };
        map.insert(name.as_str().into(), value);
    }
    map
}

/// What a function gave: a finite number from `measure`, yes or no from `applies`.
fn read(value: &Dynamic, function: &str, failure: &mut Option<Failure>) -> Outcome {
    let number = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
    let outcome = match (function, number, value.as_bool()) {
        ("applies", _, Ok(yes)) => Some(Outcome::Yes(yes)),
        ("measure", Ok(number), _) if number.is_finite() => Some(Outcome::Number(number)),
        _ => None,
    };
    outcome.unwrap_or_else(|| {
        let wanted = if function == "applies" {
            "true or false"
        } else {
            "a number"
        };
        *failure = Some(Failure {
            kind: FailureKind::Mistake,
            message: format!("`{function}` must give {wanted} and gave something else"),
            line: None,
            column: None,
        });
        Outcome::Failed
    })
}

/// Every way in which the unknown areas of each level asked for may turn out, the surest first; `None` where they are too
/// many to try.
fn ways(known: &[(Question, Answer)]) -> Option<Vec<[u8; 3]>> {
    let mut ways = vec![[0_u8; 3]];
    for (question, answer) in known {
        let (Question::AreasAt(level), Answer::Areas { more, .. }) = (question, answer) else {
            continue;
        };
        let before = ways.clone();
        for taken in 1..=*more {
            ways.extend(before.iter().map(|way| {
                let mut way = *way;
                way[*level as usize] = taken;
                way
            }));
        }
        if ways.len() > MOST_WAYS {
            return None;
        }
    }
    Some(ways)
}

/// Whether two outcomes come to the same verdict: the same level reached, the same yes or no.
fn same(card: &Card, left: &Outcome, right: &Outcome) -> bool {
    let level = |value: f64| -> Option<Level> { card.edges.level(value) };
    match (left, right) {
        (Outcome::Number(left), Outcome::Number(right)) => level(*left) == level(*right),
        (left, right) => left == right,
    }
}

/// A failure of `because` as a problem of the rule's file: it judges all the same.
pub(super) fn wordless(rule: &Rule, failure: &Failure) -> Problem {
    Problem {
        code: "rule-because-failed".into(),
        message: format!("`because` fails: {}", failure.message),
        remedy: "letters show the bare number until this is mended".into(),
        ..problem(rule, failure)
    }
}

/// A failure as a problem of the rule's file.
pub(super) fn problem(rule: &Rule, failure: &Failure) -> Problem {
    let mut place = Place::file(rule.path());
    if let Some(line) = failure.line {
        place = place.line(line as u64);
    }
    if let Some(column) = failure.column {
        place = place.column(column.to_string());
    }
    let (code, remedy) = match failure.kind {
        FailureKind::Limit => ("rule-without-end", "the rule is set aside for tonight; make it do less"),
        FailureKind::Mistake => (
            "rule-failed",
            "students for whom it fails are unknown to this rule; mend this line",
        ),
    };
    let excerpt = match (failure.line, failure.column) {
        (Some(line), Some(column)) => script::excerpt(rule.source_text(), line, column),
        _ => String::new(),
    };
    Problem::new(code, Weight::Waits, place, failure.message.clone(), remedy).with_excerpt(excerpt)
}
