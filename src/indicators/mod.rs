//! Numbers about one student on one day: one file each, with its definition and source.
//!
//! In: [`Books`](crate::facts::Books) and what the district's codes and marks mean. Out: a [`Value`] for every
//! [`Ask`]. Never: a level, a threshold, a name.

use std::sync::Arc;

use crate::school::{Table, Tables};

mod absence_percent;
mod absences;
mod answer;
mod average;
mod core_failing;
mod day_of_enrollment;
mod day_of_term;
mod days_since_contact;
mod days_since_entry;
mod drop;
mod enrolled_days;
mod entered_late;
mod excused;
mod explain;
mod failing;
mod grade;
mod in_program;
mod incidents;
mod marks;
mod missing_work;
mod pacing;
mod plan_open;
mod previous_average;
mod previous_marks;
mod removal_days;
mod school;
mod streak;
mod suspensions;
mod tardies;
mod unexcused;
mod unexcused_streak;

#[cfg(test)]
mod tests;

/// A word that rules may use. The vocabulary's types, units and prose stand in `rules::vocabulary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// `absences`.
    Absences,
    /// `unexcused`.
    Unexcused,
    /// `excused`.
    Excused,
    /// `tardies`.
    Tardies,
    /// `absence_percent`.
    AbsencePercent,
    /// `enrolled_days`.
    EnrolledDays,
    /// `incidents`.
    Incidents,
    /// `suspensions`.
    Suspensions,
    /// `removal_days`.
    RemovalDays,
    /// `streak`.
    Streak,
    /// `unexcused_streak`.
    UnexcusedStreak,
    /// `pacing`.
    Pacing,
    /// `average`.
    Average,
    /// `previous_average`.
    PreviousAverage,
    /// `drop`.
    Drop,
    /// `marks`.
    Marks,
    /// `previous_marks`.
    PreviousMarks,
    /// `failing`.
    Failing,
    /// `core_failing`.
    CoreFailing,
    /// `missing_work`.
    MissingWork,
    /// `day_of_enrollment`.
    DayOfEnrollment,
    /// `days_since_entry`.
    DaysSinceEntry,
    /// `entered_late`.
    EnteredLate,
    /// `day_of_term`.
    DayOfTerm,
    /// `grade`.
    Grade,
    /// `school`.
    School,
    /// `in_program("iep")`; the program stands in [`Ask::text`].
    InProgram,
    /// `plan_open("attendance")`; the area stands in [`Ask::text`].
    PlanOpen,
    /// `days_since_contact("attendance")`, in school days; the area stands in [`Ask::text`].
    DaysSinceContact,
}

impl Word {
    /// All words, in the order of the reference page.
    pub const ALL: [Word; 29] = [
        Word::Absences,
        Word::Unexcused,
        Word::Excused,
        Word::Tardies,
        Word::AbsencePercent,
        Word::EnrolledDays,
        Word::Incidents,
        Word::Suspensions,
        Word::RemovalDays,
        Word::Streak,
        Word::UnexcusedStreak,
        Word::Pacing,
        Word::Average,
        Word::PreviousAverage,
        Word::Drop,
        Word::Marks,
        Word::PreviousMarks,
        Word::Failing,
        Word::CoreFailing,
        Word::MissingWork,
        Word::DayOfEnrollment,
        Word::DaysSinceEntry,
        Word::EnteredLate,
        Word::DayOfTerm,
        Word::Grade,
        Word::School,
        Word::InProgram,
        Word::PlanOpen,
        Word::DaysSinceContact,
    ];

    /// The word as rules write it.
    pub fn word(self) -> &'static str {
        match self {
            Word::Absences => "absences",
            Word::Unexcused => "unexcused",
            Word::Excused => "excused",
            Word::Tardies => "tardies",
            Word::AbsencePercent => "absence_percent",
            Word::EnrolledDays => "enrolled_days",
            Word::Incidents => "incidents",
            Word::Suspensions => "suspensions",
            Word::RemovalDays => "removal_days",
            Word::Streak => "streak",
            Word::UnexcusedStreak => "unexcused_streak",
            Word::Pacing => "pacing",
            Word::Average => "average",
            Word::PreviousAverage => "previous_average",
            Word::Drop => "drop",
            Word::Marks => "marks",
            Word::PreviousMarks => "previous_marks",
            Word::Failing => "failing",
            Word::CoreFailing => "core_failing",
            Word::MissingWork => "missing_work",
            Word::DayOfEnrollment => "day_of_enrollment",
            Word::DaysSinceEntry => "days_since_entry",
            Word::EnteredLate => "entered_late",
            Word::DayOfTerm => "day_of_term",
            Word::Grade => "grade",
            Word::School => "school",
            Word::InProgram => "in_program",
            Word::PlanOpen => "plan_open",
            Word::DaysSinceContact => "days_since_contact",
        }
    }

    /// Whether the word takes `last(n)` and `days(n)`.
    pub fn takes_window(self) -> bool {
        matches!(
            self,
            Word::Absences
                | Word::Unexcused
                | Word::Excused
                | Word::Tardies
                | Word::AbsencePercent
                | Word::EnrolledDays
                | Word::Incidents
                | Word::Suspensions
                | Word::RemovalDays
        )
    }

    /// The tables whose feeds the word reads: where one of them is held, so is every rule with this word.
    pub fn reads(self) -> Tables {
        match self {
            Word::Absences
            | Word::Unexcused
            | Word::Excused
            | Word::Tardies
            | Word::AbsencePercent
            | Word::EnrolledDays
            | Word::Streak
            | Word::UnexcusedStreak
            | Word::Pacing
            | Word::DayOfEnrollment => Tables::one(Table::Attendance),
            Word::Incidents | Word::Suspensions | Word::RemovalDays => Tables::one(Table::Behavior),
            Word::Average
            | Word::PreviousAverage
            | Word::Drop
            | Word::Marks
            | Word::PreviousMarks
            | Word::Failing
            | Word::CoreFailing
            | Word::MissingWork => Tables::one(Table::Grades),
            Word::DaysSinceEntry | Word::EnteredLate | Word::Grade | Word::School | Word::InProgram => {
                Tables::one(Table::Students).and(Tables::one(Table::Enrollments))
            }
            Word::DayOfTerm => Tables::one(Table::Terms),
            Word::PlanOpen => Tables::one(Table::Interventions),
            Word::DaysSinceContact => Tables::one(Table::Contacts),
        }
    }
}

/// The stretch of the year that a number is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// The school year so far.
    Year,
    /// The student's last so many enrolled days up to the through day.
    Last(u32),
    /// So many calendar days that end on the through day (for incidents: on the as-of day).
    Days(u32),
}

/// One question about a student on a day: a word, its window, and for some words a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    /// The word.
    pub word: Word,
    /// The window; [`Window::Year`] for a bare word.
    pub window: Window,
    /// The program, the area, or for `incidents(window, "glob")` the glob over incident types.
    pub text: Option<Arc<str>>,
}

impl Ask {
    /// The bare word.
    pub fn year(word: Word) -> Ask {
        Ask {
            word,
            window: Window::Year,
            text: None,
        }
    }

    /// The word over a window.
    pub fn over(word: Word, window: Window) -> Ask {
        Ask {
            word,
            window,
            text: None,
        }
    }
}

/// What is known of an ask.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A count.
    Count(i64),
    /// A number that need not be whole: a percent, an average, days absent with half days (exact thousandths).
    Number(f64),
    /// A text: the school's id.
    Text(Arc<str>),
    /// Yes or no.
    Yes(bool),
    /// Cannot be had: no calendar, no marks yet.
    Missing,
}

/// One student on one day, ready to answer.
pub trait Numbers {
    /// The answer to an ask; the same for the same ask, however often.
    fn ask(&self, ask: &Ask) -> Value;

    /// What a plugin's program of a version has told of the student under a word of its own; missing where it was not asked or did
    /// not tell.
    fn told(&self, _word: &str, _version: &str) -> Value {
        Value::Missing
    }
}
