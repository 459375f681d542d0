//! From bytes to text: which encoding, and whole lines of each piece.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Sample;

/// The sample as text.
pub(super) struct Text {
    /// One text per piece; all but the first begin and end at a line end.
    pub(super) pieces: Vec<String>,
    /// How people call the encoding.
    pub(super) shown: &'static str,
    /// The label that a feed must bear, where the reader would not find out by itself.
    pub(super) label: Option<&'static str>,
}

/// Reads a sample as text. Pieces of the middle lose their first and last line, which may be cut.
pub(super) fn text(sample: &Sample) -> Text {
    let head = sample.pieces.first().map_or(&[][..], Vec::as_slice);
    let marked = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if let Some(encoding) = utf16(head) {
        let label = (!marked).then(|| encoding.name());
        return decoded(sample, encoding, encoding.name(), label);
    }
    if let Some(head) = head.strip_prefix(b"\xEF\xBB\xBF") {
        let mut without = sample.clone();
        without.pieces[0] = head.to_vec();
        return utf8(&without, "UTF-8 with a byte order mark");
    }
    utf8(sample, "UTF-8")
}

/// UTF-8 where all of it is; else what Windows programs write.
fn utf8(sample: &Sample, shown: &'static str) -> Text {
    let whole = |piece: &Vec<u8>| match std::str::from_utf8(piece) {
        Ok(_) => true,
        // A letter cut at the piece's end is no fault of the file's.
        Err(error) => error.error_len().is_none() && piece.len() - error.valid_up_to() < 4,
    };
    let cut = |at: usize, piece: &Vec<u8>| at == 0 || whole(&inner(piece, 1).to_vec());
    let head_whole = sample.pieces.first().is_none_or(whole);
    if head_whole && sample.pieces.iter().enumerate().all(|(at, piece)| cut(at, piece)) {
        let pieces = lines(sample, 1)
            .map(|piece| String::from_utf8_lossy(&piece).into_owned())
            .collect();
        return Text {
            pieces,
            shown,
            label: None,
        };
    }
    // The reader falls back to Windows-1252 by itself, and says so every night; the label keeps it quiet.
    decoded(sample, WINDOWS_1252, "Windows-1252", Some(WINDOWS_1252.name()))
}

fn decoded(sample: &Sample, encoding: &'static Encoding, shown: &'static str, label: Option<&'static str>) -> Text {
    let unit = if encoding == UTF_16LE || encoding == UTF_16BE {
        2
    } else {
        1
    };
    let pieces = lines(sample, unit)
        .map(|piece| {
            let (text, _) = encoding.decode_with_bom_removal(&piece);
            text.into_owned()
        })
        .collect();
    Text { pieces, shown, label }
}

/// The pieces in whole lines: the head loses a cut last line where the file goes on behind it.
fn lines(sample: &Sample, unit: usize) -> impl Iterator<Item = Vec<u8>> {
    let length = sample.length;
    sample.pieces.iter().enumerate().map(move |(at, piece)| {
        if at > 0 {
            return inner(piece, unit).to_vec();
        }
        if piece.len() as u64 >= length {
            return piece.clone();
        }
        let end = piece
            .iter()
            .rposition(|&byte| byte == b'\n')
            .map_or(piece.len(), |at| at + unit);
        piece[..end.min(piece.len())].to_vec()
    })
}

/// A piece of the middle between its first and its last line end.
fn inner(piece: &[u8], unit: usize) -> &[u8] {
    let first = piece
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(piece.len(), |at| at + unit);
    let last = piece.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + unit);
    piece.get(first..last.max(first)).unwrap_or(&[])
}

/// UTF-16, by its mark or by NULs in every other place.
pub(super) fn utf16(head: &[u8]) -> Option<&'static Encoding> {
    match head {
        [0xFF, 0xFE, ..] => return Some(UTF_16LE),
        [0xFE, 0xFF, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = &head[..head.len().min(2000) / 2 * 2];
    if head.len() < 8 {
        return None;
    }
    let nul = |from: usize| head.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (nul(0), nul(1));
    let most = head.len() * 2 / 5;
    match (even, odd) {
        (0, odd) if odd > most => Some(UTF_16LE),
        (even, 0) if even > most => Some(UTF_16BE),
        _ => None,
    }
}
