//! What is looked at one after the other, and lies far apart in memory, fetched several at a time: a processor waits for many places at once
//! as long as for one.
//!
//! In: what is looked at next. Out: nothing; it is in the cache afterwards. Never: an answer that hangs on it.

use std::hint::black_box;

use crate::facts::Student;

/// How many are fetched together: they must still be in the nearest cache when they are looked at (measured).
pub(crate) const AT_ONCE: usize = 16;

/// Bytes that a cache fetches together, nearly everywhere.
const LINE: usize = 64;

/// Fetches what a night looks at first of some students.
pub(crate) fn students<'s>(students: impl Iterator<Item = &'s Student>) {
    black_box(students.map(touch).sum::<usize>());
}

/// Reads a little of a student's facts, and gives a number that says nothing.
fn touch(student: &Student) -> usize {
    let lane = student.attendance.lanes().first();
    let days = lane.map_or(&[][..], |lane| &lane.codes);
    let days: usize = days.iter().step_by(LINE).map(|code| usize::from(*code)).sum();
    let marks: usize = student.marks.iter().map(|mark| mark.course as usize).sum();
    let incidents = student.incidents.first().map_or(0, |incident| incident.kind as usize);
    student.stays().len() + days + marks + incidents
}

/// Fetches where some texts begin.
pub(crate) fn texts<'t>(texts: impl Iterator<Item = &'t str>) {
    black_box(
        texts
            .map(|text| text.as_bytes().first().map_or(0, |byte| usize::from(*byte)))
            .sum::<usize>(),
    );
}

#[cfg(test)]
mod tests {
    use super::{students, texts};
    use crate::facts::Student;

    #[test]
    fn who_has_no_facts_can_be_fetched_too() {
        students([Student::default()].iter());
        texts(["", "a"].into_iter());
    }
}
