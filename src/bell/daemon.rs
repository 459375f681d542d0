//! The daemon's life: look, ring if it is time, send what is due, sleep until something happens or the next thing is due.
//!
//! Every turn looks at everything anew and decides by what it finds; what woke it does not matter. So a lost event costs at most the
//! time to the next look, and two events of one thing cost nothing.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use super::ear::Ear;
use super::hours::Files;
use super::post::Post;
use super::sets::Chime;
use super::wakes::{Wakes, wait};
use super::{Bell, Desk, Record, Timetable, Why, gather, patience, renew, service};
use crate::clock;
use crate::inbox::{Settling, Watch};
use crate::monitor::{Place, Problem, Weight};
use crate::round::{self, Hand, NIGHT_MADE_UP, Order, ROUND_STOPPED, Rung};

/// The longest sleep: a lost event and a clock that jumped are noticed after it.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// Events come in flocks; one look is enough for those of so long.
const FLOCK: Duration = Duration::from_millis(150);
/// Editors write a file in several steps; the home is read once they have rested so long.
const EDITOR: Duration = Duration::from_millis(500);
/// Before another process that is at work in the home is asked for again.
const LOCKED: Duration = Duration::from_secs(2);
/// The first and the longest wait after a round or a send that could not be done.
const TROUBLE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(15 * 60));
/// So long nothing must happen after a round before the process begins anew. Chosen by us: exports and edits come in bursts.
const QUIET: Duration = Duration::from_secs(20);

/// Lives until it is asked to end.
///
/// # Errors
///
/// Everything that keeps it from starting: a home that cannot be used, another daemon. What goes wrong later is logged, told to the
/// operator and tried again.
pub fn live(dir: &Path, wakes: &Wakes, heard: &Receiver<()>) -> Result<(), Vec<Problem>> {
    // The system names what happened by whole paths; so must we, or our own store would wake us.
    let dir = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    let desk = Desk::open(&dir)?;
    desk.setup.home.ensure_var().map_err(|problem| vec![problem])?;
    let _place = desk.setup.home.lock_daemon().map_err(|problem| vec![problem])?;
    let service = service::Service::start();
    let mut daemon = Daemon::new(desk, wakes.clone(), service);
    for problem in &daemon.desk.setup.problems {
        tracing::warn!("{problem}");
    }
    daemon.note(None);
    daemon.service.ready("waiting");
    tracing::info!("watching {}; {}", daemon.ear.inbox.display(), daemon.next_words());
    while !wakes.is_stopping() {
        let rest = daemon.turn();
        daemon.begin_anew_where_large();
        daemon.service.busy(rest + LONGEST_SLEEP);
        if !wakes.is_stopping() && wait(heard, rest) {
            std::thread::sleep(FLOCK);
        }
        daemon.service.busy(service::LONG_WORK);
    }
    daemon.service.stopping();
    tracing::info!("ended");
    Ok(())
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
    /// When the memory of the last round is given back, if nothing happens before.
    renew_at: Option<Duration>,
    /// For the next round's report.
    told: Vec<Problem>,
    /// When the home is read again after somebody wrote into it.
    edit_due: Option<Duration>,
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
            ear: Ear::new(watch_home(&desk, &wakes), setup.home.inbox(&setup.config.inbox.path)),
            settling: Settling::new(wait, record.taken.clone()),
            bell: Bell::new(rung.unwrap_or(began)),
            desk,
            wakes,
            service,
            record,
            renew_at: None,
            told: Vec::new(),
            edit_due: None,
            ring_after: Duration::ZERO,
            troubles: 0,
            post: Post::default(),
        }
    }

    /// One turn; how long to sleep after it.
    fn turn(&mut self) -> Duration {
        let start = clock::monotonic();
        self.look_at_home(start, false);
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

    /// After a big round, gives its memory back by beginning anew; unless memory alone holds something: a refused edit's last good
    /// version, or news for the next report.
    fn begin_anew_where_large(&mut self) {
        let Some(at) = self.renew_at.filter(|at| *at <= clock::monotonic()) else {
            return;
        };
        // Nothing may be under way: what only this process knows would be lost.
        let under_way = self.edit_due.is_some() || self.settling.next().is_some() || !self.told.is_empty();
        if under_way || self.wakes.is_stopping() {
            self.renew_at = Some(at + QUIET);
            return;
        }
        self.renew_at = None;
        if self.desk.leans_on_memory() || !renew::is_large() {
            return;
        }
        tracing::debug!("beginning anew to give the round's memory back");
        let error = renew::begin_anew();
        tracing::debug!("beginning anew was not possible: {error}");
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
            stop: &|| wakes.is_stopping(),
        };
        match round::ring_with(&self.desk.setup, Order::default(), &now, hand) {
            Ok(rung) => {
                // Asked for and done; where somebody asks again meanwhile, the round that they wanted has read what there was.
                let _ = std::fs::remove_file(home.asked());
                self.settling.take(&chime.ready);
                self.bell.rang(now.seconds);
                self.renew_at = Some(clock::monotonic() + QUIET);
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
        let dues = [self.settling.next(), chime.next, self.edit_due, self.renew_at]
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

/// A watch over the folders where people write into a home. Where the system does not tell, the home is looked at before every
/// round and at every long sleep's end.
fn watch_home(desk: &Desk, wakes: &Wakes) -> Watch {
    let home = &desk.setup.home;
    let (asked, var, ear) = (home.asked(), home.var(), wakes.clone());
    let mut watch = Watch::new(move |paths: &[PathBuf]| {
        // Our own store lies beside the file that asks for a round.
        if paths.is_empty() || paths.iter().any(|path| *path == asked || !path.starts_with(&var)) {
            ear.look();
        }
    });
    let folders = [
        (home.var(), false),
        (home.root().to_owned(), false),
        (home.rules(), true),
        (home.plugins(), true),
        (home.letters(), true),
    ];
    for (folder, below) in folders {
        watch.add(&folder, below);
    }
    watch
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
