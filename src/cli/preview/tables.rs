//! A preview for programs: one table of rows that say what they are, or one object.

use std::io::Write;

use serde_json::json;

use super::Shown;
use super::screen::kind;
use crate::cli::Stop;
use crate::cli::output::{Format, Rows};

const HEADERS: [&str; 12] = [
    "what",
    "school_id",
    "rule",
    "level",
    "student_id",
    "person",
    "night",
    "week",
    "kind",
    "can_carry",
    "before",
    "now",
];

/// A row of the table: empty where nothing is said.
#[derive(Default)]
struct Row {
    what: &'static str,
    school: String,
    rule: String,
    level: String,
    student: String,
    person: String,
    night: String,
    week: String,
    kind: &'static str,
    capacity: String,
    before: String,
    now: String,
}

impl Row {
    fn cells(self) -> [String; 12] {
        let (what, kind) = (self.what.to_owned(), self.kind.to_owned());
        [
            what,
            self.school,
            self.rule,
            self.level,
            self.student,
            self.person,
            self.night,
            self.week,
            kind,
            self.capacity,
            self.before,
            self.now,
        ]
    }
}

/// Writes the preview as one table.
pub(super) fn csv(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    let mut rows = Rows::new(out, Format::Csv, &HEADERS, "")?;
    for row in table(shown) {
        rows.row(row.cells())?;
    }
    Ok(rows.end()?)
}

fn table(shown: &Shown<'_>) -> Vec<Row> {
    let preview = shown.preview;
    // Nothing to compare with is not the same as none.
    let before_of = |number: usize| preview.before.as_ref().map(|_| number.to_string()).unwrap_or_default();
    let mut rows = Vec::new();
    for line in shown.words.iter().flatten() {
        rows.push(Row {
            what: "change",
            rule: shown.rule.unwrap_or_default().to_owned(),
            now: line.clone(),
            ..Row::default()
        });
    }
    for ((school, rule, level), row) in preview.levels() {
        let counts = [
            ("flagged", row.flagged_before, row.flagged),
            ("open", row.open_before, row.open),
        ];
        rows.extend(counts.into_iter().map(|(what, before, now)| Row {
            what,
            school: school.clone(),
            rule: rule.clone(),
            level: level.to_string(),
            before: before_of(before),
            now: now.to_string(),
            ..Row::default()
        }));
    }
    for ((person, week), row) in preview.weeks() {
        let capacity = shown.capacity(&person).map(|most| most.to_string()).unwrap_or_default();
        let (now, then) = (row.now, row.before);
        let counts = [
            ("letters", then.letters, now.letters),
            ("students", then.students, now.students),
            ("nightly", then.nightly, now.nightly),
            ("over", then.over, now.over),
        ];
        rows.extend(counts.into_iter().map(|(what, before, now)| Row {
            what,
            person: person.clone(),
            week: week.to_string(),
            capacity: capacity.clone(),
            before: before_of(before),
            now: now.to_string(),
            ..Row::default()
        }));
    }
    rows.extend(preview.now.letters.iter().map(|letter| Row {
        what: "letter",
        person: letter.to_staff.clone(),
        night: letter.night.to_string(),
        week: letter.morning.monday().to_string(),
        kind: letter.kind.word(),
        now: letter.students.len().to_string(),
        ..Row::default()
    }));
    let level = |level: Option<crate::school::Level>| level.map(|level| level.to_string()).unwrap_or_default();
    rows.extend(preview.now.flags.iter().map(|((rule, student), flag)| Row {
        what: "student",
        school: flag.school_id.clone(),
        rule: rule.clone(),
        level: flag.highest.to_string(),
        student: student.clone(),
        now: level(flag.open),
        ..Row::default()
    }));
    rows.extend(preview.changed().into_iter().map(|each| Row {
        what: kind(each.before, each.now),
        school: each.school_id,
        rule: each.rule,
        student: each.student_id,
        before: level(each.before),
        now: level(each.now),
        ..Row::default()
    }));
    rows
}

/// Writes the preview as one object.
pub(super) fn json(out: &mut dyn Write, shown: &Shown<'_>) -> Result<(), Stop> {
    let preview = shown.preview;
    let then = |number: usize| preview.before.as_ref().map(|_| number);
    let levels: Vec<_> = preview
        .levels()
        .into_iter()
        .map(|((school, rule, level), row)| {
            json!({
                "school_id": school, "rule": rule, "level": level, "flagged": row.flagged, "open": row.open,
                "flagged_before": then(row.flagged_before), "open_before": then(row.open_before),
            })
        })
        .collect();
    let weeks: Vec<_> = preview
        .weeks()
        .into_iter()
        .map(|((person, week), row)| {
            json!({
                "person": person, "week": week, "can_carry": shown.capacity(&person), "letters": row.now.letters,
                "students": row.now.students, "nightly": row.now.nightly, "over": row.now.over,
                "letters_before": then(row.before.letters), "students_before": then(row.before.students),
                "nightly_before": then(row.before.nightly), "over_before": then(row.before.over),
            })
        })
        .collect();
    let letters: Vec<_> = preview
        .now
        .letters
        .iter()
        .map(|letter| {
            json!({
                "night": letter.night, "morning": letter.morning, "kind": letter.kind, "person": letter.to_staff,
                "students": letter.students.len(), "entries": letter.entries, "as_counts": letter.counted,
            })
        })
        .collect();
    let flags: Vec<_> = preview
        .now
        .flags
        .iter()
        .map(|((rule, student), flag)| {
            json!({
                "student_id": student, "school_id": flag.school_id, "rule": rule, "highest": flag.highest, "open": flag.open,
            })
        })
        .collect();
    let changed: Vec<_> = preview
        .changed()
        .into_iter()
        .map(|each| {
            json!({
                "what": kind(each.before, each.now), "student_id": each.student_id, "school_id": each.school_id,
                "rule": each.rule, "before": each.before, "now": each.now,
            })
        })
        .collect();
    let whole = json!({
        "rule": shown.rule,
        "from": shown.span.from,
        "to": shown.span.to,
        "nights": preview.now.nights,
        "enrolled": preview.now.active,
        "compared": preview.before.is_some(),
        "remarks": shown.remarks,
        "changes": shown.words,
        "levels": levels,
        "weeks": weeks,
        "letters": letters,
        "students": flags,
        "changed": changed,
    });
    serde_json::to_writer_pretty(&mut *out, &whole).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
