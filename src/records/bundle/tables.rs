//! From a bundle's files to tables: views are made, and their rows read as any table's are.

use std::collections::BTreeMap;

use super::Reading;
use super::flow::{self, Made};
use super::recipe::{Step, View};
use super::sheet::Sheet;
use crate::records::explain;
use crate::records::feed::Covers;
use crate::records::gather::Gathered;
use crate::records::intake::Intake;
use crate::records::joined::Joined;
use crate::records::lines::Row;
use crate::records::notes::{Lines, Notes};
use crate::records::plan::Plan;
use crate::records::read::Context;
use crate::school::Table;

impl Reading<'_> {
    /// Makes the tables.
    pub(super) fn tables(&mut self, context: &Context<'_>) -> Vec<(Covers, Intake)> {
        let bundle = self.bundle;
        let mut sheets = std::mem::take(&mut self.sheets);
        let mut tables = Vec::new();
        let mut said: Vec<&str> = Vec::new();
        for view in &bundle.views {
            if !self.can_make(view, &sheets) {
                continue;
            }
            let mut notes = Notes::default();
            let made = flow::make(view, &sheets, context.year, &mut notes);
            let Some(table) = view.table else {
                let helper = helper(&made);
                let problems = explain::rows(&self.file_of(view), &notes, &Lines::default(), self.adapter);
                self.problems.extend(problems);
                drop(made);
                sheets.insert(view.id.clone(), helper);
                continue;
            };
            if !self.feed.tables.contains(&table) {
                continue;
            }
            // A file's own tallies are told once, with the first table that is made of it.
            let first = !said.contains(&view.rows.as_str());
            said.push(&view.rows);
            if let Some(intake) = self.intake(view, table, &made, notes, first, context) {
                tables.push((view.covers, intake));
            }
        }
        if !self.usable {
            tables.clear();
        }
        self.sheets = sheets;
        tables
    }

    /// Whether the files that a view needs are there. One that is needed beside rows that are there must come with them.
    fn can_make(&mut self, view: &View, sheets: &BTreeMap<String, Sheet>) -> bool {
        let Some(rows) = sheets.get(&view.rows).map(Sheet::len) else {
            return false;
        };
        let needed = |step: &Step| match step {
            Step::Join(join) if join.needed && !sheets.contains_key(&join.file) => Some(join.file.clone()),
            _ => None,
        };
        let Some(missing) = view.steps.iter().find_map(needed) else {
            return true;
        };
        if rows > 0 {
            let names = self
                .bundle
                .member(&missing)
                .map_or(missing.clone(), |member| member.names[0].clone());
            let message = format!("rows of `{}` point to it, and it is not in the export", view.rows);
            let remedy = "export all files of the bundle; until then the last one counts";
            self.refuse("bundle-file-missing", self.shown(&names), message, remedy);
        }
        false
    }

    /// The name of the file that a view begins with.
    fn file_of(&self, view: &View) -> String {
        let named = self.files.get(&view.rows).map(|file| file.name.clone());
        let member = || {
            self.bundle
                .member(&view.rows)
                .map_or(view.rows.clone(), |member| member.names[0].clone())
        };
        self.shown(&named.unwrap_or_else(member))
    }

    /// A view's rows as a table's; `None` where there is nothing to say.
    fn intake(
        &mut self,
        view: &View,
        table: Table,
        made: &Made<'_>,
        mut notes: Notes,
        first: bool,
        context: &Context<'_>,
    ) -> Option<Intake> {
        let file = self.file_of(view);
        let mut intake = Intake::new(&file, &[table]);
        let plan = match Plan::new(table, self.adapter, context.year, &made.names, made.names.len()) {
            Ok(plan) => plan,
            Err(missing) => {
                let message = format!(
                    "the columns that `{table}` needs are not all there: {}",
                    missing.join(", ")
                );
                self.refuse(
                    "bundle-columns",
                    file,
                    message,
                    "see the plugin's README for the columns that are read",
                );
                return None;
            }
        };
        let mut gathered = Gathered::new(context.year);
        notes.rows += made.rows.len() as u64 + notes.rejected;
        let (mut text, mut bounds) = (String::new(), Vec::new());
        let plans = std::slice::from_ref(&plan);
        let mut joined = Joined::needed(plans).then(Joined::default);
        for flow in &made.rows {
            text.clear();
            bounds.clear();
            for cell in &flow.cells {
                let start = text.len() as u32;
                text.push_str(cell);
                bounds.push((start, text.len() as u32));
            }
            let row = Row {
                text: &text,
                bounds: &bounds,
                line: flow::line(flow.line),
            };
            let row = match &mut joined {
                Some(joined) => joined.row(&row, made.names.len(), plans),
                None => row,
            };
            if plan.takes(&row) {
                gathered.row(&plan, &row, context.meaning, &mut notes);
            } else {
                notes.add("other-rows", row.line, "", "");
            }
        }
        gathered.finish(&mut intake, context.year, context.meaning, &mut notes);
        let problems = explain::rows(&file, &notes, &Lines::default(), self.adapter);
        self.problems.extend(problems);
        if made.rows.is_empty() && view.must_have_rows {
            self.usable = false;
            self.problems.push(explain::no_rows(&file, table));
            return None;
        }
        if made.rows.is_empty() && notes.rejected > 0 {
            // Rows of which none can be used are no statement at all, least of all that there is nothing.
            self.usable = false;
            self.problems.push(explain::no_usable_row(&file, notes.rejected));
            return None;
        }
        if let Some(read) = self.files.get(&view.rows).filter(|_| first) {
            notes.rejected += read.notes.rejected;
            notes.rows += read.notes.rejected;
            let mut own = read.notes.clone();
            own.rows = 0;
            own.rejected = 0;
            notes.merge(own);
            intake.unread.clone_from(&read.unread);
        }
        if made.rows.is_empty() {
            return None;
        }
        intake.usable = true;
        intake.rows = notes.rows;
        intake.rejected = notes.rejected;
        intake.tallies = notes.tallies(&Lines::default());
        Some(intake)
    }
}

/// A helper's rows as a sheet that other views can join.
fn helper(made: &Made<'_>) -> Sheet {
    let mut sheet = Sheet::new(made.names.clone());
    for flow in &made.rows {
        sheet.push(flow.line, flow.cells.iter().map(|cell| cell.as_ref()));
    }
    sheet
}
