//! What a round leaves in the store: facts, standings, changes and letters, all in one commit.
//!
//! Written on a thread of its own: ids and names while the other facts are laid into the books, facts while the night is judged,
//! standings while its letters are composed. Nothing is seen by anybody before the commit, and without the night's decision there is none.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use rustc_hash::FxHashMap;

use super::believing::Taken;
use super::consent;
use super::deciding::Decision;
use super::ledger::{Change, Changes, Ledger};
use super::loading::kept;
use super::night::{NightDone, open_by_level};
use super::posting::KeptBack;
use super::rule_log;
use super::setup::Setup;
use super::telling::{AsTold, Expected, Key, Telling, post};
use crate::clock::Now;
use crate::crossings::Standing;
use crate::facts::{Books, Student};
use crate::fetch;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Act, Letter};
use crate::school::{Day, Interner, SchoolYear};
use crate::store::{self, Met, Store, Tx};

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

/// What is handed to the thread that writes, in this order.
enum Handed<'r> {
    /// Whom one export of students brought.
    Met(Met),
    /// The books as they are tonight.
    Facts(Round<'r>),
    /// Changes of standings, and the names behind their rules' numbers.
    Changes(Changes, Interner),
    /// The night but for its letters, and what they are expected to tell.
    Night(Arc<NightDone>, Arc<Expected>),
    /// Letters of the night that take nobody's place.
    Letters(Arc<Vec<Act>>),
    /// Everything else, and what is told.
    Decided(Box<Decided>, ToldTonight),
    /// There is no night: facts are all that is kept.
    NoNight,
}

/// What the night's letters tell.
struct ToldTonight {
    telling: Telling,
    expected: Arc<Expected>,
    /// The standings of which something else is told than was expected; `None` where letters are still to be posted.
    unlike: Option<Vec<Key>>,
}

/// The thread that writes a round.
pub(super) struct Writer<'scope, 'env> {
    hand: Sender<Handed<'env>>,
    thread: ScopedJoinHandle<'scope, Result<Vec<Letter>, Problem>>,
    expected: OnceCell<Arc<Expected>>,
}

impl<'scope, 'env> Writer<'scope, 'env> {
    /// Begins the one transaction of a round.
    pub(super) fn start(scope: &'scope Scope<'scope, 'env>, store: &'env mut Store) -> Writer<'scope, 'env> {
        let (hand, handed) = channel();
        Writer {
            hand,
            thread: scope.spawn(move || write(store, &handed)),
            expected: OnceCell::new(),
        }
    }

    /// A writer that failed says so when it is asked for its letters.
    fn hand(&self, what: Handed<'env>) {
        self.hand.send(what).ok();
    }

    /// Hands over whom an export brought.
    pub(super) fn met(&self, met: Met) {
        self.hand(Handed::Met(met));
    }

    /// Hands over the facts.
    pub(super) fn facts(&self, round: Round<'env>) {
        self.hand(Handed::Facts(round));
    }

    /// Hands over the changes that the night made.
    pub(super) fn changes(&self, changes: Changes, rules: &Interner) {
        self.hand(Handed::Changes(changes, rules.clone()));
    }

    /// Hands over the night, whose letters are yet to be composed, and the flags on its starting lists; once.
    pub(super) fn night(&self, night: &Arc<NightDone>, listed: &[Key]) -> Arc<Expected> {
        let hand = || {
            let expected = Arc::new(Expected::new(listed));
            self.hand(Handed::Night(Arc::clone(night), Arc::clone(&expected)));
            expected
        };
        Arc::clone(self.expected.get_or_init(hand))
    }

    /// Hands over letters that take nobody's place.
    pub(super) fn letters(&self, acts: &Arc<Vec<Act>>) {
        self.hand(Handed::Letters(Arc::clone(acts)));
    }

    /// Hands over the rest and waits for the commit; returns the letters posted, with their numbers.
    pub(super) fn commit(self, mut decided: Decided, books: &Books) -> Result<Vec<Letter>, Problem> {
        let mut told = ToldTonight {
            telling: Telling::default(),
            expected: self.night(&decided.night, &[]),
            unlike: None,
        };
        let ledger = &decided.night.ledger;
        let acts = &mut decided.decision.acts;
        let all_new = acts.iter().all(|act| matches!(act, Act::Post { .. }));
        if all_new {
            decided.decision.handed.push(Arc::new(std::mem::take(acts)));
            decided.decision.handed.last().inspect(|acts| self.letters(acts));
        }
        // What such letters tell can only raise what was told: it is noted here while they are posted there.
        for acts in &decided.decision.handed {
            told.telling.raise_all(books, ledger, acts);
        }
        if all_new {
            told.unlike = Some(told.telling.unlike(&told.expected, ledger));
        }
        self.hand(Handed::Decided(Box::new(decided), told));
        self.done()
    }

    /// Keeps the facts alone: no day can be judged yet.
    pub(super) fn without_night(self) -> Result<(), Problem> {
        self.hand(Handed::NoNight);
        self.done().map(drop)
    }

    fn done(self) -> Result<Vec<Letter>, Problem> {
        let done = self.thread.join();
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// Writes what is handed over. Where the night ends without a decision nothing is committed.
fn write(store: &Store, handed: &Receiver<Handed<'_>>) -> Result<Vec<Letter>, Problem> {
    let tx = store.begin()?;
    let round = loop {
        match handed.recv() {
            Ok(Handed::Met(met)) => tx.save_met(&met)?,
            Ok(Handed::Facts(round)) => break round,
            Ok(_) => return Err(out_of_turn()),
            Err(_) => return Ok(Vec::new()),
        }
    };
    let number = tx.open_round(round.as_of, round.now.today, round.now.seconds)?;
    save_facts(&tx, round.books, round.taken, number, round.as_of)?;
    let mut letters = Vec::new();
    loop {
        match handed.recv() {
            Ok(Handed::Changes(changes, rules)) => save_changes(&tx, &round.year, &changes, &rules, number)?,
            Ok(Handed::Night(night, expected)) => {
                tx.sync_ahead();
                save_night(&tx, round, &night, &expected, number)?;
            }
            Ok(Handed::Letters(acts)) => letters.append(&mut post(&tx, &acts)?),
            Ok(Handed::Decided(mut decided, told)) => {
                letters.append(&mut save_decided(&tx, round, &mut decided, told)?);
                close(&tx, round, &decided, letters.len(), number)?;
                tx.commit()?;
                let_go(decided, round.last);
                return Ok(letters);
            }
            Ok(Handed::NoNight) => {
                save_without_night(&tx, round, number)?;
                tx.commit()?;
                return Ok(Vec::new());
            }
            Ok(Handed::Met(_) | Handed::Facts(_)) => return Err(out_of_turn()),
            Err(_) => return Ok(Vec::new()),
        }
    }
}

/// A round that is not handed over in order is a mistake of this program; nothing of it is kept.
fn out_of_turn() -> Problem {
    Problem::new(
        "round-out-of-turn",
        Weight::Stop,
        Place::default(),
        "the round was not kept: its parts came to the store in an order that is not theirs",
        "this is a mistake in firstbell: report it with the log of this round; the next round reads everything again",
    )
}

/// Writes who works with whom, though no night is judged: files are read once, and what they say is kept now or never.
fn save_without_night(tx: &Tx<'_>, round: Round<'_>, number: i64) -> Result<(), Problem> {
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
fn save_decided(
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
fn close(tx: &Tx<'_>, round: Round<'_>, decided: &Decided, letters: usize, number: i64) -> Result<(), Problem> {
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

fn save_facts(tx: &Tx<'_>, books: &Books, taken: &Taken, round: i64, accepted: Day) -> Result<(), Problem> {
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
fn save_night(
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
