//! The outbox between rounds: letters that were put off, and letters that another process posted for the morning.

use std::time::Duration;

use super::{Desk, Wakes, service::Service};
use crate::clock::{self, Now};
use crate::mail::Delivery;
use crate::monitor::Problem;
use crate::outbox::State;
use crate::round;

/// Between two looks into the outbox for letters that another process posted.
const LOOK: Duration = Duration::from_secs(5 * 60);
/// Between two sends: letters that stay due whatever is done must not keep us busy.
const REST: Duration = Duration::from_secs(60);
/// Before another process that is at work in the home is asked for again.
const LOCKED: Duration = Duration::from_secs(2);
/// After mail settings or a store that could not be used.
const TROUBLE: Duration = Duration::from_secs(15 * 60);

/// When the next letter is due.
#[derive(Default)]
pub(super) struct Post {
    /// The earliest letter, in seconds since 1970.
    due: Option<i64>,
    /// When the outbox was looked into, since the start; `None` where it changed since.
    seen: Option<Duration>,
    /// No send before this moment since the start.
    after: Duration,
}

impl Post {
    /// The outbox changed: look into it again.
    pub(super) fn forget(&mut self) {
        self.seen = None;
    }

    /// Sends what is due; says whether it tried.
    pub(super) fn send_if_due(&mut self, desk: &Desk, wakes: &Wakes, service: &Service) -> bool {
        let since_start = clock::monotonic();
        let now = clock::now(&desk.setup.config.district.time_zone);
        if self.seen.is_none_or(|seen| since_start >= seen + LOOK) {
            let open = [State::Waiting, State::Sending, State::Delayed, State::Unsure];
            let due = desk.setup.store_to_read().and_then(|store| store.next_due(&open));
            self.due = due.unwrap_or_default();
            self.seen = Some(since_start);
        }
        let is_due = self.due.is_some_and(|due| due <= now.seconds);
        if !is_due || since_start < self.after || wakes.is_stopping() {
            return false;
        }
        service.status("letters are being sent");
        let rest = match send(desk, wakes, &now) {
            Ok(delivery) => {
                log(&delivery);
                REST
            }
            Err(problem) if problem.code == "home-locked" => LOCKED,
            Err(problem) => {
                tracing::error!("{problem}");
                TROUBLE
            }
        };
        self.after = clock::monotonic() + rest;
        self.forget();
        true
    }

    /// How long no letter is due, by the clock and since the start.
    pub(super) fn rest(&self, clock: i64, since_start: Duration) -> Option<Duration> {
        let due = Duration::from_secs(u64::try_from(self.due? - clock).unwrap_or(0));
        Some(due.max(self.after.saturating_sub(since_start)))
    }
}

fn send(desk: &Desk, wakes: &Wakes, now: &Now) -> Result<Delivery, Problem> {
    let _lock = desk.setup.home.lock()?;
    let store = desk.setup.store()?;
    round::send_due_until(&desk.setup, &store, now, false, &|| wakes.is_stopping())
}

fn log(delivery: &Delivery) {
    tracing::info!(
        sent = delivery.sent,
        put_off = delivery.delayed,
        refused = delivery.refused,
        "letters were sent"
    );
    for problem in &delivery.problems {
        tracing::warn!("{problem}");
    }
}
