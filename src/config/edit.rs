//! The one key that firstbell writes itself: `send_to`, at go-live. Everything else of the file, comments too, stays as it is.

use toml::de::DeTable;

use super::SendTo;
use crate::monitor::{Place, Problem, Weight};

/// The text with `[mail] send_to` set; an error where the text has no `[mail]` table of its own.
pub fn set_send_to(text: &str, path: &str, send_to: SendTo) -> Result<String, Problem> {
    let word = match send_to {
        SendTo::Rehearsal => "\"rehearsal\"",
        SendTo::Owners => "\"owners\"",
    };
    let not_ours = || {
        let message = format!("`send_to` cannot be set in `{path}`");
        let remedy = format!("write `send_to = {word}` under `[mail]` by hand");
        Problem::new("config-send-to", Weight::Stop, Place::file(path), message, remedy)
    };
    // Spans count from the text as it is parsed; a byte order mark is parsed around, not through.
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let document = DeTable::parse(&text[mark..]).map_err(|_| not_ours())?;
    let mail = document.get_ref().get("mail").ok_or_else(not_ours)?;
    let table = mail.get_ref().as_table().ok_or_else(not_ours)?;
    let mut edited = text.to_owned();
    if let Some(value) = table.get("send_to") {
        let span = value.span();
        edited.replace_range(mark + span.start..mark + span.end, word);
        return Ok(edited);
    }
    let header = mark + mail.span().start;
    if !text[header..].starts_with("[mail]") {
        return Err(not_ours());
    }
    let end = text[header..].find('\n').map_or(text.len(), |end| header + end);
    edited.insert_str(end, &format!("\nsend_to = {word}"));
    Ok(edited)
}
