//! Hand-drawn years, checked by hand.

use crate::school::Day;
use crate::timeline::drawn::{Drawn, day};
use crate::timeline::{Almanac, StudentNight};

use super::{Ask, Numbers, Value, Window, Word};

mod attendance;
mod behavior;
mod context;
mod course;
mod explained;
mod laws;
mod plainly;

/// What is asked of student `1` of a drawn district.
impl Drawn {
    fn ask(&self, as_of: &str, word: Word) -> Value {
        self.ask_over(as_of, word, Window::Year)
    }

    fn ask_over(&self, as_of: &str, word: Word, window: Window) -> Value {
        self.answer(as_of, &Ask::over(word, window))
    }

    fn ask_text(&self, as_of: &str, word: Word, text: &str) -> Value {
        let mut ask = Ask::year(word);
        ask.text = Some(text.into());
        self.answer(as_of, &ask)
    }

    fn answer(&self, as_of: &str, ask: &Ask) -> Value {
        self.on(day(as_of), |student| student.ask(ask))
    }

    /// Student `1` on a day.
    fn on<T>(&self, as_of: Day, look: impl FnOnce(&StudentNight<'_>) -> T) -> T {
        let almanac = Almanac::new(&self.books, &self.meaning);
        let night = almanac.night(as_of);
        look(&night.student(self.number("1")).unwrap())
    }
}
