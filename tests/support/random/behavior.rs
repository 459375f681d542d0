//! Incident rows.

use std::fmt::Write as _;

use super::people::Person;
use super::{Rng, Shape};
use crate::key::numbers::Date;

const TYPES: [&str; 6] = [
    "Fighting",
    "Defiance",
    "Bullying",
    "Minor disruption",
    "positive referral",
    "MINOR defiance",
];

pub(crate) fn csv(shape: &Shape, people: &[Person], rng: &mut Rng) -> String {
    let mut csv = String::from("incident_id,student_id,school_id,date,type,role,action,action_days,severity\n");
    let mut number = 0;
    for (at, person) in people.iter().enumerate() {
        let count = *rng.pick(&[&0, &0, &0, &0, &0, &1, &1, &2, &4, &8]);
        for _ in 0..count {
            number += 1;
            let victim = &people[(at + 1) % people.len()];
            incident(&mut csv, shape, number, person, victim, rng);
        }
    }
    csv
}

fn incident(csv: &mut String, shape: &Shape, number: usize, person: &Person, other: &Person, rng: &mut Rng) {
    let back = if rng.per_mille(600) {
        rng.between(-3, 62)
    } else {
        rng.between(0, 110)
    };
    let date = shape.not_after.plus(-back);
    let kind = rng.pick(&TYPES);
    let school = rng.pick(&person.stays.iter().collect::<Vec<_>>()).school.id;
    let role = rng.pick(&["", "offender", "Offender", "perpetrator", "victim", "witness"]);
    let mut line = |who: &Person, date: Date, role: &str, action: &str, days: &str| {
        let id = &who.id;
        let _ = writeln!(csv, "I{number},{id},{school},{date},{kind},{role},{action},{days},");
    };
    match rng.below(6) {
        0 => {
            line(person, date, role, "OSS", rng.pick(&["", "1", "2", "3", "0.5"]));
            line(person, date, role, "Detention", "1");
        }
        1 => {
            line(person, date, role, "oss", rng.pick(&["", "5"]));
            line(person, date, role, "ISS", "2");
            line(person, date, role, "Call home", "");
        }
        2 => {
            line(person, date, role, "Detention", "");
            line(person, date, role, "Detention", "");
            line(other, date, "victim", "", "");
        }
        _ => line(person, date, role, "", ""),
    }
}
