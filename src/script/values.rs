//! The values that scripts have beyond plain rhai.

use crate::school::Level;

/// A number that was asked for and cannot be had. No operator takes it.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// Which handing-out this was, so that `.or(70)` takes back exactly this one.
    pub handed: u32,
}

/// Tonight's level of another rule or of an area; `None` is clear. Comparable with level words alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LevelWord(pub Option<Level>);

impl LevelWord {
    /// The level's word, or `clear`.
    pub fn word(self) -> &'static str {
        self.0.map_or("clear", Level::word)
    }
}

/// `last(n)` or `days(n)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowWord {
    /// The student's last so many enrolled days.
    Last(u32),
    /// So many calendar days.
    Days(u32),
}

/// Which way numbers in a sentence are rounded, so that 9.96 is never shown as the edge 10 it did not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Down: a higher measure is worse.
    Down,
    /// Up: a lower measure is worse.
    Up,
}

impl Rounding {
    /// A number with at most one decimal on the safe side, no trailing `.0`; within one part in a billion of a tenth it is that tenth.
    pub fn show(self, value: f64) -> String {
        let tenths = value * 10.0;
        let nearest = tenths.round();
        let slack = 1e-9 * tenths.abs().max(1.0);
        let tenths = if (tenths - nearest).abs() <= slack {
            nearest
        } else {
            match self {
                Rounding::Down => tenths.floor(),
                Rounding::Up => tenths.ceil(),
            }
        };
        // Zero may come out as minus zero, which nobody wants to read.
        let value = if tenths == 0.0 { 0.0 } else { tenths / 10.0 };
        let text = format!("{value:.1}");
        text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
    }
}
