//! A server's answer as the outbox may keep it.

use std::error::Error as _;
use std::io::ErrorKind;

use lettre::transport::smtp::Error;

use crate::mail::text::clean;

/// Characters of an answer that are kept. Chosen by us: a line of a log.
const ANSWER_CHARS: usize = 200;

/// Before the letter's text the server has seen addresses only: its words are kept.
pub(super) fn before_the_text(error: &Error) -> String {
    let words = error
        .source()
        .map_or_else(|| error.to_string(), |source| source.to_string());
    let words = match words.as_str() {
        _ if timed_out(error) => "no answer in time",
        // lettre's words for a line that ends before an answer does.
        "incomplete response" => "the server closed the line without an answer",
        words => words,
    };
    let code = error.status().map(|code| format!("{code} ")).unwrap_or_default();
    clean(&format!("{code}{words}"), ANSWER_CHARS)
}

/// After it the server may quote the letter, and with it a student: only numbers are kept, or our own words.
pub(super) fn after_the_text(error: &Error) -> String {
    match error.status() {
        Some(code) => codes(
            &code.to_string(),
            error.source().map(|source| source.to_string()).as_deref(),
        ),
        None if timed_out(error) => "no answer to the letter in time".to_owned(),
        None => "the line broke after the letter, before an answer".to_owned(),
    }
}

/// The code, and the enhanced code of RFC 3463 where the words begin with one: `550 5.7.1`.
pub(super) fn codes(code: &str, words: Option<&str>) -> String {
    let enhanced = words
        .and_then(|words| words.split_whitespace().next())
        .filter(|word| is_enhanced(word));
    match enhanced {
        Some(enhanced) => format!("{code} {enhanced}"),
        None => code.to_owned(),
    }
}

fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    parts.len() == 3
        && parts
            .iter()
            .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
}

/// A read that timed out says `WouldBlock` on Linux and `TimedOut` elsewhere.
fn timed_out(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        }
        source = inner.source();
    }
    false
}
