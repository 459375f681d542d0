//! `plugin.toml`, read strictly: what it mirrors, and what it means.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::column::{column, did_you_mean, formats};
use crate::monitor::{Place, Problem, Weight};
use crate::records::{Adapter, ColumnMap, Covers, DateFormat, Feed, TableMap, columns};
use crate::school::Table;

/// The version of what plugins and firstbell expect of each other.
const API: i64 = 1;
/// Kinds of plugins that the design knows.
const KINDS: [&str; 4] = ["source", "indicator", "channel", "letters"];
/// Runtimes that the design knows.
const RUNTIMES: [&str; 3] = ["declarative", "rhai", "exec"];
/// Sections of the configuration that an adapter may bring.
const SECTIONS: [&str; 3] = ["attendance", "grades", "behavior"];

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: Spanned<String>,
    kind: Spanned<String>,
    api: Spanned<i64>,
    runtime: Spanned<String>,
    #[serde(default)]
    title: String,
    #[serde(default, rename = "version")]
    _version: Option<String>,
    #[serde(default, rename = "provides")]
    _provides: Vec<String>,
    #[serde(default, rename = "reads")]
    _reads: Vec<String>,
    #[serde(default)]
    source: RawSource,
    #[serde(default)]
    tables: BTreeMap<String, Spanned<Value>>,
    #[serde(default, rename = "feed")]
    feeds: Vec<Spanned<RawFeed>>,
    #[serde(default)]
    sections: Option<Spanned<String>>,
}

/// How an export writes its cells.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    #[serde(default)]
    null_words: Vec<String>,
    quote: Option<Spanned<String>>,
    escape: Option<Spanned<String>>,
    blank_code: Option<Spanned<String>>,
    exit: Option<Spanned<String>>,
    #[serde(default)]
    no_show: Vec<String>,
    dates: Option<Spanned<Value>>,
}

/// A feed that `init --from` writes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFeed {
    table: String,
    #[serde(default)]
    fills: Vec<String>,
    files: Value,
    covers: Covers,
    delimiter: Option<String>,
    encoding: Option<String>,
}

/// The text being read, and what was found wrong with it.
struct Reading<'t> {
    text: &'t str,
    path: &'t str,
    problems: Vec<Problem>,
}

/// The adapter that a manifest describes. Errors: everything that is wrong with it, each with its line.
pub(super) fn adapter(text: &str, path: &str) -> Result<Adapter, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reading = Reading {
        text,
        path,
        problems: Vec::new(),
    };
    let raw: Raw = match toml::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            reading.syntax(&error);
            return Err(reading.problems);
        }
    };
    reading.known(&raw);
    let mut adapter = Adapter::new(raw.id.get_ref());
    adapter.title = raw.title;
    let dates = reading.source(&raw.source, &mut adapter);
    for (word, value) in &raw.tables {
        reading.table(word, value, &dates, &mut adapter);
    }
    for feed in &raw.feeds {
        reading.feed(feed, &mut adapter);
    }
    if let Some(sections) = &raw.sections {
        reading.sections(sections);
        adapter.sections.clone_from(sections.get_ref());
    }
    if reading.problems.is_empty() {
        Ok(adapter)
    } else {
        Err(reading.problems)
    }
}

impl Reading<'_> {
    /// Notes something wrong at a place in the text.
    fn wrong(&mut self, code: &str, at: Range<usize>, message: impl Into<String>, remedy: &str) {
        let line = self.text[..at.start.min(self.text.len())].matches('\n').count();
        let source = self.text.lines().nth(line).unwrap_or("");
        let before = self.text[..at.start.min(self.text.len())]
            .rfind('\n')
            .map_or(0, |end| end + 1);
        let column = at.start.saturating_sub(before);
        let width = at
            .end
            .saturating_sub(at.start)
            .clamp(1, source.len().saturating_sub(column).max(1));
        let place = Place::file(self.path)
            .line(line as u64 + 1)
            .column((column + 1).to_string());
        let excerpt = format!("{source}\n{}{}", " ".repeat(column), "^".repeat(width));
        self.problems
            .push(Problem::new(code, Weight::Waits, place, message, remedy).with_excerpt(excerpt));
    }

    /// An error of the TOML reader, with the nearest known key where it is about an unknown one.
    fn syntax(&mut self, error: &toml::de::Error) {
        let message = error.message().lines().next().unwrap_or("cannot be read").to_owned();
        let mut quoted = message.split('`').skip(1).step_by(2);
        let hint = match quoted.next() {
            Some(wrong) if message.starts_with("unknown field") => did_you_mean(wrong, quoted),
            _ => String::new(),
        };
        let message = match message.split_once(", expected") {
            Some((first, _)) if message.starts_with("unknown field") => format!("{first}{hint}"),
            _ => message,
        };
        let remedy = "mend plugin.toml; until then the plugin is set aside";
        self.wrong("plugin-manifest", error.span().unwrap_or(0..0), message, remedy);
    }

    /// Whether this program can run such a plugin.
    fn known(&mut self, raw: &Raw) {
        if *raw.api.get_ref() != API {
            let message = format!(
                "the plugin is written for version {} of the plugin interface",
                raw.api.get_ref()
            );
            self.wrong(
                "plugin-api",
                raw.api.span(),
                message,
                "this firstbell knows version 1: write `api = 1`",
            );
        }
        self.one_of(&raw.kind, "kind", &KINDS, "source");
        self.one_of(&raw.runtime, "runtime", &RUNTIMES, "declarative");
    }

    /// A word of a closed list of which this program runs one.
    fn one_of(&mut self, word: &Spanned<String>, what: &str, known: &[&str], built: &str) {
        let text = word.get_ref();
        if !known.contains(&text.as_str()) {
            let message = format!("`{text}` is no {what}{}", did_you_mean(text, known.iter().copied()));
            self.wrong(
                "plugin-manifest",
                word.span(),
                message,
                &format!("write `{what} = \"{built}\"`"),
            );
        } else if text != built {
            let message = format!("plugins of {what} `{text}` are not run by this version");
            self.wrong(
                "plugin-not-run",
                word.span(),
                message,
                &format!("only {what} `{built}` is; the plugin is set aside"),
            );
        }
    }

    /// `[source]`; returns the date formats that hold for every column without its own.
    fn source(&mut self, raw: &RawSource, adapter: &mut Adapter) -> Vec<DateFormat> {
        adapter.null_words.clone_from(&raw.null_words);
        adapter.no_show.clone_from(&raw.no_show);
        if let Some(quote) = &raw.quote {
            adapter.quote = self.byte(quote).unwrap_or(b'"');
        }
        adapter.escape = raw.escape.as_ref().and_then(|escape| self.byte(escape));
        if let Some(blank) = &raw.blank_code {
            adapter.blank_code_is_present = blank.get_ref() == "present";
            if !adapter.blank_code_is_present && blank.get_ref() != "unknown" {
                let message = format!("`{}` is no meaning of a blank code", blank.get_ref());
                self.wrong("plugin-manifest", blank.span(), message, "write `present` or `unknown`");
            }
        }
        if let Some(exit) = &raw.exit {
            adapter.exit_is_first_day_out = exit.get_ref() == "first_day_out";
            if !adapter.exit_is_first_day_out && exit.get_ref() != "last_day_in" {
                let message = format!("`{}` is no meaning of an exit date", exit.get_ref());
                self.wrong(
                    "plugin-manifest",
                    exit.span(),
                    message,
                    "write `last_day_in` or `first_day_out`",
                );
            }
        }
        let Some(dates) = &raw.dates else {
            return Vec::new();
        };
        formats(dates.get_ref()).unwrap_or_else(|message| {
            self.wrong("plugin-manifest", dates.span(), message, "mend `dates`");
            Vec::new()
        })
    }

    /// One ASCII character.
    fn byte(&mut self, text: &Spanned<String>) -> Option<u8> {
        if let [byte] = text.get_ref().as_bytes() {
            return Some(*byte);
        }
        self.wrong(
            "plugin-manifest",
            text.span(),
            "this must be a single plain character",
            "write for example `'\"'`",
        );
        None
    }

    /// `[tables.WORD]`: columns, or `"canonical"` where the export has the canonical headers.
    fn table(&mut self, word: &str, value: &Spanned<Value>, dates: &[DateFormat], adapter: &mut Adapter) {
        let Ok(table) = word.parse::<Table>() else {
            let message = format!(
                "`{word}` is not a table{}",
                did_you_mean(word, Table::ALL.map(Table::word))
            );
            self.wrong("plugin-manifest", value.span(), message, "name a canonical table");
            return;
        };
        let same_names = value.get_ref().as_str() == Some("canonical");
        let empty = toml::Table::new();
        let given = match value.get_ref() {
            Value::Table(given) => given,
            _ if same_names => &empty,
            _ => {
                let message = format!("`tables.{word}` is a table of columns, or \"canonical\"");
                self.wrong("plugin-manifest", value.span(), message, "list its columns");
                return;
            }
        };
        let known = columns(table);
        for name in given
            .keys()
            .filter(|name| !known.iter().any(|column| column.name == name.as_str()))
        {
            let hint = did_you_mean(name, known.iter().map(|column| column.name));
            let at = self.key_span(value.span(), name);
            self.wrong(
                "plugin-manifest",
                at,
                format!("`{word}` has no column `{name}`{hint}"),
                "name a canonical column",
            );
        }
        let mut map = TableMap::default();
        for canonical in known {
            let made = match given.get(canonical.name) {
                Some(value) => column(value, *canonical, dates),
                None if same_names => column(&Value::String(canonical.name.to_owned()), *canonical, dates),
                None if canonical.required => Err(format!(
                    "`{word}` says nothing of the column `{}`, which is needed",
                    canonical.name
                )),
                None => Ok(ColumnMap::default()),
            };
            map.columns.push(made.unwrap_or_else(|message| {
                let at = self.key_span(value.span(), canonical.name);
                self.wrong("plugin-manifest", at, message, "mend this column");
                ColumnMap::default()
            }));
        }
        adapter.tables.insert(table, map);
    }

    /// Where a key stands at the start of a line inside a table; the table itself where it does not.
    fn key_span(&self, table: Range<usize>, key: &str) -> Range<usize> {
        let mut at = table.start;
        let end = table.end.max(table.start).min(self.text.len());
        // A table's own span may be its header alone; its keys stand between that and the next header.
        let rest = &self.text[end..];
        let reach = rest.find("\n[").map_or(self.text.len(), |next| end + next);
        for line in self.text[table.start..reach].split_inclusive('\n') {
            let trimmed = line.trim_start();
            let after = trimmed.trim_start_matches('"').strip_prefix(key);
            if after.is_some_and(|after| after.trim_start_matches('"').trim_start().starts_with('=')) {
                let start = at + (line.len() - trimmed.len());
                return start..start + key.len();
            }
            at += line.len();
        }
        table.start..table.start + 1
    }

    /// `[[feed]]`.
    fn feed(&mut self, raw: &Spanned<RawFeed>, adapter: &mut Adapter) {
        let feed = raw.get_ref();
        let words = if feed.fills.is_empty() {
            vec![feed.table.clone()]
        } else {
            feed.fills.clone()
        };
        let mut tables = Vec::new();
        for word in &words {
            match word.parse::<Table>() {
                Ok(table) if adapter.tables.contains_key(&table) => tables.push(table),
                Ok(table) => {
                    let message = format!("a feed fills `{table}`, but there is no [tables.{table}]");
                    self.wrong("plugin-manifest", raw.span(), message, "add the table's columns");
                }
                Err(message) => self.wrong("plugin-manifest", raw.span(), message, "name a canonical table"),
            }
        }
        let files = match &feed.files {
            Value::String(one) => vec![one.clone()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if files.is_empty() {
            self.wrong(
                "plugin-manifest",
                raw.span(),
                "a feed needs `files`",
                "write for example `files = \"attendance*.csv\"`",
            );
        }
        adapter.feeds.push(Feed {
            tables,
            files,
            adapter: adapter.id.clone(),
            covers: feed.covers,
            delimiter: feed.delimiter.as_ref().and_then(|text| text.bytes().next()),
            encoding: feed.encoding.clone(),
        });
    }

    /// `sections`: TOML that goes into the district's configuration as it stands, comments included.
    fn sections(&mut self, sections: &Spanned<String>) {
        let parsed: toml::Table = match toml::from_str(sections.get_ref()) {
            Ok(parsed) => parsed,
            Err(error) => {
                let message = format!("`sections` is not TOML: {}", error.message());
                self.wrong("plugin-manifest", sections.span(), message, "mend it");
                return;
            }
        };
        for key in parsed.keys().filter(|key| !SECTIONS.contains(&key.as_str())) {
            let message = format!("an adapter brings no section `{key}`{}", did_you_mean(key, SECTIONS));
            self.wrong(
                "plugin-manifest",
                sections.span(),
                message,
                "keep `attendance`, `grades` and `behavior`",
            );
        }
    }
}
