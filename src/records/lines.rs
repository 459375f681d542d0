//! Rows out of text: plain lines by our own splitting, anything with a quote by the csv crate.

use memchr::memchr_iter;

use super::notes::Line;
use super::quotes::Dialect;

/// One record: where its cells lie in a text.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// The text that holds it.
    pub(super) text: &'a str,
    /// Where each cell begins and ends in the text, white space included.
    pub(super) bounds: &'a [(u32, u32)],
    /// Where it begins.
    pub(super) line: Line,
}

impl<'a> Row<'a> {
    /// A cell without surrounding white space; empty where the row has no such cell.
    #[inline]
    pub(super) fn cell(&self, at: usize) -> &'a str {
        let Some(&(start, end)) = self.bounds.get(at) else {
            return "";
        };
        let cell = self.text.get(start as usize..end as usize).unwrap_or("");
        match (cell.as_bytes().first(), cell.as_bytes().last()) {
            (Some(b'!'..=b'~'), Some(b'!'..=b'~')) | (None, _) => cell,
            _ => cell.trim(),
        }
    }

    /// How many cells there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Bytes from the first cell to the end of the last.
    #[inline]
    pub(super) fn bytes(&self) -> usize {
        match (self.bounds.first(), self.bounds.last()) {
            (Some(first), Some(last)) => (last.1 - first.0) as usize,
            _ => 0,
        }
    }

    /// All cells.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'a str> {
        let row = *self;
        (0..row.bounds.len()).map(move |at| row.cell(at))
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;

/// A high bit for every zero byte of a word; exact, without the borrow of the shorter formula.
#[inline]
fn zero_bytes(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

/// Splits lines without quotes, eight bytes at a time, and hands each that is not blank to `each`. `first` is the number of the text's first
/// line. Returns how many line ends there were.
pub(super) fn plain(text: &str, delimiter: u8, first: Line, mut each: impl FnMut(Row<'_>)) -> u64 {
    let bytes = text.as_bytes();
    let delimiters = ONES * u64::from(delimiter);
    let line_ends = ONES * u64::from(b'\n');
    let mut bounds: Vec<(u32, u32)> = Vec::with_capacity(64);
    let mut start = 0_u32;
    let mut line = 0_u32;
    let mut finish = |bounds: &mut Vec<(u32, u32)>, start: u32, end: u32, line: u32| {
        // A carriage return belongs to the line end, not to the last cell.
        let end = if end > start && bytes[end as usize - 1] == b'\r' {
            end - 1
        } else {
            end
        };
        bounds.push((start, end));
        if bounds.len() > 1 || end > start {
            each(Row {
                text,
                bounds,
                line: first.plus(line),
            });
        }
        bounds.clear();
    };
    let mut words = bytes.chunks_exact(8);
    let mut base = 0_u32;
    for word in words.by_ref() {
        let word = u64::from_le_bytes([word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7]]);
        let ends = zero_bytes(word ^ line_ends);
        let mut hits = zero_bytes(word ^ delimiters) | ends;
        while hits != 0 {
            let bit = hits.trailing_zeros();
            let at = base + bit / 8;
            if ends >> bit & 1 == 0 {
                bounds.push((start, at));
            } else {
                finish(&mut bounds, start, at, line);
                line += 1;
            }
            start = at + 1;
            hits &= hits - 1;
        }
        base += 8;
    }
    for &byte in words.remainder() {
        if byte == delimiter {
            bounds.push((start, base));
            start = base + 1;
        } else if byte == b'\n' {
            finish(&mut bounds, start, base, line);
            line += 1;
            start = base + 1;
        }
        base += 1;
    }
    if start < base || !bounds.is_empty() {
        finish(&mut bounds, start, base, line);
    }
    u64::from(line)
}

/// Splits records with quotes, and hands each that is not blank to `each`. The text begins with a record.
pub(super) fn quoted(text: &str, dialect: Dialect, chunk: u32, mut each: impl FnMut(Row<'_>)) {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(dialect.delimiter)
        .quote(dialect.quote)
        .escape(dialect.escape)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut bounds: Vec<(u32, u32)> = Vec::with_capacity(64);
    let bytes = text.as_bytes();
    let mut counted = 0;
    let mut line = 0;
    // The only errors of a reader over memory are about UTF-8, and the text is UTF-8.
    while let Ok(true) = reader.read_record(&mut record) {
        // The reader's own count lags behind where lines end in two characters.
        let mut start = record.position().map_or(counted, |at| at.byte() as usize);
        while matches!(bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        line += memchr_iter(b'\n', &bytes[counted..start]).count() as u32;
        counted = start;
        bounds.clear();
        bounds.extend((0..record.len()).map(|at| record.range(at).map_or((0, 0), |r| (r.start as u32, r.end as u32))));
        each(Row {
            text: record.as_slice(),
            bounds: &bounds,
            line: Line::new(chunk, line),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Line, plain, quoted};

    fn rows(text: &str) -> Vec<(u64, Vec<String>)> {
        let mut rows = Vec::new();
        plain(text, b',', Line::new(0, 0), |row| {
            rows.push((row.line.0, row.cells().map(str::to_owned).collect()))
        });
        rows
    }

    #[test]
    fn plain_lines_are_split_as_the_csv_crate_splits_them() {
        let texts = [
            "a,b,c\n1,2,3\n",
            "a,b\r\n1,2\r\n",
            "one,two,three,four,five,six,seven,eight,nine\n,,,\n",
            "no end",
            "x,",
            "\n\na,b\n\n\nc,d",
            "é,ü\n日本,x\n",
        ];
        for text in texts {
            let mut expected = Vec::new();
            quoted(text, Dialect::default(), 0, |row| {
                expected.push((row.line.0, row.cells().map(str::to_owned).collect::<Vec<_>>()));
            });
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_record_stands_at_its_first_physical_line() {
        let mut lines = Vec::new();
        quoted("a,\"b\nb\"\nc,d\n", Dialect::default(), 7, |row| lines.push(row.line));
        assert_eq!(lines, [Line::new(7, 0), Line::new(7, 2)]);
    }

    #[test]
    fn white_space_around_a_cell_is_no_part_of_it() {
        assert_eq!(rows(" a ,\tb\u{a0},c d\n")[0].1, ["a", "b", "c d"]);
    }
}
