//! The header: which delimiter parts its cells, and where each wanted column stands.

use strsim::jaro_winkler;

use super::adapter::Adapter;
use super::columns::columns;
use super::feed::Feed;
use super::lines::{plain, quoted};
use super::notes::Line;
use super::plan::Plan;
use super::quotes::Dialect;
use crate::monitor::{Place, Problem, Weight};
use crate::school::{SchoolYear, Table};

/// Delimiters seen in exports, in the order in which they are tried.
const DELIMITERS: [u8; 5] = [b',', b'\t', b';', b'|', b'~'];
/// Names less alike than this are no "did you mean"; chosen by us.
const ALIKE: f64 = 0.7;

/// A header that was understood.
pub(super) struct Header {
    /// The names, without quotes.
    pub(super) names: Vec<String>,
    /// How many wanted columns are among them.
    pub(super) found: usize,
    /// How records are written.
    pub(super) dialect: Dialect,
    /// Bytes up to the first row.
    pub(super) length: usize,
    /// Line ends up to the first row.
    pub(super) lines: u64,
}

/// Finds the header at the start of a text, and the delimiter under which most wanted columns are there. `None` where the text holds nothing.
pub(super) fn header(head: &str, feed: &Feed, adapter: &Adapter, table: Table) -> Option<Header> {
    let map = adapter.tables.get(&table);
    let titles = titles(head.as_bytes(), map.map_or(0, |map| map.skip_lines));
    let first = First::new(head, titles)?;
    let wanted: Vec<&str> = map.map_or(Vec::new(), |map| {
        let columns = map.columns.iter();
        let sources = columns.flat_map(|column| column.from.iter().chain(&column.join));
        sources.map(String::as_str).collect()
    });
    let named = map.map_or(&[][..], |map| &map.header);
    if !named.is_empty()
        && let Some(header) = named_header(first, feed.delimiter, adapter, named)
    {
        return Some(header);
    }
    best_header(first, feed.delimiter, adapter, &wanted)
}

/// The same with the wanted columns named, under one delimiter or whichever fits, and nothing above the header.
pub(super) fn header_with(head: &str, delimiter: Option<u8>, adapter: &Adapter, wanted: &[&str]) -> Option<Header> {
    best_header(First::new(head, 0)?, delimiter, adapter, wanted)
}

/// The first line of a text that is neither a title nor blank.
#[derive(Clone, Copy, Debug)]
struct First<'h> {
    line: &'h str,
    above: &'h str,
}

impl<'h> First<'h> {
    /// That line below so many bytes of titles; `None` where there is none.
    fn new(head: &'h str, titles: usize) -> Option<First<'h>> {
        let below = &head[titles..];
        let skipped = titles + below.len() - below.trim_start_matches(['\n', '\r']).len();
        Some(First {
            line: head[skipped..].split_inclusive('\n').next()?,
            above: &head[..skipped],
        })
    }
}

fn line_ends(text: &str) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u64
}

/// The header that an adapter brings for files without one; `None` where the first line is a header after all.
fn named_header(first: First<'_>, delimiter: Option<u8>, adapter: &Adapter, named: &[String]) -> Option<Header> {
    let split = |delimiter: u8| {
        let dialect = Dialect {
            delimiter,
            quote: adapter.quote,
            escape: adapter.escape,
        };
        (names(first.line, dialect), dialect)
    };
    let candidates = delimiter.map_or(DELIMITERS.to_vec(), |set| vec![set]);
    let fits = |cells: &[String]| cells.len() == named.len();
    let (cells, dialect) = candidates.into_iter().map(split).reduce(|best, next| {
        let better = !fits(&best.0) && (fits(&next.0) || next.0.len() > best.0.len());
        if better { next } else { best }
    })?;
    (!is_header(&cells, named)).then(|| Header {
        names: named.to_vec(),
        found: named.len(),
        dialect,
        length: first.above.len(),
        lines: line_ends(first.above),
    })
}

/// The header under the delimiter, of those that may be, under which most wanted columns are there.
fn best_header(first: First<'_>, delimiter: Option<u8>, adapter: &Adapter, wanted: &[&str]) -> Option<Header> {
    let candidates = delimiter.map_or(DELIMITERS.to_vec(), |set| vec![set]);
    let split = |delimiter: u8| {
        let dialect = Dialect {
            delimiter,
            quote: adapter.quote,
            escape: adapter.escape,
        };
        let names = names(first.line, dialect);
        let found = wanted
            .iter()
            .filter(|name| names.iter().any(|have| have.eq_ignore_ascii_case(name)))
            .count();
        (found, names, dialect)
    };
    // The first of the best: a header of one wanted column is the same under every delimiter.
    let (found, names, dialect) = candidates.into_iter().map(split).reduce(|best, next| {
        if (next.0, next.1.len()) > (best.0, best.1.len()) {
            next
        } else {
            best
        }
    })?;
    Some(Header {
        names,
        found,
        dialect,
        length: first.above.len() + first.line.len(),
        lines: line_ends(first.above) + line_ends(first.line),
    })
}

/// Where the lines end that stand above a header.
pub(super) fn titles(head: &[u8], lines: usize) -> usize {
    let ends = memchr::memchr_iter(b'\n', head).map(|at| at + 1);
    match lines {
        0 => 0,
        lines => ends.take(lines).last().unwrap_or(0),
    }
}

/// Whether a first line is a header after all: a system may learn to write one.
fn is_header(cells: &[String], named: &[String]) -> bool {
    let known = |name: &&String| cells.iter().any(|cell| cell.eq_ignore_ascii_case(name));
    named.iter().filter(known).count() * 2 > named.len()
}

/// The cells of a header line; some systems put them in single quotes over a file of double ones.
fn names(line: &str, dialect: Dialect) -> Vec<String> {
    let mut names = Vec::new();
    let mut take = |row: super::lines::Row<'_>| {
        names = row
            .cells()
            .map(|cell| cell.trim_matches('\'').trim().to_owned())
            .collect();
    };
    if line.as_bytes().contains(&dialect.quote) {
        quoted(line, dialect, 0, &mut take);
    } else {
        plain(line, dialect.delimiter, Line::new(0, 0), &mut take);
    }
    names
}

/// Resolves every table of a feed against the header; each missing column is a problem with the nearest name found.
pub(super) fn plans<'a>(
    header: &Header,
    file: &str,
    feed: &Feed,
    adapter: &'a Adapter,
    year: SchoolYear,
) -> (Vec<Plan<'a>>, Vec<Problem>) {
    let mut plans: Vec<Plan<'a>> = Vec::new();
    let mut problems = Vec::new();
    let mut joined = header.names.len();
    for (at, &table) in feed.tables.iter().enumerate() {
        if !adapter.tables.contains_key(&table) {
            problems.push(Problem::new(
                "adapter-without-table",
                Weight::Waits,
                Place::file(file),
                format!("the adapter `{}` does not read the table `{table}`", adapter.id),
                "name another adapter in this feed, or add the table to its plugin.toml",
            ));
            continue;
        }
        if at > 0 && undecided(table, feed.tables[0], header, adapter) {
            continue;
        }
        match Plan::new(table, adapter, year, &header.names, joined) {
            Ok(mut plan) => {
                plan.beside = at > 0 && plans.first().is_none_or(|main| plan.shares_rows(main));
                joined += plan.joins.len();
                plans.push(plan);
            }
            Err(missing) => problems.extend(
                missing
                    .iter()
                    .map(|name| missing_column(name, table, header, file, adapter)),
            ),
        }
    }
    (plans, problems)
}

/// Whether a file lacks the column that says which of its rows are a table's and which the main one's: then all are the main one's.
fn undecided(table: Table, main: Table, header: &Header, adapter: &Adapter) -> bool {
    let there = |name: &str| header.names.iter().any(|have| have.eq_ignore_ascii_case(name));
    let only = |table| adapter.tables.get(&table).map_or(&[][..], |map| &map.only);
    only(table) != only(main) && only(table).iter().any(|only| !there(&only.from))
}

/// The problem of a column that is not there.
fn missing_column(name: &str, table: Table, header: &Header, file: &str, adapter: &Adapter) -> Problem {
    let at = columns(table)
        .iter()
        .position(|column| column.name == name)
        .unwrap_or(0);
    let from = adapter.tables.get(&table).and_then(|map| map.columns.get(at));
    let wanted = from
        .and_then(|map| map.from.first().or(map.join.first()))
        .map_or(name, String::as_str);
    let alike = |have: &str| jaro_winkler(&have.to_lowercase(), &wanted.to_lowercase());
    let nearest = header
        .names
        .iter()
        .map(|have| (alike(have), have))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|one, two| one.0.total_cmp(&two.0))
        // A first line in which no wanted column stands may be a row: its cells may be names.
        .filter(|_| header.found > 0);
    let found = match nearest {
        Some((_, nearest)) => format!("; the nearest found is `{nearest}`"),
        None if header.found == 0 && header.names.len() > 1 => {
            "; the first line does not look like a header".to_owned()
        }
        None if header.names.len() == 1 => "; the first line holds a single cell".to_owned(),
        None => String::new(),
    };
    Problem::new(
        "missing-column",
        Weight::Waits,
        Place::file(file).line(header.lines.max(1)).column(wanted),
        format!("the column `{wanted}` that `{table}` needs is not in the header{found}"),
        format!(
            "add it to the export, or say in plugins/{}/plugin.toml what it is called there",
            adapter.id
        ),
    )
}
