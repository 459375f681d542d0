//! The days, marks and incidents that made a number: for `explain`. No course of action, no incident type, no name.

use crate::facts::Incident;
use crate::school::Day;
use crate::timeline::{ChosenMark, StretchDay, StudentNight, TermSpan};

use super::answer::{attended, dates};
use super::removal_days::{length, removals};
use super::{Ask, Window, Word, days_since_contact, plan_open, unexcused_streak};

impl StudentNight<'_> {
    /// What made the number that answers the ask: each day, oldest first, with words about it. Empty where nothing did, or
    /// where the number cannot be had.
    pub fn days(&self, ask: &Ask) -> Vec<(Day, String)> {
        let mut days = self.unsorted_days(ask);
        days.sort();
        days
    }

    /// The first and last day of what the number that answers the ask is about, both included; `None` where the number has no such
    /// stretch or cannot be had.
    pub fn span(&self, ask: &Ask) -> Option<(Day, Day)> {
        let term = |term: Option<TermSpan>| term.map(|term| (term.start, term.end));
        match ask.word {
            Word::Absences
            | Word::Unexcused
            | Word::Excused
            | Word::Tardies
            | Word::AbsencePercent
            | Word::EnrolledDays => {
                let (year, through) = (self.books().year, self.through()?);
                let first = match ask.window {
                    Window::Days(days) => through.plus(1 - i32::try_from(days).ok()?).max(year.start),
                    _ => year.day(attended(self, ask.window)?.first()?),
                };
                Some((first, through))
            }
            Word::Incidents | Word::Suspensions | Word::RemovalDays => {
                let (first, last) = dates(self, ask.window)?;
                Some((first.max(self.books().year.start), last))
            }
            Word::Average | Word::Marks | Word::Failing | Word::CoreFailing | Word::MissingWork => term(self.term()),
            Word::PreviousAverage | Word::PreviousMarks => term(self.previous_term_span()),
            _ => None,
        }
    }

    fn unsorted_days(&self, ask: &Ask) -> Vec<(Day, String)> {
        let text = ask.text.as_deref();
        match ask.word {
            Word::Absences | Word::AbsencePercent => self.attendance_days(ask.window, |day| day.absent),
            Word::Unexcused => self.attendance_days(ask.window, |day| day.unexcused),
            Word::Excused => self.attendance_days(ask.window, |day| day.excused),
            Word::Tardies => self.attendance_days(ask.window, |day| if day.tardy { 1000 } else { 0 }),
            Word::Streak => self.streak_days(|days| days.take_while(StretchDay::is_full).collect()),
            Word::UnexcusedStreak => self.streak_days(|days| unexcused_streak::run(days).collect()),
            Word::Pacing => self.attendance_days(Window::Year, |day| day.absent),
            Word::Incidents => self.incident_days(ask.window, |row| self.counts_as_incident(row)),
            Word::Suspensions => self.incident_days(ask.window, |row| self.is_suspension(row)),
            Word::RemovalDays => self.removals(ask.window),
            Word::Average | Word::Marks => self.mark_days(false, |mark| mark.counts()),
            Word::PreviousAverage | Word::PreviousMarks => self.mark_days(true, |mark| mark.counts()),
            Word::Drop => {
                let mut both = self.mark_days(true, |mark| mark.counts());
                both.extend(self.mark_days(false, |mark| mark.counts()));
                both
            }
            Word::Failing => self.mark_days(false, |mark| mark.reading.is_failing()),
            Word::CoreFailing => self.mark_days(false, |mark| mark.core && mark.reading.is_failing()),
            Word::MissingWork => self.mark_days(false, |mark| mark.missing_work.is_some_and(|n| n > 0)),
            Word::DayOfEnrollment => self.first_day(),
            Word::DaysSinceEntry | Word::EnteredLate => vec![(self.home().from, "entered this school".to_owned())],
            Word::DayOfTerm => self.term_day(),
            Word::PlanOpen => self.plan_days(text),
            Word::DaysSinceContact => days_since_contact::last(self, text)
                .map(|contact| (contact.date, "last contact".to_owned()))
                .into_iter()
                .collect(),
            Word::EnrolledDays | Word::Grade | Word::School | Word::InProgram => Vec::new(),
        }
    }

    fn attendance_days(&self, window: Window, part: impl Fn(&StretchDay) -> u16) -> Vec<(Day, String)> {
        let Some(stretch) = attended(self, window) else {
            return Vec::new();
        };
        let days = stretch.days_back().filter(|day| part(day) > 0);
        days.map(|day| self.told(&day, part(&day))).collect()
    }

    fn streak_days(
        &self,
        run: impl FnOnce(&mut dyn Iterator<Item = StretchDay>) -> Vec<StretchDay>,
    ) -> Vec<(Day, String)> {
        let Some(stretch) = attended(self, Window::Last(u32::MAX)) else {
            return Vec::new();
        };
        let days = run(&mut stretch.days_back());
        days.iter().map(|day| self.told(day, day.absent)).collect()
    }

    /// A day in words with its codes as exported, and how much of it is meant where that is not the whole.
    fn told(&self, day: &StretchDay, part: u16) -> (Day, String) {
        let (books, codes) = (self.books(), self.codes_on(day.offset));
        let amount = match part {
            1000 => String::new(),
            part => format!(", {} of the day", decimal(u32::from(part))),
        };
        let code = match kind_of(day) {
            Some(kind) => format!("{kind} (`{codes}`)"),
            None => format!("`{codes}`"),
        };
        (books.year.day(day.offset), format!("{code}{amount}"))
    }

    fn incident_days(&self, window: Window, wanted: impl Fn(&Incident) -> bool) -> Vec<(Day, String)> {
        let Some((first, last)) = dates(self, window) else {
            return Vec::new();
        };
        let rows = self
            .incidents_between(first, last)
            .filter(|row| self.is_offence(row) && wanted(row));
        let mut seen: Vec<(Day, &str)> = rows.map(|row| (row.date, &*row.incident)).collect();
        // An incident stands once, under its first day.
        seen.sort_unstable_by_key(|(day, id)| (*id, *day));
        seen.dedup_by_key(|(_, id)| *id);
        seen.sort_unstable();
        let by_day = seen.chunk_by(|one, other| one.0 == other.0);
        by_day
            .map(|incidents| (incidents[0].0, plural(incidents.len(), "incident")))
            .collect()
    }

    fn removals(&self, window: Window) -> Vec<(Day, String)> {
        let rows = removals(self, window).unwrap_or_default();
        let told = rows.into_iter().map(|row| {
            let removed = match length(row) {
                1000 => "removed for 1 day".to_owned(),
                days => format!("removed for {} days", decimal(days)),
            };
            (row.date, removed)
        });
        told.collect()
    }

    fn mark_days(&self, previous: bool, wanted: impl Fn(&ChosenMark) -> bool) -> Vec<(Day, String)> {
        let names = &self.books().names;
        let marks = if previous {
            self.previous_marks()
        } else {
            self.current_marks()
        };
        let term = if previous {
            self.previous_term_span()
        } else {
            self.term()
        };
        let term = term.map_or("", |term| names.terms.name(term.term));
        let told = marks.into_iter().filter(|mark| wanted(mark)).map(|mark| {
            let course = self.books().courses.get(mark.course as usize);
            let name = course.map_or("", |course| course.name.trim());
            let course = if name.is_empty() {
                names.courses.name(mark.course)
            } else {
                name
            };
            let missing = match mark.missing_work {
                Some(missing) if missing > 0 => format!(", {} missing", plural(usize::from(missing), "assignment")),
                _ => String::new(),
            };
            (
                mark.date,
                format!("{term} {course}: `{}`{missing}", names.marks.name(mark.text).trim()),
            )
        });
        told.collect()
    }

    fn first_day(&self) -> Vec<(Day, String)> {
        let first = attended(self, Window::Year).and_then(|stretch| stretch.first());
        let told = first.map(|offset| {
            (
                self.books().year.day(offset),
                "first enrolled day of the year".to_owned(),
            )
        });
        told.into_iter().collect()
    }

    fn term_day(&self) -> Vec<(Day, String)> {
        let told = self.term().map(|term| {
            let word = self.books().names.terms.name(term.term);
            (term.start, format!("term `{word}` began"))
        });
        told.into_iter().collect()
    }

    fn plan_days(&self, area: Option<&str>) -> Vec<(Day, String)> {
        let open = plan_open::in_area(self, area).filter(|plan| plan_open::is_open(self, plan) == Some(true));
        open.map(|plan| {
            (
                plan.start,
                format!("plan of tier {} began", plan.tier.unwrap_or_default()),
            )
        })
        .collect()
    }
}

/// What a day was, in a counselor's word; `None` where its parts differ.
fn kind_of(day: &StretchDay) -> Option<&'static str> {
    let kinds = [
        (day.unexcused, "unexcused"),
        (day.excused, "excused"),
        (day.ripe - day.unexcused, "not yet verified"),
        (day.absent.saturating_sub(day.excused + day.ripe), "suspended"),
    ];
    if day.absent == 0 {
        return day.tardy.then_some("late");
    }
    kinds
        .into_iter()
        .find(|(part, _)| *part == day.absent)
        .map(|(_, word)| word)
}

/// Thousandths without trailing zeros: `0.5`, `1`, `0.333`.
fn decimal(thousandths: u32) -> String {
    let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}
