//! `check`: configuration, adapters, rules, trials, routes, mail settings; what to mend, and nothing else changed.

use super::output::{self, Exit};
use super::view::View;
use super::{Desk, Stop};
use crate::inbox::{self, Export};
use crate::monitor::{Place, Problem, Weight};
use crate::records;
use crate::round::{Setup, sheets};
use crate::routing::Owners;
use crate::school::Day;
use crate::timeline::Almanac;

/// Looks at everything that can be looked at without a round.
pub(super) fn check(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let setup = match desk.setup() {
        Ok(setup) => setup,
        Err(Stop::Problems(problems)) => {
            output::problems(desk.out, &problems)?;
            return Ok(Exit::Failed);
        }
        Err(other) => return Err(other),
    };
    let problems = problems(&setup);
    let exit = output::problems(desk.out, &problems)?;
    let rules = setup.rules.rules().len();
    let trials = "every trial of theirs passes";
    if problems.is_empty() {
        writeln!(desk.out, "Nothing to mend: {rules} rules are at work, and {trials}.")?;
    } else {
        writeln!(
            desk.out,
            "{} to look at.",
            output::count(problems.len(), "thing", "things")
        )?;
    }
    Ok(exit)
}

/// Everything that a home's owner should mend.
pub(super) fn problems(setup: &Setup) -> Vec<Problem> {
    let mut problems = setup.problems.clone();
    problems.extend(super::rules_check::more(setup));
    problems.extend(setup.home.open_to_others());
    problems.extend(last_owner(setup));
    match inbox::find(&setup.home.inbox(&setup.config.inbox.path), &setup.config.feeds) {
        Ok((exports, found)) => {
            problems.extend(found);
            problems.extend(exports.iter().flat_map(|export| sensitive_columns(setup, export)));
        }
        Err(problem) => problems.push(problem),
    }
    let (sheets, out_of_reach) = sheets(setup);
    problems.extend(out_of_reach);
    problems.extend(sheets.iter().flat_map(|sheet| sensitive_columns(setup, sheet)));
    if let Some(smtp) = &setup.config.mail.smtp
        && let Some(file) = &smtp.password_file
        && let Err(problem) = setup.home.secret(file)
    {
        problems.push(problem);
    }
    problems
}

/// The columns of an export that look sensitive and that nobody reads. An export that cannot be read is the round's to tell.
fn sensitive_columns(setup: &Setup, export: &Export) -> Vec<Problem> {
    let feed = &setup.config.feeds[export.feed];
    let years = &setup.config.district.school_years;
    let (Ok(adapter), Ok(mut file), Some(year)) = (setup.adapter(&feed.adapter), inbox::open(export), years.last())
    else {
        return Vec::new();
    };
    let unread = records::unread_columns(&mut file, feed, adapter, *year).unwrap_or_default();
    let problem = |header: &String| {
        let what = records::sensitive(header)?;
        Some(Problem::new(
            "sensitive-column",
            Weight::Note,
            Place::file(&export.name).line(1).column(header.as_str()),
            format!("the column `{header}` looks like {what}, and no feed reads it"),
            "ask whoever makes the export to leave it out: what is not sent cannot be lost",
        ))
    };
    unread.iter().filter_map(problem).collect()
}

/// The last owner can only be looked up once there is a staff table.
fn last_owner(setup: &Setup) -> Vec<Problem> {
    let Ok(view) = View::read(setup, None) else {
        return named_last_owner(setup);
    };
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    view.owners(setup, &almanac).problems()
}

fn named_last_owner(setup: &Setup) -> Vec<Problem> {
    let config = &setup.config;
    if config.last_owner.contains('@') {
        let nobody = (Vec::new(), Vec::new());
        return Owners::new(
            &nobody.0,
            &nobody.1,
            &config.routes,
            &config.last_owner,
            &config.mail.allowed_domains,
            Day(0),
        )
        .problems();
    }
    let message = "nobody can be looked up before the first round has read the staff table";
    let remedy = "run `firstbell run --dry-run` to see whom letters would go to";
    vec![Problem::new(
        "staff-not-read-yet",
        Weight::Note,
        Place::file("firstbell.toml").column("last_owner"),
        message,
        remedy,
    )]
}
