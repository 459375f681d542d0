//! Wording of plugins and of the district is tried on made-up letters before it is put to work.

use std::collections::BTreeMap;

use minijinja::Environment;

use crate::crossings::Reason;
use crate::directory::Person;
use crate::monitor::Problem;
use crate::outbox::{Content, Entry, FlagCount, Group, Kind, Letter, PLAN_LINE, ReportLine, State, StormCount};
use crate::school::{Area, Day, Level};

use super::super::settings::{Settings, Show};
use super::super::view;
use super::{BUILT_IN_WORDING, Fault, Part, Replaced, Wording, environment, file, render};

/// Stands in every cell of the made-up letter: wording that prints it as it is would print a student's markup too.
const MARKUP: &str = "<b>\"&'";

/// The files that count, by their names.
type Top<'w> = BTreeMap<&'w str, &'w Wording>;

/// The largest part of the replacements that works together; `None` where none is left. Where a file is set aside, an earlier one of
/// its name takes its place.
pub(super) fn largest_working(mut files: Vec<&Wording>, problems: &mut Vec<Problem>) -> Option<Replaced> {
    loop {
        let top: Top<'_> = files.iter().map(|file| (file.name.as_str(), *file)).collect();
        if top.is_empty() {
            return None;
        }
        let Err(fault) = try_all(&top) else {
            return Some(Replaced {
                environment: laid_over(&top).0,
                paths: top
                    .values()
                    .map(|file| (file.name.clone(), file.path.clone()))
                    .collect(),
            });
        };
        // A fault in a partial shows in the letter that includes it; what stands in neither is the letter's own.
        let guilty = top.get(fault.name.as_str()).copied();
        files.retain(|file| match guilty {
            Some(guilty) => !std::ptr::eq(*file, guilty),
            None => !top.values().any(|other| std::ptr::eq(*file, *other)),
        });
        let next = files.iter().rev().find(|file| file.name == fault.name);
        let in_its_place = next.map_or(BUILT_IN_WORDING.to_owned(), |next| format!("`{}`", next.path));
        problems.push(fault.problem(guilty.map(|file| file.path.as_str()), &in_its_place));
    }
}

fn laid_over(top: &Top<'_>) -> (Environment<'static>, Result<(), Fault>) {
    let mut environment = environment();
    let mut outcome = Ok(());
    for (name, file) in top {
        if let Err(error) = environment.add_template_owned((*name).to_owned(), file.text.clone()) {
            outcome = outcome.and(Err(Fault::of(name, &error)));
        }
    }
    (environment, outcome)
}

fn try_all(top: &Top<'_>) -> Result<(), Fault> {
    let (environment, compiled) = laid_over(top);
    compiled?;
    for kind in Kind::ALL {
        for show in [Show::Initials, Show::Id, Show::Names, Show::Counts] {
            for letter in [full_letter(kind), bare_letter(kind)] {
                try_one(&environment, top, &letter, show)?;
            }
        }
    }
    Ok(())
}

fn try_one(environment: &Environment<'static>, top: &Top<'_>, letter: &Letter, show: Show) -> Result<(), Fault> {
    let settings = Settings {
        district: MARKUP.to_owned(),
        show,
        student_link: "https://sis.district.example/?id={student_id}".to_owned(),
        from: "firstbell@district.example".to_owned(),
        ..Settings::default()
    };
    let view = view::context(letter, &|_| Some(person()), &|_| MARKUP.to_owned(), &settings);
    for part in [Part::Text, Part::Html] {
        let name = &file(letter.kind, part);
        let text = render(environment, name, &view).map_err(|error| Fault::of(name, &error))?;
        if part == Part::Html && text.contains(MARKUP) {
            return Err(unescaped(name, top));
        }
    }
    Ok(())
}

/// Names the first HTML file that is no built-in one: one of them must be what turned the escaping off.
fn unescaped(name: &str, top: &Top<'_>) -> Fault {
    let mut html = top.keys().copied().filter(|file| file.ends_with(".html.j2"));
    let guilty = if top.contains_key(name) {
        Some(name)
    } else {
        html.next()
    };
    Fault {
        code: "letters-unescaped",
        name: guilty.unwrap_or(name).to_owned(),
        line: None,
        what: "prints cells as markup".to_owned(),
        remedy: "take `autoescape` out of it: a student's name must never be able to change a letter",
    }
}

fn person() -> Person {
    Person {
        student_id: "1".to_owned(),
        first_name: MARKUP.to_owned(),
        last_name: MARKUP.to_owned(),
        homeroom: MARKUP.to_owned(),
    }
}

/// A letter in which everything that can stand in one does.
fn full_letter(kind: Kind) -> Letter {
    let marked = || MARKUP.to_owned();
    let entry = |level: Level, before: Option<Level>| Entry {
        student_id: format!("{level}"),
        school_id: "1".to_owned(),
        grade: "9".to_owned(),
        rule: "rule".to_owned(),
        title: marked(),
        area: Area("attendance".to_owned()),
        level: Some(level),
        before,
        reason: Reason::Worsened,
        episode: 1,
        since: Some(Day(20_000)),
        because: marked(),
        next: marked(),
        going_on: vec![marked()],
        detail: vec![marked()],
        strip: "PPPPP PAEUS hT.PP".to_owned(),
        ask: vec![marked()],
        group: Group::Level,
        edge: marked(),
        open: vec![marked()],
        held: marked(),
        whose: marked(),
    };
    let of_group = |group| Entry {
        group,
        student_id: format!("{group:?}"),
        ..entry(Level::Concern, Some(Level::Urgent))
    };
    let planned = |area: &str| Entry {
        area: Area(area.to_owned()),
        going_on: vec![format!("{PLAN_LINE} {MARKUP}")],
        ..entry(Level::Urgent, None)
    };
    let mut letter = bare_letter(kind);
    letter.to_name = marked();
    letter.content.headline = marked();
    // Of the first student two flags of one area, and one of another.
    letter.content.entries = vec![
        entry(Level::Urgent, Some(Level::Concern)),
        entry(Level::Urgent, None),
        planned("course"),
        entry(Level::Concern, None),
        Entry {
            level: None,
            ..of_group(Group::Cleared)
        },
    ];
    letter.content.entries.extend(Group::ALL.map(of_group));
    letter.content.storms = vec![StormCount {
        school_id: "1".to_owned(),
        title: marked(),
        area: Area("attendance".to_owned()),
        day: Day(20_000),
        students: 20,
        urgent: 2,
        judged: 100,
    }];
    letter.content.silences = vec![marked()];
    letter.content.nights = Some((4, 5));
    letter.content.overflow = 3;
    letter.content.atop = vec![marked()];
    letter.content.counts = vec![FlagCount {
        title: marked(),
        level: Level::Watch,
        students: 2,
    }];
    letter.content.left_off = 2;
    letter.content.late = vec![marked()];
    letter.content.report = vec![ReportLine {
        section: "feeds".to_owned(),
        text: marked(),
    }];
    letter
}

/// A letter in which nothing stands that need not.
fn bare_letter(kind: Kind) -> Letter {
    Letter {
        id: 1,
        kind,
        to_staff: "1".to_owned(),
        address: "reader@district.example".to_owned(),
        to_name: String::new(),
        morning: Day(20_000),
        message_id: "trial@district.example".to_owned(),
        date: 0,
        content: Content::of(Day(20_000)),
        state: State::Waiting,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    }
}
