//! Which numbers a rule's words were made of, heard while it judges.

use std::cell::RefCell;

use serde_json::{Map, Value as Json};

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
        let words = asked.iter().map(|(ask, value)| (ask_words(ask), json(value)));
        let plugins = told.iter().map(|(word, value)| (word.clone(), json(value)));
        Json::Object(words.chain(plugins).collect::<Map<_, _>>()).to_string()
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
