//! `daemon`: lives until ctrl-c, SIGTERM, or the end of a Windows session.

use super::output::Exit;
use super::{Desk, Stop};
use crate::bell::{self, Wakes};
use crate::monitor::{Place, Problem, Weight};

/// Lives. What it does is in its log, on the error stream.
pub(super) fn daemon(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let (wakes, heard) = Wakes::new();
    let ear = wakes.clone();
    // Before any thread is there; the daemon listens once all of them are.
    bell::signals::hold();
    ctrlc::set_handler(move || ear.stop()).map_err(|error| {
        Problem::new(
            "signals-unheard",
            Weight::Stop,
            Place::default(),
            format!("the system does not let the daemon hear when it shall end: {error}"),
            "run `firstbell run` from cron or the Windows Task Scheduler instead",
        )
    })?;
    bell::live(&desk.arguments.home, &wakes, &heard)?;
    Ok(Exit::Done)
}
