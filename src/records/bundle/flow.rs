//! Rows of several files brought together, step by step: what one row needs is done row by row, and only a step that must see all
//! rows gathers them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::recipe::{Join, Step, View};
use super::scores::ScoreFold;
use super::sheet::{Sheet, is_one_of};
use crate::records::adapter::DateFormat;
use crate::records::notes::{Line, Notes};
use crate::school::{Day, SchoolYear};

/// A row on its way.
#[derive(Clone, Debug)]
pub(super) struct Flow<'s> {
    /// The physical line of the row it began as; 0 where an earlier export brought it.
    pub(super) line: u32,
    /// Its cells.
    pub(super) cells: Vec<Cow<'s, str>>,
}

impl<'s> Flow<'s> {
    /// A cell; empty where there is no such column.
    pub(super) fn cell(&self, at: Option<usize>) -> &str {
        at.and_then(|at| self.cells.get(at)).map_or("", |cell| cell)
    }

    fn taken(&self, at: Option<usize>) -> Cow<'s, str> {
        at.and_then(|at| self.cells.get(at)).cloned().unwrap_or_default()
    }
}

/// Where notes about a row point.
pub(super) fn line(line: u32) -> Line {
    match line {
        0 => Line::NONE,
        line => Line::new(0, line - 1),
    }
}

/// What came out of a view.
pub(super) struct Made<'s> {
    /// Its columns.
    pub(super) names: Vec<String>,
    /// Its rows.
    pub(super) rows: Vec<Flow<'s>>,
}

/// A step that looks at one row alone, its columns found.
enum Do<'s> {
    First(Vec<Option<usize>>),
    Words(Vec<Option<usize>>),
    Same(Option<usize>, Option<usize>),
    Spread(Option<usize>, &'s str),
    Pick {
        at: Option<usize>,
        by: &'s str,
        /// First and last day by key.
        days: FxHashMap<&'s str, (Day, Day)>,
        date: Vec<Option<usize>>,
    },
    Join(Joined<'s>),
    Blank(Option<usize>, Option<usize>, &'s [String]),
    Keep {
        at: Option<usize>,
        column: &'s str,
        words: &'s [String],
        others: &'s [String],
        quiet: bool,
    },
    ThisYear(Option<usize>, Option<usize>),
}

struct Joined<'s> {
    sheet: Option<&'s Sheet>,
    rows: FxHashMap<&'s str, Vec<u32>>,
    from: Option<usize>,
    join: &'s Join,
}

/// Makes a view's rows of the sheets that there are.
pub(super) fn make<'s>(
    view: &'s View,
    sheets: &'s BTreeMap<String, Sheet>,
    year: SchoolYear,
    notes: &mut Notes,
) -> Made<'s> {
    let Some(sheet) = sheets.get(&view.rows) else {
        return Made {
            names: Vec::new(),
            rows: Vec::new(),
        };
    };
    let first = (0..sheet.len()).map(|row| Flow {
        line: sheet.line(row),
        cells: sheet.row(row).map(Cow::Borrowed).collect(),
    });
    let mut names = sheet.names.clone();
    let mut rows: Vec<Flow<'s>> = Vec::new();
    let mut started = false;
    let mut steps = &view.steps[..];
    let mut first = Some(first);
    loop {
        let reach = steps.iter().position(gathers).unwrap_or(steps.len());
        let doing: Vec<Do<'s>> = steps[..reach]
            .iter()
            .map(|step| ready(step, &mut names, sheets))
            .collect();
        let mut gather = steps.get(reach).map(|step| Gather::new(step, &names));
        let mut out: Vec<Flow<'s>> = Vec::new();
        let mut take = |flow: Flow<'s>, notes: &mut Notes| {
            run(&doing, flow, year, notes, &mut |flow, notes| match &mut gather {
                Some(gather) => gather.take(flow, notes),
                None => out.push(flow),
            });
        };
        if started {
            std::mem::take(&mut rows).into_iter().for_each(|flow| take(flow, notes));
        } else {
            first.take().into_iter().flatten().for_each(|flow| take(flow, notes));
            started = true;
        }
        let Some(gather) = gather else {
            return Made { names, rows: out };
        };
        rows = gather.finish(&mut names, notes);
        steps = &steps[reach + 1..];
    }
}

/// Whether a step must see all rows.
fn gathers(step: &Step) -> bool {
    matches!(step, Step::Group { .. } | Step::TellApart { .. } | Step::Scores(_))
}

/// Where a column stands.
pub(super) fn find(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|have| have == name)
}

fn find_all(names: &[String], wanted: &[String]) -> Vec<Option<usize>> {
    wanted.iter().map(|name| find(names, name)).collect()
}

/// Finds a step's columns and adds those that it makes.
fn ready<'s>(step: &'s Step, names: &mut Vec<String>, sheets: &'s BTreeMap<String, Sheet>) -> Do<'s> {
    match step {
        Step::First { from, name } => {
            let done = Do::First(find_all(names, from));
            names.push(name.clone());
            done
        }
        Step::Words { from, name } => {
            let done = Do::Words(find_all(names, from));
            names.push(name.clone());
            done
        }
        Step::Same { of: [one, two], name } => {
            let done = Do::Same(find(names, one), find(names, two));
            names.push(name.clone());
            done
        }
        Step::Spread { column, by } => Do::Spread(find(names, column), by),
        Step::Pick {
            column,
            by,
            file,
            key,
            between,
            date,
        } => Do::Pick {
            at: find(names, column),
            by,
            days: sheets
                .get(file)
                .map_or_else(FxHashMap::default, |sheet| spans(sheet, key, between)),
            date: find_all(names, date),
        },
        Step::Join(join) => {
            let sheet = sheets.get(&join.file);
            let from = find(names, &join.from);
            if let Some(sheet) = sheet {
                names.extend(sheet.names.iter().map(|column| format!("{}.{column}", join.name)));
            }
            Do::Join(Joined {
                sheet,
                rows: sheet.map_or_else(FxHashMap::default, |sheet| matching(sheet, join)),
                from,
                join,
            })
        }
        Step::Blank { column, when, words } => Do::Blank(find(names, column), find(names, when), words),
        Step::Keep {
            column,
            words,
            others,
            quiet,
        } => Do::Keep {
            at: find(names, column),
            column,
            words,
            others,
            quiet: *quiet,
        },
        Step::ThisYear { start, end } => Do::ThisYear(find(names, start), find(names, end)),
        Step::Group { .. } | Step::TellApart { .. } | Step::Scores(_) => Do::First(Vec::new()),
    }
}

/// The first and last days of a file's rows by their keys.
fn spans<'s>(sheet: &'s Sheet, key: &str, between: &[String; 2]) -> FxHashMap<&'s str, (Day, Day)> {
    let (start, end) = (sheet.at(&between[0]), sheet.at(&between[1]));
    let (Some(key), Some(start), Some(end)) = (sheet.at(key), start, end) else {
        return FxHashMap::default();
    };
    let span = |row: usize| {
        Some((
            sheet.cell(row, key),
            (day(sheet.cell(row, start))?, day(sheet.cell(row, end))?),
        ))
    };
    (0..sheet.len()).filter_map(span).collect()
}

/// The entry of a list whose days hold a date, the shortest first; else the first.
fn picked<'c>(cell: &'c str, by: &str, days: &FxHashMap<&str, (Day, Day)>, date: Option<Day>) -> &'c str {
    let entries = || cell.split(by).map(str::trim).filter(|entry| !entry.is_empty());
    let length = |entry: &str| {
        let (start, end) = *days.get(entry)?;
        date.is_some_and(|date| start <= date && date <= end)
            .then_some(end.0 - start.0)
    };
    let holding = entries().filter_map(|entry| Some((length(entry)?, entry)));
    holding
        .min()
        .map(|(_, entry)| entry)
        .or_else(|| entries().next())
        .unwrap_or("")
}

/// The rows of the other side by what points to them, without those that a join does not want.
fn matching<'s>(sheet: &'s Sheet, join: &Join) -> FxHashMap<&'s str, Vec<u32>> {
    let mut rows = sheet.index(&join.on);
    for (column, words) in &join.only {
        let at = sheet.at(column);
        for found in rows.values_mut() {
            found.retain(|row| at.is_some_and(|at| is_one_of(sheet.cell(*row as usize, at), words)));
        }
    }
    rows
}

/// Lets a row go through steps; what comes out goes to `out`.
fn run<'s>(
    steps: &[Do<'s>],
    mut flow: Flow<'s>,
    year: SchoolYear,
    notes: &mut Notes,
    out: &mut dyn FnMut(Flow<'s>, &mut Notes),
) {
    let Some((step, rest)) = steps.split_first() else {
        return out(flow, notes);
    };
    match step {
        Do::First(from) => {
            let cell = from.iter().find(|at| !flow.cell(**at).is_empty()).copied().flatten();
            let cell = flow.taken(cell);
            flow.cells.push(cell);
        }
        Do::Words(from) => {
            let words: Vec<&str> = from
                .iter()
                .map(|at| flow.cell(*at))
                .filter(|word| !word.is_empty())
                .collect();
            let text = words.join(" ");
            flow.cells.push(Cow::Owned(text));
        }
        Do::Spread(at, by) => {
            let cell = flow.taken(*at);
            let Some(at) = at.filter(|_| cell.contains(*by)) else {
                return run(rest, flow, year, notes, out);
            };
            for entry in cell.split(*by).map(str::trim).filter(|entry| !entry.is_empty()) {
                let mut one = flow.clone();
                one.cells[at] = Cow::Owned(entry.to_owned());
                run(rest, one, year, notes, out);
            }
            return;
        }
        Do::Same(one, two) => {
            let (one, two) = (flow.cell(*one), flow.cell(*two));
            let says = match one.is_empty() || two.is_empty() {
                true => "",
                false if one == two => "true",
                false => "false",
            };
            flow.cells.push(Cow::Borrowed(says));
        }
        Do::Pick { at, by, days, date } => {
            let date = date.iter().find_map(|at| day(flow.cell(*at)));
            if let Some(at) = at.filter(|at| flow.cells[*at].contains(*by)) {
                let entry = picked(&flow.cells[at], by, days, date).to_owned();
                flow.cells[at] = Cow::Owned(entry);
            }
        }
        Do::Blank(at, when, words) => {
            if let Some(at) = at.filter(|_| is_one_of(flow.cell(*when), words)) {
                flow.cells[at] = Cow::Borrowed("");
            }
        }
        Do::Join(joined) => return joined.run(flow, rest, year, notes, out),
        Do::Keep {
            at,
            column,
            words,
            others,
            quiet,
        } => {
            let cell = flow.cell(*at);
            if !is_one_of(cell, words) {
                if is_one_of(cell, others) {
                    notes.add("passed-over", line(flow.line), column, cell);
                } else if !quiet {
                    notes.unknown("unknown-word", line(flow.line), column, cell);
                }
                return;
            }
        }
        Do::ThisYear(start, end) => {
            let (start, end) = (day(flow.cell(*start)), day(flow.cell(*end)));
            if end.is_some_and(|end| end < year.start) || start.is_some_and(|start| start > year.end) {
                notes.add("other-year", line(flow.line), "", "");
                return;
            }
        }
    }
    run(rest, flow, year, notes, out);
}

impl<'s> Joined<'s> {
    fn run(
        &self,
        flow: Flow<'s>,
        rest: &[Do<'s>],
        year: SchoolYear,
        notes: &mut Notes,
        out: &mut dyn FnMut(Flow<'s>, &mut Notes),
    ) {
        let found = self.rows.get(flow.cell(self.from)).map_or(&[][..], Vec::as_slice);
        if found.is_empty() && self.join.needed {
            let column = self.join.from.as_str();
            return notes.reject("dangling-reference", line(flow.line), column, "");
        }
        let Some(sheet) = self.sheet else {
            return run(rest, flow, year, notes, out);
        };
        let with = |row: Option<u32>, mut flow: Flow<'s>| {
            match row {
                Some(row) => flow.cells.extend(sheet.row(row as usize).map(Cow::Borrowed)),
                None => flow.cells.extend(sheet.names.iter().map(|_| Cow::Borrowed(""))),
            }
            flow
        };
        match found {
            [first, more @ ..] if self.join.many && !more.is_empty() => {
                for row in std::iter::once(first).chain(more) {
                    run(rest, with(Some(*row), flow.clone()), year, notes, out);
                }
            }
            found => run(rest, with(found.first().copied(), flow), year, notes, out),
        }
    }
}

/// A day however bundles write it; `None` where the cell is blank or none, so that nothing is left out for it.
pub(super) fn day(cell: &str) -> Option<Day> {
    let formats = [DateFormat::Iso, DateFormat::MonthFirst, DateFormat::Compact];
    formats.iter().find_map(|format| format.parse(cell))
}

/// A step that must see all rows, at work.
enum Gather<'s> {
    Group(Group<'s>),
    TellApart {
        column: Option<usize>,
        by: Option<usize>,
        order: Order<'s>,
        rows: Vec<Flow<'s>>,
    },
    Scores(Box<ScoreFold<'s>>),
}

impl<'s> Gather<'s> {
    fn new(step: &'s Step, names: &[String]) -> Gather<'s> {
        match step {
            Step::Group { by, lists, order } => Gather::Group(Group {
                by: find_all(names, by),
                lists: find_all(names, lists).into_iter().flatten().collect(),
                order: Order::new(order.as_ref(), names),
                groups: BTreeMap::new(),
            }),
            Step::Scores(scores) => Gather::Scores(Box::new(ScoreFold::new(scores, names))),
            Step::TellApart { column, by, order } => Gather::TellApart {
                column: find(names, column),
                by: find(names, by),
                order: Order::new(order.as_ref(), names),
                rows: Vec::new(),
            },
            _ => Gather::TellApart {
                column: None,
                by: None,
                order: Order(None),
                rows: Vec::new(),
            },
        }
    }

    fn take(&mut self, flow: Flow<'s>, notes: &mut Notes) {
        match self {
            Gather::Group(group) => group.take(flow),
            Gather::TellApart { rows, .. } => rows.push(flow),
            Gather::Scores(fold) => fold.take(&flow, notes),
        }
    }

    fn finish(self, names: &mut Vec<String>, notes: &mut Notes) -> Vec<Flow<'s>> {
        match self {
            Gather::Group(group) => group.finish(),
            Gather::TellApart {
                column,
                by,
                order,
                mut rows,
            } => {
                rows.sort_by_key(|flow| (flow.cell(column).to_owned(), order.rank(flow)));
                tell_apart(column, by, rows)
            }
            Gather::Scores(fold) => fold.finish(names, notes),
        }
    }
}

/// What orders rows: the place of a word among several. Rows that it leaves equal stay in the order of their keys.
struct Order<'s>(Option<(Option<usize>, &'s [String])>);

impl<'s> Order<'s> {
    fn new(order: Option<&'s (String, Vec<String>)>, names: &[String]) -> Order<'s> {
        Order(order.map(|(column, words)| (find(names, column), words.as_slice())))
    }

    fn rank(&self, flow: &Flow<'_>) -> usize {
        let Some((at, words)) = &self.0 else { return 0 };
        let cell = flow.cell(*at);
        let one = |word: &String| is_one_of(cell, std::slice::from_ref(word));
        words.iter().position(one).unwrap_or(words.len())
    }
}

/// Rows by the cells in which they agree.
struct Group<'s> {
    by: Vec<Option<usize>>,
    lists: Vec<usize>,
    order: Order<'s>,
    groups: BTreeMap<Vec<String>, Vec<Flow<'s>>>,
}

impl<'s> Group<'s> {
    fn take(&mut self, flow: Flow<'s>) {
        let key = self.by.iter().map(|at| flow.cell(*at).to_owned()).collect();
        self.groups.entry(key).or_default().push(flow);
    }

    fn finish(mut self) -> Vec<Flow<'s>> {
        let groups = std::mem::take(&mut self.groups);
        groups.into_values().filter_map(|rows| self.one(rows)).collect()
    }

    fn one(&self, mut rows: Vec<Flow<'s>>) -> Option<Flow<'s>> {
        rows.sort_by_key(|flow| self.order.rank(flow));
        let mut rows = rows.into_iter();
        let mut one = rows.next()?;
        let mut lists: Vec<Vec<Cow<'s, str>>> = self.lists.iter().map(|at| vec![one.cells[*at].clone()]).collect();
        for next in rows {
            for (at, cell) in next.cells.into_iter().enumerate() {
                if let Some(list) = self.lists.iter().position(|list| *list == at) {
                    lists[list].push(cell);
                } else if one.cells[at].is_empty() {
                    one.cells[at] = cell;
                }
            }
        }
        for (at, mut list) in self.lists.iter().zip(lists) {
            list.retain(|cell| !cell.is_empty());
            list.sort_unstable();
            list.dedup();
            one.cells[*at] = Cow::Owned(list.join(";"));
        }
        Some(one)
    }
}

/// Gives the second and later rows of one id another cell behind a slash.
fn tell_apart<'s>(column: Option<usize>, by: Option<usize>, mut rows: Vec<Flow<'s>>) -> Vec<Flow<'s>> {
    let Some(column) = column else { return rows };
    let mut seen: FxHashMap<String, u32> = FxHashMap::default();
    for flow in &mut rows {
        let times = seen.entry(flow.cells[column].clone().into_owned()).or_default();
        *times += 1;
        if *times > 1 {
            let other = flow.cell(by).to_owned();
            let id = format!("{}/{other}", flow.cells[column]);
            flow.cells[column] = Cow::Owned(id);
        }
    }
    rows
}
