//! The guess on the screen. Samples of cells stand on the operator's own terminal and nowhere else.

use std::io::{self, Write};

use super::super::Stop;
use super::super::output::{self, count};
use super::Look;
use crate::adopt::{Confidence, Guess, Shape};
use crate::monitor::Weight;
use crate::records::{Covers, Intake, columns};
use crate::round::Setup;

/// Letters of a sample that are shown.
const SAMPLE_CHARS: usize = 20;

/// The word of a `covers` in the configuration.
pub(super) fn covers_word(covers: Covers) -> &'static str {
    match covers {
        Covers::Year => "year",
        Covers::Term => "term",
        Covers::Window => "window",
        Covers::Rows => "rows",
        Covers::Now => "now",
    }
}

/// Names as a sentence lists them.
pub(super) fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &names[..] {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        _ => names.join(""),
    }
}

/// The guess in a line.
pub(super) fn headline(guess: &Guess) -> String {
    match (guess.confidence, guess.runner_up) {
        (Confidence::Sure, _) | (_, None) => format!("`{}`", guess.table),
        (Confidence::Likely, Some(_)) => format!("most likely `{}`", guess.table),
        (Confidence::Unsure, Some(next)) => format!("`{}` or `{next}`: which is unsure", guess.table),
    }
}

/// How a file is written, in words.
pub(super) fn written(shape: &Shape) -> String {
    let delimiter = delimiter(shape.delimiter);
    let quote = if shape.quote == b'\'' { ", single quotes" } else { "" };
    let escape = if shape.escape.is_some() {
        ", quotes behind a backslash"
    } else {
        ""
    };
    let header = match (shape.headed, shape.skip_lines) {
        (true, 0) => "a header".to_owned(),
        (true, lines) => format!("a header below {}", count(lines, "other line", "other lines")),
        (false, 0) => "no header".to_owned(),
        (false, lines) => format!("no header, {} on top", count(lines, "title line", "title lines")),
    };
    format!("{}, parted by {delimiter}{quote}{escape}, {header}", shape.encoding)
}

/// A delimiter's name.
pub(super) fn delimiter(byte: u8) -> &'static str {
    match byte {
        b'\t' => "tab",
        b';' => "semicolon",
        b'|' => "bar",
        b'~' => "tilde",
        _ => "comma",
    }
}

/// Writes everything that was made out of a file.
pub(super) fn text(out: &mut dyn Write, look: &Look<'_>) -> io::Result<()> {
    let guess = look.guess;
    writeln!(out, "{}: {}", look.sample.name, headline(guess))?;
    writeln!(out)?;
    writeln!(out, "  written  {}", written(&guess.shape))?;
    let whole = look.sample.pieces.len() == 1;
    let rows = count(guess.rows, "row", "rows");
    let looked = if whole {
        rows
    } else {
        format!("{rows} of its head and its middle")
    };
    writeln!(out, "  looked   at {looked}")?;
    if let Some((first, last)) = guess.days {
        writeln!(out, "  days     {first} to {last}")?;
    }
    let covers = look.plan.map_or(guess.covers, |plan| plan.feed.covers);
    let why = if covers == guess.covers {
        guess.covers_why
    } else {
        "you said so"
    };
    writeln!(out, "  covers   {}: {why}", covers_word(covers))?;
    writeln!(out)?;
    self::columns_table(out, guess)?;
    codes(out, look)?;
    doubts(out, guess)?;
    left_out(out, guess)?;
    if let Some(intake) = look.intake {
        became(out, look, intake)?;
    }
    if !look.open.is_empty() {
        writeln!(out, "\nStill to be said:")?;
        for open in &look.open {
            writeln!(out, "  {open}")?;
        }
    }
    Ok(())
}

/// The columns of the table, where each comes from and how sure that is.
pub(super) fn columns_table(out: &mut dyn Write, guess: &Guess) -> io::Result<()> {
    let mut rows = vec![["column", "from", "", "such as"].map(str::to_owned)];
    for column in &guess.columns {
        let tail = |cell: &String| match &column.map.after {
            Some(after) => short(cell.rsplit(after.as_str()).next().unwrap_or(cell)),
            None => short(cell),
        };
        let samples: Vec<String> = column.samples.iter().take(3).map(tail).collect();
        let needed = if column.required { "*" } else { "" };
        rows.push([
            format!("{}{needed}", column.column),
            short_to(&column.header(), 44),
            column.confidence.word().to_owned(),
            samples.join(", "),
        ]);
    }
    aligned(out, &rows)?;
    let found = |name: &str| guess.columns.iter().any(|column| column.column == name);
    let absent: Vec<&str> = columns(guess.table)
        .iter()
        .map(|column| column.name)
        .filter(|name| !found(name))
        .collect();
    let (missing, absent): (Vec<&str>, Vec<&str>) = absent.into_iter().partition(|name| guess.missing.contains(name));
    if !absent.is_empty() {
        writeln!(out, "  not in it, and not needed: {}", absent.join(", "))?;
    }
    if !missing.is_empty() {
        writeln!(out, "  not found, but needed: {}", missing.join(", "))?;
    }
    Ok(())
}

fn codes(out: &mut dyn Write, look: &Look<'_>) -> io::Result<()> {
    let guess = look.guess;
    let mut rows = Vec::new();
    for code in &guess.codes {
        let (sure, words) = match code.confidence {
            _ if look.known.contains_key(&code.code) => ("", "as firstbell.toml says"),
            _ if look.told.contains(&code.code) => ("", "as you said"),
            Confidence::Unsure => (code.confidence.word(), "?"),
            _ => (code.confidence.word(), code.words),
        };
        let counted = if code.rows > 0 {
            count(code.rows, "row", "rows")
        } else {
            String::new()
        };
        rows.push([format!("`{}`", code.code), counted, words.to_owned(), sure.to_owned()]);
    }
    if !rows.is_empty() {
        writeln!(out, "\nAttendance codes:")?;
        aligned(out, &rows)?;
    }
    if guess.blank_is_present {
        writeln!(out, "  a blank code is taken for present")?;
    }
    if let Some(marks) = &guess.marks {
        writeln!(out, "\nMarks: {} ({})", marks.kind.word(), marks.why)?;
    }
    Ok(())
}

/// What to look at before the guess is trusted.
fn doubts(out: &mut dyn Write, guess: &Guess) -> io::Result<()> {
    let unsure: Vec<_> = guess
        .columns
        .iter()
        .filter(|column| column.confidence == Confidence::Unsure)
        .collect();
    let table = guess.confidence == Confidence::Unsure && guess.runner_up.is_some();
    if unsure.is_empty() && !guess.ambiguous_dates && !guess.shape.second_header && !table {
        return Ok(());
    }
    writeln!(out, "\nUnsure of:")?;
    if let (true, Some(next)) = (table, guess.runner_up) {
        writeln!(out, "  the table: `--table {next}` if it is that one")?;
    }
    for column in unsure {
        writeln!(
            out,
            "  {}: {}; `--set {}=HEADER` names another",
            column.column, column.why, column.column
        )?;
    }
    if guess.ambiguous_dates {
        writeln!(
            out,
            "  dates: taken as month first, no day above 12 says it; `--dates D/M/YYYY` turns it round"
        )?;
    }
    if guess.shape.second_header {
        writeln!(
            out,
            "  the header: two lines name the columns, and the lower one was taken"
        )?;
    }
    Ok(())
}

fn left_out(out: &mut dyn Write, guess: &Guess) -> io::Result<()> {
    if !guess.sensitive.is_empty() {
        writeln!(
            out,
            "\nTake these out of the export: nobody here needs them, and they should not travel."
        )?;
        for (header, what) in &guess.sensitive {
            writeln!(out, "  `{header}` looks like {what}")?;
        }
    }
    if !guess.unread.is_empty() {
        writeln!(out, "\nNot read: {}", guess.unread.join(", "))?;
    }
    Ok(())
}

/// What became of the rows.
fn became(out: &mut dyn Write, look: &Look<'_>, intake: &Intake) -> io::Result<()> {
    let adapter = look.plan.map_or("", |plan| plan.adapter.id.as_str());
    writeln!(
        out,
        "\nRead through `{adapter}`: {}, {} usable",
        count(intake.rows as usize, "row", "rows"),
        intake.rows - intake.rejected
    )?;
    let tallies = intake.tallies.0.iter().filter(|(kind, _)| *kind != "row");
    for (kind, tally) in tallies {
        let place = if tally.first_line > 0 {
            format!(", first in line {}", tally.first_line)
        } else {
            String::new()
        };
        writeln!(out, "  {kind}: {}{place}", count(tally.count as usize, "row", "rows"))?;
    }
    if let Some(note) = &look.note {
        writeln!(out, "  {note}")?;
    }
    let problems: Vec<_> = intake
        .problems
        .iter()
        .filter(|problem| problem.weight > Weight::Note)
        .cloned()
        .collect();
    output::problems(out, &problems)?;
    Ok(())
}

/// What was written, and what comes next.
pub(super) fn wrote(out: &mut dyn Write, look: &Look<'_>, setup: &Setup) -> Result<(), Stop> {
    writeln!(out)?;
    if look.wrote.is_empty() {
        writeln!(out, "Nothing to write: the feed stands already as it should.")?;
    } else {
        writeln!(out, "Written:")?;
        for wrote in &look.wrote {
            writeln!(out, "  {wrote}")?;
        }
    }
    let inbox = setup.home.inbox(&setup.config.inbox.path);
    let inside = look.path.parent().and_then(|folder| folder.canonicalize().ok()) == inbox.canonicalize().ok();
    if !inside && let Some(plan) = look.plan {
        writeln!(
            out,
            "\nNext: let the SIS write files named `{}` into {}.",
            plan.feed.files.join("`, `"),
            setup.home.shown(&inbox)
        )?;
    }
    writeln!(
        out,
        "`firstbell check` looks at the whole home; `firstbell run --dry-run` rings it and keeps nothing."
    )?;
    Ok(())
}

/// The columns as CSV.
pub(super) fn csv(out: &mut dyn Write, look: &Look<'_>) -> io::Result<()> {
    let mut rows = output::Rows::new(
        out,
        output::Format::Csv,
        &["column", "header", "confidence", "why", "samples"],
        "",
    )?;
    for column in &look.guess.columns {
        rows.row([
            column.column.to_owned(),
            column.header(),
            column.confidence.word().to_owned(),
            column.why.clone(),
            column.samples.join("; "),
        ])?;
    }
    rows.end()
}

fn aligned<const N: usize>(out: &mut dyn Write, rows: &[[String; N]]) -> io::Result<()> {
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    for row in rows {
        let mut line = String::from("  ");
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A cell as it fits a line.
pub(super) fn short(cell: &str) -> String {
    short_to(cell, SAMPLE_CHARS)
}

/// A cell without control characters, and not too long for a line.
fn short_to(cell: &str, most: usize) -> String {
    let plain: String = cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if plain.chars().count() <= most {
        return plain;
    }
    plain.chars().take(most - 1).chain(['…']).collect()
}
