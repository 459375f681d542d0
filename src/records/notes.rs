//! What became of rows, counted while several threads read parts of one file.
//!
//! A thread knows a line only within its chunk. [`Line`] packs both, so that "first seen" can be compared between threads
//! before anybody knows how many lines came before.

use rustc_hash::FxHashMap;

use crate::monitor::Tallies;

/// A line in a chunk: the chunk's number in the upper half, the line within it (from 0) in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line(pub(super) u64);

impl Line {
    /// No line: for what is seen only when all rows are in.
    pub(super) const NONE: Line = Line(u64::MAX);

    /// The line of a chunk.
    pub(super) fn new(chunk: u32, line: u32) -> Line {
        Line(u64::from(chunk) << 32 | u64::from(line))
    }

    /// A line of the same chunk, so many further on.
    pub(super) fn plus(self, lines: u32) -> Line {
        Line(self.0 + u64::from(lines))
    }
}

/// How many physical lines each chunk holds, and how many came before the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    /// Line ends before the first chunk: the header's.
    pub(super) before: u64,
    /// Line ends per chunk, by chunk number; complete once all threads are done.
    pub(super) counts: Vec<(u32, u64)>,
}

impl Lines {
    /// Orders the counts and makes them running sums.
    pub(super) fn settle(&mut self) {
        self.counts.sort_unstable();
        let mut sum = self.before;
        for (_, count) in &mut self.counts {
            let own = *count;
            *count = sum;
            sum += own;
        }
    }

    /// The physical line, counted from 1; 0 where there is none. Only after [`Lines::settle`].
    pub(super) fn physical(&self, line: Line) -> u64 {
        if line == Line::NONE {
            return 0;
        }
        let chunk = (line.0 >> 32) as u32;
        let before = match self.counts.binary_search_by_key(&chunk, |(number, _)| *number) {
            Ok(at) => self.counts[at].1,
            Err(_) => self.before,
        };
        before + (line.0 & 0xFFFF_FFFF) + 1
    }
}

/// Rows of one kind.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// How many.
    pub(super) count: u64,
    /// Where first.
    pub(super) line: Line,
    /// The column, as the export's header has it.
    pub(super) column: String,
    /// The cell, where it may be shown.
    pub(super) sample: String,
}

/// Longest sample that a tally keeps, in characters; chosen by us: a code or a date fits, a remark does not.
const SAMPLE_CHARS: usize = 24;

/// Tallies of one thread.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// Rows read, header and blank lines left out.
    pub(super) rows: u64,
    /// Rows that could not be used.
    pub(super) rejected: u64,
    /// Rows that are not the main table's.
    pub(super) passed_over: u64,
    kinds: FxHashMap<&'static str, Seen>,
    /// Cells in no table of the configuration (codes, marks), each with its own count.
    pub(super) unknown: FxHashMap<(&'static str, Box<str>), Seen>,
}

impl Notes {
    /// Counts a row of a kind; the row goes on.
    pub(super) fn add(&mut self, kind: &'static str, line: Line, column: &str, sample: &str) {
        note(self.kinds.entry(kind).or_insert_with(none), 1, line, column, sample);
    }

    /// Counts a row that cannot be used.
    pub(super) fn reject(&mut self, kind: &'static str, line: Line, column: &str, sample: &str) {
        self.rejected += 1;
        self.add(kind, line, column, sample);
    }

    /// Counts a cell that stands in no table of the configuration.
    pub(super) fn unknown(&mut self, kind: &'static str, line: Line, column: &str, cell: &str) {
        self.add(kind, line, column, cell);
        let entry = self.unknown.entry((kind, cell.into())).or_insert_with(none);
        note(entry, 1, line, column, cell);
    }

    /// Adds another thread's notes.
    pub(super) fn merge(&mut self, other: Notes) {
        self.rows += other.rows;
        self.rejected += other.rejected;
        self.passed_over += other.passed_over;
        for (kind, seen) in other.kinds {
            let entry = self.kinds.entry(kind).or_insert_with(none);
            note(entry, seen.count, seen.line, &seen.column, &seen.sample);
        }
        for (key, seen) in other.unknown {
            let entry = self.unknown.entry(key).or_insert_with(none);
            note(entry, seen.count, seen.line, &seen.column, &seen.sample);
        }
    }

    /// How many rows of a kind there are.
    pub(super) fn count(&self, kind: &str) -> u64 {
        self.kinds.get(kind).map_or(0, |seen| seen.count)
    }

    /// The kinds seen, in alphabetical order.
    pub(super) fn kinds(&self) -> Vec<(&'static str, &Seen)> {
        let mut kinds: Vec<_> = self.kinds.iter().map(|(kind, seen)| (*kind, seen)).collect();
        kinds.sort_unstable_by_key(|(kind, _)| *kind);
        kinds
    }

    /// The notes as tallies with physical lines.
    pub(super) fn tallies(&self, lines: &Lines) -> Tallies {
        let mut tallies = Tallies::default();
        for (kind, seen) in &self.kinds {
            tallies.add_many(kind, seen.count, lines.physical(seen.line), &seen.column, &seen.sample);
        }
        if self.rows > 0 {
            tallies.add_many("row", self.rows, 0, "", "");
        }
        tallies
    }
}

/// Nothing seen yet.
fn none() -> Seen {
    Seen {
        count: 0,
        line: Line(u64::MAX),
        column: String::new(),
        sample: String::new(),
    }
}

/// Adds to what was seen; the earliest line is kept with its sample.
fn note(seen: &mut Seen, count: u64, line: Line, column: &str, sample: &str) {
    let first = seen.count == 0 || line < seen.line;
    seen.count += count;
    if first {
        seen.line = line;
        column.clone_into(&mut seen.column);
        seen.sample = sample.chars().filter(|c| !c.is_control()).take(SAMPLE_CHARS).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Lines, Notes};

    #[test]
    fn lines_are_physical_once_all_chunks_are_counted() {
        let mut lines = Lines {
            before: 1,
            counts: vec![(2, 5), (0, 10), (1, 7)],
        };
        lines.settle();
        assert_eq!(lines.physical(Line::new(0, 0)), 2);
        assert_eq!(lines.physical(Line::new(1, 0)), 12);
        assert_eq!(lines.physical(Line::new(2, 3)), 22);
        assert_eq!(lines.physical(Line::NONE), 0);
    }

    #[test]
    fn the_earliest_line_wins_whoever_saw_it() {
        let mut one = Notes::default();
        one.add("impossible-date", Line::new(3, 0), "date", "later");
        let mut two = Notes::default();
        two.add("impossible-date", Line::new(1, 9), "date", "earlier");
        one.merge(two);
        let kinds = one.kinds();
        assert_eq!((kinds[0].1.count, kinds[0].1.sample.as_str()), (2, "earlier"));
    }
}
