//! From standings to letters: what is news, and what its entry says; whose it is stands in `readers`.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::found::{Found, KeptBack, Sheltered};
use super::held::Held;
use super::holding::{Desk, Flag, Holds};
use super::judging::share;
use super::ledger::{Change, Changes, Ledger, RuleAtSchool};
use super::school_night::Nights;
use super::telling::Key;
use crate::config::{Copy, Detail};
use crate::crossings::{Circumstances, Hold, Phase, Reason, Shelter, Standing, hold};
use crate::facts::{Books, SchoolIx, StudentIx};
use crate::outbox::{Entry, Group, Kind, Letter, News, OpenFlag, Told};
use crate::routing::{Owners, Resolution};
use crate::rules::{Rule, RuleSet, Status};
use crate::school::{Day, Grade, Level};
use crate::store::{Copied, EpisodeKey};

/// Standings looked through at a time by one thread; chosen by us.
const AT_A_TIME: usize = 2048;

/// What posting looks at.
pub(super) struct Posting<'p, 'a> {
    pub(super) books: &'p Books,
    pub(super) rules: &'p RuleSet,
    pub(super) nights: &'p Nights<'a>,
    pub(super) ledger: &'p Ledger,
    pub(super) held: &'p Held,
    pub(super) owners: &'p Owners<'p>,
    pub(super) as_of: Day,
    /// The first day that this round judged: a baseline since then is tonight's.
    pub(super) began: Day,
    /// Students and rules whose standing the changed rule itself raised in this round.
    pub(super) rule_changed: FxHashSet<(StudentIx, u16)>,
    /// Second readers.
    pub(super) copies: &'p [Copy],
    /// What they were told before, letters that still wait left out.
    pub(super) copied: &'p Copied,
    /// Who was written of a flag last, by staff id; letters that still wait left out.
    pub(super) last_reader: &'p (dyn Fn(&Case<'_>) -> Option<String> + Sync),
    /// Why the last round kept news back, by student and rule.
    pub(super) kept: &'p BTreeMap<(String, String), String>,
    /// What keeps news back.
    pub(super) holds: &'p Holds,
    /// What the district lets letters show beyond numbers.
    pub(super) detail: &'p [Detail],
    /// Readers for whom letters about an episode have been refused twice.
    pub(super) refused: &'p BTreeMap<EpisodeKey, Vec<String>>,
    /// Whether tonight's news for the digest is asked for: only then is its owner looked for.
    pub(super) for_digest: bool,
}

impl<'p, 'a> Posting<'p, 'a> {
    pub(super) fn rule_changed(changes: &Changes) -> FxHashSet<(StudentIx, u16)> {
        let raised = |change: &&Change| change.reason == Reason::RuleChanged && change.to > change.from;
        changes
            .iter()
            .filter(raised)
            .map(|change| (change.student, change.rule))
            .collect()
    }

    /// Looks through every open standing. The order of the result does not depend on the order of the store.
    pub(super) fn find(&self) -> Found {
        let mut found = Found::default();
        let open = self.open();
        let parts: Vec<_> = open.chunks(AT_A_TIME).collect();
        let with_news = |part: &&[(Key, &Standing)]| {
            let mut found = Found::default();
            for ((student, number), standing) in *part {
                let Some(news) = self.news(*student, *number, standing, &mut found) else {
                    continue;
                };
                found.news.extend(self.copies(*student, *number, standing, &news));
                if news.kind == Kind::StartingList {
                    found.listed.push((*student, *number));
                }
                match news.kind {
                    Kind::Digest => found.digest.push(news),
                    _ => found.news.push(news),
                }
            }
            found
        };
        let parts = share(&parts, with_news);
        found.news.reserve(parts.iter().map(|part| part.news.len()).sum());
        for part in parts {
            found.add(part);
        }
        found
    }

    /// A student's open flags, whoever owns them.
    pub(super) fn flags(&self, student_id: &str) -> Vec<OpenFlag> {
        let Some(student) = self.books.names.students.get(student_id).map(StudentIx) else {
            return Vec::new();
        };
        let flag = |number: u16| {
            let standing = self.ledger.standings.get(&(student, number))?;
            standing.is_open().then(|| self.flag(student, number, standing))?
        };
        (0..self.ledger.rules.len() as u16).filter_map(flag).collect()
    }

    /// Every open standing, in the order of students and rules.
    fn open(&self) -> Vec<(Key, &'p Standing)> {
        let all = self.ledger.standings.iter().map(|(key, standing)| (*key, standing));
        let mut open: Vec<_> = all.filter(|(_, standing)| standing.is_open()).collect();
        open.sort_unstable_by_key(|(key, _)| *key);
        open
    }

    /// A piece of news as its entry stands tonight, whatever was told; for letters that still wait.
    pub(super) fn again(&self, letter: &Letter, told: &Told, before: Option<Level>) -> Option<News> {
        // Reminders and handover lists are found anew as if those that wait had not been written; one that tells an owner's supervisor is no
        // reminder of the owner's.
        if matches!(letter.kind, Kind::Reminder | Kind::Handover) {
            return None;
        }
        let (student, number) = self.place(&told.student_id, &told.rule)?;
        let standing = self
            .ledger
            .standings
            .get(&(student, number))
            .filter(|standing| standing.is_open() && standing.episode == told.episode)?;
        // What the owner knows is no matter to a second reader.
        let standing = Standing {
            told: before.filter(|_| !told.is_copy()),
            ..standing.clone()
        };
        let news = self.news(student, number, &standing, &mut Found::default());
        // What only a digest would say now is no news of a letter that waits.
        let news = news.filter(|news| news.kind != Kind::Digest)?;
        if !told.is_copy() {
            return Some(news);
        }
        let mut copies = self.copies(student, number, &standing, &news).into_iter();
        copies.find(|copy| self.owners.person(copy.owner).staff_id == letter.to_staff)
    }

    /// The numbers of a student and a rule by their ids.
    pub(super) fn place(&self, student_id: &str, rule: &str) -> Option<(StudentIx, u16)> {
        let student = StudentIx(self.books.names.students.get(student_id)?);
        let number = u16::try_from(self.ledger.rules.get(rule)?).ok()?;
        Some((student, number))
    }

    /// An open flag that its owner knows of, for a letter that brings it to mind again. The owner is tonight's.
    pub(super) fn known(&self, kind: Kind, student: StudentIx, number: u16, standing: &Standing) -> Option<News> {
        let case = self.case(student, number, standing)?;
        let resolution = self.resolve(&case, standing.level?);
        let why = resolution.why(self.owners);
        let mut entry = self.entry(&case, standing.level, Reason::Still);
        entry.before = standing.told;
        Some(News {
            entry: Box::new(entry),
            kind,
            owner: resolution.owner?,
            waiting_since: standing.since.unwrap_or(self.as_of),
            headline: String::new(),
            why,
        })
    }

    /// Everything that is asked about one flag; `None` where its rule is at work no more or the student is not enrolled.
    pub(super) fn case<'c>(&'c self, student: StudentIx, number: u16, standing: &'c Standing) -> Option<Case<'c>> {
        let rule = self.at_work(number)?;
        let (school, grade) = self.home(student)?;
        Some(Case {
            student,
            number,
            rule,
            school,
            school_id: self.books.names.schools.name(u32::from(school.0)),
            student_id: self.books.names.students.name(student.0),
            grade,
            standing,
        })
    }

    fn news(&self, student: StudentIx, number: u16, standing: &Standing, found: &mut Found) -> Option<News> {
        let level = standing.news()?;
        let case = self.case(student, number, standing)?;
        let card = case.rule.card(case.school_id);
        let phase = self.phase(self.ledger.desks.get(&(case.school, number)));
        let changed = self.rule_changed.contains(&(student, number));
        let on_list = phase == Phase::Now || changed;
        let shelter = self.shelter(&case, level);
        if let Some(hold) = hold(&self.circumstances(&case, level, (phase, on_list), shelter)) {
            self.keep_back(&case, level, hold, found);
            return None;
        }
        if !matches!(card.status, Status::Live) {
            return None;
        }
        if !on_list && shelter == Some(Shelter::Told) {
            found.discarded.push(self.tell(&case, level));
            return None;
        }
        let joins_digest = level == Level::Watch || shelter == Some(Shelter::Digest);
        let kind = match (on_list, joins_digest) {
            (true, _) => Kind::StartingList,
            (false, true) => Kind::Digest,
            (false, false) => Kind::Nightly,
        };
        if kind == Kind::Digest && !self.for_digest {
            found.kept_back.push(case.kept_back(level, "digest"));
            return None;
        }
        let resolution = self.resolve(&case, level);
        found.unowned += u32::from(resolution.unowned);
        found.lost += u32::from(resolution.owner.is_none());
        let why = resolution.why(self.owners);
        let owner = resolution.owner?;
        let reason = match (kind, standing.told) {
            (Kind::StartingList, _) if changed => Reason::RuleChanged,
            (Kind::StartingList, _) => Reason::Baseline,
            (_, None) => Reason::Crossed,
            (_, Some(_)) => Reason::Worsened,
        };
        let headline = if changed && phase != Phase::Now {
            format!(
                "The rule \u{201c}{}\u{201d} was changed; these students are flagged by the new version.",
                case.rule.title()
            )
        } else {
            String::new()
        };
        let mut entry = self.entry(&case, Some(level), reason);
        entry.held = self.kept_until_now(&case, on_list);
        self.say_whose(&mut entry, &case, owner, &resolution);
        if kind == Kind::Digest {
            entry.group = if level == Level::Watch {
                Group::Watched
            } else {
                Group::Storm
            };
        }
        Some(News {
            entry: Box::new(entry),
            kind,
            owner,
            waiting_since: standing.stepped_up.or(standing.since).unwrap_or(self.as_of),
            headline,
            why,
        })
    }

    /// What may keep news back.
    fn circumstances(
        &self,
        case: &Case<'_>,
        level: Level,
        (phase, on_list): (Phase, bool),
        shelter: Option<Shelter>,
    ) -> Circumstances {
        let card = case.rule.card(case.school_id);
        let student = &self.books.students[case.student.0 as usize];
        Circumstances {
            shadow: card.status == Status::Shadow,
            phase,
            on_list,
            level,
            shelter,
            silence: self
                .holds
                .silence(case.student_id, case.rule.id(), case.school_id, &card.area),
            under_way: self.holds.under_way(&self.desk(case.school), student, &card.area),
            patience: self.holds.patience(),
        }
    }

    /// Says from whom the student came, where another was written before: what that one knows this reader does not.
    fn say_whose(&self, entry: &mut Entry, case: &Case<'_>, owner: usize, resolution: &Resolution) {
        let reader = case.standing.told.and_then(|_| (self.last_reader)(case));
        let Some(other) = reader.filter(|reader| *reader != self.owners.person(owner).staff_id) else {
            return;
        };
        entry.before = None;
        if entry.reason == Reason::Worsened {
            entry.reason = Reason::Crossed;
        }
        if resolution.instead_of.is_none() {
            entry.whose = format!("from {}", self.owners.name_of(&other));
        }
    }

    /// Why the news comes only now, as a clause; empty for news of last night.
    fn kept_until_now(&self, case: &Case<'_>, on_list: bool) -> String {
        if on_list || self.kept.is_empty() {
            return String::new();
        }
        let hold = self.kept.get(&(case.student_id.to_owned(), case.rule.id().to_owned()));
        let why = match hold.map(String::as_str) {
            Some("quieted") => "somebody had already acted",
            Some("silence") => "somebody had asked for silence",
            Some("storm") => "much of the school was flagged at once",
            Some("cap") => "the letter before was full",
            _ => return String::new(),
        };
        why.to_owned()
    }

    /// Notes what is held, and of a storm whose it is: its owner gets a count.
    fn keep_back(&self, case: &Case<'_>, level: Level, hold: Hold, found: &mut Found) {
        *found.held.entry(hold).or_default() += 1;
        if matches!(hold, Hold::Baseline | Hold::Shadow) {
            return;
        }
        found.kept_back.push(case.kept_back(level, hold.word()));
        let raised = case.standing.stepped_up;
        if hold != Hold::Storm || !self.holds.is_storm(case.school, case.rule.id(), raised) {
            return;
        }
        if let (Some(owner), Some(raised)) = (self.resolve(case, level).owner, raised) {
            found.sheltered.push(Sheltered {
                owner,
                school: case.school,
                rule: case.number,
                raised,
                level,
            });
        }
    }

    fn shelter(&self, case: &Case<'_>, level: Level) -> Option<Shelter> {
        let flag = Flag {
            school: case.school,
            rule: case.rule.id(),
            reads_attendance: case.rule.reads_attendance(),
            raised: case.standing.stepped_up,
            level,
        };
        self.holds.shelter(&flag, self.nights, self.as_of)
    }

    /// Where contacts and plans of a school's students are looked at.
    pub(super) fn desk(&self, school: SchoolIx) -> Desk<'_, 'a> {
        Desk {
            books: self.books,
            nights: self.nights,
            school,
            as_of: self.as_of,
        }
    }

    /// A line of what a letter tells, told as a count alone.
    fn tell(&self, case: &Case<'_>, level: Level) -> Told {
        Told {
            student_id: case.student_id.to_owned(),
            school_id: case.school_id.to_owned(),
            rule: case.rule.id().to_owned(),
            episode: case.standing.episode,
            level,
            unwritten: true,
            falls: false,
            why: String::new(),
        }
    }

    /// The entry of a flag; what only a named one needs is filled in when it is known to be named.
    pub(super) fn entry(&self, case: &Case<'_>, level: Option<Level>, reason: Reason) -> Entry {
        Entry {
            student_id: case.student_id.to_owned(),
            school_id: case.school_id.to_owned(),
            grade: case.grade.map(|grade| grade.to_string()).unwrap_or_default(),
            rule: case.rule.id().to_owned(),
            title: case.rule.title().to_owned(),
            area: case.rule.card(case.school_id).area.clone(),
            level,
            before: case.standing.told,
            reason,
            episode: case.standing.episode,
            since: case.standing.since,
            because: String::new(),
            next: String::new(),
            going_on: Vec::new(),
            detail: Vec::new(),
            strip: String::new(),
            ask: Vec::new(),
            group: Group::Level,
            edge: String::new(),
            open: Vec::new(),
            held: String::new(),
            whose: String::new(),
        }
    }

    fn phase(&self, at_school: Option<&RuleAtSchool>) -> Phase {
        match at_school.and_then(|at_school| at_school.baseline.done) {
            None => Phase::Pending,
            Some(day) if day >= self.began => Phase::Now,
            Some(_) => Phase::Done,
        }
    }

    fn at_work(&self, number: u16) -> Option<&'p Rule> {
        self.rules.rules().get(usize::from(number))
    }

    fn home(&self, student: StudentIx) -> Option<(SchoolIx, Option<Grade>)> {
        let stay = self.nights.home(student, self.as_of)?;
        Some((stay.school, stay.grade))
    }

    fn flag(&self, student: StudentIx, number: u16, standing: &Standing) -> Option<OpenFlag> {
        let case = self.case(student, number, standing)?;
        let card = case.rule.card(case.school_id);
        if card.status != Status::Live {
            return None;
        }
        let owner = self.resolve(&case, standing.level?).owner?;
        Some(OpenFlag {
            student_id: case.student_id.to_owned(),
            area: card.area.clone(),
            owner,
            rule: case.rule.id().to_owned(),
            title: case.rule.title().to_owned(),
            level: standing.level?,
            since: standing.since,
            told: standing.told.filter(|_| !standing.told_unwritten),
        })
    }
}

/// One flag with everything that is asked about it.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) student: StudentIx,
    pub(super) number: u16,
    pub(super) rule: &'c Rule,
    pub(super) school: SchoolIx,
    pub(super) school_id: &'c str,
    pub(super) student_id: &'c str,
    pub(super) grade: Option<Grade>,
    pub(super) standing: &'c Standing,
}

impl Case<'_> {
    /// Its episode, as letters know it.
    pub(super) fn episode(&self) -> EpisodeKey {
        let (student, rule) = (self.student_id.to_owned(), self.rule.id().to_owned());
        (student, rule, self.standing.episode)
    }

    fn kept_back(&self, level: Level, hold: &'static str) -> KeptBack {
        KeptBack {
            student_id: self.student_id.to_owned(),
            rule: self.rule.id().to_owned(),
            level,
            hold,
        }
    }
}
