//! A district's wording is tried on made-up letters before it is put to work.

use minijinja::Environment;

use crate::crossings::Reason;
use crate::directory::Person;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Content, Entry, FlagCount, Kind, Letter, ReportLine, State};
use crate::school::{Area, Day, Level};

use super::super::settings::{Settings, Show};
use super::super::view;
use super::{Part, broken, environment, file, render};

/// Stands in every cell of the made-up letter: wording that prints it as it is would print a student's markup too.
const MARKUP: &str = "<b>\"&'";

/// The largest part of the replacements that works together; `None` where none is left.
pub(super) fn largest_working(
    mut files: Vec<&(String, String)>,
    problems: &mut Vec<Problem>,
) -> Option<Environment<'static>> {
    while !files.is_empty() {
        let Err(problem) = try_all(&files) else {
            return Some(laid_over(&files).0);
        };
        // A fault in a partial shows in the letter that includes it; what stands in neither is the letter's own.
        let guilty = problem.place.file.clone().unwrap_or_default();
        let before = files.len();
        files.retain(|(name, _)| format!("letters/{name}") != guilty);
        if files.len() == before {
            files.clear();
        }
        problems.push(problem);
    }
    None
}

fn laid_over(files: &[&(String, String)]) -> (Environment<'static>, Result<(), Problem>) {
    let mut environment = environment();
    let mut outcome = Ok(());
    for (name, text) in files {
        if let Err(error) = environment.add_template_owned(name.clone(), text.clone()) {
            outcome = outcome.and(Err(broken(name, &error)));
        }
    }
    (environment, outcome)
}

fn try_all(files: &[&(String, String)]) -> Result<(), Problem> {
    let (environment, compiled) = laid_over(files);
    compiled?;
    for kind in [Kind::Nightly, Kind::StartingList, Kind::OperatorReport] {
        for show in [Show::Initials, Show::Id, Show::Names, Show::Counts] {
            for letter in [full_letter(kind), bare_letter(kind)] {
                try_one(&environment, files, &letter, show)?;
            }
        }
    }
    Ok(())
}

fn try_one(
    environment: &Environment<'static>,
    files: &[&(String, String)],
    letter: &Letter,
    show: Show,
) -> Result<(), Problem> {
    let settings = Settings {
        district: MARKUP.to_owned(),
        show,
        student_link: "https://sis.district.example/?id={student_id}".to_owned(),
        from: "firstbell@district.example".to_owned(),
        ..Settings::default()
    };
    let view = view::context(letter, &|_| Some(person()), &|_| MARKUP.to_owned(), &settings);
    for part in [Part::Text, Part::Html] {
        let name = file(letter.kind, part);
        let text = render(environment, name, &view).map_err(|error| broken(name, &error))?;
        if part == Part::Html && text.contains(MARKUP) {
            return Err(unescaped(name, files));
        }
    }
    Ok(())
}

/// Names the first HTML file that is the district's: one of them must be what turned the escaping off.
fn unescaped(name: &str, files: &[&(String, String)]) -> Problem {
    let guilty = files.iter().map(|(file, _)| file.as_str()).find(|file| *file == name);
    let partial = files
        .iter()
        .map(|(file, _)| file.as_str())
        .find(|file| file.ends_with(".html.j2"));
    let file = guilty.or(partial).unwrap_or(name);
    Problem::new(
        "letters-unescaped",
        Weight::Waits,
        Place::file(format!("letters/{file}")),
        format!("the wording in `{file}` prints cells as markup; the built-in wording stands in its place"),
        "take `autoescape` out of it: a student's name must never be able to change a letter",
    )
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
        strip: "PPPPP PAEUS hT.PP".to_owned(),
        ask: vec![marked()],
    };
    let mut letter = bare_letter(kind);
    letter.to_name = marked();
    letter.content.headline = marked();
    letter.content.entries = vec![entry(Level::Urgent, Some(Level::Concern)), entry(Level::Concern, None)];
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
        content: Content {
            as_of: Day(20_000),
            headline: String::new(),
            entries: Vec::new(),
            counts: Vec::new(),
            left_off: 0,
            atop: Vec::new(),
            late: Vec::new(),
            report: Vec::new(),
        },
        state: State::Waiting,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    }
}
