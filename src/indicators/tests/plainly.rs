//! Attendance once more, written from the definitions alone: from drawn rows, day by day, with fractions and without any
//! of the timeline's code. Slow and plain, so that a slip in the columns shows.

use proptest::prelude::*;

use super::laws::{DAYS, Row, STUDENTS, Spell, district, form, number, rows, stays};
use crate::indicators::{Ask, Numbers, Window, Word};
use crate::timeline::Almanac;

/// absent (in halves), excused, suspended, unverified, tardy, counts; `None` is in no table.
type Code = Option<Means>;
type Means = (i64, bool, bool, bool, bool, bool);

const CODES: [Code; 9] = [
    Some((0, false, false, false, false, true)),  // P
    Some((2, false, false, false, false, true)),  // A
    Some((2, true, false, false, false, true)),   // E
    Some((0, false, false, false, true, true)),   // T
    Some((2, true, true, false, false, true)),    // S
    Some((2, false, false, true, false, true)),   // U
    Some((0, false, false, false, false, false)), // X
    Some((1, false, false, false, false, true)),  // N
    None,
];

struct Plain<'d> {
    rows: &'d [Row],
    stays: Vec<(usize, usize, i32, i32, bool)>,
    all: bool,
    /// 0 fraction, 1 majority, 2 the first period alone.
    periods: u8,
    as_of: i32,
}

/// One enrolled day: where, when, and in thousandths absent, excused, unexcused; tardy; still waiting for verification.
#[derive(Clone, Copy, Debug)]
struct Lived {
    day: i32,
    absent: i64,
    excused: i64,
    unexcused: i64,
    tardy: bool,
    may_ripen_to: i64,
}

/// The first day is a Monday, and every weekday is instructional.
fn instructional(day: i32) -> bool {
    day.rem_euclid(7) < 5
}

impl Plain<'_> {
    fn home(&self, student: usize, day: i32) -> Option<usize> {
        // Schools are S (0) and B (1): the smaller id as text is B.
        let here = self
            .stays
            .iter()
            .filter(|stay| stay.0 == student && stay.2 <= day && day <= stay.3);
        here.max_by_key(|stay| (stay.4, stay.2, stay.1)).map(|stay| stay.1)
    }

    fn has_row(&self, student: Option<usize>, school: usize, day: i32) -> bool {
        self.rows
            .iter()
            .any(|row| student.is_none_or(|who| who == row.0) && row.1 == school && i32::from(row.2) == day)
    }

    fn through(&self, school: usize) -> Option<i32> {
        let days = || (0..=self.as_of).rev().filter(|day| instructional(*day));
        if self.all {
            return days().find(|&day| {
                let enrolled = (0..3).filter(|&who| self.home(who, day) == Some(school));
                let (mut all, mut with) = (0, 0);
                for who in enrolled {
                    all += 1;
                    with += i32::from(self.has_row(Some(who), school, day));
                }
                all > 0 && 2 * with >= all
            });
        }
        let latest = days().find(|&day| self.has_row(None, school, day))?;
        let quiet = days().filter(|&day| day > latest).count();
        Some(if quiet > 5 { latest } else { self.as_of })
    }

    fn lived(&self, student: usize) -> Vec<Lived> {
        let days = (0..=self.as_of).filter(|day| instructional(*day));
        days.filter_map(|day| {
            let school = self.home(student, day)?;
            let through = self.through(school)?;
            if day > through {
                return None;
            }
            let after = (day + 1..=through).filter(|day| instructional(*day)).count();
            self.day(student, school, day, after >= 3)
        })
        .collect()
    }

    fn day(&self, student: usize, school: usize, day: i32, ripe: bool) -> Option<Lived> {
        let rows = self
            .rows
            .iter()
            .filter(|row| row.0 == student && row.1 == school && i32::from(row.2) == day);
        let rows: Vec<&Row> = rows.filter(|row| self.periods < 2 || row.3 < 2).collect();
        let mut understood: Vec<(usize, i64, Code, bool)> = Vec::new();
        for period in 0..4 {
            let of_period = rows.iter().filter(|row| row.3 == period && CODES[row.4].is_some());
            // Absent in quarters: a code's halves times a portion's halves.
            let weighed = of_period.map(|row| {
                (
                    period,
                    CODES[row.4].map_or(0, |code| code.0) * if row.5 { 2 } else { 1 },
                    CODES[row.4],
                    row.5,
                )
            });
            understood.extend(weighed.max_by_key(|(_, part, code, _)| (*part, grave(*part, *code))));
        }
        if understood.is_empty() {
            let present = Lived {
                day,
                absent: 0,
                excused: 0,
                unexcused: 0,
                tardy: false,
                may_ripen_to: 0,
            };
            return (rows.is_empty() && !self.all).then_some(present);
        }
        let alone = self.periods == 2 || understood[0].0 == 0;
        if alone {
            understood.truncate(1);
        }
        let out = understood
            .iter()
            .filter(|(_, _, code, _)| !code.is_some_and(|code| code.5))
            .count() as i64;
        understood.retain(|(_, _, code, _)| code.is_some_and(|code| code.5));
        if understood.is_empty() {
            return None;
        }
        let of = match (alone, self.all) {
            (true, _) => 1,
            (false, true) => understood.len() as i64,
            (false, false) => 3 - out,
        };
        let whole = 4 * of;
        let heap = |which: fn(Means) -> bool| -> i64 {
            understood
                .iter()
                .filter(|one| one.2.is_some_and(which))
                // A portion is one of the day, a row without one is a period.
                .map(|one| if one.3 { one.1 } else { one.1 * of })
                .sum()
        };
        let excused = heap(|code| code.1).min(whole);
        let waiting = heap(|code| !code.1 && code.3).min(whole - excused);
        let plain = heap(|code| !code.1 && !code.3).min(whole - excused - waiting);
        let tardy = understood.iter().any(|one| one.2.is_some_and(|code| code.4));
        let total = excused + waiting + plain;
        let majority = self.periods == 1 && !alone;
        let round = |part: i64| (2000 * part + whole) / (2 * whole);
        let lived = if majority {
            let is_absent = total > 0 && 2 * total >= whole;
            let all = |yes: bool| if yes && is_absent { 1000 } else { 0 };
            let later = 2 * (plain + waiting) >= total;
            Lived {
                day,
                absent: all(true),
                excused: all(!later),
                unexcused: all(if ripe { later } else { 2 * plain >= total }),
                tardy: tardy && !is_absent,
                may_ripen_to: all(later),
            }
        } else {
            Lived {
                day,
                absent: round(total),
                excused: round(excused),
                unexcused: round(if ripe { plain + waiting } else { plain }),
                tardy: tardy && round(total) < 1000,
                may_ripen_to: round(plain + waiting),
            }
        };
        Some(lived)
    }
}

/// Among equally absent: unexcused, unverified, suspended, excused, tardy; then a day that counts.
fn grave(part: i64, code: Code) -> (i64, bool, bool) {
    let Some((_, excused, suspended, unverified, tardy, counts)) = code else {
        return (0, false, false);
    };
    let kind = match (part, suspended, excused, unverified) {
        (0, ..) => 0,
        (_, true, ..) => 2,
        (_, _, true, _) => 1,
        (_, _, _, true) => 3,
        _ => 4,
    };
    (kind, tardy, counts)
}

fn expected(plain: &Plain<'_>, student: usize, word: Word, window: Window) -> Option<f64> {
    let through = plain.through(plain.home(student, plain.as_of)?)?;
    let year = plain.lived(student);
    let near: Vec<Lived> = year.iter().copied().filter(|lived| lived.day <= through).collect();
    let days: Vec<Lived> = match window {
        Window::Year => year.clone(),
        Window::Last(n) => near[near.len().saturating_sub(n as usize)..].to_vec(),
        Window::Days(n) => near
            .iter()
            .copied()
            .filter(|lived| lived.day > through - n as i32)
            .collect(),
    };
    let sum = |part: fn(&Lived) -> i64| days.iter().map(part).sum::<i64>() as f64 / 1000.0;
    if word == Word::EnrolledDays {
        return Some(days.len() as f64);
    }
    if days.is_empty() {
        return None;
    }
    let back = || near.iter().rev();
    match word {
        Word::Absences => Some(sum(|day| day.absent)),
        Word::Excused => Some(sum(|day| day.excused)),
        Word::Unexcused => Some(sum(|day| day.unexcused)),
        Word::Tardies => Some(days.iter().filter(|day| day.tardy).count() as f64),
        Word::AbsencePercent => Some(sum(|day| day.absent) * 100.0 / days.len() as f64),
        Word::Streak if near.is_empty() => None,
        Word::Streak => Some(back().take_while(|day| day.absent == 1000).count() as f64),
        Word::UnexcusedStreak if near.is_empty() => None,
        Word::UnexcusedStreak => {
            let waits = |day: &&Lived| day.absent == 1000 && day.unexcused < 1000 && day.may_ripen_to == 1000;
            Some(
                back()
                    .filter(|day| !waits(day))
                    .take_while(|day| day.unexcused == 1000)
                    .count() as f64,
            )
        }
        Word::DayOfEnrollment => Some(f64::from(through - year[0].day + 1)).filter(|day| *day >= 1.0),
        Word::Pacing => {
            let months = (1..=3).filter(|month| year[0].day + 30 * (month - 1) <= through);
            let paces = months.map(|month| {
                let to = (year[0].day + 30 * month - 1).min(through);
                let absent: i64 = year.iter().filter(|day| day.day <= to).map(|day| day.absent).sum();
                absent as f64 / 1000.0 / f64::from(2 * month)
            });
            paces.reduce(f64::max)
        }
        other => panic!("{other:?} is no attendance word"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn attendance_agrees_with_its_definitions(rows in rows(), spells in stays(), form in form(), as_of in 0..DAYS) {
        let drawn = district(&rows, &spells, form);
        let first = (0..3usize).map(|student| (student, 0usize, 0, 11, false));
        let more = spells.iter().map(|&(student, school, from, length, primary): &Spell| {
            (student, school, i32::from(from), i32::from(from) + i32::from(length), primary)
        });
        let plain = Plain { rows: &rows, stays: first.chain(more).collect(), all: form.0, periods: form.1, as_of };
        let almanac = Almanac::new(&drawn.books, &drawn.meaning);
        let night = almanac.night(drawn.books.year.start.plus(as_of));
        for (who, id) in STUDENTS.iter().enumerate() {
            let student = night.student(drawn.number(id));
            prop_assert_eq!(student.is_some(), plain.home(who, as_of).is_some());
            let Some(student) = student else { continue };
            for word in Word::ALL {
                let attendance = word.reads() == Word::Absences.reads();
                for window in [Window::Year, Window::Last(4), Window::Last(20), Window::Days(9), Window::Days(30)] {
                    if !attendance || (window != Window::Year && !word.takes_window()) {
                        continue;
                    }
                    let (is, should) = (number(student.ask(&Ask::over(word, window))), expected(&plain, who, word, window));
                    let same = match (is, should) {
                        (Some(is), Some(should)) => (is - should).abs() < 1e-9,
                        (is, should) => is == should,
                    };
                    prop_assert!(same, "{:?} {:?}: {:?}, by the definition {:?}", word, window, is, should);
                }
            }
        }
    }
}
