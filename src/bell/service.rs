//! What systemd is told (sd_notify(3)): that the daemon is ready, what it does, that it still lives, that it ends. Elsewhere, and
//! without `NOTIFY_SOCKET`, nobody is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::clock;

/// How long a round or a send may take before the watchdog shall doubt it: a million students take minutes. Chosen by us.
pub(super) const LONG_WORK: Duration = Duration::from_secs(2 * 60 * 60);

/// The line to the service manager.
#[derive(Clone, Default)]
pub(super) struct Service {
    /// The moment since the start, in milliseconds, up to which the main loop said it would be silent.
    silent_until: Arc<AtomicU64>,
}

impl Service {
    /// Begins to answer the watchdog, where one asks: every half of its time, as long as the main loop keeps its word.
    pub(super) fn start() -> Service {
        let service = Service::default();
        if let Some(every) = watchdog() {
            service.busy(LONG_WORK);
            let silent_until = Arc::clone(&service.silent_until);
            let beat = move || loop {
                std::thread::sleep(every / 2);
                if clock::monotonic().as_millis() as u64 <= silent_until.load(Ordering::SeqCst) {
                    tell("WATCHDOG=1");
                }
            };
            // Without the thread the watchdog restarts us, which is what it is for.
            let _ = std::thread::Builder::new().name("watchdog".to_owned()).spawn(beat);
        }
        service
    }

    /// The main loop will be heard of again within this time.
    pub(super) fn busy(&self, most: Duration) {
        let until = clock::monotonic() + most;
        self.silent_until.store(until.as_millis() as u64, Ordering::SeqCst);
    }

    pub(super) fn ready(&self, status: &str) {
        tell(&format!("READY=1\nSTATUS={status}"));
    }

    pub(super) fn status(&self, status: &str) {
        tell(&format!("STATUS={status}"));
    }

    pub(super) fn stopping(&self) {
        tell("STOPPING=1\nSTATUS=ending");
    }
}

/// The watchdog's time, where it asks this process.
fn watchdog() -> Option<Duration> {
    let micros: u64 = std::env::var("WATCHDOG_USEC").ok()?.parse().ok()?;
    let ours = std::env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
    (ours && micros > 0).then(|| Duration::from_micros(micros))
}

#[cfg(unix)]
fn tell(state: &str) {
    let Ok(name) = std::env::var("NOTIFY_SOCKET") else {
        return;
    };
    let Ok(socket) = std::os::unix::net::UnixDatagram::unbound() else {
        return;
    };
    // Whom we cannot reach need not be told.
    let _ = match name.strip_prefix('@') {
        Some(hidden) => to_hidden(&socket, hidden, state),
        None => socket.send_to(state.as_bytes(), &name),
    };
}

/// A socket without a file, as systemd uses it inside containers.
#[cfg(target_os = "linux")]
fn to_hidden(socket: &std::os::unix::net::UnixDatagram, name: &str, state: &str) -> std::io::Result<usize> {
    use std::os::linux::net::SocketAddrExt as _;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
    socket.send_to_addr(state.as_bytes(), &address)
}

#[cfg(all(unix, not(target_os = "linux")))]
fn to_hidden(_: &std::os::unix::net::UnixDatagram, _: &str, _: &str) -> std::io::Result<usize> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn tell(_: &str) {}
