//! What a round leaves in the store: facts, standings, changes and letters, each piece in the one transaction of the round.
//!
//! In: a piece of the round. Out: its rows. Never: a commit, which is the writer's.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::believing::Taken;
use super::consent;
use super::deciding::Decision;
use super::found::KeptBack;
use super::ledger::{Change, Changes, Ledger};
use super::loading::kept;
use super::night::{NightDone, open_by_level};
use super::rule_log;
use super::setup::Setup;
use super::telling::{AsTold, Expected, Key, ToldTonight};
use crate::clock::Now;
use crate::crossings::Standing;
use crate::facts::{Books, Student};
use crate::fetch;
use crate::monitor::Problem;
use crate::outbox::Letter;
use crate::school::{Day, Interner, SchoolYear};
use crate::store::{self, Tx};

/// What a round writes, as far as it is known before the night is judged.
#[derive(Clone, Copy)]
pub(super) struct Round<'r> {
    /// Whether the program ends after this round.
    pub(super) last: bool,
    pub(super) setup: &'r Setup,
    pub(super) books: &'r Books,
    pub(super) taken: &'r Taken,
    pub(super) now: &'r Now,
    pub(super) year: SchoolYear,
    pub(super) as_of: Day,
}

/// A night whose letters are decided.
pub(super) struct Decided {
    pub(super) night: Arc<NightDone>,
    pub(super) decision: Decision,
    /// What editors know of rules from now on, as a key and a value of the store.
    pub(super) edits: Option<(String, String)>,
    pub(super) problems: Vec<Problem>,
}

/// Writes who works with whom, though no night is judged: files are read once, and what they say is kept now or never.
pub(super) fn save_without_night(tx: &Tx<'_>, round: Round<'_>, number: i64) -> Result<(), Problem> {
    let Round { taken, now, .. } = round;
    let staff = match &taken.staff {
        Some(staff) => staff.clone(),
        None => tx.staff()?,
    };
    tx.save_staff(&staff)?;
    tx.save_caseload(&super::deciding::caseload(tx, &staff, taken)?)?;
    taken.gates.save(tx, &round.year, &BTreeSet::new(), round.as_of)?;
    tx.close_round(number, now.seconds, "{}")
}

/// Frees something big beside what follows: taking a district's night apart takes a while. Where the program ends soon the system has
/// it back at once.
pub(super) fn let_go(big: impl Send + 'static, ends: bool) {
    if ends {
        std::mem::forget(big);
        return;
    }
    std::thread::Builder::new().spawn(move || drop(big)).ok();
}

/// Writes what was decided, and posts the letters that were not handed over before; returns those.
pub(super) fn save_decided(
    tx: &Tx<'_>,
    round: Round<'_>,
    decided: &mut Decided,
    told: ToldTonight,
) -> Result<Vec<Letter>, Problem> {
    let Round { taken, books, year, .. } = round;
    let (ledger, decision) = (&decided.night.ledger, &mut decided.decision);
    if taken.staff.is_some() {
        tx.save_staff(&decision.staff)?;
    }
    if taken.caseload.is_some() || taken.staff.is_some() || !taken.people.is_empty() {
        tx.save_caseload(&decision.caseload)?;
    }
    let mut letters = Vec::new();
    let mut telling = told.telling;
    for act in std::mem::take(&mut decision.acts) {
        letters.extend(telling.perform(tx, &year, books, ledger, act)?);
    }
    let unlike = told.unlike.unwrap_or_else(|| telling.unlike(&told.expected, ledger));
    save_standings(tx, &year, ledger, unlike, |key, standing| telling.of(key, standing))?;
    for storm in &decision.storms {
        tx.save_storm(&year, storm)?;
    }
    tx.save_kept_back(&year, &kept_back(&decision.kept_back, round.as_of))?;
    Ok(letters)
}

/// Writes what the round itself was.
pub(super) fn close(
    tx: &Tx<'_>,
    round: Round<'_>,
    decided: &Decided,
    letters: usize,
    number: i64,
) -> Result<(), Problem> {
    let taken = round.taken;
    let (night, decision) = (&decided.night, &decided.decision);
    rule_log::save(tx, round.setup, round.as_of, round.now.today)?;
    let lost = round.books.students.contains(&Student::default());
    tx.purge(&kept_years(round.setup, &round.year), lost)?;
    tx.set_meta("held", &taken.held.to_text(round.books))?;
    taken
        .gates
        .save(tx, &round.year, &decision.told.files, decision.morning)?;
    for (key, since) in &decision.told.feeds {
        tx.set_meta(key, since)?;
    }
    if let Some((key, known)) = &decided.edits {
        tx.set_meta(key, known)?;
    }
    for (key, weighed) in consent::to_remember(round.setup) {
        tx.set_meta(&key, &weighed)?;
    }
    tx.keep_problems(number, &decided.problems)?;
    let open = open_by_level(night.ledger.standings.values());
    let counts = serde_json::json!({
        "active": night.judged.active,
        "judged": night.judged.students,
        "unknown": night.judged.unknown,
        "changes": night.judged.changes,
        "letters": letters,
        "open": open.iter().map(|(level, count)| (level.word(), count)).collect::<std::collections::BTreeMap<_, _>>(),
        "waiting": decision.waiting,
    });
    tx.close_round(number, round.now.seconds, &counts.to_string())
}

fn kept_back(kept: &[KeptBack], as_of: Day) -> Vec<store::KeptBack> {
    let kept = kept.iter().map(|one| store::KeptBack {
        student_id: one.student_id.clone(),
        rule: one.rule.clone(),
        level: one.level,
        hold: one.hold.to_owned(),
        since: as_of,
    });
    kept.collect()
}

/// Facts and standings are kept for this school year and the last.
fn kept_years(setup: &Setup, year: &SchoolYear) -> Vec<SchoolYear> {
    let before = setup
        .config
        .district
        .school_years
        .iter()
        .filter(|other| other.end < year.start)
        .max_by_key(|other| other.end);
    let last = before.copied().unwrap_or(SchoolYear {
        start: year.start.plus(-365),
        end: year.start.plus(-1),
    });
    vec![*year, last]
}

pub(super) fn save_facts(tx: &Tx<'_>, books: &Books, taken: &Taken, round: i64, accepted: Day) -> Result<(), Problem> {
    tx.save_books(books, &taken.changed)?;
    taken.bundles.iter().try_for_each(|kept| tx.keep_bundle(kept))?;
    taken.lists.fresh().try_for_each(|said| tx.save_said_list(said))?;
    if let Some(groups) = &taken.groups {
        tx.save_groups(groups)?;
    }
    if let Some(outcomes) = &taken.outcomes {
        tx.save_outcomes(outcomes)?;
    }
    // What is the same as before comes first: the feed's last export is what it brought tonight.
    for file in taken.same.iter().chain(taken.files.iter().filter(|file| file.accepted)) {
        tx.accept(&store::Export {
            feed: file.feed.clone(),
            name: file.name.clone(),
            digest: file.digest.clone(),
            size: file.size,
            settled: file.written,
            first: file.days.0,
            last: file.days.1,
            rows: file.rows,
            tallies: file.tallies.clone(),
            accepted,
            round,
        })?;
    }
    Ok(())
}

/// Writes standings, in the order of the table's key, so that it grows at its end; each once.
fn save_standings(
    tx: &Tx<'_>,
    year: &SchoolYear,
    ledger: &Ledger,
    mut keys: Vec<Key>,
    told: impl Fn(Key, &Standing) -> AsTold,
) -> Result<(), Problem> {
    keys.sort_unstable_by_key(|(student, rule)| (*rule, *student));
    keys.dedup();
    let none = Standing::default();
    let standing = |key: &Key| {
        let standing = ledger.standings.get(key).unwrap_or(&none);
        let told = told(*key, standing);
        store::NewStanding {
            rule: ledger.rules.name(u32::from(key.1)),
            student: key.0,
            standing,
            told: told.level,
            told_unwritten: told.unwritten,
        }
    };
    let some = |keys: &[Key]| {
        let some: Vec<_> = keys.iter().map(standing).collect();
        fetch::texts(some.iter().map(|some| &*some.standing.digest));
        some
    };
    tx.save_standings(year, keys.chunks(fetch::AT_ONCE).flat_map(some))
}

/// Writes the night: standings with what is expected to be told of them, and how far each rule has come.
pub(super) fn save_night(
    tx: &Tx<'_>,
    round: Round<'_>,
    night: &NightDone,
    expected: &Expected,
    number: i64,
) -> Result<(), Problem> {
    let (year, ledger) = (&round.year, &night.ledger);
    let keys = night.touched.iter().copied().chain(expected.keys()).collect();
    save_standings(tx, year, ledger, keys, |key, standing| expected.of(key, standing))?;
    let mut schools: Vec<_> = night.schools.iter().copied().collect();
    schools.sort_unstable();
    let mut versions: FxHashMap<(u16, String), ()> = FxHashMap::default();
    for (school, rule) in schools {
        let Some(at_school) = ledger.desks.get(&(school, rule)) else {
            continue;
        };
        let state = kept(at_school);
        let id = ledger.rules.name(u32::from(rule));
        tx.save_school_rule(year, id, school, &state)?;
        // A desk without a digest belongs to a rule that is out of work: it was judged by no version.
        if !at_school.digest.is_empty()
            && versions.insert((rule, at_school.digest.clone()), ()).is_none()
            && let Some(at_work) = round.setup.rules.rules().get(usize::from(rule))
        {
            let version = serde_json::to_string(at_work.version()).unwrap_or_default();
            tx.keep_rule_version(id, &at_school.digest, &version, number)?;
        }
    }
    for rule in &night.noted {
        let bytes: Vec<u8> = ledger.said[usize::from(*rule)].iter().map(|said| said.0).collect();
        tx.save_night(year, ledger.rules.name(u32::from(*rule)), &bytes)?;
    }
    Ok(())
}

/// Keeps the changes by student, so that the table's index grows at its end; a student's own stay in order.
pub(super) fn save_changes<'c>(
    tx: &Tx<'_>,
    year: &SchoolYear,
    changes: &'c Changes,
    rules: &'c Interner,
    round: i64,
) -> Result<(), Problem> {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by_key(|change| change.student);
    let some = |changes: &[&'c Change]| {
        fetch::texts(changes.iter().flat_map(|change| [&*change.because, &*change.numbers]));
        let some: Vec<_> = changes.iter().map(|change| to_keep(rules, change, round)).collect();
        some
    };
    tx.record_changes(year, changes.chunks(fetch::AT_ONCE).flat_map(some))
}

fn to_keep<'c>(rules: &'c Interner, change: &'c Change, round: i64) -> store::NewChange<'c> {
    store::NewChange {
        student: change.student,
        rule: rules.name(u32::from(change.rule)),
        from: change.from,
        to: change.to,
        reason: change.reason,
        day: change.day,
        value: change.value,
        because: &change.because,
        numbers: &change.numbers,
        digest: &change.digest,
        round,
    }
}
