//! An export's text line by line, with an end to how long a line may be.

use std::io::{self, BufRead, BufReader, Read};

/// The longest line that is handed over. Chosen by us: a row of an export is a few hundred bytes.
pub(crate) const LINE_BYTES: u64 = 1 << 20;

/// Gives every line without its end, with its number from 1, until `each` says that it is enough.
pub(crate) fn lines(from: Box<dyn Read + Send>, mut each: impl FnMut(u64, &str) -> io::Result<()>) -> io::Result<()> {
    let mut from = BufReader::with_capacity(1 << 16, from);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = (&mut from).take(LINE_BYTES).read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        if length as u64 == LINE_BYTES && line.last() != Some(&b'\n') {
            let message = format!("line {number} is longer than {LINE_BYTES} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        // The decoder before has made it UTF-8, and cuts no character at a line end.
        let text = String::from_utf8_lossy(&line);
        each(number, text.trim_end_matches(['\n', '\r']))?;
    }
    Ok(())
}
