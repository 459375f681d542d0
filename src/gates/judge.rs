//! Every gate, in the order in which its sentence helps most.

use std::collections::{BTreeMap, BTreeSet};

use super::memory::Remembered;
use super::{FROM_ROWS, Finding, Gate, Gates, Key, Memory, Part, Seen};
use crate::records::Covers;
use crate::school::Day;

/// What the gates know beside the file and its feed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tonight<'a> {
    /// The newest day of the feed and the school days since, today left out; `None` where no gate compares with the clock.
    pub newest: Option<(Day, u32)>,
    /// Parts that other files of the feed bring tonight.
    pub elsewhere: Option<&'a BTreeSet<Key>>,
}

/// Compares a file with what its feed brought last. Nothing found: it is believed. A finding about the file holds it; otherwise the
/// parts of the schools found are held and the rest is believed.
pub fn judge(seen: &Seen, memory: &Memory, gates: &Gates, covers: Covers, tonight: Tonight<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(emptied(seen, memory, covers));
    findings.extend(header(seen, memory, gates));
    findings.extend(late(gates, tonight));
    findings.extend(shares(seen, gates));
    if let (Some(percent), true) = (gates.shrink_percent, is_whole(covers) && seen.rows > 0) {
        let none = BTreeSet::new();
        let elsewhere = tonight.elsewhere.unwrap_or(&none);
        findings.extend(shrank(seen, memory, (percent, gates.school_from), elsewhere));
    }
    findings.extend(levels(seen));
    findings
}

/// Whether a file of the feed is a whole truth, which a shorter one would take back.
fn is_whole(covers: Covers) -> bool {
    matches!(covers, Covers::Year | Covers::Term | Covers::Now)
}

/// A table is seldom emptied on purpose, and an export that broke off is not news that all is well.
fn emptied(seen: &Seen, memory: &Memory, covers: Covers) -> Option<Finding> {
    let before = memory.rows.filter(|rows| *rows > 0)?;
    (seen.rows == 0 && is_whole(covers)).then(|| {
        let message = format!("the file has a header and no row; the last one had {before}");
        Finding::file(
            Gate::Emptied,
            message,
            "export it again; until then the last one counts",
        )
    })
}

fn header(seen: &Seen, memory: &Memory, gates: &Gates) -> Option<Finding> {
    if memory.header.is_empty() || seen.header.is_empty() {
        return None;
    }
    let lacks = |list: &[String], name: &str| !list.iter().any(|other| other.eq_ignore_ascii_case(name));
    let gone: Vec<&String> = memory.header.iter().filter(|name| lacks(&seen.header, name)).collect();
    let new: Vec<&String> = seen.header.iter().filter(|name| lacks(&memory.header, name)).collect();
    if gone.is_empty() && new.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    for (names, is) in [(&gone, "gone"), (&new, "new")] {
        match names.as_slice() {
            [] => {}
            [one] => parts.push(format!("the column `{one}` is {is}")),
            many => {
                let names: Vec<String> = many.iter().map(|name| format!("`{name}`")).collect();
                parts.push(format!("the columns {} are {is}", names.join(", ")));
            }
        }
    }
    let message = format!("the header is not that of the last file: {}", parts.join(", "));
    // A column that was read and is gone takes its facts with it; what nothing reads may come and go.
    let was_read = gone.iter().any(|name| lacks(&memory.unread, name));
    Some(if was_read && gates.header {
        let remedy =
            "export it with the columns of before, or say in the adapter's plugin.toml what they are called now";
        Finding::file(Gate::Header, message, remedy)
    } else {
        Finding::file(Gate::Columns, message, "nothing to do if that is as it should be")
    })
}

fn late(gates: &Gates, tonight: Tonight<'_>) -> Option<Finding> {
    let (most, (newest, days)) = (gates.expect_every?, tonight.newest?);
    (days >= most).then(|| {
        let message = format!(
            "nothing in it is newer than {newest}: {} without anything new, and `expect_every` is {most}",
            days_word(days)
        );
        let remedy =
            "see whether the student system still exports; to look at an older day: `firstbell run --as-of DATE`";
        Finding::file(Gate::Late, message, remedy)
    })
}

fn days_word(days: u32) -> String {
    match days {
        1 => "1 school day".to_owned(),
        days => format!("{days} school days"),
    }
}

/// Shares within the file: what is unknown, and what lies outside the year.
fn shares(seen: &Seen, gates: &Gates) -> Vec<Finding> {
    if seen.rows < FROM_ROWS {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut check = |gate, key: &str, most: Option<f64>, (part, whole): (u64, u64), what: &str, remedy: &str| {
        let Some(most) = most.filter(|most| exceeds(part, whole, *most)) else {
            return;
        };
        let message = format!("{part} of {whole} {what}, and `{key}` is {most}");
        findings.push(Finding::file(gate, message, remedy));
    };
    check(
        Gate::UnknownCodes,
        "unknown_codes_percent",
        gates.unknown_codes_percent,
        (seen.unknown_codes, seen.rows),
        "rows bear a code or mark that is in no table",
        "add them in firstbell.toml: `firstbell run --dry-run` names each",
    );
    check(
        Gate::UnknownStudents,
        "unknown_students_percent",
        gates.unknown_students_percent,
        seen.students.map_or((0, 0), |(all, unknown)| (unknown, all)),
        "students in it were brought by no export of students or enrollments",
        "see that both exports come from the same moment and write ids alike, leading zeros included",
    );
    check(
        Gate::OutsideYear,
        "outside_year_percent",
        gates.outside_year_percent,
        (seen.outside_year, seen.rows),
        "rows bear a date outside the school year",
        "check the dates of the export and `school_years` in firstbell.toml",
    );
    findings
}

/// Whether a part is more than so many percent of a whole; exactly so many is not.
fn exceeds(part: u64, whole: u64, percent: f64) -> bool {
    part as f64 * 100.0 > whole as f64 * percent
}

/// Whether rows became fewer by more than so many percent, where there were enough to tell.
fn is_shorter(now: u64, before: u64, percent: f64) -> bool {
    before >= FROM_ROWS && exceeds(before.saturating_sub(now), before, percent)
}

/// A file that is shorter than the last one. Where all that is lacking are some schools' rows and every other school stands as
/// whole as before, it is a matter of these schools; else the export broke off.
fn shrank(seen: &Seen, memory: &Memory, edges: (f64, u64), elsewhere: &BTreeSet<Key>) -> Vec<Finding> {
    let (percent, school_from) = edges;
    let mut terms: BTreeMap<&str, Vec<Compared<'_>>> = BTreeMap::new();
    for (key, before) in memory.beside(&seen.parts, elsewhere) {
        let now = seen.parts.get(key).copied().unwrap_or_default();
        terms.entry(&key.term).or_default().push(Compared { key, before, now });
    }
    let (mut schools, mut broken) = (Vec::new(), Vec::new());
    for (term, parts) in terms {
        match term_shrank(&parts, percent, school_from) {
            Shrank::Schools(findings) => schools.extend(findings),
            Shrank::File { now, before } => broken.push((term, now, before)),
        }
    }
    if broken.is_empty() {
        return schools;
    }
    let terms: Vec<&str> = broken
        .iter()
        .map(|(term, ..)| *term)
        .filter(|term| !term.is_empty())
        .collect();
    let of_terms = if terms.is_empty() {
        String::new()
    } else {
        format!(" of {}", terms.join(", "))
    };
    let now: u64 = broken.iter().map(|(_, now, _)| now).sum();
    let before: u64 = broken.iter().map(|(.., before)| before).sum();
    let message =
        format!("the file has {now} rows{of_terms}; the last one had {before}, and `shrink_percent` is {percent}");
    let remedy = "see whether the export broke off, and put a whole one into the inbox";
    vec![Finding::file(Gate::Shrank, message, remedy)]
}

/// What one term's rows say.
enum Shrank {
    /// Nothing, or something about single schools.
    Schools(Vec<Finding>),
    /// The file as a whole is shorter.
    File { now: u64, before: u64 },
}

/// One part, now and before.
struct Compared<'m> {
    key: &'m Key,
    before: &'m Remembered,
    now: Part,
}

impl Compared<'_> {
    fn is_missing(&self, from: u64) -> bool {
        !self.key.school.is_empty() && self.before.rows >= from && self.now.rows == 0
    }

    fn is_shorter(&self, percent: f64) -> bool {
        !self.key.school.is_empty() && is_shorter(self.now.rows, self.before.rows, percent)
    }

    fn finding(&self) -> Finding {
        let Key { school, term } = self.key;
        let of_term = if term.is_empty() {
            String::new()
        } else {
            format!(" of {term}")
        };
        let (now, before) = (self.now.rows, self.before.rows);
        let remedy = "see what the school sent; the rest of the file is read";
        if self.now.rows == 0 {
            let message = format!("school {school} is not in the file; the last one had {before} rows of it{of_term}");
            return Finding::school(Gate::SchoolMissing, school, message, remedy);
        }
        let message = format!("school {school} has {now} rows{of_term}; the last file had {before} of it");
        Finding::school(Gate::SchoolShrank, school, message, remedy)
    }
}

fn term_shrank(parts: &[Compared<'_>], percent: f64, school_from: u64) -> Shrank {
    let before: u64 = parts.iter().map(|part| part.before.rows).sum();
    let now: u64 = parts.iter().map(|part| part.now.rows).sum();
    let (odd, sound): (Vec<_>, Vec<_>) = parts
        .iter()
        .partition(|part| part.is_missing(school_from) || part.is_shorter(percent));
    let of_schools = !odd.is_empty() && !sound.is_empty();
    let others_whole = sound.iter().all(|part| part.now.rows >= part.before.rows);
    if is_shorter(now, before, percent) && !(of_schools && others_whole) {
        return Shrank::File { now, before };
    }
    Shrank::Schools(odd.iter().map(|part| part.finding()).collect())
}

/// Marks that look like levels: of one school, or of every school that the file has marks of.
fn levels(seen: &Seen) -> Vec<Finding> {
    let remedy = "add a [[grades.scale]] with `kind = \"levels\"`";
    let all = !seen.levels.is_empty() && (seen.levels == seen.percents || seen.levels.contains(""));
    if all {
        let message = "no mark is above 5, yet the scales read marks as percents: it looks like a 1\u{2013}4 scale, and everybody would be failing";
        return vec![Finding::file(Gate::Levels, message.to_owned(), remedy)];
    }
    let one = |school: &String| {
        let message = format!(
            "no mark of school {school} is above 5, yet the scales read them as percents: it looks like a 1\u{2013}4 scale, and everybody \
             there would be failing"
        );
        Finding::school(Gate::Levels, school, message, remedy)
    };
    seen.levels.iter().map(one).collect()
}
