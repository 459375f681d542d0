//! `explain`: why a student is flagged, or is not, and how far from each edge; in words a counselor would use.

mod days_to_come;
mod decided;
mod gather;
mod numbers;
mod text;

use serde::Serialize;

use super::output::{Exit, Format};
use super::route::not_enrolled;
use super::standing::{detail, known_rule};
use super::view::View;
use super::{Desk, Stop};
use crate::rules::{Judge, Status};
use crate::school::{Day, Level};
use crate::timeline::Almanac;
use gather::Gatherer;

/// Explains one student tonight, or another night with today's facts.
pub(super) fn explain(desk: &mut Desk<'_>, id: &str, rule: Option<&str>, as_of: Option<Day>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let wanted = rule.map(|rule| known_rule(&setup, rule)).transpose()?;
    let view = View::read(&setup, as_of)?;
    let student = view.student(id)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    view.hear(desk.err, &setup, &almanac, Some(student))?;
    let night = almanac.night(view.as_of);
    let numbers = night.student(student).ok_or_else(|| not_enrolled(id, &view))?;
    let mut verdicts = Vec::new();
    Judge::new(&setup.rules).night(&view.case(&numbers), &mut verdicts);
    let mut gatherer = Gatherer::new(&setup, &view, &almanac, &numbers, &verdicts);
    let mut explained = gatherer.heading(id);
    for (number, rule) in setup.rules.rules().iter().enumerate() {
        let Some(verdict) = verdicts[number]
            .as_ref()
            .filter(|_| wanted.is_none_or(|wanted| wanted == number))
        else {
            continue;
        };
        let quiet = gatherer.standing(number).is_none() && verdict.level().is_none();
        if wanted.is_some() || !quiet {
            explained.rules.push(gatherer.rule(number)?);
        } else if verdict.is_judged() {
            explained.clear.push(rule.id().to_owned());
        } else {
            explained.not_judged.push(NotJudged {
                rule: rule.id().to_owned(),
                why: detail(verdict),
            });
        }
    }
    match desk.format() {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *desk.out, &explained).map_err(std::io::Error::from)?;
            writeln!(desk.out)?;
        }
        _ => text::write(desk.out, &explained)?,
    }
    Ok(Exit::Done)
}

/// Everything that is told of one student; the JSON form as it stands.
#[derive(Debug, Serialize)]
struct Explained {
    student_id: String,
    school_id: String,
    #[serde(skip)]
    school: String,
    grade: Option<String>,
    as_of: Day,
    /// The last round's day. Where it is another, everything but the changes on record is computed with today's facts.
    last_round: Day,
    /// The school's through day.
    attendance_to: Option<Day>,
    rules: Vec<OfRule>,
    /// Rules that are clear and were not asked for.
    clear: Vec<String>,
    not_judged: Vec<NotJudged>,
}

/// A rule that did not judge the student and was not asked for.
#[derive(Debug, Serialize)]
struct NotJudged {
    rule: String,
    why: String,
}

/// What is told of one rule.
#[derive(Debug, Serialize)]
struct OfRule {
    rule: String,
    title: String,
    area: String,
    status: Status,
    verdict: &'static str,
    value: Option<f64>,
    because: Option<String>,
    /// The flag as it was held after the last round, which margin and days may keep apart from the night's verdict; `null` for another
    /// night.
    level: Option<Level>,
    since: Option<Day>,
    /// What decided, and how far it is to each edge, in sentences.
    decided: Vec<String>,
    next: Option<String>,
    numbers: Vec<Number>,
    /// What the rules said that this one asks.
    asked: Vec<AskedOf>,
    to_come: Vec<ToCome>,
    /// Why nothing can be told of the days to come; `null` where it can, or need not be.
    to_come_untold: Option<String>,
    changes: Vec<Changed>,
}

/// One number that the rule read.
#[derive(Debug, Serialize)]
struct Number {
    /// As rules write it.
    word: String,
    /// As people read it, with its window.
    #[serde(skip)]
    label: String,
    value: serde_json::Value,
    #[serde(skip)]
    shown: String,
    /// When such a number cannot be had, where it could not.
    missing: Option<String>,
    first: Option<Day>,
    last: Option<Day>,
    days: Vec<MadeBy>,
}

/// A day that made a number.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct MadeBy {
    day: Day,
    what: String,
}

/// What another rule said, to one that asks it.
#[derive(Debug, Serialize)]
struct AskedOf {
    rule: String,
    area: String,
    verdict: &'static str,
    why: String,
}

/// One change that would come.
#[derive(Debug, Serialize)]
struct ToCome {
    /// What is supposed, in one word.
    supposed: &'static str,
    count: usize,
    until: Day,
    day: Day,
    becomes: &'static str,
    sentence: String,
}

/// A change as it was recorded.
#[derive(Debug, Serialize)]
struct Changed {
    day: Day,
    from: Option<Level>,
    to: Option<Level>,
    reason: &'static str,
    #[serde(skip)]
    phrase: &'static str,
    value: Option<f64>,
    because: String,
    /// The words that the rule had read, with their values; `null` where none were recorded.
    numbers: serde_json::Value,
    /// The digest of the rule's version.
    version: String,
    /// Whether that version is the one at work.
    version_at_work: bool,
    /// The night from which that version was at work.
    version_since: Option<Day>,
}

/// The text with its first letter large.
fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
