//! The week in one letter: what began, what became of what was written, the rest as counts. Written even when nothing stands in it.

use super::Week;
use std::collections::{BTreeMap, BTreeSet};

use crate::crossings::{Reason, Silence, Standing};
use crate::monitor::Problem;
use crate::outbox::{Content, Entry, FlagCount, Group, Kind, Listed, News};
use crate::round::lately::Spoken;
use crate::round::posting::Case;
use crate::rules::Status;
use crate::school::Level;

/// School days without a contact after which a digest names an urgent flag; from the definition of the digest.
const NO_CONTACT_DAYS: u32 = 10;

impl Week<'_, '_> {
    /// The digests of everybody who may own a student. `joining`: tonight's news that only a digest tells.
    pub(super) fn digests(&self, joining: Vec<News>, nights: (u32, u32)) -> Result<Vec<Listed>, Problem> {
        let silences = self.posting.holds.silences();
        let mut week: BTreeMap<usize, Vec<News>> = BTreeMap::new();
        let mut readers = self.readers()?;
        for news in joining {
            week.entry(news.owner).or_default().push(news);
        }
        let mut counts: BTreeMap<usize, BTreeMap<(Level, String), u32>> = BTreeMap::new();
        for spoken in self.spoken.iter().filter(|spoken| spoken.word.written) {
            for news in self.moved(spoken).into_iter().chain(self.said_of(spoken)) {
                week.entry(news.owner).or_default().push(news);
            }
            if let Some((owner, level, title)) = self.still_open(spoken) {
                *counts.entry(owner).or_default().entry((level, title)).or_default() += 1;
            }
        }
        for (reader, level, title) in self.still_copied() {
            *counts.entry(reader).or_default().entry((level, title)).or_default() += 1;
        }
        readers.extend(week.keys().chain(counts.keys()).copied());
        let digest = |reader: usize| {
            let mut news = week.remove(&reader).unwrap_or_default();
            news.retain(|each| self.owners.may_be_told(reader, &each.entry.area, &[]));
            let open = counts.remove(&reader).unwrap_or_default();
            let content = Content {
                counts: open.into_iter().map(count).collect(),
                nights: Some(nights),
                silences: self.own_silences(reader, silences),
                ..Content::of(self.as_of)
            };
            Listed {
                kind: Kind::Digest,
                reader,
                news,
                content,
            }
        };
        Ok(readers.into_iter().map(digest).collect())
    }

    /// Whoever was written this year, and everybody with a caseload, unless they are away: an empty digest is the proof of life.
    fn readers(&self) -> Result<BTreeSet<usize>, Problem> {
        let written = self.past.owners_written(self.morning)?;
        let mut readers: BTreeSet<usize> = written.iter().filter_map(|staff| self.owners.number(staff)).collect();
        readers.extend(self.owners.with_caseload());
        readers.retain(|reader| self.owners.may_be_written(*reader) && !self.owners.is_away(*reader));
        Ok(readers)
    }

    /// What a digest says of a flag that its reader was written: what became of it since.
    fn said_of(&self, spoken: &Spoken<'_>) -> Option<News> {
        let standing = self.ledger.standings.get(&(spoken.student, spoken.rule));
        let same = standing.filter(|standing| standing.episode == spoken.episode);
        let is_another = standing.is_some_and(|standing| standing.level.is_some()) && same.is_none();
        match (same.and_then(|same| same.level), spoken.word.level) {
            // That the old one had not been so is said all the same.
            (_, Some(told)) if is_another && self.reason(spoken) == Some(Reason::Corrected) => {
                self.closed(spoken, told)
            }
            // A new episode is news of its own: that the old one ended is no use any more.
            _ if is_another => None,
            (None, Some(told)) => self.closed(spoken, told),
            (Some(_), Some(told)) if same.is_some_and(|same| same.left.is_some()) => {
                self.ended(spoken, told, Group::Left, Reason::LeftSchool)
            }
            (Some(level), Some(told)) if level < told => {
                let why = self.reason(spoken);
                let group = match why {
                    Some(Reason::Corrected) => Group::Corrected,
                    _ => Group::Eased,
                };
                let reason = why.filter(|why| *why == Reason::Corrected).unwrap_or(Reason::Eased);
                self.still(spoken, group, reason)
            }
            (Some(_), None) if same.is_some_and(|same| same.left.is_none()) => {
                self.still(spoken, Group::Resumed, Reason::Resumed)
            }
            (Some(Level::Urgent), Some(Level::Urgent)) => self.without_contact(spoken),
            _ => None,
        }
    }

    fn reason(&self, spoken: &Spoken<'_>) -> Option<Reason> {
        self.past.lowered((spoken.student, spoken.rule))
    }

    fn closed(&self, spoken: &Spoken<'_>, told: Level) -> Option<News> {
        let why = self.reason(spoken).unwrap_or(Reason::Cleared);
        let group = match why {
            Reason::Corrected => Group::Corrected,
            Reason::NotApplicable | Reason::RuleChanged => Group::Ended,
            // The turn of the year closes everything unsaid.
            Reason::YearTurned => return None,
            _ => Group::Cleared,
        };
        self.ended(spoken, told, group, why)
    }

    /// A flag that is over, told to whoever was written of it last. Of a student who is somebody else's by now that person reads nothing more.
    fn ended(&self, spoken: &Spoken<'_>, told: Level, group: Group, reason: Reason) -> Option<News> {
        let reader = self.owners.number(&spoken.word.to_staff)?;
        if self.owner_now(spoken, told).is_some_and(|(owner, _)| owner != reader) {
            return None;
        }
        self.over(spoken, told, group, reason, reader)
    }

    fn over(&self, spoken: &Spoken<'_>, told: Level, group: Group, reason: Reason, owner: usize) -> Option<News> {
        let standing = Standing {
            told: Some(told),
            episode: spoken.episode,
            since: None,
            ..Standing::default()
        };
        let mut entry = self.entry_of(spoken, &standing)?;
        entry.group = group;
        entry.reason = reason;
        Some(News {
            entry: Box::new(entry),
            kind: Kind::Digest,
            owner,
            waiting_since: self.as_of,
            headline: String::new(),
            why: "was written of it".to_owned(),
        })
    }

    /// An entry of a flag that is over. The student may be enrolled nowhere any more; the last school stands for it then.
    fn entry_of(&self, spoken: &Spoken<'_>, standing: &Standing) -> Option<Entry> {
        let rule = self.posting.rules.rules().get(usize::from(spoken.rule))?;
        let books = self.posting.books;
        let stays = books.students.get(spoken.student.0 as usize)?.stays();
        let begun = stays
            .iter()
            .filter(|stay| stay.entry.is_none_or(|entry| entry <= self.as_of));
        let last = begun.max_by_key(|stay| stay.entry);
        let home = self.posting.nights.home(spoken.student, self.as_of);
        let (school, grade) = match (home, last) {
            (Some(home), _) => (home.school, home.grade),
            (None, Some(last)) => (last.school, last.grade),
            (None, None) => return None,
        };
        let case = Case {
            student: spoken.student,
            number: spoken.rule,
            rule,
            school,
            school_id: books.names.schools.name(u32::from(school.0)),
            student_id: books.names.students.name(spoken.student.0),
            grade,
            standing,
        };
        Some(self.posting.entry(&case, None, Reason::Cleared))
    }

    /// A flag that is still open, to tonight's owner.
    fn still(&self, spoken: &Spoken<'_>, group: Group, reason: Reason) -> Option<News> {
        let (case, standing) = self.open(spoken)?;
        let mut news = self.posting.known(Kind::Digest, case.student, case.number, standing)?;
        news.entry.before = spoken.word.level;
        news.entry.group = group;
        news.entry.reason = reason;
        Some(news)
    }

    fn without_contact(&self, spoken: &Spoken<'_>) -> Option<News> {
        let (case, _) = self.open(spoken)?;
        let days = self.days_without_contact(&case, spoken.word.since);
        if days < NO_CONTACT_DAYS {
            return None;
        }
        self.still(spoken, Group::NoContact, Reason::Still)
    }

    /// Owners before learn once that somebody else has the student now.
    fn moved(&self, spoken: &Spoken<'_>) -> Vec<News> {
        let (Some(told), false) = (spoken.word.level, spoken.word.moved_from.is_empty()) else {
            return Vec::new();
        };
        // Whoever stands in has the student for a while alone.
        let owner = self.owner_now(spoken, told);
        if owner
            .is_some_and(|(owner, stands_in)| stands_in || self.owners.person(owner).staff_id != spoken.word.to_staff)
        {
            return Vec::new();
        }
        let news = |(from, known): &(String, Level)| {
            let reader = self.owners.number(from)?;
            let mut news = self.over(spoken, *known, Group::Moved, Reason::Still, reader)?;
            news.entry.whose = format!("now with {}", self.owners.name_of(&spoken.word.to_staff));
            Some(news)
        };
        spoken.word.moved_from.iter().filter_map(news).collect()
    }

    /// Whose a student's news would be tonight, and whether that person stands in; `None` where the student is enrolled nowhere or the rule is
    /// at work no more.
    fn owner_now(&self, spoken: &Spoken<'_>, level: Level) -> Option<(usize, bool)> {
        let standing = Standing::default();
        let case = self.posting.case(spoken.student, spoken.rule, &standing)?;
        let resolution = self.posting.resolve(&case, level);
        Some((resolution.owner?, resolution.instead_of.is_some()))
    }

    /// Of a flag that a digest does not name: whose it is, for the count.
    fn still_open(&self, spoken: &Spoken<'_>) -> Option<(usize, Level, String)> {
        let told = spoken.word.level?;
        if self.said_of(spoken).is_some() {
            return None;
        }
        let (case, standing) = self.open(spoken)?;
        let level = standing.level.filter(|level| *level >= told).map(|_| told)?;
        let owner = self.posting.resolve(&case, level).owner?;
        Some((owner, level, case.rule.title().to_owned()))
    }

    /// Of open flags that somebody beside the owner was written: whose they are to know of, for the count.
    fn still_copied(&self) -> Vec<(usize, Level, String)> {
        let mut counted = Vec::new();
        for ((student_id, rule, episode), told) in self.posting.copied {
            let Some(flag) = self.posting.place(student_id, rule) else {
                continue;
            };
            let standing = self.ledger.standings.get(&flag);
            let open = standing.filter(|standing| standing.is_open() && standing.episode == *episode);
            let Some((level, case)) =
                open.and_then(|open| Some((open.level?, self.posting.case(flag.0, flag.1, open)?)))
            else {
                continue;
            };
            let owner = self.posting.resolve(&case, level).owner;
            if case.rule.card(case.school_id).status != Status::Live {
                continue;
            }
            for (reader, _) in self.posting.second_readers(&case, level, owner) {
                if let Some((told, _)) = told.get(&self.owners.person(reader).staff_id) {
                    counted.push((reader, level.min(*told), case.rule.title().to_owned()));
                }
            }
        }
        counted
    }

    /// A reader's own silences that are in force, as sentences.
    fn own_silences(&self, reader: usize, silences: &[Silence]) -> Vec<String> {
        let person = self.owners.person(reader);
        let is_own = |silence: &&Silence| {
            let author = silence.author.trim();
            author == person.staff_id || author.eq_ignore_ascii_case(person.email.trim())
        };
        silences.iter().filter(is_own).map(silence_line).collect()
    }
}

/// A silence as its author reads it; a student is not named, the number finds it.
pub(in crate::round) fn silence_line(silence: &Silence) -> String {
    let mut about: Vec<String> = Vec::new();
    if silence.student_id.is_some() {
        about.push("one student".to_owned());
    }
    about.extend(silence.rule.as_ref().map(|rule| format!("the rule {rule}")));
    about.extend(silence.area.as_ref().map(|area| format!("the area {area}")));
    about.extend(silence.school_id.as_ref().map(|school| format!("school {school}")));
    let urgent = if silence.urgent { ", urgent news too" } else { "" };
    format!(
        "Silence {} about {} until {}{urgent}: {}.",
        silence.id,
        about.join(", "),
        silence.until,
        silence.reason.trim_end_matches('.')
    )
}

fn count(((level, title), students): ((Level, String), u32)) -> FlagCount {
    FlagCount { title, level, students }
}
