//! One column of a declarative adapter: a header, several to choose from, or a table that says more.

use toml::Value;

use crate::records::{Column, ColumnMap, DateFormat};

/// The keys of a column that is written as a table.
pub(super) const KEYS: [&str; 14] = [
    "from", "join", "between", "constant", "before", "after", "cut", "piece", "values", "default", "dates", "split",
    "required", "lenient",
];

/// A column as its manifest writes it. Errors: what is wrong with it, in words.
pub(super) fn column(value: &Value, canonical: Column, dates: &[DateFormat]) -> Result<ColumnMap, String> {
    let mut map = ColumnMap {
        dates: dates.to_vec(),
        required: canonical.required,
        ..ColumnMap::default()
    };
    let table = match value {
        Value::String(_) | Value::Array(_) => {
            map.from = strings(value, "from")?;
            return Ok(map);
        }
        Value::Table(table) => table,
        _ => return Err("a column is a header, a list of headers, or a table".to_owned()),
    };
    let (mut cut, mut piece) = (None, None);
    for (key, value) in table {
        match key.as_str() {
            "from" => map.from = strings(value, key)?,
            "join" => map.join = strings(value, key)?,
            "between" => map.between = Some(string(value, key)?),
            "before" => map.before = Some(string(value, key)?),
            "cut" => cut = Some(string(value, key)?),
            "piece" => piece = Some(number(value, key)?),
            "constant" => map.constant = Some(string(value, key)?),
            "after" => map.after = Some(string(value, key)?),
            "default" => map.default = Some(string(value, key)?),
            "split" => map.split = Some(string(value, key)?),
            "dates" => map.dates = formats(value)?,
            "required" => map.required = flag(value, key)?,
            "lenient" => map.lenient = flag(value, key)?,
            "values" => {
                let Value::Table(values) = value else {
                    return Err("`values` is a table of cells and what they mean".to_owned());
                };
                for (cell, meaning) in values {
                    map.values.push((cell.clone(), string(meaning, cell)?));
                }
            }
            unknown => {
                return Err(format!(
                    "there is no key `{unknown}` in a column{}",
                    did_you_mean(unknown, KEYS)
                ));
            }
        }
    }
    let empty = |text: &Option<String>| text.as_deref() == Some("");
    if [&map.before, &map.after, &map.split, &cut].into_iter().any(empty) {
        return Err("`before`, `after`, `cut` and `split` need at least one letter".to_owned());
    }
    if map.between.is_some() && map.join.is_empty() {
        return Err("`between` stands beside `join`".to_owned());
    }
    map.piece = match (cut, piece) {
        (Some(cut), Some(piece)) => Some((cut, piece)),
        (None, None) => None,
        _ => {
            return Err(
                "`cut` and `piece` belong together: what the cell is cut at, and which piece counts".to_owned(),
            );
        }
    };
    if map.from.is_empty() && map.join.is_empty() && map.constant.is_none() && map.default.is_none() && map.required {
        return Err("the column has neither `from` nor `join` nor `constant` nor `default`".to_owned());
    }
    Ok(map)
}

/// Date formats by the words that manifests use. Errors: the word that is none.
pub(super) fn formats(value: &Value) -> Result<Vec<DateFormat>, String> {
    strings(value, "dates")?
        .iter()
        .map(|word| {
            let known = DateFormat::ALL.into_iter().find(|(_, name)| name == word);
            known.map(|(format, _)| format).ok_or_else(|| {
                let words = DateFormat::ALL.map(|(_, name)| format!("`{name}`")).join(", ");
                format!("there is no date format `{word}`: write one of {words}")
            })
        })
        .collect()
}

/// One string.
fn string(value: &Value, key: &str) -> Result<String, String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("`{key}` is a text in quotes"))
}

/// Yes or no.
fn flag(value: &Value, key: &str) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| format!("`{key}` is `true` or `false`"))
}

/// A count, from 1.
fn number(value: &Value, key: &str) -> Result<usize, String> {
    let number = value.as_integer().and_then(|number| usize::try_from(number).ok());
    number
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{key}` is a number from 1"))
}

/// One string or several.
pub(super) fn strings(value: &Value, key: &str) -> Result<Vec<String>, String> {
    match value {
        Value::String(one) => Ok(vec![one.clone()]),
        Value::Array(several) => several.iter().map(|entry| string(entry, key)).collect(),
        _ => Err(format!("`{key}` is a text or a list of texts")),
    }
}

/// The nearest of the names that there are, as the end of a sentence; empty where none is near.
pub(super) fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    // Less alike than this is a guess, not a help; chosen by us.
    const ALIKE: f64 = 0.75;
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(name, wrong), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|one, two| one.0.total_cmp(&two.0))
        .map_or(String::new(), |(_, name)| format!(": did you mean `{name}`"))
}
