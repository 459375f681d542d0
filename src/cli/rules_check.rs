//! `rules check`: what is wrong with rules and what can hardly be meant, each with its line underlined and a remedy.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;

use super::output::{Exit, Format, Rows, count};
use super::{Desk, Stop};
use crate::config::{self, Config};
use crate::home::Home;
use crate::monitor::{Place, Problem, Weight};
use crate::plugins;
use crate::round::{self, Setup};
use crate::routing::{Caseload, Owners, Staff, Unreached, is_routed};
use crate::rules::review::{Finding, Gravity, Review, Reviewed, review};
use crate::rules::{SourceFile, Sources};
use crate::school::{Day, Level};
use crate::script;
use crate::store::Store;

/// No rule's file is larger; whatever a person points at is not read further.
const LARGEST_BYTES: u64 = 1 << 20;

/// Checks rules: all of the home, or those named.
pub(super) fn check(desk: &mut Desk<'_>, which: &[String]) -> Result<Exit, Stop> {
    let home = Home::open(&desk.arguments.home)?;
    let config = config::load(&home.config_text()?, crate::home::CONFIG)?;
    let (mut sources, unreadable) = round::sources(&home);
    let (files, _) = home.plugin_files();
    sources.words = plugins::read(&files.into_iter().collect(), Some(home.root())).words();
    let mut wanted = Vec::new();
    for asked in which {
        wanted.push(find(&home, &mut sources, asked)?);
    }
    let mut review = review(&sources);
    for problem in unreadable {
        review.add(Finding {
            rule: String::new(),
            gravity: Gravity::Error,
            problem,
        });
    }
    routed(&mut review, &config, &home);
    let (findings, silenced) = review.finish();
    let shown = |finding: &&Finding| {
        let file = finding.problem.place.file.as_deref().unwrap_or_default();
        wanted.is_empty() || wanted.iter().any(|path| path == file || stem(path) == finding.rule)
    };
    let findings: Vec<&Finding> = findings.iter().filter(shown).collect();
    let silenced = silenced.iter().filter(shown).count();
    let rules = if wanted.is_empty() {
        sources.rules().len() + sources.unreadable_rules().count()
    } else {
        wanted.len()
    };
    match desk.format() {
        Format::Text | Format::Junit => text(desk, &findings, rules, silenced)?,
        Format::Json => json(desk, &findings)?,
        Format::Csv => table(desk, &findings)?,
    }
    let broken = findings.iter().any(|finding| finding.gravity == Gravity::Error);
    Ok(if broken { Exit::Waits } else { Exit::Done })
}

/// Everything that `check` adds to what loading the rules has said already.
pub(super) fn more(setup: &Setup) -> Vec<Problem> {
    let mut review = review(&setup.sources);
    routed(&mut review, &setup.config, &setup.home);
    let said = |finding: &Finding| {
        let same = |problem: &&Problem| problem.place == finding.problem.place && problem.code == finding.problem.code;
        setup.problems.iter().any(|problem| same(&problem))
    };
    let (findings, _) = review.finish();
    let fresh = findings.into_iter().filter(|finding| !said(finding));
    fresh.map(|finding| weighed(setup, finding)).collect()
}

/// A further mistake in a file weighs what the first one does: nobody waits for a draft.
fn weighed(setup: &Setup, finding: Finding) -> Problem {
    let mut problem = finding.problem;
    if finding.gravity == Gravity::Error {
        let aside = setup.rules.set_aside().iter().find(|rule| rule.id == finding.rule);
        problem.weight = aside.map_or(problem.weight, |rule| rule.problem.weight);
    }
    problem
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rhai").unwrap_or(name)
}

/// The path of what was asked for, by id or file. A file from elsewhere is taken in, in the place of the rule of its name.
fn find(home: &Home, sources: &mut Sources, asked: &str) -> Result<String, Problem> {
    let plain = asked.replace('\\', "/");
    let plain = plain.trim_start_matches("./");
    let mut known: Vec<String> = sources.files.iter().map(|file| file.path.clone()).collect();
    known.extend(
        sources
            .unreadable
            .iter()
            .filter_map(|problem| problem.place.file.clone()),
    );
    if let Some(path) = known.iter().find(|path| *path == plain) {
        return Ok(path.clone());
    }
    let mut rules = known.iter().filter(|path| path.ends_with(".rhai"));
    if let Some(path) = rules.find(|path| stem(path) == plain) {
        return Ok(path.clone());
    }
    let path = Path::new(asked);
    if let (Ok(path), Ok(root)) = (path.canonicalize(), home.root().canonicalize())
        && let Ok(inside) = path.strip_prefix(root)
        && let Some(known) = known.iter().find(|known| Path::new(known) == inside)
    {
        return Ok(known.clone());
    }
    if asked.ends_with(".rhai") && fs::symlink_metadata(path).is_ok() {
        take_in(sources, plain, path)?;
        return Ok(plain.to_owned());
    }
    let ids: Vec<&str> = known.iter().map(|path| stem(path)).collect();
    let remedy = script::nearest(plain, ids).map_or_else(
        || "`firstbell rules list` names the rules; a file ends in `.rhai`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("there is no rule and no rule's file `{asked}`");
    Err(Problem::new(
        "rule-unknown",
        Weight::Stop,
        Place::default(),
        message,
        remedy,
    ))
}

/// Takes a file from elsewhere into the sources, with the trial beside it, or else that of the rule whose place it takes.
fn take_in(sources: &mut Sources, shown: &str, path: &Path) -> Result<(), Problem> {
    let bytes = read(shown, path)?;
    let same = |file: &SourceFile| file.path.ends_with(".rhai") && stem(&file.path) == stem(shown);
    let old = sources
        .files
        .iter()
        .find(|file| same(file))
        .map(|file| file.path.clone());
    let beside = path.with_extension("test.toml");
    let trial = match read(shown, &beside) {
        Ok(bytes) => Some(bytes),
        Err(_) => old
            .as_ref()
            .and_then(|old| sources.trial_of(old))
            .map(|file| file.bytes.clone()),
    };
    sources.files.retain(|file| !same(file));
    let stays = |problem: &Problem| stem(problem.place.file.as_deref().unwrap_or_default()) != stem(shown);
    sources.unreadable.retain(stays);
    if let Some(bytes) = trial {
        let path = format!("{}.test.toml", shown.trim_end_matches(".rhai"));
        sources.files.push(SourceFile { path, bytes });
    }
    let path = shown.to_owned();
    sources.files.push(SourceFile { path, bytes });
    Ok(())
}

/// The bytes of an ordinary file: a pipe could wait for ever, and no rule is large.
fn read(shown: &str, path: &Path) -> Result<Vec<u8>, Problem> {
    let refuse = |message: String, remedy: &str| {
        Problem::new(
            "rule-file-unreadable",
            Weight::Stop,
            Place::file(shown),
            message,
            remedy,
        )
    };
    let cannot = |error: std::io::Error| refuse(format!("the file cannot be read: {error}"), "see that it is there");
    let meta = fs::metadata(path).map_err(cannot)?;
    if !meta.is_file() {
        return Err(refuse("it is no ordinary file".to_owned(), "name a rule's file"));
    }
    if meta.len() > LARGEST_BYTES {
        let message = format!("the file has {} bytes", meta.len());
        return Err(refuse(message, "a rule is a page at most: see what lies there"));
    }
    fs::read(path).map_err(cannot)
}

/// Adds what is known of who would hear of a rule; before the first round only the routes themselves are.
fn routed(review: &mut Review, config: &Config, home: &Home) {
    let people = home.store().exists().then(|| people(home)).flatten();
    let none: (Vec<Staff>, Vec<Caseload>) = Default::default();
    let (staff, caseload, today) = match &people {
        Some((staff, caseload, today)) => (staff, caseload, *today),
        None => (&none.0, &none.1, Day(0)),
    };
    let owners = Owners::new(
        staff,
        caseload,
        &config.routes,
        &config.last_owner,
        &config.mail.allowed_domains,
        today,
    );
    let why = |rule: &Reviewed, level: Level| match staff.is_empty() {
        true => (!is_routed(&config.routes, &rule.area, level)).then_some(Unreached::NoRoute),
        false => owners.unreached(&rule.area, level),
    };
    let mut found = Vec::new();
    for rule in review.rules() {
        // Rules of one area stand and fall together; levels mostly do.
        let mut reasons: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for level in &rule.levels {
            if let Some(why) = why(rule, *level) {
                reasons.entry(said(&why)).or_default().push(level.word());
            }
        }
        for (why, levels) in reasons {
            let message = format!("only the last owner would hear of `{}`: {why}", levels.join("`, `"));
            let remedy = "add a route for the area to firstbell.toml, or the person to the staff export";
            found.push(review.about_area(rule, "rule-nobody-routed", message, remedy));
        }
    }
    found.into_iter().for_each(|finding| review.add(finding));
}

fn said(why: &Unreached) -> String {
    match why {
        Unreached::NoRoute => "no route is for it".to_owned(),
        Unreached::Nobody(links) => format!("`{}` is nobody at any school", links.join("`, `")),
    }
}

/// Staff and caseload as the last round left them; nothing where they cannot be read, which others say.
fn people(home: &Home) -> Option<(Vec<Staff>, Vec<Caseload>, Day)> {
    let store = Store::open_read_only(home.store()).ok()?;
    let last = store.last_as_of().ok()??;
    Some((store.staff().ok()?, store.caseload().ok()?, last.plus(1)))
}

fn text(desk: &mut Desk<'_>, findings: &[&Finding], rules: usize, silenced: usize) -> Result<(), Stop> {
    let mut sorted = findings.to_vec();
    // What is gravest is read first from below, where the eye is.
    sorted.sort_by_key(|finding| finding.gravity);
    for finding in &sorted {
        writeln!(desk.out, "{}: {}", finding.gravity.word(), finding.problem)?;
    }
    let number = |gravity: Gravity| findings.iter().filter(|finding| finding.gravity == gravity).count();
    let mut parts = vec![
        count(number(Gravity::Error), "error", "errors"),
        count(number(Gravity::Warning), "warning", "warnings"),
        count(number(Gravity::Remark), "remark", "remarks"),
    ];
    if silenced > 0 {
        parts.push(format!("{silenced} allowed by comments"));
    }
    let checked = count(rules, "rule checked", "rules checked");
    writeln!(desk.out, "{checked}: {}.", parts.join(", "))?;
    Ok(())
}

/// One finding as a program reads it.
#[derive(Serialize)]
struct Shown<'f> {
    rule: &'f str,
    file: &'f str,
    line: Option<u64>,
    column: Option<u64>,
    length: Option<usize>,
    weight: &'static str,
    code: &'f str,
    message: &'f str,
    remedy: &'f str,
    /// The line of the file, and below it the underline.
    excerpt: &'f str,
}

impl<'f> Shown<'f> {
    fn of(finding: &'f Finding) -> Shown<'f> {
        let problem = &finding.problem;
        let underlined = problem.excerpt.lines().last().map(|line| line.matches('^').count());
        Shown {
            rule: &finding.rule,
            file: problem.place.file.as_deref().unwrap_or_default(),
            line: problem.place.line,
            column: problem.place.column.as_deref().and_then(|column| column.parse().ok()),
            length: underlined.filter(|length| *length > 0),
            weight: finding.gravity.word(),
            code: &problem.code,
            message: &problem.message,
            remedy: &problem.remedy,
            excerpt: &problem.excerpt,
        }
    }
}

fn json(desk: &mut Desk<'_>, findings: &[&Finding]) -> Result<(), Stop> {
    let shown: Vec<Shown<'_>> = findings.iter().map(|finding| Shown::of(finding)).collect();
    serde_json::to_writer_pretty(&mut *desk.out, &shown).map_err(std::io::Error::from)?;
    writeln!(desk.out)?;
    Ok(())
}

fn table(desk: &mut Desk<'_>, findings: &[&Finding]) -> Result<(), Stop> {
    let headers = [
        "rule", "file", "line", "column", "length", "weight", "code", "message", "remedy",
    ];
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "")?;
    for finding in findings {
        let shown = Shown::of(finding);
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        rows.row([
            shown.rule.to_owned(),
            shown.file.to_owned(),
            number(shown.line),
            number(shown.column),
            number(shown.length.map(|length| length as u64)),
            shown.weight.to_owned(),
            shown.code.to_owned(),
            shown.message.to_owned(),
            shown.remedy.to_owned(),
        ])?;
    }
    Ok(rows.end()?)
}
