//! Tonight's files: found, read, believed or held, and laid into the books.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Seek as _;
use std::path::PathBuf;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::Hand;
use super::away::{self, Done, Outcome};
use super::bundles;
use super::gatekeeper::{Gatekeeper, Holding, day_of, release_command};
use super::held::Held;
use super::judging::share;
use super::school_days;
use super::setup::Setup;
use crate::directory::Person;
use crate::facts::{Books, Student};
use crate::gates::{self, Finding, Gates, Key, Memory, Roster, Seen, Tonight};
use crate::home::Stamp;
use crate::inbox::{self, Export, Stand, Unclaimed};
use crate::monitor::{Place, Problem, Tallies, Weight};
use crate::plugins::Translator;
use crate::records::{self, Adapter, Context, Feed, Intake};
use crate::routing::{Caseload, Staff};
use crate::school::{Day, Grade, Table};
use crate::store::{self, HeldState, Store};
use crate::timeline;

/// One file of this round.
pub struct FileRead {
    /// Its name.
    pub name: String,
    /// Where it lay when it was read.
    pub path: PathBuf,
    /// The feed's own name.
    pub feed: String,
    /// The name under which gates remember files like it.
    pub(super) gate: String,
    /// Its main table.
    pub table: Table,
    /// Rows read.
    pub rows: u64,
    /// Rows that could not be used.
    pub rejected: u64,
    /// Whether it was believed.
    pub accepted: bool,
    /// The first and the last day that it speaks of.
    pub days: (Option<Day>, Option<Day>),
    /// Its digest.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written.
    pub written: i64,
    /// Rows by what became of them.
    pub tallies: Tallies,
}

/// Everything that the night's files changed, before it is kept.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) files: Vec<FileRead>,
    /// Files under new names whose bytes were what their feed had brought last: remembered, or they would pass for older
    /// contents that came back as soon as the feed brings others.
    pub(super) same: Vec<FileRead>,
    /// Every file that was looked at, and what is to become of it; those that applied in their order.
    pub(super) done: Vec<Done>,
    pub(super) problems: Vec<Problem>,
    pub(super) held: Held,
    pub(super) gates: Gatekeeper,
    /// Feeds that are late though no file is held.
    pub(super) late: Vec<Holding>,
    pub(super) changed: store::Changed,
    pub(super) people: Vec<Person>,
    pub(super) staff: Option<Vec<Staff>>,
    pub(super) caseload: Option<Vec<Caseload>>,
    pub(super) groups: Option<Vec<store::Group>>,
    pub(super) outcomes: Option<Vec<store::Outcome>>,
    /// What is kept of exports of several files.
    pub(super) bundles: Vec<store::Kept>,
}

/// Past six fifths of a thread's fair share the longest file is read by all threads together: what putting its parts together
/// again takes (measured).
const LOPSIDED: (u64, u64) = (6, 5);

/// The name under which a feed's files are remembered: its main table and its globs.
pub(super) fn feed_name(feed: &Feed) -> String {
    let table = feed.tables.first().map_or("", |table| table.word());
    format!("{table} {}", feed.files.join(" "))
}

/// The names under which gates remember a feed: one for each of its globs, as sessions and grading periods can both fill the terms
/// and are never compared with each other.
pub(super) fn gate_names(feed: &Feed) -> Vec<String> {
    let table = feed.tables.first().map_or("", |table| table.word());
    feed.files.iter().map(|glob| format!("{table} {glob}")).collect()
}

/// The one under which a file of it is remembered.
fn gate_name(feed: &Feed, name: &str) -> String {
    let takes = |glob: &String| wildmatch::WildMatch::new_case_insensitive(glob).matches(name);
    let at = feed.files.iter().position(takes).unwrap_or(0);
    gate_names(feed).swap_remove(at)
}

/// Files of the inbox that bring something new, by feed, in the order in which their feeds are read.
#[derive(Default)]
pub(super) struct Waiting {
    files: Vec<Fresh>,
    same: Vec<FileRead>,
    done: Vec<Done>,
    problems: Vec<Problem>,
    /// Tables of files that could not even be read.
    unread: Vec<Table>,
    gates: Gatekeeper,
    /// Those of the configuration, and one for each table of a bundle.
    feeds: Vec<Feed>,
    bundles: Vec<store::Kept>,
    /// Bundles that wait.
    held: Vec<FileRead>,
}

/// A file that brings something new.
struct Fresh {
    export: Export,
    intake: Intake,
    stand: Option<Stand>,
}

/// Between two looks at a file that may still grow. Chosen by us: longer than any program rests between two pieces.
const TWO_LOOKS: Duration = Duration::from_millis(200);

/// How a round takes its files.
#[derive(Clone, Copy)]
pub(super) struct Manner<'h> {
    /// What the daemon knows of the inbox.
    pub(super) hand: Hand<'h>,
    /// The time by which a file counts as just written; a day that was asked for is not compared with the clock.
    pub(super) clock: Option<i64>,
    /// Whether files may be moved.
    pub(super) may_claim: bool,
}

/// The files to look at: those that the daemon hands over, else everything that lies in the inbox; and what is left there.
fn candidates(setup: &Setup, hand: Hand<'_>) -> Result<(Vec<Export>, Vec<Problem>), Problem> {
    match hand.ready {
        Some(ready) => {
            let mut exports = ready.to_vec();
            // Folders do not settle: one is read when the bell rings, and again when it has changed.
            let (found, _) = inbox::find(&setup.home.inbox(&setup.config.inbox.path), &setup.config.feeds)?;
            exports.extend(found.into_iter().filter(|export| export.is_folder));
            Ok((exports, hand.left.iter().map(|(_, problem)| problem.clone()).collect()))
        }
        None => inbox::find(&setup.home.inbox(&setup.config.inbox.path), &setup.config.feeds),
    }
}

/// Reads what is new in the inbox, and claims it where the round may. Nothing is decided and nothing applied yet: the as-of day is
/// found out in between.
pub(super) fn read(
    setup: &Setup,
    store: &Store,
    context: &Context<'_>,
    gates: Gatekeeper,
    manner: Manner<'_>,
) -> Result<Waiting, Problem> {
    let feeds = &setup.config.feeds;
    let hand = manner.hand;
    // What an earlier school year read says nothing of this one: a roster or a calendar that has not changed is new to its books.
    let mut exported: Vec<store::Export> = store.exports()?;
    exported.retain(|old| context.year.holds(old.accepted));
    let (found, problems) = candidates(setup, hand)?;
    let mut waiting = Waiting {
        problems,
        gates,
        ..Waiting::default()
    };
    let left = hand.left.iter().flat_map(|(feed, _)| &feeds[*feed].tables);
    waiting.unread.extend(left);
    // What an interrupted round left is older than what came since.
    let mut exports = away::left(setup, store, &exported)?;
    exports.extend(released_copies(setup, &waiting.gates));
    // Nobody else writes to what is already ours.
    let ours: BTreeSet<PathBuf> = exports.iter().map(|export| export.path.clone()).collect();
    exports.extend(found);
    let order: FxHashMap<Table, usize> = Table::ALL.iter().enumerate().map(|(at, table)| (*table, at)).collect();
    exports.sort_by_key(|export| {
        feeds[export.feed]
            .tables
            .first()
            .and_then(|table| order.get(table))
            .copied()
    });
    let mut bundles = bundles::read(&mut exports, setup, store, &exported, context)?;
    let mut looks = Vec::new();
    for export in exports {
        let feed = &feeds[export.feed];
        match setup.adapter(&feed.adapter) {
            Ok(adapter) => looks.push(Look {
                settled: hand.ready.is_some() || ours.contains(&export.path),
                fresh: manner
                    .clock
                    .is_some_and(|now| inbox::is_fresh(&export, now, setup.config.inbox.settle_seconds)),
                export,
                feed,
                adapter,
                translator: setup.plugins.translator(&adapter.id),
            }),
            Err(problem) => {
                waiting.unread.extend(&feed.tables);
                waiting.problems.push(problem);
            }
        }
    }
    let mut left = waiting.leave_unfinished(&mut looks);
    if manner.may_claim && away::claims(setup) {
        let next = store.last_round()?.map_or(0, |last| last.round) + 1;
        looks = waiting.claim(setup, looks, next);
    }
    let known = Known::new(&exported);
    let mut seen = look_at_all(&looks, &known, &waiting.gates, context);
    keep_sets_together(&looks, &mut seen, &mut left);
    for (look, (news, stand)) in looks.into_iter().zip(seen) {
        waiting.sort_in(look, news, stand);
    }
    let bundled = bundles.files.into_iter().map(|(mut export, intake)| {
        export.feed += feeds.len();
        Fresh {
            export,
            intake,
            stand: None,
        }
    });
    waiting.files.extend(bundled);
    waiting.feeds.clone_from(feeds);
    waiting.feeds.append(&mut bundles.feeds);
    let all = &waiting.feeds;
    waiting
        .files
        .sort_by_key(|file| all[file.export.feed].tables.first().and_then(|table| order.get(table)));
    waiting.same.append(&mut bundles.same);
    waiting.problems.append(&mut bundles.problems);
    waiting.unread.append(&mut bundles.unread);
    waiting.bundles = bundles.kept;
    waiting.held = bundles.held;
    Ok(waiting)
}

/// A file to look at.
struct Look<'f> {
    export: Export,
    feed: &'f Feed,
    adapter: &'f Adapter,
    /// What reads the export first, where the adapter alone cannot.
    translator: Option<Translator<'f>>,
    /// Whether it changed so lately that somebody may still write to it.
    fresh: bool,
    /// Whether the daemon watched it come to rest, or it is already the round's.
    settled: bool,
}

/// The kept bytes of files that a person released, as exports under their own names.
fn released_copies(setup: &Setup, gates: &Gatekeeper) -> Vec<Export> {
    let copy = |file: store::HeldFile| {
        let feed = setup
            .config
            .feeds
            .iter()
            .position(|feed| feed_name(feed) == file.feed)?;
        let path = setup.home.held_path(&file.digest, &file.name);
        let stamp = Stamp::at(&path)?;
        Some(Export {
            feed,
            stamp,
            path,
            name: file.name,
            is_folder: false,
            size: file.size,
            written: file.written,
        })
    };
    gates.released().into_iter().filter_map(copy).collect()
}

/// What a look at a file found.
enum News {
    /// Something new.
    New(Box<Intake>),
    /// The bytes that the feed brought last, under another name: to be remembered, not to be applied again.
    Same(Box<FileRead>),
    /// The very file that its name brought last; its digest.
    AsBefore(String),
    /// Held or discarded: a person has been asked, or has answered; its digest.
    Said(String),
    /// It cannot be read, or not be believed to have been read whole.
    Unread(Problem),
}

impl Waiting {
    /// Leaves files where they lie that somebody still writes to, or that end within a record; the sets that wait for one of them, with its
    /// name. They are not claimed: who writes them finds them under their name.
    fn leave_unfinished(&mut self, looks: &mut Vec<Look<'_>>) -> BTreeMap<String, String> {
        if looks.iter().any(|look| look.fresh && !look.settled) {
            // Who still writes is caught between two looks.
            std::thread::sleep(TWO_LOOKS);
        }
        let mut left = BTreeMap::new();
        looks.retain(|look| {
            let Some(problem) = look.unfinished() else { return true };
            self.unread.extend(&look.feed.tables);
            self.problems.push(problem);
            let set = look.feed.set.iter().cloned();
            left.extend(set.map(|set| (set, look.export.name.clone())));
            false
        });
        left
    }

    /// Claims every file for the round that is to come; what is no export any more is left out.
    fn claim<'f>(&mut self, setup: &Setup, looks: Vec<Look<'f>>, round: i64) -> Vec<Look<'f>> {
        let work = setup.home.work();
        let mut claimed = Vec::with_capacity(looks.len());
        for mut look in looks {
            if !look.export.path.starts_with(&work) {
                match inbox::claim(&mut look.export, &work, round) {
                    Ok(()) => {}
                    Err(Unclaimed::InPlace(problem)) => self.problems.push(problem),
                    Err(Unclaimed::Unread(problem)) => {
                        self.unread.extend(&look.feed.tables);
                        self.problems.push(problem);
                        continue;
                    }
                }
            }
            claimed.push(look);
        }
        if !claimed.is_empty() {
            inbox::settle(&work, &setup.home.inbox(&setup.config.inbox.path));
        }
        claimed
    }

    fn sort_in(&mut self, look: Look<'_>, news: News, stand: Option<Stand>) {
        let Look { export, feed, .. } = look;
        let done = |export, outcome, digest| Done {
            export,
            outcome,
            digest,
            whole: false,
            stand,
        };
        match news {
            News::New(intake) => {
                // A released file may lie in the inbox, too.
                let twice = self.files.iter().any(|other| {
                    other.export.feed == export.feed
                        && !intake.digest.is_empty()
                        && other.intake.digest == intake.digest
                        && other.export.name == export.name
                });
                if twice {
                    self.done
                        .push(done(export, Outcome::SameAsBefore, intake.digest.clone()));
                    return;
                }
                self.files.push(Fresh {
                    export,
                    intake: *intake,
                    stand,
                });
            }
            News::Same(file) => {
                self.gates.unchanged(&file.feed, &file.name, file.written);
                self.done.push(done(export, Outcome::SameAsBefore, file.digest.clone()));
                self.same.push(*file);
            }
            News::AsBefore(digest) => {
                self.gates.unchanged(&feed_name(feed), &export.name, export.written);
                self.done.push(done(export, Outcome::SameAsBefore, digest));
            }
            News::Said(digest) => self.done.push(done(export, Outcome::Held, digest)),
            News::Unread(problem) => {
                self.unread.extend(&feed.tables);
                self.problems.push(problem);
                self.done.push(done(export, Outcome::Unread, String::new()));
            }
        }
    }
}

impl Look<'_> {
    /// How long reading takes, in bytes of an attendance export: a row of any other table takes twice as long by its bytes
    /// (measured).
    fn weight(&self) -> u64 {
        let is_attendance = self.feed.tables.first() == Some(&Table::Attendance);
        if is_attendance {
            self.export.size
        } else {
            self.export.size * 2
        }
    }

    /// What keeps the file from being read yet.
    fn unfinished(&self) -> Option<Problem> {
        if self.settled {
            return None;
        }
        let export = &self.export;
        // One that is gone meanwhile says so when it is opened.
        if Stamp::at(&export.path).is_some_and(|now| !now.same_bytes(&export.stamp)) {
            return Some(inbox::still_written(&export.name));
        }
        let mut file = inbox::open(export).ok()?;
        let whole = inbox::is_whole(&export.name, &mut file).and_then(|whole| file.rewind().map(|()| whole));
        match whole {
            Ok(false) if self.fresh => Some(inbox::still_written(&export.name)),
            Ok(false) => Some(inbox::cut_off(&export.name)),
            // What cannot be looked at cannot be read either, and reading says so better.
            Ok(true) | Err(_) => None,
        }
    }

    fn read(&self, context: &Context<'_>) -> Result<Intake, Problem> {
        match &self.translator {
            Some(translator) => {
                let file = Box::new(inbox::open(&self.export)?);
                Ok(translator.read(file, &self.export.name, self.feed, context))
            }
            None => read_one(&self.export, self.feed, self.adapter, context),
        }
    }

    /// What the file brings, and how it stood. One that stood otherwise when it had been read is not believed: who writes it may
    /// be in the middle of it. Nobody is asked twice about the same bytes.
    fn news(&self, known: &Known<'_>, gates: &Gatekeeper, context: &Context<'_>) -> (News, Option<Stand>) {
        let before = Stand::of(&self.export.path);
        let said = gates.said_of(&feed_name(self.feed), self.export.size, || digest_of(&self.export));
        if matches!(said, Some(HeldState::Held | HeldState::Discarded)) {
            return (News::Said(digest_of(&self.export).unwrap_or_default()), before);
        }
        let released = said == Some(HeldState::Released);
        let as_before = is_as_before(known, self.feed, &self.export).filter(|_| !released);
        let seen = match as_before {
            Some(digest) => News::AsBefore(digest),
            None => match self.read(context) {
                Ok(intake) if !released && is_known(known, self.feed, &self.export, &intake.digest) => {
                    News::Same(Box::new(file_read(self.feed, &self.export, &intake)))
                }
                Ok(intake) => News::New(Box::new(intake)),
                Err(problem) => News::Unread(problem),
            },
        };
        match seen {
            News::Unread(_) => (seen, before),
            _ if Stand::of(&self.export.path) != before => (News::Unread(inbox::changed(&self.export.name)), before),
            _ => (seen, before),
        }
    }
}

/// What was accepted last, by name and by feed.
struct Known<'k> {
    by_name: FxHashMap<(&'k str, &'k str), &'k store::Export>,
    by_feed: FxHashMap<&'k str, &'k store::Export>,
}

impl Known<'_> {
    /// The last of a list in the order accepted.
    fn new(exports: &[store::Export]) -> Known<'_> {
        Known {
            by_name: exports
                .iter()
                .map(|export| ((export.feed.as_str(), export.name.as_str()), export))
                .collect(),
            by_feed: exports.iter().map(|export| (export.feed.as_str(), export)).collect(),
        }
    }
}

/// Looks at every file. Files side by side on a thread each are quicker than one after the other on all threads, whose parts
/// of a file must be put together again; but not where one thread would still read when the others are long done.
fn look_at_all(
    looks: &[Look<'_>],
    known: &Known<'_>,
    gates: &Gatekeeper,
    context: &Context<'_>,
) -> Vec<(News, Option<Stand>)> {
    let weights = looks.iter().map(Look::weight);
    let (longest, all) = (weights.clone().max().unwrap_or(0), weights.sum::<u64>());
    if longest * context.threads as u64 * LOPSIDED.1 > all * LOPSIDED.0 {
        return looks.iter().map(|look| look.news(known, gates, context)).collect();
    }
    let mut order: Vec<usize> = (0..looks.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(looks[*at].weight()));
    let alone = Context { threads: 1, ..*context };
    let news = share(&order, |at| (*at, looks[*at].news(known, gates, &alone)));
    let by_place: BTreeMap<usize, _> = news.into_iter().collect();
    by_place.into_values().collect()
}

/// Where one file of a named set is not read, its other new files wait for it. `left` holds the sets with a file that was left.
fn keep_sets_together(looks: &[Look<'_>], seen: &mut [(News, Option<Stand>)], left: &mut BTreeMap<String, String>) {
    for (look, (news, _)) in looks.iter().zip(seen.iter()) {
        if let (News::Unread(_), Some(set)) = (news, &look.feed.set) {
            left.insert(set.clone(), look.export.name.clone());
        }
    }
    for (look, (news, _)) in looks.iter().zip(seen) {
        let waits_for = look.feed.set.as_ref().and_then(|set| left.get_key_value(set));
        if let (Some((set, other)), News::New(_) | News::Same(_)) = (waits_for, &news) {
            let other = format!("`{other}`");
            *news = News::Unread(inbox::set_incomplete(&look.export.name, Some(set), &other));
        }
    }
}

fn read_one(export: &Export, feed: &Feed, adapter: &Adapter, context: &Context<'_>) -> Result<Intake, Problem> {
    let mut file = inbox::open(export)?;
    Ok(records::read(&mut file, &export.name, feed, adapter, context))
}

/// The digest of a file that is, byte for byte, the last that its name brought: then it is hashed and not read. Times are not
/// trusted for it: two exports of one second may differ.
fn is_as_before(known: &Known<'_>, feed: &Feed, export: &Export) -> Option<String> {
    let name = feed_name(feed);
    let last = known.by_name.get(&(name.as_str(), export.name.as_str()))?;
    if last.size != export.size {
        return None;
    }
    digest_of(export).filter(|digest| *digest == last.digest)
}

/// The digest of a file's bytes; `None` where they cannot be read.
fn digest_of(export: &Export) -> Option<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(inbox::open(export).ok()?).ok()?;
    Some(hasher.finalize().to_hex().to_string())
}

/// Whether these very bytes are what the name, or the feed, brought last: reading them again would change nothing. An older
/// content that comes back is news.
fn is_known(known: &Known<'_>, feed: &Feed, export: &Export, digest: &str) -> bool {
    let name = feed_name(feed);
    let by_name = known.by_name.get(&(name.as_str(), export.name.as_str()));
    let by_feed = known.by_feed.get(name.as_str());
    [by_name, by_feed].into_iter().flatten().any(|old| old.digest == digest)
}

fn file_read(feed: &Feed, export: &Export, intake: &Intake) -> FileRead {
    FileRead {
        name: export.name.clone(),
        path: export.path.clone(),
        feed: feed_name(feed),
        gate: gate_name(feed, &export.name),
        table: intake.tables.first().copied().unwrap_or(Table::Students),
        rows: intake.rows,
        rejected: intake.rejected,
        accepted: intake.usable,
        days: (intake.first, intake.last),
        digest: intake.digest.clone(),
        size: export.size,
        written: export.written,
        tallies: intake.tallies.clone(),
    }
}

impl Waiting {
    /// The latest moment at which an attendance export was written; `None` where none is new.
    pub(super) fn attendance_written(&self) -> Option<i64> {
        let attendance = |file: &&Fresh| file.intake.tables.contains(&Table::Attendance);
        self.files
            .iter()
            .filter(attendance)
            .map(|file| file.export.written)
            .max()
    }

    /// Holds what cannot be believed and lays the rest into the books.
    pub(super) fn apply(
        self,
        setup: &Setup,
        books: &mut Books,
        as_of: impl Fn(&Books) -> Day,
        last_as_of: Option<Day>,
    ) -> Taken {
        // Undated marks bear the as-of day, which tonight's attendance decides; it is read before grades, and asked once.
        let mut accepted: Option<Day> = None;
        let mut taken = Taken {
            problems: self.problems,
            same: self.same,
            done: self.done,
            gates: self.gates,
            bundles: self.bundles,
            files: self.held,
            ..Taken::default()
        };
        self.unread.into_iter().for_each(|table| taken.held.hold(table));
        let mut by_feed: BTreeMap<usize, Vec<Fresh>> = BTreeMap::new();
        let mut feeds: Vec<usize> = Vec::new();
        for file in self.files {
            if !feeds.contains(&file.export.feed) {
                feeds.push(file.export.feed);
            }
            by_feed.entry(file.export.feed).or_default().push(file);
        }
        for at in feeds {
            let mut files = by_feed.remove(&at).unwrap_or_default();
            files.sort_by_key(|file| file.intake.order(file.export.written));
            let feed = &self.feeds[at];
            let parts = parts_of_each(&files, feed, books);
            let mut last: Option<String> = None;
            for (number, Fresh { export, intake, stand }) in files.into_iter().enumerate() {
                let mut done = Done {
                    digest: intake.digest.clone(),
                    whole: is_kept_whole(setup, feed) || intake.unread.is_empty() && intake.rejected == 0,
                    outcome: Outcome::SameAsBefore,
                    stand,
                    export,
                };
                let export = done.export.clone();
                // The same bytes twice in one night say the same once.
                if last.as_ref() == Some(&intake.digest) {
                    taken.same.push(file_read(feed, &export, &intake));
                    taken.done.push(done);
                    continue;
                }
                let accepted = match intake.tables.contains(&Table::Grades) {
                    true => *accepted.get_or_insert_with(|| as_of(books)),
                    false => books.year.start,
                };
                let digest = intake.digest.clone();
                let others = parts.iter().enumerate().filter(|(other, _)| *other != number);
                let file = Arrived {
                    feed,
                    gates: setup.config.gates.get(at),
                    elsewhere: others.flat_map(|(_, parts)| parts).cloned().collect(),
                    export,
                };
                taken.take(setup, &file, intake, books, accepted, last_as_of);
                done.outcome = match taken.files.last().is_some_and(|file| file.accepted) {
                    true => Outcome::Accepted,
                    false => Outcome::Held,
                };
                if done.outcome == Outcome::Accepted {
                    last = Some(digest);
                }
                taken.done.push(done);
            }
        }
        taken.hold_what_waits(setup, books);
        taken
    }
}

/// Whether the archive keeps a feed's files as they are: what is read by a program, or has no header of its own on its first line, cannot be
/// cut by its columns and read again.
fn is_kept_whole(setup: &Setup, feed: &Feed) -> bool {
    let main = feed.tables.first().copied().unwrap_or(Table::Students);
    let headed = |adapter: &Adapter| {
        adapter
            .tables
            .get(&main)
            .is_none_or(|map| map.header.is_empty() && map.skip_lines == 0)
    };
    setup.plugins.translator(&feed.adapter).is_some() || !setup.adapter(&feed.adapter).is_ok_and(headed)
}

/// The parts that each of a feed's files brings; nothing where there is one file alone, which no other can complete.
fn parts_of_each(files: &[Fresh], feed: &Feed, books: &Books) -> Vec<BTreeSet<Key>> {
    if files.len() < 2 {
        return Vec::new();
    }
    let parts = |file: &Fresh| {
        Seen::parts_of(&file.intake, feed.covers, books.year)
            .into_keys()
            .collect()
    };
    files.iter().map(parts).collect()
}

/// One of tonight's files on its way through the gates.
struct Arrived<'f> {
    feed: &'f Feed,
    /// `None` for a table of a bundle, which is believed or waits as one.
    gates: Option<&'f Gates>,
    /// Parts that other files of the feed bring tonight.
    elsewhere: BTreeSet<Key>,
    export: Export,
}

impl Taken {
    fn take(
        &mut self,
        setup: &Setup,
        arrived: &Arrived<'_>,
        mut intake: Intake,
        books: &mut Books,
        accepted: Day,
        last_as_of: Option<Day>,
    ) {
        let mut file = file_read(arrived.feed, &arrived.export, &intake);
        let seen = look(&intake, arrived.feed, setup, books);
        let findings = match intake.usable {
            true => self.judge(setup, arrived, &file, &seen, books),
            // Nothing in it can be believed, whatever a person says; but a table may have been emptied on purpose.
            false => Vec::new(),
        };
        let emptied = findings.iter().any(|finding| finding.gate == gates::Gate::Emptied);
        intake
            .problems
            .retain(|problem| !(emptied && problem.code == "no-rows"));
        let records_say = intake
            .problems
            .iter()
            .find(|problem| problem.weight >= Weight::Waits)
            .cloned();
        self.problems.append(&mut intake.problems);
        let whole: Vec<&Finding> = findings
            .iter()
            .filter(|one| one.holds() && one.school.is_none())
            .collect();
        let parts: Vec<&Finding> = findings
            .iter()
            .filter(|one| one.holds() && one.school.is_some())
            .collect();
        let said = |finding: &Finding| {
            let release = release_command(&file.name, finding.school.as_deref());
            finding.problem(&file.name, &release)
        };
        self.problems
            .extend(findings.iter().filter(|one| !one.holds()).map(said));
        self.problems.extend(whole.iter().map(|finding| said(finding)));
        if !intake.usable || !whole.is_empty() {
            let first = whole.first().map(|finding| said(finding));
            let releasable = first.is_some();
            let problem = first.or(records_say);
            let waits = problem.is_some();
            if let Some(problem) = problem {
                let tables = &intake.tables;
                self.gates
                    .hold(&arrived.export, &file, &seen, tables, None, (&problem, releasable));
            }
            if file.digest.is_empty() || !waits {
                // What could not even be read has no bytes to wait for; tonight its tables are held all the same.
                intake.tables.iter().for_each(|table| self.held.hold(*table));
            }
            file.accepted = false;
            self.files.push(file);
            return;
        }
        for finding in parts {
            let problem = said(finding);
            let school = finding.school.as_deref();
            self.gates
                .hold(&arrived.export, &file, &seen, &intake.tables, school, (&problem, true));
            intake.withheld.extend(finding.school.clone());
            self.problems.push(problem);
        }
        self.many_rejected(setup, &intake);
        self.gates.accept(&file, &seen, &intake.withheld, &arrived.elsewhere);
        self.believe(arrived.feed, intake, books, &mut file, accepted, last_as_of);
        self.files.push(file);
    }

    /// What the gates find in a file; nothing that a person said is right.
    fn judge(&self, setup: &Setup, arrived: &Arrived<'_>, file: &FileRead, seen: &Seen, books: &Books) -> Vec<Finding> {
        let believed = self.gates.believed(&file.feed, &file.digest);
        let memory = self.gates.memory(&file.gate);
        let tonight = Tonight {
            newest: self.newest(setup, arrived, seen, &memory, books),
            elsewhere: Some(&arrived.elsewhere),
        };
        let Some(gates) = arrived.gates else { return Vec::new() };
        let mut findings = gates::judge(seen, &memory, gates, arrived.feed.covers, tonight);
        if let Some(schools) = believed {
            // The empty set: the whole file.
            let is_right = |school: &Option<String>| {
                schools.is_empty() || school.as_ref().is_none_or(|school| schools.contains(school))
            };
            findings.retain(|finding| !finding.holds() || !is_right(&finding.school));
        }
        findings
    }

    /// The newest day of a feed with this file in it, and the school days since; `None` where no gate compares with the clock, and
    /// for the first file of a feed: nobody knows yet how often it comes.
    fn newest(
        &self,
        setup: &Setup,
        arrived: &Arrived<'_>,
        seen: &Seen,
        memory: &Memory,
        books: &Books,
    ) -> Option<(Day, u32)> {
        let before = self.gates.expected_before?;
        memory.rows?;
        let is_attendance = arrived.feed.tables.first() == Some(&Table::Attendance);
        let newest = match is_attendance {
            true => seen.last.max(memory.last()),
            false => day_of(setup, arrived.export.written),
        }?;
        Some((newest, school_days::between(books, newest, before)?))
    }

    fn many_rejected(&mut self, setup: &Setup, intake: &Intake) {
        if intake.reject_share() > setup.config.inbox.reject_share / 100.0 {
            self.problems.push(Problem::new(
                "many-rows-rejected",
                Weight::Waits,
                Place::file(&intake.file),
                format!("{} of {} rows could not be used", intake.rejected, intake.rows),
                "mend the export: its notes name each kind of row and where the first one stands",
            ));
        }
    }

    /// Lays a believed file into the books.
    fn believe(
        &mut self,
        feed: &Feed,
        mut intake: Intake,
        books: &mut Books,
        file: &mut FileRead,
        accepted: Day,
        last_as_of: Option<Day>,
    ) {
        self.people.append(&mut intake.people);
        let named = |table: Table| intake.tables.contains(&table);
        if named(Table::Staff) {
            self.staff = Some(std::mem::take(&mut intake.staff));
        }
        if named(Table::Caseload) {
            self.caseload.get_or_insert_default().append(&mut intake.caseload);
        }
        if named(Table::Groups) {
            self.groups = Some(groups(&intake));
        }
        if named(Table::Outcomes) {
            self.outcomes = Some(outcomes(&intake));
        }
        let applied = timeline::apply(books, intake, feed.covers, accepted, last_as_of);
        file.tallies.merge(&applied.tallies);
        self.changed.students.extend(applied.changed);
        self.changed.schools |= applied.tables.holds(Table::Schools);
        self.changed.calendar |= applied.tables.holds(Table::Calendar);
        self.changed.terms |= applied.tables.holds(Table::Terms);
        self.changed.courses |= applied.tables.holds(Table::Courses) || applied.tables.holds(Table::Grades);
    }

    /// Holds the tables of what waits for a person, since tonight or longer, and of feeds from which nothing newer came.
    fn hold_what_waits(&mut self, setup: &Setup, books: &Books) {
        self.gates.hold_tables(books, &mut self.held);
        let tonight = self.gates.tonight();
        let since = |day: Day| school_days::since(books, day, tonight);
        self.problems.extend(self.gates.still_held(&since));
        for file in self.gates.answered() {
            let of_file = |problem: &&mut Problem| problem.place.file.as_ref() == Some(&file.name);
            for problem in self.problems.iter_mut().filter(of_file) {
                problem.weight = problem.weight.min(Weight::Note);
            }
        }
        self.problems.extend(self.gates.lost());
        let days = |after: Day, before: Day| school_days::between(books, after, before);
        for (problem, late) in self.gates.late(setup, &days) {
            late.tables.iter().for_each(|table| self.held.hold(*table));
            self.problems.push(problem);
            self.late.push(late);
        }
    }
}

/// What the gates see of a file.
fn look(intake: &Intake, feed: &Feed, setup: &Setup, books: &Books) -> Seen {
    let listed = |student: &Student| student.listing.is_some() || !student.enrollments.is_empty();
    let roster = |id: &str| -> Option<Option<Grade>> {
        let student = &books.students[books.names.students.get(id)? as usize];
        let last = student.stays().iter().max_by_key(|stay| stay.entry);
        listed(student).then(|| last.and_then(|stay| stay.grade))
    };
    let roster: Option<Roster<'_>> = match books.students.iter().any(listed) {
        true => Some(&roster),
        false => None,
    };
    Seen::of(intake, feed.covers, books.year, &setup.config.meaning, roster)
}

fn groups(intake: &Intake) -> Vec<store::Group> {
    let group = |row: &records::GroupRow| store::Group {
        student_id: row.student_id.clone(),
        group: row.group.clone(),
        value: row.value.clone(),
    };
    intake.groups.iter().map(group).collect()
}

fn outcomes(intake: &Intake) -> Vec<store::Outcome> {
    let outcome = |row: &records::OutcomeRow| store::Outcome {
        student_id: row.student_id.clone(),
        outcome: row.outcome.clone(),
        value: row.value,
        date: row.date,
    };
    intake.outcomes.iter().map(outcome).collect()
}
