//! Incidents of the demo district.

use std::fmt::Write as _;

use super::calendar::school_days;
use super::dice::Dice;
use super::people::Person;
use super::stories;
use crate::school::Day;

const TYPES: [(&str, &str); 5] = [
    ("Minor disruption", "Conference"),
    ("Minor disruption", ""),
    ("Defiance", "Detention"),
    ("Bullying", "Conference"),
    ("Positive referral", ""),
];

/// `behavior.csv` of the year up to a day: about one incident a day, and the one that is a story.
pub(super) fn behavior_csv(people: &[Person], dice: Dice, as_of: Day) -> String {
    let mut csv = String::from("incident_id,student_id,school_id,date,type,role,action,action_days,severity\n");
    for date in school_days(as_of) {
        for person in people.iter().filter(|person| person.entry() <= date) {
            // One student in twelve is often in trouble, the others hardly ever.
            let often = dice.throw(person.number, 0, 30, 12) == 0;
            let chance = if often { 60 } else { 1 };
            if dice.throw(person.number, date.0, 31, 1000) >= chance {
                continue;
            }
            let (kind, action) = TYPES[dice.throw(person.number, date.0, 32, TYPES.len() as u32) as usize];
            let (id, school) = (person.id(), person.school_on(date));
            let _ = writeln!(csv, "I{}-{id},{id},{school},{date},{kind},offender,{action},,", date.0);
        }
        if date == stories::fight_day() {
            let fighter = stories::SUSPENDED;
            let _ = writeln!(csv, "I-FIGHT,{fighter},101,{date},Fighting,offender,OSS,3,2");
            let _ = writeln!(csv, "I-FIGHT,{fighter},101,{date},Fighting,offender,Parent meeting,,2");
        }
    }
    csv
}
