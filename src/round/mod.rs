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
mod rebuild;
mod report;
mod restoring;
mod rule_log;
mod school_days;
mod school_night;
mod sending;
mod setup;
mod sheet;
mod sheets;
mod telling;
mod weekly;

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
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::clock::Now;
use crate::facts::Books;
use crate::hands;
use crate::inbox::{Export, Ring};
use crate::mail::{Composed, Delivery};
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Act, Letter};
use crate::records::Context;
use crate::school::{Day, Interner, SchoolYear};
use crate::store::{Met, Store};
use crate::timeline::Almanac;

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
    let sitting = Sitting {
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
            let writer = writing.map(|store| keeping::Writer::start(scope, store));
            sitting.lay_in(waiting, (books, taken), writer, problems)
        })?
    };
    let mut taken = taken.into_inner().unwrap_or_default();
    rung.files = std::mem::take(&mut taken.files);
    keeping::let_go((books, taken), hand.last);
    Ok((rung, done))
}

/// A round whose files are read.
struct Sitting<'s> {
    setup: &'s Setup,
    /// The store as it was before the round.
    store: &'s Store,
    order: Order,
    hand: Hand<'s>,
    now: &'s Now,
    year: SchoolYear,
    limit: Day,
    last_as_of: Option<Day>,
    look_back: bool,
}

impl<'s> Sitting<'s> {
    /// Lays files into the books, then judges. What was taken of the files goes where the writer finds it, too.
    fn lay_in<'env>(
        &self,
        waiting: intake::Waiting,
        (books, slot): (&'env mut Books, &'env OnceCell<believing::Taken>),
        writer: Option<keeping::Writer<'_, 'env>>,
        mut problems: Vec<Problem>,
    ) -> Result<(Rung, Vec<away::Done>), Problem>
    where
        's: 'env,
    {
        let &Sitting { setup, year, limit, .. } = self;
        let as_of_in = |books: &Books| Almanac::as_of_in(books, &setup.config.meaning, limit);
        let met = |met: Met| {
            if let Some(writer) = &writer {
                writer.met(met);
            }
        };
        let mut taken = waiting.apply(
            setup,
            books,
            |books| as_of_in(books).unwrap_or(limit.min(year.end)),
            self.last_as_of,
            &met,
        );
        let done = std::mem::take(&mut taken.done);
        problems.extend(taken.problems.iter().cloned());
        let (books, taken) = (&*books, slot.get_or_init(|| taken));
        let almanac = Almanac::new(books, &setup.config.meaning);
        let ledger = ledger_of(self.store, &setup.rules, &year, &books.names)?;
        let as_of = almanac.as_of(limit);
        let kept = keeping::Round {
            last: self.hand.last,
            setup,
            books,
            taken,
            now: self.now,
            year,
            as_of: as_of.unwrap_or(year.start),
        };
        let Some(as_of) = as_of else {
            problems.push(no_day_yet(limit));
            if let Some(writer) = writer
                && taken.gates.changed()
            {
                problems.extend(taken.gates.keep_bytes(&setup.home));
                writer.facts(kept);
                writer.without_night()?;
            }
            return Ok((Rung::nothing(limit, problems), done));
        };
        let mut rung = Rung {
            as_of: Some(as_of),
            look_back: self.look_back,
            ..Rung::nothing(limit, problems)
        };
        self.evening(&almanac, ledger, kept, writer, &mut rung)?;
        Ok((rung, done))
    }

    /// Judges, decides, and hands both to the writer; without one everything is only looked at.
    fn evening<'env>(
        &self,
        almanac: &Almanac<'_>,
        ledger: Ledger,
        kept: keeping::Round<'env>,
        writer: Option<keeping::Writer<'_, 'env>>,
        rung: &mut Rung,
    ) -> Result<(), Problem> {
        let &Sitting { setup, store, .. } = self;
        let taken = kept.taken;
        if let Some(writer) = &writer {
            writer.facts(kept);
        }
        let nights = school_night::Nights::new(almanac);
        let look = edits::Look {
            setup,
            store,
            almanac,
            ledger: &ledger,
            taken,
        };
        let edits = match rung.look_back {
            true => edits::Edits::default(),
            false => look.edits()?,
        };
        let early = |changes: &Changes, rules: &Interner| {
            if let Some(writer) = &writer {
                writer.changes(changes.clone(), rules);
            }
        };
        let mut done = night::judge(
            setup,
            store,
            almanac,
            &nights,
            ledger,
            (&taken.held, &early),
            kept.as_of,
        )?;
        self.hand.go_on()?;
        rung.problems.append(&mut done.problems);
        let day = self.order.as_of.unwrap_or(self.now.today);
        let (left_out, unscaled) = left_out::problems(taken, almanac, kept.as_of, day);
        rung.problems.extend(left_out);
        done.judged.unscaled = unscaled;
        rung.judged = done.judged.clone();
        let rule_changed = posting::Posting::rule_changed(&done.changes);
        let closed = lately::closed(&done.changes);
        // Who keeps them has them; on a first night they are tens of megabytes.
        done.changes = Changes::default();
        let done = Arc::new(done);
        let night = deciding::Night {
            as_of: kept.as_of,
            now: self.now,
            order: self.order,
            taken,
            night: &done,
            rule_changed,
            closed,
            nights: &nights,
            almanac,
            edits: &edits,
        };
        let found = |found: &posting::Found| {
            if let Some(writer) = &writer {
                writer.night(&done, found);
            }
        };
        let letters = |letters: &Arc<Vec<Act>>| {
            if let Some(writer) = &writer {
                writer.letters(letters);
            }
        };
        let early = deciding::Early {
            found: &found,
            letters: &letters,
        };
        let decision = deciding::decide(setup, store, &night, &early, &mut rung.problems)?;
        rung.letters = decision.letters();
        let books = almanac.books();
        if self.order.dry_run {
            let ids = books.names.schools.iter().map(str::to_owned);
            let schools = ids.zip(books.schools.iter().map(|school| school.name.clone()));
            let people = taken.people.iter().cloned();
            rung.composed = composed(setup, store, &rung.letters, people, schools.collect())?;
        }
        let Some(writer) = writer else { return Ok(()) };
        // A day on which no rule could open its sitting (its through day stood still) was looked at and changed nothing.
        let is_new =
            !taken.files.is_empty() || taken.gates.changed() || done.changed_anything() || decision.has_letters();
        if !is_new {
            rung.letters.clear();
            return Ok(());
        }
        rung.problems.extend(taken.gates.keep_bytes(&setup.home));
        let decided = keeping::Decided {
            night: done,
            decision,
            edits: edits.remember,
            problems: rung.problems.clone(),
        };
        rung.letters = writer.commit(decided, books)?;
        Ok(())
    }
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
