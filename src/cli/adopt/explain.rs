//! What `?` shows: the tables, the columns of the file with a few cells, what a column of a table is for.

use super::screen;
use crate::adopt::Guess;
use crate::school::Table;

/// Headers of a file that are listed; chosen by us: a screen holds no more.
const LISTED: usize = 40;

/// What the meanings of a code are.
pub(super) const CODES: &str = "\
present: the student was there (a field trip, a remark)
absent: absent without excuse, the whole day or period
excused: absent with an excuse
tardy: there, and late
suspended: sent home
unverified: absent, and nobody knows yet why
later: it stays in the configuration as a comment, its days are reported and not guessed
The first letters will do.";

/// The tables, a line each.
pub(super) fn tables() -> String {
    let line = |table: Table| format!("{:<14}{}", table.word(), table_is(table));
    Table::ALL.map(line).join("\n")
}

fn table_is(table: Table) -> &'static str {
    match table {
        Table::Schools => "one row for each school",
        Table::Calendar => "one row for each day, school day or not",
        Table::Terms => "quarters, semesters, marking periods with their first and last day",
        Table::Students => "one row for each student: name, grade, school",
        Table::Enrollments => "who was at which school, from when to when",
        Table::Courses => "one row for each course: its subject, whether it is a core course",
        Table::Staff => "one row for each person who may be written to",
        Table::Caseload => "whose students are whose",
        Table::Attendance => "absences, a row for each student and day or period",
        Table::Grades => "marks, a row for each student, course and term",
        Table::Behavior => "incidents and what was done about them",
        Table::Interventions => "plans and programs that students are in",
        Table::Contacts => "calls, letters, visits home",
        Table::Groups => "subgroups, for a fairness audit alone",
        Table::Outcomes => "what really happened, to judge rules by",
    }
}

/// What a column of a table is for, in a few words.
pub(super) fn column(table: Table, name: &str) -> &'static str {
    match (table, name) {
        (_, "student_id") => "the student's number, the same in every file",
        (_, "school_id") => "the school, by its number or short name",
        (Table::Schools, "name") => "the school's name",
        (_, "name") => "the person's name",
        (Table::Contacts, "date") => "the day of the contact",
        (Table::Grades, "date") => "the day on which the mark was given",
        (_, "date") => "the day that the row speaks of",
        (_, "day_type") => "whether that day is a school day",
        (_, "term") => "the quarter, semester or marking period",
        (_, "start" | "start_date" | "from" | "away_from") => "the first day",
        (_, "end" | "end_date" | "until" | "away_until") => "the last day",
        (_, "first_name") => "the first name",
        (_, "last_name") => "the last name",
        (_, "grade") => "the grade level, from PK to 12",
        (_, "entry_date") => "the first day at the school",
        (_, "exit_date") => "the last day at the school",
        (_, "exit_code") => "why the student left",
        (_, "primary") => "whether it is the student's main school",
        (_, "programs") => "programs such as IEP, 504, EL",
        (_, "homeroom") => "the homeroom",
        (_, "course_id") => "the course, by its number",
        (_, "course_name") => "the course's title",
        (_, "subject") => "the subject or department",
        (_, "core") => "whether the course is mathematics, English or neither",
        (_, "staff_id") => "the person's number",
        (_, "email") => "the address to write to",
        (Table::Behavior, "role") => "who did it, who suffered it, who saw it",
        (_, "role") => "what the person is: teacher, counselor, principal",
        (_, "schools") => "the schools where the person works",
        (_, "areas" | "area") => "attendance, course or behavior",
        (_, "grades") => "the grade levels that are the person's",
        (_, "last_names") => "last names that are the person's, such as A-Gom",
        (_, "capacity") => "how many students the person can take",
        (_, "stand_in") => "who stands in meanwhile",
        (_, "code") => "the attendance code",
        (_, "period") => "the period of the day",
        (_, "portion") => "how much of the day was missed, from 0 to 1",
        (_, "mark") => "the mark, as number or letter",
        (Table::Contacts, "kind") => "a call, a letter, a visit",
        (_, "kind") => "whether the mark is final or in progress",
        (_, "missing_work") => "how many assignments are missing",
        (_, "incident_id") => "the incident's number",
        (_, "type") => "what happened",
        (_, "action") => "what was done about it",
        (_, "action_days") => "for how many days",
        (_, "severity") => "how grave it was",
        (_, "intervention_id") => "the plan's number",
        (_, "program") => "what the plan is",
        (_, "tier") => "its tier, from 1 to 3",
        (_, "planned_sessions") => "sessions planned",
        (_, "held_sessions") => "sessions held",
        (_, "goal") => "what it is to reach",
        (_, "group") => "the subgroup's kind",
        (_, "value") => "its value",
        (_, "outcome") => "what was looked for",
        _ => "see `docs/operator.md`",
    }
}

/// The headers of a file with their numbers and a few cells; `free` leaves out those that a column has already.
pub(super) fn headers(guess: &Guess, free: bool) -> String {
    let taken = |header: &String| {
        let mut columns = guess.columns.iter();
        columns.any(|column| column.map.from.contains(header) || column.map.join.contains(header))
    };
    let all = guess.headers.iter().enumerate();
    let shown: Vec<(usize, &String)> = all
        .filter(|(_, header)| !(header.is_empty() || free && taken(header)))
        .collect();
    let width = shown
        .iter()
        .map(|(_, header)| screen::short(header).chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (at, header) in shown.iter().take(LISTED) {
        let cells = guess.cells.get(*at).into_iter().flatten();
        let cells: Vec<String> = cells.map(|cell| screen::short(cell)).collect();
        let line = format!(
            "  {:>3}  {:<width$}  {}",
            at + 1,
            screen::short(header),
            cells.join(", ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if shown.len() > LISTED {
        text.push_str(&format!("       and {} more\n", shown.len() - LISTED));
    }
    text
}

/// How a question about a column can be answered.
pub(super) fn answers(guess: &Guess) -> String {
    format!(
        "{}A number or a name of these takes that column; =TEXT (such as =1044) gives every row the same text.",
        headers(guess, false)
    )
}

#[cfg(test)]
mod tests {
    use super::column;
    use crate::records::columns;
    use crate::school::Table;

    #[test]
    fn every_column_is_explained() {
        for table in Table::ALL {
            for known in columns(table) {
                assert!(!column(table, known.name).starts_with("see "), "{table} {}", known.name);
            }
        }
    }
}
