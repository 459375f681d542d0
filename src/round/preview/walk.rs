//! The walk through a school year's nights: silent up to the first one asked for, so that standings there are warm.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::District;
use super::nights::{nights_to, school_days};
use super::office::{Letters, Night, Office};
use crate::facts::{SchoolIx, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{Kind, untold};
use crate::round::Held;
use crate::round::ledger::{Changes, Ledger};
use crate::round::night::{By, judge_by};
use crate::round::posting::Posting;
use crate::round::school_night::{Known, Nights};
use crate::round::sheet::Readers;
use crate::round::telling::Telling;
use crate::rules::{RuleSet, Status};
use crate::school::{Day, Level};

/// Verdicts held at a time, 40 bytes each; chosen by us. Where a single night has more, each school is judged by itself.
const MOST_CELLS: usize = 1_500_000;

/// The nights asked for, by the last day that each looks at; both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub from: Day,
    /// The last.
    pub to: Day,
}

/// What a set of rules would have done on some nights.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// The nights asked for.
    pub nights: Vec<Day>,
    /// Who would have been flagged on any of them, by rule and student.
    pub flags: BTreeMap<(String, String), Flag>,
    /// The letters to people, in the order of the nights.
    pub letters: Vec<Sent>,
    /// What a person's capacity left to the digest, night by night.
    pub left: Vec<Left>,
    /// Students enrolled on the last night.
    pub active: u32,
    /// Rules that failed while they ran.
    pub problems: Vec<Problem>,
}

/// One student under one rule over the nights asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The school, when the level was reached.
    pub school_id: String,
    /// The highest level held on any of the nights.
    pub highest: Level,
    /// The level held on the last.
    pub open: Option<Level>,
}

/// One letter that would have been posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The day up to which facts were known.
    pub night: Day,
    /// The school morning it is for.
    pub morning: Day,
    /// Its kind.
    pub kind: Kind,
    /// Whose it is.
    pub to_staff: String,
    /// The students it is about, by id, each once.
    pub students: BTreeSet<String>,
    /// Students under rules, named or told as a count.
    pub entries: usize,
    /// Those of them told as a count.
    pub counted: usize,
}

/// Students whose news was more than a person can carry that week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The school morning whose letter they are not in.
    pub morning: Day,
    /// Whose news it is.
    pub to_staff: String,
    /// The students, by id.
    pub students: BTreeSet<String>,
}

/// Replays the nights up to the last one asked for. `only`: the flags and letters of one rule.
pub fn replay(district: &District<'_>, rules: &RuleSet, only: Option<&str>, span: Span) -> Replayed {
    let nights = Nights::new(district.almanac);
    let mut walk = Walk {
        district: *district,
        rules,
        only,
        span,
        nights: &nights,
        office: Office::new(*district),
        ledger: Ledger::default(),
        known: Known::default(),
        last: None,
        flagged: FxHashMap::default(),
        replayed: Replayed::default(),
    };
    for rule in rules.rules() {
        walk.ledger.rules.intern(rule.id());
    }
    walk.go();
    walk.end()
}

struct Walk<'w> {
    district: District<'w>,
    rules: &'w RuleSet,
    only: Option<&'w str>,
    span: Span,
    nights: &'w Nights<'w>,
    office: Office<'w>,
    ledger: Ledger,
    known: Known,
    last: Option<Day>,
    flagged: FxHashMap<(StudentIx, u16), (Level, SchoolIx)>,
    replayed: Replayed,
}

impl Walk<'_> {
    fn go(&mut self) {
        let almanac = self.district.almanac;
        let days = school_days(almanac, self.span.to);
        let nights = nights_to(almanac, self.span.to);
        let mut readers = Readers::new(self.rules, self.nights, almanac);
        let each = almanac.books().students.len() * self.rules.rules().len();
        let at_a_time = (MOST_CELLS / each.max(1)).clamp(1, almanac.books().year.length());
        for some in nights.chunks(at_a_time) {
            let Some(last) = some.last() else { continue };
            let before = self.last;
            // Days that no night looked at last are judged with the next one.
            let mut days: BTreeSet<Day> = days.range(..=*last).copied().collect();
            days.extend(some);
            days.retain(|day| before.is_none_or(|before| before < *day));
            if each <= MOST_CELLS {
                self.known.sheet = readers.read(days.into_iter().collect());
            }
            for &as_of in some {
                self.night(as_of);
            }
        }
        self.replayed.problems.extend(readers.problems());
    }

    /// One night, as a round does it.
    fn night(&mut self, as_of: Day) {
        let held = Held::default();
        let by = By {
            rules: self.rules,
            older: &[],
            held: &held,
            last: self.last,
            as_of,
            known: Some(&self.known),
            hand: &|_, _| (),
        };
        let ledger = std::mem::take(&mut self.ledger);
        let done = judge_by(&by, self.district.almanac, self.nights, ledger);
        self.known.remember(&done.changes);
        let letters = self.office.letters(&Night {
            rules: self.rules,
            only: self.only,
            nights: self.nights,
            ledger: &done.ledger,
            as_of,
            began: done.began,
            rule_changed: Posting::rule_changed(&done.changes),
            changes: &done.changes,
            seen: &done.seen,
        });
        if self.span.from <= as_of {
            self.note_flags(&done.ledger, &done.changes, as_of);
            self.replayed.nights.push(as_of);
        }
        let mut ledger = done.ledger;
        match letters {
            Ok(letters) => {
                let told = letters.letters.iter().filter(|(letter, _)| letter.kind.raises_told());
                let mut telling = Telling::default();
                for (_, told) in told {
                    telling.raise(self.district.almanac.books(), &ledger, told);
                }
                telling.enter(&mut ledger);
                if self.span.from <= as_of {
                    self.note_letters(letters, as_of);
                }
            }
            Err(problem) => self.replayed.problems.push(problem),
        }
        for problem in done.problems {
            if !self.replayed.problems.contains(&problem) {
                self.replayed.problems.push(problem);
            }
        }
        self.ledger = ledger;
        self.last = Some(as_of);
    }

    /// Notes the letters of a night; of one rule those that tell of a student under it, or count a storm of it.
    fn note_letters(&mut self, night: Letters, as_of: Day) {
        for (letter, told) in night.letters {
            let untold = untold(&letter, &told);
            let says_nothing = told.is_empty() && untold.is_empty() && letter.content.storms.is_empty();
            if self.only.is_some() && says_nothing {
                continue;
            }
            let students = told.iter().map(|line| &line.student_id);
            let students = students.chain(untold.iter().map(|entry| &entry.student_id));
            self.replayed.letters.push(Sent {
                night: as_of,
                morning: letter.morning,
                kind: letter.kind,
                students: students.cloned().collect(),
                entries: told.len() + untold.len(),
                counted: told.iter().filter(|line| line.unwritten).count(),
                to_staff: letter.to_staff,
            });
        }
        let left = night.over.into_iter().map(|(to_staff, students)| Left {
            morning: night.morning,
            to_staff,
            students,
        });
        self.replayed.left.extend(left);
    }

    /// Notes the highest level of every flag: all that are open on the first night, then what changes.
    fn note_flags(&mut self, ledger: &Ledger, changes: &Changes, as_of: Day) {
        if self.replayed.nights.is_empty() {
            for ((student, rule), standing) in &ledger.standings {
                let school = self.nights.home(*student, as_of).map(|stay| stay.school);
                if let (true, Some(level), Some(school)) = (standing.is_open(), standing.level, school) {
                    self.note(*student, *rule, level, school);
                }
            }
        }
        for change in changes.iter() {
            if let (true, Some(level)) = (change.is_open, change.to) {
                self.note(change.student, change.rule, level, change.school);
            }
        }
    }

    fn note(&mut self, student: StudentIx, rule: u16, level: Level, school: SchoolIx) {
        if !self.is_asked(rule, school) {
            return;
        }
        let noted = self.flagged.entry((student, rule)).or_insert((level, school));
        if noted.0 < level {
            *noted = (level, school);
        }
    }

    /// Whether the flags of a rule at a school are asked for: it is live there, and the one asked for.
    fn is_asked(&self, rule: u16, school: SchoolIx) -> bool {
        let Some(rule) = self.rules.rules().get(usize::from(rule)) else {
            return false;
        };
        let live = rule.card(self.nights.school_id(school)).status == Status::Live;
        live && self.only.is_none_or(|only| only == rule.id())
    }

    fn end(mut self) -> Replayed {
        let last = self.last.and_then(|last| self.nights.get(last));
        self.replayed.active = last.map_or(0, |night| night.active().count() as u32);
        let names = &self.district.almanac.books().names;
        for ((student, rule), (highest, school)) in &self.flagged {
            let open = self.ledger.standings.get(&(*student, *rule));
            let flag = Flag {
                school_id: self.nights.school_id(*school).to_owned(),
                highest: *highest,
                open: open.filter(|standing| standing.is_open()).and_then(|open| open.level),
            };
            let rule = self.ledger.rules.name(u32::from(*rule)).to_owned();
            let student = names.students.name(student.0).to_owned();
            self.replayed.flags.insert((rule, student), flag);
        }
        self.replayed
    }
}
