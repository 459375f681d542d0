//! From standings to letters: what is news, whose it is, and what its entry says.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::held::Held;
use super::holding::{Desk, Flag, Holds};
use super::judging::share;
use super::ledger::{Change, Changes, Ledger, RuleAtSchool};
use super::school_night::Nights;
use super::telling::Key;
use crate::config::{Copy, Detail};
use crate::crossings::{Circumstances, Hold, Phase, Reason, Shelter, Standing, hold};
use crate::facts::{Books, SchoolIx, StudentIx};
use crate::outbox::{COPY, Entry, Group, Kind, Letter, News, OpenFlag, Told};
use crate::routing::{Owners, Question, Resolution};
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

/// One piece of news that waits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeptBack {
    pub(super) student_id: String,
    pub(super) rule: String,
    pub(super) level: Level,
    /// The hold's word, or `digest` for what waits for the week's digest.
    pub(super) hold: &'static str,
}

impl KeptBack {
    /// A piece of news that waits for a reason.
    pub(super) fn of(news: &News, hold: &'static str) -> KeptBack {
        KeptBack {
            student_id: news.entry.student_id.clone(),
            rule: news.entry.rule.clone(),
            level: news.entry.level.unwrap_or(Level::Watch),
            hold,
        }
    }
}

/// A flag of a storm that waits, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sheltered {
    pub(super) owner: usize,
    pub(super) school: SchoolIx,
    pub(super) rule: u16,
    pub(super) raised: Day,
    pub(super) level: Level,
}

/// Everything that routing found: news to write, what waits, and what went to nobody.
#[derive(Default)]
pub(super) struct Found {
    pub(super) news: Vec<News>,
    /// Flags on tonight's starting lists.
    pub(super) listed: Vec<Key>,
    /// News that joins the week's digest.
    pub(super) digest: Vec<News>,
    /// News that waits, by its hold.
    pub(super) held: FxHashMap<Hold, u32>,
    /// The same one by one, but for what waits for a baseline or is in shadow.
    pub(super) kept_back: Vec<KeptBack>,
    /// Flags of storms that wait, for the counts that their owners get.
    pub(super) sheltered: Vec<Sheltered>,
    /// Flags that a person discarded: they count as told.
    pub(super) discarded: Vec<Told>,
    /// News that no chain resolved and that went to the last owner.
    pub(super) unowned: u32,
    /// News that nobody at all can be written.
    pub(super) lost: u32,
}

impl Found {
    /// Adds what another part of the standings brought.
    fn add(&mut self, other: Found) {
        self.news.extend(other.news);
        self.listed.extend(other.listed);
        self.digest.extend(other.digest);
        self.kept_back.extend(other.kept_back);
        self.sheltered.extend(other.sheltered);
        self.discarded.extend(other.discarded);
        for (hold, count) in other.held {
            *self.held.entry(hold).or_default() += count;
        }
        self.unowned += other.unowned;
        self.lost += other.lost;
    }
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
        let with_news = |part: &&[(&(StudentIx, u16), &Standing)]| {
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

    /// The same news for second readers.
    fn copies(&self, student: StudentIx, number: u16, standing: &Standing, news: &News) -> Vec<News> {
        let has_readers = self.copies.iter().any(|copy| copy.rule == news.entry.rule);
        let (true, Some(level), Some(case)) = (
            has_readers && news.kind != Kind::Digest,
            news.entry.level,
            self.case(student, number, standing),
        ) else {
            return Vec::new();
        };
        let copy = |(reader, role): (usize, &str)| {
            let mut entry = news.entry.clone();
            entry.whose.clear();
            entry.before = self.copied_before(&case, reader, level)?;
            if entry.reason == Reason::Worsened && entry.before.is_none() {
                entry.reason = Reason::Crossed;
            }
            Some(News {
                entry,
                owner: reader,
                why: format!("{COPY}role:{role}"),
                ..news.clone()
            })
        };
        let readers = self.second_readers(&case, level, Some(news.owner)).into_iter();
        readers.filter_map(copy).collect()
    }

    /// Who reads of a flag beside its owner, each with the role that makes them do so.
    pub(super) fn second_readers(&self, case: &Case<'_>, level: Level, owner: Option<usize>) -> Vec<(usize, &'p str)> {
        let programs = self.programs(case.student);
        let is_meant = |copy: &&Copy| {
            let is_in = |meant: &String| programs.iter().any(|program| program.eq_ignore_ascii_case(meant));
            copy.rule == case.rule.id() && (copy.programs.is_empty() || copy.programs.iter().any(is_in))
        };
        let reader = |copy: &'p Copy| {
            let reader = self.question(case, level, &programs, |question| {
                self.owners.copy_to(&copy.to, question, owner)
            });
            reader.map(|reader| (reader, copy.to.as_str()))
        };
        self.copies.iter().filter(is_meant).filter_map(reader).collect()
    }

    /// The lower level that a second reader was told before; `None` where that reader knows already: the owner, who is told apart, may have
    /// been full, or have refused the letter.
    fn copied_before(&self, case: &Case<'_>, reader: usize, level: Level) -> Option<Option<Level>> {
        if self.copied.is_empty() {
            return Some(None);
        }
        let readers = self.copied.get(&case.episode());
        let told = readers.and_then(|readers| readers.get(&self.owners.person(reader).staff_id));
        let raised = case.standing.stepped_up.or(case.standing.since);
        match told {
            Some((told, night)) if *told >= level && raised.is_none_or(|raised| raised <= *night) => None,
            told => Some(told.map(|(told, _)| *told).filter(|told| *told < level)),
        }
    }

    fn programs(&self, student: StudentIx) -> Vec<&str> {
        let programs = &self.books.students[student.0 as usize].programs;
        programs
            .iter()
            .map(|program| self.books.names.words.name(*program))
            .collect()
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
    fn open(&self) -> Vec<(&'p (StudentIx, u16), &'p Standing)> {
        let all = self.ledger.standings.iter();
        let mut open: Vec<_> = all.filter(|(_, standing)| standing.is_open()).collect();
        open.sort_unstable_by_key(|(key, _)| **key);
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
        let circumstances = Circumstances {
            shadow: card.status == Status::Shadow,
            phase,
            on_list,
            level,
            shelter,
            silence: self
                .holds
                .silence(case.student_id, case.rule.id(), case.school_id, &card.area),
            under_way: self.holds.under_way(
                &self.desk(case.school),
                &self.books.students[student.0 as usize],
                &card.area,
            ),
            patience: self.holds.patience(),
        };
        if let Some(hold) = hold(&circumstances) {
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
        let reader = standing.told.and_then(|_| (self.last_reader)(&case));
        if let Some(other) = reader.filter(|reader| *reader != self.owners.person(owner).staff_id) {
            // What another was written this reader does not know.
            entry.before = None;
            if entry.reason == Reason::Worsened {
                entry.reason = Reason::Crossed;
            }
            if resolution.instead_of.is_none() {
                entry.whose = format!("from {}", self.owners.name_of(&other));
            }
        }
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

    /// Whose a flag is tonight.
    pub(super) fn resolve(&self, case: &Case<'_>, level: Level) -> Resolution {
        self.question(case, level, &self.programs(case.student), |question| {
            self.owners.resolve(question)
        })
    }

    fn question<T>(&self, case: &Case<'_>, level: Level, programs: &[&str], ask: impl FnOnce(&Question<'_>) -> T) -> T {
        let area = &case.rule.card(case.school_id).area;
        let subjects = self.subjects(case);
        let passed_over = match self.refused.is_empty() {
            true => None,
            false => self.refused.get(&case.episode()),
        };
        ask(&Question {
            student_id: case.student_id,
            school_id: case.school_id,
            grade: case.grade,
            programs,
            subjects: &subjects,
            area,
            level,
            areas_involved: &[],
            passed_over: passed_over.map_or(&[], Vec::as_slice),
        })
    }

    /// What the failing courses of a student are about, for routes by subject: each course's own words and the crosswalk's.
    fn subjects(&self, case: &Case<'_>) -> Vec<&str> {
        if case.rule.card(case.school_id).area.word() != "course" || !self.owners.ask_subjects() {
            return Vec::new();
        }
        let night = self.nights.get(self.as_of);
        let Some(numbers) = night.and_then(|night| night.student(case.student)) else {
            return Vec::new();
        };
        let failing = numbers
            .current_marks()
            .into_iter()
            .filter(|mark| mark.reading.is_failing());
        let courses = failing.filter_map(|mark| self.books.courses.get(mark.course as usize));
        let words = courses.flat_map(|course| [&course.crosswalk_subject, &course.subject, &course.name]);
        let mut words: Vec<&str> = words.map(|word| word.trim()).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words.dedup();
        words
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
