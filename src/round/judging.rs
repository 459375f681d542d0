//! Which days to judge, and what every rule says on them: one school at a time, schools shared between two threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::hands;
use crate::school::Day;

/// At most so many missed days are judged one by one; past that the newest alone. From the definition of judged days.
pub(super) const MOST_MISSED_DAYS: usize = 15;

/// The days that a school's rule is still to be judged on: every instructional day after the last judged one, in order.
pub(super) fn due(instructional: &[Day], last: Option<Day>, as_of: Day) -> &[Day] {
    let start = last.map_or(0, |last| instructional.partition_point(|day| *day <= last));
    let end = instructional.partition_point(|day| *day <= as_of);
    let days = &instructional[start.min(end)..end];
    if days.len() > MOST_MISSED_DAYS {
        &days[days.len() - 1..]
    } else {
        days
    }
}

/// Does `work` for every item on as many threads as there are processors, and returns what it made in the items' order.
pub(super) fn share<I: Sync, T: Send>(items: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    share_with(items, || (), |(), item| work(item))
}

/// Does `work` for every item on as many threads as there are processors, each with something of its own, and returns what it made
/// in the items' order.
pub(super) fn share_with<I: Sync, S, T: Send>(
    items: &[I],
    own: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &I) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let made: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(items.len()));
    let threads = hands::threads().min(items.len()).max(1);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut mine = own();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(&mut mine, item);
                    made.lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner)
                        .push((at, result));
                }
            });
        }
    });
    let mut made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::{due, share_with};
    use crate::school::Day;

    fn days(numbers: &[i32]) -> Vec<Day> {
        numbers.iter().map(|number| Day(*number)).collect()
    }

    #[test]
    fn missed_days_are_judged_in_order_and_a_second_round_of_a_day_adds_none() {
        let school = days(&[1, 2, 3, 4, 5, 8, 9]);
        assert_eq!(due(&school, Some(Day(3)), Day(8)), days(&[4, 5, 8]));
        assert_eq!(due(&school, Some(Day(8)), Day(8)), days(&[]));
        assert_eq!(
            due(&school, Some(Day(9)), Day(4)),
            days(&[]),
            "a look back judges nothing"
        );
    }

    #[test]
    fn past_fifteen_missed_days_the_newest_alone_is_judged() {
        let school: Vec<Day> = (1..=30).map(Day).collect();
        assert_eq!(due(&school, Some(Day(5)), Day(20)).len(), 15);
        assert_eq!(due(&school, Some(Day(4)), Day(20)), days(&[20]));
        assert_eq!(
            due(&school, None, Day(10)).len(),
            10,
            "a year's first days are days like others"
        );
    }

    #[test]
    fn what_is_shared_comes_back_in_order() {
        let items: Vec<usize> = (0..500).collect();
        assert_eq!(
            share_with(&items, || (), |(), item| item * 2),
            (0..500).map(|item| item * 2).collect::<Vec<_>>()
        );
    }
}
