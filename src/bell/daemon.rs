//! The daemon's life: look, ring if it is time, send what is due, sleep until something happens or the next thing is due.
//!
//! Every turn looks at everything anew and decides by what it finds; what woke it does not matter. So a lost event costs at most the
//! time to the next look, and two events of one thing cost nothing.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::ear::Ear;
use super::hours::Files;
use super::post::Post;
use super::sets::Chime;
use super::sleep::{self, Note};
use super::wakes::{FLOCK, LONGEST_SLEEP, Wakes, wait, watch_home};
use super::{Bell, Desk, Record, Timetable, Why, gather, life, patience, service, signals};
use crate::clock;
use crate::inbox::Settling;
use crate::monitor::{Place, Problem, Weight};
use crate::round::{self, Hand, NIGHT_MADE_UP, Order, ROUND_STOPPED, Rung};

/// Editors write a file in several steps; the home is read once they have rested so long.
const EDITOR: Duration = Duration::from_millis(500);
/// Before another process that is at work in the home is asked for again.
const LOCKED: Duration = Duration::from_secs(2);
/// The first and the longest wait after a round or a send that could not be done.
const TROUBLE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(15 * 60));
/// So long nothing must happen before the daemon falls asleep. Chosen by us: exports and edits come in bursts, and waking costs a
/// twentieth of a second.
const QUIET: Duration = Duration::from_secs(5);

/// Lives until it is asked to end.
///
/// # Errors
///
/// Everything that keeps it from starting: a home that cannot be used, another daemon. What goes wrong later is logged, told to the
/// operator and tried again.
pub fn live(dir: &Path, wakes: &Wakes, heard: &Receiver<()>) -> Result<(), Vec<Problem>> {
    // The system names what happened by whole paths; so must we, or our own store would wake us.
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let service = service::Service::start();
    let Some(life) = life::take_up(&dir, wakes, heard, &service)? else {
        end(&service);
        return Ok(());
    };
    // The watch has a thread of its own.
    signals::hold();
    let mut daemon = Daemon::new(life.desk, wakes.clone(), service);
    signals::heed();
    daemon.told = life.told;
    daemon.note(None);
    daemon.service.ready("waiting");
    if life.is_first {
        tracing::info!("watching {}; {}", daemon.ear.inbox.display(), daemon.next_words());
    }
    while !wakes.is_stopping() {
        let before = daemon.seen_where_quiet();
        let rest = daemon.turn();
        if let Some(seen) = before {
            daemon.sleep_where_idle(seen);
        }
        daemon.service.busy(rest + LONGEST_SLEEP);
        if !wakes.is_stopping() && wait(heard, rest) {
            std::thread::sleep(FLOCK);
            daemon.stir();
        }
        daemon.service.busy(service::LONG_WORK);
    }
    end(&daemon.service);
    Ok(())
}

fn end(service: &service::Service) {
    service.stopping();
    tracing::info!("ended");
}

struct Daemon {
    desk: Desk,
    wakes: Wakes,
    service: service::Service,
    ear: Ear,
    settling: Settling,
    table: Timetable,
    bell: Bell,
    record: Record,
    /// When it falls asleep, if nothing happens before; `None` where it cannot.
    sleep_at: Option<Duration>,
    /// For the next round's report.
    told: Vec<Problem>,
    /// When the home is read again after somebody wrote into it.
    edit_due: Option<Duration>,
    /// Whether files of a round that was cut off before this life may still wait where it had claimed them.
    interrupted: bool,
    /// No round before this moment, after trouble.
    ring_after: Duration,
    troubles: u32,
    post: Post,
}

impl Daemon {
    fn new(desk: Desk, wakes: Wakes, service: service::Service) -> Daemon {
        let setup = &desk.setup;
        let now = clock::now(&setup.config.district.time_zone);
        let mut record = Record::read(&setup.home);
        let began = *record.began.get_or_insert(now.seconds);
        let last_round = setup
            .store_to_read()
            .and_then(|store| store.last_round())
            .ok()
            .flatten();
        let rung = record.rung.max(last_round.map(|round| round.committed));
        let wait = Duration::from_secs(u64::from(setup.config.inbox.settle_seconds));
        Daemon {
            table: timetable(&desk),
            ear: Ear::new(
                watch_home(&setup.home, &wakes),
                setup.home.inbox(&setup.config.inbox.path),
            ),
            settling: Settling::new(wait, record.taken.clone()),
            bell: Bell::new(rung.unwrap_or(began)),
            desk,
            wakes,
            service,
            record,
            sleep_at: cfg!(unix).then(|| clock::monotonic() + QUIET),
            told: Vec::new(),
            edit_due: None,
            interrupted: true,
            ring_after: Duration::ZERO,
            troubles: 0,
            post: Post::default(),
        }
    }

    /// One turn; how long to sleep after it.
    fn turn(&mut self) -> Duration {
        let start = clock::monotonic();
        self.look_at_home(start, false);
        self.give_back_where_interrupted();
        self.ear.look(&self.desk, &mut self.settling, start);
        let rung = self.ring_if_due();
        if self.post.send_if_due(&self.desk, &self.wakes, &self.service) {
            self.service.status(&self.next_words());
        }
        match rung {
            // A round takes its time; what happened meanwhile is looked at without a sleep.
            true => Duration::ZERO,
            false => self.rest(clock::monotonic()),
        }
    }

    /// Something happened: more may follow.
    fn stir(&mut self) {
        if let Some(at) = &mut self.sleep_at {
            *at = clock::monotonic() + QUIET;
        }
    }

    /// What lies there before a turn after which it may fall asleep: whatever comes later is news to the one that waits.
    fn seen_where_quiet(&self) -> Option<String> {
        let quiet = self.sleep_at.is_some_and(|at| at <= clock::monotonic());
        quiet.then(|| sleep::seen(&self.desk.setup.home, &self.ear.inbox))
    }

    /// Falls asleep, unless something is under way or memory alone holds something.
    fn sleep_where_idle(&mut self, seen: String) {
        let now = clock::monotonic();
        // Where it cannot now, it tries again when something has happened, or in a while.
        self.sleep_at = Some(now + LONGEST_SLEEP);
        if self.wakes.is_stopping() || self.ring_after > now || self.is_under_way() || self.desk.leans_on_memory() {
            return;
        }
        let clock = clock::now(&self.desk.setup.config.district.time_zone).seconds;
        let hour = self.table.next(clock.max(self.bell.rung()));
        let letter = self.post.rest(clock, now);
        let letter = letter.map(|rest| clock.saturating_add_unsigned(rest.as_secs() + 1));
        let note = Note {
            due: [hour, letter].into_iter().flatten().min(),
            look_every: self
                .ear
                .rest(self.desk.setup.config.inbox.poll_seconds)
                .map(|rest| rest.as_secs().max(1)),
            inbox: self.ear.inbox.clone(),
            seen,
            told: self.told.clone(),
        };
        let error = sleep::fall_asleep(&note, &self.wakes);
        signals::heed();
        tracing::debug!("staying awake: {error}");
        self.sleep_at = None;
    }

    /// Whether something is not done yet, or only this life knows since when it waits.
    fn is_under_way(&self) -> bool {
        let chime = self.chime(false);
        let files = self.settling.last();
        let waiting = self.settling.next().is_some() || chime.unsettled || chime.complete || self.interrupted;
        // Who sleeps forgets since when a file that no round was handed has stood still. A round's memory is worth that, once.
        let remembered = files.iter().any(|file| !file.taken) && !sleep::is_large();
        !self.ear.hears() || self.edit_due.is_some() || waiting || remembered
    }

    /// Puts back what a round of an earlier life had claimed when it was cut off: no file in the inbox would ring for it.
    fn give_back_where_interrupted(&mut self) {
        if !self.interrupted {
            return;
        }
        match round::give_back(&self.desk.setup) {
            // They may be that process's own.
            Err(problem) if problem.code == "home-locked" => return,
            Err(problem) => tracing::warn!("{problem}"),
            Ok(problems) => {
                for problem in &problems {
                    tracing::info!("{problem}");
                }
                self.told.extend(problems);
            }
        }
        self.interrupted = false;
    }

    /// Tries what people wrote into the home, once they have rested, or at once before a round.
    fn look_at_home(&mut self, now: Duration, at_once: bool) -> bool {
        if self.edit_due.is_none() && !at_once {
            // Cheap: a few dozen names and times. What was written is tried after a rest.
            if self.desk.is_untouched() {
                return false;
            }
            self.edit_due = Some(now + EDITOR);
        }
        if !at_once && self.edit_due.is_some_and(|due| now < due) {
            return false;
        }
        self.edit_due = None;
        let edit = self.desk.look();
        for problem in &edit.told {
            tracing::info!("{problem}");
        }
        for problem in &edit.broken {
            tracing::warn!("refused: {problem}");
        }
        self.told.extend(edit.told);
        if edit.changed {
            self.follow_setup();
        }
        edit.changed
    }

    /// What hangs on the configuration follows it.
    fn follow_setup(&mut self) {
        let config = &self.desk.setup.config.inbox;
        self.settling
            .set_wait(Duration::from_secs(u64::from(config.settle_seconds)));
        self.ear.turn_to(self.desk.setup.home.inbox(&config.path));
        self.table = timetable(&self.desk);
        self.note(None);
    }

    fn chime(&self, asked: bool) -> Chime {
        // While the inbox is away, what was seen in it cannot be read; it is looked at again when it returns.
        if !self.ear.hears() {
            return Chime::default();
        }
        let config = &self.desk.setup.config;
        let patience = patience(config.inbox.settle_seconds);
        gather(self.settling.last(), &config.feeds, clock::monotonic(), patience, asked)
    }

    fn ring_if_due(&mut self) -> bool {
        let since_start = clock::monotonic();
        if since_start < self.ring_after {
            return false;
        }
        let now = clock::now(&self.desk.setup.config.district.time_zone);
        let asked = std::fs::symlink_metadata(self.desk.setup.home.asked()).is_ok();
        let chime = self.chime(asked);
        let files = Files {
            complete: chime.complete,
            unsettled: chime.unsettled,
        };
        let patience = patience(self.desk.setup.config.inbox.settle_seconds);
        let Some(why) = self
            .bell
            .due(&self.table, now.seconds, since_start, files, asked, patience)
        else {
            return false;
        };
        // What was edited a moment ago is at work before the round, or refused; then the files are looked at with its eyes.
        if self.look_at_home(since_start, true) {
            return true;
        }
        self.ring(&why, &chime);
        true
    }

    fn ring(&mut self, why: &Why, chime: &Chime) {
        let home = self.desk.setup.home.clone();
        self.service.status("a round is under way");
        tracing::info!("ringing: {}", why.words());
        let told = self.to_tell(why);
        let now = clock::now(&self.desk.setup.config.district.time_zone);
        let wakes = self.wakes.clone();
        let hand = Hand {
            ready: Some(&chime.ready),
            left: &chime.left,
            told: &told,
            last: false,
            stop: &|| wakes.is_stopping(),
        };
        match round::ring_with(&self.desk.setup, Order::default(), &now, hand) {
            Ok(rung) => {
                // Asked for and done; where somebody asks again meanwhile, the round that they wanted has read what there was.
                let _ = std::fs::remove_file(home.asked());
                self.settling.take(&chime.ready);
                self.bell.rang(now.seconds);
                self.stir();
                self.told.clear();
                self.troubles = 0;
                self.table = timetable(&self.desk);
                self.post.forget();
                log(&rung);
                self.note(Some(why));
            }
            Err(problem) if problem.code == ROUND_STOPPED => tracing::info!("{problem}"),
            Err(problem) if problem.code == "home-locked" => {
                tracing::debug!("{problem}");
                self.ring_after = clock::monotonic() + LOCKED;
            }
            Err(problem) => {
                let wait = self.trouble();
                tracing::error!("{problem}; tried again in {} s", wait.as_secs());
                self.ring_after = clock::monotonic() + wait;
            }
        }
        self.service.status(&self.next_words());
    }

    /// What this round's report says beside what the round finds.
    fn to_tell(&self, why: &Why) -> Vec<Problem> {
        let mut told = self.told.clone();
        if let Why::MadeUp(_) = why {
            let message = format!("{}; this round makes up for it", why.words());
            let remedy = "see why firstbell or its machine was not running then";
            told.push(Problem::new(
                NIGHT_MADE_UP,
                Weight::Note,
                Place::default(),
                message,
                remedy,
            ));
        }
        told.extend(self.desk.standing().iter().cloned());
        told.extend(self.ear.passed_over.iter().cloned());
        told
    }

    fn trouble(&mut self) -> Duration {
        let wait = TROUBLE.0.saturating_mul(1 << self.troubles.min(16)).min(TROUBLE.1);
        self.troubles += 1;
        wait
    }

    /// Notes for `status` and for the next life when it rang and what it read.
    fn note(&mut self, why: Option<&Why>) {
        let home = &self.desk.setup.home;
        let now = clock::now(&self.desk.setup.config.district.time_zone);
        if let Some(why) = why {
            self.record.rung = Some(self.bell.rung());
            self.record.why = why.words();
            self.record.taken = self.settling.taken().clone();
        }
        self.record.next = self.table.next(now.seconds);
        if let Err(problem) = self.record.keep(home) {
            tracing::warn!("{problem}");
        }
    }

    /// How long nothing is due.
    fn rest(&self, now: Duration) -> Duration {
        let config = &self.desk.setup.config;
        let clock = clock::now(&config.district.time_zone).seconds;
        let in_seconds = |at: i64| Duration::from_secs(u64::try_from(at - clock).unwrap_or(0));
        let mut rest = LONGEST_SLEEP;
        if let Some(look) = self.ear.rest(config.inbox.poll_seconds) {
            rest = rest.min(look);
        }
        let until = |at: Duration| at.saturating_sub(now);
        let chime = self.chime(false);
        let dues = [self.settling.next(), chime.next, self.edit_due, self.sleep_at]
            .into_iter()
            .flatten();
        rest = dues.map(until).fold(rest, Duration::min);
        if let Some(hour) = self.table.next(clock.max(self.bell.rung())) {
            rest = rest.min(in_seconds(hour));
        }
        // A round that could not be rung is tried again at its moment, not at once.
        if self.ring_after > now {
            rest = rest.min(until(self.ring_after));
        }
        if let Some(letter) = self.post.rest(clock, now) {
            rest = rest.min(letter);
        }
        rest
    }

    fn next_words(&self) -> String {
        let now = clock::now(&self.desk.setup.config.district.time_zone).seconds;
        match self.table.next(now) {
            Some(next) => format!("the next hour is {}", self.table.shown(next)),
            None => "no school day is known to come".to_owned(),
        }
    }
}

/// The school days that the configuration and the calendar in the store name.
fn timetable(desk: &Desk) -> Timetable {
    let config = &desk.setup.config;
    let store = desk.setup.store_to_read().ok();
    let days = |year| {
        let days = store.as_ref().and_then(|store| store.calendar_days(year).ok());
        (*year, days.unwrap_or_default())
    };
    let years = config.district.school_years.iter().map(days).collect();
    Timetable::new(config.district.time_zone.clone(), config.inbox.ring_at, years)
}

fn log(rung: &Rung) {
    let as_of = rung.as_of.map_or_else(|| "no day".to_owned(), |day| day.to_string());
    let read = rung.files.iter().filter(|file| file.accepted).count();
    tracing::info!(
        read,
        held = rung.files.len() - read,
        judged = rung.judged.active,
        letters = rung.letters.len(),
        sent = rung.delivery.sent,
        "rang as of {as_of}"
    );
}
