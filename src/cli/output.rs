//! What reaches the screen: tables in three formats, problems, exit codes.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::ValueEnum;

use crate::monitor::{Problem, Weight};

/// How a listing is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for people.
    #[default]
    Text,
    /// An array of objects, one per row.
    Json,
    /// RFC 4180 with a header.
    Csv,
    /// JUnit XML, for `rules test` alone.
    Junit,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done,
    /// Could not run.
    Failed,
    /// Wrong usage.
    Usage,
    /// Done, and something waits for a person.
    Waits,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Waits => 3,
        })
    }
}

/// Rows under headers. CSV and JSON are written as rows come; text waits for the widths.
pub(crate) struct Rows<'o> {
    out: &'o mut dyn Write,
    format: Format,
    headers: Vec<&'static str>,
    /// What the text form says where there is no row.
    none: &'static str,
    waiting: Vec<Vec<String>>,
    written: usize,
}

impl<'o> Rows<'o> {
    /// Begins a listing.
    pub(crate) fn new(
        out: &'o mut dyn Write,
        format: Format,
        headers: &[&'static str],
        none: &'static str,
    ) -> io::Result<Rows<'o>> {
        match format {
            Format::Text | Format::Junit => {}
            Format::Json => out.write_all(b"[")?,
            Format::Csv => record(out, headers.iter().copied())?,
        }
        Ok(Rows {
            out,
            format,
            headers: headers.to_vec(),
            none,
            waiting: Vec::new(),
            written: 0,
        })
    }

    /// Adds a row; as many cells as headers.
    pub(crate) fn row<I: IntoIterator<Item = String>>(&mut self, cells: I) -> io::Result<()> {
        let cells: Vec<String> = cells.into_iter().collect();
        match self.format {
            Format::Text | Format::Junit => self.waiting.push(cells),
            Format::Csv => record(self.out, cells.iter().map(|cell| harmless(cell)))?,
            Format::Json => {
                let comma = if self.written > 0 { "," } else { "" };
                write!(self.out, "{comma}\n  ")?;
                let object: serde_json::Map<String, serde_json::Value> = self
                    .headers
                    .iter()
                    .zip(cells)
                    .map(|(header, cell)| ((*header).to_owned(), cell.into()))
                    .collect();
                serde_json::to_writer(&mut *self.out, &object)?;
            }
        }
        self.written += 1;
        Ok(())
    }

    /// Ends the listing.
    pub(crate) fn end(self) -> io::Result<()> {
        match self.format {
            Format::Csv => Ok(()),
            Format::Json if self.written == 0 => writeln!(self.out, "]"),
            Format::Json => writeln!(self.out, "\n]"),
            Format::Text | Format::Junit if self.written == 0 => writeln!(self.out, "{}", self.none),
            Format::Text | Format::Junit => self.text(),
        }
    }

    fn text(self) -> io::Result<()> {
        let mut widths: Vec<usize> = self.headers.iter().map(|header| header.chars().count()).collect();
        for row in &self.waiting {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let headers: Vec<String> = self.headers.iter().map(|header| (*header).to_owned()).collect();
        for row in std::iter::once(&headers).chain(&self.waiting) {
            let mut line = String::new();
            for (width, cell) in widths.iter().zip(row) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width - cell.chars().count() + 2));
            }
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn record(out: &mut dyn Write, cells: impl Iterator<Item = impl AsRef<[u8]>>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}

/// A cell that no spreadsheet takes for a formula: what looks like one gets an apostrophe before it. Numbers stay as they are.
fn harmless(cell: &str) -> String {
    let dangerous = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if dangerous { format!("'{cell}") } else { cell.to_owned() }
}

/// Writes problems, gravest last so that it is what is seen, and says how the command ends because of them.
pub(crate) fn problems(to: &mut dyn Write, problems: &[Problem]) -> io::Result<Exit> {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| problem.weight);
    for problem in &sorted {
        writeln!(to, "{}: {problem}", word(problem.weight))?;
    }
    Ok(match sorted.last().map(|problem| problem.weight) {
        Some(Weight::Stop) => Exit::Failed,
        Some(Weight::Waits) => Exit::Waits,
        _ => Exit::Done,
    })
}

fn word(weight: Weight) -> &'static str {
    match weight {
        Weight::Note => "note",
        Weight::Waits => "waits",
        Weight::Stop => "error",
    }
}

/// `1 letter`, `2 letters`: the one helper for plurals.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 {
        format!("1 {one}")
    } else {
        format!("{number} {many}")
    }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn a_cell_is_never_a_formula_and_a_number_stays_a_number() {
        assert_eq!(harmless("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(harmless("-1.000"), "-1.000");
        assert_eq!(harmless("@sum"), "'@sum");
        assert_eq!(harmless("chronic_absence"), "chronic_absence");
    }
}
