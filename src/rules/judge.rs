//! Judges students by all rules, one student at a time, as fast as the answers repeat.

use std::time::Duration;

use super::bench::{self, Bench};
use super::card::{Card, Edges, Status, Worse};
use super::memo::{Memo, Outcome};
use super::peers::{self, Named};
use super::rule::{Rule, RuleSet};
use super::student::{Answer, Question};
use super::verdict::{NotFor, Verdict};
use crate::indicators::{Ask, Numbers, Value, Word};
use crate::monitor::Problem;
use crate::school::{Grade, Level, Tables};
use crate::script::{self, Failure, FailureKind, limits};

/// The word under which a verdict is unknown because the rule itself failed for the student.
pub const FAILED: &str = "an error in the rule";

/// One student on one day, ready to be judged.
pub struct CaseFile<'a> {
    /// The student's numbers.
    pub numbers: &'a dyn Numbers,
    /// The home school's id.
    pub school_id: &'a str,
    /// The grade level; `None` where it is not understood.
    pub grade: Option<Grade>,
    /// Tables whose feeds are held tonight.
    pub held: Tables,
}

/// Judges by a set of rules; one per thread, kept for the whole night.
pub struct Judge<'r> {
    set: &'r RuleSet,
    bench: Bench,
    seats: Vec<Seat>,
    areas: peers::Areas,
    scratch: Vec<Option<Verdict>>,
}

/// What a judge remembers of one rule.
struct Seat {
    /// By card: the answers of `applies`, of `measure` and of `because`.
    memos: Vec<[Memo; 3]>,
    needs: Vec<Vec<(Ask, f64)>>,
    /// By card: where its levels begin.
    steps: Vec<Steps>,
    /// By card: least values of plugins' words, with what they came to before.
    plugin_needs: Vec<Vec<PluginNeed>>,
    failed: Option<Problem>,
    /// Why it has no sentence of its own for somebody; it judges all the same.
    wordless: Option<Problem>,
    /// Whether its sentence is not asked for any more tonight.
    silent: bool,
    set_aside: bool,
    /// What its calls have taken, and how many answers they gave.
    spent: Duration,
    answers: u32,
}

/// A plugin's word that a card asks a least value of.
struct PluginNeed {
    name: String,
    least: f64,
    memo: Memo,
}

impl<'r> Judge<'r> {
    /// A judge with an engine of its own; costs a few milliseconds.
    pub fn new(set: &'r RuleSet) -> Judge<'r> {
        Judge::at(set, Bench::new(), Vec::new())
    }

    /// A judge for a trial: at a bench that is used again, with other rules spoken for.
    pub(super) fn at(set: &'r RuleSet, bench: Bench, named: Vec<Named>) -> Judge<'r> {
        Judge {
            set,
            bench,
            seats: set.rules.iter().map(Seat::new).collect(),
            areas: peers::Areas::new(set, named),
            scratch: Vec::new(),
        }
    }

    /// The bench, for the next trial.
    pub(super) fn into_bench(self) -> Bench {
        self.bench
    }

    /// Answers every rule for one student, in the order of [`RuleSet::rules`]; `None` for a rule that is a draft or
    /// retired at the student's school. `out` is emptied first.
    pub fn night(&mut self, case: &CaseFile<'_>, out: &mut Vec<Option<Verdict>>) {
        out.clear();
        for number in 0..self.set.rules.len() {
            let verdict = self.judge(number, case, out);
            out.push(verdict);
        }
    }

    /// Answers one rule that asks no other; `None` where it is a draft or retired at the student's school.
    pub fn one(&mut self, rule: usize, case: &CaseFile<'_>) -> Option<Verdict> {
        self.judge(rule, case, &[])
    }

    /// Whether a rule's grades and `applies` admit the student, whatever the numbers: for denominators. Unknown is no.
    pub fn admits(&mut self, rule: usize, case: &CaseFile<'_>) -> bool {
        let known = &self.set.rules[rule];
        let mut tonight = std::mem::take(&mut self.scratch);
        if known.applies_asks {
            self.night(case, &mut tonight);
        }
        let card = known.card_number(case.school_id);
        let admitted = for_grade(&known.cards[card], case.grade) == Some(true)
            && (!known.has_applies
                || *self.outcome(rule, card, Function::Applies, case, &tonight) == Outcome::Yes(true));
        self.scratch = tonight;
        admitted
    }

    /// Why, in numbers: the rule's own sentence, or a plain one where it fails.
    pub fn because(&mut self, rule: usize, case: &CaseFile<'_>) -> String {
        let mut tonight = std::mem::take(&mut self.scratch);
        let known = &self.set.rules[rule];
        if !known.asks.is_empty() {
            self.night(case, &mut tonight);
        }
        let card = known.card_number(case.school_id);
        let said = (known.has_because && !self.seats[rule].silent)
            .then(|| self.outcome(rule, card, Function::Because, case, &tonight));
        let text = match said {
            Some(Outcome::Text(text)) if !text.trim().is_empty() => text.to_string(),
            _ => self.plainly(rule, card, case, &tonight),
        };
        self.scratch = tonight;
        text
    }

    /// What went wrong in rules so far: each rule once, and once more for its sentence.
    pub fn problems(&self) -> Vec<Problem> {
        let of_seat = |seat: &Seat| seat.failed.iter().chain(&seat.wordless).cloned().collect::<Vec<_>>();
        self.seats.iter().flat_map(of_seat).collect()
    }

    /// What went wrong in judging alone.
    pub(super) fn failures(&self) -> impl Iterator<Item = &Problem> {
        self.seats.iter().filter_map(|seat| seat.failed.as_ref())
    }

    fn plainly(&mut self, rule: usize, card: usize, case: &CaseFile<'_>, tonight: &[Option<Verdict>]) -> String {
        let known = &self.set.rules[rule];
        let edges = &known.cards[card].edges;
        let rounding = bench::rounding(&known.cards[card]);
        let levels: Vec<String> = edges
            .levels
            .iter()
            .map(|(level, edge)| format!("{level} from {}", rounding.show(*edge)))
            .collect();
        match self.outcome(rule, card, Function::Measure, case, tonight) {
            Outcome::Number(value) => format!("measured {} ({})", rounding.show(*value), levels.join(", ")),
            _ => format!("not measured ({})", levels.join(", ")),
        }
    }

    fn judge(&mut self, number: usize, case: &CaseFile<'_>, tonight: &[Option<Verdict>]) -> Option<Verdict> {
        let rule = &self.set.rules[number];
        let at = rule.card_number(case.school_id);
        let card = &rule.cards[at];
        if matches!(card.status, Status::Draft | Status::Retired) {
            return None;
        }
        match for_grade(card, case.grade) {
            Some(true) => {}
            Some(false) => return Some(Verdict::NotApplicable(NotFor::Grade)),
            None => return Some(Verdict::Unknown(vec![Word::Grade.word().to_owned()])),
        }
        if rule.reads.meets(case.held)
            && let Some(table) = rule.reads.iter().find(|table| case.held.holds(*table))
        {
            return Some(Verdict::Held(table));
        }
        if self.seats[number].set_aside {
            return Some(Verdict::Unknown(vec![FAILED.to_owned()]));
        }
        let short = needs(&self.seats[number].needs[at], case.numbers);
        if let Some(verdict) = self.plugin_needs(number, at, short, case) {
            return Some(verdict);
        }
        if rule.has_applies {
            match self.outcome(number, at, Function::Applies, case, tonight).clone() {
                Outcome::Yes(true) => {}
                Outcome::Yes(false) => return Some(Verdict::NotApplicable(NotFor::Applies)),
                other => return Some(self.unknown(&other, case.school_id, tonight)),
            }
        }
        let steps = self.seats[number].steps[at];
        if let Some(ask) = &rule.plain {
            return Some(plain(ask, steps, case));
        }
        let outcome = self.outcome(number, at, Function::Measure, case, tonight);
        Some(match outcome {
            Outcome::Number(value) => steps.verdict(*value),
            other => {
                let other = other.clone();
                self.unknown(&other, case.school_id, tonight)
            }
        })
    }

    /// The verdict that least values decide, those of plugins' words included; `short` is what the others decided.
    fn plugin_needs(
        &mut self,
        number: usize,
        at: usize,
        short: Option<Verdict>,
        case: &CaseFile<'_>,
    ) -> Option<Verdict> {
        if matches!(short, Some(Verdict::NotApplicable(_))) {
            return short;
        }
        let mut missing = match short {
            Some(Verdict::Unknown(words)) => words,
            _ => Vec::new(),
        };
        let rule = &self.set.rules[number];
        let bench = &self.bench;
        let seat = &mut self.seats[number];
        for need in &mut seat.plugin_needs[at] {
            let mut answer = |question: &Question| match question {
                Question::Word(ask) => Answer::Value(case.numbers.ask(ask)),
                Question::Plugin(name) => told(rule, case, name),
                _ => Answer::Unknown,
            };
            let mut failure = None;
            let outcome = need.memo.outcome(&mut answer, &mut |known| {
                bench.word(rule, &need.name, known, &mut failure)
            });
            let had = match outcome {
                Outcome::Number(number) => Some(*number),
                _ => None,
            };
            if let Some(failure) = failure {
                seat.set_aside |= failure.kind == FailureKind::Limit;
                seat.failed.get_or_insert_with(|| bench::problem(rule, &failure));
            }
            match had {
                Some(has) if has < need.least => {
                    return Some(Verdict::NotApplicable(NotFor::Needs {
                        word: need.name.clone(),
                        least: need.least,
                        has,
                    }));
                }
                Some(_) => {}
                None => missing.push(need.name.clone()),
            }
        }
        (!missing.is_empty()).then_some(Verdict::Unknown(missing))
    }

    fn unknown(&self, outcome: &Outcome, school_id: &str, tonight: &[Option<Verdict>]) -> Verdict {
        match outcome {
            Outcome::Missing(questions) => {
                let mut words = Vec::new();
                for question in questions {
                    for word in peers::words(question, || self.areas.peers(self.set, tonight, school_id)) {
                        if !words.contains(&word) {
                            words.push(word);
                        }
                    }
                }
                Verdict::Unknown(words)
            }
            _ => Verdict::Unknown(vec![FAILED.to_owned()]),
        }
    }

    fn outcome(
        &mut self,
        number: usize,
        at: usize,
        function: Function,
        case: &CaseFile<'_>,
        tonight: &[Option<Verdict>],
    ) -> &Outcome {
        let rule = &self.set.rules[number];
        let card = &rule.cards[at];
        let (bench, areas, set) = (&self.bench, &self.areas, self.set);
        let seat = &mut self.seats[number];
        let memo = &mut seat.memos[at][function as usize];
        let mut answer = answerer(rule, set, areas, case, tonight);
        let mut failure: Option<Failure> = None;
        let mut spent = Duration::ZERO;
        let outcome = memo.outcome(&mut answer, &mut |known| {
            script::take_spent();
            let step = match function {
                Function::Because => bench.tell(rule, card, known, &mut failure),
                _ => bench.step(rule, card, function.name(), known, &mut failure),
            };
            spent += script::take_spent();
            step
        });
        if spent > Duration::ZERO {
            seat.spent += spent;
            seat.answers += 1;
            failure = failure.or_else(|| too_slow(seat.spent, seat.answers));
        }
        if let Some(failure) = failure {
            let is_limit = failure.kind == FailureKind::Limit;
            match function {
                Function::Because => {
                    seat.silent |= is_limit;
                    seat.wordless.get_or_insert_with(|| bench::wordless(rule, &failure));
                }
                _ => {
                    seat.set_aside |= is_limit;
                    seat.failed.get_or_insert_with(|| bench::problem(rule, &failure));
                }
            }
        }
        outcome
    }
}

/// A rule each of whose calls ends in time, and whose night does not: without this a thousand students would wait for the ten
/// thousandth.
fn too_slow(spent: Duration, answers: u32) -> Option<Failure> {
    let is_slow = spent >= limits::NIGHT_TIME && spent / answers.max(1) >= limits::SLOW_CALL;
    is_slow.then(|| Failure {
        kind: FailureKind::Limit,
        message: format!(
            "it takes too long: more than {} seconds for {answers} students",
            limits::NIGHT_TIME.as_secs()
        ),
        line: None,
        column: None,
    })
}

#[derive(Clone, Copy)]
enum Function {
    Applies,
    Measure,
    Because,
}

impl Function {
    fn name(self) -> &'static str {
        match self {
            Function::Applies => "applies",
            Function::Measure => "measure",
            Function::Because => "because",
        }
    }
}

impl Seat {
    fn new(rule: &Rule) -> Seat {
        let needs = |card: &Card| {
            let word_of = |name: &str| Word::ALL.into_iter().find(|word| word.word() == name);
            let asks = card
                .needs
                .iter()
                .filter_map(|(name, least)| Some((Ask::year(word_of(name)?), *least)));
            asks.collect()
        };
        let plugin_needs = |card: &Card| {
            let own = |name: &&String| rule.words.iter().any(|script| script.word.name == **name);
            let need = |(name, least): (&String, &f64)| PluginNeed {
                name: name.clone(),
                least: *least,
                memo: Memo::default(),
            };
            card.needs.iter().filter(|(name, _)| own(name)).map(need).collect()
        };
        Seat {
            plugin_needs: rule.cards.iter().map(plugin_needs).collect(),
            memos: rule.cards.iter().map(|_| Default::default()).collect(),
            needs: rule.cards.iter().map(needs).collect(),
            steps: rule.cards.iter().map(|card| Steps::of(&card.edges)).collect(),
            failed: None,
            wordless: None,
            silent: false,
            set_aside: false,
            spent: Duration::ZERO,
            answers: 0,
        }
    }
}

/// What a plugin's program told: the version that the rule was read with, and no other.
fn told(rule: &Rule, case: &CaseFile<'_>, name: &str) -> Answer {
    let script = rule.words.iter().find(|script| script.word.name == name);
    Answer::Value(script.map_or(Value::Missing, |script| case.numbers.told(name, &script.word.text)))
}

fn answerer<'a>(
    rule: &'a Rule,
    set: &'a RuleSet,
    areas: &'a peers::Areas,
    case: &'a CaseFile<'_>,
    tonight: &'a [Option<Verdict>],
) -> impl FnMut(&Question) -> Answer + 'a {
    move |question| match question {
        Question::Word(ask) => Answer::Value(case.numbers.ask(ask)),
        Question::Plugin(name) => told(rule, case, name),
        other => peers::answer(other, areas.live(set, tonight, case.school_id)),
    }
}

/// Whether the card is for the grade; `None` where that cannot be told.
fn for_grade(card: &Card, grade: Option<Grade>) -> Option<bool> {
    match (card.grades, grade) {
        (None, _) => Some(true),
        (Some(range), Some(grade)) => Some(range.holds(grade)),
        (Some(_), None) => None,
    }
}

/// The verdict that least values decide: one below its least before a missing one.
fn needs(needs: &[(Ask, f64)], numbers: &dyn Numbers) -> Option<Verdict> {
    let mut missing: Vec<String> = Vec::new();
    for (ask, least) in needs {
        let has = match numbers.ask(ask) {
            Value::Count(count) => count as f64,
            Value::Number(number) => number,
            _ => {
                missing.push(ask.word.word().to_owned());
                continue;
            }
        };
        if has < *least {
            return Some(Verdict::NotApplicable(NotFor::Needs {
                word: ask.word.word().to_owned(),
                least: *least,
                has,
            }));
        }
    }
    (!missing.is_empty()).then_some(Verdict::Unknown(missing))
}

/// A measure that is one word and nothing else needs no engine and no memory.
fn plain(ask: &Ask, steps: Steps, case: &CaseFile<'_>) -> Verdict {
    match case.numbers.ask(ask) {
        Value::Count(count) => steps.verdict(count as f64),
        Value::Number(number) if number.is_finite() => steps.verdict(number),
        Value::Missing => Verdict::Unknown(vec![peers::ask_words(ask)]),
        _ => Verdict::Unknown(vec![FAILED.to_owned()]),
    }
}

/// Where a card's levels begin, gravest first, laid out for being asked millions of times a night.
#[derive(Clone, Copy)]
struct Steps {
    worse: Worse,
    edges: [(Level, Option<f64>); 3],
}

impl Steps {
    fn of(edges: &Edges) -> Steps {
        let step = |level: Level| (level, edges.levels.get(&level).copied());
        Steps {
            worse: edges.worse,
            edges: [Level::Urgent, Level::Concern, Level::Watch].map(step),
        }
    }

    fn verdict(self, value: f64) -> Verdict {
        let reached = |(_, edge): &&(Level, Option<f64>)| edge.is_some_and(|edge| self.worse.reaches(value, edge));
        match self.edges.iter().find(reached) {
            Some((level, _)) => Verdict::At { level: *level, value },
            None => Verdict::Clear { value },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::too_slow;
    use crate::script::limits;

    #[test]
    fn a_rule_is_too_slow_where_each_call_is_slow_and_the_night_would_not_end() {
        let night = limits::NIGHT_TIME;
        assert!(too_slow(night, 100).is_some());
        assert!(
            too_slow(night - Duration::from_millis(1), 100).is_none(),
            "a few slow students are waited for"
        );
        let many = u32::try_from(night.as_micros() / limits::SLOW_CALL.as_micros()).expect("it fits") + 1;
        assert!(
            too_slow(night, many).is_none(),
            "many quick ones are no fault of the rule"
        );
    }
}
