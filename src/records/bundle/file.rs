//! Reading one file of a bundle: its header, its rows, one row per key.

use std::io;

use encoding_rs::Encoding;
use memchr::memchr_iter;

use super::recipe::{Bundle, Member};
use super::sheet::{Sheet, is_one_of};
use crate::monitor::{Place, Problem, Weight};
use crate::records::adapter::Adapter;
use crate::records::explain;
use crate::records::feed::Feed;
use crate::records::header::{Header, header_with};
use crate::records::lines::{Row, plain, quoted};
use crate::records::notes::{Line, Notes};
use crate::records::read::{CELL_BYTES, first_record};
use crate::records::source::{Bytes, Chunk, FALLBACK, Holds, Source, encoding_of, first_invalid_line};

/// What one file of a bundle held.
pub(super) struct Opened {
    /// Its rows.
    pub(super) sheet: Sheet,
    /// Keys of rows that say of themselves that they are gone, sorted.
    pub(super) deleted: Vec<String>,
    /// What became of its rows.
    pub(super) notes: Notes,
    /// What is wrong with it.
    pub(super) problems: Vec<Problem>,
    /// Columns that nothing reads, as the header has them.
    pub(super) unread: Vec<String>,
    /// Whether its columns are there at all.
    pub(super) usable: bool,
}

/// Reads a file of a bundle.
pub(super) fn open(
    file: &str,
    from: &mut dyn Bytes,
    member: &Member,
    bundle: &Bundle,
    feed: &Feed,
    adapter: &Adapter,
) -> Opened {
    let mut opened = Opened {
        sheet: Sheet::default(),
        deleted: Vec::new(),
        notes: Notes::default(),
        problems: Vec::new(),
        unread: Vec::new(),
        usable: false,
    };
    let mut reading = feed.encoding.as_deref().and_then(encoding_of);
    for _ in 0..2 {
        match attempt(file, from, reading, member, bundle, adapter, &mut opened) {
            Ok(true) => return opened,
            Ok(false) => {
                let line = first_invalid_line(from).unwrap_or(0);
                opened.problems.push(explain::not_utf8(file, line));
                reading = Some(FALLBACK);
            }
            Err(error) => {
                opened.problems.push(explain::unreadable(file, &error));
                return opened;
            }
        }
    }
    opened
}

/// Reads the file once; `false` where it is not UTF-8 and nobody said what else.
fn attempt(
    file: &str,
    from: &mut dyn Bytes,
    reading: Option<&'static Encoding>,
    member: &Member,
    bundle: &Bundle,
    adapter: &Adapter,
    opened: &mut Opened,
) -> io::Result<bool> {
    let mut source = Source::open(from, reading)?;
    let head = match std::str::from_utf8(first_record(source.head(), 0)) {
        Ok(head) => head,
        Err(_) if source.decodes() => "",
        Err(_) => return Ok(false),
    };
    let wanted: Vec<&str> = member.wanted.iter().map(String::as_str).collect();
    let header = header_with(head, None, adapter, &wanted);
    let Some(header) = header.filter(|header| header.names.iter().any(|name| !name.is_empty())) else {
        opened.problems.push(explain::empty_file(file));
        return Ok(true);
    };
    let at = |name: &String| column_at(&header, member, name);
    let missing: Vec<&String> = std::iter::once(&member.key)
        .chain(&member.needs)
        .filter(|name| !name.is_empty() && at(name).is_none())
        .collect();
    if !missing.is_empty() {
        let missing = missing
            .into_iter()
            .map(|name| missing_column(file, name, &header, adapter));
        opened.problems.extend(missing);
        return Ok(true);
    }
    opened.problems.extend(explain::twice_in_header(file, &header));
    let found: Vec<(String, usize)> = member
        .wanted
        .iter()
        .filter_map(|name| Some((name.clone(), at(name)?)))
        .collect();
    let status = bundle.deleted.as_ref().and_then(|(column, _)| at(column));
    let modified = bundle.modified.as_ref().and_then(at);
    let read = |place: usize| found.iter().any(|(_, at)| *at == place) || [status, modified].contains(&Some(place));
    opened.unread = (0..header.names.len())
        .filter(|place| !read(*place))
        .map(|place| header.names[place].clone())
        .collect();
    let mut raw = Raw {
        sheet: Sheet::new(
            found
                .iter()
                .map(|(name, _)| name.clone())
                .chain([String::new(), String::new()])
                .collect(),
        ),
        places: found
            .iter()
            .map(|(_, at)| Some(*at))
            .chain([status, modified])
            .collect(),
        key: member.own_key().and_then(at).map(|at| (at, member.key.as_str())),
        notes: Notes::default(),
        header: &header,
        adapter,
    };
    source.begin(header.length, header.dialect);
    if !raw.chunks(&mut source)? {
        return Ok(false);
    }
    let Raw { sheet, mut notes, .. } = raw;
    (opened.sheet, opened.deleted) = settled(sheet, member, bundle, &mut notes);
    opened.notes = notes;
    opened.usable = true;
    Ok(true)
}

/// Where a column stands in the header, any case, under its own name or another that it was seen under.
pub(super) fn column_at(header: &Header, member: &Member, name: &str) -> Option<usize> {
    let others = member.also.iter().find(|(right, _)| right == name);
    std::iter::once(name)
        .chain(others.into_iter().flat_map(|(_, names)| names).map(String::as_str))
        .find_map(|name| header.names.iter().position(|have| have.eq_ignore_ascii_case(name)))
}

fn missing_column(file: &str, name: &str, header: &Header, adapter: &Adapter) -> Problem {
    let looks = match header.found {
        0 => "; the first line does not look like a header",
        _ => "",
    };
    Problem::new(
        "missing-column",
        Weight::Waits,
        Place::file(file).line(header.lines.max(1)).column(name),
        format!("the column `{name}` is not in the header{looks}"),
        format!(
            "add it to the export, or say in plugins/{}/plugin.toml what it is called there",
            adapter.id
        ),
    )
}

/// Rows as they stand in the file, with two cells more: the row's state and when it was last changed.
struct Raw<'h> {
    sheet: Sheet,
    places: Vec<Option<usize>>,
    key: Option<(usize, &'h str)>,
    notes: Notes,
    header: &'h Header,
    adapter: &'h Adapter,
}

impl Raw<'_> {
    /// Reads all records; `false` where they are not UTF-8.
    fn chunks(&mut self, source: &mut Source<'_>) -> io::Result<bool> {
        let mut before = self.header.lines;
        let mut spare = Chunk::default();
        while let Some(chunk) = source.next(spare)? {
            let ends = memchr_iter(b'\n', chunk.bytes()).count() as u64;
            let lost = match chunk.holds {
                Holds::TooLong => Some(("line-too-long", 1)),
                Holds::Unclosed => Some(("unclosed-quote", ends)),
                Holds::Plain | Holds::Quoted => None,
            };
            if let Some((kind, lines)) = lost {
                self.notes.rows += 1;
                self.notes.reject(kind, Line::new(0, before as u32), "", "");
                before += lines;
                spare = chunk;
                continue;
            }
            let Ok(text) = std::str::from_utf8(chunk.bytes()) else {
                return Ok(false);
            };
            let dialect = self.header.dialect;
            if chunk.holds == Holds::Plain {
                plain(text, dialect.delimiter, Line::new(0, 0), |row| self.row(&row, before));
            } else {
                quoted(text, dialect, 0, |row| self.row(&row, before));
            }
            before += ends;
            spare = chunk;
        }
        Ok(true)
    }

    /// Takes a row, unless it is none.
    fn row(&mut self, row: &Row<'_>, before: u64) {
        let line = before as u32 + (row.line.0 & 0xFFFF_FFFF) as u32;
        self.notes.rows += 1;
        if !self.sound(row, Line::new(0, line)) {
            return;
        }
        if row.cells().all(str::is_empty) {
            return self.notes.add("blank-row", Line::new(0, line), "", "");
        }
        if let Some((_, key)) = self.key.filter(|(at, _)| row.cell(*at).is_empty()) {
            return self.notes.reject("missing-cell", Line::new(0, line), key, "");
        }
        let nulls = &self.adapter.null_words;
        let cells = self.places.iter().map(|place| {
            let cell = place.map_or("", |place| row.cell(place));
            match nulls.iter().any(|word| word.eq_ignore_ascii_case(cell)) {
                true => "",
                false => cell,
            }
        });
        self.sheet.push(line + 1, cells);
    }

    /// Whether a row can be read.
    fn sound(&mut self, row: &Row<'_>, line: Line) -> bool {
        let names = &self.header.names;
        if row.cell(0) == names[0] && row.cells().eq(names.iter().map(String::as_str)) {
            self.notes.rows -= 1;
            self.notes.add("header-again", line, "", "");
            return false;
        }
        if row.len() < names.len() || row.cells().skip(names.len()).any(|cell| !cell.is_empty()) {
            self.notes.reject("ragged-row", line, "", "");
            return false;
        }
        for (at, cell) in row.cells().enumerate() {
            let name = names.get(at).map_or("", String::as_str);
            let kind = match cell {
                cell if cell.len() > CELL_BYTES => "cell-too-long",
                cell if cell.contains('\0') => "nul-byte",
                _ => continue,
            };
            self.notes.reject(kind, line, name, "");
            return false;
        }
        true
    }
}

/// One row per key, in the order of the keys, without those that are gone; and the keys of those.
fn settled(raw: Sheet, member: &Member, bundle: &Bundle, notes: &mut Notes) -> (Sheet, Vec<String>) {
    let width = raw.names.len() - 2;
    let key = member.own_key().and_then(|key| raw.at(key));
    // Without a key a row is told from others by all that it holds.
    let told_by = key.map_or(0..width, |key| key..key + 1);
    let rows = &raw;
    let id = |row: usize| told_by.clone().map(move |at| rows.cell(row, at));
    let (status, modified) = (width, width + 1);
    let mut order: Vec<usize> = (0..raw.len()).collect();
    // Of two rows with one key the one changed last counts; where nobody says which, their text decides, not their order.
    order.sort_by(|&one, &two| {
        id(one)
            .cmp(id(two))
            .then_with(|| raw.cell(two, modified).cmp(raw.cell(one, modified)))
            .then_with(|| raw.row(one).cmp(raw.row(two)))
            .then(one.cmp(&two))
    });
    let mut sheet = Sheet::new(raw.names[..width].to_vec());
    let mut deleted = Vec::new();
    let mut last: Option<usize> = None;
    for row in order {
        let line = Line::new(0, raw.line(row).saturating_sub(1));
        if let Some(before) = last.filter(|before| id(*before).eq(id(row))) {
            let same = raw.row(before).take(width + 1).eq(raw.row(row).take(width + 1));
            notes.add(if same { "duplicate" } else { "conflict" }, line, "", "");
            continue;
        }
        last = Some(row);
        if is_deleted(raw.cell(row, status), bundle, line, notes) {
            deleted.extend(key.map(|key| raw.cell(row, key).to_owned()));
        } else {
            sheet.push(raw.line(row), raw.row(row).take(width));
        }
    }
    (sheet, deleted)
}

/// Whether a row says of itself that it is gone. A word that nobody knows takes nobody away.
fn is_deleted(cell: &str, bundle: &Bundle, line: Line, notes: &mut Notes) -> bool {
    let Some((column, words)) = bundle.deleted.as_ref().filter(|_| !cell.is_empty()) else {
        return false;
    };
    if is_one_of(cell, words) {
        notes.add("row-deleted", line, column, cell);
        return true;
    }
    if !is_one_of(cell, &bundle.standing) {
        notes.unknown("unknown-word", line, column, cell);
    }
    false
}
