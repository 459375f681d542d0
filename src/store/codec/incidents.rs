//! A student's incident rows as bytes.

use super::VERSION;
use super::bytes::{Reader, Writer};
use crate::facts::{Incident, SchoolIx};
use crate::school::Day;

/// Appends a record; nothing where there is no incident.
pub(in crate::store) fn write_incidents(incidents: &[Incident], start: Day, into: &mut Vec<u8>) {
    if incidents.is_empty() {
        return;
    }
    let mut to = Writer::new(into, start);
    to.byte(VERSION);
    to.length(incidents.len());
    for incident in incidents {
        to.text(&incident.incident);
        to.number(incident.school.0);
        to.day(incident.date);
        to.number(incident.kind);
        to.number(incident.role);
        to.number(incident.action);
        to.maybe(incident.action_days.map(u64::from));
    }
}

/// Reads a record whose days count from `start`.
pub(in crate::store) fn read_incidents(bytes: &[u8], start: Day) -> Option<Vec<Incident>> {
    if bytes.is_empty() {
        return Some(Vec::new());
    }
    let mut from = Reader::new(bytes, start)?;
    let count = from.length()?;
    let incidents = (0..count)
        .map(|_| read_incident(&mut from))
        .collect::<Option<Vec<_>>>()?;
    from.done(incidents)
}

fn read_incident(from: &mut Reader<'_>) -> Option<Incident> {
    Some(Incident {
        incident: from.text()?.into(),
        school: SchoolIx(from.small()?),
        date: from.day()?,
        kind: from.small()?,
        role: from.small()?,
        action: from.small()?,
        action_days: from.maybe()?,
    })
}
