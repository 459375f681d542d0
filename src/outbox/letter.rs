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
    /// What became of edited rules, to whoever edits them: no student, ever.
    RuleEdit,
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
    /// The last eight weeks, a letter per instructional day, weeks parted by a space; oldest first.
    pub strip: String,
    /// Of areas that the reader may not see: whom to ask. Empty where none is flagged.
    pub ask: Vec<String>,
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
