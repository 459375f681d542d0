//! Exports of several files that belong together: each is read, corrected by what changed, and their rows are joined into tables.
//!
//! In: the files, opened one after the other, what is kept of earlier exports, the adapter's recipe. Out: one [`Intake`] per table, and
//! what to keep.
//! Never: one half of a bundle; a file opened; code for one named system.

mod file;
mod flow;
mod keep;
mod listing;
mod parts;
mod recipe;
mod scores;
mod sheet;
mod tables;

use std::collections::BTreeMap;
use std::io::Read as _;

pub use keep::keep_part;
pub use parts::{Outline, Part, Parts, outline};
pub use recipe::{Bundle, Join, Listing, Member, Scores, Step, View};

use self::file::Opened;
use self::listing::{Listed, Mode};
use self::sheet::Sheet;
use super::adapter::Adapter;
use super::explain;
use super::feed::{Covers, Feed};
use super::intake::Intake;
use super::notes::{Lines, Notes};
use super::read::Context;
use crate::monitor::{Place, Problem, Weight};

/// A bundle, read.
pub struct BundleIntake {
    /// Whether it may be applied; if not, none of it may.
    pub usable: bool,
    /// Its tables, each with what its rows are the whole truth of.
    pub tables: Vec<(Covers, Intake)>,
    /// What to keep of it, so that later changes can be laid over it: the columns that are read and nothing else.
    pub kept: Vec<Part>,
    /// What concerns the bundle, not one of its tables.
    pub problems: Vec<Problem>,
}

/// Reads a bundle. `prefix` stands before its files' names wherever people see them, `kept` is what was kept of the one before.
/// Nothing in it can fail the round: where something is wrong with it, it is not usable and its problems say why.
pub fn read_bundle(
    prefix: &str,
    parts: &mut dyn Parts,
    kept: &mut dyn Parts,
    feed: &Feed,
    adapter: &Adapter,
    context: &Context<'_>,
) -> BundleIntake {
    let no_bundle = Bundle::default();
    let bundle = adapter.bundle.as_ref().unwrap_or(&no_bundle);
    let mut listed = listed(prefix, parts, bundle, adapter);
    let mut reading = Reading {
        prefix,
        bundle,
        feed,
        adapter,
        usable: listed.problems.iter().all(|problem| problem.weight < Weight::Waits),
        problems: std::mem::take(&mut listed.problems),
        sheets: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    let present = reading.present(parts.names());
    reading.files(&listed, parts, present, kept);
    let mut tables = Vec::new();
    if reading.usable {
        tables = reading.tables(context);
    }
    let kept = reading.to_keep();
    BundleIntake {
        usable: reading.usable,
        tables,
        kept,
        problems: reading.problems,
    }
}

fn listed(prefix: &str, parts: &mut dyn Parts, bundle: &Bundle, adapter: &Adapter) -> Listed {
    let Some(listing) = &bundle.listing else {
        return Listed::default();
    };
    let names = parts.names();
    let Some(name) = names.iter().find(|name| name.eq_ignore_ascii_case(&listing.file)) else {
        return Listed::default();
    };
    let shown = format!("{prefix}{name}");
    let mut bytes = Vec::new();
    let read = parts
        .open(name)
        .and_then(|from| from.take(LISTING_BYTES).read_to_end(&mut bytes));
    match read {
        Ok(_) => listing::read(&shown, &bytes, listing, adapter),
        Err(error) => Listed {
            problems: vec![explain::unreadable(&shown, &error)],
            ..Listed::default()
        },
    }
}

/// More of a listing is not read: it has a line for each file. Chosen by us.
const LISTING_BYTES: u64 = 1 << 20;

/// A file of this bundle, read.
struct File {
    name: String,
    notes: Notes,
    unread: Vec<String>,
}

/// The files that are there by their member's place, each with the place of its name in the member's list.
type Present = BTreeMap<usize, Vec<(usize, String)>>;

/// A bundle being read.
struct Reading<'b> {
    prefix: &'b str,
    bundle: &'b Bundle,
    feed: &'b Feed,
    adapter: &'b Adapter,
    usable: bool,
    problems: Vec<Problem>,
    /// Rows by member id, and by the id of helpers.
    sheets: BTreeMap<String, Sheet>,
    /// The files of this bundle that were read, by member id.
    files: BTreeMap<String, File>,
}

impl Reading<'_> {
    fn shown(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Notes why the bundle waits.
    fn refuse(&mut self, code: &str, file: String, message: impl Into<String>, remedy: &str) {
        self.usable = false;
        self.problems
            .push(Problem::new(code, Weight::Waits, Place::file(file), message, remedy));
    }

    /// The members that are there, by their place; of several names of one member the right one.
    fn present(&self, names: Vec<String>) -> Present {
        let mut present = Present::new();
        for name in names {
            if let Some((member, place)) = self.bundle.member_of(&name) {
                present.entry(member).or_default().push((place, name));
            }
        }
        present
            .values_mut()
            .for_each(|names| names.sort_by_key(|(place, _)| *place));
        present
    }

    /// What earlier exports brought of one file; opened where it is asked for and not before.
    fn before(&self, kept: &mut dyn Parts, member: &Member) -> Option<Sheet> {
        let mut from = kept.open(&member.names[0]).ok()?;
        let plain = Bundle::default();
        let opened = file::open(&member.names[0], &mut *from, member, &plain, self.feed, self.adapter);
        opened.usable.then(|| opened.sheet.of_before())
    }

    /// Reads every member that is there, as the listing says.
    fn files(&mut self, listed: &Listed, parts: &mut dyn Parts, mut present: Present, kept: &mut dyn Parts) {
        for (at, member) in self.bundle.members.iter().enumerate() {
            let mut names = present.remove(&at).unwrap_or_default();
            match self.mode(member, listed, &mut names) {
                Mode::Absent => {
                    let before = self.before(kept, member);
                    self.sheets.extend(before.map(|sheet| (member.id.clone(), sheet)));
                }
                Mode::Bulk | Mode::Delta if names.is_empty() => {
                    let message = "its listing says that it is there, and it is not";
                    let remedy = "wait for the whole export, or export it again; until then the last one counts";
                    self.refuse("bundle-file-missing", self.shown(&member.names[0]), message, remedy);
                }
                mode => {
                    if let Some(sheet) = self.open(member, parts, names, mode, kept) {
                        self.sheets.insert(member.id.clone(), sheet);
                    }
                }
            }
            if member.required && !self.sheets.contains_key(&member.id) && self.usable {
                let message = "is not in the export, which is not whole without it";
                let remedy = "export all files of the bundle; until then the last one counts";
                self.refuse("bundle-file-missing", self.shown(&member.names[0]), message, remedy);
            }
        }
    }

    /// What a member's file holds. A file under another of its names counts by what the listing says of that name.
    fn mode(&mut self, member: &Member, listed: &Listed, names: &mut Vec<(usize, String)>) -> Mode {
        let right = listed.mode(&member.names[0]);
        if let Some(mode @ (Mode::Bulk | Mode::Delta)) = right {
            return mode;
        }
        if right == Some(Mode::Absent)
            && let Some(at) = names.iter().position(|(place, _)| *place == 0)
        {
            let (_, name) = names.remove(at);
            self.absent_but_there(&name);
        }
        let Some((place, name)) = names.first() else {
            return Mode::Absent;
        };
        let (has_listing, name) = (!listed.modes.is_empty(), name.clone());
        match listed.mode(&member.names[*place]) {
            Some(mode) => mode,
            None => self.unlisted(&name, has_listing, listed.has_delta()),
        }
    }

    /// The mode of a file that the listing does not name.
    fn unlisted(&mut self, name: &str, has_listing: bool, has_delta: bool) -> Mode {
        if !has_listing {
            return Mode::Bulk;
        }
        if has_delta {
            let message = "the listing does not say whether it holds all rows or changes alone";
            self.refuse(
                "bundle-file-unlisted",
                self.shown(name),
                message,
                "name it in the listing",
            );
            return Mode::Absent;
        }
        self.problems.push(Problem::new(
            "bundle-file-unlisted",
            Weight::Note,
            Place::file(self.shown(name)),
            "the listing does not name it; it was read as one that holds all rows",
            "name it in the listing",
        ));
        Mode::Bulk
    }

    fn absent_but_there(&mut self, name: &str) {
        self.problems.push(Problem::new(
            "bundle-file-absent",
            Weight::Note,
            Place::file(self.shown(name)),
            "the listing says that it is not there; it was not read",
            "correct the listing, or take the file out of the export",
        ));
    }

    /// Reads a member's file; where the right name is not there, the first of the others that has its columns.
    fn open(
        &mut self,
        member: &Member,
        parts: &mut dyn Parts,
        names: Vec<(usize, String)>,
        mode: Mode,
        kept: &mut dyn Parts,
    ) -> Option<Sheet> {
        let mut found: Option<(String, Opened)> = None;
        for (place, name) in names {
            let shown = self.shown(&name);
            let opened = match parts.open(&name) {
                Ok(mut from) => file::open(&shown, &mut *from, member, self.bundle, self.feed, self.adapter),
                Err(error) => {
                    self.problems.push(explain::unreadable(&shown, &error));
                    self.usable = false;
                    return None;
                }
            };
            // Under another name there may well lie another file.
            if opened.usable || place == 0 {
                found = Some((name, opened));
                break;
            }
        }
        let Some((name, opened)) = found else {
            return self.before(kept, member);
        };
        self.problems.extend(opened.problems);
        let rows = opened.notes.rows;
        let hopeless = rows > 0 && rows == opened.notes.rejected;
        if hopeless {
            self.problems.push(explain::no_usable_row(&self.shown(&name), rows));
        }
        if !opened.usable || hopeless {
            self.usable = false;
            return None;
        }
        let notes = explain::rows(&self.shown(&name), &opened.notes, &Lines::default(), self.adapter);
        self.problems.extend(notes);
        self.files.insert(
            member.id.clone(),
            File {
                name: name.clone(),
                notes: opened.notes,
                unread: opened.unread,
            },
        );
        if mode != Mode::Delta {
            return Some(opened.sheet);
        }
        match self.before(kept, member) {
            Some(before) => Some(before.corrected(&opened.sheet, &opened.deleted, member)),
            None => {
                let message = "holds changes alone, and no export with all rows has come before it";
                let remedy = "export the bundle once in bulk; changes can follow then";
                self.refuse("bundle-without-bulk", self.shown(&name), message, remedy);
                None
            }
        }
    }

    /// What later changes are laid over.
    fn to_keep(&self) -> Vec<Part> {
        if !self.usable {
            return Vec::new();
        }
        let kept = |member: &Member| {
            let sheet = self.sheets.get(&member.id)?;
            Some(Part {
                name: member.names[0].clone(),
                bytes: sheet.to_csv(),
            })
        };
        self.bundle.members.iter().filter_map(kept).collect()
    }
}

#[cfg(test)]
mod tests;
