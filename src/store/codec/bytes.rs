//! Numbers, days and texts as bytes.

use crate::school::Day;

/// Bytes being written.
pub(super) struct Writer<'v> {
    pub(super) bytes: &'v mut Vec<u8>,
    start: Day,
}

impl<'v> Writer<'v> {
    /// Writes after what `bytes` holds, days counted from `start`.
    pub(super) fn new(bytes: &'v mut Vec<u8>, start: Day) -> Writer<'v> {
        Writer { bytes, start }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    #[inline]
    pub(super) fn number(&mut self, number: impl Into<u64>) {
        let mut number = number.into();
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    pub(super) fn length(&mut self, length: usize) {
        self.number(length as u64);
    }

    #[inline]
    pub(super) fn day(&mut self, day: Day) {
        self.number(fold(i64::from(day.0) - i64::from(self.start.0)));
    }

    /// A number or nothing: 0 is nothing.
    pub(super) fn maybe(&mut self, number: Option<u64>) {
        self.number(number.map_or(0, |number| number + 1));
    }

    pub(super) fn maybe_day(&mut self, day: Option<Day>) {
        let offset = |day: Day| fold(i64::from(day.0) - i64::from(self.start.0));
        self.maybe(day.map(offset));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

fn fold(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

fn unfold(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// Bytes being read; `None` wherever they are not what a writer wrote.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    start: Day,
}

impl<'b> Reader<'b> {
    /// Reads a record whose days count from `start`; `None` for a version that we do not know.
    pub(super) fn new(bytes: &'b [u8], start: Day) -> Option<Reader<'b>> {
        let (&version, bytes) = bytes.split_first()?;
        (version == super::VERSION).then_some(Reader { bytes, start })
    }

    #[inline]
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(byte)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// A number of a smaller type.
    #[inline]
    pub(super) fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    /// How many of something follow; never more than bytes are left, so that a damaged record cannot ask for all memory.
    pub(super) fn length(&mut self) -> Option<usize> {
        let length: usize = self.small()?;
        (length <= self.bytes.len()).then_some(length)
    }

    #[inline]
    pub(super) fn day(&mut self) -> Option<Day> {
        let offset = unfold(self.number()?);
        i32::try_from(i64::from(self.start.0).checked_add(offset)?)
            .ok()
            .map(Day)
    }

    pub(super) fn maybe<T: TryFrom<u64>>(&mut self) -> Option<Option<T>> {
        match self.number()? {
            0 => Some(None),
            number => T::try_from(number - 1).ok().map(Some),
        }
    }

    pub(super) fn maybe_day(&mut self) -> Option<Option<Day>> {
        let Some(folded) = self.maybe::<u64>()? else {
            return Some(None);
        };
        let day = i64::from(self.start.0).checked_add(unfold(folded))?;
        i32::try_from(day).ok().map(|day| Some(Day(day)))
    }

    pub(super) fn slice(&mut self, length: usize) -> Option<&'b [u8]> {
        let (slice, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(slice)
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = self.length()?;
        std::str::from_utf8(self.slice(length)?).ok()
    }

    /// A value, where nothing is left over.
    pub(super) fn done<T>(self, value: T) -> Option<T> {
        self.bytes.is_empty().then_some(value)
    }
}
