//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::output::Format;
use crate::school::{Day, Table};

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
        /// Waits until no file in the inbox may still grow, as the daemon does.
        #[arg(long, conflicts_with_all = ["as_of", "dry_run"])]
        wait: bool,
    },
    /// Watches the inbox, keeps the hour of each school day, sends what is due; until it is asked to end.
    Daemon,
    /// Goes from rehearsal to owners.
    GoLive {
        /// Only this school.
        #[arg(long, value_name = "ID")]
        school: Option<String>,
        /// Says yes without being asked.
        #[arg(long)]
        yes: bool,
    },
    /// Looks at one export, guesses what it is, and writes the feed for it.
    Adopt(AdoptArguments),
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
    /// Replays past nights with today's facts: who would have been flagged, letters per person. Nothing is kept or sent.
    Preview {
        /// Only this rule, as its file stands: a file, or the id of a rule of the home. Without it all rules as they stand.
        #[arg(long, value_name = "FILE")]
        rule: Option<String>,
        /// The first night; without it the twentieth before the last.
        #[arg(long, value_name = "DATE")]
        from: Option<Day>,
        /// The last night; without it that of the last round.
        #[arg(long, value_name = "DATE")]
        to: Option<Day>,
    },
    /// The rule workshop.
    Rules {
        /// What to do there.
        #[command(subcommand)]
        command: RulesCommand,
    },
    /// The district's plugins: sources, indicators, channels.
    Plugins {
        /// What to do with them.
        #[command(subcommand)]
        command: PluginsCommand,
    },
    /// Who would hear, and why.
    Route {
        /// What to ask.
        #[command(subcommand)]
        command: RouteCommand,
    },
    /// Files that wait for a person: what a gate held, and why.
    Held {
        /// What to do with them.
        #[command(subcommand)]
        command: HeldCommand,
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
    /// Makes a new home as it stood after a past night, from the archive; it writes to nobody.
    Rebuild {
        /// The last night.
        #[arg(long, value_name = "DATE")]
        to: Day,
        /// Where to: a folder that is not there yet.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
    /// Anything else: said in plain words where it is a part that is still to come.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// What is said about an export beforehand.
#[derive(Debug, Args)]
pub(crate) struct AdoptArguments {
    /// The export.
    pub(crate) file: PathBuf,
    /// Takes the guess and writes it without being asked.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Which table it is.
    #[arg(long, value_name = "TABLE")]
    pub(crate) table: Option<Table>,
    /// The adapter to read it with, or the name of the new one.
    #[arg(long = "as", value_name = "ADAPTER")]
    pub(crate) adapter: Option<String>,
    /// Where a column comes from: `grade="Grade Level"`; `school_id==1044` where every row has the same; `period=` for none.
    #[arg(long, value_name = "COLUMN=HEADER")]
    pub(crate) set: Vec<String>,
    /// What an attendance code means: `X=excused` (present, absent, excused, tardy, suspended, unverified).
    #[arg(long, value_name = "CODE=MEANING")]
    pub(crate) code: Vec<String>,
    /// How dates are written, where the file leaves it open: M/D/YYYY or D/M/YYYY.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) dates: Option<String>,
    /// What a file is the whole truth of: year, term, window, rows, now.
    #[arg(long, value_name = "WORD")]
    pub(crate) covers: Option<String>,
    /// The names of such files in the inbox: `att_*.csv`.
    #[arg(long, value_name = "GLOB")]
    pub(crate) files: Option<String>,
    /// Puts the feed in the place of the one that the table has.
    #[arg(long, conflicts_with = "beside")]
    pub(crate) replace: bool,
    /// Puts the feed beside the one that the table has.
    #[arg(long)]
    pub(crate) beside: bool,
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
    /// Says what is wrong with rules and what can hardly be meant; runs no trial.
    Check {
        /// Only these: a rule's id, or a file, which need not lie in the home yet.
        #[arg(value_name = "ID|FILE")]
        which: Vec<String>,
    },
    /// Runs the trials beside the rules.
    Test {
        /// Only these rules: ids, or files, which need not lie in the home.
        #[arg(value_name = "ID|FILE")]
        rules: Vec<String>,
        /// Shows the lines and branches that no case touches.
        #[arg(long)]
        coverage: bool,
        /// Nudges every number and comparison and shows those that no case notices.
        #[arg(long)]
        mutate: bool,
    },
    /// Writes a new rule and its trial to start from.
    New {
        /// The rule's id, with its folder: `attendance/mondays`.
        rule: String,
    },
    /// Says what a change of a rule changes: in words, then as people and letters of the last twenty nights.
    Diff {
        /// The rule before: a file, an id for the version at work, or `ID@DATE` for the one of a day.
        old: String,
        /// The rule after, in the same way.
        new: String,
    },
    /// Says yes to a changed rule that waits because it would flag many students of a school at once.
    Accept {
        /// The rule's id.
        rule: String,
        /// Who says yes, for the record; without it the account that you work under.
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
    },
    /// Shows a rule as it is at work, or as it was.
    Show {
        /// The rule's id.
        rule: String,
        /// As it was at work on this day.
        #[arg(long, value_name = "DATE")]
        at: Option<Day>,
    },
    /// Lists every version of the rules that was at work: when, who put it there, what changed.
    Log {
        /// Only this rule.
        rule: Option<String>,
    },
    /// Puts a rule back as it was: its file, its trial, its part of rules/district.toml.
    Restore {
        /// The rule's id.
        rule: String,
        /// As it was at work on this day; without it as it is at work where its files say otherwise, else as it was before.
        #[arg(long, value_name = "DATE")]
        at: Option<Day>,
        /// Who restores it, for the record; without it the account that you work under.
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
    },
    /// Shows every word that a rule may write: type, unit, window, what makes it missing, an example.
    Reference,
    /// Writes into the home what editors complete and check rules by: definitions and schemas.
    Editor,
    /// Compares what the rules said on past days with outcomes.csv: how often they were right.
    Judge {
        /// Only this rule.
        rule: Option<String>,
        /// Only this outcome, as outcomes.csv names it.
        #[arg(long, value_name = "NAME")]
        outcome: Option<String>,
        /// The first day looked at; without it the school year's first.
        #[arg(long, value_name = "DATE")]
        from: Option<Day>,
        /// The last day looked at; without it the last round's.
        #[arg(long, value_name = "DATE")]
        to: Option<Day>,
    },
    /// Anything else: said in plain words where it is a part that is still to come.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

/// The district's plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginsCommand {
    /// Lists the plugins: at work, off, or set aside with why.
    List,
    /// Writes a new plugin that works, with a case, to start from.
    New {
        /// source, indicator or channel.
        kind: String,
        /// Its name: small letters, digits and hyphens.
        id: String,
        /// declarative, rhai or exec; without it the simplest that the kind has.
        #[arg(long, value_name = "RUNTIME")]
        runtime: Option<String>,
    },
    /// Runs the cases in a plugin's folder tests/.
    Test {
        /// Only this plugin; a program is run as it lies there.
        id: Option<String>,
    },
    /// Lets a plugin work; a program only as it lies there now.
    Enable {
        /// The plugin.
        id: String,
    },
    /// Takes a plugin out of work.
    Disable {
        /// The plugin.
        id: String,
    },
    /// Says what is missing, odd or slow.
    Doctor {
        /// Only this plugin.
        id: Option<String>,
    },
    /// Anything else: said in plain words.
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

/// Held files.
#[derive(Debug, Subcommand)]
pub(crate) enum HeldCommand {
    /// Lists what waits, since when and why.
    List,
    /// Says that a file is right: the next round believes exactly these bytes.
    Release(Decision),
    /// Says that a file is wrong: it is never read, and what was believed last stands.
    Discard(Decision),
}

/// A decision about a held file.
#[derive(Debug, Args)]
pub(crate) struct Decision {
    /// The number in `held list`, or the file's name.
    pub(crate) which: String,
    /// Only this school's part.
    #[arg(long, value_name = "ID")]
    pub(crate) school: Option<String>,
    /// Who decides, for the record.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: Option<String>,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    pub(crate) why: Option<String>,
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
