//! One table of the configuration, read key by key: what is left over at the end is a key that nobody knows.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::{MISSING, Source, VALUE, WHOLE_FILE, is_secret, listed, nearest};
use crate::school::Day;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// One key with its value, both with their places.
pub(super) struct Item<'d> {
    pub(super) key: &'d str,
    pub(super) key_span: Range<usize>,
    pub(super) value: &'d Spanned<DeValue<'d>>,
}

/// One table being read.
pub(super) struct Section<'d> {
    /// How the operator knows it, such as `[inbox]`.
    name: String,
    /// Its place: the header or the braces.
    pub(super) span: Range<usize>,
    items: Vec<Item<'d>>,
    known: Vec<&'static str>,
}

impl<'d> Section<'d> {
    /// The whole file as a section.
    pub(super) fn root(table: &'d DeTable<'d>) -> Section<'d> {
        Section::new(String::new(), table, WHOLE_FILE)
    }

    fn new(name: String, table: &'d DeTable<'d>, span: Range<usize>) -> Section<'d> {
        let mut items: Vec<Item<'d>> = table
            .iter()
            .map(|(key, value)| Item {
                key: key.get_ref().as_ref(),
                key_span: key.span(),
                value,
            })
            .collect();
        // The parser sorts keys by name; the order written decides which glob is tried first.
        items.sort_by_key(|item| item.key_span.start);
        Section {
            name,
            span,
            items,
            known: Vec::new(),
        }
    }

    /// The table that a value is, under a name; a problem where it is none.
    pub(super) fn of(source: &mut Source<'_>, name: &str, value: &'d Spanned<DeValue<'d>>) -> Option<Section<'d>> {
        match value.get_ref().as_table() {
            Some(table) => Some(Section::new(name.to_owned(), table, value.span())),
            None => {
                mismatch(source, name, value, "a table such as `{ key = value }`");
                None
            }
        }
    }

    fn find(&mut self, key: &'static str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.known.push(key);
        self.items.iter().find(|item| item.key == key).map(|item| item.value)
    }

    /// Reads a key that must be there with one of the readers below.
    pub(super) fn required<T>(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        read: impl FnOnce(&mut Source<'_>, &str, &'d Spanned<DeValue<'d>>) -> Option<T>,
        example: &str,
    ) -> Option<T> {
        match self.find(key) {
            Some(value) => read(source, key, value),
            None => {
                let message = match self.name.as_str() {
                    "" => format!("there is no `{key}`"),
                    name => format!("`{name}` has no `{key}`"),
                };
                source.wrong(MISSING, self.span.clone(), message, format!("add `{example}`"));
                None
            }
        }
    }

    /// Reads a key that may be left out.
    pub(super) fn optional<T>(
        &mut self,
        source: &mut Source<'_>,
        key: &'static str,
        read: impl FnOnce(&mut Source<'_>, &str, &'d Spanned<DeValue<'d>>) -> Option<T>,
    ) -> Option<T> {
        read(source, key, self.find(key)?)
    }

    /// A table below this one; `None` where it is left out.
    pub(super) fn section(&mut self, source: &mut Source<'_>, key: &'static str) -> Option<Section<'d>> {
        let value = self.find(key)?;
        let name = match self.name.as_str() {
            "" => format!("[{key}]"),
            outer => format!("[{}.{key}]", outer.trim_matches(['[', ']'])),
        };
        Section::of(source, &name, value)
    }

    /// Whether a key is written at all.
    pub(super) fn has(&self, key: &str) -> bool {
        self.items.iter().any(|item| item.key == key)
    }

    /// The tables of `[[key]]`; none where it is left out.
    pub(super) fn sections(&mut self, source: &mut Source<'_>, key: &'static str) -> Vec<Section<'d>> {
        let Some(value) = self.find(key) else { return Vec::new() };
        let name = match self.name.as_str() {
            "" => format!("[[{key}]]"),
            outer => format!("[[{}.{key}]]", outer.trim_matches(['[', ']'])),
        };
        let Some(array) = value.get_ref().as_array() else {
            mismatch(source, key, value, &format!("written as `{name}`"));
            return Vec::new();
        };
        array
            .iter()
            .filter_map(|each| Section::of(source, &name, each))
            .collect()
    }

    /// All keys as the district's own words; none is unknown then.
    pub(super) fn into_items(self) -> Vec<Item<'d>> {
        self.items
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, source: &mut Source<'_>) {
        for item in &self.items {
            if self.known.contains(&item.key) {
                continue;
            }
            if is_secret(item.key) {
                source.wrong(
                    "config-secret",
                    item.key_span.clone(),
                    format!("a secret has no place in the configuration: `{}`", item.key),
                    "put it into a file that only its owner can read (0600) and write `password_file = \"…\"`",
                );
                continue;
            }
            let message = match self.name.as_str() {
                "" => format!("unknown key `{}`", item.key),
                name => format!("unknown key `{}` in `{name}`", item.key),
            };
            let remedy = match nearest(item.key, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", listed(&self.known)),
            };
            source.wrong("config-unknown-key", item.key_span.clone(), message, remedy);
        }
    }
}

fn mismatch(source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
    let found = match value.get_ref().type_str() {
        "string" => "a text",
        "integer" => "a whole number",
        "float" => "a number",
        "boolean" => "`true` or `false`",
        "datetime" => "a date or time",
        "array" => "a list",
        "table" => "a table",
        other => other,
    };
    let message = format!("`{key}` is {found}");
    source.wrong("config-type", value.span(), message, format!("it must be {wanted}"));
}

/// Reads a text.
pub(super) fn text(source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Found<String>> {
    let Some(text) = value.get_ref().as_str() else {
        mismatch(source, key, value, "a text in quotes");
        return None;
    };
    Some(Found {
        value: text.to_owned(),
        span: value.span(),
    })
}

/// Reads a list of texts; one text alone is a list of one.
pub(super) fn texts(source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Vec<Found<String>>> {
    if let Some(array) = value.get_ref().as_array() {
        return array.iter().map(|each| text(source, key, each)).collect();
    }
    if value.get_ref().is_str() {
        return text(source, key, value).map(|one| vec![one]);
    }
    mismatch(source, key, value, "a list of texts such as `[\"a\", \"b\"]`");
    None
}

/// Reads `true` or `false`.
pub(super) fn yes(source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<bool> {
    let yes = value.get_ref().as_bool();
    if yes.is_none() {
        mismatch(source, key, value, "`true` or `false`");
    }
    yes
}

/// Reads a whole number of a range, both ends included.
pub(super) fn whole(
    range: std::ops::RangeInclusive<u32>,
) -> impl FnOnce(&mut Source<'_>, &str, &Spanned<DeValue<'_>>) -> Option<u32> {
    move |source, key, value| {
        let Some(integer) = value.get_ref().as_integer() else {
            mismatch(source, key, value, "a whole number");
            return None;
        };
        let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.and_then(|number| u32::try_from(number).ok());
        match number {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                let remedy = format!("write a number from {} to {}", range.start(), range.end());
                let message = format!("`{key}` cannot be {integer}");
                source.wrong(VALUE, value.span(), message, remedy);
                None
            }
        }
    }
}

/// Reads a number of a range, both ends included.
pub(super) fn number(
    range: std::ops::RangeInclusive<f64>,
) -> impl FnOnce(&mut Source<'_>, &str, &Spanned<DeValue<'_>>) -> Option<f64> {
    move |source, key, value| {
        let written = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(|whole| whole as f64),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => {
                mismatch(source, key, value, "a number");
                return None;
            }
        };
        match written {
            Some(number) if range.contains(&number) => Some(number),
            _ => {
                let remedy = format!("write a number from {} to {}", range.start(), range.end());
                source.wrong(VALUE, value.span(), format!("`{key}` is out of range"), remedy);
                None
            }
        }
    }
}

/// Reads a day, as a TOML date or in quotes.
pub(super) fn day(source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Found<Day>> {
    let written = match value.get_ref() {
        DeValue::Datetime(datetime) => datetime.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => {
            mismatch(source, key, value, "a day such as `2026-08-17`");
            return None;
        }
    };
    match written.parse() {
        Ok(day) => Some(Found {
            value: day,
            span: value.span(),
        }),
        Err(message) => {
            source.wrong(VALUE, value.span(), message, "days have a year, a month and a day");
            None
        }
    }
}

/// Reads an hour such as `"05:30"`, in quotes or as a TOML time.
pub(super) fn hour(source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Option<jiff::civil::Time> {
    let written = match value.get_ref() {
        DeValue::Datetime(datetime) => datetime.to_string(),
        DeValue::String(text) => text.to_string(),
        _ => {
            mismatch(source, key, value, "an hour such as `\"05:30\"`");
            return None;
        }
    };
    let parsed = jiff::civil::Time::strptime("%H:%M", &written).or_else(|_| written.parse());
    if parsed.is_err() {
        let message = format!("`{written}` is not an hour of the day");
        source.wrong(VALUE, value.span(), message, "write it as `\"05:30\"` or `\"18:00\"`");
    }
    parsed.ok()
}

/// Reads one of a few words.
pub(super) fn one_of<T: Copy>(
    words: &'static [(&'static str, T)],
) -> impl FnOnce(&mut Source<'_>, &str, &Spanned<DeValue<'_>>) -> Option<T> {
    move |source, key, value| {
        let found = text(source, key, value)?;
        choose(source, key, &found, words)
    }
}

/// Chooses one of a few words by a text that was found.
pub(super) fn choose<T: Copy>(
    source: &mut Source<'_>,
    key: &str,
    found: &Found<String>,
    words: &'static [(&'static str, T)],
) -> Option<T> {
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == found.value) {
        return Some(*value);
    }
    let names: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let remedy = match nearest(&found.value, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write {}", listed(&names)),
    };
    let message = format!("`{key}` cannot be `{}`", found.value);
    source.wrong(VALUE, found.span.clone(), message, remedy);
    None
}
