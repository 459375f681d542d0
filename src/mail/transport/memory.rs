//! Letters kept in memory, for tests.

use std::collections::VecDeque;

use crate::outbox::Outcome;

use super::Parcel;

/// What was sent, and what to answer.
#[derive(Default)]
pub struct Memory {
    /// Every attempt, in order.
    pub attempts: Vec<Parcel>,
    /// Answers for the next attempts; `Sent` where none is left.
    pub answers: VecDeque<Outcome>,
}

impl Memory {
    pub(super) fn send(&mut self, parcel: &Parcel) -> Outcome {
        self.attempts.push(parcel.clone());
        self.answers
            .pop_front()
            .unwrap_or_else(|| Outcome::Sent("kept in memory".to_owned()))
    }
}
