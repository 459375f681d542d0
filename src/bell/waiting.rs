//! `run --wait`: one round by hand that waits for the files as the daemon would.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{gather, patience};
use crate::clock::{self, Now};
use crate::inbox::{self, Settling};
use crate::monitor::Problem;
use crate::round::{self, Eyes, Hand, Order, Rung, Setup};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// Waits until nothing in the inbox may still grow, then does one round. It waits for one that writes on and on no longer than twice
/// the daemon's patience; that file is left for the next time.
///
/// # Errors
///
/// As [`round::ring`], and where the inbox cannot be listed.
pub fn ring_settled(setup: &Setup, order: Order, now: impl Fn() -> Now) -> Result<Rung, Problem> {
    let config = &setup.config;
    let folder = setup.home.inbox(&config.inbox.path);
    let settle_seconds = config.inbox.settle_seconds;
    let mut first = inbox::scan(&folder, &config.feeds)?;
    first.sightings.retain(|seen| Eyes(setup).see(&seen.export));
    let seconds = now().seconds;
    let is_fresh = |sighting: &inbox::Sighting| inbox::is_fresh(&sighting.export, seconds, settle_seconds);
    if !first.sightings.iter().any(is_fresh) {
        return round::ring(setup, order, &now());
    }
    let patience = patience(settle_seconds);
    let mut settling = Settling::new(Duration::from_secs(u64::from(settle_seconds)), BTreeMap::new());
    let began = clock::monotonic();
    loop {
        let mut listing = inbox::scan(&folder, &config.feeds)?;
        let eyes = Eyes(setup);
        listing.sightings.retain(|seen| eyes.see(&seen.export));
        let at = clock::monotonic();
        let files = settling.look(&listing.sightings, at, &eyes);
        let chime = gather(files, &config.feeds, at, patience, true);
        if chime.unsettled && at.saturating_sub(began) < patience * 2 {
            std::thread::sleep(LOOK);
            continue;
        }
        let hand = Hand {
            ready: Some(&chime.ready),
            left: &chime.left,
            told: &listing.problems,
            ..Hand::default()
        };
        return round::ring_with(setup, order, &now(), hand);
    }
}
