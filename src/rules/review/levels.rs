//! Levels that nobody can reach, that everybody is at, or that nobody leaves; directions and percents that are turned round.

use super::{Gravity, entry};
use crate::indicators::Word;
use crate::rules::card::{Card, Worse};
use crate::rules::compile::Compiled;
use crate::rules::plain::{Item, Spot, Wrong};
use crate::rules::reckon::{Reckoner, Sort, Span, ends, higher_is_worse, span_of};
use crate::school::Level;

/// One card with the places of its parts, and what `measure` may come to under it.
struct Seen<'r> {
    rule: &'r Compiled,
    card: &'r Card,
    items: &'r [Item],
    span: Span,
}

pub(super) fn find(rule: &Compiled, areas: usize) -> Vec<(Gravity, Wrong)> {
    let mut found = Vec::new();
    for (card, items) in rule.cards.iter().zip(&rule.layers) {
        found.extend(needs(card, items).map(|wrong| (Gravity::Warning, wrong)));
        let measure = Reckoner::new(&rule.bodies, card, Some(areas)).entry("measure");
        let might = measure.map(|measure| measure.might).unwrap_or_default();
        let Some(span) = might.number.filter(|_| !might.may_be(Sort::Anything)) else {
            continue;
        };
        let seen = Seen {
            rule,
            card,
            items,
            span,
        };
        for (level, edge) in &card.edges.levels {
            found.extend(seen.level(*level, *edge).map(|wrong| (Gravity::Warning, wrong)));
        }
        found.extend(seen.turned_round().map(|wrong| (Gravity::Warning, wrong)));
        found.extend(seen.fractions().map(|wrong| (Gravity::Warning, wrong)));
        found.extend(seen.next_of_no_level().map(|wrong| (Gravity::Remark, wrong)));
    }
    // Schools without changes of their own share what is said of the district.
    let mut once: Vec<(Gravity, Wrong)> = Vec::new();
    for one in found {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// Least values that no student can have: then the rule is for nobody.
fn needs(card: &Card, items: &[Item]) -> impl Iterator<Item = Wrong> {
    card.needs.iter().filter_map(|(word, least)| {
        let span = span_of(word).filter(|span| *least > span.high)?;
        let item = entry(items, &["needs", word])?;
        Some(Wrong::new(
            "rule-condition-settled",
            item.plain.spot,
            format!(
                "the rule is for nobody: `{word}` {}, and `needs` asks for {least} at least",
                ends(span)
            ),
            "take a smaller least value",
        ))
    })
}

/// Whether every number of a span reaches an edge, and whether none does.
fn reached(card: &Card, span: Span, edge: f64) -> (bool, bool) {
    let reaches = |value: f64, worse_end: bool| match value.is_finite() {
        true => card.edges.reaches(value, edge),
        false => worse_end,
    };
    let (safest, worst) = match card.edges.worse {
        Worse::Higher => (span.low, span.high),
        Worse::Lower => (span.high, span.low),
    };
    (reaches(safest, false), !reaches(worst, true))
}

impl Seen<'_> {
    fn place(&self, keys: &[&str]) -> Spot {
        let item = entry(self.items, keys).or_else(|| entry(self.items, &keys[..1]));
        item.map_or(
            Spot {
                district: false,
                line: 1,
                column: 1,
            },
            |item| item.plain.spot,
        )
    }

    fn level(&self, level: Level, edge: f64) -> Option<Wrong> {
        let (always, never) = reached(self.card, self.span, edge);
        let at = self.place(&["levels", level.word()]);
        let lies = ends(self.span);
        let higher = self.card.edges.worse == Worse::Higher;
        if never {
            let remedy = if higher { "lower this edge" } else { "raise this edge" };
            let message = format!("nobody can reach `{level}`: `measure` {lies}");
            return Some(Wrong::new("rule-level-never", at, message, remedy));
        }
        // A rule may leave the choice to `applies` and give the same number to whoever is left.
        if always && !(self.rule.has[0] && self.span.is_point()) {
            let remedy = if higher { "raise this edge" } else { "lower this edge" };
            let message = format!("everybody is at `{level}`: `measure` {lies}, and the edge counts");
            return Some(Wrong::new("rule-level-always", at, message, remedy));
        }
        self.never_left(level, edge).filter(|_| !always)
    }

    /// A level that is kept by the best number that there is.
    fn never_left(&self, level: Level, edge: f64) -> Option<Wrong> {
        let margin = self.card.edges.margin;
        let kept = match self.card.edges.worse {
            Worse::Higher => edge - margin,
            Worse::Lower => edge + margin,
        };
        if margin == 0.0 || !reached(self.card, self.span, kept).0 {
            return None;
        }
        Some(Wrong::new(
            "rule-level-never-left",
            self.place(&["clear", "margin"]),
            format!(
                "nobody leaves `{level}` again: `measure` {}, and a margin of {margin} keeps all of that",
                ends(self.span)
            ),
            "take a smaller margin",
        ))
    }

    /// A card that says `worse` of the wrong direction.
    fn turned_round(&self) -> Option<Wrong> {
        let word = self.rule.plain.as_ref()?.word;
        let higher = self.card.edges.worse == Worse::Higher;
        if higher_is_worse(word)? == higher {
            return None;
        }
        let (bad, remedy) = match higher {
            true => (
                "high",
                "add `worse: \"lower\"` to the card, and put the levels in falling order",
            ),
            false => (
                "low",
                "take `worse` out of the card, and put the levels in rising order",
            ),
        };
        let at = self.place(if higher { &["levels"] } else { &["worse"] });
        let message = format!("the card takes a {bad} `{}` for the bad one", word.word());
        Some(Wrong::new("rule-worse-turned", at, message, remedy))
    }

    /// Percents written as fractions.
    fn fractions(&self) -> Option<Wrong> {
        let word = self.rule.plain.as_ref()?.word;
        let in_percent = matches!(word, Word::AbsencePercent | Word::Average | Word::PreviousAverage);
        let edges = &self.card.edges.levels;
        let (level, edge) = edges.iter().find(|(_, edge)| **edge > 0.0 && **edge < 1.0)?;
        if !in_percent {
            return None;
        }
        let percent = edge * 100.0;
        Some(Wrong::new(
            "rule-percent-as-fraction",
            self.place(&["levels", level.word()]),
            format!("`{}` is in percent, and {edge} is less than one percent", word.word()),
            format!("write {percent} for {percent} percent"),
        ))
    }

    fn next_of_no_level(&self) -> Option<Wrong> {
        // A level that the district took away leaves its next step on the card, and that is as it should be.
        let levels = &self.rule.file_card.edges.levels;
        let level = self.card.next.keys().find(|level| !levels.contains_key(level))?;
        (!self.card.edges.levels.contains_key(level)).then(|| {
            Wrong::new(
                "rule-next-unused",
                self.place(&["next", level.word()]),
                format!("`next` says what to do at `{level}`, and the rule has no such level"),
                "add the level, or take this out",
            )
        })
    }
}
