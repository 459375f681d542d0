//! What stands in for columns that a file does not have as one column: names in one cell or two, flags instead of a code, ids made of
//! other columns, rows of several kinds in one file.

use std::collections::BTreeSet;

use super::columns::Kind;
use super::guess::{ColumnGuess, Confidence};
use super::score::Seen;
use super::settle::{Settled, Settling};
use super::tokens::Tokens;
use super::values::suits;
use crate::records::{ColumnMap, Only};
use crate::school::Table;

/// Fills what is missing from what is there.
pub(super) fn stand_in(settling: &Settling<'_>, settled: &mut Settled) {
    match settling.matched.table {
        Table::Students => {
            full_name(settling, settled);
            optional(
                settled,
                "grade",
                "no grade level in this file: enrollments can bring it",
            );
            optional(settled, "school_id", "no school in this file: enrollments can bring it");
            only_students(settling, settled);
        }
        Table::Staff => two_names(settling, settled),
        Table::Enrollments => {
            optional(settled, "grade", "no grade level in this file: students can bring it");
            default(
                settled,
                "entry_date",
                "@year_start",
                "no entry in this file: read as the year's first day",
            );
        }
        Table::Attendance => flags(settling, settled),
        Table::Behavior => join(settled, "incident_id", &["student_id", "date", "type"]),
        Table::Interventions => {
            same(settled, "program", "intervention_id");
            default(
                settled,
                "start_date",
                "@year_start",
                "no start in this file: read as the year's first day",
            );
            join(settled, "intervention_id", &["student_id", "program", "start_date"]);
            default(
                settled,
                "area",
                "combined",
                "no area in this file: read as a plan for all areas",
            );
        }
        Table::Groups => default(settled, "value", "yes", "a row says that the student is in the group"),
        _ => {}
    }
}

fn lacks(settled: &Settled, column: &str) -> bool {
    settled.missing.contains(&column)
}

/// Adds a column that was missing.
fn add(settled: &mut Settled, column: &'static str, map: ColumnMap, why: &str, samples: Vec<String>) {
    settled.missing.retain(|missing| *missing != column);
    settled.columns.push(ColumnGuess {
        column,
        required: map.required,
        map,
        confidence: Confidence::Likely,
        why: why.to_owned(),
        samples,
    });
}

fn optional(settled: &mut Settled, column: &'static str, why: &str) {
    if lacks(settled, column) {
        add(settled, column, ColumnMap::default(), why, Vec::new());
    }
}

fn default(settled: &mut Settled, column: &'static str, text: &str, why: &str) {
    if lacks(settled, column) {
        let map = ColumnMap {
            default: Some(text.to_owned()),
            required: true,
            ..ColumnMap::default()
        };
        add(settled, column, map, why, Vec::new());
    }
}

/// A column that is another one once more.
fn same(settled: &mut Settled, column: &'static str, other: &str) {
    let from = settled.columns.iter().find(|guess| guess.column == other).cloned();
    if let Some(from) = from.filter(|_| lacks(settled, column)) {
        add(
            settled,
            column,
            from.map,
            "the same column once more: there is no better one",
            from.samples,
        );
    }
}

/// An id made of other columns.
fn join(settled: &mut Settled, column: &'static str, parts: &[&str]) {
    if !lacks(settled, column) {
        return;
    }
    let header = |part: &&str| -> Option<String> {
        let guess = settled.columns.iter().find(|guess| guess.column == *part)?;
        guess.map.from.first().cloned()
    };
    let from: Vec<String> = parts.iter().filter_map(header).collect();
    if from.len() < 2 {
        return;
    }
    let map = ColumnMap {
        join: from,
        between: Some("/".to_owned()),
        required: true,
        ..ColumnMap::default()
    };
    add(
        settled,
        column,
        map,
        "no id of its own in this file: made of these columns",
        Vec::new(),
    );
}

/// The headers that nothing reads yet.
fn free<'s>(settling: &'s Settling<'_>, settled: &Settled) -> Vec<&'s Seen> {
    let read: BTreeSet<&String> = settled
        .columns
        .iter()
        .flat_map(|column| column.map.from.iter().chain(&column.map.join))
        .collect();
    let seen = settling.seen.iter();
    seen.filter(|seen| !read.contains(&seen.header)).collect()
}

fn says(header: &str, concepts: &[&str]) -> bool {
    let tokens = Tokens::of(header);
    concepts.iter().all(|concept| tokens.concepts.contains(*concept))
}

/// First and last name in one cell: `Doe, Jane` or `Jane Doe`. Wins over a match of the two that is a mere guess.
fn full_name(settling: &Settling<'_>, settled: &mut Settled) {
    const NAMES: [&str; 2] = ["first_name", "last_name"];
    let believed = |name: &&str| {
        let guess = settled.columns.iter().find(|guess| guess.column == *name);
        guess.is_some_and(|guess| guess.confidence > Confidence::Unsure)
    };
    if NAMES.iter().all(believed) {
        return;
    }
    let others = [
        "staff",
        "counselor",
        "guardian",
        "homeroom",
        "first",
        "last",
        "school",
        "course",
    ];
    let person = |seen: &&Seen| {
        suits(Kind::PersonName, Table::Students, &seen.profile) > 0.8
            && !others.iter().any(|other| says(&seen.header, &[other]))
    };
    let found: Vec<&Seen> = settling.seen.iter().filter(person).collect();
    let named = |seen: &&&Seen| says(&seen.header, &["name"]) || says(&seen.header, &["student"]);
    let commas = |seen: &&&Seen| seen.profile.comma_names > 0.5;
    let seen = found.iter().find(named).or_else(|| found.iter().find(commas));
    let Some(seen) = seen.filter(|seen| commas(seen) || NAMES.iter().all(|name| !believed(name))) else {
        return;
    };
    let (comma, samples) = (commas(&seen), seen.profile.samples(2));
    let (between, first, last, why) = if comma {
        (",", 2, 1, "both names in one cell, the last name first")
    } else {
        (
            " ",
            1,
            2,
            "both names in one cell: a middle name would be taken for the last",
        )
    };
    settled
        .columns
        .retain(|guess| !NAMES.contains(&guess.column) && !guess.map.from.contains(&seen.header));
    for (column, piece) in [("first_name", first), ("last_name", last)] {
        let map = ColumnMap {
            from: vec![seen.header.clone()],
            piece: Some((between.to_owned(), piece)),
            required: true,
            ..ColumnMap::default()
        };
        add(settled, column, map, why, samples.clone());
    }
}

/// A staff member's name in two columns.
fn two_names(settling: &Settling<'_>, settled: &mut Settled) {
    let find = |concept: &str| {
        settling
            .seen
            .iter()
            .find(|seen| says(&seen.header, &[concept]) && seen.profile.names > 0.6)
    };
    let named = settled.columns.iter().find(|guess| guess.column == "name");
    let whole = named.is_some_and(|guess| {
        guess.confidence == Confidence::Sure
            && !guess
                .map
                .from
                .iter()
                .any(|header| says(header, &["first"]) || says(header, &["last"]))
    });
    if let (Some(first), Some(last), false) = (find("first"), find("last"), whole) {
        settled.columns.retain(|guess| {
            guess.column != "name" && !guess.map.from.contains(&first.header) && !guess.map.from.contains(&last.header)
        });
        let map = ColumnMap {
            join: vec![first.header.clone(), last.header.clone()],
            required: true,
            ..ColumnMap::default()
        };
        let samples = first.profile.samples(2);
        add(settled, "name", map, "first and last name, put together", samples);
    }
}

/// Rows of several kinds of people: only those of students.
fn only_students(settling: &Settling<'_>, settled: &mut Settled) {
    let column = free(settling, settled).into_iter().find(|seen| {
        let cells = || seen.profile.top.iter().map(|(cell, _)| cell.as_str());
        seen.profile.distinct <= 40
            && cells().any(|cell| cell.eq_ignore_ascii_case("student"))
            && cells().any(|cell| !cell.eq_ignore_ascii_case("student"))
    });
    if let Some(seen) = column {
        let student = seen
            .profile
            .top
            .iter()
            .map(|(cell, _)| cell)
            .find(|cell| cell.eq_ignore_ascii_case("student"));
        settled.only.push(Only {
            from: seen.header.clone(),
            is: student.cloned().into_iter().collect(),
        });
    }
}

/// Columns that say absent, tardy and excused with yes and no, where no column has a code.
fn flags(settling: &Settling<'_>, settled: &mut Settled) {
    let coded = settled.columns.iter().find(|guess| guess.column == "code");
    let weak = coded.is_none_or(|guess| {
        let seen = settling
            .seen
            .iter()
            .find(|seen| guess.map.from.first() == Some(&seen.header));
        seen.is_some_and(|seen| seen.profile.flags > 0.9 && seen.profile.distinct <= 2)
    });
    if !weak {
        return;
    }
    let flag = |wanted: &[&str], not: &[&str]| {
        settling.seen.iter().position(|seen| {
            let flags = seen.profile.flags > 0.99 && seen.profile.fill() > 0.999;
            flags
                && wanted.iter().any(|word| says(&seen.header, &[word]))
                && !not.iter().any(|word| says(&seen.header, &[word]))
        })
    };
    let absent = flag(&["attendance"], &["tardy", "excused"]);
    let (tardy, excused) = (flag(&["tardy"], &[]), flag(&["excused"], &[]));
    let Some(absent) = absent.filter(|_| tardy.is_some() || excused.is_some()) else {
        return;
    };
    let places: Vec<usize> = [Some(absent), tardy, excused].into_iter().flatten().collect();
    let yes = |cell: &str| matches!(cell.to_lowercase().as_str(), "1" | "y" | "yes" | "true" | "t" | "x");
    let mut values = BTreeSet::new();
    for row in settling.rows {
        let said = |at: Option<usize>| at.is_some_and(|at| yes(&row[at]));
        let code = match (said(Some(absent)), said(tardy), said(excused)) {
            (true, _, false) => "A",
            (true, _, true) => "A-E",
            (false, true, false) => "T",
            (false, true, true) => "T-E",
            (false, false, _) => "P",
        };
        let cells: Vec<&str> = places.iter().map(|at| row[*at].as_str()).collect();
        values.insert((cells.join("/"), code.to_owned()));
    }
    settled.columns.retain(|guess| guess.column != "code");
    let map = ColumnMap {
        join: places.iter().map(|at| settling.seen[*at].header.clone()).collect(),
        between: Some("/".to_owned()),
        values: values.into_iter().collect(),
        required: true,
        ..ColumnMap::default()
    };
    add(
        settled,
        "code",
        map,
        "flags instead of a code: absent, late, excused",
        Vec::new(),
    );
}
