//! `[[feed]]`: which files, through which adapter, and what they are the whole truth of.

use std::ops::Range;

use super::gates::gates;
use super::section::{Found, Section, one_of, text, texts};
use super::source::{MISSING, Source, VALUE, WHOLE_FILE, nearest};
use crate::gates::Gates;
use crate::monitor::Place;
use crate::records::{Covers, Feed};
use crate::school::Table;

const COVERS: &[(&str, Covers)] = &[
    ("year", Covers::Year),
    ("term", Covers::Term),
    ("window", Covers::Window),
    ("rows", Covers::Rows),
    ("now", Covers::Now),
];

/// What a file of a table is the whole truth of unless the feed says otherwise.
pub(super) fn default_covers(table: Table) -> Covers {
    match table {
        Table::Attendance | Table::Behavior => Covers::Year,
        Table::Grades => Covers::Term,
        _ => Covers::Now,
    }
}

/// Whether rows of a table bear a date, without which there is no window.
fn has_dates(table: Table) -> bool {
    matches!(
        table,
        Table::Calendar
            | Table::Attendance
            | Table::Grades
            | Table::Behavior
            | Table::Interventions
            | Table::Contacts
            | Table::Outcomes
    )
}

/// The feeds, and of each where it stands, its gates, and the folder of its own that it may have.
#[derive(Default)]
pub(super) struct Feeds {
    pub(super) feeds: Vec<Feed>,
    pub(super) places: Vec<Place>,
    pub(super) gates: Vec<Gates>,
    pub(super) folders: Vec<Option<String>>,
}

/// Reads every `[[feed]]`.
pub(super) fn feeds(source: &mut Source<'_>, root: &mut Section<'_>) -> Feeds {
    let sections = root.sections(source, "feed");
    if sections.is_empty() {
        let remedy = "add a `[[feed]]` for each file that the inbox gets: `firstbell init` writes them all";
        source.wrong(MISSING, WHOLE_FILE, "there is no `[[feed]]`", remedy);
    }
    let mut feeds = Feeds::default();
    let mut globs: Vec<Found<String>> = Vec::new();
    for section in sections {
        let span = section.span.clone();
        if let Some(read) = feed(source, section) {
            clashes(source, &globs, &read.files);
            globs.extend(read.files);
            feeds.feeds.push(read.feed);
            feeds.gates.push(read.gates);
            feeds.folders.push(read.folder);
            feeds.places.push(source.place(&span));
        }
    }
    feeds
}

fn clashes(source: &mut Source<'_>, before: &[Found<String>], files: &[Found<String>]) {
    for file in files {
        if before.iter().any(|other| other.value.eq_ignore_ascii_case(&file.value)) {
            let message = format!("two feeds take the files `{}`", file.value);
            let remedy = "give each feed its own files; one file that fills several tables is one feed with `fills`";
            source.wrong("config-feed-clash", file.span.clone(), message, remedy);
        }
    }
}

/// One `[[feed]]`, read.
struct Read {
    feed: Feed,
    files: Vec<Found<String>>,
    gates: Gates,
    folder: Option<String>,
}

fn feed(source: &mut Source<'_>, mut section: Section<'_>) -> Option<Read> {
    let main = section.optional(source, "table", text);
    let fills = section.optional(source, "fills", texts).unwrap_or_default();
    let files = section.required(source, "files", texts, "files = \"attendance*.csv\"");
    let adapter = section.optional(source, "adapter", text);
    let covers = section.optional(source, "covers", |source, key, value| {
        let found = text(source, key, value)?;
        let covers = one_of(COVERS)(source, key, value)?;
        Some((covers, found.span))
    });
    let delimiter = section.optional(source, "delimiter", text);
    let encoding = section.optional(source, "encoding", text);
    let set = section.optional(source, "set", text);
    let folder = section.optional(source, "folder", text);
    let span = section.span.clone();
    let tables = tables(source, main, &fills, span.clone());
    let main = tables.as_ref().map_or(Table::Students, |tables| tables[0]);
    let gates = gates(source, &mut section, main);
    section.finish(source);

    let delimiter = delimiter.and_then(|found| byte_of(source, &found));
    let encoding = encoding.and_then(|found| label_of(source, found));
    let folder = folder.and_then(|found| folder_of(source, found));
    let files = files?;
    check_globs(source, &files, span);
    let tables = tables?;
    if let Some((covers, span)) = &covers {
        check_covers(source, *covers, &tables, span.clone());
    }
    let feed = Feed {
        covers: covers.map_or_else(|| default_covers(tables[0]), |(covers, _)| covers),
        tables,
        files: files.iter().map(|file| file.value.clone()).collect(),
        adapter: adapter.map_or_else(|| "canonical".to_owned(), |adapter| adapter.value),
        delimiter,
        encoding,
        set: set.map(|set| set.value.trim().to_owned()).filter(|set| !set.is_empty()),
    };
    Some(Read {
        feed,
        files,
        gates,
        folder,
    })
}

fn tables(
    source: &mut Source<'_>,
    main: Option<Found<String>>,
    fills: &[Found<String>],
    span: Range<usize>,
) -> Option<Vec<Table>> {
    if main.is_none() && fills.is_empty() {
        source.wrong(
            MISSING,
            span,
            "`[[feed]]` has no `table`",
            "add `table = \"attendance\"`",
        );
        return None;
    }
    let mut tables = Vec::new();
    let mut all_known = true;
    for word in main.iter().chain(fills) {
        match word.value.parse::<Table>() {
            Ok(table) if tables.contains(&table) => {}
            Ok(table) => tables.push(table),
            Err(message) => {
                let remedy = match nearest(&word.value, Table::ALL.into_iter().map(Table::word)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the tables are {}", Table::ALL.map(Table::word).join(", ")),
                };
                source.wrong("config-unknown-table", word.span.clone(), message, remedy);
                all_known = false;
            }
        }
    }
    (all_known && !tables.is_empty()).then_some(tables)
}

fn check_globs(source: &mut Source<'_>, files: &[Found<String>], span: Range<usize>) {
    if files.is_empty() {
        let remedy = "write the names of the files, such as `files = \"attendance*.csv\"`";
        source.wrong(VALUE, span, "a feed takes no files", remedy);
    }
    for file in files {
        // A slash at the end says that a folder of files is meant.
        let name = file.value.strip_suffix('/').unwrap_or(&file.value);
        let leaves = name.contains(['/', '\\']) || name.trim().is_empty();
        if leaves {
            let message = format!("`{}` is not the name of a file in the inbox", file.value);
            let remedy = "write a name with `*` for what varies; the folder stands in `[inbox] path`";
            source.wrong(VALUE, file.span.clone(), message, remedy);
        }
    }
}

fn check_covers(source: &mut Source<'_>, covers: Covers, tables: &[Table], span: Range<usize>) {
    let main = tables[0];
    if covers == Covers::Term && !matches!(main, Table::Grades | Table::Terms) {
        let message = format!("a file of `{main}` names no terms to cover");
        source.wrong(VALUE, span, message, "only `grades` and `terms` can cover a `term`");
    } else if covers == Covers::Window && !has_dates(main) {
        let message = format!("rows of `{main}` have no date, so there is no window");
        source.wrong(VALUE, span, message, "write `now`, or `rows` where a file only adds");
    }
}

fn byte_of(source: &mut Source<'_>, found: &Found<String>) -> Option<u8> {
    let byte = match found.value.as_str() {
        "tab" | "\t" => Some(b'\t'),
        "comma" | "," => Some(b','),
        "semicolon" | ";" => Some(b';'),
        "pipe" | "|" => Some(b'|'),
        "tilde" | "~" => Some(b'~'),
        _ => None,
    };
    if byte.is_none() {
        let message = format!("`{}` is not a delimiter that we know", found.value.escape_default());
        let remedy = "write `,`, `tab`, `;`, `|` or `~`, or leave it out: it is told apart by the file itself";
        source.wrong(VALUE, found.span.clone(), message, remedy);
    }
    byte
}

fn folder_of(source: &mut Source<'_>, found: Found<String>) -> Option<String> {
    if !found.value.trim().is_empty() {
        return Some(found.value);
    }
    let remedy = "write `folder = \"sheets\"`, or leave it out where the files lie in the inbox";
    source.wrong(VALUE, found.span, "`folder` is empty", remedy);
    None
}

fn label_of(source: &mut Source<'_>, found: Found<String>) -> Option<String> {
    if encoding_rs::Encoding::for_label(found.value.as_bytes()).is_some() {
        return Some(found.value);
    }
    let message = format!("`{}` is not an encoding that we know", found.value);
    let remedy = "write `utf-8`, `utf-16le` or `windows-1252`, or leave it out: it is told apart by the file itself";
    source.wrong(VALUE, found.span, message, remedy);
    None
}
