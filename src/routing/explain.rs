//! What was tried on the way to an owner, in words.

use super::{Owners, Resolution};
use crate::school::Day;

/// Where on the way a step was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At a link of a route, both counted from 0.
    Link {
        /// The route.
        route: usize,
        /// The link in its `to`.
        link: usize,
    },
    /// No route's conditions hold.
    NoRoute,
    /// At the end of every chain.
    LastOwner,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This person owns it.
    Owns,
    /// This person owns it in the place of another, who is away.
    StandsIn {
        /// Who is away: a staff number.
        away: usize,
    },
    /// No route fits.
    NoRoute,
    /// No caseload row of the student fits.
    NoRow,
    /// Nobody with this role fits the student.
    NobodyWithRole,
    /// A caseload row names somebody who is not in the staff table: the row.
    RowOfStranger {
        /// The caseload row, counted from 0.
        row: usize,
    },
    /// The staff id is not in the staff table.
    Stranger,
    /// The link's form is not understood.
    NotUnderstood,
    /// This person may not be told the area.
    NotTheirArea,
    /// This person has no address.
    NoAddress,
    /// The address lies outside the allowed domains.
    OutsideDomains,
    /// Several people share the address, and the district has not listed it as a shared one.
    SharedMailbox,
    /// Letters about it have been refused for this person again and again.
    RefusedLetters,
    /// This person is away; the next step says what became of the stand-in.
    Away {
        /// The last day away, where it is known.
        until: Option<Day>,
    },
    /// This person is away and has no stand-in in the staff table.
    AwayWithoutStandIn {
        /// The last day away, where it is known.
        until: Option<Day>,
    },
    /// The stand-in is away as well.
    StandInAway,
    /// The last owner is no person in the staff table and no address that may be written to.
    NoLastOwner,
}

/// One thing that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where on the way.
    pub at: At,
    /// Who was tried: a staff number.
    pub who: Option<usize>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Owners<'_> {
    /// Every step of a resolution as a line of `route explain`: lower case, no full stop, the owner last.
    pub fn explain(&self, resolution: &Resolution) -> Vec<String> {
        resolution.steps.iter().map(|step| self.say(step)).collect()
    }

    /// Why this person and nobody else, as one line.
    pub fn why(&self, resolution: &Resolution) -> String {
        resolution.steps.last().map_or_else(String::new, |step| self.say(step))
    }

    /// One step as a line.
    pub fn say(&self, step: &Step) -> String {
        let link = self.link_text(step.at);
        let who = step.who.map_or_else(String::new, |at| self.called(at));
        let said = match step.outcome {
            Outcome::Owns => format!("{who} owns it"),
            Outcome::StandsIn { away } => format!("{who} owns it, standing in for {}", self.called(away)),
            Outcome::NoRoute => "no route fits this news".to_owned(),
            Outcome::NoRow => "no caseload row of the student fits".to_owned(),
            Outcome::NobodyWithRole => "nobody with this role fits the student's school, grade and programs".to_owned(),
            Outcome::RowOfStranger { row } => {
                format!(
                    "a caseload row names `{}`, who is not in the staff table",
                    self.caseload[row].staff_id
                )
            }
            Outcome::Stranger => "not in the staff table".to_owned(),
            Outcome::NotUnderstood => "not understood: write `caseload:WORD`, `role:WORD` or `staff:ID`".to_owned(),
            Outcome::NotTheirArea => format!("{who} may not be told this area"),
            Outcome::NoAddress => format!("{who} has no address"),
            Outcome::OutsideDomains => format!("{who} has an address outside the allowed domains"),
            Outcome::SharedMailbox => {
                format!("{who} has an address that others share, and it is not in `shared_mailboxes`")
            }
            Outcome::RefusedLetters => format!("letters about it have been refused for {who}"),
            Outcome::Away { until } => format!("{who} is away{}", until_text(until)),
            Outcome::AwayWithoutStandIn { until } => {
                format!(
                    "{who} is away{} and has no stand-in in the staff table",
                    until_text(until)
                )
            }
            Outcome::StandInAway => format!("{who} is the stand-in and away as well"),
            Outcome::NoLastOwner => "neither in the staff table nor an address that may be written to".to_owned(),
        };
        if link.is_empty() {
            said
        } else {
            format!("{link}: {said}")
        }
    }

    fn link_text(&self, at: At) -> String {
        match at {
            At::Link { route, link } => {
                let written = self.routes[route].to.get(link);
                written.map_or_else(String::new, |link| format!("`{link}`"))
            }
            At::LastOwner => format!("last owner `{}`", self.last_owner_text),
            At::NoRoute => String::new(),
        }
    }

    fn called(&self, at: usize) -> String {
        let person = self.person(at);
        if person.name.is_empty() {
            return person.staff_id.clone();
        }
        format!("{} ({})", person.name, person.staff_id)
    }
}

fn until_text(until: Option<Day>) -> String {
    until.map_or_else(String::new, |day| format!(" until {day}"))
}
