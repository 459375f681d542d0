//! The students of the demo district. No name here belongs to anybody.

use std::fmt::Write as _;

use super::calendar::{SCHOOLS, day, first_day};
use super::dice::Dice;
use super::stories;
use crate::school::{Day, Grade};

const FIRST: &str = "\
    Amara Mateo Linh Noah Zainab Elias Priya Tomas Aaliyah Wyatt Mei Jamal Sofia Kofi Hana Lucas Nadia Diego \
    Ingrid Omar Leilani Pavel Imani Caleb Yusuf Rosa Dmitri Fatima Owen Xiomara Hiro Grace Tariq Violet \
    Nayeli Bjorn Anjali Marcus Chloe Abdi Winona Rafael Sana Felix Thuy Isaiah Marisol June";

const LAST: &str = "\
    Abernathy Adeyemi Alvarado Anders Bakshi Begay Bianchi Boateng Brandt Calloway Castillo Chen Corrigan \
    Dang Dembele Dorsey Eklund Escobar Farah Fitzroy Fuentes Garrity Ghosh Gomez Hadley Haddad Hinojosa Huang \
    Ibarra Jansen Kaplan Kealoha Khoury Kowal Lindqvist Lozano Mbeki McTavish Medina Nakai Nguyen Novak \
    O'Dowd Okafor Ortega Pappas Petrov Quintana Rahman Redcloud Sandoval Sato Thibault Tran Ueda Vasquez \
    Whitlock Xiong Yilmaz Zamora";

/// One student.
pub(super) struct Person {
    /// The id as a number; ids begin with the first digit of the school where the student began.
    pub(super) number: u32,
    pub(super) grade: Grade,
    /// The school where the student began the year.
    pub(super) school: &'static str,
    /// Days absent in a thousand, by habit.
    pub(super) absent_per_mille: u32,
    /// The percent around which marks lie.
    pub(super) ability: i32,
}

impl Person {
    pub(super) fn id(&self) -> String {
        self.number.to_string()
    }

    /// The school on a day: one story is a move.
    pub(super) fn school_on(&self, date: Day) -> &'static str {
        if self.id() == stories::TRANSFER && date >= stories::transfer_day() {
            return "202";
        }
        self.school
    }

    /// The first day at school this year: one story is a newcomer.
    pub(super) fn entry(&self) -> Day {
        if self.id() == stories::NEWCOMER {
            stories::newcomer_day()
        } else {
            first_day()
        }
    }
}

pub(super) fn people(dice: Dice) -> Vec<Person> {
    let mut people = Vec::new();
    for (school, _, low, high, students) in SCHOOLS {
        let prefix = u32::from(school.as_bytes()[0] - b'0') * 10_000;
        for at in 1..=students {
            let number = prefix + at;
            let grades = (high - low + 1) as u32;
            people.push(Person {
                number,
                grade: stories::grade(number).unwrap_or(Grade(low + (at % grades) as i8)),
                school,
                absent_per_mille: habit(dice.throw(number, 0, 1, 100)),
                ability: 66 + dice.throw(number, 0, 2, 30) as i32 - 12 * i32::from(dice.throw(number, 0, 3, 9) == 0),
            });
        }
    }
    people
}

/// Seven in ten hardly miss a day; one in ten misses more than one day in ten.
fn habit(percentile: u32) -> u32 {
    match percentile {
        0..40 => 10,
        40..70 => 30,
        70..90 => 55,
        90..97 => 110,
        _ => 190,
    }
}

fn name(person: &Person, dice: Dice) -> (&'static str, &'static str) {
    let pick = |names: &'static str, question: u64| {
        let names: Vec<&str> = names.split_whitespace().collect();
        names[dice.throw(person.number, 0, question, names.len() as u32) as usize]
    };
    (pick(FIRST, 4), pick(LAST, 5))
}

/// Programs as exports list them; about one in four has any.
pub(super) fn programs(person: &Person, dice: Dice) -> &'static str {
    match dice.throw(person.number, 0, 6, 100) {
        0..10 => "iep",
        10..15 => "504",
        15..22 => "el",
        22..24 => "iep;el",
        _ => "",
    }
}

/// `students.csv` as of a day; who has not come yet is not in it.
pub(super) fn students_csv(people: &[Person], dice: Dice, as_of: Day) -> String {
    let mut csv =
        String::from("student_id,first_name,last_name,grade,school_id,entry_date,exit_date,programs,homeroom\n");
    for person in people.iter().filter(|person| person.entry() <= as_of) {
        let (first, last) = name(person, dice);
        let moved = person.school_on(as_of) != person.school;
        let entry = if moved { stories::transfer_day() } else { person.entry() };
        let homeroom = format!("{}-{}", person.grade, 1 + person.number % 3);
        let _ = writeln!(
            csv,
            "{},{first},{last},{},{},{entry},,{},{homeroom}",
            person.id(),
            person.grade,
            person.school_on(as_of),
            programs(person, dice),
        );
    }
    csv
}

/// `enrollments.csv` as of a day: the district exports it for students who moved during the year alone.
pub(super) fn enrollments_csv(people: &[Person], as_of: Day) -> String {
    let mut csv = String::from("student_id,school_id,grade,entry_date,exit_date,exit_code,primary\n");
    for person in people.iter().filter(|person| person.id() == stories::TRANSFER) {
        let (id, grade, first) = (person.id(), person.grade, first_day());
        let moved = stories::transfer_day();
        if as_of < moved {
            let _ = writeln!(csv, "{id},{},{grade},{first},,,true", person.school);
            continue;
        }
        let _ = writeln!(csv, "{id},{},{grade},{first},{},T1,true", person.school, moved.plus(-1));
        let _ = writeln!(csv, "{id},202,{grade},{moved},,,true");
    }
    csv
}

/// Plans that are under way, so that letters have something to say of them.
pub(super) fn interventions_csv(people: &[Person]) -> String {
    let header = "intervention_id,student_id,program,area,tier,staff_id,start_date,end_date,planned_sessions,held_sessions,goal\n";
    let mut csv = String::from(header);
    let often_away = people.iter().filter(|person| person.absent_per_mille >= 190);
    for (at, person) in often_away.take(6).enumerate() {
        let start = day(2026, 9, 21).plus(7 * at as i32);
        let _ = writeln!(
            csv,
            "P{:03},{},Check and Connect,attendance,2,T05,{start},,12,{},fewer than one absence a week",
            at + 1,
            person.id(),
            6 - at
        );
    }
    csv
}

/// Someone already called home.
pub(super) fn contacts_csv(people: &[Person]) -> String {
    let mut csv = String::from("student_id,date,staff_id,kind,area\n");
    let often_away = people.iter().filter(|person| person.absent_per_mille >= 190);
    for (at, person) in often_away.skip(6).take(4).enumerate() {
        let kind = ["phone", "voicemail", "meeting", "home_visit"][at];
        let _ = writeln!(
            csv,
            "{},{},T05,{kind},attendance",
            person.id(),
            day(2026, 10, 26).plus(at as i32)
        );
    }
    csv
}
