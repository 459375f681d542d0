//! What is looked at one after the other, and lies far apart in memory, fetched several at a time: a processor waits for many places at once
//! as long as for one.
//!
//! In: what is looked at next. Out: nothing; it is in the cache afterwards. Never: an answer that hangs on it.

use std::hint::black_box;

use crate::facts::{Books, Student, StudentIx};

/// How many are fetched together: they must still be in the nearest cache when they are looked at (measured).
pub(crate) const AT_ONCE: usize = 16;

/// Bytes that a cache fetches together, nearly everywhere.
const LINE: usize = 64;

/// Fetches what a night looks at of some students. Step by step: where a thing lies is known once what leads there has come, and a step waits
/// for all students together.
pub(crate) fn students(students: &[StudentIx], books: &Books) {
    let facts = || {
        students
            .iter()
            .filter_map(|student| books.students.get(student.0 as usize))
    };
    let lane = |student: &'_ Student| student.attendance.lanes().first().map_or(0, |lane| lane.codes.len());
    let own: usize = facts()
        .map(|student| {
            student.stays().len() + student.attendance.lanes().len() + student.marks.len() + student.incidents.len()
        })
        .sum();
    let lists: usize = facts()
        .map(|student| {
            let marks: usize = student.marks.iter().map(|mark| mark.course as usize).sum();
            let incidents = student.incidents.first().map_or(0, |incident| incident.kind as usize);
            lane(student) + marks + incidents
        })
        .sum();
    let days: usize = facts()
        .filter_map(|student| student.attendance.lanes().first())
        .map(|lane| lane.codes.chunks(LINE).map(|line| usize::from(line[0])).sum::<usize>())
        .sum();
    black_box(own + lists + days);
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
    use crate::facts::Books;
    use crate::school::{Day, SchoolYear};

    #[test]
    fn who_has_no_facts_can_be_fetched_too() {
        let year = SchoolYear {
            start: Day(0),
            end: Day(300),
        };
        let mut books = Books::new(year);
        let nobody = books.student("1");
        students(&[nobody], &books);
        texts(["", "a"].into_iter());
    }
}
