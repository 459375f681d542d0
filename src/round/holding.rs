//! What keeps news back tonight: storms and questions about the calendar, silences, contacts and plans.

use rustc_hash::FxHashMap;
use wildmatch::WildMatch;

use super::school_night::Nights;
use crate::config::Config;
use crate::crossings::storm::{ADDS_WITHIN, Decision, QUESTION_WAITS, Shelter, Sighting, WAITS, shelter};
use crate::crossings::{Loudness, Patience, Silence, UnderWay};
use crate::facts::{Books, Plan, SchoolIx, Student};
use crate::monitor::{Place, Problem, Weight};
use crate::school::{Area, Day, Level, SchoolYear};
use crate::store::{Store, Storm};

/// An open plan without an end counts as open for so many school days; from the definition of quieted.
const OPEN_PLAN_SCHOOL_DAYS: usize = 60;
/// Plans of these tiers keep quiet; from the same.
const QUIETING_TIERS: [u8; 2] = [2, 3];

/// A storm as one school's night saw it; without a rule, a day on which almost the whole school was absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) school: SchoolIx,
    pub(super) rule: String,
    pub(super) sighting: Sighting,
}

/// Everything that may keep news back tonight.
pub(super) struct Holds {
    storms: Vec<Storm>,
    /// Places in `storms` by school; most schools have none.
    by_school: FxHashMap<SchoolIx, Vec<usize>>,
    silences: Vec<Silence>,
    patience: Patience,
    no_contact: Vec<WildMatch>,
}

impl Holds {
    /// Holds before any storm was seen, without silences.
    pub(super) fn new(config: &Config) -> Holds {
        let glob = |kind: &String| WildMatch::new_case_insensitive(kind);
        Holds {
            storms: Vec::new(),
            by_school: FxHashMap::default(),
            silences: Vec::new(),
            patience: config.holds.patience,
            no_contact: config.holds.no_contact.iter().map(glob).collect(),
        }
    }

    /// The same as the store knows them. `today`: the day on which silences are in force or not.
    pub(super) fn load(config: &Config, store: &Store, year: &SchoolYear, today: Day) -> Result<Holds, Problem> {
        let mut holds = Holds::new(config);
        holds.storms = store.storms(year)?;
        holds.be_silent(&store.silences()?, today);
        holds.sort();
        Ok(holds)
    }

    /// Takes the silences that are in force on a day.
    pub(super) fn be_silent(&mut self, silences: &[Silence], today: Day) {
        let in_force = silences.iter().filter(|silence| silence.holds_on(today));
        self.silences = in_force.cloned().collect();
    }

    fn sort(&mut self) {
        self.by_school.clear();
        for (at, storm) in self.storms.iter().enumerate() {
            self.by_school.entry(storm.school).or_default().push(at);
        }
    }

    /// Takes in what tonight saw; gives the storms that are new or grew, in order, and whether each is new.
    pub(super) fn see(&mut self, seen: &[Seen], nights: &Nights<'_>, as_of: Day) -> Vec<(Storm, bool)> {
        let mut grown = Vec::new();
        for each in seen {
            let (school, sighting) = (each.school, each.sighting);
            let same = |storm: &&mut Storm| storm.school == school && storm.rule == each.rule;
            let known = self
                .storms
                .iter()
                .filter(|storm| storm.school == school && storm.rule == each.rule);
            if known.clone().any(|storm| storm.holds(sighting.day)) {
                continue;
            }
            let open = self.storms.iter_mut().rev().find(same).filter(|storm| {
                let last = storm.sightings.last().map_or(storm.seen, |last| last.day);
                storm.decision == Decision::Open
                    && days_after(nights, school, last, sighting.day) <= ADDS_WITHIN
                    && !storm.is_question()
            });
            match open {
                Some(storm) => {
                    storm.sightings.push(sighting);
                    grown.push((storm.clone(), false));
                }
                None => {
                    let storm = Storm {
                        id: 0,
                        school,
                        rule: each.rule.clone(),
                        sightings: vec![sighting],
                        decision: Decision::Open,
                        by_whom: String::new(),
                        why: String::new(),
                        seen: as_of,
                    };
                    self.storms.push(storm.clone());
                    grown.push((storm, true));
                }
            }
        }
        self.sort();
        grown
    }

    /// Questions that the calendar has answered since: there was no school on that day after all.
    pub(super) fn settle(&mut self, is_school_day: impl Fn(SchoolIx, Day) -> bool) -> Vec<Storm> {
        let mut settled = Vec::new();
        for storm in &mut self.storms {
            let asks = storm.is_question() && storm.decision == Decision::Open;
            if asks && !storm.sightings.iter().any(|seen| is_school_day(storm.school, seen.day)) {
                storm.decision = Decision::Settled;
                settled.push(storm.clone());
            }
        }
        settled
    }

    /// Whether there is no storm and no question at all.
    pub(super) fn is_calm(&self) -> bool {
        self.storms.is_empty()
    }

    /// Storms and questions that still wait for a person, or for their time.
    pub(super) fn open(&self, nights: &Nights<'_>, as_of: Day) -> Vec<&Storm> {
        let waits = |storm: &&Storm| {
            let last = storm.sightings.last().map_or(storm.seen, |last| last.day);
            storm.decision == Decision::Open && days_after(nights, storm.school, last, as_of) < waits(storm)
        };
        self.storms.iter().filter(waits).collect()
    }

    /// What waits for a person, each as a problem: it names schools and rules, and counts.
    pub(super) fn problems(&self, nights: &Nights<'_>, as_of: Day) -> Vec<Problem> {
        let open = self.open(nights, as_of).into_iter();
        open.filter_map(|storm| Some(waits_for_a_person(storm, storm.sightings.last()?, nights)))
            .collect()
    }

    /// What a storm makes of a flag that was raised on a day; `None` where the day was no storm's.
    pub(super) fn shelter(&self, flag: &Flag<'_>, nights: &Nights<'_>, as_of: Day) -> Option<Shelter> {
        let here = self.by_school.get(&flag.school)?;
        let raised = flag.raised?;
        let meant = |storm: &&Storm| {
            let of_rule = storm.rule == flag.rule || (storm.is_question() && flag.reads_attendance);
            of_rule && storm.holds(raised)
        };
        let storms = here.iter().map(|at| &self.storms[*at]).filter(meant);
        let days = days_after(nights, flag.school, raised, as_of);
        // Of a question and a storm on one day the one that keeps longer counts.
        let order = |shelter: &Shelter| match shelter {
            Shelter::News => 0,
            Shelter::Digest => 1,
            Shelter::Waits => 2,
            Shelter::Told => 3,
        };
        storms
            .map(|storm| shelter(storm.decision, flag.level, days, waits(storm)))
            .max_by_key(order)
    }

    /// Whether a flag that a rule raised on a day belongs to a storm, not to a question about the calendar.
    pub(super) fn is_storm(&self, school: SchoolIx, rule: &str, raised: Option<Day>) -> bool {
        let here = self.by_school.get(&school).into_iter().flatten();
        let storms = here.map(|at| &self.storms[*at]).filter(|storm| storm.rule == rule);
        raised.is_some_and(|raised| storms.into_iter().any(|storm| storm.holds(raised)))
    }

    /// The silence that is meant for a piece of news; the farther-reaching one of several.
    pub(super) fn silence(&self, student_id: &str, rule: &str, school_id: &str, area: &Area) -> Option<Loudness> {
        let meets = |silence: &Silence| silence.meets(student_id, rule, school_id, area.word());
        self.silences.iter().filter_map(meets).max()
    }

    /// The silences in force.
    pub(super) fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// How long contacts and plans keep quiet.
    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    /// What is under way for a student in an area; both contacts and plans count by as-of day.
    pub(super) fn under_way(&self, at: &Desk<'_, '_>, facts: &Student, area: &Area) -> UnderWay {
        if facts.contacts.is_empty() && facts.plans.is_empty() {
            return UnderWay::default();
        }
        let contacts = facts.contacts.iter().filter(|contact| {
            contact.date <= at.as_of && at.meant(contact.area, area) && self.reached(at.word(contact.kind))
        });
        let last = contacts.map(|contact| contact.date).max();
        let plans = at.open_plans(facts, area);
        let quieting = plans.filter(|plan| plan.tier.is_some_and(|tier| QUIETING_TIERS.contains(&tier)));
        let newest = quieting.map(|plan| plan.start).max();
        UnderWay {
            contact: last.map(|date| days_after(at.nights, at.school, date, at.as_of)),
            plan: newest.map(|start| at.nights.school_days(at.school, start, at.as_of) as u32),
        }
    }

    /// School days since somebody last reached the student's home about an area, or since `from` where that is later.
    pub(super) fn days_without_contact(&self, at: &Desk<'_, '_>, facts: &Student, area: &Area, from: Day) -> u32 {
        let contacts = facts.contacts.iter().filter(|contact| {
            contact.date <= at.as_of && at.meant(contact.area, area) && self.reached(at.word(contact.kind))
        });
        let last = contacts.map(|contact| contact.date).max();
        days_after(at.nights, at.school, last.map_or(from, |last| last.max(from)), at.as_of)
    }

    /// Whether a contact of a kind reached somebody.
    fn reached(&self, kind: &str) -> bool {
        !self.no_contact.iter().any(|glob| glob.matches(kind))
    }
}

/// A flag that looks for its storm.
pub(super) struct Flag<'f> {
    pub(super) school: SchoolIx,
    pub(super) rule: &'f str,
    pub(super) reads_attendance: bool,
    /// The judged day of the last step up.
    pub(super) raised: Option<Day>,
    pub(super) level: Level,
}

/// Where contacts and plans are looked at: one school as of one day.
#[derive(Clone, Copy)]
pub(super) struct Desk<'d, 'a> {
    pub(super) books: &'d Books,
    pub(super) nights: &'d Nights<'a>,
    pub(super) school: SchoolIx,
    pub(super) as_of: Day,
}

impl<'d> Desk<'d, '_> {
    /// A word of contacts and plans.
    pub(super) fn word(&self, word: u32) -> &'d str {
        self.books.names.words.name(word)
    }

    /// Whether an area's word is meant for an area: a blank one is for all.
    pub(super) fn meant(&self, word: u32, area: &Area) -> bool {
        let word = self.word(word).trim();
        word.is_empty() || word.eq_ignore_ascii_case(area.word())
    }

    /// Plans of an area that are open on the as-of day, whatever their tier.
    pub(super) fn open_plans<'s>(&self, facts: &'s Student, area: &Area) -> impl Iterator<Item = &'s Plan> {
        let at = *self;
        let is_open = move |plan: &Plan| match plan.end {
            Some(end) => end >= at.as_of,
            None => at.nights.school_days(at.school, plan.start, at.as_of) <= OPEN_PLAN_SCHOOL_DAYS,
        };
        let area = area.clone();
        facts
            .plans
            .iter()
            .filter(move |plan| plan.start <= at.as_of && at.meant(plan.area, &area) && is_open(plan))
    }
}

fn waits_for_a_person(storm: &Storm, last: &Sighting, nights: &Nights<'_>) -> Problem {
    let school = nights.school_id(storm.school);
    let Sighting {
        day, students, judged, ..
    } = last;
    let (code, message) = match storm.is_question() {
        true => (
            "calendar-question",
            format!(
                "{students} of {judged} students of school {school} were absent all day on {day}: was it a school day? What attendance \
                 rules say of that day waits for up to {QUESTION_WAITS} school days"
            ),
        ),
        false => (
            "storm-waits",
            format!(
                "the rule `{}` flagged {students} of {judged} students of school {school} on {day}; the school was written once, and the \
                 single flags wait one school day: then urgent ones go out and the rest join the digests",
                storm.rule
            ),
        ),
    };
    let remedy = match storm.is_question() {
        true => {
            "mark the day in calendar.csv if there was no school; or say with `firstbell held list` and `held release` or `discard`"
        }
        false => {
            "`firstbell held list` shows it; `held release` writes the single flags now, `held discard` writes them to nobody"
        }
    };
    Problem::new(code, Weight::Waits, Place::default(), message, remedy)
}

/// School days for which a storm or a question waits for a person.
pub(super) fn waits(storm: &Storm) -> u32 {
    if storm.is_question() { QUESTION_WAITS } else { WAITS }
}

/// School days of a school after a day up to another, which counts too.
pub(super) fn days_after(nights: &Nights<'_>, school: SchoolIx, day: Day, to: Day) -> u32 {
    nights.school_days(school, day.plus(1), to) as u32
}
