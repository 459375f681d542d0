//! From a match to columns that an adapter can read: date formats, values, names in one cell, flags instead of a code.

use std::collections::BTreeSet;

use super::columns::{Kind, Known, known_columns};
use super::dates::{Dates, word};
use super::guess::{ColumnGuess, Confidence, Wishes};
use super::levels::{grade, tail, taught};
use super::profile::Profile;
use super::score::{Score, Seen};
use super::stand_in::stand_in;
use super::tables::{Match, position};
use crate::records::{ColumnMap, Covers, DateFormat, Only, columns};
use crate::school::{Day, Grade, Table};

/// What settling works with.
pub(super) struct Settling<'s> {
    pub(super) matched: &'s Match,
    pub(super) seen: &'s [Seen],
    pub(super) rows: &'s [Vec<String>],
    pub(super) wishes: &'s Wishes,
}

/// What came of it.
pub(super) struct Settled {
    pub(super) columns: Vec<ColumnGuess>,
    pub(super) missing: Vec<&'static str>,
    pub(super) only: Vec<Only>,
}

/// Cells that are shown of a column.
const SHOWN: usize = 4;

/// Makes columns of a match.
pub(super) fn settle(settling: &Settling<'_>) -> Settled {
    let matched = settling.matched;
    let found = in_order(settling);
    let margins = matched.margins();
    let mut settled = Settled {
        columns: Vec::new(),
        missing: Vec::new(),
        only: Vec::new(),
    };
    let canonical = columns(matched.table);
    for (at, known) in known_columns(matched.table).iter().enumerate() {
        let required = canonical[at].required;
        let said = settling.wishes.set.iter().find(|(column, _)| column == known.name);
        let guess = match (said, found[at]) {
            (Some((_, text)), _) if text.starts_with('=') => Some(constant(known, required, &text[1..])),
            (Some((_, text)), _) if text.is_empty() => None,
            (said, Some(header)) => Some(column(settling, at, margins[at], known, header, said.is_some())),
            _ => None,
        };
        match guess {
            Some(guess) => settled.columns.push(guess),
            None if said.is_none() || required => settled.missing.push(known.name),
            None => {}
        }
    }
    stand_in(settling, &mut settled);
    let needed = |name: &&str| canonical.iter().any(|column| column.name == *name && column.required);
    settled.missing.retain(|name| needed(name));
    let order = |name: &str| position(matched.table, name).unwrap_or(usize::MAX);
    settled.columns.sort_by_key(|guess| order(guess.column));
    settled
}

/// The matched headers; two dates of which the first is always the later one change places where no header says which is which.
fn in_order(settling: &Settling<'_>) -> Vec<Option<usize>> {
    const PAIRS: [(&str, &str); 5] = [
        ("start", "end"),
        ("start_date", "end_date"),
        ("entry_date", "exit_date"),
        ("from", "until"),
        ("away_from", "away_until"),
    ];
    let matched = settling.matched;
    let mut found = matched.found.clone();
    for (from, until) in PAIRS {
        let places = position(matched.table, from).zip(position(matched.table, until));
        let Some((from, until)) = places else { continue };
        let Some((first, last)) = found[from].zip(found[until]) else {
            continue;
        };
        let unnamed = matched.scores[from][first].header < 0.7 && matched.scores[until][last].header < 0.7;
        let formats = |at: usize| settling.seen[at].profile.dates.as_ref().map(|dates| &dates.formats);
        let Some((one, two)) = formats(first).zip(formats(last)) else {
            continue;
        };
        let day = |formats: &[DateFormat], cell: &str| formats.iter().find_map(|format| format.parse(cell));
        let later = settling
            .rows
            .iter()
            .filter_map(|row| day(one, &row[first]).zip(day(two, &row[last])))
            .map(|(one, two)| if one > two { 1 } else { -1 })
            .sum::<i64>();
        if unnamed && later > 0 {
            found.swap(from, until);
        }
    }
    found
}

fn constant(known: &Known, required: bool, text: &str) -> ColumnGuess {
    ColumnGuess {
        column: known.name,
        required,
        map: ColumnMap {
            constant: Some(text.to_owned()),
            required,
            ..ColumnMap::default()
        },
        confidence: Confidence::Sure,
        why: "you said so".to_owned(),
        samples: Vec::new(),
    }
}

/// One column of the file as a canonical one.
fn column(settling: &Settling<'_>, at: usize, margin: f64, known: &Known, header: usize, said: bool) -> ColumnGuess {
    let required = columns(settling.matched.table)[at].required;
    let seen = &settling.seen[header];
    let score = settling.matched.scores[at][header];
    let mut map = ColumnMap {
        from: vec![seen.header.clone()],
        required,
        ..ColumnMap::default()
    };
    cells(known.kind, &seen.profile, settling.wishes, &mut map);
    ColumnGuess {
        column: known.name,
        required,
        map,
        confidence: if said {
            Confidence::Sure
        } else {
            confidence(score, margin)
        },
        why: if said {
            "you said so".to_owned()
        } else {
            why(known.kind, score, &seen.profile)
        },
        samples: seen.profile.samples(SHOWN),
    }
}

/// How sure a pair is: by its score, and by how much worse the next best match would be.
fn confidence(score: Score, margin: f64) -> Confidence {
    if score.header >= 0.7 && score.total >= 0.72 && margin >= 0.12 {
        Confidence::Sure
    } else if score.total >= 0.58 && margin >= 0.08 {
        Confidence::Likely
    } else {
        Confidence::Unsure
    }
}

/// What the cells of a kind need to be read.
pub(super) fn cells(kind: Kind, profile: &Profile, wishes: &Wishes, map: &mut ColumnMap) {
    if profile.descriptor.is_some() {
        map.after = Some("#".to_owned());
    }
    let words = || profile.top.iter().map(|(cell, _)| tail(cell).trim());
    match kind {
        Kind::Date | Kind::OpenDate => map.dates = formats(profile.dates.as_ref(), wishes),
        Kind::Grade => {
            let odd = words().filter(|cell| Grade::parse(cell).is_none());
            map.values = pairs(odd.filter_map(|cell| Some((cell, grade(cell)?))));
        }
        Kind::DayType => {
            let days = words().filter(|cell| taught(cell) == Some(true) && !cell.eq_ignore_ascii_case("instructional"));
            map.values = pairs(days.map(|cell| (cell, "instructional".to_owned())));
        }
        Kind::FinalOrNot => {
            let odd = words().filter(|cell| !["final", "progress"].iter().any(|word| word.eq_ignore_ascii_case(cell)));
            map.values = pairs(odd.filter_map(|cell| Some((cell, mark_kind(cell)?.to_owned()))));
        }
        Kind::Programs => {
            let commas = words().any(|cell| cell.contains(',') && !cell.contains(';'));
            let between = if commas { "," } else { ";" };
            let entries = words().flat_map(|cell| cell.split(between)).map(str::trim);
            let odd = entries.filter_map(|entry| Some((entry, program(entry)?.to_owned())));
            map.values = pairs(odd.filter(|(entry, word)| *entry != word));
            if commas || !map.values.is_empty() {
                map.split = Some(between.to_owned());
            }
        }
        Kind::Portion => map.lenient = profile.most > 1.0,
        Kind::Cell | Kind::Area | Kind::StaffRole | Kind::SchoolId if map.from.len() == 1 => {
            let listed = |cell: &str| cell.contains(',') && !cell.contains(';') && !cell.contains(", ");
            if matches!(kind, Kind::Area | Kind::StaffRole) && words().any(listed) {
                map.split = Some(",".to_owned());
            }
        }
        _ => {}
    }
}

/// Cells and what they become, each once.
fn pairs<'c>(cells: impl Iterator<Item = (&'c str, String)>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (cell, word) in cells {
        if !pairs.iter().any(|(known, _)| known.eq_ignore_ascii_case(cell)) {
            pairs.push((cell.to_owned(), word));
        }
    }
    pairs.sort();
    pairs
}

/// The formats of a date column; none where it is written as tables of our own have it.
fn formats(dates: Option<&Dates>, wishes: &Wishes) -> Vec<DateFormat> {
    let Some(dates) = dates else {
        return wishes.dates.into_iter().collect();
    };
    let mut formats = dates.formats.clone();
    if let (Some(said), true) = (wishes.dates, dates.ambiguous) {
        let slashed = |format: &DateFormat| matches!(format, DateFormat::MonthFirst | DateFormat::DayFirst);
        formats = formats
            .into_iter()
            .map(|format| if slashed(&format) { said } else { format })
            .collect();
    }
    if formats == [DateFormat::Iso] && !dates.timed {
        return Vec::new();
    }
    formats
}

fn mark_kind(cell: &str) -> Option<&'static str> {
    let lower = cell.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["progress", "mid", "interim"]) {
        Some("progress")
    } else if has(&[
        "final",
        "grading period",
        "quarter",
        "semester",
        "report card",
        "posted",
        "term",
    ]) {
        Some("final")
    } else {
        None
    }
}

/// The word under which a program is known to rules and routes.
fn program(entry: &str) -> Option<&'static str> {
    let lower = entry.to_lowercase();
    match lower.as_str() {
        "iep" | "sped" | "sp ed" | "special education" | "special ed" | "swd" | "ese" => Some("iep"),
        "504" | "504 plan" | "section 504" | "plan 504" => Some("504"),
        "el" | "ell" | "esl" | "lep" | "eld" | "english learner" | "english language learner" | "ml" => Some("el"),
        _ => None,
    }
}

/// Whether an action is a suspension out of school.
pub(super) fn is_suspension(action: &str) -> bool {
    let lower = action.to_lowercase().replace('-', " ");
    let inside = lower.contains("in school") || lower.contains("iss");
    lower == "oss" || lower.contains("expul") || lower.contains("out of school") || lower.starts_with("susp") && !inside
}

/// Whether a role in an incident is that of the one who did it.
pub(super) fn is_offender(role: &str) -> bool {
    let lower = role.to_lowercase();
    ["offender", "perpetrator", "aggressor", "instigator"]
        .iter()
        .any(|word| lower.contains(word))
}

/// What a file is the whole truth of, and what says so.
pub(super) fn covers(table: Table, days: Option<(Day, Day)>, year_start: Option<Day>) -> (Covers, &'static str) {
    let span = days.map_or(0, |(first, last)| last.0 - first.0);
    let since_start = days.zip(year_start).map(|((first, _), start)| first.0 - start.0);
    match (table, since_start) {
        (Table::Attendance, Some(late)) if late > 30 && span <= 45 => (
            Covers::Window,
            "it begins long after the school year did and spans a few weeks",
        ),
        (Table::Attendance | Table::Behavior, _) => (Covers::Year, "most exports hold the school year so far"),
        (Table::Grades, _) => (Covers::Term, "a file of marks holds the terms that it names"),
        _ => (Covers::Now, "a file of this table lists the state of today"),
    }
}

/// What speaks for a pair, in a few words.
fn why(kind: Kind, score: Score, profile: &Profile) -> String {
    let cells = describe(kind, profile);
    let header = match score.header {
        _ if !score.named => "by its cells alone",
        header if header >= 0.95 => "the header says it",
        header if header >= 0.6 => "the header is near it",
        _ => "the header says little",
    };
    if cells.is_empty() {
        header.to_owned()
    } else {
        format!("{header}; {cells}")
    }
}

/// What the cells look like, in a few words.
fn describe(kind: Kind, profile: &Profile) -> String {
    let different = |what: &str| format!("{} different {what} in {} rows", profile.distinct, profile.rows);
    match (kind, &profile.dates) {
        _ if profile.rows == 0 => String::new(),
        _ if profile.filled == 0 => "no cell is filled".to_owned(),
        (Kind::Date | Kind::OpenDate, Some(dates)) => {
            let formats: BTreeSet<&str> = dates.formats.iter().map(|format| word(*format)).collect();
            let formats: Vec<&str> = formats.into_iter().collect();
            let time = if dates.timed { " with a time" } else { "" };
            format!("{}{time}, {} to {}", formats.join(" and "), dates.first, dates.last)
        }
        (Kind::Date | Kind::OpenDate, None) => "dates that cannot be read".to_owned(),
        (Kind::StudentId | Kind::StaffId | Kind::EventId | Kind::CourseId | Kind::SchoolId, _) => different("ids"),
        (Kind::AttendanceCode, _) => different("codes"),
        (Kind::Grade, _) => different("grade levels"),
        (Kind::Mark | Kind::Portion | Kind::Count | Kind::ActionDays, _) if profile.numbers > 0.8 => {
            format!("numbers from {} to {}", profile.least, profile.most)
        }
        _ => different("cells"),
    }
}
