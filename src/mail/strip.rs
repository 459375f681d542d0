//! The last eight weeks as a row of letters, as table cells, and in words.

use minijinja::{Value, context};

use super::text::plural;

/// Weeks in one row of cells. Four weeks of five cells are as wide as a phone.
const WEEKS_IN_A_ROW: usize = 4;

/// What the letters of a strip mean, in the order of the legend, with the class that colours a cell: those of trials, small for a
/// part of a day.
const MEANINGS: [(char, &str, &str); 12] = [
    ('P', "present", "present"),
    ('A', "absent unexcused", "absent"),
    ('h', "partly absent unexcused", "half"),
    ('E', "absent excused", "excused"),
    ('e', "partly absent excused", "excused"),
    ('U', "absent and not yet verified", "unverified"),
    ('u', "partly absent and not yet verified", "unverified"),
    ('S', "suspended", "suspended"),
    ('s', "partly suspended", "suspended"),
    ('T', "tardy", "tardy"),
    ('?', "not known", "unknown"),
    ('.', "no school or not enrolled", "none"),
];

/// A strip ready for a template: `text`, `words`, and `rows` of weeks of cells (`letter`, `word`, `class`).
pub(crate) fn shown(strip: &str) -> Value {
    let weeks: Vec<&str> = strip.split_whitespace().collect();
    // The newest weeks fill the last row, so that the eye finds "last week" in one place.
    let first = weeks.len() % WEEKS_IN_A_ROW;
    let (older, newer) = weeks.split_at(first);
    let width = weeks.iter().map(|week| week.chars().count()).max().unwrap_or(0);
    let rows = older.chunks(WEEKS_IN_A_ROW).chain(newer.chunks(WEEKS_IN_A_ROW));
    context! {
        text => weeks.join(" "),
        weeks => weeks.len(),
        words => words(strip),
        rows => rows.map(|row| row.iter().map(|week| cells(week, width)).collect::<Vec<Value>>()).collect::<Vec<_>>(),
    }
}

/// One week's cells; a short week is filled up with empty ones, so that weeks stand below each other.
fn cells(week: &str, width: usize) -> Value {
    let filled = week
        .chars()
        .chain(std::iter::repeat(' '))
        .take(width.max(week.chars().count()));
    let cell = |letter: char| {
        let (word, class) = meaning(letter);
        context! { letter => letter.to_string().trim().to_owned(), word, class }
    };
    Value::from(filled.map(cell).collect::<Vec<Value>>())
}

fn meaning(letter: char) -> (&'static str, &'static str) {
    if letter == ' ' {
        return ("", "none");
    }
    let known = MEANINGS.iter().find(|(known, _, _)| *known == letter);
    known.map_or(("other", "none"), |(_, word, class)| (word, class))
}

/// What is not "present", counted: `3 days absent unexcused, 1 day tardy, of 38 school days`.
fn words(strip: &str) -> String {
    let count = |letter: char| strip.chars().filter(|c| *c == letter).count();
    let school_days = strip.chars().filter(|c| !c.is_whitespace() && *c != '.').count();
    let mut told: Vec<String> = MEANINGS
        .iter()
        .filter(|(letter, _, _)| !matches!(letter, 'P' | '.') && count(*letter) > 0)
        .map(|(letter, word, _)| format!("{} {word}", plural(count(*letter), "day")))
        .collect();
    if told.is_empty() {
        told.push("present every day".to_owned());
    }
    format!("{}, of {}", told.join(", "), plural(school_days, "school day"))
}

/// The letters that stand in these strips, with their meanings: `P present; A absent unexcused`.
pub(crate) fn legend<'a>(strips: impl Iterator<Item = &'a str> + Clone) -> String {
    let used = |letter: char| strips.clone().any(|strip| strip.contains(letter));
    let told = MEANINGS.iter().filter(|(letter, _, _)| used(*letter));
    told.map(|(letter, word, _)| format!("{letter} {word}"))
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_is_told_in_words() {
        assert_eq!(
            words("PPPPP PAAPE PPTPP P.PPP"),
            "2 days absent unexcused, 1 day absent excused, 1 day tardy, of 19 school days"
        );
        assert_eq!(
            words("hPhUs e?P.."),
            "2 days partly absent unexcused, 1 day partly absent excused, 1 day absent and not yet verified, \
             1 day partly suspended, 1 day not known, of 8 school days"
        );
        assert_eq!(words("PPPPP"), "present every day, of 5 school days");
    }

    #[test]
    fn the_legend_names_only_what_is_there() {
        assert_eq!(
            legend(["PPA", "PTP"].into_iter()),
            "P present; A absent unexcused; T tardy"
        );
    }
}
