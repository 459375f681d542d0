//! The four kinds of cases that a live rule must show.

use super::CaseResult;
use crate::rules::card::Card;
use crate::rules::verdict::Verdict;

/// What a case shows of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseKind {
    /// A level is reached.
    Fires,
    /// No level is reached: clear, or not for this student.
    Silent,
    /// The measure lies exactly on an edge.
    Edge,
    /// Data is missing and the rule says so.
    Missing,
}

impl CaseKind {
    /// All kinds.
    pub const ALL: [CaseKind; 4] = [CaseKind::Fires, CaseKind::Silent, CaseKind::Edge, CaseKind::Missing];

    /// The kind's word in files.
    pub fn word(self) -> &'static str {
        match self {
            CaseKind::Fires => "fires",
            CaseKind::Silent => "silent",
            CaseKind::Edge => "edge",
            CaseKind::Missing => "missing",
        }
    }

    /// The kind in words: a case …
    pub fn words(self) -> &'static str {
        match self {
            CaseKind::Fires => "that fires",
            CaseKind::Silent => "that is silent",
            CaseKind::Edge => "exactly on an edge",
            CaseKind::Missing => "with missing data (`expect = \"unknown\"`)",
        }
    }
}

/// What a verdict shows.
pub(super) fn of(verdict: &Verdict, card: &Card) -> Vec<CaseKind> {
    let mut kinds = vec![match verdict {
        Verdict::At { .. } => CaseKind::Fires,
        Verdict::Clear { .. } | Verdict::NotApplicable(_) => CaseKind::Silent,
        Verdict::Unknown(_) => CaseKind::Missing,
        Verdict::Held(_) => return Vec::new(),
    }];
    let on_edge = |value: f64| {
        let mut edges = card.edges.levels.values();
        edges.any(|edge| (value - edge).abs() <= 1e-9 * edge.abs().max(1.0))
    };
    if verdict.value().is_some_and(on_edge) {
        kinds.push(CaseKind::Edge);
    }
    kinds
}

/// The kinds that no case shows.
pub fn missing_kinds(results: &[CaseResult]) -> Vec<CaseKind> {
    let shown = |kind: &CaseKind| results.iter().any(|result| result.kinds.contains(kind));
    CaseKind::ALL.into_iter().filter(|kind| !shown(kind)).collect()
}
