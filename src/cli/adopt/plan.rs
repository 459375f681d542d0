//! From a guess to what is written: an adapter that is there or a new one, the feed, the meaning of codes and marks.

use wildmatch::WildMatch;

use super::Adopt;
use super::writing::Writing;
use crate::adopt::{Guess, glob, manifest, table_text};
use crate::config::{self, Config, Lines};
use crate::inbox;
use crate::monitor::{Place, Problem, Weight};
use crate::plugins;
use crate::records::{Adapter, DateFormat, Feed};
use crate::round::Setup;
use crate::school::{Meaning, Table};

/// What marks a manifest as one that `adopt` may write again.
const OURS: &str = "Written by `firstbell adopt`";

/// What would be written.
pub(super) struct Plan {
    /// What reads the file.
    pub(super) adapter: Adapter,
    /// The manifest's path and text, where there is something new in it.
    pub(super) manifest: Option<(String, String)>,
    /// Whether the manifest takes the place of one that is there.
    pub(super) over: bool,
    /// The feed.
    pub(super) feed: Feed,
    /// The new text of the configuration, where it changes.
    pub(super) config_text: Option<String>,
    /// What codes and marks mean with it.
    pub(super) meaning: Meaning,
    /// The files of the feed whose place this one takes.
    pub(super) replaces: Option<String>,
    /// What is written into the configuration, in words.
    pub(super) says: Vec<String>,
    /// What waits for a person, in words, each with its remedy.
    pub(super) open: Vec<String>,
}

/// Where the feed goes.
enum Spot {
    /// It is there already, as it should be.
    Stands,
    Instead(usize),
    Before(Option<usize>),
}

/// Makes the plan. Errors: what keeps the guess from being written.
pub(super) fn plan(setup: &Setup, guess: &Guess, ask: &Adopt, name: &str) -> Result<Plan, Vec<Problem>> {
    let (adapter, manifest, over) = adapter(setup, guess, ask, name)?;
    let feed = feed(setup, guess, ask, name, &adapter);
    let place = place(setup, &feed, ask, name).map_err(|problem| vec![problem])?;
    let text = setup.home.config_text().map_err(|problem| vec![problem])?;
    let mut lines = Lines::new(&text, "firstbell.toml");
    let mut writing = Writing {
        lines: &mut lines,
        says: Vec::new(),
        open: Vec::new(),
    };
    let mut replaces = None;
    let note = format!("# {OURS} from `{name}`.\n");
    let written = match place {
        Spot::Stands => Ok(()),
        Spot::Instead(number) => {
            replaces = Some(setup.config.feeds[number].files.join("`, `"));
            writing.lines.replace_feed(number, &feed, &note)
        }
        Spot::Before(number) => writing.lines.insert_feed(number, &feed, &note),
    };
    written
        .and_then(|()| writing.codes(guess, ask, &setup.config.meaning))
        .and_then(|()| writing.forms(guess, &setup.config.meaning))
        .and_then(|()| writing.scale(guess, &setup.config.meaning))
        .and_then(|()| writing.behavior(guess, &setup.config.meaning))
        .map_err(|problem| vec![problem])?;
    let (says, open) = (writing.says, writing.open);
    let changed = lines.text() != text;
    let config = config::load(lines.text(), "firstbell.toml")?;
    let known: Vec<&str> = setup
        .adapters
        .iter()
        .map(|known| known.id.as_str())
        .chain([adapter.id.as_str()])
        .collect();
    let unknown = config.unknown_adapters(&known);
    if !unknown.is_empty() {
        return Err(unknown);
    }
    check_feed(&config, &feed)?;
    let mut meaning = config.meaning;
    if adapter.blank_code_is_present {
        meaning.attendance.codes.entry(String::new()).or_default();
    }
    Ok(Plan {
        adapter,
        manifest,
        over,
        feed,
        config_text: changed.then(|| lines.text().to_owned()),
        meaning,
        replaces,
        says,
        open,
    })
}

/// What was written is read back as it was meant.
fn check_feed(config: &Config, feed: &Feed) -> Result<(), Vec<Problem>> {
    if config.feeds.contains(feed) {
        return Ok(());
    }
    let message = "the feed would not be read back as it was written";
    let remedy = "write it by hand: `docs/operator.md` shows how";
    let place = Place::file("firstbell.toml");
    Err(vec![Problem::new(
        "config-by-hand",
        Weight::Stop,
        place,
        message,
        remedy,
    )])
}

type Chosen = (Adapter, Option<(String, String)>, bool);

/// An adapter that reads the file as the guess has it, or a new one.
fn adapter(setup: &Setup, guess: &Guess, ask: &Adopt, name: &str) -> Result<Chosen, Vec<Problem>> {
    let asked = |adapter: &&Adapter| ask.adapter.as_ref().is_none_or(|id| *id == adapter.id);
    let fits = setup
        .adapters
        .iter()
        .filter(asked)
        .find(|adapter| suits(adapter, guess));
    if let Some(adapter) = fits {
        return Ok((adapter.clone(), None, false));
    }
    let id = ask
        .adapter
        .clone()
        .unwrap_or_else(|| format!("district-{}", guess.table));
    check_id(&id).map_err(|problem| vec![problem])?;
    let path = format!("plugins/{id}/plugin.toml");
    let (files, _) = setup.home.plugin_files();
    let there = files
        .into_iter()
        .find(|(known, _)| *known == path)
        .map(|(_, text)| text);
    let (text, over) = match there {
        None if crate::embedded::below("plugins/").any(|(shipped, _)| shipped == path) => {
            let message = format!("the adapter `{id}` that ships does not read this file as it was guessed");
            let remedy = "leave `--as` out, or give a name of your own after it";
            return Err(vec![Problem::new(
                "adopt-name-taken",
                Weight::Stop,
                Place::default(),
                message,
                remedy,
            )]);
        }
        None => (manifest(guess, &id, name), false),
        Some(old) => (
            again(&old, guess, ask, &id, name).map_err(|problem| vec![problem])?,
            true,
        ),
    };
    let (adapters, problems) = plugins::load([(path.clone(), text.clone())]);
    let made = adapters.into_iter().find(|adapter| adapter.id == id);
    let wrong: Vec<Problem> = problems
        .into_iter()
        .filter(|problem| problem.place.file.as_ref() == Some(&path))
        .collect();
    match made {
        Some(adapter) if wrong.is_empty() => Ok((adapter, Some((path, text)), over)),
        _ => Err(wrong),
    }
}

/// The manifest of a plugin that is there, with the table added or, where that is allowed, written anew.
fn again(old: &str, guess: &Guess, ask: &Adopt, id: &str, name: &str) -> Result<String, Problem> {
    let place = || Place::file(format!("plugins/{id}/plugin.toml"));
    let parsed: toml::Table = old.parse().unwrap_or_default();
    let tables = parsed.get("tables").and_then(toml::Value::as_table);
    let has = |table: Table| tables.is_some_and(|tables| tables.contains_key(table.word()));
    let alone = tables.is_none_or(|tables| tables.len() <= 1);
    if (has(guess.table) || tables.is_none()) && alone && old.contains(OURS) && ask.replace {
        return Ok(manifest(guess, id, name));
    }
    if has(guess.table) {
        let message = format!("the plugin `{id}` reads `{}` in another way already", guess.table);
        let remedy = "give `--replace` to write it anew, or another name with `--as`";
        return Err(Problem::new("adopt-name-taken", Weight::Stop, place(), message, remedy));
    }
    let fresh: toml::Table = manifest(guess, id, name).parse().unwrap_or_default();
    if fresh.get("source").is_some() && fresh.get("source") != parsed.get("source") {
        let message = format!("the plugin `{id}` reads cells that are written in another way");
        let remedy = "give another name with `--as`: a plugin of its own for this file";
        return Err(Problem::new("adopt-name-taken", Weight::Stop, place(), message, remedy));
    }
    Ok(format!("{}\n\n{}", old.trim_end(), table_text(guess)))
}

fn check_id(id: &str) -> Result<(), Problem> {
    let plain = !id.is_empty()
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    if plain {
        return Ok(());
    }
    let message = format!("`{id}` cannot be the name of a plugin");
    let remedy = "write small letters, digits and hyphens, such as `our-sis`";
    Err(Problem::new(
        "adopt-name-taken",
        Weight::Stop,
        Place::default(),
        message,
        remedy,
    ))
}

/// Whether an adapter reads every guessed column from where the guess has it, and needs nothing else.
fn suits(adapter: &Adapter, guess: &Guess) -> bool {
    let Some(map) = adapter.tables.get(&guess.table) else {
        return false;
    };
    let same_writing = adapter.escape == guess.shape.escape
        && adapter.quote == guess.shape.quote
        && map.skip_lines == guess.shape.skip_lines
        && (map.header.is_empty() == guess.shape.headed)
        && guess
            .null_words
            .iter()
            .all(|word| adapter.null_words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        && (!guess.blank_is_present || adapter.blank_code_is_present);
    let there = |header: &String| guess.headers.iter().any(|have| have.eq_ignore_ascii_case(header));
    let pairs = || crate::records::columns(guess.table).iter().zip(&map.columns);
    let found = pairs().all(|(_, column)| {
        let given = column.constant.is_some() || column.default.is_some() || !column.required;
        given || column.from.iter().chain(&column.join).any(there)
    });
    let agrees = guess.columns.iter().all(|guessed| {
        let theirs = pairs()
            .find(|(column, _)| column.name == guessed.column)
            .map(|(_, map)| map);
        theirs.is_some_and(|theirs| {
            let mine = guessed.map.from.iter().chain(&guessed.map.join);
            let first = theirs.from.iter().chain(&theirs.join).find(|header| there(header));
            let headers = mine.clone().next().is_none()
                || first.is_some_and(|first| mine.clone().any(|header| header.eq_ignore_ascii_case(first)));
            let reads = |format: &DateFormat| {
                theirs.dates.contains(format) || *format == DateFormat::Iso && !theirs.dates.is_empty()
            };
            let values = guessed.map.values.iter().all(|(cell, word)| {
                theirs
                    .values
                    .iter()
                    .any(|(known, means)| known.eq_ignore_ascii_case(cell) && means == word)
            });
            headers
                && values
                && guessed.map.constant == theirs.constant
                && guessed.map.dates.iter().all(reads)
                && (guessed.map.after.is_none() || guessed.map.after == theirs.after)
                && (guessed.map.piece.is_none() || guessed.map.piece == theirs.piece)
        })
    });
    same_writing && found && agrees && (guess.only.is_empty() || !map.only.is_empty())
}

/// The feed for the file.
fn feed(setup: &Setup, guess: &Guess, ask: &Adopt, name: &str, adapter: &Adapter) -> Feed {
    let own = ask.files.clone();
    // A feed whose name fits already keeps its glob.
    let fitting = setup
        .config
        .feeds
        .iter()
        .find(|feed| feed.tables == [guess.table] && takes(feed, name));
    let kept = fitting.and_then(|feed| feed.files.iter().find(|glob| matches(glob, name)).cloned());
    // The reader tries all delimiters under a header; without one it needs to be told.
    let told = !guess.shape.headed || guess.shape.skip_lines > 0;
    Feed {
        tables: vec![guess.table],
        files: vec![own.or(kept).unwrap_or_else(|| glob(name))],
        adapter: adapter.id.clone(),
        covers: ask.covers.unwrap_or(guess.covers),
        delimiter: told
            .then_some(guess.shape.delimiter)
            .filter(|delimiter| *delimiter != b','),
        encoding: guess.shape.label.clone(),
        set: None,
    }
}

fn matches(glob: &str, name: &str) -> bool {
    WildMatch::new_case_insensitive(glob).matches(name)
}

fn takes(feed: &Feed, name: &str) -> bool {
    feed.files.iter().any(|glob| matches(glob, name))
}

/// Where the feed goes. Errors: a feed of the same table that is in use.
fn place(setup: &Setup, feed: &Feed, ask: &Adopt, name: &str) -> Result<Spot, Problem> {
    let feeds = &setup.config.feeds;
    let first_taker = feeds.iter().position(|other| takes(other, name));
    let stands = feeds.iter().position(|other| other == feed);
    if stands.is_some_and(|number| first_taker.is_none_or(|first| first >= number)) {
        return Ok(Spot::Stands);
    }
    let same: Vec<usize> = (0..feeds.len())
        .filter(|number| feeds[*number].tables.contains(&feed.tables[0]))
        .collect();
    let in_use = same.iter().find(|number| !untouched(setup, &feeds[**number], name));
    match (in_use, ask.replace, ask.beside) {
        (None, ..) => {}
        (Some(number), true, _) if feeds[*number].tables.len() == 1 => return Ok(Spot::Instead(*number)),
        (Some(_), _, true) => return Ok(Spot::Before(first_taker)),
        (Some(number), ..) => return Err(in_use_already(setup, *number)),
    }
    Ok(match same.iter().find(|number| feeds[**number].tables.len() == 1) {
        Some(number) if first_taker.is_none_or(|first| first >= *number) => Spot::Instead(*number),
        _ => Spot::Before(first_taker),
    })
}

/// Whether a feed stands as `init` wrote it and no export has come through it: its place may be taken without asking.
fn untouched(setup: &Setup, feed: &Feed, name: &str) -> bool {
    let shipped = plugins::load(std::iter::empty()).0;
    let as_init = shipped.iter().any(|adapter| adapter.feeds.contains(feed));
    let own_name = |export: &inbox::Export| export.name == name;
    let folder = setup.home.inbox(&setup.config.inbox.path);
    let waiting = inbox::find(&folder, std::slice::from_ref(feed))
        .is_ok_and(|(exports, _)| exports.iter().any(|export| !own_name(export)));
    let read = setup
        .store_to_read()
        .and_then(|store| store.exports())
        .is_ok_and(|exports| exports.iter().any(|export| takes(feed, &export.name)));
    as_init && !waiting && !read && !adopted(setup, feed)
}

/// Whether the line above a feed says that an export was adopted for it.
fn adopted(setup: &Setup, feed: &Feed) -> bool {
    let number = setup.config.feeds.iter().position(|other| other == feed);
    let line = number.and_then(|number| setup.config.feed_places[number].line);
    let text = setup.home.config_text().unwrap_or_default();
    let above = line.and_then(|line| text.lines().nth((line as usize).checked_sub(2)?));
    above.is_some_and(|above| above.contains(OURS))
}

fn in_use_already(setup: &Setup, number: usize) -> Problem {
    let feed = &setup.config.feeds[number];
    let message = format!(
        "a feed for `{}` is there already: it takes `{}` through `{}`",
        feed.tables[0],
        feed.files.join("`, `"),
        feed.adapter
    );
    let remedy = "give `--replace` to put this one in its place, or `--beside` to read both";
    let place = setup.config.feed_places[number].clone();
    Problem::new("adopt-feed-there", Weight::Stop, place, message, remedy)
}
