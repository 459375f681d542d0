//! `preview` and `rules diff`: nights replayed with today's facts, seen before they happen.

mod screen;
mod tables;
mod which;

use super::output::{self, Exit, Format, count};
use super::view::View;
use super::{Desk, Stop};
use crate::monitor::{Place, Problem, Weight};
use crate::round::preview::{District, Preview, Span, judged_to, nights_to, replay};
use crate::round::{Held, Setup, at_work, hear};
use crate::rules::{RuleSet, Status, differences};
use crate::school::Day;
use crate::timeline::Almanac;
use which::{Against, Version};

/// Nights looked at where none are named; chosen by us: four school weeks.
const USUAL_NIGHTS: usize = 20;

/// What is shown of a preview.
struct Shown<'s> {
    /// The one rule that it is about; without it all.
    rule: Option<&'s str>,
    span: Span,
    preview: &'s Preview,
    /// Sentences at its head.
    remarks: Vec<String>,
    /// What changes from one version to another, in words; `None` where versions are not compared.
    words: Option<Vec<String>>,
    view: &'s View,
}

/// Replays nights by one rule as its file stands, or by all rules as theirs do.
pub(super) fn preview(
    desk: &mut Desk<'_>,
    rule: Option<&str>,
    (from, to): (Option<Day>, Option<Day>),
) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let view = View::read(&setup, None)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let district = view.district(&setup, &almanac);
    let span = span(&view, &almanac, from, to)?;
    hear_nights(desk, &setup, &almanac, span)?;
    let Some(named) = rule else {
        let rules = as_files_stand(&setup);
        let before = at_work(&rules, &view.store, &view.books, &view.ledger)?;
        let mut remarks = whole_remarks(&setup, before.is_some());
        remarks.extend(held(&view)?);
        let preview = Preview {
            now: replay(&district, &rules, None, span),
            before: before.map(|before| replay(&district, &before, None, span)),
        };
        let shown = Shown {
            rule: None,
            span,
            preview: &preview,
            remarks,
            words: None,
            view: &view,
        };
        return show(desk, &shown);
    };
    let file = which::file(&setup, named)?;
    let now = Version::of_file(&setup, &file)?;
    let mut remarks = now.remarks.clone();
    remarks.extend(held(&view)?);
    let before = which::at_work(&setup, &view, &now.id)?;
    let against = Against::of(&now, before.as_ref());
    remarks.push(against.words().to_owned());
    remarks.push(ALONE.to_owned());
    let before = before.filter(|_| against == Against::Differs);
    let preview = both(&now, before.as_ref(), &district, span);
    let shown = Shown {
        rule: Some(&now.id),
        span,
        preview: &preview,
        remarks,
        words: None,
        view: &view,
    };
    show(desk, &shown)
}

/// Says what a change of a rule changes.
pub(super) fn diff(desk: &mut Desk<'_>, old: &str, new: &str) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let view = View::read(&setup, None)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    let district = view.district(&setup, &almanac);
    let span = span(&view, &almanac, None, None)?;
    hear_nights(desk, &setup, &almanac, span)?;
    let old = which::version(&setup, &view, old)?;
    let new = which::version(&setup, &view, new)?;
    let words = match (old.set.rule(&old.id), new.set.rule(&new.id)) {
        (Some(old), Some(new)) => differences(old, new),
        _ => Vec::new(),
    };
    let mut preview = both(&new, Some(&old), &district, span);
    if let Some(before) = &mut preview.before {
        // Under another name it is still the rule that is compared.
        let flags = std::mem::take(&mut before.flags).into_iter();
        before.flags = flags
            .map(|((_, student), flag)| ((new.id.clone(), student), flag))
            .collect();
    }
    let mut remarks = new.remarks.clone();
    remarks.extend(held(&view)?);
    remarks.push(ALONE.to_owned());
    let shown = Shown {
        rule: Some(&new.id),
        span,
        preview: &preview,
        remarks,
        words: Some(words),
        view: &view,
    };
    show(desk, &shown)
}

/// Replays one rule, and side by side what it is compared with.
fn both(now: &Version, before: Option<&Version>, district: &District<'_>, span: Span) -> Preview {
    std::thread::scope(|scope| {
        let before = before.map(|before| scope.spawn(move || before.replay(district, span)));
        Preview {
            now: now.replay(district, span),
            before: before.map(|before| before.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        }
    })
}

/// What letters of one rule are.
const ALONE: &str =
    "Letters are those that tell of this rule, with its students alone: other rules' news comes in the same letters.";

fn whole_remarks(setup: &Setup, differs: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    let with = |status: Status| {
        let rules = setup.rules.rules().iter();
        rules.filter(|rule| rule.district_card().status == status).count()
    };
    let shadow = with(Status::Shadow);
    if shadow > 0 {
        let rules = count(shadow, "rule", "rules");
        remarks.push(format!(
            "{rules} in shadow: judged and not shown here; name one with --rule"
        ));
    }
    remarks.push(if differs {
        "Compared with the rules by which the last round judged.".to_owned()
    } else {
        "No rule has changed since the last round, so there is nothing to compare with.".to_owned()
    });
    remarks
}

/// Lets the programs whose words rules at work read tell of every night.
fn hear_nights(desk: &mut Desk<'_>, setup: &Setup, almanac: &Almanac<'_>, span: Span) -> Result<(), Stop> {
    let problems = hear(setup, almanac, &Held::default(), || judged_to(almanac, span.to));
    output::problems(desk.err, &problems)?;
    Ok(())
}

/// What is held tonight: nights are looked at with what was believed last.
fn held(view: &View) -> Result<Option<String>, Problem> {
    let held = view.store.meta("held")?.filter(|held| !held.is_empty());
    Ok(held.map(|held| format!("Held tonight: {held}. What was believed last stands in for it on every night.")))
}

/// The rules with those that wait for a yes.
fn as_files_stand(setup: &Setup) -> RuleSet {
    let versions = setup.waiting.iter().map(|waiting| &waiting.version);
    versions.fold(setup.rules.clone(), |rules, version| {
        rules.with_version(version).unwrap_or(rules)
    })
}

fn show(desk: &mut Desk<'_>, shown: &Shown<'_>) -> Result<Exit, Stop> {
    match desk.format() {
        Format::Text | Format::Junit => screen::text(desk.out, shown)?,
        Format::Csv => tables::csv(desk.out, shown)?,
        Format::Json => tables::json(desk.out, shown)?,
    }
    desk.out.flush()?;
    // A rule that failed while it ran has said less than it would: on the error stream, so that a listing stays one.
    let problems: Vec<Problem> = shown.preview.now.problems.clone();
    Ok(output::problems(desk.err, &problems)?)
}

/// The nights asked for, or the last twenty.
fn span(view: &View, almanac: &Almanac<'_>, from: Option<Day>, to: Option<Day>) -> Result<Span, Problem> {
    let year = view.year;
    let last = view.last;
    let to = to.unwrap_or(last);
    let wrong = |message: String, remedy: String| {
        Problem::new("preview-dates", Weight::Stop, Place::default(), message, remedy)
    };
    if to > last {
        return Err(wrong(
            format!("facts are known up to {last}, the day of the last round, and --to is {to}"),
            format!("name a day up to {last}, or leave --to out"),
        ));
    }
    let first = year.start;
    for (option, day) in [("--from", from), ("--to", Some(to))] {
        if let Some(day) = day.filter(|day| *day < first) {
            return Err(wrong(
                format!("the school year began on {first}, and {option} is {day}"),
                format!("name a day from {first} on"),
            ));
        }
    }
    if let Some(from) = from.filter(|from| *from > to) {
        return Err(wrong(
            format!("the first night, {from}, lies after the last, {to}"),
            "name the earlier day after --from".to_owned(),
        ));
    }
    let nights = nights_to(almanac, to);
    let usual = nights.len().saturating_sub(USUAL_NIGHTS);
    let from = from.or_else(|| nights.get(usual).copied()).unwrap_or(to);
    if nights.last().is_none_or(|last| *last < from) {
        return Err(wrong(
            format!("there is no day of school from {from} to {to}"),
            "name more days; the calendar export says which are days of school".to_owned(),
        ));
    }
    Ok(Span { from, to })
}

impl View {
    /// The district as a replay sees it.
    pub(super) fn district<'v>(&'v self, setup: &'v Setup, almanac: &'v Almanac<'v>) -> District<'v> {
        District {
            almanac,
            config: &setup.config,
            staff: &self.staff,
            caseload: &self.caseload,
            silences: &self.silences,
        }
    }
}

/// A set's rule, where it is there and live somewhere.
fn is_live(set: &RuleSet, id: &str) -> bool {
    set.rule(id).is_some_and(crate::rules::Rule::is_live)
}
