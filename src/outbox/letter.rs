//! One letter as keys and numbers, and where its delivery stands.

use serde::{Deserialize, Serialize};

use crate::crossings::Reason;
use crate::school::{Area, Day, Level};

/// What kind of letter it is; each has its own template and subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// News of one owner's students: urgent, then concern.
    Nightly,
    /// Who is flagged when a rule, a school or a year begins, or a rule changed.
    StartingList,
    /// What the operator should know of the round.
    OperatorReport,
    /// The week: newly watched, eased, cleared, corrected, ended, left; the rest as counts. Written even when nothing stands in it.
    Digest,
    /// A whole school is affected: to its administrator, in counts alone.
    SchoolLetter,
    /// The month: open flags of a school by number of areas, for its team.
    TeamList,
    /// Urgent flags that nobody has acted on for days.
    Reminder,
    /// What was written of students who are this owner's from now on.
    Handover,
    /// What became of edited rules, to whoever edits them: no student, ever.
    RuleEdit,
}

impl Kind {
    /// Whether what a letter tells raises what was told: a reminder and a team's list say again what was told before.
    pub fn raises_told(self) -> bool {
        !matches!(self, Kind::OperatorReport | Kind::Reminder | Kind::TeamList)
    }
}

/// Where a letter's delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Posted, not yet tried; may still be replaced.
    Waiting,
    /// Sealed, and being handed over; a crash leaves it here.
    Sending,
    /// Accepted by the server.
    Sent,
    /// Put off by the server; will be tried again with the same bytes.
    Delayed,
    /// Refused for good.
    Refused,
    /// The line broke after the last byte: it may have arrived.
    Unsure,
    /// A newer letter took its place before it was tried.
    Replaced,
    /// Set aside by a person before it was tried: what it tells counts as told and is said nowhere again.
    Discarded,
}

/// How the lines of [`Entry::going_on`] begin that are about a plan: a team list tells them from contacts.
pub const PLAN_LINE: &str = "An intervention plan";

/// Under which heading of its letter an entry stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Under its level: news, or an open flag of a list.
    #[default]
    Level,
    /// Digest: urgent, and nobody acted for ten school days.
    NoContact,
    /// Digest: newly at watch.
    Watched,
    /// Digest: flagged with much of a school, and still so when the wait was over.
    Storm,
    /// Digest: what the owner's capacity left off the week's nightly letters.
    Overflow,
    /// Digest: back at school with an open flag.
    Resumed,
    /// Digest: better, still flagged.
    Eased,
    /// Digest: no longer flagged.
    Cleared,
    /// Digest: the facts behind it were corrected.
    Corrected,
    /// Digest: no longer measured, or its rule was changed or taken out of work.
    Ended,
    /// Digest: left school with an open flag.
    Left,
    /// Digest: somebody else's student from now on.
    Moved,
    /// Reminder: to the owner's supervisor.
    Escalated,
}

impl Group {
    /// Whether what stands under it is news to the reader.
    pub fn is_news(self) -> bool {
        matches!(self, Group::Watched | Group::Storm | Group::Overflow)
    }
}

/// One student under one rule in a letter. Nothing here is a name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The student's id: a key, resolved to initials or a name only when bytes are made.
    pub student_id: String,
    /// The school's id.
    pub school_id: String,
    /// The grade level as shown; empty where it is not understood.
    pub grade: String,
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// The rule's area.
    pub area: Area,
    /// The level now.
    pub level: Option<Level>,
    /// The level told before; `None` where this is the first word of it.
    pub before: Option<Level>,
    /// What happened.
    pub reason: Reason,
    /// The episode it belongs to.
    pub episode: u16,
    /// Since when the flag is open.
    pub since: Option<Day>,
    /// Why, in numbers: the rule's own `because`.
    pub because: String,
    /// What the rule says to do next at this level; empty where it says nothing.
    pub next: String,
    /// What is already going on: plans and contacts, one sentence each, without names of students.
    pub going_on: Vec<String>,
    /// What the district lets letters show beyond numbers: incidents by type and action, programs. Sentences without names of students.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detail: Vec<String>,
    /// The last eight weeks, a letter per instructional day, weeks parted by a space; oldest first.
    pub strip: String,
    /// Of areas that the reader may not see: whom to ask. Empty where none is flagged.
    pub ask: Vec<String>,
    /// Under which heading it stands.
    #[serde(default, skip_serializing_if = "is_default")]
    pub group: Group,
    /// Where the next graver level begins, as a clause: `urgent begins at 20`. Empty at the gravest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub edge: String,
    /// Other open flags of the student that the reader may see and that are no news, one clause each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<String>,
    /// Why it was held back until now, as a clause; empty for news of last night.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub held: String,
    /// Whose it was before, or whose it is now, as a clause: `from Sam Reed`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub whose: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Flags told as a count, not one by one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlagCount {
    /// The rule's title.
    pub title: String,
    /// The level.
    pub level: Level,
    /// How many students.
    pub students: u32,
}

/// Many students of a school flagged on one day: told as counts, never by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StormCount {
    /// The school's id.
    pub school_id: String,
    /// The rule's title.
    pub title: String,
    /// The area of the rule.
    pub area: Area,
    /// The day that was judged.
    pub day: Day,
    /// Students flagged: of the reader's own in an owner's letter, of the whole school in the school's.
    pub students: u32,
    /// Of these, at urgent.
    pub urgent: u32,
    /// Students of the school whom the rule judged that day.
    pub judged: u32,
}

/// One line of the operator's report: no student in it, ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportLine {
    /// The heading it stands under: `feeds`, `rules`, `routing`, `mail`, `round`.
    pub section: String,
    /// The line itself: a sentence.
    pub text: String,
}

/// What a letter says, as keys and numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// The day up to which facts were known.
    pub as_of: Day,
    /// A sentence at the head: the rule change that made the list, for instance. May be empty.
    pub headline: String,
    /// Entries, gravest first.
    pub entries: Vec<Entry>,
    /// What is told as counts: a starting list past its names.
    pub counts: Vec<FlagCount>,
    /// Entries left off by the cap; they follow.
    pub left_off: u32,
    /// Feeds that have been held for so long that it stands above everything else, as sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub atop: Vec<String>,
    /// Feeds that are late or held, as sentences.
    pub late: Vec<String>,
    /// Lines of the operator's report.
    pub report: Vec<ReportLine>,
    /// School-wide events, as counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storms: Vec<StormCount>,
    /// Silences that the reader asked for, as sentences without students' names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silences: Vec<String>,
    /// Of a digest: the nights that were looked at, and the school days of the week that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nights: Option<(u32, u32)>,
    /// Of a nightly letter: students whom the reader's capacity leaves to the digest.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overflow: u32,
    /// Message-IDs of earlier letters about the same episodes, oldest first, without angle brackets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

impl Content {
    /// A letter that says nothing yet, as of a day.
    pub fn of(as_of: Day) -> Content {
        Content {
            as_of,
            headline: String::new(),
            entries: Vec::new(),
            counts: Vec::new(),
            left_off: 0,
            atop: Vec::new(),
            late: Vec::new(),
            report: Vec::new(),
            storms: Vec::new(),
            silences: Vec::new(),
            nights: None,
            overflow: 0,
            references: Vec::new(),
        }
    }
}

/// The school that a letter to a school's own people is about: somebody may lead several, and has a letter for each. Empty for every
/// other kind.
pub(super) fn school_of(kind: Kind, content: &Content) -> &str {
    let school = match kind {
        Kind::SchoolLetter => content.storms.first().map(|storm| &storm.school_id),
        Kind::TeamList => content.entries.first().map(|entry| &entry.school_id),
        _ => None,
    };
    school.map_or("", |school| school)
}

/// One letter to one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// The letter's number in the store; 0 before it is posted.
    pub id: i64,
    /// Its kind.
    pub kind: Kind,
    /// Whose it is: a staff id, or `operator`.
    pub to_staff: String,
    /// The address as it was when the letter was posted.
    pub address: String,
    /// The reader's name, for the salutation; staff, never a student.
    pub to_name: String,
    /// The school morning it is for: one nightly letter per owner and morning.
    pub morning: Day,
    /// Message-ID without angle brackets, frozen when posted.
    pub message_id: String,
    /// The Date header, seconds since 1970, frozen when posted.
    pub date: i64,
    /// What it says.
    pub content: Content,
    /// Where its delivery stands.
    pub state: State,
    /// Attempts so far.
    pub attempts: u32,
    /// Not to be tried before this time, seconds since 1970.
    pub not_before: i64,
    /// The server's last answer, without anything of the letter.
    pub answer: String,
}
