//! Rows of one file in memory: the columns that anything reads, one row per key, in the order of the keys.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::recipe::Member;

/// Rows of text, compact: one string and where the cells lie in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    /// The columns.
    pub(super) names: Vec<String>,
    text: String,
    bounds: Vec<(u32, u32)>,
    /// The physical line of each row; 0 for rows that an earlier export brought.
    lines: Vec<u32>,
}

impl Sheet {
    /// No row yet.
    pub(super) fn new(names: Vec<String>) -> Sheet {
        Sheet {
            names,
            ..Sheet::default()
        }
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.lines.len()
    }

    /// A column's place.
    pub(super) fn at(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|have| have == name)
    }

    /// A cell.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        let (start, end) = self.bounds[row * self.names.len() + column];
        &self.text[start as usize..end as usize]
    }

    /// The cells of a row.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = &str> {
        (0..self.names.len()).map(move |column| self.cell(row, column))
    }

    /// The line of a row.
    pub(super) fn line(&self, row: usize) -> u32 {
        self.lines[row]
    }

    /// Adds a row.
    pub(super) fn push<'c>(&mut self, line: u32, cells: impl Iterator<Item = &'c str>) {
        let before = self.bounds.len();
        for cell in cells.take(self.names.len()) {
            let start = self.text.len() as u32;
            // Places are 32 bits wide: beyond 4 GiB, which no bundle that is let in reaches, a cell is blank and not somewhere else.
            if self.text.len() + cell.len() <= u32::MAX as usize {
                self.text.push_str(cell);
            }
            self.bounds.push((start, self.text.len() as u32));
        }
        let end = self.text.len() as u32;
        self.bounds.resize(before + self.names.len(), (end, end));
        self.lines.push(line);
    }

    /// Rows by the cell of a column, blank cells left out.
    pub(super) fn index(&self, column: &str) -> FxHashMap<&str, Vec<u32>> {
        let mut rows: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
        if let Some(column) = self.at(column) {
            for row in 0..self.len() {
                let cell = self.cell(row, column);
                if !cell.is_empty() {
                    rows.entry(cell).or_default().push(row as u32);
                }
            }
        }
        rows
    }

    /// The same rows, none of which stands in tonight's file.
    pub(super) fn of_before(mut self) -> Sheet {
        self.lines.fill(0);
        self
    }

    /// The sheet as a file of its own.
    pub(super) fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail.
        let _ = writer.write_record(&self.names);
        for row in 0..self.len() {
            let _ = writer.write_record(self.row(row));
        }
        writer.into_inner().unwrap_or_default()
    }

    /// This sheet corrected by a later one: rows of the same key are replaced, new ones added, deleted ones taken out. Both are in
    /// the order of their keys, and so is what comes out.
    pub(super) fn corrected(self, by: &Sheet, deleted: &[String], member: &Member) -> Sheet {
        let known = |name: &&String| self.at(name).is_some() || by.at(name).is_some();
        let mut merged = Sheet::new(member.wanted.iter().filter(known).cloned().collect());
        let places = |sheet: &Sheet| -> Vec<Option<usize>> { merged.names.iter().map(|name| sheet.at(name)).collect() };
        let (old_at, new_at) = (places(&self), places(by));
        let (Some(old_key), Some(new_key)) = (self.at(&member.key), by.at(&member.key)) else {
            return self;
        };
        let cells = |sheet: &Sheet, row: usize, at: &[Option<usize>]| -> Vec<String> {
            at.iter()
                .map(|at| at.map_or(String::new(), |at| sheet.cell(row, at).to_owned()))
                .collect()
        };
        let (mut old, mut new) = (0, 0);
        while old < self.len() || new < by.len() {
            let order = match (old < self.len(), new < by.len()) {
                (true, true) => self.cell(old, old_key).cmp(by.cell(new, new_key)),
                (true, false) => Ordering::Less,
                _ => Ordering::Greater,
            };
            if order != Ordering::Greater {
                let key = self.cell(old, old_key);
                let gone = deleted.binary_search_by(|deleted| deleted.as_str().cmp(key)).is_ok();
                if order == Ordering::Less && !gone {
                    let cells = cells(&self, old, &old_at);
                    merged.push(0, cells.iter().map(String::as_str));
                }
                old += 1;
            }
            if order != Ordering::Less {
                let cells = cells(by, new, &new_at);
                merged.push(by.line(new), cells.iter().map(String::as_str));
                new += 1;
            }
        }
        merged
    }
}

/// Whether a cell is one of several words; case, spaces, `-` and `_` make no difference.
pub(super) fn is_one_of(cell: &str, words: &[String]) -> bool {
    let plain = |text: &str| -> Vec<char> {
        let letters = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
        letters.flat_map(char::to_lowercase).collect()
    };
    let exact = words.iter().any(|word| word.eq_ignore_ascii_case(cell));
    exact
        || (!words.is_empty() && {
            let cell = plain(cell);
            words.iter().any(|word| plain(word) == cell)
        })
}
