//! What of the night waits for a person: storms, and questions about the calendar.

use super::holding::{Holds, days_after, waits};
use super::school_night::Nights;
use super::setup::Setup;
use crate::monitor::Problem;
use crate::school::Day;
use crate::store::{Store, Storm};
use crate::timeline::Almanac;

/// A storm, or a question about the calendar, that a person may still answer before its time is over.
#[derive(Clone, Debug)]
pub struct WaitingStorm {
    /// The storm.
    pub storm: Storm,
    /// The id of its school.
    pub school_id: String,
    /// The as-of day of the round that stops waiting; `None` where the calendar knows no such day.
    pub until: Option<Day>,
}

/// What waits as of the last round, in the order in which it came.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn waiting_storms(setup: &Setup, store: &Store) -> Result<Vec<WaitingStorm>, Problem> {
    let Some(round) = store.last_round()? else {
        return Ok(Vec::new());
    };
    let (year, _) = setup.school_year(round.as_of)?;
    let holds = Holds::load(&setup.config, store, &year, round.today)?;
    if holds.is_calm() {
        return Ok(Vec::new());
    }
    let books = store.load_books(year)?;
    let almanac = Almanac::new(&books, &setup.config.meaning);
    let nights = Nights::new(&almanac);
    let waiting = |storm: &Storm| {
        let last = storm.sightings.last().map_or(storm.seen, |last| last.day);
        let later = (1..=year.length() as i32).map(|days| last.plus(days));
        let over = |day: &Day| days_after(&nights, storm.school, last, *day) >= waits(storm);
        WaitingStorm {
            school_id: nights.school_id(storm.school).to_owned(),
            until: later.take_while(|day| *day <= year.end).find(over),
            storm: storm.clone(),
        }
    };
    Ok(holds.open(&nights, round.as_of).into_iter().map(waiting).collect())
}
