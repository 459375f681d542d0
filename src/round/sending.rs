//! Sending what is due: the outbox's letters become bytes here and leave through the configured transport.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use super::setup::Setup;
use crate::clock::{self, Now};
use crate::config;
use crate::directory::Person;
use crate::mail::{self, Composed, Credentials, Delivery, Folder, Hooks, Settings, Smtp, SmtpSettings, Tls, Transport};
use crate::monitor::{Place, Problem, Weight};
use crate::outbox::{Content, Kind, Letter, Outcome, ReportLine, State, Step, message_id};
use crate::school::{Day, Weekday};
use crate::store::Store;

/// Letters per minute; below the 30 that Microsoft 365 takes.
const PER_MINUTE: u32 = 25;
/// A letter is given up at the end of its second weekday, at this hour.
const GIVE_UP_HOUR: i8 = 17;

/// Sends every letter whose time has come.
///
/// # Errors
///
/// A problem where the store or the mail settings cannot be used; letters wait.
pub fn send_due(setup: &Setup, store: &Store, now: &Now, at_once: bool) -> Result<Delivery, Problem> {
    send_due_until(setup, store, now, at_once, &|| false)
}

/// The same, ending between two letters as soon as `stop` says so; what was not tried is due as before.
///
/// # Errors
///
/// As [`send_due`].
pub fn send_due_until(
    setup: &Setup,
    store: &Store,
    now: &Now,
    at_once: bool,
    stop: &dyn Fn() -> bool,
) -> Result<Delivery, Problem> {
    if !at_once && quiet_until(setup, now).is_some() {
        return Ok(Delivery::default());
    }
    let open = [State::Waiting, State::Sending, State::Delayed, State::Unsure];
    let mut letters = store.letters(&open)?;
    if at_once {
        letters
            .iter_mut()
            .filter(|letter| letter.state == State::Waiting)
            .for_each(|letter| letter.not_before = 0);
    }
    letters.retain(|letter| letter.not_before <= now.seconds);
    hand_over(setup, store, now, &letters, stop)
}

/// Sends one letter now, whatever its morning and the hour.
///
/// # Errors
///
/// As [`send_due`].
pub fn send_now(setup: &Setup, store: &Store, now: &Now, letter: &Letter) -> Result<Delivery, Problem> {
    hand_over(setup, store, now, std::slice::from_ref(letter), &|| false)
}

fn hand_over(
    setup: &Setup,
    store: &Store,
    now: &Now,
    letters: &[Letter],
    stop: &dyn Fn() -> bool,
) -> Result<Delivery, Problem> {
    if letters.is_empty() {
        return Ok(Delivery::default());
    }
    let mut transport = match transport(setup) {
        Ok(transport) => transport,
        // A plugin that cannot carry is no reason to call the round a failure: the letters wait, and that is said.
        Err(problem) if problem.weight == Weight::Waits => {
            let said = setup.problems.contains(&problem);
            return Ok(Delivery {
                problems: Vec::from_iter((!said).then_some(problem)),
                ..Delivery::default()
            });
        }
        Err(problem) => return Err(problem),
    };
    let letterhead = Letterhead::read(setup, store, letters)?;
    let compose = |letter: &Letter| letterhead.compose(letter);
    let zone = setup.config.district.time_zone.clone();
    let clock = move || clock::now(&zone).seconds;
    let mut pause = |time: Duration| pause(time, stop);
    let mut hooks = Hooks {
        compose: &compose,
        now: &clock,
        last_try: &|letter| give_up(setup, letter, now),
        pause: &mut pause,
        per_minute: PER_MINUTE,
    };
    let mut ledger = Committed {
        store,
        now: now.seconds,
    };
    Ok(mail::deliver(letters, &mut ledger, &mut transport, &mut hooks))
}

/// Where the district wants nothing sent at this hour: when that ends.
pub fn quiet_until(setup: &Setup, now: &Now) -> Option<jiff::civil::Time> {
    let (from, until) = setup.config.letters.quiet_hours?;
    let moment = jiff::Timestamp::from_second(now.seconds).ok()?;
    let time = moment.to_zoned_datetime(setup.config.district.time_zone.clone()).time();
    let is_quiet = match from <= until {
        true => from <= time && time < until,
        false => from <= time || time < until,
    };
    is_quiet.then_some(until)
}

/// Sleeps in short pieces, so that a shutdown need not wait.
fn pause(time: Duration, stop: &dyn Fn() -> bool) -> ControlFlow<()> {
    let mut left = time;
    while !left.is_zero() && !stop() {
        let piece = left.min(Duration::from_millis(100));
        std::thread::sleep(piece);
        left -= piece;
    }
    match stop() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    }
}

/// The letters as their readers would see them now; for screens and dry runs. `people` and `schools` are known before the store
/// knows them.
pub fn composed(
    setup: &Setup,
    store: &Store,
    letters: &[Letter],
    people: impl IntoIterator<Item = Person>,
    schools: BTreeMap<String, String>,
) -> Result<Vec<Composed>, Problem> {
    let mut letterhead = Letterhead::read(setup, store, letters)?;
    letterhead
        .people
        .extend(people.into_iter().map(|person| (person.student_id.clone(), person)));
    letterhead.schools.extend(schools);
    letters.iter().map(|letter| letterhead.compose(letter)).collect()
}

/// Sends one letter about nobody; the server's answer.
///
/// # Errors
///
/// A problem where it was not taken.
pub fn send_test(setup: &Setup, address: &str, now: &Now) -> Result<String, Problem> {
    let text =
        "This letter tries the mail settings of firstbell. It says nothing of anybody, and nothing has to be done.";
    let line = ReportLine {
        section: "mail".to_owned(),
        text: text.to_owned(),
    };
    let content = Content {
        report: vec![line],
        ..Content::of(now.today)
    };
    let key = format!("mail test {address}");
    let letter = Letter {
        id: 0,
        kind: Kind::OperatorReport,
        to_staff: "test".to_owned(),
        address: address.to_owned(),
        to_name: String::new(),
        morning: now.today,
        message_id: message_id(&key, now.seconds.unsigned_abs() as usize, &setup.config.mail.from),
        date: now.seconds,
        content,
        state: State::Waiting,
        attempts: 0,
        not_before: 0,
        answer: String::new(),
    };
    let nobody = |_: &str| None;
    let composed = mail::compose(
        &letter,
        &nobody,
        &|id| id.to_owned(),
        &settings(setup),
        &setup.templates,
    )?;
    let mut transport = transport(setup)?;
    let outcome = mail::hand_over(&letter, &composed, &mut transport);
    transport.close();
    match outcome {
        Outcome::Sent(answer) => Ok(answer),
        Outcome::Temporary(answer)
        | Outcome::Permanent(answer)
        | Outcome::Unsure(answer)
        | Outcome::Unreached(answer) => Err(Problem::new(
            "mail-test-failed",
            Weight::Stop,
            Place::file("firstbell.toml").column("mail"),
            format!("the test letter was not taken: {answer}"),
            "mend the settings under [mail] and try again",
        )),
    }
}

/// The end of a letter's second school day: weekdays stand for school days here, which can only be too patient by a holiday.
/// A letter made for a morning long past (`run --as-of`) has its two days from the moment it was posted.
fn give_up(setup: &Setup, letter: &Letter, now: &Now) -> i64 {
    let posted = Day::from_civil(
        jiff::Timestamp::from_second(letter.date).map_or(now.today.civil(), |moment| {
            moment.to_zoned_datetime(setup.config.district.time_zone.clone()).date()
        }),
    );
    let first = letter.morning.max(posted);
    let weekdays = (0..)
        .map(|days| first.plus(days))
        .filter(|day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    let last = weekdays.take(2).last().unwrap_or(first);
    setup.seconds_at(last, jiff::civil::time(GIVE_UP_HOUR, 0, 0, 0))
}

/// Names, schools and wording: everything that turns keys and numbers into a letter.
struct Letterhead<'a> {
    setup: &'a Setup,
    settings: Settings,
    people: BTreeMap<String, Person>,
    schools: BTreeMap<String, String>,
}

impl<'a> Letterhead<'a> {
    fn read(setup: &'a Setup, store: &Store, letters: &[Letter]) -> Result<Letterhead<'a>, Problem> {
        let entries = letters.iter().flat_map(|letter| &letter.content.entries);
        let ids = entries.map(|entry| entry.student_id.clone()).collect();
        Ok(Letterhead {
            setup,
            settings: settings(setup),
            people: store.people(&ids)?,
            schools: store.school_names()?,
        })
    }

    fn compose(&self, letter: &Letter) -> Result<Composed, Problem> {
        let person = |id: &str| self.people.get(id).cloned();
        let school = |id: &str| {
            self.schools
                .get(id)
                .filter(|name| !name.is_empty())
                .map_or_else(|| id.to_owned(), Clone::clone)
        };
        mail::compose(letter, &person, &school, &self.settings, &self.setup.templates)
    }
}

/// Everything that letters take from the configuration.
fn settings(setup: &Setup) -> Settings {
    let config = &setup.config;
    let leaves = config.mail.smtp.is_some() || config.mail.channel.is_some();
    let rehearsing = leaves && config.mail.send_to == config::SendTo::Rehearsal;
    Settings {
        district: config.district.name.clone(),
        show: match config.privacy.show {
            config::Show::Initials => mail::Show::Initials,
            config::Show::Id => mail::Show::Id,
            config::Show::Names => mail::Show::Names,
            config::Show::Counts => mail::Show::Counts,
        },
        student_link: config.letters.student_link.clone(),
        from: config.mail.from.clone(),
        reply_to: config.mail.operator.clone(),
        allowed_domains: config.mail.allowed_domains.clone(),
        // A rehearsal without an address must stop, not reach owners: mail refuses the empty one.
        rehearsal_to: rehearsing.then(|| config.mail.rehearsal_to.clone().unwrap_or_default()),
    }
}

fn transport(setup: &Setup) -> Result<Transport, Problem> {
    if let Some(id) = &setup.config.mail.channel {
        return Ok(Transport::Carrier(Box::new(setup.plugins.channel(id)?)));
    }
    let Some(smtp) = &setup.config.mail.smtp else {
        return Ok(Transport::Folder(Folder(setup.home.outgoing())));
    };
    let credentials = match (&smtp.username, &smtp.password_file) {
        (Some(user), Some(file)) => Some(Credentials {
            user: user.clone(),
            secret: setup.home.secret(file)?,
        }),
        (Some(_), None) => {
            return Err(Problem::new(
                "smtp-password-missing",
                Weight::Stop,
                Place::file("firstbell.toml").column("mail.smtp"),
                "there is a `username` and no `password_file`",
                "put the password alone into a file that only firstbell's account may read, and name it in `password_file`",
            ));
        }
        _ => None,
    };
    let settings = SmtpSettings {
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            config::Tls::Implicit => Tls::Implicit,
            config::Tls::Starttls => Tls::StartTls,
            config::Tls::None => Tls::None,
        },
        credentials,
        extra_root: None,
        timeouts: mail::Timeouts::default(),
    };
    Ok(Transport::Smtp(Box::new(Smtp::new(settings)?)))
}

/// Delivery's records: each step a commit of its own.
struct Committed<'s> {
    store: &'s Store,
    now: i64,
}

impl mail::Ledger for Committed<'_> {
    fn sealed(&mut self, id: i64) -> Result<Option<Vec<u8>>, Problem> {
        self.store.sealed(id)
    }

    fn seal(&mut self, id: i64, bytes: &[u8]) -> Result<(), Problem> {
        let tx = self.store.begin()?;
        tx.seal(id, bytes)?;
        tx.set_state(id, State::Sending, "", 0, self.now)?;
        tx.commit()
    }

    fn sending(&mut self, id: i64) -> Result<(), Problem> {
        let tx = self.store.begin()?;
        tx.set_state(id, State::Sending, "", 0, self.now)?;
        tx.commit()
    }

    fn settle(&mut self, id: i64, step: &Step) -> Result<(), Problem> {
        let tx = self.store.begin()?;
        tx.set_state(id, step.state, &step.answer, step.not_before.unwrap_or(0), self.now)?;
        if step.is_final() {
            tx.blank(id)?;
        }
        tx.commit()
    }

    fn postpone(&mut self, id: i64, not_before: i64) -> Result<(), Problem> {
        let tx = self.store.begin()?;
        tx.postpone(id, not_before)?;
        tx.commit()
    }
}
