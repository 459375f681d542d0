//! Problems in words: what was wrong with a file or its rows, where first, and what to do about it.

use std::io;

use super::adapter::Adapter;
use super::header::Header;
use super::notes::{Lines, Notes, Seen};
use crate::monitor::{Place, Problem, Weight};
use crate::school::Table;

/// Different unknown cells told one by one; the rest only in the tally. Chosen by us: a wrong column makes thousands.
const UNKNOWN_TOLD: usize = 20;

/// What is said of rows of one kind: code, message and remedy. Kinds that need nobody are not here.
const ROWS: [(&str, &str, &str); 25] = [
    (
        "missing-cell",
        "has a blank cell that a row cannot do without",
        "fill it in the student system",
    ),
    (
        "impossible-date",
        "has a date that is none",
        "correct it in the student system, or say in plugin.toml how dates are written",
    ),
    (
        "outside-year",
        "has a date outside the school year",
        "correct it, or check `school_years` in firstbell.toml",
    ),
    (
        "bad-portion",
        "has a portion that is no number from 0 to 1",
        "correct it in the export",
    ),
    (
        "ragged-row",
        "has more or fewer cells than the header",
        "look for a delimiter inside a cell that is not quoted",
    ),
    (
        "nul-byte",
        "holds NUL bytes",
        "set `encoding = \"utf-16le\"` in the feed if the export is UTF-16 without a byte order mark",
    ),
    (
        "cell-too-long",
        "has a cell of more than 64 KiB",
        "look for a quote that is not closed",
    ),
    ("line-too-long", "is longer than 16 MiB", "look for missing line ends"),
    (
        "unclosed-quote",
        "opens a quote that never closes",
        "double the quotes inside cells",
    ),
    (
        "too-many-names",
        "names more schools, periods or codes than a district can have",
        "check that columns are not swapped",
    ),
    ("end-before-start", "ends before it starts", "correct the dates"),
    ("bad-outcome", "has a value that is neither 0 nor 1", "write 0 or 1"),
    (
        "header-again",
        "repeats the header",
        "check whether two exports were joined",
    ),
    (
        "duplicate",
        "says again what another row says",
        "nothing to do: equal rows are one row",
    ),
    (
        "conflict",
        "contradicts another row with the same key; the graver one counts",
        "correct it in the student system",
    ),
    (
        "ignored-date",
        "has a date that is none in a cell that may be blank; the row is read without it",
        "correct it in the student system",
    ),
    (
        "ignored-number",
        "has a number that is none in a cell that may be blank; the row is read without it",
        "correct it in the export",
    ),
    ("blank-name", "has no name", "fill it in the student system"),
    (
        "blank-school",
        "lists a student without a school",
        "fill it in the student system: the student cannot be judged",
    ),
    (
        "blank-address",
        "lists a person without an address; nothing can be sent there",
        "fill it in the staff export",
    ),
    (
        "exit-before-entry",
        "has an exit before its entry; the enrollment holds no day",
        "correct the dates",
    ),
    (
        "lunch-refused",
        "is about lunch eligibility, which is never stored",
        "take it out of the export",
    ),
    (
        "dangling-reference",
        "points to a row of another file that is not there, and was left out",
        "export all files of the bundle at the same moment",
    ),
    (
        "score-without-scale",
        "is a score of an assignment without a least and a most to measure it by, and was left out",
        "fill both in the gradebook",
    ),
    (
        "bad-score",
        "has a score that is no number or lies below the least one, and was left out",
        "correct it in the gradebook",
    ),
];

/// What is said of cells in no table: tally, what the cell is, and the remedy.
const UNKNOWN: [(&str, &str, &str); 6] = [
    (
        "unknown-code",
        "the attendance code",
        "add it under [attendance.codes] in firstbell.toml",
    ),
    (
        "unknown-mark",
        "the mark",
        "add it to `letters` or `no_mark` of a [[grades.scale]] in firstbell.toml",
    ),
    (
        "unknown-kind",
        "the kind of mark",
        "map it to `final` or `progress` in the adapter's plugin.toml; until then it is `progress`",
    ),
    (
        "unknown-grade",
        "the grade level",
        "map it to `PK`, `KG` or `1` to `12` in the adapter's plugin.toml",
    ),
    (
        "unknown-core",
        "the core word",
        "write `math`, `ela`, `no`, or leave it blank",
    ),
    (
        "unknown-word",
        "the word",
        "correct it in the student system, or add it to the lists in the adapter's plugin.toml",
    ),
];

/// Problems about rows, one per kind and one per unknown cell, in the order of their lines.
pub(super) fn rows(file: &str, notes: &Notes, lines: &Lines, adapter: &Adapter) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (kind, seen) in notes.kinds() {
        if let Some((code, message, remedy)) = ROWS.iter().find(|(code, _, _)| *code == kind) {
            let sample = if seen.sample.is_empty() {
                String::new()
            } else {
                format!(" (`{}`)", seen.sample)
            };
            let text = format!("{}{sample}{}", message, others(seen.count));
            problems.push(Problem::new(
                code,
                Weight::Note,
                place(file, seen, lines),
                text,
                *remedy,
            ));
        }
    }
    let mut unknown: Vec<_> = notes.unknown.iter().collect();
    unknown.sort_unstable_by_key(|((kind, cell), seen)| (seen.line, *kind, cell.clone()));
    for ((kind, _), seen) in unknown.into_iter().take(UNKNOWN_TOLD) {
        if let Some((code, what, remedy)) = UNKNOWN.iter().find(|(code, _, _)| code == kind) {
            let text = if seen.sample.is_empty() {
                format!("a blank cell is no answer for {what}{}", others(seen.count))
            } else {
                format!("{what} `{}` is in no table{}", seen.sample, others(seen.count))
            };
            let remedy = remedy.replace(
                "the adapter's plugin.toml",
                &format!("plugins/{}/plugin.toml", adapter.id),
            );
            problems.push(Problem::new(code, Weight::Note, place(file, seen, lines), text, remedy));
        }
    }
    problems.sort_by_key(|problem| problem.place.line);
    problems
}

/// Where rows of a kind were first seen.
fn place(file: &str, seen: &Seen, lines: &Lines) -> Place {
    let mut place = Place::file(file);
    let line = lines.physical(seen.line);
    if line > 0 {
        place = place.line(line);
    }
    if !seen.column.is_empty() {
        place = place.column(seen.column.as_str());
    }
    place
}

/// How many more rows there are beside the first.
fn others(count: u64) -> String {
    match count {
        0 | 1 => String::new(),
        2 => "; 1 more row like it".to_owned(),
        more => format!("; {} more rows like it", more - 1),
    }
}

/// Tables that are never empty in a district: an export of them without rows has gone wrong.
pub(super) fn must_have_rows(table: Table) -> bool {
    matches!(
        table,
        Table::Schools | Table::Calendar | Table::Terms | Table::Students | Table::Enrollments | Table::Staff
    )
}

/// A file without anything in it.
pub(super) fn empty_file(file: &str) -> Problem {
    Problem::new(
        "empty-file",
        Weight::Waits,
        Place::file(file).line(1),
        "the file is empty",
        "export it again; until then the last one counts",
    )
}

/// A header and nothing below it.
pub(super) fn no_rows(file: &str, table: Table) -> Problem {
    let (weight, remedy) = if must_have_rows(table) {
        (Weight::Waits, "export it again; until then the last one counts")
    } else {
        (Weight::Note, "nothing to do if there is nothing to report yet")
    };
    let message = format!("the file has a header and no row of `{table}`");
    Problem::new("no-rows", weight, Place::file(file).line(1), message, remedy)
}

/// Rows, and not one that can be used.
pub(super) fn no_usable_row(file: &str, rows: u64) -> Problem {
    let message = match rows {
        1 => "its one row could not be used".to_owned(),
        rows => format!("none of its {rows} rows could be used"),
    };
    let remedy = "mend the export and send it again; until then the last one counts";
    Problem::new("no-usable-row", Weight::Waits, Place::file(file), message, remedy)
}

/// A file that could not be read to its end.
pub(super) fn unreadable(file: &str, error: &io::Error) -> Problem {
    let message = format!("the file could not be read: {error}");
    let remedy = "check that the export is complete and that firstbell may read it";
    Problem::new("unreadable-file", Weight::Waits, Place::file(file), message, remedy)
}

/// An encoding that nobody knows.
pub(super) fn unknown_encoding(file: &str, label: &str) -> Problem {
    Problem::new(
        "unknown-encoding",
        Weight::Waits,
        Place::file(file),
        format!("there is no encoding `{label}`"),
        "write `utf-8`, `utf-16le`, `windows-1252` or another name from the WHATWG list in the feed, or leave it out",
    )
}

/// A file that is not UTF-8 and was read as Windows-1252.
pub(crate) fn not_utf8(file: &str, line: u64) -> Problem {
    Problem::new(
        "not-utf8",
        Weight::Note,
        Place::file(file).line(line),
        "the file is not UTF-8 and was read as Windows-1252",
        "set `encoding` in the feed if letters look wrong",
    )
}

/// A column that stands twice in the header.
pub(super) fn twice_in_header(file: &str, header: &Header) -> Option<Problem> {
    let names = &header.names;
    let twice = names
        .iter()
        .enumerate()
        .find(|(at, name)| !name.is_empty() && names[..*at].iter().any(|earlier| earlier.eq_ignore_ascii_case(name)));
    twice.map(|(_, name)| {
        Problem::new(
            "column-twice",
            Weight::Note,
            Place::file(file).line(header.lines.max(1)).column(name.as_str()),
            format!("the column `{name}` stands twice in the header; the first one is read"),
            "take one of them out of the export",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{ROWS, UNKNOWN};

    #[test]
    fn every_code_about_rows_is_told_once_and_has_its_paragraph() {
        let text = include_str!("../../docs/problems.md");
        let mut codes: Vec<&str> = ROWS.iter().chain(&UNKNOWN).map(|(code, _, _)| *code).collect();
        for code in &codes {
            assert!(text.contains(&format!("`{code}`")), "{code}");
        }
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count);
    }
}
