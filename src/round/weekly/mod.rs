//! Letters that are no news of one night, and when they are due: reminders and handover lists, the week's digest, the month's team list, the
//! school letter.
//!
//! In: standings, what letters said last, tonight's news for the digest. Out: news and lists as keys and counts. Never: a letter posted, a
//! name of a student.

mod carrying;
mod digest;
mod reminding;
mod schools;

use std::collections::{BTreeMap, BTreeSet};

use super::found::Found;
use super::lately::{Past, Spoken};
use super::ledger::Ledger;
use super::posting::{Case, Posting};
use crate::config::Letters;
use crate::crossings::Standing;
use crate::facts::SchoolIx;
use crate::monitor::Problem;
use crate::outbox::{Kind, Listed, News, Posted, StormCount};
use crate::routing::{Owners, Question};
use crate::rules::Status;
use crate::school::{Area, Day, Level};
use crate::store::Storm;
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
    pub(in crate::round) past: &'w dyn Past,
    pub(in crate::round) spoken: &'w [Spoken<'w>],
    pub(in crate::round) letters: &'w Letters,
    pub(in crate::round) as_of: Day,
    pub(in crate::round) morning: Day,
}

/// What comes by the calendar on a morning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::round) struct Due {
    pub(in crate::round) digest: bool,
    pub(in crate::round) team_list: bool,
}

impl Due {
    /// What is due on a morning, given what there was before it.
    pub(in crate::round) fn on(
        morning: Day,
        almanac: &Almanac<'_>,
        letters: &Letters,
        past: &dyn Past,
    ) -> Result<Due, Problem> {
        Ok(Due {
            digest: digest_is_due(almanac, letters, morning, past.last_morning(Kind::Digest)?),
            team_list: team_list_is_due(almanac, morning, past.last_morning(Kind::TeamList)?),
        })
    }
}

/// What a night's letters are made from beside standings.
#[derive(Clone, Copy)]
pub(in crate::round) struct Tonight<'t> {
    pub(in crate::round) due: Due,
    /// What letters had said before this morning: digests are told from it.
    pub(in crate::round) before: &'t [Spoken<'t>],
    /// Letters of this morning and those that wait.
    pub(in crate::round) posted: &'t [Posted],
    /// Storms that tonight saw first.
    pub(in crate::round) fresh: &'t [Storm],
    /// Storms that wait.
    pub(in crate::round) open: &'t [&'t Storm],
    /// The nights of the week that were looked at, and its school days.
    pub(in crate::round) nights: (u32, u32),
}

/// Everything that a night writes to people, before it is made into letters.
#[derive(Default)]
pub(in crate::round) struct Written {
    pub(in crate::round) news: Vec<News>,
    pub(in crate::round) lists: Vec<Listed>,
    /// Students whom their owner's capacity leaves to the digest, by owner.
    pub(in crate::round) over: BTreeMap<usize, BTreeSet<String>>,
    /// Flags of storms that wait, as counts by owner.
    pub(in crate::round) storms: BTreeMap<usize, Vec<StormCount>>,
}

impl Written {
    /// How many students each owner's capacity leaves to the digest.
    pub(in crate::round) fn overflow(&self) -> BTreeMap<usize, u32> {
        let count = |(owner, students): (&usize, &BTreeSet<String>)| (*owner, students.len() as u32);
        self.over.iter().map(count).collect()
    }
}

/// The morning of a digest: the weekday that the district chose, or the first school morning after it.
fn digest_is_due(almanac: &Almanac<'_>, letters: &Letters, morning: Day, last: Option<Day>) -> bool {
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
fn team_list_is_due(almanac: &Almanac<'_>, morning: Day, last: Option<Day>) -> bool {
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
    /// Everything that the night writes. What routing found is parted into news and what waits for a digest; that digest takes it.
    pub(in crate::round) fn written(&self, found: &mut Found, tonight: &Tonight<'_>) -> Result<Written, Problem> {
        let can_carry = self.can_carry(tonight.posted)?;
        let mut over = carrying::leave_to_digest(found, &can_carry, tonight.due.digest);
        for (owner, students) in self.left_before(tonight.posted) {
            over.entry(owner).or_default().extend(students);
        }
        let mut news = std::mem::take(&mut found.news);
        news.extend(self.reminders());
        news.extend(self.handovers(&news));
        let mut lists = self.school_letters(tonight.fresh);
        if tonight.due.digest {
            let joining = std::mem::take(&mut found.digest);
            let before = Week {
                spoken: tonight.before,
                ..*self
            };
            lists.extend(before.digests(joining, tonight.nights)?);
        }
        if tonight.due.team_list {
            lists.extend(self.team_lists());
        }
        Ok(Written {
            news,
            lists,
            over,
            storms: self.storm_counts(&found.sheltered, tonight.open),
        })
    }

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
}
