//! A rule that is fit to be judged, and a set of them in the order of evaluation.

use std::collections::BTreeMap;

use rhai::AST;
use serde::{Deserialize, Serialize};

use super::card::{Card, Status};
use super::check::Asked;
use super::sources::{SourceFile, Sources};
use super::word::{PluginWord, Scripts};
use crate::indicators::Ask;
use crate::monitor::Problem;
use crate::school::{Level, Meaning, Table, Tables};

/// What the top of a rule's file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Docs {
    pub(super) title: String,
    pub(super) why: String,
    pub(super) acts: String,
    pub(super) source: String,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    pub(super) id: String,
    pub(super) path: String,
    pub(super) text: String,
    pub(super) docs: Docs,
    pub(super) ast: AST,
    /// The file's own card, then one for the district where it differs, then one for each school.
    pub(super) file_card: Card,
    pub(super) cards: Vec<Card>,
    pub(super) by_school: BTreeMap<String, usize>,
    pub(super) digests: Vec<String>,
    pub(super) asks: Vec<Asked>,
    pub(super) has_applies: bool,
    pub(super) has_because: bool,
    /// Whether `applies` may ask about other rules: where any function does, it is taken for granted.
    pub(super) applies_asks: bool,
    /// The one word that `measure` gives unchanged, where it does nothing else.
    pub(super) plain: Option<Ask>,
    pub(super) reads: Tables,
    /// The areas' number within the set.
    pub(super) area: u8,
    pub(super) version: Version,
    /// The plugins' words that it uses.
    pub(super) words: Scripts,
}

impl Rule {
    /// The id: the file's stem.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The file, from the home.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The first line of the file's docs.
    pub fn title(&self) -> &str {
        &self.docs.title
    }

    /// `Why:` of the file's docs.
    pub fn why(&self) -> &str {
        &self.docs.why
    }

    /// `Acts:` of the file's docs.
    pub fn acts(&self) -> &str {
        &self.docs.acts
    }

    /// `Source:` of the file's docs.
    pub fn source(&self) -> &str {
        &self.docs.source
    }

    /// The file's text.
    pub fn source_text(&self) -> &str {
        &self.text
    }

    /// The card as it holds for a school.
    pub fn card(&self, school_id: &str) -> &Card {
        &self.cards[self.card_number(school_id)]
    }

    /// Whether it judges students anywhere: live or in the shadow, at some school at least.
    pub fn judges_somewhere(&self) -> bool {
        let at_work = |card: &Card| matches!(card.status, Status::Live | Status::Shadow);
        self.cards.iter().any(at_work)
    }

    /// Whether it has an `applies` that may turn students away.
    pub fn may_turn_away(&self) -> bool {
        self.has_applies
    }

    /// The card as it holds for every school without changes of its own.
    pub fn district_card(&self) -> &Card {
        &self.cards[0]
    }

    /// The schools that have a card of their own.
    pub fn schools(&self) -> impl Iterator<Item = &str> {
        self.by_school.keys().map(String::as_str)
    }

    /// Whether the rule is live at one school at least.
    pub fn is_live(&self) -> bool {
        self.cards.iter().any(|card| card.status == Status::Live)
    }

    /// The tables that the rule reads, those of the rules that it asks included.
    pub fn reads(&self) -> Tables {
        self.reads
    }

    /// Whether the rule reads attendance: then a day counts as judged only when the school's through day moved.
    pub fn reads_attendance(&self) -> bool {
        self.reads.holds(Table::Attendance)
    }

    /// The plugins' words that the rule uses, by their names.
    pub fn plugin_words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|script| script.word.name.as_str())
    }

    /// Whether the rule hears a plugin's program: what that would tell of a day to come, nobody knows.
    pub fn hears_programs(&self) -> bool {
        self.words.iter().any(|script| script.word.program)
    }

    /// What the rule asks of other rules.
    pub fn asks(&self) -> &[Asked] {
        &self.asks
    }

    /// The digest of what decides at a school: the judging functions, the helpers that they use, the card without `status`
    /// and `next`, and the configuration that their words read; 64 hex digits.
    pub fn digest(&self, school_id: &str) -> &str {
        &self.digests[self.card_number(school_id)]
    }

    /// One digest of what decides at every school: a yes to the rule is a yes to this.
    pub fn whole_digest(&self) -> String {
        let own = self.by_school.iter().map(|(school, card)| (school.as_str(), *card));
        let parts = std::iter::once(("", 0)).chain(own);
        let text: String = parts
            .map(|(school, card)| format!("{school}\0{}\0", self.digests[card]))
            .collect();
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// One digest of everything that people can put to work with it: the file's text, its cards and what decides.
    pub fn written_digest(&self) -> String {
        let cards = serde_json::to_string(&self.cards).unwrap_or_default();
        let text = format!("{}\0{cards}\0{}", self.text, self.whole_digest());
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }

    /// Whether the rule judges in the same way at some school as the version of a digest.
    pub fn has_digest(&self, digest: &str) -> bool {
        self.digests.iter().any(|own| own == digest)
    }

    /// Everything that it takes to judge by this rule again, however it is edited.
    pub fn version(&self) -> &Version {
        &self.version
    }

    pub(super) fn card_number(&self, school_id: &str) -> usize {
        if self.by_school.is_empty() {
            return 0;
        }
        self.by_school.get(school_id).copied().unwrap_or(0)
    }
}

/// One rule as it was on a day: kept with what it decided, so that it can decide again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Version {
    /// The rule's file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// The shared functions, as (path, text).
    pub lib: Vec<(String, String)>,
    /// The whole of `district.toml`; only this rule's part of it is used.
    pub overlay: String,
    /// What codes, marks and types meant.
    pub meaning: Meaning,
    /// The plugins' words that it used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<PluginWord>,
}

impl Version {
    /// The id of the rule.
    pub fn id(&self) -> &str {
        stem(&self.path)
    }

    pub(super) fn sources(&self) -> Sources {
        let mut files = vec![SourceFile::new(&*self.path, &*self.text)];
        files.extend(self.lib.iter().map(|(path, text)| SourceFile::new(&**path, &**text)));
        files.push(SourceFile::new("rules/district.toml", &*self.overlay));
        Sources {
            files,
            words: self.words.clone(),
            unreadable: Vec::new(),
        }
    }
}

/// The stem of a path: `chronic_absence` of `rules/attendance/chronic_absence.rhai`.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".rhai").unwrap_or(name)
}

/// A rule that is there and not at work, because something is wrong with it.
#[derive(Clone, Debug)]
pub struct SetAside {
    /// The rule's id.
    pub id: String,
    /// Its file.
    pub path: String,
    /// Its area, where the card could be read; else its folder's name.
    pub area: String,
    /// Its levels, where the card could be read; else all.
    pub levels: Vec<Level>,
    /// Whether it would be live, or that is not known.
    pub live: bool,
    /// Why it is set aside.
    pub problem: Problem,
}

/// The rules at work, in the order of evaluation: who is asked comes before who asks.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    pub(super) rules: Vec<Rule>,
    pub(super) set_aside: Vec<SetAside>,
    /// The areas that rules speak of; a rule's `area` is a number in this list.
    pub(super) areas: Vec<String>,
}

impl RuleSet {
    /// The rules in the order of evaluation.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// The number of a rule in [`RuleSet::rules`].
    pub fn position(&self, id: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.id == id)
    }

    /// The rules that are there and not at work.
    pub fn set_aside(&self) -> &[SetAside] {
        &self.set_aside
    }
}
