//! What the quick way of plain rows needs: which cell stands where, and which dates and codes the long way has understood.

use crate::records::columns::attendance::{CODE, DATE, PERIOD, PORTION, SCHOOL, STUDENT};
use crate::records::ids::{SHORT, pack};
use crate::records::plan::Plan;

/// What the quick way makes of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Student,
    School,
    /// A student and a school side by side, two cells of the row: together they name a lane.
    StudentAtSchool,
    Date,
    Code,
    /// A period or a part of a day: the quick way takes rows without one.
    Blank,
    /// Nothing that firstbell reads.
    Unread,
}

/// Which cell stands where in the rows of a file whose cells are taken as they stand.
#[derive(Clone, Debug)]
pub(in crate::records) struct Layout {
    pub(super) cells: Vec<Cell>,
    pub(in crate::records) delimiter: u8,
}

impl Layout {
    /// The layout of a plan over so many columns; `None` where the adapter changes a cell, and every row goes the long way.
    pub(in crate::records) fn of(plan: &Plan<'_>, columns: usize, delimiter: u8) -> Option<Layout> {
        let mut cells = vec![Cell::Unread; columns];
        for (column, cell) in [
            (STUDENT, Cell::Student),
            (SCHOOL, Cell::School),
            (DATE, Cell::Date),
            (CODE, Cell::Code),
            (PERIOD, Cell::Blank),
            (PORTION, Cell::Blank),
        ] {
            let needed = cell != Cell::Blank || plan.has(column);
            if needed {
                let place = cells.get_mut(plan.plain_at(column)?)?;
                // One column of the file for two of the table: the long way reads it twice.
                if *place != Cell::Unread {
                    return None;
                }
                *place = cell;
            }
        }
        if let Some(at) = cells.windows(2).position(|pair| pair == [Cell::Student, Cell::School]) {
            cells.splice(at..at + 2, [Cell::StudentAtSchool]);
        }
        Some(Layout { cells, delimiter })
    }
}

/// The texts by which rows name lanes. Exports come day by day in almost the order in which the lanes were met, or student by student:
/// a guess and one comparison replace looking up.
#[derive(Debug, Default)]
pub(super) struct Signs {
    signs: Vec<Sign>,
    last: usize,
}

/// The text that names a lane, short enough to be compared at once.
#[derive(Clone, Copy, Debug)]
struct Sign {
    text: u128,
    /// From 1 to 16.
    length: u32,
}

impl Sign {
    /// No row bears it: its text is longer than what is compared.
    const NONE: Sign = Sign {
        text: 1 << 8,
        length: 1,
    };

    /// Whether a row that begins with these bytes bears it.
    #[inline]
    fn is_at(&self, bytes: u128) -> bool {
        bytes & (u128::MAX >> (128 - 8 * self.length)) == self.text
    }
}

impl Signs {
    /// The lane that the text at a place names, and where that text ends, if it is the lane after the last row's, or the same again.
    #[inline]
    pub(super) fn guess(&mut self, text: &[u8], start: usize) -> Option<(u32, usize)> {
        let bytes: [u8; 16] = text.get(start..start + 16)?.try_into().ok()?;
        let bytes = u128::from_le_bytes(bytes);
        let signs = self.signs.get(self.last..)?;
        let length = match signs {
            [_, next, ..] if next.is_at(bytes) => {
                self.last += 1;
                next.length
            }
            [last, ..] if last.is_at(bytes) => last.length,
            _ => return None,
        };
        Some((self.last as u32, start + length as usize))
    }

    /// Remembers the text that names the last row's lane, where it is short enough.
    pub(super) fn learn(&mut self, lane: u32, text: &[u8]) {
        self.last = lane as usize;
        if self.signs.len() <= self.last {
            self.signs.resize(self.last + 1, Sign::NONE);
        }
        if (1..=16).contains(&text.len()) {
            let mut bytes = [0; 16];
            bytes[..text.len()].copy_from_slice(text);
            self.signs[self.last] = Sign {
                text: u128::from_le_bytes(bytes),
                length: text.len() as u32,
            };
        }
    }
}

const ONES: u128 = u128::MAX / 0xFF;
const LOW: u128 = ONES * 0x7F;

/// The short cell at a place in a text, packed, and the place of what ends it; `None` where it is blank, may have to be trimmed, is too
/// long, or lies so close to the text's end that sixteen bytes cannot be read.
#[inline]
pub(super) fn packed_until(text: &[u8], start: usize, end: u8) -> Option<(u128, usize)> {
    let bytes: [u8; 16] = text.get(start..start + 16)?.try_into().ok()?;
    let word = u128::from_le_bytes(bytes);
    let other = word ^ (ONES * u128::from(end));
    // A high bit for every byte that ends the cell; exact, without the borrow of the shorter formula.
    let ends = !(((other & LOW) + LOW) | other | LOW);
    if ends == 0 {
        return None;
    }
    let length = (ends.trailing_zeros() / 8) as usize;
    if length == 0 || length > SHORT || !bytes[0].is_ascii_graphic() || !bytes[length - 1].is_ascii_graphic() {
        return None;
    }
    Some((word & ((1 << (8 * length)) - 1), start + length))
}

/// Whether the bytes up to a delimiter are the cell of a sound row: no line ends within them, and a NUL byte makes a row odd whichever way
/// it goes.
pub(super) fn is_one_cell(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| matches!(byte, 0 | b'\n'))
}

/// Where the next cell or row begins, if the cell ends here; a carriage return belongs to the line's end.
#[inline]
pub(super) fn past(text: &[u8], at: usize, end: u8) -> Option<usize> {
    match text.get(at) {
        Some(&byte) if byte == end => Some(at + 1),
        Some(b'\r') if end == b'\n' && text.get(at + 1) == Some(&b'\n') => Some(at + 2),
        _ => None,
    }
}

/// Dates as they are written, and what the long way made of them.
#[derive(Debug)]
pub(super) struct Dates<T>(Vec<(u128, T)>);

/// Places for dates: more than any month and day of two digits each can need.
const PLACES: usize = 1024;

impl<T: Copy + Default> Default for Dates<T> {
    fn default() -> Dates<T> {
        Dates(vec![(0, T::default()); PLACES])
    }
}

impl<T: Copy> Dates<T> {
    /// The place of a packed `YYYY-MM-DD`; a date written otherwise has one too, and may share it.
    #[inline]
    fn place(date: u128) -> usize {
        let digit = |at: u32| (date >> (8 * at)) as usize & 15;
        (((digit(5) & 1) * 10 + digit(6)) * 32 + (digit(8) & 3) * 10 + digit(9)) % PLACES
    }

    /// What a packed date means, where it was met before.
    #[inline]
    pub(super) fn get(&self, date: u128) -> Option<T> {
        let (known, meaning) = self.0[Dates::<T>::place(date)];
        (known == date).then_some(meaning)
    }

    /// Remembers a date; one that is too long to be packed is not.
    pub(super) fn learn(&mut self, date: &str, meaning: T) {
        let key = pack(date.as_bytes());
        if key != 0 {
            self.0[Dates::<T>::place(key)] = (key, meaning);
        }
    }
}

/// Dates and codes that the long way understood: the quick way looks them up.
#[derive(Debug)]
pub(super) struct Learned {
    /// Offsets of days.
    pub(super) dates: Dates<u16>,
    /// By a code of one byte: the lane's byte; 0 where it is not known or not understood.
    pub(super) codes: [u8; 256],
}

impl Default for Learned {
    fn default() -> Learned {
        Learned {
            dates: Dates::default(),
            codes: [0; 256],
        }
    }
}

impl Learned {
    /// Remembers a date and a code of one byte.
    pub(super) fn learn(&mut self, date: &str, day: u16, code: &str, byte: u8) {
        self.dates.learn(date, day);
        if let [code] = code.as_bytes() {
            self.codes[usize::from(*code)] = byte;
        }
    }
}
