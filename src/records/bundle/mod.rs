//! Exports of several files that belong together: each is read, corrected by what changed, and their rows are joined into tables.
//!
//! In: the files' bytes, what is kept of earlier exports, the adapter's recipe. Out: one [`Intake`] per table, and what to keep.
//! Never: one half of a bundle; a file opened; code for one named system.

mod file;
mod flow;
mod listing;
mod recipe;
mod scores;
mod sheet;
mod tables;

use std::collections::BTreeMap;

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

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in the bundle.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

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

/// Whether a bundle's listing says that some of its files hold changes alone.
pub fn has_delta(parts: &[Part], bundle: &Bundle, adapter: &Adapter) -> bool {
    listed("", parts, bundle, adapter).has_delta()
}

/// Reads a bundle. `prefix` stands before its files' names wherever people see them, `kept` is what was kept of the one before.
/// Nothing in it can fail the round: where something is wrong with it, it is not usable and its problems say why.
pub fn read_bundle(
    prefix: &str,
    parts: Vec<Part>,
    kept: Vec<Part>,
    feed: &Feed,
    adapter: &Adapter,
    context: &Context<'_>,
) -> BundleIntake {
    let no_bundle = Bundle::default();
    let bundle = adapter.bundle.as_ref().unwrap_or(&no_bundle);
    let mut listed = listed(prefix, &parts, bundle, adapter);
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
    let present = reading.present(parts);
    let kept = reading.kept(kept);
    reading.files(&listed, present, kept);
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

fn listed(prefix: &str, parts: &[Part], bundle: &Bundle, adapter: &Adapter) -> Listed {
    let Some(listing) = &bundle.listing else {
        return Listed::default();
    };
    let part = parts.iter().find(|part| part.name.eq_ignore_ascii_case(&listing.file));
    part.map_or_else(Listed::default, |part| {
        listing::read(&format!("{prefix}{}", part.name), &part.bytes, listing, adapter)
    })
}

/// A file of this bundle, read.
struct File {
    name: String,
    notes: Notes,
    unread: Vec<String>,
}

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
    fn present(&self, parts: Vec<Part>) -> BTreeMap<usize, Vec<(usize, Part)>> {
        let mut present: BTreeMap<usize, Vec<(usize, Part)>> = BTreeMap::new();
        for part in parts {
            if let Some((member, place)) = self.bundle.member_of(&part.name) {
                present.entry(member).or_default().push((place, part));
            }
        }
        present
            .values_mut()
            .for_each(|parts| parts.sort_by_key(|(place, _)| *place));
        present
    }

    /// What earlier exports brought, by member id.
    fn kept(&self, kept: Vec<Part>) -> BTreeMap<String, Sheet> {
        let member = |part: &Part| self.bundle.members.iter().find(|member| part.name == member.names[0]);
        let plain = Bundle::default();
        kept.into_iter()
            .filter_map(|part| {
                let member = member(&part)?;
                let opened = file::open(&part.name, part.bytes, member, &plain, self.feed, self.adapter);
                opened.usable.then(|| (member.id.clone(), opened.sheet.of_before()))
            })
            .collect()
    }

    /// Reads every member that is there, as the listing says.
    fn files(
        &mut self,
        listed: &Listed,
        mut present: BTreeMap<usize, Vec<(usize, Part)>>,
        mut kept: BTreeMap<String, Sheet>,
    ) {
        for (at, member) in self.bundle.members.iter().enumerate() {
            let mut parts = present.remove(&at).unwrap_or_default();
            let before = kept.remove(&member.id);
            match self.mode(member, listed, &mut parts) {
                Mode::Absent => self.sheets.extend(before.map(|sheet| (member.id.clone(), sheet))),
                Mode::Bulk | Mode::Delta if parts.is_empty() => {
                    let message = "its listing says that it is there, and it is not";
                    let remedy = "wait for the whole export, or export it again; until then the last one counts";
                    self.refuse("bundle-file-missing", self.shown(&member.names[0]), message, remedy);
                }
                mode => {
                    if let Some(sheet) = self.open(member, parts, mode, before) {
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
    fn mode(&mut self, member: &Member, listed: &Listed, parts: &mut Vec<(usize, Part)>) -> Mode {
        let right = listed.mode(&member.names[0]);
        if let Some(mode @ (Mode::Bulk | Mode::Delta)) = right {
            return mode;
        }
        if right == Some(Mode::Absent)
            && let Some(at) = parts.iter().position(|(place, _)| *place == 0)
        {
            let (_, part) = parts.remove(at);
            self.absent_but_there(&part.name);
        }
        let Some((place, part)) = parts.first() else {
            return Mode::Absent;
        };
        let (has_listing, name) = (!listed.modes.is_empty(), part.name.clone());
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
    fn open(&mut self, member: &Member, parts: Vec<(usize, Part)>, mode: Mode, before: Option<Sheet>) -> Option<Sheet> {
        let mut found: Option<(String, Opened)> = None;
        for (place, part) in parts {
            let shown = self.shown(&part.name);
            let opened = file::open(&shown, part.bytes, member, self.bundle, self.feed, self.adapter);
            // Under another name there may well lie another file.
            if opened.usable || place == 0 {
                found = Some((part.name, opened));
                break;
            }
        }
        let Some((name, opened)) = found else {
            return before;
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
        match (mode, before) {
            (Mode::Delta, Some(before)) => Some(before.corrected(&opened.sheet, &opened.deleted, member)),
            (Mode::Delta, None) => {
                let message = "holds changes alone, and no export with all rows has come before it";
                let remedy = "export the bundle once in bulk; changes can follow then";
                self.refuse("bundle-without-bulk", self.shown(&name), message, remedy);
                None
            }
            _ => Some(opened.sheet),
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
