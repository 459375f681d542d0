//! `route explain` and `route check`: who would hear, and why; whom nobody owns.

use super::args::RouteCommand;
use super::output::{Exit, Rows};
use super::standing::known_rule;
use super::view::View;
use super::{Desk, Stop};
use crate::monitor::{Place, Problem, Weight};
use crate::routing::Question;
use crate::rules::{Judge, Verdict};
use crate::school::Level;
use crate::timeline::Almanac;

/// Answers a question about routes.
pub(super) fn route(desk: &mut Desk<'_>, command: &RouteCommand) -> Result<Exit, Stop> {
    match command {
        RouteCommand::Explain { student, rule } => explain(desk, student, rule),
        RouteCommand::Check => check(desk),
    }
}

fn explain(desk: &mut Desk<'_>, id: &str, rule: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let number = known_rule(&setup, rule)?;
    let view = View::read(&setup, None)?;
    let student = view.student(id)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let owners = view.owners(&setup, &almanac);
    view.hear(desk.err, &setup, &almanac, Some(student))?;
    let night = almanac.night(view.as_of);
    let numbers = night.student(student).ok_or_else(|| not_enrolled(id, &view))?;
    let rule = &setup.rules.rules()[number];
    let mut said = Vec::new();
    Judge::new(&setup.rules).night(&view.case(&numbers), &mut said);
    let tonight = said[number].as_ref().and_then(Verdict::level);
    let held = view
        .ledger
        .standings
        .get(&(student, number as u16))
        .and_then(|standing| standing.level);
    let level = held.or(tonight);
    let asked = level.unwrap_or(Level::Concern);
    let found = view.resolve(&owners, &numbers, student, rule, asked);
    let flagged = match level {
        Some(level) => format!("flagged {level}"),
        None => format!("not flagged; asked as if it were {asked}"),
    };
    writeln!(
        desk.out,
        "Student {id} under {} as of {}: {flagged}.",
        rule.id(),
        view.as_of
    )?;
    for (at, step) in owners.explain(&found).iter().enumerate() {
        writeln!(desk.out, "  {}. {step}", at + 1)?;
    }
    match found.owner {
        Some(owner) => {
            let person = owners.person(owner);
            writeln!(desk.out, "The letter goes to {} ({}).", person.name, person.email)?;
        }
        None => writeln!(desk.out, "Nobody can be written.")?,
    }
    Ok(if found.owner.is_some() { Exit::Done } else { Exit::Waits })
}

fn check(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let view = View::read(&setup, None)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let owners = view.owners(&setup, &almanac);
    let night = almanac.night(view.as_of);
    let active: Vec<_> = night.active().collect();
    let mut rows = Rows::new(
        desk.out,
        desk.arguments.format,
        &["school_id", "area", "students", "reason"],
        "Every student has an owner in every area.",
    )?;
    let mut areas: Vec<&crate::school::Area> = setup
        .rules
        .rules()
        .iter()
        .map(|rule| &rule.district_card().area)
        .collect();
    areas.sort();
    areas.dedup();
    let mut nobody = 0;
    for area in areas {
        let students: Vec<_> = active
            .iter()
            .filter_map(|student| Some((*student, night.student(*student)?)))
            .collect();
        let programs: Vec<Vec<&str>> = students
            .iter()
            .map(|(student, _)| {
                let facts = &view.books.students[student.0 as usize];
                facts
                    .programs
                    .iter()
                    .map(|program| view.books.names.words.name(*program))
                    .collect()
            })
            .collect();
        let questions = students
            .iter()
            .zip(&programs)
            .map(|((student, numbers), programs)| Question {
                student_id: view.books.names.students.name(student.0),
                school_id: numbers.school_id(),
                grade: numbers.grade(),
                programs,
                subjects: &[],
                area,
                level: Level::Concern,
                areas_involved: &[],
                passed_over: &[],
            });
        for group in owners.unowned(questions) {
            nobody += group.students;
            rows.row([
                group.school_id,
                area.to_string(),
                group.students.to_string(),
                group.reason,
            ])?;
        }
    }
    rows.end()?;
    Ok(if nobody > 0 { Exit::Waits } else { Exit::Done })
}

/// A student of whom there are facts, who is at no school tonight.
pub(super) fn not_enrolled(id: &str, view: &View) -> Problem {
    Problem::new(
        "student-not-enrolled",
        Weight::Stop,
        Place::default(),
        format!("student `{id}` was enrolled nowhere on {}", view.as_of),
        "see entry and exit dates in the students and enrollments exports",
    )
}
