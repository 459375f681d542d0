//! What is told, as a screen.

use std::io::{self, Write};

use super::{Changed, Explained, Number, OfRule};
use crate::cli::output::count;
use crate::school::{Day, Level};

/// Days shown for one number at most; the rest is said as a count.
const MOST_DAYS: usize = 12;
/// Digits of a digest that are enough to tell two versions apart.
const DIGITS: usize = 8;

/// Writes everything that is told.
pub(super) fn write(out: &mut dyn Write, told: &Explained) -> io::Result<()> {
    heading(out, told)?;
    for rule in &told.rules {
        writeln!(out)?;
        one(out, rule, told)?;
    }
    if !(told.clear.is_empty() && told.not_judged.is_empty()) {
        writeln!(out)?;
    }
    if !told.clear.is_empty() {
        writeln!(out, "Clear: {}.", told.clear.join(", "))?;
    }
    for rule in &told.not_judged {
        writeln!(out, "Not judged: {} ({}).", rule.rule, rule.why)?;
    }
    Ok(())
}

fn heading(out: &mut dyn Write, told: &Explained) -> io::Result<()> {
    let grade = match &told.grade {
        Some(grade) => format!("grade {grade}"),
        None => "a grade that was not understood".to_owned(),
    };
    writeln!(
        out,
        "Student {}, {grade} at {}, as of {}.",
        told.student_id, told.school, told.as_of
    )?;
    match told.attendance_to {
        Some(day) if day < told.as_of => writeln!(out, "Attendance is known to {day}.")?,
        Some(_) => {}
        None => writeln!(out, "The school has sent no attendance this year.")?,
    }
    if told.as_of != told.last_round {
        writeln!(
            out,
            "This is another night than the last round's ({}), computed with today's facts.",
            told.last_round
        )?;
    }
    Ok(())
}

fn one(out: &mut dyn Write, rule: &OfRule, told: &Explained) -> io::Result<()> {
    writeln!(out, "{} ({}): {}", rule.title, rule.rule, state(rule))?;
    for line in &rule.decided {
        writeln!(out, "  {line}")?;
    }
    if let Some(next) = &rule.next {
        writeln!(out, "  Next: {next}")?;
    }
    if !rule.asked.is_empty() {
        writeln!(out, "  The rules that it asks said:")?;
        for asked in &rule.asked {
            let why = if asked.why.is_empty() {
                String::new()
            } else {
                format!(", {}", asked.why)
            };
            writeln!(
                out,
                "    {}, {}: {}{why}",
                asked.area,
                asked.rule,
                plain_word(asked.verdict)
            )?;
        }
    }
    numbers(out, &rule.numbers)?;
    if !rule.to_come.is_empty() {
        writeln!(out, "  From here on:")?;
        for turn in &rule.to_come {
            writeln!(out, "    {}", turn.sentence)?;
        }
    }
    if let Some(why) = &rule.to_come_untold {
        writeln!(out, "  What would change it cannot be told: {why}.")?;
    }
    if !rule.changes.is_empty() {
        let until = if told.as_of < told.last_round {
            " up to that night"
        } else {
            ""
        };
        writeln!(out, "  On record{until}:")?;
        for change in &rule.changes {
            changed(out, change)?;
        }
    }
    Ok(())
}

/// The flag as it is held, which margin and days may keep apart from tonight's answer.
fn state(rule: &OfRule) -> String {
    let tonight = match rule.verdict {
        "not_applicable" => "not for this student tonight".to_owned(),
        "unknown" => "cannot be told tonight".to_owned(),
        "held" => "not judged tonight".to_owned(),
        word => format!("{word} tonight"),
    };
    let Some(level) = rule.level else { return tonight };
    let since = rule
        .since
        .map(|day| format!(", flagged since {day}"))
        .unwrap_or_default();
    if rule.verdict == level.word() {
        format!("{level}{since}")
    } else {
        format!("{level}{since}, {tonight}")
    }
}

fn plain_word(verdict: &str) -> &str {
    match verdict {
        "not_applicable" => "not for this student",
        "unknown" => "cannot be told",
        "held" => "not judged",
        word => word,
    }
}

fn numbers(out: &mut dyn Write, numbers: &[Number]) -> io::Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    writeln!(out, "  Its numbers:")?;
    let mut shown = Vec::new();
    for number in numbers {
        writeln!(out, "    {}: {}", number.label, number.shown)?;
        // The days of an absence percent are those of the absences: once is enough.
        if number.days.iter().all(|day| shown.contains(day)) {
            continue;
        }
        shown.extend(number.days.iter().cloned());
        let skipped = number.days.len().saturating_sub(MOST_DAYS);
        if skipped > 0 {
            writeln!(out, "      {}", count(skipped, "earlier day", "earlier days"))?;
        }
        for made in number.days.iter().skip(skipped) {
            writeln!(out, "      {}  {}", made.day, made.what)?;
        }
    }
    Ok(())
}

fn changed(out: &mut dyn Write, change: &Changed) -> io::Result<()> {
    let to = change.to.map_or("no flag", Level::word);
    let because = match change.because.is_empty() {
        true => String::new(),
        false => format!(" ({})", change.because),
    };
    writeln!(out, "    {}  {}: {to}{because}", change.day, change.phrase)?;
    if let Some(read) = read_then(&change.numbers) {
        writeln!(out, "      it read {read}")?;
    }
    if !change.version_at_work {
        let digits = change.version.get(..DIGITS).unwrap_or(&change.version);
        let since = change
            .version_since
            .map(|day: Day| format!(", at work since {day}"))
            .unwrap_or_default();
        writeln!(out, "      by another version of the rule ({digits}{since})")?;
    }
    Ok(())
}

/// What the rule had read, as it was recorded: `absences 6, enrolled_days 57`.
fn read_then(numbers: &serde_json::Value) -> Option<String> {
    let read = numbers.as_object()?;
    let one = |(word, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::Null => format!("{word} missing"),
        serde_json::Value::Number(number) => match number.as_f64() {
            Some(value) => format!("{word} {}", (value * 1000.0).round() / 1000.0),
            None => format!("{word} {number}"),
        },
        serde_json::Value::String(text) => format!("{word} {text}"),
        other => format!("{word} {other}"),
    };
    Some(read.iter().map(one).collect::<Vec<_>>().join(", "))
}
