//! How well the cells of a column suit a canonical one: 0 excludes it, 0.5 says nothing, 1 could hardly be another.

use super::columns::Kind;
use super::lists::{
    ACTIONS, AREAS, ATTENDANCE, BEHAVIORS, CONTACTS, DAYS, FIRST_NAMES, MARK_KINDS, PARTS, PROGRAMS, ROLES, SCHOOLS,
    SEVERITIES, SUBJECTS, TERMS,
};
use super::profile::Profile;
use crate::school::Table;

/// The share of cells whose first word is a common first name.
fn first_names(profile: &Profile) -> f64 {
    let common = |cell: &str| {
        let word = cell.split([' ', ',']).next().unwrap_or(cell).to_lowercase();
        word.len() > 1 && FIRST_NAMES.contains(&format!(" {word} "))
    };
    let all = profile.top.len().max(1);
    profile.top.iter().filter(|(cell, _)| common(cell)).count() as f64 / all as f64
}

/// How well a column's cells suit a canonical column of a table.
pub(super) fn suits(kind: Kind, table: Table, profile: &Profile) -> f64 {
    let p = profile;
    let dated = p.dates.is_some() && p.length >= 6.0;
    let decimal = p.numbers - p.integers > 0.05;
    let worded = 1.0 - p.numbers;
    // Ids and words are no dates, addresses, times.
    let plain = !dated && p.emails < 0.5 && p.times < 0.5;
    let several = p.distinct > 1;
    // With few rows a column that never repeats is no surprise.
    let many = p.filled >= 12;
    match kind {
        Kind::StudentId => {
            let one_per_row = matches!(table, Table::Students);
            if !plain || decimal || p.ids < 0.9 || p.descriptor.is_some() {
                0.05
            } else if p.fill() < 0.7 {
                0.3
            } else if one_per_row {
                match (p.is_key(), p.variety()) {
                    (true, _) => 0.55 + 0.35 * digits(p),
                    (false, variety) if variety > 0.9 => 0.45 + 0.3 * digits(p),
                    _ if many => 0.2,
                    _ => 0.4,
                }
            } else if many && p.distinct <= 2 {
                0.15
            } else if p.grades > 0.95 && many && p.distinct <= 14 {
                0.1
            } else {
                let spread = (p.distinct as f64 / 8.0).min(1.0);
                0.4 + 0.2 * spread + 0.2 * digits(p)
            }
        }
        Kind::SchoolId => {
            if !plain || decimal || p.descriptor.is_some() {
                0.05
            } else if table == Table::Schools {
                if p.is_key() { 0.55 + 0.25 * digits(p) } else { 0.3 }
            } else if many && (p.variety() > 0.5 || p.distinct > 400) {
                0.1
            } else {
                let schools = p.says(SCHOOLS, true);
                let few: f64 = if p.distinct * 5 <= p.filled { 0.65 } else { 0.5 };
                let grades = if p.grades > 0.95 && p.distinct > 2 { 0.25 } else { 0.0 };
                let small = if p.flags > 0.95 || p.marks > 0.95 && p.length < 3.0 && p.numbers < 0.5 {
                    0.25
                } else {
                    0.0
                };
                (few + 0.3 * schools - grades - small).max(0.1)
            }
        }
        Kind::StaffId => {
            if dated || decimal || p.descriptor.is_some() || p.times > 0.5 {
                0.05
            } else if table == Table::Staff {
                if p.is_key() { 0.6 + 0.2 * digits(p) } else { 0.35 }
            } else if p.ids < 0.9 && p.emails < 0.5 {
                0.25
            } else if p.filled > 0 && p.distinct * 3 <= p.filled * 2 && p.length > 1.5 {
                0.55
            } else {
                0.4
            }
        }
        Kind::CourseId => {
            let mixed = mixed(p);
            if !plain || decimal || p.ids < 0.6 {
                0.1
            } else if table == Table::Courses {
                if p.is_key() { 0.65 + 0.2 * mixed } else { 0.35 }
            } else if p.flags > 0.95 || !several && many {
                0.3
            } else {
                0.5 + 0.3 * mixed
            }
        }
        Kind::EventId => {
            if !plain || decimal || p.ids < 0.9 || p.fill() < 0.9 {
                0.1
            } else if p.is_key() {
                0.6 + 0.2 * digits(p)
            } else if p.variety() > 0.5 {
                0.6
            } else {
                0.35
            }
        }
        Kind::Date | Kind::OpenDate => match (&p.dates, p.filled) {
            (Some(_), _) if p.length >= 6.0 => {
                let open = kind == Kind::OpenDate;
                if !open && p.fill() < 0.8 { 0.6 } else { 0.85 }
            }
            (_, 0) => 0.5,
            _ if p.foreign_dates > 0.8 => 0.5,
            _ => 0.0,
        },
        Kind::AttendanceCode => {
            let said = p.says(ATTENDANCE, true);
            if dated || p.emails > 0.1 || decimal || p.times > 0.5 || p.distinct > 60 {
                0.05
            } else if said > 0.3 {
                0.95
            } else if p.flags > 0.95 && p.numbers > 0.9 {
                0.2
            } else if p.short > 0.9 && worded > 0.5 && p.distinct <= 40 {
                0.78
            } else if p.short > 0.9 && p.distinct <= 15 {
                0.4
            } else {
                0.3
            }
        }
        Kind::Period => {
            if dated || decimal || p.times > 0.5 || p.distinct > 30 || p.length > 12.0 {
                0.05
            } else if p.integers > 0.95 && p.most <= 15.0 && p.least >= 0.0 {
                0.65
            } else if p.short > 0.8 {
                0.5
            } else {
                0.3
            }
        }
        Kind::Portion => {
            if p.numbers < 0.95 {
                0.0
            } else if p.least >= 0.0 && p.most <= 1.0 {
                if decimal { 0.92 } else { 0.6 }
            } else {
                0.1
            }
        }
        Kind::Grade => {
            if p.descriptor.as_deref().is_some_and(|kind| kind.contains("GradeLevel")) {
                0.97
            } else if p.grades < 0.8 || decimal {
                if p.grades > 0.4 && !decimal { 0.2 } else { 0.0 }
            } else if p.is_key() && many {
                0.15
            } else {
                0.7 + 0.15 * (p.distinct.min(4) as f64 / 4.0)
            }
        }
        Kind::FirstName | Kind::LastName => {
            let first = first_names(p);
            if p.names < 0.7 || p.comma_names > 0.5 || many && p.distinct < 4 {
                0.05
            } else if kind == Kind::FirstName {
                0.4 + 0.55 * first
            } else {
                0.72 - 0.5 * first
            }
        }
        Kind::PersonName => {
            if p.names < 0.6 {
                0.05
            } else if p.comma_names > 0.5 || p.spaced > 0.7 {
                0.85
            } else {
                0.4
            }
        }
        Kind::SchoolName => {
            let said = p.says(SCHOOLS, true);
            match said {
                said if said > 0.4 => 0.9,
                _ if dated || worded < 0.5 || p.emails > 0.3 || p.says(SUBJECTS, true) > 0.3 => 0.05,
                _ if p.length > 4.0 => 0.5,
                _ => 0.25,
            }
        }
        Kind::CourseName => {
            if dated || worded < 0.6 || p.emails > 0.2 || p.length < 3.0 {
                0.05
            } else if p.says(SUBJECTS, true) > 0.3 {
                if p.spaced > 0.3 { 0.88 } else { 0.7 }
            } else if p.spaced > 0.3 {
                0.55
            } else {
                0.35
            }
        }
        Kind::Subject => {
            if dated || worded < 0.6 || p.emails > 0.2 {
                0.05
            } else if p.says(SUBJECTS, true) > 0.3 {
                if p.spaced > 0.5 { 0.7 } else { 0.88 }
            } else if p.distinct <= 60 && p.length < 30.0 {
                0.4
            } else {
                0.2
            }
        }
        Kind::Core => {
            let said = p.says(&["math", "ela", "no", "yes", "y", "n", "core"], false);
            if said > 0.9 { 0.85 } else { 0.1 }
        }
        Kind::Term => {
            if dated || decimal || p.emails > 0.1 || p.distinct > 60 {
                0.05
            } else if p
                .descriptor
                .as_deref()
                .is_some_and(|kind| kind.contains("Term") || kind.contains("GradingPeriod"))
            {
                0.9
            } else if terms(p) > 0.6 || p.says(TERMS, true) > 0.5 {
                0.92
            } else if p.integers > 0.95 && p.most <= 8.0 {
                0.5
            } else if table == Table::Terms && p.length < 40.0 && worded > 0.5 && p.says(SCHOOLS, true) < 0.3 {
                0.6
            } else {
                0.25
            }
        }
        Kind::Mark => {
            let spread = p.most > 20.0 || decimal || worded > 0.3;
            if dated || p.marks < 0.6 {
                0.05
            } else if p.marks > 0.9 && spread {
                if many && p.distinct < 3 { 0.4 } else { 0.85 }
            } else {
                0.55
            }
        }
        Kind::FinalOrNot => {
            if dated || p.numbers > 0.5 || p.distinct > 20 {
                0.05
            } else if p.says(MARK_KINDS, true) > 0.6 {
                0.9
            } else if p.short > 0.9 && p.distinct <= 8 {
                0.4
            } else {
                0.15
            }
        }
        Kind::Count => {
            if p.numbers < 0.95 || p.most > 1000.0 || p.least < 0.0 {
                if p.filled == 0 { 0.5 } else { 0.05 }
            } else if decimal {
                0.35
            } else {
                0.6
            }
        }
        Kind::Programs => {
            if dated || p.emails > 0.1 || p.names > 0.6 && p.says(PROGRAMS, true) < 0.2 {
                0.1
            } else if programs(p) > 0.5 {
                0.9
            } else if p.numbers > 0.8 {
                0.15
            } else {
                0.4
            }
        }
        Kind::Homeroom => {
            if dated || p.emails > 0.2 || decimal || p.is_key() && many {
                0.1
            } else if p.flags > 0.95 {
                0.15
            } else if p.length <= 8.0 && mixed(p) > 0.5 {
                0.6
            } else {
                0.45
            }
        }
        Kind::Email => match p.emails {
            share if share > 0.7 => 0.97,
            _ if p.filled == 0 => 0.4,
            _ => 0.0,
        },
        // A list of all people is a list of students above all.
        Kind::StaffRole if p.says(&["student"], false) > 0.25 => 0.05,
        Kind::StaffRole => said_or(p, ROLES, 0.93, worded, 30),
        Kind::Area => said_or(p, AREAS, 0.88, worded, 15),
        Kind::Part => said_or(p, PARTS, 0.95, worded, 8),
        Kind::Contact => said_or(p, CONTACTS, 0.92, worded, 25),
        Kind::Action => said_or(p, ACTIONS, 0.93, worded, 60),
        Kind::DayType => match p.says(DAYS, true) {
            said if said > 0.4 => 0.95,
            _ if dated || p.distinct > 25 || decimal => 0.05,
            _ if p.flags > 0.95 => 0.6,
            _ if worded > 0.5 => 0.45,
            _ => 0.2,
        },
        Kind::Behavior => {
            if dated || p.emails > 0.1 || decimal {
                0.05
            } else if p.says(BEHAVIORS, true) > 0.25 {
                if p.says(ACTIONS, true) > 0.6 { 0.5 } else { 0.88 }
            } else if p.is_key() && many || p.distinct > 150 {
                0.15
            } else if worded > 0.5 {
                0.5
            } else {
                0.25
            }
        }
        Kind::ActionDays => {
            if p.numbers < 0.95 || p.least < 0.0 || p.most > 365.0 {
                if p.filled == 0 { 0.5 } else { 0.05 }
            } else {
                0.65
            }
        }
        Kind::Severity => {
            if p.integers > 0.95 && p.least >= 0.0 && p.most <= 6.0 {
                0.6
            } else if p.says(SEVERITIES, true) > 0.6 && p.distinct <= 8 {
                0.85
            } else if p.distinct <= 6 && worded > 0.5 && !dated {
                0.35
            } else {
                0.05
            }
        }
        Kind::Tier => {
            let tiers = p.says(
                &[
                    "1", "2", "3", "tier 1", "tier 2", "tier 3", "t1", "t2", "t3", "i", "ii", "iii",
                ],
                false,
            );
            if tiers > 0.9 { 0.85 } else { 0.1 }
        }
        Kind::Program => {
            if dated || p.emails > 0.1 || decimal || p.distinct > 200 {
                0.05
            } else if worded > 0.5 && p.length > 2.0 {
                if p.spaced > 0.3 { 0.65 } else { 0.5 }
            } else {
                0.25
            }
        }
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
        Kind::LastNames => {
            let range = |cell: &str| {
                cell.split_once('-').is_some_and(|(from, to)| {
                    let letters = |part: &str| {
                        let part = part.trim();
                        !part.is_empty() && part.len() <= 12 && part.chars().all(char::is_alphabetic)
                    };
                    letters(from) && letters(to)
                })
            };
            let ranges = p.top.iter().filter(|(cell, _)| range(cell)).count();
            if p.filled == 0 {
                0.4
            } else if ranges * 2 > p.top.len() {
                0.9
            } else {
                0.1
            }
        }
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

/// The share of the values that are terms by their short names: `Q1`, `S2`, `FY`.
fn terms(p: &Profile) -> f64 {
    let term = |cell: &str| {
        let cell = cell.to_lowercase();
        let letters = cell.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let number = cell[letters.len()..].trim();
        matches!(
            letters,
            "q" | "s"
                | "t"
                | "mp"
                | "gp"
                | "sem"
                | "qtr"
                | "trm"
                | "term"
                | "tri"
                | "mt"
                | "p"
                | "e"
                | "quarter"
                | "semester"
        ) && (1..=2).contains(&number.len())
            || matches!(
                cell.as_str(),
                "fy" | "yr" | "y1" | "f1" | "f2" | "fall" | "spring" | "year" | "all year"
            )
    };
    let all = p.top.len().max(1);
    p.top.iter().filter(|(cell, _)| term(cell)).count() as f64 / all as f64
}

/// The share of cells whose every entry is a program that we know.
fn programs(p: &Profile) -> f64 {
    let known = |cell: &str| {
        cell.split([';', ',', '|', '/'])
            .map(|entry| entry.trim().to_lowercase())
            .any(|entry| {
                PROGRAMS
                    .iter()
                    .any(|program| entry == *program || entry.len() > 3 && entry.starts_with(program))
            })
    };
    let all = p.top.len().max(1);
    p.top.iter().filter(|(cell, _)| known(cell)).count() as f64 / all as f64
}
