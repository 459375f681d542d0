//! One file of a bundle with only the columns that anything reads: what may be kept of it.

use std::io::{self, Write};

use super::file::column_at;
use super::recipe::Bundle;
use crate::records::adapter::Adapter;
use crate::records::feed::Feed;
use crate::records::header::header_with;
use crate::records::keep::{Cut, Keeping, Letters, copy};
use crate::records::quotes::Dialect;
use crate::records::read::first_record;
use crate::records::source::{Bytes, FALLBACK, Source, encoding_of};

/// Writes the columns of one file of a bundle that anything reads, a few megabytes at a time. The file that lists the others is
/// written as it is; a file that is no member is none to keep.
///
/// # Errors
///
/// What reading or writing says.
pub fn keep_part(
    name: &str,
    from: &mut dyn Bytes,
    feed: &Feed,
    adapter: &Adapter,
    letters: Letters,
    into: &mut dyn Write,
) -> io::Result<Keeping> {
    let no_bundle = Bundle::default();
    let bundle = adapter.bundle.as_ref().unwrap_or(&no_bundle);
    let Some((at, _)) = bundle.member_of(name) else {
        return as_it_is(from, into);
    };
    let member = &bundle.members[at];
    let reading = match (&feed.encoding, letters) {
        (Some(label), _) => encoding_of(label),
        (None, Letters::Windows) => Some(FALLBACK),
        (None, Letters::AsTold) => None,
    };
    let source = Source::open(from, reading)?;
    let Ok(head) = std::str::from_utf8(first_record(source.head(), 0)) else {
        return Ok(Keeping::NotUtf8);
    };
    let wanted: Vec<&str> = member.wanted.iter().map(String::as_str).collect();
    let header = header_with(head, None, adapter, &wanted);
    let Some(header) = header else {
        return Ok(Keeping::NoHeader);
    };
    let told = bundle.deleted.as_ref().map(|(column, _)| column);
    let names = member.wanted.iter().chain(told).chain(&bundle.modified);
    let mut columns: Vec<usize> = names.filter_map(|name| column_at(&header, member, name)).collect();
    columns.sort_unstable();
    columns.dedup();
    if columns.is_empty() {
        return Ok(Keeping::NoHeader);
    }
    let dialect = Dialect {
        delimiter: b',',
        ..header.dialect
    };
    let cut = Cut {
        columns: &columns,
        in_place: false,
        titles: 0,
        dialect,
    };
    copy(source, &header, &cut, into)
}

fn as_it_is(from: &mut dyn Bytes, into: &mut dyn Write) -> io::Result<Keeping> {
    from.seek(io::SeekFrom::Start(0))?;
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; 64 << 10];
    loop {
        match from.read(&mut block)? {
            0 => return Ok(Keeping::Done(hasher.finalize().to_hex().to_string())),
            length => {
                hasher.update(&block[..length]);
                into.write_all(&block[..length])?;
            }
        }
    }
}
