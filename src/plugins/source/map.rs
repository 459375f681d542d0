//! The runtime `rhai` of a source: `map(row)`, called for every row of an export, in the sandbox that rules run in.

use std::io::{self, BufRead as _, BufReader};

use rhai::{AST, Array, Dynamic, Engine, Map};

use super::{Cells, Export, Spool, Through, cannot_spool, text, unreadable};
use crate::monitor::{Place, Problem, Weight};
use crate::plugins::column::did_you_mean;
use crate::records::Adapter;
use crate::script::{self, Failure, FailureKind, Rounding, limits};

const ENTRY: &str = "map";
const CODE: &str = "plugin-script";

/// A script that maps rows, compiled.
#[derive(Clone, Debug)]
pub(crate) struct MapScript {
    path: String,
    ast: AST,
    /// Whether it wants to know which table the row is for.
    takes_table: bool,
    /// Whether it throws words of its own, which may quote the row.
    throws: bool,
}

/// What the engine says that names kinds and columns and never a cell.
const TELLS_NO_CELL: [&str; 4] = [
    "there is no function `",
    "there is no `",
    " is needed here",
    "` cannot be used between ",
];

impl MapScript {
    /// Compiles a script. Errors: what is wrong with it, with its place.
    pub(crate) fn compile(path: &str, text: &str) -> Result<MapScript, Problem> {
        let wrong = |line: usize, column: usize, message: String, remedy: &str| {
            let place = Place::file(path).line(line as u64).column(column.to_string());
            Problem::new(CODE, Weight::Waits, place, message, remedy).with_excerpt(script::excerpt(text, line, column))
        };
        if text.len() > limits::FILE_BYTES {
            let message = format!("the script is larger than {} bytes", limits::FILE_BYTES);
            return Err(wrong(1, 1, message, "a script that maps rows is a page at most"));
        }
        if let Some(odd) = script::oddity(text) {
            let (line, column) = script::line_and_column(text, odd.at);
            return Err(wrong(line, column, odd.what.to_owned(), odd.remedy));
        }
        let ast = script::engine(&[]).compile(text).map_err(|error| {
            let (line, column) = (error.1.line().unwrap_or(1), error.1.position().unwrap_or(1).max(1));
            let message = error.0.to_string();
            let message = message[..1].to_lowercase() + message[1..].trim_end_matches('.');
            wrong(line, column, message, "mend this part of the script")
        })?;
        if let Some(statement) = ast.statements().first() {
            let at = statement.position();
            let (line, column) = (at.line().unwrap_or(1), at.position().unwrap_or(1).max(1));
            let message = "a script that maps rows holds functions and nothing else".to_owned();
            return Err(wrong(line, column, message, "move this into a function"));
        }
        let takes = |count: usize| {
            ast.iter_functions()
                .any(|known| known.name == ENTRY && known.params.len() == count)
        };
        if !takes(1) && !takes(2) {
            let message = "the script has no `fn map(row)`".to_owned();
            return Err(wrong(
                1,
                1,
                message,
                "add it: it gives `#{ student_id: row[\"ID\"] }`, or `()` to leave the row out",
            ));
        }
        let takes_table = takes(2);
        Ok(MapScript {
            path: path.to_owned(),
            takes_table,
            throws: script::pieces(text).iter().any(|piece| piece.text == "throw"),
            ast,
        })
    }

    /// Why it failed on a row, as far as that can be told without quoting the row.
    fn told(&self, failure: &Failure) -> String {
        let harmless = !self.throws && TELLS_NO_CELL.iter().any(|part| failure.message.contains(part));
        match harmless || failure.kind == FailureKind::Limit {
            true => failure.message.clone(),
            false => "it fails on the row".to_owned(),
        }
    }

    /// Maps every row of an export. Errors: the script cannot go on with this export.
    pub(super) fn run(
        &self,
        reads: &[String],
        adapter: &Adapter,
        export: Export<'_>,
        spool: &mut Spool,
    ) -> Result<Through, Problem> {
        let name = export.name;
        let broke = |error: io::Error| unreadable(name, &error);
        let (from, odd) = text(export.bytes, name, export.feed.encoding.as_deref()).map_err(broke)?;
        let mut through = Through::default();
        through.problems.extend(odd);
        let mut from = BufReader::with_capacity(1 << 16, from);
        let delimiter = match export.feed.delimiter {
            Some(delimiter) => delimiter,
            None => likely(from.fill_buf().map_err(broke)?),
        };
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(adapter.quote)
            .escape(adapter.escape)
            .flexible(true)
            .from_reader(from);
        let header = rows
            .headers()
            .map_err(|error| unreadable(name, &not_csv(&error)))?
            .clone();
        let places = self.places(reads, &header, name, &mut through)?;
        let mut desk = Desk {
            script: self,
            engine: script::engine(&[]),
            table: export.feed.tables.first().map_or("", |table| table.word()),
            reads,
            places,
            columns: header.len(),
            name,
        };
        let mut record = csv::StringRecord::new();
        loop {
            match rows.read_record(&mut record) {
                Ok(false) => return Ok(through),
                Ok(true) => desk.record(&record, spool, &mut through)?,
                Err(error) => {
                    let csv::ErrorKind::Utf8 { .. } = error.kind() else {
                        return Err(unreadable(name, &not_csv(&error)));
                    };
                    through.fail(error.position().map_or(0, csv::Position::line), "is not text");
                }
            }
        }
    }

    /// Where the columns that the script reads stand in the header.
    fn places(
        &self,
        reads: &[String],
        header: &csv::StringRecord,
        name: &str,
        through: &mut Through,
    ) -> Result<Vec<usize>, Problem> {
        let same = |one: &str, other: &str| one.trim().eq_ignore_ascii_case(other.trim());
        let mut places = Vec::new();
        for read in reads {
            let Some(place) = header.iter().position(|column| same(column, read)) else {
                let hint = did_you_mean(read, header.iter());
                return Err(Problem::new(
                    "plugin-column-missing",
                    Weight::Waits,
                    Place::file(name).line(1),
                    format!("the export has no column `{read}`, which {} reads{hint}", self.path),
                    "let the export have it again, or mend `reads` in plugin.toml; until then the file is held",
                ));
            };
            places.push(place);
        }
        let unread = header.iter().enumerate().filter(|(at, _)| !places.contains(at));
        through.unread = unread.map(|(_, column)| column.to_owned()).collect();
        Ok(places)
    }
}

/// One export on the way through a script.
struct Desk<'d> {
    script: &'d MapScript,
    engine: Engine,
    table: &'static str,
    reads: &'d [String],
    places: Vec<usize>,
    columns: usize,
    name: &'d str,
}

impl Desk<'_> {
    fn record(&mut self, record: &csv::StringRecord, spool: &mut Spool, through: &mut Through) -> Result<(), Problem> {
        let line = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(());
        }
        if record.iter().skip(self.columns).any(|cell| !cell.trim().is_empty()) {
            through.fail(line, "has more cells than the header");
            return Ok(());
        }
        let mut row = Map::new();
        for (column, place) in self.reads.iter().zip(&self.places) {
            let cell = record.get(*place).unwrap_or("").trim();
            row.insert(column.as_str().into(), cell.to_owned().into());
        }
        let (engine, ast) = (&self.engine, &self.script.ast);
        let result = match self.script.takes_table {
            true => script::call(engine, ast, ENTRY, (row, self.table.to_owned()), Rounding::Down),
            false => script::call(engine, ast, ENTRY, (row,), Rounding::Down),
        };
        match result {
            Ok(value) if value.is_unit() => through.drop(line),
            Ok(value) => match rows(value, spool) {
                Ok(rows) if rows.is_empty() => through.drop(line),
                Ok(rows) => {
                    for cells in rows {
                        spool
                            .row(&cells, line)
                            .map_err(|error| cannot_spool(self.name, &error))?;
                    }
                }
                Err(why) => through.fail(line, &format!("({}) {why}", self.script.path)),
            },
            Err(failure) => {
                let place = failure
                    .line
                    .map_or(self.script.path.clone(), |at| format!("{}:{at}", self.script.path));
                let why = self.script.told(&failure);
                if failure.kind == FailureKind::Limit {
                    return Err(Problem::new(
                        "plugin-without-end",
                        Weight::Waits,
                        Place::file(self.name).line(line),
                        format!("the script {place} cannot go on with this row: {why}"),
                        "let it do less; until then the file is held",
                    ));
                }
                through.fail(line, &format!("({place}) {why}"));
            }
        }
        Ok(())
    }
}

/// The rows that a script gave: one map, or several.
fn rows(value: Dynamic, spool: &Spool) -> Result<Vec<Cells>, String> {
    if let Some(row) = value.read_lock::<Map>() {
        return Ok(vec![cells(&row, spool)?]);
    }
    let Some(several) = value.read_lock::<Array>() else {
        return Err("it gives neither a row, nor several, nor `()`".to_owned());
    };
    several
        .iter()
        .map(|row| match row.read_lock::<Map>() {
            Some(row) => cells(&row, spool),
            None => Err("it gives something that is no row among its rows".to_owned()),
        })
        .collect()
}

fn cells(row: &Map, spool: &Spool) -> Result<Cells, String> {
    let mut cells = spool.cells();
    for (column, value) in row {
        let text = if value.is_unit() {
            String::new()
        } else if value.is_string() || value.is_char() || value.is_int() {
            value.to_string()
        } else if let Ok(real) = value.as_float() {
            format!("{real}")
        } else if let Ok(yes) = value.as_bool() {
            yes.to_string()
        } else {
            return Err(format!("the cell `{column}` is neither text nor a number"));
        };
        cells.set(column, &text)?;
    }
    Ok(cells)
}

/// The delimiter that stands most often in the first line.
fn likely(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let count = |sign: u8| line.iter().filter(|byte| **byte == sign).count();
    // Of two that stand equally often, the more usual.
    [b',', b'\t', b';', b'|']
        .into_iter()
        .rev()
        .max_by_key(|sign| count(*sign))
        .unwrap_or(b',')
}

fn not_csv(error: &csv::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}
