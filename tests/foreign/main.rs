//! Tests that need more than a Rust toolchain: other people's servers, a browser, DuckDB, public sample exports.
//!
//! What a machine does not have, its tests are named and left to `.ci/run`, which installs it and sets `FIRSTBELL_FOREIGN=1`: with that set,
//! each of them runs, and fails where it cannot. The samples are not ours to commit; they lie in `$FIRSTBELL_SAMPLES`, by default
//! `../shared/data`.

#![allow(
    clippy::duplicate_mod,
    reason = "homes and districts each hear the program's log through the one ear"
)]

#[path = "../support/homes.rs"]
mod homes;
#[path = "../support/guesses.rs"]
mod known;
#[path = "../support/mod.rs"]
mod support;

mod adopt;
mod aspen;
mod duckdb;
mod edfi;
mod grand_bend;
mod grand_bend_files;
mod guesses;
mod letters;
#[cfg(unix)] // where programs run under limits
mod programs;
mod samples;
mod sds;
mod smtp;
mod uci;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Trial};

/// A test, and what it needs.
pub(crate) struct Foreign {
    pub(crate) name: &'static str,
    pub(crate) needs: &'static [Need],
    pub(crate) run: fn(),
}

/// Something that a bare Rust toolchain does not bring.
pub(crate) enum Need {
    /// The public sample exports.
    Samples,
    /// What to call it, the program, and arguments with which it ends well where all of it is there.
    Program(&'static str, &'static str, &'static [&'static str]),
}

/// The sample exports alone.
pub(crate) const SAMPLES: &[Need] = &[Need::Samples];

impl Need {
    fn name(&self) -> String {
        match self {
            Need::Samples => format!("the sample exports in {}", samples().display()),
            Need::Program(name, ..) => (*name).to_owned(),
        }
    }

    fn is_here(&self) -> bool {
        match self {
            Need::Samples => samples().is_dir(),
            Need::Program(_, program, arguments) => {
                let mut command = Command::new(program);
                command.args(*arguments).stdout(Stdio::null()).stderr(Stdio::null());
                command.status().is_ok_and(|status| status.success())
            }
        }
    }
}

fn samples() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    std::env::var_os("FIRSTBELL_SAMPLES").map_or_else(default, PathBuf::from)
}

/// The folder of one sample.
pub(crate) fn sample(name: &str) -> PathBuf {
    let folder = samples().join(name);
    assert!(
        folder.is_dir(),
        "{} is not there; set FIRSTBELL_SAMPLES",
        folder.display()
    );
    folder
}

fn main() -> ExitCode {
    let all = [
        adopt::TESTS,
        aspen::TESTS,
        duckdb::TESTS,
        edfi::TESTS,
        grand_bend::TESTS,
        grand_bend_files::TESTS,
        guesses::TESTS,
        letters::TESTS,
        #[cfg(unix)]
        programs::TESTS,
        sds::TESTS,
        smtp::TESTS,
        uci::TESTS,
    ];
    let must = std::env::var_os("FIRSTBELL_FOREIGN").is_some();
    let trial = |test: &'static Foreign| {
        let missing: Vec<String> = test
            .needs
            .iter()
            .filter(|need| !need.is_here())
            .map(Need::name)
            .collect();
        let trial = Trial::test(test.name, move || {
            (test.run)();
            Ok(())
        });
        if missing.is_empty() || must {
            return trial;
        }
        trial
            .with_kind(format!("left to .ci/run, needs {}", missing.join(" and ")))
            .with_ignored_flag(true)
    };
    let trials = all.into_iter().flatten().map(trial).collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
