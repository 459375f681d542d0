//! `demo`: a small district, several nights, and who was written what. No network, no settings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::output::{Exit, count};
use super::{Desk, Stop, init};
use crate::clock;
use crate::demo;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Kind, Letter};
use crate::round::{self, Order, Setup};

/// Where the demo lies when no folder is named.
const FOLDER: &str = "firstbell-demo";

/// Makes the demo district and rings its nights.
pub(super) fn demo(desk: &mut Desk<'_>, dir: Option<&Path>) -> Result<Exit, Stop> {
    let dir = match dir {
        Some(dir) => dir.to_owned(),
        None => free_folder(Path::new(FOLDER)),
    };
    let district = demo::district();
    let home = init::make(&dir, &district.config)?;
    let inbox = home.inbox("inbox");
    writeln!(
        desk.out,
        "A made-up district in {}: three schools, about 600 students, none of them real.",
        dir.display()
    )?;
    writeln!(desk.out)?;
    let mut letters: Vec<Letter> = Vec::new();
    for night in &district.nights {
        for (name, text) in &night.files {
            let path = inbox.join(name);
            fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
        }
        let setup = Setup::read(&dir)?;
        let now = clock::now(&setup.config.district.time_zone);
        let rung = round::ring(
            &setup,
            Order {
                as_of: Some(night.as_of),
                dry_run: false,
            },
            &now,
        )?;
        let written = rung
            .letters
            .iter()
            .filter(|letter| letter.kind != Kind::OperatorReport)
            .count();
        writeln!(desk.out, "{}  {}", night.as_of, night.story)?;
        writeln!(desk.out, "            {}", count(written, "letter", "letters"))?;
        letters.extend(rung.letters);
    }
    table(desk, &letters)?;
    let setup = Setup::read(&dir)?;
    one_in_full(desk, &setup, &letters)?;
    let folder = setup.home.outgoing();
    writeln!(
        desk.out,
        "All {} lie in {} \u{2014} open one with a mail program.",
        count(letters.len(), "letter", "letters"),
        folder.display()
    )?;
    writeln!(
        desk.out,
        "Look further: firstbell --home {} status, standing, explain {}",
        dir.display(),
        demo::SLOW_FADE
    )?;
    Ok(Exit::Done)
}

/// Who got what and why.
fn table(desk: &mut Desk<'_>, letters: &[Letter]) -> Result<(), Stop> {
    writeln!(desk.out)?;
    writeln!(desk.out, "Who was written what:")?;
    writeln!(desk.out)?;
    let mut people: BTreeMap<(&str, &str), Vec<&Letter>> = BTreeMap::new();
    for letter in letters.iter().filter(|letter| letter.kind != Kind::OperatorReport) {
        people
            .entry((&letter.to_name, &letter.address))
            .or_default()
            .push(letter);
    }
    for ((name, address), letters) in &people {
        writeln!(desk.out, "  {name} <{address}>")?;
        for letter in letters {
            let entries = &letter.content.entries;
            let students = entries
                .iter()
                .map(|entry| &entry.student_id)
                .collect::<std::collections::BTreeSet<_>>()
                .len();
            let more: u32 = letter.content.counts.iter().map(|count| count.students).sum();
            let counted = if more > 0 {
                format!(", {more} more flags as counts")
            } else {
                String::new()
            };
            let what = kind_in_words(letter.kind);
            writeln!(
                desk.out,
                "    {}  {what}: {}{counted}",
                letter.morning,
                count(students, "student", "students")
            )?;
            let shown = if letter.kind == Kind::Nightly { entries.len() } else { 0 };
            for entry in entries.iter().take(shown) {
                let level = entry.level.map(|level| level.word()).unwrap_or_default();
                writeln!(
                    desk.out,
                    "                {level}: {} \u{2014} {}",
                    entry.title, entry.because
                )?;
            }
        }
    }
    let reports = letters
        .iter()
        .filter(|letter| letter.kind == Kind::OperatorReport)
        .count();
    writeln!(
        desk.out,
        "  and {} to the operator",
        count(reports, "report", "reports")
    )?;
    writeln!(desk.out)?;
    Ok(())
}

fn kind_in_words(kind: Kind) -> String {
    match kind {
        Kind::Nightly => "nightly letter".to_owned(),
        other => other.word().replace('_', " "),
    }
}

/// The letter about the slow fade, as its reader sees it; else the last one.
fn one_in_full(desk: &mut Desk<'_>, setup: &Setup, letters: &[Letter]) -> Result<(), Stop> {
    let nightly = || letters.iter().filter(|letter| letter.kind == Kind::Nightly);
    let told = nightly().find(|letter| {
        letter
            .content
            .entries
            .iter()
            .any(|entry| entry.student_id == demo::SLOW_FADE)
    });
    let Some(letter) = told.or_else(|| nightly().next_back()) else {
        return Ok(());
    };
    let store = setup.store_to_read()?;
    let composed = round::composed(setup, &store, std::slice::from_ref(letter), [], BTreeMap::new())?;
    for composed in composed {
        writeln!(desk.out, "One letter in full:")?;
        writeln!(desk.out)?;
        let head = [
            format!("To: {} <{}>", letter.to_name, letter.address),
            format!("Subject: {}", composed.subject),
            String::new(),
        ];
        for line in head.iter().map(String::as_str).chain(composed.text.lines()) {
            writeln!(desk.out, "{}", format!("  | {line}").trim_end())?;
        }
        writeln!(desk.out)?;
    }
    Ok(())
}

fn free_folder(wanted: &Path) -> PathBuf {
    let numbered = (2..).map(|number| PathBuf::from(format!("{}-{number}", wanted.display())));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|folder| !folder.exists())
        .unwrap_or_else(|| wanted.to_owned())
}

fn unwritable(path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        "file-unwritable",
        Weight::Stop,
        Place::file(path.display().to_string()),
        format!("cannot be written: {error}"),
        "choose a folder that you may write to",
    )
}
