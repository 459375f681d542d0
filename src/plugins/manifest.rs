//! `plugin.toml`, read strictly: what it mirrors, and what it means.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::bundle::{RawBundle, bundle};
use super::column::{column, did_you_mean, formats, strings};
use super::kind::{Kind, Runtime};
use super::source::MapScript;
use crate::mail::Wording;
use crate::monitor::{Place, Problem, Weight};
use crate::records::{Adapter, ColumnMap, Covers, DateFormat, Feed, Only, TableMap, columns};
use crate::rules::PluginWord;
use crate::school::Table;

/// The version of what plugins and firstbell expect of each other.
pub(super) const API: i64 = 1;
/// Keys of a table that are no columns.
pub(super) const OF_TABLE: [&str; 3] = ["header", "only", "skip_lines"];
/// Sections of the configuration that an adapter may bring.
pub(super) const SECTIONS: [&str; 3] = ["attendance", "grades", "behavior"];

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    id: Spanned<String>,
    pub(super) kind: Spanned<String>,
    api: Spanned<i64>,
    pub(super) runtime: Spanned<String>,
    #[serde(default)]
    title: String,
    #[serde(default, rename = "version")]
    _version: Option<String>,
    pub(super) provides: Option<Spanned<Vec<String>>>,
    pub(super) reads: Option<Spanned<Vec<String>>>,
    /// The script's file, for the runtime `rhai`.
    pub(super) script: Option<Spanned<String>>,
    pub(super) indicator: Option<Spanned<RawIndicator>>,
    pub(super) exec: Option<Spanned<RawExec>>,
    pub(super) settings: Option<Spanned<toml::Table>>,
    #[serde(default)]
    source: RawSource,
    #[serde(default)]
    pub(super) tables: BTreeMap<String, Spanned<Value>>,
    #[serde(default, rename = "feed")]
    pub(super) feeds: Vec<Spanned<RawFeed>>,
    #[serde(default)]
    pub(super) sections: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) bundle: Option<Spanned<RawBundle>>,
}

/// `[indicator]`: what people read of a word.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawIndicator {
    #[serde(default)]
    pub(super) unit: String,
    #[serde(default)]
    pub(super) about: String,
}

/// `[exec]`: how a program is run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExec {
    pub(super) command: Spanned<Vec<String>>,
    pub(super) input: Option<Spanned<String>>,
    pub(super) deadline_seconds: Option<Spanned<i64>>,
    pub(super) hello_seconds: Option<Spanned<i64>>,
    pub(super) memory_mb: Option<Spanned<i64>>,
    pub(super) output_mb: Option<Spanned<i64>>,
    #[serde(default)]
    pub(super) env: BTreeMap<String, String>,
}

/// How an export writes its cells.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSource {
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
pub(super) struct RawFeed {
    table: String,
    #[serde(default)]
    fills: Vec<String>,
    files: Value,
    covers: Covers,
    delimiter: Option<String>,
    encoding: Option<String>,
    adapter: Option<String>,
}

/// The text being read, and what was found wrong with it.
pub(super) struct Reading<'t> {
    pub(super) text: &'t str,
    pub(super) path: &'t str,
    pub(super) problems: Vec<Problem>,
}

/// What a manifest says.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) kind: Kind,
    pub(super) runtime: Runtime,
    pub(super) provides: Vec<String>,
    pub(super) reads: Vec<String>,
    /// How a source's rows are read, once they have canonical columns or from the start.
    pub(super) adapter: Option<Adapter>,
    pub(super) body: Body,
}

/// What a plugin consists of beside its manifest.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Nothing.
    Declarative,
    /// A script that maps rows.
    Map(MapScript),
    /// A script that gives a word.
    Indicator(PluginWord),
    /// A program.
    Exec(Program),
    /// A program that gives a word.
    Teller(PluginWord, Program),
    /// Wording of letters.
    Wording(Vec<Wording>),
}

impl Body {
    /// The program, where there is one.
    pub(super) fn program(&self) -> Option<&Program> {
        match self {
            Body::Exec(program) | Body::Teller(_, program) => Some(program),
            _ => None,
        }
    }

    /// The word, where it brings one.
    pub(super) fn word(&self) -> Option<&PluginWord> {
        match self {
            Body::Indicator(word) | Body::Teller(word, _) => Some(word),
            _ => None,
        }
    }
}

/// How a program is run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    pub(super) command: Vec<String>,
    pub(super) input: Input,
    /// For a whole export, for one letter, or for all students of a round.
    pub(super) deadline: Duration,
    pub(super) hello: Duration,
    pub(super) memory_mb: u64,
    pub(super) output_mb: u64,
    pub(super) env: BTreeMap<String, String>,
    /// Handed over in the hello as it stands.
    pub(super) settings: serde_json::Value,
}

/// How an export reaches a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// One message per line of text.
    Lines,
    /// Messages of base64, in pieces.
    Bytes,
}

/// Reads a manifest; `files` is what lies beside it, as text. Errors: everything that is wrong with it, each with its line.
pub(super) fn read(text: &str, path: &str, files: &BTreeMap<String, String>) -> Result<Manifest, Vec<Problem>> {
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
    let Some((kind, runtime)) = reading.known(&raw) else {
        return Err(reading.problems);
    };
    let adapter = (kind == Kind::Source).then(|| reading.adapter(&raw, runtime));
    let body = reading.body(&raw, kind, runtime, files);
    let list = |list: &Option<Spanned<Vec<String>>>| list.as_ref().map_or_else(Vec::new, |list| list.get_ref().clone());
    match (body, reading.problems.is_empty()) {
        (Some(body), true) => Ok(Manifest {
            id: raw.id.get_ref().clone(),
            provides: match (&raw.provides, &adapter, &body) {
                (None, Some(adapter), _) => adapter.tables.keys().map(|table| table.word().to_owned()).collect(),
                (_, _, Body::Wording(files)) => files.iter().map(|file| file.name.clone()).collect(),
                (provides, ..) => list(provides),
            },
            reads: list(&raw.reads),
            title: raw.title,
            kind,
            runtime,
            adapter,
            body,
        }),
        _ => Err(reading.problems),
    }
}

impl Reading<'_> {
    /// Notes something wrong at a place in the text.
    pub(super) fn wrong(&mut self, code: &str, at: Range<usize>, message: impl Into<String>, remedy: &str) {
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

    /// What the plugin is and what runs it, where this program can run such a plugin.
    fn known(&mut self, raw: &Raw) -> Option<(Kind, Runtime)> {
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
        let kind = self
            .one_of(&raw.kind, "kind", &Kind::ALL.map(Kind::word))
            .and_then(Kind::of);
        let runtime = self.one_of(&raw.runtime, "runtime", &Runtime::ALL.map(Runtime::word));
        let (kind, runtime) = (kind?, runtime.and_then(Runtime::of)?);
        if kind.runtimes().contains(&runtime) {
            return Some((kind, runtime));
        }
        let can: Vec<String> = kind.runtimes().iter().map(|can| format!("`{}`", can.word())).collect();
        let remedy = format!("write `runtime` as {}; the plugin is set aside", can.join(" or "));
        let message = format!(
            "a plugin of kind `{}` is not run as `{}` by this version",
            kind.word(),
            runtime.word()
        );
        self.wrong("plugin-not-run", raw.runtime.span(), message, &remedy);
        None
    }

    /// A word of a closed list.
    fn one_of<'w>(&mut self, word: &'w Spanned<String>, what: &str, known: &[&str]) -> Option<&'w str> {
        let text = word.get_ref();
        if known.contains(&text.as_str()) {
            return Some(text);
        }
        let message = format!("`{text}` is no {what}{}", did_you_mean(text, known.iter().copied()));
        let all: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
        let remedy = format!("write one of {}", all.join(", "));
        self.wrong("plugin-manifest", word.span(), message, &remedy);
        None
    }

    /// The adapter of a source. A script's or program's rows have canonical columns already.
    fn adapter(&mut self, raw: &Raw, runtime: Runtime) -> Adapter {
        let mut adapter = Adapter::new(raw.id.get_ref());
        adapter.title.clone_from(&raw.title);
        let dates = self.source(&raw.source, &mut adapter);
        match runtime {
            Runtime::Declarative => {
                for (word, value) in &raw.tables {
                    self.table(word, value, &dates, &mut adapter);
                }
            }
            Runtime::Rhai | Runtime::Exec => self.canonical(raw, &dates, &mut adapter),
        }
        if let Some(raw) = &raw.bundle {
            match bundle(raw.get_ref(), &adapter) {
                Ok(bundle) => adapter.bundle = Some(bundle),
                Err(message) => self.wrong("plugin-manifest", raw.span(), message, "mend `[bundle]`"),
            }
        }
        for feed in &raw.feeds {
            self.feed(feed, &mut adapter);
        }
        if let Some(sections) = &raw.sections {
            self.sections(sections);
            adapter.sections.clone_from(sections.get_ref());
        }
        adapter
    }

    /// The tables that a script or program provides, each with its canonical columns.
    fn canonical(&mut self, raw: &Raw, dates: &[DateFormat], adapter: &mut Adapter) {
        if let Some((_, value)) = raw.tables.iter().next() {
            let message = "a script or program answers canonical columns, so there is nothing to map";
            self.wrong("plugin-manifest", value.span(), message, "take `[tables]` out");
        }
        let Some(provides) = &raw.provides else {
            let message = "the manifest does not say which tables the source fills";
            self.wrong(
                "plugin-manifest",
                raw.kind.span(),
                message,
                "add `provides = [\"students\"]`",
            );
            return;
        };
        for word in provides.get_ref() {
            let same = Spanned::new(provides.span(), Value::String("canonical".to_owned()));
            self.table(word, &same, dates, adapter);
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
        let names = || known.iter().map(|column| column.name).chain(OF_TABLE);
        for name in given.keys().filter(|name| names().all(|known| known != name.as_str())) {
            let hint = did_you_mean(name, names());
            let at = self.key_span(value.span(), name);
            self.wrong(
                "plugin-manifest",
                at,
                format!("`{word}` has no column `{name}`{hint}"),
                "name a canonical column",
            );
        }
        let mut map = TableMap::default();
        if let Some(header) = given.get("header") {
            map.header = strings(header, "header").unwrap_or_else(|message| {
                let at = self.key_span(value.span(), "header");
                self.wrong("plugin-manifest", at, message, "list the columns in their order");
                Vec::new()
            });
        }
        if let Some(lines) = given.get("skip_lines") {
            map.skip_lines = lines
                .as_integer()
                .and_then(|lines| usize::try_from(lines).ok())
                .unwrap_or_else(|| {
                    let at = self.key_span(value.span(), "skip_lines");
                    let message = "`skip_lines` is a number of lines";
                    self.wrong("plugin-manifest", at, message, "write for example `skip_lines = 2`");
                    0
                });
        }
        if let Some(picked) = given.get("only") {
            map.only = only(picked).unwrap_or_else(|message| {
                let at = self.key_span(value.span(), "only");
                let remedy = "write for example `only = { role = \"student\" }`";
                self.wrong("plugin-manifest", at, message, remedy);
                Vec::new()
            });
        }
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
                // Beside its own exports an adapter may ask for files that another one reads.
                Ok(table) if feed.adapter.is_some() || adapter.tables.contains_key(&table) => tables.push(table),
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
            adapter: feed.adapter.clone().unwrap_or_else(|| adapter.id.clone()),
            covers: feed.covers,
            delimiter: feed.delimiter.as_ref().and_then(|text| text.bytes().next()),
            encoding: feed.encoding.clone(),
            set: None,
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

/// Which rows are a table's. Errors: what is wrong with it, in words.
fn only(value: &Value) -> Result<Vec<Only>, String> {
    let Value::Table(columns) = value else {
        return Err("`only` is a table of headers and the cells that rows of this table have there".to_owned());
    };
    let one = |(from, is): (&String, &Value)| -> Result<Only, String> {
        Ok(Only {
            from: from.clone(),
            is: strings(is, from)?,
        })
    };
    columns.iter().map(one).collect()
}
