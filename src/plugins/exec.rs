//! Programs of plugins: messages as JSON, one per line, on standard input and output.
//!
//! A program is given a cleared environment, its own folder to stand in, limits, a deadline, and on its input only what its manifest
//! declares. What it answers is data of a stranger: short lines, known keys, an end. Where it does anything else, the conversation is
//! over and its whole group of processes is ended.

use std::path::Path;

use serde_json::json;

use super::manifest::Program;
use super::plugin::Plugin;
use crate::monitor::{Place, Problem, Weight};

mod base64;
mod channel;
mod key;
mod launch;
mod read;
mod talk;
mod teller;
mod trouble;

pub use channel::Channel;
pub(super) use channel::parts_of_case;
pub(super) use launch::program_of;
pub(super) use read::read_export;
pub(super) use talk::{Talk, tail_of};
pub use teller::{Answer, Asking, Teller};
pub(super) use trouble::Trouble;

/// The version of what is said between firstbell and programs.
pub(super) const PROTOCOL: i64 = 1;

/// What a source can be given: the export itself, its name, and the first and last day of the school year.
pub(super) const SOURCE_PARTS: [&str; 3] = ["export", "name", "year"];

/// What an indicator's program can be given beside words: the student's id, where a key of its own is not enough.
pub(super) const STUDENT_ID: &str = "student_id";

/// What a channel can be given of a letter.
pub(super) const LETTER_PARTS: [&str; 8] = ["to", "from", "subject", "date", "id", "text", "html", "message"];

/// Begins a conversation: starts the program and exchanges hellos.
pub(super) fn begin(plugin: &Plugin, program: &Program, work: &Path) -> Result<Talk, Problem> {
    let told = |trouble: Trouble| trouble.problem(plugin, None);
    let mut talk = Talk::start(plugin, program, work).map_err(told)?;
    let hello = json!({
        "firstbell": PROTOCOL,
        "plugin": plugin.id,
        "reads": plugin.reads(),
        "settings": program.settings,
        "work": talk.work().to_string_lossy(),
    });
    let answered = talk.say(&hello).and_then(|()| greeted(&mut talk, plugin, program));
    match answered {
        Ok(()) => Ok(talk),
        Err(trouble) => {
            talk.give_up();
            Err(trouble.problem(plugin, None))
        }
    }
}

/// Takes the program's hello: the same version, and nothing wanted that the manifest does not declare.
fn greeted(talk: &mut Talk, plugin: &Plugin, program: &Program) -> Result<(), Trouble> {
    let hello = talk.hear(program.hello)?.ok_or(Trouble::EndedEarly)?;
    match hello.get("firstbell") {
        Some(version) if version.as_i64() == Some(PROTOCOL) => {}
        Some(version) => {
            let shown: String = version
                .to_string()
                .chars()
                .filter(|c| !c.is_control())
                .take(12)
                .collect();
            return Err(Trouble::Version(shown));
        }
        None => return Err(Trouble::Nonsense("its first line is no hello".to_owned())),
    }
    let needs = hello.get("needs").map_or(Some(Vec::new()), texts);
    let needs = needs.ok_or_else(|| Trouble::Nonsense("`needs` in its hello is no list of texts".to_owned()))?;
    match needs.iter().find(|need| !plugin.reads().contains(need)) {
        Some(undeclared) => {
            // The word is the program's, and may be anything.
            let plain = undeclared
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || "_- ".contains(*c));
            Err(Trouble::Undeclared(plain.take(40).collect()))
        }
        None => Ok(()),
    }
}

fn texts(value: &serde_json::Value) -> Option<Vec<String>> {
    value
        .as_array()?
        .iter()
        .map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// How long a program took to answer the hello; nothing else is asked of it.
pub(super) fn greet(plugin: &Plugin, program: &Program, work: &Path) -> Result<std::time::Duration, Problem> {
    let began = crate::clock::monotonic();
    let mut talk = begin(plugin, program, work)?;
    let took = crate::clock::monotonic().saturating_sub(began);
    talk.leave();
    Ok(took)
}

/// A problem of the plugin as a whole.
pub(super) fn problem(plugin: &Plugin, code: &str, export: Option<&str>, message: String, remedy: String) -> Problem {
    let place = Place::file(export.unwrap_or(plugin.path.as_str()));
    Problem::new(code, Weight::Waits, place, message, remedy)
}

#[cfg(all(test, unix))]
mod tests;
