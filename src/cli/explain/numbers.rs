//! Each number that a rule read, with its window and the days that made it.

use super::decided::{show, why_missing};
use super::upper;
use super::{MadeBy, Number};
use crate::indicators::{Ask, Value, Window, Word};
use crate::rules::{Worse, ask_words};
use crate::timeline::StudentNight;

/// One number of the student's.
pub(super) fn number(numbers: &StudentNight<'_>, ask: &Ask, value: &Value, worse: Worse) -> Number {
    let word = ask_words(ask);
    let span = numbers.span(ask);
    let missing = matches!(value, Value::Missing).then(|| why_missing(&word).unwrap_or("not told").to_owned());
    Number {
        label: label(ask, span.map(|(first, last)| format!("{first} to {last}"))),
        shown: match &missing {
            Some(why) => format!("cannot be had: {why}"),
            None => shown(value, worse),
        },
        value: json(value),
        missing,
        first: span.map(|(first, _)| first),
        last: span.map(|(_, last)| last),
        days: numbers
            .days(ask)
            .into_iter()
            .map(|(day, what)| MadeBy { day, what })
            .collect(),
        word,
    }
}

/// A plugin's word.
pub(super) fn told(word: &str, value: &Value, worse: Worse) -> Number {
    let missing = matches!(value, Value::Missing).then(|| "the plugin's program told nothing".to_owned());
    Number {
        word: word.to_owned(),
        label: upper(&word.replace('_', " ")),
        shown: match &missing {
            Some(why) => format!("cannot be had: {why}"),
            None => shown(value, worse),
        },
        value: json(value),
        missing,
        first: None,
        last: None,
        days: Vec::new(),
    }
}

/// Whether a screen shows the number: the heading has said the grade and the school.
pub(super) fn is_news(ask: &Ask) -> bool {
    !matches!(ask.word, Word::Grade | Word::School)
}

fn label(ask: &Ask, span: Option<String>) -> String {
    let word = upper(&ask.word.word().replace('_', " "));
    // Which kinds of incidents a rule looks for is not said beside a student.
    let text = match (ask.text.as_deref(), ask.word) {
        (Some(_), Word::Incidents) => " of the kinds that the rule names".to_owned(),
        (Some(text), _) => format!(" `{text}`"),
        (None, _) => String::new(),
    };
    let dates = span.map(|span| format!(", {span}")).unwrap_or_default();
    let window = match (ask.window, ask.word) {
        (Window::Year, word) if word.takes_window() => " this school year".to_owned(),
        (Window::Last(days), _) => format!(" in the last {days} enrolled days{dates}"),
        (Window::Days(days), _) => format!(" in the last {days} calendar days{dates}"),
        (Window::Year, Word::PreviousAverage | Word::PreviousMarks) => format!(" the term before{dates}"),
        (Window::Year, Word::Average | Word::Marks | Word::Failing | Word::CoreFailing | Word::MissingWork) => {
            format!(" this term{dates}")
        }
        (Window::Year, Word::Streak | Word::UnexcusedStreak) => " of full days up to the last one known".to_owned(),
        _ => String::new(),
    };
    format!("{word}{text}{window}")
}

fn shown(value: &Value, worse: Worse) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        Value::Number(number) => show(*number, worse),
        Value::Text(text) => text.to_string(),
        Value::Yes(true) => "yes".to_owned(),
        Value::Yes(false) => "no".to_owned(),
        Value::Missing => String::new(),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Count(count) => (*count).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Yes(yes) => (*yes).into(),
        Value::Missing => serde_json::Value::Null,
    }
}
