//! Files that are no text table at all, told by their first bytes: what they are, and how to get the table out of them.

/// What a file is instead of a text table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mistaken {
    /// What it is, with its article: `an Excel workbook`.
    pub what: &'static str,
    /// How to get a table that can be read.
    pub remedy: &'static str,
}

const EXCEL: Mistaken = Mistaken {
    what: "an Excel workbook",
    remedy: "open it and save the sheet as `CSV UTF-8`, or choose CSV where the SIS asks for a format",
};
const OLD_EXCEL: Mistaken = Mistaken {
    what: "an old Excel workbook (.xls)",
    remedy: "open it and save the sheet as `CSV UTF-8`, or choose CSV where the SIS asks for a format",
};
const CALC: Mistaken = Mistaken {
    what: "an OpenDocument spreadsheet",
    remedy: "open it and save the sheet as CSV",
};
const WORD: Mistaken = Mistaken {
    what: "a Word document",
    remedy: "ask the SIS for a data export, not for a report to print",
};
const ZIP: Mistaken = Mistaken {
    what: "a zip archive",
    remedy: "unpack it and adopt one of the files inside; for a OneRoster bundle run `firstbell init DIR --from oneroster`",
};
const PDF: Mistaken = Mistaken {
    what: "a PDF",
    remedy: "a PDF is for reading: choose CSV or text where the SIS asks for the report's format",
};
const PACKED: Mistaken = Mistaken {
    what: "a compressed file",
    remedy: "unpack it and adopt the file inside",
};
const HTML: Mistaken = Mistaken {
    what: "a web page (some systems call it `Excel`)",
    remedy: "choose CSV or tab-delimited text where the SIS asks for a format",
};
const XML: Mistaken = Mistaken {
    what: "XML",
    remedy: "choose CSV or tab-delimited text where the SIS asks for a format",
};
const JSON: Mistaken = Mistaken {
    what: "JSON",
    remedy: "choose CSV or tab-delimited text where the SIS asks for a format",
};
const RTF: Mistaken = Mistaken {
    what: "a rich-text document",
    remedy: "ask the SIS for a data export, not for a report to print",
};
const IMAGE: Mistaken = Mistaken {
    what: "a picture",
    remedy: "ask the SIS for a data export in CSV",
};
const DATABASE: Mistaken = Mistaken {
    what: "a database file",
    remedy: "export one table from it as CSV",
};
const BINARY: Mistaken = Mistaken {
    what: "no text",
    remedy: "export it again as CSV or tab-delimited text",
};

/// First bytes that give a file away.
const SIGNATURES: [(&[u8], Mistaken); 10] = [
    (b"%PDF", PDF),
    (b"\xD0\xCF\x11\xE0", OLD_EXCEL),
    (b"\x1F\x8B", PACKED),
    (b"7z\xBC\xAF", PACKED),
    (b"Rar!", PACKED),
    (b"BZh", PACKED),
    (b"{\\rtf", RTF),
    (b"\x89PNG", IMAGE),
    (b"\xFF\xD8\xFF", IMAGE),
    (b"SQLite format 3", DATABASE),
];

/// What a file is, where its first bytes say that it is no text table.
pub fn mistaken(head: &[u8]) -> Option<Mistaken> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Some(in_zip(head));
    }
    if let Some((_, what)) = SIGNATURES.iter().find(|(start, _)| head.starts_with(start)) {
        return Some(*what);
    }
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = text.trim_ascii_start();
    let begins = |word: &[u8]| text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word);
    let has = |word: &str| {
        let head = String::from_utf8_lossy(&text[..text.len().min(2048)]).to_ascii_lowercase();
        head.contains(word)
    };
    if begins(b"<!doctype html") || begins(b"<html") || begins(b"<table") || (begins(b"<") && has("<table")) {
        return Some(HTML);
    }
    if begins(b"<?xml") || begins(b"<") {
        return Some(XML);
    }
    if begins(b"{") && has("\":") || begins(b"[{") || begins(b"[\n") && has("\":") {
        return Some(JSON);
    }
    is_binary(head).then_some(BINARY)
}

/// What a zip holds: office documents are zips with names of their own inside.
fn in_zip(head: &[u8]) -> Mistaken {
    let has = |name: &[u8]| head.windows(name.len()).any(|window| window == name);
    if has(b"xl/") || has(b"[Content_Types].xml") && !has(b"word/") {
        EXCEL
    } else if has(b"opendocument.spreadsheet") {
        CALC
    } else if has(b"word/") {
        WORD
    } else {
        ZIP
    }
}

/// Whether control characters say that this is no text; UTF-16 has NULs in every other place and is text.
fn is_binary(head: &[u8]) -> bool {
    let head = &head[..head.len().min(4096)];
    if super::text::utf16(head).is_some() {
        return false;
    }
    let odd = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31);
    let control = head.iter().filter(odd).count();
    control * 50 > head.len()
}
