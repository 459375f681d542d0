//! Typed rows: one file per family of tables, and the helper that makes rows with one key one row.
//!
//! In: records and the plan of their table. Out: rows whose cells can no longer be wrong. Never: a number given in the order of
//! arrival that could be seen outside.

use std::cmp::Ordering;

use super::notes::{Line, Notes};

mod attendance;
mod marks;
mod people;
mod places;
mod quick;
mod support;

pub(crate) use attendance::{AttendanceFold, Numbering};
pub(crate) use marks::{MarkFold, MarkRow, NONE};
pub use people::{EnrollmentRow, Stay, StudentRow};
pub(super) use people::{caseload, enrollment, staff, student};
pub use places::{CalendarRow, CourseRow, SchoolRow, TermRow};
pub(super) use places::{calendar, course, school, term};
pub(super) use quick::Layout;
pub use support::{ContactRow, GroupRow, IncidentRow, OutcomeRow, PlanRow};
pub(super) use support::{contact, group, incident, intervention, outcome};

/// Makes rows with one key one row: equal ones are counted as duplicates, others as conflicts, and the gravest stays.
///
/// `graver` orders the gravest first; what it leaves equal is ordered by the rows themselves, so that the order of arrival
/// leaves no trace.
pub(super) fn settle<T: Ord, K: Ord>(
    rows: Vec<(Line, T)>,
    key: impl Fn(&T) -> K,
    graver: impl Fn(&T, &T) -> Ordering,
    notes: &mut Notes,
) -> Vec<T> {
    // Keys are made once: made anew for every comparison they would cost more than the reading.
    let mut rows: Vec<(K, Line, T)> = rows.into_iter().map(|(line, row)| (key(&row), line, row)).collect();
    rows.sort_by(|(key, line, row), (other_key, other_line, other)| {
        key.cmp(other_key)
            .then_with(|| graver(row, other))
            .then_with(|| row.cmp(other))
            .then(line.cmp(other_line))
    });
    for pair in rows.windows(2) {
        let [(key, line, row), (next_key, next_line, next)] = pair else {
            continue;
        };
        if key == next_key {
            let kind = if row == next { "duplicate" } else { "conflict" };
            notes.add(kind, *line.max(next_line), "", "");
        }
    }
    rows.dedup_by(|later, first| later.0 == first.0);
    rows.into_iter().map(|(_, _, row)| row).collect()
}

/// Leaves the order to the rows themselves.
pub(super) fn no_graver<T>(_: &T, _: &T) -> Ordering {
    Ordering::Equal
}

#[cfg(test)]
mod tests {
    use super::{Line, Notes, no_graver, settle};

    #[test]
    fn equal_rows_are_one_and_others_are_conflicts_whatever_their_order() {
        let rows = [("k", 2), ("k", 1), ("j", 9), ("k", 2), ("k", 1)];
        for turn in 0..rows.len() {
            let mut turned = rows.to_vec();
            turned.rotate_left(turn);
            let lined = turned
                .into_iter()
                .enumerate()
                .map(|(at, row)| (Line::new(0, at as u32), row))
                .collect();
            let mut notes = Notes::default();
            let kept = settle(lined, |row| row.0, no_graver, &mut notes);
            assert_eq!(kept, [("j", 9), ("k", 1)]);
            let counts: Vec<_> = notes.kinds().iter().map(|(kind, seen)| (*kind, seen.count)).collect();
            assert_eq!(counts, [("conflict", 1), ("duplicate", 2)]);
        }
    }
}
