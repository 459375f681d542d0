//! `adopt`: looks at one export, shows what it makes of it, asks what it cannot know, and writes the feed. The guess itself is made in
//! [`crate::adopt`]; here it meets the home, the screen and the person.

mod ask;
mod explain;
mod json;
mod plan;
mod sample;
mod screen;
mod writing;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::args::AdoptArguments;
use super::output::{Exit, Format};
use super::{Desk, Stop};
use crate::adopt::{Guess, Sample, Unfit, Wishes, look};
use crate::clock;
use crate::monitor::{Place, Problem, Weight};
use crate::records::{self, Context, Covers, DateFormat, Intake};
use crate::round::Setup;
use crate::school::{CodeMeaning, Day, Table};
use ask::Verdict;
use plan::Plan;

/// Threads to read the file with.
const THREADS: usize = 2;

/// What the operator has said so far, on the command line or when asked.
#[derive(Clone, Debug, Default)]
struct Adopt {
    table: Option<Table>,
    adapter: Option<String>,
    set: Vec<(String, String)>,
    dates: Option<DateFormat>,
    covers: Option<Covers>,
    files: Option<String>,
    codes: Vec<(String, String)>,
    replace: bool,
    beside: bool,
}

/// Everything about one file, ready to be shown.
struct Look<'a> {
    path: &'a Path,
    sample: &'a Sample,
    guess: &'a Guess,
    plan: Option<&'a Plan>,
    intake: Option<&'a Intake>,
    /// Attendance codes that have their meaning in the configuration already.
    known: &'a BTreeMap<String, CodeMeaning>,
    /// Codes to which somebody has just given a meaning.
    told: Vec<String>,
    /// What waits for a person, in words.
    open: Vec<String>,
    /// What is worth knowing about the reading, in words.
    note: Option<String>,
    /// What was written.
    wrote: Vec<String>,
}

impl<'a> Look<'a> {
    fn new(path: &'a Path, sample: &'a Sample, guess: &'a Guess, known: &'a BTreeMap<String, CodeMeaning>) -> Look<'a> {
        Look {
            path,
            sample,
            guess,
            plan: None,
            intake: None,
            known,
            told: Vec::new(),
            open: Vec::new(),
            note: None,
            wrote: Vec::new(),
        }
    }
}

/// Adopts a file.
pub(super) fn adopt(desk: &mut Desk<'_>, arguments: &AdoptArguments) -> Result<Exit, Stop> {
    match adopt_or_leave(desk, arguments) {
        // Ctrl-D at a question: nobody has said that anything may be written.
        Err(Stop::Screen(error)) if error.kind() == io::ErrorKind::UnexpectedEof => left(desk),
        other => other,
    }
}

/// A person wants it left as it is.
fn left(desk: &mut Desk<'_>) -> Result<Exit, Stop> {
    writeln!(desk.out, "Nothing was written.")?;
    Ok(Exit::Waits)
}

fn adopt_or_leave(desk: &mut Desk<'_>, arguments: &AdoptArguments) -> Result<Exit, Stop> {
    let mut said = said(arguments)?;
    let sample = sample::read(&arguments.file)?;
    let setup = match desk.setup() {
        Ok(setup) => Some(setup),
        // Without a home the file can be looked at all the same; nothing can be written.
        Err(Stop::Problems(problems)) if !arguments.yes && no_home(&problems) => None,
        Err(stop) => return Err(stop),
    };
    let year_start = setup.as_ref().and_then(|setup| {
        let today = clock::now(&setup.config.district.time_zone).today;
        Some(setup.config.district.school_year(today)?.start)
    });
    let asks =
        !arguments.yes && desk.format() == Format::Text && io::stdin().is_terminal() && io::stdout().is_terminal();
    let known = setup
        .as_ref()
        .map_or(BTreeMap::new(), |setup| setup.config.meaning.attendance.codes.clone());
    let again = |said: &Adopt| guess(&arguments.file, &sample, said, year_start);
    let mut guess = again(&said)?;
    let mut input = io::stdin().lock();
    if asks {
        guess = ask::Asking::new(&mut input, desk.out).all(&sample.name, guess, &mut said, &known, &again)?;
    }
    loop {
        let mut shown = Look::new(&arguments.file, &sample, &guess, &known);
        shown.told = said.codes.iter().map(|(code, _)| code.clone()).collect();
        let Some(setup) = whole(desk, setup.as_ref(), &shown)? else {
            return Ok(Exit::Waits);
        };
        let mut made = plan::plan(setup, &guess, &said, &sample.name);
        if let (true, Err(problems)) = (asks, &made)
            && problems.iter().all(|problem| problem.code == "adopt-feed-there")
        {
            if !ask::Asking::new(&mut input, desk.out).feed_there(problems, &mut said)? {
                return left(desk);
            }
            made = plan::plan(setup, &guess, &said, &sample.name);
        }
        let plan = match made {
            Ok(plan) => plan,
            Err(problems) => {
                show(desk, &shown)?;
                return Err(Stop::Problems(problems));
            }
        };
        let (intake, noted) = read(setup, &plan, &guess, &arguments.file, &sample.name)?;
        shown.plan = Some(&plan);
        shown.intake = Some(&intake);
        shown.open = open(&guess, &plan);
        shown.note = noted.map(|problem| format!("{}: {}", problem.message, problem.remedy));
        if intake.rows > 0 && !intake.usable {
            show(desk, &shown)?;
            return Err(Stop::Problems(vec![nothing_usable(&arguments.file)]));
        }
        if !asks {
            return unasked(desk, setup, &mut shown, arguments.yes);
        }
        show(desk, &shown)?;
        (guess, said) = loop {
            let mut asking = ask::Asking::new(&mut input, desk.out);
            let (column, from) = match asking.write_it()? {
                Verdict::Write => {
                    shown.wrote = write(setup, &plan, &guess)?;
                    screen::wrote(desk.out, &shown, setup)?;
                    return Ok(if shown.open.is_empty() { Exit::Done } else { Exit::Waits });
                }
                Verdict::Leave => return left(desk),
                Verdict::Mend(column, from) => (column, from),
            };
            let mut better = said.clone();
            better.set.retain(|(known, _)| *known != column);
            better.set.push((column, from));
            let refused = match again(&better) {
                Ok(made) => match lacking(&made, &arguments.file).into_iter().next() {
                    None => break (made, better),
                    Some(problem) => problem,
                },
                Err(problem) => problem,
            };
            asking.refused(&refused)?;
        };
        writeln!(desk.out)?;
    }
}

/// The home to write to, where there is one and the table has all that it needs; else the guess is shown, and what is lacking said.
fn whole<'s>(desk: &mut Desk<'_>, setup: Option<&'s Setup>, shown: &Look<'_>) -> Result<Option<&'s Setup>, Stop> {
    let lacking = lacking(shown.guess, shown.path);
    if setup.is_some() && lacking.is_empty() {
        return Ok(setup);
    }
    show(desk, shown)?;
    if !lacking.is_empty() {
        return Err(Stop::Problems(lacking));
    }
    if desk.format() == Format::Text {
        writeln!(
            desk.out,
            "\nThere is no home here to write to: make one with `firstbell init DIR`, then adopt with `--home DIR`."
        )?;
    }
    Ok(None)
}

/// Shows the guess, and writes it where `--yes` said so.
fn unasked(desk: &mut Desk<'_>, setup: &Setup, shown: &mut Look<'_>, yes: bool) -> Result<Exit, Stop> {
    if let (true, Some(plan)) = (yes, shown.plan) {
        shown.wrote = write(setup, plan, shown.guess)?;
    }
    show(desk, shown)?;
    let text = desk.format() == Format::Text;
    if !yes {
        if text {
            writeln!(desk.out, "\nNothing was written. Say it again with --yes.")?;
        }
        return Ok(Exit::Waits);
    }
    if text {
        screen::wrote(desk.out, shown, setup)?;
    }
    Ok(if shown.open.is_empty() { Exit::Done } else { Exit::Waits })
}

fn show(desk: &mut Desk<'_>, look: &Look<'_>) -> Result<(), Stop> {
    match desk.format() {
        Format::Json => json::write(desk.out, look)?,
        Format::Csv => screen::csv(desk.out, look)?,
        Format::Text | Format::Junit => screen::text(desk.out, look)?,
    }
    Ok(())
}

fn no_home(problems: &[Problem]) -> bool {
    problems
        .iter()
        .all(|problem| problem.code == "home-missing" || problem.code == "home-empty")
}

/// The arguments in their meaning.
fn said(arguments: &AdoptArguments) -> Result<Adopt, Problem> {
    let pairs = |list: &[String], what: &str| -> Result<Vec<(String, String)>, Problem> {
        let pair = |text: &String| {
            let (left, right) = text.split_once('=').ok_or_else(|| usage(what, text))?;
            Ok((left.trim().to_owned(), right.trim().to_owned()))
        };
        list.iter().map(pair).collect()
    };
    let mut codes = Vec::new();
    for (code, word) in pairs(&arguments.code, "--code U=excused")? {
        let meaning = ask::meaning(&word).ok_or_else(|| usage("--code U=excused", &word))?;
        codes.push((code, meaning.to_owned()));
    }
    let format = |word: &String| {
        let known = DateFormat::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(word));
        known
            .map(|(format, _)| *format)
            .ok_or_else(|| usage("--dates M/D/YYYY", word))
    };
    Ok(Adopt {
        table: arguments.table,
        adapter: arguments.adapter.clone(),
        set: pairs(&arguments.set, "--set student_id=\"Perm ID\"")?,
        dates: arguments.dates.as_ref().map(format).transpose()?,
        covers: arguments.covers.as_deref().map(covers).transpose()?,
        files: arguments.files.clone(),
        codes,
        replace: arguments.replace,
        beside: arguments.beside,
    })
}

fn covers(word: &str) -> Result<Covers, Problem> {
    let all = [Covers::Year, Covers::Term, Covers::Window, Covers::Rows, Covers::Now];
    let found = all.into_iter().find(|covers| screen::covers_word(*covers) == word);
    found.ok_or_else(|| usage("--covers year", word))
}

fn usage(example: &str, text: &str) -> Problem {
    let message = format!("`{text}` is not understood");
    Problem::new(
        "adopt-said",
        Weight::Stop,
        Place::default(),
        message,
        format!("write it as `{example}`"),
    )
}

fn guess(path: &Path, sample: &Sample, said: &Adopt, year_start: Option<Day>) -> Result<Guess, Problem> {
    let wishes = Wishes {
        table: said.table,
        set: said.set.clone(),
        dates: said.dates,
        year_start,
    };
    look(sample, &wishes).map_err(|unfit| unfit_problem(path, unfit))
}

fn unfit_problem(path: &Path, unfit: Unfit) -> Problem {
    let place = || Place::file(path.display().to_string());
    match unfit {
        Unfit::Empty => sample::empty(path),
        Unfit::NoTable { nearest, lacks } => {
            let lacks = match lacks.as_slice() {
                [] => "is too unlike it".to_owned(),
                lacks => format!("lacks {}", screen::listed(lacks)),
            };
            let message = format!("looks like none of our tables; the nearest is `{nearest}`, but the file {lacks}");
            let remedy = "if it is one of them, say so: `--table attendance`; `docs/adopt.md` lists what each needs";
            Problem::new("adopt-no-table", Weight::Stop, place(), message, remedy)
        }
        Unfit::NoColumn(column, table) => {
            let names: Vec<&str> = records::columns(table).iter().map(|column| column.name).collect();
            let message = format!("the table `{table}` has no column `{column}`");
            let remedy = format!("its columns are {}", names.join(", "));
            Problem::new("adopt-said", Weight::Stop, place(), message, remedy)
        }
        Unfit::NoHeader(header, headers) => {
            let message = format!("the file has no column `{header}`");
            let remedy = format!(
                "its columns are {}; write `=text` for what every row has",
                headers.join(", ")
            );
            Problem::new("adopt-said", Weight::Stop, place(), message, remedy)
        }
    }
}

/// A problem for each column that the table needs and the file does not have.
fn lacking(guess: &Guess, path: &Path) -> Vec<Problem> {
    let one = |column: &&'static str| {
        let message = format!("no column looks like `{column}`, which `{}` needs", guess.table);
        let remedy =
            format!("name it with `--set {column}=\"HEADER\"`, or give every row the same with `--set {column}==TEXT`");
        let place = Place::file(path.display().to_string()).column(*column);
        Problem::new("adopt-column-missing", Weight::Stop, place, message, remedy)
    };
    guess.missing.iter().map(one).collect()
}

fn nothing_usable(path: &Path) -> Problem {
    let message = "not one row could be read this way, so nothing was written";
    let remedy = "look at the columns above, and name the right ones with `--set`";
    Problem::new(
        "adopt-unreadable",
        Weight::Stop,
        Place::file(path.display().to_string()),
        message,
        remedy,
    )
}

/// Reads the whole file as tonight's round would.
fn read(setup: &Setup, plan: &Plan, guess: &Guess, path: &Path, name: &str) -> Result<(Intake, Option<Problem>), Stop> {
    let today = clock::now(&setup.config.district.time_zone).today;
    let (year, noted) = setup.school_year(guess.days.map_or(today, |(_, last)| last.min(today)))?;
    let mut file = File::open(path)?;
    let context = Context {
        year,
        meaning: &plan.meaning,
        threads: THREADS,
    };
    Ok((
        records::read(&mut file, name, &plan.feed, &plan.adapter, &context),
        noted,
    ))
}

/// Everything that waits for a person.
fn open(guess: &Guess, plan: &Plan) -> Vec<String> {
    let mut open = Vec::new();
    for (header, example) in &guess.foreign_dates {
        open.push(format!(
            "dates such as `{example}` in `{header}` cannot be read: let the SIS write them as 2026-11-20 or 11/20/2026"
        ));
    }
    open.extend(plan.open.iter().cloned());
    open
}

/// Writes the manifest, then the configuration that names it.
fn write(setup: &Setup, plan: &Plan, guess: &Guess) -> Result<Vec<String>, Stop> {
    let _lock = setup.home.lock()?;
    let mut wrote = Vec::new();
    if let Some((path, text)) = &plan.manifest {
        if plan.over {
            setup.home.replace_file(path, text)?;
        } else {
            setup.home.write_file(path, text)?;
        }
        wrote.push(format!("{path}: how `{}` is read from such files", guess.table));
    }
    if let Some(text) = &plan.config_text {
        setup.home.write_config(text)?;
        let feed = match &plan.replaces {
            Some(old) if *old != plan.feed.files.join("`, `") => {
                format!("the feed `{}`, in the place of `{old}`", plan.feed.files.join("`, `"))
            }
            _ => format!("the feed `{}`", plan.feed.files.join("`, `")),
        };
        wrote.push(format!("firstbell.toml: {feed}"));
        wrote.extend(plan.says.iter().map(|says| format!("firstbell.toml: {says}")));
    }
    Ok(wrote)
}
