//! Persons of tonight's exports, on their way into the directory.
//!
//! In: an export's persons, once it is laid into the books. Out: what the store is to learn of them. Never: a name in a fact.

use std::sync::Arc;

use crate::directory::Person;
use crate::facts::Books;
use crate::store::Met;

/// Persons by export. They are shared: who writes them begins while other exports are still laid in.
#[derive(Default)]
pub(super) struct People {
    exports: Vec<Arc<Vec<Person>>>,
    /// Persons whom the books did not know by their export alone; another one may bring them.
    unmet: Vec<Person>,
    /// So many students of the books are known to the store, or handed over.
    handed: usize,
}

impl People {
    /// Nobody yet, beside books as the store has them.
    pub(super) fn beside(books: &Books) -> People {
        People {
            handed: books.names.students.len(),
            ..People::default()
        }
    }

    /// Takes an export's persons, and gives what the store is to learn.
    pub(super) fn take(&mut self, people: Vec<Person>, books: &Books) -> Met {
        let students = &books.names.students;
        let known = students.in_order();
        let numbers: Vec<Option<u32>> = people.iter().map(|person| known.get(&person.student_id)).collect();
        let unmet = people.iter().zip(&numbers).filter(|(_, number)| number.is_none());
        self.unmet.extend(unmet.map(|(person, _)| person.clone()));
        let people = Arc::new(people);
        self.exports.push(Arc::clone(&people));
        let first = std::mem::replace(&mut self.handed, students.len());
        let mut ids = students.shared(first.saturating_sub(1)..);
        Met {
            first: first as u32,
            before: if first > 0 { ids.next() } else { None },
            ids: ids.collect(),
            people,
            numbers,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.exports.iter().all(|people| people.is_empty())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Person> {
        self.exports.iter().flat_map(|people| people.iter())
    }

    /// Persons whom the books did not know when their export was laid in.
    pub(super) fn unmet(&self) -> &[Person] {
        &self.unmet
    }
}
