//! How a file is written: delimiter, quotes, where the header stands, and which lines are no rows.

use super::text::Text;
use super::tokens::Tokens;
use crate::records::DateFormat;

/// Delimiters in the order in which they are tried; the first of equals counts.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b'~'];
/// Lines above a header that are looked at; reports have a title or two. Chosen by us.
const TITLES: usize = 12;
/// Rows of the head that are looked at; more of the same would tell nothing new.
const HEAD_ROWS: usize = 6000;
/// Records that are looked at to find out how a file is written.
const LOOKED_AT: usize = 400;

/// How a file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How people call the encoding.
    pub encoding: String,
    /// The encoding's label, where the feed must name it.
    pub label: Option<String>,
    /// What parts cells.
    pub delimiter: u8,
    /// What cells are quoted with.
    pub quote: u8,
    /// What escapes a quote inside quotes.
    pub escape: Option<u8>,
    /// Lines above the header (or the first row) that are neither.
    pub skip_lines: usize,
    /// Whether there is a header.
    pub headed: bool,
    /// Cells in most records.
    pub width: usize,
    /// Records of the sample with another number of cells.
    pub ragged: usize,
    /// Whether a second line below the header names the columns again.
    pub second_header: bool,
}

/// The sample's records behind its shape.
pub(super) struct Table {
    pub(super) shape: Shape,
    /// The names of the header; `column 1` and so on where there is none.
    pub(super) headers: Vec<String>,
    /// Records of the usual width.
    pub(super) rows: Vec<Vec<String>>,
}

/// One way to write records.
#[derive(Clone, Copy)]
struct Dialect {
    delimiter: u8,
    quote: u8,
    escape: Option<u8>,
}

/// A record with the line on which it begins, from 0.
type Record = (usize, Vec<String>);

/// Finds out how a text is written. `None` where it holds no record at all.
pub(super) fn shape(text: &Text) -> Option<Table> {
    let head = text.pieces.first()?;
    let dialect = dialect(head);
    let records = records(head, dialect, HEAD_ROWS);
    let width = width(&records)?;
    let top = top(&records, width);
    let data = &records[top.data..];
    let headers = match top.header {
        Some(at) => names(&records[at].1, width),
        None => (1..=width).map(|number| format!("column {number}")).collect(),
    };
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut ragged = 0;
    let mut take = |record: &[String]| {
        if fits(record, width) {
            rows.push(record[..width].to_vec());
        } else {
            ragged += 1;
        }
    };
    data.iter().for_each(|(_, record)| take(record));
    for piece in text.pieces.iter().skip(1) {
        // A piece may begin inside quotes: what is odd in it tells nothing of the file.
        let inner = self::records(piece, dialect, usize::MAX);
        rows.extend(
            inner
                .into_iter()
                .filter(|(_, record)| fits(record, width))
                .map(|(_, record)| record),
        );
    }
    let skip_lines = match (top.header, top.data) {
        (Some(at), _) | (None, at) => records.get(at).map_or(0, |(line, _)| *line),
    };
    let shape = Shape {
        encoding: text.shown.to_owned(),
        label: text.label.map(str::to_owned),
        delimiter: dialect.delimiter,
        quote: dialect.quote,
        escape: dialect.escape,
        skip_lines,
        headed: top.header.is_some(),
        width,
        ragged,
        second_header: top.second,
    };
    Some(Table { shape, headers, rows })
}

/// Whether a record has the usual cells, or blank ones behind them.
fn fits(record: &[String], width: usize) -> bool {
    record.len() >= width && record[width..].iter().all(|cell| cell.is_empty())
}

/// The way to write records under which most of them are alike, and wide.
fn dialect(head: &str) -> Dialect {
    let quote = quote(head);
    let mut best = (
        f64::MIN,
        Dialect {
            delimiter: b',',
            quote,
            escape: None,
        },
    );
    for delimiter in DELIMITERS {
        let dialect = Dialect {
            delimiter,
            quote,
            escape: escapes(head, delimiter, quote).then_some(b'\\'),
        };
        let records = records(head, dialect, LOOKED_AT);
        let Some(width) = width(&records).filter(|width| *width > 1) else {
            continue;
        };
        let alike = records.iter().filter(|(_, record)| record.len() == width).count();
        let share = alike as f64 / records.len() as f64;
        let rank = share * (1.0 + (width as f64).ln());
        if rank > best.0 + 1e-9 {
            best = (rank, dialect);
        }
    }
    best.1
}

/// Single quotes where cells begin and end with them and no double one is about.
fn quote(head: &str) -> u8 {
    let lines = head.lines().skip(1).take(40).filter(|line| !line.trim().is_empty());
    let (mut all, mut single) = (0, 0);
    for line in lines {
        all += 1;
        let line = line.trim_end();
        single += usize::from(line.matches('\'').count() >= 4 && line.starts_with('\'') && !line.contains('"'));
    }
    if all > 0 && single * 10 > all * 8 { b'\'' } else { b'"' }
}

/// Whether a backslash before a quote keeps it from closing: such a quote stands before neither delimiter nor line end.
fn escapes(head: &str, delimiter: u8, quote: u8) -> bool {
    let bytes = head.as_bytes();
    bytes.windows(3).any(|three| {
        three[0] == b'\\' && three[1] == quote && three[2] != delimiter && three[2] != b'\n' && three[2] != b'\r'
    })
}

fn records(text: &str, dialect: Dialect, most: usize) -> Vec<Record> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .quote(dialect.quote)
        .escape(dialect.escape)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    for record in reader.records().take(most).flatten() {
        let line = record.position().map_or(0, |position| position.line() as usize);
        records.push((line, record.iter().map(str::to_owned).collect()));
    }
    // The csv crate counts from 1, and blank lines before a record belong to its position.
    let starts = line_starts(text, &records);
    for (record, start) in records.iter_mut().zip(starts) {
        record.0 = start;
    }
    records
}

/// The physical line of each record among the first, from 0: blank lines are stepped over.
fn line_starts(text: &str, records: &[Record]) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().take(TITLES * 4 + 64).collect();
    records
        .iter()
        .map(|(line, _)| {
            let mut at = line.saturating_sub(1);
            while lines.get(at).is_some_and(|line| line.trim().is_empty()) {
                at += 1;
            }
            at
        })
        .collect()
}

/// The number of cells that most records have.
fn width(records: &[Record]) -> Option<usize> {
    let mut counts = std::collections::BTreeMap::new();
    for (_, record) in records.iter().take(LOOKED_AT) {
        *counts.entry(record.len()).or_insert(0usize) += 1;
    }
    // Of equals the widest: a title line and one row.
    counts
        .into_iter()
        .max_by_key(|(width, count)| (*count, *width))
        .map(|(width, _)| width)
}

/// Where the header stands and where the rows begin.
struct Top {
    header: Option<usize>,
    data: usize,
    second: bool,
}

fn top(records: &[Record], width: usize) -> Top {
    let begin = records
        .iter()
        .take(TITLES)
        .position(|(_, record)| record.len() >= width && !is_title(record, width))
        .unwrap_or(0);
    let rest = &records[begin..];
    let Some((_, first)) = rest.first() else {
        return Top {
            header: None,
            data: begin,
            second: false,
        };
    };
    let below: Vec<&[String]> = rest[1..].iter().take(60).map(|(_, record)| record.as_slice()).collect();
    if !is_header(first, &below) {
        return Top {
            header: None,
            data: begin,
            second: false,
        };
    }
    // A second line of names below the first: the lower one is nearer to the rows.
    if let Some((second, deeper)) = below.split_first()
        && deeper.len() >= 2
        && second.len() == first.len()
        && is_header(second, deeper)
        && named(second) > 0.5
        && !is_header(deeper[0], &deeper[1..])
    {
        return Top {
            header: Some(begin + 1),
            data: begin + 2,
            second: true,
        };
    }
    Top {
        header: Some(begin),
        data: begin + 1,
        second: false,
    }
}

/// A line that fills one or two cells of many is a title, whatever delimiters follow it.
fn is_title(record: &[String], width: usize) -> bool {
    let filled = record.iter().filter(|cell| !cell.is_empty()).count();
    width >= 4 && filled <= 1
}

/// The share of a record's cells that are made of words we know from headers.
fn named(record: &[String]) -> f64 {
    let filled: Vec<&String> = record.iter().filter(|cell| !cell.is_empty()).collect();
    let known = filled
        .iter()
        .filter(|cell| {
            let tokens = Tokens::of(cell);
            tokens.known() && !tokens.concepts.iter().all(|concept| concept.starts_with('?'))
        })
        .count();
    known as f64 / filled.len().max(1) as f64
}

/// Whether a record names columns: its cells are words, and what lies below them is of another kind.
fn is_header(record: &[String], below: &[&[String]]) -> bool {
    let cells: Vec<&String> = record.iter().filter(|cell| !cell.is_empty()).collect();
    if cells.is_empty()
        || cells
            .iter()
            .any(|cell| is_value(cell) || cell.contains('@') || cell.len() > 80)
    {
        return false;
    }
    let (mut contrast, mut again) = (0, 0);
    for (at, cell) in record.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let column: Vec<&str> = below
            .iter()
            .filter_map(|record| record.get(at))
            .map(|cell| cell.as_str())
            .filter(|cell| !cell.is_empty())
            .collect();
        let values = column
            .iter()
            .filter(|cell| is_value(cell) || cell.contains('@'))
            .count();
        contrast += usize::from(!column.is_empty() && values * 5 >= column.len() * 4);
        again += usize::from(column.iter().any(|below| below.eq_ignore_ascii_case(cell)));
    }
    let named = named(record);
    if below.is_empty() {
        return named >= 0.5;
    }
    let twice = cells
        .iter()
        .enumerate()
        .any(|(at, cell)| cells[..at].iter().any(|other| other.eq_ignore_ascii_case(cell)));
    if again * 3 > cells.len() {
        return false;
    }
    (contrast > 0 && (named > 0.0 || !twice)) || named >= 0.5
}

/// Whether a cell is a number, a date or a time: nothing that a header says.
fn is_value(cell: &str) -> bool {
    let number = cell.trim_end_matches('%');
    number.parse::<f64>().is_ok()
        || DateFormat::ALL.iter().any(|(format, _)| format.parse(cell).is_some())
        || (cell.len() >= 4
            && cell
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"-/.: ".contains(&byte)))
}

/// The names of a header; blank ones get their number.
fn names(record: &[String], width: usize) -> Vec<String> {
    (0..width)
        .map(|at| {
            let name = record.get(at).map_or("", String::as_str);
            name.trim_matches('\'').trim().to_owned()
        })
        .collect()
}
