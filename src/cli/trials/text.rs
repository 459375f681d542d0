//! Trials for people: what holds in a line each, what does not with its place and what to add.

use std::io::{self, Write};

use crate::cli::output::count;
use crate::rules::trial::{CaseKind, Covered, Mutated};
use crate::rules::workshop::Tested;

/// Longest excerpt that helps to find a place, in bytes; past it the place alone is said. Chosen by us.
const LONGEST: usize = 400;

/// Writes what trials came to.
pub(super) fn write(out: &mut dyn Write, tested: &[Tested]) -> io::Result<()> {
    for rule in tested {
        one(out, rule)?;
    }
    let rules: Vec<&Tested> = tested.iter().filter(|rule| !rule.shared).collect();
    let whole = rules.iter().filter(|rule| rule.holds()).count();
    let verb = if whole == 1 { "holds" } else { "hold" };
    writeln!(out, "{whole} of {} {verb}.", count(rules.len(), "rule", "rules"))?;
    sums(out, tested)
}

fn one(out: &mut dyn Write, rule: &Tested) -> io::Result<()> {
    let cases = rule.cases.as_ref().map_or(0, Vec::len);
    if rule.shared {
        writeln!(out, "{} (shared functions):", rule.path)?;
    } else {
        let holds = if rule.holds() { "holds" } else { "does not hold" };
        writeln!(out, "{}: {holds}, {}", rule.id, count(cases, "case", "cases"))?;
    }
    match &rule.cases {
        Ok(cases) => {
            for case in cases {
                if let Some(failed) = &case.failed {
                    writeln!(out, "  line {}: {}: {failed}", case.line, case.name)?;
                }
            }
            for kind in &rule.lacking {
                writeln!(out, "  {}", lacking(rule, *kind))?;
            }
        }
        Err(problem) => writeln!(out, "  {}", indented(&problem.to_string()))?,
    }
    if let Some(problem) = &rule.not_followed {
        writeln!(out, "  {problem}")?;
    }
    if let Some(covered) = &rule.covered {
        coverage(out, &rule.path, covered)?;
    }
    rule.mutated
        .as_ref()
        .map_or(Ok(()), |mutated| mutation(out, &rule.path, mutated))
}

/// What a kind that no case shows means for the rule.
pub(super) fn lacking(rule: &Tested, kind: CaseKind) -> String {
    let words = kind.words();
    if rule.live {
        format!("a live rule needs a case {words}, and there is none")
    } else {
        format!("before it is live it needs a case {words}")
    }
}

fn coverage(out: &mut dyn Write, path: &str, covered: &Covered) -> io::Result<()> {
    let (touched, points) = (covered.touched(), covered.points);
    writeln!(
        out,
        "  coverage {} %: {touched} of {} touched",
        covered.percent(),
        count(points, "line and branch", "lines and branches")
    )?;
    for place in &covered.untouched {
        writeln!(out, "    {path}:{}:{}: {}", place.line, place.column, place.what)?;
        writeln!(out, "      {}", place.text)?;
    }
    Ok(())
}

fn mutation(out: &mut dyn Write, path: &str, mutated: &Mutated) -> io::Result<()> {
    let (noticed, mutations) = (mutated.noticed(), mutated.mutations);
    writeln!(
        out,
        "  mutations {} %: {noticed} of {} noticed",
        mutated.percent(),
        count(mutations, "nudge", "nudges")
    )?;
    for (number, nudge) in mutated.unnoticed.iter().enumerate() {
        let (line, column, message) = (nudge.line, nudge.column, nudge.message());
        writeln!(out, "    {path}:{line}:{column}: {message} — {}", nudge.add)?;
        // Up and down of one number are told under one another, and its line once.
        let next = mutated.unnoticed.get(number + 1);
        let last = next.is_none_or(|next| (next.line, next.column) != (line, column));
        for shown in nudge.excerpt.lines().filter(|_| last && nudge.excerpt.len() < LONGEST) {
            writeln!(out, "    {shown}")?;
        }
    }
    Ok(())
}

/// Everything together, where there is more than one to add up.
fn sums(out: &mut dyn Write, tested: &[Tested]) -> io::Result<()> {
    let covered: Vec<&Covered> = tested.iter().filter_map(|rule| rule.covered.as_ref()).collect();
    if covered.len() > 1 {
        let points = covered.iter().map(|covered| covered.points).sum::<usize>();
        let touched = covered.iter().map(|covered| covered.touched()).sum::<usize>();
        writeln!(out, "{touched} of {points} lines and branches are touched.")?;
    }
    let mutated: Vec<&Mutated> = tested.iter().filter_map(|rule| rule.mutated.as_ref()).collect();
    if mutated.len() > 1 {
        let mutations = mutated.iter().map(|mutated| mutated.mutations).sum::<usize>();
        let noticed = mutated.iter().map(|mutated| mutated.noticed()).sum::<usize>();
        writeln!(out, "{noticed} of {mutations} nudges are noticed.")?;
    }
    Ok(())
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}
