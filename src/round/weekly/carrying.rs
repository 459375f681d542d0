//! How many students an owner can still carry this week, and what is left to the digest.

use std::collections::{BTreeMap, BTreeSet};

use super::Week;
use crate::monitor::Problem;
use crate::outbox::{self, Group, Kind, Posted};
use crate::round::found::{Found, KeptBack};

impl Week<'_, '_> {
    /// How many different students more each owner with a capacity can carry this school week: those of letters that have gone out and of
    /// letters that wait are carried already.
    pub(super) fn can_carry(&self, posted: &[Posted]) -> Result<BTreeMap<usize, u32>, Problem> {
        let limited = self.owners.with_capacity();
        if limited.is_empty() {
            return Ok(BTreeMap::new());
        }
        let carried = self.past.carried(self.morning.monday(), self.morning)?;
        let left = |(who, capacity): (usize, u32)| {
            let staff_id = &self.owners.person(who).staff_id;
            let waits = posted.iter().filter(|each| {
                each.letter.kind == Kind::Nightly && each.letter.to_staff == *staff_id && each.letter.state.tells()
            });
            let in_letter: BTreeSet<&str> = waits
                .filter(|each| each.letter.morning >= self.morning)
                .flat_map(|each| &each.told)
                .map(|told| told.student_id.as_str())
                .collect();
            let used = carried.get(staff_id).copied().unwrap_or(0) + in_letter.len() as u32;
            (who, capacity.saturating_sub(used))
        };
        Ok(limited.into_iter().map(left).collect())
    }
}

impl Week<'_, '_> {
    /// Whom an earlier round of this morning left to the digest that came with it: they are told and no news any more, and the letter that
    /// still waits says as before how many they are.
    pub(super) fn left_before(&self, posted: &[Posted]) -> BTreeMap<usize, BTreeSet<String>> {
        let todays = |kind: Kind| {
            let letters = posted.iter().map(|each| &each.letter);
            letters.filter(move |letter| letter.kind == kind && letter.morning == self.morning)
        };
        let mut students: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for nightly in todays(Kind::Nightly).filter(|letter| letter.state.may_be_replaced()) {
            let digest =
                todays(Kind::Digest).filter(|digest| digest.to_staff == nightly.to_staff && digest.state.tells());
            let left = digest.flat_map(|digest| &digest.content.entries);
            let left = left.filter(|entry| entry.group == Group::Overflow);
            let left: BTreeSet<String> = left.map(|entry| entry.student_id.clone()).collect();
            if let (false, Some(owner)) = (left.is_empty(), self.owners.number(&nightly.to_staff)) {
                students.entry(owner).or_default().extend(left);
            }
        }
        students
    }
}

/// Leaves to the digest what owners cannot carry this week; the students, by owner, so that it is said how many they are.
pub(super) fn leave_to_digest(
    found: &mut Found,
    can_carry: &BTreeMap<usize, u32>,
    for_digest: bool,
) -> BTreeMap<usize, BTreeSet<String>> {
    let (news, over) = outbox::within_capacity(std::mem::take(&mut found.news), can_carry);
    found.news = news;
    let mut students: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for mut news in over {
        students
            .entry(news.owner)
            .or_default()
            .insert(news.entry.student_id.clone());
        news.kind = Kind::Digest;
        news.entry.group = Group::Overflow;
        match for_digest {
            true => found.digest.push(news),
            false => found.kept_back.push(KeptBack::of(&news, "capacity")),
        }
    }
    students
}
