//! How a life of the daemon begins: the first by reading the home, every later one by waiting until there is something to do.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::Desk;
use super::service::{LONG_WORK, Service};
use super::sleep::{self, Kept, Note};
use super::wakes::{Wakes, wait};
use crate::home::{Guard, Home};
use crate::monitor::Problem;

/// Between two tries to take up the work where the home cannot be read.
const MENDED: Duration = Duration::from_secs(5);

/// A life with something to do.
pub(super) struct Life {
    /// The home at work.
    pub(super) desk: Desk,
    /// What the life before it had to tell in the next round's report.
    pub(super) told: Vec<Problem>,
    /// Whether it began by itself and not out of a sleep.
    pub(super) is_first: bool,
    /// The place of the one daemon, held as long as the life lasts.
    _place: Guard,
}

/// Begins a life; a later one sleeps first. `None` where the end was asked for meanwhile.
///
/// # Errors
///
/// Everything that keeps the first life from starting.
pub(super) fn take_up(
    dir: &Path,
    wakes: &Wakes,
    heard: &Receiver<()>,
    service: &Service,
) -> Result<Option<Life>, Vec<Problem>> {
    let alone = |problem| vec![problem];
    let Some(note) = Note::left() else {
        let desk = Desk::open(dir)?;
        desk.setup.home.ensure_var().map_err(alone)?;
        let place = desk.setup.home.lock_daemon().map_err(alone)?;
        for problem in &desk.setup.problems {
            tracing::warn!("{problem}");
        }
        return Ok(Some(Life {
            desk,
            told: Vec::new(),
            is_first: true,
            _place: place,
        }));
    };
    let home = Home::open(dir).map_err(alone)?;
    let place = home.lock_daemon().map_err(alone)?;
    let kept = sleep::until_woken(&home, &note, wakes, heard, service);
    service.busy(LONG_WORK);
    Ok(wake(dir, kept, wakes, heard).map(|desk| Life {
        desk,
        told: note.told,
        is_first: false,
        _place: place,
    }))
}

/// Takes up the work, whatever was written into the home meanwhile.
fn wake(dir: &Path, kept: Option<Kept>, wakes: &Wakes, heard: &Receiver<()>) -> Option<Desk> {
    tracing::debug!("awake");
    let mut woken = kept.map_or_else(|| Desk::open(dir), |kept| Desk::resume(dir, kept));
    let mut said = Vec::new();
    while !wakes.is_stopping() {
        let problems = match woken {
            Ok(desk) => return Some(desk),
            Err(problems) => problems,
        };
        if problems != said {
            for problem in &problems {
                tracing::error!("{problem}");
            }
            said = problems;
        }
        wait(heard, MENDED);
        woken = Desk::open(dir);
    }
    None
}
