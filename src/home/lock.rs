//! One round or send at a time per home, and one daemon. Readers never ask for the lock, and the system gives it back when a process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};

use super::make::owner_only;
use super::{Home, unusable};
use crate::monitor::{Place, Problem, Weight};

/// The daemon's own lock below `var/`: held as long as it lives, beside the one of rounds and sends.
const DAEMON: &str = "daemon.lock";

const HOME_LOCKED: &str = "wait until it is done; `status` and the other commands that only look need not wait";
const DAEMON_RUNNING: &str =
    "one daemon per home is enough: end that one first, or leave it; `firstbell run` works beside it";

/// The home's lock, held until dropped.
#[derive(Debug)]
pub struct Guard {
    file: File,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // The number of a process that is done would point at somebody else tomorrow. The lock itself goes with the file.
        let _ = self.file.set_len(0);
    }
}

impl Home {
    /// Takes the home's lock for a round or a send; where somebody holds it, says who and does not wait.
    pub fn lock(&self) -> Result<Guard, Problem> {
        self.refuse_network()?;
        self.take("lock", "home-locked", HOME_LOCKED)
    }

    /// Takes the place of the one daemon that a home may have; where one lives, says who.
    pub fn lock_daemon(&self) -> Result<Guard, Problem> {
        self.refuse_network()?;
        self.take(DAEMON, "daemon-running", DAEMON_RUNNING)
    }

    /// The number of the daemon that lives in this home: `None` where none does, 0 where the system keeps it from us.
    pub fn daemon(&self) -> Option<u32> {
        let mut file = File::open(self.var().join(DAEMON)).ok()?;
        if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
            return None;
        }
        Some(holder(&mut file).and_then(|number| number.parse().ok()).unwrap_or(0))
    }

    fn take(&self, name: &str, code: &str, remedy: &str) -> Result<Guard, Problem> {
        let path = self.var().join(name);
        let shown = self.shown(&path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        owner_only(&mut options);
        let mut file = options
            .open(&path)
            .map_err(|error| unusable(&shown, "locked", &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file, shown, code, remedy)),
            Err(TryLockError::Error(error)) => return Err(unusable(&shown, "locked", &error)),
        }
        // A holder that was killed left its number behind.
        let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        written.map_err(|error| unusable(&shown, "written", &error))?;
        Ok(Guard { file })
    }
}

fn held(file: &mut File, shown: String, code: &str, remedy: &str) -> Problem {
    // Windows keeps the holder's number from us; the message does without it.
    let who = holder(file).map_or_else(|| "another process".to_owned(), |holder| format!("process {holder}"));
    let message = format!("{who} is at work in this home");
    Problem::new(code, Weight::Stop, Place::file(shown), message, remedy)
}

fn holder(file: &mut File) -> Option<String> {
    let mut holder = String::new();
    file.take(20).read_to_string(&mut holder).ok()?;
    let number = !holder.is_empty() && holder.bytes().all(|byte| byte.is_ascii_digit());
    number.then_some(holder)
}
