//! Every run of the program in these tests is heard at its most talkative, and no line of its log may name a student.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program with the log at trace level. What comes back has the log taken out of the error stream; a log line with a name that
/// the home's directory holds fails the test.
pub(crate) fn hear(command: &mut Command, home: Option<&Path>) -> Output {
    let output = command.env("RUST_LOG", "trace").output().expect("the program runs");
    let said = String::from_utf8(output.stderr).expect("the error stream is UTF-8");
    let (log, said): (Vec<&str>, Vec<&str>) = said.split_inclusive('\n').partition(|line| is_log(line));
    let names = home.map(names).unwrap_or_default();
    for line in &log {
        let named = words(line).find(|word| names.contains(*word));
        assert!(
            named.is_none(),
            "the log names a student, `{}`: {line}",
            named.unwrap_or_default()
        );
    }
    Output {
        stderr: said.concat().into_bytes(),
        ..output
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
