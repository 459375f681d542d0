//! Attendance rows.

use std::fmt::Write as _;

use super::people::{Person, Stay};
use super::{Rng, RowsAre, Shape, is_instructional};
use crate::key::numbers::Date;
use crate::key::settings::Rows;

/// What a late school's rows lack: more than the silent days that exceptions form allows.
const LATE_DAYS: i32 = 13;

/// How one student comes to school.
struct Habit {
    absent_per_mille: usize,
    codes: &'static [&'static str],
    /// The last calendar days are all absent.
    tail: i32,
    /// In `all` form: how often a row is missing.
    gaps_per_mille: usize,
}

const CODES: [&[&str]; 6] = [
    &["A"],
    &["A", "A", "E", "U", "T"],
    &["E", "E", "S", "A"],
    &["U", "A", "U"],
    &["T", "T", "A", "L"],
    &["A", "E", "U", "H", "L", "D", "S", "N", "T", "ZZ"],
];

fn habit(rng: &mut Rng) -> Habit {
    let tail = if rng.per_mille(150) { rng.between(1, 16) } else { 0 };
    Habit {
        absent_per_mille: *rng.pick(&[&0, &10, &30, &60, &80, &90, &100, &120, &200, &350]),
        codes: rng.pick(&CODES),
        tail,
        gaps_per_mille: *rng.pick(&[&0, &0, &0, &20, &200]),
    }
}

/// Whose row it is, and of which day and school.
#[derive(Clone, Copy)]
struct Place<'a> {
    who: &'a str,
    school: &'a str,
    date: Date,
}

struct Pen<'a> {
    csv: String,
    shape: &'a Shape,
}

impl Pen<'_> {
    fn row(&mut self, rng: &mut Rng, at: Place, period: &str, code: &str, portion: &str) {
        let Place { who, school, date } = at;
        let _ = writeln!(self.csv, "{date},{who},{school},{code},{period},{portion}");
        if rng.per_mille(8) {
            let _ = writeln!(self.csv, "{date},{who},{school},{code},{period},{portion}");
        }
        // A row that disagrees under the same key.
        if rng.per_mille(8) {
            let other = rng.pick(&["P", "A", "E", "U", "S", "T", "H", "D", "N", "ZZ"]);
            let _ = writeln!(self.csv, "{date},{who},{school},{other},{period},{portion}");
        }
    }
}

pub(crate) fn csv(shape: &Shape, people: &[Person], rng: &mut Rng) -> String {
    let header = String::from("date,student_id,school_id,code,period,portion\n");
    let mut pen = Pen { csv: header, shape };
    for person in people {
        let habit = habit(rng);
        for (at, stay) in person.stays.iter().enumerate() {
            // A stay written twice with two exits was attended once.
            let twice = |other: &Stay| other.school.id == stay.school.id && other.entry == stay.entry;
            if !person.stays[..at].iter().any(twice) {
                stay_rows(&mut pen, person, stay, &habit, rng);
            }
        }
        if rng.per_mille(60) {
            odd_rows(&mut pen, person, rng);
        }
    }
    // Nobody knows this student; years that no export should hold.
    for (who, date) in [
        ("X99999", "2026-09-01"),
        ("S00000", "0003-09-01"),
        ("S00000", "2173-09-01"),
    ] {
        let _ = writeln!(pen.csv, "{date},{who},101,A,,");
    }
    pen.csv
}

fn sends_until(stay: &Stay, shape: &Shape) -> Date {
    match stay.school.rows_are {
        RowsAre::Late => shape.not_after.plus(-LATE_DAYS),
        RowsAre::Silent => Date(0),
        _ => shape.not_after,
    }
}

fn stay_rows(pen: &mut Pen, person: &Person, stay: &Stay, habit: &Habit, rng: &mut Rng) {
    let start = Date::of("2026-08-17");
    let from = stay.entry.unwrap_or(start).max(start);
    let sends_until = sends_until(stay, pen.shape);
    let until = stay.exit.unwrap_or(sends_until).min(sends_until);
    for date in (from.0..=until.0)
        .map(Date)
        .filter(|date| is_instructional(stay.school.id, *date))
    {
        if pen.shape.rows == Rows::All && is_missing(stay, date, habit, pen.shape, rng) {
            continue;
        }
        let in_tail = date.0 > sends_until.0 - habit.tail;
        let absent = in_tail || rng.per_mille(habit.absent_per_mille);
        let by_period = match stay.school.rows_are {
            RowsAre::Periods => !rng.per_mille(50),
            RowsAre::Mixed => rng.per_mille(400),
            _ => false,
        };
        if by_period {
            period_rows(pen, person, stay, date, absent, habit, rng);
        } else {
            whole_row(pen, person, stay, date, absent, habit, rng);
        }
    }
}

/// In `all` form: some students lack rows, and on its last two days one school sent few.
fn is_missing(stay: &Stay, date: Date, habit: &Habit, shape: &Shape, rng: &mut Rng) -> bool {
    let short = stay.school.id == "104" && date.0 > shape.not_after.0 - 4;
    rng.per_mille(if short { 700 } else { habit.gaps_per_mille })
}

fn code(habit: &Habit, date: Date, shape: &Shape, rng: &mut Rng) -> &'static str {
    // Near the end many absences are not verified yet.
    if date.0 > shape.not_after.0 - 8 && rng.per_mille(300) {
        return "U";
    }
    rng.pick(habit.codes)
}

fn whole_row(pen: &mut Pen, person: &Person, stay: &Stay, date: Date, absent: bool, habit: &Habit, rng: &mut Rng) {
    let at = Place {
        who: &person.id,
        school: stay.school.id,
        date,
    };
    if !absent {
        if pen.shape.rows == Rows::All {
            pen.row(rng, at, "", "P", "");
        } else if rng.per_mille(3) {
            pen.row(rng, at, "", "N", "");
        }
        return;
    }
    let code = code(habit, date, pen.shape, rng);
    let portion = if rng.per_mille(900) {
        rng.pick(&["", "1"])
    } else {
        rng.pick(&["0.5", "0.333", "0.25", "0.667", "0.125"])
    };
    pen.row(rng, at, "", code, portion);
}

fn period_rows(pen: &mut Pen, person: &Person, stay: &Stay, date: Date, absent: bool, habit: &Habit, rng: &mut Rng) {
    let at = Place {
        who: &person.id,
        school: stay.school.id,
        date,
    };
    let all_day = rng.per_mille(600);
    let same = code(habit, date, pen.shape, rng);
    // A seventh period here and there, where the configuration knows of six, and the homeroom.
    let periods = ["HR", "1", "2", "3", "4", "5", "6"];
    let periods = if rng.per_mille(200) {
        &periods[..]
    } else {
        &periods[..6]
    };
    for period in periods {
        let away = absent && (all_day || rng.per_mille(450));
        let code = if all_day {
            same
        } else {
            code(habit, date, pen.shape, rng)
        };
        if away {
            let portion = if rng.per_mille(30) {
                rng.pick(&["0.5", "0.333"])
            } else {
                ""
            };
            pen.row(rng, at, period, code, portion);
        } else if pen.shape.rows == Rows::All {
            pen.row(rng, at, period, "P", "");
        }
    }
    // A whole-day row beside the period rows wins over them.
    if absent && rng.per_mille(30) {
        let code_of_the_day = rng.pick(&["P", "A", "E", "H", "T"]);
        pen.row(rng, at, "", code_of_the_day, "");
    }
}

/// Rows that must be left out: on days off, before entry, after exit, after the as-of day, at another school.
fn odd_rows(pen: &mut Pen, person: &Person, rng: &mut Rng) {
    let stay = &person.stays[0];
    // Schools that send late or never must not seem to have sent.
    if matches!(stay.school.rows_are, RowsAre::Late | RowsAre::Silent) {
        return;
    }
    let id = &person.id;
    let school = stay.school.id;
    let put = |pen: &mut Pen, school: &str, date: Date| {
        let _ = writeln!(pen.csv, "{date},{id},{school},A,,");
    };
    put(
        pen,
        school,
        Date::of(rng.pick(&["2026-09-07", "2026-10-03", "2026-09-20"])),
    );
    put(pen, school, pen.shape.not_after.plus(rng.between(1, 40)));
    put(pen, school, Date::of("2026-08-10"));
    let elsewhere = if school == "101" { "103" } else { "101" };
    if person.stays.len() == 1 {
        put(pen, elsewhere, Date::of("2026-09-16"));
    }
    if let Some(entry) = stay.entry.filter(|entry| *entry > Date::of("2026-08-20")) {
        put(pen, school, entry.plus(-1));
    }
    if let Some(exit) = stay.exit {
        put(pen, school, exit.plus(1));
    }
}
