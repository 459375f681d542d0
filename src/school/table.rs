//! The canonical tables, and sets of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One canonical table; its word is the name of its file without `.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Table {
    /// `schools.csv`.
    Schools,
    /// `calendar.csv`.
    Calendar,
    /// `terms.csv`.
    Terms,
    /// `students.csv`.
    Students,
    /// `enrollments.csv`.
    Enrollments,
    /// `courses.csv`: the district's crosswalk.
    Courses,
    /// `staff.csv`.
    Staff,
    /// `caseload.csv`.
    Caseload,
    /// `attendance.csv`.
    Attendance,
    /// `grades.csv`.
    Grades,
    /// `behavior.csv`.
    Behavior,
    /// `interventions.csv`.
    Interventions,
    /// `contacts.csv`.
    Contacts,
    /// `groups.csv`: for a fairness audit alone.
    Groups,
    /// `outcomes.csv`: what really happened.
    Outcomes,
}

impl Table {
    /// All tables, in the order in which a round reads them: who there is before what they did.
    pub const ALL: [Table; 15] = [
        Table::Schools,
        Table::Calendar,
        Table::Terms,
        Table::Students,
        Table::Enrollments,
        Table::Courses,
        Table::Staff,
        Table::Caseload,
        Table::Attendance,
        Table::Grades,
        Table::Behavior,
        Table::Interventions,
        Table::Contacts,
        Table::Groups,
        Table::Outcomes,
    ];

    /// The table's word in files and configuration.
    pub fn word(self) -> &'static str {
        match self {
            Table::Schools => "schools",
            Table::Calendar => "calendar",
            Table::Terms => "terms",
            Table::Students => "students",
            Table::Enrollments => "enrollments",
            Table::Courses => "courses",
            Table::Staff => "staff",
            Table::Caseload => "caseload",
            Table::Attendance => "attendance",
            Table::Grades => "grades",
            Table::Behavior => "behavior",
            Table::Interventions => "interventions",
            Table::Contacts => "contacts",
            Table::Groups => "groups",
            Table::Outcomes => "outcomes",
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Table {
    type Err = String;

    fn from_str(text: &str) -> Result<Table, String> {
        Table::ALL
            .into_iter()
            .find(|table| table.word() == text)
            .ok_or_else(|| format!("`{text}` is not a table"))
    }
}

/// A set of tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tables(u16);

impl Tables {
    /// No table.
    pub const NONE: Tables = Tables(0);

    /// The set of one table.
    pub const fn one(table: Table) -> Tables {
        Tables(1 << table as u16)
    }

    /// Both sets together.
    pub const fn and(self, other: Tables) -> Tables {
        Tables(self.0 | other.0)
    }

    /// Whether the set holds the table.
    pub fn holds(self, table: Table) -> bool {
        self.0 & (1 << table as u16) != 0
    }

    /// Whether the sets share a table.
    pub fn meets(self, other: Tables) -> bool {
        self.0 & other.0 != 0
    }

    /// The tables of the set, in reading order.
    pub fn iter(self) -> impl Iterator<Item = Table> {
        Table::ALL.into_iter().filter(move |table| self.holds(*table))
    }
}
