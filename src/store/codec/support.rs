//! Plans under way and contacts already made, as bytes.

use super::VERSION;
use super::bytes::{Reader, Writer};
use crate::facts::{Contact, Plan, Student};
use crate::school::Day;

/// Appends a record; nothing where there is neither plan nor contact.
pub(in crate::store) fn write_support(student: &Student, start: Day, into: &mut Vec<u8>) {
    if student.plans.is_empty() && student.contacts.is_empty() {
        return;
    }
    let mut to = Writer::new(into, start);
    to.byte(VERSION);
    to.length(student.plans.len());
    for plan in &student.plans {
        to.text(&plan.intervention);
        to.number(plan.program);
        to.number(plan.area);
        to.maybe(plan.tier.map(u64::from));
        to.text(&plan.staff_id);
        to.day(plan.start);
        to.maybe_day(plan.end);
        to.maybe(plan.sessions.0.map(u64::from));
        to.maybe(plan.sessions.1.map(u64::from));
        to.text(&plan.goal);
    }
    to.length(student.contacts.len());
    for contact in &student.contacts {
        to.day(contact.date);
        to.text(&contact.staff_id);
        to.number(contact.kind);
        to.number(contact.area);
    }
}

/// Reads a record whose days count from `start` into a student.
pub(in crate::store) fn read_support(bytes: &[u8], start: Day, student: &mut Student) -> Option<()> {
    if bytes.is_empty() {
        return Some(());
    }
    let mut from = Reader::new(bytes, start)?;
    let plans = from.length()?;
    student.plans = (0..plans).map(|_| read_plan(&mut from)).collect::<Option<Vec<_>>>()?;
    let contacts = from.length()?;
    student.contacts = (0..contacts)
        .map(|_| read_contact(&mut from))
        .collect::<Option<Vec<_>>>()?;
    from.done(())
}

fn read_plan(from: &mut Reader<'_>) -> Option<Plan> {
    Some(Plan {
        intervention: from.text()?.into(),
        program: from.small()?,
        area: from.small()?,
        tier: from.maybe()?,
        staff_id: from.text()?.into(),
        start: from.day()?,
        end: from.maybe_day()?,
        sessions: (from.maybe()?, from.maybe()?),
        goal: from.text()?.into(),
    })
}

fn read_contact(from: &mut Reader<'_>) -> Option<Contact> {
    Some(Contact {
        date: from.day()?,
        staff_id: from.text()?.into(),
        kind: from.small()?,
        area: from.small()?,
    })
}
