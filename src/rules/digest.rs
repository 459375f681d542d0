//! The digest by which an edited rule is known: what decides is in it, wording and layout are not.

use super::card::Card;
use super::check::Findings;
use super::word::PluginWord;
use crate::school::{Meaning, Table};
use crate::script::{Piece, find_functions, pieces};

/// The digest of one card of a rule; `texts` are the rule's file and the shared files, `words` the plugins' words that judge.
pub(super) fn digest(
    card: &Card,
    findings: &Findings,
    texts: &[&str],
    words: &[&PluginWord],
    meaning: &Meaning,
) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut put = |part: &str| {
        hasher.update(part.as_bytes());
        // No part of a script holds this sign, so two parts are never taken for one.
        hasher.update(&[0]);
    };
    let cut: Vec<Vec<Piece<'_>>> = texts.iter().map(|text| pieces(text)).collect();
    for (name, parameters) in &findings.judging {
        put(name);
        put(&parameters.to_string());
        // A name may stand for several functions with different parameters: all of them are put.
        for piece in cut.iter().flat_map(|pieces| find_functions(pieces, name)).flatten() {
            put(piece.text);
        }
    }
    for word in words {
        put(&word.name);
        pieces(&word.text).iter().for_each(|piece| put(piece.text));
    }
    put(&card_as_text(card));
    put(&meaning_as_text(findings, meaning));
    hasher.finalize().to_hex().to_string()
}

/// The card without `status` and `next`: they say who is told and what to do, not who is flagged.
fn card_as_text(card: &Card) -> String {
    let deciding = (&card.area, &card.grades, &card.needs, &card.edges, &card.params);
    serde_json::to_string(&deciding).unwrap_or_default()
}

fn meaning_as_text(findings: &Findings, meaning: &Meaning) -> String {
    let mut text = String::new();
    if findings.judges_by(Table::Attendance) {
        text += &serde_json::to_string(&meaning.attendance).unwrap_or_default();
    }
    if findings.judges_by(Table::Grades) {
        text += &serde_json::to_string(&meaning.grades).unwrap_or_default();
    }
    if findings.judges_by(Table::Behavior) {
        text += &serde_json::to_string(&meaning.behavior).unwrap_or_default();
    }
    text
}
