//! From an ask to the file that answers it, and what those files share.

use crate::school::Day;
use crate::timeline::{Stretch, StudentNight, TermReport};

use super::{
    Ask, Numbers, Value, Window, Word, absence_percent, absences, average, core_failing, day_of_enrollment,
    day_of_term, days_since_contact, days_since_entry, drop, enrolled_days, entered_late, excused, failing, grade,
    in_program, incidents, marks, missing_work, pacing, plan_open, previous_average, previous_marks, removal_days,
    school, streak, suspensions, tardies, unexcused, unexcused_streak,
};

impl Numbers for StudentNight<'_> {
    fn ask(&self, ask: &Ask) -> Value {
        let text = ask.text.as_deref();
        match ask.word {
            Word::Absences => absences::answer(self, ask.window),
            Word::Unexcused => unexcused::answer(self, ask.window),
            Word::Excused => excused::answer(self, ask.window),
            Word::Tardies => tardies::answer(self, ask.window),
            Word::AbsencePercent => absence_percent::answer(self, ask.window),
            Word::EnrolledDays => enrolled_days::answer(self, ask.window),
            Word::Incidents => incidents::answer(self, ask.window, text),
            Word::Suspensions => suspensions::answer(self, ask.window),
            Word::RemovalDays => removal_days::answer(self, ask.window),
            Word::Streak => streak::answer(self),
            Word::UnexcusedStreak => unexcused_streak::answer(self),
            Word::Pacing => pacing::answer(self),
            Word::Average => average::answer(self),
            Word::PreviousAverage => previous_average::answer(self),
            Word::Drop => drop::answer(self),
            Word::Marks => marks::answer(self),
            Word::PreviousMarks => previous_marks::answer(self),
            Word::Failing => failing::answer(self),
            Word::CoreFailing => core_failing::answer(self),
            Word::MissingWork => missing_work::answer(self),
            Word::DayOfEnrollment => day_of_enrollment::answer(self),
            Word::DaysSinceEntry => days_since_entry::answer(self),
            Word::EnteredLate => entered_late::answer(self),
            Word::DayOfTerm => day_of_term::answer(self),
            Word::Grade => grade::answer(self),
            Word::School => school::answer(self),
            Word::InProgram => in_program::answer(self, text),
            Word::PlanOpen => plan_open::answer(self, text),
            Word::DaysSinceContact => days_since_contact::answer(self, text),
        }
    }

    fn told(&self, word: &str, version: &str) -> Value {
        self.told_of(word, version).map_or(Value::Missing, |number| {
            // A number that is whole stays whole, as a rule shows it.
            match number.fract() == 0.0 && number.abs() < 1e15 {
                true => Value::Count(number as i64),
                false => Value::Number(number),
            }
        })
    }
}

/// The enrolled days of a window; `None` where attendance cannot be had.
pub(super) fn window<'s>(student: &'s StudentNight<'_>, window: Window) -> Option<Stretch<'s>> {
    match window {
        Window::Year => student.year_so_far(),
        Window::Last(n) => student.last_days(n),
        Window::Days(n) => student.calendar_days(n),
    }
}

/// The same where there is at least one enrolled day: over a window without one an attendance number is missing.
pub(super) fn attended<'s>(student: &'s StudentNight<'_>, over: Window) -> Option<Stretch<'s>> {
    window(student, over).filter(|stretch| stretch.enrolled() > 0)
}

/// The first and last day of a window for what happens on days of its own: the year to the as-of day, so many calendar
/// days that end on the as-of day, or from the first of the last `n` enrolled days to the through day.
pub(super) fn dates(student: &StudentNight<'_>, window: Window) -> Option<(Day, Day)> {
    let year = student.books().year;
    match window {
        Window::Year => Some((year.start, student.as_of())),
        Window::Days(n) => {
            let n = i32::try_from(n).unwrap_or(i32::MAX);
            Some((
                Day(student.as_of().0.saturating_sub(n).saturating_add(1)),
                student.as_of(),
            ))
        }
        Window::Last(n) => {
            let first = student.last_days(n)?.first()?;
            Some((year.day(first), student.through()?))
        }
    }
}

/// A count of days kept in thousandths: whole where it is whole.
pub(super) fn days(thousandths: u64) -> Value {
    if thousandths.is_multiple_of(1000) {
        return count(thousandths / 1000);
    }
    Value::Number(thousandths as f64 / 1000.0)
}

/// A count.
pub(super) fn count(number: u64) -> Value {
    Value::Count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The unweighted mean of a term's percents: one division.
pub(super) fn mean(report: &TermReport) -> Value {
    if report.percents == 0 {
        return Value::Missing;
    }
    Value::Number(report.percent_sum as f64 / (f64::from(report.percents) * 1e6))
}
