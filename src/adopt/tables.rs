//! Which table a file is: the one whose columns it explains best.

use super::assign::{assign, total};
use super::columns::{known_columns, own, silence_costs};
use super::score::{Need, Score, Seen, scores};
use super::tokens::Tokens;
use crate::records::columns;
use crate::school::Table;

/// One table matched against a file.
pub(super) struct Match {
    pub(super) table: Table,
    /// Scores, `[column][header]`.
    pub(super) scores: Vec<Vec<Score>>,
    /// The header of each column.
    pub(super) found: Vec<Option<usize>>,
    /// What each pair is worth, `[column][header]`; nothing where it does not count.
    worth: Vec<Vec<f64>>,
    /// How well the table explains the file; comparable between tables.
    pub(super) rank: f64,
}

/// What a column must bring beyond this to speak for its table: a middling column is found in any file.
const MIDDLING: f64 = 0.42;
/// What a file's name is worth; as much as one more column that fits well.
const NAMED: f64 = 0.4;
/// What a column brings that is there in another form: both names in one cell, flags for a code.
const FOUND_OTHERWISE: f64 = 0.4;
/// What a missing column costs a table that needs it.
const MISSING: f64 = 0.5;

/// What a student id costs whose header speaks of something, but hardly of students.
const VAGUE: f64 = 0.9;

fn vague(score: Score) -> bool {
    score.named && score.header < 0.8
}

/// All tables, the best first; `only` one where somebody said which.
pub(super) fn matches(seen: &[Seen], name: &str, only: Option<Table>, fixed: &[(usize, Option<usize>)]) -> Vec<Match> {
    let by_name = table_of(name);
    let tables: Vec<Table> = only.map_or(Table::ALL.to_vec(), |table| vec![table]);
    let mut matches: Vec<Match> = tables
        .into_iter()
        .map(|table| {
            let mut matched = matched(table, seen, if only.is_some() { fixed } else { &[] });
            if table == Table::Students && !seen.iter().any(Seen::names_people) {
                matched.rank -= MISSING;
            }
            if by_name == Some(table) {
                matched.rank += NAMED;
            } else if seen.iter().any(Seen::named) && !seen.iter().any(|seen| speaks_of(seen, table)) {
                matched.rank -= silence_costs(table);
            }
            matched
        })
        .collect();
    matches.sort_by(|one, two| two.rank.total_cmp(&one.rank));
    matches
}

/// Whether a header speaks of what a table is about.
fn speaks_of(seen: &Seen, table: Table) -> bool {
    own(table)
        .iter()
        .any(|own| !matches!(*own, "event" | "day" | "final") && seen.says(own))
}

/// Matches one table. `fixed` pairs of column and header hold whatever their scores; a header of `None` keeps a column out.
fn matched(table: Table, seen: &[Seen], fixed: &[(usize, Option<usize>)]) -> Match {
    let scores = scores(table, seen);
    let canonical = columns(table);
    let mut worth: Vec<Vec<f64>> = scores
        .iter()
        .zip(canonical)
        .map(|(row, column)| {
            let need = match column.required {
                false => Need::None,
                true if replaceable(table, column.name) => Need::Replaceable,
                true => Need::Whole,
            };
            row.iter().map(|score| score.worth(need)).collect()
        })
        .collect();
    for (column, header) in fixed {
        worth[*column].fill(0.0);
        if let Some(header) = header {
            worth.iter_mut().for_each(|row| row[*header] = 0.0);
            worth[*column][*header] = 1.0;
        }
    }
    let found = assign(&worth);
    let mut rank = 0.0;
    let whole_names = table == Table::Students && seen.iter().any(Seen::full_name);
    let flags = table == Table::Attendance && seen.iter().filter(|seen| seen.attendance_flag()).count() > 1;
    for (at, column) in canonical.iter().enumerate() {
        rank += match found[at] {
            // Rows of students say whose they are: a column that is just any id says it of everything.
            Some(header) if column.name == "student_id" && table != Table::Students && vague(scores[at][header]) => {
                -VAGUE
            }
            Some(header) if column.required => worth[at][header] - MIDDLING,
            // What may be absent speaks for a table where its header does; else it could be anything.
            Some(header) if scores[at][header].header > 0.75 || !scores[at][header].named => {
                (worth[at][header] - MIDDLING) * 0.8
            }
            Some(header) => (worth[at][header] - MIDDLING) * 0.3,
            None if whole_names && column.name.ends_with("_name") => FOUND_OTHERWISE,
            None if flags && column.name == "code" => FOUND_OTHERWISE,
            None if column.required && !replaceable(table, column.name) => -MISSING,
            None if column.required => -MISSING / 4.0,
            None => 0.0,
        };
    }
    Match {
        table,
        scores,
        found,
        worth,
        rank,
    }
}

impl Match {
    /// How much worse the whole match would be without each pair.
    pub(super) fn margins(&self) -> Vec<f64> {
        let best = total(&self.worth, &self.found);
        let margin = |column: usize| -> f64 {
            let Some(header) = self.found[column] else { return 0.0 };
            let mut without = self.worth.clone();
            without[column][header] = 0.0;
            best - total(&without, &assign(&without))
        };
        (0..self.found.len()).map(margin).collect()
    }
}

/// Columns that a table needs and for which something can stand in: a district writes them elsewhere or not at all.
pub(super) fn replaceable(table: Table, column: &str) -> bool {
    matches!(
        (table, column),
        (Table::Students, "grade" | "school_id")
            | (Table::Enrollments, "grade")
            | (
                Table::Interventions,
                "intervention_id" | "area" | "start_date" | "program"
            )
            | (Table::Behavior, "incident_id")
            | (Table::Attendance, "school_id")
            | (Table::Groups, "value")
    )
}

/// The table that a file's name speaks of; the first of these words wins, for `student_school_attendance_events` is attendance.
fn table_of(name: &str) -> Option<Table> {
    const ORDER: [Table; 15] = [
        Table::Attendance,
        Table::Behavior,
        Table::Interventions,
        Table::Caseload,
        Table::Contacts,
        Table::Outcomes,
        Table::Groups,
        Table::Calendar,
        Table::Grades,
        Table::Enrollments,
        Table::Terms,
        Table::Courses,
        Table::Staff,
        Table::Students,
        Table::Schools,
    ];
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let tokens = Tokens::of(stem);
    let says = |table: &Table| {
        let gradebook = *table == Table::Grades && tokens.concepts.contains("grade");
        gradebook
            || own(*table)
                .iter()
                .any(|own| !matches!(*own, "event" | "day" | "final") && tokens.concepts.contains(*own))
    };
    ORDER.into_iter().find(says)
}

/// Whether a table has a column at all under this name.
pub(super) fn position(table: Table, column: &str) -> Option<usize> {
    known_columns(table).iter().position(|known| known.name == column)
}
