//! The whole vocabulary of rules: every word and call once, with its type, unit and when it is missing. The checker, the
//! registration with the engine and the reference page are made from these two tables and from nothing else.

use crate::indicators::Word;

/// What kind of value a word gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// A number that need not be whole.
    Number,
    /// A text.
    Text,
    /// Yes or no.
    YesNo,
    /// A level.
    Level,
    /// A window.
    Window,
    /// Whatever stands before it, or else what is handed in.
    Same,
}

impl Kind {
    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Whole => "whole number",
            Kind::Number => "number",
            Kind::Text => "text",
            Kind::YesNo => "yes or no",
            Kind::Level => "level",
            Kind::Window => "window",
            Kind::Same => "as before it",
        }
    }
}

/// One word.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The word.
    pub word: Word,
    /// What it gives.
    pub kind: Kind,
    /// Its unit.
    pub unit: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// When it cannot be had; empty where it always can.
    pub missing: &'static str,
    /// How a rule writes it.
    pub example: &'static str,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Its name.
    pub name: &'static str,
    /// How it is written.
    pub signature: &'static str,
    /// What it gives.
    pub kind: Kind,
    /// Whether it is asked of the student (`student.has("average")`) or stands alone (`last(20)`).
    pub of_student: bool,
    /// Numbers of arguments that it takes, the student not counted.
    pub arguments: &'static [usize],
    /// What it is, in a sentence.
    pub about: &'static str,
}

const NO_DAYS: &str = "no calendar, no attendance row of the school this year, or no enrolled day in the window";
const NO_MARKS: &str = "no course with a mark this term";
const NO_BEHAVIOR: &str = "no behavior file has come yet";

const fn entry(
    word: Word,
    kind: Kind,
    unit: &'static str,
    about: &'static str,
    missing: &'static str,
    example: &'static str,
) -> Entry {
    Entry {
        word,
        kind,
        unit,
        about,
        missing,
        example,
    }
}

/// Every word, in the order of the reference page.
pub const WORDS: &[Entry] = &[
    entry(
        Word::Absences,
        Kind::Number,
        "days",
        "Days absent for any reason, suspended included; half days count half.",
        NO_DAYS,
        "student.absences(last(20))",
    ),
    entry(
        Word::Unexcused,
        Kind::Number,
        "days",
        "Days absent without an excuse; an unverified absence counts once its days to verify are over.",
        NO_DAYS,
        "student.unexcused(days(45))",
    ),
    entry(
        Word::Excused,
        Kind::Number,
        "days",
        "Days absent with an excuse.",
        NO_DAYS,
        "student.excused",
    ),
    entry(
        Word::Tardies,
        Kind::Whole,
        "days",
        "Days on which the student came late and was not absent all day.",
        NO_DAYS,
        "student.tardies(last(20))",
    ),
    entry(
        Word::AbsencePercent,
        Kind::Number,
        "percent",
        "Absences ÷ enrolled days × 100.",
        NO_DAYS,
        "student.absence_percent",
    ),
    entry(
        Word::EnrolledDays,
        Kind::Whole,
        "days",
        "Instructional days enrolled, up to the school's through day.",
        "no calendar, or no attendance row of the school this year",
        "student.enrolled_days",
    ),
    entry(
        Word::Incidents,
        Kind::Whole,
        "incidents",
        "Distinct incidents in an offender role and of a type that counts.",
        NO_BEHAVIOR,
        "student.incidents(days(30), \"Fight*\")",
    ),
    entry(
        Word::Suspensions,
        Kind::Whole,
        "incidents",
        "Distinct incidents that led to a suspension out of school.",
        NO_BEHAVIOR,
        "student.suspensions(days(60))",
    ),
    entry(
        Word::RemovalDays,
        Kind::Number,
        "days",
        "Days suspended out of school; a blank cell is one day.",
        NO_BEHAVIOR,
        "student.removal_days",
    ),
    entry(
        Word::Streak,
        Kind::Whole,
        "days",
        "The run of fully absent days that ends on the through day.",
        NO_DAYS,
        "student.streak",
    ),
    entry(
        Word::UnexcusedStreak,
        Kind::Whole,
        "days",
        "The run of fully absent days, all unexcused, that ends on the through day.",
        NO_DAYS,
        "student.unexcused_streak",
    ),
    entry(
        Word::Pacing,
        Kind::Number,
        "ratio",
        "The largest, over the months begun, of absences so far ÷ 2, 4 and 6 for months 1, 2 and 3.",
        NO_DAYS,
        "student.pacing",
    ),
    entry(
        Word::Average,
        Kind::Number,
        "percent",
        "The unweighted mean of the courses' percents in the current term.",
        "no course with a percent this term",
        "student.average",
    ),
    entry(
        Word::PreviousAverage,
        Kind::Number,
        "percent",
        "The same for the previous term.",
        "no previous term, or no course with a mark in it",
        "student.previous_average",
    ),
    entry(
        Word::Drop,
        Kind::Number,
        "points",
        "Previous average minus current average.",
        "either average is missing",
        "student.drop",
    ),
    entry(
        Word::Marks,
        Kind::Whole,
        "courses",
        "Courses with a mark this term.",
        "",
        "student.marks",
    ),
    entry(
        Word::PreviousMarks,
        Kind::Whole,
        "courses",
        "Courses with a mark in the previous term.",
        "",
        "student.previous_marks",
    ),
    entry(
        Word::Failing,
        Kind::Whole,
        "courses",
        "Courses whose mark is failing this term.",
        NO_MARKS,
        "student.failing",
    ),
    entry(
        Word::CoreFailing,
        Kind::Whole,
        "courses",
        "Core courses whose mark is failing this term.",
        "no recognised core course has a mark this term",
        "student.core_failing",
    ),
    entry(
        Word::MissingWork,
        Kind::Whole,
        "assignments",
        "Missing assignments over this term's courses.",
        "no course says how many",
        "student.missing_work",
    ),
    entry(
        Word::DayOfEnrollment,
        Kind::Whole,
        "calendar days",
        "Calendar days from the first enrolled day of the year, which is day 1, to the through day.",
        NO_DAYS,
        "student.day_of_enrollment",
    ),
    entry(
        Word::DaysSinceEntry,
        Kind::Whole,
        "calendar days",
        "Calendar days since the student entered this school; without an entry date since the school year began.",
        "",
        "student.days_since_entry",
    ),
    entry(
        Word::EnteredLate,
        Kind::YesNo,
        "",
        "Whether the student entered this school more than 14 calendar days after the year's start, new there.",
        "",
        "student.entered_late",
    ),
    entry(
        Word::DayOfTerm,
        Kind::Whole,
        "days",
        "The school's instructional days from the term's first to the as-of day.",
        "no term, or neither a calendar nor rows for every day",
        "student.day_of_term",
    ),
    entry(
        Word::Grade,
        Kind::Whole,
        "grade",
        "The grade level: PK is -1, KG is 0.",
        "the grade is not understood",
        "student.grade",
    ),
    entry(Word::School, Kind::Text, "", "The school's id.", "", "student.school"),
    entry(
        Word::InProgram,
        Kind::YesNo,
        "",
        "Whether the student is in a program.",
        "",
        "student.in_program(\"iep\")",
    ),
    entry(
        Word::PlanOpen,
        Kind::YesNo,
        "",
        "Whether a plan is open in an area.",
        "",
        "student.plan_open(\"attendance\")",
    ),
    entry(
        Word::DaysSinceContact,
        Kind::Whole,
        "school days",
        "School days since somebody last made contact in an area.",
        "no contact this year",
        "student.days_since_contact(\"attendance\")",
    ),
];

/// Every call that is no word.
pub const CALLS: &[Call] = &[
    Call {
        name: "last",
        signature: "last(n)",
        kind: Kind::Window,
        of_student: false,
        arguments: &[1],
        about: "The student's last n enrolled days up to the through day.",
    },
    Call {
        name: "days",
        signature: "days(n)",
        kind: Kind::Window,
        of_student: false,
        arguments: &[1],
        about: "The n calendar days that end on the through day (for incidents: on the as-of day).",
    },
    Call {
        name: "has",
        signature: "student.has(\"word\")",
        kind: Kind::YesNo,
        of_student: true,
        arguments: &[1],
        about: "Whether a word can be had; asking first keeps a missing word from making the verdict unknown.",
    },
    Call {
        name: "or",
        signature: "student.word.or(value)",
        kind: Kind::Same,
        of_student: true,
        arguments: &[1],
        about: "Directly behind a word: the value to take where the word is missing.",
    },
    Call {
        name: "level",
        signature: "student.level(\"rule\")",
        kind: Kind::Level,
        of_student: true,
        arguments: &[1],
        about: "Tonight's level of another live rule; compare it with \"watch\", \"concern\" or \"urgent\".",
    },
    Call {
        name: "level_in",
        signature: "student.level_in(\"area\")",
        kind: Kind::Level,
        of_student: true,
        arguments: &[1],
        about: "The gravest of tonight's levels of the live rules of an area.",
    },
    Call {
        name: "areas_at",
        signature: "student.areas_at(\"level\")",
        kind: Kind::Whole,
        of_student: true,
        arguments: &[1],
        about: "The number of areas, `combined` and `context` left out, in which a live rule reaches the level.",
    },
];

/// The entry of a word, by its name.
pub fn word(name: &str) -> Option<&'static Entry> {
    WORDS.iter().find(|entry| entry.word.word() == name)
}

/// A call, by its name.
pub fn call(name: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.name == name)
}

/// Whether the word takes a text in brackets and nothing else, as `in_program` does.
pub fn takes_text(word: Word) -> bool {
    matches!(word, Word::InProgram | Word::PlanOpen | Word::DaysSinceContact)
}

/// Numbers of arguments that the word takes in brackets; empty where it takes none.
pub fn arguments(word: Word) -> &'static [usize] {
    match word {
        Word::Incidents => &[1, 2],
        word if takes_text(word) || word.takes_window() => &[1],
        _ => &[],
    }
}

/// Every name that a rule's own functions may not bear.
pub fn names() -> impl Iterator<Item = &'static str> {
    WORDS
        .iter()
        .map(|entry| entry.word.word())
        .chain(CALLS.iter().map(|call| call.name))
}

#[cfg(test)]
mod tests {
    use super::{WORDS, names};
    use crate::indicators::Word;

    #[test]
    fn every_word_has_one_entry_and_every_name_is_its_own() {
        let words: Vec<Word> = WORDS.iter().map(|entry| entry.word).collect();
        assert_eq!(words, Word::ALL);
        let mut all: Vec<&str> = names().collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
