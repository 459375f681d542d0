//! Supposed days judged by every rule at work.

use super::Supposed;
use super::suppose::{DayIs, Ground, Happens, courses};
use crate::facts::StudentIx;
use crate::rules::{CaseFile, Judge, Verdict};
use crate::school::{Day, Tables};
use crate::timeline::{Almanac, StudentNight};

/// School days in a row for which absences are supposed, and days for which a single event is followed: further ahead nobody plans.
/// Chosen by us.
pub(super) const NEAR_DAYS: usize = 10;
/// Incidents, days of a suspension and courses that are supposed at most. Chosen by us.
const MOST_EVENTS: u8 = 5;

/// What every rule would say of one day to come.
pub(super) struct Row {
    pub(super) day: Day,
    /// The current term.
    pub(super) term: Option<u32>,
    pub(super) verdicts: Vec<Option<Verdict>>,
}

/// What every rule would say of the days to come under one supposition.
pub(super) struct Sheet {
    pub(super) rows: Vec<Row>,
    /// The current term tonight.
    pub(super) term: Option<u32>,
    /// Whether days that the calendar has are left out: the student leaves the school, or they were not looked at.
    pub(super) cut: bool,
}

/// A supposition's sheets: one for days in a row, one for each number of events.
pub(super) struct Story {
    pub(super) supposed: Supposed,
    /// By count; the first is one event. Days in a row have one sheet, in which the count is that of the days.
    pub(super) sheets: Vec<Sheet>,
}

/// What it takes to judge supposed days.
pub(super) struct Desk<'d, 'r> {
    pub(super) ground: Ground<'d>,
    pub(super) almanac: &'d Almanac<'d>,
    pub(super) judge: Judge<'r>,
    /// Courses with a mark tonight and those that fail: others, core courses.
    pub(super) courses: [(usize, usize); 2],
}

impl Desk<'_, '_> {
    /// What the rules say of so many days to come; `None` where the district's tables have no word for what happens.
    pub(super) fn sheet(&mut self, happens: Happens, most: usize) -> Option<Sheet> {
        let books = self.ground.books_where(happens)?;
        let almanac = self.almanac.supposing(&books, self.ground.as_of);
        let mut rows = Vec::new();
        let days = &self.ground.days[..most.min(self.ground.days.len())];
        for &day in days {
            let night = almanac.night(day);
            let numbers = night.student(StudentIx(0));
            let Some(numbers) = numbers.filter(|numbers| numbers.school() == self.ground.school) else {
                break;
            };
            if let Happens::Marks { count, core, fail } = happens
                && numbers.term().map(|term| term.term) == self.ground.term
            {
                let (marked, failing) = self.courses[usize::from(core)];
                let failing = if fail { failing + count } else { failing - count };
                if courses(&numbers, core) != (marked, failing) {
                    return None;
                }
            }
            let mut verdicts = Vec::new();
            self.judge.night(&case(&numbers, Tables::default()), &mut verdicts);
            rows.push(Row {
                day,
                term: numbers.term().map(|term| term.term),
                verdicts,
            });
        }
        Some(Sheet {
            cut: rows.len() < self.ground.days.len(),
            rows,
            term: self.ground.term,
        })
    }

    pub(super) fn stories(&mut self) -> Vec<Story> {
        let mut stories = Vec::new();
        for (supposed, day_is) in [
            (Supposed::UnexcusedAbsence, DayIs::Unexcused),
            (Supposed::ExcusedAbsence, DayIs::Excused),
            (Supposed::Late, DayIs::Late),
        ] {
            let sheets = self
                .sheet(Happens::Days(NEAR_DAYS, day_is), NEAR_DAYS)
                .into_iter()
                .collect();
            stories.push(Story { supposed, sheets });
        }
        for supposed in [Supposed::Incident, Supposed::Suspension, Supposed::SuspensionDay] {
            let happens = |number: u8| match supposed {
                Supposed::Incident => Happens::Incidents {
                    count: number,
                    days: None,
                },
                Supposed::Suspension => Happens::Incidents {
                    count: number,
                    days: Some(1),
                },
                _ => Happens::Incidents {
                    count: 1,
                    days: Some(number),
                },
            };
            let sheets = (1..=MOST_EVENTS).map_while(|number| self.sheet(happens(number), NEAR_DAYS));
            let sheets = sheets.collect();
            stories.push(Story { supposed, sheets });
        }
        for (supposed, core, fail) in [
            (Supposed::FailingCourse, false, true),
            (Supposed::FailingCoreCourse, true, true),
            (Supposed::PassingCourse, false, false),
            (Supposed::PassingCoreCourse, true, false),
        ] {
            let counts = 1..=usize::from(MOST_EVENTS);
            let sheets = counts.map_while(|count| self.sheet(Happens::Marks { count, core, fail }, NEAR_DAYS));
            let sheets = sheets.collect();
            stories.push(Story { supposed, sheets });
        }
        stories
    }
}

/// A student's case for the rules.
pub(super) fn case<'n>(numbers: &'n StudentNight<'n>, held: Tables) -> CaseFile<'n> {
    CaseFile {
        numbers,
        school_id: numbers.school_id(),
        grade: numbers.grade(),
        held,
    }
}
