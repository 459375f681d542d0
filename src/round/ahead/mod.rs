//! What would have to happen for a flag to change: days to come are written into one student's facts, judged by the rules at work and
//! taken through the crossings, as the nights would do it.
//!
//! In: an almanac, rules, a ledger as the last round left them. Out: an [`Outlook`] for a rule, or why there is none ([`Cannot`]).
//! Never: a guess. What depends on marks, programs or calendars that nobody knows is left out, and nothing is kept.

mod desk;
mod outlook;
mod suppose;
mod walk;

pub use outlook::{Becomes, Cannot, Outlook, Supposed, Turn};

#[cfg(test)]
mod tests;

use std::cell::RefCell;

use super::held::Held;
use super::ledger::Ledger;
use crate::crossings::Standing;
use crate::facts::{SchoolIx, StudentIx};
use crate::indicators::Word;
use crate::rules::{CaseFile, Heard, Judge, NotFor, Rule, RuleSet, Verdict};
use crate::school::{Day, Level, Table, Tables};
use crate::timeline::{Almanac, StudentNight};
use desk::{Desk, Sheet, Story, case};
use suppose::{DayIs, Ground, Happens, courses};
use walk::{Step, Walk};

/// Where the days to come begin.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// The year as it is known.
    pub almanac: &'a Almanac<'a>,
    /// The rules at work.
    pub rules: &'a RuleSet,
    /// Standings as the last round left them.
    pub ledger: &'a Ledger,
    /// What the last round held.
    pub held: &'a Held,
    /// The day of the last round.
    pub as_of: Day,
}

/// One student's days to come, supposed once for all rules.
pub struct Ahead<'a> {
    start: Start<'a>,
    student: StudentIx,
    school: SchoolIx,
    /// The school's last instructional day up to the as-of day.
    last_school_day: Option<Day>,
    has_calendar: bool,
    quiet: Sheet,
    stories: Vec<Story>,
    /// One for all rules: each costs milliseconds.
    judge: RefCell<Judge<'a>>,
}

impl<'a> Ahead<'a> {
    /// Supposes the days to come of one active student, whose numbers of tonight are handed in.
    pub fn new(start: Start<'a>, numbers: &StudentNight<'_>) -> Ahead<'a> {
        let (almanac, school) = (start.almanac, numbers.school());
        let days = almanac.instructional_days(school, Some(start.as_of), almanac.books().year.end);
        let marks = numbers.current_marks();
        let mut desk = Desk {
            ground: Ground {
                meaning: almanac.meaning(),
                books: almanac.books(),
                student: numbers.number(),
                school,
                as_of: start.as_of,
                days: &days,
                marks: &marks,
                term: numbers.term().map(|term| term.term),
            },
            almanac,
            judge: Judge::new(start.rules),
            courses: [courses(numbers, false), courses(numbers, true)],
        };
        let quiet = desk.sheet(Happens::Days(0, DayIs::Present), days.len());
        let stories = quiet.as_ref().map(|_| desk.stories()).unwrap_or_default();
        Ahead {
            start,
            student: numbers.number(),
            school,
            last_school_day: almanac.instructional_days(school, None, start.as_of).last().copied(),
            has_calendar: almanac.has_calendar(school) && quiet.is_some(),
            quiet: quiet.unwrap_or_else(|| Sheet {
                rows: Vec::new(),
                term: None,
                cut: true,
            }),
            stories,
            judge: RefCell::new(desk.judge),
        }
    }

    /// What is ahead under one rule, by its number.
    ///
    /// # Errors
    ///
    /// Why nothing can be said.
    pub fn of(&self, rule: usize, tonight: &Verdict, numbers: &StudentNight<'_>) -> Result<Outlook, Cannot> {
        let start = self.start;
        let at_work = &start.rules.rules()[rule];
        self.may_tell(rule, tonight, numbers)?;
        let again = |day: Day| self.again(rule, day);
        let card = at_work.card(numbers.school_id());
        let standing = start.ledger.standing(self.student, rule as u16);
        let walk = |standing: &Standing| Walk {
            rule,
            edges: &card.edges,
            digest: at_work.digest(numbers.school_id()),
            standing: standing.clone(),
            again: &again,
            judged: tonight.is_judged(),
            ends_with_term: at_work
                .reads()
                .meets(Tables::one(Table::Grades).and(Tables::one(Table::Terms))),
        };
        let (quiet, to_the_end) = walk(&standing).changes(&self.quiet);
        let mut turns: Vec<Turn> = quiet
            .iter()
            .map(|step| turn(Supposed::Quiet, step.days, step.day, step))
            .collect();
        let words = self.words(rule, numbers);
        if tonight.is_judged() {
            let about_failing = words
                .iter()
                .any(|word| matches!(word, Word::Failing | Word::CoreFailing));
            let about_heights = [Word::Average, Word::Drop, Word::MissingWork];
            let may_fail = about_failing && !words.iter().any(|word| about_heights.contains(word));
            let told = self
                .stories
                .iter()
                .filter(|story| may_fail || !story.supposed.is_of_courses());
            let events = told.flat_map(|story| leads_to(story, &standing, &quiet, walk));
            turns.extend(merged(events.collect()));
        }
        let last = turns.iter().rfind(|turn| turn.supposed == Supposed::Quiet);
        let level = last.map_or(standing.level, |turn| turn.becomes.level());
        let end = self.quiet.rows.last().map(|row| row.day);
        Ok(Outlook {
            open_to: end.filter(|_| to_the_end && level.is_some()),
            turns,
            words,
            reads: at_work.reads(),
        })
    }

    fn may_tell(&self, rule: usize, tonight: &Verdict, numbers: &StudentNight<'_>) -> Result<(), Cannot> {
        let start = self.start;
        let at_work = &start.rules.rules()[rule];
        if matches!(tonight, Verdict::Unknown(_) | Verdict::Held(_)) {
            return Err(Cannot::NotJudged);
        }
        if !self.has_calendar {
            return Err(Cannot::NoCalendar);
        }
        let asks = !at_work.asks().is_empty();
        let hears = |rule: &Rule| rule.hears_programs();
        if hears(at_work) || (asks && start.rules.alone(at_work.id()).rules().iter().any(hears)) {
            return Err(Cannot::Program);
        }
        let desk = start.ledger.desks.get(&(self.school, rule as u16));
        let Some(desk) = desk.filter(|desk| desk.last.is_some()) else {
            return Err(Cannot::Behind);
        };
        if desk.digest != at_work.digest(numbers.school_id()) {
            return Err(Cannot::Edited);
        }
        let reaches = !at_work.reads_attendance() || numbers.through() >= self.last_school_day;
        let held = start.held.at(self.school);
        if desk.last < self.last_school_day || !reaches || at_work.reads().meets(held) {
            return Err(Cannot::Behind);
        }
        let after = at_work.card(numbers.school_id()).edges.after;
        if desk.baseline.done.is_none() && after > 1 {
            return Err(Cannot::NoBaseline);
        }
        Ok(())
    }

    /// What the rule says of a day up to tonight.
    fn again(&self, rule: usize, day: Day) -> Verdict {
        let nowhere = Verdict::NotApplicable(NotFor::Applies);
        let night = self.start.almanac.night(day);
        let Some(numbers) = night.student(self.student) else {
            return nowhere;
        };
        let mut row = Vec::new();
        let held = self.start.held.at(self.school);
        self.judge.borrow_mut().night(&case(&numbers, held), &mut row);
        row.get(rule).cloned().flatten().unwrap_or(nowhere)
    }

    fn words(&self, rule: usize, numbers: &StudentNight<'_>) -> Vec<Word> {
        let at_work = &self.start.rules.rules()[rule];
        let heard = Heard::new(numbers);
        let file = CaseFile {
            numbers: &heard,
            ..case(numbers, Tables::default())
        };
        if at_work.asks().is_empty() {
            self.judge.borrow_mut().one(rule, &file);
        } else {
            let alone = self.start.rules.alone(at_work.id());
            Judge::new(&alone).night(&file, &mut Vec::new());
        }
        let mut words: Vec<Word> = heard.asked().into_iter().map(|(ask, _)| ask.word).collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

/// The graver levels that a story leads to, or the lower ones where it can but help: for each the least count and the first day, where
/// quiet days alone do not lead there as soon.
fn leads_to<'w>(story: &Story, standing: &Standing, quiet: &[Step], walk: impl Fn(&Standing) -> Walk<'w>) -> Vec<Turn> {
    let as_far = |one: Option<Level>, other: Option<Level>| match story.supposed.is_better() {
        true => one <= other,
        false => one >= other,
    };
    let mut turns: Vec<Turn> = Vec::new();
    for (at, sheet) in story.sheets.iter().enumerate() {
        for step in walk(standing).changes(sheet).0 {
            let level = step.becomes.level();
            let known = turns.iter().any(|turn| as_far(turn.becomes.level(), level));
            let anyway = quiet
                .iter()
                .any(|quiet| as_far(quiet.becomes.level(), level) && quiet.day <= step.day);
            let ends = matches!(step.becomes, Becomes::Unmeasured | Becomes::Judged);
            if as_far(standing.level, level) || known || anyway || ends {
                continue;
            }
            let (count, until) = match sheet.rows.first() {
                Some(first) if !story.supposed.is_in_a_row() => (at + 1, first.day),
                _ => (step.days, step.day),
            };
            turns.push(turn(story.supposed, count, until, &step));
        }
    }
    turns
}

fn turn(supposed: Supposed, count: usize, until: Day, step: &Step) -> Turn {
    Turn {
        supposed,
        count,
        until,
        day: step.day,
        becomes: step.becomes,
    }
}

/// Two kinds that lead to the same are one: an absence with an excuse or without, a core course or another, a day of suspension and a
/// suspension of a day. A suspension is an incident too, so that where incidents do the same nothing is said of suspensions.
fn merged(turns: Vec<Turn>) -> Vec<Turn> {
    let same = |one: &Turn, other: &Turn| {
        (one.count, one.until, one.day, one.becomes) == (other.count, other.until, other.day, other.becomes)
    };
    let has = |supposed: Supposed, like: &Turn| turns.iter().any(|turn| turn.supposed == supposed && same(turn, like));
    let mut merged = Vec::new();
    for turn in &turns {
        let supposed = match turn.supposed {
            Supposed::UnexcusedAbsence if has(Supposed::ExcusedAbsence, turn) => Supposed::Absence,
            Supposed::ExcusedAbsence if has(Supposed::UnexcusedAbsence, turn) => continue,
            Supposed::Suspension | Supposed::SuspensionDay if has(Supposed::Incident, turn) => continue,
            Supposed::Suspension if turn.count > 1 && has(Supposed::SuspensionDay, turn) => continue,
            Supposed::SuspensionDay if turn.count == 1 && has(Supposed::Suspension, turn) => continue,
            Supposed::FailingCoreCourse if has(Supposed::FailingCourse, turn) => continue,
            Supposed::PassingCoreCourse if has(Supposed::PassingCourse, turn) => continue,
            other => other,
        };
        merged.push(Turn { supposed, ..*turn });
    }
    merged
}
