//! A conversation with a running program: messages out, answers in, each with its time.

use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use memchr::memchr;
use serde_json::Value;

use super::{Trouble, launch};
use crate::clock;
use crate::plugins::manifest::Program;
use crate::plugins::plugin::Plugin;
use crate::plugins::source::private_folder;

/// The longest line that a program may answer.
const LINE_BYTES: usize = 1 << 20;
/// How much of what it says on its error stream is kept.
const TAIL_BYTES: usize = 4 << 10;
/// Answers that may wait to be looked at: past it the program waits, and memory does not grow.
const WAITING: usize = 256;
/// How long a program may take to end once it has said everything.
const ENDING: Duration = Duration::from_secs(5);

/// How long its last words may be on their way once it has ended.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What the program said, as the thread that listens hands it on.
enum Heard {
    Line(Vec<u8>),
    TooLong,
    TooMuch,
}

/// The program's input, as whoever streams an export sees it.
pub(super) type Input = BufWriter<ChildStdin>;

/// What the thread that writes is to write.
enum Job {
    Message(Vec<u8>),
    /// Writes by itself; nothing follows it.
    Stream(Box<dyn FnOnce(&mut Input) + Send>),
}

/// A running program.
pub(in crate::plugins) struct Talk {
    child: Child,
    to: Option<Sender<Job>>,
    answers: Receiver<Heard>,
    said: Arc<Mutex<Vec<u8>>>,
    /// Closed once its error stream is.
    silent: Receiver<()>,
    work: PathBuf,
    /// Where the tail of its error stream is kept for `doctor`.
    tail: PathBuf,
    output_mb: u64,
    over: bool,
    keeps_tail: bool,
}

impl Talk {
    /// Starts a program.
    pub(super) fn start(plugin: &Plugin, program: &Program, work: &Path) -> Result<Talk, Trouble> {
        let cannot = |error: io::Error| Trouble::NotStarted(error.to_string());
        let Some(folder) = &plugin.folder else {
            return Err(Trouble::NotStarted("it is not in the home".to_owned()));
        };
        let folder = folder.canonicalize().map_err(cannot)?;
        let tail = tail_of(work, &plugin.id);
        let work = private_folder(&work.join(&plugin.id)).map_err(cannot)?;
        let mut child = launch::start(program, &folder, &work).map_err(cannot)?;
        let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (sender, answers) = mpsc::sync_channel(WAITING);
        let most = program.output_mb << 20;
        let said = Arc::new(Mutex::new(Vec::new()));
        // No thread is waited for: a grandchild that got away may hold the other end for ever. And nothing is written here: a
        // program that does not listen would keep whoever writes for ever, and no deadline would hold.
        let (to, jobs) = mpsc::channel();
        if let Some(input) = input {
            thread::spawn(move || write(BufWriter::with_capacity(1 << 16, input), &jobs));
        }
        if let Some(output) = output {
            thread::spawn(move || listen(output, most, &sender));
        }
        let (speaks, silent) = mpsc::channel::<()>();
        if let Some(errors) = errors {
            let said = Arc::clone(&said);
            thread::spawn(move || {
                keep_tail(errors, &said);
                drop(speaks);
            });
        }
        Ok(Talk {
            child,
            to: Some(to),
            answers,
            said,
            silent,
            work,
            tail,
            output_mb: program.output_mb,
            over: false,
            keeps_tail: true,
        })
    }

    /// The folder that the program may write into.
    pub(super) fn work(&self) -> &Path {
        &self.work
    }

    /// Says one message.
    pub(in crate::plugins) fn say(&mut self, message: &Value) -> Result<(), Trouble> {
        let mut line = message.to_string();
        line.push('\n');
        self.send(Job::Message(line.into_bytes()))
    }

    /// Lets somebody write a whole export; the input is closed after it.
    pub(super) fn stream(&mut self, write: impl FnOnce(&mut Input) + Send + 'static) -> Result<(), Trouble> {
        self.send(Job::Stream(Box::new(write)))
    }

    fn send(&mut self, job: Job) -> Result<(), Trouble> {
        match self.to.as_ref().map(|to| to.send(job)) {
            Some(Ok(())) => Ok(()),
            _ => Err(self.why_deaf()),
        }
    }

    /// The next answer, within a time; `None` where the program has closed its output.
    pub(in crate::plugins) fn hear(&mut self, within: Duration) -> Result<Option<Value>, Trouble> {
        match self.answers.recv_timeout(within) {
            Ok(Heard::Line(line)) => {
                let value: Option<Value> = serde_json::from_slice(&line).ok();
                match value.filter(Value::is_object) {
                    Some(value) => Ok(Some(value)),
                    None => Err(Trouble::Nonsense("a line of its output is no JSON object".to_owned())),
                }
            }
            Ok(Heard::TooLong) => Err(Trouble::Flood(format!(
                "answered a line of more than {LINE_BYTES} bytes"
            ))),
            Ok(Heard::TooMuch) => Err(Trouble::Flood(format!("answered more than {} MB", self.output_mb))),
            Err(RecvTimeoutError::Timeout) => Err(Trouble::Silent(within)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
        }
    }

    /// Waits for the program's own end; it must be a good one.
    pub(in crate::plugins) fn end(&mut self) -> Result<(), Trouble> {
        drop(self.to.take());
        let late = clock::monotonic() + ENDING;
        let ended = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break Some(status),
                Ok(None) if clock::monotonic() < late => thread::sleep(Duration::from_millis(2)),
                _ => break None,
            }
        };
        // Should the program have left others of its group running, they are ended too; its number stays taken as long as one of them is there.
        self.give_up();
        match ended {
            Some(status) if status.success() => Ok(()),
            Some(status) => Err(Trouble::Failed(how(status))),
            None => Err(Trouble::Silent(ENDING)),
        }
    }

    /// Why the program ended before its time, where it has.
    pub(super) fn why_ended(&mut self) -> Trouble {
        match self.end() {
            Ok(()) => Trouble::EndedEarly,
            Err(trouble) => trouble,
        }
    }

    fn why_deaf(&mut self) -> Trouble {
        match self.why_ended() {
            Trouble::EndedEarly => Trouble::Deaf,
            other => other,
        }
    }

    /// Ends the program and all that it started, and keeps the tail of what it said on its error stream.
    pub(in crate::plugins) fn give_up(&mut self) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        drop(self.to.take());
        launch::end(&mut self.child);
        if self.keeps_tail {
            // What it said last may still be on its way. One that got away and holds the stream open is not waited for.
            let _ = self.silent.recv_timeout(LAST_WORDS);
            let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
            keep(&self.tail, &said);
        }
    }

    /// Ends a program of which nothing more was wanted: what it says of that is of no interest.
    pub(super) fn leave(&mut self) {
        self.keeps_tail = false;
        self.give_up();
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// Writes what is to be written until there is no more, or nobody who reads it.
fn write(mut input: Input, jobs: &Receiver<Job>) {
    for job in jobs {
        match job {
            Job::Message(line) => {
                if input.write_all(&line).and_then(|()| input.flush()).is_err() {
                    break;
                }
            }
            Job::Stream(write) => {
                write(&mut input);
                break;
            }
        }
    }
    // What is still buffered for a program that does not listen is of no use.
    let (_, _) = input.into_parts();
}

/// Where the tail of a program's error stream is kept.
pub(in crate::plugins) fn tail_of(work: &Path, id: &str) -> PathBuf {
    work.join(format!("{id}.stderr"))
}

/// Writes the tail for `doctor`, or takes an old one away; it is never logged, as it may hold anything.
fn keep(path: &Path, said: &[u8]) {
    if said.is_empty() {
        let _ = std::fs::remove_file(path);
        return;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // Without it `doctor` has less to show, and nothing else changes.
    let _ = options.open(path).and_then(|mut file| file.write_all(said));
}

fn how(status: std::process::ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit code {code}"),
        None => "a signal, as when it takes more memory or time than it may".to_owned(),
    }
}

/// Hands on line by line what the program says, until it says too much.
fn listen(output: impl Read, most: u64, to: &SyncSender<Heard>) {
    let mut output = BufReader::with_capacity(1 << 16, output);
    let mut line = Vec::new();
    let mut total = 0_u64;
    loop {
        let piece = match io::BufRead::fill_buf(&mut output) {
            Ok([]) => break,
            Ok(piece) => piece,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        let end = memchr(b'\n', piece);
        let length = end.map_or(piece.len(), |at| at + 1);
        line.extend_from_slice(&piece[..length]);
        io::BufRead::consume(&mut output, length);
        total += length as u64;
        let heard = match (total > most, line.len() > LINE_BYTES, end) {
            (true, ..) => Heard::TooMuch,
            (_, true, _) => Heard::TooLong,
            (.., Some(_)) => Heard::Line(std::mem::take(&mut line)),
            (.., None) => continue,
        };
        let ends = !matches!(heard, Heard::Line(_));
        if to.send(heard).is_err() || ends {
            return;
        }
    }
    if !line.is_empty() {
        // A last line without an end may be half a line; it is looked at all the same, and is most likely no JSON.
        let _ = to.send(Heard::Line(line));
    }
}

fn keep_tail(mut errors: impl Read, said: &Mutex<Vec<u8>>) {
    let mut piece = [0; 1024];
    loop {
        match errors.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => {
                let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
                said.extend_from_slice(&piece[..length]);
                let too_many = said.len().saturating_sub(TAIL_BYTES);
                said.drain(..too_many);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
}
