//! How the daemon waits for days: as the same process begun anew, which holds no rule, no plugin and no page of a round, only the words
//! that people wrote into the home and a note of what its last life saw. When something differs from it, or the moment comes at which
//! something is due, the daemon takes up its work in the same process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::service::Service;
use super::signals;
use super::wakes::{FLOCK, LONGEST_SLEEP, Wakes, wait, watch_home};
use crate::clock;
use crate::home::{Home, Stamp, Words};
use crate::monitor::Problem;

/// The variable that carries the note from one life to the next.
const NOTE: &str = "FIRSTBELL_ASLEEP";
/// How deep the inbox is looked through: an export may be a folder of files.
const DEEPEST: usize = 3;
/// Kilobytes of its own from which a process that cannot sleep without forgetting something does so all the same: what it holds when it
/// has just begun, and half as much again. Chosen by us.
#[cfg(target_os = "linux")]
const MOST: u64 = 20_000;

/// What one life of the daemon leaves to the next.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    /// The moment at which something is due, in seconds since 1970.
    pub(super) due: Option<i64>,
    /// Seconds between two looks, where the system does not tell of changes in the inbox.
    pub(super) look_every: Option<u64>,
    /// The inbox.
    pub(super) inbox: PathBuf,
    /// What was seen before the last turn that found nothing to do.
    pub(super) seen: String,
    /// For the next round's report.
    pub(super) told: Vec<Problem>,
}

/// What people had written into the home when it fell asleep: all of it was at work, and what they break meanwhile must not end that.
pub(super) struct Kept {
    pub(super) written: BTreeMap<String, Stamp>,
    pub(super) words: Words,
}

impl Note {
    /// The note that the last life left, where this process was begun to wait.
    pub(super) fn left() -> Option<Note> {
        serde_json::from_str(&std::env::var(NOTE).ok()?).ok()
    }

    fn is_due(&self) -> bool {
        self.due.is_some_and(|due| due <= now())
    }

    fn rest(&self) -> Duration {
        let due = self.due.map(|due| u64::try_from(due - now()).unwrap_or(0));
        let rests = [due, self.look_every].into_iter().flatten().map(Duration::from_secs);
        rests.fold(LONGEST_SLEEP, Duration::min)
    }
}

/// Begins anew as a process that waits. Returns only where that cannot be done, with the reason: the program's file may have been
/// replaced since it was started. Then everything goes on as it was.
#[cfg(unix)]
pub(super) fn fall_asleep(note: &Note, wakes: &Wakes) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    // What was heard before is on its way to its listener.
    signals::hold();
    std::thread::sleep(FLOCK);
    if wakes.is_stopping() {
        return std::io::ErrorKind::Interrupted.into();
    }
    // A path that is no text cannot be noted; who has one stays awake.
    let Ok(note) = serde_json::to_string(note) else {
        return std::io::ErrorKind::InvalidData.into();
    };
    match std::env::current_exe() {
        Ok(program) => std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(NOTE, note)
            .exec(),
        Err(error) => error,
    }
}

#[cfg(not(unix))]
pub(super) fn fall_asleep(_: &Note, _: &Wakes) -> std::io::Error {
    std::io::ErrorKind::Unsupported.into()
}

/// Waits until something is due or differs from what the last life saw, or the end is asked for. What comes back is `None` where the
/// home may have been written into since that life read it.
pub(super) fn until_woken(
    home: &Home,
    note: &Note,
    wakes: &Wakes,
    heard: &Receiver<()>,
    service: &Service,
) -> Option<Kept> {
    let mut watch = watch_home(home, wakes);
    watch.add(&note.inbox, false);
    let written = home.written();
    let words = home.words();
    // Looked at after the reading: where nothing differs, what was read is what was at work.
    let untouched = seen(home, &note.inbox) == note.seen;
    signals::heed();
    tracing::debug!(due = note.due, "asleep");
    while !wakes.is_stopping() && !note.is_due() && seen(home, &note.inbox) == note.seen {
        let rest = note.rest();
        service.busy(rest + LONGEST_SLEEP);
        if wait(heard, rest) {
            std::thread::sleep(FLOCK);
        }
        // A watch is lost without a word where its folder was renamed away and back.
        watch.add(&note.inbox, false);
    }
    let words = words.ok().filter(|_| untouched)?;
    Some(Kept { written, words })
}

/// Everything that would give the daemon something to do, as one word: two are equal where nothing happened in between.
pub(super) fn seen(home: &Home, inbox: &Path) -> String {
    let mut lying = BTreeMap::new();
    let listed = list(inbox, 0, &mut lying);
    let folder = Stamp::at(&inbox.join(".")).map(|stamp| (stamp.device, stamp.inode));
    let asked = Stamp::at(&home.asked());
    let store = home.store();
    let journal = journal_of(&store);
    // Another process posts letters or changes what is held. Who only reads leaves an empty journal at most.
    let bytes = |path: &Path| Stamp::at(path).map(|stamp| (stamp.size, stamp.written));
    let store = (bytes(&store), bytes(&journal).filter(|(size, _)| *size > 0));
    let all = format!("{:?}", (home.written(), listed, folder, lying, asked, store));
    blake3::hash(all.as_bytes()).to_hex().to_string()
}

/// What SQLite writes beside a store before it folds it in.
fn journal_of(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Every file in and below a folder; links are not followed. Whether it could be listed.
fn list(folder: &Path, depth: usize, into: &mut BTreeMap<PathBuf, Stamp>) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if depth < DEEPEST && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            list(&path, depth + 1, into);
        }
        if let Some(stamp) = Stamp::at(&path) {
            into.insert(path, stamp);
        }
    }
    true
}

/// Seconds since 1970.
fn now() -> i64 {
    clock::now(&TimeZone::UTC).seconds
}

/// Whether the process holds much more memory than a daemon that has just begun. Only Linux tells.
#[cfg(target_os = "linux")]
pub(super) fn is_large() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = own.and_then(|own| own.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.is_some_and(|kilobytes| kilobytes > MOST)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_large() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{journal_of, seen};
    use crate::home::Home;

    #[test]
    fn what_is_seen_differs_where_something_happened_and_only_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Home::init(folder.path().join("home"), "", []).expect("a home");
        let inbox = home.inbox("inbox");
        let look = || seen(&home, &inbox);
        let mut before = look();
        assert_eq!(look(), before, "nothing happened");
        let mut differs = |what: &str| {
            let now = look();
            assert_ne!(now, before, "{what}");
            before = now;
        };
        fs::write(inbox.join("attendance.csv"), "a\n").expect("ours");
        differs("a file in the inbox");
        fs::create_dir(inbox.join("bundle")).expect("ours");
        fs::write(inbox.join("bundle/users.csv"), "a\n").expect("ours");
        differs("a folder in the inbox");
        fs::write(inbox.join("bundle/users.csv"), "a\nb\n").expect("ours");
        differs("a file that grows in a folder of the inbox");
        fs::create_dir_all(home.rules()).expect("ours");
        fs::write(home.rules().join("ours.rhai"), "").expect("ours");
        differs("a rule");
        fs::write(home.root().join("firstbell.toml"), "[district]").expect("ours");
        differs("the configuration");
        fs::create_dir_all(home.var()).expect("ours");
        fs::write(home.asked(), "").expect("ours");
        differs("a word from outside");
        fs::write(home.store(), "a").expect("ours");
        differs("another process's work in the store");
        fs::write(journal_of(&home.store()), "a").expect("ours");
        differs("the same in its journal");
        fs::rename(&inbox, home.root().join("away")).expect("ours");
        differs("an inbox that is gone");
        fs::create_dir(&inbox).expect("ours");
        differs("another folder in its place");
        fs::write(home.var().join("bell.json"), "{}").expect("ours");
        fs::write(home.root().join("notes.txt"), "ours").expect("ours");
        assert_eq!(look(), before, "what nobody reads");
    }
}
