//! Days and what is said of them: dates, codes, periods, terms, days of the calendar.

use super::Cells;
use crate::adopt::columns::Kind;
use crate::adopt::lists::{ATTENDANCE, DAYS, SCHOOLS, TERMS};
use crate::adopt::profile::Profile;
use crate::school::Table;

/// How well cells are those of `Date` or `OpenDate`.
pub(super) fn date(cells: &Cells<'_>) -> f64 {
    let Cells { p, kind, .. } = *cells;
    match (&p.dates, p.filled) {
        (Some(_), _) if p.length >= 6.0 => {
            let open = kind == Kind::OpenDate;
            if !open && p.fill() < 0.8 { 0.6 } else { 0.85 }
        }
        (_, 0) => 0.5,
        _ if p.foreign_dates > 0.8 => 0.5,
        _ => 0.0,
    }
}

/// How well cells are those of `AttendanceCode`.
pub(super) fn attendance_code(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        dated,
        decimal,
        worded,
        ..
    } = *cells;
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

/// How well cells are those of `Period`.
pub(super) fn period(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, decimal, .. } = *cells;
    if dated || decimal || p.times > 0.5 {
        0.05
    } else if p.distinct > 30 || p.length > 12.0 {
        // Some systems name the section that met, not the period of the day.
        0.42
    } else if p.integers > 0.95 && p.most <= 15.0 && p.least >= 0.0 {
        0.65
    } else if p.integers > 0.95 {
        // Minutes, most likely.
        0.1
    } else if p.short > 0.8 {
        0.5
    } else {
        0.3
    }
}

/// How well cells are those of `Portion`.
pub(super) fn portion(cells: &Cells<'_>) -> f64 {
    let Cells { p, decimal, .. } = *cells;
    if p.numbers < 0.95 {
        0.0
    } else if p.least >= 0.0 && p.most <= 1.0 {
        if decimal { 0.92 } else { 0.6 }
    } else {
        0.1
    }
}

/// How well cells are those of `Term`.
pub(super) fn term(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        table,
        dated,
        decimal,
        worded,
        ..
    } = *cells;
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

/// How well cells are those of `DayType`.
pub(super) fn day_type(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        dated,
        decimal,
        worded,
        ..
    } = *cells;
    match p.says(DAYS, true) {
        said if said > 0.4 => 0.95,
        _ if dated || p.distinct > 25 || decimal => 0.05,
        _ if p.flags > 0.95 => 0.6,
        _ if worded > 0.5 => 0.45,
        _ => 0.2,
    }
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
