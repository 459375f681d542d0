//! What letters said last, by standing: what reminders, handover lists and digests are told from.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::ledger::{Change, Ledger};
use crate::crossings::Reason;
use crate::facts::{Books, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{Kind, Posted, Told};
use crate::school::SchoolYear;
use crate::store::{EpisodeKey, Store, Word};

/// Earlier letters that one letter points to, at most: a thread, not a history.
const MOST_REFERENCES: usize = 12;

/// What letters said last of every episode of the year. Letters that still wait are left out of it.
#[derive(Default)]
pub(super) struct Lately {
    words: BTreeMap<EpisodeKey, Word>,
    /// Why flags were closed, as tonight's changes say.
    closed: FxHashMap<(StudentIx, u16), Reason>,
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
        let waits = |each: &&Posted| each.letter.state.may_be_replaced() && each.letter.kind != Kind::OperatorReport;
        let waiting: Vec<i64> = posted.iter().filter(waits).map(|each| each.letter.id).collect();
        Ok(Lately {
            words: store.words(year, &waiting)?,
            closed: FxHashMap::default(),
        })
    }

    /// The same as it was before this morning: every letter of this morning is left out, too, whatever became of it.
    pub(super) fn before(store: &Store, year: &SchoolYear, posted: &[Posted]) -> Result<Lately, Problem> {
        let ids: Vec<i64> = posted.iter().map(|each| each.letter.id).collect();
        Ok(Lately {
            words: store.words(year, &ids)?,
            closed: FxHashMap::default(),
        })
    }

    /// Takes in why tonight closed flags.
    pub(super) fn with_closed(mut self, closed: FxHashMap<(StudentIx, u16), Reason>) -> Lately {
        self.closed = closed;
        self
    }

    /// Tonight's closed flags with their reasons.
    pub(super) fn closed(changes: &[Change]) -> FxHashMap<(StudentIx, u16), Reason> {
        let ended = changes
            .iter()
            .filter(|change| change.before.level.is_some() && change.after.level < change.before.level);
        ended
            .map(|change| ((change.student, change.rule), change.reason))
            .collect()
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

    /// Why a flag was closed or lowered: by tonight's changes, else by the last one in the store.
    pub(super) fn reason(
        &self,
        store: &Store,
        year: &SchoolYear,
        ledger: &Ledger,
        (student, rule): (StudentIx, u16),
    ) -> Option<Reason> {
        if let Some(reason) = self.closed.get(&(student, rule)) {
            return Some(*reason);
        }
        let id = ledger.rules.name(u32::from(rule));
        let changes = store.changes(year, student, Some(id)).ok()?;
        let lowered = changes.iter().rev().find(|change| change.to < change.from);
        lowered.map(|change| change.reason)
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
