//! Verdicts worked out beforehand, for nights that are only looked at again: student by student and night after night, so that a
//! student's days are read once for many nights.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::ledger::Changes;
use super::school_night::{Nights, is_absent_all_day};
use crate::facts::{SchoolIx, StudentIx};
use crate::hands;
use crate::monitor::Problem;
use crate::rules::{CaseFile, Judge, NotFor, RuleSet, Verdict};
use crate::school::{Day, Tables};
use crate::timeline::{Almanac, Scratch};

/// Students that one thread takes at a time; chosen by us.
const AT_A_TIME: usize = 64;

/// What is known of nights before they are judged.
#[derive(Default)]
pub(super) struct Known {
    /// The nights at hand.
    pub(super) sheet: Sheet,
    /// What each flag's rule said on the day of its last step up. Facts stand still, so it would say the same again.
    steps: FxHashMap<(StudentIx, u16), (Day, Verdict)>,
}

impl Known {
    /// What a rule says of the day of a student's last step up.
    pub(super) fn step(&self, student: StudentIx, rule: u16, day: Day) -> Option<&Verdict> {
        let (step, verdict) = self.steps.get(&(student, rule))?;
        (*step == day).then_some(verdict)
    }

    /// Remembers the steps up among a night's changes; the night must still be on the sheet.
    pub(super) fn remember(&mut self, changes: &Changes) {
        for change in changes.iter() {
            let stepped = change.stepped_up == Some(change.day) && self.sheet.holds(change.day);
            let verdict = stepped.then(|| self.sheet.row(change.student, change.day).get(usize::from(change.rule)));
            if let Some(Some(Some(verdict))) = verdict {
                self.steps
                    .insert((change.student, change.rule), (change.day, verdict.clone()));
            }
        }
    }
}

/// What every rule says of every student on some days.
#[derive(Default)]
pub(super) struct Sheet {
    /// Ascending.
    days: Vec<Day>,
    /// Rules.
    width: usize,
    /// By [`AT_A_TIME`] students: by student, day and rule.
    parts: Vec<Vec<Option<Verdict>>>,
    /// Whom a rule's `applies` turns away though a least value had decided before it.
    turned_away: FxHashSet<(StudentIx, u16, Day)>,
    /// How many of a school were absent all day, and how many are enrolled.
    absent: FxHashMap<(SchoolIx, Day), (u32, u32)>,
}

impl Sheet {
    /// Whether the day is on it.
    pub(super) fn holds(&self, day: Day) -> bool {
        self.days.binary_search(&day).is_ok()
    }

    /// What every rule says of a student on a day; nothing of one who is not enrolled.
    pub(super) fn row(&self, student: StudentIx, day: Day) -> &[Option<Verdict>] {
        let number = student.0 as usize;
        let (Ok(day), Some(part)) = (self.days.binary_search(&day), self.parts.get(number / AT_A_TIME)) else {
            return &[];
        };
        let start = ((number % AT_A_TIME) * self.days.len() + day) * self.width;
        part.get(start..start + self.width).unwrap_or(&[])
    }

    /// How many students of a school were absent all day, and how many are enrolled.
    pub(super) fn absent(&self, school: SchoolIx, day: Day) -> (u32, u32) {
        self.absent.get(&(school, day)).copied().unwrap_or_default()
    }

    /// Whether a rule's `applies` turns the student away on a day on which a least value decided before it.
    pub(super) fn turned_away(&self, student: StudentIx, rule: u16, day: Day) -> bool {
        self.turned_away.contains(&(student, rule, day))
    }
}

/// Who works the sheets out: a judge for each thread, which remembers its answers from one sheet to the next.
pub(super) struct Readers<'r, 'a> {
    rules: &'r RuleSet,
    nights: &'r Nights<'a>,
    almanac: &'a Almanac<'a>,
    readers: Vec<Reader<'r, 'a>>,
}

struct Reader<'r, 'a> {
    judge: Judge<'r>,
    scratch: Scratch<'a>,
    row: Vec<Option<Verdict>>,
}

/// A part of a sheet.
#[derive(Default)]
struct Part {
    cells: Vec<Option<Verdict>>,
    turned_away: Vec<(StudentIx, u16, Day)>,
    absent: FxHashMap<(SchoolIx, Day), (u32, u32)>,
}

impl<'r, 'a> Readers<'r, 'a> {
    pub(super) fn new(rules: &'r RuleSet, nights: &'r Nights<'a>, almanac: &'a Almanac<'a>) -> Readers<'r, 'a> {
        let threads = hands::threads();
        let reader = || Reader {
            judge: Judge::new(rules),
            scratch: almanac.scratch(),
            row: Vec::new(),
        };
        Readers {
            rules,
            nights,
            almanac,
            readers: std::iter::repeat_with(reader).take(threads).collect(),
        }
    }

    /// Works out the verdicts of every student on the days, which are ascending.
    pub(super) fn read(&mut self, days: Vec<Day>) -> Sheet {
        let students = self.almanac.books().students.len();
        let next = AtomicUsize::new(0);
        let made: Mutex<Vec<(usize, Part)>> = Mutex::new(Vec::new());
        let (rules, nights, almanac) = (self.rules, self.nights, self.almanac);
        std::thread::scope(|scope| {
            for reader in &mut self.readers {
                let (next, made, days) = (&next, &made, &days);
                scope.spawn(move || {
                    loop {
                        let first = next.fetch_add(AT_A_TIME, Ordering::Relaxed);
                        if first >= students {
                            break;
                        }
                        let last = (first + AT_A_TIME).min(students);
                        let mut part = Part::default();
                        part.cells
                            .reserve_exact((last - first) * days.len() * rules.rules().len());
                        for student in (first..last).map(|number| StudentIx(number as u32)) {
                            reader.student(rules, nights, almanac, student, days, &mut part);
                        }
                        let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
                        made.push((first, part));
                    }
                });
            }
        });
        let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        made.sort_unstable_by_key(|(first, _)| *first);
        let mut sheet = Sheet {
            days,
            width: rules.rules().len(),
            ..Sheet::default()
        };
        for (_, part) in made {
            sheet.turned_away.extend(part.turned_away);
            for (place, (absent, enrolled)) in part.absent {
                let whole = sheet.absent.entry(place).or_default();
                *whole = (whole.0 + absent, whole.1 + enrolled);
            }
            sheet.parts.push(part.cells);
        }
        sheet
    }

    /// What went wrong in rules so far, each rule once.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = Vec::new();
        for problem in self.readers.iter().flat_map(|reader| reader.judge.problems()) {
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        problems
    }
}

impl<'a> Reader<'_, 'a> {
    fn student(
        &mut self,
        rules: &RuleSet,
        nights: &Nights<'a>,
        almanac: &Almanac<'_>,
        student: StudentIx,
        days: &[Day],
        part: &mut Part,
    ) {
        let width = rules.rules().len();
        for &day in days {
            let end = part.cells.len() + width;
            let numbers = nights
                .get(day)
                .and_then(|night| night.student_with(student, &mut self.scratch));
            // Nobody is judged on a day without school.
            let numbers = numbers.filter(|numbers| {
                !almanac.has_days(numbers.school()) || almanac.is_instructional(numbers.school(), day)
            });
            if let Some(numbers) = numbers {
                let place = part.absent.entry((numbers.school(), day)).or_default();
                let was_absent = nights.get(day).is_some_and(|night| is_absent_all_day(night, &numbers));
                *place = (place.0 + u32::from(was_absent), place.1 + 1);
                let file = CaseFile {
                    numbers: &numbers,
                    school_id: numbers.school_id(),
                    grade: numbers.grade(),
                    held: Tables::NONE,
                };
                self.judge.night(&file, &mut self.row);
                for (number, verdict) in self.row.iter().enumerate() {
                    if matches!(verdict, Some(Verdict::NotApplicable(NotFor::Needs { .. })))
                        && rules.rules()[number].may_turn_away()
                        && !self.judge.admits(number, &file)
                    {
                        part.turned_away.push((student, number as u16, day));
                    }
                }
                part.cells.append(&mut self.row);
            }
            part.cells.resize_with(end, || None);
        }
    }
}
