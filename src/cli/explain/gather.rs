//! What is told of one rule, gathered from tonight's numbers, the standing, the store's record and the days to come.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::decided::{believing, distances, leaving, silence};
use super::upper;
use super::{AskedOf, Changed, Explained, OfRule, days_to_come, numbers};
use crate::cli::Stop;
use crate::cli::standing::detail;
use crate::cli::view::View;
use crate::crossings::Standing;
use crate::monitor::Problem;
use crate::round::Setup;
use crate::round::ahead::{Ahead, Cannot, Start};
use crate::rules::{CaseFile, Heard, Judge, Rule, Status, Verdict};
use crate::school::Day;
use crate::store;
use crate::timeline::{Almanac, StudentNight};

/// One student on one night, and what it takes to tell of a rule.
pub(super) struct Gatherer<'g> {
    setup: &'g Setup,
    view: &'g View,
    almanac: &'g Almanac<'g>,
    numbers: &'g StudentNight<'g>,
    verdicts: &'g [Option<Verdict>],
    /// The days to come, supposed for the first rule that asks.
    ahead: OnceCell<Ahead<'g>>,
    /// The days of rounds, by their number; read for the first change of another version.
    rounds: OnceCell<BTreeMap<i64, Day>>,
}

impl<'g> Gatherer<'g> {
    pub(super) fn new(
        setup: &'g Setup,
        view: &'g View,
        almanac: &'g Almanac<'g>,
        numbers: &'g StudentNight<'g>,
        verdicts: &'g [Option<Verdict>],
    ) -> Gatherer<'g> {
        Gatherer {
            setup,
            view,
            almanac,
            numbers,
            verdicts,
            ahead: OnceCell::new(),
            rounds: OnceCell::new(),
        }
    }

    pub(super) fn heading(&self, id: &str) -> Explained {
        let (view, numbers) = (self.view, self.numbers);
        let school = view.books.schools.get(usize::from(numbers.school().0));
        let school = school.map_or("", |school| &school.name);
        let school = if school.is_empty() { numbers.school_id() } else { school };
        Explained {
            student_id: id.to_owned(),
            school_id: numbers.school_id().to_owned(),
            school: school.to_owned(),
            grade: numbers.grade().map(|grade| grade.to_string()),
            as_of: view.as_of,
            last_round: view.last,
            attendance_to: numbers.through(),
            rules: Vec::new(),
            clear: Vec::new(),
            not_judged: Vec::new(),
        }
    }

    /// The open flag of a rule as the last round left it.
    pub(super) fn standing(&self, number: usize) -> Option<&'g Standing> {
        let standing = self.view.ledger.standings.get(&(self.numbers.number(), number as u16));
        standing.filter(|standing| standing.is_open())
    }

    /// Whether the night is the last round's: standings are known of no other.
    fn is_last(&self) -> bool {
        self.view.as_of == self.view.last
    }

    /// Everything that is told of a rule that judges at the student's school.
    pub(super) fn rule(&mut self, number: usize) -> Result<OfRule, Stop> {
        let rule = &self.setup.rules.rules()[number];
        let card = rule.card(self.numbers.school_id());
        let unjudged = Verdict::Unknown(Vec::new());
        let verdict = self.verdicts[number].as_ref().unwrap_or(&unjudged);
        let standing = self.standing(number).filter(|_| self.is_last());
        let (heard, because) = self.hear(number, verdict);
        let mut decided: Vec<String> = because.iter().map(|because| format!("{}.", upper(because))).collect();
        decided.extend(silence(rule, card, verdict));
        if let Some(value) = verdict.value() {
            decided.extend(distances(card, value));
        }
        if self.is_last() {
            let key = (self.numbers.number(), number as u16);
            decided.extend(believing(card, self.view.ledger.standings.get(&key), verdict.level()));
            decided.extend(standing.and_then(|standing| leaving(card, standing)));
        }
        if card.status == Status::Shadow {
            decided.push("This rule is in shadow: it is judged and never written to anybody.".to_owned());
        }
        let outlook = self.is_last().then(|| self.outlook(number, verdict));
        let (to_come, to_come_untold) = match outlook {
            Some(Ok(outlook)) => {
                let held = standing.and_then(|standing| standing.level);
                (days_to_come::sentences(&outlook, held), None)
            }
            // What is missing was said already.
            Some(Err(Cannot::NotJudged)) | None => (Vec::new(), None),
            Some(Err(why)) => (Vec::new(), Some(why.to_string())),
        };
        Ok(OfRule {
            rule: rule.id().to_owned(),
            title: rule.title().to_owned(),
            area: card.area.to_string(),
            status: card.status,
            verdict: verdict.word(),
            value: verdict.value(),
            because,
            level: standing.and_then(|standing| standing.level),
            since: standing.and_then(|standing| standing.since),
            decided,
            next: verdict.level().and_then(|level| card.next.get(&level)).cloned(),
            numbers: heard,
            asked: self.asked(rule),
            to_come,
            to_come_untold,
            changes: self.changes(rule)?,
        })
    }

    /// The numbers that the rule read, and its own sentence where it judged. A rule that asks others has no numbers of its own.
    fn hear(&self, number: usize, verdict: &Verdict) -> (Vec<super::Number>, Option<String>) {
        let rule = &self.setup.rules.rules()[number];
        let alone = self.setup.rules.alone(rule.id());
        let heard = Heard::new(self.numbers);
        let file = CaseFile {
            numbers: &heard,
            school_id: self.numbers.school_id(),
            grade: self.numbers.grade(),
            held: self.view.held.at(self.numbers.school()),
        };
        let mut judge = Judge::new(&alone);
        judge.night(&file, &mut Vec::new());
        let place = alone.position(rule.id()).unwrap_or(0);
        let because = verdict.is_judged().then(|| judge.because(place, &file));
        if !rule.asks().is_empty() {
            return (Vec::new(), because);
        }
        let worse = rule.card(self.numbers.school_id()).edges.worse;
        let asked = heard.asked();
        let own = asked.iter().filter(|(ask, _)| numbers::is_news(ask));
        let own = own.map(|(ask, value)| numbers::number(self.numbers, ask, value, worse));
        let told = heard.told();
        let plugins = told.iter().map(|(word, value)| numbers::told(word, value, worse));
        (own.chain(plugins).collect(), because)
    }

    fn asked(&self, rule: &Rule) -> Vec<AskedOf> {
        if rule.asks().is_empty() {
            return Vec::new();
        }
        let alone = self.setup.rules.alone(rule.id());
        let others = alone.rules().iter().filter(|other| other.id() != rule.id());
        let said = others.filter_map(|other| {
            let number = self.setup.rules.position(other.id())?;
            let verdict = self.verdicts[number].as_ref()?;
            // Clear is what most of them say: who is asked for the worst of an area needs the others alone.
            let speaks = verdict.level().is_some() || matches!(verdict, Verdict::Unknown(_) | Verdict::Held(_));
            speaks.then(|| AskedOf {
                rule: other.id().to_owned(),
                area: other.card(self.numbers.school_id()).area.to_string(),
                verdict: verdict.word(),
                why: detail(verdict),
            })
        });
        said.collect()
    }

    fn outlook(&self, number: usize, verdict: &Verdict) -> Result<crate::round::ahead::Outlook, Cannot> {
        let ahead = self.ahead.get_or_init(|| {
            let start = Start {
                almanac: self.almanac,
                rules: &self.setup.rules,
                ledger: &self.view.ledger,
                held: &self.view.held,
                as_of: self.view.as_of,
            };
            Ahead::new(start, self.numbers)
        });
        ahead.of(number, verdict, self.numbers)
    }

    fn changes(&self, rule: &Rule) -> Result<Vec<Changed>, Problem> {
        let view = self.view;
        let all = view.store.changes(&view.year, self.numbers.number(), Some(rule.id()))?;
        let shown = all.into_iter().filter(|change| change.day <= view.as_of);
        shown.map(|change| self.changed(rule, change)).collect()
    }

    fn changed(&self, rule: &Rule, change: store::Change) -> Result<Changed, Problem> {
        let at_work = rule.has_digest(&change.digest);
        let since = match at_work {
            true => None,
            false => self.first_night(rule, &change.digest)?,
        };
        Ok(Changed {
            day: change.day,
            from: change.from,
            to: change.to,
            reason: change.reason.word(),
            phrase: change.reason.phrase(),
            value: change.value,
            because: change.because,
            numbers: serde_json::from_str(&change.numbers).unwrap_or_default(),
            version: change.digest,
            version_at_work: at_work,
            version_since: since,
        })
    }

    /// The night from which a version of the rule was at work.
    fn first_night(&self, rule: &Rule, digest: &str) -> Result<Option<Day>, Problem> {
        let Some(round) = self.view.store.first_round_of(rule.id(), digest)? else {
            return Ok(None);
        };
        if self.rounds.get().is_none() {
            let rounds = self.view.store.rounds(u32::MAX)?;
            let rounds = rounds.into_iter().map(|round| (round.round, round.as_of)).collect();
            // Nobody else fills it between the two lines.
            let _ = self.rounds.set(rounds);
        }
        Ok(self.rounds.get().and_then(|rounds| rounds.get(&round)).copied())
    }
}
