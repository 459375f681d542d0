//! All schools, all days that are due: judged in the order of days, with the facts known now.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::hearing::hear;
use super::held::Held;
use super::holding::Seen;
use super::judging::{due, share_with};
use super::ledger::{Change, Changes, Ledger, RuleAtSchool};
use super::school_night::{
    Bench, Context, Known, Nights, Older, SchoolDay, Task, is_told_apart, judge as judge_school,
};
use super::setup::Setup;
use crate::crossings::{Standing, Tonight, advance};
use crate::facts::{SchoolIx, StudentIx};
use crate::monitor::{Place, Problem, Weight};
use crate::rules::{Edges, NotFor, RuleSet, Status, Verdict, Version, Worse};
use crate::school::{Day, Interner, Level};
use crate::store::Store;
use crate::timeline::Almanac;

/// What a round judged, in counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// Students enrolled on the as-of day.
    pub active: u32,
    /// Of these, students for whom at least one rule had an answer on the last day judged.
    pub students: u32,
    /// Answers that were `unknown` on the last day judged.
    pub unknown: u32,
    /// Marks of grade levels for which there is no scale: they are in no number.
    pub unscaled: u64,
    /// Days judged, over all schools together.
    pub days: Vec<Day>,
    /// Changes by reason.
    pub changes: BTreeMap<String, u32>,
}

/// What a night made of the ledger.
pub(super) struct NightDone {
    pub(super) ledger: Ledger,
    pub(super) changes: Changes,
    /// Standings that are to be kept, some more than once.
    pub(super) touched: Vec<(StudentIx, u16)>,
    pub(super) schools: FxHashSet<(SchoolIx, u16)>,
    pub(super) noted: FxHashSet<u16>,
    pub(super) began: Day,
    /// Storms, and days on which almost a whole school was absent, in the order of days.
    pub(super) seen: Vec<Seen>,
    pub(super) judged: Judged,
    pub(super) problems: Vec<Problem>,
}

/// Takes changes as soon as they are known, and the names behind their rules' numbers.
pub(super) type Early<'e> = dyn Fn(&Changes, &Interner) + 'e;

/// What a night is judged by.
pub(super) struct By<'b> {
    pub(super) rules: &'b RuleSet,
    pub(super) older: &'b [Older],
    pub(super) held: &'b Held,
    /// The latest as-of day of the rounds before.
    pub(super) last: Option<Day>,
    pub(super) as_of: Day,
    /// Verdicts worked out beforehand, where nights are only looked at again.
    pub(super) known: Option<&'b Known>,
    pub(super) hand: &'b Early<'b>,
}

/// Judges every day that is due at every school.
pub(super) fn judge<'a>(
    setup: &Setup,
    store: &Store,
    almanac: &'a Almanac<'a>,
    nights: &Nights<'a>,
    ledger: Ledger,
    (held, hand): (&Held, &Early<'_>),
    as_of: Day,
) -> Result<NightDone, Problem> {
    let mut problems = Vec::new();
    let asked = || Plan::new(&setup.rules, almanac, &ledger, as_of).asked(almanac, &setup.rules, &ledger);
    problems.extend(hear(setup, almanac, held, asked));
    let older = older_versions(setup, store, almanac, &ledger, &mut problems)?;
    let by = By {
        rules: &setup.rules,
        older: &older,
        held,
        last: store.last_as_of()?,
        as_of,
        known: None,
        hand,
    };
    let mut done = judge_by(&by, almanac, nights, ledger);
    problems.append(&mut done.problems);
    done.problems = problems;
    Ok(done)
}

/// The same by rules alone: nothing is asked of the store.
pub(super) fn judge_by<'a>(by: &By<'_>, almanac: &'a Almanac<'a>, nights: &Nights<'a>, ledger: Ledger) -> NightDone {
    let (rules, as_of) = (by.rules, by.as_of);
    let plan = Plan::new(rules, almanac, &ledger, as_of);
    let mut done = NightDone {
        ledger,
        changes: Changes::default(),
        touched: Vec::new(),
        schools: FxHashSet::default(),
        noted: FxHashSet::default(),
        began: plan.days.first().copied().unwrap_or(as_of),
        seen: Vec::new(),
        judged: Judged {
            days: plan.days.clone(),
            ..Judged::default()
        },
        problems: Vec::new(),
    };
    // Where nobody had a standing and tonight alone is judged, whoever has one afterwards is here, under a rule at work.
    let is_first = done.ledger.standings.is_empty() && plan.days == [as_of];
    // Changes that are not handed over yet.
    let mut later = Changes::default();
    for &day in &plan.days {
        let tasks = plan.tasks(almanac, day);
        let mut results: Vec<SchoolDay> = {
            let context = Context {
                books: almanac.books(),
                rules,
                nights,
                held: by.held,
                ledger: &done.ledger,
                older: by.older,
                known: by.known,
            };
            share_with(
                &tasks,
                || Bench::new(&context),
                |bench, task| judge_school(&context, bench, task),
            )
        };
        (done.judged.students, done.judged.unknown) = (0, 0);
        let mut changes = Changes::default();
        for result in &mut results {
            changes.add(std::mem::take(&mut result.changes));
        }
        // Of several days a student's changes are kept together.
        if plan.days.len() == 1 {
            (by.hand)(&changes, &done.ledger.rules);
            done.changes.append(changes);
        } else {
            later.append(changes);
        }
        done.expect(&results);
        for result in results {
            done.merge(result);
        }
        // A missed night ends where it would have ended for those who left, too: some are back by now. A day of an earlier round
        // comes up again where a school sends late; it was settled then.
        if day < as_of && by.last.is_none_or(|last| last < day) {
            later.append(done.see_off(rules, almanac, day, as_of));
        }
    }
    if by.known.is_none() {
        done.judged.active = nights.get(as_of).map_or(0, |night| night.active().count() as u32);
    }
    if !is_first {
        later.append(done.see_off(rules, almanac, as_of, as_of));
    }
    (by.hand)(&later, &done.ledger.rules);
    done.changes.append(later);
    done.clear_desks(rules, almanac);
    for change in done.changes.iter() {
        *done.judged.changes.entry(change.reason.word().to_owned()).or_default() += 1;
    }
    done
}

impl NightDone {
    /// Whether anything of it has to be kept.
    pub(super) fn changed_anything(&self) -> bool {
        !(self.schools.is_empty() && self.touched.is_empty() && self.noted.is_empty() && self.judged.changes.is_empty())
    }

    /// Makes room for a day: on a first night everything is new, and lists grown step by step are copied again and again.
    fn expect(&mut self, day: &[SchoolDay]) {
        let standings = day.iter().map(|school| school.standings.len()).sum();
        self.touched.reserve(standings);
        self.ledger.standings.reserve(standings);
    }

    fn merge(&mut self, result: SchoolDay) {
        let Some(school) = result.school else { return };
        self.judged.students += result.judged;
        self.judged.unknown += result.unknown;
        for (rule, at_school, _) in result.desks {
            self.schools.insert((school, rule));
            self.ledger.desks.insert((school, rule), at_school);
        }
        for (student, rule, standing) in result.standings {
            self.touched.push((student, rule));
            self.ledger.put(student, rule, standing);
        }
        // On a first night every rule says something of everybody.
        for of_rule in result.said.chunk_by(|one, two| one.1 == two.1) {
            self.noted.extend(of_rule.first().map(|(_, rule, _)| *rule));
            for (student, rule, said) in of_rule {
                self.ledger.note(*student, *rule, *said);
            }
        }
        self.seen.extend(result.seen);
        for problem in result.failed {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
    }

    /// A rule that is out of work at a school has judged nobody there: back at work it begins anew, with a baseline, and the days
    /// between are not its days.
    fn clear_desks(&mut self, rules: &RuleSet, almanac: &Almanac<'_>) {
        let broken: FxHashSet<&str> = rules.set_aside().iter().map(|rule| rule.id.as_str()).collect();
        for ((school, number), desk) in &mut self.ledger.desks {
            let school_id = almanac.books().names.schools.name(u32::from(school.0));
            let rule = rules.rules().get(usize::from(*number));
            let working = rule.is_some_and(|rule| matches!(rule.card(school_id).status, Status::Live | Status::Shadow));
            let aside = broken.contains(self.ledger.rules.name(u32::from(*number)));
            if !working && !aside && *desk != RuleAtSchool::default() {
                *desk = RuleAtSchool::default();
                self.schools.insert((*school, *number));
            }
        }
    }

    /// Closes or parks what no rule judged on a day: students who left; on the last day, `as_of`, also rules that the district took
    /// out of work.
    fn see_off(&mut self, rules: &RuleSet, almanac: &Almanac<'_>, day: Day, as_of: Day) -> Changes {
        let edges = Edges {
            levels: BTreeMap::new(),
            worse: Worse::Higher,
            margin: 0.0,
            clear_days: 1,
            after: 1,
        };
        let broken: FxHashSet<&str> = rules.set_aside().iter().map(|rule| rule.id.as_str()).collect();
        let mut open: Vec<(StudentIx, u16)> = self.ledger.standings.keys().copied().collect();
        open.sort_unstable();
        let mut changes = Vec::new();
        for (student, number) in open {
            let id = self.ledger.rules.name(u32::from(number));
            if broken.contains(id) {
                continue;
            }
            let stay = almanac.home(student, day);
            let last_school = stay
                .as_ref()
                .map(|stay| stay.school)
                .or_else(|| last_school(almanac, student));
            let school = last_school.unwrap_or(SchoolIx(0));
            let school_id = almanac.books().names.schools.name(u32::from(school.0));
            let rule = rules.rules().get(usize::from(number));
            let working = rule.is_some_and(|rule| matches!(rule.card(school_id).status, Status::Live | Status::Shadow));
            if stay.is_some() && (working || day < as_of) {
                continue;
            }
            let before = self.ledger.standing(student, number);
            let tonight = Tonight {
                verdict: &Verdict::NotApplicable(NotFor::Applies),
                day,
                edges: &edges,
                digest: &before.digest,
                enrolled: stay.is_some(),
                believe_at_once: false,
                older: None,
                counts_as_judged: false,
                again: &|_| Verdict::NotApplicable(NotFor::Applies),
                working,
            };
            let (after, reason) = advance(&before, &tonight);
            if after == before {
                continue;
            }
            if is_told_apart(&before, &after, reason) {
                changes.push(Change {
                    student,
                    rule: number,
                    school,
                    day,
                    from: before.level,
                    to: after.level,
                    is_open: after.is_open(),
                    stepped_up: after.stepped_up,
                    digest: after.digest.as_str().into(),
                    reason,
                    value: None,
                    because: String::new(),
                    numbers: String::new(),
                });
            }
            self.touched.push((student, number));
            self.ledger.put(student, number, after);
        }
        let mut seen_off = Changes::default();
        seen_off.add(changes);
        seen_off
    }
}

/// The school of a student's latest stay, for one who is no longer enrolled anywhere.
fn last_school(almanac: &Almanac<'_>, student: StudentIx) -> Option<SchoolIx> {
    let stays = almanac.books().students.get(student.0 as usize)?.stays();
    stays.iter().max_by_key(|stay| stay.entry).map(|stay| stay.school)
}

/// Which rules are due at which school on which day.
struct Plan {
    days: Vec<Day>,
    due: FxHashMap<(Day, SchoolIx), Vec<u16>>,
    /// The newest day due at each school.
    newest: FxHashMap<SchoolIx, Day>,
}

impl Plan {
    fn new(rules: &RuleSet, almanac: &Almanac<'_>, ledger: &Ledger, as_of: Day) -> Plan {
        let mut plan = Plan {
            days: Vec::new(),
            due: FxHashMap::default(),
            newest: FxHashMap::default(),
        };
        let schools = almanac.books().names.schools.len();
        for school in (0..schools).map(|number| SchoolIx(number as u16)) {
            // A school without any calendar has no school days of its own: what can be judged there is judged on the district's.
            let days = match almanac.has_days(school) {
                true => almanac.instructional_days(school, None, as_of),
                false => vec![as_of],
            };
            let school_id = almanac.books().names.schools.name(u32::from(school.0));
            for (number, rule) in rules.rules().iter().enumerate() {
                if !matches!(rule.card(school_id).status, Status::Live | Status::Shadow) {
                    continue;
                }
                let number = number as u16;
                let last = ledger
                    .desks
                    .get(&(school, number))
                    .and_then(|at_school: &RuleAtSchool| at_school.last);
                for &day in due(&days, last, as_of) {
                    plan.due.entry((day, school)).or_default().push(number);
                }
            }
        }
        for (day, school) in plan.due.keys() {
            let newest = plan.newest.entry(*school).or_insert(*day);
            *newest = (*newest).max(*day);
        }
        plan.days = plan.due.keys().map(|(day, _)| *day).collect();
        plan.days.sort_unstable();
        plan.days.dedup();
        plan
    }

    /// Everybody on every day that is judged, and those with an open flag on the day of their last step up, which is judged again:
    /// of them programs of plugins are asked.
    fn asked(&self, almanac: &Almanac<'_>, rules: &RuleSet, ledger: &Ledger) -> Vec<(StudentIx, Day)> {
        let mut asked: Vec<(StudentIx, Day)> = Vec::new();
        for &day in &self.days {
            let students = self.tasks(almanac, day).into_iter().flat_map(|task| task.students);
            asked.extend(students.map(|student| (student, day)));
        }
        let reads_plugin = |number: u16| {
            let rule = rules.rules().get(usize::from(number));
            // What another rule says counts too: it may read one.
            rule.is_some_and(|rule| rule.plugin_words().next().is_some() || !rule.asks().is_empty())
        };
        let open = ledger.standings.iter().filter(|((_, number), _)| reads_plugin(*number));
        asked.extend(open.filter_map(|((student, _), standing)| {
            let step = standing.stepped_up.filter(|_| standing.level.is_some())?;
            Some((*student, step))
        }));
        asked
    }

    fn tasks(&self, almanac: &Almanac<'_>, day: Day) -> Vec<Task> {
        let mut classes: BTreeMap<SchoolIx, Vec<StudentIx>> = BTreeMap::new();
        for student in (0..almanac.books().students.len()).map(|number| StudentIx(number as u32)) {
            if let Some(stay) = almanac.home(student, day)
                && self.due.contains_key(&(day, stay.school))
            {
                classes.entry(stay.school).or_default().push(student);
            }
        }
        let task = |(school, students)| {
            let due = self.due.get(&(day, school)).cloned().unwrap_or_default();
            let newest = self.newest.get(&school) == Some(&day);
            Task {
                school,
                day,
                newest,
                students,
                due,
            }
        };
        classes.into_iter().map(task).collect()
    }
}

/// The versions by which schools were judged before, where a rule has changed since.
fn older_versions(
    setup: &Setup,
    store: &Store,
    almanac: &Almanac<'_>,
    ledger: &Ledger,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Older>, Problem> {
    let mut older: Vec<Older> = Vec::new();
    let mut desks: Vec<(&(SchoolIx, u16), &RuleAtSchool)> = ledger.desks.iter().collect();
    desks.sort_unstable_by_key(|(key, _)| **key);
    for ((school, number), at_school) in desks {
        let Some(rule) = setup.rules.rules().get(usize::from(*number)) else {
            continue;
        };
        let school_id = almanac.books().names.schools.name(u32::from(school.0));
        let known = older
            .iter()
            .any(|old| old.rule == *number && old.digest == at_school.digest);
        if at_school.digest.is_empty() || rule.digest(school_id) == at_school.digest || known {
            continue;
        }
        let version = store.rule_version(rule.id(), &at_school.digest)?;
        let version: Option<Version> = version.and_then(|json| serde_json::from_str(&json).ok());
        // One that asks other rules needs them beside it.
        let rules = version.and_then(|version| match rule.asks().is_empty() {
            true => RuleSet::from_version(&version).ok(),
            false => setup.rules.with_version(&version).ok(),
        });
        match rules {
            Some(rules) => older.push(Older {
                rule: *number,
                digest: at_school.digest.clone(),
                rules,
            }),
            None => problems.push(Problem::new(
                "old-version-unreadable",
                Weight::Note,
                Place::file(rule.path()),
                "the version before this edit can no longer be judged, so its flags are compared by level alone",
                "",
            )),
        }
    }
    Ok(older)
}

/// How many standings are open, by level; for the screen.
pub(super) fn open_by_level<'s>(standings: impl Iterator<Item = &'s Standing>) -> BTreeMap<Level, u32> {
    let mut counts = BTreeMap::new();
    for level in standings
        .filter(|standing| standing.is_open())
        .filter_map(|standing| standing.level)
    {
        *counts.entry(level).or_default() += 1;
    }
    counts
}
