//! How long checking a hundred rules takes: `cargo bench --bench rules_check`. The aim is 100 ms.
//!
//! Not a test: figures are for comparing two versions on one machine, one after the other. An unoptimised build of the
//! whole program took 0.11 s on two busy cores, starting up included.

use std::time::Instant;

use firstbell::rules::review::review;
use firstbell::rules::{SourceFile, Sources};

/// The library six times over and four rules more, each under a name of its own.
fn hundred() -> Sources {
    let built_in = Sources::built_in();
    let rules = built_in.rules();
    let mut sources = Sources {
        files: built_in.libraries().into_iter().cloned().collect(),
        ..Sources::default()
    };
    for number in 0..100 {
        let rule = rules[number % rules.len()];
        let stem = rule.path.trim_end_matches(".rhai");
        let mut copy = rule.clone();
        copy.path = format!("{stem}_{number}.rhai");
        let trial = built_in.trial_of(&rule.path).expect("what ships has a trial");
        let beside = String::from_utf8_lossy(&trial.bytes).into_owned();
        sources
            .files
            .push(SourceFile::new(format!("{stem}_{number}.test.toml"), beside));
        sources.files.push(copy);
    }
    sources
}

#[allow(clippy::disallowed_methods, clippy::print_stdout)] // a stopwatch is all this is
fn main() {
    let sources = hundred();
    assert_eq!(sources.rules().len(), 100);
    let mut times: Vec<f64> = Vec::new();
    for _ in 0..15 {
        let began = Instant::now();
        let (findings, _) = review(&sources).finish();
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        // Copies say the same as what they were copied of; nothing else is found.
        assert!(
            findings
                .iter()
                .all(|finding| finding.problem.code == "rule-says-the-same")
        );
    }
    times.sort_by(f64::total_cmp);
    println!(
        "100 rules checked in {:.1} ms (median of {}, least {:.1})",
        times[7],
        times.len(),
        times[0]
    );
}
