//! The system's word to end, around the moment in which the daemon begins anew: what comes then must wait for the next life, in which
//! nobody listens yet. Every thread but the main one lets these signals pass, so that the main one alone decides when they are heard.

#[cfg(unix)]
use nix::sys::signal::{SigSet, Signal};

/// Lets the system's word wait, for this thread and those that it begins from now on.
pub fn hold() {
    // Where the system does not do it, a word in one moment of a day ends the process at once, with nothing under way.
    #[cfg(unix)]
    let _ = words().thread_block();
}

/// Hears the system's word again, and one that has waited at once.
pub fn heed() {
    #[cfg(unix)]
    let _ = words().thread_unblock();
}

#[cfg(unix)]
fn words() -> SigSet {
    [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP].into_iter().collect()
}
