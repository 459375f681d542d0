//! Which schools sent rows for which days, and for how many of their students.

use crate::facts::{Books, Lane, Student};
use crate::hands;
use crate::school::Rows;

use super::enrollment::{Home, homes};

/// One school's rows by day, as offsets from the school year's first day.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll {
    /// Not 0 where any student has a row of this school, understood or not.
    pub(crate) any: Vec<u8>,
    /// Students at home here on the day; empty in exceptions form, where nothing asks.
    pub(crate) enrolled: Vec<u32>,
    /// Those of them with a row of this school.
    pub(crate) with_row: Vec<u32>,
}

impl Roll {
    /// Adds the rows of other students.
    fn add(&mut self, other: &Roll) {
        self.any
            .iter_mut()
            .zip(&other.any)
            .for_each(|(any, &more)| *any |= more);
        for (counts, more) in [
            (&mut self.enrolled, &other.enrolled),
            (&mut self.with_row, &other.with_row),
        ] {
            counts
                .iter_mut()
                .zip(more)
                .for_each(|(count, &more)| *count = count.wrapping_add(more));
        }
    }
}

/// Counts the rows of every school.
pub(crate) fn call(books: &Books, rows: Rows) -> Vec<Roll> {
    let length = books.year.length();
    let counted = if rows == Rows::All { length } else { 0 };
    let empty = vec![
        Roll {
            any: vec![0; length],
            enrolled: vec![0; counted],
            with_row: vec![0; counted],
        };
        books.names.schools.len()
    ];
    let one = |students: &[Student]| {
        let mut rolls = empty.clone();
        let mut at_home = Vec::new();
        let mut seen = vec![0u8; length];
        for student in students {
            mark_any(&mut rolls, student);
            if rows == Rows::All {
                homes(books, student, &mut at_home);
                for home in &at_home {
                    count_home(&mut rolls, student, home, &mut seen);
                }
            }
        }
        rolls
    };
    let shares = books.students.chunks(hands::share(books.students.len()));
    let parts: Vec<Vec<Roll>> = hands::side_by_side(shares, |_, students| one(students));
    let mut rolls = empty.clone();
    for part in &parts {
        rolls.iter_mut().zip(part).for_each(|(roll, part)| roll.add(part));
    }
    for roll in &mut rolls {
        let mut sum = 0u32;
        for count in &mut roll.enrolled {
            sum = sum.wrapping_add(*count);
            *count = sum;
        }
    }
    rolls
}

fn mark_any(rolls: &mut [Roll], student: &Student) {
    for lane in student.attendance.lanes() {
        let Some(roll) = rolls.get_mut(usize::from(lane.school.0)) else {
            continue;
        };
        let Some(days) = roll.any.get_mut(usize::from(lane.first)..) else {
            continue;
        };
        days.iter_mut().zip(&lane.codes).for_each(|(any, &code)| *any |= code);
    }
    for row in student.attendance.odd() {
        if let Some(any) = rolls
            .get_mut(usize::from(row.school.0))
            .and_then(|roll| roll.any.get_mut(usize::from(row.day)))
        {
            *any = 1;
        }
    }
}

fn count_home(rolls: &mut [Roll], student: &Student, home: &Home, seen: &mut [u8]) {
    let school = home.stay.school;
    let Some(roll) = rolls.get_mut(usize::from(school.0)) else {
        return;
    };
    let (first, last) = (usize::from(home.first), usize::from(home.last));
    // Only the changes are noted here; `call` adds them up.
    roll.enrolled[first] = roll.enrolled[first].wrapping_add(1);
    if let Some(after) = roll.enrolled.get_mut(last + 1) {
        *after = after.wrapping_sub(1);
    }
    let counts = &mut roll.with_row[first..=last];
    let mut lanes = student.attendance.lanes().iter().filter(|lane| lane.school == school);
    if let (Some(only), None, true) = (lanes.next(), lanes.next(), student.attendance.odd().is_empty()) {
        over(only, first, counts, |count, row| *count += u32::from(row));
        return;
    }
    let seen = &mut seen[first..=last];
    seen.fill(0);
    for lane in student.attendance.lanes().iter().filter(|lane| lane.school == school) {
        over(lane, first, seen, |seen, row| *seen |= row);
    }
    for row in student.attendance.odd().iter().filter(|row| row.school == school) {
        if let Some(seen) = usize::from(row.day).checked_sub(first).and_then(|at| seen.get_mut(at)) {
            *seen = 1;
        }
    }
    counts
        .iter_mut()
        .zip(seen.iter())
        .for_each(|(count, &seen)| *count += u32::from(seen));
}

/// Goes over the days of a lane that lie in `days`, the first of which is at an offset: 1 where the lane has a row, else 0.
fn over<T>(lane: &Lane, first: usize, days: &mut [T], mut each: impl FnMut(&mut T, u8)) {
    let start = usize::from(lane.first);
    let codes = lane.codes.get(first.saturating_sub(start)..);
    let days = days.get_mut(start.saturating_sub(first)..);
    if let (Some(codes), Some(days)) = (codes, days) {
        days.iter_mut()
            .zip(codes)
            .for_each(|(day, &code)| each(day, u8::from(code > 0)));
    }
}
