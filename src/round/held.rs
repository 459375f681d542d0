//! Which tables are held tonight, for the whole district or for one school: rules that read them are not run there.

use std::collections::BTreeMap;

use crate::facts::{Books, SchoolIx};
use crate::school::{Table, Tables};

/// Held tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    everywhere: Tables,
    schools: BTreeMap<SchoolIx, Tables>,
}

impl Held {
    /// Holds a table for every school.
    pub fn hold(&mut self, table: Table) {
        self.everywhere = self.everywhere.and(Tables::one(table));
    }

    /// Holds one school's part of a table.
    pub fn hold_at(&mut self, school: SchoolIx, table: Table) {
        let tables = self.schools.entry(school).or_default();
        *tables = tables.and(Tables::one(table));
    }

    /// The held tables as text, for the store: `grades; attendance@1044`.
    pub fn to_text(&self, books: &Books) -> String {
        let everywhere = self.everywhere.iter().map(|table| table.to_string());
        let schools = self.schools.iter().flat_map(|(school, tables)| {
            let id = books.names.schools.name(u32::from(school.0));
            tables.iter().map(move |table| format!("{table}@{id}"))
        });
        everywhere.chain(schools).collect::<Vec<_>>().join("; ")
    }

    /// The same read back; a school that the books do not know is left out.
    pub fn from_text(text: &str, books: &Books) -> Held {
        let mut held = Held::default();
        for part in text.split("; ").filter(|part| !part.is_empty()) {
            match part.split_once('@') {
                None => part.parse().into_iter().for_each(|table| held.hold(table)),
                Some((table, id)) => {
                    let school = books.names.schools.get(id).map(|number| SchoolIx(number as u16));
                    if let (Ok(table), Some(school)) = (table.parse(), school) {
                        held.hold_at(school, table);
                    }
                }
            }
        }
        held
    }

    /// What is held at a school.
    pub fn at(&self, school: SchoolIx) -> Tables {
        self.everywhere
            .and(self.schools.get(&school).copied().unwrap_or_default())
    }
}
