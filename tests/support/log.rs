//! Every run of the program in these tests is heard at its most talkative, and no line of its log may name a student. No test starts
//! the program in another way: see `tests/house.rs`.

// Every test binary takes what it needs.
#![allow(dead_code)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// The program that the tests are about.
const PROGRAM: &str = env!("CARGO_BIN_EXE_firstbell");

/// Runs the program with the log at trace level. What comes back has the log taken out of the error stream; a log line with a name that
/// the home's directory holds fails the test.
pub(crate) fn hear(home: Option<&Path>, words: &[&str]) -> Output {
    hear_through(&[], home, words).expect("the program runs")
}

/// The same where another program runs it, such as `setpriv --reuid=65534`; `None` where that one cannot be run.
pub(crate) fn hear_through(before: &[&str], home: Option<&Path>, words: &[&str]) -> Option<Output> {
    let (output, log) = hear_whole(before, home, words)?;
    let given = words.iter().position(|word| ["--home", "demo"].contains(word));
    let given = given.and_then(|at| words.get(at + 1)).map(Path::new);
    must_be_nameless(&log, home.or(given));
    Some(output)
}

/// The same with the log, unsearched: for a test that searches it by itself.
pub(crate) fn hear_whole(before: &[&str], home: Option<&Path>, words: &[&str]) -> Option<(Output, String)> {
    let output = command(before, home).args(words).output().ok()?;
    let said = String::from_utf8(output.stderr).expect("the error stream is UTF-8");
    let (log, said): (Vec<&str>, Vec<&str>) = said.split_inclusive('\n').partition(|line| is_log(line));
    let stderr = said.concat().into_bytes();
    Some((Output { stderr, ..output }, log.concat()))
}

fn command(before: &[&str], home: Option<&Path>) -> Command {
    let mut all = before.iter().copied().chain([PROGRAM]);
    let mut command = Command::new(all.next().expect("the program at least"));
    command.args(all).env("RUST_LOG", "trace").env_remove("NOTIFY_SOCKET");
    if let Some(home) = home {
        command.arg("--home").arg(home);
    }
    command
}

/// The program at work beside the test. It is killed where the test ends without it; then everything that it said is searched.
pub(crate) struct Running {
    /// The process.
    pub(crate) child: Child,
    home: PathBuf,
    log: PathBuf,
}

impl Running {
    /// Starts it; what it says goes into a file.
    pub(crate) fn start(home: &Path, words: &[&str], variables: &[(&str, &str)], log: PathBuf) -> Running {
        let file = File::create(&log).expect("a log");
        let child = command(&[], Some(home))
            .args(words)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn();
        Running {
            child: child.expect("the program runs"),
            home: home.to_owned(),
            log,
        }
    }

    /// What it said so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log is there")
    }

    /// Kills it, wherever it is.
    pub(crate) fn kill(self) {
        drop(self);
    }

    /// How it ended, where it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child of ours")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A test that fails already has its own reason.
        if !std::thread::panicking() {
            must_be_nameless(&self.log(), Some(&self.home));
        }
    }
}

fn must_be_nameless(log: &str, home: Option<&Path>) {
    let names = home.map(names).unwrap_or_default();
    for line in log.lines() {
        let named = words(line).find(|word| names.contains(*word));
        assert!(
            named.is_none(),
            "the log names a student, `{}`: {line}",
            named.unwrap_or_default()
        );
    }
}

/// `2026-11-23T05:30:00.123456Z  INFO …`
fn is_log(line: &str) -> bool {
    let mut parts = line.split_ascii_whitespace();
    let moment = parts
        .next()
        .is_some_and(|word| word.len() > 20 && word.ends_with('Z') && word.as_bytes()[10] == b'T');
    let level = parts.next();
    moment && level.is_some_and(|word| ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&word))
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .filter(|word| word.chars().next().is_some_and(char::is_uppercase))
}

/// First and last names of the home's students, word by word.
fn names(home: &Path) -> BTreeSet<String> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    let Ok(store) = rusqlite::Connection::open_with_flags(home.join("var/firstbell.db"), flags) else {
        return BTreeSet::new();
    };
    // The journal is the program's to fold into its file, and to leave where a test cut it off.
    let kept = rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    store.set_db_config(kept, true).expect("a setting");
    let Ok(mut names) = store.prepare("SELECT first_name || ' ' || last_name FROM directory") else {
        return BTreeSet::new();
    };
    let read = names.query_map([], |row| row.get::<_, String>(0));
    let mut all = BTreeSet::new();
    for name in read.into_iter().flatten().flatten() {
        all.extend(words(&name).filter(|word| word.len() > 2).map(str::to_owned));
    }
    // Classmates bear no name of their own.
    ["Class", "Mate"].iter().for_each(|word| {
        all.remove(*word);
    });
    all
}
