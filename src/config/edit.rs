//! The keys that firstbell writes itself: `send_to` at go-live, and what makes the configuration of a rebuilt home harmless. Everything
//! else of the file, comments too, stays as it is.

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

/// The text for a home that is made again from the archive: it rehearses, knows no mail server, and has an inbox of its own, so
/// that it can write to nobody and touch nobody's share.
///
/// # Errors
///
/// A problem where the text cannot be changed so.
pub fn for_rebuild(text: &str, path: &str) -> Result<String, Problem> {
    let edited =
        set_send_to(text, path, SendTo::Rehearsal).map(|text| own_inbox(&without_smtp(&without_folders(&text))));
    if let Ok(edited) = edited
        && is_harmless(&edited)
    {
        return Ok(edited);
    }
    // Written in a way that we do not edit: the same without its comments.
    plainly(text).filter(|text| is_harmless(text)).ok_or_else(|| {
        let message = format!("`{path}` cannot be made into one that writes to nobody");
        let remedy = "write [mail] and [inbox] as tables of their own, as `firstbell init` does";
        Problem::new("config-rebuild", Weight::Stop, Place::file(path), message, remedy)
    })
}

/// The same with the lines of `[mail.smtp]` as comments.
fn without_smtp(text: &str) -> String {
    let mut inside = false;
    let line = |line: &str| {
        let trimmed = line.trim_start();
        if trimmed.starts_with('[') {
            let name: String = trimmed.chars().filter(|letter| !letter.is_whitespace()).collect();
            inside = name.starts_with("[mail.smtp]");
        }
        let comment = if inside && !trimmed.is_empty() { "# " } else { "" };
        format!("{comment}{line}")
    };
    text.split_inclusive('\n').map(line).collect()
}

/// The same with every feed's `folder` as a comment: what lies there is today's, and the archive's files lie in the inbox.
fn without_folders(text: &str) -> String {
    let mut inside = false;
    let line = |line: &str| {
        let plain: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
        if plain.starts_with('[') {
            inside = plain.starts_with("[[feed]]");
        }
        let comment = if inside && plain.starts_with("folder=") {
            "# "
        } else {
            ""
        };
        format!("{comment}{line}")
    };
    text.split_inclusive('\n').map(line).collect()
}

/// The same with `[inbox] path` set to the home's own.
fn own_inbox(text: &str) -> String {
    let mark = text.len() - text.trim_start_matches('\u{feff}').len();
    let span = DeTable::parse(&text[mark..]).ok().and_then(|document| {
        let inbox = document.get_ref().get("inbox")?.get_ref().as_table()?;
        inbox.get("path").map(toml::Spanned::span)
    });
    let mut edited = text.to_owned();
    if let Some(span) = span {
        edited.replace_range(mark + span.start..mark + span.end, "\"inbox\"");
    }
    edited
}

fn plainly(text: &str) -> Option<String> {
    let mut table: toml::Table = text.trim_start_matches('\u{feff}').parse().ok()?;
    let mail = table.get_mut("mail")?.as_table_mut()?;
    mail.remove("smtp");
    mail.insert("send_to".to_owned(), "rehearsal".into());
    if let Some(inbox) = table.get_mut("inbox").and_then(toml::Value::as_table_mut) {
        inbox.insert("path".to_owned(), "inbox".into());
    }
    for feed in table
        .get_mut("feed")
        .and_then(toml::Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Some(feed) = feed.as_table_mut() {
            feed.remove("folder");
        }
    }
    toml::to_string(&table).ok()
}

fn is_harmless(text: &str) -> bool {
    let Ok(table) = text.trim_start_matches('\u{feff}').parse::<toml::Table>() else {
        return false;
    };
    let Some(mail) = table.get("mail").and_then(toml::Value::as_table) else {
        return false;
    };
    let inbox = table.get("inbox").and_then(|inbox| inbox.get("path"));
    let rehearses = mail.get("send_to").and_then(toml::Value::as_str) == Some("rehearsal");
    let mut feeds = table.get("feed").and_then(toml::Value::as_array).into_iter().flatten();
    let reads_elsewhere = feeds.any(|feed| feed.get("folder").is_some());
    !mail.contains_key("smtp")
        && !reads_elsewhere
        && rehearses
        && inbox.is_none_or(|path| path.as_str() == Some("inbox"))
}
