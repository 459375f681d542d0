//! The JSON schema of `plugin.toml`, made from the very lists that the parser knows: editors complete and check with it.

use serde_json::{Map, Value, json};

use super::exec::{LETTER_PARTS, SOURCE_PARTS, STUDENT_ID};
use super::kind::{Kind, Runtime};
use super::manifest::{API, OF_TABLE, SECTIONS};
use crate::records::{DateFormat, columns};
use crate::school::Table;

/// The schema.
pub fn schema() -> Value {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let about = |mut value: Value, about: &str| {
        value["description"] = about.into();
        value
    };
    let formats = DateFormat::ALL.map(|(_, word)| word);
    let dates = json!({ "oneOf": [{ "enum": formats }, { "type": "array", "items": { "enum": formats } }] });
    let whole =
        |most: i64, what: &str| json!({ "type": "integer", "minimum": 1, "maximum": most, "description": what });
    let properties = json!({
        "id": about(json!({ "type": "string", "pattern": "^[a-z0-9_-]+$" }), "The plugin's name, the same as its folder's."),
        "kind": about(json!({ "enum": Kind::ALL.map(Kind::word) }), "What it is."),
        "api": about(json!({ "const": API }), "The version of the plugin interface."),
        "runtime": about(json!({ "enum": Runtime::ALL.map(Runtime::word) }), "What runs it."),
        "title": about(text(), "One line for people."),
        "version": about(text(), "For people."),
        "provides": about(texts(), "The tables that a source fills, the one word of an indicator, or the files of a plugin of letters."),
        "reads": about(texts(), &format!(
            "What it may read: of a script, columns of the export; of an indicator, words; of an indicator's program, {STUDENT_ID} too; of a program that reads exports, {}; of a channel, {}.",
            SOURCE_PARTS.join(", "), LETTER_PARTS.join(", "))),
        "script": about(text(), "The script's file, where it is not map.rhai or indicator.rhai."),
        "indicator": closed(json!({ "unit": about(text(), "The number's unit."), "about": about(text(), "What it is, in a sentence.") }), &[]),
        "exec": closed(json!({
            "command": about(json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 }), "The program and its arguments."),
            "input": about(json!({ "enum": ["lines", "bytes"] }), "How an export reaches it."),
            "deadline_seconds": whole(3_600, "For a whole export, for one letter, or for all students of a round."),
            "hello_seconds": whole(60, "For the hello."),
            "memory_mb": whole(65_536, "Memory that it may take."),
            "output_mb": whole(65_536, "What it may answer in all."),
            "env": about(json!({ "type": "object", "additionalProperties": { "type": "string" } }), "Its environment."),
        }), &["command"]),
        "settings": about(json!({ "type": "object" }), "What a program is told in the hello."),
        "source": closed(json!({
            "null_words": about(texts(), "Words that mean a blank cell."),
            "quote": about(text(), "The character around cells."),
            "escape": about(text(), "The character before a quote inside quotes."),
            "blank_code": about(json!({ "enum": ["present", "unknown"] }), "What a blank attendance code means."),
            "exit": about(json!({ "enum": ["last_day_in", "first_day_out"] }), "What an exit date means."),
            "no_show": about(texts(), "Exit codes of students who never came."),
            "dates": about(dates.clone(), "How dates are written."),
        }), &[]),
        "tables": about(json!({ "type": "object", "additionalProperties": false, "properties": tables() }), "Where canonical columns come from."),
        "feed": about(json!({ "type": "array", "items": closed(json!({
            "table": { "enum": Table::ALL.map(Table::word) },
            "fills": { "type": "array", "items": { "enum": Table::ALL.map(Table::word) } },
            "files": one_or_more(),
            "covers": { "enum": ["year", "term", "window", "rows", "now"] },
            "delimiter": text(),
            "encoding": text(),
            "adapter": about(text(), "Another plugin that reads these files."),
        }), &["table", "files", "covers"]) }), "What `init --from` writes."),
        "bundle": about(bundle(), "Exports of several files that belong together: which they are, and how tables are made of them."),
        "sections": about(text(), &format!("Configuration that `init --from` writes: {}.", SECTIONS.join(", "))),
    });
    let mut schema = closed(properties, &["id", "kind", "api", "runtime"]);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["$defs"] = json!({ "column": column(&dates) });
    schema["title"] = "plugin.toml of firstbell".into();
    schema
}

/// An object with these properties and no other.
fn closed(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
}

/// One column of a table, as `#/$defs/column`.
fn column(dates: &Value) -> Value {
    json!({ "oneOf": [
        { "type": "string" },
        { "type": "array", "items": { "type": "string" } },
        closed(json!({
            "from": one_or_more(),
            "join": one_or_more(),
            "between": { "type": "string" },
            "constant": { "type": "string" },
            "before": { "type": "string" },
            "after": { "type": "string" },
            "cut": { "type": "string" },
            "piece": { "type": "integer", "minimum": 1 },
            "values": { "type": "object", "additionalProperties": { "type": "string" } },
            "default": { "type": "string" },
            "dates": dates,
            "split": { "type": "string" },
            "required": { "type": "boolean" },
            "lenient": { "type": "boolean" },
        }), &[]),
    ] })
}

fn one_or_more() -> Value {
    json!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

/// `[bundle]`.
fn bundle() -> Value {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let words =
        || json!({ "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } });
    let several = |item: Value| json!({ "type": "array", "items": item });
    let listing = json!({
        "file": text(), "property": text(), "value": text(), "prefix": text(), "version": text(), "versions": texts(),
    });
    let status = json!({ "column": text(), "deleted": texts(), "standing": texts() });
    let file = json!({
        "id": text(), "names": texts(), "key": text(), "needs": texts(), "required": { "type": "boolean" }, "also": words(),
    });
    let view = json!({
        "id": text(),
        "table": { "enum": Table::ALL.map(Table::word) },
        "covers": { "enum": ["year", "term", "window", "rows", "now"] },
        "must_have_rows": { "type": "boolean" },
        "rows": text(),
        "steps": several(step()),
    });
    closed(
        json!({
            "listing": closed(listing, &["file", "property", "value", "prefix"]),
            "status": closed(status, &["column", "deleted"]),
            "modified": text(),
            "file": several(closed(file, &["id", "names"])),
            "view": several(closed(view, &["rows"])),
        }),
        &[],
    )
}

/// A step of a view in `[bundle]`.
fn step() -> Value {
    let text = || json!({ "type": "string" });
    let texts = || json!({ "type": "array", "items": { "type": "string" } });
    let flag = || json!({ "type": "boolean" });
    let two = || json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 });
    let scores = json!({
        "by": texts(), "item": text(), "score": text(), "least": text(), "most": text(), "date": text(), "status": text(),
        "graded": texts(), "missing": texts(), "left_out": texts(), "missing_if": texts(), "left_out_if": texts(),
        "category": text(), "weight": text(), "none": text(),
    });
    let step = json!({
        "first": texts(), "text": texts(), "same": two(), "into": text(), "spread": text(), "by": text(),
        "pick": text(), "of": text(), "between": two(), "date": texts(),
        "join": text(), "as": text(), "from": text(), "on": text(),
        "only": { "type": "object", "additionalProperties": texts() },
        "many": flag(), "needed": flag(), "blank": text(), "when": text(), "keep": text(),
        "words": texts(), "others": texts(), "quiet": flag(),
        "this_year": two(),
        "group": texts(), "lists": texts(),
        "order": closed(json!({ "column": text(), "words": texts() }), &["column", "words"]),
        "tell_apart": text(),
        "scores": closed(scores, &[]),
    });
    closed(step, &[])
}

/// A key of a table that is no column.
fn of_table(key: &str) -> Value {
    match key {
        "only" => json!({ "type": "object", "additionalProperties": one_or_more() }),
        "skip_lines" => json!({ "type": "integer", "minimum": 0 }),
        _ => one_or_more(),
    }
}

fn tables() -> Map<String, Value> {
    let column = json!({ "$ref": "#/$defs/column" });
    let table = |table: Table| {
        let names: Map<String, Value> = columns(table)
            .iter()
            .map(|known| (known.name.to_owned(), column.clone()))
            .chain(OF_TABLE.map(|key| (key.to_owned(), of_table(key))))
            .collect();
        let map = json!({ "type": "object", "additionalProperties": false, "properties": names });
        (
            table.word().to_owned(),
            json!({ "oneOf": [{ "const": "canonical" }, map] }),
        )
    };
    Table::ALL.into_iter().map(table).collect()
}
