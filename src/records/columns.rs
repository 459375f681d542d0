//! The canonical tables' columns: their names, and which of them a row cannot do without.

use crate::school::Table;

/// One column of a canonical table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The header in a canonical file.
    pub name: &'static str,
    /// Whether a file without it cannot be read, nor a row whose cell is blank.
    pub required: bool,
}

/// A column that a row cannot do without.
const fn must(name: &'static str) -> Column {
    Column { name, required: true }
}

/// A column that may be absent or blank.
const fn may(name: &'static str) -> Column {
    Column { name, required: false }
}

/// Position of each column of one table, as constants: `attendance::CODE`. One list, so that names and numbers cannot part.
macro_rules! columns {
    ($($(#[$doc:meta])* $module:ident { $($constant:ident = $column:expr),+ $(,)? })+) => {
        $(
            $(#[$doc])*
            pub(crate) mod $module {
                use super::{Column, may, must};

                // Columns that nobody reads yet have their position all the same: the list is the canonical table.
                #[allow(non_camel_case_types, clippy::upper_case_acronyms, dead_code)]
                #[repr(usize)]
                enum Position { $($constant),+ }
                $(#[allow(dead_code)] pub(crate) const $constant: usize = Position::$constant as usize;)+

                /// The columns in the order of their constants.
                pub(crate) const COLUMNS: &[Column] = &[$($column),+];

                // Not every table uses both kinds.
                const _: (fn(&'static str) -> Column, fn(&'static str) -> Column) = (must, may);
            }
        )+
    };
}

columns! {
    schools { SCHOOL = must("school_id"), NAME = must("name") }
    calendar { SCHOOL = may("school_id"), DATE = must("date"), DAY_TYPE = must("day_type") }
    terms { TERM = must("term"), SCHOOL = may("school_id"), START = must("start"), END = must("end") }
    students {
        STUDENT = must("student_id"), FIRST_NAME = must("first_name"), LAST_NAME = must("last_name"), GRADE = must("grade"),
        SCHOOL = must("school_id"), ENTRY = may("entry_date"), EXIT = may("exit_date"), PROGRAMS = may("programs"),
        HOMEROOM = may("homeroom"),
    }
    enrollments {
        STUDENT = must("student_id"), SCHOOL = must("school_id"), GRADE = must("grade"), ENTRY = must("entry_date"),
        EXIT = may("exit_date"), EXIT_CODE = may("exit_code"), PRIMARY = may("primary"),
    }
    courses { COURSE = must("course_id"), SUBJECT = may("subject"), CORE = may("core") }
    staff {
        STAFF = must("staff_id"), NAME = must("name"), EMAIL = must("email"), ROLE = must("role"), SCHOOLS = may("schools"),
        AREAS = may("areas"), GRADES = may("grades"), PROGRAMS = may("programs"), LAST_NAMES = may("last_names"),
        CAPACITY = may("capacity"), AWAY_FROM = may("away_from"), AWAY_UNTIL = may("away_until"), STAND_IN = may("stand_in"),
    }
    caseload {
        STUDENT = must("student_id"), STAFF = must("staff_id"), ROLE = may("role"), AREA = may("area"), FROM = may("from"),
        UNTIL = may("until"),
    }
    attendance {
        STUDENT = must("student_id"), SCHOOL = must("school_id"), DATE = must("date"), CODE = must("code"),
        PERIOD = may("period"), PORTION = may("portion"),
    }
    grades {
        STUDENT = must("student_id"), SCHOOL = may("school_id"), COURSE = must("course_id"), COURSE_NAME = may("course_name"),
        SUBJECT = may("subject"), TERM = must("term"), MARK = must("mark"), KIND = may("kind"), DATE = may("date"),
        MISSING_WORK = may("missing_work"), STAFF = may("staff_id"),
    }
    behavior {
        INCIDENT = must("incident_id"), STUDENT = must("student_id"), SCHOOL = must("school_id"), DATE = must("date"),
        KIND = must("type"), ROLE = may("role"), ACTION = may("action"), ACTION_DAYS = may("action_days"),
        SEVERITY = may("severity"),
    }
    interventions {
        INTERVENTION = must("intervention_id"), STUDENT = must("student_id"), PROGRAM = must("program"), AREA = must("area"),
        TIER = may("tier"), STAFF = may("staff_id"), START = must("start_date"), END = may("end_date"),
        PLANNED = may("planned_sessions"), HELD = may("held_sessions"), GOAL = may("goal"),
    }
    contacts {
        STUDENT = must("student_id"), DATE = must("date"), STAFF = may("staff_id"), KIND = may("kind"), AREA = may("area"),
    }
    groups { STUDENT = must("student_id"), GROUP = must("group"), VALUE = must("value") }
    outcomes { STUDENT = must("student_id"), OUTCOME = must("outcome"), VALUE = must("value"), DATE = may("date") }
}

/// The columns of a canonical table, in the order in which they are documented.
pub fn columns(table: Table) -> &'static [Column] {
    match table {
        Table::Schools => schools::COLUMNS,
        Table::Calendar => calendar::COLUMNS,
        Table::Terms => terms::COLUMNS,
        Table::Students => students::COLUMNS,
        Table::Enrollments => enrollments::COLUMNS,
        Table::Courses => courses::COLUMNS,
        Table::Staff => staff::COLUMNS,
        Table::Caseload => caseload::COLUMNS,
        Table::Attendance => attendance::COLUMNS,
        Table::Grades => grades::COLUMNS,
        Table::Behavior => behavior::COLUMNS,
        Table::Interventions => interventions::COLUMNS,
        Table::Contacts => contacts::COLUMNS,
        Table::Groups => groups::COLUMNS,
        Table::Outcomes => outcomes::COLUMNS,
    }
}
