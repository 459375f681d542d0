//! What the store says of the letters of the nights before, as far as tonight's ask for it.

use std::collections::{BTreeMap, BTreeSet};

use super::deciding::Night;
use super::lately::{Kept, Lately, waiting};
use super::school_days;
use super::setup::Setup;
use super::weekly::Due;
use crate::monitor::Problem;
use crate::outbox::Posted;
use crate::school::Day;
use crate::store::{Copied, EpisodeKey, Store};

/// Letters of the nights before, and what became of them.
pub(super) struct Before {
    /// What comes by the calendar on this morning.
    pub(super) due: Due,
    /// Letters of this morning and those that wait.
    pub(super) posted: Vec<Posted>,
    /// What second readers were told.
    pub(super) copied: Copied,
    /// Readers for whom letters about an episode have been refused twice.
    pub(super) refused: BTreeMap<EpisodeKey, Vec<String>>,
    /// Why the last round kept news back, by student and rule.
    pub(super) kept_back: BTreeMap<(String, String), String>,
    /// What letters said last.
    pub(super) lately: Lately,
    /// The same before this morning; empty where no digest is due.
    pub(super) this_morning: Lately,
    /// The nights of the week that were looked at, and its school days; nothing where no digest is due.
    pub(super) nights: (u32, u32),
}

impl Before {
    pub(super) fn load(
        setup: &Setup,
        store: &Store,
        night: &Night<'_, '_>,
        past: &Kept<'_>,
        morning: Day,
    ) -> Result<Before, Problem> {
        let year = &night.almanac.books().year;
        let posted = store.posted(morning)?;
        // The first night of a home brings starting lists; what comes by the calendar begins after it.
        let due = match store.last_as_of()? {
            Some(last) if last < night.as_of => Due::on(morning, night.almanac, &setup.config.letters, past)?,
            _ => Due::default(),
        };
        let (this_morning, nights) = match due.digest {
            true => (Lately::before(store, year, &posted)?, nights_of_the_week(store, night)?),
            false => Default::default(),
        };
        let kept_back = store.kept_back(year)?.into_iter();
        Ok(Before {
            due,
            copied: match setup.config.copies.is_empty() {
                true => Copied::new(),
                false => store.copied(year, &waiting(&posted))?,
            },
            refused: store.refused_twice(year)?,
            kept_back: kept_back.map(|one| ((one.student_id, one.rule), one.hold)).collect(),
            lately: Lately::load(store, year, &posted)?,
            this_morning,
            nights,
            posted,
        })
    }
}

/// The nights that were looked at in the seven days up to tonight, tonight included, and the school days among them.
fn nights_of_the_week(store: &Store, night: &Night<'_, '_>) -> Result<(u32, u32), Problem> {
    let first = night.as_of.plus(-6);
    let mut looked: BTreeSet<Day> = store.rounds(64)?.into_iter().map(|round| round.as_of).collect();
    looked.insert(night.as_of);
    let days = school_days::since(night.almanac.books(), first.plus(-1), night.as_of);
    Ok((looked.range(first..=night.as_of).count() as u32, days))
}
