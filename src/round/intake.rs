//! Tonight's files: found, claimed, and read; what each of them is, and nothing of what is believed.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Seek as _;
use std::path::PathBuf;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::Hand;
use super::away::{self, Done, Outcome};
use super::bundles::{self, Evening};
use super::gatekeeper::Gatekeeper;
use super::judging::share;
use super::lists::Lists;
use super::setup::Setup;
use super::sheets;
use crate::facts::Books;
use crate::home::Stamp;
use crate::inbox::{self, Export, Stand, Unclaimed};
use crate::monitor::{Problem, Tallies};
use crate::plugins::Translator;
use crate::records::{self, Adapter, Context, Feed, Intake};
use crate::school::{Day, Table};
use crate::store::{self, HeldState, Store};

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
    let mut names: Vec<String> = feed.files.iter().map(|glob| format!("{table} {glob}")).collect();
    // An export of several files is remembered under the feed's own name, however it lies in the inbox.
    if names.len() > 1 {
        names.push(feed_name(feed));
    }
    names
}

/// The one under which a file of it is remembered.
fn gate_name(feed: &Feed, name: &str) -> String {
    let takes = |glob: &String| wildmatch::WildMatch::new_case_insensitive(glob).matches(name);
    let at = feed.files.iter().position(takes).unwrap_or(0);
    // A feed without any glob has no file that could come here.
    gate_names(feed).into_iter().nth(at).unwrap_or_default()
}

/// Files of the inbox that bring something new, by feed, in the order in which their feeds are read.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) files: Vec<Fresh>,
    pub(super) same: Vec<FileRead>,
    pub(super) done: Vec<Done>,
    pub(super) problems: Vec<Problem>,
    /// Tables of files that could not even be read.
    pub(super) unread: Vec<Table>,
    pub(super) gates: Gatekeeper,
    /// Those of the configuration, and one for each table of a bundle.
    pub(super) feeds: Vec<Feed>,
    pub(super) bundles: Vec<store::Kept>,
    /// Bundles that are held since tonight.
    pub(super) held: Vec<FileRead>,
    /// What each of several feeds of one list said by itself.
    pub(super) lists: Lists,
}

/// A file that brings something new.
pub(super) struct Fresh {
    pub(super) export: Export,
    pub(super) intake: Intake,
    pub(super) stand: Option<Stand>,
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
            let left = hand.left.iter().map(|(_, problem)| problem.clone());
            Ok((ready.to_vec(), left.collect()))
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
    books: &Books,
    gates: Gatekeeper,
    manner: Manner<'_>,
) -> Result<Waiting, Problem> {
    let feeds = &setup.config.feeds;
    let hand = manner.hand;
    // What an earlier school year read says nothing of this one: a roster or a calendar that has not changed is new to its books.
    let mut exported: Vec<store::Export> = store.exports()?;
    exported.retain(|old| context.year.holds(old.accepted));
    let (mut found, problems) = candidates(setup, hand)?;
    let (own, out_of_reach) = sheets::find(setup, &found);
    found.extend(own);
    let mut waiting = Waiting {
        problems,
        gates,
        lists: Lists::load(setup, store)?,
        ..Waiting::default()
    };
    let left = hand.left.iter().flat_map(|(feed, _)| &feeds[*feed].tables);
    waiting.unread.extend(left);
    for (feed, problem) in out_of_reach {
        waiting.unread.extend(&feeds[feed].tables);
        waiting.problems.push(problem);
    }
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
    let evening = Evening {
        setup,
        store,
        known: &exported,
        context,
        books,
        manner,
    };
    let mut bundles = bundles::read(&mut exports, &evening, &mut waiting.gates)?;
    let mut looks = Vec::new();
    for export in exports {
        let feed = &feeds[export.feed];
        match setup.adapter(&feed.adapter) {
            Ok(adapter) => looks.push(Look {
                settled: ours.contains(&export.path)
                    || (hand.ready.is_some() && !sheets::is_kept_by_people(setup, &export)),
                stays: sheets::is_kept_by_people(setup, &export),
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
    left.append(&mut bundles.left);
    if manner.may_claim && away::claims(setup) {
        let next = store.last_round()?.map_or(0, |last| last.round) + 1;
        looks = waiting.claim(setup, looks, next);
    }
    let known = Known::new(&exported);
    let is_first = books.students.is_empty();
    let mut seen = look_at_all(&looks, &known, &waiting.gates, context, is_first);
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
    waiting.done.append(&mut bundles.done);
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
    /// Whether people keep it: it is read in place.
    stays: bool,
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
            if !look.stays && !look.export.path.starts_with(&work) {
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
            translated: None,
            stand,
            loose: Vec::new(),
            together: None,
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
        let hashed = OnceCell::new();
        let digest = || hashed.get_or_init(|| digest_of(&self.export)).clone();
        let said = gates.said_of(&feed_name(self.feed), self.export.size, digest);
        if matches!(said, Some(HeldState::Held | HeldState::Discarded)) {
            return (News::Said(digest().unwrap_or_default()), before);
        }
        let released = said == Some(HeldState::Released);
        let as_before = is_as_before(known, self.feed, &self.export, digest).filter(|_| !released);
        let seen = match as_before {
            Some(digest) => News::AsBefore(digest),
            None => match self.read(context) {
                // A sheet in which nobody has noted anything yet.
                Ok(intake) if self.stays && intake.usable && intake.rows == 0 && !known.has_brought(self) => {
                    News::AsBefore(intake.digest)
                }
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

impl Known<'_> {
    /// Whether a file of this name and feed was ever believed.
    fn has_brought(&self, look: &Look<'_>) -> bool {
        let feed = feed_name(look.feed);
        self.by_name.contains_key(&(feed.as_str(), look.export.name.as_str()))
    }
}

/// Looks at every file. Files side by side on a thread each are quicker than one after the other on all threads, whose parts
/// of a file must be put together again; but not where one thread would still read when the others are long done. `is_first`: the books
/// know nobody yet.
fn look_at_all(
    looks: &[Look<'_>],
    known: &Known<'_>,
    gates: &Gatekeeper,
    context: &Context<'_>,
    is_first: bool,
) -> Vec<(News, Option<Stand>)> {
    let weights = looks.iter().map(Look::weight);
    let (longest, all) = (weights.clone().max().unwrap_or(0), weights.sum::<u64>());
    if longest * context.threads as u64 * LOPSIDED.1 > all * LOPSIDED.0 {
        return looks.iter().map(|look| look.news(known, gates, context)).collect();
    }
    let mut order: Vec<usize> = (0..looks.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(looks[*at].weight()));
    let alone = Context { threads: 1, ..*context };
    let news = share(&order, |at| {
        let (mut news, stand) = looks[*at].news(known, gates, &alone);
        if let (true, News::New(intake)) = (is_first, &mut news) {
            intake.number_students();
        }
        (*at, (news, stand))
    });
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
fn is_as_before(
    known: &Known<'_>,
    feed: &Feed,
    export: &Export,
    digest: impl FnOnce() -> Option<String>,
) -> Option<String> {
    let name = feed_name(feed);
    let last = known.by_name.get(&(name.as_str(), export.name.as_str()))?;
    if last.size != export.size {
        return None;
    }
    digest().filter(|digest| *digest == last.digest)
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

pub(super) fn file_read(feed: &Feed, export: &Export, intake: &Intake) -> FileRead {
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
}
