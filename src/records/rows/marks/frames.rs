//! The quick way of plain rows of grades. All that such a row says beside its student and its mark comes again and again, so it is compared as
//! text: one comparison stands for course, term, school, date and all the rest.

use rustc_hash::FxHashMap;

use crate::records::lines::Row;
use crate::records::rows::quick::{packed_until, past};

/// More frames than this are not kept: a file with so many has a remark in each row. Chosen by us; a district of a million students has
/// some tens of thousands.
const MOST: usize = 1 << 15;
/// The longest frame that is kept, in bytes; chosen by us.
const LONGEST: usize = 1 << 10;
/// After so many rows that no frame fitted, and more than fitted one, no more is learned; chosen by us: more than the frames that are kept,
/// each of which is missed once.
const PATIENCE: u32 = 1 << 16;
/// Stands in a frame's text for a cell: no plain row holds a line end.
const HOLE: u8 = b'\n';

/// What a row is but for its student and its mark.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Where its text begins, and where its two holes are, in the text of all frames.
    start: u32,
    first_hole: u32,
    second_hole: u32,
    end: u32,
    /// What the long way made of it.
    meaning: Framed,
    /// The frame that came after it last time.
    next: u32,
}

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Framed {
    /// The number of course, term, school, kind and date together.
    pub(super) slot: u32,
    /// Missing assignments, as rows keep them.
    pub(super) missing_work: u16,
}

/// A cell of a row: packed, 0 where it is blank, and where it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) key: u128,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A row that fits a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fitting {
    pub(super) student: Found,
    pub(super) mark: Found,
    pub(super) says: Framed,
    /// Where the next row begins.
    pub(super) next: usize,
    frame: u32,
}

/// The frames of one file's rows.
#[derive(Debug)]
pub(super) struct Frames {
    /// The columns of the student and of the mark.
    student: usize,
    mark: usize,
    /// What ends the first of the two cells, and the second.
    ends: [u8; 2],
    /// Frames one after the other, a [`HOLE`] for each of the two cells.
    text: Vec<u8>,
    frames: Vec<Frame>,
    numbers: FxHashMap<Box<[u8]>, u32>,
    last: u32,
    fitted: u32,
    missed: u32,
}

impl Frames {
    /// For rows of so many columns.
    pub(super) fn new(student: usize, mark: usize, columns: usize, delimiter: u8) -> Frames {
        let last = student.max(mark) + 1 == columns;
        Frames {
            student,
            mark,
            ends: [delimiter, if last { b'\n' } else { delimiter }],
            text: Vec::new(),
            frames: Vec::new(),
            numbers: FxHashMap::default(),
            last: 0,
            fitted: 0,
            missed: 0,
        }
    }

    /// Whether it is of no use to learn more: rows of this file differ, or come in no order.
    fn given_up(&self) -> bool {
        self.missed > PATIENCE && self.missed > self.fitted
    }

    /// The row at a place in a text, if it fits the frame that is expected here, or the last one again. Nothing is remembered of it before
    /// [`Frames::take`].
    #[inline]
    pub(super) fn fit(&self, text: &[u8], start: usize) -> Option<Fitting> {
        let last = self.frames.get(self.last as usize)?;
        self.fit_one(last.next, text, start)
            .or_else(|| self.fit_one(self.last, text, start))
    }

    #[inline]
    fn fit_one(&self, number: u32, text: &[u8], start: usize) -> Option<Fitting> {
        let frame = self.frames.get(number as usize)?;
        let part = |from: u32, to: u32| &self.text[from as usize..to as usize];
        let same = |at: usize, part: &[u8]| (text.get(at..at + part.len())? == part).then_some(at + part.len());
        let at = same(start, part(frame.start, frame.first_hole))?;
        let first = cell(text, at, self.ends[0])?;
        let at = same(first.end, part(frame.first_hole + 1, frame.second_hole))?;
        let second = cell(text, at, self.ends[1])?;
        let at = same(second.end, part(frame.second_hole + 1, frame.end))?;
        let next = past(text, at, b'\n')?;
        let (student, mark) = if self.student < self.mark {
            (first, second)
        } else {
            (second, first)
        };
        Some(Fitting {
            student,
            mark,
            says: frame.meaning,
            next,
            frame: number,
        })
    }

    /// Says that a row that fitted was taken.
    #[inline]
    pub(super) fn take(&mut self, row: &Fitting) {
        self.last = row.frame;
        self.fitted = self.fitted.saturating_add(1);
    }

    /// Remembers a row that went the long way, held nothing odd and meant this.
    pub(super) fn learn(&mut self, row: &Row<'_>, meaning: Framed) {
        if self.given_up() {
            return;
        }
        self.missed += 1;
        let (first, second) = (self.student.min(self.mark), self.student.max(self.mark));
        let (Some(all), Some(first), Some(second), Some(end)) = (
            row.bounds.first(),
            row.bounds.get(first),
            row.bounds.get(second),
            row.bounds.last(),
        ) else {
            return;
        };
        let bytes = row.text.as_bytes();
        let parts = [(all.0, first.0), (first.1, second.0), (second.1, end.1)];
        let parts = parts.map(|(from, to)| bytes.get(from as usize..to as usize).unwrap_or_default());
        let text = parts.join(&HOLE);
        let number = match self.numbers.get(text.as_slice()) {
            Some(&number) => number,
            None if self.frames.len() >= MOST || text.len() > LONGEST => return,
            None => self.add(text, parts[0].len(), parts[1].len(), meaning),
        };
        self.frames[self.last as usize].next = number;
        self.last = number;
    }

    /// A new frame; its parts before the first hole and between the holes are so long.
    fn add(&mut self, text: Vec<u8>, before: usize, between: usize, meaning: Framed) -> u32 {
        let number = self.frames.len() as u32;
        let start = self.text.len() as u32;
        let first_hole = start + before as u32;
        self.text.extend_from_slice(&text);
        self.frames.push(Frame {
            start,
            first_hole,
            second_hole: first_hole + 1 + between as u32,
            end: self.text.len() as u32,
            meaning,
            next: number,
        });
        self.numbers.insert(text.into_boxed_slice(), number);
        number
    }
}

/// The cell at a place in a text, up to what ends it; `None` where it cannot be packed.
#[inline]
fn cell(text: &[u8], start: usize, end: u8) -> Option<Found> {
    let (key, end) = if text.get(start) == Some(&end) {
        (0, start)
    } else {
        packed_until(text, start, end)?
    };
    Some(Found { key, start, end })
}

#[cfg(test)]
mod tests {
    use super::{Framed, Frames, MOST, PATIENCE};
    use crate::records::lines::plain;
    use crate::records::notes::Line;

    /// Reads a text as a fold does: by frames where one fits, else the long way; returns how many rows fitted.
    fn read(frames: &mut Frames, text: &str) -> u32 {
        let (mut at, before) = (0, frames.fitted);
        while at < text.len() {
            if let Some(row) = frames.fit(text.as_bytes(), at) {
                frames.take(&row);
                at = row.next;
                continue;
            }
            let end = at + text[at..].find('\n').unwrap_or(text.len() - at - 1) + 1;
            plain(&text[at..end], b',', Line::new(0, 0), |row| {
                let says = Framed {
                    slot: row.cell(0).len() as u32,
                    missing_work: 0,
                };
                frames.learn(&row, says);
            });
            at = end;
        }
        frames.fitted - before
    }

    #[test]
    fn rows_that_come_in_the_same_turn_fit_after_one_turn() {
        let turn = "MA,1001,70,final\nEN,1001,80,final\nART,1001,90,final\n";
        let mut frames = Frames::new(1, 2, 4, b',');
        // The last row of a text is too short to be looked at sixteen bytes at a time.
        read(&mut frames, turn);
        let again = turn.replace("1001", "1002").repeat(10);
        assert_eq!(
            read(&mut frames, &again),
            28,
            "what follows the last is learned once, and the text's end goes the long way"
        );
        let row = frames.fit(b"MA,7,,final\nMA,7,70,final\n", 0).unwrap();
        assert_eq!(
            (row.student.key, row.mark.key, row.says.slot, row.next),
            (u128::from(b'7'), 0, 2, 12)
        );
        assert!(frames.fit(b"MA,7,70,progress\nEN,7,70,final\n", 0).is_none());
        assert!(
            frames.fit(b"MA,7,70,final,\nEN,7,70,final\n", 0).is_none(),
            "a cell more"
        );
    }

    #[test]
    fn where_all_rows_differ_nothing_more_is_kept_after_a_while() {
        let mut frames = Frames::new(0, 1, 3, b',');
        let text: String = (0..PATIENCE + 5000).map(|at| format!("1,70,remark {at}\n")).collect();
        assert_eq!(read(&mut frames, &text), 0);
        assert_eq!(frames.frames.len(), MOST);
        assert_eq!(frames.missed, PATIENCE + 1, "the rows after it are not even looked at");
    }
}
