//! How well one column of a file suits one canonical column: what its header says, and what its cells say.

use std::collections::BTreeSet;

use super::columns::{Kind, Known, known_columns, own};
use super::lists::SCHOOLS;
use super::profile::Profile;
use super::tokens::Tokens;
use super::values::suits;
use crate::school::Table;

/// A column of the file as scores see it.
pub(super) struct Seen {
    /// The header as it stands.
    pub(super) header: String,
    /// What its cells look like.
    pub(super) profile: Profile,
    /// What the header says; nothing where there is none.
    tokens: Tokens,
    /// The same without what every header of the file says.
    bare: Tokens,
    /// What the kind of its descriptors says.
    descriptor: Tokens,
}

impl Seen {
    /// Whether a word of its header is known.
    pub(super) fn named(&self) -> bool {
        self.tokens.known()
    }

    /// Whether its header, or the kind of its cells, names a concept.
    pub(super) fn says(&self, concept: &str) -> bool {
        self.tokens.concepts.contains(concept) || self.descriptor.concepts.contains(concept)
    }

    /// Whether this may be the name of a person, or a part of it; without a header it may.
    pub(super) fn names_people(&self) -> bool {
        let says = |concept: &str| self.tokens.concepts.contains(concept);
        let named = says("first") || says("last") || says("name") && (says("student") || says("full"));
        !self.names_schools()
            && (self.profile.names > 0.5 && (named || !self.tokens.known()) || self.profile.comma_names > 0.5)
    }

    /// Whether the cells are names of schools, which look like names of people.
    fn names_schools(&self) -> bool {
        self.profile.says(SCHOOLS, true) > 0.4
    }

    /// Whether this holds a student's whole name.
    pub(super) fn full_name(&self) -> bool {
        let says = |concept: &str| self.tokens.concepts.contains(concept);
        let other = ["staff", "counselor", "guardian", "homeroom", "school", "course"]
            .into_iter()
            .any(says);
        let named = says("name") && !says("first") && !says("last");
        !other
            && !self.names_schools()
            && (self.profile.comma_names > 0.5 || named && self.profile.names > 0.6 && self.profile.spaced > 0.7)
    }

    /// Whether this says of one thing about attendance whether it was so: absent, tardy, excused.
    pub(super) fn attendance_flag(&self) -> bool {
        let flags = ["attendance", "tardy", "excused"];
        self.profile.flags > 0.99 && flags.iter().any(|flag| self.tokens.concepts.contains(*flag))
    }
}

/// The columns of a file.
pub(super) fn seen(headers: &[String], headed: bool, rows: &[Vec<String>]) -> Vec<Seen> {
    let read = |header: &String| if headed { Tokens::of(header) } else { Tokens::default() };
    let tokens: Vec<Tokens> = headers.iter().map(read).collect();
    let common = common(&tokens);
    let profiles = (0..headers.len()).map(|at| Profile::of(rows, at));
    headers
        .iter()
        .zip(tokens)
        .zip(profiles)
        .map(|((header, tokens), profile)| Seen {
            header: header.clone(),
            bare: tokens.without(&common),
            descriptor: profile.descriptor.as_deref().map(Tokens::of).unwrap_or_default(),
            tokens,
            profile,
        })
        .collect()
}

/// Words that most headers of a file share: `ATT_DATE`, `ATT_CODE`, `ATT_STD`.
fn common(tokens: &[Tokens]) -> BTreeSet<String> {
    let mut common = BTreeSet::new();
    if tokens.len() < 3 {
        return common;
    }
    for concept in tokens.iter().flat_map(|tokens| &tokens.concepts) {
        let count = tokens.iter().filter(|tokens| tokens.concepts.contains(concept)).count();
        if count * 10 >= tokens.len() * 6 && count >= 3 {
            common.insert(concept.clone());
        }
    }
    common
}

/// What a header may say that no column of ours means: a date of birth is a date, and yet never an exit.
const FOREIGN: [&str; 9] = [
    "birth", "gender", "race", "lunch", "phone", "street", "guardian", "password", "credit",
];

/// How well a column suits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Score {
    /// All together, 0 to 1.
    pub(super) total: f64,
    /// What the header alone says.
    pub(super) header: f64,
    /// Whether any word of the header is known.
    pub(super) named: bool,
}

/// Below this a required column is not taken for found; chosen by us.
const REQUIRED: f64 = 0.4;
/// A column that may be absent needs more, or every stray column would become one.
const OPTIONAL: f64 = 0.5;

/// What a header that says anything must say of a column that may be absent.
const OPTIONAL_HEADER: f64 = 0.4;
/// More where something else would stand in: `incident` alone is shared by all headers of incidents.
const REPLACEABLE_HEADER: f64 = 0.52;

/// How much a table needs a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// It is no such table without.
    Whole,
    /// It needs it, and something can stand in.
    Replaceable,
    /// It may be absent.
    None,
}

impl Score {
    /// What the score is worth in a match: nothing below the least that counts.
    pub(super) fn worth(self, need: Need) -> f64 {
        let least = if need == Need::None { OPTIONAL } else { REQUIRED };
        // A header that says something else is not overruled by its cells for a column that the table can do without.
        let spoken_for = match need {
            Need::Whole => false,
            Need::Replaceable => self.named && self.header < REPLACEABLE_HEADER,
            Need::None => self.named && self.header < OPTIONAL_HEADER,
        };
        if self.total < least || spoken_for {
            0.0
        } else {
            self.total
        }
    }
}

/// Scores of a table's columns against the columns of a file: `[column][header]`.
pub(super) fn scores(table: Table, seen: &[Seen]) -> Vec<Vec<Score>> {
    let own = own(table);
    known_columns(table)
        .iter()
        .map(|known| {
            let phrases = phrases(known);
            seen.iter()
                .map(|seen| score(known, &phrases, table, own, seen))
                .collect()
        })
        .collect()
}

/// A phrase and how much it counts.
type Phrase = (Vec<&'static str>, f64);

fn phrases(known: &Known) -> Vec<Phrase> {
    known
        .phrases
        .split('|')
        .map(|phrase| {
            let (words, counts) = phrase.split_once('*').unwrap_or((phrase, "1"));
            (words.split(' ').collect(), counts.parse().unwrap_or(1.0))
        })
        .collect()
}

fn score(known: &Known, phrases: &[Phrase], table: Table, own: &[&str], seen: &Seen) -> Score {
    let like = |tokens: &Tokens| -> f64 {
        let each = phrases.iter().map(|(words, counts)| tokens.like(words, own) * counts);
        each.fold(0.0, f64::max)
    };
    let header = like(&seen.tokens)
        .max(like(&seen.bare) * 0.97)
        .max(like(&seen.descriptor) * 0.95);
    let cells = suits(known.kind, table, &seen.profile);
    let named = seen.tokens.known() || seen.descriptor.known();
    let foreign = FOREIGN.iter().any(|word| seen.tokens.concepts.contains(*word));
    // How long something took is neither when it was nor how good, small numbers though all are.
    let foreign = foreign || matches!(known.kind, Kind::Period | Kind::Mark) && seen.says("duration");
    let total = if cells <= 0.0 || foreign {
        0.0
    } else if seen.profile.filled == 0 {
        header * 0.8
    } else if named {
        let doubt = if cells < 0.5 { (0.4 + cells) / 0.9 } else { 1.0 };
        (0.62 * header + 0.38 * cells) * doubt
    } else {
        0.76 * cells
    };
    Score { total, header, named }
}
