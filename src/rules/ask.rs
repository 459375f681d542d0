//! A word as rules write it, read outside of a rule: `absences(last(20))`, `in_program("iep")`.

use std::sync::Arc;

use super::vocabulary;
use crate::indicators::{Ask, Window};
use crate::script::{limits, nearest};

/// The ask that a text writes.
///
/// # Errors
/// What is wrong with it, in words.
pub fn ask_of(text: &str) -> Result<Ask, String> {
    let (name, inside) = match text.trim().split_once('(') {
        None => (text.trim(), None),
        Some((name, rest)) => {
            let inside = rest
                .strip_suffix(')')
                .ok_or_else(|| format!("`{text}` has no closing bracket"))?;
            (name.trim(), Some(inside))
        }
    };
    let Some(entry) = vocabulary::word(name) else {
        let near = nearest(name, vocabulary::WORDS.iter().map(|entry| entry.word.word()));
        let hint = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
        return Err(format!("`{name}` is no word{hint}"));
    };
    let word = entry.word;
    let arguments: Vec<&str> = inside.map_or_else(Vec::new, |inside| inside.split(',').map(str::trim).collect());
    let allowed = vocabulary::arguments(word);
    match arguments.as_slice() {
        [] if vocabulary::takes_text(word) => Err(format!("`{name}` takes a text: write `{name}(\"…\")`")),
        [] => Ok(Ask::year(word)),
        _ if !allowed.contains(&arguments.len()) => Err(format!("`{text}` has too much in its brackets")),
        [text] if vocabulary::takes_text(word) => Ok(Ask {
            text: Some(quoted(text)?),
            ..Ask::year(word)
        }),
        [window] => Ok(Ask::over(word, window_of(window)?)),
        [window, glob, ..] => Ok(Ask {
            text: Some(quoted(glob)?),
            ..Ask::over(word, window_of(window)?)
        }),
    }
}

fn quoted(text: &str) -> Result<Arc<str>, String> {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner
        .filter(|inner| !inner.contains('"'))
        .map(Arc::from)
        .ok_or_else(|| format!("`{text}` is no text in quotes"))
}

fn window_of(text: &str) -> Result<Window, String> {
    let wrong = || {
        format!(
            "`{text}` is no window: write `last(20)` or `days(30)`, 1 to {}",
            limits::WINDOW_DAYS
        )
    };
    let (kind, days) = text
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
        .ok_or_else(wrong)?;
    let days: u32 = days.trim().parse().map_err(|_| wrong())?;
    if !(1..=limits::WINDOW_DAYS).contains(&i64::from(days)) {
        return Err(wrong());
    }
    match kind.trim() {
        "last" => Ok(Window::Last(days)),
        "days" => Ok(Window::Days(days)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::ask_of;
    use crate::rules::peers::ask_words;

    #[test]
    fn what_a_rule_writes_is_what_is_asked() {
        for text in [
            "absences",
            "absences(last(20))",
            "unexcused(days(45))",
            "incidents(days(30))",
            "incidents(days(30), \"Fight*\")",
            "in_program(\"iep\")",
            "school",
        ] {
            assert_eq!(ask_words(&ask_of(text).expect(text)), text);
        }
        assert_eq!(
            ask_words(&ask_of(" absences ( last( 20 ) )").expect("spaces are free")),
            "absences(last(20))"
        );
    }

    #[test]
    fn what_is_no_word_or_no_window_is_told() {
        for (text, told) in [
            ("absense", "did you mean `absences`?"),
            ("absences(20)", "`20` is no window"),
            ("absences(last(0))", "1 to 400"),
            ("absences(last(20)", "`last(20` is no window"),
            ("absences(last(20", "no closing bracket"),
            ("average(last(20))", "too much in its brackets"),
            ("in_program", "takes a text"),
            ("in_program(iep)", "no text in quotes"),
            ("absences(last(20), \"x\")", "too much in its brackets"),
        ] {
            let message = ask_of(text).expect_err(text);
            assert!(message.contains(told), "{text}: {message}");
        }
    }
}
