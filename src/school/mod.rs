//! Words that every stage shares: days, school years, grade levels, alert levels, tables, what codes and marks mean, and small numbers for long names.
//!
//! In: text and numbers. Out: values that can no longer be wrong. Never: a file, a clock, a student's name.

mod day;
mod grade;
mod interner;
mod level;
mod mark;
mod meaning;
mod table;

pub use day::{Day, SchoolYear, Weekday};
pub use grade::{Grade, GradeRange};
pub use interner::{InOrder, Interner};
pub use level::{Area, Level};
pub use mark::MarkReading;
pub(crate) use mark::{number_in, read_mark};
pub(crate) use meaning::same;
pub use meaning::{
    AttendanceMeaning, BehaviorMeaning, CodeMeaning, CoreGlobs, GradesMeaning, Meaning, Periods, Rows, Scale,
    ScaleKind, TypeMeaning,
};
pub use table::{Table, Tables};
