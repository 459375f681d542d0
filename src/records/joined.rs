//! Cells that are put together of others, such as a name of its two halves: they stand behind the file's own cells, so that a plan
//! finds them at a place like any other.

use super::adapter::{Adapter, ColumnMap};
use super::lines::Row;
use super::plan::Plan;

/// What one joined cell is made of.
#[derive(Clone, Debug)]
pub(super) struct Join {
    /// Where the cells stand.
    pub(super) from: Vec<usize>,
    between: String,
}

impl Join {
    /// The join of a column; `None` where it has none, or none of its cells is in the file.
    pub(super) fn new(map: &ColumnMap, from: &[usize]) -> Option<Join> {
        (!from.is_empty()).then(|| Join {
            from: from.to_vec(),
            between: map.between.clone().unwrap_or_else(|| " ".to_owned()),
        })
    }
}

/// A row with its joined cells behind its own; the memory is used again from row to row.
#[derive(Debug, Default)]
pub(super) struct Joined {
    text: String,
    bounds: Vec<(u32, u32)>,
}

impl Joined {
    /// Whether any plan joins cells.
    pub(super) fn needed(plans: &[Plan<'_>]) -> bool {
        plans.iter().any(|plan| !plan.joins.is_empty())
    }

    /// The row, `width` cells wide, and behind them what the plans join, in their order. Blank cells and null words leave no gap.
    pub(super) fn row<'j>(&'j mut self, row: &Row<'_>, width: usize, plans: &[Plan<'_>]) -> Row<'j> {
        self.text.clear();
        self.bounds.clear();
        for at in 0..width {
            let start = self.text.len();
            self.text.push_str(row.cell(at));
            self.close(start);
        }
        for plan in plans {
            for join in &plan.joins {
                self.join(row, join, plan.adapter);
            }
        }
        Row {
            text: &self.text,
            bounds: &self.bounds,
            line: row.line,
        }
    }

    fn join(&mut self, row: &Row<'_>, join: &Join, adapter: &Adapter) {
        let start = self.text.len();
        let null = |cell: &str| adapter.null_words.iter().any(|word| word.eq_ignore_ascii_case(cell));
        for cell in join.from.iter().map(|at| row.cell(*at)) {
            if cell.is_empty() || null(cell) {
                continue;
            }
            if self.text.len() > start {
                self.text.push_str(&join.between);
            }
            self.text.push_str(cell);
        }
        self.close(start);
    }

    /// Ends the cell that began at a place.
    fn close(&mut self, start: usize) {
        // A record is at most 16 MiB and its joins a few cells more: far from where a place would not fit.
        self.bounds.push((start as u32, self.text.len() as u32));
    }
}
