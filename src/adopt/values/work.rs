//! Courses, marks and incidents.

use super::Cells;
use crate::adopt::lists::{ACTIONS, BEHAVIORS, MARK_KINDS, SEVERITIES, SUBJECTS};

/// How well cells are those of `CourseName`.
pub(super) fn course_name(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, worded, .. } = *cells;
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

/// How well cells are those of `Subject`.
pub(super) fn subject(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, worded, .. } = *cells;
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

/// How well cells are those of `Core`.
pub(super) fn core(cells: &Cells<'_>) -> f64 {
    let Cells { p, .. } = *cells;
    let said = p.says(&["math", "ela", "no", "yes", "y", "n", "core"], false);
    if said > 0.9 { 0.85 } else { 0.1 }
}

/// How well cells are those of `Mark`.
pub(super) fn mark(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        dated,
        decimal,
        worded,
        many,
        ..
    } = *cells;
    let spread = p.most > 20.0 || decimal || worded > 0.3;
    if dated || p.marks < 0.6 {
        0.05
    } else if p.marks > 0.9 && spread {
        if many && p.distinct < 3 { 0.4 } else { 0.85 }
    } else {
        0.55
    }
}

/// How well cells are those of `FinalOrNot`.
pub(super) fn final_or_not(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, .. } = *cells;
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

/// How well cells are those of `Behavior`.
pub(super) fn behavior(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        dated,
        decimal,
        worded,
        many,
        ..
    } = *cells;
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

/// How well cells are those of `Severity`.
pub(super) fn severity(cells: &Cells<'_>) -> f64 {
    let Cells { p, dated, worded, .. } = *cells;
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

/// How well cells are those of `Tier`.
pub(super) fn tier(cells: &Cells<'_>) -> f64 {
    let Cells { p, .. } = *cells;
    let tiers = p.says(
        &[
            "1", "2", "3", "tier 1", "tier 2", "tier 3", "t1", "t2", "t3", "i", "ii", "iii",
        ],
        false,
    );
    if tiers > 0.9 { 0.85 } else { 0.1 }
}

/// How well cells are those of `Program`.
pub(super) fn program(cells: &Cells<'_>) -> f64 {
    let Cells {
        p,
        dated,
        decimal,
        worded,
        ..
    } = *cells;
    if dated || p.emails > 0.1 || decimal || p.distinct > 200 {
        0.05
    } else if worded > 0.5 && p.length > 2.0 {
        if p.spaced > 0.3 { 0.65 } else { 0.5 }
    } else {
        0.25
    }
}
