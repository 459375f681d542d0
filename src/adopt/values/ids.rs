//! Numbers and short names of students, schools, people, courses, events.

use super::{Cells, digits, mixed};
use crate::adopt::lists::SCHOOLS;
use crate::school::Table;

/// How well cells are those of `StudentId`.
pub(super) fn student_id(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        table,
        decimal,
        plain,
        many,
        ..
    } = *cells;
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

/// How well cells are those of `SchoolId`.
pub(super) fn school_id(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        table,
        decimal,
        plain,
        many,
        ..
    } = *cells;
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

/// How well cells are those of `StaffId`.
pub(super) fn staff_id(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        table,
        dated,
        decimal,
        ..
    } = *cells;
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

/// How well cells are those of `CourseId`.
pub(super) fn course_id(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        table,
        decimal,
        plain,
        several,
        many,
        ..
    } = *cells;
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

/// How well cells are those of `EventId`.
pub(super) fn event_id(cells: &Cells<'_>) -> f64 {
    let Cells { p, decimal, plain, .. } = *cells;
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
