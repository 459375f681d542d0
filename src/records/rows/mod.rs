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
pub(crate) use marks::{MarkFold, MarkRow, NONE, Slot};
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
    // Keys are made once: made anew for every comparison they would cost more than the reading. And keys are sorted, not rows, which
    // are far larger; each row is moved once.
    let mut order: Vec<(K, u32)> = Vec::with_capacity(rows.len());
    order.extend(rows.iter().enumerate().map(|(at, (_, row))| (key(row), at as u32)));
    // Many exports come in the order of their keys, each once.
    if order.is_sorted_by(|(one, _), (two, _)| one < two) {
        return rows.into_iter().map(|(_, row)| row).collect();
    }
    let row = |at: u32| &rows[at as usize];
    order.sort_unstable_by(|(key, at), (other_key, other_at)| {
        key.cmp(other_key).then_with(|| {
            let ((line, row), (other_line, other)) = (row(*at), row(*other_at));
            (graver(row, other).then_with(|| row.cmp(other))).then(line.cmp(other_line))
        })
    });
    for pair in order.windows(2) {
        if let [(key, at), (next_key, next_at)] = pair
            && key == next_key
        {
            let ((line, row), (next_line, next)) = (row(*at), row(*next_at));
            let kind = if row == next { "duplicate" } else { "conflict" };
            notes.add(kind, *line.max(next_line), "", "");
        }
    }
    order.dedup_by(|later, first| later.0 == first.0);
    let mut rows: Vec<Option<T>> = rows.into_iter().map(|(_, row)| Some(row)).collect();
    let mut settled = Vec::with_capacity(order.len());
    settled.extend(order.into_iter().filter_map(|(_, at)| rows[at as usize].take()));
    settled
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
