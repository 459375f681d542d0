//! A preview for people.

use std::collections::BTreeMap;
use std::io::Write;

use super::Shown;
use crate::cli::Stop;
use crate::cli::output::{Format, Rows, count};
use crate::round::preview::{Week, WeekRow};
use crate::school::{Day, Level};

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
    writeln!(
        out,
        "\nLetters of every kind by person and week, and the different students in them; `nightly` are those in nightly letters"
    )?;
    let mut headers = vec![
        "person",
        "name",
        "week_of",
        "letters",
        "students",
        "nightly",
        "can_carry",
    ];
    if compared {
        headers.extend(["letters_before", "students_before", "nightly_before"]);
    }
    let mut rows = Rows::new(out, Format::Text, &headers, "None.")?;
    let weeks = shown.preview.weeks();
    for ((person, week), row) in &weeks {
        let capacity = shown.capacity(person);
        let numbers = |week: &Week| [week.letters, week.students, week.nightly].map(|number| number.to_string());
        let mut cells = vec![person.clone(), shown.name(person), week.to_string()];
        cells.extend(numbers(&row.now));
        cells.push(capacity.map(|most| most.to_string()).unwrap_or_default());
        if compared {
            cells.extend(numbers(&row.before));
        }
        rows.row(cells)?;
    }
    rows.end()?;
    over(out, &weeks)?;
    busiest(out, shown, &weeks)
}

/// Who gets more than they can carry.
fn over(out: &mut dyn Write, weeks: &BTreeMap<(String, Day), WeekRow>) -> Result<(), Stop> {
    let mut over: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((person, _), row) in weeks.iter().filter(|(_, row)| row.now.over > 0) {
        let (weeks, most) = over.entry(person).or_default();
        (*weeks, *most) = (*weeks + 1, row.now.over.max(*most));
    }
    for (person, (weeks, most)) in over {
        let (weeks, most) = (count(weeks, "week", "weeks"), count(most, "student", "students"));
        writeln!(
            out,
            "In {weeks} {person} gets more news than can be carried: up to {most} of a week wait for the digest."
        )?;
    }
    Ok(())
}

/// Whose most letters, or most students, in a week change.
fn busiest(out: &mut dyn Write, shown: &Shown<'_>, weeks: &BTreeMap<(String, Day), WeekRow>) -> Result<(), Stop> {
    if shown.preview.before.is_none() {
        return Ok(());
    }
    let mut most: BTreeMap<&str, WeekRow> = BTreeMap::new();
    for ((person, _), row) in weeks {
        let most = most.entry(person).or_default();
        for (most, week) in [(&mut most.now, row.now), (&mut most.before, row.before)] {
            most.letters = most.letters.max(week.letters);
            most.students = most.students.max(week.students);
        }
    }
    for (person, WeekRow { now, before }) in most {
        let letters = from_to(before.letters, now.letters, ("letter", "letters"));
        let students = from_to(before.students, now.students, ("student", "students"));
        let changes: Vec<String> = letters.into_iter().chain(students).collect();
        if !changes.is_empty() {
            writeln!(out, "In the busiest week {person} goes {}.", changes.join(", "))?;
        }
    }
    Ok(())
}

/// `from 1 to 3 letters`; nothing where there are as many.
fn from_to(before: usize, now: usize, (one, many): (&str, &str)) -> Option<String> {
    (before != now).then(|| format!("from {before} to {}", count(now, one, many)))
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
