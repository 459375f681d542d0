//! `rules test`: the trials of rules in the home, or of files on somebody's desk.

mod json;
mod junit;
mod text;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::output::{Exit, Format, Rows};
use super::rules::unknown;
use super::{Desk, Stop};
use crate::monitor::{Place, Problem, Weight};
use crate::round::Setup;
use crate::rules::workshop::{self, Depth, Tested};
use crate::rules::{SourceFile, Sources};
use crate::script::limits::FILE_BYTES;

/// Runs trials and shows what they came to.
pub(super) fn test(desk: &mut Desk<'_>, asked: &[String], depth: Depth) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let mut sources = setup.sources.clone();
    let mut ids = Vec::new();
    for word in asked {
        ids.push(chosen(&setup, &mut sources, word)?);
    }
    let tested = workshop::test(&sources, &setup.config.meaning, &ids, depth);
    match desk.format() {
        Format::Text => text::write(desk.out, &tested)?,
        Format::Json => json::write(desk.out, &tested)?,
        Format::Junit => junit::write(desk.out, &tested)?,
        Format::Csv => table(desk, &tested)?,
    }
    Ok(if tested.iter().all(Tested::holds) {
        Exit::Done
    } else {
        Exit::Waits
    })
}

/// The id that a word of the command line stands for; a file from elsewhere joins the sources.
fn chosen(setup: &Setup, sources: &mut Sources, word: &str) -> Result<String, Problem> {
    let path = word.replace('\\', "/");
    if !path.contains('/') && !path.ends_with(".rhai") && !path.ends_with(".test.toml") {
        let known = sources.rules().iter().any(|file| stem(&file.path) == path);
        return if known { Ok(path) } else { Err(unknown(setup, word)) };
    }
    let path = path
        .strip_suffix(".test.toml")
        .map_or(path.clone(), |stem| format!("{stem}.rhai"));
    if let Some(file) = in_home(setup, sources, &path) {
        return Ok(stem(&file.path).to_owned());
    }
    from_elsewhere(sources, &path)
}

/// The stem of a rule's path.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rhai").unwrap_or(name)
}

/// The file of the home that a path means: written from the home, from `rules`, or from where the command is run.
fn in_home<'s>(setup: &Setup, sources: &'s Sources, path: &str) -> Option<&'s SourceFile> {
    let rules = sources.rules();
    let written = path.trim_start_matches("./");
    let named = |file: &&&SourceFile| file.path == written || file.path == format!("rules/{written}");
    if let Some(file) = rules.iter().find(named) {
        return Some(file);
    }
    let lies = Path::new(path).canonicalize().ok()?;
    let same = |file: &&&SourceFile| {
        setup
            .home
            .root()
            .join(&file.path)
            .canonicalize()
            .is_ok_and(|one| one == lies)
    };
    rules.iter().find(same).copied()
}

/// Reads a rule and its trial from anywhere; it takes the place of the home's rule of that name.
fn from_elsewhere(sources: &mut Sources, path: &str) -> Result<String, Problem> {
    let mut found = vec![read(path, PathBuf::from(path))?];
    let beside = format!("{}.test.toml", path.strip_suffix(".rhai").unwrap_or(path));
    if Path::new(&beside).exists() {
        found.push(read(&beside, PathBuf::from(&beside))?);
    }
    let id = stem(path).to_owned();
    sources
        .files
        .retain(|file| !file.path.ends_with(".rhai") || stem(&file.path) != id || file.path.starts_with("rules/lib/"));
    sources.files.extend(found);
    Ok(id)
}

fn read(shown: &str, path: PathBuf) -> Result<SourceFile, Problem> {
    let mut bytes = Vec::new();
    // One byte more than a rule may have: what is too large is seen to be.
    let read = File::open(path).and_then(|file| file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(SourceFile {
            path: shown.to_owned(),
            bytes,
        }),
        Err(error) => Err(Problem::new(
            "rule-file-unreadable",
            Weight::Stop,
            Place::file(shown),
            format!("the file cannot be read: {error}"),
            "name a rule's file or its id: `firstbell rules list` lists the ids",
        )),
    }
}

fn table(desk: &mut Desk<'_>, tested: &[Tested]) -> Result<(), Stop> {
    let headers = ["rule", "case", "line", "passed", "verdicts", "because", "failed"];
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "")?;
    for rule in tested {
        match &rule.cases {
            Ok(cases) => {
                for case in cases {
                    rows.row([
                        rule.id.clone(),
                        case.name.clone(),
                        case.line.to_string(),
                        case.failed.is_none().to_string(),
                        case.verdicts.join(";"),
                        case.because.clone(),
                        case.failed.clone().unwrap_or_default(),
                    ])?;
                }
            }
            Err(problem) => rows.row([
                rule.id.clone(),
                String::new(),
                problem.place.line.map(|line| line.to_string()).unwrap_or_default(),
                "false".to_owned(),
                String::new(),
                String::new(),
                problem.message.clone(),
            ])?,
        }
    }
    Ok(rows.end()?)
}
