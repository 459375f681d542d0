//! JSON schemas of what a district writes beside its rules, made from the lists that the parsers know: editors complete and check with
//! them.

use serde_json::{Map, Value, json};

use super::read::{DISTRICT_KEYS, MOST_DAYS};
use super::rule::RuleSet;
use super::trial::KEYS;
use super::vocabulary::{self, Kind};
use super::word::PluginWord;
use crate::school::Level;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of `rules/district.toml`: the rules of a set by name, and any other.
pub fn district_schema(set: &RuleSet, plugins: &[PluginWord]) -> Value {
    let rules: Map<String, Value> = super::workshop::list(set)
        .into_iter()
        .map(|rule| {
            let title = set.rule(&rule.id).map_or("", |rule| rule.title());
            let value = json!({ "$ref": "#/$defs/rule", "description": title });
            (rule.id, value)
        })
        .collect();
    let mut of_rule = changes(plugins);
    of_rule["properties"]["schools"] = json!({
        "type": "object",
        "additionalProperties": { "$ref": "#/$defs/school" },
        "description": "For single schools, by the school's id.",
    });
    json!({
        "$schema": DIALECT,
        "title": "rules/district.toml of firstbell",
        "type": "object",
        "properties": rules,
        "additionalProperties": { "$ref": "#/$defs/rule" },
        "$defs": { "rule": of_rule, "school": changes(plugins) },
    })
}

/// What can be laid over a card.
fn changes(plugins: &[PluginWord]) -> Value {
    let keys: Map<String, Value> = DISTRICT_KEYS
        .into_iter()
        .map(|key| (key.to_owned(), of_key(key, plugins)))
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": keys })
}

fn of_key(key: &str, plugins: &[PluginWord]) -> Value {
    let about = |mut value: Value, about: &str| {
        value["description"] = about.into();
        value
    };
    let days = json!({ "type": "integer", "minimum": 1, "maximum": MOST_DAYS });
    match key {
        "status" => about(
            json!({ "enum": ["draft", "shadow", "live", "retired"] }),
            "draft: never judged; shadow: judged, never written; live: at work; retired: out of work.",
        ),
        "grades" => about(json!({ "type": "string" }), "Both ends are included: PK-12, 6-8, 9."),
        "needs" => about(
            object(numbers(plugins), removable(json!({ "type": "number" }))),
            "Least values, checked before the rule runs; false takes one away.",
        ),
        "levels" => about(
            object(levels(), removable(json!({ "type": "number" }))),
            "Where each level begins, inclusive; false takes one away.",
        ),
        "clear" => about(
            json!({ "type": "object", "additionalProperties": false, "properties": {
                "margin": removable(json!({ "type": "number", "minimum": 0 })),
                "days": removable(days),
            } }),
            "A level is left after so many judged days in a row more than the margin on the safe side of its edge.",
        ),
        "after" => about(days, "Judged days in a row before a level is believed."),
        "params" => about(
            json!({ "type": "object", "additionalProperties": { "type": ["number", "string", "boolean"] } }),
            "What the rule's functions are handed as `p`.",
        ),
        _ => about(
            object(levels(), removable(json!({ "type": "string" }))),
            "What to do next, by level.",
        ),
    }
}

/// A value, or `false` to take it away.
fn removable(value: Value) -> Value {
    json!({ "oneOf": [value, { "const": false }] })
}

fn object(keys: Vec<String>, value: Value) -> Value {
    let properties: Map<String, Value> = keys.into_iter().map(|key| (key, value.clone())).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn levels() -> Vec<String> {
    Level::ALL.map(|level| level.word().to_owned()).to_vec()
}

/// The words that a number can be needed of.
fn numbers(plugins: &[PluginWord]) -> Vec<String> {
    let words = vocabulary::WORDS
        .iter()
        .filter(|entry| matches!(entry.kind, Kind::Whole | Kind::Number) && !vocabulary::takes_text(entry.word));
    let words = words.map(|entry| entry.word.word().to_owned());
    words.chain(plugins.iter().map(|word| word.name.clone())).collect()
}

/// The schema of a trial.
pub fn trial_schema(plugins: &[PluginWord]) -> Value {
    let keys: Map<String, Value> = KEYS
        .iter()
        .map(|key| ((*key).to_owned(), of_case(key, plugins)))
        .collect();
    json!({
        "$schema": DIALECT,
        "title": "a rule's trial of firstbell",
        "type": "object",
        "additionalProperties": false,
        "required": ["case"],
        "properties": {
            "case": { "type": "array", "minItems": 1, "items": {
                "type": "object", "additionalProperties": false, "required": ["name", "expect"], "properties": keys,
            } },
        },
    })
}

fn of_case(key: &str, plugins: &[PluginWord]) -> Value {
    let text = || json!({ "type": "string" });
    let day = || json!({ "type": ["string", "integer"] });
    let verdicts = || {
        let words = Level::ALL.map(Level::word).into_iter();
        json!({ "enum": words.chain(["clear", "unknown", "not_applicable", "held"]).collect::<Vec<_>>() })
    };
    let standings = || json!({ "enum": Level::ALL.map(Level::word).into_iter().chain(["clear"]).collect::<Vec<_>>() });
    let said = |what: &str| json!({ "type": "object", "additionalProperties": verdicts(), "description": what });
    let drawing = || json!({ "type": "string", "pattern": "^[PAEUTSh.*0-9\\s]*$" });
    let (mut value, about) = match key {
        "name" => (text(), "What the case shows."),
        "attendance" => (
            drawing(),
            "A letter per weekday, the last is the day judged: P present, A unexcused, E excused, U unverified, T tardy, S suspended, h half a day unexcused, . day off, *n repeats.",
        ),
        "then" => (drawing(), "Further weekdays, drawn in the same way."),
        "as_of" => (day(), "The day judged; Friday, 2026-11-20 without it."),
        "grade" => (
            json!({ "type": ["integer", "string"] }),
            "9 without it; \"?\" is one that is not understood.",
        ),
        "programs" => (
            json!({ "oneOf": [text(), { "type": "array", "items": text() }] }),
            "Programs, such as [\"iep\"].",
        ),
        "entry" => (
            day(),
            "The day on which the student came; a number is so many days before the day judged.",
        ),
        "marks" => (
            text(),
            "Terms in order, each with courses and marks: Q1: math 80 ela 70; Q2: math 55.",
        ),
        "incidents" => (
            text(),
            "Days before the day judged, type, action and its days: -3 Fighting OSS:2; -10 Defiance.",
        ),
        "levels" => return said("What other rules say."),
        "levels_then" => return said("What other rules say on the days of `then`; the same as before without it."),
        "missing" => (
            json!({ "type": "array", "items": { "enum": vocabulary::names().collect::<Vec<_>>() } }),
            "Words that cannot be had.",
        ),
        "words" => {
            let own: Map<String, Value> = plugins
                .iter()
                .map(|word| (word.name.clone(), json!({ "type": "number" })))
                .collect();
            (
                json!({ "type": "object", "properties": own, "additionalProperties": { "type": "number" } }),
                "What programs of plugins tell, by their words.",
            )
        }
        "expect" => (verdicts(), "The answer on the day judged."),
        "expect_then" => (verdicts(), "The answer after `then`."),
        "because" => (text(), "The rule's sentence, word for word."),
        "measure" => (json!({ "type": "number" }), "The number measured, to three decimals."),
        "standing" => (standings(), "What is believed once every drawn day was judged."),
        _ => (standings(), "What is believed after `then`."),
    };
    value["description"] = about.into();
    value
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::trial;
    use super::{district_schema, trial_schema};
    use crate::rules::{RuleSet, SourceFile};

    fn keys(value: &serde_json::Value) -> BTreeSet<String> {
        value.as_object().expect("an object").keys().cloned().collect()
    }

    #[test]
    fn a_case_has_every_key_that_the_parser_takes_and_no_other() {
        let file = SourceFile::new("rules/x.test.toml", "[[case]]\nzz = 1\n");
        let message = trial::parse(&file).expect_err("`zz` is no key").message;
        assert!(message.starts_with("unknown field `zz`"), "{message}");
        let taken: BTreeSet<String> = message.split('`').skip(3).step_by(2).map(str::to_owned).collect();
        let schema = trial_schema(&[]);
        assert_eq!(keys(&schema["properties"]["case"]["items"]["properties"]), taken);
    }

    #[test]
    fn a_school_takes_what_a_rule_takes_but_schools() {
        let schema = district_schema(&RuleSet::default(), &[]);
        let mut rule = keys(&schema["$defs"]["rule"]["properties"]);
        assert!(rule.remove("schools"));
        assert_eq!(rule, keys(&schema["$defs"]["school"]["properties"]));
        assert_eq!(schema["$defs"]["rule"]["properties"]["after"]["maximum"], 45);
    }
}
