//! The system's word that something happened in a folder: it wakes the daemon and says nothing else. On a share there is no such
//! word, and where the system has no more watches to give the daemon looks by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::home::tells_of_changes;

/// A watch over folders; it ends when it is dropped.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    failed: Option<String>,
}

/// Called from the system's thread, with the paths concerned.
type Wake = Arc<dyn Fn(&[PathBuf]) + Send + Sync>;

impl Watch {
    /// Begins without a folder. `wake` must be quick: it is called from the system's own thread.
    pub fn new(wake: impl Fn(&[PathBuf]) + Send + Sync + 'static) -> Watch {
        let wake: Wake = Arc::new(wake);
        let told = move |event: notify::Result<notify::Event>| match event {
            // An error of the watch itself is a reason to look, too.
            Err(_) => wake(&[]),
            Ok(event) if is_change(event.kind) => wake(&event.paths),
            Ok(_) => {}
        };
        let (watcher, failed) = match notify::recommended_watcher(told) {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Watch { watcher, failed }
    }

    /// Watches a folder, and with `below` everything below it. Whether the system will tell of changes there; where it will not,
    /// the daemon has to look by itself.
    pub fn add(&mut self, folder: &Path, below: bool) -> bool {
        if !tells_of_changes(folder) {
            return false;
        }
        let Some(watcher) = &mut self.watcher else { return false };
        let mode = match below {
            true => RecursiveMode::Recursive,
            false => RecursiveMode::NonRecursive,
        };
        match watcher.watch(folder, mode) {
            Ok(()) => true,
            Err(error) => {
                self.failed = Some(error.to_string());
                false
            }
        }
    }

    /// Ends the watch over a folder: it is gone, or another one came in its place.
    pub fn remove(&mut self, folder: &Path) {
        if let Some(watcher) = &mut self.watcher {
            // A folder that is gone took its watch with it.
            let _ = watcher.unwatch(folder);
        }
    }

    /// Why the system does not tell of changes, in its own words, since this was last asked.
    pub fn failed(&mut self) -> Option<String> {
        self.failed.take()
    }
}

/// Our own reading is no news; the end of a writing is. An overflow of the system's queue comes as `Other` and means: look.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::Watch;

    #[test]
    fn a_file_renamed_in_from_another_folder_wakes_and_reading_it_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let inbox = folder.path().join("inbox");
        fs::create_dir(&inbox).expect("a folder");
        fs::write(folder.path().join("a.csv"), "id\n").expect("a file");
        let (told, woken) = channel();
        let mut watch = Watch::new(move |_| {
            let _ = told.send(());
        });
        assert!(watch.add(&inbox, false), "{:?}", watch.failed());
        fs::rename(folder.path().join("a.csv"), inbox.join("a.csv")).expect("one file system");
        woken
            .recv_timeout(Duration::from_secs(20))
            .expect("the system tells of it");
        while woken.recv_timeout(Duration::from_millis(300)).is_ok() {}
        fs::read(inbox.join("a.csv")).expect("the file is there");
        fs::read_dir(&inbox).expect("the folder is there").count();
        assert!(
            woken.recv_timeout(Duration::from_millis(300)).is_err(),
            "reading is no news"
        );
    }
}
