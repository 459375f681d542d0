//! `plugins list`, `new`, `test`, `enable`, `disable` and `doctor`.

use std::path::Path;

use super::args::PluginsCommand;
use super::output::{self, Exit, Rows, count};
use super::{Desk, Stop};
use crate::embedded;
use crate::monitor::{Place, Problem, Weight};
use crate::plugins::{self, Kind, Plugin, Runtime, Standing, Switch, Switches};
use crate::round::Setup;

/// Works on plugins.
pub(super) fn plugins(desk: &mut Desk<'_>, command: &PluginsCommand) -> Result<Exit, Stop> {
    match command {
        PluginsCommand::List => list(desk),
        PluginsCommand::New { kind, id, runtime } => new(desk, kind, id, runtime.as_deref()),
        PluginsCommand::Test { id } => test(desk, id.as_deref()),
        PluginsCommand::Enable { id } => enable(desk, id),
        PluginsCommand::Disable { id } => disable(desk, id),
        PluginsCommand::Doctor { id } => doctor(desk, id.as_deref()),
        PluginsCommand::Other(words) => super::other(desk, &format!("plugins {}", words.join(" "))),
    }
}

fn list(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let headers = ["plugin", "kind", "runtime", "state", "provides", "title", "why"];
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "There is no plugin.")?;
    let mut exit = Exit::Done;
    for plugin in setup.plugins.all() {
        let (state, why) = match &plugin.standing {
            Standing::AtWork => ("at work", String::new()),
            Standing::Off(why) => ("off", why.clone()),
            Standing::SetAside(problem) => {
                exit = Exit::Waits;
                ("set aside", format!("{}: {}", problem.place, problem.message))
            }
        };
        rows.row([
            plugin.id.clone(),
            plugin.kind().map_or("", Kind::word).to_owned(),
            plugin.runtime().map_or("", Runtime::word).to_owned(),
            state.to_owned(),
            plugin.provides().join(" "),
            plugin.title().to_owned(),
            why,
        ])?;
    }
    rows.end()?;
    Ok(exit)
}

fn new(desk: &mut Desk<'_>, kind: &str, id: &str, runtime: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let wrong = |message: String, remedy: &str| problem("plugin-new", message, remedy);
    let kind = Kind::of(kind).ok_or_else(|| {
        let known = Kind::ALL.map(Kind::word).join(", ");
        wrong(
            format!("`{kind}` is no kind of plugin"),
            &format!("write one of {known}"),
        )
    })?;
    let runtime = runtime
        .map(|word| {
            let known = Runtime::ALL.map(Runtime::word).join(", ");
            Runtime::of(word).ok_or_else(|| wrong(format!("`{word}` is no runtime"), &format!("write one of {known}")))
        })
        .transpose()?;
    if setup.plugins.get(id).is_some() {
        let remedy = "take another name, or see `firstbell plugins list`";
        return Err(wrong(format!("there is a plugin `{id}` already"), remedy).into());
    }
    let made = plugins::skeleton(kind, id, runtime).map_err(|message| wrong(message, "see docs/plugins.md"))?;
    for (path, text) in &made.files {
        setup.home.write_file(path, text)?;
        writeln!(desk.out, "Wrote {path}")?;
    }
    writeln!(desk.out, "{}", made.next)?;
    writeln!(desk.out, "Its cases: firstbell plugins test {id}")?;
    Ok(Exit::Done)
}

fn test(desk: &mut Desk<'_>, id: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let wanted: Vec<&Plugin> = match id {
        Some(id) => vec![known(&setup, id)?],
        // Without a name a program that nobody enabled is left alone.
        None => setup
            .plugins
            .all()
            .iter()
            .filter(|plugin| plugin.standing == Standing::AtWork)
            .collect(),
    };
    let headers = ["plugin", "case", "holds", "why"];
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "There is no case to try.")?;
    let mut exit = Exit::Done;
    let mut none = Vec::new();
    for plugin in wanted {
        let tried = plugins::trial(&setup.plugins, plugin)?;
        if tried.is_empty() && id.is_some() {
            none.push(plugin.id.clone());
        }
        for case in tried {
            let holds = if case.failed.is_some() { "no" } else { "yes" };
            if case.failed.is_some() {
                exit = Exit::Failed;
            }
            rows.row([
                plugin.id.clone(),
                case.name,
                holds.to_owned(),
                case.failed.unwrap_or_default(),
            ])?;
        }
    }
    rows.end()?;
    Ok(exit)
}

fn enable(desk: &mut Desk<'_>, id: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let plugin = known(&setup, id)?;
    let is_program = plugin.runtime() == Some(Runtime::Exec);
    if plugin.kind().is_none() {
        let remedy = format!("mend plugins/{id}/plugin.toml first: see `firstbell plugins doctor {id}`");
        return Err(problem(
            "plugin-broken",
            format!("the manifest of `{id}` cannot be read"),
            &remedy,
        )
        .into());
    }
    if is_program && plugin.ships {
        copy(&setup, id)?;
        writeln!(desk.out, "Put plugins/{id} into the home.")?;
    }
    let digest = match is_program {
        true => Some(digest_of(&setup, id)?),
        false => None,
    };
    change(&setup, |switches| {
        switches.0.insert(id.to_owned(), Switch::On(digest.clone()));
    })?;
    if let Some(command) = plugin.command() {
        writeln!(
            desk.out,
            "It runs `{}` in plugins/{id}, and is given: {}.",
            command.join(" "),
            plugin.reads().join(", ")
        )?;
        writeln!(desk.out, "It is off again as soon as a file of its folder changes.")?;
    }
    writeln!(desk.out, "Enabled {id}.")?;
    Ok(Exit::Done)
}

fn disable(desk: &mut Desk<'_>, id: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    known(&setup, id)?;
    change(&setup, |switches| {
        switches.0.insert(id.to_owned(), Switch::Off);
    })?;
    writeln!(desk.out, "Switched {id} off.")?;
    let rules: Vec<&str> = setup
        .rules
        .rules()
        .iter()
        .filter(|rule| rule.plugin_words().any(|word| provides(&setup, id, word)))
        .map(|rule| rule.id())
        .collect();
    if !rules.is_empty() {
        writeln!(
            desk.out,
            "Rules that read its word are set aside until it is on again: {}.",
            rules.join(", ")
        )?;
    }
    Ok(Exit::Done)
}

fn provides(setup: &Setup, id: &str, word: &str) -> bool {
    let plugin = setup.plugins.get(id);
    plugin.is_some_and(|plugin| plugin.provides().iter().any(|known| known == word))
}

fn doctor(desk: &mut Desk<'_>, id: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    if let Some(id) = id {
        known(&setup, id)?;
    }
    let found = plugins::doctor(&setup.plugins, id);
    let amiss = found.iter().filter(|finding| finding.amiss).count();
    if desk.format() == output::Format::Text {
        for finding in &found {
            let remedy = if finding.remedy.is_empty() {
                String::new()
            } else {
                format!(" \u{2014} {}", finding.remedy)
            };
            let mark = if finding.amiss { "!" } else { " " };
            writeln!(desk.out, "{mark} {}: {}{remedy}", finding.plugin, finding.what)?;
        }
        writeln!(desk.out, "{} to look at.", count(amiss, "thing", "things"))?;
    } else {
        let headers = ["plugin", "amiss", "what", "remedy"];
        let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "")?;
        for finding in found {
            let amiss = if finding.amiss { "yes" } else { "no" };
            rows.row([finding.plugin, amiss.to_owned(), finding.what, finding.remedy])?;
        }
        rows.end()?;
    }
    Ok(if amiss > 0 { Exit::Waits } else { Exit::Done })
}

/// Copies a plugin that ships into the home, where it can be looked at and run.
fn copy(setup: &Setup, id: &str) -> Result<(), Problem> {
    let folder = format!("plugins/{id}/");
    for (path, bytes) in embedded::FILES.iter().filter(|(path, _)| path.starts_with(&folder)) {
        setup.home.write_shipped(path, bytes)?;
    }
    Ok(())
}

fn digest_of(setup: &Setup, id: &str) -> Result<String, Problem> {
    let folder = setup.home.plugins().join(id);
    plugins::digest(Path::new(&folder)).map_err(|why| {
        let message = format!("the folder of the plugin `{id}` cannot be looked at: {why}");
        problem("plugin-folder", message, "mend the folder")
    })
}

fn change(setup: &Setup, change: impl FnOnce(&mut Switches)) -> Result<(), Problem> {
    let mut switches = setup.plugins.switches().clone();
    change(&mut switches);
    setup.home.replace_file(plugins::SWITCHES, &switches.to_text())
}

fn known<'s>(setup: &'s Setup, id: &str) -> Result<&'s Plugin, Problem> {
    setup.plugins.get(id).ok_or_else(|| {
        let ids: Vec<&str> = setup.plugins.all().iter().map(|plugin| plugin.id.as_str()).collect();
        let remedy = match crate::script::nearest(id, ids.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", ids.join(", ")),
        };
        problem("plugin-unknown", format!("there is no plugin `{id}`"), &remedy)
    })
}

fn problem(code: &str, message: String, remedy: &str) -> Problem {
    Problem::new(code, Weight::Stop, Place::default(), message, remedy)
}
