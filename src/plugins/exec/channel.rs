//! A channel: letters leave through a program, one after the other, each answered before the next.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{LETTER_PARTS, Talk, Trouble, base64, begin};
use crate::mail::{Carrier, Parcel};
use crate::outbox::Outcome;
use crate::plugins::manifest::{Body, Program};
use crate::plugins::plugin::Plugin;

/// How much of a program's own words is kept as the answer to a letter.
const ANSWER_CHARS: usize = 60;

/// A program that takes letters, started with the first one.
pub struct Channel {
    plugin: Plugin,
    program: Program,
    work: PathBuf,
    talk: Option<Talk>,
}

impl Channel {
    /// The channel that a plugin is; `None` where it is none.
    pub(in crate::plugins) fn of(plugin: &Plugin, work: &Path) -> Option<Channel> {
        let manifest = plugin.manifest.as_ref()?;
        let Body::Exec(program) = &manifest.body else {
            return None;
        };
        (manifest.kind == crate::plugins::Kind::Channel).then(|| Channel {
            plugin: plugin.clone(),
            program: program.clone(),
            work: work.to_owned(),
            talk: None,
        })
    }

    /// Hands over the parts of a letter that are declared.
    pub(in crate::plugins) fn hand_over(&mut self, parts: &Map<String, Value>) -> Outcome {
        let mut talk = match self
            .talk
            .take()
            .map_or_else(|| begin(&self.plugin, &self.program, &self.work), Ok)
        {
            Ok(talk) => talk,
            // The letter was not begun, and no other would fare better now.
            Err(problem) => return Outcome::Unreached(problem.message),
        };
        let declared: Map<String, Value> = self
            .plugin
            .reads()
            .iter()
            .filter_map(|part| Some((part.clone(), parts.get(part)?.clone())))
            .collect();
        let id = &self.plugin.id;
        let answer = talk
            .say(&json!({ "letter": declared }))
            .and_then(|()| talk.hear(self.program.deadline));
        let outcome = match answer {
            Ok(Some(answer)) => match outcome(&answer, id) {
                Ok(outcome) => outcome,
                Err(trouble) => return self.unsure(talk, &trouble),
            },
            Ok(None) => {
                let trouble = talk.why_ended();
                return self.unsure(talk, &trouble);
            }
            Err(trouble) => return self.unsure(talk, &trouble),
        };
        self.talk = Some(talk);
        outcome
    }

    /// The letter was handed over, and what became of it nobody knows.
    fn unsure(&self, mut talk: Talk, trouble: &Trouble) -> Outcome {
        talk.give_up();
        Outcome::Unsure(trouble.problem(&self.plugin, None).message)
    }
}

impl Carrier for Channel {
    fn carry(&mut self, parcel: &Parcel) -> Outcome {
        match parts(parcel) {
            Some(parts) => self.hand_over(&parts),
            None => Outcome::Permanent("the sealed letter cannot be taken apart".to_owned()),
        }
    }

    fn close(&mut self) {
        if let Some(mut talk) = self.talk.take() {
            // Every letter has its answer; how the program ends changes none of them.
            let _ = talk.end();
        }
    }
}

/// What the program's answer means.
fn outcome(answer: &Value, id: &str) -> Result<Outcome, Trouble> {
    let said = |key: &str| answer.get(key).map(words);
    if let Some(note) = said("accepted") {
        let note = if note.is_empty() {
            String::new()
        } else {
            format!(": {note}")
        };
        return Ok(Outcome::Sent(format!("taken by {id}{note}")));
    }
    if let Some(why) = said("refused") {
        return Ok(Outcome::Permanent(format!("refused by {id}: {why}")));
    }
    if let Some(why) = said("later") {
        return Ok(Outcome::Temporary(format!("put off by {id}: {why}")));
    }
    let message = "an answer is neither `accepted`, `refused` nor `later`";
    Err(Trouble::Nonsense(message.to_owned()))
}

/// A few plain words of the program's: a ticket's number, a reason. `true` says nothing more.
fn words(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(ANSWER_CHARS).collect()
}

/// The parts of a sealed letter, by the names that manifests use.
fn parts(parcel: &Parcel) -> Option<Map<String, Value>> {
    let mail = mailparse::parse_mail(&parcel.bytes).ok()?;
    let header = |name: &str| -> Value {
        let found = mail
            .headers
            .iter()
            .find(|header| header.get_key_ref().eq_ignore_ascii_case(name));
        found.map_or(Value::Null, |header| header.get_value().into())
    };
    let body = |kind: &str| -> Value {
        let part = mail.subparts.iter().find(|part| part.ctype.mimetype == kind);
        part.and_then(|part| part.get_body().ok())
            .map_or(Value::Null, Value::from)
    };
    let values = [
        parcel.envelope.to.clone().into(),
        parcel.envelope.from.clone().into(),
        header("Subject"),
        header("Date"),
        header("Message-ID"),
        body("text/plain"),
        body("text/html"),
        base64::encode(&parcel.bytes).into(),
    ];
    Some(LETTER_PARTS.iter().map(|part| (*part).to_owned()).zip(values).collect())
}

/// A letter as a case of a channel writes it: whatever it does not name is empty.
pub(in crate::plugins) fn parts_of_case(given: &std::collections::BTreeMap<String, String>) -> Map<String, Value> {
    let value = |part: &str| given.get(part).cloned().unwrap_or_default().into();
    LETTER_PARTS
        .iter()
        .map(|part| ((*part).to_owned(), value(part)))
        .collect()
}
