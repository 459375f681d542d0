//! The rows that routing reads: staff, caseloads, routes. Staff are named; students never are.

use serde::{Deserialize, Serialize};

use crate::school::{Area, Day, Grade, GradeRange, Level};

/// One row of the staff table. Staff are named; students never are.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Staff {
    /// The staff id.
    pub staff_id: String,
    /// The name, for salutations.
    pub name: String,
    /// The address; empty where there is none.
    pub email: String,
    /// Roles, in the order written.
    pub roles: Vec<String>,
    /// School ids; empty: all.
    pub schools: Vec<String>,
    /// Areas this person may be told; empty: what the roles may.
    pub areas: Vec<String>,
    /// Grade levels; empty: all.
    pub grades: Vec<Grade>,
    /// Programs; empty: all.
    pub programs: Vec<String>,
    /// Last-name ranges such as `A-Gom`.
    pub last_names: Vec<String>,
    /// Students this person can carry; `None`: not said.
    pub capacity: Option<u32>,
    /// First day away.
    pub away_from: Option<Day>,
    /// Last day away.
    pub away_until: Option<Day>,
    /// The stand-in's staff id; empty where there is none.
    pub stand_in: String,
}

/// One row of the caseload table, or one that a last-name range became.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Caseload {
    /// The student's id.
    pub student_id: String,
    /// The staff id.
    pub staff_id: String,
    /// The role in which; empty: any of the person's.
    pub role: String,
    /// The area for which; `None`: all.
    pub area: Option<Area>,
    /// From this day.
    pub from: Option<Day>,
    /// Until this day, included.
    pub until: Option<Day>,
    /// Made from a last-name range, not written by hand.
    pub from_range: bool,
}

/// One `[[route]]`, checked: the first whose conditions all hold is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// The area, or any.
    pub area: Option<Area>,
    /// This level or worse, or any.
    pub level: Option<Level>,
    /// The school's id, or any.
    pub school: Option<String>,
    /// The grades, or any.
    pub grades: Option<GradeRange>,
    /// The program, or any.
    pub program: Option<String>,
    /// A glob over the subject, or any.
    pub subject: Option<String>,
    /// Whom to try, in order: `caseload:WORD` (a caseload row of that role or area), `role:WORD`, `staff:ID`.
    pub to: Vec<String>,
}
