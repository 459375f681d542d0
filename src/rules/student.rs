//! The `student` that a rule holds: it answers from what is already known and asks for what is not.
//!
//! A rule cannot hold the real student (its numbers live on the stack of a thread), and it need not: it is pure. So a call
//! runs on known answers; at the first question without one it is ended, the question is answered outside, and the call
//! runs again. Remembered answers make that rare: see `memo`.

use std::any::TypeId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext, Position};

use super::vocabulary;
use super::word::{self, PluginWord, Script, Scripts};
use crate::indicators::{Ask, Value, Window, Word};
use crate::school::Level;
use crate::script::{self, LevelWord, Missing, WindowWord};

/// Something that a rule asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// A word about the student.
    Word(Ask),
    /// Tonight's level of a rule.
    Level(Arc<str>),
    /// Tonight's gravest level in an area.
    LevelIn(Arc<str>),
    /// The number of areas at a level.
    AreasAt(Level),
    /// A plugin's word. A script's is worked out within the call, and only what is missing bears its name; a program's is answered
    /// from outside, like any other word.
    Plugin(Arc<str>),
}

/// What is known of a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// A word's value.
    Value(Value),
    /// A level, or clear.
    Level(Option<Level>),
    /// Areas that are at the level for sure, and areas that might be.
    Areas { sure: u8, more: u8 },
    /// A level that cannot be told tonight.
    Unknown,
}

impl Answer {
    fn is_missing(&self) -> bool {
        matches!(self, Answer::Unknown | Answer::Value(Value::Missing))
    }
}

/// One call of a rule's function, from the side of the student.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// What is known.
    pub(super) answers: Vec<(Question, Answer)>,
    /// Of the areas that might be at a level (watch, concern, urgent), how many are taken to be.
    pub(super) taken: [u8; 3],
    /// The question that ended the call.
    pub(super) wanted: Option<Question>,
    handed: Vec<(u32, Question)>,
    count: u32,
    /// The plugins' words of the rule at work.
    pub(super) words: Option<Scripts>,
    /// What went wrong in one of them.
    pub(super) failed: Option<script::Failure>,
}

impl Run {
    /// Begins another call on the same answers.
    pub(super) fn begin(&mut self) {
        self.wanted = None;
        self.handed.clear();
        self.count = 0;
        self.failed = None;
    }

    /// The missing words that were handed out and not taken back by `.or`.
    pub(super) fn missing(&self) -> Vec<Question> {
        let mut missing: Vec<Question> = Vec::new();
        for (_, question) in &self.handed {
            if !missing.contains(question) {
                missing.push(question.clone());
            }
        }
        missing
    }

    /// The script of a plugin's word, where the rule at work uses it.
    pub(super) fn word(&self, name: &str) -> Option<Script> {
        let words = self.words.as_ref()?;
        words.iter().find(|script| script.word.name == name).cloned()
    }

    /// Hands out a missing number under the name of a plugin's word.
    pub(super) fn hand_missing(&mut self, name: &str) -> Dynamic {
        self.count += 1;
        self.handed.push((self.count, Question::Plugin(Arc::from(name))));
        Dynamic::from(Missing { handed: self.count })
    }

    /// How many missing numbers are handed out.
    pub(super) fn handed_out(&self) -> usize {
        self.handed.len()
    }

    /// Takes back what was handed out since; whether there was anything.
    pub(super) fn take_back_to(&mut self, before: usize) -> bool {
        let lacks = self.handed.len() > before;
        self.handed.truncate(before);
        lacks
    }

    /// Notes that a plugin's word failed for this student.
    pub(super) fn fail(&mut self, plugin: &PluginWord, message: String, line: Option<usize>) {
        self.failed.get_or_insert_with(|| word::told(plugin, &message, line));
    }

    pub(super) fn known(&mut self, question: &Question) -> Result<Answer, Box<EvalAltResult>> {
        if let Some((_, answer)) = self.answers.iter().find(|(known, _)| known == question) {
            return Ok(answer.clone());
        }
        self.wanted = Some(question.clone());
        Err(error("an answer is needed first"))
    }

    fn hand(&mut self, question: Question) -> Result<Dynamic, Box<EvalAltResult>> {
        let answer = self.known(&question)?;
        if answer.is_missing() {
            self.count += 1;
            self.handed.push((self.count, question));
            return Ok(Dynamic::from(Missing { handed: self.count }));
        }
        Ok(match answer {
            Answer::Value(Value::Count(count)) => count.into(),
            Answer::Value(Value::Number(number)) => number.into(),
            Answer::Value(Value::Text(text)) => Dynamic::from(ImmutableString::from(&*text)),
            Answer::Value(Value::Yes(yes)) => yes.into(),
            Answer::Level(level) => Dynamic::from(LevelWord(level)),
            Answer::Areas { sure, more } => {
                let Question::AreasAt(level) = question else {
                    return Err(error("only `areas_at` counts areas"));
                };
                i64::from(sure + self.taken[level as usize].min(more)).into()
            }
            Answer::Value(Value::Missing) | Answer::Unknown => Dynamic::UNIT,
        })
    }
}

/// The handle that scripts hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Student(Arc<Mutex<Run>>);

impl Student {
    /// The run behind the handle.
    pub(super) fn run(&self) -> MutexGuard<'_, Run> {
        // A panic inside a rule may have poisoned it; every call begins with a fresh state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn error(message: impl Into<String>) -> Box<EvalAltResult> {
    Box::new(EvalAltResult::ErrorRuntime(
        Dynamic::from(message.into()),
        Position::NONE,
    ))
}

fn window_of(window: WindowWord) -> Window {
    match window {
        WindowWord::Last(days) => Window::Last(days),
        WindowWord::Days(days) => Window::Days(days),
    }
}

fn text_ask(word: Word, window: Window, text: &str) -> Question {
    Question::Word(Ask {
        word,
        window,
        text: Some(Arc::from(text)),
    })
}

/// The engine that rules run in, with the whole vocabulary.
pub(super) fn engine() -> Engine {
    let mut engine = script::engine(&[TypeId::of::<Student>()]);
    engine.register_type_with_name::<Student>("student");
    for entry in vocabulary::WORDS {
        register_word(&mut engine, entry.word);
    }
    register_windows(&mut engine);
    register_calls(&mut engine);
    register_or(&mut engine);
    word::register(&mut engine);
    engine
}

fn register_word(engine: &mut Engine, word: Word) {
    let name = word.word();
    if vocabulary::takes_text(word) {
        engine.register_fn(name, move |student: &mut Student, text: ImmutableString| {
            student.run().hand(text_ask(word, Window::Year, &text))
        });
        return;
    }
    engine.register_get(name, move |student: &mut Student| {
        student.run().hand(Question::Word(Ask::year(word)))
    });
    if word.takes_window() {
        engine.register_fn(name, move |student: &mut Student, window: WindowWord| {
            student.run().hand(Question::Word(Ask::over(word, window_of(window))))
        });
    }
    if word == Word::Incidents {
        engine.register_fn(
            name,
            move |student: &mut Student, window: WindowWord, glob: ImmutableString| {
                student.run().hand(text_ask(word, window_of(window), &glob))
            },
        );
    }
}

fn register_windows(engine: &mut Engine) {
    type Make = fn(u32) -> WindowWord;
    let windows: [(&str, Make); 2] = [("last", WindowWord::Last), ("days", WindowWord::Days)];
    for (name, make) in windows {
        engine.register_fn(name, move |days: i64| -> Result<WindowWord, Box<EvalAltResult>> {
            if !(1..=script::limits::WINDOW_DAYS).contains(&days) {
                return Err(error(format!(
                    "`{name}({days})` is no window: write 1 to {}",
                    script::limits::WINDOW_DAYS
                )));
            }
            // Between 1 and 400, as just checked.
            Ok(make(days as u32))
        });
    }
}

fn register_calls(engine: &mut Engine) {
    engine.register_fn(
        "has",
        |context: NativeCallContext<'_>,
         student: &mut Student,
         name: ImmutableString|
         -> Result<bool, Box<EvalAltResult>> {
            let Some(entry) = vocabulary::word(&name) else {
                return Ok(word::value(&context, student, &name)?.is_some());
            };
            let answer = student.run().known(&Question::Word(Ask::year(entry.word)))?;
            Ok(!answer.is_missing())
        },
    );
    engine.register_fn("level", |student: &mut Student, rule: ImmutableString| {
        student.run().hand(Question::Level(Arc::from(rule.as_str())))
    });
    engine.register_fn("level_in", |student: &mut Student, area: ImmutableString| {
        student.run().hand(Question::LevelIn(Arc::from(area.as_str())))
    });
    engine.register_fn("areas_at", |student: &mut Student, level: ImmutableString| {
        let level: Level = level.parse().map_err(|message: String| error(message))?;
        student.run().hand(Question::AreasAt(level))
    });
}

/// `.or` behind a word: the checker has made sure that it stands nowhere else, so taking back is exact.
fn register_or(engine: &mut Engine) {
    fn keep<T: Clone>(value: &mut T, _otherwise: Dynamic) -> T {
        value.clone()
    }
    engine
        .register_fn("or", keep::<i64>)
        .register_fn("or", keep::<f64>)
        .register_fn("or", keep::<bool>)
        .register_fn("or", keep::<ImmutableString>)
        .register_fn("or", keep::<LevelWord>);
}

/// Adds `.or` for a missing word of this student: the one place where a handing-out is undone.
pub(super) fn register_taking_back(engine: &mut Engine, student: &Student) {
    let student = student.clone();
    engine.register_fn("or", move |missing: &mut Missing, otherwise: Dynamic| -> Dynamic {
        let mut run = student.run();
        let place = run.handed.iter().position(|(handed, _)| *handed == missing.handed);
        let question = place.map(|place| run.handed.remove(place).1);
        let level = otherwise
            .as_immutable_string_ref()
            .ok()
            .and_then(|word| word.parse::<Level>().ok());
        match (question, level) {
            // In place of a level stands a level, so that it can be compared.
            (Some(Question::Level(_) | Question::LevelIn(_)), Some(level)) => Dynamic::from(LevelWord(Some(level))),
            _ => otherwise,
        }
    });
}
