//! Names of people and places, and what people are.

use super::{Cells, mixed};
use crate::adopt::columns::Kind;
use crate::adopt::lists::{FIRST_NAMES, PROGRAMS, SCHOOLS, SUBJECTS};
use crate::adopt::profile::Profile;

/// How well cells are those of `Grade`.
pub(super) fn grade(cells: &Cells<'_>) -> f64 {
    let Cells { p, decimal, many, .. } = *cells;
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

/// How well cells are those of `FirstName` or `LastName`.
pub(super) fn name_part(cells: &Cells<'_>) -> f64 {
    let Cells { p, kind, many, .. } = *cells;
    let first = first_names(p);
    if p.names < 0.7 || p.comma_names > 0.5 || many && p.distinct < 4 {
        0.05
    } else if kind == Kind::FirstName {
        0.4 + 0.55 * first
    } else {
        0.72 - 0.5 * first
    }
}

/// How well cells are those of `PersonName`.
pub(super) fn person_name(cells: &Cells<'_>) -> f64 {
    let Cells { p, .. } = *cells;
    if p.names < 0.6 {
        0.05
    } else if p.comma_names > 0.5 || p.spaced > 0.7 {
        0.85
    } else {
        0.4
    }
}

/// How well cells are those of `SchoolName`.
pub(super) fn school_name(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, worded, .. } = *cells;
    let said = p.says(SCHOOLS, true);
    match said {
        said if said > 0.4 => 0.9,
        _ if dated || worded < 0.5 || p.emails > 0.3 || p.says(SUBJECTS, true) > 0.3 => 0.05,
        _ if p.length > 4.0 => 0.5,
        _ => 0.25,
    }
}

/// How well cells are those of `Programs`.
pub(super) fn programs(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, .. } = *cells;
    if dated || p.emails > 0.1 || p.names > 0.6 && p.says(PROGRAMS, true) < 0.2 {
        0.1
    } else if known_programs(p) > 0.5 {
        0.9
    } else if p.numbers > 0.8 {
        0.15
    } else {
        0.4
    }
}

/// How well cells are those of `Homeroom`.
pub(super) fn homeroom(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        dated,
        decimal,
        many,
        ..
    } = *cells;
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

/// How well cells are those of `Email`.
pub(super) fn email(cells: &Cells<'_>) -> f64 {
    let Cells { p, .. } = *cells;
    match p.emails {
        share if share > 0.7 => 0.97,
        _ if p.filled == 0 => 0.4,
        _ => 0.0,
    }
}

/// How well cells are those of `LastNames`.
pub(super) fn last_names(cells: &Cells<'_>) -> f64 {
    let Cells { p, .. } = *cells;
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

/// The share of cells whose first word is a common first name.
fn first_names(profile: &Profile) -> f64 {
    let common = |cell: &str| {
        let word = cell.split([' ', ',']).next().unwrap_or(cell).to_lowercase();
        word.len() > 1 && FIRST_NAMES.contains(&format!(" {word} "))
    };
    let all = profile.top.len().max(1);
    profile.top.iter().filter(|(cell, _)| common(cell)).count() as f64 / all as f64
}

/// The share of cells whose every entry is a program that we know.
fn known_programs(p: &Profile) -> f64 {
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
