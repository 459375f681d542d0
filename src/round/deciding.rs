//! The night's letters: whose news it is, and what becomes of letters that still wait.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Order;
use super::believing::Taken;
use super::edits::Edits;
use super::holding::Holds;
use super::lately::Lately;
use super::night::NightDone;
use super::posting::{Found, KeptBack, Posting};
use super::report;
use super::school_days;
use super::school_night::Nights;
use super::setup::Setup;
use super::weekly::{self, Week};
use crate::clock::Now;
use crate::crossings::{Hold, Reason};
use crate::facts::{Books, StudentIx};
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{self, Act, Desk, Entry, Group, Kind, Letter, Listed, News, Posted};
use crate::records;
use crate::routing::{Caseload, Owners, Staff};
use crate::rules::Judge;
use crate::school::{Day, Level};
use crate::store::{EpisodeKey, Store, Storm};
use crate::timeline::Almanac;

/// A judged night on its way into the store.
pub(super) struct Night<'n, 'a> {
    pub(super) as_of: Day,
    pub(super) now: &'n Now,
    pub(super) order: Order,
    pub(super) taken: &'n Taken,
    pub(super) night: &'n NightDone,
    /// Students and rules whose standing the changed rule itself raised in this round.
    pub(super) rule_changed: FxHashSet<(StudentIx, u16)>,
    /// Why flags were closed or lowered in this round.
    pub(super) closed: FxHashMap<(StudentIx, u16), Reason>,
    pub(super) nights: &'n Nights<'a>,
    pub(super) almanac: &'n Almanac<'a>,
    /// What became of edits since the last round.
    pub(super) edits: &'n Edits,
}

/// What a night decided beside its standings.
pub(super) struct Decision {
    pub(super) staff: Vec<Staff>,
    pub(super) caseload: Vec<Caseload>,
    pub(super) acts: Vec<Act>,
    /// News that waits, by its hold.
    pub(super) waiting: BTreeMap<&'static str, u32>,
    /// The same one by one.
    pub(super) kept_back: Vec<KeptBack>,
    /// Storms and questions about the calendar that are new or changed.
    pub(super) storms: Vec<Storm>,
    /// What owners without news are told of.
    pub(super) told: WithoutNews,
    pub(super) morning: Day,
}

impl Decision {
    /// The letters to be posted, without numbers yet.
    pub(super) fn letters(&self) -> Vec<Letter> {
        let letter = |act: &Act| match act {
            Act::Post { letter, .. } | Act::Replace { letter, .. } => Some(letter.clone()),
            Act::Withdraw { .. } => None,
        };
        self.acts.iter().filter_map(letter).collect()
    }
}

/// Decides the night's letters. `store` is looked into as it was before the round.
pub(super) fn decide(
    setup: &Setup,
    store: &Store,
    night: &Night<'_, '_>,
    problems: &mut Vec<Problem>,
) -> Result<Decision, Problem> {
    let (books, edits) = (night.almanac.books(), night.edits);
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
    let owners = owners.sharing(&config.mail.shared_mailboxes);
    problems.extend(owners.problems());
    let last = |kind: Kind| store.last_morning(kind);
    // The first night of a home brings starting lists; what comes by the calendar begins after it.
    let begun = store.last_as_of()?.is_some_and(|last| last < night.as_of);
    let for_digest = begun && weekly::digest_is_due(night.almanac, &config.letters, morning, last(Kind::Digest)?);
    let for_team = begun && weekly::team_list_is_due(night.almanac, morning, last(Kind::TeamList)?);
    let mut holds = Holds::load(config, store, &books.year, today)?;
    let storms = Storms::of(&mut holds, night);
    problems.extend(holds.problems(night.nights, night.as_of));
    let refused = store.refused_twice(&books.year)?;
    problems.extend(refusing(&refused));
    let kept = store.kept_back(&books.year)?.into_iter();
    let kept = kept.map(|one| ((one.student_id, one.rule), one.hold)).collect();
    let posting = Posting {
        books,
        rules: &setup.rules,
        nights: night.nights,
        ledger: &night.night.ledger,
        held: &night.taken.held,
        owners: &owners,
        as_of: night.as_of,
        began: night.night.began,
        rule_changed: night.rule_changed.clone(),
        copies: &config.copies,
        kept: &kept,
        holds: &holds,
        refused: &refused,
        for_digest,
    };
    let mut found = posting.find();
    let posted = store.posted(morning)?;
    let lately = Lately::load(store, &books.year, &posted)?.with_closed(night.closed.clone());
    let spoken = lately.spoken(books, &night.night.ledger);
    let week = Week {
        posting: &posting,
        owners: &owners,
        ledger: &night.night.ledger,
        lately: &lately,
        spoken: &spoken,
        store,
        year: &books.year,
        letters: &config.letters,
        as_of: night.as_of,
        morning,
    };
    let can_carry = can_carry(store, &owners, &posted, morning)?;
    let overflow = leave_to_digest(&mut found, &can_carry, for_digest);
    let mut news = std::mem::take(&mut found.news);
    news.extend(week.reminders());
    news.extend(week.handovers());
    let mut lists = week.school_letters(&storms.fresh);
    if for_digest {
        let joining = std::mem::take(&mut found.digest);
        let nights = nights_of_the_week(store, night)?;
        let before = Lately::before(store, &books.year, &posted)?.with_closed(night.closed.clone());
        let spoken = before.spoken(books, &night.night.ledger);
        let week = Week {
            lately: &before,
            spoken: &spoken,
            ..week
        };
        lists.extend(week.digests(joining, nights, holds.silences())?);
    }
    if for_team {
        lists.extend(week.team_lists());
    }
    let flags = posting.flags(&students_of(books, &news, &lists, &posted));
    let missing = report::missing(night.almanac, night.nights, night.as_of, night.taken);
    let also = without_news(store, night, &owners)?;
    let judge = std::cell::RefCell::new(Judge::new(&setup.rules));
    let refresh = |letter: &Letter, told: &outbox::Told| {
        let before = told_elsewhere(store, letter.id, told);
        posting.again(letter, told, before)
    };
    let fill = |entry: &mut Entry| posting.fill(&mut judge.borrow_mut(), entry);
    let next_morning = night.almanac.next_school_day(morning).unwrap_or(morning.plus(1));
    let due = |day: Day| due(setup, night, day);
    let references = |told: &[outbox::Told]| lately.references(told);
    let counts = week.storm_counts(&found.sheltered, &holds.open(night.nights, night.as_of));
    let desk = Desk {
        as_of: night.as_of,
        morning,
        next_morning,
        date: night.now.seconds,
        due: &due,
        from: &config.mail.from,
        atop: &missing.atop,
        also: &also.owners,
        late: &missing.late,
        owners: &owners,
        flags: &flags,
        refresh: &refresh,
        storms: &counts,
        overflow: &overflow,
        references: &references,
        fill: &fill,
    };
    let offered: Vec<KeptBack> = news
        .iter()
        .filter(|news| news.kind == Kind::Nightly)
        .map(|news| KeptBack::of(news, Hold::Cap.word()))
        .collect();
    let mut acts = outbox::compose_letters(news, &posted, &desk);
    acts.extend(
        lists
            .into_iter()
            .filter_map(|listed| outbox::list(listed, &posted, &desk)),
    );
    acts.extend(outbox::discarded(std::mem::take(&mut found.discarded), &posted, &desk));
    let reported = report::Night {
        taken: night.taken,
        nights: night.nights,
        ledger: &night.night.ledger,
        judged: &night.night.judged,
        found: &found,
        problems,
        as_of: night.as_of,
    };
    let (lines, looked_at) = (report::lines(&reported), report::looked_at(&reported));
    let address = &config.mail.operator;
    acts.extend(outbox::operator_report(
        &lines,
        looked_at.as_ref(),
        address,
        &posted,
        &desk,
    ));
    let told = (edits.headline.as_str(), edits.lines.as_slice());
    acts.extend(outbox::rule_edit_letters(told, &config.rules.editors, &posted, &desk));
    let waiting = found.held.iter().map(|(hold, count)| (hold.word(), *count)).collect();
    let mut kept_back = std::mem::take(&mut found.kept_back);
    kept_back.extend(left_off(&offered, &acts, &posted));
    Ok(Decision {
        staff,
        caseload,
        acts,
        waiting,
        kept_back,
        storms: storms.changed,
        told: also,
        morning,
    })
}

/// Tonight's storms.
struct Storms {
    /// Those that tonight saw first.
    fresh: Vec<Storm>,
    /// Everything that has to be kept: those, what grew, and questions that the calendar has answered.
    changed: Vec<Storm>,
}

impl Storms {
    fn of(holds: &mut Holds, night: &Night<'_, '_>) -> Storms {
        let seen = holds.see(&night.night.seen, night.nights, night.as_of);
        let fresh = seen
            .iter()
            .filter(|(_, new)| *new)
            .map(|(storm, _)| storm.clone())
            .collect();
        let mut changed: Vec<Storm> = seen.into_iter().map(|(storm, _)| storm).collect();
        changed.extend(holds.settle(|school, day| night.almanac.is_instructional(school, day)));
        Storms { fresh, changed }
    }
}

/// How many different students more each owner with a capacity can carry this school week: those of letters that have gone out and of
/// letters that wait are carried already.
fn can_carry(
    store: &Store,
    owners: &Owners<'_>,
    posted: &[Posted],
    morning: Day,
) -> Result<BTreeMap<usize, u32>, Problem> {
    let limited = owners.with_capacity();
    if limited.is_empty() {
        return Ok(BTreeMap::new());
    }
    let carried = store.carried(morning.monday(), morning)?;
    let left = |(who, capacity): (usize, u32)| {
        let staff_id = &owners.person(who).staff_id;
        let waits = posted.iter().filter(|each| {
            each.letter.kind == Kind::Nightly && each.letter.to_staff == *staff_id && each.letter.state.tells()
        });
        let in_letter: BTreeSet<&str> = waits
            .filter(|each| each.letter.morning >= morning)
            .flat_map(|each| &each.told)
            .map(|told| told.student_id.as_str())
            .collect();
        let used = carried.get(staff_id).copied().unwrap_or(0) + in_letter.len() as u32;
        (who, capacity.saturating_sub(used))
    };
    Ok(limited.into_iter().map(left).collect())
}

/// Readers whose server refused letters again and again: their news goes to the next in the route.
fn refusing(refused: &BTreeMap<EpisodeKey, Vec<String>>) -> Vec<Problem> {
    let mut readers: BTreeMap<&str, u32> = BTreeMap::new();
    for staff_id in refused.values().flatten() {
        *readers.entry(staff_id).or_default() += 1;
    }
    let problem = |(staff_id, flags): (&str, u32)| {
        let flags = if flags == 1 {
            "1 flag".to_owned()
        } else {
            format!("{flags} flags")
        };
        Problem::new(
            "reader-refuses",
            Weight::Note,
            Place::file("staff.csv").column("email"),
            format!(
                "letters to staff `{staff_id}` were refused twice; the news of {flags} goes to the next in the route"
            ),
            "correct the address in the staff export; `firstbell outbox list` has the server's words",
        )
    };
    readers.into_iter().map(problem).collect()
}

/// News that found no place in a letter tonight: it is full, or this morning's is on its way.
fn left_off(offered: &[KeptBack], acts: &[Act], posted: &[Posted]) -> Vec<KeptBack> {
    let told = acts
        .iter()
        .flat_map(Act::told)
        .chain(posted.iter().flat_map(|each| &each.told));
    let told: BTreeSet<(&str, &str, Level)> = told.map(|told| (&*told.student_id, &*told.rule, told.level)).collect();
    let is_left = |one: &&KeptBack| !told.contains(&(&one.student_id, &one.rule, one.level));
    offered.iter().filter(is_left).cloned().collect()
}

/// Leaves to the digest what owners cannot carry this week; how many students, by owner, so that it is said.
fn leave_to_digest(found: &mut Found, can_carry: &BTreeMap<usize, u32>, for_digest: bool) -> BTreeMap<usize, u32> {
    let (news, over) = outbox::within_capacity(std::mem::take(&mut found.news), can_carry);
    found.news = news;
    let mut students: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for mut news in over {
        students
            .entry(news.owner)
            .or_default()
            .insert(news.entry.student_id.clone());
        news.kind = Kind::Digest;
        news.entry.group = Group::Overflow;
        match for_digest {
            true => found.digest.push(news),
            false => found.kept_back.push(KeptBack::of(&news, "capacity")),
        }
    }
    students
        .into_iter()
        .map(|(owner, students)| (owner, students.len() as u32))
        .collect()
}

/// The nights that were looked at in the seven days up to tonight, tonight included, and the school days among them.
fn nights_of_the_week(store: &Store, night: &Night<'_, '_>) -> Result<(u32, u32), Problem> {
    let first = night.as_of.plus(-6);
    let mut looked: BTreeSet<Day> = store.rounds(64)?.into_iter().map(|round| round.as_of).collect();
    looked.insert(night.as_of);
    let days = school_days::since(night.almanac.books(), first.plus(-1), night.as_of);
    Ok((looked.range(first..=night.as_of).count() as u32, days))
}

/// The students of whom letters may speak tonight: those of news and lists, and those of letters that wait.
fn students_of(books: &Books, news: &[News], lists: &[Listed], posted: &[Posted]) -> FxHashSet<StudentIx> {
    let listed = lists.iter().flat_map(|list| &list.news);
    let named = news.iter().chain(listed).map(|news| news.entry.student_id.as_str());
    let waiting = posted.iter().filter(|each| each.letter.state.may_be_replaced());
    let waiting = waiting.flat_map(|each| &each.told).map(|told| told.student_id.as_str());
    let known = |id: &str| books.names.students.get(id).map(StudentIx);
    named.chain(waiting).filter_map(known).collect()
}

/// Owners who would get nothing tonight and are told all the same that a feed has long been held or late.
#[derive(Default)]
pub(super) struct WithoutNews {
    owners: Vec<usize>,
    /// The held files of which they are told.
    pub(super) files: BTreeSet<usize>,
    /// The late feeds of which they are told, as a key and a value of the store.
    pub(super) feeds: Vec<(String, String)>,
}

/// Whoever was written as an owner this year is told once of each feed that is held or late for longer than five school days.
fn without_news(store: &Store, night: &Night<'_, '_>, owners: &Owners<'_>) -> Result<WithoutNews, Problem> {
    let books = night.almanac.books();
    let gates = &night.taken.gates;
    let is_long = |since: Day| school_days::since(books, since, gates.tonight()) > report::TELL_ALL_AFTER;
    let mut without = WithoutNews {
        files: gates.to_tell(is_long),
        ..WithoutNews::default()
    };
    for late in night.taken.late.iter().filter(|late| is_long(late.since)) {
        let table = late.tables.first().map_or("", |table| table.word());
        let (key, since) = (format!("late {table} told"), late.since.to_string());
        if store.meta(&key)?.as_ref() != Some(&since) {
            without.feeds.push((key, since));
        }
    }
    if !without.files.is_empty() || !without.feeds.is_empty() {
        let written = store.owners_written_since(books.year.start)?;
        without.owners = written.iter().filter_map(|staff| owners.number(staff)).collect();
    }
    Ok(without)
}

/// Written caseload rows, and those that last-name ranges become.
pub(super) fn caseload(store: &Store, staff: &[Staff], taken: &Taken) -> Result<Vec<Caseload>, Problem> {
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
