//! How many threads a piece of work is worth.
//!
//! In: how many students there are. Out: how many threads, and how many students each takes. Never: what the work is.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

/// Students for whom a thread is worth its start: fewer are done before it has begun (measured).
const WORTH_A_THREAD: usize = 500;

/// Parts to a thread: the last one to end does so at most a part after the others. Chosen by us.
const PARTS: usize = 4;

/// As many threads as there are processors for this program. The system is asked once: to answer, it reads files.
pub(crate) fn threads() -> usize {
    static THREADS: OnceLock<usize> = OnceLock::new();
    *THREADS.get_or_init(|| thread::available_parallelism().map_or(1, usize::from))
}

/// How many of so many students one thread takes, at least 1.
pub(crate) fn share(students: usize) -> usize {
    students.div_ceil(threads()).max(WORTH_A_THREAD)
}

/// The same where some students take longer than others: in parts small enough that who is done sooner takes another.
pub(crate) fn part(students: usize) -> usize {
    share(students).div_ceil(PARTS).max(WORTH_A_THREAD)
}

/// Does `work` for every part, on this thread and others beside it, each taking the next part that is left; returns what it made in the
/// parts' order.
pub(crate) fn side_by_side<P: Send, T: Send>(
    parts: impl ExactSizeIterator<Item = P> + Send,
    work: impl Fn(usize, P) -> T + Sync,
) -> Vec<T> {
    let most = threads().min(parts.len());
    let left = Mutex::new(parts.enumerate());
    let next = || left.lock().unwrap_or_else(PoisonError::into_inner).next();
    let some = || {
        let done = std::iter::from_fn(next).map(|(at, part)| (at, work(at, part)));
        done.collect::<Vec<_>>()
    };
    let mut made = thread::scope(|scope| {
        let others: Vec<_> = (1..most).map(|_| scope.spawn(some)).collect();
        let mut made = some();
        for other in others {
            made.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        made
    });
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, made)| made).collect()
}

/// Does two things at once where there is so much of them that it is worth a thread: `beside` on one of its own, `here` on this one.
pub(crate) fn two<A: Send, B>(much: usize, beside: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    if much < WORTH_A_THREAD || threads() < 2 {
        return (beside(), here());
    }
    thread::scope(|scope| {
        let beside = scope.spawn(beside);
        let here = here();
        let beside = beside.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (beside, here)
    })
}

#[cfg(test)]
mod tests {
    use super::{WORTH_A_THREAD, share, side_by_side, two};

    #[test]
    fn two_things_are_both_done_however_much_they_are() {
        for much in [0, WORTH_A_THREAD] {
            assert_eq!(two(much, || 1, || "one"), (1, "one"));
        }
    }

    #[test]
    fn parts_are_done_once_each_and_come_back_in_order() {
        let parts = [vec![1, 2], vec![3], vec![4, 5, 6]];
        let made = side_by_side(parts.iter(), |at, part| (at, part.iter().sum::<i32>()));
        assert_eq!(made, [(0, 3), (1, 3), (2, 15)]);
        let many = side_by_side(0..100, |at, part| (at, part * 2));
        assert!(
            many.into_iter().eq((0..100).map(|at| (at, at * 2))),
            "more parts than threads"
        );
        assert!(side_by_side(std::iter::empty::<u8>(), |_, _| ()).is_empty());
    }

    #[test]
    fn few_students_are_one_share() {
        assert_eq!([0, 1, 499].map(share), [500; 3]);
        assert!(share(1_000_000) < 1_000_001);
    }
}
