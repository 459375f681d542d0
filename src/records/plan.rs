//! One table's columns in one file, resolved once: from here on a cell is an index, not a name.

use std::borrow::Cow;

use super::adapter::{Adapter, ColumnMap, DateFormat, TableMap};
use super::columns::columns;
use super::joined::Join;
use super::lines::Row;
use super::notes::Notes;
use crate::school::{Day, SchoolYear, Table};

/// Dates outside the years 1900 to 2100 are typing errors (0003, 2173), not dates; chosen by us.
const DAYS: std::ops::RangeInclusive<Day> = Day(-25_567)..=Day(47_846);

/// Where a canonical column's cells come from in this file.
#[derive(Clone, Debug)]
enum Origin {
    Absent,
    /// The cell as it stands.
    Plain(usize),
    /// The cell, with what the adapter says of it.
    Mapped(Vec<usize>),
}

/// A date cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateCell {
    /// Nothing there.
    Blank,
    /// A day.
    Day(Day),
    /// Something that is no day.
    Impossible,
}

/// How one table is read from one file.
#[derive(Clone, Debug)]
pub(super) struct Plan<'a> {
    /// The table.
    pub(super) table: Table,
    /// What reads it.
    pub(super) adapter: &'a Adapter,
    /// Fed by rows of the file's main table: one with nothing for it is no error.
    pub(super) beside: bool,
    /// The school year that facts are kept of.
    pub(super) year: SchoolYear,
    /// Cells that are put together of others; they stand behind the file's own.
    pub(super) joins: Vec<Join>,
    /// Where cells stand that decide whether a row is this table's, and which ones admit it.
    only: Vec<(usize, &'a [String])>,
    maps: &'a [ColumnMap],
    origins: Vec<Origin>,
    headers: Vec<String>,
}

impl<'a> Plan<'a> {
    /// Resolves a table's columns against a header; its joined cells stand from the place `joined` on. Errors: the required columns
    /// that are not there.
    pub(super) fn new(
        table: Table,
        adapter: &'a Adapter,
        year: SchoolYear,
        header: &[String],
        joined: usize,
    ) -> Result<Plan<'a>, Vec<&'static str>> {
        let names = columns(table);
        let map = adapter.tables.get(&table);
        let maps = map.map_or(&[][..], |map| &map.columns);
        let mut joins: Vec<Join> = Vec::new();
        let mut origins = Vec::with_capacity(names.len());
        let mut headers = Vec::with_capacity(names.len());
        let mut missing = Vec::new();
        for (at, column) in names.iter().enumerate() {
            let mut found: Vec<usize> = maps.get(at).map_or(Vec::new(), |map| find(&map.from, header));
            let own = found.first().copied();
            if let Some(join) = maps.get(at).and_then(|map| Join::new(map, &find(&map.join, header))) {
                found.push(joined + joins.len());
                joins.push(join);
            }
            let given = maps
                .get(at)
                .is_some_and(|map| map.constant.is_some() || map.default.is_some() || !map.required);
            if found.is_empty() && !given {
                missing.push(column.name);
            }
            let shown = own.or_else(|| maps.get(at).and_then(|map| find(&map.join, header).first().copied()));
            headers.push(shown.map_or(column.name.to_owned(), |at| header[at].clone()));
            origins.push(match maps.get(at) {
                None => Origin::Absent,
                Some(map) if is_plain(map, adapter) && found.len() <= 1 => {
                    found.first().map_or(Origin::Absent, |&at| Origin::Plain(at))
                }
                Some(_) => Origin::Mapped(found),
            });
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Plan {
            table,
            adapter,
            beside: false,
            year,
            joins,
            only: map.map_or(Vec::new(), |map| only(map, header)),
            maps,
            origins,
            headers,
        })
    }

    /// The header of a canonical column as the export writes it.
    pub(super) fn header(&self, column: usize) -> &str {
        &self.headers[column]
    }

    /// The position of a column that is read as it stands; `None` where the adapter changes it or it is absent.
    pub(super) fn plain_at(&self, column: usize) -> Option<usize> {
        match self.origins[column] {
            Origin::Plain(at) => Some(at),
            _ => None,
        }
    }

    /// Whether any canonical column comes from a column of the file.
    pub(super) fn reads(&self, at: usize) -> bool {
        self.origins.iter().any(|origin| match origin {
            Origin::Absent => false,
            Origin::Plain(from) => *from == at,
            Origin::Mapped(from) => from.contains(&at),
        }) || self.joins.iter().any(|join| join.from.contains(&at))
            || self.only.iter().any(|(from, _)| *from == at)
    }

    /// Whether a row belongs to the table.
    #[inline]
    pub(super) fn takes(&self, row: &Row<'_>) -> bool {
        self.only.iter().all(|(at, words)| {
            let cell = row.cell(*at);
            let cell = if self.is_null(cell) { "" } else { cell };
            words.iter().any(|word| word.eq_ignore_ascii_case(cell))
        })
    }

    /// Whether the same rows of the file are this table's and another's.
    pub(super) fn shares_rows(&self, other: &Plan<'_>) -> bool {
        self.only.is_empty() || self.only == other.only
    }

    /// Whether every row of the file belongs to the table.
    pub(super) fn takes_all(&self) -> bool {
        self.only.is_empty()
    }

    /// Whether a cell says that there is nothing.
    fn is_null(&self, cell: &str) -> bool {
        let words = &self.adapter.null_words;
        words.iter().any(|word| word.eq_ignore_ascii_case(cell))
    }

    /// Whether the export has the column at all.
    pub(super) fn has(&self, column: usize) -> bool {
        match &self.origins[column] {
            Origin::Absent => false,
            Origin::Plain(_) => true,
            Origin::Mapped(from) => {
                let map = &self.maps[column];
                !from.is_empty() || map.constant.is_some() || map.default.is_some()
            }
        }
    }

    /// A cell as the canonical table would have it; empty where there is none.
    #[inline]
    pub(super) fn cell<'r>(&'r self, row: &Row<'r>, column: usize) -> &'r str {
        match &self.origins[column] {
            Origin::Absent => "",
            Origin::Plain(at) => row.cell(*at),
            Origin::Mapped(found) => {
                let map = &self.maps[column];
                let raw = self.raw(row, map, found);
                // A list's entries are translated one by one, where they are taken apart.
                if map.split.is_some() { raw } else { translate(map, raw) }
            }
        }
    }

    /// The first filled source cell, or what stands for a blank one.
    fn raw<'r>(&'r self, row: &Row<'r>, map: &'r ColumnMap, found: &[usize]) -> &'r str {
        if let Some(constant) = &map.constant {
            return constant;
        }
        let filled = found
            .iter()
            .map(|&at| row.cell(at))
            .find(|cell| !cell.is_empty() && !self.is_null(cell));
        filled.or(map.default.as_deref()).unwrap_or("")
    }

    /// A cell that the row cannot do without; where it is blank the row is rejected.
    #[inline]
    pub(super) fn need<'r>(&'r self, row: &Row<'r>, column: usize, notes: &mut Notes) -> Option<&'r str> {
        let cell = self.cell(row, column);
        if !cell.is_empty() {
            return Some(cell);
        }
        self.blank(row, column, notes);
        None
    }

    /// Counts a row whose required cell is blank.
    #[cold]
    fn blank(&self, row: &Row<'_>, column: usize, notes: &mut Notes) {
        if self.beside {
            return;
        }
        if row.cells().all(str::is_empty) {
            notes.add("blank-row", row.line, "", "");
        } else {
            notes.reject("missing-cell", row.line, self.header(column), "");
        }
    }

    /// A date cell.
    #[inline]
    pub(super) fn date(&self, row: &Row<'_>, column: usize) -> DateCell {
        let cell = self.cell(row, column);
        if cell.is_empty() {
            return DateCell::Blank;
        }
        if cell == "@year_start" {
            return DateCell::Day(self.year.start);
        }
        self.day(cell, column).map_or(DateCell::Impossible, DateCell::Day)
    }

    /// The day that a cell names.
    pub(super) fn day(&self, cell: &str, column: usize) -> Option<Day> {
        let day = match self.maps.get(column).map_or(&[][..], |map| &map.dates) {
            [] => DateFormat::Iso.parse(cell),
            formats => formats
                .iter()
                .find_map(|format| format.parse(cell))
                .or_else(|| DateFormat::Iso.parse(cell)),
        }?;
        DAYS.contains(&day).then_some(day)
    }

    /// A day that the row cannot do without; else the row is rejected.
    pub(super) fn need_day(&self, row: &Row<'_>, column: usize, notes: &mut Notes) -> Option<Day> {
        match self.date(row, column) {
            DateCell::Day(day) => Some(day),
            DateCell::Blank => {
                self.blank(row, column, notes);
                None
            }
            DateCell::Impossible => {
                notes.reject(
                    "impossible-date",
                    row.line,
                    self.header(column),
                    date_like(self.cell(row, column)),
                );
                None
            }
        }
    }

    /// A day within the school year that the row cannot do without; else the row is rejected.
    pub(super) fn need_day_this_year(&self, row: &Row<'_>, column: usize, notes: &mut Notes) -> Option<Day> {
        let day = self.need_day(row, column, notes)?;
        if self.year.holds(day) {
            return Some(day);
        }
        notes.reject("outside-year", row.line, self.header(column), &day.to_string());
        None
    }

    /// A day that may be blank. One that cannot be read is counted and left out; the row goes on.
    pub(super) fn maybe_day(&self, row: &Row<'_>, column: usize, notes: &mut Notes) -> Option<Day> {
        match self.date(row, column) {
            DateCell::Day(day) => Some(day),
            DateCell::Blank => None,
            DateCell::Impossible => {
                notes.add(
                    "ignored-date",
                    row.line,
                    self.header(column),
                    date_like(self.cell(row, column)),
                );
                None
            }
        }
    }

    /// A number that may be blank. One that cannot be read is counted and left out; the row goes on.
    pub(super) fn maybe_number(&self, row: &Row<'_>, column: usize, notes: &mut Notes) -> Option<f64> {
        let cell = self.cell(row, column);
        if cell.is_empty() {
            return None;
        }
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() && (0.0..1e6).contains(&number) => Some(number),
            _ => {
                notes.add("ignored-number", row.line, self.header(column), "");
                None
            }
        }
    }

    /// The entries of a list cell.
    pub(super) fn list<'r>(&'r self, row: &Row<'r>, column: usize) -> impl Iterator<Item = &'r str> {
        let map = self.maps.get(column);
        let between = map.and_then(|map| map.split.as_deref()).unwrap_or(";");
        let translated = map.filter(|map| map.split.is_some());
        self.cell(row, column)
            .split(between)
            .map(str::trim)
            .map(move |entry| translated.map_or(entry, |map| translate(map, entry)))
            .filter(|entry| !entry.is_empty())
    }

    /// Whether a cell of this column that cannot be read counts as blank.
    pub(super) fn lenient(&self, column: usize) -> bool {
        self.maps.get(column).is_some_and(|map| map.lenient)
    }
}

/// Whether cells of a column are taken as they stand.
fn is_plain(map: &ColumnMap, adapter: &Adapter) -> bool {
    map.constant.is_none()
        && map.join.is_empty()
        && map.before.is_none()
        && map.after.is_none()
        && map.piece.is_none()
        && map.values.is_empty()
        && map.default.is_none()
        && map.split.is_none()
        && adapter.null_words.is_empty()
}

/// Where the source columns stand in the header, any case, in the order of the adapter's wishes.
fn find(from: &[String], header: &[String]) -> Vec<usize> {
    from.iter()
        .filter_map(|wanted| header.iter().position(|name| name.eq_ignore_ascii_case(wanted)))
        .collect()
}

/// The places of the cells that decide whether a row belongs; a column that is not there decides nothing.
fn only<'a>(map: &'a TableMap, header: &[String]) -> Vec<(usize, &'a [String])> {
    let place = |from: &String| find(std::slice::from_ref(from), header).first().copied();
    let decides = map
        .only
        .iter()
        .filter_map(|only| Some((place(&only.from)?, &only.is[..])));
    decides.collect()
}

/// What of a cell counts, through the value table.
fn translate<'r>(map: &'r ColumnMap, raw: &'r str) -> &'r str {
    let mut cut = raw;
    if let Some(before) = &map.before {
        cut = cut.split(before.as_str()).next().unwrap_or(cut).trim();
    }
    if let Some(after) = &map.after {
        cut = cut.rsplit(after.as_str()).next().unwrap_or(cut).trim();
    }
    if let Some((at, piece)) = &map.piece {
        cut = cut.split(at.as_str()).nth(piece - 1).unwrap_or("").trim();
    }
    map.values
        .iter()
        .find(|(cell, _)| cell.eq_ignore_ascii_case(cut))
        .map_or(cut, |(_, meaning)| meaning)
}

/// A date cell as a sample: shown only where it looks like a date, as a shifted row may hold anything there.
fn date_like(cell: &str) -> &str {
    let looks = cell.len() <= 24 && cell.bytes().all(|b| b.is_ascii_digit() || b"-/.:TZ ".contains(&b));
    if looks { cell } else { "" }
}

/// A cell in lower case, borrowed where it already is.
pub(super) fn lower(cell: &str) -> Cow<'_, str> {
    if cell.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(cell.to_ascii_lowercase())
    } else {
        Cow::Borrowed(cell)
    }
}
