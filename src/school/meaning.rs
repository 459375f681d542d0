//! What the district's codes, marks and incident types mean: configuration, checked, as numbers read it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Grade, GradeRange};

/// Everything in the configuration that a number depends on. Part of a rule's digest through the words it reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meaning {
    /// `[attendance]`.
    pub attendance: AttendanceMeaning,
    /// `[grades]`.
    pub grades: GradesMeaning,
    /// `[behavior]`.
    pub behavior: BehaviorMeaning,
}

/// Which rows an attendance export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rows {
    /// Only non-present rows: no row on an instructional day is a day present.
    #[default]
    Exceptions,
    /// A row for every student and day.
    All,
}

/// How period rows become a day.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Periods {
    /// Absent periods ÷ that day's periods.
    #[default]
    Fraction,
    /// A whole day when at least half of the day's periods are absent.
    Majority,
    /// This period stands for the day.
    Homeroom(String),
}

/// What an attendance code means.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeMeaning {
    /// The part of the day absent, 0 to 1, in millionths.
    pub absent: u32,
    /// Excused.
    pub excused: bool,
    /// Suspended out of school.
    pub suspended: bool,
    /// Not yet verified: unexcused only after `unverified_days`.
    pub unverified: bool,
    /// Came late.
    pub tardy: bool,
    /// Whether the day counts at all; `false` takes it out of the denominator.
    pub counts: bool,
}

impl Default for CodeMeaning {
    fn default() -> CodeMeaning {
        CodeMeaning {
            absent: 0,
            excused: false,
            suspended: false,
            unverified: false,
            tardy: false,
            counts: true,
        }
    }
}

/// `[attendance]`, checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttendanceMeaning {
    /// Which rows the export holds.
    pub rows: Rows,
    /// How period rows become a day.
    pub periods: Periods,
    /// Periods in a day, for period rows in exceptions form: for every school, unless `periods_per_day_by_school` says otherwise.
    pub periods_per_day: Option<u32>,
    /// The same for single schools, by school id.
    pub periods_per_day_by_school: BTreeMap<String, u32>,
    /// Instructional days without any row after which a school in exceptions form counts as silent.
    pub silent_days: u32,
    /// Instructional days after which an unverified absence counts as unexcused.
    pub unverified_days: u32,
    /// Meaning by code, exactly as exported; an empty code stands here only where the adapter says that blank means present.
    pub codes: BTreeMap<String, CodeMeaning>,
}

impl Default for AttendanceMeaning {
    fn default() -> AttendanceMeaning {
        AttendanceMeaning {
            rows: Rows::Exceptions,
            periods: Periods::Fraction,
            periods_per_day: None,
            periods_per_day_by_school: BTreeMap::new(),
            silent_days: 5,
            unverified_days: 3,
            codes: BTreeMap::new(),
        }
    }
}

/// `[grades]`, checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GradesMeaning {
    /// Globs by which a course is known as core.
    pub core: CoreGlobs,
    /// Scales in order; the first that matches counts.
    pub scales: Vec<Scale>,
}

/// Globs over the whole cell, any case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoreGlobs {
    /// Mathematics.
    pub math: Vec<String>,
    /// English language arts.
    pub ela: Vec<String>,
}

/// How a scale's cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScaleKind {
    /// 0 to 100 and a little above; letters through the scale's table.
    Percent,
    /// Letters through the scale's table.
    Letters,
    /// Standards-based 1 to 4.
    Levels,
}

/// One `[[grades.scale]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The grades it is for; empty: all.
    pub grades: Option<GradeRange>,
    /// The schools it is for; empty: all.
    pub schools: Vec<String>,
    /// Globs over the subject; empty: all.
    pub subjects: Vec<String>,
    /// How cells are written.
    pub kind: ScaleKind,
    /// Marks below this are failing (exclusive: 60 itself passes).
    pub failing_below: f64,
    /// Letters and their percents, matched whole, any case.
    pub letters: BTreeMap<String, f64>,
    /// Cells that take the course out: `P`, `W`, … .
    pub no_mark: Vec<String>,
}

impl Scale {
    /// Whether the scale is for a student of this grade.
    pub fn for_grade(&self, grade: Option<Grade>) -> bool {
        match (self.grades, grade) {
            (None, _) => true,
            (Some(range), Some(grade)) => range.holds(grade),
            (Some(_), None) => false,
        }
    }
}

/// What an incident type means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeMeaning {
    /// A glob over the type, any case.
    pub glob: String,
    /// Whether incidents of it count; they do unless said otherwise.
    pub counts: bool,
    /// Never stored.
    pub drop: bool,
}

/// `[behavior]`, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BehaviorMeaning {
    /// Actions that are suspensions out of school, any case.
    pub suspensions: Vec<String>,
    /// Roles that make a student an offender, any case; the empty one for a blank cell.
    pub offender_roles: Vec<String>,
    /// Types in the order written; the first glob that matches counts.
    pub types: Vec<TypeMeaning>,
}

/// Whether two words are the same in any case, spaces around them aside.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    one.eq_ignore_ascii_case(other) || (!one.is_ascii() && one.to_lowercase() == other.to_lowercase())
}
