//! `[bundle]` of a manifest: which files belong together, and the steps that make tables of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::column::did_you_mean;
use crate::records::{Adapter, Bundle, Covers, Join, Listing, Member, Scores, Step, View};
use crate::school::Table;

/// `[bundle]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBundle {
    listing: Option<RawListing>,
    status: Option<RawStatus>,
    modified: Option<String>,
    #[serde(default, rename = "file")]
    files: Vec<RawFile>,
    #[serde(default, rename = "view")]
    views: Vec<RawView>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawListing {
    file: String,
    property: String,
    value: String,
    prefix: String,
    version: Option<String>,
    #[serde(default)]
    versions: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStatus {
    column: String,
    deleted: Vec<String>,
    #[serde(default)]
    standing: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    id: String,
    names: Vec<String>,
    #[serde(default)]
    key: String,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    also: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawView {
    id: Option<String>,
    table: Option<String>,
    #[serde(default = "rows_alone")]
    covers: Covers,
    #[serde(default)]
    must_have_rows: bool,
    rows: String,
    #[serde(default)]
    steps: Vec<RawStep>,
}

/// What a view covers that says nothing: it adds and corrects.
fn rows_alone() -> Covers {
    Covers::Rows
}

/// A step: the key that says what it does, and what that needs.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawStep {
    first: Option<Vec<String>>,
    text: Option<Vec<String>>,
    same: Option<[String; 2]>,
    into: Option<String>,
    spread: Option<String>,
    pick: Option<String>,
    of: Option<String>,
    between: Option<[String; 2]>,
    date: Vec<String>,
    by: Option<String>,
    join: Option<String>,
    #[serde(rename = "as")]
    name: Option<String>,
    from: Option<String>,
    on: Option<String>,
    only: BTreeMap<String, Vec<String>>,
    many: bool,
    needed: bool,
    blank: Option<String>,
    when: Option<String>,
    keep: Option<String>,
    words: Vec<String>,
    others: Vec<String>,
    quiet: bool,
    this_year: Option<[String; 2]>,
    group: Option<Vec<String>>,
    lists: Vec<String>,
    order: Option<RawOrder>,
    tell_apart: Option<String>,
    scores: Option<RawScores>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOrder {
    column: String,
    words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawScores {
    by: Vec<String>,
    item: String,
    score: String,
    least: String,
    most: String,
    date: String,
    status: String,
    graded: Vec<String>,
    missing: Vec<String>,
    left_out: Vec<String>,
    missing_if: Vec<String>,
    left_out_if: Vec<String>,
    category: String,
    weight: String,
    none: String,
}

/// The recipe that a manifest describes. Errors: what is wrong with it, in words.
pub(super) fn bundle(raw: &RawBundle, adapter: &Adapter) -> Result<Bundle, String> {
    let mut bundle = Bundle {
        listing: raw.listing.as_ref().map(listing),
        deleted: raw
            .status
            .as_ref()
            .map(|status| (status.column.clone(), status.deleted.clone())),
        standing: raw.status.as_ref().map_or(Vec::new(), |status| status.standing.clone()),
        modified: raw.modified.clone(),
        members: raw.files.iter().map(member).collect::<Result<_, _>>()?,
        views: Vec::new(),
    };
    for view in &raw.views {
        let view = self::view(view, &bundle, adapter)?;
        bundle.views.push(view);
    }
    want(&mut bundle, adapter);
    Ok(bundle)
}

fn listing(raw: &RawListing) -> Listing {
    Listing {
        file: raw.file.clone(),
        property: raw.property.clone(),
        value: raw.value.clone(),
        prefix: raw.prefix.clone(),
        version: raw.version.clone().map(|version| (version, raw.versions.clone())),
    }
}

fn member(raw: &RawFile) -> Result<Member, String> {
    if raw.names.is_empty() {
        return Err(format!("the file `{}` of the bundle has no `names`", raw.id));
    }
    Ok(Member {
        id: raw.id.clone(),
        names: raw.names.clone(),
        key: raw.key.clone(),
        needs: raw.needs.clone(),
        required: raw.required,
        also: raw.also.clone().into_iter().collect(),
        wanted: Vec::new(),
    })
}

fn view(raw: &RawView, bundle: &Bundle, adapter: &Adapter) -> Result<View, String> {
    let table = raw.table.as_deref().map(str::parse::<Table>).transpose()?;
    if let Some(table) = table.filter(|table| !adapter.tables.contains_key(table)) {
        return Err(format!("a view fills `{table}`, but there is no [tables.{table}]"));
    }
    let id = raw.id.clone().or_else(|| raw.table.clone());
    let id = id.ok_or("a view has neither `table` nor `id`")?;
    known(&raw.rows, bundle)?;
    let steps = raw.steps.iter().map(|raw| {
        let step = step(raw)?;
        match &step {
            Step::Join(join) => known(&join.file, bundle)?,
            Step::Pick { file, .. } => known(file, bundle)?,
            _ => {}
        }
        Ok(step)
    });
    Ok(View {
        id,
        table,
        covers: raw.covers,
        must_have_rows: raw.must_have_rows,
        rows: raw.rows.clone(),
        steps: steps.collect::<Result<_, String>>()?,
    })
}

/// Whether rows of this name are there: a file of the bundle, or an earlier view without a table.
fn known(name: &str, bundle: &Bundle) -> Result<(), String> {
    let helpers = bundle
        .views
        .iter()
        .filter(|view| view.table.is_none())
        .map(|view| view.id.as_str());
    let names: Vec<&str> = bundle
        .members
        .iter()
        .map(|member| member.id.as_str())
        .chain(helpers)
        .collect();
    match names.contains(&name) {
        true => Ok(()),
        false => Err(format!(
            "`{name}` is no file of the bundle and no earlier view{}",
            did_you_mean(name, names)
        )),
    }
}

fn step(raw: &RawStep) -> Result<Step, String> {
    let into = || {
        raw.into
            .clone()
            .ok_or("a step that makes a column needs `into`".to_owned())
    };
    let by = || {
        raw.by
            .clone()
            .filter(|by| !by.is_empty())
            .ok_or("this step needs `by`".to_owned())
    };
    let mut steps = Vec::new();
    if let Some(from) = &raw.first {
        steps.push(Step::First {
            from: from.clone(),
            name: into()?,
        });
    }
    if let Some(from) = &raw.text {
        steps.push(Step::Words {
            from: from.clone(),
            name: into()?,
        });
    }
    if let Some(of) = &raw.same {
        steps.push(Step::Same {
            of: of.clone(),
            name: into()?,
        });
    }
    if let Some(column) = &raw.spread {
        steps.push(Step::Spread {
            column: column.clone(),
            by: by()?,
        });
    }
    if let Some(column) = &raw.pick {
        let of = raw
            .of
            .clone()
            .ok_or("a step that picks an entry needs `of`, the file that entries name")?;
        let between = raw.between.clone();
        steps.push(Step::Pick {
            column: column.clone(),
            by: by()?,
            file: of,
            key: String::new(),
            between: between
                .ok_or("a step that picks an entry needs `between`, the columns of the first and the last day")?,
            date: raw.date.clone(),
        });
    }
    if let Some(file) = &raw.join {
        steps.push(Step::Join(Join {
            file: file.clone(),
            name: raw.name.clone().unwrap_or_else(|| file.clone()),
            from: raw.from.clone().ok_or("a join needs `from`, the column on this side")?,
            on: raw.on.clone().unwrap_or_default(),
            only: raw.only.clone().into_iter().collect(),
            many: raw.many,
            needed: raw.needed,
        }));
    }
    if let Some(column) = &raw.blank {
        steps.push(Step::Blank {
            column: column.clone(),
            when: raw
                .when
                .clone()
                .ok_or("a step that empties a cell needs `when`, the column that it asks")?,
            words: raw.words.clone(),
        });
    }
    if let Some(column) = &raw.keep {
        steps.push(Step::Keep {
            column: column.clone(),
            words: raw.words.clone(),
            others: raw.others.clone(),
            quiet: raw.quiet,
        });
    }
    if let Some([start, end]) = &raw.this_year {
        steps.push(Step::ThisYear {
            start: start.clone(),
            end: end.clone(),
        });
    }
    if let Some(columns) = &raw.group {
        steps.push(Step::Group {
            by: columns.clone(),
            lists: raw.lists.clone(),
            order: raw
                .order
                .as_ref()
                .map(|order| (order.column.clone(), order.words.clone())),
        });
    }
    if let Some(column) = &raw.tell_apart {
        steps.push(Step::TellApart {
            column: column.clone(),
            by: by()?,
            order: raw
                .order
                .as_ref()
                .map(|order| (order.column.clone(), order.words.clone())),
        });
    }
    steps.extend(raw.scores.as_ref().map(scores));
    let step = steps.pop().ok_or("a step says nothing of what it does")?;
    match steps.is_empty() {
        true => Ok(step),
        false => Err("a step does one thing: make two steps of it".to_owned()),
    }
}

fn scores(raw: &RawScores) -> Step {
    Step::Scores(Box::new(Scores {
        by: raw.by.clone(),
        item: raw.item.clone(),
        score: raw.score.clone(),
        least: raw.least.clone(),
        most: raw.most.clone(),
        date: raw.date.clone(),
        status: raw.status.clone(),
        graded: raw.graded.clone(),
        missing: raw.missing.clone(),
        left_out: raw.left_out.clone(),
        missing_if: raw.missing_if.clone(),
        left_out_if: raw.left_out_if.clone(),
        category: raw.category.clone(),
        weight: raw.weight.clone(),
        none: raw.none.clone(),
    }))
}

/// Finds out which columns of which file anything reads: from the last view to the first, as a helper is made before it is joined.
fn want(bundle: &mut Bundle, adapter: &Adapter) {
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for member in &bundle.members {
        let own = std::iter::once(&member.key).chain(&member.needs).cloned();
        asked.entry(member.id.clone()).or_default().extend(own);
    }
    for view in bundle.views.iter_mut().rev() {
        let helper = view.table.is_none();
        let mut columns = helper.then(|| asked.remove(&view.id)).flatten().unwrap_or_default();
        if let Some(map) = view.table.and_then(|table| adapter.tables.get(&table)) {
            columns.extend(
                map.columns
                    .iter()
                    .flat_map(|column| column.from.iter().chain(&column.join))
                    .cloned(),
            );
            columns.extend(map.only.iter().map(|only| only.from.clone()));
        }
        let mut made = BTreeSet::new();
        let mut joins: Vec<(String, String)> = Vec::new();
        for step in &mut view.steps {
            read_by(step, &mut columns);
            match step {
                Step::First { name, .. } | Step::Words { name, .. } | Step::Same { name, .. } => {
                    made.insert(name.clone());
                }
                Step::Scores(_) => made.extend(["mark".to_owned(), "missing_work".to_owned()]),
                Step::Join(join) => {
                    let key = bundle.members.iter().find(|member| member.id == join.file);
                    if let Some(member) = key.filter(|_| join.on.is_empty()) {
                        join.on.clone_from(&member.key);
                    }
                    let own = asked.entry(join.file.clone()).or_default();
                    own.insert(join.on.clone());
                    own.extend(join.only.iter().map(|(column, _)| column.clone()));
                    joins.push((format!("{}.", join.name), join.file.clone()));
                }
                Step::Pick { file, key, between, .. } => {
                    let named = bundle.members.iter().find(|member| member.id == *file);
                    if let Some(member) = named {
                        key.clone_from(&member.key);
                    }
                    let own = asked.entry(file.clone()).or_default();
                    own.insert(key.clone());
                    own.extend(between.iter().cloned());
                }
                _ => {}
            }
        }
        for column in columns.difference(&made) {
            let joined = joins
                .iter()
                .find_map(|(name, file)| Some((file, column.strip_prefix(name.as_str())?)));
            let (file, column) = joined.unwrap_or((&view.rows, column));
            asked.entry(file.clone()).or_default().insert(column.to_owned());
        }
    }
    for member in &mut bundle.members {
        member.wanted = asked
            .remove(&member.id)
            .unwrap_or_default()
            .into_iter()
            .filter(|column| !column.is_empty())
            .collect();
    }
}

/// The columns that a step reads.
fn read_by(step: &Step, columns: &mut BTreeSet<String>) {
    match step {
        Step::First { from, .. } | Step::Words { from, .. } => columns.extend(from.iter().cloned()),
        Step::Spread { column, .. } | Step::Keep { column, .. } => {
            columns.insert(column.clone());
        }
        Step::Join(join) => {
            columns.insert(join.from.clone());
        }
        Step::Same { of, .. } => columns.extend(of.iter().cloned()),
        Step::Pick { column, date, .. } => columns.extend(std::iter::once(column).chain(date).cloned()),
        Step::Blank { column, when, .. } => columns.extend([column.clone(), when.clone()]),
        Step::ThisYear { start, end } => columns.extend([start.clone(), end.clone()]),
        Step::Group { by, lists, order } => {
            columns.extend(by.iter().chain(lists).cloned());
            columns.extend(order.iter().map(|(column, _)| column.clone()));
        }
        Step::TellApart { column, by, order } => {
            columns.extend([column.clone(), by.clone()]);
            columns.extend(order.iter().map(|(column, _)| column.clone()));
        }
        Step::Scores(scores) => {
            let one = [
                &scores.item,
                &scores.score,
                &scores.least,
                &scores.most,
                &scores.date,
                &scores.status,
            ];
            let more = [&scores.category, &scores.weight];
            let lists = [&scores.by, &scores.missing_if, &scores.left_out_if];
            columns.extend(one.into_iter().chain(more).cloned());
            columns.extend(lists.into_iter().flatten().cloned());
        }
    }
}
