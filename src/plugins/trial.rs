//! A plugin's own cases: small files under its `tests/` that say what goes in and what must come out.

use std::collections::BTreeMap;
use std::io::Cursor;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::exec::{Answer, Asking, Channel, Teller, parts_of_case};
use super::find::Plugins;
use super::kind::Kind;
use super::manifest::Body;
use super::plugin::Plugin;
use super::source::{Cells, Translator};
use crate::indicators::{Ask, Value as Number, Word};
use crate::mail::{Templates, Wording};
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::Outcome;
use crate::records::{self, Context, Covers, Feed};
use crate::rules::{ask_of, try_word};
use crate::school::{Day, Meaning, SchoolYear, Table};

/// How one case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The file that it stands in, from the home.
    pub file: String,
    /// Its name.
    pub name: String,
    /// Why it does not hold; `None` where it does.
    pub failed: Option<String>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(default, rename = "case")]
    cases: Vec<Spanned<Case>>,
}

/// One case, whatever it is a case of.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    // A source's.
    table: Option<String>,
    #[serde(default)]
    fills: Vec<String>,
    input: Option<String>,
    file: Option<String>,
    delimiter: Option<String>,
    year: Option<[String; 2]>,
    rows: Option<Vec<BTreeMap<String, Value>>>,
    read: Option<u64>,
    failed: Option<u64>,
    dropped: Option<u64>,
    // An indicator's.
    words: Option<BTreeMap<String, f64>>,
    // A channel's.
    letter: Option<BTreeMap<String, String>>,
    // An indicator's number or `missing`; a channel's answer; `held` for a source that must refuse the export.
    expect: Option<Value>,
}

/// Whether a file of a plugin's folder holds cases.
pub(super) fn is_case_file(path: &str) -> bool {
    path.starts_with("tests/") && path.ends_with(".toml")
}

/// Runs every case of a plugin. A program is run as it lies there, enabled or not: whoever asks for it has looked at it.
///
/// # Errors
/// The problem of a file of cases that cannot be read.
pub fn trial(plugins: &Plugins, plugin: &Plugin) -> Result<Vec<Tried>, Problem> {
    let mut all = wording(plugin);
    for (path, text) in plugin.files().filter(|(path, _)| is_case_file(path)) {
        let folder = plugin.path.trim_end_matches(super::find::MANIFEST);
        let file = format!("{folder}{path}");
        let raw: Raw = toml::from_str(text).map_err(|error| unreadable(&file, text, &error))?;
        for case in raw.cases {
            let case = case.into_inner();
            let failed = one(plugins, plugin, &case).err();
            all.push(Tried {
                file: file.clone(),
                name: case.name,
                failed,
            });
        }
    }
    Ok(all)
}

/// Each file of wording on made-up letters of every kind, laid over the built-in ones.
fn wording(plugin: &Plugin) -> Vec<Tried> {
    let problems = Templates::with_replacements(plugin.wording()).1;
    let tried = |file: &Wording| {
        let of_file = |problem: &&Problem| problem.place.file.as_deref() == Some(file.path.as_str());
        Tried {
            file: file.path.clone(),
            name: format!("{} on made-up letters", file.name),
            failed: problems.iter().find(of_file).map(ToString::to_string),
        }
    };
    plugin.wording().iter().map(tried).collect()
}

fn unreadable(file: &str, text: &str, error: &toml::de::Error) -> Problem {
    let line = error
        .span()
        .map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    Problem::new(
        "plugin-cases",
        Weight::Waits,
        Place::file(file).line(line as u64),
        error.message().lines().next().unwrap_or("cannot be read").to_owned(),
        "mend the case; docs/plugins.md shows what one holds",
    )
}

fn one(plugins: &Plugins, plugin: &Plugin, case: &Case) -> Result<(), String> {
    let manifest = plugin
        .manifest
        .as_ref()
        .ok_or("the plugin's manifest cannot be read: see `firstbell check`")?;
    match (&manifest.body, manifest.kind) {
        (Body::Indicator(word), _) => {
            let given = case.words.as_ref().ok_or("the case has no `words`")?;
            let came = try_word(word, given).map_err(|problem| problem.to_string())?;
            number(came, case.expect.as_ref().ok_or("the case has no `expect`")?)
        }
        (Body::Teller(..), _) => teller(plugins, plugin, case),
        (Body::Wording(_), _) => Err("wording needs no case: each file is tried on made-up letters".to_owned()),
        (_, Kind::Channel) => channel(plugins, plugin, case),
        _ => source(plugins, plugin, case),
    }
}

/// A program is asked of one made-up student; a word that the case does not name is missing.
fn teller(plugins: &Plugins, plugin: &Plugin, case: &Case) -> Result<(), String> {
    let given = case.words.as_ref().ok_or("the case has no `words`")?;
    let teller = Teller::of(plugin, plugins.work()).ok_or("the plugin gives no word")?;
    for name in given.keys() {
        let ask = ask_of(name)?;
        if !teller.asks().any(|known| *known == ask) {
            return Err(format!("the program is not given `{name}`"));
        }
    }
    let values: Vec<Number> = teller.asks().map(|ask| made_up(ask, given)).collect();
    let asked = [Asking {
        student_id: "1".to_owned(),
        day: year(case)?.start,
    }];
    let answers = teller
        .ask(&asked, |_| values.clone())
        .map_err(|problem| problem.to_string())?;
    let came = match answers.first() {
        Some(Answer::Number(number)) => Some(*number),
        Some(Answer::Missing) => None,
        Some(Answer::Odd) => return Err("its answer is no number".to_owned()),
        Some(Answer::Silent) | None => return Err("it gave no answer".to_owned()),
    };
    number(came, case.expect.as_ref().ok_or("the case has no `expect`")?)
}

/// A word as a case gives it: yes or no as 1 or 0, a school by any number.
fn made_up(ask: &Ask, given: &BTreeMap<String, f64>) -> Number {
    let named = |name: &String| ask_of(name).is_ok_and(|known| known == *ask);
    let Some((_, number)) = given.iter().find(|(name, _)| named(name)) else {
        return Number::Missing;
    };
    match ask.word {
        Word::InProgram | Word::PlanOpen | Word::EnteredLate => Number::Yes(*number != 0.0),
        Word::School => Number::Text(number.to_string().into()),
        _ if number.fract() == 0.0 && number.abs() < 1e15 => Number::Count(*number as i64),
        _ => Number::Number(*number),
    }
}

fn number(came: Option<f64>, expect: &Value) -> Result<(), String> {
    let wanted = match expect {
        Value::Integer(whole) => Some(*whole as f64),
        Value::Float(real) => Some(*real),
        Value::String(word) if word == "missing" => None,
        _ => return Err("`expect` is a number or \"missing\"".to_owned()),
    };
    let same = match (came, wanted) {
        (Some(came), Some(wanted)) => (came - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
        (None, None) => true,
        _ => false,
    };
    let shown = |value: Option<f64>| value.map_or("missing".to_owned(), |value| value.to_string());
    match same {
        true => Ok(()),
        false => Err(format!("expected {} and came to {}", shown(wanted), shown(came))),
    }
}

fn channel(plugins: &Plugins, plugin: &Plugin, case: &Case) -> Result<(), String> {
    let letter = case.letter.as_ref().ok_or("the case has no `letter`")?;
    if let Some(part) = letter
        .keys()
        .find(|part| !super::exec::LETTER_PARTS.contains(&part.as_str()))
    {
        return Err(format!("a letter has no part `{part}`"));
    }
    let mut channel = Channel::of(plugin, plugins.work()).ok_or("the plugin is no channel")?;
    let (word, said) = match channel.hand_over(&parts_of_case(letter)) {
        Outcome::Sent(said) => ("accepted", said),
        Outcome::Permanent(said) => ("refused", said),
        Outcome::Temporary(said) => ("later", said),
        Outcome::Unsure(said) | Outcome::Unreached(said) => ("no answer", said),
    };
    crate::mail::Carrier::close(&mut channel);
    match case.expect.as_ref().and_then(Value::as_str) {
        None => Err("the case has no `expect`: write \"accepted\", \"refused\" or \"later\"".to_owned()),
        Some(wanted) if wanted == word => Ok(()),
        Some(wanted) => Err(format!("expected `{wanted}` and came to `{word}`: {said}")),
    }
}

/// What became of a case's export.
struct Came {
    rows: Vec<Cells>,
    read: u64,
    failed: u64,
    dropped: u64,
    problems: Vec<Problem>,
    held: bool,
}

fn source(plugins: &Plugins, plugin: &Plugin, case: &Case) -> Result<(), String> {
    let bytes = export(plugin, case)?;
    let feed = feed(plugin, case)?;
    let meaning = Meaning::default();
    let context = Context {
        year: year(case)?,
        meaning: &meaning,
        threads: 1,
    };
    let name = case.file.as_deref().unwrap_or("the case's input");
    let came = match Translator::of(plugin, plugins.work()) {
        Some(translator) => {
            let (intake, rows) = translator.tried(Box::new(Cursor::new(bytes)), name, &feed, &context);
            Came {
                rows,
                ..Came::of(&intake)
            }
        }
        None => {
            let adapter = plugin.manifest.as_ref().and_then(|manifest| manifest.adapter.as_ref());
            let adapter = adapter.ok_or("the plugin is no source")?;
            if case.rows.is_some() {
                return Err(
                    "a declarative source has no rows of its own to compare: write how many are `read` and `failed`"
                        .to_owned(),
                );
            }
            Came::of(&records::read(&mut Cursor::new(bytes), name, &feed, adapter, &context))
        }
    };
    judge(case, &came)
}

impl Came {
    fn of(intake: &records::Intake) -> Came {
        Came {
            rows: Vec::new(),
            read: intake.rows,
            failed: intake.rejected,
            dropped: intake.tallies.count("plugin-row-dropped"),
            problems: intake.problems.clone(),
            held: !intake.usable,
        }
    }
}

fn judge(case: &Case, came: &Came) -> Result<(), String> {
    let why = || {
        came.problems
            .first()
            .map(|problem| format!(": {problem}"))
            .unwrap_or_default()
    };
    match case.expect.as_ref().map(|expect| expect.as_str()) {
        Some(Some("held")) if came.held => return Ok(()),
        Some(Some("held")) => return Err("expected the file to be held, and it was read".to_owned()),
        Some(_) => return Err("of a source, `expect` can only be \"held\"".to_owned()),
        None if came.held => return Err(format!("the file would be held{}", why())),
        None => {}
    }
    let mut compared = false;
    for (what, wanted, had) in [
        ("rows read", case.read, came.read),
        ("rows failed", Some(case.failed.unwrap_or(0)), came.failed),
        ("rows dropped", case.dropped, came.dropped),
    ] {
        if wanted.is_some_and(|wanted| wanted != had) {
            return Err(format!(
                "expected {} {what} and came to {had}{}",
                wanted.unwrap_or(0),
                why()
            ));
        }
    }
    compared |= case.read.is_some();
    if let Some(rows) = &case.rows {
        compared = true;
        if rows.len() != came.rows.len() {
            return Err(format!("expected {} rows and came to {}", rows.len(), came.rows.len()));
        }
        for (at, (wanted, had)) in rows.iter().zip(&came.rows).enumerate() {
            same_row(at + 1, wanted, had)?;
        }
    }
    match compared {
        true => Ok(()),
        false => Err("the case compares nothing: write the `rows`, or how many are `read`".to_owned()),
    }
}

/// Compares the columns that a case names; a column that it does not name may be anything.
fn same_row(number: usize, wanted: &BTreeMap<String, Value>, had: &Cells) -> Result<(), String> {
    for (column, value) in wanted {
        let wanted = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let cell = had
            .filled()
            .find(|(name, _)| name == column)
            .map_or("", |(_, cell)| cell);
        if cell != wanted {
            return Err(format!("row {number}: `{column}` is `{cell}` and should be `{wanted}`"));
        }
    }
    Ok(())
}

fn export(plugin: &Plugin, case: &Case) -> Result<Vec<u8>, String> {
    match (&case.input, &case.file) {
        (Some(input), None) => Ok(input.clone().into_bytes()),
        (None, Some(file)) => plugin.bytes_of(file),
        _ => Err("the case needs `input` or `file`, and not both".to_owned()),
    }
}

fn feed(plugin: &Plugin, case: &Case) -> Result<Feed, String> {
    let words: Vec<&String> = case.table.iter().chain(&case.fills).collect();
    let mut tables = Vec::new();
    for word in words {
        tables.push(word.parse::<Table>()?);
    }
    if tables.is_empty() {
        return Err("the case does not say which `table` the export fills".to_owned());
    }
    let adapter = plugin.manifest.as_ref().and_then(|manifest| manifest.adapter.as_ref());
    let known = adapter.and_then(|adapter| adapter.feeds.iter().find(|feed| feed.tables == tables));
    Ok(Feed {
        tables,
        files: Vec::new(),
        adapter: plugin.id.clone(),
        covers: Covers::Rows,
        delimiter: match &case.delimiter {
            Some(text) => text.bytes().next(),
            None => known.and_then(|feed| feed.delimiter),
        },
        encoding: known.and_then(|feed| feed.encoding.clone()),
        set: None,
    })
}

fn year(case: &Case) -> Result<SchoolYear, String> {
    let day = |text: &str| {
        text.parse::<Day>()
            .map_err(|_| format!("`{text}` is no date: write it as 2026-08-17"))
    };
    let [start, end] = match &case.year {
        Some([start, end]) => [day(start)?, day(end)?],
        None => [day("2026-08-17")?, day("2027-06-11")?],
    };
    Ok(SchoolYear { start, end })
}
