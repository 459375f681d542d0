//! `explain`: why a student is flagged, or is not, and how far from each edge; in words a counselor would use.

use std::cell::RefCell;
use std::io::Write;

use super::output::Exit;
use super::route::not_enrolled;
use super::standing::{detail, known_rule, plain};
use super::view::View;
use super::{Desk, Stop};
use crate::crossings::Standing;
use crate::facts::StudentIx;
use crate::indicators::{Ask, Numbers, Value, Window, Word};
use crate::round::Setup;
use crate::rules::{Card, CaseFile, Judge, Rule, Status, Verdict, Worse};
use crate::school::{Day, Level};
use crate::timeline::{Almanac, StudentNight};

/// Days shown for one number at most; the rest is said as a count.
const MOST_DAYS: usize = 12;

/// Explains one student tonight, or another night with today's facts.
pub(super) fn explain(desk: &mut Desk<'_>, id: &str, rule: Option<&str>, as_of: Option<Day>) -> Result<Exit, Stop> {
    let setup = desk.setup()?;
    let wanted = rule.map(|rule| known_rule(&setup, rule)).transpose()?;
    let view = View::read(&setup, as_of)?;
    let student = view.student(id)?;
    let almanac = Almanac::new(&view.books, &setup.config.meaning);
    view.hear(desk.err, &setup, &almanac, Some(student))?;
    let night = almanac.night(view.as_of);
    let numbers = night.student(student).ok_or_else(|| not_enrolled(id, &view))?;
    let out = &mut *desk.out;
    heading(out, id, &numbers, &view)?;
    let mut judge = Judge::new(&setup.rules);
    let mut verdicts = Vec::new();
    judge.night(&view.case(&numbers), &mut verdicts);
    let mut quiet = Vec::new();
    for (number, rule) in setup.rules.rules().iter().enumerate() {
        if wanted.is_some_and(|wanted| wanted != number) {
            continue;
        }
        let Some(verdict) = &verdicts[number] else { continue };
        let standing = view
            .ledger
            .standings
            .get(&(student, number as u16))
            .filter(|standing| standing.is_open());
        if wanted.is_none() && standing.is_none() && verdict.level().is_none() {
            quiet.push((rule, verdict));
            continue;
        }
        one(
            out,
            &setup,
            &view,
            &mut judge,
            &Told {
                number,
                rule,
                numbers: &numbers,
                verdict,
                standing,
                student,
            },
        )?;
    }
    silent(out, &quiet)?;
    Ok(Exit::Done)
}

fn heading(out: &mut dyn Write, id: &str, numbers: &StudentNight<'_>, view: &View) -> Result<(), Stop> {
    let school = view
        .books
        .schools
        .get(usize::from(numbers.school().0))
        .map_or("", |school| &school.name);
    let school = if school.is_empty() { numbers.school_id() } else { school };
    let grade = numbers.grade().map_or_else(
        || "a grade that was not understood".to_owned(),
        |grade| format!("grade {grade}"),
    );
    writeln!(out, "Student {id}, {grade} at {school}, as of {}.", view.as_of)?;
    match numbers.through() {
        Some(day) if day < view.as_of => writeln!(out, "Attendance is known to {day}.")?,
        Some(_) => {}
        None => writeln!(out, "The school has sent no attendance this year.")?,
    }
    if view.as_of != view.last {
        writeln!(
            out,
            "This is another night than the last round's ({}), computed with today's facts.",
            view.last
        )?;
    }
    Ok(())
}

struct Told<'t, 'n> {
    number: usize,
    rule: &'t Rule,
    numbers: &'t StudentNight<'n>,
    verdict: &'t Verdict,
    standing: Option<&'t Standing>,
    student: StudentIx,
}

fn one(
    out: &mut dyn Write,
    setup: &Setup,
    view: &View,
    judge: &mut Judge<'_>,
    told: &Told<'_, '_>,
) -> Result<(), Stop> {
    let card = told.rule.card(told.numbers.school_id());
    writeln!(out)?;
    writeln!(out, "{} ({}): {}", told.rule.title(), told.rule.id(), state(told, view))?;
    let recorder = Recorder {
        numbers: told.numbers,
        asked: RefCell::default(),
    };
    let file = CaseFile {
        numbers: &recorder,
        school_id: told.numbers.school_id(),
        grade: told.numbers.grade(),
        held: view.held.at(told.numbers.school()),
    };
    if told.verdict.is_judged() {
        writeln!(out, "  {}.", upper(&judge.because(told.number, &file)))?;
    } else {
        writeln!(out, "  {}.", upper(&detail(told.verdict)))?;
    }
    if let Some(value) = told.verdict.value() {
        for line in distances(card, value) {
            writeln!(out, "  {line}")?;
        }
        let held = told.standing.filter(|_| view.as_of == view.last);
        if let Some(line) = held.and_then(|standing| leaving(card, standing.level?)) {
            writeln!(out, "  {line}")?;
        }
    }
    if card.status == Status::Shadow {
        writeln!(
            out,
            "  This rule is in shadow: it is judged and never written to anybody."
        )?;
    }
    if let Some(next) = told.verdict.level().and_then(|level| card.next.get(&level)) {
        writeln!(out, "  Next: {next}")?;
    }
    if told.rule.asks().is_empty() {
        let mut shown = Vec::new();
        for ask in recorder.asked.into_inner() {
            days(out, told.numbers, &ask, &mut shown)?;
        }
    }
    let changes = view.store.changes(&view.year, told.student, Some(told.rule.id()))?;
    for change in changes.iter().filter(|change| change.day <= view.as_of) {
        let to = change.to.map_or("no flag", Level::word);
        writeln!(out, "  {}: {}, {to}.", change.day, change.reason.phrase())?;
    }
    let _ = setup;
    Ok(())
}

/// The flag as it is held, which margin and days may keep apart from tonight's answer.
fn state(told: &Told<'_, '_>, view: &View) -> String {
    let tonight = match told.verdict {
        Verdict::Clear { .. } => "clear tonight".to_owned(),
        Verdict::At { level, .. } => format!("{level} tonight"),
        Verdict::NotApplicable(_) => "not for this student tonight".to_owned(),
        Verdict::Unknown(_) => "cannot be told tonight".to_owned(),
        Verdict::Held(_) => "not judged tonight".to_owned(),
    };
    let same_night = view.as_of == view.last;
    match told
        .standing
        .filter(|_| same_night)
        .and_then(|standing| Some((standing.level?, standing.since)))
    {
        Some((level, since)) => {
            let since = since.map(|day| format!(", flagged since {day}")).unwrap_or_default();
            if told.verdict.level() == Some(level) {
                format!("{level}{since}")
            } else {
                format!("{level}{since}, {tonight}")
            }
        }
        None => tonight,
    }
}

/// How far the measure is from the edges that matter: the levels still to come, then the gravest that it has reached.
fn distances(card: &Card, value: f64) -> Vec<String> {
    let edges = &card.edges;
    let shown = show(value, edges.worse);
    let ahead = |(level, edge): (&Level, &f64)| {
        let word = if edges.worse == Worse::Higher { "more" } else { "less" };
        let (level, at, away) = (upper(level.word()), plain(*edge), away_up(value, *edge));
        format!("{level} begins at {at}: {away} {word} would reach it.")
    };
    let still = edges.levels.iter().filter(|(_, edge)| !edges.reaches(value, **edge));
    let mut lines: Vec<String> = still.map(ahead).collect();
    let reached = edges.levels.iter().rfind(|(_, edge)| edges.reaches(value, **edge));
    if let Some((level, edge)) = reached {
        let (at, by) = (plain(*edge), plain((value - edge).abs()));
        lines.push(match by.as_str() {
            "0" => format!("At {shown} it stands exactly on the edge of {level}."),
            by => format!("At {shown} it is {by} past the edge of {level}, {at}."),
        });
    }
    lines
}

/// What is missing to an edge, never shown as less than it is.
fn away_up(value: f64, edge: f64) -> String {
    let away = (value - edge).abs();
    let up = ((away * 10.0 - 1e-7).ceil() / 10.0).max(0.0);
    plain(up)
}

/// A measure with at most one decimal, to the safe side.
fn show(value: f64, worse: Worse) -> String {
    let tenths = match worse {
        Worse::Higher => (value * 10.0 + value.abs() * 1e-8).floor(),
        Worse::Lower => (value * 10.0 - value.abs() * 1e-8).ceil(),
    };
    plain(tenths / 10.0)
}

/// When the level held is left; `None` where the card knows the level no more.
fn leaving(card: &Card, held: Level) -> Option<String> {
    let edges = &card.edges;
    let days = match edges.clear_days {
        1 => "one judged day".to_owned(),
        days => format!("{days} judged days in a row"),
    };
    let edge = edges.levels.get(&held)?;
    let (side, line) = match edges.worse {
        Worse::Higher => ("below", edge - edges.margin),
        Worse::Lower => ("above", edge + edges.margin),
    };
    let level = upper(held.word());
    Some(format!("{level} is left after {days} {side} {}.", plain(line)))
}

/// The days of one number, unless all of them were shown for another one already.
fn days(
    out: &mut dyn Write,
    numbers: &StudentNight<'_>,
    ask: &Ask,
    shown: &mut Vec<(Day, String)>,
) -> Result<(), Stop> {
    if matches!(
        ask.word,
        Word::Grade | Word::School | Word::EnrolledDays | Word::AbsencePercent | Word::DayOfEnrollment
    ) {
        return Ok(());
    }
    let made = numbers.days(ask);
    if made.iter().all(|day| shown.contains(day)) {
        return Ok(());
    }
    shown.extend(made.iter().cloned());
    let window = match ask.window {
        Window::Year => String::new(),
        Window::Last(days) => format!(" in the last {days} enrolled days"),
        Window::Days(days) => format!(" in the last {days} calendar days"),
    };
    writeln!(out, "  {}{window}:", upper(&ask.word.word().replace('_', " ")))?;
    let skipped = made.len().saturating_sub(MOST_DAYS);
    if skipped > 0 {
        writeln!(out, "    {skipped} earlier")?;
    }
    for (day, words) in made.iter().skip(skipped) {
        writeln!(out, "    {day}  {words}")?;
    }
    Ok(())
}

fn silent(out: &mut dyn Write, quiet: &[(&Rule, &Verdict)]) -> Result<(), Stop> {
    if quiet.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let clear: Vec<&str> = quiet
        .iter()
        .filter(|(_, verdict)| verdict.is_judged())
        .map(|(rule, _)| rule.id())
        .collect();
    if !clear.is_empty() {
        writeln!(out, "Clear: {}.", clear.join(", "))?;
    }
    for (rule, verdict) in quiet.iter().filter(|(_, verdict)| !verdict.is_judged()) {
        writeln!(out, "Not judged: {} ({}).", rule.id(), detail(verdict))?;
    }
    Ok(())
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Hears which numbers a rule's words were made of.
struct Recorder<'r> {
    numbers: &'r dyn Numbers,
    asked: RefCell<Vec<Ask>>,
}

impl Numbers for Recorder<'_> {
    fn ask(&self, ask: &Ask) -> Value {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(ask) {
            asked.push(ask.clone());
        }
        self.numbers.ask(ask)
    }

    fn told(&self, word: &str, version: &str) -> Value {
        self.numbers.told(word, version)
    }
}

#[cfg(test)]
mod tests {
    use super::{away_up, show};
    use crate::rules::Worse;

    #[test]
    fn numbers_are_shown_to_the_safe_side_of_their_edge() {
        assert_eq!(show(9.96, Worse::Higher), "9.9");
        assert_eq!(show(10.0, Worse::Higher), "10");
        assert_eq!(show(70.04, Worse::Lower), "70.1");
        assert_eq!(away_up(9.96, 10.0), "0.1");
        assert_eq!(away_up(9.5, 10.0), "0.5");
    }
}
