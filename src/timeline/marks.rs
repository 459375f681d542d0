//! Which mark of a course counts, and what it is worth.
//!
//! One mark a course and term: the home school's first, then `final` before `progress`, then the latest date. Percents are
//! kept in millionths, so that a mean depends on no order of rows.

mod choose;
mod reading;

pub use crate::school::MarkReading;
pub(crate) use choose::standing_date;
pub use choose::{ChosenMark, TermReport};

use crate::facts::{Books, Course, SchoolIx};
use crate::school::{Grade, Meaning};

use super::behavior::glob;
use reading::Reader;

/// What every mark text means on every scale, and which courses are core.
#[derive(Clone, Debug)]
pub(crate) struct Gradebook {
    scales: Vec<Reader>,
    /// By course: mathematics or English language arts.
    core: Vec<bool>,
}

impl Gradebook {
    pub(crate) fn new(books: &Books, meaning: &Meaning) -> Gradebook {
        let grades = &meaning.grades;
        let globs: Vec<_> = grades
            .core
            .math
            .iter()
            .chain(&grades.core.ela)
            .map(|one| glob(one))
            .collect();
        let is_core = |course: &Course| match course.core.trim().to_ascii_lowercase().as_str() {
            "math" | "ela" => true,
            "no" => false,
            _ => globs.iter().any(|glob| glob.matches(subject_of(course))),
        };
        Gradebook {
            scales: grades.scales.iter().map(|scale| Reader::new(books, scale)).collect(),
            core: books.courses.iter().map(is_core).collect(),
        }
    }

    /// Whether the course is a recognised core course.
    pub(crate) fn is_core(&self, course: u32) -> bool {
        self.core.get(course as usize).copied().unwrap_or(false)
    }

    /// Whether any scale can read a cell.
    pub(crate) fn can_read(&self, text: u32) -> bool {
        let reads = |scale: &Reader| scale.reading(text) != MarkReading::NotUnderstood;
        self.scales.iter().any(reads)
    }

    /// Whether any scale is for a grade level.
    pub(crate) fn has_scale(&self, grade: Option<Grade>) -> bool {
        self.scales.iter().any(|scale| scale.is_for_grade(grade))
    }

    /// The scale for a mark: the first that matches.
    pub(crate) fn scale(&self, grade: Option<Grade>, school: SchoolIx, course: u32) -> Option<&Reader> {
        self.scales.iter().find(|scale| scale.is_for(grade, school, course))
    }
}

/// The word by which a course is known: the first that is filled of the crosswalk's subject, the export's, and the name.
pub(crate) fn subject_of(course: &Course) -> &str {
    let words = [&course.crosswalk_subject, &course.subject, &course.name];
    words
        .into_iter()
        .map(|word| word.trim())
        .find(|word| !word.is_empty())
        .unwrap_or("")
}
