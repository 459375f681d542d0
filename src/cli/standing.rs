//! `standing` and `verdicts`: the open flags, and what every rule says tonight.

use std::collections::BTreeMap;

use super::args::Which;
use super::output::{Exit, Format, Rows};
use super::view::{View, kept_by, three_decimals};
use super::{Desk, Stop};
use crate::monitor::{Place, Problem, Weight};
use crate::round::Setup;
use crate::rules::{Judge, NotFor, Status, Verdict};
use crate::store::KeptBack;
use crate::timeline::Almanac;

const STANDING: [&str; 11] = [
    "student_id",
    "school_id",
    "grade",
    "rule",
    "area",
    "level",
    "value",
    "since",
    "as_of",
    "owner",
    "because",
];
const VERDICTS: [&str; 6] = ["student_id", "school_id", "rule", "verdict", "value", "detail"];

/// Lists the open flags of live rules.
pub(super) fn standing(desk: &mut Desk<'_>, which: &Which) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let view = View::read(&setup, None)?;
    which.check(&setup, &view)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let owners = view.owners(&setup, &almanac);
    let student = which.student.as_deref().map(|id| view.student(id)).transpose()?;
    view.hear(desk.err, &setup, &almanac, student)?;
    let night = almanac.night(view.as_of);
    let mut judge = Judge::new(&setup.rules);
    let kept: BTreeMap<(String, String), KeptBack> = view
        .store
        .kept_back(&view.year)?
        .into_iter()
        .map(|news| ((news.student_id.clone(), news.rule.clone()), news))
        .collect();
    // The columns of the CSV form are fixed: scripts of others read them.
    let with_waits = match desk.arguments.format {
        Format::Json => true,
        Format::Csv => false,
        Format::Text | Format::Junit => !kept.is_empty(),
    };
    let headers: Vec<&'static str> = STANDING.into_iter().chain(with_waits.then_some("waits")).collect();
    let mut rows = Rows::new(desk.out, desk.arguments.format, &headers, "No flag is open.")?;
    for (id, student) in view.students_by_id() {
        if which.student.as_deref().is_some_and(|wanted| wanted != id) {
            continue;
        }
        let mut open = Vec::new();
        for (number, rule) in setup.rules.rules().iter().enumerate() {
            if which.rule.as_deref().is_some_and(|wanted| wanted != rule.id()) {
                continue;
            }
            let standing = view
                .ledger
                .standings
                .get(&(student, number as u16))
                .filter(|standing| standing.is_open());
            open.extend(standing.map(|standing| (number, rule, standing)));
        }
        if open.is_empty() {
            continue;
        }
        let Some(numbers) = night.student(student) else {
            continue;
        };
        if which
            .school
            .as_deref()
            .is_some_and(|wanted| wanted != numbers.school_id())
        {
            continue;
        }
        let case = view.case(&numbers);
        let mut verdicts = Vec::new();
        judge.night(&case, &mut verdicts);
        open.sort_by_key(|(_, rule, _)| rule.id().to_owned());
        for (number, rule, standing) in open {
            let card = rule.card(numbers.school_id());
            let Some(level) = standing.level.filter(|_| card.status == Status::Live) else {
                continue;
            };
            let owner = view.resolve(&owners, &numbers, student, rule, level).owner;
            let value = verdicts[number].as_ref().and_then(Verdict::value);
            let news = kept.get(&(id.to_owned(), rule.id().to_owned()));
            let waits = with_waits.then(|| news.map(waits).unwrap_or_default());
            let cells = [
                id.to_owned(),
                numbers.school_id().to_owned(),
                numbers.grade().map(|grade| grade.to_string()).unwrap_or_default(),
                rule.id().to_owned(),
                card.area.to_string(),
                level.to_string(),
                value.map(three_decimals).unwrap_or_default(),
                standing.since.map(|day| day.to_string()).unwrap_or_default(),
                view.as_of.to_string(),
                owner
                    .map(|owner| owners.person(owner).staff_id.clone())
                    .unwrap_or_default(),
                judge.because(number, &case),
            ];
            rows.row(cells.into_iter().chain(waits))?;
        }
    }
    rows.end()?;
    Ok(Exit::Done)
}

/// Why news of a flag is not written yet, and since when.
fn waits(news: &KeptBack) -> String {
    format!("{}, {}, since {}", news.level, kept_by(&news.hold), news.since)
}

/// Lists what every rule says tonight, silence included.
pub(super) fn verdicts(desk: &mut Desk<'_>, which: &Which) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let view = View::read(&setup, None)?;
    which.check(&setup, &view)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let student = which.student.as_deref().map(|id| view.student(id)).transpose()?;
    view.hear(desk.err, &setup, &almanac, student)?;
    let night = almanac.night(view.as_of);
    let mut judge = Judge::new(&setup.rules);
    let mut by_id: Vec<usize> = (0..setup.rules.rules().len()).collect();
    by_id.sort_by_key(|number| setup.rules.rules()[*number].id());
    let mut rows = Rows::new(
        desk.out,
        desk.arguments.format,
        &VERDICTS,
        "No student is enrolled tonight.",
    )?;
    let mut said = Vec::new();
    for (id, student) in view.students_by_id() {
        if which.student.as_deref().is_some_and(|wanted| wanted != id) {
            continue;
        }
        let Some(numbers) = night.student(student) else {
            continue;
        };
        if which
            .school
            .as_deref()
            .is_some_and(|wanted| wanted != numbers.school_id())
        {
            continue;
        }
        judge.night(&view.case(&numbers), &mut said);
        for &number in &by_id {
            let rule = &setup.rules.rules()[number];
            if which.rule.as_deref().is_some_and(|wanted| wanted != rule.id()) {
                continue;
            }
            let Some(verdict) = &said[number] else { continue };
            rows.row([
                id.to_owned(),
                numbers.school_id().to_owned(),
                rule.id().to_owned(),
                verdict.word().to_owned(),
                verdict.value().map(three_decimals).unwrap_or_default(),
                detail(verdict),
            ])?;
        }
    }
    rows.end()?;
    Ok(Exit::Done)
}

/// Why a verdict is none: what is missing, what is too little, what is held.
pub(super) fn detail(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Clear { .. } | Verdict::At { .. } => String::new(),
        Verdict::NotApplicable(NotFor::Grade) => "another grade".to_owned(),
        Verdict::NotApplicable(NotFor::Applies) => "the rule does not apply".to_owned(),
        Verdict::NotApplicable(NotFor::Needs { word, least, has }) => {
            format!("needs {word} of {} or more, has {}", plain(*least), plain(*has))
        }
        Verdict::Unknown(missing) => format!("missing {}", missing.join(", ")),
        Verdict::Held(table) => format!("the {table} feed is held"),
    }
}

/// A number as people write it: no trailing zeros, at most one decimal.
pub(super) fn plain(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

impl Which {
    /// Refuses a rule, student or school that there is not: an empty listing would be read as "nobody".
    fn check(&self, setup: &Setup, view: &View) -> Result<(), Problem> {
        if let Some(student) = &self.student {
            view.student(student)?;
        }
        if let Some(rule) = &self.rule {
            known_rule(setup, rule)?;
        }
        if let Some(school) = &self.school
            && view.books.names.schools.get(school).is_none()
        {
            let message = format!("no export of this school year has brought a school `{school}`");
            return Err(Problem::new(
                "school-unknown",
                Weight::Stop,
                Place::default(),
                message,
                "write the id as the exports do",
            ));
        }
        Ok(())
    }
}

/// The number of a rule at work.
pub(super) fn known_rule(setup: &Setup, id: &str) -> Result<usize, Problem> {
    setup.rules.position(id).ok_or_else(|| {
        let aside = setup.rules.set_aside().iter().any(|rule| rule.id == id);
        let nearest = setup
            .rules
            .rules()
            .iter()
            .map(|rule| rule.id())
            .max_by(|a, b| strsim::jaro_winkler(a, id).total_cmp(&strsim::jaro_winkler(b, id)));
        let remedy = match nearest {
            _ if aside => "it is set aside: `firstbell check` says why".to_owned(),
            Some(near) if strsim::jaro_winkler(near, id) > 0.8 => format!("did you mean `{near}`?"),
            _ => "`firstbell rules list` lists the rules".to_owned(),
        };
        Problem::new(
            "rule-unknown",
            Weight::Stop,
            Place::default(),
            format!("no rule `{id}` is at work"),
            remedy,
        )
    })
}
