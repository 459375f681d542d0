//! `gates` of a `[[feed]]`: what must be so before a file is believed.

use toml::Spanned;
use toml::de::DeValue;

use super::section::{Section, number, whole, yes};
use super::source::Source;
use crate::gates::Gates;
use crate::school::Table;

/// The gates of a feed whose main table this is: what is not written is as usual, `false` turns one off.
pub(super) fn gates(source: &mut Source<'_>, feed: &mut Section<'_>, table: Table) -> Gates {
    let mut gates = Gates::of(table);
    let Some(mut section) = feed.section(source, "gates") else {
        return gates;
    };
    for (key, gate) in [
        ("shrink_percent", &mut gates.shrink_percent),
        ("unknown_codes_percent", &mut gates.unknown_codes_percent),
        ("unknown_students_percent", &mut gates.unknown_students_percent),
        ("outside_year_percent", &mut gates.outside_year_percent),
    ] {
        let read = |source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>| match is_off(value) {
            true => Some(None),
            false => number(0.0..=100.0)(source, key, value).map(Some),
        };
        if let Some(found) = section.optional(source, key, read) {
            *gate = found;
        }
    }
    let days = |source: &mut Source<'_>, key: &str, value: &Spanned<DeValue<'_>>| match is_off(value) {
        true => Some(None),
        false => whole(1..=200)(source, key, value).map(Some),
    };
    if let Some(found) = section.optional(source, "expect_every", days) {
        gates.expect_every = found;
    }
    if let Some(found) = section.optional(source, "header", yes) {
        gates.header = found;
    }
    section.finish(source);
    gates
}

fn is_off(value: &Spanned<DeValue<'_>>) -> bool {
    value.get_ref().as_bool() == Some(false)
}
