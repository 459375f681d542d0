//! What a part of a rule may come to.

use std::collections::BTreeSet;

use super::span::Span;

/// A sort of value that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Sort {
    /// A text.
    Text,
    /// Yes or no.
    YesNo,
    /// Tonight's level of a rule.
    Level,
    /// `last(20)` or `days(30)`.
    Window,
    /// `()`: what an `if` without `else` comes to.
    Nothing,
    /// An array or a map.
    Many,
    /// The student.
    Student,
    /// The parameters.
    Params,
    /// It cannot be told.
    Anything,
}

impl Sort {
    pub(super) fn words(self) -> &'static str {
        match self {
            Sort::Text => "a text",
            Sort::YesNo => "a yes or no",
            Sort::Level => "a level",
            Sort::Window => "a window",
            Sort::Nothing => "nothing",
            Sort::Many => "an array or a map",
            Sort::Student => "the student",
            Sort::Params => "the parameters",
            Sort::Anything => "something",
        }
    }
}

/// Everything that a part may come to; nothing at all where it is never reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::rules) struct Might {
    /// The numbers among it.
    pub(in crate::rules) number: Option<Span>,
    /// The rest.
    pub(in crate::rules) sorts: BTreeSet<Sort>,
}

impl Might {
    pub(super) fn never() -> Might {
        Might::default()
    }

    pub(super) fn number(span: Span) -> Might {
        Might {
            number: Some(span),
            sorts: BTreeSet::new(),
        }
    }

    pub(super) fn sort(sort: Sort) -> Might {
        Might {
            number: None,
            sorts: BTreeSet::from([sort]),
        }
    }

    pub(super) fn anything() -> Might {
        Might {
            number: Some(Span::ANY),
            sorts: BTreeSet::from([Sort::Anything]),
        }
    }

    pub(super) fn join(mut self, other: Might) -> Might {
        self.number = match (self.number, other.number) {
            (Some(one), Some(other)) => Some(one.join(other)),
            (one, other) => one.or(other),
        };
        self.sorts.extend(other.sorts);
        self
    }

    pub(super) fn is_never(&self) -> bool {
        self.number.is_none() && self.sorts.is_empty()
    }

    /// The one sort that it is for sure.
    pub(super) fn only(&self) -> Option<Sort> {
        let mut sorts = self.sorts.iter();
        match (self.number, sorts.next(), sorts.next()) {
            (None, Some(sort), None) if *sort != Sort::Anything => Some(*sort),
            _ => None,
        }
    }

    /// The span where it is a number for sure.
    pub(in crate::rules) fn surely_number(&self) -> Option<Span> {
        self.number.filter(|_| self.sorts.is_empty())
    }

    /// Whether it is no number for sure.
    pub(in crate::rules) fn never_number(&self) -> bool {
        self.number.is_none() && !self.sorts.is_empty()
    }

    /// Whether it may be of a sort, as far as is known.
    pub(in crate::rules) fn may_be(&self, sort: Sort) -> bool {
        self.sorts.contains(&sort)
    }
}
