//! Short questions with defaults, on a terminal alone: what no file can say about itself.

use std::io::{self, BufRead, Write};

use super::super::Stop;
use super::{Adopt, screen};
use crate::adopt::{CodeGuess, Confidence, Guess};
use crate::monitor::Problem;
use crate::records::DateFormat;
use crate::school::Table;

/// Times that an answer which is none is asked again.
const TRIES: usize = 3;

/// Words that answer what a code means, with its line in the configuration.
const MEANINGS: [(&str, &str); 6] = [
    ("present", "{}"),
    ("absent", "{ absent = 1 }"),
    ("excused", "{ absent = 1, excused = true }"),
    ("tardy", "{ tardy = true }"),
    ("suspended", "{ absent = 1, excused = true, suspended = true }"),
    ("unverified", "{ absent = 1, unverified = true }"),
];

/// The line of the configuration for a word.
pub(super) fn meaning(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let found = MEANINGS
        .iter()
        .find(|(known, _)| known.starts_with(&word) && !word.is_empty());
    found.map(|(_, meaning)| *meaning)
}

/// A person at a terminal.
pub(super) struct Asking<'a> {
    input: &'a mut dyn BufRead,
    out: &'a mut dyn Write,
}

/// Codes that have their meaning in the configuration.
type Codes = std::collections::BTreeMap<String, crate::school::CodeMeaning>;

/// How the guess is made again with what was said meanwhile.
pub(super) type Again<'g> = dyn Fn(&Adopt) -> Result<Guess, Problem> + 'g;

impl<'a> Asking<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, out: &'a mut dyn Write) -> Asking<'a> {
        Asking { input, out }
    }

    /// Says what was found before anything is asked.
    pub(super) fn greet(&mut self, name: &str, guess: &Guess) -> io::Result<()> {
        writeln!(self.out, "{name}: {}", screen::headline(guess))?;
        writeln!(self.out, "Enter takes what stands in brackets.")
    }

    /// Asks everything that is open about a guess.
    pub(super) fn all(
        &mut self,
        mut guess: Guess,
        said: &mut Adopt,
        known: &Codes,
        again: &Again<'_>,
    ) -> Result<Guess, Stop> {
        if guess.confidence == Confidence::Unsure && said.table.is_none() {
            said.table = Some(self.table(guess.table)?);
            guess = again(said)?;
        }
        if guess.ambiguous_dates {
            let answer = self.one("Are dates month first (m) or day first (d)?", "m", &|word| {
                matches!(word, "m" | "d")
            })?;
            said.dates = Some(if answer == "d" {
                DateFormat::DayFirst
            } else {
                DateFormat::MonthFirst
            });
            guess = again(said)?;
        }
        for column in guess.missing.clone() {
            let question = format!("Which column is `{column}`? A header, or = and what every row has:");
            let answer = self.header(&question, "", &guess)?;
            if !answer.is_empty() {
                said.set.push((column.to_owned(), answer));
            }
        }
        let unsure = guess
            .columns
            .iter()
            .filter(|column| column.confidence == Confidence::Unsure);
        for (column, header) in unsure
            .map(|column| (column.column, column.header()))
            .collect::<Vec<_>>()
        {
            let question = format!("`{column}` comes from? (another header, or - for none)");
            let answer = self.header(&question, &header, &guess)?;
            if answer != header {
                let answer = if answer == "-" { String::new() } else { answer };
                said.set.push((column.to_owned(), answer));
            }
        }
        guess = again(said)?;
        let open = |code: &&CodeGuess| {
            code.confidence == Confidence::Unsure && !code.code.is_empty() && !known.contains_key(&code.code)
        };
        for code in guess.codes.iter().filter(open) {
            let question = format!(
                "What does the code `{}` mean ({})? present, absent, excused, tardy, suspended, unverified; leave it out:",
                code.code,
                super::super::output::count(code.rows, "row", "rows")
            );
            let answer = self.one(&question, "leave out", &|word| {
                word == "leave out" || meaning(word).is_some()
            })?;
            if let Some(meaning) = meaning(&answer) {
                said.codes.push((code.code.clone(), meaning.to_owned()));
            }
        }
        Ok(guess)
    }

    fn table(&mut self, guess: Table) -> io::Result<Table> {
        let answer = self.one("Which table is it?", guess.word(), &|word| {
            word.parse::<Table>().is_ok()
        })?;
        Ok(answer.parse().unwrap_or(guess))
    }

    /// A header of the file, a constant, or the default.
    fn header(&mut self, question: &str, default: &str, guess: &Guess) -> io::Result<String> {
        let known = |word: &str| {
            word == default
                || word == "-"
                || word.starts_with('=')
                || guess.headers.iter().any(|header| header.eq_ignore_ascii_case(word))
        };
        let hint = format!("  the columns are {}", guess.headers.join(", "));
        if default.is_empty() {
            writeln!(self.out, "{hint}")?;
        }
        self.one(question, default, &known)
    }

    /// What to do with a feed of the same table.
    pub(super) fn feed_there(&mut self, problems: &[Problem], said: &mut Adopt) -> io::Result<()> {
        for problem in problems {
            writeln!(self.out, "{}", problem.message)?;
        }
        let known = |word: &str| matches!(word, "r" | "b" | "n");
        let answer = self.one(
            "Put this one in its place (r), read both (b), or neither (n)?",
            "n",
            &known,
        )?;
        said.replace = answer == "r";
        said.beside = answer == "b";
        Ok(())
    }

    /// Whether it may be written.
    pub(super) fn write_it(&mut self) -> io::Result<bool> {
        writeln!(self.out)?;
        let answer = self.one("Write this?", "y", &|word| matches!(word, "y" | "yes" | "n" | "no"))?;
        Ok(answer.starts_with('y'))
    }

    /// One answer; the default for an empty line, at the end of the input, and after too many that are none.
    fn one(&mut self, question: &str, default: &str, known: &dyn Fn(&str) -> bool) -> io::Result<String> {
        for _ in 0..TRIES {
            write!(self.out, "{question} [{default}] ")?;
            self.out.flush()?;
            let mut line = String::new();
            if self.input.read_line(&mut line)? == 0 {
                writeln!(self.out)?;
                break;
            }
            let word = line.trim();
            if word.is_empty() {
                break;
            }
            if known(word) {
                return Ok(word.to_owned());
            }
            writeln!(self.out, "  `{word}` is no answer to that")?;
        }
        Ok(default.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Adopt, Asking, Codes};
    use crate::adopt::{Guess, Sample, Wishes, look};
    use crate::records::DateFormat;

    fn guess(said: &Adopt) -> Guess {
        let text = "Perm ID,Bldg,Att Date,Att Code\n1001,12,8/2/2026,A\n1002,12,9/1/2026,Q7\n1003,12,9/3/2026,A\n";
        let sample = Sample {
            name: "attendance.csv".to_owned(),
            length: text.len() as u64,
            pieces: vec![text.as_bytes().to_vec()],
        };
        let wishes = Wishes {
            table: said.table,
            set: said.set.clone(),
            dates: said.dates,
            year_start: None,
        };
        look(&sample, &wishes).expect("it is attendance")
    }

    #[test]
    fn what_the_file_cannot_say_is_asked_and_an_answer_that_is_none_is_asked_again() {
        let mut input: &[u8] = b"x\nd\nexc\n";
        let mut out = Vec::new();
        let mut said = Adopt::default();
        let first = guess(&said);
        assert!(first.ambiguous_dates);
        let guessed = Asking::new(&mut input, &mut out).all(first, &mut said, &Codes::new(), &|said| Ok(guess(said)));
        assert!(guessed.is_ok());
        assert_eq!(said.dates, Some(DateFormat::DayFirst));
        assert_eq!(
            said.codes,
            [("Q7".to_owned(), "{ absent = 1, excused = true }".to_owned())]
        );
        let shown = String::from_utf8(out).expect("text");
        assert!(shown.contains("`x` is no answer to that"), "{shown}");
        assert!(shown.contains("What does the code `Q7` mean (1 row)?"), "{shown}");
    }

    #[test]
    fn an_empty_line_takes_the_default_and_an_ended_input_too() {
        for input in [&b"\n\n\n\n\n"[..], b""] {
            let mut input = input;
            let mut out = Vec::new();
            let mut said = Adopt::default();
            let first = guess(&said);
            let guessed =
                Asking::new(&mut input, &mut out).all(first, &mut said, &Codes::new(), &|said| Ok(guess(said)));
            assert!(guessed.is_ok() && said.codes.is_empty());
            assert_eq!(said.dates, Some(DateFormat::MonthFirst));
            assert!(Asking::new(&mut input, &mut Vec::new()).write_it().expect("no trouble"));
        }
    }
}
