//! The configuration's text with what was found wrong in it: every problem shows its line, underlined.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::monitor::{Place, Problem, Weight};

/// A value that a key cannot have.
pub(super) const VALUE: &str = "config-value";
/// A key or table that must be there.
pub(super) const MISSING: &str = "config-missing";

/// The place of what concerns the file and no line of it.
pub(super) const WHOLE_FILE: Range<usize> = 0..0;

/// The text being read, and its problems so far.
pub(super) struct Source<'t> {
    text: &'t str,
    path: &'t str,
    problems: Vec<(usize, Problem)>,
}

impl<'t> Source<'t> {
    pub(super) fn new(text: &'t str, path: &'t str) -> Source<'t> {
        Source {
            text,
            path,
            problems: Vec::new(),
        }
    }

    /// The document, where it is TOML at all. What a recovering parser guesses is not validated: it would blame the innocent.
    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'t>>> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        if errors.is_empty() {
            return Some(document);
        }
        for error in errors {
            let span = error.span().unwrap_or(WHOLE_FILE);
            let message = error.message().trim().replace('\n', ", ");
            self.wrong(
                "config-syntax",
                span,
                message,
                "write it as TOML: `key = value`, texts in quotes",
            );
        }
        None
    }

    /// Notes a problem that keeps the configuration from being used.
    pub(super) fn wrong(
        &mut self,
        code: &str,
        span: Range<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(code, Weight::Stop, span, message.into(), remedy.into());
    }

    /// Notes something that is allowed but worth a look.
    pub(super) fn note(
        &mut self,
        code: &str,
        span: Range<usize>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(code, Weight::Note, span, message.into(), remedy.into());
    }

    fn add(&mut self, code: &str, weight: Weight, span: Range<usize>, message: String, remedy: String) {
        let mut problem = Problem::new(code, weight, Place::file(self.path), message, remedy);
        // What is missing from the whole file has no line to show.
        if span != WHOLE_FILE {
            problem.place = self.place(&span);
            problem = problem.with_excerpt(self.excerpt(&span));
        }
        self.problems.push((span.start, problem));
    }

    /// The place of a stretch of the text: line and column, both from 1.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let (line, start) = self.line(span.start);
        let before = self.text.get(start..span.start.max(start)).unwrap_or("");
        Place::file(self.path)
            .line(line)
            .column((before.chars().count() + 1).to_string())
    }

    /// Whether nothing was found that keeps the configuration from being used.
    pub(super) fn is_clean(&self) -> bool {
        self.problems.iter().all(|(_, problem)| problem.weight == Weight::Note)
    }

    /// What keeps the configuration from being used, or else what is worth a look; in the order of the text.
    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        let clean = self.is_clean();
        self.problems
            .retain(|(_, problem)| clean || problem.weight != Weight::Note);
        self.problems.sort_by_key(|(at, _)| *at);
        self.problems.into_iter().map(|(_, problem)| problem).collect()
    }

    /// The number of the line that holds a byte, and where that line starts.
    fn line(&self, at: usize) -> (u64, usize) {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = before.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        (line, start)
    }

    /// The line and an underline. A password on the line is not shown: this text goes to screens and logs.
    fn excerpt(&self, span: &Range<usize>) -> String {
        let (number, start) = self.line(span.start);
        let line = self.text[start..].lines().next().unwrap_or("");
        let from = span.start.min(start + line.len()).max(start) - start;
        let to = (span.end.max(span.start) - start).min(line.len()).max(from);
        let blank = line.get(..from).unwrap_or("").chars().count();
        let marks = line.get(from..to).unwrap_or("").chars().count().max(1);
        let gutter = " ".repeat(number.to_string().len());
        let shown = without_secret(line).replace('\t', " ");
        let shown = shown.trim_end();
        format!(
            "{gutter} |\n{number} | {shown}\n{gutter} | {}{}",
            " ".repeat(blank),
            "^".repeat(marks)
        )
    }
}

/// Words that a key for a secret bears.
const SECRETS: [&str; 4] = ["password", "secret", "token", "passwd"];

/// Whether a key holds a secret itself, and not the path of a file with it.
pub(super) fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    !key.ends_with("_file") && SECRETS.iter().any(|word| key.contains(word))
}

/// A line up to the first secret on it.
fn without_secret(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    for word in SECRETS {
        for (at, _) in lower.match_indices(word) {
            let rest = &lower[at..];
            let Some(equals) = rest.find('=') else { continue };
            let key = rest[..equals].trim_end_matches([' ', '\t', '"', '\'']);
            if is_secret(key) {
                return format!("{}= …", &line[..at + equals]);
            }
        }
    }
    line.to_owned()
}

/// The candidate nearest to a word that was not found, where one is near enough to be meant.
pub(super) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_ascii_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&word, &candidate.to_ascii_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Words as a sentence lists them: `a`, `b` or `c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => format!("`{one}`"),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| format!("`{word}`")).collect();
            format!("{} or `{last}`", most.join(", "))
        }
    }
}
