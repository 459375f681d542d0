//! What wakes the daemon: files, edits, signals. Everything that happens at once is one waking.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use crate::home::Home;
use crate::inbox::Watch;

/// The longest sleep: a lost event and a clock that jumped are noticed after it.
pub(super) const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Events come in flocks; one look is enough for those of so long.
pub(super) const FLOCK: Duration = Duration::from_millis(150);

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

/// A watch over the folders where people write into a home. Where the system does not tell, the home is looked at before every
/// round and at every long sleep's end.
pub(super) fn watch_home(home: &Home, wakes: &Wakes) -> Watch {
    let (asked, var, ear) = (home.asked(), home.var(), wakes.clone());
    let mut watch = Watch::new(move |paths: &[PathBuf]| {
        // Our own store lies beside the file that asks for a round.
        if paths.is_empty() || paths.iter().any(|path| *path == asked || !path.starts_with(&var)) {
            ear.look();
        }
    });
    let folders = [
        (home.var(), false),
        (home.root().to_owned(), false),
        (home.rules(), true),
        (home.plugins(), true),
        (home.letters(), true),
    ];
    for (folder, below) in folders {
        watch.add(&folder, below);
    }
    watch
}
