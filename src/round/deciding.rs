//! The night's letters: whose news it is, and what becomes of letters that still wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Order;
use super::before::Before;
use super::believing::Taken;
use super::edits::Edits;
use super::found::KeptBack;
use super::holding::Holds;
use super::lately::Kept;
use super::night::NightDone;
use super::pen::{Pen, Penned};
use super::posting::Posting;
use super::report;
use super::school_days;
use super::school_night::Nights;
use super::setup::Setup;
use super::telling::Key;
use super::weekly::{Tonight, Week};
use crate::clock::Now;
use crate::crossings::Reason;
use crate::facts::StudentIx;
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Act, Letter};
use crate::records;
use crate::routing::{Caseload, Owners, Staff};
use crate::school::Day;
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

/// Takes what is decided as soon as it is known, while the rest is.
pub(super) struct Meanwhile<'m> {
    /// Flags on tonight's starting lists.
    pub(super) listed: &'m dyn Fn(&[Key]),
    /// Letters that take nobody's place.
    pub(super) letters: &'m dyn Fn(&Arc<Vec<Act>>),
}

/// What a night decided beside its standings.
pub(super) struct Decision {
    pub(super) staff: Vec<Staff>,
    pub(super) caseload: Vec<Caseload>,
    /// What was handed over while other letters were composed.
    pub(super) handed: Vec<Arc<Vec<Act>>>,
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
    /// Whether anything is to be done in the outbox.
    pub(super) fn has_letters(&self) -> bool {
        !self.acts.is_empty() || self.handed.iter().any(|acts| !acts.is_empty())
    }

    /// The letters to be posted, without numbers yet.
    pub(super) fn letters(&self) -> Vec<Letter> {
        let letter = |act: &Act| match act {
            Act::Post { letter, .. } | Act::Replace { letter, .. } => Some(letter.clone()),
            Act::Withdraw { .. } => None,
        };
        let handed = self.handed.iter().flat_map(|acts| acts.iter());
        handed.chain(&self.acts).filter_map(letter).collect()
    }
}

/// Decides the night's letters. `store` is looked into as it was before the round.
pub(super) fn decide(
    setup: &Setup,
    store: &Store,
    night: &Night<'_, '_>,
    meanwhile: &Meanwhile<'_>,
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
    let mut holds = Holds::load(config, store, &books.year, today)?;
    let storms = Storms::of(&mut holds, night);
    problems.extend(holds.problems(night.nights, night.as_of));
    let before = Before::load(setup, store, night, &past, morning)?;
    problems.extend(refusing(&before.refused));
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
        copied: &before.copied,
        last_reader: &|case| {
            let lately = &before.lately;
            lately.reader(case.student_id, case.rule.id(), case.standing.episode)
        },
        kept: &before.kept_back,
        holds: &holds,
        refused: &before.refused,
        detail: &config.privacy.detail,
        for_digest: before.due.digest,
    };
    let mut found = posting.find();
    (meanwhile.listed)(&found.listed);
    let week = Week {
        posting: &posting,
        owners: &owners,
        ledger: &night.night.ledger,
        past: &past,
        spoken: &before.lately.spoken(books, &night.night.ledger),
        letters: &config.letters,
        as_of: night.as_of,
        morning,
    };
    let tonight = Tonight {
        due: before.due,
        before: &before.this_morning.spoken(books, &night.night.ledger),
        posted: &before.posted,
        fresh: &storms.fresh,
        open: &holds.open(night.nights, night.as_of),
        nights: before.nights,
    };
    let written = week.written(&mut found, &tonight)?;
    let told = without_news(store, night, &owners)?;
    let pen = Pen {
        setup,
        store,
        night,
        posting: &posting,
        before: &before,
        told: &told,
        morning,
        meanwhile,
    };
    let Penned {
        handed,
        acts,
        kept_back,
    } = pen.acts(written, &mut found, problems);
    Ok(Decision {
        staff,
        caseload,
        handed,
        acts,
        waiting: found.held.iter().map(|(hold, count)| (hold.word(), *count)).collect(),
        kept_back,
        storms: storms.changed,
        told,
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

/// Owners who would get nothing tonight and are told all the same that a feed has long been held or late.
#[derive(Default)]
pub(super) struct WithoutNews {
    pub(super) owners: Vec<usize>,
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
        let tonight = taken.people.iter();
        people.extend(tonight.map(|person| (person.student_id.clone(), person.clone())));
        let people: Vec<crate::directory::Person> = people.into_values().collect();
        rows.extend(records::ranges(&people, staff));
    }
    rows.sort();
    rows.dedup();
    Ok(rows)
}
