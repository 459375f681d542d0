//! A plugin's indicator as a word of the vocabulary: its script, checked once, and how it is asked.
//!
//! The script is no part of a rule's own: it runs beside it, on the answers of the same student. What it asks are questions of the
//! call under way, so remembering answers and naming missing ones hold for it as they hold for the rule.

use std::sync::Arc;

use rhai::{AST, Dynamic, Engine, EvalAltResult, NativeCallContext, Position};
use serde::{Deserialize, Serialize};

use super::ask::ask_of;
use super::check::{self, Checker, Findings};
use super::compile;
use super::parse::parse;
use super::plain::{Spot, Wrong, spot, spot_at};
use super::sources::SourceFile;
use super::student::{Answer, Question, Student};
use super::vocabulary;
use crate::indicators::Value;
use crate::monitor::Problem;
use crate::script::{self, Failure, FailureKind, Rounding};

/// The function that an indicator's script must have.
pub(super) const ENTRY: &str = "indicator";

/// A plugin's indicator, as its folder describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginWord {
    /// The word, as rules write it.
    pub name: String,
    /// The script's file, from the home; of a program, its manifest.
    pub path: String,
    /// The script's text; of a program, the digest under which its folder was enabled.
    pub text: String,
    /// The words that it may read; for a program as they are asked, windows included.
    pub reads: Vec<String>,
    /// Whether a program gives it and no script: then nothing is run here, and what the program told is all there is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub program: bool,
    /// Its unit, for people.
    pub unit: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Why it cannot be used now, and whether the district itself switched it off; `None` where it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_work: Option<OutOfWork>,
}

/// Why a plugin's word cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutOfWork {
    /// In words: lower case, no full stop.
    pub why: String,
    /// Whether a person switched the plugin off: then no older version of a rule goes on using it either.
    pub by_district: bool,
}

/// A plugin's word, ready to be asked.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) word: PluginWord,
    pub(super) ast: AST,
    /// What its script reads.
    pub(super) findings: Findings,
}

impl PluginWord {
    /// Whether the script can be a word.
    ///
    /// # Errors
    /// The problem of the script, with its line.
    pub fn check(&self) -> Result<(), Problem> {
        let engine = super::student::engine();
        match compiled(&engine, self) {
            Ok(_) => Ok(()),
            Err(wrong) => Err(wrong.problem(&self.path, &self.text, "")),
        }
    }
}

/// Compiles and checks the script of a word.
pub(super) fn compiled(engine: &Engine, word: &PluginWord) -> Result<Script, Wrong> {
    if word.program {
        return given_by_program(word);
    }
    let file = SourceFile::new(&*word.path, &*word.text);
    let text = compile::text(&file)?;
    let ast = parse(engine, text)?;
    if let Some(statement) = ast.statements().first() {
        return Err(Wrong::new(
            "plugin-script",
            spot(statement.position()),
            "an indicator's script holds functions and nothing else",
            "move this into a function",
        ));
    }
    let own = check::functions(&ast);
    if !own.iter().any(|(signature, _)| *signature == (ENTRY.to_owned(), 1)) {
        return Err(Wrong::whole(
            "plugin-script",
            "the script has no `fn indicator(student)`",
            "add it: it gives the number, or `()` where there is none",
        ));
    }
    let params = std::collections::BTreeMap::new();
    let checker = Checker {
        ast: &ast,
        source: text,
        own: &own,
        shared: &[],
        params: &params,
        words: &[],
    };
    let findings = checker.check_indicator(ENTRY);
    if let Some(wrong) = findings.wrongs.first() {
        return Err(wrong.clone());
    }
    if let Some(at) = findings.asks.values().next() {
        return Err(Wrong::new(
            "plugin-script",
            *at,
            "an indicator asks no rule: rules ask indicators",
            "read words alone",
        ));
    }
    if let Some(undeclared) = findings
        .words
        .iter()
        .find(|read| !word.reads.iter().any(|known| known == read.word()))
    {
        let name = undeclared.word();
        return Err(Wrong::new(
            "plugin-undeclared",
            place_of(text, name),
            format!("the script reads `{name}`, which its manifest does not declare"),
            format!("add `\"{name}\"` to `reads` in plugin.toml"),
        ));
    }
    Ok(Script {
        word: word.clone(),
        ast,
        findings,
    })
}

/// A program's word: no script, and what it is handed counts as what it reads.
fn given_by_program(word: &PluginWord) -> Result<Script, Wrong> {
    let mut findings = Findings::default();
    for read in &word.reads {
        let ask =
            ask_of(read).map_err(|message| Wrong::whole("plugin-manifest", message, "name words of the vocabulary"))?;
        findings.words.insert(ask.word);
        findings.judging_words.insert(ask.word);
    }
    Ok(Script {
        word: word.clone(),
        ast: AST::empty(),
        findings,
    })
}

/// Where a name stands first in a script.
fn place_of(text: &str, name: &str) -> Spot {
    let at = script::pieces(text)
        .iter()
        .find(|piece| piece.text == name)
        .map_or(0, |piece| piece.at);
    spot_at(text, at)
}

/// Whether a name can be a new word: small letters, and taken by nothing else.
///
/// # Errors
/// What is wrong with it, in words.
pub fn can_be_a_word(name: &str) -> Result<(), String> {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
    if !plain {
        return Err(format!(
            "`{name}` cannot be a word: write small letters, digits and `_`"
        ));
    }
    let taken = vocabulary::names().any(|known| known == name)
        || script::builtins().iter().any(|(known, _)| *known == name)
        || script::refused(name).is_some();
    match taken {
        true => Err(format!("`{name}` is a word or function already")),
        false => Ok(()),
    }
}

/// Runs a word's script on known values, for the plugin's own cases; `Ok(None)` where the word is missing.
///
/// # Errors
/// Why the script came to no number.
pub fn try_word(word: &PluginWord, values: &std::collections::BTreeMap<String, f64>) -> Result<Option<f64>, Problem> {
    super::bench::Bench::new().try_word(word, values)
}

/// Registers how rules ask for plugins' words: whatever is no built-in word is looked up among those of the rule at work.
pub(super) fn register(engine: &mut Engine) {
    engine.register_indexer_get(
        |context: NativeCallContext<'_>, student: &mut Student, name: rhai::ImmutableString| {
            ask(&context, student, &name)
        },
    );
}

/// The word's value, or a missing number handed out under the word's own name.
fn ask(context: &NativeCallContext<'_>, student: &mut Student, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
    match value(context, student, name)? {
        Some(value) => Ok(value),
        None => Ok(student.run().hand_missing(name)),
    }
}

/// The word's value; `None` where it is missing, whatever it was for want of.
pub(super) fn value(
    context: &NativeCallContext<'_>,
    student: &Student,
    name: &str,
) -> Result<Option<Dynamic>, Box<EvalAltResult>> {
    let Some(script) = student.run().word(name) else {
        let message = format!("there is no word `{name}`");
        return Err(Box::new(EvalAltResult::ErrorRuntime(message.into(), Position::NONE)));
    };
    if script.word.program {
        let question = Question::Plugin(Arc::from(name));
        return Ok(match student.run().known(&question)? {
            Answer::Value(Value::Count(count)) => Some(count.into()),
            Answer::Value(Value::Number(number)) => Some(number.into()),
            _ => None,
        });
    }
    let before = student.run().handed_out();
    let rounding = context
        .tag()
        .and_then(|tag| tag.clone().try_cast())
        .unwrap_or(Rounding::Down);
    let result = script::call_inside(context.engine(), &script.ast, ENTRY, (student.clone(),), rounding);
    let mut run = student.run();
    if run.wanted.is_some() {
        return Err(Box::new(EvalAltResult::ErrorRuntime(
            "an answer is needed first".into(),
            Position::NONE,
        )));
    }
    let lacks = run.take_back_to(before);
    match result {
        // A limit ends the whole call: a script without end is not run for every student of the night.
        Err(error) if script::failure(&error).kind == FailureKind::Limit => Err(error),
        _ if lacks => Ok(None),
        Ok(value) if is_number(&value) => Ok(Some(value)),
        Ok(value) if value.is_unit() => Ok(None),
        Ok(_) => {
            run.fail(
                &script.word,
                "it must give a number, or `()`, and gave something else".to_owned(),
                None,
            );
            Ok(None)
        }
        Err(error) => {
            let failure = script::failure(&error);
            run.fail(&script.word, failure.message, failure.line);
            Ok(None)
        }
    }
}

fn is_number(value: &Dynamic) -> bool {
    value.is_int() || value.as_float().is_ok_and(f64::is_finite)
}

/// What went wrong in a plugin's script, told of the rule that asked.
pub(super) fn told(word: &PluginWord, message: &str, line: Option<usize>) -> Failure {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    Failure {
        kind: FailureKind::Mistake,
        message: format!(
            "the plugin's word `{}` fails ({}{line}): {message}",
            word.name, word.path
        ),
        line: None,
        column: None,
    }
}

/// Scripts of words by their names.
pub(super) type Scripts = Arc<[Script]>;

/// The mistake of a rule that reads a word which is out of work.
pub(super) fn out_of_work(name: &str, out: &OutOfWork, at: Spot) -> Wrong {
    let remedy = match out.by_district {
        true => format!(
            "switch it on with `firstbell plugins enable {}`, or take the word out of the rule",
            plugin_of(name)
        ),
        false => "mend the plugin first: `firstbell plugins doctor`".to_owned(),
    };
    Wrong::new(
        "rule-word-out-of-work",
        at,
        format!("the plugin of the word `{name}` {}", out.why),
        remedy,
    )
}

/// The id of the plugin that brings a word: folders are written with hyphens, words cannot be.
fn plugin_of(name: &str) -> String {
    name.replace('_', "-")
}
