//! `rules reference` and `rules editor`: the words of rules for people, and for the editors that people write rules in.

use super::output::{Exit, Format};
use super::{Desk, Stop};
use crate::home::Home;
use crate::monitor::Problem;
use crate::rules::{RuleSet, Sources, reference, schema};

/// Where editors find what completes and checks rules; the home's readers pass over hidden folders.
const FOLDER: &str = ".editor";

/// What tells editors that know taplo which schema is whose.
const TAPLO: &str = "\
# Made by `firstbell rules editor`: which schema checks which file, for editors that know taplo (\"Even Better TOML\").
[[rule]]
include = [\"rules/district.toml\"]
[rule.schema]
path = \".editor/district.schema.json\"

[[rule]]
include = [\"rules/**/*.test.toml\"]
[rule.schema]
path = \".editor/trial.schema.json\"
";

/// Shows every word that a rule of the home may write, those of its plugins too.
pub(super) fn show(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let words = desk.setup()?.sources.words;
    match desk.format() {
        Format::Json => {
            let json = serde_json::to_string_pretty(&reference::as_json(&words)).unwrap_or_default();
            writeln!(desk.out, "{json}")?;
        }
        _ => write!(desk.out, "{}", reference::page(&words))?,
    }
    Ok(Exit::Done)
}

/// Writes what editors need into the home.
pub(super) fn write(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    for path in into_home(&setup.home, &setup.rules, &setup.sources)? {
        writeln!(desk.out, "Wrote {path}.")?;
    }
    writeln!(
        desk.out,
        "Write them anew after a plugin, a shared function or a rule came or went: `firstbell rules editor`."
    )?;
    Ok(Exit::Done)
}

/// Writes definitions and schemas into a home; what is there of them is written over, whatever else lies there stays.
pub(super) fn into_home(home: &Home, rules: &RuleSet, sources: &Sources) -> Result<Vec<String>, Problem> {
    let json = |value| serde_json::to_string_pretty(&value).unwrap_or_default() + "\n";
    let words = &sources.words;
    let files = [
        ("firstbell.d.rhai", reference::definitions(words, &sources.shared())),
        ("rules-reference.md", reference::page(words)),
        ("district.schema.json", json(schema::district_schema(rules, words))),
        ("trial.schema.json", json(schema::trial_schema(words))),
    ];
    let mut written = Vec::new();
    for (name, text) in files {
        let path = format!("{FOLDER}/{name}");
        home.replace_file(&path, &text)?;
        written.push(path);
    }
    // A district may have told its editors more than this.
    if !home.root().join(".taplo.toml").exists() {
        home.write_file(".taplo.toml", TAPLO)?;
        written.push(".taplo.toml".to_owned());
    }
    Ok(written)
}
