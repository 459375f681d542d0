//! Whom nobody owns: counts by school and reason, never a student.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{At, Outcome, Owners, Question, Resolution};
use crate::monitor::{Place, Problem, Weight};

/// Students of one school whose news no chain resolves, for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unowned {
    /// The school's id.
    pub school_id: String,
    /// What each link of the chain lacked, as one line.
    pub reason: String,
    /// How many students.
    pub students: u32,
}

impl Owners<'_> {
    /// Counts the students behind the questions that no chain resolves, by school and reason, most students first.
    pub fn unowned<'q>(&self, questions: impl IntoIterator<Item = Question<'q>>) -> Vec<Unowned> {
        let mut found: BTreeMap<(String, String), BTreeSet<&'q str>> = BTreeMap::new();
        for question in questions {
            let resolution = self.resolve(&question);
            if !resolution.unowned {
                continue;
            }
            let key = (question.school_id.to_owned(), self.why_unowned(&resolution));
            found.entry(key).or_default().insert(question.student_id);
        }
        let count = |((school_id, reason), students): ((String, String), BTreeSet<&str>)| Unowned {
            school_id,
            reason,
            students: students.len() as u32,
        };
        let mut counted: Vec<Unowned> = found.into_iter().map(count).collect();
        counted.sort_by_key(|each| Reverse(each.students));
        counted
    }

    /// What the chain lacked, without a word about the student.
    fn why_unowned(&self, resolution: &Resolution) -> String {
        let on_the_way = resolution.steps.iter().filter(|step| step.at != At::LastOwner);
        let said: Vec<String> = on_the_way.map(|step| self.say(step)).collect();
        said.join("; ")
    }

    /// What is wrong with staff, caseloads and routes by themselves, whoever is flagged.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Some(obstacle) = self.last_owner_obstacle() {
            problems.push(last_owner_problem(self.last_owner_text, obstacle));
        }
        let known: BTreeSet<&str> = self.people.iter().map(|person| person.staff_id.as_str()).collect();
        for person in self.people.iter().filter(|person| !person.stand_in.is_empty()) {
            if !known.contains(person.stand_in.as_str()) || person.stand_in == person.staff_id {
                problems.push(Problem::new(
                    "stand-in-unknown",
                    Weight::Note,
                    Place::default(),
                    format!("`{}` is no stand-in for `{}`", person.stand_in, person.staff_id),
                    "name another person of the staff table in `stand_in`",
                ));
            }
        }
        problems.extend(self.strangers(&known));
        problems
    }

    fn strangers(&self, known: &BTreeSet<&str>) -> Vec<Problem> {
        let mut rows: BTreeMap<&str, u32> = BTreeMap::new();
        for row in self
            .caseload
            .iter()
            .filter(|row| !known.contains(row.staff_id.as_str()))
        {
            *rows.entry(&row.staff_id).or_default() += 1;
        }
        let say = |(staff_id, rows): (&str, u32)| {
            let noun = if rows == 1 { "row names" } else { "rows name" };
            Problem::new(
                "caseload-staff-unknown",
                Weight::Note,
                Place::default(),
                format!("{rows} caseload {noun} `{staff_id}`, who is not in the staff table"),
                "add the person to the staff export or take the caseload rows out",
            )
        };
        rows.into_iter().map(say).collect()
    }
}

fn last_owner_problem(written: &str, obstacle: Outcome) -> Problem {
    let message = match obstacle {
        _ if written.is_empty() => "`last_owner` is empty: news without an owner would reach nobody".to_owned(),
        Outcome::NoAddress => format!("`last_owner` `{written}` has no address in the staff table"),
        Outcome::OutsideDomains => format!("`last_owner` `{written}` has an address outside `allowed_domains`"),
        _ => format!("`last_owner` `{written}` is not in the staff table"),
    };
    Problem::new(
        "last-owner-unreachable",
        Weight::Waits,
        Place::file("firstbell.toml"),
        message,
        "under [routing] name a person of the staff table, by staff id or by an address in an allowed domain",
    )
}
