//! From standings to letters: what is news, whose it is, and what its entry says.

use rustc_hash::{FxHashMap, FxHashSet};

use super::held::Held;
use super::judging::share;
use super::ledger::{Change, Ledger, RuleAtSchool};
use super::school_night::Nights;
use crate::crossings::{Hold, Phase, Reason, Standing, hold};
use crate::facts::{Books, SchoolIx, Student, StudentIx};
use crate::outbox::{Entry, Kind, News, OpenFlag, Told};
use crate::routing::{Owners, Question};
use crate::rules::{CaseFile, Judge, Rule, RuleSet, Status};
use crate::school::{Area, Day, Level};

/// School weeks shown in an entry's strip.
const STRIP_WEEKS: u16 = 8;
/// An open plan without an end counts as open for so many school days; from the definition of quieted.
const OPEN_PLAN_SCHOOL_DAYS: usize = 60;

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
}

/// Everything that routing found: news to write, flags to point to, and what went to nobody.
#[derive(Default)]
pub(super) struct Found {
    pub(super) news: Vec<News>,
    pub(super) flags: Vec<OpenFlag>,
    /// News that waits, by its hold.
    pub(super) held: FxHashMap<Hold, u32>,
    /// News that no chain resolved and that went to the last owner.
    pub(super) unowned: u32,
    /// News that nobody at all can be written.
    pub(super) lost: u32,
}

impl Found {
    /// Adds what another part of the standings brought.
    fn add(&mut self, other: Found) {
        self.news.extend(other.news);
        for (hold, count) in other.held {
            *self.held.entry(hold).or_default() += count;
        }
        self.unowned += other.unowned;
        self.lost += other.lost;
    }
}

impl<'p> Posting<'p, '_> {
    pub(super) fn rule_changed(changes: &[Change]) -> FxHashSet<(StudentIx, u16)> {
        let raised =
            |change: &&Change| change.reason == Reason::RuleChanged && change.after.level > change.before.level;
        changes
            .iter()
            .filter(raised)
            .map(|change| (change.student, change.rule))
            .collect()
    }

    /// Looks through every open standing. The order of the result does not depend on the order of the store.
    pub(super) fn find(&self) -> Found {
        let mut found = Found::default();
        let mut open: Vec<(&(StudentIx, u16), &Standing)> = self
            .ledger
            .standings
            .iter()
            .filter(|(_, standing)| standing.is_open())
            .collect();
        open.sort_unstable_by_key(|(key, _)| **key);
        let parts: Vec<_> = open.chunks(AT_A_TIME).collect();
        let with_news = |part: &&[(&(StudentIx, u16), &Standing)]| {
            let mut found = Found::default();
            let mut students = Vec::new();
            for ((student, number), standing) in *part {
                if let Some(news) = self.news(*student, *number, standing, &mut found) {
                    students.push(*student);
                    found.news.push(news);
                }
            }
            (found, students)
        };
        let mut students: FxHashSet<StudentIx> = FxHashSet::default();
        for (part, with_news) in share(&parts, with_news) {
            found.add(part);
            students.extend(with_news);
        }
        let flags = |part: &&[(&(StudentIx, u16), &Standing)]| -> Vec<OpenFlag> {
            let open = part.iter().filter(|((student, _), _)| students.contains(student));
            open.filter_map(|((student, number), standing)| self.flag(*student, *number, standing))
                .collect()
        };
        found.flags = share(&parts, flags).into_iter().flatten().collect();
        found
    }

    /// A piece of news as its entry stands tonight, whatever was told; for letters that still wait.
    pub(super) fn again(&self, told: &Told, before: Option<Level>) -> Option<News> {
        let student = StudentIx(self.books.names.students.get(&told.student_id)?);
        let number = u16::try_from(self.ledger.rules.get(&told.rule)?).ok()?;
        let standing = self
            .ledger
            .standings
            .get(&(student, number))
            .filter(|standing| standing.is_open())?;
        let same_episode = standing.episode == told.episode;
        let standing = Standing {
            told: before,
            ..standing.clone()
        };
        let news = self.news(student, number, &standing, &mut Found::default());
        news.filter(|_| same_episode)
    }

    fn news(&self, student: StudentIx, number: u16, standing: &Standing, found: &mut Found) -> Option<News> {
        let level = standing.news()?;
        let rule = self.at_work(number)?;
        let (school, file_grade) = self.home(student)?;
        let school_id = self.books.names.schools.name(u32::from(school.0));
        let card = rule.card(school_id);
        let at_school = self.ledger.desks.get(&(school, number)).cloned().unwrap_or_default();
        let phase = self.phase(&at_school);
        if let Some(reason) = hold(card.status == Status::Shadow, phase) {
            *found.held.entry(reason).or_default() += 1;
            return None;
        }
        if !matches!(card.status, Status::Live) {
            return None;
        }
        let changed = self.rule_changed.contains(&(student, number));
        let kind = if phase == Phase::Now || changed {
            Kind::StartingList
        } else {
            Kind::Nightly
        };
        if kind == Kind::Nightly && level == Level::Watch {
            return None;
        }
        let owner = self.owner(student, rule, school_id, file_grade, level, found)?;
        let reason = match (kind, standing.told) {
            (Kind::StartingList, _) if changed => Reason::RuleChanged,
            (Kind::StartingList, _) => Reason::Baseline,
            (_, None) => Reason::Crossed,
            (_, Some(_)) => Reason::Worsened,
        };
        let headline = if changed && phase != Phase::Now {
            format!(
                "The rule \u{201c}{}\u{201d} was changed; these students are flagged by the new version.",
                rule.title()
            )
        } else {
            String::new()
        };
        Some(News {
            entry: Entry {
                student_id: self.books.names.students.name(student.0).to_owned(),
                school_id: school_id.to_owned(),
                grade: file_grade.map(|grade| grade.to_string()).unwrap_or_default(),
                rule: rule.id().to_owned(),
                title: rule.title().to_owned(),
                area: card.area.clone(),
                level: Some(level),
                before: standing.told,
                reason,
                episode: standing.episode,
                since: standing.since,
                because: String::new(),
                next: String::new(),
                going_on: Vec::new(),
                strip: String::new(),
                ask: Vec::new(),
            },
            kind,
            owner,
            waiting_since: standing.stepped_up.or(standing.since).unwrap_or(self.as_of),
            headline,
        })
    }

    fn phase(&self, at_school: &RuleAtSchool) -> Phase {
        match at_school.baseline.done {
            None => Phase::Pending,
            Some(day) if day >= self.began => Phase::Now,
            Some(_) => Phase::Done,
        }
    }

    fn at_work(&self, number: u16) -> Option<&'p Rule> {
        self.rules.rules().get(usize::from(number))
    }

    fn home(&self, student: StudentIx) -> Option<(SchoolIx, Option<crate::school::Grade>)> {
        let stay = self.nights.home(student, self.as_of)?;
        Some((stay.school, stay.grade))
    }

    fn owner(
        &self,
        student: StudentIx,
        rule: &Rule,
        school_id: &str,
        grade: Option<crate::school::Grade>,
        level: Level,
        found: &mut Found,
    ) -> Option<usize> {
        let facts = &self.books.students[student.0 as usize];
        let programs: Vec<&str> = facts
            .programs
            .iter()
            .map(|program| self.books.names.words.name(*program))
            .collect();
        let question = Question {
            student_id: self.books.names.students.name(student.0),
            school_id,
            grade,
            programs: &programs,
            subject: None,
            area: &rule.card(school_id).area,
            level,
            areas_involved: &[],
        };
        let resolution = self.owners.resolve(&question);
        found.unowned += u32::from(resolution.unowned);
        found.lost += u32::from(resolution.owner.is_none());
        resolution.owner
    }

    fn flag(&self, student: StudentIx, number: u16, standing: &Standing) -> Option<OpenFlag> {
        let rule = self.at_work(number)?;
        let (school, grade) = self.home(student)?;
        let school_id = self.books.names.schools.name(u32::from(school.0));
        let card = rule.card(school_id);
        if card.status != Status::Live {
            return None;
        }
        let owner = self.owner(student, rule, school_id, grade, standing.level?, &mut Found::default())?;
        let student_id = self.books.names.students.name(student.0).to_owned();
        Some(OpenFlag {
            student_id,
            area: card.area.clone(),
            owner,
        })
    }

    /// Adds what only a named entry needs.
    pub(super) fn fill(&self, judge: &mut Judge<'_>, entry: &mut Entry) {
        let Some(student) = self.books.names.students.get(&entry.student_id).map(StudentIx) else {
            return;
        };
        let Some(number) = self.ledger.rules.get(&entry.rule) else {
            return;
        };
        let Some(numbers) = self.nights.get(self.as_of).and_then(|night| night.student(student)) else {
            return;
        };
        let Some(rule) = self.rules.rules().get(number as usize) else {
            return;
        };
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held: self.held.at(numbers.school()),
        };
        entry.because = judge.because(number as usize, &file);
        entry.strip = numbers.strip(STRIP_WEEKS);
        let next = &rule.card(numbers.school_id()).next;
        entry.next = entry
            .level
            .and_then(|level| next.get(&level))
            .cloned()
            .unwrap_or_default();
        let facts = &self.books.students[student.0 as usize];
        entry.going_on = self.going_on(facts, &entry.area, numbers.school());
    }

    /// What is already going on in an area: open plans, then the last contact.
    fn going_on(&self, facts: &Student, area: &Area, school: SchoolIx) -> Vec<String> {
        let words = &self.books.names.words;
        let meant = |word: u32| words.name(word).is_empty() || words.name(word).eq_ignore_ascii_case(area.word());
        let mut lines = Vec::new();
        for plan in facts
            .plans
            .iter()
            .filter(|plan| meant(plan.area) && plan.start <= self.as_of)
        {
            let open = match plan.end {
                Some(end) => end >= self.as_of,
                None => self.nights.school_days(school, plan.start, self.as_of) <= OPEN_PLAN_SCHOOL_DAYS,
            };
            if open {
                let tier = plan.tier.map(|tier| format!(" (tier {tier})")).unwrap_or_default();
                lines.push(format!(
                    "An intervention plan{tier} has been open since {}.",
                    plan.start
                ));
            }
        }
        let contacts = facts
            .contacts
            .iter()
            .filter(|contact| meant(contact.area) && contact.date <= self.as_of);
        if let Some(last) = contacts.max_by_key(|contact| contact.date) {
            let kind = words.name(last.kind);
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
