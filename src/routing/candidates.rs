//! Who fits a question: the route's conditions, the student's caseload rows, the persons with a role.

use std::cmp::Reverse;

use super::index::Row;
use super::{Owners, Question};

impl Owners<'_> {
    /// Whether all conditions of a route hold.
    pub(super) fn fits(&self, at: usize, question: &Question<'_>) -> bool {
        let route = &self.routes[at];
        route.area.as_ref().is_none_or(|area| area == question.area)
            && route.level.is_none_or(|least| question.level >= least)
            && route.school.as_ref().is_none_or(|school| school == question.school_id)
            && route
                .grades
                .is_none_or(|range| question.grade.is_some_and(|grade| range.holds(grade)))
            && route
                .program
                .as_ref()
                .is_none_or(|program| in_program(question, program))
            && self.subjects[at]
                .as_ref()
                .is_none_or(|glob| question.subjects.iter().any(|text| glob.matches(text)))
    }

    /// The student's rows that stand for a word: written ones first, then those for this area alone, then by staff id.
    pub(super) fn rows_for(&self, word: u32, question: &Question<'_>) -> Vec<Row> {
        let area = self.index.known_word(question.area.word());
        let fits = |row: &&Row| {
            // A written row outlives a transfer: whoever is of other schools alone is this student's no more.
            let in_reach = row.staff.is_none_or(|who| match row.from_range {
                true => self.conditions_hold(who as usize, question),
                false => self.is_of_school(who as usize, question),
            });
            self.index.stands_for(row, word, area) && in_reach
        };
        let mut rows: Vec<Row> = self
            .index
            .rows_of(question.student_id)
            .iter()
            .filter(fits)
            .copied()
            .collect();
        rows.sort_by_key(|row| {
            let staff_id = self.caseload[row.at as usize].staff_id.as_str();
            (row.from_range, !self.index.names_area(row), staff_id)
        });
        rows
    }

    /// Persons with a role who fit the student: the narrower condition first, then by staff id.
    pub(super) fn persons_for(&self, word: u32, question: &Question<'_>) -> Vec<usize> {
        let with_role = self.index.with_role(word, question.school_id).map(|who| who as usize);
        let fits = |who: &usize| self.conditions_hold(*who, question) && self.range_holds(*who, question);
        let mut persons: Vec<usize> = with_role.filter(fits).collect();
        persons.sort_by_key(|who| {
            let person = &self.people[*who];
            let narrow = (
                !person.programs.is_empty(),
                !person.last_names.is_empty(),
                !person.grades.is_empty(),
                !person.schools.is_empty(),
            );
            (Reverse(narrow), person.staff_id.as_str())
        });
        persons
    }

    fn conditions_hold(&self, who: usize, question: &Question<'_>) -> bool {
        let person = &self.people[who];
        let school = self.is_of_school(who, question);
        let grade = person.grades.is_empty() || question.grade.is_some_and(|grade| person.grades.contains(&grade));
        let program = person.programs.is_empty() || person.programs.iter().any(|each| in_program(question, each));
        school && grade && program
    }

    fn is_of_school(&self, who: usize, question: &Question<'_>) -> bool {
        let schools = &self.people[who].schools;
        schools.is_empty() || schools.iter().any(|school| school == question.school_id)
    }

    /// Names are not known here: a range holds for a student where records made a caseload row of it.
    fn range_holds(&self, who: usize, question: &Question<'_>) -> bool {
        if self.people[who].last_names.is_empty() {
            return true;
        }
        let rows = self.index.rows_of(question.student_id);
        rows.iter()
            .any(|row| row.from_range && row.staff.is_some_and(|at| at as usize == who))
    }
}

fn in_program(question: &Question<'_>, program: &str) -> bool {
    question
        .programs
        .iter()
        .any(|each| each.trim().eq_ignore_ascii_case(program.trim()))
}
