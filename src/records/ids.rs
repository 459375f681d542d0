//! Numbers for names that come again and again in almost the same order: a guess and one comparison of sixteen bytes replace most hashing.

use rustc_hash::FxHashMap;

const NO: u32 = u32::MAX;
/// Names of up to so many bytes are compared and hashed as one number.
pub(super) const SHORT: usize = 15;

/// A name of up to [`SHORT`] bytes as one number; 0 for a longer one. No name holds a NUL byte: rows that do are refused before.
#[inline]
pub(super) fn pack(name: &[u8]) -> u128 {
    if name.len() > SHORT {
        return 0;
    }
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name);
    u128::from_le_bytes(bytes)
}

/// The short name of `length` bytes at a place in a text, packed; `None` where it may have to be trimmed or is too long.
#[inline]
pub(super) fn packed_at(text: &[u8], start: usize, length: usize) -> Option<u128> {
    if length == 0 || length > SHORT {
        return None;
    }
    let word = match text.get(start..start + 16).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => u128::from_le_bytes(bytes) & ((1 << (8 * length)) - 1),
        // So close to the end that sixteen bytes cannot be read at once.
        None => pack(text.get(start..start + length)?),
    };
    let bytes = word.to_le_bytes();
    (bytes[0].is_ascii_graphic() && bytes[length - 1].is_ascii_graphic()).then_some(word)
}

/// Names one after the other in one piece of memory: a fold has a hundred thousand, and only reads them again.
#[derive(Debug, Default)]
pub(crate) struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    /// The name of a number; empty for one that was not given.
    pub(crate) fn name(&self, number: u32) -> &str {
        let at = number as usize;
        let start = at
            .checked_sub(1)
            .map_or(Some(0), |before| self.ends.get(before).copied());
        let (Some(start), Some(&end)) = (start, self.ends.get(at)) else {
            return "";
        };
        &self.text[start..end]
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The names in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.name(at as u32))
    }

    fn push(&mut self, name: &str) -> u32 {
        self.text.push_str(name);
        self.ends.push(self.text.len());
        self.ends.len() as u32 - 1
    }
}

/// Names and their numbers, in the order in which they were first seen.
#[derive(Debug)]
pub(crate) struct Ids {
    /// The names.
    pub(crate) names: Names,
    keys: Vec<u128>,
    numbers: FxHashMap<u128, u32>,
    /// The numbers of names that have no key.
    long: FxHashMap<Box<str>, u32>,
    /// Who came after whom last time.
    after: Vec<u32>,
    last: u32,
}

impl Default for Ids {
    fn default() -> Ids {
        Ids {
            names: Names::default(),
            keys: Vec::new(),
            numbers: FxHashMap::default(),
            long: FxHashMap::default(),
            after: Vec::new(),
            last: NO,
        }
    }
}

impl Ids {
    /// Makes room for so many names in all: tables grown step by step have every name put in again and again.
    pub(super) fn expect(&mut self, names: usize) {
        let more = names.saturating_sub(self.keys.len());
        self.names.text.reserve(more * 8);
        self.names.ends.reserve_exact(more);
        self.keys.reserve_exact(more);
        self.after.reserve_exact(more);
        self.numbers.reserve(more);
    }

    /// The number of a short name that has one.
    #[inline]
    pub(super) fn known(&mut self, key: u128) -> Option<u32> {
        if self.last != NO {
            if self.keys[self.last as usize] == key {
                return Some(self.last);
            }
            let guess = self.after[self.last as usize];
            if guess != NO && self.keys[guess as usize] == key {
                self.last = guess;
                return Some(guess);
            }
        }
        let number = self.numbers.get(&key).copied()?;
        self.follow(number);
        Some(number)
    }

    /// The number of a short name that has one, where names follow each other in no order: nothing is guessed.
    #[inline]
    pub(super) fn looked_up(&self, key: u128) -> Option<u32> {
        self.numbers.get(&key).copied()
    }

    /// The number of a name, given now where it had none.
    #[inline]
    pub(super) fn number(&mut self, name: &str) -> u32 {
        let key = pack(name.as_bytes());
        if key != 0
            && let Some(number) = self.known(key)
        {
            return number;
        }
        let long = if key == 0 { self.long.get(name).copied() } else { None };
        let number = long.unwrap_or_else(|| self.give(name, key));
        self.follow(number);
        number
    }

    /// Gives a new name its number.
    fn give(&mut self, name: &str, key: u128) -> u32 {
        let number = self.names.push(name);
        self.keys.push(key);
        self.after.push(NO);
        match key {
            0 => self.long.insert(name.into(), number),
            _ => self.numbers.insert(key, number),
        };
        number
    }

    /// The key of a number; 0 for a long name.
    #[inline]
    pub(super) fn key(&self, number: u32) -> u128 {
        self.keys[number as usize]
    }

    /// Remembers who came after the last one.
    #[inline]
    fn follow(&mut self, number: u32) {
        if self.last != NO {
            self.after[self.last as usize] = number;
        }
        self.last = number;
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, pack, packed_at};

    #[test]
    fn numbers_are_given_once_whatever_the_order_and_the_length() {
        let mut ids = Ids::default();
        let long = "an-id-of-more-than-fifteen-bytes";
        let names = [
            "1",
            "2",
            "10",
            long,
            "",
            "1",
            long,
            "2",
            "2",
            "10",
            "",
            "fifteen-bytes-x",
        ];
        let numbers: Vec<u32> = names.iter().map(|name| ids.number(name)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 0, 3, 1, 1, 2, 4, 5]);
        assert_eq!(ids.known(pack(b"10")), Some(2));
        assert_eq!(ids.known(pack(b"11")), None);
    }

    #[test]
    fn a_name_in_a_text_packs_as_the_name_alone() {
        let text = b"12345,101,2026-09-01,A  ";
        assert_eq!(packed_at(text, 0, 5), Some(pack(b"12345")));
        assert_eq!(packed_at(text, 6, 3), Some(pack(b"101")));
        assert_eq!(packed_at(text, 21, 1), Some(pack(b"A")), "close to the end");
        assert_eq!(packed_at(text, 21, 2), None, "needs trimming");
        assert_eq!(packed_at(text, 21, 9), None, "behind the end");
        assert_eq!(packed_at(b" 2345,101,2026-09-01", 0, 5), None, "needs trimming");
        assert_eq!(packed_at(text, 0, 16), None);
    }
}
