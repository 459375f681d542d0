//! Who reads of a flag: the person whose student it is, and second readers.
//!
//! In: a flag with its circumstances. Out: persons, each with the link that led there. Never: what is written to them.

use super::posting::{Case, Posting};
use crate::config::Copy;
use crate::crossings::{Reason, Standing};
use crate::facts::StudentIx;
use crate::outbox::{COPY, Kind, News};
use crate::routing::{Question, Resolution};
use crate::school::Level;

impl<'p> Posting<'p, '_> {
    /// The same news for second readers.
    pub(super) fn copies(&self, student: StudentIx, number: u16, standing: &Standing, news: &News) -> Vec<News> {
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
}
