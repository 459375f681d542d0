//! From waiting to sent: the attempt is on record before the server is dialled, and the bytes never change.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Letter, Outcome, State, Step, after, wait_seconds};

use super::compose::Composed;
use super::envelope::Envelope;
use super::message;
use super::transport::{Parcel, Transport, file_name};

#[cfg(test)]
mod tests;

/// What delivery needs of the store. Every call is one commit; when it returns, it is on disk.
pub trait Ledger {
    /// The sealed bytes of a letter; `None` where none were made or they were blanked.
    fn sealed(&mut self, id: i64) -> Result<Option<Vec<u8>>, Problem>;
    /// Keeps the bytes, sets the state to `sending` and counts an attempt.
    fn seal(&mut self, id: i64, bytes: &[u8]) -> Result<(), Problem>;
    /// Sets the state to `sending` and counts an attempt: a retry of sealed bytes.
    fn sending(&mut self, id: i64) -> Result<(), Problem>;
    /// Keeps what an attempt came to; blanks the bytes where the step is final.
    fn settle(&mut self, id: i64, step: &Step) -> Result<(), Problem>;
    /// Not to be tried before a time (seconds since 1970); state and attempts stay as they are.
    fn postpone(&mut self, id: i64, not_before: i64) -> Result<(), Problem>;
}

/// What delivery is told from outside: wording, time, patience.
pub struct Hooks<'a> {
    /// Makes a letter's bytes.
    pub compose: &'a dyn Fn(&Letter) -> Result<Composed, Problem>,
    /// The time, in seconds since 1970.
    pub now: &'a dyn Fn() -> i64,
    /// The end of a letter's second school day, in seconds since 1970: no attempt is planned after it.
    pub last_try: &'a dyn Fn(&Letter) -> i64,
    /// Waits; `Break` ends the batch before the next letter, at a shutdown.
    pub pause: &'a mut dyn FnMut(Duration) -> ControlFlow<()>,
    /// Letters per minute over SMTP; 25 stays below the 30 that Microsoft 365 takes.
    pub per_minute: u32,
}

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Letters that the server took.
    pub sent: usize,
    /// Letters that will be tried again.
    pub delayed: usize,
    /// Letters refused for good, or given up.
    pub refused: usize,
    /// Letters that may have arrived.
    pub unsure: usize,
    /// Letters not tried, because the server could not be reached or the program is stopping.
    pub untried: usize,
    /// What the operator should know. Letters are named by number, readers by staff id.
    pub problems: Vec<Problem>,
}

/// Sends what is due, one letter after the other. A letter that cannot be made or is refused affects itself only; a server that
/// cannot be reached ends the batch, and the rest is due again after the first wait.
pub fn deliver(due: &[Letter], ledger: &mut dyn Ledger, transport: &mut Transport, hooks: &mut Hooks) -> Delivery {
    let mut delivery = Delivery::default();
    let mut tried = 0;
    for (place, letter) in due.iter().enumerate() {
        if !is_due(letter, (hooks.now)()) {
            continue;
        }
        let stop = match space(tried, transport, hooks) {
            ControlFlow::Continue(()) => {
                tried += 1;
                one(letter, ledger, transport, hooks, &mut delivery)
            }
            ControlFlow::Break(()) => {
                // Left as they are: due again when the program next looks.
                delivery.untried += due[place..]
                    .iter()
                    .filter(|letter| is_due(letter, (hooks.now)()))
                    .count();
                break;
            }
        };
        if stop.is_break() {
            postpone(&due[place + 1..], ledger, hooks, &mut delivery);
            break;
        }
    }
    transport.close();
    delivery
}

fn is_due(letter: &Letter, now: i64) -> bool {
    let open = matches!(
        letter.state,
        State::Waiting | State::Sending | State::Delayed | State::Unsure
    );
    open && letter.not_before <= now
}

/// Keeps letters apart, where a server may count them.
fn space(tried: usize, transport: &Transport, hooks: &mut Hooks) -> ControlFlow<()> {
    if tried == 0 {
        return ControlFlow::Continue(());
    }
    if !transport.is_metered() || hooks.per_minute == 0 {
        // No time to wait, and yet a shutdown ends the batch here.
        return (hooks.pause)(Duration::ZERO);
    }
    (hooks.pause)(Duration::from_secs(60) / hooks.per_minute)
}

/// One letter, from its record to its answer. `Break` where no other letter would fare better now.
fn one(
    letter: &Letter,
    ledger: &mut dyn Ledger,
    transport: &mut Transport,
    hooks: &mut Hooks,
    delivery: &mut Delivery,
) -> ControlFlow<()> {
    let parcel = match sealed(letter, ledger, hooks, delivery) {
        Ok(Some(parcel)) => parcel,
        Ok(None) => return ControlFlow::Continue(()),
        Err(problem) => {
            delivery.problems.push(*problem);
            postpone(std::slice::from_ref(letter), ledger, hooks, delivery);
            return ControlFlow::Break(());
        }
    };
    let outcome = transport.send(&parcel);
    let unreached = matches!(outcome, Outcome::Unreached(_));
    let step = after(
        letter.state,
        letter.attempts + 1,
        outcome,
        (hooks.now)(),
        (hooks.last_try)(letter),
    );
    tell(letter, &step, unreached, delivery);
    if let Err(problem) = ledger.settle(letter.id, &step) {
        // The letter stays `sending` and is sent again with the same bytes: at least once, and recognisable.
        delivery.problems.push(problem);
        return ControlFlow::Break(());
    }
    if unreached {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

/// The letter's sealed bytes, made now where this is its first attempt, with the attempt on record. `None` where there is nothing
/// to send; an error where the batch cannot go on.
fn sealed(
    letter: &Letter,
    ledger: &mut dyn Ledger,
    hooks: &Hooks,
    delivery: &mut Delivery,
) -> Result<Option<Parcel>, Box<Problem>> {
    let bytes = match ledger.sealed(letter.id)? {
        Some(bytes) => {
            ledger.sending(letter.id)?;
            bytes
        }
        // Blanked: a letter that had its final answer is not made a second time.
        None if letter.state != State::Waiting => return Ok(None),
        None => match (hooks.compose)(letter) {
            Ok(composed) => {
                delivery.problems.extend(composed.problems);
                ledger.seal(letter.id, &composed.bytes)?;
                composed.bytes
            }
            Err(problem) if message::concerns_one_letter(&problem) => {
                let step = after(letter.state, 1, Outcome::Permanent(problem.message.clone()), 0, 0);
                ledger.settle(letter.id, &step)?;
                delivery.refused += 1;
                delivery.problems.push(problem);
                return Ok(None);
            }
            Err(problem) => return Err(Box::new(problem)),
        },
    };
    let Some(envelope) = Envelope::of(&bytes) else {
        let step = after(
            letter.state,
            1,
            Outcome::Permanent("the sealed bytes bear no address".to_owned()),
            0,
            0,
        );
        ledger.settle(letter.id, &step)?;
        tell(letter, &step, false, delivery);
        return Ok(None);
    };
    let file_name = file_name(letter);
    Ok(Some(Parcel {
        envelope,
        file_name,
        bytes,
    }))
}

/// Hands one letter over at once, outside the outbox: nothing is recorded and nothing tried again. For trying the settings.
pub fn hand_over(letter: &Letter, composed: &Composed, transport: &mut Transport) -> Outcome {
    let Some(envelope) = Envelope::of(&composed.bytes) else {
        return Outcome::Permanent("the letter has no address".to_owned());
    };
    transport.send(&Parcel {
        envelope,
        file_name: file_name(letter),
        bytes: composed.bytes.clone(),
    })
}

/// Counts a step, and says to the operator what a person should look at.
fn tell(letter: &Letter, step: &Step, unreached: bool, delivery: &mut Delivery) {
    let counter = match step.state {
        State::Sent => &mut delivery.sent,
        State::Refused => &mut delivery.refused,
        State::Unsure => &mut delivery.unsure,
        _ => &mut delivery.delayed,
    };
    *counter += 1;
    let (id, staff, answer) = (letter.id, &letter.to_staff, &step.answer);
    let mut say = |code: &str, weight: Weight, message: String, remedy: &str| {
        delivery
            .problems
            .push(Problem::new(code, weight, Place::default(), message, remedy));
    };
    if unreached {
        let message = format!("letters cannot be handed over: {answer}");
        say(
            "mail-unreached",
            Weight::Waits,
            message,
            "they wait and are tried again; `firstbell check` says more",
        );
    }
    match step.state {
        State::Refused => {
            let message = format!("letter {id} to `{staff}` was not delivered: {answer}");
            let remedy =
                "mend what the answer says (often the address in the staff export), then `firstbell outbox retry`";
            say("letter-refused", Weight::Waits, message, remedy);
        }
        State::Unsure if step.is_final() => {
            let message = format!("letter {id} to `{staff}` may or may not have arrived: {answer}");
            say(
                "letter-unsure",
                Weight::Waits,
                message,
                "ask the reader, then `firstbell outbox retry` or leave it",
            );
        }
        _ => {}
    }
}

/// Letters behind one that found no server: due again after the first wait, not in a tight circle.
fn postpone(rest: &[Letter], ledger: &mut dyn Ledger, hooks: &Hooks, delivery: &mut Delivery) {
    let now = (hooks.now)();
    for letter in rest.iter().filter(|letter| is_due(letter, now)) {
        delivery.untried += 1;
        if let Err(problem) = ledger.postpone(letter.id, now + wait_seconds(1)) {
            delivery.problems.push(problem);
            return;
        }
    }
}
