//! The guess as a declarative plugin: the text of its `plugin.toml`, or of one more table for a plugin that is there.

use std::fmt::Write as _;

use super::dates::word;
use super::guess::{Confidence, Guess};
use crate::records::{ColumnMap, columns};

/// The manifest of a new plugin that reads files as the guess describes them.
pub fn manifest(guess: &Guess, id: &str, file: &str) -> String {
    let mut text = format!(
        "# Reads `{file}` and files like it. Written by `firstbell adopt`; every line may be changed by hand.\n\n"
    );
    line(&mut text, "id", &quoted(id));
    line(&mut text, "kind", &quoted("source"));
    line(&mut text, "api", "1");
    line(&mut text, "runtime", &quoted("declarative"));
    line(
        &mut text,
        "title",
        &quoted(&format!("{}, from files like {file}", guess.table)),
    );
    line(&mut text, "provides", &list(&[guess.table.word().to_owned()]));
    let source = source(guess);
    if !source.is_empty() {
        text.push_str("\n[source]\n");
        text.push_str(&source);
    }
    text.push('\n');
    text.push_str(&table_text(guess));
    text
}

/// `[source]` without its header; empty where nothing is out of the ordinary.
pub(super) fn source(guess: &Guess) -> String {
    let mut text = String::new();
    if !guess.null_words.is_empty() {
        line(&mut text, "null_words", &list(&guess.null_words));
    }
    if guess.shape.quote != b'"' {
        line(&mut text, "quote", &quoted(&char::from(guess.shape.quote).to_string()));
    }
    if let Some(escape) = guess.shape.escape {
        line(&mut text, "escape", &quoted(&char::from(escape).to_string()));
    }
    if guess.blank_is_present {
        line(&mut text, "blank_code", &quoted("present"));
    }
    text
}

/// `[tables.NAME]` with its columns.
pub fn table_text(guess: &Guess) -> String {
    let mut text = format!("[tables.{}]\n", guess.table);
    if guess.shape.skip_lines > 0 {
        line(&mut text, "skip_lines", &guess.shape.skip_lines.to_string());
    }
    if !guess.shape.headed {
        text.push_str("# The file has no header: its columns are named here, in their order.\n");
        line(&mut text, "header", &list(&guess.headers));
    }
    if !guess.only.is_empty() {
        let only: Vec<String> = guess
            .only
            .iter()
            .map(|only| format!("{} = {}", quoted(&only.from), list(&only.is)))
            .collect();
        line(&mut text, "only", &format!("{{ {} }}", only.join(", ")));
    }
    for column in &guess.columns {
        let canonical = columns(guess.table).iter().find(|known| known.name == column.column);
        let required = canonical.is_some_and(|known| known.required);
        let doubt = if column.confidence == Confidence::Unsure {
            " # unsure"
        } else {
            ""
        };
        line(
            &mut text,
            column.column,
            &format!("{}{doubt}", column_text(&column.map, required)),
        );
    }
    text
}

/// A column as a manifest writes it: the header alone where that is all.
fn column_text(map: &ColumnMap, required: bool) -> String {
    let mut keys: Vec<String> = Vec::new();
    let mut key = |name: &str, value: String| keys.push(format!("{name} = {value}"));
    match &map.from[..] {
        [] => {}
        [one] => key("from", quoted(one)),
        many => key("from", list(many)),
    }
    if !map.join.is_empty() {
        key("join", list(&map.join));
    }
    for (name, text) in [
        ("between", &map.between),
        ("constant", &map.constant),
        ("before", &map.before),
        ("after", &map.after),
        ("default", &map.default),
        ("split", &map.split),
    ] {
        if let Some(text) = text {
            key(name, quoted(text));
        }
    }
    if let Some((cut, piece)) = &map.piece {
        key("cut", quoted(cut));
        key("piece", piece.to_string());
    }
    if !map.values.is_empty() {
        let values: Vec<String> = map
            .values
            .iter()
            .map(|(cell, word)| format!("{} = {}", quoted(cell), quoted(word)))
            .collect();
        key("values", format!("{{ {} }}", values.join(", ")));
    }
    match &map.dates[..] {
        [] => {}
        [one] => key("dates", quoted(word(*one))),
        many => key(
            "dates",
            list(&many.iter().map(|format| word(*format).to_owned()).collect::<Vec<_>>()),
        ),
    }
    if required && !map.required {
        key("required", "false".to_owned());
    }
    if map.lenient {
        key("lenient", "true".to_owned());
    }
    match &keys[..] {
        [one] if map.from.len() == 1 => one.trim_start_matches("from = ").to_owned(),
        keys => format!("{{ {} }}", keys.join(", ")),
    }
}

fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{key} = {value}");
}

/// A text as TOML writes it on one line.
fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| !c.is_control() && c != '"' && c != '\\');
    if plain {
        return format!("\"{text}\"");
    }
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn list(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}
