//! Which files are complete: a small machine that is shown one look after the other and the time since it began. It never asks a
//! clock: a clock that is set back or forward cannot make a half file whole.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Export;
use super::scan::{Evidence, Marker, Sighting};
use crate::home::Stamp;

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Complete; the moment since when.
    Ready(Duration),
    /// It may still grow.
    Settling {
        /// The moment of its last change.
        since: Duration,
        /// The moment at which it will have stood still long enough.
        due: Duration,
    },
    /// It has stood still, and its end or its marker says that something is missing; the moment since when it stands still.
    Cut(Duration),
    /// An upload under a name of its own; the moment of its last change.
    Partial(Duration),
}

/// A file and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The file, as it was seen last.
    pub export: Export,
    /// How far it has come.
    pub state: State,
    /// Whether this version was handed to a round before.
    pub taken: bool,
}

/// What was seen of a file so far.
struct Watched {
    stamp: Stamp,
    since: Duration,
    /// Whether this version ends where a record ends; asked once.
    whole: Option<bool>,
    /// The marker and whether its digest is that of this version; asked once.
    vouched: Option<(Marker, bool)>,
    ready: Option<Duration>,
}

/// Files that come to rest.
pub struct Settling {
    wait: Duration,
    files: BTreeMap<String, Watched>,
    taken: BTreeMap<String, Stamp>,
    last: Vec<Settled>,
}

impl Settling {
    /// Begins with nothing seen. `wait` is how long a file has to stand still; `taken` are versions that earlier rounds were handed.
    pub fn new(wait: Duration, taken: BTreeMap<String, Stamp>) -> Settling {
        Settling {
            wait,
            files: BTreeMap::new(),
            taken,
            last: Vec::new(),
        }
    }

    /// From now on files have to stand still for another time.
    pub fn set_wait(&mut self, wait: Duration) {
        self.wait = wait;
    }

    /// Takes a look: what lies there now, and the time since the program began. What is no longer there is forgotten, so that
    /// it is news when it comes again.
    pub fn look(&mut self, sightings: &[Sighting], now: Duration, evidence: &dyn Evidence) -> &[Settled] {
        let there: BTreeSet<&str> = sightings.iter().map(|sighting| sighting.export.name.as_str()).collect();
        self.files.retain(|name, _| there.contains(name.as_str()));
        self.taken.retain(|name, _| there.contains(name.as_str()));
        let mut last = Vec::with_capacity(sightings.len());
        for sighting in sightings {
            let export = sighting.export.clone();
            let taken = self.taken.get(&export.name) == Some(&export.stamp);
            let state = self.state(sighting, taken, now, evidence);
            last.push(Settled { export, state, taken });
        }
        self.last = last;
        &self.last
    }

    fn state(&mut self, sighting: &Sighting, taken: bool, now: Duration, evidence: &dyn Evidence) -> State {
        let export = &sighting.export;
        let watched = self.files.entry(export.name.clone()).or_insert_with(|| Watched {
            stamp: export.stamp,
            since: now,
            whole: None,
            vouched: None,
            ready: None,
        });
        if watched.stamp != export.stamp {
            *watched = Watched {
                stamp: export.stamp,
                since: now,
                whole: None,
                vouched: None,
                ready: None,
            };
        }
        if sighting.partial {
            return State::Partial(watched.since);
        }
        if let Some(ready) = watched.ready {
            return State::Ready(ready);
        }
        let word = sighting
            .marker
            .as_ref()
            .and_then(|marker| watched.word(marker, export, evidence));
        let rested = now.saturating_sub(watched.since) >= self.wait;
        let ready = match word {
            Some(says) => says,
            // A round was handed this very version: it was complete then.
            None if taken => true,
            None => rested && *watched.whole.get_or_insert_with(|| evidence.is_whole(export)),
        };
        if ready {
            watched.ready = Some(now);
            return State::Ready(now);
        }
        match rested {
            true => State::Cut(watched.since),
            false => State::Settling {
                since: watched.since,
                due: watched.since + self.wait,
            },
        }
    }

    /// The last look.
    pub fn last(&self) -> &[Settled] {
        &self.last
    }

    /// Remembers that these versions were handed to a round.
    pub fn take(&mut self, exports: &[Export]) {
        let taken = exports.iter().map(|export| (export.name.clone(), export.stamp));
        self.taken.extend(taken);
        for settled in &mut self.last {
            settled.taken = self.taken.get(&settled.export.name) == Some(&settled.export.stamp);
        }
    }

    /// The versions that rounds were handed and that still lie there.
    pub fn taken(&self) -> &BTreeMap<String, Stamp> {
        &self.taken
    }

    /// When the next file will have stood still long enough.
    pub fn next(&self) -> Option<Duration> {
        let due = self.last.iter().filter_map(|settled| match settled.state {
            State::Settling { due, .. } => Some(due),
            _ => None,
        });
        due.min()
    }
}

impl Watched {
    /// What a marker says of this version: complete, not complete, or nothing. A marker that is older than the file's last change
    /// belongs to the version before, unless it names this version's digest.
    fn word(&mut self, marker: &Marker, export: &Export, evidence: &dyn Evidence) -> Option<bool> {
        if marker.bytes.is_some_and(|bytes| bytes != export.size) {
            let older = marker.stamp.latest() < export.stamp.latest();
            return if older { None } else { Some(false) };
        }
        if let Some(digest) = &marker.sha256 {
            let known = self
                .vouched
                .as_ref()
                .filter(|(of, _)| of == marker)
                .map(|(_, says)| *says);
            let says = known.unwrap_or_else(|| evidence.sha256(export).as_ref() == Some(digest));
            self.vouched = Some((marker.clone(), says));
            if says || marker.stamp.latest() >= export.stamp.latest() {
                return Some(says);
            }
            return None;
        }
        (marker.stamp.latest() >= export.stamp.latest()).then_some(true)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::scan::{Evidence, Marker, Sighting};
    use super::{Export, Settling, State};
    use crate::home::Stamp;

    const WAIT: Duration = Duration::from_secs(60);

    /// Files by what stands in them: whole where the size is even; the digest is the size.
    struct Even;

    impl Evidence for Even {
        fn is_whole(&self, export: &Export) -> bool {
            export.size.is_multiple_of(2)
        }

        fn sha256(&self, export: &Export) -> Option<String> {
            Some(export.size.to_string())
        }
    }

    fn sighting(name: &str, size: u64, at: i64) -> Sighting {
        let stamp = Stamp {
            device: 1,
            inode: 7,
            size,
            written: at,
            changed: at,
        };
        let export = Export {
            is_folder: false,
            feed: 0,
            path: name.into(),
            name: name.to_owned(),
            size,
            written: 0,
            stamp,
        };
        Sighting {
            export,
            partial: false,
            marker: None,
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn one(settling: &mut Settling, sighting: &Sighting, at: u64) -> State {
        settling.look(std::slice::from_ref(sighting), seconds(at), &Even)[0].state
    }

    #[test]
    fn a_file_is_ready_at_the_second_at_which_it_has_stood_still() {
        let mut settling = Settling::new(WAIT, BTreeMap::new());
        let file = sighting("a.csv", 2, 5);
        let due = seconds(70);
        let since = seconds(10);
        assert_eq!(one(&mut settling, &file, 10), State::Settling { since, due });
        assert_eq!(settling.next(), Some(due));
        assert_eq!(one(&mut settling, &file, 69), State::Settling { since, due });
        assert_eq!(one(&mut settling, &file, 70), State::Ready(due));
        assert_eq!(one(&mut settling, &file, 900), State::Ready(due), "since when it was");
        assert_eq!(settling.next(), None);
    }

    #[test]
    fn growing_resuming_and_replacing_begin_anew_whatever_the_times_say() {
        let mut settling = Settling::new(WAIT, BTreeMap::new());
        one(&mut settling, &sighting("a.csv", 2, 500), 0);
        let resumed = sighting("a.csv", 4, 500);
        assert!(matches!(one(&mut settling, &resumed, 59), State::Settling { .. }));
        assert_eq!(one(&mut settling, &resumed, 119), State::Ready(seconds(119)));
        // Another file under the same name: as long, and older by its own account.
        let mut other = sighting("a.csv", 4, 100);
        other.export.stamp.inode = 8;
        assert!(matches!(one(&mut settling, &other, 120), State::Settling { .. }));
        assert!(matches!(one(&mut settling, &other, 179), State::Settling { .. }));
        assert!(matches!(one(&mut settling, &other, 180), State::Ready(_)));
    }

    #[test]
    fn a_file_that_stands_still_in_the_middle_of_a_record_is_cut() {
        let mut settling = Settling::new(WAIT, BTreeMap::new());
        let cut = sighting("a.csv", 3, 5);
        one(&mut settling, &cut, 0);
        assert_eq!(one(&mut settling, &cut, 60), State::Cut(seconds(0)));
        assert!(matches!(
            one(&mut settling, &sighting("a.csv", 4, 6), 61),
            State::Settling { .. }
        ));
    }

    #[test]
    fn a_marker_speaks_for_the_version_that_it_was_made_for() {
        let marked = |bytes, sha256: Option<&str>, made| {
            let mut file = sighting("a.csv", 3, 100);
            let stamp = Stamp {
                written: made,
                changed: made,
                ..Stamp::default()
            };
            let sha256 = sha256.map(str::to_owned);
            file.marker = Some(Marker { stamp, bytes, sha256 });
            file
        };
        let state = |file: &Sighting| one(&mut Settling::new(WAIT, BTreeMap::new()), file, 0);
        let is_ready = |file| matches!(state(&file), State::Ready(_));
        assert!(
            is_ready(marked(None, None, 100)),
            "at once, and though it ends in the middle of a record"
        );
        assert!(!is_ready(marked(None, None, 99)), "a marker of the version before");
        assert!(is_ready(marked(Some(3), None, 100)));
        assert!(!is_ready(marked(Some(4), None, 100)), "bytes are missing");
        assert!(
            is_ready(marked(None, Some("3"), 0)),
            "the digest is this version's, however old the marker"
        );
        assert!(!is_ready(marked(None, Some("5"), 100)), "another digest");
        let mut settling = Settling::new(WAIT, BTreeMap::new());
        let wrong = marked(Some(4), None, 100);
        one(&mut settling, &wrong, 0);
        assert!(
            matches!(one(&mut settling, &wrong, 60), State::Cut(_)),
            "what its marker denies is never ready"
        );
    }

    #[test]
    fn an_upload_under_a_name_of_its_own_is_never_ready_and_its_rename_is_a_new_file() {
        let mut settling = Settling::new(WAIT, BTreeMap::new());
        let mut partial = sighting("a.csv.filepart", 2, 5);
        partial.partial = true;
        assert_eq!(one(&mut settling, &partial, 0), State::Partial(seconds(0)));
        assert_eq!(one(&mut settling, &partial, 600), State::Partial(seconds(0)));
        assert!(matches!(
            one(&mut settling, &sighting("a.csv", 2, 5), 601),
            State::Settling { .. }
        ));
    }

    #[test]
    fn what_was_handed_over_is_known_until_it_changes_or_goes() {
        let file = sighting("a.csv", 2, 5);
        let mut settling = Settling::new(WAIT, [("a.csv".to_owned(), file.export.stamp)].into());
        let seen = settling.look(std::slice::from_ref(&file), seconds(0), &Even);
        assert!(
            seen[0].taken && matches!(seen[0].state, State::Ready(_)),
            "a new life knows what the last one read"
        );
        settling.look(&[], seconds(1), &Even);
        assert!(settling.taken().is_empty());
        let again = settling.look(std::slice::from_ref(&file), seconds(2), &Even);
        assert!(
            !again[0].taken && matches!(again[0].state, State::Settling { .. }),
            "it came again"
        );
    }

    proptest! {
        /// Whatever a writer does and however often we look: a file that is called ready had been seen unchanged for the whole
        /// time, and ended where a record ends; and left alone for that time it is ready.
        #[test]
        fn ready_means_whole_and_still(steps in prop::collection::vec((0u64..40, 0u64..6, any::<bool>()), 1..60)) {
            let mut settling = Settling::new(WAIT, BTreeMap::new());
            let (mut now, mut size, mut inode) = (0, 0, 1);
            let mut seen: Option<(u64, u64, u64)> = None;
            for (passes, grows, replaced) in steps {
                now += passes;
                size += grows;
                if replaced && grows > 3 {
                    inode += 1;
                }
                let mut file = sighting("a.csv", size, 0);
                file.export.stamp.inode = inode;
                let since = match seen {
                    Some((at, was, node)) if (was, node) == (size, inode) => at,
                    _ => now,
                };
                seen = Some((since, size, inode));
                let ready = matches!(one(&mut settling, &file, now), State::Ready(_));
                prop_assert_eq!(ready, now - since >= 60 && size.is_multiple_of(2));
            }
        }

        /// Looks in between neither hasten nor delay.
        #[test]
        fn more_looks_change_nothing(looks in prop::collection::btree_set(1u64..200, 0..30)) {
            let file = sighting("a.csv", 2, 0);
            let mut often = Settling::new(WAIT, BTreeMap::new());
            one(&mut often, &file, 0);
            for at in looks {
                let ready = matches!(one(&mut often, &file, at), State::Ready(_));
                prop_assert_eq!(ready, at >= 60);
            }
        }
    }
}
