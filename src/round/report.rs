//! What the operator should know of a round, in sentences: feeds, rules, routing, the round itself. No student, ever.

use super::believing::Taken;
use super::found::Found;
use super::gatekeeper::Holding;
use super::intake::FileRead;
use super::ledger::Ledger;
use super::night::Judged;
use super::school_days;
use super::school_night::Nights;
use super::setup::{NIGHT_MADE_UP, SETUP_CHANGED, YEAR_ENDS};
use crate::monitor::{Problem, Weight};
use crate::outbox::ReportLine;
use crate::school::{Day, Tables};
use crate::timeline::Almanac;

/// School days without an answer after which the operator is told; from the definition of `unknown`.
const LONG_UNKNOWN: u16 = 20;

/// What the report looks at.
pub(super) struct Night<'n, 'a> {
    pub(super) taken: &'n Taken,
    pub(super) nights: &'n Nights<'a>,
    pub(super) ledger: &'n Ledger,
    pub(super) judged: &'n Judged,
    pub(super) found: &'n Found,
    pub(super) problems: &'n [Problem],
    pub(super) as_of: Day,
}

/// School days after which what is held stands atop every owner's letter, and after which owners without news are told too.
const ATOP_AFTER: u32 = 2;
pub(super) const TELL_ALL_AFTER: u32 = 5;

/// What owners are told of feeds: what has been missing for long, atop, and what else to bear in mind.
pub(super) struct Missing {
    pub(super) atop: Vec<String>,
    pub(super) late: Vec<String>,
}

/// Feeds that are held or late, as the owners of students should know them.
pub(super) fn missing(almanac: &Almanac<'_>, nights: &Nights<'_>, as_of: Day, taken: &Taken) -> Missing {
    let books = almanac.books();
    let name = |id: &str| match books.names.schools.get(id) {
        Some(number) if !books.schools[number as usize].name.is_empty() => books.schools[number as usize].name.clone(),
        _ => format!("school {id}"),
    };
    let mut missing = Missing {
        atop: Vec::new(),
        late: Vec::new(),
    };
    let mut said = Tables::NONE;
    let mut say = |holding: &Holding, is_late: bool| {
        let Some(table) = holding.tables.first() else { return };
        let whose = holding
            .school
            .as_deref()
            .map(|id| format!(" of {}", name(id)))
            .unwrap_or_default();
        let days = school_days::since(books, holding.since, taken.gates.tonight());
        let since = holding.since;
        if holding.school.is_none() {
            said = holding
                .tables
                .iter()
                .fold(said, |said, table| said.and(Tables::one(*table)));
        }
        let line = match (is_late, days > ATOP_AFTER) {
            (true, _) => format!("No {table} newer than {since} has come."),
            (false, true) => format!(
                "The {table} file{whose} has been held since {since} and is being checked; what it says is not in this letter."
            ),
            (false, false) => {
                format!("The {table} file{whose} is being checked; what it says is not in this letter.")
            }
        };
        let lines = if days > ATOP_AFTER {
            &mut missing.atop
        } else {
            &mut missing.late
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    };
    taken.gates.holdings().iter().for_each(|holding| say(holding, false));
    taken.late.iter().for_each(|holding| say(holding, true));
    for table in taken
        .held
        .at(crate::facts::SchoolIx(u16::MAX))
        .iter()
        .filter(|table| !said.holds(*table))
    {
        missing.late.push(format!(
            "The {table} file is being checked; what it says is not in this letter."
        ));
    }
    let Some(night) = nights.get(as_of) else { return missing };
    for school in night.silent_schools() {
        let name = &books.schools[usize::from(school.0)].name;
        let through = night
            .through(school)
            .map(|day| format!(" since {day}"))
            .unwrap_or_default();
        missing.late.push(format!("{name} has sent no attendance{through}."));
    }
    missing
}

/// The lines of tonight's report; empty where nothing asks for attention and nothing was read.
pub(super) fn lines(night: &Night<'_, '_>) -> Vec<ReportLine> {
    let mut lines = Vec::new();
    let mut say = |section: &str, text: String| {
        lines.push(ReportLine {
            section: section.to_owned(),
            text,
        })
    };
    for file in &night.taken.files {
        say("feeds", file_line(file));
    }
    for school in night
        .nights
        .get(night.as_of)
        .map(|view| view.silent_schools())
        .unwrap_or_default()
    {
        let id = night.nights.school_id(school);
        say(
            "feeds",
            format!("School {id} has sent no attendance for more school days than `silent_days` allows."),
        );
    }
    let said = [NIGHT_MADE_UP, SETUP_CHANGED, YEAR_ENDS];
    let worth_a_line = |problem: &&Problem| problem.weight >= Weight::Waits || said.contains(&problem.code.as_str());
    for problem in night.problems.iter().filter(worth_a_line) {
        say(section(problem), sentence(problem));
    }
    for (rule, count) in long_unknown(night) {
        let id = night.ledger.rules.name(u32::from(rule));
        say(
            "rules",
            format!(
                "the rule {id} has had no answer for {} for {LONG_UNKNOWN} school days or more.",
                counted(count.into(), "student")
            ),
        );
    }
    if night.found.unowned > 0 {
        let many = counted(night.found.unowned.into(), "flag");
        say(
            "routing",
            format!("{many} found no owner on any route and went to the last owner; see `firstbell route check`."),
        );
    }
    if night.found.lost > 0 {
        let many = counted(night.found.lost.into(), "flag");
        say(
            "routing",
            format!("{many} could be written to nobody at all; see `firstbell route check`."),
        );
    }
    lines
}

/// Whom the round looked at: said beside other lines, and no news by itself on a morning that has its report.
pub(super) fn looked_at(night: &Night<'_, '_>) -> Option<ReportLine> {
    let looked = !night.judged.days.is_empty() && !night.taken.files.is_empty();
    looked.then(|| ReportLine {
        section: "round".to_owned(),
        text: round_line(night),
    })
}

fn file_line(file: &FileRead) -> String {
    let what = if file.accepted { "was read" } else { "is held" };
    let mut line = format!("{} {what}: {}", file.name, counted(file.rows, "row"));
    if file.rejected > 0 {
        line.push_str(&format!(", {} of them unusable", file.rejected));
    }
    let told = file.tallies.telling();
    let mut others: Vec<String> = told
        .map(|(kind, count)| format!("{count} {}", kind.replace('-', " ")))
        .collect();
    others.sort();
    if !others.is_empty() {
        line.push_str(&format!(" ({})", others.join(", ")));
    }
    line.push('.');
    line
}

fn round_line(night: &Night<'_, '_>) -> String {
    let days = night.judged.days.len();
    let nights = counted(days as u64, "day");
    let mut line = format!(
        "{} {} looked at as of {} ({nights}); {} had at least one answer.",
        counted(night.judged.active.into(), "student"),
        if night.judged.active == 1 { "was" } else { "were" },
        night.as_of,
        night.judged.students
    );
    if night.judged.unscaled > 0 {
        let marks = counted(night.judged.unscaled, "mark");
        line.push_str(&format!(
            " {marks} of grade levels without a `[[grades.scale]]` count nowhere."
        ));
    }
    line
}

fn section(problem: &Problem) -> &'static str {
    let file = problem.place.file.as_deref().unwrap_or_default();
    match file {
        _ if file.starts_with("rules/") => "rules",
        _ if file == "firstbell.toml" || file.starts_with("letters/") => "mail",
        "" => "round",
        _ => "feeds",
    }
}

/// A problem as a sentence.
fn sentence(problem: &Problem) -> String {
    let remedy = if problem.remedy.is_empty() {
        String::new()
    } else {
        format!(" \u{2014} {}", problem.remedy)
    };
    format!("{}: {}{remedy}", problem.place, problem.message)
}

fn long_unknown(night: &Night<'_, '_>) -> Vec<(u16, u32)> {
    let of_rule = |(rule, all): (usize, &Vec<super::ledger::Said>)| {
        let count = all.iter().filter(|said| said.unknown_nights() >= LONG_UNKNOWN).count() as u32;
        (rule as u16, count)
    };
    night
        .ledger
        .said
        .iter()
        .enumerate()
        .map(of_rule)
        .filter(|(_, count)| *count > 0)
        .collect()
}

pub(super) fn counted(count: u64, noun: &str) -> String {
    let many = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{many}")
}
