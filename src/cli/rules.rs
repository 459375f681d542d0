//! `rules list`, `test`, `new` and `show`: the workshop's first benches; `check` has a file of its own.

use std::io::{self, Write};

use super::args::RulesCommand;
use super::judge::Wanted;
use super::output::{self, Exit, Rows, count};
use super::{Desk, Stop, rules_editor, rules_log, trials};
use crate::monitor::{Place, Problem, Weight};
use crate::round::{self, Setup};
use crate::rules::workshop::{self, Depth, Shown};
use crate::rules::{Card, Status, Worse};
use crate::school::Area;

/// Works on rules.
pub(super) fn rules(desk: &mut Desk<'_>, command: &RulesCommand) -> Result<Exit, Stop> {
    match command {
        RulesCommand::List => list(desk),
        RulesCommand::Check { which } => super::rules_check::check(desk, which),
        RulesCommand::Test {
            rules,
            coverage,
            mutate,
        } => {
            let depth = Depth {
                coverage: *coverage,
                mutate: *mutate,
            };
            trials::test(desk, rules, depth)
        }
        RulesCommand::New { rule } => new(desk, rule),
        RulesCommand::Diff { old, new } => super::preview::diff(desk, old, new),
        RulesCommand::Accept { rule, by } => accept(desk, rule, by.as_deref()),
        RulesCommand::Show { rule, at } => match at {
            Some(day) => rules_log::show_at(desk, rule, *day),
            None => show(desk, rule),
        },
        RulesCommand::Log { rule } => rules_log::log(desk, rule.as_deref()),
        RulesCommand::Restore { rule, at, by } => {
            rules_log::restore(desk, rule, *at, &super::asked::author(by.as_deref()))
        }
        RulesCommand::Reference => rules_editor::show(desk),
        RulesCommand::Editor => rules_editor::write(desk),
        RulesCommand::Judge {
            rule,
            outcome,
            from,
            to,
        } => super::judge::judge(
            desk,
            &Wanted {
                rule: rule.as_deref(),
                outcome: outcome.as_deref(),
                from: *from,
                to: *to,
            },
        ),
        RulesCommand::Other(words) => super::other(desk, &format!("rules {}", words.join(" "))),
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let headers = [
        "rule",
        "area",
        "status",
        "watch",
        "concern",
        "urgent",
        "schools_apart",
        "set_aside",
    ];
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "There is no rule.")?;
    let mut aside = 0;
    for rule in workshop::list(&setup.rules) {
        aside += usize::from(rule.set_aside.is_some());
        let edge = |wanted: &str| {
            let level = rule.levels.iter().find(|(level, _)| level.word() == wanted);
            level
                .and_then(|(_, edge)| *edge)
                .map(super::standing::plain)
                .unwrap_or_default()
        };
        rows.row([
            rule.id.clone(),
            rule.area.clone(),
            rule.status.map(status).unwrap_or_default().to_owned(),
            edge("watch"),
            edge("concern"),
            edge("urgent"),
            rule.schools.join(";"),
            rule.set_aside
                .as_ref()
                .map(|problem| problem.message.clone())
                .unwrap_or_default(),
        ])?;
    }
    rows.end()?;
    Ok(if aside > 0 { Exit::Waits } else { Exit::Done })
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Shadow => "shadow",
        Status::Live => "live",
        Status::Retired => "retired",
    }
}

fn new(desk: &mut Desk<'_>, rule: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let (folder, id) = rule.rsplit_once('/').unwrap_or(("attendance", rule));
    let folder = folder.trim_start_matches("rules/");
    let safe = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if !safe(id) || !safe(folder) {
        let message = format!("`{rule}` is no name for a rule");
        let remedy = "write it as `attendance/mondays`: small letters, digits and _";
        return Err(Problem::new("rule-name", Weight::Stop, Place::default(), message, remedy).into());
    }
    if setup.rules.rule(id).is_some() || setup.rules.set_aside().iter().any(|aside| aside.id == id) {
        let message = format!("there is a rule `{id}` already");
        return Err(Problem::new(
            "rule-exists",
            Weight::Stop,
            Place::default(),
            message,
            "take another name",
        )
        .into());
    }
    let area = Area::BUILT_IN
        .iter()
        .find(|area| **area == folder)
        .copied()
        .unwrap_or("context");
    let (text, trial) = workshop::template(id, area).map_err(|message| {
        Problem::new(
            "rule-name",
            Weight::Stop,
            Place::default(),
            message,
            "take another name",
        )
    })?;
    let path = format!("rules/{folder}/{id}.rhai");
    setup.home.write_file(&path, &text)?;
    let beside = format!("rules/{folder}/{id}.test.toml");
    setup.home.write_file(&beside, &trial)?;
    writeln!(desk.out, "Wrote {path} and its trial {beside}.")?;
    writeln!(
        desk.out,
        "It is a draft: nobody is judged by it before its `status` is `shadow` or `live`."
    )?;
    Ok(Exit::Done)
}

fn show(desk: &mut Desk<'_>, id: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let Ok(shown) = workshop::show(&setup.rules, &setup.sources, id) else {
        return Err(unknown(&setup, id).into());
    };
    write_shown(desk.out, id, &shown)?;
    let aside = shown.set_aside.into_iter().collect::<Vec<_>>();
    Ok(output::problems(desk.out, &aside)?)
}

/// What a rule says of itself, its cards in words, and its text.
pub(super) fn write_shown(out: &mut dyn Write, id: &str, shown: &Shown) -> io::Result<()> {
    writeln!(out, "{} ({id})", shown.title)?;
    for (head, text) in [("Why", &shown.why), ("Acts", &shown.acts), ("Source", &shown.source)] {
        if !text.is_empty() {
            writeln!(out, "  {head}: {text}")?;
        }
    }
    for (school, card) in &shown.cards {
        let place = school
            .as_ref()
            .map_or_else(|| "the district".to_owned(), |school| format!("school {school}"));
        writeln!(out, "  At {place}: {}", one_line(card))?;
    }
    writeln!(out)?;
    writeln!(out, "{}", shown.text.trim_end())
}

fn accept(desk: &mut Desk<'_>, id: &str, by: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let by = super::asked::author(by);
    let today = crate::clock::now(&setup.config.district.time_zone).today;
    let _lock = setup.home.lock()?;
    let accepted = round::accept(&setup, id, &by, today)?;
    writeln!(
        desk.out,
        "`{id}` as its file stands is put to work with the next round."
    )?;
    if let Some(most) = accepted.most {
        writeln!(
            desk.out,
            "It raises {} of {} judged students of school {} to concern or worse; who is told of them gets a starting list.",
            most.students, most.judged, most.school
        )?;
    }
    writeln!(desk.out, "A further change of the file asks again.")?;
    Ok(Exit::Done)
}

fn one_line(card: &Card) -> String {
    let plain = super::standing::plain;
    let edges = &card.edges;
    let levels: Vec<String> = edges
        .levels
        .iter()
        .map(|(level, edge)| format!("{level} {}", plain(*edge)))
        .collect();
    let worse = if edges.worse == Worse::Lower {
        " (lower is worse)"
    } else {
        ""
    };
    let grades = card
        .grades
        .map(|grades| format!(", grades {grades}"))
        .unwrap_or_default();
    let margin = match plain(edges.margin).as_str() {
        "0" => "on the safe side of its edge".to_owned(),
        margin => format!("more than {margin} on the safe side of its edge"),
    };
    format!(
        "{}{grades}; {}{worse}; believed after {}; a level is left after {} {margin}",
        status(card.status),
        levels.join(", "),
        count(usize::from(edges.after), "judged day", "judged days"),
        count(usize::from(edges.clear_days), "judged day", "judged days"),
    )
}

pub(super) fn unknown(setup: &Setup, id: &str) -> Problem {
    match super::standing::known_rule(setup, id) {
        Err(problem) => problem,
        Ok(_) => Problem::new(
            "rule-unknown",
            Weight::Stop,
            Place::default(),
            format!("no rule `{id}`"),
            "",
        ),
    }
}
