//! Rows that no number of a night counts, by why: for the operator, as counts alone.

use crate::facts::{AttendanceRow, Student, StudentIx};
use crate::monitor::Tallies;

use super::day::{DayReader, DayReading};
use super::enrollment::{Home, homes};
use super::marks::MarkReading;
use super::night::Night;

/// Walks every row of every student.
pub(crate) fn count(night: &Night<'_>) -> Tallies {
    let mut count = Count {
        night,
        tallies: Tallies::default(),
    };
    let mut at_home = Vec::new();
    for (number, student) in night.almanac.books.students.iter().enumerate() {
        homes(night.almanac.books, student, &mut at_home);
        count.attendance(student, &at_home);
        count.marks(StudentIx(number as u32), student);
        count.incidents(student);
    }
    count.tallies
}

struct Count<'n> {
    night: &'n Night<'n>,
    tallies: Tallies,
}

impl Count<'_> {
    fn add(&mut self, kind: &str, column: &str, sample: &str) {
        // Facts do not know the line that they stood in: the file's own tallies do.
        self.tallies.add(kind, 0, column, sample);
    }

    fn attendance(&mut self, student: &Student, at_home: &[Home]) {
        let names = &self.night.almanac.books.names;
        for row in student.attendance.rows() {
            if let Some(kind) = self.why_left_out(student, at_home, &row) {
                let sample = match kind {
                    "attendance-code-not-understood" => names.codes.name(u32::from(row.code.0)),
                    _ => "",
                };
                self.add(kind, "code", sample);
            }
        }
    }

    /// The first reason for which the row is in no number of this night.
    fn why_left_out(&self, student: &Student, at_home: &[Home], row: &AttendanceRow) -> Option<&'static str> {
        if student.stays().is_empty() {
            return Some("attendance-unknown-student");
        }
        if self.night.offset().is_none_or(|last| row.day > last) {
            return Some("attendance-after-as-of");
        }
        let Some(home) = at_home
            .iter()
            .find(|home| home.first <= row.day && row.day <= home.last)
        else {
            let first = at_home.first().map_or(u16::MAX, |home| home.first);
            return Some(if row.day < first {
                "attendance-before-entry"
            } else {
                "attendance-after-exit"
            });
        };
        if home.stay.school != row.school {
            return Some("attendance-at-other-school");
        }
        if !self.night.almanac.days(row.school).holds(row.day) {
            return Some("attendance-on-day-off");
        }
        if self
            .night
            .school(row.school)
            .through
            .is_none_or(|through| row.day > through)
        {
            return Some("attendance-after-through-day");
        }
        let reader = &self.night.almanac.reader;
        reader
            .codes
            .meaning(row.code)
            .map_or(Some("attendance-code-not-understood"), |_| {
                let rows = DayReader::rows_of(&student.attendance, row.school, row.day);
                let reading = reader.read(row.school, rows, &mut Vec::new());
                (reading == DayReading::Unweighed).then_some("attendance-periods-not-known")
            })
    }

    fn marks(&mut self, number: StudentIx, student: &Student) {
        let almanac = self.night.almanac;
        let Some(home) = almanac.home(number, self.night.as_of()) else {
            return;
        };
        for mark in &student.marks {
            let date = match super::marks::standing_date(mark, self.night.as_of()) {
                Some(date) => date,
                None => continue,
            };
            if !almanac.books.year.holds(date) {
                self.add("mark-outside-year", "date", "");
                continue;
            }
            if date > self.night.as_of() {
                self.add("mark-after-as-of", "date", "");
                continue;
            }
            let school = mark.school.unwrap_or(home.school);
            let Some(scale) = almanac.gradebook.scale(home.grade, school, mark.course) else {
                self.add("mark-without-scale", "mark", almanac.books.names.marks.name(mark.text));
                continue;
            };
            let reading = scale.reading(mark.text);
            if reading == MarkReading::NotUnderstood {
                self.add("mark-not-understood", "mark", almanac.books.names.marks.name(mark.text));
            } else if scale.is_suspect(reading) {
                self.add("mark-like-a-level", "mark", almanac.books.names.marks.name(mark.text));
            }
        }
    }

    fn incidents(&mut self, student: &Student) {
        for row in &student.incidents {
            if !self.night.almanac.books.year.holds(row.date) {
                self.add("incident-outside-year", "date", "");
            } else if row.date > self.night.as_of() {
                self.add("incident-after-as-of", "date", "");
            }
        }
    }
}
