//! Everybody who may own news, read once a round.

use std::collections::BTreeMap;

use wildmatch::WildMatch;

use super::areas::{self, MayBeTold, normal};
use super::index::Index;
use super::{Caseload, Outcome, Route, Staff};
use crate::school::{Area, Day};

/// A link of a chain, read once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Link {
    Caseload(u32),
    Role(u32),
    Staff(Option<u32>),
    NotUnderstood,
}

/// Everybody who may own news today. Made once a round, then asked for each piece of news.
#[derive(Debug)]
pub struct Owners<'a> {
    /// The staff table, and behind it a last owner who is known by address alone.
    pub(super) people: Vec<Staff>,
    pub(super) caseload: &'a [Caseload],
    pub(super) routes: &'a [Route],
    pub(super) chains: Vec<Vec<Link>>,
    pub(super) subjects: Vec<Option<WildMatch>>,
    pub(super) index: Index<'a>,
    pub(super) may: Vec<MayBeTold>,
    pub(super) reach: Vec<Option<Outcome>>,
    pub(super) last_owner: Option<usize>,
    pub(super) last_owner_text: &'a str,
    pub(super) allowed_domains: &'a [String],
    pub(super) today: Day,
}

impl<'a> Owners<'a> {
    /// Reads staff, caseloads and routes as they hold on `today`. `last_owner` is a staff id or an address; an address
    /// in no staff row becomes a person of its own. Empty `allowed_domains` allow nobody.
    pub fn new(
        staff: &'a [Staff],
        caseload: &'a [Caseload],
        routes: &'a [Route],
        last_owner: &'a str,
        allowed_domains: &'a [String],
        today: Day,
    ) -> Owners<'a> {
        let mut index = Index::new(staff, caseload, today);
        let chains = routes.iter().map(|route| chain(route, &mut index)).collect();
        let subject = |route: &Route| route.subject.as_deref().map(WildMatch::new_case_insensitive);
        let named = areas::named_by_routes(routes);
        let last_owner = last_owner.trim();
        let mut owners = Owners {
            people: staff.to_vec(),
            caseload,
            routes,
            chains,
            subjects: routes.iter().map(subject).collect(),
            index,
            may: staff.iter().map(|person| areas::of_person(person, &named)).collect(),
            reach: staff
                .iter()
                .map(|person| unreachable(person, allowed_domains))
                .collect(),
            last_owner: None,
            last_owner_text: last_owner,
            allowed_domains,
            today,
        };
        owners.find_last_owner(&named);
        owners
    }

    /// Lets nobody be written at an address that several people share, unless the district has listed it.
    pub fn sharing(mut self, listed: &[String]) -> Owners<'a> {
        let normal = |email: &str| email.trim().to_lowercase();
        // One person may stand in several rows, as where the student system has one for each role.
        let mut people: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
        for person in &self.people {
            people
                .entry(normal(&person.email))
                .or_default()
                .insert(normal(&person.name));
        }
        for (at, person) in self.people.iter().enumerate() {
            let email = normal(&person.email);
            let shared = people.get(&email).is_some_and(|names| names.len() > 1);
            if shared && !listed.iter().any(|listed| normal(listed) == email) {
                self.reach[at] = self.reach[at].or(Some(Outcome::SharedMailbox));
            }
        }
        self
    }

    /// Whether any route asks for the subject of course news.
    pub fn ask_subjects(&self) -> bool {
        self.subjects.iter().any(Option::is_some)
    }

    fn find_last_owner(&mut self, named: &BTreeMap<String, MayBeTold>) {
        let wanted = self.last_owner_text;
        if wanted.is_empty() {
            return;
        }
        let by_address = || {
            self.people
                .iter()
                .position(|person| person.email.trim().eq_ignore_ascii_case(wanted))
        };
        let found = self.index.person(wanted).map(|at| at as usize).or_else(by_address);
        if found.is_some() || !wanted.contains('@') {
            self.last_owner = found;
            return;
        }
        let outsider = Staff {
            staff_id: wanted.to_owned(),
            email: wanted.to_owned(),
            roles: vec!["student_services".to_owned()],
            ..Staff::default()
        };
        self.may.push(areas::of_person(&outsider, named));
        self.reach.push(unreachable(&outsider, self.allowed_domains));
        self.last_owner = Some(self.people.len());
        self.people.push(outsider);
    }

    /// The person with a staff number. Panics where no resolution gave the number.
    pub fn person(&self, at: usize) -> &Staff {
        &self.people[at]
    }

    /// The staff number of a staff id, or of the last owner's address.
    pub fn number(&self, staff_id: &str) -> Option<usize> {
        let outsider = || self.last_owner.filter(|at| self.people[*at].staff_id == staff_id);
        self.index.person(staff_id).map(|at| at as usize).or_else(outsider)
    }

    /// The last owner, where there is one who can be written to.
    pub fn last_owner(&self) -> Option<usize> {
        self.last_owner.filter(|who| self.may_be_written(*who))
    }

    /// Whether a person has an address that letters may go to.
    pub fn may_be_written(&self, at: usize) -> bool {
        self.reach.get(at).is_some_and(Option::is_none)
    }

    /// The name by which somebody is known, or their address; of a staff id that is no more: somebody who has left.
    pub fn name_of(&self, staff_id: &str) -> String {
        let person = self.number(staff_id).map(|who| self.person(who));
        person.map_or_else(
            || "somebody who has left".to_owned(),
            |person| match person.name.is_empty() {
                true => person.email.clone(),
                false => person.name.clone(),
            },
        )
    }

    /// Everybody who has said how many students they can carry, with the number.
    pub fn with_capacity(&self) -> Vec<(usize, u32)> {
        let said = |(at, person): (usize, &Staff)| Some((at, person.capacity?));
        self.people.iter().enumerate().filter_map(said).collect()
    }

    /// Everybody whom a caseload row names that holds today.
    pub fn with_caseload(&self) -> std::collections::BTreeSet<usize> {
        let holds = |row: &&Caseload| {
            row.from.is_none_or(|from| from <= self.today) && row.until.is_none_or(|until| self.today <= until)
        };
        let rows = self.caseload.iter().filter(holds);
        rows.filter_map(|row| self.number(&row.staff_id)).collect()
    }

    /// Whether a person may be told an area; for a combined flag, every area in it.
    pub fn may_be_told(&self, at: usize, area: &Area, areas_involved: &[Area]) -> bool {
        self.may.get(at).is_some_and(|may| may.holds_news(area, areas_involved))
    }

    /// Whether a person is away today: the days of staff.csv, both included.
    pub fn is_away(&self, who: usize) -> bool {
        let person = self.person(who);
        let begun = person.away_from.is_none_or(|from| from <= self.today);
        let not_over = person.away_until.is_none_or(|until| self.today <= until);
        (person.away_from.is_some() || person.away_until.is_some()) && begun && not_over
    }

    pub(super) fn stand_in(&self, who: usize) -> Option<usize> {
        let stand_in = self.index.person(&self.person(who).stand_in)? as usize;
        (stand_in != who).then_some(stand_in)
    }

    pub(super) fn last_owner_obstacle(&self) -> Option<Outcome> {
        self.last_owner
            .map_or(Some(Outcome::NoLastOwner), |who| self.reach[who])
    }
}

/// The days on which owners may change: somebody goes away or comes back, a caseload row begins or ends. Between two of them
/// [`Owners`] are the same whatever the day.
pub fn turns(staff: &[Staff], caseload: &[Caseload]) -> Vec<Day> {
    let after = |last: Day| last.plus(1);
    let away = staff
        .iter()
        .flat_map(|person| [person.away_from, person.away_until.map(after)]);
    let rows = caseload.iter().flat_map(|row| [row.from, row.until.map(after)]);
    let mut days: Vec<Day> = away.chain(rows).flatten().collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Why a person cannot be written to; `None`: can be.
fn unreachable(person: &Staff, allowed_domains: &[String]) -> Option<Outcome> {
    let Some((local, domain)) = person.email.trim().rsplit_once('@') else {
        return Some(Outcome::NoAddress);
    };
    if local.is_empty() || domain.is_empty() {
        return Some(Outcome::NoAddress);
    }
    let allowed = allowed_domains
        .iter()
        .any(|each| each.trim().eq_ignore_ascii_case(domain));
    (!allowed).then_some(Outcome::OutsideDomains)
}

fn chain(route: &Route, index: &mut Index<'_>) -> Vec<Link> {
    let read = |link: &String| {
        let Some((kind, word)) = link.split_once(':') else {
            return Link::NotUnderstood;
        };
        match normal(kind).as_str() {
            "caseload" => Link::Caseload(index.word(word)),
            "role" => Link::Role(index.word(word)),
            "staff" => Link::Staff(index.person(word.trim())),
            _ => Link::NotUnderstood,
        }
    };
    route.to.iter().map(read).collect()
}
