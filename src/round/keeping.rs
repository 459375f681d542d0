//! What a round leaves in the store: facts, standings, changes and letters, all in one commit.
//!
//! Written on a thread of its own: facts while the night is judged, changes while its letters are composed. Nothing is seen by
//! anybody before the commit, and without the night's decision there is none.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use rustc_hash::FxHashMap;

use super::believing::Taken;
use super::consent;
use super::deciding::Decision;
use super::ledger::{Change, Changes};
use super::loading::kept;
use super::night::{NightDone, open_by_level};
use super::posting::KeptBack;
use super::rule_log;
use super::setup::Setup;
use super::telling::{perform, post};
use crate::clock::Now;
use crate::crossings::Standing;
use crate::facts::{Books, Student, StudentIx};
use crate::fetch;
use crate::monitor::Problem;
use crate::outbox::{Act, Letter};
use crate::school::{Day, Interner, SchoolYear};
use crate::store::{self, Store, Tx};

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

/// A night that is judged and whose letters are decided.
pub(super) struct Decided {
    pub(super) done: NightDone,
    pub(super) decision: Decision,
    /// What editors know of rules from now on, as a key and a value of the store.
    pub(super) edits: Option<(String, String)>,
    pub(super) problems: Vec<Problem>,
}

/// What is handed to the thread that writes, in this order.
enum Handed {
    /// Changes of standings, and the names behind their rules' numbers.
    Changes(Changes, Interner),
    /// The night's letters, where none takes another's place.
    Letters(Arc<Vec<Act>>),
    /// Everything else.
    Decided(Box<Decided>),
}

/// The thread that writes a round.
pub(super) struct Writer<'scope> {
    hand: Sender<Handed>,
    thread: ScopedJoinHandle<'scope, Result<Vec<Letter>, Problem>>,
}

impl<'scope> Writer<'scope> {
    /// Begins the one transaction of a round, and writes the facts.
    pub(super) fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        store: &'env mut Store,
        round: Round<'env>,
    ) -> Writer<'scope> {
        let (hand, handed) = channel();
        let thread = scope.spawn(move || write(store, round, &handed));
        Writer { hand, thread }
    }

    /// Hands over the changes that the night made; a writer that failed says so when it is asked for its letters.
    pub(super) fn changes(&self, changes: Changes, rules: &Interner) {
        self.hand.send(Handed::Changes(changes, rules.clone())).ok();
    }

    /// Hands over the rest and waits for the commit; returns the letters posted, with their numbers.
    pub(super) fn commit(self, mut decided: Decided, books: &Books) -> Result<Vec<Letter>, Problem> {
        let acts = &mut decided.decision.acts;
        if acts.iter().all(|act| matches!(act, Act::Post { .. })) {
            // What such letters tell can only raise what was told: it is noted here while they are posted there.
            let acts = Arc::new(std::mem::take(acts));
            self.hand.send(Handed::Letters(Arc::clone(&acts))).ok();
            decided.done.raise_told(books, &acts);
        }
        self.hand.send(Handed::Decided(Box::new(decided))).ok();
        let done = self.thread.join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Writes what is handed over. Where the night ends without a decision nothing is committed.
fn write(store: &Store, round: Round<'_>, handed: &Receiver<Handed>) -> Result<Vec<Letter>, Problem> {
    let tx = store.begin()?;
    let number = tx.open_round(round.as_of, round.now.today, round.now.seconds)?;
    save_facts(&tx, round.books, round.taken, number, round.as_of)?;
    let mut letters = Vec::new();
    loop {
        match handed.recv() {
            Ok(Handed::Changes(changes, rules)) => save_changes(&tx, &round.year, &changes, &rules, number)?,
            Ok(Handed::Letters(acts)) => letters = post(&tx, &acts)?,
            Ok(Handed::Decided(mut decided)) => {
                letters = save_decided(&tx, round, &mut decided, letters, number)?;
                tx.commit()?;
                let_go(decided, round.last);
                return Ok(letters);
            }
            Err(_) => return Ok(Vec::new()),
        }
    }
}

/// Keeps facts where no day can be judged yet.
pub(super) fn keep_facts(
    setup: &Setup,
    store: &Store,
    books: &Books,
    taken: &Taken,
    now: &Now,
) -> Result<Vec<Problem>, Problem> {
    if !taken.gates.changed() {
        return Ok(Vec::new());
    }
    let problems = taken.gates.keep_bytes(&setup.home);
    let tx = store.begin()?;
    let as_of = books.year.start;
    let round = tx.open_round(as_of, now.today, now.seconds)?;
    save_facts(&tx, books, taken, round, as_of)?;
    // Files are read once: what they say of staff is kept now or never.
    let staff = match &taken.staff {
        Some(staff) => staff.clone(),
        None => store.staff()?,
    };
    tx.save_staff(&staff)?;
    tx.save_caseload(&super::deciding::caseload(store, &staff, taken)?)?;
    taken.gates.save(&tx, &books.year, &BTreeSet::new(), as_of)?;
    tx.close_round(round, now.seconds, "{}")?;
    tx.commit()?;
    Ok(problems)
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

/// Writes letters, standings and what the round itself was.
fn save_decided(
    tx: &Tx<'_>,
    round: Round<'_>,
    decided: &mut Decided,
    mut letters: Vec<Letter>,
    number: i64,
) -> Result<Vec<Letter>, Problem> {
    let taken = round.taken;
    let (done, decision) = (&mut decided.done, &mut decided.decision);
    if taken.staff.is_some() {
        tx.save_staff(&decision.staff)?;
    }
    if taken.caseload.is_some() || taken.staff.is_some() || !taken.people.is_empty() {
        tx.save_caseload(&decision.caseload)?;
    }
    for act in std::mem::take(&mut decision.acts) {
        if let Some(letter) = perform(tx, &round.year, round.books, &mut done.ledger, &mut done.touched, act)? {
            letters.push(letter);
        }
    }
    for storm in &decision.storms {
        tx.save_storm(&round.year, storm)?;
    }
    tx.save_kept_back(&round.year, &kept_back(&decision.kept_back, round.as_of))?;
    save_standings(tx, &round.year, done, round.setup, number)?;
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
    let open = open_by_level(done.ledger.standings.values());
    let counts = serde_json::json!({
        "active": done.judged.active,
        "judged": done.judged.students,
        "unknown": done.judged.unknown,
        "changes": done.judged.changes,
        "letters": letters.len(),
        "open": open.iter().map(|(level, count)| (level.word(), count)).collect::<std::collections::BTreeMap<_, _>>(),
        "waiting": decision.waiting,
    });
    tx.close_round(number, round.now.seconds, &counts.to_string())?;
    Ok(letters)
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

fn save_facts(tx: &Tx<'_>, books: &Books, taken: &Taken, round: i64, accepted: Day) -> Result<(), Problem> {
    tx.save_books(books, &taken.changed)?;
    tx.save_directory(&books.names, &taken.people)?;
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

/// In the order of the table's key, so that it grows at its end; each once.
pub(super) fn order(touched: &mut Vec<(StudentIx, u16)>) {
    touched.sort_unstable_by_key(|(student, rule)| (*rule, *student));
    touched.dedup();
}

fn save_standings(
    tx: &Tx<'_>,
    year: &SchoolYear,
    done: &mut NightDone,
    setup: &Setup,
    round: i64,
) -> Result<(), Problem> {
    order(&mut done.touched);
    let ledger = &done.ledger;
    let none = Standing::default();
    let standing = |key: &(StudentIx, u16)| {
        let standing = ledger.standings.get(key).unwrap_or(&none);
        (ledger.rules.name(u32::from(key.1)), key.0, standing)
    };
    let some = |keys: &[(StudentIx, u16)]| {
        let some: Vec<_> = keys.iter().map(standing).collect();
        fetch::texts(some.iter().map(|(_, _, standing)| &*standing.digest));
        some
    };
    tx.save_standings(year, done.touched.chunks(fetch::AT_ONCE).flat_map(some))?;
    let mut schools: Vec<_> = done.schools.iter().copied().collect();
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
            && let Some(at_work) = setup.rules.rules().get(usize::from(rule))
        {
            let version = serde_json::to_string(at_work.version()).unwrap_or_default();
            tx.keep_rule_version(id, &at_school.digest, &version, round)?;
        }
    }
    for rule in &done.noted {
        let bytes: Vec<u8> = ledger.said[usize::from(*rule)].iter().map(|said| said.0).collect();
        tx.save_night(year, ledger.rules.name(u32::from(*rule)), &bytes)?;
    }
    Ok(())
}

/// Keeps the changes by student, so that the table's index grows at its end; a student's own stay in order.
fn save_changes<'c>(
    tx: &Tx<'_>,
    year: &SchoolYear,
    changes: &'c Changes,
    rules: &'c Interner,
    round: i64,
) -> Result<(), Problem> {
    let mut changes: Vec<&Change> = changes.iter().collect();
    changes.sort_by_key(|change| change.student);
    let some = |changes: &[&'c Change]| {
        fetch::texts(
            changes
                .iter()
                .flat_map(|change| [&*change.because, &*change.numbers, &*change.after.digest]),
        );
        let some: Vec<_> = changes.iter().map(|change| to_keep(rules, change, round)).collect();
        some
    };
    tx.record_changes(year, changes.chunks(fetch::AT_ONCE).flat_map(some))
}

fn to_keep<'c>(rules: &'c Interner, change: &'c Change, round: i64) -> store::NewChange<'c> {
    store::NewChange {
        student: change.student,
        rule: rules.name(u32::from(change.rule)),
        from: change.before.level,
        to: change.after.level,
        reason: change.reason,
        day: change.day,
        value: change.value,
        because: &change.because,
        numbers: &change.numbers,
        digest: &change.after.digest,
        round,
    }
}
