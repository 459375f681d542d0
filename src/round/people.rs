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

    /// Takes an export's persons, and gives what the store is to learn. Each comes from a row that the books have, so they know all of them.
    pub(super) fn take(&mut self, mut people: Vec<Person>, books: &Books) -> Met {
        let students = &books.names.students;
        let known = students.in_order();
        let mut numbers = Vec::with_capacity(people.len());
        people.retain(|person| {
            let number = known.get(&person.student_id);
            numbers.extend(number);
            number.is_some()
        });
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
}
