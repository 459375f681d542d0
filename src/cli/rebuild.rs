//! `rebuild`: a new home as it stood after a past night, from the archive.

use std::path::Path;

use super::output::{self, Exit, count};
use super::{Desk, Stop};
use crate::monitor::{Problem, Weight};
use crate::round::{self, Night};
use crate::school::Day;

/// Makes the home and rings its nights.
pub(super) fn rebuild(desk: &mut Desk<'_>, to: Day, into: &Path) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let replay = round::replay(&setup, to)?;
    let home = round::new_home(&setup, into)?;
    let shown = into.display();
    writeln!(
        desk.out,
        "Made a home in {shown}, with the rules and the configuration of today."
    )?;
    let mut problems = replay.missing;
    for night in &replay.nights {
        say(desk, night)?;
        let (_, new) = round::ring_again(&setup, &home, night)?;
        for problem in new {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    let last = replay.nights.last().map_or(to, |night| night.ring.as_of);
    writeln!(
        desk.out,
        "{} as of {last} at the latest. Its letters lie in {} and went to nobody.",
        count(replay.nights.len(), "round", "rounds"),
        home.outgoing().display()
    )?;
    output::problems(desk.out, &problems)?;
    let waits = |problem: &Problem| problem.weight >= Weight::Waits;
    Ok(if problems.iter().any(waits) {
        Exit::Waits
    } else {
        Exit::Done
    })
}

fn say(desk: &mut Desk<'_>, night: &Night) -> Result<(), Stop> {
    let files = count(night.files.len(), "export", "exports");
    writeln!(desk.out, "  {}  {files}", night.ring.as_of)?;
    Ok(())
}
