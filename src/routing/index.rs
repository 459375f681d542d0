//! Staff and caseloads under small numbers, looked up once a question instead of walked.

use rustc_hash::FxHashMap;

use super::areas::normal;
use super::{Caseload, Staff};
use crate::school::{Day, Interner};

/// The number of the empty word.
const BLANK: u32 = 0;

/// A caseload row that holds today.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The row in the table, for words.
    pub(super) at: u32,
    /// The person; `None` where the staff table has no such id.
    pub(super) staff: Option<u32>,
    /// Made from a last-name range.
    pub(super) from_range: bool,
    /// The role and the area, as numbers; 0 where blank.
    role: u32,
    area: u32,
}

/// Who has which role where, and whose students are whose.
#[derive(Debug)]
pub(super) struct Index<'a> {
    words: Interner,
    rows: Vec<Row>,
    of_student: FxHashMap<&'a str, (u32, u32)>,
    roles: Vec<Vec<u32>>,
    with_role: FxHashMap<u32, Vec<u32>>,
    with_role_at: FxHashMap<(u32, &'a str), Vec<u32>>,
    by_id: FxHashMap<&'a str, u32>,
}

impl<'a> Index<'a> {
    /// Indexes the rows that hold on `today`.
    pub(super) fn new(staff: &'a [Staff], caseload: &'a [Caseload], today: Day) -> Index<'a> {
        let mut words = Interner::default();
        words.intern("");
        let by_id: FxHashMap<&str, u32> = staff
            .iter()
            .zip(0..)
            .map(|(person, at)| (&*person.staff_id, at))
            .collect();
        let mut index = Index {
            words,
            rows: Vec::new(),
            of_student: FxHashMap::default(),
            roles: Vec::with_capacity(staff.len()),
            with_role: FxHashMap::default(),
            with_role_at: FxHashMap::default(),
            by_id,
        };
        for (person, at) in staff.iter().zip(0..) {
            index.add_person(person, at);
        }
        index.add_caseload(caseload, today);
        index
    }

    fn add_person(&mut self, person: &'a Staff, at: u32) {
        let mut roles: Vec<u32> = person
            .roles
            .iter()
            .map(|role| self.words.intern(&normal(role)))
            .collect();
        roles.sort_unstable();
        roles.dedup();
        for &role in &roles {
            if person.schools.is_empty() {
                self.with_role.entry(role).or_default().push(at);
            }
            for school in &person.schools {
                let here = self.with_role_at.entry((role, school)).or_default();
                if here.last() != Some(&at) {
                    here.push(at);
                }
            }
        }
        self.roles.push(roles);
    }

    fn add_caseload(&mut self, caseload: &'a [Caseload], today: Day) {
        let holds =
            |row: &Caseload| row.from.is_none_or(|from| from <= today) && row.until.is_none_or(|until| today <= until);
        let mut order: Vec<u32> = (0u32..)
            .zip(caseload)
            .filter(|(_, row)| holds(row))
            .map(|(at, _)| at)
            .collect();
        order.sort_by_key(|at| caseload[*at as usize].student_id.as_str());
        // Role cells repeat thousands of times: each spelling is made comparable once.
        let mut spelled: FxHashMap<&str, u32> = FxHashMap::default();
        for at in order {
            let row = &caseload[at as usize];
            let words = &mut self.words;
            let mut number = |cell: &'a str| *spelled.entry(cell).or_insert_with(|| words.intern(&normal(cell)));
            let made = Row {
                at,
                staff: self.by_id.get(row.staff_id.as_str()).copied(),
                from_range: row.from_range,
                role: number(&row.role),
                area: row.area.as_ref().map_or(BLANK, |area| number(area.word())),
            };
            let end = self.rows.len() as u32 + 1;
            self.of_student.entry(&row.student_id).or_insert((end - 1, end)).1 = end;
            self.rows.push(made);
        }
    }

    /// The number of a word that routes use.
    pub(super) fn word(&mut self, word: &str) -> u32 {
        self.words.intern(&normal(word))
    }

    /// The number of a word, where anybody uses it; nothing equals the number of a word that nobody uses.
    pub(super) fn known_word(&self, word: &str) -> u32 {
        self.words.get(word).unwrap_or(u32::MAX)
    }

    /// The person with a staff id.
    pub(super) fn person(&self, staff_id: &str) -> Option<u32> {
        self.by_id.get(staff_id).copied()
    }

    /// A student's caseload rows that hold today.
    pub(super) fn rows_of(&self, student_id: &str) -> &[Row] {
        let (start, end) = self.of_student.get(student_id).copied().unwrap_or_default();
        &self.rows[start as usize..end as usize]
    }

    /// Persons with a role at a school: first those of that school, then those of all schools.
    pub(super) fn with_role<'s>(&'s self, role: u32, school_id: &'s str) -> impl Iterator<Item = u32> + 's {
        let here = self.with_role_at.get(&(role, school_id));
        let everywhere = self.with_role.get(&role);
        here.into_iter().chain(everywhere).flatten().copied()
    }

    /// Persons with a role at any school; some come more than once.
    pub(super) fn anywhere_with_role(&self, role: u32) -> impl Iterator<Item = u32> + '_ {
        let schools = self.with_role_at.iter().filter(move |((known, _), _)| *known == role);
        let here = schools.flat_map(|(_, who)| who);
        here.chain(self.with_role.get(&role).into_iter().flatten()).copied()
    }

    /// All caseload rows that hold today.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Whether a row stands for `word` in news of `area`: by its role or its area, or where its role is blank by the
    /// person's own roles. A row for another area does not count, unless the route asks for that very area.
    pub(super) fn stands_for(&self, row: &Row, word: u32, area: u32) -> bool {
        if row.area == word {
            return true;
        }
        if row.area != BLANK && row.area != area {
            return false;
        }
        let own_role = || row.staff.is_some_and(|at| self.roles[at as usize].contains(&word));
        row.role == word || (row.role == BLANK && own_role())
    }

    /// Whether a row is for one area alone; such a row goes before one for all areas.
    pub(super) fn names_area(&self, row: &Row) -> bool {
        row.area != BLANK
    }
}
