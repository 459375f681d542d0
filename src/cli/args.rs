//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::output::Format;
use crate::school::Day;

/// An early-warning system that a school district runs on its own server.
#[derive(Debug, Parser)]
#[command(name = "firstbell", version, max_term_width = 100)]
pub(crate) struct Arguments {
    /// The district's home: the folder that `init` made.
    #[arg(long, value_name = "DIR", default_value = ".", global = true)]
    pub(crate) home: PathBuf,
    /// How listings are written.
    #[arg(long, value_enum, default_value = "text", global = true)]
    pub(crate) format: Format,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes the demo district, rings several nights over it and shows what was written to whom.
    Demo {
        /// Where to; without it a new folder `firstbell-demo` here.
        dir: Option<PathBuf>,
    },
    /// Makes a new home with a commented configuration that works as it stands.
    Init {
        /// Where to.
        dir: PathBuf,
        /// The adapter whose exports it will read.
        #[arg(long, value_name = "ADAPTER", default_value = "canonical")]
        from: String,
    },
    /// Does one round now, then sends what is due.
    Run {
        /// The last day to look at; a day before the last round is a look back that changes nothing.
        #[arg(long, value_name = "DATE")]
        as_of: Option<Day>,
        /// Reads in place, keeps nothing, prints the letters.
        #[arg(long)]
        dry_run: bool,
    },
    /// Goes from rehearsal to owners.
    GoLive {
        /// Only this school.
        #[arg(long, value_name = "ID")]
        school: Option<String>,
        /// Says yes without being asked.
        #[arg(long)]
        yes: bool,
    },
    /// Looks at configuration, adapters, rules, trials, routes and mail settings; says what to mend.
    Check,
    /// Shows the last round, feeds, rules at work, outbox.
    Status,
    /// Lists the open flags of live rules.
    Standing(Which),
    /// Lists what every rule says tonight, silence included.
    Verdicts(Which),
    /// Shows the numbers, the days that made them, and how far they are from each edge.
    Explain {
        /// The student's id.
        student: String,
        /// Only this rule.
        #[arg(long, value_name = "ID")]
        rule: Option<String>,
        /// Another night, with today's facts.
        #[arg(long, value_name = "DATE")]
        as_of: Option<Day>,
    },
    /// The rule workshop.
    Rules {
        /// What to do there.
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// Who would hear, and why.
    Route {
        /// What to ask.
        #[command(subcommand)]
        command: RouteCommand,
    },
    /// Letters waiting, sent, refused.
    Outbox {
        /// What to do there.
        #[command(subcommand)]
        command: OutboxCommand,
    },
    /// The mail settings.
    Mail {
        /// What to do with them.
        #[command(subcommand)]
        command: MailCommand,
    },
    /// Anything else: said in plain words where it is a part that is still to come.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// Which rows of a listing.
#[derive(Debug, Default, Args)]
pub(crate) struct Which {
    /// Only this student.
    #[arg(long, value_name = "ID")]
    pub(crate) student: Option<String>,
    /// Only this rule.
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Option<String>,
    /// Only this school.
    #[arg(long, value_name = "ID")]
    pub(crate) school: Option<String>,
}

/// The rule workshop.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// Lists the rules, at work or set aside.
    List,
    /// Runs the trials beside the rules.
    Test {
        /// Only this rule.
        rule: Option<String>,
    },
    /// Writes a new rule and its trial to start from.
    New {
        /// The rule's id, with its folder: `attendance/mondays`.
        rule: String,
    },
    /// Shows a rule as it is at work.
    Show {
        /// The rule's id.
        rule: String,
    },
    /// Anything else: said in plain words where it is a part that is still to come.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// Questions about routes.
#[derive(Debug, Subcommand)]
pub(crate) enum RouteCommand {
    /// Shows who would hear of a student under a rule, step by step.
    Explain {
        /// The student's id.
        student: String,
        /// The rule's id.
        #[arg(long, value_name = "ID")]
        rule: String,
    },
    /// Shows whom nobody owns.
    Check,
}

/// The outbox.
#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// Lists letters and where their delivery stands.
    List,
    /// Shows one letter as its reader sees it.
    Show {
        /// The letter's number.
        letter: i64,
    },
    /// Tries refused, delayed or unsure letters again now.
    Retry {
        /// Only this letter.
        letter: Option<i64>,
    },
}

/// The mail settings.
#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Sends a test letter that says nothing of anybody.
    Test {
        /// Where to; inside the allowed domains.
        address: String,
    },
}
