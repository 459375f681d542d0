//! Standings in memory while a round runs: what was held before, and what became of it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::crossings::{Baseline, Reason, Standing};
use crate::facts::{SchoolIx, StudentIx};
use crate::school::{Day, Interner, Level};

/// One rule at one school: how far it has judged, by which version, and its baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleAtSchool {
    /// The last judged day.
    pub last: Option<Day>,
    /// The school's through day when it was judged.
    pub through: Option<Day>,
    /// The digest of the version that judged it; empty before the first.
    pub digest: String,
    /// The baseline.
    pub baseline: Baseline,
}

/// What a rule last said of a student, in one byte: enough to know a new term from so many new flags.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said(pub u8);

impl Said {
    /// Never judged.
    pub const NOTHING: Said = Said(0);
    /// Clear or a level.
    pub const JUDGED: Said = Said(1);
    /// Not applicable.
    pub const NOT_FOR: Said = Said(2);
    /// Unknown for one night; each further night adds one, up to 255.
    const UNKNOWN: u8 = 3;

    /// One more night without an answer.
    pub fn unknown(self) -> Said {
        Said(if self.0 < Self::UNKNOWN {
            Self::UNKNOWN
        } else {
            self.0.saturating_add(1)
        })
    }

    /// Nights in a row without an answer.
    pub fn unknown_nights(self) -> u16 {
        u16::from(self.0.saturating_sub(Self::UNKNOWN - 1))
    }
}

/// One standing's change, to be kept.
#[derive(Clone, Debug)]
pub struct Change {
    /// The student.
    pub student: StudentIx,
    /// The rule's number in [`Ledger::rules`].
    pub rule: u16,
    /// The school then.
    pub school: SchoolIx,
    /// The day that was judged.
    pub day: Day,
    /// The level before.
    pub from: Option<Level>,
    /// The level after.
    pub to: Option<Level>,
    /// Whether it left an open flag of a student who is here.
    pub is_open: bool,
    /// The judged day of the last step up, see [`Standing::stepped_up`].
    pub stepped_up: Option<Day>,
    /// The digest of the rule that judged it, shared by the changes of a rule at a school.
    pub digest: Arc<str>,
    /// Why.
    pub reason: Reason,
    /// The measure, where there was one.
    pub value: Option<f64>,
    /// The rule's own words for it, with numbers and without names.
    pub because: String,
    /// The words that the rule read with their values, as JSON; empty where they are not kept.
    pub numbers: String,
}

/// A night's changes, school by school. The parts are shared: on a first night there are tens of thousands, and who keeps them begins while
/// the night goes on.
#[derive(Clone, Debug, Default)]
pub struct Changes(Vec<Arc<Vec<Change>>>);

impl Changes {
    /// Adds a part.
    pub fn add(&mut self, mut part: Vec<Change>) {
        if part.is_empty() {
            return;
        }
        // It is kept for long: room for a whole school's changes is not kept with the few of most nights.
        if part.capacity() / 4 > part.len() {
            part.shrink_to_fit();
        }
        self.0.push(Arc::new(part));
    }

    /// Adds what another part of the night brought.
    pub fn append(&mut self, mut others: Changes) {
        self.0.append(&mut others.0);
    }

    /// Every change, in the order of the parts.
    pub fn iter(&self) -> impl Iterator<Item = &Change> {
        self.0.iter().flat_map(|part| part.iter())
    }
}

/// All standings of one school year.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Rule ids by number: the rules at work first, in their order, then those that only old standings know.
    pub rules: Interner,
    /// Standings that are more than a clear verdict on nothing.
    pub standings: FxHashMap<(StudentIx, u16), Standing>,
    /// One rule at one school.
    pub desks: FxHashMap<(SchoolIx, u16), RuleAtSchool>,
    /// What each rule last said of each student: by rule, then by student.
    pub said: Vec<Vec<Said>>,
}

impl Ledger {
    /// The standing of a student under a rule; a default one where nothing is kept.
    pub fn standing(&self, student: StudentIx, rule: u16) -> Standing {
        self.standings.get(&(student, rule)).cloned().unwrap_or_default()
    }

    /// Puts a standing back; one that is quiet is let go.
    pub fn put(&mut self, student: StudentIx, rule: u16, standing: Standing) {
        if standing.is_quiet() {
            self.standings.remove(&(student, rule));
        } else {
            self.standings.insert((student, rule), standing);
        }
    }

    /// What a rule last said of a student.
    pub fn said(&self, student: StudentIx, rule: u16) -> Said {
        let of_rule = self.said.get(usize::from(rule));
        of_rule
            .and_then(|all| all.get(student.0 as usize))
            .copied()
            .unwrap_or_default()
    }

    /// Notes what a rule said of a student.
    pub fn note(&mut self, student: StudentIx, rule: u16, said: Said) {
        let (rule, student) = (usize::from(rule), student.0 as usize);
        if self.said.len() <= rule {
            self.said.resize_with(rule + 1, Vec::new);
        }
        let all = &mut self.said[rule];
        if all.len() <= student {
            all.resize(student + 1, Said::NOTHING);
        }
        all[student] = said;
    }
}
