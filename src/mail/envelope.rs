//! From whom and to whom, as the server is told.

/// Sender and recipient of one message: exactly one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The sender's address.
    pub from: String,
    /// The recipient's address.
    pub to: String,
}

impl Envelope {
    /// Reads the envelope out of sealed bytes: a sealed letter goes where its `To:` says, whatever was configured since.
    pub fn of(bytes: &[u8]) -> Option<Envelope> {
        Some(Envelope {
            from: address(bytes, "From:")?,
            to: address(bytes, "To:")?,
        })
    }
}

/// The address of a header that firstbell itself wrote: one mailbox, with or without a display name.
fn address(bytes: &[u8], header: &str) -> Option<String> {
    let head = bytes
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.trim_ascii().is_empty());
    let mut value = String::new();
    let mut inside = false;
    for line in head {
        let line = std::str::from_utf8(line).ok()?;
        if line.starts_with([' ', '\t']) {
            if inside {
                value.push_str(line);
            }
            continue;
        }
        inside = line
            .get(..header.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(header));
        if inside {
            value.push_str(&line[header.len()..]);
        }
    }
    let value = value.trim();
    let bare = value
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.strip_suffix('>'))
        .unwrap_or(value);
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_header_and_a_hostile_display_name_are_read_right() {
        let bytes = b"From: firstbell <bell@d.example>\r\nSubject: To: x@y.example\r\nTo: \"A <a@b.example> B\"\r\n <real@d.example>\r\n\r\nTo: body@d.example\r\n";
        let envelope = Envelope::of(bytes).expect("both headers");
        assert_eq!(envelope.from, "bell@d.example");
        assert_eq!(envelope.to, "real@d.example");
    }

    #[test]
    fn bytes_without_a_recipient_have_no_envelope() {
        assert_eq!(Envelope::of(b"From: a@b.example\r\n\r\nTo: x@y.example"), None);
    }
}
