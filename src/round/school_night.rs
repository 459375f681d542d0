//! One school on one day: what every rule says of every student, then what that changes.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use super::held::Held;
use super::holding::Seen;
use super::ledger::{Change, Ledger, RuleAtSchool, Said};
pub(super) use super::sheet::Known;
use crate::crossings::storm::{Sighting, is_storm, is_whole_school};
use crate::crossings::{Counts, Phase, Reason, Standing, Tonight, advance};
use crate::facts::{Books, SchoolIx, StudentIx};
use crate::fetch;
use crate::monitor::Problem;
use crate::rules::{CaseFile, Edges, Heard, Judge, NotFor, Rule, RuleSet, Status, Verdict};
use crate::school::{Day, Level};
use crate::timeline::enrollment::Stay;
use crate::timeline::{Almanac, Night, Scratch, StudentNight};

/// The nights of a year, each made when it is first asked for.
pub(super) struct Nights<'a> {
    almanac: &'a Almanac<'a>,
    nights: Vec<OnceLock<Night<'a>>>,
}

impl<'a> Nights<'a> {
    pub(super) fn new(almanac: &'a Almanac<'a>) -> Nights<'a> {
        let days = almanac.books().year.length();
        Nights {
            almanac,
            nights: std::iter::repeat_with(OnceLock::new).take(days).collect(),
        }
    }

    /// A school's id.
    pub(super) fn school_id(&self, school: SchoolIx) -> &'a str {
        self.almanac.books().names.schools.name(u32::from(school.0))
    }

    /// Instructional days of a school from one day to another, both included.
    pub(super) fn school_days(&self, school: SchoolIx, first: Day, last: Day) -> usize {
        self.almanac.school_days_between(school, first, last).unwrap_or(0)
    }

    /// The home enrollment of a student on a day.
    pub(super) fn home(&self, student: StudentIx, day: Day) -> Option<Stay> {
        self.almanac.home(student, day)
    }

    /// The night of a day of the year; `None` outside the year.
    pub(super) fn get(&self, day: Day) -> Option<&Night<'a>> {
        let offset = self.almanac.books().year.offset(day)?;
        Some(self.nights[usize::from(offset)].get_or_init(|| self.almanac.night(day)))
    }
}

/// The version of a rule that a desk judged by before, for the first night of a new one.
pub(super) struct Older {
    /// The rule's number.
    pub(super) rule: u16,
    /// The digest that desks remember.
    pub(super) digest: String,
    /// The old version, able to judge.
    pub(super) rules: RuleSet,
}

/// What every school's night shares.
pub(super) struct Context<'c, 'a> {
    pub(super) books: &'a Books,
    pub(super) rules: &'c RuleSet,
    pub(super) nights: &'c Nights<'a>,
    pub(super) held: &'c Held,
    pub(super) ledger: &'c Ledger,
    pub(super) older: &'c [Older],
    /// Verdicts worked out beforehand, where nights are only looked at again: nobody reads their words then.
    pub(super) known: Option<&'c Known>,
}

/// What each thread brings.
pub(super) struct Bench<'c, 'a> {
    rules: &'c RuleSet,
    /// Made when it is first asked: it costs milliseconds.
    judge: Option<Judge<'c>>,
    older: Vec<Judge<'c>>,
    scratch: Scratch<'a>,
    row: Vec<Option<Verdict>>,
    /// Room for a school's verdicts: megabytes that would be asked for and given back at every school.
    cells: Vec<Option<Verdict>>,
}

impl<'c, 'a> Bench<'c, 'a> {
    pub(super) fn new(context: &Context<'c, 'a>) -> Bench<'c, 'a> {
        Bench {
            rules: context.rules,
            judge: None,
            older: context.older.iter().map(|older| Judge::new(&older.rules)).collect(),
            scratch: context.nights.almanac.scratch(),
            row: Vec::new(),
            cells: Vec::new(),
        }
    }

    fn judge(&mut self) -> &mut Judge<'c> {
        self.judge.get_or_insert_with(|| Judge::new(self.rules))
    }
}

/// One school's students on one day, and the rules that are due there.
pub(super) struct Task {
    pub(super) school: SchoolIx,
    pub(super) day: Day,
    /// Whether this is the newest day due there: the night on which two versions of a changed rule judge side by side. Missed days
    /// before it are judged by the old one alone.
    pub(super) newest: bool,
    pub(super) students: Vec<StudentIx>,
    /// Rule numbers.
    pub(super) due: Vec<u16>,
}

/// What one school's night changed.
#[derive(Default)]
pub(super) struct SchoolDay {
    pub(super) school: Option<SchoolIx>,
    pub(super) desks: Vec<(u16, RuleAtSchool, Phase)>,
    pub(super) standings: Vec<(StudentIx, u16, Standing)>,
    pub(super) changes: Vec<Change>,
    pub(super) said: Vec<(StudentIx, u16, Said)>,
    /// Storms, and a day on which almost the whole school was absent.
    pub(super) seen: Vec<Seen>,
    /// Rules that failed while they ran.
    pub(super) failed: Vec<Problem>,
    /// Students judged by at least one rule, and answers that were unknown.
    pub(super) judged: u32,
    pub(super) unknown: u32,
}

/// Judges one school on one day.
pub(super) fn judge<'c, 'a>(context: &Context<'c, 'a>, bench: &mut Bench<'c, 'a>, task: &Task) -> SchoolDay {
    let mut done = SchoolDay {
        school: Some(task.school),
        ..SchoolDay::default()
    };
    let Some(night) = context.nights.get(task.day) else {
        return done;
    };
    if context.known.is_some() && !task.due.iter().any(|rule| may_sit(context, task, night, *rule)) {
        return done;
    }
    let verdicts = verdicts(context, bench, task, night, &mut done);
    if context.ledger.standings.is_empty() && context.known.is_none() {
        // On a first night every other student has one of each.
        done.standings.reserve(task.students.len());
        done.changes.reserve(task.students.len());
    }
    for &rule in &task.due {
        let desk = context
            .ledger
            .desks
            .get(&(task.school, rule))
            .cloned()
            .unwrap_or_default();
        let column = || verdicts.column(rule);
        let Some(sitting) = Sitting::open(context, bench, task, night, rule, desk, column()) else {
            continue;
        };
        let changes = done.changes.len();
        for (student, verdict) in task.students.iter().zip(column()) {
            if let Some(verdict) = verdict {
                sitting.advance(context, bench, *student, verdict, &mut done);
            }
        }
        done.seen.extend(sitting.storm(context, &done.changes[changes..]));
        done.desks.push((rule, sitting.desk, sitting.phase));
    }
    if let Verdicts::Judged { mut cells, .. } = verdicts {
        cells.clear();
        bench.cells = cells;
    }
    if context.known.is_none() {
        explain(context, bench, night, context.held.at(task.school), &mut done.changes);
    }
    done.failed = bench.judge.as_ref().map(Judge::problems).unwrap_or_default();
    done
}

/// Whether the day can count for a rule at a school: none of its feeds is held there, and where it reads attendance the school's
/// through day moved.
fn may_sit(context: &Context<'_, '_>, task: &Task, night: &Night<'_>, rule: u16) -> bool {
    let at_work = &context.rules.rules()[usize::from(rule)];
    if at_work.reads().meets(context.held.at(task.school)) {
        return false;
    }
    let through = night.through(task.school);
    let before = context
        .ledger
        .desks
        .get(&(task.school, rule))
        .and_then(|desk| desk.through);
    !at_work.reads_attendance() || (through.is_some() && through > before)
}

/// Gives each change the rule's own words. By student, so that the days of one with many changes are read once.
fn explain<'c, 'a>(
    context: &Context<'c, 'a>,
    bench: &mut Bench<'c, 'a>,
    night: &Night<'a>,
    held: crate::school::Tables,
    changes: &mut [Change],
) {
    changes.sort_by_key(|change| change.student);
    let rules = bench.rules;
    let judge = bench.judge.get_or_insert_with(|| Judge::new(rules));
    let mut students: Vec<StudentIx> = changes.iter().map(|change| change.student).collect();
    students.dedup();
    let all = changes.chunk_by_mut(|one, two| one.student == two.student);
    for (at, changes) in all.enumerate() {
        if at % fetch::AT_ONCE == 0 {
            let next = at..students.len().min(at + fetch::AT_ONCE);
            fetch::students(&students[next], context.books);
        }
        let student = changes[0].student;
        let Some(numbers) = night.student_with(student, &mut bench.scratch) else {
            continue;
        };
        let heard = Heard::new(&numbers);
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held,
        };
        for change in changes {
            let rule = usize::from(change.rule);
            if !keeps_numbers(&rules.rules()[rule], change) {
                change.because = judge.because(rule, &file);
                continue;
            }
            heard.forget();
            let file = CaseFile {
                numbers: &heard,
                ..file
            };
            judge.one(rule, &file);
            change.because = judge.because(rule, &file);
            change.numbers = heard.to_json();
        }
    }
}

/// Whether a change is kept with the words that its rule read. Not on a baseline below concern: that is most of a first night's changes,
/// of whom nobody is written as news, and each bears its measure and the rule's sentence as it is. A rule that asks others read theirs.
fn keeps_numbers(rule: &Rule, change: &Change) -> bool {
    let is_first_look = change.reason == Reason::Baseline && change.to < Some(Level::Concern);
    !is_first_look && rule.asks().is_empty()
}

/// What every rule says of every student of a school on a day.
enum Verdicts<'v> {
    /// Judged now: a row per student, a column per rule.
    Judged { cells: Vec<Option<Verdict>>, width: usize },
    /// Worked out beforehand.
    Known { rows: Vec<&'v [Option<Verdict>]> },
}

impl Verdicts<'_> {
    /// What one rule says, in the order of the students.
    fn column(&self, rule: u16) -> impl Iterator<Item = &Option<Verdict>> {
        let rule = usize::from(rule);
        let students = match self {
            Verdicts::Judged { cells, width } => cells.len() / (*width).max(1),
            Verdicts::Known { rows } => rows.len(),
        };
        (0..students).map(move |at| match self {
            Verdicts::Judged { cells, width } => &cells[at * width + rule],
            Verdicts::Known { rows } => rows[at].get(rule).unwrap_or(&None),
        })
    }
}

fn verdicts<'c, 'a>(
    context: &Context<'c, 'a>,
    bench: &mut Bench<'c, 'a>,
    task: &Task,
    night: &'c Night<'a>,
    done: &mut SchoolDay,
) -> Verdicts<'c> {
    let width = context.rules.rules().len();
    if let Some(known) = context.known.filter(|known| known.sheet.holds(task.day)) {
        let (absent, enrolled) = known.sheet.absent(task.school, task.day);
        done.seen.extend(whole_school(task, absent, enrolled));
        let rows = task.students.iter().map(|student| known.sheet.row(*student, task.day));
        return Verdicts::Known { rows: rows.collect() };
    }
    let held = context.held.at(task.school);
    let mut cells = std::mem::take(&mut bench.cells);
    cells.reserve(task.students.len() * width);
    let rules = bench.rules;
    let judge = bench.judge.get_or_insert_with(|| Judge::new(rules));
    let row = &mut bench.row;
    let (mut enrolled, mut absent) = (0, 0);
    for (at, &student) in task.students.iter().enumerate() {
        if at % fetch::AT_ONCE == 0 {
            // Students of a school lie far apart.
            let next = at..task.students.len().min(at + fetch::AT_ONCE);
            fetch::students(&task.students[next], context.books);
        }
        row.clear();
        if let Some(numbers) = night.student_with(student, &mut bench.scratch) {
            enrolled += 1;
            absent += u32::from(is_absent_all_day(night, &numbers));
            let file = CaseFile {
                numbers: &numbers,
                school_id: numbers.school_id(),
                grade: numbers.grade(),
                held,
            };
            judge.night(&file, row);
        }
        row.resize(width, None);
        done.judged += u32::from(row.iter().flatten().any(Verdict::is_judged));
        cells.append(row);
    }
    done.seen.extend(whole_school(task, absent, enrolled));
    Verdicts::Judged { cells, width }
}

/// A question about the calendar, where almost the whole school was absent all day.
fn whole_school(task: &Task, absent: u32, enrolled: u32) -> Option<Seen> {
    is_whole_school(absent, enrolled).then(|| Seen {
        school: task.school,
        rule: String::new(),
        sighting: Sighting {
            day: task.day,
            students: absent,
            urgent: 0,
            judged: enrolled,
        },
    })
}

/// Whether a student missed the whole of the night's day, as far as the school's attendance reaches it.
pub(super) fn is_absent_all_day(night: &Night<'_>, numbers: &StudentNight<'_>) -> bool {
    let day = night.as_of();
    if night.through(numbers.school()) != Some(day) {
        return false;
    }
    let Some(offset) = night.books().year.offset(day) else {
        return false;
    };
    numbers
        .days_to(offset)
        .and_then(|days| days.days_back().next())
        .is_some_and(|day| day.offset == offset && day.is_full())
}

/// One rule judging one school on one day.
struct Sitting {
    rule: u16,
    school: SchoolIx,
    day: Day,
    edges: Edges,
    digest: Arc<str>,
    desk: RuleAtSchool,
    phase: Phase,
    /// Students whom the rule judged today.
    judged: u32,
    /// Whether the rule writes to anybody here.
    live: bool,
    /// The number of the old version in [`Context::older`], on the first night of a new digest and on missed days before it.
    older: Option<usize>,
    /// Whether the old version judges alone.
    alone: bool,
    held: crate::school::Tables,
}

impl Sitting {
    /// Opens the sitting, or says that the day does not count for this rule here: a feed is held, or the rule reads
    /// attendance and the school's through day stands still.
    fn open<'v>(
        context: &Context<'_, '_>,
        bench: &mut Bench<'_, '_>,
        task: &Task,
        night: &Night<'_>,
        rule: u16,
        mut desk: RuleAtSchool,
        column: impl Iterator<Item = &'v Option<Verdict>>,
    ) -> Option<Sitting> {
        let at_work = &context.rules.rules()[usize::from(rule)];
        if !may_sit(context, task, night, rule) {
            return None;
        }
        let held = context.held.at(task.school);
        let through = night.through(task.school);
        let school_id = context.books.names.schools.name(u32::from(task.school.0));
        let card = at_work.card(school_id);
        let mut counts = Counts::default();
        for (student, verdict) in task.students.iter().zip(column) {
            let Some(verdict) = verdict else { continue };
            let had = context.ledger.said(*student, rule) == Said::JUDGED;
            if let Verdict::NotApplicable(NotFor::Needs { .. }) = verdict
                && at_work.may_turn_away()
                && desk.baseline.done.is_none()
                && !admits(context, bench, night, *student, rule, held)
            {
                counts.add(&Verdict::NotApplicable(NotFor::Applies), had);
                continue;
            }
            counts.add(verdict, had);
        }
        let (baseline, phase) = desk.baseline.tonight(task.day, card.status == Status::Live, counts);
        let digest = at_work.digest(school_id);
        let older = (!desk.digest.is_empty() && desk.digest != digest)
            .then(|| {
                context
                    .older
                    .iter()
                    .position(|older| older.rule == rule && older.digest == desk.digest)
            })
            .flatten();
        let alone = older.is_some() && !task.newest;
        let old_card = older
            .filter(|_| alone)
            .and_then(|at| context.older[at].rules.rule(at_work.id()));
        let edges = old_card.map_or(&card.edges, |old| &old.card(school_id).edges).clone();
        desk.baseline = baseline;
        desk.last = Some(task.day);
        desk.through = through.max(desk.through);
        if !alone {
            digest.clone_into(&mut desk.digest);
        }
        Some(Sitting {
            rule,
            school: task.school,
            day: task.day,
            edges,
            digest: desk.digest.as_str().into(),
            desk,
            phase,
            judged: counts.judged,
            live: card.status == Status::Live,
            older,
            alone,
            held,
        })
    }

    /// The storm that today's steps up make, if they make one. Starting lists never do.
    fn storm(&self, context: &Context<'_, '_>, changes: &[Change]) -> Option<Seen> {
        if self.phase != Phase::Done || !self.live {
            return None;
        }
        let steps = changes.iter().filter(|change| {
            matches!(change.reason, Reason::Crossed | Reason::Worsened)
                && change.to >= Some(Level::Concern)
                && change.to > change.from
        });
        let (mut students, mut urgent) = (0, 0);
        for change in steps {
            students += 1;
            urgent += u32::from(change.to == Some(Level::Urgent));
        }
        is_storm(students, self.judged).then(|| Seen {
            school: self.school,
            rule: context.rules.rules()[usize::from(self.rule)].id().to_owned(),
            sighting: Sighting {
                day: self.day,
                students,
                urgent,
                judged: self.judged,
            },
        })
    }

    fn advance(
        &self,
        context: &Context<'_, '_>,
        bench: &mut Bench<'_, '_>,
        student: StudentIx,
        verdict: &Verdict,
        done: &mut SchoolDay,
    ) {
        let said = context.ledger.said(student, self.rule);
        let says = match verdict {
            Verdict::Clear { .. } | Verdict::At { .. } => Said::JUDGED,
            Verdict::Unknown(_) => said.unknown(),
            Verdict::NotApplicable(_) | Verdict::Held(_) => Said::NOT_FOR,
        };
        done.unknown += u32::from(matches!(verdict, Verdict::Unknown(_)));
        if says != said {
            done.said.push((student, self.rule, says));
        }
        let kept = context.ledger.standings.get(&(student, self.rule));
        let mut older = self
            .older
            .and_then(|at| self.older_verdict(context, bench, at, student));
        let alone = if self.alone { older.take() } else { None };
        let verdict = alone.as_ref().unwrap_or(verdict);
        if kept.is_none() && verdict.level().is_none() && older.is_none() {
            // A clear verdict on nothing is nothing: most of a district, every night.
            return;
        }
        let before = kept.cloned().unwrap_or_default();
        let (mut after, reason) = {
            let bench = RefCell::new(&mut *bench);
            let again = |day| self.again(context, &mut bench.borrow_mut(), student, day);
            let tonight = Tonight {
                verdict,
                day: self.day,
                edges: &self.edges,
                digest: &self.digest,
                enrolled: true,
                believe_at_once: self.phase == Phase::Now,
                older: older.as_ref(),
                counts_as_judged: true,
                again: &again,
                working: true,
            };
            advance(&before, &tonight)
        };
        // Unknown nights are counted in `said`, where a student without any standing has them too.
        after.unknown_days = 0;
        after.unknown_on = None;
        if is_told_apart(&before, &after, reason) {
            let change = Change {
                student,
                rule: self.rule,
                school: self.school,
                day: self.day,
                from: before.level,
                to: after.level,
                is_open: after.is_open(),
                stepped_up: after.stepped_up,
                digest: match *after.digest == *self.digest {
                    true => Arc::clone(&self.digest),
                    false => after.digest.as_str().into(),
                },
                reason,
                value: verdict.value(),
                because: String::new(),
                numbers: String::new(),
            };
            done.changes.push(change);
        }
        done.standings.push((student, self.rule, after));
    }

    /// What the version before says of the same night; only on the round's own night, missed days are not judged twice.
    fn older_verdict(
        &self,
        context: &Context<'_, '_>,
        bench: &mut Bench<'_, '_>,
        at: usize,
        student: StudentIx,
    ) -> Option<Verdict> {
        let night = context.nights.get(self.day)?;
        let numbers = night.student(student)?;
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held: self.held,
        };
        let mut row = Vec::new();
        bench.older[at].night(&file, &mut row);
        let wanted = context.rules.rules()[usize::from(self.rule)].id();
        let place = context.older[at]
            .rules
            .rules()
            .iter()
            .position(|rule| rule.id() == wanted)?;
        row.get(place).cloned().flatten()
    }

    /// Another day of the same student under the same rule, with today's facts.
    fn again(&self, context: &Context<'_, '_>, bench: &mut Bench<'_, '_>, student: StudentIx, day: Day) -> Verdict {
        let nowhere = Verdict::NotApplicable(NotFor::Applies);
        if let Some(known) = context.known.and_then(|known| known.step(student, self.rule, day)) {
            return known.clone();
        }
        let Some(night) = context.nights.get(day) else {
            return nowhere;
        };
        let Some(numbers) = night.student(student) else {
            return nowhere;
        };
        let file = CaseFile {
            numbers: &numbers,
            school_id: numbers.school_id(),
            grade: numbers.grade(),
            held: self.held,
        };
        let mut row = Vec::new();
        bench.judge().night(&file, &mut row);
        row.get(usize::from(self.rule)).cloned().flatten().unwrap_or(nowhere)
    }
}

fn admits(
    context: &Context<'_, '_>,
    bench: &mut Bench<'_, '_>,
    night: &Night<'_>,
    student: StudentIx,
    rule: u16,
    held: crate::school::Tables,
) -> bool {
    if let Some(known) = context.known.filter(|known| known.sheet.holds(night.as_of())) {
        return !known.sheet.turned_away(student, rule, night.as_of());
    }
    let Some(numbers) = night.student(student) else {
        return false;
    };
    let file = CaseFile {
        numbers: &numbers,
        school_id: numbers.school_id(),
        grade: numbers.grade(),
        held,
    };
    bench.judge().admits(usize::from(rule), &file)
}

/// Whether a step is one that is kept and can be told: something changed that a person could ask about.
pub(super) fn is_told_apart(before: &Standing, after: &Standing, reason: Reason) -> bool {
    match reason {
        Reason::Still | Reason::Clear | Reason::Unknown | Reason::Held => false,
        Reason::LeftSchool => before.left != after.left,
        _ => before.level != after.level || reason == Reason::Resumed || before.left != after.left,
    }
}
