//! What the district says about its letters.

use serde::{Deserialize, Serialize};

use crate::outbox::{Kind, Letter};

/// How much of a student a letter shows (`privacy.show`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Show {
    /// Initials, grade, school, homeroom and the link.
    #[default]
    Initials,
    /// The student's id in place of the initials.
    Id,
    /// Full name; no id, so no link that bears it.
    Names,
    /// No student at all: how many per rule and level.
    Counts,
}

/// Everything that letters take from the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The district's name.
    pub district: String,
    /// How much of a student is shown.
    pub show: Show,
    /// A link that opens the student behind the SIS's own sign-in, with `{student_id}` in it; empty: no link.
    pub student_link: String,
    /// The sender's address; letters are refused without one.
    pub from: String,
    /// A box that a person reads; empty: the sender's.
    pub reply_to: String,
    /// Domains that letters may go to; empty: any.
    pub allowed_domains: Vec<String>,
    /// Set where letters rehearse over SMTP: every letter goes to this address and to nobody else.
    pub rehearsal_to: Option<String>,
}

impl Settings {
    /// Whom a letter goes to in place of its reader, in rehearsal. Editors of rules own no student and are told of none: rules are
    /// tuned while a district rehearses, so their letters are theirs then too.
    pub(crate) fn rehearsal_of(&self, letter: &Letter) -> Option<&String> {
        self.rehearsal_to.as_ref().filter(|_| letter.kind != Kind::RuleEdit)
    }
}
