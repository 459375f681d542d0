//! `[[route]]` and `[routing]`: who hears.

use std::ops::Range;

use super::Copy;
use super::section::{Found, Section, one_of, text, texts};
use super::source::{MISSING, Source, VALUE, WHOLE_FILE, nearest};
use crate::routing::Route;
use crate::school::{Area, GradeRange, Level};

const LEVELS: &[(&str, Level)] = &[
    ("watch", Level::Watch),
    ("concern", Level::Concern),
    ("urgent", Level::Urgent),
];

/// What a link of a chain may begin with.
const LINKS: [&str; 3] = ["caseload", "role", "staff"];

/// Reads a range of grades that was found.
pub(super) fn grade_range(source: &mut Source<'_>, found: &Found<String>) -> Option<GradeRange> {
    match found.value.parse() {
        Ok(range) => Some(range),
        Err(message) => {
            source.wrong(VALUE, found.span.clone(), message, "the lower grade comes first");
            None
        }
    }
}

pub(super) fn routes(source: &mut Source<'_>, root: &mut Section<'_>) -> Vec<Route> {
    let sections = root.sections(source, "route");
    let mut routes: Vec<(Route, Range<usize>)> = Vec::new();
    for section in sections {
        let span = section.span.clone();
        let Some(route) = route(source, section) else { continue };
        if let Some(earlier) = routes.iter().position(|(earlier, _)| takes_all(earlier, &route)) {
            let message = format!(
                "this route is never reached: route {} takes all that it is for",
                earlier + 1
            );
            let remedy = "the first that matches is used: put the narrower route first";
            source.note("config-unreachable-route", span.clone(), message, remedy);
        }
        routes.push((route, span));
    }
    routes.into_iter().map(|(route, _)| route).collect()
}

fn route(source: &mut Source<'_>, mut section: Section<'_>) -> Option<Route> {
    let area = section.optional(source, "area", text);
    let level = section.optional(source, "level", one_of(LEVELS));
    let school = section.optional(source, "school", text);
    let grades = section.optional(source, "grades", text);
    let grades = grades.and_then(|found| grade_range(source, &found));
    let program = section.optional(source, "program", text);
    let subject = section.optional(source, "subject", text);
    let to = section.required(source, "to", texts, "to = [\"caseload:counselor\", \"role:principal\"]");
    let span = section.span.clone();
    section.finish(source);
    if let Some(area) = &area {
        check_area(source, area);
    }
    let to = to?;
    if to.is_empty() {
        let remedy = "name at least one, such as `role:principal`";
        source.wrong(VALUE, span, "a route leads to nobody", remedy);
    }
    for link in &to {
        check_link(source, link);
    }
    Some(Route {
        area: area.map(|area| Area(area.value)),
        level,
        school: school.map(|school| school.value),
        grades,
        program: program.map(|program| program.value),
        subject: subject.map(|subject| subject.value),
        to: to.into_iter().map(|link| link.value.trim().to_owned()).collect(),
    })
}

/// The second readers; where none is written, the case manager of a student with a disability who is near the tenth day of removal.
pub(super) fn copies(source: &mut Source<'_>, root: &mut Section<'_>) -> Vec<Copy> {
    let is_written = root.has("copy");
    let sections = root.sections(source, "copy");
    if !is_written {
        return vec![Copy {
            rule: "removal_days".to_owned(),
            to: "case_manager".to_owned(),
            programs: vec!["iep".to_owned(), "504".to_owned()],
        }];
    }
    sections
        .into_iter()
        .filter_map(|section| copy(source, section))
        .collect()
}

fn copy(source: &mut Source<'_>, mut section: Section<'_>) -> Option<Copy> {
    let rule = section.required(source, "rule", text, "rule = \"removal_days\"");
    let to = section.required(source, "to", text, "to = \"role:case_manager\"");
    let programs = section.optional(source, "programs", texts).unwrap_or_default();
    section.finish(source);
    let (rule, to) = (rule?, to?);
    let Some(role) = to
        .value
        .trim()
        .strip_prefix("role:")
        .filter(|role| !role.trim().is_empty())
    else {
        let message = format!("`{}` is no second reader", to.value);
        source.wrong(
            VALUE,
            to.span,
            message,
            "write `role:` and a role, such as `role:case_manager`",
        );
        return None;
    };
    Some(Copy {
        rule: rule.value.trim().to_owned(),
        to: role.trim().to_owned(),
        programs: programs.into_iter().map(|program| program.value).collect(),
    })
}

/// A plugin may bring areas of its own, so an unknown one is only worth a look, unless it is a slip of the pen.
fn check_area(source: &mut Source<'_>, area: &Found<String>) {
    if Area::BUILT_IN.contains(&area.value.as_str()) {
        return;
    }
    let message = format!("`{}` is none of firstbell's own areas", area.value);
    match nearest(&area.value, Area::BUILT_IN) {
        Some(near) => source.wrong(VALUE, area.span.clone(), message, format!("did you mean `{near}`?")),
        None => {
            let remedy = format!("they are {}; a plugin may bring others", Area::BUILT_IN.join(", "));
            source.note("config-unknown-area", area.span.clone(), message, remedy);
        }
    }
}

fn check_link(source: &mut Source<'_>, link: &Found<String>) {
    let (kind, word) = link.value.split_once(':').unwrap_or((link.value.as_str(), ""));
    if LINKS.contains(&kind.trim()) && !word.trim().is_empty() {
        return;
    }
    let remedy = match nearest(kind, LINKS) {
        Some(near) if near != kind => format!("did you mean `{near}:{word}`?"),
        _ => "write `caseload:WORD`, `role:WORD` or `staff:ID`".to_owned(),
    };
    let message = format!("`{}` leads to nobody", link.value);
    source.wrong(VALUE, link.span.clone(), message, remedy);
}

/// Whether everything that the later route is for is taken by the earlier one.
fn takes_all(earlier: &Route, later: &Route) -> bool {
    fn same<T: PartialEq>(earlier: &Option<T>, later: &Option<T>) -> bool {
        earlier.is_none() || earlier == later
    }
    let level = match (earlier.level, later.level) {
        (None, _) => true,
        (Some(from), Some(later)) => from <= later,
        // A watch takes every level that there is.
        (Some(from), None) => from == Level::Watch,
    };
    let grades = match (earlier.grades, later.grades) {
        (None, _) => true,
        (Some(range), Some(later)) => range.holds(later.low) && range.holds(later.high),
        (Some(_), None) => false,
    };
    level
        && grades
        && same(&earlier.area, &later.area)
        && same(&earlier.school, &later.school)
        && same(&earlier.program, &later.program)
        && same(&earlier.subject, &later.subject)
}

pub(super) fn last_owner(source: &mut Source<'_>, root: &mut Section<'_>) -> Option<Found<String>> {
    let example = "last_owner = \"student.services@district.example\"";
    let Some(mut section) = root.section(source, "routing") else {
        let remedy = format!("add `[routing]` with `{example}`: who hears what no route resolves");
        source.wrong(MISSING, WHOLE_FILE, "there is no `[routing]`", remedy);
        return None;
    };
    let owner = section.required(source, "last_owner", text, example);
    section.finish(source);
    let owner = owner?;
    if owner.value.trim().is_empty() {
        let remedy = "name a person, by address or staff id: nobody's news is ever dropped";
        source.wrong(VALUE, owner.span, "`last_owner` is empty", remedy);
        return None;
    }
    Some(owner)
}
