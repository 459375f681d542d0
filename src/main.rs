//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    firstbell::cli::start_log();
    firstbell::cli::main().into()
}
