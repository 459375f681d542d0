//! What we know of each canonical column: how its cells look, and the phrases under which systems head it. Data.

mod events;
mod people;
mod places;

use crate::school::Table;
use events::{ATTENDANCE, BEHAVIOR, CONTACTS, GRADES, INTERVENTIONS, OUTCOMES};
use people::{CASELOAD, ENROLLMENTS, GROUPS, STAFFS, STUDENTS};
use places::{CALENDAR, COURSES, SCHOOLS, TERMS};

/// How the cells of a column look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    StudentId,
    SchoolId,
    StaffId,
    CourseId,
    EventId,
    Date,
    OpenDate,
    AttendanceCode,
    Period,
    Portion,
    Grade,
    FirstName,
    LastName,
    PersonName,
    SchoolName,
    CourseName,
    Subject,
    Core,
    Term,
    Mark,
    FinalOrNot,
    Count,
    Programs,
    Homeroom,
    Email,
    StaffRole,
    Area,
    Part,
    Behavior,
    Action,
    ActionDays,
    Severity,
    Tier,
    Program,
    FreeText,
    Flag,
    ExitCode,
    DayType,
    LastNames,
    Contact,
    Word,
    Cell,
    Bit,
}

/// What is known of one canonical column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Phrases of concepts, parted by `|`; `*0.8` behind one makes it count less.
    pub(super) phrases: &'static str,
}

const fn known(name: &'static str, kind: Kind, phrases: &'static str) -> Known {
    Known { name, kind, phrases }
}

const STUDENT: &str = "student id|perm id|student perm id|student perm|perm|student unique id|student user id*0.8|user id*0.8|student local id|local id*0.9|student other id*0.9|other id*0.9|student state id*0.9|state id*0.75|student code*0.9|id*0.7|student";
const SCHOOL: &str = "school id|school code|school|school local id|school name*0.75|school unique id";
const STAFF: &str = "staff id|staff|counselor id|counselor|case manager id|case manager|staff unique id|staff user id*0.8|user id*0.7|staff code*0.9|staff email*0.7";

/// What is known of a table's columns, in the order of the canonical table.
pub(super) fn known_columns(table: Table) -> &'static [Known] {
    match table {
        Table::Schools => SCHOOLS,
        Table::Calendar => CALENDAR,
        Table::Terms => TERMS,
        Table::Students => STUDENTS,
        Table::Enrollments => ENROLLMENTS,
        Table::Courses => COURSES,
        Table::Staff => STAFFS,
        Table::Caseload => CASELOAD,
        Table::Attendance => ATTENDANCE,
        Table::Grades => GRADES,
        Table::Behavior => BEHAVIOR,
        Table::Interventions => INTERVENTIONS,
        Table::Contacts => CONTACTS,
        Table::Groups => GROUPS,
        Table::Outcomes => OUTCOMES,
    }
}

/// Concepts that say little in a table of their own, and that give the table away in a file's name.
pub(super) fn own(table: Table) -> &'static [&'static str] {
    match table {
        Table::Schools => &["school"],
        Table::Calendar => &["calendar", "day"],
        Table::Terms => &["term"],
        Table::Students => &["student"],
        Table::Enrollments => &["entry"],
        Table::Courses => &["course"],
        Table::Staff => &["staff"],
        Table::Caseload => &["caseload"],
        Table::Attendance => &["attendance", "event"],
        Table::Grades => &["mark", "final"],
        Table::Behavior => &["incident", "behavior", "discipline", "event"],
        Table::Interventions => &["intervention", "service"],
        Table::Contacts => &["contact"],
        Table::Groups => &["group", "flag"],
        Table::Outcomes => &["outcome"],
    }
}

/// What a table lacks in whose headers and file name nothing speaks of what it is about; chosen by us.
///
/// Tables of people, places and days share their columns with each other, and a file of them often says nothing more.
pub(super) fn silence_costs(table: Table) -> f64 {
    match table {
        Table::Behavior | Table::Interventions | Table::Contacts | Table::Groups | Table::Outcomes => 0.6,
        Table::Terms | Table::Caseload => 0.3,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Table, known_columns};
    use crate::adopt::words::dictionary;
    use crate::records::columns;

    #[test]
    fn every_canonical_column_is_known_in_its_order() {
        for table in Table::ALL {
            let canonical: Vec<&str> = columns(table).iter().map(|column| column.name).collect();
            let known: Vec<&str> = known_columns(table).iter().map(|known| known.name).collect();
            assert_eq!(known, canonical, "{table}");
        }
    }

    #[test]
    fn phrases_are_made_of_concepts() {
        let concepts: Vec<&str> = dictionary().values().copied().collect();
        for known in Table::ALL.into_iter().flat_map(known_columns) {
            for phrase in known.phrases.split('|') {
                let phrase = phrase.split('*').next().unwrap_or(phrase);
                for word in phrase.split(' ') {
                    assert!(concepts.contains(&word), "`{word}` of {} is no concept", known.name);
                }
            }
        }
    }
}
