//! Incidents, suspensions and days of removal.

use std::collections::BTreeSet;

use super::numbers::{Date, Frac};
use super::settings::{IncidentType, Settings, among, glob};
use super::tables::Incident;

/// One student's incident rows of the year up to the as-of day; rows of types that are dropped were never there.
pub(crate) struct Behavior<'a> {
    rows: Vec<&'a Incident>,
    as_of: Date,
    settings: &'a Settings,
}

impl<'a> Behavior<'a> {
    pub(crate) fn new(rows: Option<&'a BTreeSet<Incident>>, as_of: Date, settings: &'a Settings) -> Behavior<'a> {
        let all = rows.into_iter().flatten();
        let rows = all
            .filter(|row| settings.year.0 <= row.date && row.date <= as_of)
            .filter(|row| !kind(row, settings).is_some_and(|kind| kind.drop))
            // "an offender role": who else had a part in it is not counted.
            .filter(|row| among(&settings.offender_roles, &row.role))
            .collect();
        Behavior { rows, as_of, settings }
    }

    /// "distinct incident ids with an offender role and a type that counts", since a day.
    fn incidents_since(&self, from: Date) -> Frac {
        let rows = self.rows.iter().filter(|row| row.date >= from);
        let counting = rows.filter(|row| kind(row, self.settings).is_none_or(|kind| kind.counts));
        Frac::whole(counting.map(|row| &row.id).collect::<BTreeSet<_>>().len())
    }

    fn removals(&self) -> impl Iterator<Item = &&'a Incident> {
        self.rows
            .iter()
            .filter(|row| among(&self.settings.suspensions, &row.action))
    }

    /// "`days(30)`: the 30 calendar days that end … for incidents: on the as-of day".
    pub(crate) fn incidents_in_days(&self, count: i32) -> Frac {
        self.incidents_since(self.as_of.plus(1 - count))
    }

    pub(crate) fn incidents_this_year(&self) -> Frac {
        self.incidents_since(self.settings.year.0)
    }

    /// "Suspensions: distinct incidents with a suspension action and an offender role, whether or not the type counts."
    pub(crate) fn suspensions_in_days(&self, count: i32) -> Frac {
        let from = self.as_of.plus(1 - count);
        let since = self.removals().filter(|row| row.date >= from);
        Frac::whole(since.map(|row| &row.id).collect::<BTreeSet<_>>().len())
    }

    /// "Removal days: `action_days` of those actions, one where it is blank."
    pub(crate) fn removal_days(&self) -> Frac {
        Frac::sum(
            self.removals()
                .map(|row| Frac::parse(&row.action_days).unwrap_or(Frac::ONE)),
        )
    }
}

/// "globs": the first that matches, in the order written; a type that none names counts.
fn kind<'a>(row: &Incident, settings: &'a Settings) -> Option<&'a IncidentType> {
    settings.types.iter().find(|kind| glob(&kind.glob, &row.kind))
}
