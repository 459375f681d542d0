//! Small numbers for long names: facts are kept under them, so that a row allocates nothing.

use std::cell::Cell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A list of distinct names and the number of each, in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    names: Vec<Arc<str>>,
    /// Holds the same texts, not copies: a district has its students' ids in memory several times as it is.
    numbers: FxHashMap<Arc<str>, u32>,
}

impl Interner {
    /// The number of a name, given now where it had none.
    pub fn intern(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    /// Makes room for so many names in all.
    pub fn expect(&mut self, names: usize) {
        let more = names.saturating_sub(self.names.len());
        self.names.reserve_exact(more);
        self.numbers.reserve(more);
    }

    /// The number of a name that has one.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// Looks up many names that come in much the order of their numbers.
    pub fn in_order(&self) -> InOrder<'_> {
        InOrder {
            names: self,
            guess: Cell::new(0),
        }
    }

    /// The name behind a number that this list gave; empty for any other.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", |name| name)
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names of some numbers, shared.
    pub fn shared(&self, numbers: std::ops::RangeFrom<usize>) -> impl Iterator<Item = Arc<str>> {
        self.names.get(numbers).unwrap_or_default().iter().cloned()
    }

    /// The names in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }
}

/// Looks up names that come in much the order of their numbers: a guess and one comparison replace most hashing.
#[derive(Debug)]
pub struct InOrder<'i> {
    names: &'i Interner,
    guess: Cell<u32>,
}

impl InOrder<'_> {
    /// The number of a name that has one.
    pub fn get(&self, name: &str) -> Option<u32> {
        let guess = self.guess.get();
        let number = match self.names.names.get(guess as usize) {
            Some(guessed) if **guessed == *name => guess,
            _ => self.names.get(name)?,
        };
        self.guess.set(number + 1);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::Interner;

    #[test]
    fn every_order_finds_the_same_numbers() {
        let mut names = Interner::default();
        let given = ["b", "a", "c", "a"].map(|name| names.intern(name));
        assert_eq!(given, [0, 1, 2, 1]);
        let known = names.in_order();
        let asked = ["c", "b", "a", "x", "c", "c", "b"].map(|name| known.get(name));
        assert_eq!(asked, [Some(2), Some(0), Some(1), None, Some(2), Some(2), Some(0)]);
    }
}
