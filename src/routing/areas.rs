//! Which areas a person may be told: what the staff table says, else what the role may.

use std::collections::{BTreeMap, BTreeSet};

use super::{Route, Staff};
use crate::school::Area;

/// The areas that a combined flag speaks of where the rule does not say.
const COMBINED: [&str; 3] = ["attendance", "course", "behavior"];

/// What a role may be told where the staff table leaves `areas` blank: the only table of it. Chosen by us: who works on
/// the whole student may know the whole student, who works on one thing that one thing.
const ROLES: [(&[&str], May); 4] = [
    (
        &[
            "counselor",
            "counsellor",
            "school_counselor",
            "guidance_counselor",
            "principal",
            "assistant_principal",
            "vice_principal",
            "administrator",
            "mtss_lead",
            "mtss_coordinator",
            "student_services",
            "student_support",
            // Whose caseload rows name them: a case manager is asked about own students alone.
            "case_manager",
            "social_worker",
            "psychologist",
            "school_psychologist",
            "intervention_specialist",
            "interventionist",
        ],
        May::All,
    ),
    (
        &[
            "attendance_liaison",
            "attendance_officer",
            "attendance_clerk",
            "attendance",
            "truancy_officer",
        ],
        May::One("attendance"),
    ),
    (
        &[
            "behavior_specialist",
            "behavior_interventionist",
            "behavior_coach",
            "dean",
            "dean_of_students",
        ],
        May::One("behavior"),
    ),
    (
        &[
            "reading_specialist",
            "math_specialist",
            "literacy_specialist",
            "reading_interventionist",
            "math_interventionist",
            "literacy_coach",
            "reading_coach",
            "math_coach",
            "instructional_coach",
        ],
        May::One("course"),
    ),
];

#[derive(Clone, Copy)]
enum May {
    All,
    One(&'static str),
}

/// The areas one person may be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MayBeTold {
    all: bool,
    areas: BTreeSet<String>,
}

impl MayBeTold {
    /// Whether one area is among them.
    pub(super) fn holds(&self, area: &str) -> bool {
        self.all || self.areas.contains(area)
    }

    /// Whether the news may be told: its area, or for a combined flag every area in it.
    pub(super) fn holds_news(&self, area: &Area, involved: &[Area]) -> bool {
        if area.word() != "combined" {
            return self.holds(area.word());
        }
        if involved.is_empty() {
            return COMBINED.into_iter().all(|each| self.holds(each));
        }
        involved.iter().all(|each| self.holds(each.word()))
    }

    fn add(&mut self, word: &str) {
        if word == "all" || word == "*" {
            self.all = true;
        } else {
            self.areas.insert(word.to_owned());
        }
    }
}

/// A role, area or program word as it is compared: lower case, `_` for spaces and hyphens.
pub(super) fn normal(word: &str) -> String {
    let parts = word.split(|c: char| c.is_whitespace() || c == '-' || c == '_');
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect();
    parts.join("_")
}

/// What the district's own routes say of roles that are in no table of ours: whoever a route names may be told its area.
pub(super) fn named_by_routes(routes: &[Route]) -> BTreeMap<String, MayBeTold> {
    let mut named: BTreeMap<String, MayBeTold> = BTreeMap::new();
    for route in routes {
        for link in &route.to {
            let Some((kind, word)) = link.split_once(':') else {
                continue;
            };
            if !matches!(normal(kind).as_str(), "role" | "caseload") {
                continue;
            }
            let may = named.entry(normal(word)).or_default();
            may.add(route.area.as_ref().map_or("all", Area::word));
        }
    }
    named
}

/// What a person may be told: the written areas, else those of all roles together.
pub(super) fn of_person(person: &Staff, named: &BTreeMap<String, MayBeTold>) -> MayBeTold {
    let mut may = MayBeTold::default();
    if !person.areas.is_empty() {
        person.areas.iter().for_each(|area| may.add(&normal(area)));
        return may;
    }
    for role in person.roles.iter().map(|role| normal(role)) {
        match ROLES.iter().find(|(roles, _)| roles.contains(&role.as_str())) {
            Some((_, May::All)) => may.all = true,
            Some((_, May::One(area))) => may.add(area),
            None => {
                if let Some(by_route) = named.get(&role) {
                    may.all |= by_route.all;
                    may.areas.extend(by_route.areas.iter().cloned());
                }
            }
        }
    }
    may
}
