//! What is said of days to come comes true: the days are written into the whole district's facts, every night is judged, and the level
//! changes on the day that was said and on none before.

mod world;

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::prelude::{ProptestConfig, proptest};

use super::desk::NEAR_DAYS;
use super::{Ahead, Becomes, Cannot, Outlook, Start, Supposed, Turn};
use crate::crossings::{Baseline, Standing, Tonight, advance};
use crate::facts::StudentIx;
use crate::round::{Held, Ledger, RuleAtSchool};
use crate::rules::{CaseFile, Judge, NotFor, RuleSet, Verdict};
use crate::school::{Day, Level, Tables};
use crate::timeline::Almanac;
use crate::timeline::drawn::day;
use world::{Card, Case, MEASURES, SCHOOL, World, a_case, library, rules_of};

fn case_of<'n>(numbers: &'n crate::timeline::StudentNight<'n>) -> CaseFile<'n> {
    CaseFile {
        numbers,
        school_id: numbers.school_id(),
        grade: numbers.grade(),
        held: Tables::NONE,
    }
}

/// What the rules say of a day.
fn judged(almanac: &Almanac<'_>, judge: &RefCell<Judge<'_>>, who: StudentIx, day: Day) -> Vec<Option<Verdict>> {
    let night = almanac.night(day);
    let mut row = Vec::new();
    if let Some(numbers) = night.student(who) {
        judge.borrow_mut().night(&case_of(&numbers), &mut row);
    }
    row
}

/// Levels by rule and day.
type Levels = Vec<Vec<Option<Level>>>;

/// Night after night over days: the levels of each rule, by day.
fn nights(
    world: &World,
    rules: &RuleSet,
    judge: &RefCell<Judge<'_>>,
    standings: &mut [Standing],
    days: &[Day],
) -> Levels {
    let almanac = Almanac::new(&world.drawn.books, &world.drawn.meaning);
    let mut levels = vec![Vec::new(); rules.rules().len()];
    for &day in days {
        let row = judged(&almanac, judge, world.who, day);
        for (number, rule) in rules.rules().iter().enumerate() {
            let again = |day: Day| {
                let row = judged(&almanac, judge, world.who, day);
                row.get(number)
                    .cloned()
                    .flatten()
                    .unwrap_or(Verdict::NotApplicable(NotFor::Applies))
            };
            let verdict = row.get(number).cloned().flatten();
            let tonight = Tonight {
                verdict: &verdict.unwrap_or(Verdict::NotApplicable(NotFor::Applies)),
                day,
                edges: &rule.card(SCHOOL).edges,
                digest: rule.digest(SCHOOL),
                enrolled: !row.is_empty(),
                believe_at_once: false,
                older: None,
                counts_as_judged: true,
                again: &again,
                working: true,
            };
            standings[number] = advance(&standings[number], &tonight).0;
            levels[number].push(standings[number].level);
        }
    }
    levels
}

/// The standings of tonight, as nights from the year's first day make them.
fn tonight(world: &World, rules: &RuleSet, judge: &RefCell<Judge<'_>>) -> (Vec<Standing>, Ledger) {
    let mut standings = vec![Standing::default(); rules.rules().len()];
    nights(world, rules, judge, &mut standings, &world.past);
    let mut ledger = Ledger::default();
    for (number, rule) in rules.rules().iter().enumerate() {
        ledger.rules.intern(rule.id());
        ledger.put(world.who, number as u16, standings[number].clone());
        let desk = RuleAtSchool {
            last: world.past.last().copied(),
            through: world.past.last().copied(),
            digest: rule.digest(SCHOOL).to_owned(),
            baseline: Baseline {
                done: world.past.first().copied(),
                ..Baseline::default()
            },
        };
        ledger.desks.insert((world.drawn.school(SCHOOL), number as u16), desk);
    }
    (standings, ledger)
}

/// What is said of each rule.
fn outlooks(world: &World, rules: &RuleSet, ledger: &Ledger) -> Vec<Result<Outlook, Cannot>> {
    let almanac = Almanac::new(&world.drawn.books, &world.drawn.meaning);
    let as_of = *world.past.last().expect("six days at least");
    let night = almanac.night(as_of);
    let Some(numbers) = night.student(world.who) else {
        return Vec::new();
    };
    let mut row = Vec::new();
    Judge::new(rules).night(&case_of(&numbers), &mut row);
    let held = Held::default();
    let start = Start {
        almanac: &almanac,
        rules,
        ledger,
        held: &held,
        as_of,
    };
    let ahead = Ahead::new(start, &numbers);
    let tell = |(number, verdict): (usize, &Option<Verdict>)| {
        ahead.of(number, verdict.as_ref().expect("every rule is at work"), &numbers)
    };
    row.iter().enumerate().map(tell).collect()
}

/// The letters that a supposition stands for: an absence for whatever reason is both.
fn letters(supposed: Supposed) -> &'static [char] {
    match supposed {
        Supposed::Absence => &['A', 'E'],
        Supposed::UnexcusedAbsence => &['A'],
        Supposed::ExcusedAbsence => &['E'],
        Supposed::Late => &['T'],
        _ => &['P'],
    }
}

/// What is supposed, how often, and the letter of the days after.
type Life = (Supposed, usize, char);

/// Days to come lived through, by what was supposed: each once, for all rules.
struct Lives<'l> {
    case: &'l Case,
    rules: &'l RuleSet,
    judge: &'l RefCell<Judge<'l>>,
    standings: &'l [Standing],
    lived: BTreeMap<Life, Levels>,
}

impl Lives<'_> {
    /// The levels of every rule on each day to come, where a turn is lived through.
    fn of(&mut self, turn: &Turn, letter: char) -> &[Vec<Option<Level>>] {
        let Lives {
            case,
            rules,
            judge,
            standings,
            lived,
        } = self;
        lived.entry((turn.supposed, turn.count, letter)).or_insert_with(|| {
            let mut world = World::of(case);
            world.live_through(turn, letter);
            let future = world.future.clone();
            nights(&world, rules, judge, &mut standings.to_vec(), &future)
        })
    }
}

fn quiet() -> Turn {
    Turn {
        supposed: Supposed::Quiet,
        count: 0,
        until: Day(0),
        day: Day(0),
        becomes: Becomes::Clear,
    }
}

/// How many turns of each kind were seen to come true, over all cases: a law about nothing would hold too.
type Seen = BTreeMap<(Supposed, bool), usize>;

fn comes_true(case: &Case, rules: &RuleSet, seen: &mut Seen) {
    let world = World::of(case);
    let judge = RefCell::new(Judge::new(rules));
    let (standings, ledger) = tonight(&world, rules, &judge);
    let said = outlooks(&world, rules, &ledger);
    if world.future.is_empty() {
        assert!(said.iter().flatten().all(|outlook| outlook.turns.is_empty()));
        return;
    }
    let mut lives = Lives {
        case,
        rules,
        judge: &judge,
        standings: &standings,
        lived: BTreeMap::new(),
    };
    let calm = lives.of(&quiet(), 'P').to_vec();
    for (number, outlook) in said.iter().enumerate() {
        let id = rules.rules()[number].id();
        let Ok(outlook) = outlook else { continue };
        let held = standings[number].level;
        let mut before = held;
        for turn in &outlook.turns {
            let at = world
                .future
                .iter()
                .position(|day| *day == turn.day)
                .expect("a school day");
            if turn.supposed == Supposed::Quiet {
                assert_eq!(turn.count, at + 1, "{id} {turn:?}");
                if turn.becomes == Becomes::Judged {
                    continue;
                }
                let levels = &calm[number];
                let change = levels[..at].iter().rposition(|level| *level != before);
                let from = change.map_or(0, |at| at + 1);
                assert!(
                    levels[from..at].iter().all(|level| *level == before),
                    "{id} {turn:?} {levels:?}"
                );
                assert_ne!(levels[at], before, "{id} {turn:?} {levels:?}");
                assert_eq!(levels[at], turn.becomes.level(), "{id} {turn:?} {levels:?}");
                before = levels[at];
            } else {
                for letter in letters(turn.supposed) {
                    let levels = &lives.of(turn, *letter)[number];
                    let level = turn.becomes.level();
                    assert_eq!(levels[at], level, "{id} {turn:?} from {held:?} {levels:?}");
                    let falls_short = |other: &Option<Level>| match level > held {
                        true => *other < level,
                        false => *other > level,
                    };
                    assert!(levels[..at].iter().all(falls_short), "{id} {turn:?} {levels:?}");
                    assert!(
                        calm[number][..=at].iter().all(falls_short),
                        "{id} {turn:?} goes without"
                    );
                }
            }
            *seen.entry((turn.supposed, turn.becomes.level() > held)).or_default() += 1;
        }
        all_is_said(&mut lives, number, outlook, &calm[number]);
    }
}

/// Nothing is kept back where it can be told: of rules that read attendance alone, of a student who stays.
fn all_is_said(lives: &mut Lives<'_>, number: usize, outlook: &Outlook, calm: &[Option<Level>]) {
    let rule = &lives.rules.rules()[number];
    if lives.case.leaves.is_some() || !matches!(rule.id(), "percent" | "recent" | "run" | "unexcused_run" | "late") {
        return;
    }
    let held = lives.standings[number].level;
    let mut before = held;
    let mut changes = Vec::new();
    for (at, level) in calm.iter().enumerate() {
        if *level != before {
            changes.push((at + 1, *level));
            before = *level;
        }
    }
    let told = outlook.turns.iter().filter(|turn| turn.supposed == Supposed::Quiet);
    let told: Vec<_> = told.map(|turn| (turn.count, turn.becomes.level())).collect();
    assert_eq!(told, changes, "{} {calm:?}", rule.id());
    assert_eq!(outlook.open_to.is_some(), before.is_some(), "{} {calm:?}", rule.id());
    for (supposed, letter) in [(Supposed::UnexcusedAbsence, 'A'), (Supposed::Late, 'T')] {
        let turn = Turn {
            supposed,
            count: NEAR_DAYS,
            ..quiet()
        };
        let levels = &lives.of(&turn, letter)[number];
        let near = &levels[..levels.len().min(NEAR_DAYS)];
        let first = near.iter().position(|level| *level > held);
        let first = first.filter(|at| calm[..=*at].iter().all(|calm| *calm < levels[*at]));
        let told = outlook.turns.iter().find(|turn| {
            let absence = supposed == Supposed::UnexcusedAbsence && turn.supposed == Supposed::Absence;
            (turn.supposed == supposed || absence) && turn.becomes.level() > held
        });
        if let Some(first) = first {
            let turn = told.unwrap_or_else(|| panic!("{} says nothing of {supposed:?}: {levels:?}", rule.id()));
            assert_eq!(
                (turn.count, turn.becomes.level()),
                (first + 1, levels[first]),
                "{}",
                rule.id()
            );
        }
    }
}

#[test]
fn what_is_said_of_days_to_come_comes_true() {
    let seen = RefCell::new(Seen::new());
    let config = ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(case in a_case())| {
        comes_true(&case, &rules_of(&case), &mut seen.borrow_mut());
        comes_true(&case, library(), &mut seen.borrow_mut());
    });
    let seen = seen.into_inner();
    for kind in [
        (Supposed::Quiet, false),
        (Supposed::Quiet, true),
        (Supposed::Absence, true),
        (Supposed::UnexcusedAbsence, true),
        (Supposed::Late, true),
        (Supposed::Incident, true),
        (Supposed::Suspension, true),
        (Supposed::SuspensionDay, true),
        (Supposed::FailingCourse, true),
        (Supposed::FailingCoreCourse, true),
        (Supposed::PassingCourse, false),
        (Supposed::PassingCoreCourse, false),
    ] {
        assert!(seen.contains_key(&kind), "never {kind:?}: {seen:?}");
    }
}

/// Ten days of school, three of them missed: 6 of the last 14 calendar days count until they are over.
#[test]
fn a_window_that_moves_on_clears_by_itself() {
    let case = Case {
        all: true,
        past: "PPPPPAAPPP".chars().collect(),
        to_come: 30,
        days_off: Vec::new(),
        incidents: Vec::new(),
        marks: Vec::new(),
        term_left: 50,
        leaves: None,
        ahead: false,
        rules: (0..MEASURES.len())
            .map(|at| {
                let card = Card {
                    margin: 0.0,
                    days: 1,
                    after: 1,
                };
                (at, card)
            })
            .collect(),
    };
    let (world, rules) = (World::of(&case), rules_of(&case));
    let judge = RefCell::new(Judge::new(&rules));
    let (standings, ledger) = tonight(&world, &rules, &judge);
    let number = rules.position("recent").expect("it is there");
    assert_eq!(standings[number].level, Some(Level::Watch));
    let outlook = outlooks(&world, &rules, &ledger)
        .swap_remove(number)
        .expect("it can be told");
    // Tonight is Friday the 28th of August; the absences were on Monday and Tuesday, the 24th and 25th. 14 calendar days that end on
    // Monday the 7th of September begin on the 25th, on Tuesday the 8th on the 26th.
    let told: Vec<_> = outlook
        .turns
        .iter()
        .map(|turn| (turn.supposed, turn.count, turn.day, turn.becomes))
        .collect();
    assert_eq!(
        told,
        [
            (Supposed::Quiet, 7, day("2026-09-08"), Becomes::Clear),
            (
                Supposed::UnexcusedAbsence,
                1,
                day("2026-08-31"),
                Becomes::At(Level::Concern)
            ),
            (
                Supposed::UnexcusedAbsence,
                2,
                day("2026-09-01"),
                Becomes::At(Level::Urgent)
            ),
        ]
    );
    assert_eq!(outlook.open_to, None);
}
