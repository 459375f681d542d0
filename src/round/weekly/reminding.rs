//! Urgent flags that nobody acts on, and students who are somebody else's from now on.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use super::{ADMINISTRATORS, Week};
use crate::crossings::Standing;
use crate::facts::{SchoolIx, StudentIx};
use crate::outbox::{Group, Kind, News};
use crate::round::lately::Spoken;
use crate::round::posting::Case;
use crate::school::Level;

/// Reminders wait for the contacts feed to have brought a row for the school within so many school days; from their definition.
const CONTACTS_WITHIN: u32 = 20;

impl Week<'_, '_> {
    /// Reminders of urgent flags that nobody has acted on, to their owners and then to their supervisors.
    pub(super) fn reminders(&self) -> Vec<News> {
        if self.letters.remind_after == 0 && self.letters.escalate_after == 0 {
            return Vec::new();
        }
        let schools = self.schools_with_contacts();
        let mut news = Vec::new();
        let is_told = |spoken: &&Spoken<'_>| spoken.word.level == Some(Level::Urgent) && spoken.word.written;
        for spoken in self.spoken.iter().filter(is_told) {
            let Some((case, standing)) = self.open(spoken) else {
                continue;
            };
            if standing.level != Some(Level::Urgent) || !schools.contains(&case.school) {
                continue;
            }
            let days = self.days_without_contact(&case, spoken.word.since);
            let reminded = spoken.word.reminders;
            let due = |after: u32, before: u32| after > 0 && days >= after && reminded == before;
            let known = || self.posting.known(Kind::Reminder, case.student, case.number, standing);
            if due(self.letters.remind_after, 0) {
                news.extend(known());
            } else if due(self.letters.escalate_after, u32::from(self.letters.remind_after > 0)) {
                news.extend(known().and_then(|news| self.escalated(&case, news)));
            }
        }
        news
    }

    /// The same for the owner's supervisor; nothing where the owner is the only one there is.
    fn escalated(&self, case: &Case<'_>, mut news: News) -> Option<News> {
        let supervisor = self.lead(case.school, &ADMINISTRATORS, &news.entry.area)?;
        if supervisor == news.owner {
            return None;
        }
        news.entry.whose = format!(
            "written to {}",
            self.owners.name_of(&self.owners.person(news.owner).staff_id)
        );
        news.entry.group = Group::Escalated;
        news.owner = supervisor;
        news.why = "supervisor of the owner".to_owned();
        Some(news)
    }

    /// What the new owner of a student should know that another was written. Who stands in gets none: theirs are the days away alone.
    /// What is news tonight says it of itself.
    pub(super) fn handovers(&self, tonight: &[News]) -> Vec<News> {
        let key = |news: &News| (news.entry.student_id.clone(), news.entry.rule.clone(), news.owner);
        let fresh = tonight
            .iter()
            .filter(|news| matches!(news.kind, Kind::Nightly | Kind::StartingList));
        // Most nights nobody has a new owner, and a first night's news is tens of thousands.
        let said = LazyCell::new(|| fresh.map(key).collect::<BTreeSet<(String, String, usize)>>());
        let mut news = Vec::new();
        for spoken in self.spoken {
            let (Some(level), true) = (spoken.word.level, spoken.word.written) else {
                continue;
            };
            let Some((case, standing)) = self.open(spoken) else {
                continue;
            };
            let resolution = self.posting.resolve(&case, level);
            let Some(owner) = resolution.owner.filter(|_| resolution.instead_of.is_none()) else {
                continue;
            };
            if self.owners.person(owner).staff_id == spoken.word.to_staff {
                continue;
            }
            // What is worse than what the other was written is news, and goes to the new owner as such.
            let standing = Standing {
                level: Some(level),
                told: Some(level),
                ..standing.clone()
            };
            if let Some(mut known) = self.posting.known(Kind::Handover, case.student, case.number, &standing) {
                known.entry.whose = format!("from {}", self.owners.name_of(&spoken.word.to_staff));
                if !said.contains(&key(&known)) {
                    news.push(known);
                }
            }
        }
        news
    }

    /// Schools for which the contacts feed has brought a row lately: elsewhere nobody could have recorded one.
    fn schools_with_contacts(&self) -> BTreeSet<SchoolIx> {
        let mut schools = BTreeSet::new();
        for (number, facts) in self.posting.books.students.iter().enumerate() {
            let dates = facts.contacts.iter().map(|contact| contact.date);
            let Some(last) = dates.filter(|date| *date <= self.as_of).max() else {
                continue;
            };
            let home = self.posting.nights.home(StudentIx(number as u32), self.as_of);
            let Some(home) = home else { continue };
            let days = crate::round::holding::days_after(self.posting.nights, home.school, last, self.as_of);
            if days <= CONTACTS_WITHIN {
                schools.insert(home.school);
            }
        }
        schools
    }
}
