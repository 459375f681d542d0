//! Whether the host's functions give what they must: a number, a yes or no, a text.

use super::card::Card;
use super::check;
use super::plain::{Spot, Wrong};
use super::reckon::{Bodies, Might, Reckoner, Sort};

/// What is wrong for sure: such a rule could judge nobody.
pub(super) fn wrong(bodies: &Bodies, card: &Card, source: &str) -> Vec<Wrong> {
    let mut reckoner = Reckoner::new(bodies, card, None);
    let mut wrongs = Vec::new();
    let place = |name: &str| check::place_of_function(source, name);
    if let Some(measure) = reckoner.entry("measure")
        && measure.might.never_number()
        && !measure.might.may_be(Sort::Anything)
    {
        wrongs.push(no_number(place("measure"), &measure.might));
    }
    if let Some(applies) = reckoner.entry("applies")
        && !applies.might.may_be(Sort::YesNo)
        && !applies.might.may_be(Sort::Anything)
        && applies.might != Might::default()
    {
        wrongs.push(Wrong::new(
            "rule-applies-without-answer",
            place("applies"),
            "`applies` gives no yes or no",
            "let it end in a condition, such as `student.grade >= 6`",
        ));
    }
    wrongs
}

fn no_number(at: Spot, might: &Might) -> Wrong {
    let remedy = if might.may_be(Sort::YesNo) {
        "let it end in a number: `if … { 1 } else { 0 }`"
    } else if might.may_be(Sort::Nothing) {
        "let its last line be the number"
    } else {
        "let it end in a number, and put words into `because`"
    };
    Wrong::new("rule-measure-without-number", at, "`measure` gives no number", remedy)
}

/// What is wrong on some of its ways: such a rule cannot judge the students who come along there.
pub(super) fn doubtful(measure: &Might, source: &str) -> Option<Wrong> {
    if measure.surely_number().is_some() || measure.may_be(Sort::Anything) || measure.number.is_none() {
        return None;
    }
    let at = check::place_of_function(source, "measure");
    let (message, remedy) = if measure.may_be(Sort::Nothing) {
        (
            "`measure` may come to nothing: an `if` has no `else`, or a `return` no number",
            "give a number on every way, such as `else { 0 }`",
        )
    } else {
        (
            "`measure` may give something that is no number",
            "give a number on every way",
        )
    };
    Some(Wrong::new("rule-measure-without-number", at, message, remedy))
}
