//! `rules judge`: how often the rules were right, by what really happened.

use std::collections::BTreeMap;

use super::output::{Exit, Format, Rows, count};
use super::standing::known_rule;
use super::view::View;
use super::{Desk, Stop};
use crate::monitor::{Place, Problem, Weight};
use crate::round::preview::judged_to;
use crate::round::{Held, Setup, hear};
use crate::rules::accuracy::{self, Happened, Score, Share};
use crate::rules::published;
use crate::school::Day;
use crate::store::Outcome;
use crate::timeline::Almanac;

/// What is asked.
pub(super) struct Wanted<'w> {
    pub(super) rule: Option<&'w str>,
    pub(super) outcome: Option<&'w str>,
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

/// One outcome's students, and how many of its rows could not be used.
#[derive(Default)]
struct Group {
    happened: Vec<Happened>,
    /// Rows about students of whom no export of the school year speaks, and about days outside it.
    elsewhere: u32,
}

const HEADERS: [&str; 22] = [
    "outcome",
    "rule",
    "level",
    "from",
    "to",
    "judged",
    "came_true",
    "not_judged",
    "flagged",
    "flagged_share",
    "precision",
    "precision_low",
    "precision_high",
    "sensitivity",
    "sensitivity_low",
    "sensitivity_high",
    "specificity",
    "specificity_low",
    "specificity_high",
    "hits",
    "false_alarms",
    "median_lead_days",
];

/// Compares what the rules said with what happened.
pub(super) fn judge(desk: &mut Desk<'_>, wanted: &Wanted<'_>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let rule = wanted.rule.map(|rule| known_rule(&setup, rule)).transpose()?;
    let view = View::read(&setup, wanted.to)?;
    let (from, to) = (wanted.from.unwrap_or(view.year.start), view.as_of.min(view.last));
    if from > to {
        return Err(no_days(from, to).into());
    }
    let groups = groups(&view, wanted.outcome)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let told = hear(&setup, &almanac, &Held::default(), || judged_to(&almanac, to));
    super::output::problems(desk.err, &told)?;
    let text = matches!(desk.format(), Format::Text | Format::Junit);
    let mut table = Vec::new();
    let mut problems = Vec::new();
    for (outcome, group) in &groups {
        let (scores, failed) = accuracy::score(&setup.rules, &almanac, from..=to, &group.happened);
        problems.extend(failed);
        let scores: Vec<Score> = scores
            .into_iter()
            .filter(|score| rule.is_none_or(|rule| rule == score.rule))
            .collect();
        if text {
            said(desk, &setup, (outcome, group), (from, to), &scores)?;
        } else {
            table.extend(scores.iter().map(|score| cells(&setup, outcome, (from, to), score)));
        }
    }
    if !text {
        let mut rows = Rows::new(desk.out, desk.arguments.format, &HEADERS, "")?;
        table.into_iter().try_for_each(|cells| rows.row(cells))?;
        rows.end()?;
    }
    problems.dedup();
    super::output::problems(desk.err, &problems)?;
    Ok(Exit::Done)
}

/// The outcomes by their names; an error where there is none to judge by.
fn groups(view: &View, wanted: Option<&str>) -> Result<BTreeMap<String, Group>, Problem> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let all = view.store.outcomes()?;
    for Outcome {
        student_id,
        outcome,
        value,
        date,
    } in &all
    {
        let group = groups.entry(outcome.clone()).or_default();
        let of_year = date.is_none_or(|date| view.year.start <= date && date <= view.year.end.plus(AFTERWARDS));
        match view.student(student_id) {
            Ok(student) if of_year => group.happened.push(Happened {
                student,
                came_true: *value,
                on: *date,
            }),
            _ => group.elsewhere += 1,
        }
    }
    if let Some(wanted) = wanted {
        let known: Vec<String> = groups.keys().map(|name| format!("`{name}`")).collect();
        groups.retain(|name, _| name == wanted);
        if groups.is_empty() && !all.is_empty() {
            return Err(Problem::new(
                "outcome-unknown",
                Weight::Stop,
                Place::default(),
                format!("outcomes.csv has no outcome `{wanted}`"),
                format!("it has {}", known.join(", ")),
            ));
        }
    }
    if groups.values().all(|group| group.happened.is_empty()) {
        return Err(no_outcomes(groups.values().map(|group| group.elsewhere).sum()));
    }
    Ok(groups)
}

/// An outcome of a school year is often known only when it has ended: up to so many days later it is still that year's; chosen by us.
const AFTERWARDS: i32 = 60;

fn no_outcomes(elsewhere: u32) -> Problem {
    let message = match elsewhere {
        0 => "there are no outcomes to judge the rules by".to_owned(),
        _ => format!(
            "none of the {} of outcomes.csv is about a student and a day of this school year",
            count(elsewhere as usize, "row", "rows")
        ),
    };
    Problem::new(
        "no-outcomes",
        Weight::Stop,
        Place::default(),
        message,
        "put an outcomes.csv into the inbox (student_id,outcome,value,date; value 0 or 1) and let a round read it; for an earlier year give --to a day of it",
    )
}

fn no_days(from: Day, to: Day) -> Problem {
    Problem::new(
        "no-days-to-judge",
        Weight::Stop,
        Place::default(),
        format!("there is no day from {from} to {to}"),
        "let --from be before --to; days after the last round are not known yet",
    )
}

fn said(
    desk: &mut Desk<'_>,
    setup: &Setup,
    (outcome, group): (&str, &Group),
    (from, to): (Day, Day),
    scores: &[Score],
) -> Result<(), Stop> {
    let came_true = group.happened.iter().filter(|one| one.came_true).count();
    let students = count(group.happened.len(), "student", "students");
    writeln!(
        desk.out,
        "Outcome `{outcome}`: {came_true} of {students}. Looked at: {from} to {to}."
    )?;
    if group.elsewhere > 0 {
        let rows = count(group.elsewhere as usize, "row", "rows");
        writeln!(
            desk.out,
            "Left out: {rows} about other students or another school year."
        )?;
    }
    let mut rest = scores;
    while let Some(first) = rest.first() {
        let levels = rest.iter().take_while(|score| score.rule == first.rule).count();
        let (these, others) = rest.split_at(levels);
        rule_said(desk, setup, these)?;
        rest = others;
    }
    Ok(())
}

fn rule_said(desk: &mut Desk<'_>, setup: &Setup, scores: &[Score]) -> Result<(), Stop> {
    let Some(first) = scores.first() else { return Ok(()) };
    let rule = &setup.rules.rules()[first.rule];
    let judged = count(first.judged() as usize, "student", "students");
    writeln!(desk.out, "\n{} ({}): {judged} judged", rule.title(), rule.id())?;
    if first.not_judged > 0 {
        let students = count(first.not_judged as usize, "student", "students");
        writeln!(
            desk.out,
            "  {students} with an outcome never judged: neither right nor wrong"
        )?;
    }
    if first.judged() == 0 {
        return Ok(());
    }
    for score in scores {
        let flagged = score.flagged();
        writeln!(
            desk.out,
            "  {:8} {} flagged ({})",
            score.level.word(),
            count(flagged.part as usize, "student", "students"),
            percent(flagged)
        )?;
        let (right, found, left) = (score.precision(), score.sensitivity(), score.specificity());
        for (word, share, means) in [
            (
                "precision",
                right,
                format!("it came true for {} of the {} flagged", right.part, right.of),
            ),
            (
                "sensitivity",
                found,
                format!("{} of the {} it came true for were flagged", found.part, found.of),
            ),
            (
                "specificity",
                left,
                format!("{} of the other {} were not flagged", left.part, left.of),
            ),
        ] {
            writeln!(desk.out, "           {word:11} {}  {means}", sure(share))?;
        }
        if let Some(days) = score.median_lead() {
            let days = count(usize::from(days), "day", "days");
            writeln!(
                desk.out,
                "           lead        half of them were flagged {days} ahead or more"
            )?;
        }
    }
    writeln!(
        desk.out,
        "  beside published flags for leaving school without graduating (precision / sensitivity / specificity):"
    )?;
    let area = &rule.card("").area;
    for flag in published::beside(area) {
        writeln!(
            desk.out,
            "           {} / {} / {}  {}",
            two(flag.precision),
            two(flag.sensitivity),
            two(flag.specificity),
            flag.name
        )?;
    }
    Ok(())
}

fn cells(setup: &Setup, outcome: &str, (from, to): (Day, Day), score: &Score) -> Vec<String> {
    let mut cells = vec![
        outcome.to_owned(),
        setup.rules.rules()[score.rule].id().to_owned(),
        score.level.word().to_owned(),
        from.to_string(),
        to.to_string(),
        score.judged().to_string(),
        (score.hits + score.misses).to_string(),
        score.not_judged.to_string(),
        score.flagged().part.to_string(),
        three(score.flagged().value()),
    ];
    for share in [score.precision(), score.sensitivity(), score.specificity()] {
        let (low, high) = share.interval().unzip();
        cells.extend([three(share.value()), three(low), three(high)]);
    }
    cells.extend([
        score.hits.to_string(),
        score.false_alarms.to_string(),
        score.median_lead().map(|days| days.to_string()).unwrap_or_default(),
    ]);
    cells
}

/// A share of one in files: three decimals, empty of nothing.
fn three(share: Option<f64>) -> String {
    share.map(|share| format!("{share:.3}")).unwrap_or_default()
}

/// A share of one as the literature writes it.
fn two(share: f64) -> String {
    let text = format!("{share:.2}");
    text.strip_prefix('0').map_or(text.clone(), str::to_owned)
}

fn sure(share: Share) -> String {
    match (share.value(), share.interval()) {
        (Some(value), Some((low, high))) => format!("{:4} ({} to {})", two(value), two(low), two(high)),
        _ => " --               ".to_owned(),
    }
}

fn percent(share: Share) -> String {
    share
        .value()
        .map_or_else(|| "--".to_owned(), |share| format!("{:.0} %", share * 100.0))
}
