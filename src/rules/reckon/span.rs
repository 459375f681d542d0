//! What a number may be: everything between two ends.

/// A range of numbers, both ends included; it holds every value that the number can have, and maybe more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::rules) struct Span {
    /// The least value.
    pub(in crate::rules) low: f64,
    /// The greatest value.
    pub(in crate::rules) high: f64,
    /// Whether it can only be a whole number.
    pub(in crate::rules) whole: bool,
    /// Whether it is known not to be 0, though 0 may lie between the ends.
    pub(super) not_zero: bool,
}

impl Span {
    /// Any number.
    pub(super) const ANY: Span = Span::new(f64::NEG_INFINITY, f64::INFINITY, false);

    pub(super) const fn new(low: f64, high: f64, whole: bool) -> Span {
        Span {
            low,
            high,
            whole,
            not_zero: false,
        }
    }

    pub(super) fn point(value: f64) -> Span {
        Span::new(value, value, value.fract() == 0.0)
    }

    pub(in crate::rules) fn is_point(self) -> bool {
        self.low == self.high
    }

    pub(super) fn holds_zero(self) -> bool {
        self.low <= 0.0 && 0.0 <= self.high && !self.not_zero
    }

    /// Whatever is in one of them.
    pub(super) fn join(self, other: Span) -> Span {
        Span {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
            whole: self.whole && other.whole,
            not_zero: !self.holds_zero() && !other.holds_zero(),
        }
    }

    /// What is in both; where nothing is, the first as it was: such a place is never reached and nothing is to be said of it.
    pub(super) fn meet(self, other: Span) -> Span {
        let met = Span {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
            whole: self.whole || other.whole,
            not_zero: self.not_zero || other.not_zero,
        };
        if met.low > met.high { self } else { met.tight() }
    }

    /// With the ends of a whole number on whole numbers.
    fn tight(mut self) -> Span {
        if self.whole {
            self.low = self.low.ceil();
            self.high = self.high.floor();
            if self.not_zero && self.low == 0.0 && self.high >= 1.0 {
                self.low = 1.0;
            }
        }
        self
    }

    /// What is left of it where it compares so with a number of another span.
    pub(super) fn compared(self, sign: &str, other: Span) -> Span {
        // Above 3 a whole number is at least 4.
        let step = if self.whole && other.whole { 1.0 } else { 0.0 };
        let beyond = |limit: f64| limit == 0.0 && step == 0.0;
        let mut limit = Span::ANY;
        match sign {
            ">" => {
                limit.low = other.low + step;
                limit.not_zero = beyond(other.low);
            }
            ">=" => limit.low = other.low,
            "<" => {
                limit.high = other.high - step;
                limit.not_zero = beyond(other.high);
            }
            "<=" => limit.high = other.high,
            "==" => limit = Span { whole: false, ..other },
            "!=" => limit.not_zero = other.is_point() && other.low == 0.0,
            _ => {}
        }
        self.meet(limit)
    }

    pub(super) fn negated(self) -> Span {
        Span {
            low: -self.high,
            high: -self.low,
            ..self
        }
    }

    pub(super) fn absolute(self) -> Span {
        if self.low >= 0.0 {
            return self;
        }
        if self.high <= 0.0 {
            return self.negated();
        }
        Span {
            low: 0.0,
            high: self.high.max(-self.low),
            ..self
        }
    }

    pub(super) fn plus(self, other: Span) -> Span {
        Span::new(self.low + other.low, self.high + other.high, self.whole && other.whole).sound()
    }

    pub(super) fn times(self, other: Span) -> Span {
        // Nothing times however much is nothing: no value of a rule is infinite.
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let corners = [
            product(self.low, other.low),
            product(self.low, other.high),
            product(self.high, other.low),
            product(self.high, other.high),
        ];
        Span {
            low: corners.iter().copied().fold(f64::INFINITY, f64::min),
            high: corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            whole: self.whole && other.whole,
            not_zero: !self.holds_zero() && !other.holds_zero(),
        }
        .sound()
    }

    /// A division of two whole numbers is a fraction.
    pub(super) fn over(self, other: Span) -> Span {
        if other.low > 0.0 || other.high < 0.0 {
            let parts = Span::new(1.0 / other.high, 1.0 / other.low, false);
            return Span {
                whole: false,
                ..self.times(parts)
            };
        }
        if other.low == 0.0 && self.low >= 0.0 {
            let least = if other.high.is_finite() {
                self.low / other.high
            } else {
                0.0
            };
            return Span::new(if least.is_finite() { least } else { 0.0 }, f64::INFINITY, false);
        }
        Span::ANY
    }

    pub(super) fn remainder(self, other: Span) -> Span {
        let most = other.low.abs().max(other.high.abs());
        let whole = self.whole && other.whole;
        if self.low >= 0.0 {
            Span::new(0.0, self.high.min(most), whole)
        } else {
            Span::new(-most, most, whole)
        }
    }

    pub(super) fn power(self, other: Span) -> Span {
        let positive = self.low >= 0.0 || (other.is_point() && other.low % 2.0 == 0.0);
        Span::new(if positive { 0.0 } else { f64::NEG_INFINITY }, f64::INFINITY, false)
    }

    /// With both ends through a function that never falls.
    pub(super) fn through(self, rising: impl Fn(f64) -> f64, whole: bool) -> Span {
        Span::new(rising(self.low), rising(self.high), whole).sound()
    }

    pub(super) fn least(self, other: Span) -> Span {
        Span {
            low: self.low.min(other.low),
            high: self.high.min(other.high),
            ..self.join(other)
        }
    }

    pub(super) fn greatest(self, other: Span) -> Span {
        Span {
            low: self.low.max(other.low),
            high: self.high.max(other.high),
            whole: self.whole && other.whole,
            not_zero: false,
        }
    }

    /// Infinity less infinity is not known.
    fn sound(mut self) -> Span {
        if self.low.is_nan() {
            self.low = f64::NEG_INFINITY;
        }
        if self.high.is_nan() {
            self.high = f64::INFINITY;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    fn span(low: f64, high: f64) -> Span {
        Span::new(low, high, false)
    }

    #[test]
    fn ends_are_where_arithmetic_puts_them() {
        let (days, any) = (Span::new(0.0, 20.0, true), Span::ANY);
        assert_eq!(days.plus(span(-1.0, 1.0)), span(-1.0, 21.0));
        assert_eq!(days.times(span(-2.0, 3.0)), span(-40.0, 60.0));
        assert_eq!(days.over(span(2.0, 4.0)), span(0.0, 10.0));
        assert_eq!(days.over(span(0.0, 4.0)), span(0.0, f64::INFINITY));
        assert_eq!(any.over(span(-1.0, 1.0)), Span::ANY);
        assert_eq!(days.times(span(0.0, f64::INFINITY)), span(0.0, f64::INFINITY));
        assert_eq!(any.plus(any), Span::ANY);
        assert_eq!(days.remainder(Span::point(7.0)), Span::new(0.0, 7.0, true));
        assert_eq!(span(-3.0, 2.0).absolute(), span(0.0, 3.0));
    }

    #[test]
    fn a_comparison_leaves_what_fits() {
        let days = Span::new(0.0, 20.0, true);
        assert_eq!(days.compared(">", Span::point(3.0)), Span::new(4.0, 20.0, true));
        assert_eq!(days.compared("<=", Span::point(3.5)), Span::new(0.0, 3.0, true));
        assert!(!days.compared("!=", Span::point(0.0)).holds_zero());
        assert!(!span(0.0, 20.0).compared(">", Span::point(0.0)).holds_zero());
        assert!(span(0.0, 20.0).compared(">=", Span::point(0.0)).holds_zero());
        // A place that is never reached leaves the number as it was.
        assert_eq!(days.compared(">", Span::point(30.0)), days);
    }
}
