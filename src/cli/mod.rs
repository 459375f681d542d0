//! The commands: one file each. Arguments become values here, values become screens.
//!
//! In: arguments, a home. Out: text for people or scripts, an exit code. Never: a judgement; what a command shows, a stage has decided.

mod adopt;
mod args;
mod asked;
mod check;
mod contact;
mod daemon;
mod demo;
mod explain;
mod go_live;
mod held;
mod init;
mod judge;
mod letters;
mod mail;
mod outbox;
mod output;
mod plugins;
mod preview;
mod rebuild;
mod route;
mod rules;
mod rules_check;
mod rules_editor;
mod rules_log;
mod run;
mod sent;
mod silence;
mod standing;
mod status;
mod storms;
mod trials;
mod view;

use std::io::{self, Write};

use clap::Parser as _;

pub use output::Exit;

use crate::monitor::{Place, Problem, Weight};
use crate::round::Setup;
use args::{Arguments, Command};
use output::Format;

/// Parts of the design that are still to come, and what to do without them.
const TO_COME: [(&str, &str); 4] = [
    ("backup", "copy var/firstbell.db while no round runs"),
    ("restore", "put a copy of var/firstbell.db back while no round runs"),
    (
        "purge",
        "nothing is older than the last school year without it: rounds purge by themselves",
    ),
    ("doctor", "run `firstbell check`"),
];

/// Everything a command works with.
pub(crate) struct Desk<'a> {
    arguments: &'a Arguments,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl Desk<'_> {
    fn format(&self) -> Format {
        self.arguments.format
    }

    /// Reads the home, or says everything that keeps it from being read.
    fn setup(&mut self) -> Result<Setup, Stop> {
        Ok(Setup::read(&self.arguments.home)?)
    }
}

/// Why a command could not go on.
pub(crate) enum Stop {
    /// The home, the store or the configuration cannot be used.
    Problems(Vec<Problem>),
    /// The screen or a file cannot be written.
    Screen(io::Error),
}

impl From<Vec<Problem>> for Stop {
    fn from(problems: Vec<Problem>) -> Stop {
        Stop::Problems(problems)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Stop {
        Stop::Problems(vec![problem])
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        Stop::Screen(error)
    }
}

/// Starts the log on the error stream: silent unless `RUST_LOG` asks for more; the daemon says what it does. Mail libraries stay quiet whatever it says: theirs would
/// log passwords and whole letters.
pub fn start_log() {
    use tracing_subscriber::EnvFilter;
    let is_daemon = std::env::args().any(|word| word == "daemon");
    let usual = if is_daemon {
        tracing::Level::INFO
    } else {
        tracing::Level::ERROR
    };
    let asked = EnvFilter::builder()
        .with_default_directive(usual.into())
        .from_env_lossy();
    let filter = ["lettre=off", "rustls=off"]
        .iter()
        .filter_map(|off| off.parse().ok())
        .fold(asked, EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .init();
}

/// Runs the program: arguments in, exit code out.
pub fn main() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            // Help and usage errors have nowhere else to go if this fails.
            let _ = error.print();
            return exit;
        }
    };
    // Neither stream is kept locked: a thread that logs while the command runs would wait for ever.
    let (mut out, mut err) = (io::BufWriter::new(io::stdout()), io::stderr());
    let ended = command(&mut Desk {
        arguments: &arguments,
        out: &mut out,
        err: &mut err,
    });
    let flushed = out.flush();
    match ended {
        Ok(exit) if flushed.is_ok() => exit,
        Ok(_) => Exit::Failed,
        // A reader that went away (`| head`) is no failure of ours.
        Err(Stop::Screen(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(stop) => {
            // If the error stream is gone too, the exit code still says it.
            let _ = say(&mut err, &stop);
            Exit::Failed
        }
    }
}

fn say(err: &mut dyn Write, stop: &Stop) -> io::Result<()> {
    match stop {
        Stop::Problems(problems) => output::problems(err, problems).map(|_| ()),
        Stop::Screen(error) => writeln!(err, "error: the output cannot be written: {error}"),
    }
}

fn command(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    let arguments = desk.arguments;
    let tests = matches!(
        &arguments.command,
        Command::Rules {
            command: args::RulesCommand::Test { .. }
        }
    );
    if arguments.format == Format::Junit && !tests {
        writeln!(desk.err, "error: `--format junit` is for `firstbell rules test` alone")?;
        return Ok(Exit::Usage);
    }
    match &arguments.command {
        Command::Demo { dir } => demo::demo(desk, dir.as_deref()),
        Command::Init { dir, from } => init::init(desk, dir, from),
        Command::Run { as_of, dry_run, wait } => run::run(desk, *as_of, *dry_run, *wait),
        Command::Daemon => daemon::daemon(desk),
        Command::GoLive { school, yes } => go_live::go_live(desk, school.as_deref(), *yes),
        Command::Adopt(arguments) => adopt::adopt(desk, arguments),
        Command::Check => check::check(desk),
        Command::Status => status::status(desk),
        Command::Standing(which) => standing::standing(desk, which),
        Command::Verdicts(which) => standing::verdicts(desk, which),
        Command::Preview { rule, from, to } => preview::preview(desk, rule.as_deref(), (*from, *to)),
        Command::Explain { student, rule, as_of } => explain::explain(desk, student, rule.as_deref(), *as_of),
        Command::Rules { command } => rules::rules(desk, command),
        Command::Plugins { command } => plugins::plugins(desk, command),
        Command::Route { command } => route::route(desk, command),
        Command::Held { command } => held::held(desk, command),
        Command::Outbox { command } => outbox::outbox(desk, command),
        Command::Rebuild { to, into } => rebuild::rebuild(desk, *to, into),
        Command::Letters { command } => letters::letters(desk, command),
        Command::Silence { command } => silence::silence(desk, command),
        Command::Contact {
            command: args::ContactCommand::Add(asked),
        } => contact::contact(desk, asked),
        Command::Sent { student } => sent::sent(desk, student),
        Command::Mail { command } => mail::mail(desk, command),
        Command::Other(words) => other(desk, &words.join(" ")),
    }
}

/// A word that is no command yet: a part still to come is named as such, a slip gets the nearest word.
fn other(desk: &mut Desk<'_>, words: &str) -> Result<Exit, Stop> {
    let asked = |name: &str| words == name || words.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '));
    if let Some((name, instead)) = TO_COME.iter().find(|(name, _)| asked(name)) {
        let message = format!("`firstbell {name}` is not part of this version");
        let problem = Problem::new("command-to-come", Weight::Stop, Place::default(), message, *instead);
        output::problems(desk.err, &[problem])?;
        return Ok(Exit::Failed);
    }
    let grouped = ["rules ", "plugins "]
        .into_iter()
        .find_map(|group| Some((group, words.strip_prefix(group)?)));
    let (group, word) = match grouped {
        Some((group, rest)) => (group, rest.split(' ').next().unwrap_or_default()),
        None => ("", words.split(' ').next().unwrap_or_default()),
    };
    let known = <Arguments as clap::CommandFactory>::command();
    let rooms = match group {
        "" => Some(&known),
        group => known.find_subcommand(group.trim_end()),
    };
    let names = rooms
        .into_iter()
        .flat_map(|room| room.get_subcommands())
        .map(|command| command.get_name().to_owned());
    let nearest = names.max_by(|a, b| strsim::jaro_winkler(a, word).total_cmp(&strsim::jaro_winkler(b, word)));
    let hint = nearest.filter(|near| strsim::jaro_winkler(near, word) > 0.8);
    let hint = hint
        .map(|near| format!("; did you mean `{group}{near}`?"))
        .unwrap_or_default();
    writeln!(
        desk.err,
        "error: `{group}{word}` is no command{hint} \u{2014} `firstbell {group}--help` lists them"
    )?;
    Ok(Exit::Usage)
}
