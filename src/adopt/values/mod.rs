//! How well the cells of a column suit a canonical one: 0 excludes it, 0.5 says nothing, 1 could hardly be another.

mod days;
mod ids;
mod people;
mod work;

use super::columns::Kind;
use super::lists::{ACTIONS, AREAS, CONTACTS, PARTS, ROLES};
use super::profile::Profile;
use crate::school::Table;

/// The cells of a column, and what every judgement of them asks.
struct Cells<'p> {
    p: &'p Profile,
    kind: Kind,
    table: Table,
    dated: bool,
    decimal: bool,
    /// The share that is no number.
    worded: f64,
    /// Ids and words are no dates, addresses, times.
    plain: bool,
    several: bool,
    /// With few rows a column that never repeats is no surprise.
    many: bool,
}

/// How well a column's cells suit a canonical column of a table.
pub(super) fn suits(kind: Kind, table: Table, profile: &Profile) -> f64 {
    let p = profile;
    let dated = p.dates.is_some() && p.length >= 6.0;
    let cells = Cells {
        p,
        kind,
        table,
        dated,
        decimal: p.numbers - p.integers > 0.05,
        worded: 1.0 - p.numbers,
        plain: !dated && p.emails < 0.5 && p.times < 0.5,
        several: p.distinct > 1,
        many: p.filled >= 12,
    };
    let Cells {
        dated, decimal, worded, ..
    } = cells;
    match kind {
        Kind::StudentId => ids::student_id(&cells),
        Kind::SchoolId => ids::school_id(&cells),
        Kind::StaffId => ids::staff_id(&cells),
        Kind::CourseId => ids::course_id(&cells),
        Kind::EventId => ids::event_id(&cells),
        Kind::Date | Kind::OpenDate => days::date(&cells),
        Kind::AttendanceCode => days::attendance_code(&cells),
        Kind::Period => days::period(&cells),
        Kind::Portion => days::portion(&cells),
        Kind::Grade => people::grade(&cells),
        Kind::FirstName | Kind::LastName => people::name_part(&cells),
        Kind::PersonName => people::person_name(&cells),
        Kind::SchoolName => people::school_name(&cells),
        Kind::CourseName => work::course_name(&cells),
        Kind::Subject => work::subject(&cells),
        Kind::Core => work::core(&cells),
        Kind::Term => days::term(&cells),
        Kind::Mark => work::mark(&cells),
        Kind::FinalOrNot => work::final_or_not(&cells),
        Kind::Count => {
            if p.numbers < 0.95 || p.most > 1000.0 || p.least < 0.0 {
                if p.filled == 0 { 0.5 } else { 0.05 }
            } else if decimal {
                0.35
            } else {
                0.6
            }
        }
        Kind::Programs => people::programs(&cells),
        Kind::Homeroom => people::homeroom(&cells),
        Kind::Email => people::email(&cells),
        // A list of all people is a list of students above all.
        Kind::StaffRole if p.says(&["student"], false) > 0.25 => 0.05,
        Kind::StaffRole => said_or(p, ROLES, 0.93, worded, 30),
        Kind::Area => said_or(p, AREAS, 0.88, worded, 15),
        Kind::Part => said_or(p, PARTS, 0.95, worded, 8),
        Kind::Contact => said_or(p, CONTACTS, 0.92, worded, 25),
        Kind::Action => said_or(p, ACTIONS, 0.93, worded, 60),
        Kind::DayType => days::day_type(&cells),
        Kind::Behavior => work::behavior(&cells),
        Kind::ActionDays => {
            if p.numbers < 0.95 || p.least < 0.0 || p.most > 365.0 {
                if p.filled == 0 { 0.5 } else { 0.05 }
            } else {
                0.65
            }
        }
        Kind::Severity => work::severity(&cells),
        Kind::Tier => work::tier(&cells),
        Kind::Program => work::program(&cells),
        Kind::FreeText => {
            if p.spaced > 0.5 && p.length > 12.0 {
                0.65
            } else {
                0.3
            }
        }
        Kind::Flag => match p.flags {
            share if share > 0.9 => 0.8,
            _ if p.filled == 0 => 0.5,
            _ => 0.1,
        },
        Kind::ExitCode => {
            if dated || p.emails > 0.1 || decimal || p.distinct > 60 {
                0.05
            } else if p.fill() < 0.5 {
                0.55
            } else {
                0.35
            }
        }
        Kind::LastNames => people::last_names(&cells),
        Kind::Word => {
            if dated || worded < 0.5 || p.distinct > 40 {
                0.1
            } else {
                0.55
            }
        }
        Kind::Cell => 0.45,
        Kind::Bit => {
            if p.numbers > 0.95 && p.least >= 0.0 && p.most <= 1.0 && !decimal {
                0.85
            } else {
                0.0
            }
        }
    }
}

/// A closed list of words: believed where it is said, possible where there are few different words.
fn said_or(p: &Profile, words: &[&str], said: f64, worded: f64, most: usize) -> f64 {
    if p.dates.is_some() && p.length >= 6.0 || p.emails > 0.1 {
        0.05
    } else if p.says(words, true) > 0.4 {
        said
    } else if worded > 0.5 && p.distinct <= most {
        0.38
    } else if p.filled == 0 {
        0.45
    } else {
        0.1
    }
}

/// The share of the values that hold a digit.
fn digits(p: &Profile) -> f64 {
    let all = p.top.len().max(1);
    p.top
        .iter()
        .filter(|(cell, _)| cell.bytes().any(|byte| byte.is_ascii_digit()))
        .count() as f64
        / all as f64
}

/// The share of the values that mix letters and digits, as course and room codes do.
fn mixed(p: &Profile) -> f64 {
    let mixed = |cell: &str| {
        cell.bytes().any(|byte| byte.is_ascii_digit()) && cell.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let all = p.top.len().max(1);
    p.top.iter().filter(|(cell, _)| mixed(cell)).count() as f64 / all as f64
}
