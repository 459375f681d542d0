//! One round, top to bottom: files, records, timeline, indicators, rules, crossings, routing, outbox, one commit; then the sending of
//! what is due.
//!
//! In: a home, what was asked, the moment. Out: [`Rung`]: what was read, judged, decided, posted, sent. Never: a decision of its own —
//! it only hands on what each stage returns.

pub mod ahead;
mod asking;
mod at_work;
mod away;
mod before;
mod believing;
mod bundles;
mod consent;
mod deciding;
mod detail;
mod discarding;
mod edits;
mod filling;
mod found;
mod gatekeeper;
mod hearing;
mod held;
mod holding;
mod intake;
mod judging;
mod keeping;
mod lately;
mod ledger;
mod left_out;
mod lists;
mod loading;
mod log;
mod night;
mod pen;
mod people;
mod posting;
pub mod preview;
mod readers;
mod rebuild;
mod report;
mod restoring;
mod ringing;
mod rule_log;
mod school_days;
mod school_night;
mod sending;
mod setup;
mod sheet;
mod sheets;
mod telling;
mod weekly;
mod writer;

pub use asking::{WaitingStorm, waiting_storms};
pub use at_work::{at_work, kept, version_on, with_rule_at_work, with_rule_at_work_on};
pub use away::give_back;
pub use bundles::Eyes;
pub use consent::{Raised, Waiting, Weighed, accept, is_answered};
pub use discarding::discard_letter;
pub use hearing::hear;
pub use held::Held;
pub use intake::FileRead;
pub use ledger::{Change, Changes, Ledger, RuleAtSchool, Said};
pub use loading::{ledger_of, take_fresh_baseline};
pub use night::Judged;
pub use rebuild::{Night, Replay, new_home, replay, ring_again};
pub use restoring::{Restored, restore};
pub use sending::{composed, quiet_until, send_due, send_due_until, send_now, send_test};
pub use setup::{NIGHT_MADE_UP, SETUP_CHANGED, Setup, sources};
pub use sheets::sheets;

use std::cell::OnceCell;
use std::thread::JoinHandle;

use self::ringing::Ringing;
use crate::clock::Now;
use crate::hands;
use crate::inbox::{Export, Ring};
use crate::mail::{Composed, Delivery};
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::Letter;
use crate::records::Context;
use crate::school::Day;
use crate::store::Store;

/// What is asked of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The last day to look at; without it yesterday, or today once the export is complete.
    pub as_of: Option<Day>,
    /// Reads in place, commits nothing, shows the letters.
    pub dry_run: bool,
}

/// What the daemon hands to a round beside the order.
#[derive(Clone, Copy)]
pub struct Hand<'h> {
    /// The files to read, known to be complete; without them everything that lies in the inbox and is complete at a glance.
    pub ready: Option<&'h [Export]>,
    /// Feeds of files that lie in the inbox and are left there, and why: what they would fill is held.
    pub left: &'h [(usize, Problem)],
    /// What else the operator should know.
    pub told: &'h [Problem],
    /// Whether the program ends after this round: what a big night leaves in memory is then not taken apart piece by piece.
    pub last: bool,
    /// Whether the program shall end: asked between two stages, and between two letters. Nothing is kept by half.
    pub stop: &'h dyn Fn() -> bool,
}

impl Default for Hand<'_> {
    fn default() -> Self {
        Hand {
            ready: None,
            left: &[],
            told: &[],
            last: false,
            stop: &|| false,
        }
    }
}

impl Hand<'_> {
    fn go_on(&self) -> Result<(), Problem> {
        if !(self.stop)() {
            return Ok(());
        }
        Err(Problem::new(
            ROUND_STOPPED,
            Weight::Stop,
            Place::default(),
            "the round was given up because the program was asked to end; nothing of it was kept",
            "the next round reads everything again",
        ))
    }
}

/// The code of a round that was given up at a shutdown.
pub const ROUND_STOPPED: &str = "round-stopped";

/// What a round did.
pub struct Rung {
    /// The day up to which facts were known.
    pub as_of: Option<Day>,
    /// The last day that it was to look at.
    pub limit: Day,
    /// Whether it looked back: nothing was kept.
    pub look_back: bool,
    /// The files that brought something new.
    pub files: Vec<FileRead>,
    /// What was judged.
    pub judged: Judged,
    /// Letters posted in this round, in order; of a dry run those that would have been.
    pub letters: Vec<Letter>,
    /// Of a dry run, the letters as their readers would see them.
    pub composed: Vec<Composed>,
    /// What was sent, tried again or refused.
    pub delivery: Delivery,
    /// What could not be done or was not understood.
    pub problems: Vec<Problem>,
}

impl Rung {
    fn nothing(limit: Day, problems: Vec<Problem>) -> Rung {
        Rung {
            as_of: None,
            limit,
            look_back: false,
            files: Vec::new(),
            judged: Judged::default(),
            letters: Vec::new(),
            composed: Vec::new(),
            delivery: Delivery::default(),
            problems,
        }
    }
}

/// Does one round, then sends what is due.
///
/// # Errors
///
/// A problem where the round cannot honestly go on: another one runs, the store cannot be read, no school year holds the day. Nothing
/// is kept then.
pub fn ring(setup: &Setup, order: Order, now: &Now) -> Result<Rung, Problem> {
    ring_with(setup, order, now, Hand::default())
}

/// The same with what the daemon knows of the inbox.
///
/// # Errors
///
/// As [`ring`], and where the program was asked to end.
pub fn ring_with(setup: &Setup, order: Order, now: &Now, hand: Hand<'_>) -> Result<Rung, Problem> {
    let _lock = setup.home.lock()?;
    let look_back = looks_back(setup, order)?;
    if order.dry_run || look_back {
        let store = setup.store_to_read()?;
        return round(setup, &store, None, order, now, look_back, (hand, Vec::new())).map(|(rung, _)| rung);
    }
    let mut store = setup.store()?;
    let recovered = away::recover(setup, &store)?;
    let last = store.last_round()?.map(|last| last.round);
    // What the round asks while it writes is asked of the store as it was before.
    let is_new = store.is_new();
    let before = match is_new {
        true => Store::empty()?,
        false => setup.store_to_read()?,
    };
    let (mut rung, done) = match round(
        setup,
        &before,
        Some(&mut store),
        order,
        now,
        look_back,
        (hand, recovered),
    ) {
        Ok(rung) => rung,
        Err(problem) => {
            // Nothing was kept, so its files go back; those that cannot are found by the next round.
            let _ = away::recover(setup, &store);
            return Err(problem);
        }
    };
    drop(before);
    // The first commit of a new store goes into the file itself.
    let folding = (!is_new).then(|| {
        let path = setup.home.store();
        std::thread::Builder::new().spawn(move || Store::fold_journal(path))
    });
    rung.problems
        .append(&mut put_away(setup, &store, last, &rung, done, now)?);
    rung.delivery = send_due_until(setup, &store, now, order.as_of.is_some(), hand.stop)?;
    rung.problems.append(&mut rung.delivery.problems);
    // What it did not come to is done when the store is closed.
    folding.and_then(Result::ok).map(JoinHandle::join);
    log::round(&rung);
    Ok(rung)
}

/// Puts the files of a round away, after its commit.
fn put_away(
    setup: &Setup,
    store: &Store,
    before: Option<i64>,
    rung: &Rung,
    done: Vec<away::Done>,
    now: &Now,
) -> Result<Vec<Problem>, Problem> {
    let Some(last) = store.last_round()? else {
        return Ok(away::return_all(setup, done));
    };
    let ring = Ring {
        round: last.round,
        as_of: last.as_of,
        limit: rung.limit,
        today: last.today,
        started: last.started,
    };
    let (year, _) = setup.school_year(rung.limit)?;
    let mut away = away::Away::new(setup, store, year, ring)?;
    if away::claims(setup) && before != Some(last.round) {
        away.rang();
    }
    for (place, file) in done.into_iter().enumerate() {
        away.put_away(file, u32::try_from(place).unwrap_or(u32::MAX));
    }
    let problems = away.finish(now.today);
    away::sweep(setup, store, &problems)?;
    Ok(problems)
}

/// Whether the day asked for lies before the last committed one.
fn looks_back(setup: &Setup, order: Order) -> Result<bool, Problem> {
    let Some(as_of) = order.as_of else { return Ok(false) };
    if !setup.home.store().exists() {
        return Ok(false);
    }
    let last = setup.store_to_read()?.last_as_of()?;
    Ok(last.is_some_and(|last| as_of < last))
}

/// `store` is read; `writing` is where the round is kept, unless it only looks.
fn round(
    setup: &Setup,
    store: &Store,
    writing: Option<&mut Store>,
    order: Order,
    now: &Now,
    look_back: bool,
    (hand, recovered): (Hand<'_>, Vec<Problem>),
) -> Result<(Rung, Vec<away::Done>), Problem> {
    let (year, assumed) = setup.school_year(order.as_of.unwrap_or(now.today))?;
    let last_as_of = store.last_as_of()?.filter(|last| year.holds(*last));
    let mut books = store.load_books(year)?;
    let context = Context {
        year,
        meaning: &setup.config.meaning,
        threads: hands::threads(),
    };
    let waiting = match look_back {
        true => intake::Waiting::default(),
        false => {
            let gates = gatekeeper::Gatekeeper::load(setup, store, &year, order, now)?;
            let manner = intake::Manner {
                hand,
                clock: order.as_of.is_none().then_some(now.seconds),
                may_claim: !order.dry_run,
            };
            intake::read(setup, store, &context, &books, gates, manner)?
        }
    };
    hand.go_on()?;
    let limit = order
        .as_of
        .unwrap_or_else(|| latest_complete_day(setup, now, waiting.attendance_written()));
    let mut problems = setup.problems.clone();
    problems.extend(recovered);
    problems.extend(assumed);
    if order.as_of.is_none() {
        problems.extend(setup.year_to_add(now.today));
    }
    problems.extend(hand.told.iter().cloned());
    let ringing = Ringing {
        setup,
        store,
        order,
        hand,
        now,
        year,
        limit,
        last_as_of,
        look_back,
    };
    // What the thread that writes is lent outlives it.
    let taken = OnceCell::new();
    let (mut rung, done) = {
        let (books, taken) = (&mut books, &taken);
        std::thread::scope(move |scope| {
            let writer = writing.map(|store| writer::Writer::start(scope, store));
            ringing.lay_in(waiting, (books, taken), writer, problems)
        })?
    };
    let mut taken = taken.into_inner().unwrap_or_default();
    rung.files = std::mem::take(&mut taken.files);
    keeping::let_go((books, taken), hand.last);
    Ok((rung, done))
}

/// The last day that can be whole: yesterday, or today where the attendance export was written after `day_complete_at`.
fn latest_complete_day(setup: &Setup, now: &Now, written: Option<i64>) -> Day {
    let complete = setup.config.inbox.day_complete_at;
    let zone = &setup.config.district.time_zone;
    let today_is_whole = written
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .map(|moment| moment.to_zoned_datetime(zone.clone()))
        .is_some_and(|local| Day::from_civil(local.date()) == now.today && local.time() >= complete);
    if today_is_whole { now.today } else { now.today.plus(-1) }
}

fn no_day_yet(limit: Day) -> Problem {
    Problem::new(
        "no-day-to-judge",
        Weight::Note,
        Place::default(),
        format!("no instructional day up to {limit} is known, so nothing was judged"),
        "see that the calendar and the attendance export of this school year are in the inbox",
    )
}
