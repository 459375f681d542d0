//! What an attempt came to, and what follows from it.
//!
//! The retry schedule in one sentence: after 5 minutes, then twice as long each time up to 4 hours, for two school days.

use super::State;

/// Seconds after the first attempt. Chosen by us: greylisting servers ask for about as much.
const FIRST_WAIT_SECONDS: i64 = 5 * 60;
/// The longest wait between two attempts. Chosen by us: a school morning has two of them.
const LONGEST_WAIT_SECONDS: i64 = 4 * 60 * 60;

/// What became of one attempt. The text is the answer, with nothing of the letter in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted: it is the server's now.
    Sent(String),
    /// Put off before the letter was accepted; the same bytes may be tried again.
    Temporary(String),
    /// This letter to this address was refused for good.
    Permanent(String),
    /// The line broke after the letter's last byte and before the answer: it may have arrived.
    Unsure(String),
    /// No letter was refused: the server could not be reached, has no TLS, or did not accept the login.
    Unreached(String),
}

/// What an attempt leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The state from now on.
    pub state: State,
    /// The answer, with nothing of the letter in it.
    pub answer: String,
    /// When to try again, in seconds since 1970; `None` where this is final and the bytes are to be blanked.
    pub not_before: Option<i64>,
}

impl Step {
    /// Whether nothing follows.
    pub fn is_final(&self) -> bool {
        self.not_before.is_none()
    }
}

/// Seconds to wait after an attempt, counted from 1.
pub fn wait_seconds(attempt: u32) -> i64 {
    // Past six doublings the longest wait has long been reached.
    let doublings = attempt.saturating_sub(1).min(6);
    (FIRST_WAIT_SECONDS << doublings).min(LONGEST_WAIT_SECONDS)
}

/// Decides what follows from an attempt. `before` is the state the letter was in before it was tried, `attempt` counts from 1,
/// `now` and `last_try` (the end of its second school day) are seconds since 1970.
pub fn after(before: State, attempt: u32, outcome: Outcome, now: i64, last_try: i64) -> Step {
    let again = now + wait_seconds(attempt);
    let not_before = (again <= last_try).then_some(again);
    // A letter that may have arrived once stays so, until a server takes or refuses it: a delay since then proves nothing.
    let maybe_arrived = matches!(before, State::Unsure | State::Sending);
    match outcome {
        Outcome::Sent(answer) => final_step(State::Sent, answer),
        Outcome::Permanent(answer) => final_step(State::Refused, answer),
        Outcome::Unsure(answer) => Step {
            state: State::Unsure,
            answer,
            not_before,
        },
        Outcome::Temporary(answer) | Outcome::Unreached(answer) => Step {
            state: match (maybe_arrived, not_before) {
                (true, _) => State::Unsure,
                (false, Some(_)) => State::Delayed,
                (false, None) => State::Refused,
            },
            answer: match not_before {
                Some(_) => answer,
                None => format!("given up at attempt {attempt}: {answer}"),
            },
            not_before,
        },
    }
}

fn final_step(state: State, answer: String) -> Step {
    Step {
        state,
        answer,
        not_before: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: i64 = i64::MAX;

    fn no() -> Outcome {
        Outcome::Temporary("450".to_owned())
    }

    #[test]
    fn the_schedule_is_the_sentence() {
        let minutes: Vec<i64> = (1..=9).map(|attempt| wait_seconds(attempt) / 60).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 240, 240, 240]);
        assert_eq!(wait_seconds(u32::MAX), 4 * 3600);
    }

    #[test]
    fn each_outcome_has_its_state() {
        let sent = after(State::Waiting, 1, Outcome::Sent("250".to_owned()), 100, FAR);
        assert_eq!((sent.state, sent.is_final()), (State::Sent, true));
        let refused = after(State::Delayed, 2, Outcome::Permanent("550".to_owned()), 100, FAR);
        assert_eq!((refused.state, refused.is_final()), (State::Refused, true));
        let delayed = after(State::Waiting, 1, no(), 100, FAR);
        assert_eq!((delayed.state, delayed.not_before), (State::Delayed, Some(400)));
        let unsure = after(State::Waiting, 1, Outcome::Unsure("dropped".to_owned()), 100, FAR);
        assert_eq!((unsure.state, unsure.not_before), (State::Unsure, Some(400)));
    }

    #[test]
    fn after_two_school_days_it_ends() {
        assert_eq!(after(State::Delayed, 3, no(), 1_000, 2_200).not_before, Some(2_200));
        let over = after(State::Delayed, 3, no(), 1_000, 2_199);
        assert_eq!((over.state, over.not_before), (State::Refused, None));
        assert_eq!(over.answer, "given up at attempt 3: 450");
    }

    #[test]
    fn what_may_have_arrived_is_never_called_delayed_or_refused_by_a_delay() {
        for before in [State::Unsure, State::Sending] {
            assert_eq!(after(before, 2, no(), 0, FAR).state, State::Unsure);
            assert_eq!(after(before, 2, no(), 0, 0).state, State::Unsure);
        }
    }
}
