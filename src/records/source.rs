//! Bytes of one export in whole records: read once, hashed in order, brought to UTF-8, cut where a record ends.
//!
//! One source stands behind a lock; threads take chunks from it in turn. What must be in order (reading, hashing, finding
//! record ends) happens here; what need not (UTF-8 check, splitting, understanding) is the taker's.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use memchr::{memchr, memchr_iter, memrchr};

use super::quotes::{Cut, Dialect, cut};

/// Bytes asked for at a time; 4 MiB keeps two threads busy and stays within the cache's reach (measured).
const CHUNK_BYTES: usize = 512 << 10;
/// Bytes read, hashed and searched for quotes at a time, while they are in the nearest cache (measured).
const PIECE_BYTES: usize = 128 << 10;
/// A record longer than this is no record: what follows up to the line's end is passed over.
const RECORD_BYTES: usize = 16 << 20;
/// Reads land on page starts: into buffers off by 16 bytes they were four times slower (measured).
const PAGE: usize = 4096;

/// Anything that can be read twice: an export that turns out not to be UTF-8 is read again.
pub trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// Whole records of one export.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Its number, from 0, in the order of the file.
    pub(super) number: u32,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// What it holds.
    pub(super) holds: Holds,
}

impl Chunk {
    /// The chunk's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }
}

/// What a chunk holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Holds {
    /// Whole records without a single quote.
    #[default]
    Plain,
    /// Whole records, quotes among them.
    Quoted,
    /// Lines from a quote that never closes.
    Unclosed,
    /// The beginning of a line that is too long to be one; the rest of it is already passed over.
    TooLong,
}

/// One export being read.
pub(super) struct Source<'a> {
    from: &'a mut dyn Bytes,
    hasher: blake3::Hasher,
    /// The file's length when it was opened.
    pub(super) length: u64,
    /// Bytes read so far, as they lie in the file.
    pub(super) bytes: u64,
    /// Bytes asked for at a time: no more than the file has, or ten thousand small files would cost as many large buffers.
    at_a_time: usize,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    pending: Vec<u8>,
    ended: bool,
    dialect: Dialect,
    chunks: u32,
    skipping: bool,
    /// Whether a quote stands in what was put into the buffer last.
    has_quote: bool,
}

impl<'a> Source<'a> {
    /// Starts at the first byte. `reading` is the encoding that the caller wants; `None` looks for a byte order mark and otherwise takes UTF-8.
    pub(super) fn open(from: &'a mut dyn Bytes, reading: Option<&'static Encoding>) -> io::Result<Source<'a>> {
        let length = from.seek(SeekFrom::End(0))?;
        from.seek(SeekFrom::Start(0))?;
        let mut source = Source {
            from,
            length,
            hasher: blake3::Hasher::new(),
            bytes: 0,
            at_a_time: usize::try_from(length.saturating_add(1))
                .map_or(CHUNK_BYTES, |length| length.clamp(PAGE, CHUNK_BYTES)),
            decoder: None,
            raw: Vec::new(),
            pending: Vec::new(),
            ended: false,
            dialect: Dialect::default(),
            chunks: 0,
            skipping: false,
            has_quote: false,
        };
        let mut head = vec![0; source.at_a_time];
        let length = source.read(&mut head)?;
        head.truncate(length);
        source.decoder = match (reading, &head[..]) {
            (Some(encoding), _) => Some(encoding.new_decoder()),
            (_, [0xFF, 0xFE, ..]) => Some(UTF_16LE.new_decoder()),
            (_, [0xFE, 0xFF, ..]) => Some(UTF_16BE.new_decoder()),
            _ => None,
        };
        if source.decoder.is_some() {
            source.decode(&head);
        } else {
            let mark = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            source.pending = head.split_off(mark);
        }
        Ok(source)
    }

    /// The text read ahead: at least the header, where there is one.
    pub(super) fn head(&self) -> &[u8] {
        &self.pending
    }

    /// Whether the text passes through a decoder and so is UTF-8 whatever the bytes were.
    pub(super) fn decodes(&self) -> bool {
        self.decoder.is_some()
    }

    /// Passes over the header and fixes how records are written.
    pub(super) fn begin(&mut self, after: usize, dialect: Dialect) {
        self.pending.drain(..after.min(self.pending.len()));
        self.dialect = dialect;
    }

    /// The digest of all bytes, as hexadecimal. Reads what is left.
    pub(super) fn digest(&mut self) -> io::Result<String> {
        let mut rest = vec![0; if self.ended { 0 } else { self.at_a_time }];
        while !self.ended {
            self.read(&mut rest)?;
        }
        Ok(self.hasher.finalize().to_hex().to_string())
    }

    /// The next whole records; `None` at the end. `spare` is a chunk done with, whose memory is used again.
    pub(super) fn next(&mut self, spare: Chunk) -> io::Result<Option<Chunk>> {
        let mut buffer = spare.buffer;
        loop {
            let (start, end) = self.fill(&mut buffer)?;
            if start == end {
                return Ok(None);
            }
            let text = &buffer[start..end];
            if self.skipping {
                match memchr(b'\n', text) {
                    Some(at) => {
                        self.skipping = false;
                        self.pending = text[at + 1..].to_vec();
                    }
                    None if self.ended => return Ok(None),
                    None => {}
                }
                continue;
            }
            let has_quote = self.has_quote;
            let (length, holds) = match self.cut(text, has_quote) {
                Cut::Records(at) if has_quote && memchr(self.dialect.quote, &text[..at]).is_some() => {
                    (at, Holds::Quoted)
                }
                Cut::Records(at) => (at, Holds::Plain),
                Cut::Unclosed(at) => (at, Holds::Unclosed),
                Cut::None if text.len() > RECORD_BYTES => {
                    self.skipping = true;
                    (text.len(), Holds::TooLong)
                }
                Cut::None => {
                    self.pending = text.to_vec();
                    continue;
                }
            };
            self.pending = text[length..].to_vec();
            let number = self.chunks;
            self.chunks += 1;
            return Ok(Some(Chunk {
                number,
                buffer,
                start,
                end: start + length,
                holds,
            }));
        }
    }

    /// Where the last whole record of a text ends.
    fn cut(&self, text: &[u8], has_quote: bool) -> Cut {
        if has_quote {
            return cut(text, self.dialect, self.ended);
        }
        match memrchr(b'\n', text) {
            _ if self.ended => Cut::Records(text.len()),
            Some(at) => Cut::Records(at + 1),
            None => Cut::None,
        }
    }

    /// Puts what is pending and the next bytes into a buffer; says where they lie in it.
    fn fill(&mut self, buffer: &mut Vec<u8>) -> io::Result<(usize, usize)> {
        // While a long record is gathered, more is read at a time, so that it is not copied again for every chunk.
        let wanted = self.at_a_time.max(self.pending.len());
        if self.decoder.is_some() {
            if !self.ended {
                let mut raw = std::mem::take(&mut self.raw);
                raw.resize(wanted, 0);
                let length = self.read(&mut raw)?;
                self.decode(&raw[..length]);
                self.raw = raw;
            }
            *buffer = std::mem::take(&mut self.pending);
            self.has_quote = memchr(self.dialect.quote, buffer).is_some();
            return Ok((0, buffer.len()));
        }
        let carried = self.pending.len();
        let needed = carried + PAGE + wanted;
        if buffer.len() < needed {
            buffer.resize(needed, 0);
        }
        let address = buffer.as_ptr() as usize + carried;
        let begin = carried + (PAGE - address % PAGE) % PAGE;
        buffer[begin - carried..begin].copy_from_slice(&self.pending);
        self.has_quote = memchr(self.dialect.quote, &self.pending).is_some();
        self.pending.clear();
        let mut end = begin;
        if !self.ended {
            end += self.read(&mut buffer[begin..begin + wanted])?;
        }
        Ok((begin - carried, end))
    }

    /// Fills as much of `into` as there is, hashes it and looks for quotes, a piece at a time.
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let (mut filled, mut hashed) = (0, 0);
        while filled < into.len() && !self.ended {
            let until = into.len().min(filled + PIECE_BYTES);
            match self.from.read(&mut into[filled..until]) {
                Ok(0) => self.ended = true,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if filled - hashed >= PIECE_BYTES {
                self.look(&into[hashed..filled]);
                hashed = filled;
            }
        }
        self.look(&into[hashed..filled]);
        self.bytes += filled as u64;
        Ok(filled)
    }

    fn look(&mut self, piece: &[u8]) {
        self.hasher.update(piece);
        self.has_quote = self.has_quote || memchr(self.dialect.quote, piece).is_some();
    }

    /// Appends decoded text to what is pending.
    fn decode(&mut self, raw: &[u8]) {
        let Some(decoder) = &mut self.decoder else {
            return;
        };
        let room = decoder.max_utf8_buffer_length(raw.len()).unwrap_or(raw.len() * 3 + 16);
        let before = self.pending.len();
        self.pending.resize(before + room, 0);
        let (_, _, written, _) = decoder.decode_to_utf8(raw, &mut self.pending[before..], self.ended);
        self.pending.truncate(before + written);
    }
}

/// The encoding that a feed's `encoding` names; `None` for a label that nobody knows. A feed that says UTF-8 wants damaged letters
/// replaced, not the whole file read as something else.
pub(super) fn encoding_of(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

/// What a file that is not UTF-8 is read as: what Windows programs write where they do not write Unicode.
pub(super) static FALLBACK: &Encoding = WINDOWS_1252;

/// The first physical line, counted from 1, that is not UTF-8; 0 where all of it is.
pub(super) fn first_invalid_line(from: &mut dyn Bytes) -> io::Result<u64> {
    from.seek(SeekFrom::Start(0))?;
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut lines = 1;
    loop {
        let length = from.read(&mut buffer)?;
        pending.extend_from_slice(&buffer[..length]);
        let valid = match std::str::from_utf8(&pending) {
            Ok(_) => pending.len(),
            Err(error) => {
                let valid = error.valid_up_to();
                if error.error_len().is_some() || length == 0 {
                    return Ok(lines + memchr_iter(b'\n', &pending[..valid]).count() as u64);
                }
                valid
            }
        };
        if length == 0 {
            return Ok(0);
        }
        lines += memchr_iter(b'\n', &pending[..valid]).count() as u64;
        pending.drain(..valid);
    }
}
