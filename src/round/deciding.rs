//! The night's letters: whose news it is, and what becomes of letters that still wait.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Order;
use super::believing::Taken;
use super::edits::Edits;
use super::holding::Holds;
use super::lately::{Kept, Lately, waiting};
use super::night::NightDone;
use super::posting::{Found, KeptBack, Posting};
use super::report;
use super::school_days;
use super::school_night::Nights;
use super::setup::Setup;
use super::weekly::{Due, Tonight, Week, Written};
use crate::clock::Now;
use crate::crossings::{Hold, Reason};
use crate::facts::{Books, StudentIx};
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{self, Act, Desk, Entry, Kind, Letter, Listed, News, OpenFlag, Posted};
use crate::records;
use crate::routing::{Caseload, Owners, Staff};
use crate::rules::Judge;
use crate::school::{Day, Level};
use crate::store::{Copied, EpisodeKey, Store, Storm};
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
    // Letters are read on their morning: whoever is away by then is, though this round is of the evening before.
    let today = match night.order.as_of {
        Some(_) => morning,
        None => morning.max(night.now.today),
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
    let past = Kept {
        store,
        year: &books.year,
        ledger: &night.night.ledger,
        closed: &night.closed,
    };
    // The first night of a home brings starting lists; what comes by the calendar begins after it.
    let due = match store.last_as_of()? {
        Some(last) if last < night.as_of => Due::on(morning, night.almanac, &config.letters, &past)?,
        _ => Due::default(),
    };
    let mut holds = Holds::load(config, store, &books.year, today)?;
    let storms = Storms::of(&mut holds, night);
    problems.extend(holds.problems(night.nights, night.as_of));
    let refused = store.refused_twice(&books.year)?;
    problems.extend(refusing(&refused));
    let kept = store.kept_back(&books.year)?.into_iter();
    let kept = kept.map(|one| ((one.student_id, one.rule), one.hold)).collect();
    let posted = store.posted(morning)?;
    let copied = match config.copies.is_empty() {
        true => Copied::new(),
        false => store.copied(&books.year, &waiting(&posted))?,
    };
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
        copied: &copied,
        kept: &kept,
        holds: &holds,
        refused: &refused,
        detail: &setup.config.privacy.detail,
        for_digest: due.digest,
    };
    let mut found = posting.find();
    let lately = Lately::load(store, &books.year, &posted)?;
    let spoken = lately.spoken(books, &night.night.ledger);
    let week = Week {
        posting: &posting,
        owners: &owners,
        ledger: &night.night.ledger,
        past: &past,
        spoken: &spoken,
        letters: &config.letters,
        as_of: night.as_of,
        morning,
    };
    let (before, week_nights) = match due.digest {
        true => (
            Lately::before(store, &books.year, &posted)?,
            nights_of_the_week(store, night)?,
        ),
        false => Default::default(),
    };
    let tonight = Tonight {
        due,
        before: &before.spoken(books, &night.night.ledger),
        posted: &posted,
        fresh: &storms.fresh,
        open: &holds.open(night.nights, night.as_of),
        nights: week_nights,
    };
    let written = week.written(&mut found, &tonight)?;
    let overflow = written.overflow();
    let Written {
        news,
        lists,
        storms: counts,
        ..
    } = written;
    let mut flags = posting.flags(&students_of(books, &news, &lists, &posted));
    as_if_unsaid(store, &posted, &mut flags);
    let missing = report::missing(night.almanac, night.nights, night.as_of, night.taken);
    let also = without_news(store, night, &owners)?;
    let judge = std::cell::RefCell::new(Judge::new(&setup.rules));
    let refresh = |letter: &Letter, told: &outbox::Told| {
        let before = told_elsewhere(store, letter.id, told);
        posting.again(letter, told, before)
    };
    let fill = |entry: &mut Entry| posting.fill(&mut judge.borrow_mut(), entry);
    let next_morning = night.almanac.next_school_day(morning).unwrap_or(morning.plus(1));
    let due = |day: Day| may_be_sent(setup, night, day);
    let references = |told: &[outbox::Told]| lately.references(told);
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
    acts.extend(outbox::post_lists(lists, &posted, &desk));
    acts.extend(outbox::discarded(std::mem::take(&mut found.discarded), &posted, &desk));
    acts.extend(to_operator_and_editors(setup, night, &found, problems, &posted, &desk));
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

/// The operator's report, and what editors of rules are told of their edits.
fn to_operator_and_editors(
    setup: &Setup,
    night: &Night<'_, '_>,
    found: &Found,
    problems: &[Problem],
    posted: &[Posted],
    desk: &Desk<'_>,
) -> Vec<Act> {
    let config = &setup.config;
    let reported = report::Night {
        taken: night.taken,
        nights: night.nights,
        ledger: &night.night.ledger,
        judged: &night.night.judged,
        found,
        problems,
        as_of: night.as_of,
    };
    let (lines, looked_at) = (report::lines(&reported), report::looked_at(&reported));
    let report = outbox::operator_report(&lines, looked_at.as_ref(), &config.mail.operator, posted, desk);
    let told = (night.edits.headline.as_str(), night.edits.lines.as_slice());
    let mut acts = Vec::from_iter(report);
    acts.extend(outbox::rule_edit_letters(told, &config.rules.editors, posted, desk));
    acts
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

/// What letters that still wait told of flags is as if unsaid: written again they say what they said, and not that a flag was told before.
fn as_if_unsaid(store: &Store, posted: &[Posted], flags: &mut [OpenFlag]) {
    let waiting = posted.iter().filter(|each| each.letter.state.may_be_replaced());
    let lines = waiting.flat_map(|each| each.told.iter().map(|told| (each.letter.id, told)));
    let told: BTreeMap<(&str, &str), (i64, &outbox::Told)> = lines
        .filter(|(_, told)| !told.is_copy())
        .map(|(letter, told)| ((&*told.student_id, &*told.rule), (letter, told)))
        .collect();
    for flag in flags.iter_mut().filter(|flag| flag.told.is_some()) {
        if let Some((letter, told)) = told.get(&(&*flag.student_id, &*flag.rule)) {
            flag.told = told_elsewhere(store, *letter, told);
        }
    }
}

/// News that found no place in a letter tonight: it is full, or this morning's is on its way.
fn left_off(offered: &[KeptBack], acts: &[Act], posted: &[Posted]) -> Vec<KeptBack> {
    let told = acts
        .iter()
        .flat_map(Act::told)
        .chain(posted.iter().flat_map(|each| &each.told))
        .filter(|told| !told.is_copy());
    let told: BTreeSet<(&str, &str, Level)> = told.map(|told| (&*told.student_id, &*told.rule, told.level)).collect();
    let is_left = |one: &&KeptBack| !told.contains(&(&one.student_id, &one.rule, one.level));
    offered.iter().filter(is_left).cloned().collect()
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
fn may_be_sent(setup: &Setup, night: &Night<'_, '_>, morning: Day) -> i64 {
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
