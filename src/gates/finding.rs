//! What a gate found, in words.

use crate::monitor::{Place, Problem, Weight};

/// One gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gate {
    /// A header and no row, where there were rows before.
    Emptied,
    /// A column that was read is gone.
    Header,
    /// Other columns came or went: said, and nothing is held.
    Columns,
    /// Nothing newer than the school days that the feed may take.
    Late,
    /// Too many codes or marks in no table.
    UnknownCodes,
    /// Too many students whom no roster has brought.
    UnknownStudents,
    /// Too many dates outside the school year.
    OutsideYear,
    /// Shorter than last time.
    Shrank,
    /// One school is not in the file, though it was last time.
    SchoolMissing,
    /// One school's part is shorter than last time.
    SchoolShrank,
    /// Marks that look like levels under a percent scale.
    Levels,
}

impl Gate {
    /// The code of the problem that the gate makes.
    pub fn code(self) -> &'static str {
        match self {
            Gate::Emptied => "file-emptied",
            Gate::Header => "header-changed",
            Gate::Columns => "columns-changed",
            Gate::Late => "feed-late",
            Gate::UnknownCodes => "many-unknown-codes",
            Gate::UnknownStudents => "many-unknown-students",
            Gate::OutsideYear => "many-outside-year",
            Gate::Shrank => "file-shrank",
            Gate::SchoolMissing => "school-missing",
            Gate::SchoolShrank => "school-shrank",
            Gate::Levels => "levels-as-percent",
        }
    }
}

/// What one gate found in one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The gate.
    pub gate: Gate,
    /// The school whose part alone is meant; `None`: the file.
    pub school: Option<String>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it beside releasing it; may be empty.
    pub remedy: String,
}

impl Finding {
    pub(super) fn file(gate: Gate, message: String, remedy: &str) -> Finding {
        Finding {
            gate,
            school: None,
            message,
            remedy: remedy.to_owned(),
        }
    }

    pub(super) fn school(gate: Gate, school: &str, message: String, remedy: &str) -> Finding {
        Finding {
            school: Some(school.to_owned()),
            ..Finding::file(gate, message, remedy)
        }
    }

    /// Whether something is held because of it.
    pub fn holds(&self) -> bool {
        self.gate != Gate::Columns
    }

    /// The finding about a file as a problem; `release` is the command that believes the file all the same.
    pub fn problem(&self, file: &str, release: &str) -> Problem {
        let weight = if self.holds() { Weight::Waits } else { Weight::Note };
        let remedy = match (self.holds(), self.remedy.as_str()) {
            (false, remedy) => remedy.to_owned(),
            (true, "") => format!("if it is right: `{release}`"),
            (true, remedy) => format!("{remedy}; if it is right: `{release}`"),
        };
        let place = match self.gate {
            Gate::Emptied => Place::file(file).line(1),
            _ => Place::file(file),
        };
        Problem::new(self.gate.code(), weight, place, self.message.as_str(), remedy)
    }
}
