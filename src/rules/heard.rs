//! Which numbers a rule's words were made of, heard while it judges.

use std::borrow::Cow;
use std::cell::RefCell;

use serde::Serializer as _;
use serde_json::Value as Json;

use super::peers::ask_words;
use crate::indicators::{Ask, Numbers, Value};

/// One student's numbers, and what was asked of them so far.
pub struct Heard<'n> {
    numbers: &'n dyn Numbers,
    asked: RefCell<Vec<(Ask, Value)>>,
    told: RefCell<Vec<(String, Value)>>,
}

impl<'n> Heard<'n> {
    /// Hears nothing yet.
    pub fn new(numbers: &'n dyn Numbers) -> Heard<'n> {
        Heard {
            numbers,
            asked: RefCell::default(),
            told: RefCell::default(),
        }
    }

    /// What was asked and answered, each once, in the order of the asking.
    pub fn asked(&self) -> Vec<(Ask, Value)> {
        self.asked.borrow().clone()
    }

    /// The plugins' words that were asked for, and what their programs had told.
    pub fn told(&self) -> Vec<(String, Value)> {
        self.told.borrow().clone()
    }

    /// Forgets what was heard, for the next rule.
    pub fn forget(&self) {
        self.asked.borrow_mut().clear();
        self.told.borrow_mut().clear();
    }

    /// The words as rules write them with their values, as one JSON object; `null` for what is missing. Empty where nothing was asked.
    pub fn to_json(&self) -> String {
        let asked = self.asked.borrow();
        let told = self.told.borrow();
        if asked.is_empty() && told.is_empty() {
            return String::new();
        }
        let words = asked.iter().map(|(ask, value)| (Cow::from(ask_words(ask)), value));
        let plugins = told.iter().map(|(word, value)| (Cow::from(word), value));
        let mut words: Vec<(Cow<'_, str>, &Value)> = words.chain(plugins).collect();
        words.sort_by(|(one, _), (two, _)| one.cmp(two));
        words.dedup_by(|(one, _), (two, _)| one == two);
        let mut text = Vec::new();
        let written =
            serde_json::Serializer::new(&mut text).collect_map(words.iter().map(|(word, value)| (word, json(value))));
        // What is made of texts and numbers can be written, and is text.
        written
            .ok()
            .and_then(|()| String::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

/// A value as JSON.
fn json(value: &Value) -> Json {
    match value {
        Value::Count(count) => Json::from(*count),
        Value::Number(number) => Json::from(*number),
        Value::Text(text) => Json::from(&**text),
        Value::Yes(yes) => Json::from(*yes),
        Value::Missing => Json::Null,
    }
}

impl Numbers for Heard<'_> {
    fn ask(&self, ask: &Ask) -> Value {
        let value = self.numbers.ask(ask);
        let mut asked = self.asked.borrow_mut();
        if !asked.iter().any(|(known, _)| known == ask) {
            asked.push((ask.clone(), value.clone()));
        }
        value
    }

    fn told(&self, word: &str, version: &str) -> Value {
        let value = self.numbers.told(word, version);
        let mut told = self.told.borrow_mut();
        if !told.iter().any(|(known, _)| known == word) {
            told.push((word.to_owned(), value.clone()));
        }
        value
    }
}
