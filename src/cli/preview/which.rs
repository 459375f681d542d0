//! Which version of a rule is meant: a file, the one at work, the one of a day.

use std::path::{Path, PathBuf};

use super::is_live;
use crate::cli::rules::unknown;
use crate::cli::view::View;
use crate::monitor::{Place, Problem, Weight};
use crate::round::preview::{District, Replayed, Span, replay};
use crate::round::{Setup, with_rule_at_work, with_rule_at_work_on};
use crate::rules::workshop;
use crate::rules::{RuleSet, Status, id_of};
use crate::school::Day;

/// Rule files are a page long; what is larger is something else. Chosen by us.
const MOST_BYTES: u64 = 1 << 20;

/// A version of one rule, able to judge.
pub(super) struct Version {
    pub(super) id: String,
    /// The rule among the others.
    pub(super) set: RuleSet,
    /// What should be said of it.
    pub(super) remarks: Vec<String>,
}

/// How a file stands to the rule at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// No round has judged by a rule of this name.
    New,
    /// It judges as the rule at work does.
    Same,
    /// It judges otherwise.
    Differs,
}

impl Against {
    pub(super) fn of(now: &Version, before: Option<&Version>) -> Against {
        let Some(before) = before.filter(|before| is_live(&before.set, &before.id)) else {
            return Against::New;
        };
        match (now.set.rule(&now.id), before.set.rule(&before.id)) {
            (Some(now), Some(before)) if same(now, before) => Against::Same,
            _ => Against::Differs,
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Against::New => "No live rule of this name has judged anybody yet, so there is nothing to compare with.",
            Against::Same => "It judges as the rule at work does, so there is nothing to compare.",
            Against::Differs => "Compared with the rule at work.",
        }
    }
}

/// Whether two versions judge alike everywhere and are written alike.
fn same(one: &crate::rules::Rule, other: &crate::rules::Rule) -> bool {
    let schools = || one.schools().chain(other.schools()).chain(std::iter::once(""));
    schools().all(|school| {
        one.digest(school) == other.digest(school) && one.card(school).status == other.card(school).status
    })
}

impl Version {
    /// The rule as a file stands, judged as if it were live.
    pub(super) fn of_file(setup: &Setup, file: &Path) -> Result<Version, Problem> {
        let shown = shown(setup, file);
        let id = id_of(&shown).to_owned();
        let trial = file.with_extension("test.toml");
        let trial = if trial.is_file() {
            Some(read(setup, &trial)?)
        } else {
            None
        };
        let sources = setup.sources.with_rule(&shown, read(setup, file)?, trial);
        let meaning = &setup.config.meaning;
        let set = setup.rules.with_rule_of(&sources, meaning, &shown)?;
        let mut remarks = Vec::new();
        let status = set.rule(&id).map(|rule| rule.district_card().status);
        if let Some(word) = status.and_then(not_live) {
            remarks.push(format!("Its status is `{word}`: it is shown as if it were `live`."));
        }
        remarks.extend(trial_remark(&sources, setup, &id));
        Ok(Version {
            set: set.as_if_live(&id),
            id,
            remarks,
        })
    }

    /// The flags and letters of the rule over some nights.
    pub(super) fn replay(&self, district: &District<'_>, span: Span) -> Replayed {
        replay(district, &self.set.alone(&self.id), Some(&self.id), span)
    }
}

fn not_live(status: Status) -> Option<&'static str> {
    match status {
        Status::Live => None,
        Status::Draft => Some("draft"),
        Status::Shadow => Some("shadow"),
        Status::Retired => Some("retired"),
    }
}

/// A trial that does not hold keeps a file out of work, and whoever looks at its preview should know.
fn trial_remark(sources: &crate::rules::Sources, setup: &Setup, id: &str) -> Option<String> {
    let ids = [id.to_owned()];
    let tested = workshop::test(sources, &setup.config.meaning, &ids, workshop::Depth::default())
        .into_iter()
        .next()?;
    if tested.holds() {
        return None;
    }
    let failing = tested
        .cases
        .map_or(0, |cases| cases.iter().filter(|case| case.failed.is_some()).count());
    let cases = match failing {
        0 => "Its trial does not hold".to_owned(),
        1 => "A case of its trial does not hold".to_owned(),
        many => format!("{many} cases of its trial do not hold"),
    };
    Some(format!(
        "{cases}, so the file would not be put to work as it stands: `firstbell rules test {id}` says why."
    ))
}

/// The version at work of a rule; `None` where no round has judged by it.
pub(super) fn at_work(setup: &Setup, view: &View, id: &str) -> Result<Option<Version>, Problem> {
    let set = with_rule_at_work(setup, &view.store, &view.books, &view.ledger, id)?;
    Ok(set.map(|set| Version {
        id: id.to_owned(),
        set,
        remarks: Vec::new(),
    }))
}

/// The version that somebody names: a file, `ID@DATE`, or an id for the one at work.
pub(super) fn version(setup: &Setup, view: &View, named: &str) -> Result<Version, Problem> {
    if let Some(file) = found(setup, named) {
        return Version::of_file(setup, &file);
    }
    let lost = |what: String| {
        Problem::new(
            "rule-version-unknown",
            Weight::Stop,
            Place::default(),
            what,
            "`firstbell rules list` lists the rules; name a file, an id, or an id with a day such as `chronic_absence@2026-11-02`",
        )
    };
    if let Some((id, day)) = named.split_once('@') {
        let day: Day = day.parse().map_err(lost)?;
        let set = with_rule_at_work_on(setup, &view.store, id, day)?;
        let set = set.ok_or_else(|| lost(format!("no version of a rule `{id}` was at work on {day}")))?;
        return Ok(live(id, set));
    }
    match at_work(setup, view, named)? {
        Some(at_work) => Ok(live(named, at_work.set)),
        None if setup.rules.rule(named).is_some() => Ok(live(named, setup.rules.clone())),
        None if named.contains(['/', '\\', '.']) => Err(no_file(named)),
        None => Err(unknown(setup, named)),
    }
}

fn live(id: &str, set: RuleSet) -> Version {
    Version {
        id: id.to_owned(),
        set: set.as_if_live(id),
        remarks: Vec::new(),
    }
}

/// The file that is meant by a path, or by the id of a rule of the home.
pub(super) fn file(setup: &Setup, named: &str) -> Result<PathBuf, Problem> {
    if let Some(file) = found(setup, named) {
        return Ok(file);
    }
    let rules = setup.sources.rules();
    let known = rules.into_iter().find(|file| id_of(&file.path) == named);
    match known {
        Some(file) => Ok(setup.home.root().join(&file.path)),
        None if named.contains(['/', '\\', '.']) => Err(no_file(named)),
        None => Err(unknown(setup, named)),
    }
}

/// A file by its path from here or from the home.
fn found(setup: &Setup, named: &str) -> Option<PathBuf> {
    let is_rule = |path: &PathBuf| path.is_file() && path.extension().is_some_and(|ending| ending == "rhai");
    let paths = [PathBuf::from(named), setup.home.root().join(named)];
    paths.into_iter().find(is_rule)
}

fn no_file(named: &str) -> Problem {
    Problem::new(
        "rule-file-unknown",
        Weight::Stop,
        Place::default(),
        format!("there is no rule file `{named}`, neither from here nor from the home"),
        "name a file that ends in `.rhai`, or a rule's id",
    )
}

/// A path as its author knows it: from the home where it lies inside.
fn shown(setup: &Setup, file: &Path) -> String {
    let from_home = file.strip_prefix(setup.home.root()).unwrap_or(file);
    from_home.to_string_lossy().replace('\\', "/")
}

fn read(setup: &Setup, file: &Path) -> Result<Vec<u8>, Problem> {
    let unreadable = |why: String| {
        Problem::new(
            "rule-file-unreadable",
            Weight::Stop,
            Place::file(shown(setup, file)),
            why,
            "see that it is a rule's file and that the account you work under may read it",
        )
    };
    let size = std::fs::metadata(file)
        .map_err(|error| unreadable(error.to_string()))?
        .len();
    if size > MOST_BYTES {
        return Err(unreadable("the file is larger than any rule".to_owned()));
    }
    std::fs::read(file).map_err(|error| unreadable(error.to_string()))
}
