//! Staff, caseloads, subgroups and outcomes where several feeds fill them: a feed replaces what it said itself, and what all of them
//! say holds.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::setup::Setup;
use crate::monitor::Problem;
use crate::records::{Covers, Feed};
use crate::routing::Staff;
use crate::school::Table;
use crate::store::{SaidList, Store};
use crate::timeline::Source;

/// Tables that are no facts of a school year.
const LISTS: [Table; 4] = [Table::Staff, Table::Caseload, Table::Groups, Table::Outcomes];

/// The feed of a file as its tables' facts know it, with the other feeds that fill them.
pub(super) fn source(setup: &Setup, feed: &Feed) -> Source {
    let name = |feed: &Feed| feed.files.join(" ");
    let feeds = &setup.config.feeds;
    let shared = |table: Table| {
        let of_table = || feeds.iter().filter(|other| other.tables.contains(&table));
        // A feed of changes replaces nothing, so it needs no truth of its own: it corrects the one there is, and the next whole export
        // corrects it.
        let whole = of_table().filter(|other| other.covers != Covers::Rows || LISTS.contains(&table));
        (whole.count() > 1).then(|| (table, of_table().map(name).collect()))
    };
    Source {
        name: name(feed),
        shared: feed.tables.iter().filter_map(|table| shared(*table)).collect(),
    }
}

/// Each feed's own rows of lists that several feeds fill.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    said: BTreeMap<(Table, String), String>,
    /// Those to keep, as the store has them.
    rows: Vec<SaidList>,
}

impl Lists {
    /// What feeds said before. A list from before it had a second feed is taken for that of its first.
    pub(super) fn load(setup: &Setup, store: &Store) -> Result<Lists, Problem> {
        let feeds = &setup.config.feeds;
        let mut lists = Lists::default();
        let shared = |table: &Table| {
            let mut of_table = feeds.iter().filter(|feed| feed.tables.contains(table));
            let first = of_table.next()?;
            of_table.next().map(|_| (*table, first.files.join(" ")))
        };
        let shared: Vec<(Table, String)> = LISTS.iter().filter_map(shared).collect();
        if shared.is_empty() {
            return Ok(lists);
        }
        for said in store.said_lists()? {
            let table = shared.iter().find(|(table, _)| table.word() == said.list);
            if let Some((table, _)) = table {
                lists.said.insert((*table, said.feed), said.rows);
            }
        }
        for (table, first) in shared {
            if lists.said.keys().any(|(of, _)| *of == table) {
                continue;
            }
            let rows = match table {
                Table::Staff => as_text(&store.staff()?),
                Table::Caseload => {
                    let written = store.caseload()?.into_iter().filter(|row| !row.from_range);
                    as_text(&written.collect::<Vec<_>>())
                }
                Table::Groups => as_text(&store.groups()?),
                _ => as_text(&store.outcomes()?),
            };
            lists.said.insert((table, first), rows);
        }
        Ok(lists)
    }

    /// What is to be kept of tonight.
    pub(super) fn fresh(&self) -> impl Iterator<Item = &SaidList> {
        self.rows.iter()
    }

    /// Takes one feed's staff; all staff, each id once: of two feeds that name one person the later one in the configuration counts, as a
    /// district's own list stands below its student system's.
    pub(super) fn staff(&mut self, source: &Source, rows: Vec<Staff>) -> Vec<Staff> {
        let Some(feeds) = source.shared.get(&Table::Staff) else {
            return rows;
        };
        self.take(Table::Staff, source, &rows);
        let mut all: BTreeMap<String, Staff> = BTreeMap::new();
        for feed in feeds {
            for person in self.rows_of::<Staff>(Table::Staff, feed) {
                all.insert(person.staff_id.clone(), person);
            }
        }
        all.into_values().collect()
    }

    /// Takes one feed's rows of a list; the rows of all feeds, each once.
    pub(super) fn together<T>(&mut self, table: Table, source: &Source, rows: Vec<T>) -> Vec<T>
    where
        T: Serialize + DeserializeOwned + Ord,
    {
        let Some(feeds) = source.shared.get(&table) else {
            return rows;
        };
        self.take(table, source, &rows);
        let mut all: Vec<T> = feeds.iter().flat_map(|feed| self.rows_of(table, feed)).collect();
        all.sort();
        all.dedup();
        all
    }

    fn take<T: Serialize>(&mut self, table: Table, source: &Source, rows: &[T]) {
        self.said.insert((table, source.name.clone()), as_text(&rows));
        // The first night with a second feed keeps what the list was taken for, too.
        let of_table = self.said.iter().filter(|((of, _), _)| *of == table);
        let rows: Vec<SaidList> = of_table
            .map(|((of, feed), rows)| SaidList {
                feed: feed.clone(),
                list: of.word().to_owned(),
                rows: rows.clone(),
            })
            .collect();
        self.rows.retain(|said| said.list != table.word());
        self.rows.extend(rows);
    }

    fn rows_of<T: DeserializeOwned>(&self, table: Table, feed: &str) -> Vec<T> {
        let rows = self.said.get(&(table, feed.to_owned()));
        // What this program wrote it can read; what a hand spoiled comes again with the feed's next file.
        rows.and_then(|rows| serde_json::from_str(rows).ok())
            .unwrap_or_default()
    }
}

fn as_text<T: Serialize>(rows: &T) -> String {
    serde_json::to_string(rows).unwrap_or_else(|_| "[]".to_owned())
}
