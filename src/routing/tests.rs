//! Chains, stand-ins, areas and the last owner, one small district at a time.

use super::{Caseload, Owners, Question, Route, Staff};
use crate::school::{Area, Day, Grade, Level};

mod ends;
mod laws;
mod owners;

const DOMAINS: &[&str] = &["district.example"];
const LAST: &str = "student.services@district.example";

fn today() -> Day {
    Day::from_ymd(2026, 11, 23).unwrap()
}

fn area(word: &str) -> Area {
    Area(word.to_owned())
}

fn person(staff_id: &str, role: &str, schools: &[&str]) -> Staff {
    Staff {
        staff_id: staff_id.to_owned(),
        name: format!("Person {staff_id}"),
        email: format!("{staff_id}@district.example"),
        roles: vec![role.to_owned()],
        schools: schools.iter().map(|school| (*school).to_owned()).collect(),
        ..Staff::default()
    }
}

fn row(student_id: &str, staff_id: &str, role: &str) -> Caseload {
    Caseload {
        student_id: student_id.to_owned(),
        staff_id: staff_id.to_owned(),
        role: role.to_owned(),
        area: None,
        from: None,
        until: None,
        from_range: false,
    }
}

fn route(to: &[&str]) -> Route {
    Route {
        to: to.iter().map(|link| (*link).to_owned()).collect(),
        ..Route::default()
    }
}

/// The two routes that a new home has.
fn shipped() -> Vec<Route> {
    let attendance = Route {
        area: Some(area("attendance")),
        ..route(&[
            "caseload:attendance",
            "role:attendance_liaison",
            "caseload:counselor",
            "role:principal",
        ])
    };
    vec![
        attendance,
        route(&["caseload:counselor", "role:counselor", "role:principal"]),
    ]
}

struct District {
    staff: Vec<Staff>,
    caseload: Vec<Caseload>,
    routes: Vec<Route>,
    last_owner: &'static str,
    domains: Vec<String>,
}

impl District {
    fn new(staff: Vec<Staff>) -> District {
        District {
            staff,
            caseload: Vec::new(),
            routes: shipped(),
            last_owner: LAST,
            domains: DOMAINS.iter().map(|domain| (*domain).to_owned()).collect(),
        }
    }

    fn owners(&self) -> Owners<'_> {
        let (staff, caseload, routes) = (&self.staff, &self.caseload, &self.routes);
        Owners::new(staff, caseload, routes, self.last_owner, &self.domains, today())
    }

    /// The owner's staff id, and the steps as `route explain` prints them.
    fn ask(&self, question: &Question<'_>) -> (String, Vec<String>) {
        let owners = self.owners();
        let found = owners.resolve(question);
        let owner = found
            .owner
            .map_or_else(String::new, |at| owners.person(at).staff_id.clone());
        (owner, owners.explain(&found))
    }

    fn owner(&self, question: &Question<'_>) -> String {
        self.ask(question).0
    }
}

/// News of student 1 in grade 9 at school H.
fn news(area: &Area) -> Question<'_> {
    Question {
        student_id: "1",
        school_id: "H",
        grade: Some(Grade(9)),
        programs: &[],
        subjects: &[],
        area,
        level: Level::Concern,
        areas_involved: &[],
        passed_over: &[],
    }
}
