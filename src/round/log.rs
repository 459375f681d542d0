//! What the log says of a round: files, counts and problems, and never a person.
//!
//! Letters are named by number, students not at all.

use super::Rung;
use crate::monitor::{Problem, Weight};

/// Says what a round did.
pub(super) fn round(rung: &Rung) {
    for file in &rung.files {
        tracing::info!(
            file = file.name,
            table = %file.table,
            rows = file.rows,
            rejected = file.rejected,
            accepted = file.accepted,
            digest = file.digest,
            "read"
        );
    }
    let judged = &rung.judged;
    tracing::info!(
        as_of = rung.as_of.map(|day| day.to_string()),
        days = judged.days.len(),
        students = judged.students,
        unknown = judged.unknown,
        changes = ?judged.changes,
        "judged"
    );
    for letter in &rung.letters {
        tracing::info!(letter = letter.id, kind = ?letter.kind, morning = %letter.morning, "posted");
    }
    let sent = &rung.delivery;
    tracing::info!(
        sent = sent.sent,
        delayed = sent.delayed,
        refused = sent.refused,
        unsure = sent.unsure,
        untried = sent.untried,
        "delivered"
    );
    rung.problems.iter().for_each(problem);
}

/// Says a problem, as loud as it is.
fn problem(problem: &Problem) {
    let (code, place, remedy) = (&problem.code, &problem.place, &problem.remedy);
    match problem.weight {
        Weight::Note => tracing::info!(code, %place, remedy, "{}", problem.message),
        Weight::Waits => tracing::warn!(code, %place, remedy, "{}", problem.message),
        Weight::Stop => tracing::error!(code, %place, remedy, "{}", problem.message),
    }
}
