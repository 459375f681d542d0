//! Files that belong together wait for each other: which of the settled files the next round may be handed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::inbox::{Export, Settled, State, not_whole, set_incomplete, still_written};
use crate::monitor::Problem;
use crate::records::Feed;

/// Settling times that complete files wait for one that is still coming in, or that broke off. Chosen by us: half an hour at the
/// usual minute.
const PATIENCE: u32 = 30;
/// The least of it, for a settling time of next to nothing.
const LEAST_PATIENCE: Duration = Duration::from_secs(10);

/// How long complete files wait for others.
pub fn patience(settle_seconds: u32) -> Duration {
    Duration::from_secs(u64::from(settle_seconds.saturating_mul(PATIENCE))).max(LEAST_PATIENCE)
}

/// What a round that was rung now would be handed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Chime {
    /// Whether a complete set is there that no round was handed.
    pub complete: bool,
    /// Whether something is still coming in that is worth waiting for.
    pub unsettled: bool,
    /// The files: those of complete sets, and those that earlier rounds were handed and that still lie there.
    pub ready: Vec<Export>,
    /// Feeds of files that lie there and are not handed over, and why.
    pub left: Vec<(usize, Problem)>,
    /// When waiting for others ends.
    pub next: Option<Duration>,
}

/// Looks at every set. Feeds without a name for theirs are one set together, complete as soon as nothing of it is still coming in; a
/// set with a name is complete when each of its feeds has a new file. Who asked for a round is not kept waiting by files without
/// a set.
pub fn gather(files: &[Settled], feeds: &[Feed], now: Duration, patience: Duration, asked: bool) -> Chime {
    let mut sets: BTreeMap<Option<&str>, Vec<&Settled>> = BTreeMap::new();
    for file in files {
        let set = feeds.get(file.export.feed).and_then(|feed| feed.set.as_deref());
        sets.entry(set).or_default().push(file);
    }
    let mut chime = Chime::default();
    for (name, files) in sets {
        Set {
            name,
            files,
            feeds,
            now,
            patience,
        }
        .join(&mut chime, asked);
    }
    chime.ready.sort_by(|a, b| (a.feed, &a.name).cmp(&(b.feed, &b.name)));
    chime
}

/// One set's files at one moment.
struct Set<'s> {
    name: Option<&'s str>,
    files: Vec<&'s Settled>,
    feeds: &'s [Feed],
    now: Duration,
    patience: Duration,
}

impl Set<'_> {
    fn join(&self, chime: &mut Chime, asked: bool) {
        let oldest = self.fresh().filter_map(ready_since).min();
        // The end of patience with what is coming in: counted from its own last change, and from the first file that waits for it.
        let ends = self
            .files
            .iter()
            .filter_map(|file| changed(file))
            .map(|at| at + self.patience);
        let ends = ends.filter(|end| *end > self.now).max();
        let given_up = oldest.is_some_and(|oldest| self.now.saturating_sub(oldest) >= self.patience);
        let blocked = ends.filter(|_| !given_up);
        chime.unsettled |= blocked.is_some();
        let missing = self.missing();
        let complete = oldest.is_some() && blocked.is_none() && missing.is_empty();
        chime.complete |= complete;
        let hand_over = complete || (asked && self.name.is_none());
        if let (Some(oldest), Some(blocked)) = (oldest, blocked) {
            let next = blocked.min(oldest + self.patience);
            chime.next = Some(chime.next.map_or(next, |other| other.min(next)));
        }
        for file in &self.files {
            match file.state {
                State::Ready(_) if file.taken || hand_over => chime.ready.push(file.export.clone()),
                State::Ready(_) => chime
                    .left
                    .push((file.export.feed, self.incomplete(&file.export.name, &missing))),
                State::Cut(_) => chime.left.push((file.export.feed, not_whole(&file.export))),
                State::Settling { .. } => chime.left.push((file.export.feed, still_written(&file.export.name))),
                State::Partial(_) => {}
            }
        }
    }

    fn fresh(&self) -> impl Iterator<Item = &Settled> {
        let files = self.files.iter().copied();
        files.filter(|file| !file.taken && matches!(file.state, State::Ready(_)))
    }

    /// The feeds of a named set that have no new file; their files' names as the configuration writes them.
    fn missing(&self) -> Vec<String> {
        let Some(name) = self.name else { return Vec::new() };
        let there: BTreeSet<usize> = self.fresh().map(|file| file.export.feed).collect();
        let of_set = self
            .feeds
            .iter()
            .enumerate()
            .filter(|(_, feed)| feed.set.as_deref() == Some(name));
        let missing = of_set.filter(|(at, _)| !there.contains(at));
        missing.map(|(_, feed)| feed.files.join(" ")).collect()
    }

    fn incomplete(&self, file: &str, missing: &[String]) -> Problem {
        let waits_for = match missing {
            [] => "files that are still being written".to_owned(),
            missing => missing
                .iter()
                .map(|glob| format!("`{glob}`"))
                .collect::<Vec<_>>()
                .join(", "),
        };
        set_incomplete(file, self.name, &waits_for)
    }
}

fn ready_since(file: &Settled) -> Option<Duration> {
    match file.state {
        State::Ready(since) => Some(since),
        _ => None,
    }
}

/// The last change of a file that is not complete.
fn changed(file: &Settled) -> Option<Duration> {
    match file.state {
        State::Ready(_) => None,
        State::Settling { since, .. } | State::Cut(since) | State::Partial(since) => Some(since),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{Chime, Export, Feed, Settled, State, gather, patience};
    use crate::config::canonical_feed;
    use crate::home::Stamp;
    use crate::school::Table;

    const PATIENCE: Duration = Duration::from_secs(1_800);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn file(feed: usize, name: &str, state: State, taken: bool) -> Settled {
        let export = Export {
            is_folder: false,
            feed,
            path: name.into(),
            name: name.to_owned(),
            size: 1,
            written: 0,
            stamp: Stamp::default(),
        };
        Settled { export, state, taken }
    }

    fn settling(since: u64) -> State {
        State::Settling {
            since: at(since),
            due: at(since + 60),
        }
    }

    /// Two feeds of the set `nightly`, and one of none.
    fn feeds() -> Vec<Feed> {
        let mut feeds: Vec<Feed> = [Table::Students, Table::Attendance, Table::Staff]
            .map(canonical_feed)
            .into();
        feeds[0].set = Some("nightly".to_owned());
        feeds[1].set = Some("nightly".to_owned());
        feeds
    }

    fn names(chime: &Chime) -> Vec<&str> {
        chime.ready.iter().map(|export| export.name.as_str()).collect()
    }

    #[test]
    fn files_without_a_set_wait_until_nothing_is_coming_in() {
        let feeds = [Table::Students, Table::Attendance].map(canonical_feed);
        let files = [
            file(0, "students.csv", State::Ready(at(60)), false),
            file(1, "attendance.csv", settling(50), false),
        ];
        let chime = gather(&files, &feeds, at(100), PATIENCE, false);
        assert_eq!((chime.complete, chime.unsettled, names(&chime)), (false, true, vec![]));
        assert_eq!(chime.left.len(), 2);
        let asked = gather(&files, &feeds, at(100), PATIENCE, true);
        assert_eq!(names(&asked), ["students.csv"], "who asks is not kept waiting");
        let files = [
            files[0].clone(),
            file(1, "attendance.csv", State::Ready(at(110)), false),
        ];
        let chime = gather(&files, &feeds, at(110), PATIENCE, false);
        assert_eq!(
            (chime.complete, names(&chime)),
            (true, vec!["students.csv", "attendance.csv"])
        );
        assert_eq!(chime.left, []);
    }

    #[test]
    fn patience_ends_with_who_writes_for_ever_and_with_who_broke_off() {
        let feeds = [Table::Students, Table::Attendance].map(canonical_feed);
        let ready = file(0, "students.csv", State::Ready(at(60)), false);
        for other in [State::Cut(at(10)), State::Partial(at(10))] {
            let files = [ready.clone(), file(1, "attendance.csv", other, false)];
            let chime = gather(&files, &feeds, at(1_809), PATIENCE, false);
            assert!(!chime.complete && chime.next == Some(at(1_810)), "{chime:?}");
            assert!(gather(&files, &feeds, at(1_810), PATIENCE, false).complete);
        }
        let restless = |now| [ready.clone(), file(1, "attendance.csv", settling(now), false)];
        assert!(!gather(&restless(1_859), &feeds, at(1_859), PATIENCE, false).complete);
        let chime = gather(&restless(1_860), &feeds, at(1_860), PATIENCE, false);
        assert_eq!((chime.complete, names(&chime)), (true, vec!["students.csv"]));
        assert_eq!(chime.left[0].1.code, "still-being-written");
    }

    #[test]
    fn a_named_set_waits_for_a_new_file_of_each_of_its_feeds() {
        let feeds = feeds();
        let old = file(1, "attendance.csv", State::Ready(at(0)), true);
        let files = [file(0, "students.csv", State::Ready(at(60)), false), old.clone()];
        let chime = gather(&files, &feeds, at(9_000), PATIENCE, false);
        assert_eq!(
            (chime.complete, names(&chime)),
            (false, vec!["attendance.csv"]),
            "what was read stays in sight"
        );
        let (feed, problem) = &chime.left[0];
        assert_eq!((*feed, problem.code.as_str()), (0, "set-incomplete"));
        assert!(
            problem.message.contains("`attendance*.csv`") && problem.message.contains("`nightly`"),
            "{problem}"
        );
        assert!(
            gather(&files, &feeds, at(9_000), PATIENCE, true).ready.len() == 1,
            "even when asked"
        );
        let files = [
            files[0].clone(),
            file(1, "attendance.csv", State::Ready(at(70)), false),
            old,
        ];
        assert!(gather(&files, &feeds, at(70), PATIENCE, false).complete);
    }

    #[test]
    fn a_set_that_is_not_complete_keeps_no_other_waiting() {
        let files = [
            file(0, "students.csv", State::Ready(at(60)), false),
            file(1, "attendance.csv", settling(60), false),
            file(2, "staff.csv", State::Ready(at(60)), false),
        ];
        let chime = gather(&files, &feeds(), at(61), PATIENCE, false);
        assert_eq!((chime.complete, names(&chime)), (true, vec!["staff.csv"]));
    }

    #[test]
    fn nothing_new_is_nothing_to_ring_for() {
        let files = [file(2, "staff.csv", State::Ready(at(0)), true)];
        let chime = gather(&files, &feeds(), at(60), PATIENCE, false);
        assert_eq!((chime.complete, names(&chime)), (false, vec!["staff.csv"]));
        assert_eq!(gather(&[], &feeds(), at(60), PATIENCE, false), Chime::default());
        assert_eq!(patience(60), PATIENCE);
    }

    fn states() -> impl Strategy<Value = State> {
        (0u64..4_000, 0u8..4).prop_map(|(since, kind)| match kind {
            0 => State::Ready(at(since)),
            1 => settling(since),
            2 => State::Cut(at(since)),
            _ => State::Partial(at(since)),
        })
    }

    proptest! {
        /// Nothing that is not ready is handed over, nothing is handed over twice or forgotten, and what is complete brings something new.
        #[test]
        fn only_ready_files_are_handed_over(
            all in prop::collection::vec((0usize..3, states(), any::<bool>()), 0..8),
            now in 0u64..5_000,
            asked in any::<bool>(),
        ) {
            let feeds = feeds();
            let named = |(number, (feed, state, taken)): (usize, (usize, State, bool))| file(feed, &format!("{number}.csv"), state, taken);
            let files: Vec<Settled> = all.into_iter().enumerate().map(named).collect();
            let chime = gather(&files, &feeds, at(now), PATIENCE, asked);
            let find = |export: &Export| files.iter().find(|file| file.export == *export);
            for export in &chime.ready {
                prop_assert!(find(export).is_some_and(|file| matches!(file.state, State::Ready(_))));
            }
            let partial = files.iter().filter(|file| matches!(file.state, State::Partial(_))).count();
            prop_assert_eq!(chime.ready.len() + chime.left.len() + partial, files.len());
            let new = chime.ready.iter().filter(|export| find(export).is_some_and(|file| !file.taken)).count();
            prop_assert!(!chime.complete || new > 0);
            prop_assert!(chime.next.is_none_or(|next| next > at(now)), "no busy waiting: {:?}", chime.next);
        }
    }
}
