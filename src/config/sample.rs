//! The commented configuration that `init` writes. It works as it stands; feeds and meanings come from the adapter, as data.

use std::fmt::Write as _;

use crate::records::{Covers, Feed};
use crate::school::{Day, SchoolYear, Weekday};

use super::feeds::default_covers;

/// What a sample is made of.
pub struct Sample<'a> {
    /// The district's name.
    pub name: &'a str,
    /// The IANA name of its time zone.
    pub time_zone: &'a str,
    /// Its school year.
    pub year: SchoolYear,
    /// One per file that the adapter reads.
    pub feeds: &'a [Feed],
    /// The sections `[attendance]`, `[grades]` and `[behavior]` as the adapter's SIS needs them: [`CANONICAL_MEANING`] for
    /// tables of our own.
    pub meaning: &'a str,
    /// The domain that staff addresses lie in.
    pub domain: &'a str,
}

impl Sample<'_> {
    /// The school year that a day most likely lies in: from the Monday on or after August 15 to the Friday on or before
    /// June 12. Chosen by us; the district mends it.
    pub fn likely_year(today: Day) -> SchoolYear {
        let date = today.civil();
        let first = if date.month() >= 7 {
            date.year()
        } else {
            date.year() - 1
        };
        let start = Day::from_ymd(i32::from(first), 8, 15).unwrap_or(today);
        let start = (0..7)
            .map(|later| start.plus(later))
            .find(|day| day.weekday() == Weekday::Monday);
        let end = Day::from_ymd(i32::from(first) + 1, 6, 12).unwrap_or(today);
        let end = (0..7)
            .map(|earlier| end.plus(-earlier))
            .find(|day| day.weekday() == Weekday::Friday);
        SchoolYear {
            start: start.unwrap_or(today),
            end: end.unwrap_or(today),
        }
    }
}

/// What codes, marks and types mean in tables of our own.
pub const CANONICAL_MEANING: &str = include_str!("meaning.toml");

/// Writes the configuration of a new home.
pub fn sample(sample: &Sample<'_>) -> String {
    let mut text = include_str!("head.toml").to_owned();
    for feed in sample.feeds {
        text.push_str(&feed_text(feed));
    }
    text.push('\n');
    text.push_str(sample.meaning.trim());
    text.push_str("\n\n");
    text.push_str(include_str!("tail.toml"));
    text.push_str(include_str!("sheet.toml"));
    let year = format!("{{ start = {}, end = {} }}", sample.year.start, sample.year.end);
    text.replace("\"NAME\"", &quoted(sample.name))
        .replace("\"TIME_ZONE\"", &quoted(sample.time_zone))
        .replace("{ YEAR }", &year)
        .replace("district.example", sample.domain)
}

/// One `[[feed]]` as it is written.
pub(super) fn feed_text(feed: &Feed) -> String {
    let mut text = String::from("[[feed]]\n");
    let Some((main, more)) = feed.tables.split_first() else {
        return String::new();
    };
    let mut line = |key: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    };
    line("table", quoted(main.word()));
    if !more.is_empty() {
        line("fills", list(more.iter().map(|table| table.word())));
    }
    match feed.files.as_slice() {
        [one] => line("files", quoted(one)),
        many => line("files", list(many.iter().map(String::as_str))),
    }
    line("adapter", quoted(&feed.adapter));
    line("covers", quoted(covers_word(feed.covers)));
    if let Some(delimiter) = feed.delimiter {
        line("delimiter", quoted(&char::from(delimiter).to_string()));
    }
    if let Some(encoding) = &feed.encoding {
        line("encoding", quoted(encoding));
    }
    if let Some(set) = &feed.set {
        line("set", quoted(set));
    }
    text.push('\n');
    text
}

fn covers_word(covers: Covers) -> &'static str {
    match covers {
        Covers::Year => "year",
        Covers::Term => "term",
        Covers::Window => "window",
        Covers::Rows => "rows",
        Covers::Now => "now",
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let texts: Vec<String> = texts.map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

/// The feed that `init` writes for a canonical file of a table.
pub fn canonical_feed(table: crate::school::Table) -> Feed {
    Feed {
        tables: vec![table],
        files: vec![format!("{}*.csv", table.word())],
        adapter: "canonical".to_owned(),
        covers: default_covers(table),
        delimiter: None,
        encoding: None,
        set: None,
    }
}
