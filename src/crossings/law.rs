//! `advance` against the plainest reading of the definitions: keep every judged day, compute each level from them anew.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::{Standing, Tonight, advance};
use crate::rules::trial::Belief;
use crate::rules::{Edges, NotFor, Verdict, Worse};
use crate::school::{Day, Level, Table};

#[derive(Clone, Debug)]
enum Said {
    Value(f64),
    Unknown,
    Held,
    Ended,
    YoungTerm,
}

#[derive(Clone, Debug)]
struct Night {
    said: Said,
    same_day: bool,
    counts: bool,
    edited: bool,
    baseline: bool,
}

/// Every judged day so far that counts, newest last.
#[derive(Default)]
struct Plain {
    days: Vec<(Day, f64)>,
    judged: Option<Day>,
    level: Option<Level>,
    digest: u32,
}

impl Plain {
    /// The highest level that each of the last `after` judged days reached.
    fn up(&self, edges: &Edges) -> Option<Level> {
        let after = usize::from(edges.after);
        let recent = self.days.len().checked_sub(after).map(|from| &self.days[from..])?;
        let reached = |level: &Level| recent.iter().all(|(_, value)| edges.level(*value) >= Some(*level));
        Level::ALL.into_iter().rev().find(reached)
    }

    /// The highest level up to the one held that any of the last `clear.days` judged days kept; it takes that many days
    /// to leave one.
    fn kept(&self, edges: &Edges) -> Option<Level> {
        let days = usize::from(edges.clear_days);
        let from = self.days.len().saturating_sub(days);
        let recent = &self.days[from..];
        let kept = |level: &Level| {
            Some(*level) <= self.level
                && edges.levels.contains_key(level)
                && (recent.len() < days || recent.iter().any(|(_, value)| edges.keeps(*value, *level)))
        };
        Level::ALL.into_iter().rev().find(kept)
    }

    fn night(&mut self, day: Day, night: &Night, digest: u32, edges: &Edges) {
        if matches!(night.said, Said::Held) {
            return;
        }
        if digest != self.digest {
            self.days.clear();
            self.judged = None;
            self.digest = digest;
        }
        match night.said {
            Said::Value(value) => {
                let counts = night.counts && self.judged < Some(day);
                if counts {
                    self.days.push((day, value));
                    self.judged = Some(day);
                }
                let kept = if counts { self.kept(edges) } else { self.level };
                let up = match (night.baseline, counts) {
                    (true, _) => edges.level(value),
                    (false, true) => self.up(edges),
                    (false, false) => None,
                };
                self.level = up.max(kept);
            }
            Said::Ended => {
                self.days.clear();
                self.level = None;
            }
            Said::Unknown | Said::Held | Said::YoungTerm => {}
        }
    }
}

fn edges() -> impl Strategy<Value = Edges> {
    let levels = prop_oneof![
        Just(vec![(Level::Watch, 8.0), (Level::Concern, 10.0), (Level::Urgent, 12.0)]),
        Just(vec![(Level::Concern, 10.0), (Level::Urgent, 12.0)]),
        Just(vec![(Level::Watch, 9.0), (Level::Urgent, 12.0)]),
        Just(vec![(Level::Watch, 9.0)]),
    ];
    (
        levels,
        prop_oneof![Just(0.0), Just(1.0), Just(2.5)],
        1..5u16,
        1..4u16,
        any::<bool>(),
    )
        .prop_map(|(levels, margin, clear_days, after, lower)| Edges {
            levels: levels
                .into_iter()
                .map(|(level, edge)| (level, if lower { 20.0 - edge } else { edge }))
                .collect::<BTreeMap<_, _>>(),
            worse: if lower { Worse::Lower } else { Worse::Higher },
            margin,
            clear_days,
            after,
        })
}

fn night() -> impl Strategy<Value = Night> {
    let said = prop_oneof![
        20 => (10..28u8).prop_map(|half| Said::Value(f64::from(half) / 2.0)),
        2 => Just(Said::Unknown),
        1 => Just(Said::Held),
        1 => Just(Said::Ended),
        1 => Just(Said::YoungTerm),
    ];
    let rarely = || prop::bool::weighted(0.05);
    (said, rarely(), prop::bool::weighted(0.9), rarely(), rarely()).prop_map(
        |(said, same_day, counts, edited, baseline)| Night {
            said,
            same_day,
            counts,
            edited,
            // A baseline is taken on a night of its own: a level believed on no new day has no calm days behind it.
            baseline: baseline && counts && !same_day,
        },
    )
}

fn verdict(said: &Said, edges: &Edges) -> Verdict {
    match *said {
        Said::Value(value) => match edges.level(value) {
            Some(level) => Verdict::At { level, value },
            None => Verdict::Clear { value },
        },
        Said::Unknown => Verdict::Unknown(vec!["average".to_owned()]),
        Said::Held => Verdict::Held(Table::Grades),
        Said::Ended => Verdict::NotApplicable(NotFor::Applies),
        Said::YoungTerm => Verdict::NotApplicable(NotFor::Needs {
            word: "day_of_term".to_owned(),
            least: 15.0,
            has: 1.0,
        }),
    }
}

proptest! {
    #[test]
    fn levels_are_those_of_the_plain_reading(edges in edges(), nights in prop::collection::vec(night(), 1..120)) {
        let mut standing = Standing::default();
        let mut plain = Plain { digest: 1, ..Plain::default() };
        let (mut day, mut digest) = (Day(20_000), 1);
        for night in &nights {
            day = if night.same_day { day } else { day.plus(1) };
            digest += u32::from(night.edited);
            let tonight = Tonight {
                verdict: &verdict(&night.said, &edges),
                day,
                edges: &edges,
                digest: &digest.to_string(),
                enrolled: true,
                believe_at_once: night.baseline,
                older: None,
                counts_as_judged: night.counts,
                again: &|_| Verdict::Unknown(Vec::new()),
                working: true,
            };
            // The crossing day's own verdict would be a correction on a second round of that day; those have stories.
            if night.same_day && standing.stepped_up == Some(day) {
                continue;
            }
            let before = standing.clone();
            let (next, _) = advance(&standing, &tonight);
            plain.night(day, night, digest, &edges);
            assert_eq!(next.level, plain.level, "{night:?} on {before:?}");
            // A second round of the same night over the same facts changes nothing.
            let believed = Tonight { believe_at_once: false, ..tonight };
            assert_eq!(advance(&next, &believed).0, next);
            standing = next;
        }
    }
}

proptest! {
    #[test]
    fn a_trial_believes_what_the_nights_would(edges in edges(), nights in prop::collection::vec(night(), 1..120)) {
        let mut standing = Standing::default();
        let mut belief = Belief::default();
        let mut day = Day(20_000);
        for night in &nights {
            day = day.plus(1);
            let verdict = verdict(&night.said, &edges);
            let tonight = Tonight {
                verdict: &verdict,
                day,
                edges: &edges,
                digest: "the same",
                enrolled: true,
                believe_at_once: false,
                older: None,
                counts_as_judged: true,
                again: &|_| Verdict::Unknown(Vec::new()),
                working: true,
            };
            standing = advance(&standing, &tonight).0;
            belief.add(&verdict, &edges);
            assert_eq!(belief.level(), standing.level, "{night:?}");
        }
    }
}
