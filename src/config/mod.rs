//! What the district wrote in `firstbell.toml`, and what it means.
//!
//! In: the file's text. Out: a [`Config`] in which every value has been checked, or every problem of the file at once, each with
//! its place underlined. Never: a secret, a file read, a guess about a key that nobody knows.

mod check;
mod district;
mod edit;
mod feeds;
mod gates;
mod letters;
mod lines;
mod mail;
mod meaning;
mod routes;
mod sample;
mod section;
mod source;

#[cfg(test)]
mod tests;

use crate::crossings::Patience;
use crate::gates::Gates;
use crate::monitor::{Place, Problem, Weight};
use crate::records::Feed;
use crate::routing::Route;
use crate::school::{Day, Meaning, SchoolYear, Weekday};

pub use edit::{for_rebuild, set_send_to};
pub use lines::Lines;
pub use sample::{CANONICAL_MEANING, Sample, canonical_feed, sample};
use section::Section;
use source::Source;

/// The whole configuration, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[district]`.
    pub district: District,
    /// `[inbox]`.
    pub inbox: Inbox,
    /// `[[feed]]`, in the order written.
    pub feeds: Vec<Feed>,
    /// Where each feed stands in the file; as many as `feeds`.
    pub feed_places: Vec<Place>,
    /// What must be so before a file of each feed is believed; as many as `feeds`.
    pub gates: Vec<Gates>,
    /// The folder of its own in which files of a feed are read in place, as written; as many as `feeds`.
    pub folders: Vec<Option<String>>,
    /// `[attendance]`, `[grades]`, `[behavior]`.
    pub meaning: Meaning,
    /// `[[route]]`, in the order written; the first that matches is used.
    pub routes: Vec<Route>,
    /// `[[copy]]`: second readers beside the owner.
    pub copies: Vec<Copy>,
    /// Who hears what no route resolves: a staff id or an address.
    pub last_owner: String,
    /// `[letters]`.
    pub letters: Letters,
    /// `[holds]`.
    pub holds: Holds,
    /// `[privacy]`.
    pub privacy: Privacy,
    /// `[mail]`.
    pub mail: Mail,
    /// `[rules]`.
    pub rules: Rules,
    /// What is allowed but worth a look, such as a route that can never be reached.
    pub notes: Vec<Problem>,
}

/// `[district]`, checked.
#[derive(Clone, Debug)]
pub struct District {
    /// The name, as letters write it.
    pub name: String,
    /// Where the district's days begin and end.
    pub time_zone: jiff::tz::TimeZone,
    /// School years, ascending, none overlapping; at least one.
    pub school_years: Vec<SchoolYear>,
}

impl District {
    /// The school year that holds a day, else the last one that ended before it, else the first there is.
    pub fn school_year(&self, day: Day) -> Option<SchoolYear> {
        let begun = self.school_years.iter().rev().find(|year| year.start <= day);
        begun.or(self.school_years.first()).copied()
    }
}

/// What becomes of an export once it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It moves to `var/archive`.
    Archive,
    /// It stays: the folder belongs to somebody else.
    Leave,
}

/// `[inbox]`, checked.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// The folder, as written: relative to the home, or absolute.
    pub path: String,
    /// Seconds without a change after which a file is complete.
    pub settle_seconds: u32,
    /// Seconds between two looks of the daemon, where it shall not rely on the system to be told of changes.
    pub poll_seconds: Option<u32>,
    /// What becomes of a file that was read.
    pub after: After,
    /// When the bell rings on school days, in the district's zone.
    pub ring_at: jiff::civil::Time,
    /// An export written at this hour or later holds the whole day.
    pub day_complete_at: jiff::civil::Time,
    /// Days that the archive is kept; 0 keeps none.
    pub archive_days: u32,
    /// Percent of a file's rows that may be unreadable before a person is asked.
    pub reject_share: f64,
}

/// One `[[copy]]`, checked: whose news of a rule goes to a second reader, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The rule's id.
    pub rule: String,
    /// The role of the second reader.
    pub to: String,
    /// Only students in one of these programs; empty: all.
    pub programs: Vec<String>,
}

/// `[letters]`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letters {
    /// A link behind the SIS's own sign-in, with `{student_id}`; empty: none.
    pub student_link: String,
    /// The weekday of the digest; where there is no school on it, the next school morning.
    pub digest_on: Weekday,
    /// School days without a contact after which an urgent flag is brought to mind again; 0: never.
    pub remind_after: u32,
    /// School days without a contact after which the owner's supervisor is told; 0: never.
    pub escalate_after: u32,
    /// Hours of the day between which nothing is sent, over midnight where the second is the earlier one.
    pub quiet_hours: Option<(jiff::civil::Time, jiff::civil::Time)>,
}

/// `[holds]`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// How long contacts and plans keep quiet, in school days.
    pub patience: Patience,
    /// Kinds of contacts that keep nothing quiet, as globs, any case.
    pub no_contact: Vec<String>,
    /// The longest silence that anybody may ask for, in calendar days.
    pub longest_silence_days: u32,
}

/// How a letter shows a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Initials, grade, school, homeroom and the link.
    Initials,
    /// The student id.
    Id,
    /// First and last name.
    Names,
    /// No student at all: counts.
    Counts,
}

/// What a letter may show beyond numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Incident types.
    IncidentTypes,
    /// Actions taken.
    Actions,
    /// Programs such as `iep`.
    Programs,
}

/// `[privacy]`, checked.
#[derive(Clone, Debug)]
pub struct Privacy {
    /// How a letter shows a student.
    pub show: Show,
    /// What a letter may show beyond numbers.
    pub detail: Vec<Detail>,
}

/// Who is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendTo {
    /// Every letter goes to `rehearsal_to`.
    Rehearsal,
    /// Every letter goes to its owner.
    Owners,
}

/// `[mail]`, checked.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The sender's address; its domain is the Message-ID's.
    pub from: String,
    /// Who is told of the program's own troubles.
    pub operator: String,
    /// The only domains that are written to, lower case.
    pub allowed_domains: Vec<String>,
    /// Who is written to.
    pub send_to: SendTo,
    /// Whom a rehearsal is delivered to; always there with SMTP in rehearsal.
    pub rehearsal_to: Option<String>,
    /// The mail server; without it letters go to `var/letters`.
    pub smtp: Option<Smtp>,
    /// Addresses that several people read, and that may be written to all the same.
    pub shared_mailboxes: Vec<String>,
    /// The plugin that carries letters in the place of a mail server.
    pub channel: Option<String>,
}

impl Mail {
    /// Whether an address lies in an allowed domain; subdomains must be named themselves.
    pub fn allows(&self, address: &str) -> bool {
        let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.allowed_domains
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(domain))
    }
}

/// How the line to the mail server is kept private.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte, as on port 465.
    Implicit,
    /// By STARTTLS, refused where the server does not offer it.
    Starttls,
    /// Not at all: loopback only.
    None,
}

/// `[mail.smtp]`, checked.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept private.
    pub tls: Tls,
    /// The account, where the server asks for one.
    pub username: Option<String>,
    /// The file that holds the password, 0600, relative to the home or absolute.
    pub password_file: Option<String>,
}

/// `[rules]`, checked.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Addresses that are told when a rule is set aside.
    pub editors: Vec<String>,
}

/// Reads a configuration; `path` is how the operator knows the file. Without a problem the value is whole; with one or more,
/// all of them are given, in the order of the file.
pub fn load(text: &str, path: &str) -> Result<Config, Vec<Problem>> {
    // Notepad puts a mark before the text; it is no part of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut source = Source::new(text, path);
    let Some(root) = source.parse() else {
        return Err(source.into_problems());
    };
    let mut root = Section::root(root.get_ref());
    let config = read(&mut source, &mut root);
    root.finish(&mut source);
    match config {
        Some(mut config) if source.is_clean() => {
            config.notes = source.into_problems();
            Ok(config)
        }
        _ => Err(source.into_problems()),
    }
}

/// Reads every section before it gives up on one, so that the operator mends the file once.
fn read(source: &mut Source<'_>, root: &mut Section<'_>) -> Option<Config> {
    let district = district::district(source, root);
    let inbox = district::inbox(source, root);
    let feeds = feeds::feeds(source, root);
    let attendance = meaning::attendance(source, root);
    let grades = meaning::grades(source, root);
    let behavior = meaning::behavior(source, root);
    let routes = routes::routes(source, root);
    let copies = routes::copies(source, root);
    let last_owner = routes::last_owner(source, root);
    let letters = letters::letters(source, root);
    let holds = letters::holds(source, root);
    let privacy = mail::privacy(source, root);
    let mail = mail::mail(source, root);
    let rules = mail::rules(source, root);
    if let Some(mail) = &mail {
        check::addresses(source, mail, last_owner.as_ref(), &rules);
    }
    let feeds::Feeds {
        feeds,
        places,
        gates,
        folders,
    } = feeds;
    check::feeds(source, &feeds, attendance.rows);
    Some(Config {
        district: district?,
        inbox: inbox?,
        feeds,
        feed_places: places,
        gates,
        folders,
        meaning: Meaning {
            attendance,
            grades,
            behavior,
        },
        routes,
        copies,
        last_owner: last_owner?.value,
        letters,
        holds,
        privacy,
        mail: mail?.mail,
        rules: Rules {
            editors: rules.into_iter().map(|editor| editor.value).collect(),
        },
        notes: Vec::new(),
    })
}

impl Config {
    /// Feeds whose adapter is none of the known ones, each as a problem with the nearest name.
    pub fn unknown_adapters(&self, known: &[&str]) -> Vec<Problem> {
        let unknown = |feed: &Feed| !known.contains(&feed.adapter.as_str());
        let pairs = self.feeds.iter().zip(&self.feed_places);
        pairs
            .filter(|(feed, _)| unknown(feed))
            .map(|(feed, place)| {
                let remedy = match source::nearest(&feed.adapter, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("write one of {}, or add the plugin", source::listed(known)),
                };
                let message = format!("there is no adapter `{}`", feed.adapter);
                Problem::new("config-unknown-adapter", Weight::Stop, place.clone(), message, remedy)
            })
            .collect()
    }
}
