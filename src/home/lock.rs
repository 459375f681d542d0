//! One round or send at a time per home. Readers never ask for the lock, and the system gives it back when a process dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};

use super::make::owner_only;
use super::{Home, unusable};
use crate::monitor::{Place, Problem, Weight};

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
        let path = self.var().join("lock");
        let shown = self.shown(&path);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        owner_only(&mut options);
        let mut file = options
            .open(&path)
            .map_err(|error| unusable(&shown, "locked", &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file, shown)),
            Err(TryLockError::Error(error)) => return Err(unusable(&shown, "locked", &error)),
        }
        // A holder that was killed left its number behind.
        let written = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        written.map_err(|error| unusable(&shown, "written", &error))?;
        Ok(Guard { file })
    }
}

fn held(file: &mut File, shown: String) -> Problem {
    let mut holder = String::new();
    // Windows keeps the holder's number from us; the message does without it.
    let known = file.take(20).read_to_string(&mut holder).is_ok() && holder.bytes().all(|byte| byte.is_ascii_digit());
    let who = if known && !holder.is_empty() {
        format!("process {holder}")
    } else {
        "another process".to_owned()
    };
    let message = format!("{who} is at work in this home");
    let remedy = "wait until it is done; `status` and the other commands that only look need not wait";
    Problem::new("home-locked", Weight::Stop, Place::file(shown), message, remedy)
}
