//! What is odd on the way through the functions: divisions by what may be 0, comparisons that mean nothing or are settled.

use super::Gravity;
use crate::rules::answers;
use crate::rules::check::{self, ENTRIES};
use crate::rules::compile::Compiled;
use crate::rules::plain::Wrong;
use crate::rules::reckon::{Reckoner, Sort};

pub(super) fn find(rule: &Compiled, source: &str, areas: usize) -> Vec<(Gravity, Wrong)> {
    let mut found: Vec<(Gravity, Wrong)> = Vec::new();
    let mut put = |wrong: Wrong| {
        if !found.iter().any(|(_, known)| *known == wrong) {
            found.push((Gravity::Warning, wrong));
        }
    };
    for card in &rule.cards {
        let mut reckoner = Reckoner::new(&rule.bodies, card, Some(areas));
        for name in ENTRIES {
            let Some(reckoned) = reckoner.entry(name) else { continue };
            let judging = name != "because";
            // The sentence is only made where `measure` has come to a level; what it divides by is mostly what was counted.
            let wanted = |wrong: &Wrong| judging || wrong.code != "rule-divides-by-zero";
            reckoned.doubts.into_iter().filter(wanted).for_each(&mut put);
            if name == "measure" {
                answers::doubtful(&reckoned.might, source)
                    .into_iter()
                    .for_each(&mut put);
            }
            if name == "because" && !reckoned.might.may_be(Sort::Text) && !reckoned.might.may_be(Sort::Anything) {
                put(Wrong::new(
                    "rule-because-without-text",
                    check::place_of_function(source, "because"),
                    "`because` gives no text, so the letter shows the bare number",
                    "let it end in a text: `absent ${student.absences} days` in backticks",
                ));
            }
        }
    }
    found
}
