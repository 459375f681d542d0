//! An export's bytes as UTF-8 text, as they come.

use std::io::{self, Read, SeekFrom};

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::monitor::Problem;
use crate::records::{Bytes, not_utf8};

const PIECE_BYTES: usize = 1 << 16;

/// An export's text, and a problem where it was not UTF-8 and nobody had said what else.
///
/// Without a label the byte order mark decides, then whether all of it is UTF-8; what is not is read as Windows programs write, just as
/// exports are that need no plugin.
pub(crate) fn text(
    mut from: Box<dyn Bytes>,
    name: &str,
    label: Option<&str>,
) -> io::Result<(Box<dyn Read + Send>, Option<Problem>)> {
    let named = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let mut odd = None;
    let encoding = match named {
        Some(encoding) => encoding,
        None => match marked(&mut *from)? {
            Some(encoding) => encoding,
            None => match first_invalid_line(&mut *from)? {
                None => UTF_8,
                Some(line) => {
                    odd = Some(not_utf8(name, line));
                    WINDOWS_1252
                }
            },
        },
    };
    from.seek(SeekFrom::Start(0))?;
    let text = Decoded {
        from,
        decoder: encoding.new_decoder(),
        raw: vec![0; PIECE_BYTES],
        out: Vec::new(),
        at: 0,
        ended: false,
    };
    Ok((Box::new(text), odd))
}

fn marked(from: &mut dyn Bytes) -> io::Result<Option<&'static Encoding>> {
    from.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    from.take(2).read_to_end(&mut head)?;
    Ok(match head.as_slice() {
        [0xFF, 0xFE] => Some(UTF_16LE),
        [0xFE, 0xFF] => Some(UTF_16BE),
        _ => None,
    })
}

/// The first line, counted from 1, that is not UTF-8.
fn first_invalid_line(from: &mut dyn Bytes) -> io::Result<Option<u64>> {
    from.seek(SeekFrom::Start(0))?;
    let mut pending: Vec<u8> = Vec::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut line = 1;
    loop {
        let length = match from.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        pending.extend_from_slice(&piece[..length]);
        let valid = match std::str::from_utf8(&pending) {
            Ok(_) => pending.len(),
            Err(error) if error.error_len().is_some() || length == 0 => {
                let before = &pending[..error.valid_up_to()];
                return Ok(Some(line + memchr::memchr_iter(b'\n', before).count() as u64));
            }
            Err(error) => error.valid_up_to(),
        };
        if length == 0 {
            return Ok(None);
        }
        line += memchr::memchr_iter(b'\n', &pending[..valid]).count() as u64;
        pending.drain(..valid);
    }
}

struct Decoded {
    from: Box<dyn Bytes>,
    decoder: Decoder,
    raw: Vec<u8>,
    out: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Read for Decoded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() && !self.ended {
            let length = self.from.read(&mut self.raw)?;
            self.ended = length == 0;
            let room = self.decoder.max_utf8_buffer_length(length).unwrap_or(length * 3 + 16);
            self.out.resize(room, 0);
            let (_, _, written, _) = self
                .decoder
                .decode_to_utf8(&self.raw[..length], &mut self.out, self.ended);
            self.out.truncate(written);
            self.at = 0;
        }
        let length = (self.out.len() - self.at).min(into.len());
        into[..length].copy_from_slice(&self.out[self.at..self.at + length]);
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::text;

    fn read(bytes: &[u8], label: Option<&str>) -> (String, Option<u64>) {
        let (mut from, problem) = text(Box::new(Cursor::new(bytes.to_vec())), "x.txt", label).expect("opens");
        let mut all = String::new();
        from.read_to_string(&mut all).expect("is text");
        (all, problem.and_then(|problem| problem.place.line))
    }

    #[test]
    fn marks_labels_and_what_windows_writes_are_understood() {
        assert_eq!(read("a\nné".as_bytes(), None), ("a\nné".to_owned(), None));
        assert_eq!(read(b"\xEF\xBB\xBFa", None), ("a".to_owned(), None));
        assert_eq!(read(b"a\nn\xE9", None), ("a\nné".to_owned(), Some(2)));
        assert_eq!(read(b"\xFF\xFEa\0\xE9\0", None), ("aé".to_owned(), None));
        assert_eq!(read(b"\xE9", Some("latin1")), ("é".to_owned(), None));
        let long = "é".repeat(100_000);
        assert_eq!(read(long.as_bytes(), None), (long, None));
    }
}
