//! `run`: one round now, then the sending of what is due.

use std::io::Write;

use super::output::{self, Exit, count};
use super::{Desk, Stop};
use crate::bell;
use crate::clock;
use crate::monitor::Weight;
use crate::outbox::Kind;
use crate::round::{self, Hand, Order, Rung, Setup};
use crate::school::Day;

/// Does one round.
pub(super) fn run(desk: &mut Desk<'_>, as_of: Option<Day>, dry_run: bool, wait: bool) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let now = || clock::now(&setup.config.district.time_zone);
    let order = Order { as_of, dry_run };
    let rung = match wait {
        true => bell::ring_settled(&setup, order, now)?,
        false => {
            let hand = Hand {
                last: true,
                ..Hand::default()
            };
            round::ring_with(&setup, order, &now(), hand)?
        }
    };
    if dry_run {
        letters(desk.out, &rung)?;
    }
    show(desk.out, &setup, &rung, dry_run)?;
    let waits = rung.problems.iter().any(|problem| problem.weight >= Weight::Waits);
    Ok(if waits { Exit::Waits } else { Exit::Done })
}

/// What a round did, as its operator reads it.
pub(super) fn show(out: &mut dyn Write, setup: &Setup, rung: &Rung, dry_run: bool) -> Result<(), Stop> {
    match (rung.as_of, rung.look_back) {
        (Some(day), true) => writeln!(out, "A look back at {day}: nothing is kept, nothing is sent.")?,
        (Some(day), false) if dry_run => writeln!(out, "A dry run as of {day}: nothing is kept, nothing is sent.")?,
        (Some(day), false) => writeln!(out, "The round as of {day}.")?,
        (None, _) => writeln!(out, "No day to judge yet.")?,
    }
    for file in &rung.files {
        let what = if file.accepted { "read" } else { "held" };
        let unusable = if file.rejected > 0 {
            format!(", {} unusable", file.rejected)
        } else {
            String::new()
        };
        writeln!(
            out,
            "  {what:8}{}: {}{unusable}",
            file.name,
            count(file.rows as usize, "row", "rows")
        )?;
    }
    let judged = &rung.judged;
    if !judged.days.is_empty() {
        let days = count(judged.days.len(), "day", "days");
        let students = count(judged.active as usize, "student", "students");
        writeln!(
            out,
            "  judged  {students} on {days}; {} with at least one answer",
            judged.students
        )?;
        let changes: Vec<String> = judged
            .changes
            .iter()
            .map(|(reason, count)| format!("{count} {}", reason.replace('_', " ")))
            .collect();
        let changes = if changes.is_empty() {
            "nothing".to_owned()
        } else {
            changes.join(", ")
        };
        writeln!(out, "  changed {changes}")?;
    } else if rung.as_of.is_some() && !rung.look_back {
        let before = setup.store_to_read().and_then(|store| store.last_as_of());
        let why = match before {
            Ok(Some(_)) => "nothing new: every school day so far had been judged",
            _ => "nobody yet: no export in the inbox has brought a student",
        };
        writeln!(out, "  judged  {why}")?;
    }
    let reports = rung
        .letters
        .iter()
        .filter(|letter| letter.kind == Kind::OperatorReport)
        .count();
    let letters = rung.letters.len() - reports;
    let report = if reports > 0 {
        ", and a report to the operator"
    } else {
        ""
    };
    writeln!(out, "  letters {}{report}", count(letters, "letter", "letters"))?;
    let sent = &rung.delivery;
    if sent.sent + sent.delayed + sent.refused + sent.unsure > 0 {
        let place = if setup.config.mail.smtp.is_some() {
            "by mail"
        } else if setup.config.mail.channel.is_some() {
            "through the channel"
        } else {
            "into var/letters"
        };
        let mut parts = vec![format!("{} sent {place}", sent.sent)];
        for (number, word) in [
            (sent.delayed, "put off"),
            (sent.refused, "refused"),
            (sent.unsure, "unsure"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {word}"));
            }
        }
        writeln!(out, "  mail    {}", parts.join(", "))?;
    }
    output::problems(out, &rung.problems)?;
    Ok(())
}

/// The letters of a dry run, as their readers would see them.
fn letters(out: &mut dyn Write, rung: &Rung) -> Result<(), Stop> {
    for (letter, composed) in rung.letters.iter().zip(&rung.composed) {
        writeln!(out, "To: {}", letter.address)?;
        writeln!(out, "Subject: {}", composed.subject)?;
        writeln!(out)?;
        writeln!(out, "{}", composed.text)?;
        writeln!(out, "{}", "-".repeat(72))?;
    }
    Ok(())
}
