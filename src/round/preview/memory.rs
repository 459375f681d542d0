//! What the letters of nights that are only looked at have said: in memory, where a round has its store.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::crossings::Reason;
use crate::facts::{Books, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{Kind, Letter, Told, untold};
use crate::round::lately::{Past, Spoken, closed};
use crate::round::ledger::{Changes, Ledger};
use crate::school::Day;
use crate::store::{Copied, Line, Word};

/// The letters of the nights before, as far as later ones depend on them.
#[derive(Default)]
pub(super) struct Memory {
    /// What was said last, by student, rule and episode.
    words: BTreeMap<(StudentIx, u16, u16), Word>,
    lowered: FxHashMap<(StudentIx, u16), Reason>,
    mornings: BTreeMap<Kind, Day>,
    owners: BTreeSet<String>,
    /// What second readers were told.
    copied: Copied,
    /// Students in nightly letters of one school week, by its Monday and reader.
    carried: (Option<Day>, BTreeMap<String, BTreeSet<StudentIx>>),
}

impl Memory {
    /// Takes in why a night closed or lowered flags.
    pub(super) fn see(&mut self, changes: &Changes) {
        self.lowered.extend(closed(changes));
    }

    /// Takes in a letter as it leaves.
    pub(super) fn hear(&mut self, books: &Books, ledger: &Ledger, letter: &Letter, told: &[Told]) {
        self.mornings.insert(letter.kind, letter.morning);
        let is_owners = told.is_empty() || !told.iter().all(Told::is_copy);
        if matches!(letter.kind, Kind::Nightly | Kind::StartingList | Kind::Digest)
            && is_owners
            && !self.owners.contains(&letter.to_staff)
        {
            self.owners.insert(letter.to_staff.clone());
        }
        let line = Line {
            kind: letter.kind,
            to_staff: letter.to_staff.as_str(),
            morning: letter.morning,
            level: None,
            written: true,
            falls: false,
        };
        let students = books.names.students.in_order();
        let place = |student: &str, rule: &str| {
            let rule = u16::try_from(ledger.rules.get(rule)?).ok()?;
            Some((StudentIx(students.get(student)?), rule))
        };
        for told in told {
            let Some((student, rule)) = place(&told.student_id, &told.rule) else {
                continue;
            };
            let line = Line {
                level: Some(told.level),
                written: !told.unwritten,
                falls: told.falls,
                ..line
            };
            if told.is_copy() {
                let readers = (told.student_id.clone(), told.rule.clone(), told.episode);
                let readers = self.copied.entry(readers).or_default();
                readers.insert(letter.to_staff.clone(), (told.level, letter.content.as_of));
            } else {
                self.say((student, rule, told.episode), &line);
            }
            if letter.kind == Kind::Nightly {
                self.carry(letter, student);
            }
        }
        for entry in untold(letter, told) {
            if let Some((student, rule)) = place(&entry.student_id, &entry.rule) {
                self.say((student, rule, entry.episode), &line);
            }
        }
    }

    fn say(&mut self, episode: (StudentIx, u16, u16), line: &Line<&str>) {
        let word = self.words.entry(episode).or_insert_with(|| Word::none(line));
        word.hear(line);
    }

    fn carry(&mut self, letter: &Letter, student: StudentIx) {
        let monday = Some(letter.morning.monday());
        if self.carried.0 != monday {
            self.carried = (monday, BTreeMap::new());
        }
        let carried = self.carried.1.entry(letter.to_staff.clone()).or_default();
        carried.insert(student);
    }

    /// Who was written of an episode last, by staff id.
    pub(super) fn reader(&self, episode: (StudentIx, u16, u16)) -> Option<String> {
        let word = self.words.get(&episode)?;
        (word.written && word.level.is_some()).then(|| word.to_staff.clone())
    }

    /// What second readers were told.
    pub(super) fn copied(&self) -> &Copied {
        &self.copied
    }

    /// Every episode of which letters spoke in words: of others nothing is said again.
    pub(super) fn spoken(&self) -> Vec<Spoken<'_>> {
        let written = self.words.iter().filter(|(_, word)| word.written);
        let spoken = written.map(|((student, rule, episode), word)| Spoken {
            student: *student,
            rule: *rule,
            episode: *episode,
            word,
        });
        spoken.collect()
    }
}

impl Past for Memory {
    fn owners_written(&self, _before: Day) -> Result<Vec<String>, Problem> {
        // Every letter that it knows was for a morning before tonight's.
        Ok(self.owners.iter().cloned().collect())
    }

    fn carried(&self, from: Day, _to: Day) -> Result<BTreeMap<String, u32>, Problem> {
        let (monday, carried) = &self.carried;
        if *monday != Some(from) {
            return Ok(BTreeMap::new());
        }
        let count = |(staff, students): (&String, &BTreeSet<StudentIx>)| (staff.clone(), students.len() as u32);
        Ok(carried.iter().map(count).collect())
    }

    fn last_morning(&self, kind: Kind) -> Result<Option<Day>, Problem> {
        Ok(self.mornings.get(&kind).copied())
    }

    fn lowered(&self, flag: (StudentIx, u16)) -> Option<Reason> {
        self.lowered.get(&flag).copied()
    }
}
