//! One student on one as-of day: the stretches of days, the stays, marks and incidents that numbers are made of.

use std::cell::OnceCell;

use crate::facts::{Books, Incident, SchoolIx, Student, StudentIx};
use crate::school::{Day, Grade};

use super::almanac::Almanac;
use super::day::DayReader;
use super::enrollment::{Stay, stays};
use super::marks::{ChosenMark, TermReport};
use super::night::Night;
use super::terms::TermSpan;
use super::window::{Part, Stretch};
use super::year::StudentYear;

/// Room for one student's days, used again for the next one.
#[derive(Clone, Debug)]
pub struct Scratch<'n> {
    almanac: &'n Almanac<'n>,
    /// Whose days stand in `year`, and up to which offset.
    holds: Option<(StudentIx, u16)>,
    year: StudentYear,
    parts: Vec<Part>,
}

impl<'n> Scratch<'n> {
    pub(crate) fn new(almanac: &'n Almanac<'n>) -> Scratch<'n> {
        Scratch {
            almanac,
            holds: None,
            year: StudentYear::default(),
            parts: Vec::new(),
        }
    }

    fn fill(&mut self, night: &Night<'n>, number: StudentIx, student: &Student) {
        let same_almanac = std::ptr::eq(self.almanac, night.almanac);
        let to = night.offset().unwrap_or(0);
        let stands = self
            .holds
            .is_some_and(|(whose, held_to)| whose == number && to <= held_to);
        if !same_almanac || !stands {
            // As far as any row reaches: the later nights of a catch-up find their days here.
            let to = to.max(night.almanac.last_row);
            self.year.read(night.almanac, student, to);
            self.almanac = night.almanac;
            self.holds = Some((number, to));
        }
        self.parts.clear();
        let mut start = 0;
        for (home, &end) in self.year.homes.iter().zip(&self.year.ends) {
            let school = night.school(home.stay.school);
            let offsets = &self.year.offsets[start..end];
            let reached = school.through.map_or(0, |through| match offsets.last() {
                Some(&last) if last <= through => offsets.len(),
                _ => offsets.partition_point(|&offset| offset <= through),
            });
            self.parts.push(Part {
                start,
                end: start + reached,
                ripe_to: school.ripe_to,
            });
            start = end;
        }
    }
}

/// A scratch of one's own, or one lent.
#[derive(Debug)]
enum Held<'s> {
    Own(Box<StudentYear>, Vec<Part>),
    Lent(&'s StudentYear, &'s [Part]),
}

/// One active student on one as-of day, ready to answer.
#[derive(Debug)]
pub struct StudentNight<'s> {
    pub(crate) almanac: &'s Almanac<'s>,
    pub(crate) night: &'s Night<'s>,
    number: StudentIx,
    student: &'s Student,
    home: Stay,
    held: Held<'s>,
    /// The marks of the current and the previous term: eight words ask for them.
    reports: OnceCell<[TermReport; 2]>,
}

impl<'s> StudentNight<'s> {
    pub(crate) fn alone(night: &'s Night<'_>, number: StudentIx) -> Option<StudentNight<'s>> {
        let night: &'s Night<'s> = night;
        let (student, home) = active(night, number)?;
        let mut scratch = Scratch::new(night.almanac);
        scratch.fill(night, number, student);
        let held = Held::Own(Box::new(scratch.year), scratch.parts);
        Some(StudentNight::new(night, number, student, home, held))
    }

    pub(crate) fn within<'n>(
        night: &'s Night<'n>,
        number: StudentIx,
        scratch: &'s mut Scratch<'n>,
    ) -> Option<StudentNight<'s>> {
        let (student, home) = active(night, number)?;
        scratch.fill(night, number, student);
        let scratch: &'s Scratch<'n> = scratch;
        let held = Held::Lent(&scratch.year, &scratch.parts);
        Some(StudentNight::new(night, number, student, home, held))
    }

    fn new(night: &'s Night<'s>, number: StudentIx, student: &'s Student, home: Stay, held: Held<'s>) -> Self {
        StudentNight {
            almanac: night.almanac,
            night,
            number,
            student,
            home,
            held,
            reports: OnceCell::new(),
        }
    }

    /// The student's number.
    pub fn number(&self) -> StudentIx {
        self.number
    }

    /// What a version of a plugin's program told of the student on this day.
    pub fn told_of(&self, word: &str, version: &str) -> Option<f64> {
        self.almanac.told_of(word, version, self.number, self.night.as_of())
    }

    /// The student's facts.
    pub fn facts(&self) -> &'s Student {
        self.student
    }

    /// The books that hold them.
    pub fn books(&self) -> &'s Books {
        self.almanac.books
    }

    /// The home school on the as-of day.
    pub fn school(&self) -> SchoolIx {
        self.home.school
    }

    /// Its id.
    pub fn school_id(&self) -> &'s str {
        self.almanac.books.names.schools.name(u32::from(self.home.school.0))
    }

    /// The grade level at the home enrollment; `None` where it is not understood.
    pub fn grade(&self) -> Option<Grade> {
        self.home.grade
    }

    /// The home enrollment on the as-of day.
    pub fn home(&self) -> Stay {
        self.home
    }

    /// All stays of the student that count, home or not.
    pub fn stays(&self) -> impl Iterator<Item = Stay> + 's {
        stays(self.student, self.almanac.books.year)
    }

    /// The as-of day.
    pub fn as_of(&self) -> Day {
        self.night.as_of()
    }

    /// The home school's through day.
    pub fn through(&self) -> Option<Day> {
        self.night.through(self.home.school)
    }

    /// The student's enrolled days, each up to its own school's through day. `None` where attendance cannot be had: the
    /// home school has no calendar (in exceptions form) or no through day.
    pub fn year_so_far(&self) -> Option<Stretch<'_>> {
        self.reach()?;
        Some(self.stretch(0, u16::MAX))
    }

    /// The student's last `n` enrolled days up to the home school's through day.
    pub fn last_days(&self, n: u32) -> Option<Stretch<'_>> {
        let through = self.reach()?;
        let whole = self.stretch(0, through);
        // Without an enrolled day the stretch is empty: it begins after it ends.
        let from = whole.nth_from_end(n).unwrap_or(through + 1);
        Some(self.stretch(from, through))
    }

    /// The enrolled days of the `n` calendar days that end on the home school's through day.
    pub fn calendar_days(&self, n: u32) -> Option<Stretch<'_>> {
        let through = self.reach()?;
        let from = (u32::from(through) + 1).saturating_sub(n);
        // Fits: it is at most one more than the through day's offset.
        Some(self.stretch(from as u16, through))
    }

    /// The enrolled days from the year's first to the offset, but not past the home school's through day.
    pub fn days_to(&self, offset: u16) -> Option<Stretch<'_>> {
        let through = self.reach()?;
        Some(self.stretch(0, offset.min(through)))
    }

    /// The incidents that happened in the school year from the one day to the other, both included, but not after the
    /// as-of day.
    pub fn incidents_between(&self, first: Day, last: Day) -> impl Iterator<Item = &'s Incident> + 's {
        let year = self.almanac.books.year;
        let (first, last) = (first.max(year.start), last.min(self.as_of()).min(year.end));
        self.student
            .incidents
            .iter()
            .filter(move |row| first <= row.date && row.date <= last)
    }

    /// Whether the incident row is of an offender, of a type that the district keeps.
    pub fn is_offence(&self, row: &Incident) -> bool {
        self.almanac.conduct.is_offence(row)
    }

    /// Whether the incident row's type counts as an incident.
    pub fn counts_as_incident(&self, row: &Incident) -> bool {
        self.almanac.conduct.counts(row)
    }

    /// Whether the incident row's action is a suspension.
    pub fn is_suspension(&self, row: &Incident) -> bool {
        self.almanac.conduct.is_suspension(row)
    }

    /// The marks of the current term.
    pub fn current_term(&self) -> &TermReport {
        &self.reports()[0]
    }

    /// The marks of the previous term.
    pub fn previous_term(&self) -> &TermReport {
        &self.reports()[1]
    }

    /// The current term of the home school.
    pub fn term(&self) -> Option<TermSpan> {
        self.night.term(self.home.school)
    }

    /// The previous term of the home school.
    pub fn previous_term_span(&self) -> Option<TermSpan> {
        self.night.previous_term(self.home.school)
    }

    /// The chosen mark of each course in the current term, those that take their course out included.
    pub fn current_marks(&self) -> Vec<ChosenMark> {
        self.marks_of(self.term())
    }

    /// The chosen mark of each course in the previous term, those that take their course out included.
    pub fn previous_marks(&self) -> Vec<ChosenMark> {
        self.marks_of(self.previous_term_span())
    }

    /// The home school's instructional days from the one day to the other, both included; `None` without a calendar.
    pub fn school_days_between(&self, first: Day, last: Day) -> Option<usize> {
        self.almanac.school_days_between(self.home.school, first, last)
    }

    /// The codes of the student's rows at the home school of a date, as exported, each once, joined by `, `; the empty
    /// code is left out.
    pub fn codes_on(&self, offset: u16) -> String {
        let home = self
            .year()
            .homes
            .iter()
            .find(|home| home.first <= offset && offset <= home.last);
        let Some(home) = home else { return String::new() };
        let names = &self.almanac.books.names;
        let rows = DayReader::rows_of(&self.student.attendance, home.stay.school, offset);
        let mut codes: Vec<&str> = rows.map(|row| names.codes.name(u32::from(row.code.0))).collect();
        codes.retain(|code| !code.trim().is_empty());
        codes.sort_unstable();
        codes.dedup();
        codes.join(", ")
    }

    fn marks_of(&self, term: Option<TermSpan>) -> Vec<ChosenMark> {
        let mut chosen = Vec::new();
        if let Some(term) = term {
            self.almanac.gradebook.chosen(self, term.term, |mark| chosen.push(mark));
        }
        chosen
    }

    fn reports(&self) -> &[TermReport; 2] {
        self.reports.get_or_init(|| {
            let school = self.night.school(self.home.school);
            let report = |term: Option<_>| self.almanac.gradebook.report(self, term);
            [report(school.term), report(school.previous)]
        })
    }

    /// The offset to which attendance can be believed.
    fn reach(&self) -> Option<u16> {
        if !self.almanac.days(self.home.school).known {
            return None;
        }
        self.night.school(self.home.school).through
    }

    fn stretch(&self, from: u16, to: u16) -> Stretch<'_> {
        let parts = match &self.held {
            Held::Own(_, parts) => parts,
            Held::Lent(_, parts) => *parts,
        };
        Stretch {
            year: self.year(),
            parts,
            from,
            to,
        }
    }

    fn year(&self) -> &StudentYear {
        match &self.held {
            Held::Own(year, _) => year,
            Held::Lent(year, _) => year,
        }
    }
}

fn active<'n>(night: &Night<'n>, number: StudentIx) -> Option<(&'n Student, Stay)> {
    let books = night.almanac.books;
    let student = books.students.get(number.0 as usize)?;
    let home = night.almanac.home(number, night.as_of())?;
    Some((student, home))
}
