//! An export with only the columns that its feed reads: what may be kept of it. Read again, it says what the whole export said.
//!
//! Written as UTF-8 with a byte order mark, commas (or the feed's own delimiter) and the adapter's quoting, so that the same
//! feed and adapter read it. Where columns are told apart by their place, because files come without a header, each keeps its place
//! and is emptied where nobody reads it. A row that could not be used keeps its place, not its cells: which of them nobody reads cannot be told.

use std::io::{self, Write};

use memchr::memchr;

use super::adapter::Adapter;
use super::feed::Feed;
use super::header::{Header, header, plans};
use super::lines::{Row, plain, quoted};
use super::notes::Line;
use super::quotes::Dialect;
use super::read::{CELL_BYTES, first_record};
use super::source::{Bytes, Chunk, FALLBACK, Holds, Source, encoding_of};
use crate::school::SchoolYear;

/// How an export is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// As the feed says, or as its first bytes say, else as UTF-8.
    AsTold,
    /// As Windows-1252, after it turned out not to be UTF-8.
    Windows,
}

/// How keeping ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Everything was written; the blake3 digest of the export's own bytes, hexadecimal.
    Done(String),
    /// Not UTF-8, and nobody said what else: what was written is of no use, to be begun again with [`Letters::Windows`].
    NotUtf8,
    /// It has no header in which the feed's columns stand.
    NoHeader,
}

/// What stands for a title.
const TITLE: &[u8] = b"-\n";

/// Writes the columns of an export that its feed reads, a few megabytes at a time.
///
/// # Errors
///
/// What reading or writing says.
pub fn keep(
    from: &mut dyn Bytes,
    feed: &Feed,
    adapter: &Adapter,
    year: SchoolYear,
    letters: Letters,
    into: &mut dyn Write,
) -> io::Result<Keeping> {
    let reading = match (&feed.encoding, letters) {
        (Some(label), _) => encoding_of(label),
        (None, Letters::Windows) => Some(FALLBACK),
        (None, Letters::AsTold) => None,
    };
    let source = Source::open(from, reading)?;
    let Some(&main) = feed.tables.first() else {
        return Ok(Keeping::NoHeader);
    };
    let Ok(head) = std::str::from_utf8(first_record(source.head(), adapter.skip_lines(main))) else {
        return Ok(Keeping::NotUtf8);
    };
    let header = feed.tables.first().and_then(|main| header(head, feed, adapter, *main));
    let Some(header) = header else {
        return Ok(Keeping::NoHeader);
    };
    let (plans, _) = plans(&header, "", feed, adapter, year);
    let is_read = |at: &usize| plans.iter().any(|plan| plan.reads(*at));
    let columns: Vec<usize> = (0..header.names.len()).filter(is_read).collect();
    if columns.is_empty() {
        return Ok(Keeping::NoHeader);
    }
    let dialect = Dialect {
        delimiter: feed.delimiter.unwrap_or(b','),
        ..header.dialect
    };
    let map = adapter.tables.get(&main);
    let cut = Cut {
        columns: &columns,
        in_place: map.is_some_and(|map| !map.header.is_empty()),
        titles: adapter.skip_lines(main),
        dialect,
    };
    copy(source, &header, &cut, into)
}

/// What of an export is kept, and how it is written.
pub(super) struct Cut<'c> {
    /// The columns that are read, ascending.
    pub(super) columns: &'c [usize],
    /// Of a file without a header the header is written beside its cells: all of it, so that it is known as one. The cells that are not
    /// read are blank.
    pub(super) in_place: bool,
    /// Lines above the header.
    pub(super) titles: usize,
    /// How records are written.
    pub(super) dialect: Dialect,
}

/// Writes some columns of every record behind the header.
pub(super) fn copy(
    mut source: Source<'_>,
    header: &Header,
    cut: &Cut<'_>,
    into: &mut dyn Write,
) -> io::Result<Keeping> {
    let written: Vec<usize> = match cut.in_place {
        true => (0..header.names.len()).collect(),
        false => cut.columns.to_vec(),
    };
    let mut pen = Pen {
        columns: &written,
        is_read: (0..header.names.len()).map(|at| cut.columns.contains(&at)).collect(),
        width: header.names.len(),
        dialect: cut.dialect,
        has_nul: false,
        text: b"\xEF\xBB\xBF".to_vec(),
    };
    // Titles are no data of a table, but whoever reads the file again passes over as many lines.
    for _ in 0..cut.titles {
        pen.text.extend(TITLE);
    }
    pen.record(written.iter().map(|at| header.names[*at].as_str()));
    source.begin(header.length, header.dialect);
    let mut spare = Chunk::default();
    while let Some(chunk) = source.next(spare)? {
        match chunk.holds {
            Holds::TooLong | Holds::Unclosed => pen.lost(),
            Holds::Plain | Holds::Quoted => {
                let Ok(text) = std::str::from_utf8(chunk.bytes()) else {
                    return Ok(Keeping::NotUtf8);
                };
                pen.has_nul = memchr(0, chunk.bytes()).is_some();
                if chunk.holds == Holds::Plain {
                    plain(text, header.dialect.delimiter, Line::new(chunk.number, 0), |row| {
                        pen.row(&row)
                    });
                } else {
                    quoted(text, header.dialect, chunk.number, |row| pen.row(&row));
                }
            }
        }
        into.write_all(&pen.text)?;
        pen.text.clear();
        spare = chunk;
    }
    into.write_all(&pen.text)?;
    source.digest().map(Keeping::Done)
}

/// Writes records.
struct Pen<'p> {
    columns: &'p [usize],
    /// Which cells of the whole header are read; the others are written empty.
    is_read: Vec<bool>,
    /// Cells of the whole header.
    width: usize,
    dialect: Dialect,
    /// Whether a row of this chunk may hold a NUL byte.
    has_nul: bool,
    text: Vec<u8>,
}

impl Pen<'_> {
    /// Writes the kept cells of a row, or that one could not be used: by the same tests as in reading.
    fn row(&mut self, row: &Row<'_>) {
        let plainly_sound = row.len() == self.width && row.bytes() <= CELL_BYTES && !self.has_nul;
        if !plainly_sound && !self.is_sound(row) {
            self.lost();
            return;
        }
        let columns = self.columns;
        let is_read = std::mem::take(&mut self.is_read);
        self.record(columns.iter().map(|at| if is_read[*at] { row.cell(*at) } else { "" }));
        self.is_read = is_read;
    }

    #[cold]
    fn is_sound(&self, row: &Row<'_>) -> bool {
        let too_much = |cell: &str| cell.len() > CELL_BYTES || cell.contains('\0');
        let ragged = row.len() < self.width || row.cells().skip(self.width).any(|cell| !cell.is_empty());
        !ragged && !row.cells().any(too_much)
    }

    /// A row with too few cells, or with too many where there is a single column: it is refused as its original was.
    fn lost(&mut self) {
        self.text.push(b'?');
        if self.columns.len() == 1 {
            self.text.push(self.dialect.delimiter);
            self.text.push(b'?');
        }
        self.text.push(b'\n');
    }

    fn record<'c>(&mut self, cells: impl Iterator<Item = &'c str>) {
        let begin = self.text.len();
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                self.text.push(self.dialect.delimiter);
            }
            self.cell(cell);
        }
        // An empty line would be no row.
        if self.text.len() == begin {
            self.text.extend([self.dialect.quote, self.dialect.quote]);
        }
        self.text.push(b'\n');
    }

    fn cell(&mut self, cell: &str) {
        let Dialect {
            delimiter,
            quote,
            escape,
        } = self.dialect;
        let special = |byte: u8| byte == delimiter || byte == quote || byte == b'\n' || byte == b'\r';
        if !cell.bytes().any(special) {
            self.text.extend(cell.as_bytes());
            return;
        }
        self.text.push(quote);
        for byte in cell.bytes() {
            if byte == quote {
                self.text.push(quote);
            } else if Some(byte) == escape {
                self.text.push(byte);
            }
            self.text.push(byte);
        }
        self.text.push(quote);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::support::{canonical, feed, read_with, year};
    use super::{Adapter, Feed, Keeping, Letters, keep};
    use crate::school::Table;

    /// What is kept of an export.
    fn kept(bytes: &[u8], feed: &Feed, adapter: &Adapter) -> (Keeping, Vec<u8>) {
        let mut done = (Keeping::NotUtf8, Vec::new());
        for letters in [Letters::AsTold, Letters::Windows] {
            if done.0 == Keeping::NotUtf8 {
                done.1.clear();
                let keeping = keep(&mut Cursor::new(bytes), feed, adapter, year(), letters, &mut done.1);
                done.0 = keeping.expect("memory can be read and written");
            }
        }
        done
    }

    fn text(bytes: &[u8], table: Table) -> String {
        let (done, kept) = kept(bytes, &feed(table), &canonical());
        assert_eq!(done, Keeping::Done(blake3::hash(bytes).to_hex().to_string()));
        String::from_utf8(kept).expect("what is kept is UTF-8")
    }

    #[test]
    fn columns_that_nobody_reads_are_gone_and_cells_that_need_quotes_have_them() {
        let export = "ssn;student_id;lunch;group;value\r\n999;1; free;\"a;b, \"\"c\"\"\";d\r\n";
        assert_eq!(
            text(export.as_bytes(), Table::Groups),
            "\u{feff}student_id,group,value\n1,\"a;b, \"\"c\"\"\",d\n"
        );
    }

    #[test]
    fn a_row_that_is_none_keeps_its_place_and_not_its_cells() {
        let export = "student_id,ssn,group,value\n1,999,g\n2,999,g,v,more\n3,9\u{0}9,g,v\n\n4,999,g,v,,\n";
        assert_eq!(
            text(export.as_bytes(), Table::Groups),
            "\u{feff}student_id,group,value\n?\n?\n?\n4,g,v\n"
        );
    }

    #[test]
    fn other_encodings_become_utf_8() {
        let windows = b"student_id,ssn,group,value\n1,9,Jos\xe9,v\n";
        assert!(text(windows, Table::Groups).ends_with("1,Jos\u{e9},v\n"));
        let mut wide = vec![0xFF, 0xFE];
        wide.extend(
            "student_id\tssn\tgroup\tvalue\n1\t9\t\u{e9}\tv\n"
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        );
        assert!(text(&wide, Table::Groups).ends_with("1,\u{e9},v\n"));
        // A feed that names an encoding reads the kept file all the same: it begins with the mark of UTF-8.
        let told = Feed {
            encoding: Some("windows-1252".to_owned()),
            ..feed(Table::Groups)
        };
        let (_, kept) = kept(windows, &told, &canonical());
        assert_eq!(read_with(&kept, &told, &canonical(), 1).groups[0].group, "Jos\u{e9}");
    }

    /// An adapter of groups whose files come without a header, below two lines of titles.
    fn headerless() -> Adapter {
        let mut adapter = canonical();
        let map = adapter.tables.get_mut(&Table::Groups).expect("a table");
        map.header = ["ssn", "student_id", "lunch", "group", "race", "value"]
            .map(str::to_owned)
            .to_vec();
        map.skip_lines = 2;
        adapter
    }

    #[test]
    fn columns_that_are_known_by_their_place_keep_it_and_lose_their_cells() {
        let export = b"Report of 999-99-9999\nprinted\n999,1,free,g,x,v\n998,2,free,g,x,\"a,b\"\n997,3\n";
        let (_, once) = kept(export, &feed(Table::Groups), &headerless());
        assert_eq!(
            String::from_utf8_lossy(&once),
            "\u{feff}-\n-\nssn,student_id,lunch,group,race,value\n,1,,g,,v\n,2,,g,,\"a,b\"\n?\n"
        );
        let read = |bytes: &[u8]| read_with(bytes, &feed(Table::Groups), &headerless(), 1);
        let (whole, again) = (read(export), read(&once));
        assert_eq!(
            (again.groups, again.rows, again.rejected),
            (whole.groups, whole.rows, whole.rejected)
        );
        assert_eq!(again.rows, 3);
        let (_, twice) = kept(&once, &feed(Table::Groups), &headerless());
        assert_eq!(twice, once);
    }

    #[test]
    fn titles_above_a_header_are_not_kept() {
        let mut adapter = headerless();
        adapter.tables.get_mut(&Table::Groups).expect("a table").header = Vec::new();
        let export = b"Report of 999-99-9999\nprinted\nssn,student_id,group,value\n999,1,g,v\n";
        let (_, once) = kept(export, &feed(Table::Groups), &adapter);
        assert_eq!(
            String::from_utf8_lossy(&once),
            "\u{feff}-\n-\nstudent_id,group,value\n1,g,v\n"
        );
        assert_eq!(read_with(&once, &feed(Table::Groups), &adapter, 1).groups.len(), 1);
    }

    /// A cell of letters that mean something to some reader.
    fn cell() -> impl Strategy<Value = String> {
        "[ab\";, '\\\\|\t\u{e9}]{0,6}|line\nend|cr\rhere|\u{0}|g[0-9]"
    }

    /// A record: cells with the quotes that they need, or as they are, which may be no record at all.
    fn record(delimiter: char, escapes: bool) -> impl Strategy<Value = String> {
        let cells = prop::collection::vec(cell(), 3..7);
        (cells, prop::bool::weighted(0.8)).prop_map(move |(cells, quoted)| {
            let quote = |cell: &String| {
                let escaped = if escapes {
                    cell.replace('\\', "\\\\")
                } else {
                    cell.clone()
                };
                format!("\"{}\"", escaped.replace('"', "\"\""))
            };
            let cells: Vec<String> = match quoted {
                true => cells.iter().map(quote).collect(),
                false => cells.iter().map(|cell| cell.replace(['"', '\r'], "")).collect(),
            };
            cells.join(&delimiter.to_string())
        })
    }

    proptest! {
        #[test]
        fn what_is_kept_says_what_the_export_said(
            (export, escapes, set) in (prop::sample::select(vec![',', ';', '\t', '|']), any::<bool>(), any::<bool>()).prop_flat_map(
                |(delimiter, escapes, set)| {
                    let rows = prop::collection::vec(record(delimiter, escapes), 0..12);
                    let header = prop::sample::select(vec![
                        vec!["student_id", "ssn", "group", "value", "lunch"],
                        vec!["lunch", "value", "group", "student_id"],
                        vec!["student_id", "group", "value", "group", "ssn"],
                    ]);
                    (rows, header).prop_map(move |(rows, header)| {
                        let header = header.join(&delimiter.to_string());
                        (format!("{header}\n{}\n", rows.join("\r\n")), escapes, set.then_some(delimiter as u8))
                    })
                },
            ),
        ) {
            let adapter = Adapter { escape: escapes.then_some(b'\\'), ..canonical() };
            let feed = Feed { delimiter: set, ..feed(Table::Groups) };
            let (done, kept) = kept(export.as_bytes(), &feed, &adapter);
            prop_assert_eq!(done, Keeping::Done(blake3::hash(export.as_bytes()).to_hex().to_string()));
            let (whole, again) = (read_with(export.as_bytes(), &feed, &adapter, 1), read_with(&kept, &feed, &adapter, 1));
            prop_assert_eq!(&again.groups, &whole.groups, "{}", String::from_utf8_lossy(&kept));
            prop_assert_eq!(again.rows, whole.rows);
            prop_assert_eq!(again.unread, Vec::<String>::new());
            // Kept once more it is the same: nothing wears off.
            let (_, twice) = self::kept(&kept, &feed, &adapter);
            prop_assert_eq!(twice, kept);
        }
    }
}
