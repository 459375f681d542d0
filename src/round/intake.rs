//! Tonight's files: found, read, believed or held, and laid into the books.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::held::Held;
use super::judging::share;
use super::setup::Setup;
use crate::directory::Person;
use crate::facts::Books;
use crate::inbox::{self, Export};
use crate::monitor::{Place, Problem, Tallies, Weight};
use crate::records::{self, Adapter, Context, Covers, Feed, Intake};
use crate::routing::{Caseload, Staff};
use crate::school::{Day, SchoolYear, Table};
use crate::store::{self, Store};
use crate::timeline;

/// One file of this round.
pub struct FileRead {
    /// Its name.
    pub name: String,
    /// The feed's own name.
    pub feed: String,
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
    pub(super) problems: Vec<Problem>,
    pub(super) held: Held,
    pub(super) changed: store::Changed,
    pub(super) people: Vec<Person>,
    pub(super) staff: Option<Vec<Staff>>,
    pub(super) caseload: Option<Vec<Caseload>>,
    pub(super) groups: Option<Vec<store::Group>>,
    pub(super) outcomes: Option<Vec<store::Outcome>>,
}

/// Past six fifths of a thread's fair share the longest file is read by all threads together: what putting its parts together
/// again takes (measured).
const LOPSIDED: (u64, u64) = (6, 5);

/// The name under which a feed's files are remembered: its main table and its globs.
pub(super) fn feed_name(feed: &Feed) -> String {
    let table = feed.tables.first().map_or("", |table| table.word());
    format!("{table} {}", feed.files.join(" "))
}

/// Files of the inbox that bring something new, by feed, in the order in which their feeds are read.
#[derive(Default)]
pub(super) struct Waiting {
    files: Vec<(Export, Intake)>,
    same: Vec<FileRead>,
    problems: Vec<Problem>,
    /// Tables of files that could not even be read.
    unread: Vec<Table>,
}

/// Reads what is new in the inbox. Nothing is decided and nothing applied yet: the as-of day is found out in between.
pub(super) fn read(setup: &Setup, store: &Store, context: &Context<'_>) -> Result<Waiting, Problem> {
    let feeds = &setup.config.feeds;
    let (mut exports, mut problems) = inbox::find(&setup.home.inbox(&setup.config.inbox.path), feeds)?;
    let order: FxHashMap<Table, usize> = Table::ALL.iter().enumerate().map(|(at, table)| (*table, at)).collect();
    exports.sort_by_key(|export| {
        feeds[export.feed]
            .tables
            .first()
            .and_then(|table| order.get(table))
            .copied()
    });
    let known: Vec<store::Export> = store.exports()?;
    let (mut looks, mut unread) = (Vec::new(), Vec::new());
    for export in exports {
        let feed = &feeds[export.feed];
        match setup.adapter(&feed.adapter) {
            Ok(adapter) => looks.push(Look { export, feed, adapter }),
            Err(problem) => {
                unread.extend(&feed.tables);
                problems.push(problem);
            }
        }
    }
    let seen = look_at_all(&looks, &known, context);
    let (mut files, mut same) = (Vec::new(), Vec::new());
    for (look, seen) in looks.into_iter().zip(seen) {
        match seen {
            Some(Ok(Seen::New(mut intake))) => {
                hold_emptied(&mut intake, look.feed, &known, context.year);
                files.push((look.export, *intake));
            }
            Some(Ok(Seen::Same(file))) => same.push(*file),
            Some(Err(problem)) => {
                unread.extend(&look.feed.tables);
                problems.push(problem);
            }
            None => {}
        }
    }
    Ok(Waiting {
        files,
        same,
        problems,
        unread,
    })
}

/// A file to look at.
struct Look<'f> {
    export: Export,
    feed: &'f Feed,
    adapter: &'f Adapter,
}

/// What a look at a file found.
enum Seen {
    /// Something new.
    New(Box<Intake>),
    /// The bytes that the feed brought last, under another name: to be remembered, not to be applied again.
    Same(Box<FileRead>),
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

    /// What the file brings; `None` where it is byte for byte what its name brought last.
    fn news(&self, known: &[store::Export], context: &Context<'_>) -> Option<Result<Seen, Problem>> {
        if is_as_before(known, self.feed, &self.export) {
            return None;
        }
        let read = read_one(&self.export, self.feed, self.adapter, context);
        Some(read.map(
            |intake| match is_known(known, self.feed, &self.export, &intake.digest) {
                true => Seen::Same(Box::new(file_read(self.feed, &self.export, &intake))),
                false => Seen::New(Box::new(intake)),
            },
        ))
    }
}

/// Looks at every file. Files side by side on a thread each are quicker than one after the other on all threads, whose parts
/// of a file must be put together again; but not where one thread would still read when the others are long done.
fn look_at_all(
    looks: &[Look<'_>],
    known: &[store::Export],
    context: &Context<'_>,
) -> Vec<Option<Result<Seen, Problem>>> {
    let weights = looks.iter().map(Look::weight);
    let (longest, all) = (weights.clone().max().unwrap_or(0), weights.sum::<u64>());
    if longest * context.threads as u64 * LOPSIDED.1 > all * LOPSIDED.0 {
        return looks.iter().map(|look| look.news(known, context)).collect();
    }
    let mut order: Vec<usize> = (0..looks.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(looks[*at].weight()));
    let alone = Context { threads: 1, ..*context };
    let news = share(&order, |at| (*at, looks[*at].news(known, &alone)));
    let by_place: BTreeMap<usize, _> = news.into_iter().collect();
    by_place.into_values().collect()
}

/// Holds a file that has a header and no row, where the feed had rows before and tells the whole truth: a table is seldom
/// emptied on purpose, and an export that broke off is not news that all is well.
fn hold_emptied(intake: &mut Intake, feed: &Feed, known: &[store::Export], year: SchoolYear) {
    let whole = matches!(feed.covers, Covers::Year | Covers::Term | Covers::Now);
    if intake.rows > 0 || !intake.usable || !whole {
        return;
    }
    let name = feed_name(feed);
    let mut before = known
        .iter()
        .rev()
        .filter(|old| old.feed == name && year.holds(old.accepted));
    let Some(last) = before.next().filter(|old| old.rows > 0) else {
        return;
    };
    intake.usable = false;
    intake.problems.retain(|problem| problem.code != "no-rows");
    let rows = last.rows;
    intake.problems.push(Problem::new(
        "file-emptied",
        Weight::Waits,
        Place::file(&intake.file).line(1),
        format!("the file has a header and no row; the last one had {rows}"),
        "export it again; until then the last one counts",
    ));
}

fn read_one(export: &Export, feed: &Feed, adapter: &Adapter, context: &Context<'_>) -> Result<Intake, Problem> {
    let mut file = inbox::open(export)?;
    Ok(records::read(&mut file, &export.name, feed, adapter, context))
}

/// Whether the file is, byte for byte, the last that its name brought: then it is hashed and not read. Times are not
/// trusted for it: two exports of one second may differ.
fn is_as_before(known: &[store::Export], feed: &Feed, export: &Export) -> bool {
    let name = feed_name(feed);
    let last = known
        .iter()
        .rev()
        .find(|old| old.feed == name && old.name == export.name);
    let Some(last) = last.filter(|old| old.size == export.size) else {
        return false;
    };
    let mut hasher = blake3::Hasher::new();
    let hashed = inbox::open(export).is_ok_and(|file| hasher.update_reader(file).is_ok());
    hashed && hasher.finalize().to_hex().as_str() == last.digest
}

/// Whether these very bytes are what the name, or the feed, brought last: reading them again would change nothing. An older
/// content that comes back is news.
fn is_known(known: &[store::Export], feed: &Feed, export: &Export, digest: &str) -> bool {
    let name = feed_name(feed);
    let of_feed = || known.iter().rev().filter(|old| old.feed == name);
    of_feed()
        .find(|old| old.name == export.name)
        .is_some_and(|old| old.digest == digest)
        || of_feed().next().is_some_and(|old| old.digest == digest)
}

fn file_read(feed: &Feed, export: &Export, intake: &Intake) -> FileRead {
    FileRead {
        name: export.name.clone(),
        feed: feed_name(feed),
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
        let attendance = |(_, intake): &&(Export, Intake)| intake.tables.contains(&Table::Attendance);
        self.files
            .iter()
            .filter(attendance)
            .map(|(export, _)| export.written)
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
            ..Taken::default()
        };
        self.unread.into_iter().for_each(|table| taken.held.hold(table));
        let mut by_feed: BTreeMap<usize, Vec<(Export, Intake)>> = BTreeMap::new();
        let mut feeds: Vec<usize> = Vec::new();
        for (export, intake) in self.files {
            if !feeds.contains(&export.feed) {
                feeds.push(export.feed);
            }
            by_feed.entry(export.feed).or_default().push((export, intake));
        }
        for at in feeds {
            let feed = &setup.config.feeds[at];
            let mut files = by_feed.remove(&at).unwrap_or_default();
            files.sort_by_key(|(export, intake)| intake.order(export.written));
            for (export, intake) in files {
                let accepted = match intake.tables.contains(&Table::Grades) {
                    true => *accepted.get_or_insert_with(|| as_of(books)),
                    false => books.year.start,
                };
                taken.take(setup, feed, &export, intake, books, accepted, last_as_of);
            }
        }
        taken
    }
}

impl Taken {
    #[allow(clippy::too_many_arguments)] // one file with everything it may touch; a struct would only rename the list
    fn take(
        &mut self,
        setup: &Setup,
        feed: &Feed,
        export: &Export,
        mut intake: Intake,
        books: &mut Books,
        accepted: Day,
        last_as_of: Option<Day>,
    ) {
        // Marks of another scale would fail everybody: the whole file waits until a person has said what they mean.
        intake.usable &= !intake
            .problems
            .iter()
            .any(|problem| problem.code == "levels-as-percent");
        self.problems.append(&mut intake.problems);
        let share = intake.reject_share();
        let mut file = file_read(feed, export, &intake);
        if !intake.usable {
            intake.tables.iter().for_each(|table| self.held.hold(*table));
            self.files.push(file);
            return;
        }
        if share > setup.config.inbox.reject_share / 100.0 {
            self.problems.push(Problem::new(
                "many-rows-rejected",
                Weight::Waits,
                Place::file(&export.name),
                format!("{} of {} rows could not be used", intake.rejected, intake.rows),
                "mend the export: its notes name each kind of row and where the first one stands",
            ));
        }
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
        self.files.push(file);
    }
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
