//! `<id>.test.toml` as cases.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::drawing;
use crate::monitor::{Place, Problem, Weight};
use crate::rules::sources::SourceFile;
use crate::rules::vocabulary;
use crate::school::{Day, Grade, Level};
use crate::script::{excerpt, line_and_column, nearest};

/// One case, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The line where it begins, counted from 1.
    pub line: usize,
    /// The year, one letter per weekday.
    pub attendance: Vec<drawing::Drawn>,
    /// Further weekdays after the as-of day.
    pub then: Vec<drawing::Drawn>,
    /// The as-of day.
    pub as_of: Day,
    /// The grade; `None` where the case says that it is not understood.
    pub grade: Option<Grade>,
    /// Programs.
    pub programs: Vec<String>,
    /// The day of entry; `None`: since the start of the year.
    pub entry: Option<Day>,
    /// Terms in order, each with its marks: course and cell.
    pub terms: Vec<DrawnTerm>,
    /// Incidents: days before the as-of day, type, and action with its days.
    pub incidents: Vec<Happening>,
    /// What other rules say.
    pub levels: BTreeMap<String, String>,
    /// What they say on the days of `then`; the same where it is not said.
    pub levels_then: Option<BTreeMap<String, String>>,
    /// Words that cannot be had.
    pub missing: Vec<String>,
    /// What programs of plugins tell, by their words: a drawing cannot show it.
    pub words: BTreeMap<String, f64>,
    /// The verdict's word on the as-of day.
    pub expect: String,
    /// The verdict's word after `then`.
    pub expect_then: Option<String>,
    /// The rule's sentence on the as-of day.
    pub because: Option<String>,
    /// The number measured on the as-of day, to three decimals.
    pub measure: Option<f64>,
    /// What is believed on the as-of day once every drawn day was judged: a level or `clear`.
    pub standing: Option<String>,
    /// The same after `then`.
    pub standing_then: Option<String>,
}

/// A term's word, and its marks as course and cell.
pub type DrawnTerm = (String, Vec<(String, String)>);

/// One drawn incident.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// Calendar days before the as-of day.
    pub days_before: i32,
    /// The type.
    pub kind: String,
    /// The action, where one was taken, and its days, where said.
    pub action: Option<(String, Option<u32>)>,
}

/// The keys of a case.
pub const KEYS: [&str; 19] = [
    "name",
    "attendance",
    "as_of",
    "grade",
    "programs",
    "entry",
    "marks",
    "incidents",
    "levels",
    "levels_then",
    "missing",
    "words",
    "then",
    "expect_then",
    "expect",
    "because",
    "measure",
    "standing",
    "standing_then",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTrial {
    #[serde(default)]
    case: Vec<Spanned<RawCase>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    name: String,
    attendance: Option<String>,
    as_of: Option<RawDay>,
    grade: Option<RawGrade>,
    programs: Option<RawList>,
    entry: Option<RawDay>,
    marks: Option<String>,
    incidents: Option<String>,
    #[serde(default)]
    levels: BTreeMap<String, String>,
    levels_then: Option<BTreeMap<String, String>>,
    #[serde(default)]
    missing: Vec<String>,
    #[serde(default)]
    words: BTreeMap<String, f64>,
    then: Option<String>,
    expect_then: Option<String>,
    expect: String,
    because: Option<String>,
    measure: Option<f64>,
    standing: Option<String>,
    standing_then: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawGrade {
    Number(i64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawDay {
    Date(toml::value::Datetime),
    Text(String),
    Before(i32),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawList {
    Text(String),
    List(Vec<String>),
}

/// The as-of day of a case that names none: a Friday.
fn usual_day() -> Day {
    Day::from_ymd(2026, 11, 20).unwrap_or(Day(0))
}

/// Reads a trial.
///
/// # Errors
/// The first thing that is not understood, with its place.
pub fn parse(file: &SourceFile) -> Result<Vec<Case>, Problem> {
    let text = String::from_utf8_lossy(&file.bytes);
    let problem = |at: usize, message: String, remedy: &str| {
        let (line, column) = line_and_column(&text, at);
        let place = Place::file(&*file.path).line(line as u64).column(column.to_string());
        Problem::new("rule-trial-wrong", Weight::Waits, place, message, remedy)
            .with_excerpt(excerpt(&text, line, column))
    };
    let raw: RawTrial = toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        problem(
            at,
            error.message().trim().to_owned(),
            "see the drawing in the docs of `rules new`",
        )
    })?;
    let mut cases = Vec::new();
    for case in raw.case {
        let at = case.span().start;
        let line = line_and_column(&text, at).0;
        let case = case.into_inner();
        let name = case.name.clone();
        let case =
            checked(case, line).map_err(|message| problem(at, format!("case `{name}`: {message}"), "mend the case"))?;
        cases.push(case);
    }
    if cases.is_empty() {
        return Err(problem(
            0,
            "the trial has no case".to_owned(),
            "begin one with `[[case]]`",
        ));
    }
    Ok(cases)
}

fn checked(raw: RawCase, line: usize) -> Result<Case, String> {
    let as_of = raw.as_of.map_or(Ok(usual_day()), |day| on_day(day, usual_day()))?;
    word_is_known(&raw.expect)?;
    let later = raw.levels_then.iter().flat_map(BTreeMap::values);
    for word in raw.expect_then.iter().chain(raw.levels.values()).chain(later) {
        word_is_known(word)?;
    }
    for word in raw.standing.iter().chain(&raw.standing_then) {
        standing_is_known(word)?;
    }
    if raw.then.is_some() != raw.expect_then.is_some() {
        return Err("`then` and `expect_then` belong together".to_owned());
    }
    let then = drawing::draw(raw.then.as_deref().unwrap_or(""))?;
    if raw.then.is_some() && then.is_empty() {
        return Err("`then` draws no day".to_owned());
    }
    for (key, said) in [
        ("standing_then", raw.standing_then.is_some()),
        ("levels_then", raw.levels_then.is_some()),
    ] {
        if said && raw.then.is_none() {
            return Err(format!("`{key}` speaks of the days of `then`, and there is no `then`"));
        }
    }
    for word in &raw.missing {
        if vocabulary::word(word).is_none() {
            let near = nearest(word, vocabulary::names()).unwrap_or("see the list of words");
            return Err(format!(
                "`missing` names `{word}`, which is no word: did you mean `{near}`?"
            ));
        }
    }
    Ok(Case {
        name: raw.name,
        line,
        attendance: drawing::draw(raw.attendance.as_deref().unwrap_or("P*60"))?,
        then,
        as_of,
        grade: grade(raw.grade)?,
        programs: list(raw.programs),
        entry: raw.entry.map(|day| on_day(day, as_of)).transpose()?,
        terms: terms(raw.marks.as_deref().unwrap_or(""))?,
        incidents: incidents(raw.incidents.as_deref().unwrap_or(""))?,
        levels: raw.levels,
        levels_then: raw.levels_then,
        missing: raw.missing,
        words: raw.words,
        expect: raw.expect,
        expect_then: raw.expect_then,
        because: raw.because,
        measure: raw.measure,
        standing: raw.standing,
        standing_then: raw.standing_then,
    })
}

fn word_is_known(word: &str) -> Result<(), String> {
    let known = ["clear", "unknown", "not_applicable", "held"]
        .into_iter()
        .chain(Level::ALL.map(Level::word));
    if known.clone().any(|known| known == word) {
        return Ok(());
    }
    let near = nearest(word, known).unwrap_or("clear");
    Err(format!("`{word}` is no verdict: did you mean `{near}`?"))
}

fn standing_is_known(word: &str) -> Result<(), String> {
    let known = ["clear"].into_iter().chain(Level::ALL.map(Level::word));
    if known.clone().any(|known| known == word) {
        return Ok(());
    }
    let near = nearest(word, known).unwrap_or("clear");
    Err(format!(
        "`{word}` is no standing, which is a level or `clear`: did you mean `{near}`?"
    ))
}

fn on_day(day: RawDay, from: Day) -> Result<Day, String> {
    match day {
        RawDay::Date(date) => date.to_string().parse(),
        RawDay::Text(text) => text.parse(),
        RawDay::Before(days) => Ok(from.plus(-days.abs())),
    }
}

fn grade(raw: Option<RawGrade>) -> Result<Option<Grade>, String> {
    match raw {
        None => Ok(Some(Grade(9))),
        // A grade that is not understood, on purpose.
        Some(RawGrade::Text(text)) if text == "?" => Ok(None),
        Some(RawGrade::Text(text)) => Grade::parse(&text).map(Some).ok_or(format!("`{text}` is no grade")),
        Some(RawGrade::Number(number)) => match i8::try_from(number) {
            Ok(grade) if (-1..=12).contains(&grade) => Ok(Some(Grade(grade))),
            _ => Err(format!("`{number}` is no grade")),
        },
    }
}

fn list(raw: Option<RawList>) -> Vec<String> {
    match raw {
        None => Vec::new(),
        Some(RawList::List(list)) => list,
        Some(RawList::Text(text)) => text
            .split(';')
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect(),
    }
}

/// `Q1: math 80 ela 70; Q2: math 55`.
fn terms(text: &str) -> Result<Vec<DrawnTerm>, String> {
    let mut terms = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (term, marks) = part
            .split_once(':')
            .ok_or(format!("`{part}` names no term: write `Q1: math 80`"))?;
        let words: Vec<&str> = marks.split_whitespace().collect();
        if !words.len().is_multiple_of(2) {
            return Err(format!("`{part}`: each course has one mark"));
        }
        let marks = words.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
        terms.push((term.trim().to_owned(), marks.collect()));
    }
    Ok(terms)
}

/// `-3 Fighting OSS:2; -10 Defiance`: calendar days before the as-of day.
fn incidents(text: &str) -> Result<Vec<Happening>, String> {
    let mut found = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let mut words = part.split_whitespace();
        let wrong = || format!("`{part}` is no incident: write `-3 Fighting OSS:2`");
        let days: i32 = words.next().and_then(|word| word.parse().ok()).ok_or_else(wrong)?;
        let kind = words.next().ok_or_else(wrong)?.to_owned();
        let action = match words.next() {
            None => None,
            Some(action) => Some(match action.split_once(':') {
                Some((action, days)) => (action.to_owned(), Some(thousandths(days).ok_or_else(wrong)?)),
                None => (action.to_owned(), None),
            }),
        };
        if words.next().is_some() {
            return Err(wrong());
        }
        found.push(Happening {
            days_before: days.abs(),
            kind,
            action,
        });
    }
    Ok(found)
}

fn thousandths(text: &str) -> Option<u32> {
    let days: f64 = text.parse().ok()?;
    // A year of days fits by far.
    (0.0..=400.0).contains(&days).then(|| (days * 1000.0).round() as u32)
}
