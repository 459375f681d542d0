//! Where records end when cells are quoted: a line end inside quotes ends nothing.
//!
//! The csv crate splits the records; this only finds places where a file may be cut, by the same rules (RFC 4180): a quote
//! opens at the start of a cell alone, a doubled or escaped one does not close.

use memchr::{memchr, memchr_iter, memchr2, memrchr};

/// How an export writes its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    /// What parts cells.
    pub(super) delimiter: u8,
    /// What cells are quoted with.
    pub(super) quote: u8,
    /// What escapes a quote inside quotes, beside doubling it.
    pub(super) escape: Option<u8>,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect {
            delimiter: b',',
            quote: b'"',
            escape: None,
        }
    }
}

/// Where a text may be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Whole records up to here.
    Records(usize),
    /// From the start to here a line (or several) with a quote that never closes.
    Unclosed(usize),
    /// Not one whole record: more is needed.
    None,
}

/// A quoted cell over more lines than this is a quote that was never closed; chosen by us: remarks have tens of lines.
const QUOTED_LINES: usize = 1000;

/// Where the last whole record of a text that begins with a record ends; `ended` when nothing follows the text.
pub(super) fn cut(text: &[u8], dialect: Dialect, ended: bool) -> Cut {
    let mut boundary = 0;
    let mut from = 0;
    while let Some(open) = memchr(dialect.quote, &text[from..]).map(|at| from + at) {
        if let Some(end) = memrchr(b'\n', &text[from..open]) {
            boundary = from + end + 1;
        }
        let opens = open == 0 || text[open - 1] == dialect.delimiter || text[open - 1] == b'\n';
        if !opens {
            from = open + 1;
            continue;
        }
        let closed = close(text, open + 1, dialect);
        let reach = closed.unwrap_or(text.len());
        let lines = memchr_iter(b'\n', &text[open..reach]).count();
        if lines > QUOTED_LINES || (closed.is_none() && ended) {
            if boundary > 0 {
                return Cut::Records(boundary);
            }
            return Cut::Unclosed(memchr(b'\n', &text[open..]).map_or(text.len(), |at| open + at + 1));
        }
        match closed {
            Some(at) => from = at,
            None if boundary > 0 => return Cut::Records(boundary),
            None => return Cut::None,
        }
    }
    if ended {
        return Cut::Records(text.len());
    }
    match memrchr(b'\n', &text[from..]) {
        Some(end) => Cut::Records(from + end + 1),
        None if boundary > 0 => Cut::Records(boundary),
        None => Cut::None,
    }
}

/// The place behind the quote that closes a cell.
fn close(text: &[u8], mut from: usize, dialect: Dialect) -> Option<usize> {
    loop {
        let at = match dialect.escape {
            Some(escape) => memchr2(dialect.quote, escape, text.get(from..)?)?,
            None => memchr(dialect.quote, text.get(from..)?)?,
        };
        let at = from + at;
        if text[at] != dialect.quote || text.get(at + 1) == Some(&dialect.quote) {
            from = at + 2;
            continue;
        }
        return Some(at + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, Dialect, QUOTED_LINES, cut};

    fn at(text: &str, ended: bool) -> Cut {
        cut(text.as_bytes(), Dialect::default(), ended)
    }

    #[test]
    fn a_line_end_inside_quotes_ends_nothing() {
        assert_eq!(at("a,\"b\nc\"\nd,", false), Cut::Records(8));
        assert_eq!(at("a,b\nc,\"d\ne", false), Cut::Records(4));
        assert_eq!(at("a,\"b\nc", false), Cut::None);
        assert_eq!(at("a,\"b\"\"\nc\"\n", false), Cut::Records(10));
    }

    #[test]
    fn a_quote_within_a_cell_is_a_letter() {
        assert_eq!(at("5\" pipe,b\nc,d\ne", false), Cut::Records(14));
    }

    #[test]
    fn a_quote_that_never_closes_costs_its_line_alone() {
        assert_eq!(at("a,b\nc,\"d\ne,f\n", true), Cut::Records(4));
        assert_eq!(at("c,\"d\ne,f\n", true), Cut::Unclosed(5));
        let long = format!("c,\"d\n{}\"\n", "e,f\n".repeat(QUOTED_LINES));
        assert_eq!(at(&long, false), Cut::Unclosed(5));
    }

    #[test]
    fn an_escaped_quote_does_not_close() {
        let dialect = Dialect {
            escape: Some(b'\\'),
            ..Dialect::default()
        };
        assert_eq!(cut(b"\"a \\\"b\n\",c\nd", dialect, false), Cut::Records(11));
        assert_eq!(cut(b"\"a\\\\\"\n\"b", dialect, false), Cut::Records(6));
    }
}
