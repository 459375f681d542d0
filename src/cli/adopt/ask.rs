//! Short questions with defaults, on a terminal alone: what no file can say about itself.
//!
//! An empty line takes what stands in brackets, `?` explains, and the end of the input (Ctrl-D) ends all without a byte written.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};

use super::super::Stop;
use super::explain;
use super::{Adopt, screen};
use crate::adopt::{CodeGuess, ColumnGuess, Confidence, Guess};
use crate::monitor::Problem;
use crate::records::DateFormat;
use crate::school::Table;

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

/// What is to become of the guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is written.
    Write,
    /// It is left.
    Leave,
    /// A column comes from elsewhere, as `--set` has it.
    Mend(String, String),
}

/// A question: its words, what an empty line stands for, and what `?` shows.
struct Question<'q> {
    words: &'q str,
    default: &'q str,
    help: &'q str,
}

impl<'a> Asking<'a> {
    pub(super) fn new(input: &'a mut dyn BufRead, out: &'a mut dyn Write) -> Asking<'a> {
        Asking { input, out }
    }

    /// Asks everything that is open about a guess; says first what was found, and nothing at all where nothing is open.
    pub(super) fn all(
        &mut self,
        name: &str,
        mut guess: Guess,
        said: &mut Adopt,
        known: &Codes,
        again: &Again<'_>,
    ) -> Result<Guess, Stop> {
        if !anything_open(&guess, said, known) {
            return Ok(guess);
        }
        self.greet(name, &guess)?;
        if guess.confidence == Confidence::Unsure && said.table.is_none() {
            said.table = Some(self.table(&guess)?);
            guess = again(said)?;
        }
        if guess.ambiguous_dates {
            said.dates = Some(self.dates(&guess)?);
            guess = again(said)?;
        }
        // An answer may settle other columns too: each is asked about once, as the guess stands then.
        let mut asked = BTreeSet::new();
        while let Some(column) = guess.missing.iter().copied().find(|column| !asked.contains(column)) {
            asked.insert(column);
            let answer = self.missing(column, &guess)?;
            if !answer.is_empty() {
                said.set.push((column.to_owned(), answer));
                guess = again(said)?;
            }
        }
        let unsure = |guess: &Guess, asked: &BTreeSet<&str>| {
            let mut columns = guess.columns.iter();
            let open =
                |column: &&ColumnGuess| column.confidence == Confidence::Unsure && !asked.contains(column.column);
            columns.find(open).cloned()
        };
        while let Some(column) = unsure(&guess, &asked) {
            asked.insert(column.column);
            let answer = self.unsure(&column, &guess)?;
            if answer != column.header() {
                said.set.push((column.column.to_owned(), answer));
                guess = again(said)?;
            }
        }
        let open: Vec<&CodeGuess> = guess.codes.iter().filter(|code| is_open(code, said, known)).collect();
        for code in open {
            if let Some(meaning) = self.code(code)? {
                said.codes.push((code.code.clone(), meaning.to_owned()));
            }
        }
        Ok(guess)
    }

    /// What was found, before anything is asked.
    fn greet(&mut self, name: &str, guess: &Guess) -> io::Result<()> {
        writeln!(self.out, "{name}: {}\n", screen::headline(guess))?;
        screen::columns_table(self.out, guess)?;
        writeln!(
            self.out,
            "\nA few things no file says about itself. Enter takes what stands in [brackets], ? explains, Ctrl-C leaves; nothing is \
             written before you say so.\n"
        )
    }

    fn table(&mut self, guess: &Guess) -> io::Result<Table> {
        let next = guess
            .runner_up
            .map(|next| format!(" It could be `{next}`."))
            .unwrap_or_default();
        let words = format!("Which table is it?{next}");
        let help = explain::tables();
        let question = Question {
            words: &words,
            default: guess.table.word(),
            help: &help,
        };
        let answer = self.one(&question, &|word| {
            let table = word.to_lowercase().parse::<Table>().ok()?;
            Some(table.word().to_owned())
        })?;
        Ok(answer.parse().unwrap_or(guess.table))
    }

    fn dates(&mut self, guess: &Guess) -> io::Result<DateFormat> {
        let slashed = |cell: &&String| cell.contains(['/', '-', '.']);
        let mut cells = guess.columns.iter().filter(|column| !column.map.dates.is_empty());
        let example = cells.find_map(|column| column.samples.iter().find(slashed));
        let such = example
            .map(|cell| format!(" such as `{}`", screen::short(cell)))
            .unwrap_or_default();
        let words = format!("Are dates{such} month first (m) or day first (d)?");
        let question = Question {
            words: &words,
            default: "m",
            help: "No day above 12 stands in the file, so that 3/4 could be March 4 or April 3. In the United States it is the month first.",
        };
        let answer = self.one(&question, &|word| match word.to_lowercase().as_str() {
            "m" | "month" => Some("m".to_owned()),
            "d" | "day" => Some("d".to_owned()),
            _ => None,
        })?;
        Ok(match answer.as_str() {
            "d" => DateFormat::DayFirst,
            _ => DateFormat::MonthFirst,
        })
    }

    /// A column that the table cannot do without; nothing where it is left open.
    fn missing(&mut self, column: &str, guess: &Guess) -> io::Result<String> {
        writeln!(
            self.out,
            "No column looks like `{column}` ({}).",
            explain::column(guess.table, column)
        )?;
        write!(self.out, "{}", explain::headers(guess, true))?;
        let help = explain::answers(guess);
        let question = Question {
            words: "Which is it? A number, a name, or =TEXT where every row has the same;",
            default: "it is not in this file",
            help: &help,
        };
        let answer = self.one(&question, &|word| header(word, guess))?;
        Ok(if answer == question.default {
            String::new()
        } else {
            answer
        })
    }

    /// A column that could well come from elsewhere.
    fn unsure(&mut self, column: &ColumnGuess, guess: &Guess) -> io::Result<String> {
        let samples: Vec<String> = column.samples.iter().take(3).map(|cell| screen::short(cell)).collect();
        let such = match samples.is_empty() {
            true => String::new(),
            false => format!(" ({})", samples.join(", ")),
        };
        let from = column.header();
        let words = format!(
            "Is `{from}`{such} the column `{}`, {}? Else a number, a name, or - for none;",
            column.column,
            explain::column(guess.table, column.column)
        );
        let help = explain::answers(guess);
        let question = Question {
            words: &words,
            default: &from,
            help: &help,
        };
        self.one(&question, &|word| match word.to_lowercase().as_str() {
            "-" | "n" | "no" | "none" => Some(String::new()),
            "y" | "yes" => Some(from.clone()),
            _ => header(word, guess),
        })
    }

    /// What a code means; nothing where it is left for later.
    fn code(&mut self, code: &CodeGuess) -> io::Result<Option<&'static str>> {
        let words = format!(
            "What does the code `{}` mean ({})? present, absent, excused, tardy, suspended, unverified;",
            screen::short(&code.code),
            super::super::output::count(code.rows, "row", "rows")
        );
        let question = Question {
            words: &words,
            default: "later",
            help: explain::CODES,
        };
        let answer = self.one(&question, &|word| meaning(word).map(|_| word.to_owned()))?;
        Ok(meaning(&answer).filter(|_| answer != question.default))
    }

    /// What to do with a feed of the same table; whether anything.
    pub(super) fn feed_there(&mut self, problems: &[Problem], said: &mut Adopt) -> io::Result<bool> {
        for problem in problems {
            writeln!(self.out, "{}", problem.message)?;
        }
        let question = Question {
            words: "Put this one in its place (r), read both (b), or neither (n)?",
            default: "n",
            help: "r: the old feed is taken out of firstbell.toml, this one takes its place.\n\
                   b: both stay, for a table that comes in two exports.\n\
                   n: all stays as it is, and nothing is written.",
        };
        let answer = self.one(&question, &|word| {
            let word = word.to_lowercase();
            let letter = word.get(..1)?;
            ["r", "b", "n"].contains(&letter).then(|| letter.to_owned())
        })?;
        said.replace = answer == "r";
        said.beside = answer == "b";
        Ok(answer != "n")
    }

    /// Whether it may be written, or a column first be mended.
    pub(super) fn write_it(&mut self) -> io::Result<Verdict> {
        writeln!(self.out)?;
        let question = Question {
            words: "Write this? y or n, or mend a column first: COLUMN=HEADER",
            default: "y",
            help: "y: what stands above is written into the home, and nothing else is touched.\n\
                   n: all stays as it is.\n\
                   period=Per, school_id==1044, homeroom=: where a column comes from, what every row has, what is left out.",
        };
        let mend = |word: &str| {
            let (column, from) = word.split_once('=')?;
            Some((column.trim().to_owned(), from.trim().to_owned())).filter(|(column, _)| !column.is_empty())
        };
        let answer = self.one(&question, &|word| match word.to_lowercase().as_str() {
            "y" | "yes" => Some("y".to_owned()),
            "n" | "no" => Some("n".to_owned()),
            _ => mend(word).map(|_| word.to_owned()),
        })?;
        Ok(match (answer.as_str(), mend(&answer)) {
            ("y", _) => Verdict::Write,
            (_, Some((column, from))) => Verdict::Mend(column, from),
            _ => Verdict::Leave,
        })
    }

    /// Says why something cannot be done as it was said.
    pub(super) fn refused(&mut self, problem: &Problem) -> io::Result<()> {
        writeln!(self.out, "  {}: {}", problem.message, problem.remedy)
    }

    /// One answer, asked for until there is one; the default for an empty line.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::UnexpectedEof`] where the input ends: nobody is there to answer, and no default is taken for a person's word.
    fn one(&mut self, question: &Question<'_>, read: &dyn Fn(&str) -> Option<String>) -> io::Result<String> {
        loop {
            write!(self.out, "{} [{}] ", question.words, question.default)?;
            self.out.flush()?;
            let mut line = Vec::new();
            if self.input.read_until(b'\n', &mut line)? == 0 {
                writeln!(self.out)?;
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = String::from_utf8_lossy(&line);
            match line.trim() {
                "" => return Ok(question.default.to_owned()),
                "?" => {
                    for line in question.help.lines() {
                        writeln!(self.out, "  {line}")?;
                    }
                }
                word => match read(word) {
                    Some(answer) => return Ok(answer),
                    None => writeln!(self.out, "  `{}` is no answer to that; ? explains", screen::short(word))?,
                },
            }
        }
    }
}

fn is_open(code: &CodeGuess, said: &Adopt, known: &Codes) -> bool {
    let answered = known.contains_key(&code.code) || said.codes.iter().any(|(given, _)| *given == code.code);
    code.confidence == Confidence::Unsure && !code.code.is_empty() && !answered
}

fn anything_open(guess: &Guess, said: &Adopt, known: &Codes) -> bool {
    guess.confidence == Confidence::Unsure && said.table.is_none()
        || guess.ambiguous_dates
        || !guess.missing.is_empty()
        || guess
            .columns
            .iter()
            .any(|column| column.confidence == Confidence::Unsure)
        || guess.codes.iter().any(|code| is_open(code, said, known))
}

/// What a word says of where a column comes from: a header by its name or its number, or a constant.
fn header(word: &str, guess: &Guess) -> Option<String> {
    if word.starts_with('=') && word.len() > 1 {
        return Some(word.to_owned());
    }
    let named = guess.headers.iter().find(|header| header.eq_ignore_ascii_case(word));
    let numbered = || {
        let at = word.parse::<usize>().ok()?.checked_sub(1)?;
        guess.headers.get(at)
    };
    named.or_else(numbered).filter(|header| !header.is_empty()).cloned()
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::{Adopt, Asking, Codes, Stop, Verdict};
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

    fn all(input: &mut &[u8], out: &mut Vec<u8>, first: Guess, said: &mut Adopt) -> Result<Guess, Stop> {
        Asking::new(input, out).all("att.csv", first, said, &Codes::new(), &|said| Ok(guess(said)))
    }

    fn verdict(mut input: &[u8]) -> Result<Verdict, ErrorKind> {
        let mut out = Vec::new();
        Asking::new(&mut input, &mut out)
            .write_it()
            .map_err(|error| error.kind())
    }

    #[test]
    fn what_the_file_cannot_say_is_asked_and_an_answer_that_is_none_is_asked_again() {
        let mut input: &[u8] = b"x\n?\nD\nexc\n";
        let mut out = Vec::new();
        let mut said = Adopt::default();
        let first = guess(&said);
        assert!(first.ambiguous_dates);
        let guessed = all(&mut input, &mut out, first, &mut said);
        assert!(guessed.is_ok());
        assert_eq!(said.dates, Some(DateFormat::DayFirst));
        assert_eq!(
            said.codes,
            [("Q7".to_owned(), "{ absent = 1, excused = true }".to_owned())]
        );
        let shown = String::from_utf8(out).expect("text");
        assert!(shown.contains("`x` is no answer to that; ? explains"), "{shown}");
        assert!(
            shown.contains("Are dates such as `8/2/2026` month first (m) or day first (d)? [m] "),
            "{shown}"
        );
        assert!(shown.contains("  No day above 12 stands in the file"), "{shown}");
        assert!(shown.contains("What does the code `Q7` mean (1 row)?"), "{shown}");
    }

    #[test]
    fn an_empty_line_takes_the_default() {
        let mut input: &[u8] = b"\n\n\n";
        let mut said = Adopt::default();
        let first = guess(&said);
        assert!(all(&mut input, &mut Vec::new(), first, &mut said).is_ok());
        assert!(said.codes.is_empty() && said.set.is_empty());
        assert_eq!(said.dates, Some(DateFormat::MonthFirst));
        assert_eq!(verdict(b"\n"), Ok(Verdict::Write));
    }

    #[test]
    fn where_the_input_ends_nothing_is_taken_for_a_persons_word() {
        let mut said = Adopt::default();
        let first = guess(&said);
        let stopped = all(&mut &b""[..], &mut Vec::new(), first, &mut said);
        assert!(matches!(stopped, Err(Stop::Screen(error)) if error.kind() == ErrorKind::UnexpectedEof));
        assert_eq!(verdict(b""), Err(ErrorKind::UnexpectedEof));
        assert_eq!(verdict(b"maybe\nperhaps\nwell\nhm\n"), Err(ErrorKind::UnexpectedEof));
    }

    #[test]
    fn the_last_question_takes_yes_no_and_a_better_column() {
        for (input, wanted) in [
            (&b"Y\n"[..], Verdict::Write),
            (b"no\r\n", Verdict::Leave),
            (b"period = Per\n", Verdict::Mend("period".to_owned(), "Per".to_owned())),
            (
                b"school_id==1044\n",
                Verdict::Mend("school_id".to_owned(), "=1044".to_owned()),
            ),
            (b"homeroom=\n", Verdict::Mend("homeroom".to_owned(), String::new())),
        ] {
            assert_eq!(verdict(input), Ok(wanted));
        }
    }

    #[test]
    fn a_column_is_named_by_its_header_or_its_number() {
        let guess = guess(&Adopt::default());
        for (word, header) in [
            ("att code", Some("Att Code")),
            ("2", Some("Bldg")),
            ("=12", Some("=12")),
            ("9", None),
            ("0", None),
            ("=", None),
        ] {
            assert_eq!(super::header(word, &guess).as_deref(), header, "{word}");
        }
    }
}
