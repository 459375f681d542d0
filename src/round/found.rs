//! What a look through every open flag found: news, what waits, and what went to nobody.

use rustc_hash::FxHashMap;

use super::telling::Key;
use crate::crossings::Hold;
use crate::facts::SchoolIx;
use crate::outbox::{News, Told};
use crate::school::{Day, Level};

/// One piece of news that waits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeptBack {
    pub(super) student_id: String,
    pub(super) rule: String,
    pub(super) level: Level,
    /// The hold's word, or `digest` for what waits for the week's digest.
    pub(super) hold: &'static str,
}

impl KeptBack {
    /// A piece of news that waits for a reason.
    pub(super) fn of(news: &News, hold: &'static str) -> KeptBack {
        KeptBack {
            student_id: news.entry.student_id.clone(),
            rule: news.entry.rule.clone(),
            level: news.entry.level.unwrap_or(Level::Watch),
            hold,
        }
    }
}

/// A flag of a storm that waits, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sheltered {
    pub(super) owner: usize,
    pub(super) school: SchoolIx,
    pub(super) rule: u16,
    pub(super) raised: Day,
    pub(super) level: Level,
}

/// Everything that routing found: news to write, what waits, and what went to nobody.
#[derive(Default)]
pub(super) struct Found {
    pub(super) news: Vec<News>,
    /// Flags on tonight's starting lists.
    pub(super) listed: Vec<Key>,
    /// News that joins the week's digest.
    pub(super) digest: Vec<News>,
    /// News that waits, by its hold.
    pub(super) held: FxHashMap<Hold, u32>,
    /// The same one by one, but for what waits for a baseline or is in shadow.
    pub(super) kept_back: Vec<KeptBack>,
    /// Flags of storms that wait, for the counts that their owners get.
    pub(super) sheltered: Vec<Sheltered>,
    /// Flags that a person discarded: they count as told.
    pub(super) discarded: Vec<Told>,
    /// News that no chain resolved and that went to the last owner.
    pub(super) unowned: u32,
    /// News that nobody at all can be written.
    pub(super) lost: u32,
}

impl Found {
    /// Adds what another part of the standings brought.
    pub(super) fn add(&mut self, other: Found) {
        self.news.extend(other.news);
        self.listed.extend(other.listed);
        self.digest.extend(other.digest);
        self.kept_back.extend(other.kept_back);
        self.sheltered.extend(other.sheltered);
        self.discarded.extend(other.discarded);
        for (hold, count) in other.held {
            *self.held.entry(hold).or_default() += count;
        }
        self.unowned += other.unowned;
        self.lost += other.lost;
    }
}
