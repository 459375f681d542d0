//! What is missing, odd or slow about each plugin, for `plugins doctor`.

use std::path::Path;
use std::time::Duration;

use super::exec::{self, program_of};
use super::find::Plugins;
use super::manifest::Body;
use super::plugin::{Plugin, Standing};
use crate::mail::Templates;

/// A hello that takes longer is slow: a night may say it once for every file. Chosen by us.
const SLOW: Duration = Duration::from_secs(1);

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The plugin.
    pub plugin: String,
    /// Whether something should be done about it.
    pub amiss: bool,
    /// What was found: lower case, no full stop.
    pub what: String,
    /// What to do; empty where there is nothing to do.
    pub remedy: String,
}

/// Looks at every plugin, or at one. Programs that are enabled are asked for their hello.
pub fn doctor(plugins: &Plugins, id: Option<&str>) -> Vec<Finding> {
    let wanted = plugins
        .all()
        .iter()
        .filter(|plugin| id.is_none_or(|id| plugin.id == id));
    wanted.flat_map(|plugin| look(plugins, plugin)).collect()
}

fn look(plugins: &Plugins, plugin: &Plugin) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut say = |amiss: bool, what: String, remedy: &str| {
        found.push(Finding {
            plugin: plugin.id.clone(),
            amiss,
            what,
            remedy: remedy.to_owned(),
        });
    };
    match &plugin.standing {
        Standing::AtWork => {}
        Standing::Off(why) => say(false, why.clone(), ""),
        Standing::SetAside(problem) => say(true, format!("{}: {}", problem.place, problem.message), &problem.remedy),
    }
    if let Some(folder) = &plugin.folder {
        for open in open_to_others(folder) {
            say(
                true,
                format!("`{open}` can be changed by other accounts"),
                "take that right away: `chmod -R go-w` on the folder",
            );
        }
    }
    for problem in Templates::with_replacements(plugin.wording()).1 {
        say(true, format!("{}: {}", problem.place, problem.message), &problem.remedy);
    }
    let program = plugin.manifest.as_ref().and_then(|manifest| manifest.body.program());
    if let (Some(program), Some(folder)) = (program, &plugin.folder) {
        let name = &program.command[0];
        if program_of(name, folder).is_none() {
            say(
                true,
                format!("there is no program `{name}`"),
                "install it, or name another in `command`",
            );
        } else if plugin.standing == Standing::AtWork {
            match exec::greet(plugin, program, plugins.work()) {
                Ok(took) if took > SLOW => {
                    say(
                        true,
                        format!("took {:.1} s to say hello", took.as_secs_f64()),
                        "let it load less before its hello",
                    );
                }
                Ok(took) => say(false, format!("said hello within {} ms", took.as_millis().max(1)), ""),
                Err(problem) => say(true, problem.message, &problem.remedy),
            }
        }
    }
    let declarative = matches!(
        plugin.manifest.as_ref().map(|manifest| &manifest.body),
        Some(Body::Declarative | Body::Wording(_)) | None
    );
    if !declarative && !plugin.files.keys().any(|path| super::trial::is_case_file(path)) {
        say(
            true,
            "has no case of its own".to_owned(),
            "write one into its folder tests/: `firstbell plugins test` runs it",
        );
    }
    if let Some(tail) = said_last(plugins, plugin) {
        say(false, format!("said last on its error stream:\n{tail}"), "");
    }
    if found.is_empty() {
        found.push(Finding {
            plugin: plugin.id.clone(),
            amiss: false,
            what: "is fine".to_owned(),
            remedy: String::new(),
        });
    }
    found
}

/// The last lines of its error stream, each a little in from the edge.
fn said_last(plugins: &Plugins, plugin: &Plugin) -> Option<String> {
    let bytes = std::fs::read(plugins.tail_of(&plugin.id)).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let plain = |line: &str| -> String { line.chars().filter(|c| !c.is_control()).collect() };
    let lines: Vec<String> = text.lines().map(|line| format!("    {}", plain(line))).collect();
    let from = lines.len().saturating_sub(12);
    (!lines.is_empty()).then(|| lines[from..].join("\n"))
}

/// What in a folder, the folder itself included, other accounts can change.
#[cfg(unix)]
fn open_to_others(folder: &Path) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut open = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let Ok(about) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        if about.is_dir() {
            left.extend(
                std::fs::read_dir(&path)
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|entry| entry.path()),
            );
        }
        if !about.is_symlink() && about.permissions().mode() & 0o022 != 0 {
            let parent = folder.parent().unwrap_or(folder);
            open.push(
                path.strip_prefix(parent)
                    .unwrap_or(&path)
                    .to_string_lossy()
                    .into_owned(),
            );
        }
    }
    open.sort();
    open
}

#[cfg(not(unix))]
fn open_to_others(_: &Path) -> Vec<String> {
    Vec::new()
}
