//! What a round takes from the store and what it leaves there: facts, standings, changes and letters, all in one commit.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Order;
use super::intake::Taken;
use super::ledger::{Change, Ledger, RuleAtSchool, Said};
use super::night::{NightDone, open_by_level};
use super::posting::{Found, Posting};
use super::report;
use super::school_night::Nights;
use super::setup::Setup;
use crate::clock::Now;
use crate::crossings::{Baseline, Standing};
use crate::facts::{Books, Names, SchoolIx, StudentIx};
use crate::monitor::Problem;
use crate::outbox::{self, Act, Desk, Entry, Kind, Letter, State};
use crate::records;
use crate::routing::Owners;
use crate::rules::{Judge, RuleSet};
use crate::school::{Day, Level, SchoolYear};
use crate::store::{self, SchoolRule, Store, Tx};
use crate::timeline::Almanac;

/// What a rule at a school keeps beside its last day and digest.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    baseline: Baseline,
    through: Option<Day>,
}

/// Standings as the last round left them, with the rules at work numbered first.
///
/// # Errors
///
/// A problem where the store cannot be read.
pub fn ledger_of(store: &Store, rules: &RuleSet, year: &SchoolYear, names: &Names) -> Result<Ledger, Problem> {
    let mut ledger = Ledger::default();
    for rule in rules.rules() {
        ledger.rules.intern(rule.id());
    }
    for (rule, standings) in store.load_standings(year)? {
        let number = ledger.rules.intern(&rule) as u16;
        ledger.standings.extend(
            standings
                .into_iter()
                .map(|(student, standing)| ((student, number), standing)),
        );
    }
    if !store.letters(&[State::Refused])?.is_empty() {
        forget_refused(store, year, &mut ledger, names)?;
    }
    for ((rule, school), state) in store.load_school_rules(year)? {
        let number = ledger.rules.intern(&rule) as u16;
        let kept: Kept = serde_json::from_str(&state.baseline).unwrap_or_default();
        let at_school = RuleAtSchool {
            last: state.judged,
            through: kept.through,
            digest: state.digest,
            baseline: kept.baseline,
        };
        ledger.desks.insert((school, number), at_school);
    }
    for (rule, bytes) in store.load_nights(year)? {
        let number = ledger.rules.intern(&rule) as usize;
        if ledger.said.len() <= number {
            ledger.said.resize_with(number + 1, Vec::new);
        }
        ledger.said[number] = bytes.into_iter().map(Said).collect();
    }
    Ok(ledger)
}

/// What a refused letter told, nobody read: told is counted again from the letters that stand.
fn forget_refused(store: &Store, year: &SchoolYear, ledger: &mut Ledger, names: &Names) -> Result<(), Problem> {
    let tolds = store.tolds(year)?;
    for ((student, rule), standing) in &mut ledger.standings {
        let key = (
            names.students.name(student.0).to_owned(),
            ledger.rules.name(u32::from(*rule)).to_owned(),
            standing.episode,
        );
        let told = tolds.get(&key).copied();
        standing.told = told
            .as_ref()
            .map(|told| told.level)
            .filter(|_| standing.level.is_some());
        standing.told_unwritten = standing.told.is_some() && told.is_some_and(|told| !told.written);
    }
    Ok(())
}

/// A judged night on its way into the store.
pub(super) struct Night<'n, 'a> {
    pub(super) year: SchoolYear,
    pub(super) as_of: Day,
    pub(super) now: &'n Now,
    pub(super) order: Order,
    pub(super) taken: &'n Taken,
    pub(super) night: &'n mut NightDone,
    pub(super) nights: &'n Nights<'a>,
    pub(super) almanac: &'n Almanac<'a>,
}

/// Keeps facts where no day can be judged yet.
pub(super) fn keep_facts(store: &Store, books: &Books, taken: &Taken, now: &Now) -> Result<(), Problem> {
    if taken.files.iter().all(|file| !file.accepted) {
        return Ok(());
    }
    let tx = store.begin()?;
    let as_of = books.year.start;
    let round = tx.open_round(as_of, now.today, now.seconds)?;
    save_facts(&tx, books, taken, round, as_of)?;
    tx.close_round(round, now.seconds, "{}")?;
    tx.commit()
}

/// Decides the night's letters and keeps everything, unless nothing is to be kept; returns the letters posted.
pub(super) fn decide(
    setup: &Setup,
    store: &Store,
    night: Night<'_, '_>,
    problems: &mut Vec<Problem>,
    look_back: bool,
) -> Result<Vec<Letter>, Problem> {
    let books = night.almanac.books();
    let staff = match &night.taken.staff {
        Some(staff) => staff.clone(),
        None => store.staff()?,
    };
    let caseload = caseload(store, &staff, night.taken)?;
    let morning = night
        .almanac
        .next_school_day(night.as_of)
        .unwrap_or(night.as_of.plus(1));
    let today = if night.order.as_of.is_some() {
        morning
    } else {
        night.now.today
    };
    let config = &setup.config;
    let owners = Owners::new(
        &staff,
        &caseload,
        &config.routes,
        &config.last_owner,
        &config.mail.allowed_domains,
        today,
    );
    problems.extend(owners.problems());
    let posting = Posting {
        books,
        rules: &setup.rules,
        nights: night.nights,
        ledger: &night.night.ledger,
        held: &night.taken.held,
        owners: &owners,
        as_of: night.as_of,
        began: night.night.began,
        rule_changed: Posting::rule_changed(&night.night.changes),
    };
    let mut found = posting.find();
    let posted = store.posted(morning)?;
    let late = report::late(night.almanac, night.nights, night.as_of, &night.taken.held);
    let judge = std::cell::RefCell::new(Judge::new(&setup.rules));
    let refresh = |letter: &Letter, told: &outbox::Told| {
        let before = told_elsewhere(store, letter.id, told);
        posting.again(told, before)
    };
    let fill = |entry: &mut Entry| posting.fill(&mut judge.borrow_mut(), entry);
    let next_morning = night.almanac.next_school_day(morning).unwrap_or(morning.plus(1));
    let due = |day: Day| due(setup, &night, day);
    let desk = Desk {
        as_of: night.as_of,
        morning,
        next_morning,
        date: night.now.seconds,
        due: &due,
        from: &config.mail.from,
        late: &late,
        owners: &owners,
        flags: &found.flags,
        refresh: &refresh,
        fill: &fill,
    };
    let mut acts = outbox::compose_letters(std::mem::take(&mut found.news), &posted, &desk);
    let lines = report::lines(&report::Night {
        taken: night.taken,
        nights: night.nights,
        ledger: &night.night.ledger,
        judged: &night.night.judged,
        found: &found,
        problems,
        as_of: night.as_of,
    });
    acts.extend(outbox::operator_report(&lines, &config.mail.operator, &posted, &desk));
    let letters = letters_of(&acts);
    if night.order.dry_run || look_back {
        return Ok(letters);
    }
    // A day on which no rule could open its sitting (its through day stood still) was looked at and changed nothing.
    let is_new = !night.taken.files.is_empty() || night.night.changed_anything() || !acts.is_empty();
    if is_new {
        let parts = Parts {
            setup,
            books,
            staff: &staff,
            caseload: &caseload,
            acts,
            found: &found,
            problems,
        };
        keep(store, night, parts)
    } else {
        Ok(Vec::new())
    }
}

/// Written caseload rows, and those that last-name ranges become.
fn caseload(
    store: &Store,
    staff: &[crate::routing::Staff],
    taken: &Taken,
) -> Result<Vec<crate::routing::Caseload>, Problem> {
    let before = store.caseload()?;
    let same = taken.caseload.is_none() && taken.staff.is_none() && taken.people.is_empty();
    if same {
        return Ok(before);
    }
    let mut rows = match &taken.caseload {
        Some(rows) => rows.clone(),
        None => before.into_iter().filter(|row| !row.from_range).collect(),
    };
    if staff.iter().any(|person| !person.last_names.is_empty()) {
        let mut people: BTreeMap<String, crate::directory::Person> = store
            .directory()?
            .into_iter()
            .map(|person| (person.student_id.clone(), person))
            .collect();
        people.extend(
            taken
                .people
                .iter()
                .map(|person| (person.student_id.clone(), person.clone())),
        );
        let people: Vec<crate::directory::Person> = people.into_values().collect();
        rows.extend(records::ranges(&people, staff));
    }
    rows.sort();
    rows.dedup();
    Ok(rows)
}

/// When a letter for a morning may be sent first: at once where a day was asked for or the morning has come, else at the hour.
fn due(setup: &Setup, night: &Night<'_, '_>, morning: Day) -> i64 {
    if night.order.as_of.is_some() || morning <= night.now.today {
        return 0;
    }
    let hour = setup.config.inbox.ring_at;
    setup.seconds_at(morning, hour)
}

fn told_elsewhere(store: &Store, letter: i64, told: &outbox::Told) -> Option<Level> {
    store
        .told_without(letter, &told.student_id, &told.rule, told.episode)
        .ok()
        .flatten()
}

fn letters_of(acts: &[Act]) -> Vec<Letter> {
    let letter = |act: &Act| match act {
        Act::Post { letter, .. } | Act::Replace { letter, .. } => Some(letter.clone()),
        Act::Withdraw { .. } => None,
    };
    acts.iter().filter_map(letter).collect()
}

struct Parts<'p> {
    setup: &'p Setup,
    books: &'p Books,
    staff: &'p [crate::routing::Staff],
    caseload: &'p [crate::routing::Caseload],
    acts: Vec<Act>,
    found: &'p Found,
    problems: &'p [Problem],
}

/// The one transaction of a round.
fn keep(store: &Store, night: Night<'_, '_>, parts: Parts<'_>) -> Result<Vec<Letter>, Problem> {
    let tx = store.begin()?;
    let round = tx.open_round(night.as_of, night.now.today, night.now.seconds)?;
    save_facts(&tx, parts.books, night.taken, round, night.as_of)?;
    if night.taken.staff.is_some() {
        tx.save_staff(parts.staff)?;
    }
    if night.taken.caseload.is_some() || night.taken.staff.is_some() || !night.taken.people.is_empty() {
        tx.save_caseload(parts.caseload)?;
    }
    let mut letters = Vec::new();
    let done = night.night;
    for act in parts.acts {
        if let Some(letter) = perform(&tx, &night.year, parts.books, &mut done.ledger, &mut done.touched, act)? {
            letters.push(letter);
        }
    }
    save_standings(&tx, &night.year, done, parts.setup, round)?;
    tx.purge(&kept_years(parts.setup, &night.year))?;
    tx.set_meta("held", &night.taken.held.to_text(parts.books))?;
    tx.keep_problems(round, parts.problems)?;
    let open = open_by_level(done.ledger.standings.values());
    let counts = serde_json::json!({
        "active": done.judged.active,
        "judged": done.judged.students,
        "unknown": done.judged.unknown,
        "changes": done.judged.changes,
        "letters": letters.len(),
        "open": open.iter().map(|(level, count)| (level.word(), count)).collect::<BTreeMap<_, _>>(),
        "waiting": parts.found.held.iter().map(|(hold, count)| (hold.word(), count)).collect::<BTreeMap<_, _>>(),
    });
    tx.close_round(round, night.now.seconds, &counts.to_string())?;
    tx.commit()?;
    Ok(letters)
}

/// Facts and standings are kept for this school year and the last.
fn kept_years(setup: &Setup, year: &SchoolYear) -> Vec<SchoolYear> {
    let before = setup
        .config
        .district
        .school_years
        .iter()
        .filter(|other| other.end < year.start)
        .max_by_key(|other| other.end);
    let last = before.copied().unwrap_or(SchoolYear {
        start: year.start.plus(-365),
        end: year.start.plus(-1),
    });
    vec![*year, last]
}

fn save_facts(tx: &Tx<'_>, books: &Books, taken: &Taken, round: i64, accepted: Day) -> Result<(), Problem> {
    tx.save_books(books, &taken.changed)?;
    tx.save_directory(&books.names, &taken.people)?;
    if let Some(groups) = &taken.groups {
        tx.save_groups(groups)?;
    }
    if let Some(outcomes) = &taken.outcomes {
        tx.save_outcomes(outcomes)?;
    }
    // What is the same as before comes first: the feed's last export is what it brought tonight.
    for file in taken.same.iter().chain(taken.files.iter().filter(|file| file.accepted)) {
        tx.accept(&store::Export {
            feed: file.feed.clone(),
            name: file.name.clone(),
            digest: file.digest.clone(),
            size: file.size,
            settled: file.written,
            first: file.days.0,
            last: file.days.1,
            rows: file.rows,
            tallies: file.tallies.clone(),
            accepted,
            round,
        })?;
    }
    Ok(())
}

/// Posts, replaces or withdraws one letter, and notes what it tells.
fn perform(
    tx: &Tx<'_>,
    year: &SchoolYear,
    books: &Books,
    ledger: &mut Ledger,
    touched: &mut rustc_hash::FxHashSet<(StudentIx, u16)>,
    act: Act,
) -> Result<Option<Letter>, Problem> {
    let (old, letter, told) = match act {
        Act::Post { letter, told } => (None, letter, told),
        Act::Replace { id, letter, told } => (Some(id), letter, told),
        Act::Withdraw { id } => {
            let lost = tx.told_by(id)?;
            tx.set_state(id, State::Replaced, "", 0, 0)?;
            recount(tx, year, books, ledger, touched, &lost)?;
            return Ok(None);
        }
    };
    let before = old.map(|id| tx.told_by(id)).transpose()?.unwrap_or_default();
    let id = match old {
        Some(old) => tx.replace(old, &letter, &told)?,
        None => Some(tx.post(&letter, &told)?),
    };
    let Some(id) = id else { return Ok(None) };
    recount(tx, year, books, ledger, touched, &before)?;
    if letter.kind != Kind::OperatorReport {
        raise(books, ledger, touched, &told);
    }
    Ok(Some(Letter { id, ..letter }))
}

/// What a letter that was just posted tells: it can only raise what was told, so nothing has to be asked.
fn raise(
    books: &Books,
    ledger: &mut Ledger,
    touched: &mut rustc_hash::FxHashSet<(StudentIx, u16)>,
    lines: &[outbox::Told],
) {
    for line in lines {
        let Some(student) = books.names.students.get(&line.student_id).map(StudentIx) else {
            continue;
        };
        let Some(rule) = ledger.rules.get(&line.rule).map(|number| number as u16) else {
            continue;
        };
        let Some(standing) = ledger.standings.get_mut(&(student, rule)) else {
            continue;
        };
        if standing.episode == line.episode && standing.told < Some(line.level) {
            standing.told = Some(line.level);
            standing.told_unwritten = line.unwritten;
            touched.insert((student, rule));
        }
    }
}

/// Told is computed: the highest level of the episode in letters that were not refused or replaced.
fn recount(
    tx: &Tx<'_>,
    year: &SchoolYear,
    books: &Books,
    ledger: &mut Ledger,
    touched: &mut rustc_hash::FxHashSet<(StudentIx, u16)>,
    lines: &[outbox::Told],
) -> Result<(), Problem> {
    for line in lines {
        let Some(student) = books.names.students.get(&line.student_id).map(StudentIx) else {
            continue;
        };
        let Some(rule) = ledger.rules.get(&line.rule).map(|number| number as u16) else {
            continue;
        };
        let Some(standing) = ledger.standings.get_mut(&(student, rule)) else {
            continue;
        };
        if standing.episode == line.episode {
            let told = tx.told(year, &line.student_id, &line.rule, line.episode)?;
            standing.told = told;
            standing.told_unwritten = told.is_some() && line.unwritten;
            touched.insert((student, rule));
        }
    }
    Ok(())
}

fn save_standings(
    tx: &Tx<'_>,
    year: &SchoolYear,
    done: &mut NightDone,
    setup: &Setup,
    round: i64,
) -> Result<(), Problem> {
    let ledger = &done.ledger;
    let mut touched: Vec<(StudentIx, u16)> = done.touched.iter().copied().collect();
    // In the order of the key, so that the table grows at its end.
    touched.sort_unstable_by_key(|(student, rule)| (*rule, *student));
    let none = Standing::default();
    let standing = |key: &(StudentIx, u16)| {
        let standing = ledger.standings.get(key).unwrap_or(&none);
        (ledger.rules.name(u32::from(key.1)), key.0, standing)
    };
    tx.save_standings(year, touched.iter().map(standing))?;
    let mut schools: Vec<_> = done.schools.iter().copied().collect();
    schools.sort_unstable();
    let mut versions: FxHashMap<(u16, String), ()> = FxHashMap::default();
    for (school, rule) in schools {
        let Some(at_school) = ledger.desks.get(&(school, rule)) else {
            continue;
        };
        let kept = Kept {
            baseline: at_school.baseline,
            through: at_school.through,
        };
        let state = SchoolRule {
            judged: at_school.last,
            digest: at_school.digest.clone(),
            baseline: serde_json::to_string(&kept).unwrap_or_default(),
        };
        let id = ledger.rules.name(u32::from(rule));
        tx.save_school_rule(year, id, school, &state)?;
        // A desk without a digest belongs to a rule that is out of work: it was judged by no version.
        if !at_school.digest.is_empty()
            && versions.insert((rule, at_school.digest.clone()), ()).is_none()
            && let Some(at_work) = setup.rules.rules().get(usize::from(rule))
        {
            let version = serde_json::to_string(at_work.version()).unwrap_or_default();
            tx.keep_rule_version(id, &at_school.digest, &version, round)?;
        }
    }
    for rule in &done.noted {
        let bytes: Vec<u8> = ledger.said[usize::from(*rule)].iter().map(|said| said.0).collect();
        tx.save_night(year, ledger.rules.name(u32::from(*rule)), &bytes)?;
    }
    // By student, so that the table's index grows at its end; a student's own changes stay in order.
    done.changes.sort_by_key(|change| change.student);
    let changes: Vec<store::Change> = done
        .changes
        .iter()
        .map(|change| kept_change(ledger, change, round))
        .collect();
    tx.record_changes(year, &changes)
}

fn kept_change(ledger: &Ledger, change: &Change, round: i64) -> store::Change {
    store::Change {
        student: change.student,
        rule: ledger.rules.name(u32::from(change.rule)).to_owned(),
        from: change.before.level,
        to: change.after.level,
        reason: change.reason,
        day: change.day,
        value: change.value,
        because: change.because.clone(),
        numbers: String::new(),
        digest: change.after.digest.clone(),
        round,
    }
}

/// Goes live: everything told in rehearsal is put back, and every rule takes a fresh baseline, at one school or at all.
///
/// # Errors
///
/// A problem where the store cannot be written; nothing is changed then.
pub fn take_fresh_baseline(setup: &Setup, year: &SchoolYear, school: Option<SchoolIx>) -> Result<(), Problem> {
    let store = setup.store()?;
    let books = store.load_books(*year)?;
    let mut ledger = ledger_of(&store, &setup.rules, year, &books.names)?;
    let id = school.map(|school| books.names.schools.name(u32::from(school.0)).to_owned());
    let tx = store.begin()?;
    tx.put_told_back(id.as_deref())?;
    tx.withdraw_waiting()?;
    let at_school = |student: StudentIx| {
        let stays = books
            .students
            .get(student.0 as usize)
            .map(crate::facts::Student::stays)
            .unwrap_or_default();
        school.is_none_or(|school| stays.iter().any(|stay| stay.school == school))
    };
    let mut changed = Vec::new();
    for ((student, rule), standing) in &mut ledger.standings {
        if at_school(*student) && standing.told.is_some() {
            *standing = standing.clone().with_told(None, false);
            changed.push((*student, *rule));
        }
    }
    changed.sort_unstable();
    let standings: Vec<_> = changed
        .iter()
        .map(|(student, rule)| {
            (
                ledger.rules.name(u32::from(*rule)),
                *student,
                ledger.standing(*student, *rule),
            )
        })
        .collect();
    tx.save_standings(
        year,
        standings
            .iter()
            .map(|(rule, student, standing)| (*rule, *student, standing)),
    )?;
    for ((at, rule), desk) in &ledger.desks {
        if school.is_some_and(|school| school != *at) {
            continue;
        }
        let kept = Kept {
            baseline: Baseline::default(),
            through: desk.through,
        };
        let state = SchoolRule {
            judged: desk.last,
            digest: desk.digest.clone(),
            baseline: serde_json::to_string(&kept).unwrap_or_default(),
        };
        tx.save_school_rule(year, ledger.rules.name(u32::from(*rule)), *at, &state)?;
    }
    tx.commit()
}
