//! The guess for scripts.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Look;
use super::screen::covers_word;
use crate::records::Intake;

/// Writes one object.
pub(super) fn write(out: &mut dyn Write, look: &Look<'_>) -> io::Result<()> {
    let guess = look.guess;
    let columns: Vec<Value> = guess
        .columns
        .iter()
        .map(|column| {
            json!({
                "column": column.column,
                "header": column.header(),
                "required": column.required,
                "confidence": column.confidence,
                "why": column.why,
                "samples": column.samples,
            })
        })
        .collect();
    let codes: Vec<Value> = guess
        .codes
        .iter()
        .map(|code| {
            json!({
                "code": code.code,
                "rows": code.rows,
                "meaning": code.meaning,
                "confidence": code.confidence,
                "configured": look.known.contains_key(&code.code),
            })
        })
        .collect();
    let sensitive: Vec<Value> = guess
        .sensitive
        .iter()
        .map(|(header, what)| json!({ "header": header, "looks_like": what }))
        .collect();
    let value = json!({
        "file": look.path.display().to_string(),
        "bytes": look.sample.length,
        "delimiter": char::from(guess.shape.delimiter).to_string(),
        "quote": char::from(guess.shape.quote).to_string(),
        "encoding": guess.shape.encoding,
        "header": guess.shape.headed,
        "skip_lines": guess.shape.skip_lines,
        "rows_looked_at": guess.rows,
        "table": guess.table,
        "confidence": guess.confidence,
        "runner_up": guess.runner_up,
        "covers": covers_word(look.plan.map_or(guess.covers, |plan| plan.feed.covers)),
        "first_day": guess.days.map(|(first, _)| first),
        "last_day": guess.days.map(|(_, last)| last),
        "ambiguous_dates": guess.ambiguous_dates,
        "columns": columns,
        "missing": guess.missing,
        "codes": codes,
        "blank_code_is_present": guess.blank_is_present,
        "marks": guess.marks.as_ref().map(|marks| json!({ "kind": marks.kind.word(), "why": marks.why })),
        "sensitive": sensitive,
        "unread": guess.unread,
        "adapter": look.plan.map(|plan| plan.adapter.id.clone()),
        "files": look.plan.map(|plan| plan.feed.files.clone()),
        "read": look.intake.map(read),
        "note": look.note,
        "questions": look.open,
        "wrote": look.wrote,
    });
    serde_json::to_writer_pretty(&mut *out, &value)?;
    writeln!(out)
}

fn read(intake: &Intake) -> Value {
    json!({
        "rows": intake.rows,
        "rejected": intake.rejected,
        "tallies": intake.tallies,
        "problems": intake.problems,
    })
}
