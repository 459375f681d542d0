//! `days_since_contact(area)`: the home school's instructional days after the last contact up to the as-of day.
//!
//! Contacts of the area, or without one; an empty area asks for any. Missing where nobody was in contact, or without a
//! calendar.

use crate::facts::Contact;
use crate::timeline::StudentNight;

use super::Value;

pub(super) fn answer(student: &StudentNight<'_>, area: Option<&str>) -> Value {
    let Some(contact) = last(student, area) else {
        return Value::Missing;
    };
    let days = student.school_days_between(contact.date.plus(1), student.as_of());
    days.map_or(Value::Missing, |days| Value::Count(days as i64))
}

/// The last contact not after the as-of day.
pub(super) fn last<'s>(student: &StudentNight<'s>, area: Option<&str>) -> Option<&'s Contact> {
    let words = &student.books().names.words;
    let area = area.unwrap_or("").trim();
    let contacts = student
        .facts()
        .contacts
        .iter()
        .filter(|contact| contact.date <= student.as_of());
    contacts
        .filter(|contact| {
            let about = words.name(contact.area).trim();
            area.is_empty() || about.is_empty() || about.eq_ignore_ascii_case(area)
        })
        .max_by_key(|contact| contact.date)
}
