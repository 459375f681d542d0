//! Small numbers for long names: facts are kept under them, so that a row allocates nothing.

use std::cell::Cell;
use std::hash::BuildHasher as _;
use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;

/// A list of distinct names and the number of each, in the order in which they were first seen.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    names: Vec<Arc<str>>,
    /// By the names' hashes: a table of numbers alone stays in the cache where one of texts would not.
    numbers: HashTable<u32>,
}

fn hash(name: &str) -> u64 {
    FxBuildHasher.hash_one(name)
}

impl Interner {
    /// The number of a name, given now where it had none.
    pub fn intern(&mut self, name: &str) -> u32 {
        let names = &mut self.names;
        let known = |number: &u32| *names[*number as usize] == *name;
        let again = |number: &u32| hash(&names[*number as usize]);
        match self.numbers.entry(hash(name), known, again) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                let number = names.len() as u32;
                place.insert(number);
                names.push(name.into());
                number
            }
        }
    }

    /// Makes room for so many names in all.
    pub fn expect(&mut self, names: usize) {
        let more = names.saturating_sub(self.names.len());
        self.names.reserve_exact(more);
        let names = &self.names;
        self.numbers.reserve(more, |number| hash(&names[*number as usize]));
    }

    /// The number of a name that has one.
    pub fn get(&self, name: &str) -> Option<u32> {
        let found = self
            .numbers
            .find(hash(name), |number| *self.names[*number as usize] == *name);
        found.copied()
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
