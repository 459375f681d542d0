//! Trials for programs: an array of objects, one per rule, as `docs/rules.md` describes them.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::rules::trial::{CaseKind, CaseResult, Covered, Mutated};
use crate::rules::workshop::Tested;

/// Writes what trials came to.
pub(super) fn write(out: &mut dyn Write, tested: &[Tested]) -> io::Result<()> {
    let rules: Vec<Value> = tested.iter().map(rule).collect();
    serde_json::to_writer_pretty(&mut *out, &rules)?;
    writeln!(out)
}

fn rule(rule: &Tested) -> Value {
    let cases = rule.cases.as_ref().map(Vec::as_slice).unwrap_or_default();
    let mut object = json!({
        "rule": rule.id,
        "file": rule.path,
        "shared": rule.shared,
        "live": rule.live,
        "holds": rule.holds(),
        "lacking": rule.lacking.iter().map(|kind| kind.word()).collect::<Vec<_>>(),
        "cases": cases.iter().map(case).collect::<Vec<_>>(),
        "problem": rule.cases.as_ref().err().or(rule.not_followed.as_ref()),
    });
    // What was not asked for is left out: no number stands for "not looked".
    if let Some(covered) = &rule.covered {
        object["coverage"] = coverage(covered);
    }
    if let Some(mutated) = &rule.mutated {
        object["mutations"] = mutated.mutations.into();
        object["noticed"] = mutated.noticed().into();
        object["noticed_percent"] = mutated.percent().into();
        object["unnoticed"] = unnoticed(mutated);
    }
    object
}

fn case(case: &CaseResult) -> Value {
    let mut kinds: Vec<CaseKind> = case.kinds.clone();
    kinds.sort();
    kinds.dedup();
    json!({
        "case": case.name,
        "line": case.line,
        "passed": case.failed.is_none(),
        "failed": case.failed,
        "kinds": kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>(),
        "verdicts": case.verdicts,
        "standings": case.standings,
        "measure": case.measure,
        "because": case.because,
    })
}

fn coverage(covered: &Covered) -> Value {
    let untouched = covered.untouched.iter().map(|place| {
        json!({
            "line": place.line,
            "column": place.column,
            "text": place.text,
            "what": place.what,
        })
    });
    json!({
        "percent": covered.percent(),
        "points": covered.points,
        "touched": covered.touched(),
        "untouched": untouched.collect::<Vec<_>>(),
    })
}

fn unnoticed(mutated: &Mutated) -> Value {
    let nudges = mutated.unnoticed.iter().map(|nudge| {
        json!({
            "line": nudge.line,
            "column": nudge.column,
            "from": nudge.from,
            "to": nudge.to,
            "message": nudge.message(),
            "add": nudge.add,
        })
    });
    nudges.collect()
}
