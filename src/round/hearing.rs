//! Words that programs of plugins give: asked once, of everybody and every day that is to be judged, before anything is.

use super::held::Held;
use super::setup::Setup;
use crate::facts::StudentIx;
use crate::indicators::{Numbers as _, Value};
use crate::monitor::{Place, Problem, Weight};
use crate::plugins::{Answer, Asking, Teller};
use crate::school::Day;
use crate::timeline::{Almanac, Told};

/// Asks the programs whose words the rules at work read, and lets the almanac hear what they told. A program that fails is left out with
/// its reason: its word is missing tonight, and the rules that read it say so. `held` keeps students of a school out whose feeds the
/// word reads and which are held there; nobody judges them.
pub fn hear(
    setup: &Setup,
    almanac: &Almanac<'_>,
    held: &Held,
    of: impl FnOnce() -> Vec<(StudentIx, Day)>,
) -> Vec<Problem> {
    let tellers = wanted(setup);
    if tellers.is_empty() {
        return Vec::new();
    }
    let mut of = of();
    // Day by day, so that each day is looked at once.
    of.sort_unstable_by_key(|(student, day)| (*day, *student));
    of.dedup();
    let mut told = Told::default();
    let mut problems = Vec::new();
    for teller in tellers {
        let tables = teller
            .asks()
            .fold(crate::school::Tables::NONE, |all, ask| all.and(ask.word.reads()));
        let judged = |(student, day): &(StudentIx, Day)| {
            let home = almanac.home(*student, *day);
            home.is_some_and(|home| !tables.meets(held.at(home.school)))
        };
        let asked: Vec<(StudentIx, Day)> = of.iter().copied().filter(judged).collect();
        if asked.is_empty() {
            continue;
        }
        match ask(&teller, almanac, &asked) {
            Ok(answers) => {
                problems.extend(left_open(&teller, &answers));
                let numbers = asked.into_iter().zip(answers).filter_map(|(of, answer)| match answer {
                    Answer::Number(number) => Some((of, number)),
                    _ => None,
                });
                told.put(teller.word(), teller.version(), numbers);
            }
            Err(problem) => problems.push(missing_tonight(&teller, problem)),
        }
    }
    almanac.hear(told);
    problems
}

/// The programs at work whose words a rule at work reads.
fn wanted(setup: &Setup) -> Vec<Teller> {
    let at_work = setup.rules.rules().iter().filter(|rule| rule.judges_somewhere());
    let words: std::collections::BTreeSet<&str> = at_work.flat_map(|rule| rule.plugin_words()).collect();
    words
        .into_iter()
        .filter_map(|word| setup.plugins.teller(word))
        .collect()
}

fn ask(teller: &Teller, almanac: &Almanac<'_>, asked: &[(StudentIx, Day)]) -> Result<Vec<Answer>, Problem> {
    let names = &almanac.books().names.students;
    let asking: Vec<Asking> = asked
        .iter()
        .map(|(student, day)| Asking {
            student_id: names.name(student.0).to_owned(),
            day: *day,
        })
        .collect();
    let asks: Vec<_> = teller.asks().cloned().collect();
    let mut night = None;
    let values = |at: usize| {
        let (student, day) = asked[at];
        if night.as_ref().is_none_or(|(of, _)| *of != day) {
            night = Some((day, almanac.night(day)));
        }
        let numbers = night.as_ref().and_then(|(_, night)| night.student(student));
        let answer = |ask| numbers.as_ref().map_or(Value::Missing, |numbers| numbers.ask(ask));
        asks.iter().map(answer).collect()
    };
    teller.ask(&asking, values)
}

/// Students for whom the program gave no usable answer, as one problem.
fn left_open(teller: &Teller, answers: &[Answer]) -> Option<Problem> {
    let count = |wanted: Answer| answers.iter().filter(|answer| **answer == wanted).count();
    let (odd, silent) = (count(Answer::Odd), count(Answer::Silent));
    (odd + silent > 0).then(|| {
        Problem::new(
            "plugin-answers-missing",
            Weight::Waits,
            Place::file(teller.path()),
            format!(
                "of {} questions about `{}` the program left {silent} without an answer and answered {odd} with no number",
                answers.len(),
                teller.word()
            ),
            "the word is missing for these students tonight; let the program answer `null` where it knows no number",
        )
    })
}

/// A program's failure, with what it means for the night.
fn missing_tonight(teller: &Teller, problem: Problem) -> Problem {
    let remedy = format!(
        "{}; rules that read `{}` know nothing of anybody tonight",
        problem.remedy,
        teller.word()
    );
    Problem { remedy, ..problem }
}
