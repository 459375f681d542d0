//! A student's last weeks drawn as a registrar reads them: one letter a school day.
//!
//! `P` present, `A` unexcused, `E` excused, `U` unverified, `S` suspended, `T` tardy, `.` a weekday off or not enrolled,
//! `?` a day whose rows are missing or not understood. A part of a day is small: `h` unexcused, `e` excused, `u`
//! unverified, `s` suspended. The letters of whole days and `h` are those of trials.

use super::day::{DayFact, DayReader, DayReading};
use super::enrollment::homes;
use super::student::StudentNight;

impl StudentNight<'_> {
    /// The last `weeks` weeks up to the home school's through day, oldest first, weeks parted by a space; weeks before the
    /// first enrolled one are left out. Empty where there is no through day.
    pub fn strip(&self, weeks: u16) -> String {
        let Some(through) = self.through() else {
            return String::new();
        };
        let year = self.books().year;
        let first = through.monday().plus(-7 * (i32::from(weeks) - 1));
        let mut drawn: Vec<String> = Vec::new();
        for week in 0..i32::from(weeks) {
            let monday = first.plus(7 * week);
            let days = (0..7).map(|day| monday.plus(day)).take_while(|day| *day <= through);
            let letters = days.enumerate().filter_map(|(weekday, day)| match year.offset(day) {
                Some(offset) => self.letter(offset).or((weekday < 5).then_some('.')),
                None => (weekday < 5).then_some('.'),
            });
            drawn.push(letters.collect());
        }
        let empty = |week: &&String| week.chars().all(|letter| letter == '.');
        let before = drawn.iter().take_while(empty).count();
        drawn.split_off(before).join(" ")
    }

    /// What the day's rows at the home school of that date say; `None` on a day off and where not enrolled.
    pub fn reading(&self, offset: u16) -> Option<DayReading> {
        let mut at_home = Vec::new();
        homes(self.books(), self.facts(), &mut at_home);
        let home = at_home
            .iter()
            .find(|home| home.first <= offset && offset <= home.last)?;
        let school = home.stay.school;
        if !self.almanac.days(school).holds(offset) {
            return None;
        }
        if self.night.school(school).through.is_none_or(|through| offset > through) {
            return Some(DayReading::NoRow);
        }
        let rows = DayReader::rows_of(&self.facts().attendance, school, offset);
        let reading = self.almanac.reader.read(school, rows, &mut Vec::new());
        let ripe = self.night.school(school).ripe_to.is_some_and(|to| offset <= to);
        Some(match reading {
            DayReading::Counts(fact) if ripe => DayReading::Counts(DayFact {
                unexcused: fact.ripe,
                ..fact
            }),
            other => other,
        })
    }

    fn letter(&self, offset: u16) -> Option<char> {
        Some(match self.reading(offset)? {
            DayReading::Counts(fact) => letter(&fact),
            DayReading::Uncounted => '.',
            DayReading::NotUnderstood | DayReading::Unweighed | DayReading::NoRow => '?',
        })
    }
}

/// A day by the gravest thing about it.
fn letter(fact: &DayFact) -> char {
    let whole = fact.absent == 1000;
    let of = |all: char, part: char| if whole { all } else { part };
    match fact {
        DayFact {
            absent: 0, tardy: true, ..
        } => 'T',
        DayFact { absent: 0, .. } => 'P',
        DayFact { unexcused: 1.., .. } => of('A', 'h'),
        DayFact { ripe: 1.., .. } => of('U', 'u'),
        DayFact { suspended: true, .. } => of('S', 's'),
        _ => of('E', 'e'),
    }
}
