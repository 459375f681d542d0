//! An indicator's program: the students of a round stream in, each on the days that are judged, and a number for each streams out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::time::Duration;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value, json};

use super::key::Salt;
use super::read::{WRITER, Wrote, put};
use super::{STUDENT_ID, Talk, Trouble, begin};
use crate::clock;
use crate::indicators::{Ask, Value as Number};
use crate::monitor::Problem;
use crate::plugins::manifest::{Body, Program};
use crate::plugins::plugin::Plugin;
use crate::rules::ask_of;
use crate::school::Day;

/// Bytes of questions that are handed to the thread that writes at once.
const CHUNK_BYTES: usize = 32 << 10;
/// Chunks that may wait: past it whoever makes them waits, and memory does not grow.
const CHUNKS: usize = 4;
/// How long to wait for room.
const ROOM: Duration = Duration::from_millis(1);

/// One student on one day, as a program is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asking {
    /// The student's id.
    pub student_id: String,
    /// The day judged.
    pub day: Day,
}

/// What a program told of one student on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// A number.
    Number(f64),
    /// It says that there is none.
    Missing,
    /// What it said is no number.
    Odd,
    /// It said nothing.
    Silent,
}

/// A program that gives a word.
pub struct Teller {
    plugin: Plugin,
    program: Program,
    work: PathBuf,
    word: String,
    version: String,
    /// What it is given, as its manifest writes it.
    asks: Vec<(String, Ask)>,
}

impl Teller {
    /// The teller that a plugin is; `None` where it is none.
    pub(in crate::plugins) fn of(plugin: &Plugin, work: &Path) -> Option<Teller> {
        let Body::Teller(word, program) = &plugin.manifest.as_ref()?.body else {
            return None;
        };
        let asks = word
            .reads
            .iter()
            .filter_map(|read| Some((read.clone(), ask_of(read).ok()?)));
        Some(Teller {
            plugin: plugin.clone(),
            program: program.clone(),
            work: work.to_owned(),
            word: word.name.clone(),
            version: word.text.clone(),
            asks: asks.collect(),
        })
    }

    /// The word that it gives.
    pub fn word(&self) -> &str {
        &self.word
    }

    /// The digest that it was enabled under.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its manifest, from the home.
    pub fn path(&self) -> &str {
        &self.plugin.path
    }

    /// What it is given, in the order of the values that `values` is to hand over.
    pub fn asks(&self) -> impl Iterator<Item = &Ask> {
        self.asks.iter().map(|(_, ask)| ask)
    }

    /// Asks of every student and day in one conversation; `values` gives what is declared of one of them, by its number. The answers
    /// stand in the order of the questions.
    ///
    /// # Errors
    /// Why the conversation came to no good end: then nothing of it counts.
    pub fn ask(
        &self,
        asked: &[Asking],
        values: impl FnMut(usize) -> Vec<Number> + Send,
    ) -> Result<Vec<Answer>, Problem> {
        let told = |trouble: Trouble| trouble.problem(&self.plugin, None);
        let keys = self
            .keys(asked)
            .map_err(|error| told(Trouble::NotStarted(error.to_string())))?;
        let late = clock::monotonic() + self.program.deadline + self.program.hello;
        let mut talk = begin(&self.plugin, &self.program, &self.work)?;
        talk.say(&json!({ "word": self.word, "asked": asked.len() }))
            .map_err(told)?;
        let (chunks, from) = mpsc::sync_channel(CHUNKS);
        let wrote = write(&mut talk, from).map_err(told)?;
        let mut numbers: FxHashMap<(&str, Day), usize> = FxHashMap::default();
        numbers.extend(
            keys.iter()
                .zip(asked)
                .enumerate()
                .map(|(at, (key, asking))| ((key.as_str(), asking.day), at)),
        );
        let given_up = AtomicBool::new(false);
        let ended = std::thread::scope(|scope| {
            let questions = Questions {
                names: &self.asks,
                keys: &keys,
                asked,
                given_up: &given_up,
            };
            scope.spawn(move || questions.send(&chunks, values));
            let mut answers = vec![Answer::Silent; asked.len()];
            let ended = hear(&mut talk, (late, self.program.deadline), &numbers, &mut answers)
                .and_then(|()| finish(&mut talk, &wrote))
                .map(|()| answers);
            given_up.store(true, Ordering::Relaxed);
            ended
        });
        ended.map_err(|trouble| {
            talk.give_up();
            told(trouble)
        })
    }

    /// How the program knows each student: by id only where its manifest asks for that.
    fn keys(&self, asked: &[Asking]) -> std::io::Result<Vec<String>> {
        if self.plugin.reads().iter().any(|read| read == STUDENT_ID) {
            return Ok(asked.iter().map(|asking| asking.student_id.clone()).collect());
        }
        let salt = Salt::of(&self.work, &self.plugin.id)?;
        Ok(asked.iter().map(|asking| salt.key(&asking.student_id)).collect())
    }
}

/// Everything that is to be asked, on its way to the thread that writes.
struct Questions<'q> {
    names: &'q [(String, Ask)],
    keys: &'q [String],
    asked: &'q [Asking],
    given_up: &'q AtomicBool,
}

impl Questions<'_> {
    fn send(&self, to: &SyncSender<Vec<u8>>, mut values: impl FnMut(usize) -> Vec<Number>) {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + 1024);
        for (at, (key, asking)) in self.keys.iter().zip(self.asked).enumerate() {
            let given: Map<String, Value> = self
                .names
                .iter()
                .zip(values(at))
                .map(|((name, _), value)| (name.clone(), as_json(value)))
                .collect();
            let question = json!({ "student": key, "day": asking.day.to_string(), "values": given });
            // Into memory: this cannot fail.
            let _ = put(&mut chunk, &question);
            if chunk.len() >= CHUNK_BYTES && !self.hand_on(to, std::mem::take(&mut chunk)) {
                return;
            }
        }
        self.hand_on(to, chunk);
    }

    /// Hands on a chunk; `false` where nobody wants it any more. It never waits for a program that was given up: one that got away
    /// may hold its input open for ever.
    fn hand_on(&self, to: &SyncSender<Vec<u8>>, mut chunk: Vec<u8>) -> bool {
        loop {
            match to.try_send(chunk) {
                Ok(()) => return true,
                Err(TrySendError::Disconnected(_)) => return false,
                Err(TrySendError::Full(_)) if self.given_up.load(Ordering::Relaxed) => return false,
                Err(TrySendError::Full(back)) => chunk = back,
            }
            std::thread::sleep(ROOM);
        }
    }
}

fn as_json(value: Number) -> Value {
    match value {
        Number::Count(count) => count.into(),
        Number::Number(number) => number.into(),
        Number::Text(text) => (*text).into(),
        Number::Yes(yes) => yes.into(),
        Number::Missing => Value::Null,
    }
}

/// Writes chunk after chunk, then says that there is no more.
fn write(talk: &mut Talk, from: Receiver<Vec<u8>>) -> Result<Receiver<Wrote>, Trouble> {
    let (sender, wrote) = mpsc::channel();
    talk.stream(move |to| {
        use std::io::Write as _;
        let written = from.iter().try_for_each(|chunk| to.write_all(&chunk));
        let ended = written
            .and_then(|()| put(to, &json!({ "end": true })))
            .and_then(|()| to.flush());
        let _ = sender.send(ended.map_or(Wrote::Deaf, |()| Wrote::All));
    })?;
    Ok(wrote)
}

/// Takes answers until the program says that it is done.
fn hear(
    talk: &mut Talk,
    (late, deadline): (Duration, Duration),
    numbers: &FxHashMap<(&str, Day), usize>,
    answers: &mut [Answer],
) -> Result<(), Trouble> {
    let mut count = 0_u64;
    loop {
        let left = late.saturating_sub(clock::monotonic());
        let heard = match talk.hear(left) {
            Err(Trouble::Silent(_)) => return Err(Trouble::Silent(deadline)),
            other => other?,
        };
        let Some(said) = heard else {
            return Err(talk.why_ended());
        };
        if said.get("done").is_some() {
            return match said.get("answers").and_then(Value::as_u64) {
                Some(told) if told == count => Ok(()),
                Some(told) => Err(nonsense(&format!(
                    "it says that it gave {told} answers and gave {count}"
                ))),
                None => Err(nonsense("its last line does not say how many `answers` it gave")),
            };
        }
        let student = said.get("student").and_then(Value::as_str);
        let day = said
            .get("day")
            .and_then(Value::as_str)
            .and_then(|day| day.parse::<Day>().ok());
        let (Some(student), Some(day)) = (student, day) else {
            return Err(nonsense("an answer does not say of which `student` and `day` it is"));
        };
        let Some(at) = numbers.get(&(student, day)) else {
            return Err(nonsense("it answers for a student or a day that it was not asked of"));
        };
        if answers[*at] != Answer::Silent {
            return Err(nonsense("it answers twice for one student and day"));
        }
        answers[*at] = match said.get("value") {
            Some(Value::Null) => Answer::Missing,
            Some(Value::Number(number)) => number.as_f64().map_or(Answer::Odd, Answer::Number),
            _ => Answer::Odd,
        };
        count += 1;
    }
}

fn nonsense(why: &str) -> Trouble {
    Trouble::Nonsense(why.to_owned())
}

/// After the program's last word: it must have heard everything, say nothing more, and end well.
fn finish(talk: &mut Talk, writer: &Receiver<Wrote>) -> Result<(), Trouble> {
    match writer.recv_timeout(WRITER) {
        Ok(Wrote::All) => {}
        Ok(Wrote::Broke(_) | Wrote::Deaf) | Err(_) => return Err(Trouble::Deaf),
    }
    if talk.hear(WRITER)?.is_some() {
        return Err(nonsense("it goes on after `done`"));
    }
    talk.end()
}
