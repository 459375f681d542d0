use proptest::prelude::*;

use crate::facts::WHOLE;
use crate::indicators::{Ask, Numbers, Value, Window, Word};
use crate::school::{Periods, Rows};
use crate::timeline::Almanac;
use crate::timeline::drawn::Drawn;

/// One row: student, school, days from the year's first, period, code, half or whole.
pub(super) type Row = (usize, usize, u8, usize, usize, bool);

/// One more stay: student, school, days from the year's first, days it lasts after the first, primary.
pub(super) type Spell = (usize, usize, u8, u8, bool);

pub(super) const STUDENTS: [&str; 3] = ["1", "2", "3"];
const SCHOOLS: [&str; 2] = ["S", "B"];
const PERIODS: [&str; 4] = ["", "1", "2", "3"];
const CODES: [&str; 9] = ["P", "A", "E", "T", "S", "U", "X", "N", "??"];
/// Days of the year that are drawn: eight weeks.
pub(super) const DAYS: i32 = 56;

pub(super) fn district(rows: &[Row], stays: &[Spell], form: (bool, u8)) -> Drawn {
    let mut drawn = Drawn::weekdays();
    // All numbers are given in one order, so that rows in any order make the same books.
    for id in SCHOOLS {
        drawn.books.school(id);
    }
    for id in STUDENTS {
        drawn.enroll(id, "S", "2026-08-17", "2026-08-28");
    }
    for name in PERIODS {
        drawn.books.names.periods.intern(name);
    }
    for code in CODES {
        drawn.books.names.codes.intern(code);
    }
    let first = drawn.books.year.start;
    for &(student, school, from, length, primary) in stays {
        let (from, to) = (
            first.plus(i32::from(from)),
            first.plus(i32::from(from) + i32::from(length)),
        );
        drawn
            .enroll(STUDENTS[student], SCHOOLS[school], &from.to_string(), &to.to_string())
            .primary = primary;
    }
    for &(student, school, day, period, code, whole) in rows {
        let portion = if whole { WHOLE } else { WHOLE / 2 };
        let (student, school) = (STUDENTS[student], SCHOOLS[school]);
        drawn.row(
            student,
            school,
            first.plus(i32::from(day)),
            PERIODS[period],
            CODES[code],
            portion,
        );
    }
    drawn.meaning.attendance.rows = if form.0 { Rows::All } else { Rows::Exceptions };
    drawn.meaning.attendance.periods_per_day = Some(3);
    drawn.meaning.attendance.periods = match form.1 {
        0 => Periods::Fraction,
        1 => Periods::Majority,
        _ => Periods::Homeroom("1".to_owned()),
    };
    drawn
}

pub(super) fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..3usize,
        0..2usize,
        0..56u8,
        0..4usize,
        0..9usize,
        prop::bool::weighted(0.8),
    );
    prop::collection::vec(row, 0..90)
}

pub(super) fn stays() -> impl Strategy<Value = Vec<Spell>> {
    prop::collection::vec((0..3usize, 0..2usize, 0..40u8, 0..60u8, any::<bool>()), 0..5)
}

pub(super) fn form() -> impl Strategy<Value = (bool, u8)> {
    (any::<bool>(), 0..3u8)
}

fn asks() -> Vec<Ask> {
    let windows = [
        Window::Year,
        Window::Last(5),
        Window::Last(20),
        Window::Days(10),
        Window::Days(30),
    ];
    Word::ALL
        .into_iter()
        .flat_map(|word| windows.map(|window| Ask::over(word, window)))
        .filter(|ask| ask.word.takes_window() || ask.window == Window::Year)
        .collect()
}

/// Every answer for every student on every day.
fn answers(drawn: &Drawn) -> Vec<Option<Value>> {
    let almanac = Almanac::new(&drawn.books, &drawn.meaning);
    let asks = asks();
    let mut all = Vec::new();
    for day in (0..DAYS).step_by(3) {
        let night = almanac.night(drawn.books.year.start.plus(day));
        for id in STUDENTS {
            let student = night.student(drawn.number(id));
            all.extend(asks.iter().map(|ask| student.as_ref().map(|student| student.ask(ask))));
        }
    }
    all
}

pub(super) fn number(value: Value) -> Option<f64> {
    match value {
        Value::Count(count) => Some(count as f64),
        Value::Number(number) => Some(number),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_rows_changes_nothing(rows in rows(), stays in stays(), form in form()) {
        let back: Vec<Row> = rows.iter().rev().copied().collect();
        let stays_back: Vec<_> = stays.iter().rev().copied().collect();
        prop_assert_eq!(answers(&district(&rows, &stays, form)), answers(&district(&back, &stays_back, form)));
    }

    #[test]
    fn room_used_again_answers_as_fresh_room_does(rows in rows(), stays in stays(), form in form()) {
        let drawn = district(&rows, &stays, form);
        let almanac = Almanac::new(&drawn.books, &drawn.meaning);
        let mut scratch = almanac.scratch();
        for id in STUDENTS {
            for day in (0..DAYS).step_by(5) {
                let night = almanac.night(drawn.books.year.start.plus(day));
                let fresh = night.student(drawn.number(id));
                let fresh: Option<Vec<Value>> = fresh.map(|student| asks().iter().map(|ask| student.ask(ask)).collect());
                let again = night.student_with(drawn.number(id), &mut scratch);
                let again: Option<Vec<Value>> = again.map(|student| asks().iter().map(|ask| student.ask(ask)).collect());
                prop_assert_eq!(fresh, again);
            }
        }
    }

    #[test]
    fn parts_stay_within_their_whole(rows in rows(), stays in stays(), form in form(), day in 0..DAYS) {
        let drawn = district(&rows, &stays, form);
        let almanac = Almanac::new(&drawn.books, &drawn.meaning);
        let night = almanac.night(drawn.books.year.start.plus(day));
        for id in STUDENTS {
            let Some(student) = night.student(drawn.number(id)) else { continue };
            let ask = |word, window| number(student.ask(&Ask::over(word, window)));
            for window in [Window::Year, Window::Last(7), Window::Days(14)] {
                let Some(absent) = ask(Word::Absences, window) else { continue };
                let enrolled = ask(Word::EnrolledDays, window).expect("absences need enrolled days");
                prop_assert!(absent <= enrolled);
                prop_assert!(absent <= ask(Word::Absences, Window::Year).expect("the year holds the window"));
                // Each part is rounded by itself, so that a day may be a thousandth off.
                let parts = ask(Word::Unexcused, window).expect("same") + ask(Word::Excused, window).expect("same");
                prop_assert!(parts <= absent + 0.001 * enrolled + 1e-9);
                prop_assert!(ask(Word::Tardies, window).expect("same") <= enrolled);
            }
            let runs = (ask(Word::UnexcusedStreak, Window::Year), ask(Word::Streak, Window::Year));
            prop_assert!(runs.0.is_none() && runs.1.is_none() || runs.0 <= runs.1);
        }
    }

    /// The days are read once more, day by day, by the slow way that draws strips; sums must agree with the columns.
    #[test]
    fn the_columns_hold_what_the_days_say(rows in rows(), stays in stays(), form in form(), day in 0..DAYS) {
        use crate::timeline::DayReading;
        let drawn = district(&rows, &stays, form);
        let almanac = Almanac::new(&drawn.books, &drawn.meaning);
        let night = almanac.night(drawn.books.year.start.plus(day));
        for id in STUDENTS {
            let Some(student) = night.student(drawn.number(id)) else { continue };
            let facts = (0..=day as u16).filter_map(|offset| match student.reading(offset) {
                Some(DayReading::Counts(fact)) => Some(fact),
                _ => None,
            });
            let facts: Vec<_> = facts.collect();
            let sum = |part: fn(&crate::timeline::DayFact) -> u16| facts.iter().map(|fact| f64::from(part(fact))).sum::<f64>() / 1000.0;
            let ask = |word| number(student.ask(&Ask::year(word)));
            if let Some(enrolled) = ask(Word::EnrolledDays) {
                prop_assert_eq!(enrolled, facts.len() as f64);
            }
            for (word, slow) in [
                (Word::Absences, sum(|fact| fact.absent)),
                (Word::Excused, sum(|fact| fact.excused)),
                (Word::Unexcused, sum(|fact| fact.unexcused)),
            ] {
                if let Some(fast) = ask(word) {
                    prop_assert!((fast - slow).abs() < 1e-9, "{:?}: {} and {}", word, fast, slow);
                }
            }
        }
    }
}
