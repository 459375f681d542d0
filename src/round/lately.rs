//! What letters said before tonight: what reminders, handover lists and digests are told from.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::ledger::{Changes, Ledger};
use crate::crossings::Reason;
use crate::facts::{Books, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{Kind, Posted, Told};
use crate::school::{Day, SchoolYear};
use crate::store::{EpisodeKey, Store, Word};

/// Earlier letters that one letter points to, at most: a thread, not a history.
const MOST_REFERENCES: usize = 12;

/// What is asked of the letters and changes of the nights before: of those in the store, or of those of nights that are only looked at
/// again.
pub(super) trait Past {
    /// Whoever was written as an owner this year for a morning before another, by staff id.
    fn owners_written(&self, before: Day) -> Result<Vec<String>, Problem>;

    /// Different students with news in nightly letters between two mornings, the second left out, by reader.
    fn carried(&self, from: Day, to: Day) -> Result<BTreeMap<String, u32>, Problem>;

    /// The latest morning for which there was a letter of a kind.
    fn last_morning(&self, kind: Kind) -> Result<Option<Day>, Problem>;

    /// Why a flag was closed or lowered last.
    fn lowered(&self, flag: (StudentIx, u16)) -> Option<Reason>;
}

/// The nights before as the store has them.
pub(super) struct Kept<'k> {
    pub(super) store: &'k Store,
    pub(super) year: &'k SchoolYear,
    pub(super) ledger: &'k Ledger,
    /// Why flags were closed, as tonight's changes say.
    pub(super) closed: &'k FxHashMap<(StudentIx, u16), Reason>,
}

impl Past for Kept<'_> {
    fn owners_written(&self, before: Day) -> Result<Vec<String>, Problem> {
        self.store.owners_written_between(self.year.start, before)
    }

    fn carried(&self, from: Day, to: Day) -> Result<BTreeMap<String, u32>, Problem> {
        self.store.carried(from, to)
    }

    fn last_morning(&self, kind: Kind) -> Result<Option<Day>, Problem> {
        self.store.last_morning(kind)
    }

    /// By tonight's changes, else by the last one in the store.
    fn lowered(&self, (student, rule): (StudentIx, u16)) -> Option<Reason> {
        if let Some(reason) = self.closed.get(&(student, rule)) {
            return Some(*reason);
        }
        let id = self.ledger.rules.name(u32::from(rule));
        let changes = self.store.changes(self.year, student, Some(id)).ok()?;
        let lowered = changes.iter().rev().find(|change| change.to < change.from);
        lowered.map(|change| change.reason)
    }
}

/// Flags that a night's changes closed or lowered, with their reasons.
pub(super) fn closed(changes: &Changes) -> FxHashMap<(StudentIx, u16), Reason> {
    let ended = changes
        .iter()
        .filter(|change| change.from.is_some() && change.to < change.from);
    ended
        .map(|change| ((change.student, change.rule), change.reason))
        .collect()
}

/// What letters said last of every episode of the year. Letters that still wait are left out of it.
#[derive(Default)]
pub(super) struct Lately {
    words: BTreeMap<EpisodeKey, Word>,
}

/// The numbers of letters that still wait.
pub(super) fn waiting(posted: &[Posted]) -> Vec<i64> {
    let waits = |each: &&Posted| each.letter.state.may_be_replaced() && each.letter.kind != Kind::OperatorReport;
    posted.iter().filter(waits).map(|each| each.letter.id).collect()
}

/// One episode of which letters spoke.
#[derive(Clone, Copy)]
pub(super) struct Spoken<'l> {
    pub(super) student: StudentIx,
    pub(super) rule: u16,
    pub(super) episode: u16,
    pub(super) word: &'l Word,
}

impl Lately {
    pub(super) fn load(store: &Store, year: &SchoolYear, posted: &[Posted]) -> Result<Lately, Problem> {
        Ok(Lately {
            words: store.words(year, &waiting(posted))?,
        })
    }

    /// The same as it was before this morning: every letter of this morning is left out, too, whatever became of it.
    pub(super) fn before(store: &Store, year: &SchoolYear, posted: &[Posted]) -> Result<Lately, Problem> {
        let ids: Vec<i64> = posted.iter().map(|each| each.letter.id).collect();
        Ok(Lately {
            words: store.words(year, &ids)?,
        })
    }

    /// Every episode of which letters spoke, of students and rules that the books know.
    pub(super) fn spoken<'l>(&'l self, books: &Books, ledger: &Ledger) -> Vec<Spoken<'l>> {
        let known = |((student, rule, episode), word): (&EpisodeKey, &'l Word)| {
            Some(Spoken {
                student: StudentIx(books.names.students.get(student)?),
                rule: u16::try_from(ledger.rules.get(rule)?).ok()?,
                episode: *episode,
                word,
            })
        };
        self.words.iter().filter_map(known).collect()
    }

    /// Who was written of an episode last, by staff id.
    pub(super) fn reader(&self, student_id: &str, rule: &str, episode: u16) -> Option<String> {
        let key = (student_id.to_owned(), rule.to_owned(), episode);
        let word = self.words.get(&key)?;
        (word.written && word.level.is_some()).then(|| word.to_staff.clone())
    }

    /// Message-IDs of the letters that spoke of the same episodes before, oldest first.
    pub(super) fn references(&self, told: &[Told]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for line in told.iter().filter(|line| !line.unwritten) {
            let key = (line.student_id.clone(), line.rule.clone(), line.episode);
            for id in self.words.get(&key).into_iter().flat_map(|word| &word.letters) {
                if !all.contains(id) {
                    all.push(id.clone());
                }
            }
        }
        let newest = all.len().saturating_sub(MOST_REFERENCES);
        all.split_off(newest)
    }
}
