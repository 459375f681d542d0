//! From plain literals to a card: known keys, possible values, levels in their order.

use std::collections::BTreeMap;

use super::card::{Card, Edges, Needs, Param, Status, Worse};
use super::plain::{Item, Plain, Spot, Value, Wrong};
use super::vocabulary::{self, Kind};
use super::word::PluginWord;
use crate::school::{Area, GradeRange, Level};
use crate::script::nearest;

/// Every key of a card.
pub(super) const KEYS: [&str; 10] = [
    "area", "status", "grades", "needs", "levels", "clear", "after", "worse", "next", "params",
];

/// The keys that `district.toml` may lay over.
pub(super) const DISTRICT_KEYS: [&str; 8] = [
    "status", "grades", "needs", "levels", "clear", "after", "params", "next",
];

/// Longest run of days that `after` and `clear.days` may ask for: a quarter of a school year, chosen by us.
pub(super) const MOST_DAYS: i64 = 45;

const CODE: &str = "rule-card-wrong";

/// What to say of a name that is not known, with the nearest one.
pub(super) fn did_you_mean<'n>(typed: &str, known: impl IntoIterator<Item = &'n str> + Clone) -> String {
    match nearest(typed, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let all: Vec<&str> = known.into_iter().collect();
            format!("known are {}", all.join(", "))
        }
    }
}

fn wrong<T>(spot: Spot, message: impl Into<String>, remedy: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong::new(CODE, spot, message, remedy))
}

/// Builds a card from its items; `whole` is the place of the card as a whole.
pub(super) fn card(items: &[Item], whole: Spot, plugins: &[PluginWord]) -> Result<Card, Wrong> {
    for (at, item) in items.iter().enumerate() {
        if !KEYS.contains(&item.key.as_str()) {
            let remedy = did_you_mean(&item.key, KEYS);
            return wrong(item.spot, format!("`{}` is no key of a card", item.key), remedy);
        }
        if items[..at].iter().any(|other| other.key == item.key) {
            return wrong(
                item.spot,
                format!("`{}` stands here twice", item.key),
                "keep one of them",
            );
        }
    }
    let find = |key: &str| items.iter().find(|item| item.key == key);
    let need = |key: &str| {
        find(key).ok_or_else(|| Wrong::new(CODE, whole, format!("the card has no `{key}`"), format!("add `{key}`")))
    };
    let edges = edges(need("levels")?, find("clear"), find("after"), find("worse"))?;
    Ok(Card {
        area: area(need("area")?)?,
        status: status(need("status")?)?,
        grades: find("grades").map(grades).transpose()?,
        needs: find("needs")
            .map(|item| needs(item, plugins))
            .transpose()?
            .unwrap_or_default(),
        edges,
        params: find("params").map(params).transpose()?.unwrap_or_default(),
        next: find("next").map(next).transpose()?.unwrap_or_default(),
    })
}

fn text(item: &Item) -> Result<&str, Wrong> {
    match &item.plain.value {
        Value::Text(text) => Ok(text),
        _ => wrong(
            item.plain.spot,
            format!("`{}` is a text", item.key),
            "put it into quotes",
        ),
    }
}

fn entries(item: &Item) -> Result<&[Item], Wrong> {
    match &item.plain.value {
        Value::Map(items) => {
            for (at, entry) in items.iter().enumerate() {
                if items[..at].iter().any(|other| other.key == entry.key) {
                    return wrong(
                        entry.spot,
                        format!("`{}` stands here twice", entry.key),
                        "keep one of them",
                    );
                }
            }
            Ok(items)
        }
        _ => wrong(
            item.plain.spot,
            format!("`{}` holds several values", item.key),
            format!("write it as `{}: #{{ name: value }}`", item.key),
        ),
    }
}

fn number(plain: &Plain, key: &str) -> Result<f64, Wrong> {
    match plain.value {
        Value::Whole(whole) => Ok(whole as f64),
        Value::Real(real) if real.is_finite() => Ok(real),
        _ => wrong(
            plain.spot,
            format!("`{key}` is a number"),
            "write a number without quotes",
        ),
    }
}

fn whole_days(item: &Item) -> Result<u16, Wrong> {
    match item.plain.value {
        // Between 1 and 45, so it fits.
        Value::Whole(days) if (1..=MOST_DAYS).contains(&days) => Ok(days as u16),
        _ => wrong(
            item.plain.spot,
            format!("`{}` is a whole number of judged days", item.key),
            format!("write 1 to {MOST_DAYS}"),
        ),
    }
}

fn area(item: &Item) -> Result<Area, Wrong> {
    let word = text(item)?;
    if Area::BUILT_IN.contains(&word) {
        return Ok(Area(word.to_owned()));
    }
    if let Some(near) = nearest(word, Area::BUILT_IN) {
        return wrong(
            item.plain.spot,
            format!("`{word}` is no area"),
            format!("did you mean `{near}`?"),
        );
    }
    let plain = word.starts_with(|c: char| c.is_ascii_lowercase())
        && word
            .chars()
            .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
    if plain {
        // A plugin's own word.
        return Ok(Area(word.to_owned()));
    }
    wrong(
        item.plain.spot,
        format!("`{word}` cannot be an area"),
        "an area is one word in small letters, such as `attendance`",
    )
}

fn status(item: &Item) -> Result<Status, Wrong> {
    match text(item)? {
        "draft" => Ok(Status::Draft),
        "shadow" => Ok(Status::Shadow),
        "live" => Ok(Status::Live),
        "retired" => Ok(Status::Retired),
        other => wrong(
            item.plain.spot,
            format!("`{other}` is no status"),
            did_you_mean(other, ["draft", "shadow", "live", "retired"]),
        ),
    }
}

fn grades(item: &Item) -> Result<GradeRange, Wrong> {
    let text = text(item)?;
    text.parse::<GradeRange>()
        .or_else(|message| wrong(item.plain.spot, message, "both ends are included"))
}

fn needs(item: &Item, plugins: &[PluginWord]) -> Result<Needs, Wrong> {
    let mut needs = Needs::new();
    for entry in entries(item)? {
        let known = vocabulary::word(&entry.key)
            .filter(|word| matches!(word.kind, Kind::Whole | Kind::Number) && !vocabulary::takes_text(word.word));
        let plugin = plugins.iter().find(|word| word.name == entry.key);
        if let Some(out) = plugin.and_then(|word| word.out_of_work.as_ref()) {
            return Err(super::word::out_of_work(&entry.key, out, entry.spot));
        }
        if known.is_none() && plugin.is_none() {
            let words = vocabulary::WORDS.iter().map(|word| word.word.word());
            let words = words.chain(plugins.iter().map(|word| word.name.as_str()));
            return wrong(
                entry.spot,
                format!("`{}` is no word with a number", entry.key),
                nearest(&entry.key, words).map_or("see the list of words".to_owned(), |near| {
                    format!("did you mean `{near}`?")
                }),
            );
        }
        needs.insert(entry.key.clone(), number(&entry.plain, &entry.key)?);
    }
    Ok(needs)
}

fn level(entry: &Item) -> Result<Level, Wrong> {
    entry.key.parse::<Level>().or_else(|_| {
        wrong(
            entry.spot,
            format!("`{}` is no level", entry.key),
            did_you_mean(&entry.key, Level::ALL.map(Level::word)),
        )
    })
}

fn edges(levels: &Item, clear: Option<&Item>, after: Option<&Item>, worse: Option<&Item>) -> Result<Edges, Wrong> {
    let worse = match worse
        .map(|item| text(item).map(|text| (text, item.plain.spot)))
        .transpose()?
    {
        None | Some(("higher", _)) => Worse::Higher,
        Some(("lower", _)) => Worse::Lower,
        Some((other, spot)) => {
            let remedy = did_you_mean(other, ["higher", "lower"]);
            return wrong(spot, format!("`{other}` is no way to get worse"), remedy);
        }
    };
    let mut edges = Edges {
        levels: BTreeMap::new(),
        worse,
        margin: 0.0,
        clear_days: 1,
        after: after.map(whole_days).transpose()?.unwrap_or(1),
    };
    for entry in entries(levels)? {
        edges.levels.insert(level(entry)?, number(&entry.plain, &entry.key)?);
    }
    in_order(&edges, levels)?;
    if let Some(clear) = clear {
        read_clear(&mut edges, clear)?;
    }
    Ok(edges)
}

fn in_order(edges: &Edges, levels: &Item) -> Result<(), Wrong> {
    if edges.levels.is_empty() {
        return wrong(
            levels.spot,
            "the card has no level",
            "give at least one edge, such as `concern: 10.0`",
        );
    }
    let ordered: Vec<(&Level, &f64)> = edges.levels.iter().collect();
    for pair in ordered.windows(2) {
        let fits = match edges.worse {
            Worse::Higher => pair[0].1 < pair[1].1,
            Worse::Lower => pair[0].1 > pair[1].1,
        };
        if !fits {
            let graver = entries(levels)?.iter().find(|entry| entry.key == pair[1].0.word());
            let at = graver.map_or(levels.spot, |entry| entry.plain.spot);
            return Err(out_of_order(edges, &ordered, (*pair[0].0, *pair[1].0), at));
        }
    }
    Ok(())
}

/// Edges that do not lie in the order of their levels; where all lie the other way round, that is what was meant.
fn out_of_order(edges: &Edges, ordered: &[(&Level, &f64)], (milder, graver): (Level, Level), at: Spot) -> Wrong {
    let higher = edges.worse == Worse::Higher;
    let turned = ordered.windows(2).all(|pair| match higher {
        true => pair[0].1 > pair[1].1,
        false => pair[0].1 < pair[1].1,
    });
    let remedy = match (turned, higher) {
        (true, true) => "where a low number is the bad one, add `worse: \"lower\"`; else turn the edges round",
        (true, false) => "where a high number is the bad one, take `worse` out; else turn the edges round",
        _ => "a graver level begins further out",
    };
    let way = if higher { "above" } else { "below" };
    Wrong::new(
        "rule-levels-order",
        at,
        format!("the edge of `{graver}` must lie {way} the edge of `{milder}`"),
        remedy,
    )
}

fn read_clear(edges: &mut Edges, clear: &Item) -> Result<(), Wrong> {
    for entry in entries(clear)? {
        match entry.key.as_str() {
            "margin" => {
                edges.margin = number(&entry.plain, "margin")?;
                if edges.margin < 0.0 {
                    return wrong(entry.plain.spot, "`margin` is below 0", "write 0 or more");
                }
            }
            "days" => edges.clear_days = whole_days(entry)?,
            other => {
                let remedy = did_you_mean(other, ["margin", "days"]);
                return wrong(entry.spot, format!("`{other}` is no part of `clear`"), remedy);
            }
        }
    }
    Ok(())
}

fn params(item: &Item) -> Result<BTreeMap<String, Param>, Wrong> {
    let mut params = BTreeMap::new();
    for entry in entries(item)? {
        let param = match &entry.plain.value {
            Value::Whole(whole) => Param::Whole(*whole),
            Value::Real(real) => Param::Number(*real),
            Value::Text(text) => Param::Text(text.clone()),
            _ => {
                return wrong(
                    entry.plain.spot,
                    format!("`{}` is neither a number nor a text", entry.key),
                    "parameters are numbers and texts",
                );
            }
        };
        params.insert(entry.key.clone(), param);
    }
    Ok(params)
}

fn next(item: &Item) -> Result<BTreeMap<Level, String>, Wrong> {
    let mut next = BTreeMap::new();
    for entry in entries(item)? {
        next.insert(level(entry)?, text(entry)?.to_owned());
    }
    Ok(next)
}
