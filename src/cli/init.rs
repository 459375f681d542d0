//! `init`: a new home that works as it stands.

use std::collections::BTreeMap;
use std::path::Path;

use super::output::Exit;
use super::{Desk, Stop, contact};
use crate::clock;
use crate::config::{self, Sample};
use crate::embedded;
use crate::home::Home;
use crate::monitor::{Place, Problem, Weight};
use crate::plugins;
use crate::records::{Adapter, Feed};
use crate::rules::{self, Sources};
use crate::school::Meaning;

/// Makes a home for exports that an adapter reads.
pub(super) fn init(desk: &mut Desk<'_>, dir: &Path, from: &str) -> Result<Exit, Stop> {
    let (adapters, _) = plugins::load(std::iter::empty());
    let adapter = adapters
        .iter()
        .find(|adapter| adapter.id == from)
        .ok_or_else(|| unknown(from, &adapters))?;
    let zone = jiff::tz::TimeZone::try_system().unwrap_or(jiff::tz::TimeZone::UTC);
    let name = zone
        .iana_name()
        .filter(|name| *name != "UTC" && *name != "Etc/UTC")
        .unwrap_or("America/Chicago");
    let feeds: Vec<Feed> = adapter.feeds.clone();
    let text = config::sample(&Sample {
        name: "Example School District",
        time_zone: name,
        year: Sample::likely_year(clock::now(&zone).today),
        feeds: &feeds,
        meaning: if adapter.sections.is_empty() {
            config::CANONICAL_MEANING
        } else {
            &adapter.sections
        },
        domain: "district.example",
    });
    let files = embedded::below("rules/").chain([("sheets/staff_contacts.csv", contact::SHEET)]);
    Home::init(dir, &text, files)?;
    let shown = dir.display();
    writeln!(desk.out, "Made a home in {shown}.")?;
    writeln!(desk.out)?;
    writeln!(
        desk.out,
        "  {shown}/firstbell.toml   what to mend first: name, time zone, school year, addresses"
    )?;
    writeln!(desk.out, "  {shown}/inbox            where the exports go")?;
    writeln!(
        desk.out,
        "  {shown}/rules            the rules, and district.toml for your changes"
    )?;
    writeln!(
        desk.out,
        "  {shown}/sheets           staff_contacts.csv, in which staff note calls and visits"
    )?;
    writeln!(desk.out)?;
    writeln!(
        desk.out,
        "Then: firstbell --home {shown} check, and firstbell --home {shown} run."
    )?;
    Ok(Exit::Done)
}

/// Makes a home with a configuration, the rule library, and what editors complete and check rules by.
pub(super) fn make(dir: &Path, configuration: &str) -> Result<Home, Problem> {
    let home = Home::init(dir, configuration, embedded::below("rules/"))?;
    let mut sources = Sources::built_in();
    sources.words = plugins::read(&BTreeMap::new(), None).words();
    let (rules, _) = rules::load(&sources, &Meaning::default());
    super::rules_editor::into_home(&home, &rules, &sources)?;
    Ok(home)
}

fn unknown(from: &str, adapters: &[Adapter]) -> Problem {
    let known: Vec<String> = adapters.iter().map(|adapter| format!("`{}`", adapter.id)).collect();
    Problem::new(
        "adapter-unknown",
        Weight::Stop,
        Place::default(),
        format!("there is no adapter `{from}`"),
        format!("write one of {} after --from", known.join(", ")),
    )
}
