//! One student's facts with days to come written into them: present, absent, late, an incident, a failing course.

use crate::facts::{AttendanceRow, Books, CodeIx, Incident, Names, PeriodIx, SchoolIx, StudentIx, WHOLE};
use crate::school::{CodeMeaning, Day, Interner, Meaning, Rows};
use crate::timeline::{ChosenMark, StudentNight};

/// What a school day to come is for the student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DayIs {
    Present,
    Unexcused,
    Excused,
    Late,
}

/// What is supposed to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happens {
    /// The school days to come, the first so many of them this, the others present.
    Days(usize, DayIs),
    /// So many incidents on the first school day to come, each with a suspension of so many days or without.
    Incidents { count: u8, days: Option<u8> },
    /// So many courses, core courses or others, that passed fail from now on, or the other way round.
    Marks { count: usize, core: bool, fail: bool },
}

/// What does not differ between what-ifs.
pub(super) struct Ground<'g> {
    pub(super) meaning: &'g Meaning,
    pub(super) books: &'g Books,
    pub(super) student: StudentIx,
    /// The home school, whose days are supposed.
    pub(super) school: SchoolIx,
    pub(super) as_of: Day,
    /// Its instructional days after the as-of day.
    pub(super) days: &'g [Day],
    /// The marks that count tonight.
    pub(super) marks: &'g [ChosenMark],
    /// The current term.
    pub(super) term: Option<u32>,
}

impl Ground<'_> {
    /// Books of this student alone, under the number 0, with what happens in the days to come; `None` where the district's tables have
    /// no word for it.
    pub(super) fn books_where(&self, happens: Happens) -> Option<Books> {
        let mut books = self.alone();
        let days = match happens {
            Happens::Days(count, day_is) => (count, day_is),
            _ => (0, DayIs::Present),
        };
        self.attend(&mut books, days)?;
        match happens {
            Happens::Days(..) => {}
            Happens::Incidents { count, days } => self.misbehave(&mut books, count, days)?,
            Happens::Marks { count, core, fail } => self.mark(&mut books, count, core, fail)?,
        }
        Some(books)
    }

    /// The student's facts up to the as-of day: what stands on a later day is not supposed, it is replaced.
    fn alone(&self) -> Books {
        let (books, as_of) = (self.books, self.as_of);
        let mut facts = books.students[self.student.0 as usize].clone();
        let last = books.year.offset(as_of);
        facts.attendance.remove(|row| last.is_none_or(|last| row.day > last));
        facts.attendance.settle();
        facts.incidents.retain(|row| row.date <= as_of);
        facts.marks.retain(|mark| mark.date.is_none_or(|date| date <= as_of));
        facts.contacts.retain(|contact| contact.date <= as_of);
        let names = &books.names;
        Books {
            names: Names {
                students: Interner::default(),
                schools: names.schools.clone(),
                periods: names.periods.clone(),
                codes: names.codes.clone(),
                courses: names.courses.clone(),
                terms: names.terms.clone(),
                marks: names.marks.clone(),
                words: names.words.clone(),
            },
            schools: books.schools.clone(),
            calendar: books.calendar.clone(),
            terms: books.terms.clone(),
            courses: books.courses.clone(),
            students: vec![facts],
            behavior_seen: books.behavior_seen,
            ..Books::new(books.year)
        }
    }

    fn attend(&self, books: &mut Books, (count, day_is): (usize, DayIs)) -> Option<()> {
        let needs_row = self.meaning.attendance.rows == Rows::All;
        for (at, day) in self.days.iter().enumerate() {
            let day_is = if at < count { day_is } else { DayIs::Present };
            if day_is == DayIs::Present && !needs_row {
                continue;
            }
            let code = self.code(day_is)?;
            let row = AttendanceRow {
                day: books.year.offset(*day)?,
                school: self.school,
                period: PeriodIx::WHOLE_DAY,
                code: CodeIx(u16::try_from(books.names.codes.intern(code)).ok()?),
                portion: WHOLE,
            };
            books.students[0].attendance.put(row);
        }
        books.students[0].attendance.settle();
        Some(())
    }

    /// The district's own code for such a day.
    fn code(&self, day_is: DayIs) -> Option<&str> {
        let is = |code: &CodeMeaning| {
            let plain = code.counts && !code.suspended && !code.unverified;
            let absent = code.absent == WHOLE && !code.tardy;
            plain
                && match day_is {
                    DayIs::Present => code.absent == 0 && !code.tardy && !code.excused,
                    DayIs::Unexcused => absent && !code.excused,
                    DayIs::Excused => absent && code.excused,
                    DayIs::Late => code.absent == 0 && code.tardy,
                }
        };
        let codes = &self.meaning.attendance.codes;
        codes.iter().find(|(_, code)| is(code)).map(|(code, _)| code.as_str())
    }

    fn misbehave(&self, books: &mut Books, count: u8, days: Option<u8>) -> Option<()> {
        let behavior = &self.meaning.behavior;
        let role = behavior.offender_roles.first()?.trim();
        let action = match days.is_some() {
            true => behavior
                .suspensions
                .iter()
                .map(|action| action.trim())
                .find(|action| !action.is_empty())?,
            false => "",
        };
        let (role, action) = (books.names.words.intern(role), books.names.words.intern(action));
        // A type in no table counts.
        let kind = books.names.words.intern("supposed");
        for number in 0..count {
            books.students[0].incidents.push(Incident {
                incident: format!("supposed {number}").into(),
                school: self.school,
                date: *self.days.first()?,
                kind,
                role,
                action,
                action_days: days.map(|days| u32::from(days) * 1000),
            });
        }
        books.students[0].incidents.sort();
        Some(())
    }

    /// Courses that pass tonight fail from now on, or the other way round. Their marks are set to what most scales call so; whether the
    /// district's do is seen afterwards.
    fn mark(&self, books: &mut Books, count: usize, core: bool, fail: bool) -> Option<()> {
        let turns = |mark: &&ChosenMark| mark.counts() && mark.core == core && mark.reading.is_failing() != fail;
        let courses: Vec<u32> = self
            .marks
            .iter()
            .filter(turns)
            .map(|mark| mark.course)
            .take(count)
            .collect();
        if courses.len() < count {
            return None;
        }
        let text = books.names.marks.intern(if fail { "0" } else { "100" });
        let marks = &mut books.students[0].marks;
        for mark in marks.iter_mut().filter(|mark| Some(mark.term) == self.term) {
            if courses.contains(&mark.course) {
                mark.text = text;
            }
        }
        Some(())
    }
}

/// How many courses have a mark, and how many of those fail, core courses or others.
pub(super) fn courses(numbers: &StudentNight<'_>, core: bool) -> (usize, usize) {
    let marks = numbers.current_marks();
    let marked = marks.iter().filter(|mark| mark.core == core && mark.counts());
    (
        marked.clone().count(),
        marked.filter(|mark| mark.reading.is_failing()).count(),
    )
}
