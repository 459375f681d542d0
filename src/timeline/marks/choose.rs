//! The one mark of each course that counts in a term, and what they come to together.

use std::cmp::Reverse;

use super::{Gradebook, MarkReading};
use crate::facts::{Mark, MarkKind};
use crate::school::Day;
use crate::timeline::student::StudentNight;
use crate::timeline::terms::TermSpan;

/// A course's chosen mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenMark {
    /// The course in `names.courses`.
    pub course: u32,
    /// The mark as written, in `names.marks`.
    pub text: u32,
    /// The day it bears.
    pub date: Day,
    /// What it says.
    pub reading: MarkReading,
    /// Whether the course is a recognised core course.
    pub core: bool,
    /// Missing assignments, where the export counts them.
    pub missing_work: Option<u16>,
}

impl ChosenMark {
    /// Whether the course has a mark; one that takes the course out is none.
    pub fn counts(&self) -> bool {
        matches!(self.reading, MarkReading::Percent { .. } | MarkReading::Level { .. })
    }
}

/// A term's chosen marks, added up. A course whose chosen mark takes it out is in none of the numbers but `missing_work`: a course
/// without a grade yet, because nothing was handed in, is missing the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermReport {
    /// Courses with a mark.
    pub marks: u32,
    /// Those of them with a percent.
    pub percents: u32,
    /// The sum of the percents, in millionths of a percent.
    pub percent_sum: i64,
    /// Courses whose mark fails.
    pub failing: u32,
    /// Recognised core courses with a mark.
    pub core_marks: u32,
    /// Those of them whose mark fails.
    pub core_failing: u32,
    /// Missing assignments; `None` where no chosen mark counts them.
    pub missing_work: Option<u32>,
}

impl TermReport {
    fn add(&mut self, chosen: &ChosenMark) {
        if let Some(missing) = chosen.missing_work {
            *self.missing_work.get_or_insert(0) += u32::from(missing);
        }
        let millionths = match chosen.reading {
            MarkReading::Percent { millionths, .. } => Some(millionths),
            MarkReading::Level { .. } => None,
            _ => return,
        };
        let failing = u32::from(chosen.reading.is_failing());
        self.marks += 1;
        self.failing += failing;
        if chosen.core {
            self.core_marks += 1;
            self.core_failing += failing;
        }
        if let Some(millionths) = millionths {
            self.percents += 1;
            self.percent_sum += millionths;
        }
    }
}

impl Gradebook {
    /// The report of a term; of no term an empty one.
    pub(crate) fn report(&self, student: &StudentNight<'_>, term: Option<TermSpan>) -> TermReport {
        let mut report = TermReport::default();
        if let Some(term) = term {
            self.chosen(student, term.term, |chosen| report.add(&chosen));
        }
        report
    }

    /// The chosen mark of each course in the term, those that take their course out included.
    pub(crate) fn chosen(&self, student: &StudentNight<'_>, term: u32, mut each: impl FnMut(ChosenMark)) {
        let marks = &student.facts().marks;
        if marks.is_sorted_by_key(|mark| mark.course) {
            return self.chosen_of_sorted(student, marks.iter().filter(|mark| mark.term == term), each);
        }
        // Facts come sorted; where somebody drew them by hand, a course must still not count twice.
        let mut marks: Vec<&Mark> = marks.iter().filter(|mark| mark.term == term).collect();
        marks.sort_by_key(|mark| mark.course);
        self.chosen_of_sorted(student, marks.into_iter(), &mut each);
    }

    fn chosen_of_sorted<'m>(
        &self,
        student: &StudentNight<'_>,
        marks: impl Iterator<Item = &'m Mark>,
        mut each: impl FnMut(ChosenMark),
    ) {
        let mut marks = marks.peekable();
        while let Some(first) = marks.next() {
            let mut best = self.candidate(student, first);
            while let Some(next) = marks.next_if(|next| next.course == first.course) {
                let next = self.candidate(student, next);
                best = match (best, next) {
                    (Some(best), Some(next)) => Some(best.or_better(next)),
                    (best, next) => best.or(next),
                };
            }
            if let Some(best) = best {
                each(best.chosen);
            }
        }
    }

    /// The mark as one to choose from; `None` where it does not stand on the as-of day or says nothing.
    fn candidate<'s>(&self, student: &StudentNight<'s>, mark: &Mark) -> Option<Candidate<'s>> {
        let date = standing_date(mark, student.as_of())?;
        let year = student.books().year;
        if date > student.as_of() || !year.holds(date) {
            return None;
        }
        let school = mark.school.unwrap_or(student.school());
        let reading = self.scale(student.grade(), school, mark.course)?.reading(mark.text);
        if !reading.is_chosen() {
            return None;
        }
        Some(Candidate {
            rank: Rank {
                at_home: mark.school == Some(student.school()),
                is_final: mark.kind == MarkKind::Final,
                date,
                lower: Reverse(reading.height()),
                missing_work: mark.missing_work,
                text: student.books().names.marks.name(mark.text),
            },
            chosen: ChosenMark {
                course: mark.course,
                text: mark.text,
                date,
                reading,
                core: self.is_core(mark.course),
                missing_work: mark.missing_work,
            },
        })
    }
}

/// The day a mark bears where it stands on the as-of day. A dated mark that was taken back counts on no day: that it was
/// wrong is known now. An undated one counts from the day it was first accepted until it was changed.
pub(crate) fn standing_date(mark: &Mark, as_of: Day) -> Option<Day> {
    match (mark.date, mark.gone) {
        (Some(_), Some(_)) => None,
        (Some(date), None) => Some(date),
        (None, Some(gone)) if gone <= as_of => None,
        (None, _) => Some(mark.accepted),
    }
}

/// A mark with what it is chosen by.
struct Candidate<'b> {
    rank: Rank<'b>,
    chosen: ChosenMark,
}

/// What a mark is chosen by, field by field; the greatest is chosen.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'b> {
    at_home: bool,
    is_final: bool,
    date: Day,
    /// Of rows that contradict each other the lower mark.
    lower: Reverse<i64>,
    /// These two only keep the choice from hanging on the order of rows.
    missing_work: Option<u16>,
    text: &'b str,
}

impl<'b> Candidate<'b> {
    fn or_better(self, other: Candidate<'b>) -> Candidate<'b> {
        if other.rank > self.rank { other } else { self }
    }
}
