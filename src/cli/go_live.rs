//! `go-live`: from rehearsal to owners. Refuses while anything is broken or anybody unowned, and shows what will be written.

use std::collections::BTreeMap;

use super::output::{self, Exit, count};
use super::view::View;
use super::{Desk, Stop, check};
use crate::config::{self, SendTo};
use crate::facts::SchoolIx;
use crate::monitor::{Place, Problem, Weight};
use crate::round::{self, Setup};
use crate::rules::Status;
use crate::timeline::Almanac;

/// Goes live with the whole district, or takes a fresh baseline at one school.
pub(super) fn go_live(desk: &mut Desk<'_>, school: Option<&str>, yes: bool) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let broken: Vec<Problem> = check::problems(&setup)
        .into_iter()
        .filter(|problem| problem.weight >= Weight::Waits)
        .collect();
    if !broken.is_empty() {
        output::problems(desk.out, &broken)?;
        writeln!(desk.out, "Not live: mend what stands above first.")?;
        return Ok(Exit::Failed);
    }
    let view = View::read(&setup, None)?;
    let school = school.map(|id| known_school(&view, id)).transpose()?;
    let (letters, unowned) = forecast(&setup, &view, school);
    if unowned > 0 {
        writeln!(
            desk.out,
            "Not live: {} would go to nobody of their own.",
            count(unowned, "flag", "flags")
        )?;
        writeln!(desk.out, "`firstbell route check` says at which schools and why.")?;
        return Ok(Exit::Failed);
    }
    writeln!(
        desk.out,
        "The next round takes a fresh baseline. One starting list each goes to:"
    )?;
    for (person, flags) in &letters {
        writeln!(desk.out, "  {person}: {}", count(*flags, "flag", "flags"))?;
    }
    if letters.is_empty() {
        writeln!(desk.out, "  nobody: no flag is open")?;
    }
    if !yes {
        writeln!(desk.out, "Nothing was changed. Say it again with --yes.")?;
        return Ok(Exit::Waits);
    }
    let _lock = setup.home.lock()?;
    round::take_fresh_baseline(&setup, &view.year, school)?;
    let text = config::set_send_to(&setup.home.config_text()?, "firstbell.toml", SendTo::Owners)?;
    setup.home.write_config(&text)?;
    writeln!(
        desk.out,
        "Live: `send_to = \"owners\"`. What was told in rehearsal is put back, and the round over the next school day writes the starting lists."
    )?;
    Ok(Exit::Done)
}

fn known_school(view: &View, id: &str) -> Result<SchoolIx, Problem> {
    view.books
        .names
        .schools
        .get(id)
        .map(|number| SchoolIx(number as u16))
        .ok_or_else(|| {
            let message = format!("no export of this school year has brought a school `{id}`");
            Problem::new(
                "school-unknown",
                Weight::Stop,
                Place::default(),
                message,
                "write the id as the exports do",
            )
        })
}

/// Flags per person that a fresh baseline would list, and those that no route leads to anybody for.
fn forecast(setup: &Setup, view: &View, school: Option<SchoolIx>) -> (BTreeMap<String, usize>, usize) {
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let owners = view.owners(setup, &almanac);
    let night = almanac.night(view.as_of);
    let mut letters = BTreeMap::new();
    let mut unowned = 0;
    for ((student, number), standing) in &view.ledger.standings {
        let rule = setup.rules.rules().get(usize::from(*number));
        let (Some(rule), Some(numbers), Some(level)) = (rule, night.student(*student), standing.level) else {
            continue;
        };
        let live = rule.card(numbers.school_id()).status == Status::Live && standing.is_open();
        if !live || school.is_some_and(|wanted| wanted != numbers.school()) {
            continue;
        }
        let found = view.resolve(&owners, &numbers, *student, rule, level);
        unowned += usize::from(found.unowned);
        if let Some(owner) = found.owner {
            let person = owners.person(owner);
            *letters
                .entry(format!("{} ({})", person.name, person.email))
                .or_insert(0) += 1;
        }
    }
    (letters, unowned)
}
