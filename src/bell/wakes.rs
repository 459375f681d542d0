//! What wakes the daemon: files, edits, signals. Everything that happens at once is one waking.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// The daemon's ear. Copies speak to the same one.
#[derive(Clone)]
pub struct Wakes {
    stop: Arc<AtomicBool>,
    bell: SyncSender<()>,
}

impl Wakes {
    /// An ear and what it hears with.
    pub fn new() -> (Wakes, Receiver<()>) {
        let (bell, heard) = sync_channel(1);
        let wakes = Wakes {
            stop: Arc::default(),
            bell,
        };
        (wakes, heard)
    }

    /// Something happened: look again. Where a waking is under way already, nothing more is needed.
    pub fn look(&self) {
        let _ = self.bell.try_send(());
    }

    /// Asks for the end.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.look();
    }

    /// Whether the end was asked for.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }
}

/// Waits for a waking, at most so long.
pub(super) fn wait(heard: &Receiver<()>, most: Duration) -> bool {
    match heard.recv_timeout(most) {
        Ok(()) => true,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
    }
}
