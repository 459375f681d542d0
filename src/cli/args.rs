//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::output::Format;
use crate::outbox::Kind;
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
    /// Shows why a student is flagged or is not: the numbers, the days that made them, how far from each edge, what would change it.
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
    /// Files and storms that wait for a person: what was held, and why.
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
    /// What letters look like.
    Letters {
        /// What to do with them.
        #[command(subcommand)]
        command: LettersCommand,
    },
    /// What people asked not to be written about for a while.
    Silence {
        /// What to do with it.
        #[command(subcommand)]
        command: SilenceCommand,
    },
    /// The spreadsheet of contacts that staff keep.
    Contact {
        /// What to do with it.
        #[command(subcommand)]
        command: ContactCommand,
    },
    /// Lists who was written what about a student, when, and why that person.
    Sent {
        /// The student's id.
        #[arg(long, value_name = "ID")]
        student: String,
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
    /// Says that a file is right: the next round believes exactly these bytes. Of a storm: its flags are written as any other.
    Release(Decision),
    /// Says that a file is wrong: it is never read, and what was believed last stands. Of a storm: its flags count as told.
    Discard(Decision),
}

/// A decision about a held file or a storm.
#[derive(Debug, Args)]
pub(crate) struct Decision {
    /// The number in `held list`, or the file's name; of a storm its number with the `s`.
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
    /// Sends a letter that waits now, whatever its morning and the hour.
    Release {
        /// The letter's number.
        letter: i64,
    },
    /// Sets a letter that waits aside for good: what it tells counts as told and is written to nobody.
    Discard {
        /// The letter's number.
        letter: i64,
        /// Who decides, for the record; without it the account that you work under.
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
        /// Why, for the record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
}

/// Silences.
#[derive(Debug, Subcommand)]
pub(crate) enum SilenceCommand {
    /// Asks not to be written about a student, a rule, a school or an area until a day.
    Add(NewSilence),
    /// Lists silences in force, to come and over, and how much news each holds now.
    List,
    /// Ends a silence today: what it held and is still true is written with the next round.
    End {
        /// Its number in `silence list`.
        silence: i64,
        /// Who ends it, for the record; without it the account that you work under.
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
    },
}

/// A silence that is asked for. What it names must all fit.
#[derive(Debug, Args)]
pub(crate) struct NewSilence {
    /// Only this student.
    #[arg(long, value_name = "ID")]
    pub(crate) student: Option<String>,
    /// Only this rule.
    #[arg(long, value_name = "ID")]
    pub(crate) rule: Option<String>,
    /// Only this school.
    #[arg(long, value_name = "ID")]
    pub(crate) school: Option<String>,
    /// Only this area.
    #[arg(long, value_name = "AREA")]
    pub(crate) area: Option<String>,
    /// The first day; without it today.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Day>,
    /// The last day.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Day,
    /// Why, for those who read of it every week.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// Who asks: a staff id or an address gets it listed every week; without it the account that you work under.
    #[arg(long, value_name = "WHO")]
    pub(crate) by: Option<String>,
    /// Holds urgent news, too.
    #[arg(long)]
    pub(crate) urgent: bool,
}

/// Contacts.
#[derive(Debug, Subcommand)]
pub(crate) enum ContactCommand {
    /// Writes a row into the spreadsheet that staff keep; the next round reads it.
    Add(NewContact),
}

/// A contact that somebody made.
#[derive(Debug, Args)]
pub(crate) struct NewContact {
    /// The student's id.
    #[arg(long, value_name = "ID")]
    pub(crate) student: String,
    /// What it was: call, letter, home visit.
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: String,
    /// Who made it: a staff id or an address; without it the account that you work under, where that is a person's.
    #[arg(long, value_name = "STAFF")]
    pub(crate) by: Option<String>,
    /// The day of it; without it today.
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<Day>,
    /// What it was about; without it everything.
    #[arg(long, value_name = "AREA")]
    pub(crate) area: Option<String>,
}

/// What letters look like.
#[derive(Debug, Subcommand)]
pub(crate) enum LettersCommand {
    /// Shows a letter as a person would get it: the newest of its kind to them, or an example about made-up students.
    Preview {
        /// nightly, digest, starting-list, reminder, handover, school-letter, team-list, rule-edit or operator-report.
        kind: Kind,
        /// To whom: a staff id, an address, or `operator`.
        #[arg(long, value_name = "PERSON")]
        to: String,
        /// Writes the HTML part into this file.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
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
