//! A changed rule that would flag much of a school at once waits for a person's yes; the version before it stays at work.
//!
//! Weighed once after an edit, over the day of the last round. A rule that has not taken its baseline makes starting lists, which are
//! never held, so only what a baseline stands behind is weighed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::loading::has_baseline;
use super::setup::Setup;
use crate::crossings::storm::is_storm;
use crate::facts::{SchoolIx, StudentIx};
use crate::monitor::{Place, Problem, Weight};
use crate::rules::{CaseFile, Judge, Rule, RuleSet, Status, Version};
use crate::school::{Day, Level, Tables};
use crate::store::{SchoolRule, Store};
use crate::timeline::Almanac;

/// The code of a rule that waits.
const RULE_WAITS: &str = "rule-waits-for-yes";

/// What a changed rule was found to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighed {
    /// The rule's id.
    pub rule: String,
    /// What decides in it, at all schools.
    pub digest: String,
    /// The versions at work when it was weighed.
    pub against: String,
    /// The digest of the version that is at work at most schools.
    pub at_work: String,
    /// The school where it would raise most; `None` where it may go to work.
    pub most: Option<Raised>,
}

/// How many students of a school a change would raise to concern or worse on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raised {
    /// The school's id.
    pub school: String,
    /// Students raised.
    pub students: u32,
    /// Students judged.
    pub judged: u32,
}

/// A changed rule that waits for a yes.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// What it was found to be.
    pub weighed: Weighed,
    /// The rule as its file stands.
    pub version: Version,
}

/// A person's yes to exactly one version of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Yes {
    digest: String,
    by: String,
    on: Day,
}

/// A live rule that judges otherwise than at work: the schools, by the digest at work there.
struct Edited<'r> {
    rule: &'r Rule,
    desks: BTreeMap<SchoolIx, String>,
}

impl Edited<'_> {
    fn against(&self) -> String {
        let text: String = self
            .desks
            .iter()
            .map(|(school, digest)| format!("{}\0{digest}\0", school.0))
            .collect();
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// The digest at work at most schools.
    fn at_work(&self) -> String {
        let count = |digest: &String| self.desks.values().filter(|other| *other == digest).count();
        self.desks
            .values()
            .max_by_key(|digest| count(digest))
            .cloned()
            .unwrap_or_default()
    }
}

/// Takes back every changed rule that must wait: the version before it is at work again in `setup`, and a problem says so. What
/// `before` had weighed is not weighed again.
pub(super) fn hold_back(setup: &mut Setup, before: Option<&Setup>) {
    let store = setup
        .home
        .store()
        .exists()
        .then(|| setup.store_to_read().ok())
        .flatten();
    // A store that cannot be read is said by whoever needs it next.
    let Some(store) = store else { return };
    let known: Vec<Weighed> = before.map(|before| before.weighed.clone()).unwrap_or_default();
    if let Ok((weighed, waiting)) = weigh(setup, &store, known) {
        setup.weighed = weighed;
        for waiting in waiting {
            setup.wait(&store, waiting);
        }
    }
}

/// Keeps a yes to a rule as its file stands.
///
/// # Errors
///
/// A problem where no such rule waits or the store cannot be written.
pub fn accept(setup: &Setup, id: &str, by: &str, on: Day) -> Result<Weighed, Problem> {
    let waiting = setup.waiting.iter().find(|waiting| waiting.weighed.rule == id);
    let Some(waiting) = waiting else {
        return Err(nothing_waits(setup, id));
    };
    let yes = Yes {
        digest: waiting.weighed.digest.clone(),
        by: by.to_owned(),
        on,
    };
    let store = setup.store()?;
    let tx = store.begin()?;
    tx.set_meta(&yes_key(id), &serde_json::to_string(&yes).unwrap_or_default())?;
    tx.commit()?;
    Ok(waiting.weighed.clone())
}

/// Whether a rule that waits was given its yes since.
pub fn is_answered(setup: &Setup) -> bool {
    if setup.waiting.is_empty() {
        return false;
    }
    let Ok(store) = setup.store_to_read() else { return false };
    setup
        .waiting
        .iter()
        .any(|waiting| has_yes(&store, &waiting.weighed.rule, &waiting.weighed.digest))
}

/// The keys and values by which a round remembers what was weighed.
pub(super) fn to_remember(setup: &Setup) -> impl Iterator<Item = (String, String)> {
    let value = |weighed: &Weighed| serde_json::to_string(weighed).unwrap_or_default();
    setup
        .weighed
        .iter()
        .map(move |weighed| (weighed_key(&weighed.rule), value(weighed)))
}

fn yes_key(id: &str) -> String {
    format!("rule {id} yes")
}

fn weighed_key(id: &str) -> String {
    format!("rule {id} weighed")
}

fn has_yes(store: &Store, id: &str, digest: &str) -> bool {
    yes_by(store, id, digest).is_some()
}

/// Who said yes to a version of a rule.
pub(super) fn yes_by(store: &Store, id: &str, digest: &str) -> Option<String> {
    let yes = store.meta(&yes_key(id)).ok().flatten()?;
    let yes = serde_json::from_str::<Yes>(&yes).ok()?;
    (yes.digest == digest).then_some(yes.by)
}

fn weigh(setup: &Setup, store: &Store, known: Vec<Weighed>) -> Result<(Vec<Weighed>, Vec<Waiting>), Problem> {
    let Some(as_of) = store.last_as_of()? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let year = setup.school_year(as_of)?.0;
    let mut at_schools: BTreeMap<String, BTreeMap<SchoolIx, SchoolRule>> = BTreeMap::new();
    for ((rule, school), state) in store.load_school_rules(&year)? {
        at_schools.entry(rule).or_default().insert(school, state);
    }
    let ids = store.school_ids()?;
    let last_good = |rule: &&Rule| !setup.last_good.iter().any(|id| id == rule.id());
    let edited: Vec<Edited<'_>> = setup
        .rules
        .rules()
        .iter()
        .filter(last_good)
        .filter_map(|rule| edited(rule, at_schools.get(rule.id())?, &ids))
        .collect();
    let mut books = None;
    let (mut all, mut waiting) = (Vec::new(), Vec::new());
    for edited in edited {
        let id = edited.rule.id();
        let (digest, against) = (edited.rule.whole_digest(), edited.against());
        if has_yes(store, id, &digest) {
            continue;
        }
        let kept = store.meta(&weighed_key(id))?;
        let kept = kept.and_then(|json| serde_json::from_str::<Weighed>(&json).ok());
        let same = |weighed: &&Weighed| weighed.rule == id && weighed.digest == digest && weighed.against == against;
        let known = known.iter().chain(&kept).find(same).cloned();
        let weighed = match known {
            Some(known) => known,
            None => {
                if books.is_none() {
                    books = Some(store.load_books(year)?);
                }
                let most = books.as_ref().and_then(|books| {
                    let almanac = Almanac::new(books, &setup.config.meaning);
                    most_raised(setup, store, &edited, &almanac, as_of)
                });
                Weighed {
                    rule: id.to_owned(),
                    digest,
                    against,
                    at_work: edited.at_work(),
                    most,
                }
            }
        };
        if weighed.most.is_some() {
            waiting.push(Waiting {
                weighed: weighed.clone(),
                version: edited.rule.version().clone(),
            });
        }
        all.push(weighed);
    }
    Ok((all, waiting))
}

/// The schools at which a live rule judges otherwise than the version at work there.
fn edited<'r>(
    rule: &'r Rule,
    desks: &BTreeMap<SchoolIx, SchoolRule>,
    ids: &BTreeMap<SchoolIx, String>,
) -> Option<Edited<'r>> {
    let differs = |school: &SchoolIx, state: &SchoolRule| {
        let id = ids.get(school).map_or("", String::as_str);
        let is_live = rule.card(id).status == Status::Live;
        is_live && !state.digest.is_empty() && state.digest != rule.digest(id) && has_baseline(state)
    };
    let desks: BTreeMap<SchoolIx, String> = desks
        .iter()
        .filter(|(school, state)| differs(school, state))
        .map(|(school, state)| (*school, state.digest.clone()))
        .collect();
    (!desks.is_empty()).then_some(Edited { rule, desks })
}

/// The school of which the change would raise most of those judged, where that is over the share.
fn most_raised(setup: &Setup, store: &Store, edited: &Edited<'_>, almanac: &Almanac<'_>, as_of: Day) -> Option<Raised> {
    let id = edited.rule.id();
    let mut older: BTreeMap<&str, RuleSet> = BTreeMap::new();
    for digest in edited.desks.values() {
        let version = store.rule_version(id, digest).ok().flatten();
        let version = version.and_then(|json| serde_json::from_str::<Version>(&json).ok());
        // What was at work before and cannot be judged any more cannot stay at work either.
        let set = version.and_then(|version| setup.rules.with_version(&version).ok())?;
        older.insert(digest.as_str(), set.alone(id));
    }
    let set = setup.rules.alone(id);
    let mut judge = Judge::new(&set);
    let mut judges: BTreeMap<&str, Judge<'_>> = older.iter().map(|(digest, set)| (*digest, Judge::new(set))).collect();
    let night = almanac.night(as_of);
    let mut scratch = almanac.scratch();
    let mut row = Vec::new();
    let mut counts: BTreeMap<SchoolIx, (u32, u32)> = BTreeMap::new();
    let students = (0..almanac.books().students.len()).map(|number| StudentIx(number as u32));
    for student in students {
        let Some(numbers) = night.student_with(student, &mut scratch) else {
            continue;
        };
        let Some(digest) = edited.desks.get(&numbers.school()) else {
            continue;
        };
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held: Tables::NONE,
        };
        let mut level = |set: &RuleSet, judge: &mut Judge<'_>| {
            judge.night(&file, &mut row);
            let verdict = set.position(id).and_then(|at| row.get(at).cloned().flatten());
            (
                verdict.as_ref().is_some_and(|verdict| verdict.is_judged()),
                verdict.and_then(|verdict| verdict.level()),
            )
        };
        let (is_judged, now) = level(&set, &mut judge);
        if !is_judged {
            continue;
        }
        let (_, before) = match (older.get(digest.as_str()), judges.get_mut(digest.as_str())) {
            (Some(set), Some(judge)) => level(set, judge),
            _ => (false, None),
        };
        let (raised, judged) = counts.entry(numbers.school()).or_default();
        *judged += 1;
        *raised += u32::from(now > before && now >= Some(Level::Concern));
    }
    let over = counts
        .into_iter()
        .filter(|(_, (raised, judged))| is_storm(*raised, *judged));
    let (school, (students, judged)) = over.max_by_key(|(_, (raised, _))| *raised)?;
    Some(Raised {
        school: almanac.books().names.schools.name(u32::from(school.0)).to_owned(),
        students,
        judged,
    })
}

impl Setup {
    /// Puts the version at work back in the place of a changed rule that waits.
    fn wait(&mut self, store: &Store, waiting: Waiting) {
        let Weighed {
            rule: id,
            most,
            at_work,
            ..
        } = &waiting.weighed;
        let Some(most) = most else { return };
        let version = store.rule_version(id, at_work).ok().flatten();
        let version = version.and_then(|json| serde_json::from_str::<Version>(&json).ok());
        let Some(rules) = version.and_then(|version| self.rules.with_version(&version).ok()) else {
            return;
        };
        self.rules = rules;
        self.problems.push(Problem::new(
            RULE_WAITS,
            Weight::Waits,
            Place::file(&*waiting.version.path),
            format!(
                "the changed rule would raise {} of {} students of school {} to concern or worse at once, so it waits for a yes; \
                 the version before it stays at work",
                most.students, most.judged, most.school
            ),
            format!("`firstbell preview --rule {id}` shows whom, `firstbell rules accept {id}` says yes; or put the old file back"),
        ));
        self.waiting.push(waiting);
    }
}

fn nothing_waits(setup: &Setup, id: &str) -> Problem {
    let message = match setup.rules.rule(id) {
        Some(_) => format!("the rule `{id}` does not wait for a yes"),
        None => format!("no rule `{id}` waits for a yes"),
    };
    let waiting: Vec<String> = setup
        .waiting
        .iter()
        .map(|waiting| format!("`{}`", waiting.weighed.rule))
        .collect();
    let remedy = match waiting.is_empty() {
        true => "nothing waits: a change that raises few students is put to work by itself".to_owned(),
        false => format!("what waits: {}", waiting.join(", ")),
    };
    Problem::new("rule-waits-not", Weight::Stop, Place::default(), message, remedy)
}
