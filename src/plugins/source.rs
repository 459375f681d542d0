//! A source's script or program at work: an export becomes canonical rows on disk, and those are read like any other export.
//!
//! So gates, tallies and every rule about cells hold for a plugin's rows as they hold for a file's, and memory does not grow with the
//! file. Lines that are told are the export's own, not those of the rows between.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, SeekFrom};
use std::path::{Path, PathBuf};

use super::exec;
use super::manifest::Body;
use super::plugin::Plugin;
use crate::monitor::{Place, Problem, Weight};
use crate::records::{self, Adapter, Bytes, Context, Feed, Intake, columns};
use crate::school::Table;

mod export;
mod map;
mod spool;
mod text;

pub(super) use export::lines;
pub(super) use map::MapScript;
pub(super) use spool::{Cells, Spool};
pub(super) use text::text;

/// The kind of rows that the plugin itself could not map.
const FAILED: &str = "plugin-row-failed";
/// The kind of rows that the plugin left out on purpose.
const DROPPED: &str = "plugin-row-dropped";

/// What became of an export's rows on their way through a plugin.
#[derive(Debug, Default)]
pub(super) struct Through {
    /// Rows that the plugin failed on, and the line of the first.
    pub(super) failed: (u64, u64),
    /// Why the first one failed, where that tells nothing of the row.
    pub(super) why: String,
    /// Rows that it left out, and the line of the first.
    pub(super) dropped: (u64, u64),
    /// Columns of the export that the plugin does not read.
    pub(super) unread: Vec<String>,
    /// What the operator should know.
    pub(super) problems: Vec<Problem>,
}

impl Through {
    pub(super) fn fail(&mut self, line: u64, why: &str) {
        if self.failed.0 == 0 {
            self.failed.1 = line;
            why.clone_into(&mut self.why);
        }
        self.failed.0 += 1;
    }

    pub(super) fn drop(&mut self, line: u64) {
        if self.dropped.0 == 0 {
            self.dropped.1 = line;
        }
        self.dropped.0 += 1;
    }
}

/// An export, as a plugin is handed it.
pub(super) struct Export<'e> {
    /// Its name in the inbox.
    pub(super) name: &'e str,
    /// The feed that it belongs to.
    pub(super) feed: &'e Feed,
    /// The school year that is read.
    pub(super) year: crate::school::SchoolYear,
    /// Its bytes, from the first on.
    pub(super) bytes: Box<dyn Bytes>,
}

/// A source that is at work, ready to read exports.
#[derive(Clone, Copy)]
pub struct Translator<'p> {
    plugin: &'p Plugin,
    adapter: &'p Adapter,
    work: &'p Path,
}

impl<'p> Translator<'p> {
    /// The translator of a plugin; `None` where its adapter alone reads the export.
    pub(super) fn of(plugin: &'p Plugin, work: &'p Path) -> Option<Translator<'p>> {
        let manifest = plugin.manifest.as_ref()?;
        let adapter = manifest.adapter.as_ref()?;
        match manifest.body {
            Body::Map(_) | Body::Exec(_) => Some(Translator { plugin, adapter, work }),
            _ => None,
        }
    }

    /// Reads one export. Nothing in it can fail the round: where the plugin did not come to its end, the intake is unusable and says why.
    pub fn read(&self, bytes: Box<dyn Bytes>, name: &str, feed: &Feed, context: &Context<'_>) -> Intake {
        self.through(bytes, name, feed, context, false).0
    }

    /// The same, with the rows that came of it: for a plugin's own cases, which are small.
    pub(super) fn tried(
        &self,
        bytes: Box<dyn Bytes>,
        name: &str,
        feed: &Feed,
        context: &Context<'_>,
    ) -> (Intake, Vec<Cells>) {
        self.through(bytes, name, feed, context, true)
    }

    fn through(
        &self,
        bytes: Box<dyn Bytes>,
        name: &str,
        feed: &Feed,
        context: &Context<'_>,
        keep_rows: bool,
    ) -> (Intake, Vec<Cells>) {
        let mut export = Export {
            name,
            feed,
            year: context.year,
            bytes,
        };
        let (digest, size) = match hashed(&mut *export.bytes) {
            Ok(known) => known,
            Err(error) => return (Intake::unread(name, &feed.tables, unreadable(name, &error)), Vec::new()),
        };
        let mut shown = Vec::new();
        let spooled = Spool::new(self.work, &columns_of(&feed.tables))
            .map_err(|error| cannot_spool(name, &error))
            .and_then(|mut spool| {
                spool.shown = keep_rows.then(Vec::new);
                let through = self.run(export, &mut spool)?;
                shown = spool.shown.take().unwrap_or_default();
                let rows = spool.finish().map_err(|error| cannot_spool(name, &error))?;
                Ok((through, rows))
            });
        let mut intake = match spooled {
            Ok((through, mut rows)) => {
                let plain = Feed {
                    delimiter: Some(b','),
                    encoding: Some("UTF-8".to_owned()),
                    ..feed.clone()
                };
                let mut intake = records::read(rows.bytes(), name, &plain, self.adapter, context);
                give_lines_back(&mut intake, rows.bytes());
                let failed = through.failed.0;
                self.account(&mut intake, through);
                match rows.into_translated(failed) {
                    Ok(translated) => intake.translated = Some(translated),
                    Err(error) => {
                        intake.usable = false;
                        intake.problems.push(cannot_spool(name, &error));
                    }
                }
                intake
            }
            Err(problem) => Intake::unread(name, &feed.tables, problem),
        };
        intake.digest = digest;
        intake.bytes = size;
        (intake, shown)
    }

    /// Runs the plugin over the export.
    fn run(&self, mut export: Export<'_>, spool: &mut Spool) -> Result<Through, Problem> {
        let columns = columns_of(&export.feed.tables);
        let again =
            spool::is_translated(&mut *export.bytes, &columns).map_err(|error| unreadable(export.name, &error))?;
        if again {
            spool
                .again(&mut *export.bytes)
                .map_err(|error| cannot_spool(export.name, &error))?;
            return Ok(Through::default());
        }
        match self.plugin.manifest.as_ref().map(|manifest| &manifest.body) {
            Some(Body::Map(script)) => script.run(self.plugin.reads(), self.adapter, export, spool),
            Some(Body::Exec(program)) => exec::read_export(self.plugin, program, self.work, export, spool),
            _ => Ok(Through::default()),
        }
    }

    /// Adds what became of rows before they were canonical.
    fn account(&self, intake: &mut Intake, through: Through) {
        let (failed, first) = through.failed;
        intake.unread = through.unread;
        intake.problems.extend(through.problems);
        if through.dropped.0 > 0 {
            let (dropped, line) = through.dropped;
            intake.tallies.add_many(DROPPED, dropped, line, "", "");
        }
        if failed == 0 {
            return;
        }
        let read = intake.rows;
        intake.rows += failed;
        intake.rejected += failed;
        intake.tallies.add_many(FAILED, failed, first, "", "");
        intake.tallies.add_many("row", failed, 0, "", "");
        let id = &self.plugin.id;
        let place = Place::file(&*intake.file).line(first);
        let why = if through.why.is_empty() {
            String::new()
        } else {
            format!(": {}", through.why)
        };
        let rows = if failed == 1 {
            "1 row".to_owned()
        } else {
            format!("{failed} rows")
        };
        if failed > read {
            // A plugin that fails on most rows has not understood the export: what little is left is no truth of the whole.
            intake.usable = false;
            intake.problems.push(Problem::new(
                "plugin-mostly-failed",
                Weight::Waits,
                place,
                format!("the plugin `{id}` failed on {rows} of {}{why}", intake.rows),
                format!("see that the export is the one that plugins/{id} was made for; until then the file is held"),
            ));
            return;
        }
        let message = format!("the plugin `{id}` failed on {rows}{why}");
        let remedy = format!("mend the export, or plugins/{id}");
        intake
            .problems
            .push(Problem::new(FAILED, Weight::Note, place, message, remedy));
    }
}

/// The canonical columns of all tables that a feed fills, each once.
pub(super) fn columns_of(tables: &[Table]) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for column in tables.iter().flat_map(|table| columns(*table)) {
        if !all.contains(&column.name) {
            all.push(column.name);
        }
    }
    all
}

/// The digest and length of an export, left at its first byte.
fn hashed(bytes: &mut dyn Bytes) -> io::Result<(String, u64)> {
    bytes.seek(SeekFrom::Start(0))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match bytes.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => hasher.update(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
    bytes.seek(SeekFrom::Start(0))?;
    Ok((hasher.finalize().to_hex().to_string(), hasher.count()))
}

/// Puts the export's own lines in the place of those of the rows between: their last cell says where they came from.
fn give_lines_back(intake: &mut Intake, rows: &mut dyn Bytes) {
    let file = intake.file.clone();
    let own = |problem: &&mut Problem| problem.place.file.as_deref() == Some(file.as_str());
    let mut wanted: BTreeMap<u64, u64> = BTreeMap::new();
    let tallies = intake.tallies.0.values().map(|tally| tally.first_line);
    let problems = intake.problems.iter().filter_map(|problem| problem.place.line);
    wanted.extend(tallies.chain(problems).filter(|line| *line > 1).map(|line| (line, 0)));
    // What cannot be read back keeps the line of the row: a wrong place is better than no place.
    if wanted.is_empty() || rows.seek(SeekFrom::Start(0)).is_err() {
        return;
    }
    for (at, line) in BufReader::new(rows).lines().enumerate() {
        let Ok(line) = line else { break };
        if let Some(came_from) = wanted.get_mut(&(at as u64 + 1)) {
            *came_from = line.rsplit(',').next().and_then(|cell| cell.parse().ok()).unwrap_or(0);
        }
    }
    let back = |line: u64| wanted.get(&line).copied().filter(|found| *found > 0).unwrap_or(line);
    for tally in intake.tallies.0.values_mut() {
        tally.first_line = back(tally.first_line);
    }
    for problem in intake.problems.iter_mut().filter(own) {
        problem.place.line = problem.place.line.map(back);
    }
}

fn unreadable(name: &str, error: &io::Error) -> Problem {
    Problem::new(
        "plugin-export-unreadable",
        Weight::Waits,
        Place::file(name),
        format!("the export cannot be read: {error}"),
        "see that it is there and that nobody still writes it",
    )
}

pub(super) fn cannot_spool(name: &str, error: &io::Error) -> Problem {
    Problem::new(
        "plugin-spool",
        Weight::Waits,
        Place::file(name),
        format!("the rows of the export cannot be put down in var/plugins: {error}"),
        "make room on the disk; until then the file is held",
    )
}

/// A folder that only its owner can enter.
pub(super) fn private_folder(path: &Path) -> io::Result<PathBuf> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)?;
    path.canonicalize()
}
