//! Letters that are no news of one night, and when they are due: reminders and handover lists, the week's digest, the month's team list, the
//! school letter.
//!
//! In: standings, what letters said last, tonight's news for the digest. Out: news and lists as keys and counts. Never: a letter posted, a
//! name of a student.

mod digest;
mod reminding;
mod schools;

use super::lately::{Lately, Spoken};
use super::ledger::Ledger;
use super::posting::{Case, Posting};
use crate::config::Letters;
use crate::crossings::Standing;
use crate::facts::SchoolIx;
use crate::routing::{Owners, Question};
use crate::rules::Status;
use crate::school::{Area, Day, Level, SchoolYear};
use crate::store::Store;
use crate::timeline::Almanac;

/// Who is written for a school, the first that there is: its administrator, or who leads its team.
const ADMINISTRATORS: [&str; 4] = ["principal", "assistant_principal", "administrator", "mtss_lead"];
const TEAM_LEADS: [&str; 4] = ["mtss_lead", "mtss_coordinator", "principal", "assistant_principal"];

/// What these letters look at.
#[derive(Clone, Copy)]
pub(in crate::round) struct Week<'w, 'a> {
    pub(in crate::round) posting: &'w Posting<'w, 'a>,
    pub(in crate::round) owners: &'w Owners<'w>,
    pub(in crate::round) ledger: &'w Ledger,
    pub(in crate::round) lately: &'w Lately,
    pub(in crate::round) spoken: &'w [Spoken<'w>],
    pub(in crate::round) store: &'w Store,
    pub(in crate::round) year: &'w SchoolYear,
    pub(in crate::round) letters: &'w Letters,
    pub(in crate::round) as_of: Day,
    pub(in crate::round) morning: Day,
}

/// The morning of a digest: the weekday that the district chose, or the first school morning after it.
pub(in crate::round) fn digest_is_due(
    almanac: &Almanac<'_>,
    letters: &Letters,
    morning: Day,
    last: Option<Day>,
) -> bool {
    let ahead = letters.digest_on.to_monday_zero_offset();
    let this_week = morning.monday().plus(i32::from(ahead));
    let chosen = if this_week <= morning {
        this_week
    } else {
        this_week.plus(-7)
    };
    is_due(almanac, chosen, morning, last)
}

/// The morning of a team list: the first school morning of a month.
pub(in crate::round) fn team_list_is_due(almanac: &Almanac<'_>, morning: Day, last: Option<Day>) -> bool {
    let date = morning.civil();
    let first = Day::from_civil(date.first_of_month());
    is_due(almanac, first, morning, last)
}

/// A letter for a day is due on it or on the first school morning after it, and later where that one was missed. The very first is never
/// late: a home that begins on a Thursday has no Monday to make up for.
fn is_due(almanac: &Almanac<'_>, chosen: Day, morning: Day, last: Option<Day>) -> bool {
    match last {
        // Once a week: what a second round of the morning finds stands in the next one.
        Some(last) => last < chosen,
        None => almanac.next_school_day(chosen.plus(-1)) == Some(morning),
    }
}

impl Week<'_, '_> {
    /// The flag of an episode, where it is open and its rule live.
    fn open<'s>(&'s self, spoken: &Spoken<'_>) -> Option<(Case<'s>, &'s Standing)> {
        let standing = self.ledger.standings.get(&(spoken.student, spoken.rule))?;
        if !standing.is_open() || standing.episode != spoken.episode {
            return None;
        }
        let case = self.posting.case(spoken.student, spoken.rule, standing)?;
        (case.rule.card(case.school_id).status == Status::Live).then_some((case, standing))
    }

    fn days_without_contact(&self, case: &Case<'_>, since: Day) -> u32 {
        let facts = &self.posting.books.students[case.student.0 as usize];
        let area = &case.rule.card(case.school_id).area;
        let desk = self.posting.desk(case.school);
        // A letter of Monday morning is a school day old when Monday is over.
        self.posting
            .holds
            .days_without_contact(&desk, facts, area, since.plus(-1))
    }

    /// Who holds the first of some roles at a school and may be told an area.
    fn lead(&self, school: SchoolIx, roles: &[&str], area: &Area) -> Option<usize> {
        let school_id = self.posting.books.names.schools.name(u32::from(school.0));
        let question = Question {
            student_id: "",
            school_id,
            grade: None,
            programs: &[],
            subjects: &[],
            area,
            level: Level::Concern,
            areas_involved: &[],
            passed_over: &[],
        };
        roles.iter().find_map(|role| self.owners.copy_to(role, &question, None))
    }

    fn name(&self, who: usize) -> String {
        let person = self.owners.person(who);
        match person.name.is_empty() {
            true => person.email.clone(),
            false => person.name.clone(),
        }
    }

    fn name_of(&self, staff_id: &str) -> String {
        self.owners
            .number(staff_id)
            .map_or_else(|| "somebody who has left".to_owned(), |who| self.name(who))
    }
}
