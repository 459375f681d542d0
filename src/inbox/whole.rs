//! Whether a file ends where a record ends: what stands still may still have been cut off in the middle of a line.

use std::io::{self, Read, Seek, SeekFrom};

/// Bytes looked at from either end: longer than a header or a record of any export that we know.
const REACH: u64 = 64 * 1024;

/// Delimiters that an export may have; one that the header does not hold says nothing.
const DELIMITERS: [char; 5] = [',', '\t', ';', '|', '~'];

/// Line starts tried from the end backwards: the last record may hold line breaks of its own. Chosen by us.
const LINES_BACK: usize = 20;

/// Whether the last record of a file is whole: a final newline, or as many columns as the header and no open quote. What is no text
/// of records is judged by its own end: a zip archive by its directory, JSON and XML by their last bracket.
///
/// # Errors
///
/// What reading either end came to.
pub fn is_whole(name: &str, file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let size = file.seek(SeekFrom::End(0))?;
    if size == 0 {
        return Ok(true);
    }
    let head = stretch(file, 0, REACH.min(size))?;
    // An even distance from the start keeps UTF-16 in step.
    let from = size.saturating_sub(REACH) & !1;
    let tail = stretch(file, from, size - from)?;
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(has_directory(&tail, from));
    }
    Ok(ends_whole(name, &head, &tail))
}

/// Whether an archive ends with its directory: 22 bytes that say where the directory lies and how long the comment behind them is.
/// An archive that lies uncompressed inside another one has such an end too, but then more follows.
fn has_directory(tail: &[u8], from: u64) -> bool {
    let ends = tail.windows(4).enumerate().rev();
    let mut ends = ends.filter(|(_, window)| *window == b"PK\x05\x06").map(|(at, _)| at);
    ends.any(|at| {
        let Some(end) = tail.get(at..at + 22) else { return false };
        let long = |at: usize| u32::from_le_bytes([end[at], end[at + 1], end[at + 2], end[at + 3]]);
        let (size, start) = (long(12), long(16));
        let comment = usize::from(u16::from_le_bytes([end[20], end[21]]));
        let rest = tail.get(at + 22 + comment..);
        // Beyond 4 GiB the place stands elsewhere.
        let is_before = start == u32::MAX || u64::from(start) + u64::from(size) <= from + at as u64;
        is_before && rest.is_some_and(|rest| rest.iter().all(|byte| *byte == 0))
    })
}

fn stretch(file: &mut (impl Read + Seek), from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn ends_whole(name: &str, head: &[u8], tail: &[u8]) -> bool {
    let lower = name.to_lowercase();
    let wide = match head {
        [0xFF, 0xFE, ..] => Some(u16::from_le_bytes as fn([u8; 2]) -> u16),
        [0xFE, 0xFF, ..] => Some(u16::from_be_bytes as fn([u8; 2]) -> u16),
        _ => None,
    };
    if wide.is_none() && head.contains(&0) {
        // Neither text nor an archive that we know: only its standing still can be judged.
        return true;
    }
    if wide.is_some() && tail.len() % 2 == 1 {
        return false;
    }
    let (head, tail) = (text(head, wide), text(tail, wide));
    // An end-of-file mark of old programs is no record.
    let tail = tail.trim_end_matches(['\u{1a}', '\0']);
    if lower.ends_with(".json") || lower.ends_with(".xml") {
        return tail.trim_end().ends_with(['}', ']', '>']);
    }
    tail.is_empty() || tail.ends_with(['\n', '\r']) || last_record_has_all_columns(&head, tail)
}

/// The text of bytes as far as delimiters, quotes and line ends go; other characters need not be right.
fn text(bytes: &[u8], wide: Option<fn([u8; 2]) -> u16>) -> String {
    let Some(unit) = wide else {
        return String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned();
    };
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units)
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.trim_start_matches('\u{feff}').to_owned()
}

fn last_record_has_all_columns(head: &str, tail: &str) -> bool {
    let header = head.split(['\n', '\r']).find(|line| !line.trim().is_empty());
    let Some(header) = header else { return true };
    let with_delimiter = |delimiter: &char| {
        let columns = fields(header, *delimiter)?;
        (columns > 1).then_some((*delimiter, columns))
    };
    let mut shapes = DELIMITERS.iter().filter_map(with_delimiter).peekable();
    if shapes.peek().is_none() {
        // One column, or columns by width: the end of a record cannot be told.
        return true;
    }
    shapes.any(|(delimiter, columns)| {
        let breaks = tail.rmatch_indices(['\n', '\r']).map(|(at, _)| at + 1);
        let mut starts = breaks.chain([0]).take(LINES_BACK);
        starts.any(|start| fields(&tail[start..], delimiter) == Some(columns))
    })
}

/// The fields of one record; `None` where the text is more than one record, or ends inside a quote.
fn fields(record: &str, delimiter: char) -> Option<usize> {
    let (mut count, mut quoted, mut at_start) = (1, false, true);
    for c in record.chars() {
        match c {
            // A quote in the middle of a field is a character like any other: 6" pipe.
            '"' if quoted || at_start => quoted = !quoted,
            '\n' | '\r' if !quoted => return None,
            c if c == delimiter && !quoted => {
                count += 1;
                at_start = true;
                continue;
            }
            // After a closing quote another one opens again: "say ""hi""".
            _ => {}
        }
        at_start = c == '"' && !quoted;
    }
    (!quoted).then_some(count)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::is_whole;

    fn whole(name: &str, bytes: impl AsRef<[u8]>) -> bool {
        is_whole(name, &mut Cursor::new(bytes.as_ref())).expect("memory can be read")
    }

    #[test]
    fn a_final_newline_ends_a_record() {
        assert!(whole("a.csv", "id,name\n1,Ann\n"));
        assert!(whole("a.csv", "id,name\r\n1,Ann\r\n"));
        assert!(whole("a.csv", "id,name\r1,Ann\r"));
        assert!(whole("a.csv", "id,name\n1,Ann\n\u{1a}"), "an old end-of-file mark");
        assert!(whole("a.csv", ""), "an empty file ends nowhere else");
    }

    #[test]
    fn without_one_the_last_record_has_the_header_s_columns_and_no_open_quote() {
        assert!(whole("a.csv", "id,name,date\n1,Ann,2026-10-01"));
        assert!(!whole("a.csv", "id,name,date\n1,Ann"));
        assert!(whole("a.csv", "id,name\r1,Ann"), "old line ends");
        assert!(!whole("a.csv", "id,name,date\n1,Ann,2026-10-01\n2"));
        assert!(!whole("a.csv", "id,name,date\n1,Ann,\"2026-10"), "an open quote");
        assert!(
            whole("a.csv", "id,name,date\n1,\"Lee, Ann\",2026-10-01"),
            "a delimiter in quotes"
        );
        assert!(
            !whole("a.csv", "id,name,date\n1,\"Lee, Ann, 2026"),
            "delimiters behind an open quote"
        );
        assert!(
            whole("a.csv", "id\tname\n1\tLee, Ann"),
            "the header's delimiter alone counts"
        );
        assert!(whole("a.csv", "id,name"), "a header alone");
        assert!(
            whole("a.csv", "id,note\n1,\"two\nlines\""),
            "a line break inside the last cell"
        );
        assert!(!whole("a.csv", "id,note,date\n1,\"two\nlines"), "cut off behind one");
        assert!(whole("a.csv", "id,size\n1,6\" pipe"), "a quote in the middle of a cell");
        assert!(whole("a.csv", "id,name\n1,\"say \"\"hi\"\"\""), "doubled quotes");
    }

    #[test]
    fn wide_text_is_judged_like_narrow() {
        let wide = |text: &str| -> Vec<u8> {
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        };
        assert!(whole("a.csv", wide("id,name\n1,Ann\n")));
        assert!(whole("a.csv", wide("id,name\n1,Ann")));
        assert!(!whole("a.csv", wide("id,name\n1")));
        let half = wide("id,name\n1,Ann\n");
        assert!(!whole("a.csv", &half[..half.len() - 1]), "half a character");
    }

    #[test]
    fn an_archive_ends_with_its_directory_and_json_with_a_bracket() {
        assert!(whole(
            "a.zip",
            b"PK\x03\x04....PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
        ));
        assert!(!whole("a.zip", b"PK\x03\x04 and the rest is still on its way"));
        assert!(
            !whole(
                "a.zip",
                b"PK\x03\x04 an archive inside PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0 and more"
            ),
            "cut off behind an archive in the archive"
        );
        assert!(
            !whole(
                "a.zip",
                b"PK\x03\x04....PK\x05\x06\0\0\0\0\0\0\0\0\xff\0\0\0\xff\0\0\0\0\0"
            ),
            "a directory that would lie behind its own end"
        );
        assert!(
            whole(
                "a.zip",
                b"PK\x03\x04....PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0hi"
            ),
            "with a comment"
        );
        assert!(whole("a.json", "[{\"id\": 1}]\n"));
        assert!(!whole("a.json", "[{\"id\": 1},\n"));
        assert!(
            whole("a.txt", "00001 Ann     9\n00002 Bo"),
            "columns by width have no count"
        );
    }

    #[test]
    fn every_cut_of_a_record_but_one_inside_its_last_cell_is_noticed() {
        let text = "id,name,date\n1,\"Lee, Ann\",2026-10-01";
        let last = text.rfind(',').expect("a comma");
        for end in "id,name,date\n1".len()..=last {
            assert!(!whole("a.csv", &text[..end]), "{}", &text[..end]);
        }
    }

    #[test]
    fn a_long_file_is_judged_by_its_ends() {
        let mut text = "id,name,date\n".to_owned();
        for number in 0..20_000 {
            text.push_str(&format!("{number},Ann Lee,2026-10-01\n"));
        }
        assert!(whole("a.csv", &text));
        text.push_str("20000,Ann");
        assert!(!whole("a.csv", &text));
    }
}
