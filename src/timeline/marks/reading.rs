//! Every mark of the books on one scale.

use crate::facts::{Books, SchoolIx};
use crate::school::{Grade, MarkReading, Scale, read_mark};

use super::subject_of;
use crate::timeline::behavior::glob;

/// One scale with every text of the books read on it.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    scale: Scale,
    /// By school; empty where the scale is for all.
    schools: Vec<bool>,
    /// By course; empty where the scale is for all.
    courses: Vec<bool>,
    readings: Vec<MarkReading>,
}

impl Reader {
    pub(crate) fn new(books: &Books, scale: &Scale) -> Reader {
        let globs: Vec<_> = scale.subjects.iter().map(|one| glob(one)).collect();
        let schools = books
            .names
            .schools
            .iter()
            .map(|id| scale.schools.iter().any(|one| one == id));
        let courses = books.courses.iter().map(|course| {
            let subject = subject_of(course);
            globs.iter().any(|glob| glob.matches(subject))
        });
        Reader {
            schools: if scale.schools.is_empty() {
                Vec::new()
            } else {
                schools.collect()
            },
            courses: if globs.is_empty() {
                Vec::new()
            } else {
                courses.collect()
            },
            readings: books.names.marks.iter().map(|text| read_mark(scale, text)).collect(),
            scale: scale.clone(),
        }
    }

    pub(crate) fn is_for_grade(&self, grade: Option<Grade>) -> bool {
        self.scale.for_grade(grade)
    }

    pub(crate) fn is_for(&self, grade: Option<Grade>, school: SchoolIx, course: u32) -> bool {
        let among = |list: &[bool], at: usize| list.is_empty() || list.get(at).copied().unwrap_or(false);
        self.scale.for_grade(grade)
            && among(&self.schools, usize::from(school.0))
            && among(&self.courses, course as usize)
    }

    pub(crate) fn reading(&self, text: u32) -> MarkReading {
        self.readings
            .get(text as usize)
            .copied()
            .unwrap_or(MarkReading::NotUnderstood)
    }
}
