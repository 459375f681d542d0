//! The part that decided: a level's edge, a margin, days in a row, a least value, a missing word.

use super::upper;
use crate::cli::output::count;
use crate::cli::standing::plain;
use crate::crossings::Standing;
use crate::rules::{Card, FAILED, NotFor, Rule, Verdict, Worse, vocabulary};
use crate::school::Level;

/// Why there is no verdict, in a sentence.
pub(super) fn silence(rule: &Rule, card: &Card, verdict: &Verdict) -> Option<String> {
    Some(match verdict {
        Verdict::Clear { .. } | Verdict::At { .. } => return None,
        Verdict::NotApplicable(NotFor::Grade) => match card.grades {
            Some(grades) => format!("The rule is for grades {grades} alone."),
            None => "The rule is for other grades.".to_owned(),
        },
        Verdict::NotApplicable(NotFor::Applies) => {
            "The rule's own condition, `applies`, leaves this student out.".to_owned()
        }
        Verdict::NotApplicable(NotFor::Needs { word, least, has }) => format!(
            "Too little to judge by: the rule needs {} of {} or more, and there are {}.",
            word.replace('_', " "),
            plain(*least),
            plain(*has)
        ),
        Verdict::Unknown(words) if words.iter().any(|word| word == FAILED) => {
            format!(
                "The rule `{}` fails for this student: `firstbell status` says why.",
                rule.id()
            )
        }
        Verdict::Unknown(words) => {
            let missing = words.iter().map(|word| match why_missing(word) {
                Some(why) => format!("`{word}` cannot be had ({why})"),
                None => format!("`{word}` cannot be had"),
            });
            format!("{}.", upper(&missing.collect::<Vec<_>>().join(", and ")))
        }
        Verdict::Held(table) => {
            format!("The {table} file is being checked: a file that is held flags nobody and clears nobody.")
        }
    })
}

/// When a word cannot be had, as the vocabulary says; `None` for plugins' words.
pub(super) fn why_missing(word: &str) -> Option<&'static str> {
    let name = word.split('(').next()?;
    let entry = vocabulary::word(name)?;
    (!entry.missing.is_empty()).then_some(entry.missing)
}

/// How far the measure is from the edges that matter: the levels still to come, then the gravest that it has reached.
pub(super) fn distances(card: &Card, value: f64) -> Vec<String> {
    let edges = &card.edges;
    let shown = show(value, edges.worse);
    let ahead = |(level, edge): (&Level, &f64)| {
        let word = if edges.worse == Worse::Higher { "more" } else { "less" };
        let (level, at, away) = (upper(level.word()), plain(*edge), away_up(value, *edge));
        format!("{level} begins at {at}: {away} {word} would reach it.")
    };
    let still = edges.levels.iter().filter(|(_, edge)| !edges.reaches(value, **edge));
    let mut lines: Vec<String> = still.map(ahead).collect();
    let reached = edges.levels.iter().rfind(|(_, edge)| edges.reaches(value, **edge));
    if let Some((level, edge)) = reached {
        let (at, past) = (plain(*edge), (value - edge).abs());
        // To the safe side, as the measure itself: a difference never looks larger than the numbers beside it.
        let by = show(past, Worse::Higher);
        lines.push(match by.as_str() {
            "0" if past > edge.abs() * 1e-9 => format!("At {shown} it is just past the edge of {level}, {at}."),
            "0" => format!("At {shown} it stands exactly on the edge of {level}."),
            by => format!("At {shown} it is {by} past the edge of {level}, {at}."),
        });
    }
    lines
}

/// Days in a row that are asked of a level before it is believed, where tonight's is not yet.
pub(super) fn believing(card: &Card, standing: Option<&Standing>, tonight: Option<Level>) -> Option<String> {
    let level = tonight.filter(|level| Some(*level) > standing.and_then(|standing| standing.level))?;
    let so_far = standing.map_or(0, |standing| standing.reached[level as usize]);
    (card.edges.after > 1).then(|| {
        format!(
            "{} is believed after {} judged days in a row at its edge or past it: {so_far} so far.",
            upper(level.word()),
            card.edges.after
        )
    })
}

/// When the level held is left, and how many of the days for it there have been; `None` where the card knows the level no more.
pub(super) fn leaving(card: &Card, standing: &Standing) -> Option<String> {
    let edges = &card.edges;
    let held = standing.level?;
    let days = match edges.clear_days {
        1 => "one judged day".to_owned(),
        days => format!("{days} judged days in a row"),
    };
    let edge = edges.levels.get(&held)?;
    let (side, line) = match edges.worse {
        Worse::Higher => ("below", edge - edges.margin),
        Worse::Lower => ("above", edge + edges.margin),
    };
    let so_far = match standing.calm[held as usize] {
        0 => String::new(),
        calm => format!(
            ", of which there {} {}",
            if calm == 1 { "has been" } else { "have been" },
            count_of(calm)
        ),
    };
    let level = upper(held.word());
    Some(format!("{level} is left after {days} {side} {}{so_far}.", plain(line)))
}

fn count_of(days: u16) -> String {
    match days {
        1 => "one".to_owned(),
        days => days.to_string(),
    }
}

/// What is missing to an edge, never shown as less than it is.
fn away_up(value: f64, edge: f64) -> String {
    let away = (value - edge).abs();
    let up = ((away * 10.0 - 1e-7).ceil() / 10.0).max(0.0);
    plain(up)
}

/// A measure with at most one decimal, to the safe side.
pub(super) fn show(value: f64, worse: Worse) -> String {
    let tenths = match worse {
        Worse::Higher => (value * 10.0 + value.abs() * 1e-8).floor(),
        Worse::Lower => (value * 10.0 - value.abs() * 1e-8).ceil(),
    };
    plain(tenths / 10.0)
}

/// So many school days, for a sentence.
pub(super) fn school_days(days: usize) -> String {
    count(days, "more school day", "more school days")
}

#[cfg(test)]
mod tests {
    use super::{away_up, show};
    use crate::rules::Worse;

    #[test]
    fn numbers_are_shown_to_the_safe_side_of_their_edge() {
        assert_eq!(show(9.96, Worse::Higher), "9.9");
        assert_eq!(show(10.0, Worse::Higher), "10");
        assert_eq!(show(70.04, Worse::Lower), "70.1");
        assert_eq!(away_up(9.96, 10.0), "0.1");
        assert_eq!(away_up(9.5, 10.0), "0.5");
    }
}
