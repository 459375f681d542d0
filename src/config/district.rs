//! `[district]` and `[inbox]`.

use super::section::{Found, Section, day, hour, number, one_of, text, whole};
use super::source::{MISSING, Source, VALUE, WHOLE_FILE, nearest};
use super::{After, District, Inbox};
use crate::school::SchoolYear;

/// A school year longer than this is a slip of the pen; offsets within a year are kept in 16 bits. Chosen by us.
const LONGEST_YEAR_DAYS: i32 = 400;

pub(super) fn district(source: &mut Source<'_>, root: &mut Section<'_>) -> Option<District> {
    let Some(mut section) = root.section(source, "district") else {
        let remedy = "add `[district]` with `name`, `time_zone` and `school_years`";
        source.wrong(MISSING, WHOLE_FILE, "there is no `[district]`", remedy);
        return None;
    };
    let name = section.required(source, "name", text, "name = \"Cedar Valley Schools\"");
    let zone = section.required(source, "time_zone", text, "time_zone = \"America/Chicago\"");
    let zone = zone.and_then(|zone| time_zone(source, &zone));
    let years = section.sections(source, "school_years");
    if years.is_empty() {
        let remedy = "add `school_years = [{ start = 2026-08-17, end = 2027-06-11 }]`";
        source.wrong(
            MISSING,
            section.span.clone(),
            "`[district]` has no `school_years`",
            remedy,
        );
    }
    let years = school_years(source, years);
    section.finish(source);
    let name = name?;
    if name.value.trim().is_empty() {
        source.wrong(
            VALUE,
            name.span,
            "`name` is empty",
            "write the district's name, as letters shall",
        );
        return None;
    }
    Some(District {
        name: name.value,
        time_zone: zone?,
        school_years: years,
    })
}

fn time_zone(source: &mut Source<'_>, zone: &Found<String>) -> Option<jiff::tz::TimeZone> {
    if let Ok(found) = jiff::tz::TimeZone::get(&zone.value) {
        return Some(found);
    }
    let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let remedy = match nearest(&zone.value, known.iter().map(String::as_str)) {
        _ if known.is_empty() => "this machine has no time zone database: install the package `tzdata`".to_owned(),
        Some(near) => format!("did you mean `{near}`?"),
        None => "write an IANA name such as `America/Chicago`".to_owned(),
    };
    let message = format!("`{}` is not a time zone", zone.value);
    source.wrong("config-time-zone", zone.span.clone(), message, remedy);
    None
}

fn school_years(source: &mut Source<'_>, sections: Vec<Section<'_>>) -> Vec<SchoolYear> {
    let mut years: Vec<(SchoolYear, std::ops::Range<usize>)> = Vec::new();
    for mut section in sections {
        let start = section.required(source, "start", day, "start = 2026-08-17");
        let end = section.required(source, "end", day, "end = 2027-06-11");
        let span = section.span.clone();
        section.finish(source);
        let (Some(start), Some(end)) = (start, end) else {
            continue;
        };
        let length = end.value.0 - start.value.0 + 1;
        if !(1..=LONGEST_YEAR_DAYS).contains(&length) {
            let message = format!(
                "the school year from {} to {} has {length} days",
                start.value, end.value
            );
            let remedy = format!("write an end after the start, at most {LONGEST_YEAR_DAYS} days later");
            source.wrong(VALUE, span, message, remedy);
            continue;
        }
        let year = SchoolYear {
            start: start.value,
            end: end.value,
        };
        years.push((year, span));
    }
    years.sort_by_key(|(year, _)| year.start);
    for pair in years.windows(2) {
        let [(earlier, _), (later, span)] = pair else { continue };
        if later.start <= earlier.end {
            let message = format!(
                "the school year from {} begins before {} is over",
                later.start, earlier.end
            );
            let remedy = "let each school year end before the next begins";
            source.wrong("config-years-overlap", span.clone(), message, remedy);
        }
    }
    years.into_iter().map(|(year, _)| year).collect()
}

pub(super) fn inbox(source: &mut Source<'_>, root: &mut Section<'_>) -> Option<Inbox> {
    let default = Inbox {
        path: "inbox".to_owned(),
        settle_seconds: 60,
        poll_seconds: None,
        after: After::Archive,
        ring_at: jiff::civil::time(5, 30, 0, 0),
        day_complete_at: jiff::civil::time(18, 0, 0, 0),
        archive_days: 60,
        reject_share: 1.0,
    };
    let Some(mut section) = root.section(source, "inbox") else {
        return Some(default);
    };
    let words = &[("archive", After::Archive), ("leave", After::Leave)];
    let inbox = Inbox {
        path: section
            .optional(source, "path", text)
            .map_or(default.path, |path| path.value),
        settle_seconds: section
            .optional(source, "settle_seconds", whole(0..=86_400))
            .unwrap_or(default.settle_seconds),
        poll_seconds: section.optional(source, "poll_seconds", whole(1..=3_600)),
        after: section
            .optional(source, "after", one_of(words))
            .unwrap_or(default.after),
        ring_at: section.optional(source, "ring_at", hour).unwrap_or(default.ring_at),
        day_complete_at: section
            .optional(source, "day_complete_at", hour)
            .unwrap_or(default.day_complete_at),
        archive_days: section
            .optional(source, "archive_days", whole(0..=36_500))
            .unwrap_or(default.archive_days),
        reject_share: section
            .optional(source, "reject_share", number(0.0..=100.0))
            .unwrap_or(default.reject_share),
    };
    section.finish(source);
    Some(inbox)
}
