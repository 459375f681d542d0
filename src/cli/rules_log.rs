//! `rules log`, `rules show --at` and `rules restore`: every version of a rule that was at work, and the way back to it.

use super::output::{Exit, Format, Rows};
use super::rules::unknown;
use super::{Desk, Stop};
use crate::monitor::{Place, Problem, Weight};
use crate::round::{self, Setup, kept};
use crate::rules::{differences, id_of};
use crate::school::Day;
use crate::store::RuleEntry;

/// Characters of a digest that are shown: enough to tell versions apart.
const DIGEST_CHARS: usize = 12;

/// Lists the versions that were at work, of one rule or of all.
pub(super) fn log(desk: &mut Desk<'_>, id: Option<&str>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let entries = setup.store_to_read()?.rule_log(id)?;
    if let Some(id) = id.filter(|_| entries.is_empty())
        && !is_there(&setup, id)
    {
        return Err(unknown(&setup, id).into());
    }
    let text = matches!(desk.format(), Format::Text | Format::Junit);
    let headers: &[&str] = match text {
        true => &["rule", "from", "until", "by", "what"],
        false => &[
            "rule", "from", "until", "by", "owner", "file", "put_on", "digest", "what",
        ],
    };
    let none = "No rule has been at work yet: the first round that judges by one begins its log.";
    let mut rows = Rows::new(desk.out, desk.arguments.format, headers, none)?;
    let mut before: Option<&RuleEntry> = None;
    for entry in &entries {
        let old = before.filter(|before| before.rule == entry.rule);
        let until = entry.until.map(|day| day.to_string()).unwrap_or_default();
        let (rule, from, what) = (entry.rule.clone(), entry.from.to_string(), what(&setup, old, entry));
        let by = entry.who().to_owned();
        match text {
            true => rows.row([rule, from, until, by, what])?,
            false => rows.row([
                rule,
                from,
                until,
                by,
                entry.owner.clone(),
                entry.file.clone(),
                entry.put_on.to_string(),
                entry.digest.chars().take(DIGEST_CHARS).collect(),
                what,
            ])?,
        }
        before = Some(entry);
    }
    rows.end()?;
    Ok(Exit::Done)
}

/// Whether a home has a rule of this name, at work or not.
fn is_there(setup: &Setup, id: &str) -> bool {
    setup.sources.rules().iter().any(|file| id_of(&file.path) == id)
}

/// What a version has otherwise than the one before it, in words.
fn what(setup: &Setup, old: Option<&RuleEntry>, new: &RuleEntry) -> String {
    let Some(old) = old else {
        return "the first version that judged".to_owned();
    };
    let set = |entry: &RuleEntry| kept(entry).and_then(|version| setup.rules.with_version(&version).ok());
    let (Some(before), Some(now)) = (set(old), set(new)) else {
        return "a version that cannot be read any more".to_owned();
    };
    let words = match (before.rule(&old.rule), now.rule(&new.rule)) {
        (Some(before), Some(now)) => differences(before, now),
        _ => Vec::new(),
    };
    let again = old.until.is_some_and(|until| until < new.from);
    match (words.is_empty(), again) {
        (true, true) => "at work again".to_owned(),
        (true, false) => format!("what it reads by: {}", new.file),
        (false, true) => format!("at work again; {}", words.join("; ")),
        (false, false) => words.join("; "),
    }
}

/// Shows a rule as it was at work on a day.
pub(super) fn show_at(desk: &mut Desk<'_>, id: &str, day: Day) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let store = setup.store_to_read()?;
    let Some((entry, version)) = round::version_on(&store, id, day)? else {
        if !is_there(&setup, id) && store.rule_log(Some(id))?.is_empty() {
            return Err(unknown(&setup, id).into());
        }
        let message = format!("no version of the rule `{id}` was at work on {day}");
        let remedy = format!("`firstbell rules log {id}` lists those that were");
        return Err(Problem::new("rule-version-unknown", Weight::Stop, Place::default(), message, remedy).into());
    };
    let set = version.and_then(|version| setup.rules.with_version(&version).ok());
    let set = set.ok_or_else(|| unreadable(id))?;
    let shown = crate::rules::workshop::show(&set, &setup.sources, id).map_err(|_| unreadable(id))?;
    writeln!(desk.out, "{}", stretch(&entry))?;
    super::rules::write_shown(desk.out, id, &shown)?;
    Ok(Exit::Done)
}

fn unreadable(id: &str) -> Problem {
    Problem::new(
        "rule-version-lost",
        Weight::Stop,
        Place::default(),
        format!("the kept version of the rule `{id}` cannot be read any more"),
        "`firstbell rules log` lists the versions",
    )
}

/// When a version was at work and who put it there, as a sentence.
fn stretch(entry: &RuleEntry) -> String {
    let until = match entry.until {
        Some(until) => format!("until {until}"),
        None => "and still is".to_owned(),
    };
    let by = match entry.who() {
        "" => String::new(),
        who => format!(", put there by {who} with {}", entry.file),
    };
    format!("At work from {} {until}{by}.", entry.from)
}

/// Puts a rule back as it was.
pub(super) fn restore(desk: &mut Desk<'_>, id: &str, at: Option<Day>, by: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let restored = {
        let _lock = setup.home.lock()?;
        round::restore(&setup, id, at, by)?
    };
    if restored.written.is_empty() {
        writeln!(
            desk.out,
            "`{id}` stands as it was at work from {} already.",
            restored.entry.from
        )?;
        return Ok(Exit::Done);
    }
    let from = restored.entry.from;
    match restored.entry.until {
        Some(until) => writeln!(
            desk.out,
            "`{id}` is put back as it was at work from {from} until {until}."
        )?,
        None => writeln!(desk.out, "`{id}` is put back as it has been at work since {from}.")?,
    }
    for path in &restored.written {
        writeln!(desk.out, "  wrote {path}; what stood there lies beside it as {path}~")?;
    }
    for path in &restored.otherwise {
        writeln!(
            desk.out,
            "  {path} is not as it was then, and stays: other rules lean on it too."
        )?;
    }
    let setup: Setup = desk.setup()?;
    let waits = setup.waiting.iter().find(|waiting| waiting.weighed.rule == id);
    match waits.and_then(|waiting| waiting.weighed.most.as_ref()) {
        Some(most) => {
            writeln!(
                desk.out,
                "It would raise {} of {} judged students of school {} to concern or worse at once, so it waits: `firstbell rules accept {id}` says yes.",
                most.students, most.judged, most.school
            )?;
            Ok(Exit::Waits)
        }
        None => {
            writeln!(desk.out, "It is at work with the next round.")?;
            Ok(Exit::Done)
        }
    }
}
