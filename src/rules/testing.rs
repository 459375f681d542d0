//! `rules test`: the trials of some rules or of all, as their files stand, as deep as is asked.

use super::bench::Bench;
use super::card::Status;
use super::load;
use super::rule::{Rule, RuleSet, stem};
use super::sources::{SourceFile, Sources};
use super::trial::coverage::Follower;
use super::trial::mutation::{Mutator, Subject};
use super::trial::{self, CaseKind, CaseResult, Covered, Known, Mutated, Trial, Until};
use crate::monitor::Problem;
use crate::school::Meaning;

/// How deep trials are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Which lines and branches no case touches.
    pub coverage: bool,
    /// Which numbers and signs could be others without any case noticing.
    pub mutate: bool,
}

/// What the trial of one rule came to; or, of a file of shared functions, what all trials together did.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// The rule's id; for shared functions the file's stem.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Whether it is a file of shared functions, which has no trial of its own.
    pub shared: bool,
    /// Whether the rule is live, by its card or by the district's changes: then all four kinds are required.
    pub live: bool,
    /// The cases; the problem where the rule or its trial cannot be read, or there is no trial.
    pub cases: Result<Vec<CaseResult>, Problem>,
    /// Kinds that a live rule must show and that no case shows.
    pub lacking: Vec<CaseKind>,
    /// What the cases touch, where that was asked.
    pub covered: Option<Covered>,
    /// What the cases notice, where that was asked and every case holds.
    pub mutated: Option<Mutated>,
    /// Why its lines could not be followed.
    pub not_followed: Option<Problem>,
}

impl Tested {
    /// Whether every case holds, and a live rule shows all four kinds.
    pub fn holds(&self) -> bool {
        self.cases_hold() && (self.lacking.is_empty() || !self.live)
    }

    fn cases_hold(&self) -> bool {
        let hold = |cases: &Vec<CaseResult>| cases.iter().all(|case| case.failed.is_none());
        self.cases.as_ref().is_ok_and(hold)
    }
}

/// Runs the trials of every rule, or of those named, as their files stand: the district's changes are laid aside. Files of
/// shared functions are looked at too where every rule is.
pub fn test(sources: &Sources, meaning: &Meaning, ids: &[String], depth: Depth) -> Vec<Tested> {
    let mut own = sources.clone();
    own.files.retain(|file| file.path != "rules/district.toml");
    let (set, _) = load::build(&own, meaning, false);
    // What the district made live has to show as much as what was born so.
    let district = sources.district().map(|_| load::build(sources, meaning, false).0);
    let known = trial::all_known(&set);
    let wanted = own
        .rules()
        .into_iter()
        .filter(|file| ids.is_empty() || ids.iter().any(|id| id == stem(&file.path)));
    let mut all = Vec::new();
    let mut tried = Vec::new();
    let mut bench = Some(Bench::new());
    for file in wanted {
        let id = stem(&file.path);
        let at_work = district
            .as_ref()
            .and_then(|set| set.rule(id))
            .is_some_and(Rule::is_live);
        let mut tested = Tested::of(file, at_work || set.rule(id).is_some_and(is_live));
        match subject(&set, &own, file) {
            Ok((rule, trial)) => {
                let work = bench.take().unwrap_or_else(Bench::new);
                let (cases, work) = trial::run_cases(trial::as_it_stands(rule), &trial, &known, work, Until::TheEnd);
                bench = Some(work);
                tested.lacking = cases
                    .as_ref()
                    .map(|cases| trial::missing_kinds(cases))
                    .unwrap_or_default();
                tested.cases = cases;
                tried.push((all.len(), rule, trial));
            }
            Err(problem) => tested.cases = Err(problem),
        }
        all.push(tested);
    }
    let shared: Vec<&SourceFile> = if ids.is_empty() { own.libraries() } else { Vec::new() };
    let looked_at = depth.coverage || depth.mutate;
    all.extend(shared.iter().filter(|_| looked_at).map(|file| Tested::shared(file)));
    if depth.coverage {
        cover(&mut all, &tried, &known);
    }
    if depth.mutate {
        mutate(&mut all, &tried, &own, &known);
    }
    all
}

impl Tested {
    fn of(file: &SourceFile, live: bool) -> Tested {
        Tested {
            id: stem(&file.path).to_owned(),
            path: file.path.clone(),
            shared: false,
            live,
            cases: Ok(Vec::new()),
            lacking: Vec::new(),
            covered: None,
            mutated: None,
            not_followed: None,
        }
    }

    fn shared(file: &SourceFile) -> Tested {
        Tested {
            shared: true,
            ..Tested::of(file, false)
        }
    }
}

fn is_live(rule: &Rule) -> bool {
    rule.file_card.status == Status::Live
}

/// A rule that can be tried, and its trial.
fn subject<'s>(set: &'s RuleSet, sources: &Sources, file: &SourceFile) -> Result<(&'s Rule, Trial), Problem> {
    if let Some(aside) = set.set_aside().iter().find(|rule| rule.path == file.path) {
        return Err(aside.problem.clone());
    }
    let id = stem(&file.path);
    match (set.rule(id), sources.trial_of(&file.path)) {
        (Some(rule), Some(beside)) => Ok((rule, Trial::read(beside)?)),
        _ => Err(trial::without(&file.path, id)),
    }
}

/// A rule that was tried, with its number among all that are told of.
type Tried<'t> = (usize, &'t Rule, Trial);

fn cover(all: &mut [Tested], tried: &[Tried<'_>], known: &[Known]) {
    let Some((_, first, _)) = tried.first() else { return };
    // Every rule of a set was compiled with the same shared files.
    let mut follower = match Follower::new(&first.version.lib) {
        Ok(follower) => follower,
        Err(problem) => {
            all.iter_mut().for_each(|one| one.not_followed = Some(problem.clone()));
            return;
        }
    };
    for (number, rule, trial) in tried {
        match follower.follow(rule, trial, known) {
            Ok(covered) => all[*number].covered = Some(covered),
            Err(problem) => all[*number].not_followed = Some(problem),
        }
    }
    for (path, covered) in follower.shared() {
        if let Some(one) = all.iter_mut().find(|one| one.shared && one.path == path) {
            one.covered = Some(covered);
        }
    }
}

fn mutate(all: &mut [Tested], tried: &[Tried<'_>], sources: &Sources, known: &[Known]) {
    let mut mutator = Mutator::new(sources, known);
    let holding: Vec<&Tried<'_>> = tried.iter().filter(|(number, ..)| all[*number].cases_hold()).collect();
    let subjects: Vec<Subject<'_>> = holding.iter().map(|(_, rule, trial)| Subject { rule, trial }).collect();
    for ((number, ..), subject) in holding.iter().zip(&subjects) {
        all[*number].mutated = Some(mutator.of_rule(subject));
    }
    for one in all.iter_mut().filter(|one| one.shared) {
        let file = sources.files.iter().find(|file| file.path == one.path);
        let text = file.and_then(|file| std::str::from_utf8(&file.bytes).ok());
        one.mutated = text.map(|text| mutator.of_shared(&one.path, text, &subjects));
    }
}
