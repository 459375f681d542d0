//! Storms and questions about the calendar among what is held: as rows, and what a person says of them.

use super::args::Decision;
use super::asked::{self, refused};
use super::{Desk, Stop, held};
use crate::crossings::storm;
use crate::monitor::Problem;
use crate::round::{Setup, WaitingStorm};
use crate::store::{Store, Storm};

/// The number of a storm as it is shown and asked for: `s3`.
pub(super) fn shown(storm: &Storm) -> String {
    format!("s{}", storm.id)
}

/// The number of the storm that a word means.
pub(super) fn number(word: &str) -> Option<i64> {
    let digits = word.strip_prefix(['s', 'S'])?;
    digits
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// What it is, in a word.
pub(super) fn what(storm: &Storm) -> &'static str {
    if storm.is_question() { "calendar" } else { "storm" }
}

/// A row of `held list`.
pub(super) fn row(waiting: &WaitingStorm) -> [String; 11] {
    let storm = &waiting.storm;
    let last = storm.sightings.last();
    let count = |of: fn(&storm::Sighting) -> u32| last.map(|seen| of(seen).to_string()).unwrap_or_default();
    [
        shown(storm),
        what(storm).to_owned(),
        storm.rule.clone(),
        if storm.is_question() { "attendance" } else { "" }.to_owned(),
        waiting.school_id.clone(),
        storm.seen.to_string(),
        "held".to_owned(),
        what(storm).to_owned(),
        count(|seen| seen.students),
        count(|seen| seen.judged),
        sentence(waiting),
    ]
}

/// What happened, on which days, of how many, and what becomes of it if nobody says anything.
pub(super) fn sentence(waiting: &WaitingStorm) -> String {
    let storm = &waiting.storm;
    let day = |seen: &storm::Sighting| {
        let urgent = match (storm.is_question(), seen.urgent) {
            (true, _) | (_, 0) => String::new(),
            (false, urgent) => format!(", {urgent} urgent"),
        };
        format!("{} of {} on {}{urgent}", seen.students, seen.judged, seen.day)
    };
    let days: Vec<String> = storm.sightings.iter().map(day).collect();
    let until = waiting
        .until
        .map_or_else(|| "then".to_owned(), |until| format!("as of {until}"));
    let happened = match storm.is_question() {
        true => format!("was there school? absent all day: {}", days.join("; ")),
        false => format!("raised to concern or worse: {}", days.join("; ")),
    };
    format!("{happened}; {until} urgent flags go out and the rest joins the digest")
}

/// Keeps what a person says of a storm; the next round acts on it.
pub(super) fn decide(
    desk: &mut Desk<'_>,
    (setup, store): (&Setup, &Store),
    decision: &Decision,
    said: storm::Decision,
) -> Result<(), Stop> {
    let known = match held::year(setup, store)? {
        Some(year) => store.storms(&year)?.into_iter().map(|storm| (year, storm)).collect(),
        None => Vec::new(),
    };
    let meant = number(&decision.which);
    let found = known.into_iter().find(|(_, storm)| Some(storm.id) == meant);
    let Some((year, mut storm)) = found else {
        return Err(held::unknown(&decision.which).into());
    };
    let school_id = store.school_ids()?.remove(&storm.school).unwrap_or_default();
    if let Some(school) = decision.school.as_ref().filter(|school| **school != school_id) {
        let message = format!("`{}` is about school `{school_id}`, not `{school}`", shown(&storm));
        return Err(refused("held-other-school", message, "leave out `--school`".to_owned()).into());
    }
    if storm.decision != storm::Decision::Open {
        return Err(answered(&storm).into());
    }
    storm.decision = said;
    storm.by_whom = asked::author(decision.by.as_deref());
    decision.why.as_deref().unwrap_or_default().clone_into(&mut storm.why);
    let tx = store.begin()?;
    tx.save_storm(&year, &storm)?;
    tx.commit()?;
    let about = match storm.is_question() {
        true => format!("the question about school {school_id}'s calendar"),
        false => format!("the storm of {} at school {school_id}", storm.rule),
    };
    let next = match said {
        storm::Decision::Discarded => {
            "is discarded: its flags that wait count as told with the next round (`firstbell run`) and are written to nobody"
        }
        _ => "is released: its flags that wait are written as any other with the next round (`firstbell run`)",
    };
    writeln!(desk.out, "{}, {about}, {next}.", shown(&storm))?;
    Ok(())
}

fn answered(storm: &Storm) -> Problem {
    let said = match storm.decision {
        storm::Decision::Released => "was released",
        storm::Decision::Discarded => "was discarded",
        storm::Decision::Settled => "is settled by the calendar, which has no school on that day",
        storm::Decision::Open => "waits",
    };
    let by = match (storm.decision, storm.by_whom.as_str()) {
        (storm::Decision::Settled, _) | (_, "") => String::new(),
        (_, by) => format!(" by {by}"),
    };
    let message = format!("`{}` {said}{by}", shown(storm));
    refused(
        "storm-answered",
        message,
        "nothing to do: what a person said of it stands".to_owned(),
    )
}
