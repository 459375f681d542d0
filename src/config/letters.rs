//! `[letters]` and `[holds]`: when people are written, and what keeps news back for a while.

use jiff::civil::Time;

use super::section::{Section, hour, one_of, text, texts, whole};
use super::source::{Source, VALUE};
use super::{Holds, Letters};
use crate::crossings::Patience;
use crate::school::Weekday;

const DAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
];

/// Contacts of these kinds reached nobody, so they keep nothing quiet; globs, any case.
const NO_CONTACT: [&str; 5] = [
    "*voice*mail*",
    "*no answer*",
    "*left message*",
    "*attempt*",
    "*not reached*",
];

pub(super) fn letters(source: &mut Source<'_>, root: &mut Section<'_>) -> Letters {
    let mut letters = Letters {
        student_link: String::new(),
        digest_on: Weekday::Monday,
        remind_after: 5,
        escalate_after: 10,
        quiet_hours: None,
    };
    let Some(mut section) = root.section(source, "letters") else {
        return letters;
    };
    let link = section.optional(source, "student_link", text);
    if let Some(day) = section.optional(source, "digest_on", one_of(DAYS)) {
        letters.digest_on = day;
    }
    if let Some(days) = section.optional(source, "remind_after", whole(0..=180)) {
        letters.remind_after = days;
    }
    if let Some(days) = section.optional(source, "escalate_after", whole(0..=180)) {
        letters.escalate_after = days;
    }
    letters.quiet_hours = section.optional(source, "quiet_hours", hours);
    section.finish(source);
    let Some(link) = link else { return letters };
    let is_address = link.value.starts_with("https://") || link.value.starts_with("http://");
    let is_link = is_address && link.value.contains("{student_id}");
    if !is_link && !link.value.is_empty() {
        let message = format!("`{}` is not a link to a student", link.value);
        let remedy = "write it as `https://sis.district.example/student?id={student_id}`, or leave it empty";
        source.wrong(VALUE, link.span, message, remedy);
        return letters;
    }
    letters.student_link = link.value;
    letters
}

/// `{ from = "18:00", until = "05:30" }`: over midnight where the end is the earlier one.
fn hours(source: &mut Source<'_>, key: &str, value: &toml::Spanned<toml::de::DeValue<'_>>) -> Option<(Time, Time)> {
    let mut section = Section::of(source, key, value)?;
    let from = section.required(source, "from", hour, "from = \"18:00\"");
    let until = section.required(source, "until", hour, "until = \"05:30\"");
    section.finish(source);
    Some((from?, until?))
}

pub(super) fn holds(source: &mut Source<'_>, root: &mut Section<'_>) -> Holds {
    let mut holds = Holds {
        patience: Patience {
            quiet_days: 10,
            review_days: 30,
        },
        no_contact: NO_CONTACT.map(str::to_owned).to_vec(),
        longest_silence_days: 90,
    };
    let Some(mut section) = root.section(source, "holds") else {
        return holds;
    };
    if let Some(days) = section.optional(source, "quiet_days", whole(0..=180)) {
        holds.patience.quiet_days = days;
    }
    if let Some(days) = section.optional(source, "review_days", whole(1..=180)) {
        holds.patience.review_days = days;
    }
    if let Some(kinds) = section.optional(source, "no_contact", texts) {
        holds.no_contact = kinds.into_iter().map(|kind| kind.value).collect();
    }
    if let Some(days) = section.optional(source, "longest_silence_days", whole(1..=366)) {
        holds.longest_silence_days = days;
    }
    section.finish(source);
    holds
}
