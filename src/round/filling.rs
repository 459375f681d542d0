//! What only a named entry needs: why in numbers, the next step and level, the last weeks, what is already going on.

use super::posting::Posting;
use crate::config::Detail;
use crate::facts::{SchoolIx, Student};
use crate::outbox::{Entry, PLAN_LINE};
use crate::rules::{CaseFile, Edges, Judge, Worse};
use crate::school::{Area, Level};

/// School weeks shown in an entry's strip.
pub(super) const STRIP_WEEKS: u16 = 8;

impl Posting<'_, '_> {
    /// Adds what only a named entry needs.
    pub(super) fn fill(&self, judge: &mut Judge<'_>, entry: &mut Entry) {
        let Some((student, number)) = self.place(&entry.student_id, &entry.rule) else {
            return;
        };
        let Some(numbers) = self.nights.get(self.as_of).and_then(|night| night.student(student)) else {
            return;
        };
        let Some(rule) = self.rules.rules().get(usize::from(number)) else {
            return;
        };
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held: self.held.at(numbers.school()),
        };
        entry.because = judge.because(usize::from(number), &file);
        entry.strip = numbers.strip(STRIP_WEEKS);
        let card = rule.card(numbers.school_id());
        entry.next = entry
            .level
            .and_then(|level| card.next.get(&level))
            .cloned()
            .unwrap_or_default();
        entry.edge = entry
            .level
            .map(|level| next_edge(&card.edges, level))
            .unwrap_or_default();
        let facts = &self.books.students[student.0 as usize];
        entry.going_on = self.going_on(facts, entry, numbers.school());
        entry.detail = self.opened(&numbers, facts, entry);
    }

    /// What is already going on in an area: open plans, then the last contact. Where the flag got worse all the same, that is said.
    fn going_on(&self, facts: &Student, entry: &Entry, school: SchoolIx) -> Vec<String> {
        let desk = self.desk(school);
        let area: &Area = &entry.area;
        let mut lines = Vec::new();
        let is_news = entry.level > entry.before;
        for plan in desk.open_plans(facts, area) {
            let program = self.shows(Detail::Programs).then(|| self.word(plan.program).to_owned());
            let tier = plan.tier.map(|tier| format!("tier {tier}"));
            let about: Vec<String> = [program, tier].into_iter().flatten().collect();
            let about = match about.is_empty() {
                true => String::new(),
                false => format!(" ({})", about.join(", ")),
            };
            // Known at a lower level, or quiet until the plan had run its time: it did not help enough.
            let run = desk.nights.school_days(school, plan.start, self.as_of) as u32;
            let failed = entry.before.is_some()
                || entry.level >= Some(Level::Urgent)
                || run >= self.holds.patience().review_days;
            let worse = if is_news && failed { ", and it got worse" } else { "" };
            lines.push(format!("{PLAN_LINE}{about} has been open since {}{worse}.", plan.start));
        }
        let contacts = facts
            .contacts
            .iter()
            .filter(|contact| desk.meant(contact.area, area) && contact.date <= self.as_of);
        if let Some(last) = contacts.max_by_key(|contact| contact.date) {
            let kind = desk.word(last.kind);
            let how = if kind.is_empty() {
                String::new()
            } else {
                format!(" ({kind})")
            };
            lines.push(format!("The last contact was on {}{how}.", last.date));
        }
        lines
    }
}

/// Where the next graver level begins: `urgent begins at 20`. Empty at the gravest.
fn next_edge(edges: &Edges, level: Level) -> String {
    let next = edges.levels.iter().find(|(other, _)| **other > level);
    let Some((next, edge)) = next else { return String::new() };
    let words = match edges.worse {
        Worse::Higher => "begins at",
        Worse::Lower => "begins at or below",
    };
    format!("{next} {words} {edge}")
}
