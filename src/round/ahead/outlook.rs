//! What is told of days to come: what is supposed, what a standing becomes and when, or why nothing can be told.

use std::fmt;

use crate::indicators::Word;
use crate::rules::Verdict;
use crate::school::{Day, Level, Tables};

/// What is supposed of the days to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supposed {
    /// No absence, no late arrival, no incident, marks as they are: school days alone go by.
    Quiet,
    /// Absent all day, for whatever reason.
    Absence,
    /// Absent all day without an excuse.
    UnexcusedAbsence,
    /// Absent all day with an excuse.
    ExcusedAbsence,
    /// Late.
    Late,
    /// An incident.
    Incident,
    /// A suspension of one day.
    Suspension,
    /// A day of one suspension.
    SuspensionDay,
    /// A course that passes begins to fail, whichever it is.
    FailingCourse,
    /// A core course that passes begins to fail.
    FailingCoreCourse,
    /// A course that fails begins to pass, whichever it is.
    PassingCourse,
    /// A core course that fails begins to pass.
    PassingCoreCourse,
}

impl Supposed {
    /// Whether it is supposed of school days in a row, from the next one on.
    pub fn is_in_a_row(self) -> bool {
        matches!(
            self,
            Supposed::Absence | Supposed::UnexcusedAbsence | Supposed::ExcusedAbsence | Supposed::Late
        )
    }

    /// Whether it is about courses that fail or pass.
    pub fn is_of_courses(self) -> bool {
        self.is_better() || matches!(self, Supposed::FailingCourse | Supposed::FailingCoreCourse)
    }

    /// Whether it can but help.
    pub(super) fn is_better(self) -> bool {
        matches!(self, Supposed::PassingCourse | Supposed::PassingCoreCourse)
    }
}

/// What a standing becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// Flagged at this level.
    At(Level),
    /// No longer flagged.
    Clear,
    /// No longer flagged, because the rule is no longer for the student.
    Unmeasured,
    /// Judged at all, and clear: so far the rule was not for the student.
    Judged,
}

impl Becomes {
    pub(super) fn of(level: Option<Level>, verdict: &Verdict) -> Becomes {
        match level {
            Some(level) => Becomes::At(level),
            None if verdict.is_judged() => Becomes::Clear,
            None => Becomes::Unmeasured,
        }
    }

    /// The level then.
    pub fn level(self) -> Option<Level> {
        match self {
            Becomes::At(level) => Some(level),
            Becomes::Clear | Becomes::Unmeasured | Becomes::Judged => None,
        }
    }
}

/// One change that would come, and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// What is supposed.
    pub supposed: Supposed,
    /// How often: quiet school days, absences on so many school days in a row from the next one on, incidents or days of a suspension
    /// that begins on the next school day, courses from the next school day on.
    pub count: usize,
    /// The last school day on which it is supposed.
    pub until: Day,
    /// The school day whose night changes the standing.
    pub day: Day,
    /// To what.
    pub becomes: Becomes,
}

/// What is ahead of one student under one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The changes; those of quiet days first, in their order.
    pub turns: Vec<Turn>,
    /// The last school day of the calendar, where a flag would still be open then though nothing more happens.
    pub open_to: Option<Day>,
    /// The words that the rule asked for tonight, those of the rules that it asks included.
    pub words: Vec<Word>,
    /// The tables that it reads.
    pub reads: Tables,
}

/// Why nothing can be said of the days to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cannot {
    /// The school has no calendar.
    NoCalendar,
    /// The last school day's attendance is not there yet, or the rule has not judged that day.
    Behind,
    /// The rule was changed since the last round.
    Edited,
    /// The rule waits for the night on which it looks at the whole school, and believes levels only after some days.
    NoBaseline,
    /// The rule hears a plugin's program.
    Program,
    /// The rule did not judge tonight for want of something: what is missing may come.
    NotJudged,
}

impl fmt::Display for Cannot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cannot::NoCalendar => "the school has no calendar of the days to come",
            Cannot::Behind => "this rule has not judged the last school day yet",
            Cannot::Edited => "the rule was changed since the last round",
            Cannot::NoBaseline => "the rule has not looked at the whole school yet",
            Cannot::Program => "a plugin's program has its say, and cannot be asked about days to come",
            Cannot::NotJudged => "something that the rule needs is missing",
        })
    }
}
