//! `rules/district.toml`: the district's changes, laid over the cards key by key.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::plain::{Item, Spot, Value, Wrong, district_spot, table};
use super::read::{DISTRICT_KEYS, did_you_mean};
use crate::script::nearest;

/// The changes to one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    /// For the whole district.
    pub(super) base: Vec<Item>,
    /// For single schools, by school id.
    pub(super) schools: BTreeMap<String, Vec<Item>>,
    /// Where the rule is named.
    pub(super) spot: Option<Spot>,
    /// The first mistake, which sets the rule aside.
    pub(super) wrong: Option<Wrong>,
}

/// All changes, by rule id.
pub(super) type District = BTreeMap<String, Changes>;

/// Reads the file.
///
/// # Errors
/// Where it is not TOML at all: then nobody knows what the district wants of any rule.
pub(super) fn read(source: &str) -> Result<District, Wrong> {
    let parsed = DeTable::parse(source).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Wrong::new(
            "district-toml-unreadable",
            district_spot(source, at),
            format!("the district's changes cannot be read: {}", error.message().trim()),
            "mend this line; until then no rule is put to work anew",
        )
    })?;
    let mut district = District::new();
    for (id, value) in parsed.get_ref() {
        let mut changes = Changes {
            spot: Some(district_spot(source, id.span().start)),
            ..Changes::default()
        };
        match value.get_ref().as_table() {
            Some(inner) => match table(inner, source) {
                Ok(items) => sort_out(items, &mut changes),
                Err(wrong) => changes.wrong = Some(wrong),
            },
            None => {
                changes.wrong = Some(Wrong::new(
                    "rule-change-wrong",
                    district_spot(source, id.span().start),
                    format!("`{}` stands outside of a rule's table", id.get_ref()),
                    "begin with a line such as `[chronic_absence]`",
                ));
            }
        }
        district.insert(id.get_ref().to_string(), changes);
    }
    Ok(district)
}

fn sort_out(items: Vec<Item>, changes: &mut Changes) {
    for item in items {
        if item.key == "schools" {
            schools(item, changes);
        } else if let Some(wrong) = unknown_key(&item, true) {
            changes.wrong.get_or_insert(wrong);
        } else {
            changes.base.push(item);
        }
    }
}

fn schools(item: Item, changes: &mut Changes) {
    let spot = item.spot;
    let Value::Map(schools) = item.plain.value else {
        changes.wrong.get_or_insert(Wrong::new(
            "rule-change-wrong",
            spot,
            "`schools` holds a table for each school",
            "write it as `[rule.schools.1044]`",
        ));
        return;
    };
    for school in schools {
        let Value::Map(items) = school.plain.value else {
            changes.wrong.get_or_insert(Wrong::new(
                "rule-change-wrong",
                school.spot,
                format!("`{}` is no school's table", school.key),
                "write it as `[rule.schools.1044]`",
            ));
            continue;
        };
        if let Some(wrong) = items.iter().find_map(|item| unknown_key(item, false)) {
            changes.wrong.get_or_insert(wrong);
        }
        changes.schools.insert(school.key, items);
    }
}

fn unknown_key(item: &Item, at_top: bool) -> Option<Wrong> {
    if DISTRICT_KEYS.contains(&item.key.as_str()) {
        return None;
    }
    let known = DISTRICT_KEYS.into_iter().chain(at_top.then_some("schools"));
    Some(Wrong::new(
        "rule-change-wrong",
        item.spot,
        format!("`{}` cannot be changed for a rule", item.key),
        did_you_mean(&item.key, known),
    ))
}

/// A problem for each rule that is named and not there.
pub(super) fn unknown_rules(district: &District, ids: &[&str]) -> Vec<Wrong> {
    let unknown = district.iter().filter(|(id, _)| !ids.contains(&id.as_str()));
    unknown
        .filter_map(|(id, changes)| {
            let remedy = nearest(id, ids.iter().copied()).map_or_else(
                || "take the table away or add the rule".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            // A value outside of any table is a mistake of its own, with better words.
            let wrong = changes.wrong.clone().filter(|wrong| wrong.message.contains("outside"));
            let spot = changes.spot?;
            Some(
                wrong.unwrap_or_else(|| {
                    Wrong::new("rule-change-unknown", spot, format!("there is no rule `{id}`"), remedy)
                }),
            )
        })
        .collect()
}
