//! What tonight's verdicts of other rules say to a rule that asks: `level`, `level_in`, `areas_at`.

use super::card::Status;
use super::rule::RuleSet;
use super::student::{Answer, Question};
use super::verdict::Verdict;
use crate::indicators::{Ask, Window};
use crate::school::Level;

/// Areas that `areas_at` leaves out: `combined` would count itself, `context` is no trouble.
const NOT_COUNTED: [&str; 2] = ["combined", "context"];

/// One live rule and what it says tonight.
#[derive(Clone, Copy)]
pub(super) struct Peer<'p> {
    pub(super) id: &'p str,
    pub(super) area: &'p str,
    /// The area's number, for counting without comparing texts.
    pub(super) area_number: u8,
    pub(super) gravest: Option<Level>,
    pub(super) says: Says<'p>,
}

/// What a rule says tonight, as far as others may know.
#[derive(Clone, Copy)]
pub(super) enum Says<'p> {
    /// A level or none.
    Level(Option<Level>),
    /// It cannot be told, for want of these words.
    Unknown(&'p [String]),
}

impl<'p> Says<'p> {
    pub(super) fn of(verdict: &'p Verdict) -> Says<'p> {
        match verdict {
            Verdict::Unknown(words) => Says::Unknown(words),
            Verdict::Held(_) => Says::Unknown(&[]),
            other => Says::Level(other.level()),
        }
    }
}

/// What a judge knows of the areas before the night begins.
pub(super) struct Areas {
    counted: u64,
    /// Rules that a trial speaks for.
    named: Vec<Named>,
}

/// A rule that a trial speaks for.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) area: String,
    pub(super) gravest: Option<Level>,
    pub(super) verdict: Verdict,
}

impl Areas {
    pub(super) fn new(set: &RuleSet, named: Vec<Named>) -> Areas {
        Areas {
            counted: counted(&set.areas),
            named,
        }
    }

    /// The live rules that have spoken so far tonight, those set aside included: they would speak if they could.
    pub(super) fn live<'p>(
        &'p self,
        set: &'p RuleSet,
        tonight: &'p [Option<Verdict>],
        school_id: &'p str,
    ) -> impl Iterator<Item = Peer<'p>> + 'p {
        self.spoken(set, tonight, school_id, move |number| {
            set.rules[number].card(school_id).status == Status::Live
        })
    }

    /// All rules that have spoken so far tonight.
    pub(super) fn peers<'p>(
        &'p self,
        set: &'p RuleSet,
        tonight: &'p [Option<Verdict>],
        school_id: &'p str,
    ) -> impl Iterator<Item = Peer<'p>> + 'p {
        self.spoken(set, tonight, school_id, |_| true)
    }

    fn spoken<'p>(
        &'p self,
        set: &'p RuleSet,
        tonight: &'p [Option<Verdict>],
        school_id: &'p str,
        wanted: impl Fn(usize) -> bool + 'p,
    ) -> impl Iterator<Item = Peer<'p>> + 'p {
        let counted = self.counted;
        let at_work = tonight.iter().enumerate().filter_map(move |(number, verdict)| {
            let verdict = verdict.as_ref()?;
            let rule = &set.rules[number];
            let says = Says::of(verdict);
            wanted(number).then(|| Peer {
                id: &rule.id,
                area: &rule.cards[0].area.0,
                area_number: number_of(counted, rule.area),
                // Asked only of what cannot be told, which is rare.
                gravest: match says {
                    Says::Unknown(_) => rule.card(school_id).edges.levels.keys().next_back().copied(),
                    Says::Level(_) => None,
                },
                says,
            })
        });
        let broken = set.set_aside.iter().filter(|rule| rule.live).map(move |rule| Peer {
            id: &rule.id,
            area: &rule.area,
            area_number: area_number(counted, set, &rule.area),
            gravest: rule.levels.iter().max().copied(),
            says: Says::Unknown(&[]),
        });
        let named = self.named.iter().map(move |rule| Peer {
            id: &rule.id,
            area: &rule.area,
            area_number: area_number(counted, set, &rule.area),
            gravest: rule.gravest,
            says: Says::of(&rule.verdict),
        });
        at_work.chain(broken).chain(named)
    }
}

fn area_number(counted: u64, set: &RuleSet, area: &str) -> u8 {
    let number = set.areas.iter().position(|known| known == area);
    number.map_or(NOT_AN_AREA, |number| number_of(counted, number as u8))
}

/// The number of an area that does not count.
pub(super) const NOT_AN_AREA: u8 = u8::MAX;

fn number_of(counted: u64, area: u8) -> u8 {
    let counts = area < 64 && counted & (1 << area) != 0;
    if counts { area } else { NOT_AN_AREA }
}

fn counted(areas: &[String]) -> u64 {
    areas
        .iter()
        .enumerate()
        .take(64)
        .filter(|(_, area)| !NOT_COUNTED.contains(&area.as_str()))
        .fold(0, |all, (number, _)| all | 1 << number)
}

/// Answers a question about other rules.
pub(super) fn answer<'p>(question: &Question, peers: impl Iterator<Item = Peer<'p>>) -> Answer {
    match question {
        Question::Level(id) => {
            let mut peers = peers;
            match peers.find(|peer| *peer.id == **id).map(|peer| peer.says) {
                Some(Says::Unknown(_)) => Answer::Unknown,
                Some(Says::Level(level)) => Answer::Level(level),
                // Not live at this school: nothing is said of anybody.
                None => Answer::Level(None),
            }
        }
        Question::LevelIn(area) => level_in(area, peers),
        Question::AreasAt(level) => areas_at(*level, peers),
        Question::Word(_) | Question::Plugin(_) => Answer::Unknown,
    }
}

fn level_in<'p>(area: &str, peers: impl Iterator<Item = Peer<'p>>) -> Answer {
    let (mut reached, mut possible) = (None, None);
    for peer in peers.filter(|peer| peer.area == area) {
        match peer.says {
            Says::Level(level) => reached = reached.max(level),
            Says::Unknown(_) => possible = possible.max(peer.gravest),
        }
    }
    if possible > reached {
        return Answer::Unknown;
    }
    Answer::Level(reached)
}

fn areas_at<'p>(level: Level, peers: impl Iterator<Item = Peer<'p>>) -> Answer {
    let (mut reached, mut possible) = (0_u64, 0_u64);
    for peer in peers.filter(|peer| peer.area_number != NOT_AN_AREA) {
        let area = 1 << peer.area_number;
        match peer.says {
            Says::Level(Some(had)) if had >= level => reached |= area,
            // A rule that has no level so grave cannot bring its area there.
            Says::Unknown(_) if peer.gravest >= Some(level) => possible |= area,
            _ => {}
        }
    }
    Answer::Areas {
        // At most 64 areas are counted.
        sure: reached.count_ones() as u8,
        more: (possible & !reached).count_ones() as u8,
    }
}

/// An ask as rules write it.
pub fn ask_words(ask: &Ask) -> String {
    let word = ask.word.word();
    let window = match ask.window {
        Window::Year => None,
        Window::Last(days) => Some(format!("last({days})")),
        Window::Days(days) => Some(format!("days({days})")),
    };
    let text = ask.text.as_ref().map(|text| format!("\"{text}\""));
    let inside: Vec<String> = window.into_iter().chain(text).collect();
    if inside.is_empty() {
        return word.to_owned();
    }
    format!("{word}({})", inside.join(", "))
}

/// The words that are missing where a question has no answer: for other rules, what they miss.
pub(super) fn words<'p, P: Iterator<Item = Peer<'p>>>(question: &Question, peers: impl Fn() -> P) -> Vec<String> {
    let concerned = |peer: &Peer<'_>| match question {
        Question::Word(_) | Question::Plugin(_) => false,
        Question::Level(id) => *peer.id == **id,
        Question::LevelIn(area) => *peer.area == **area,
        Question::AreasAt(level) => peer.area_number != NOT_AN_AREA && peer.gravest >= Some(*level),
    };
    let mut words = Vec::new();
    for peer in peers().filter(concerned) {
        if let Says::Unknown(missing) = peer.says {
            words.extend(missing.iter().cloned());
        }
    }
    if !words.is_empty() {
        return words;
    }
    vec![match question {
        Question::Word(ask) => ask_words(ask),
        Question::Plugin(name) => name.to_string(),
        Question::Level(id) => format!("level(\"{id}\")"),
        Question::LevelIn(area) => format!("level_in(\"{area}\")"),
        Question::AreasAt(level) => format!("areas_at(\"{level}\")"),
    }]
}
