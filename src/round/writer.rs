//! The thread that writes a round, and what is handed to it piece by piece: ids and names while other facts are laid into the books, facts
//! while the night is judged, standings while its letters are composed. Nothing is seen by anybody before the commit.
//!
//! In: what the night knows, as soon as it knows it. Out: the letters posted, with their numbers, once everything is committed. Never: a
//! commit without the night's decision, or a piece out of turn.

use std::cell::OnceCell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use super::keeping::{
    Decided, Round, close, let_go, save_changes, save_decided, save_facts, save_night, save_without_night,
};
use super::ledger::Changes;
use super::night::NightDone;
use super::telling::{Expected, Key, Telling, ToldTonight, post};
use crate::facts::Books;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Act, Letter};
use crate::school::Interner;
use crate::store::{Met, Store};

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
