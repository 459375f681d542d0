//! A preview for people.

use std::collections::BTreeMap;
use std::io::Write;

use super::Shown;
use crate::cli::Stop;
use crate::cli::output::{Format, Rows, count};
use crate::school::Level;

/// Students listed on a screen; the other formats list all. Chosen by us.
const MOST_STUDENTS: usize = 40;

/// Writes the preview.
pub(super) fn text(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    head(out, shown)?;
    words(out, shown)?;
    levels(out, shown)?;
    weeks(out, shown)?;
    changed(out, shown)
}

fn head(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    let what = match shown.rule {
        Some(rule) => format!("`{rule}`"),
        None => "All rules".to_owned(),
    };
    let nights = &shown.preview.now.nights;
    let number = count(nights.len(), "night", "nights");
    let (first, last) = (nights.first(), nights.last());
    let (first, last) = (first.unwrap_or(&shown.span.from), last.unwrap_or(&shown.span.to));
    writeln!(out, "{what} over {number}, {first} to {last}, with today's facts.")?;
    writeln!(out, "Nothing is kept, nothing is sent.")?;
    for remark in &shown.remarks {
        writeln!(out, "{remark}")?;
    }
    Ok(())
}

fn words(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    let Some(words) = &shown.words else { return Ok(()) };
    writeln!(out, "\nWhat changes")?;
    for line in words {
        writeln!(out, "  {line}")?;
    }
    if words.is_empty() {
        writeln!(out, "  nothing: the two are the same")?;
    }
    Ok(())
}

fn levels(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    let compared = shown.preview.before.is_some();
    writeln!(
        out,
        "\nStudents: flagged on any of these nights, by the highest level; open on the last"
    )?;
    let mut headers = vec!["school", "rule", "level", "flagged", "open"];
    if compared {
        headers.extend(["flagged_before", "open_before"]);
    }
    let mut rows = Rows::new(out, Format::Text, &headers, "Nobody.")?;
    for ((school, rule, level), row) in shown.preview.levels() {
        let mut cells = vec![
            school,
            rule,
            level.to_string(),
            row.flagged.to_string(),
            row.open.to_string(),
        ];
        if compared {
            cells.extend([row.flagged_before.to_string(), row.open_before.to_string()]);
        }
        rows.row(cells)?;
    }
    Ok(rows.end()?)
}

fn weeks(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    let compared = shown.preview.before.is_some();
    writeln!(out, "\nLetters by person and week, and the different students in them")?;
    let mut headers = vec!["person", "name", "week_of", "letters", "students", "can_carry"];
    if compared {
        headers.extend(["letters_before", "students_before"]);
    }
    let mut rows = Rows::new(out, Format::Text, &headers, "None.")?;
    let mut over = 0;
    for ((person, week), row) in shown.preview.weeks() {
        let capacity = shown.capacity(&person);
        over += usize::from(capacity.is_some_and(|most| row.students > most as usize));
        let mut cells = vec![
            person.clone(),
            shown.name(&person),
            week.to_string(),
            row.letters.to_string(),
            row.students.to_string(),
            capacity.map(|most| most.to_string()).unwrap_or_default(),
        ];
        if compared {
            cells.extend([row.letters_before.to_string(), row.students_before.to_string()]);
        }
        rows.row(cells)?;
    }
    rows.end()?;
    if over > 0 {
        let weeks = count(over, "week brings", "weeks bring");
        writeln!(out, "{weeks} somebody more students than that person can carry.")?;
    }
    busiest(out, shown)
}

/// Whose most letters in a week change.
fn busiest(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    if shown.preview.before.is_none() {
        return Ok(());
    }
    let mut most: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for ((person, _), row) in shown.preview.weeks() {
        let (before, now) = most.entry(person).or_default();
        *before = row.letters_before.max(*before);
        *now = row.letters.max(*now);
    }
    for (person, (before, now)) in most.into_iter().filter(|(_, (before, now))| before != now) {
        let letters = count(now, "letter", "letters");
        writeln!(out, "In the busiest week {person} goes from {before} to {letters}.")?;
    }
    Ok(())
}

fn changed(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    if shown.preview.before.is_none() {
        return Ok(());
    }
    let changed = shown.preview.changed();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for each in &changed {
        *kinds.entry(kind(each.before, each.now)).or_default() += 1;
    }
    let counted = |kind: &str| count(kinds.get(kind).copied().unwrap_or(0), "student", "students");
    writeln!(
        out,
        "\nNewly flagged {}, no longer flagged {}, at another level {}",
        counted(NEWLY),
        counted(NO_LONGER),
        counted(OTHERWISE)
    )?;
    if changed.is_empty() {
        return Ok(());
    }
    let headers = ["student", "school", "rule", "before", "now"];
    let mut rows = Rows::new(out, Format::Text, &headers, "")?;
    for each in changed.iter().take(MOST_STUDENTS) {
        rows.row([
            each.student_id.clone(),
            each.school_id.clone(),
            each.rule.clone(),
            level(each.before),
            level(each.now),
        ])?;
    }
    rows.end()?;
    if changed.len() > MOST_STUDENTS {
        let more = changed.len() - MOST_STUDENTS;
        writeln!(out, "{more} more: `--format csv` lists all of them")?;
    }
    Ok(())
}

const NEWLY: &str = "newly";
const NO_LONGER: &str = "no_longer";
const OTHERWISE: &str = "otherwise";

/// What kind of change it is, in one word for files.
pub(super) fn kind(before: Option<Level>, now: Option<Level>) -> &'static str {
    match (before, now) {
        (None, _) => NEWLY,
        (_, None) => NO_LONGER,
        _ => OTHERWISE,
    }
}

fn level(level: Option<Level>) -> String {
    level.map_or_else(|| "-".to_owned(), |level| level.to_string())
}

impl Shown<'_> {
    /// Students that a person can carry, where the staff table says so.
    pub(super) fn capacity(&self, person: &str) -> Option<u32> {
        let staff = self.view.staff.iter().find(|staff| staff.staff_id == person);
        staff.and_then(|staff| staff.capacity)
    }

    fn name(&self, person: &str) -> String {
        let staff = self.view.staff.iter().find(|staff| staff.staff_id == person);
        staff.map(|staff| staff.name.clone()).unwrap_or_default()
    }
}
