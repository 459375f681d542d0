//! Cells as text that cannot change what stands around them, and the few words that letters share.

use crate::school::Day;

/// Characters of a name, a school or a homeroom that are shown; longer ones are cut with `…`. Chosen by us: two lines on a phone.
pub(crate) const NAME_CHARS: usize = 60;
/// Characters of an address: RFC 5321 allows no longer one.
pub(crate) const ADDRESS_CHARS: usize = 254;
/// Characters of a sentence that are shown. Chosen by us: a long paragraph.
pub(crate) const SENTENCE_CHARS: usize = 600;

/// Text without line breaks, control characters and marks that turn the direction of what follows, cut to `longest` characters.
pub(crate) fn clean(text: &str, longest: usize) -> String {
    let mut cleaned = String::new();
    let mut length = 0;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = true;
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        let needed = if gap && length > 0 { 2 } else { 1 };
        if length + needed > longest {
            cleaned.push('…');
            return cleaned;
        }
        if needed == 2 {
            cleaned.push(' ');
        }
        cleaned.push(c);
        length += needed;
        gap = false;
    }
    cleaned
}

/// Characters that show nothing and change how others show. The joiners stay: scripts and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// A sentence: cleaned, with a capital and a full stop. Empty stays empty, and a file at its head keeps its name.
pub(crate) fn sentence(text: &str) -> String {
    let cleaned = clean(text, SENTENCE_CHARS);
    let head = cleaned.split(' ').next().unwrap_or_default();
    let is_file = head.trim_end_matches(['.', ':', ',']).contains(['.', '/']);
    let mut letters = cleaned.chars();
    let Some(first) = letters.next() else {
        return cleaned;
    };
    let mut whole: String = match is_file {
        true => cleaned.clone(),
        false => first.to_uppercase().chain(letters).collect(),
    };
    if !whole.ends_with(['.', '!', '?', '…']) {
        whole.push('.');
    }
    whole
}

/// With a capital at its head.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Days such as `2026-11-20` within a line, as people say them.
pub(crate) fn days_in_words(line: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_digit());
        match bare.parse::<Day>() {
            Ok(day) if bare.len() == 10 => word.replace(bare, &short_day(day)),
            _ => word.to_owned(),
        }
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// A count with its noun: `1 student`, `2 students`. The one helper for plurals.
pub fn plural(count: usize, noun: &str) -> String {
    let (head, last) = noun.rsplit_once(' ').map_or(("", noun), |(head, last)| (head, last));
    let many = match last.strip_suffix('y') {
        _ if count == 1 => last.to_owned(),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{last}s"),
    };
    let space = if head.is_empty() { "" } else { " " };
    format!("{count} {head}{space}{many}")
}

/// A day as people say it: `Friday, November 20, 2026`.
pub(crate) fn long_day(day: Day) -> String {
    day.civil().strftime("%A, %B %-d, %Y").to_string()
}

/// A day within a sentence: `November 20, 2026`.
pub(crate) fn short_day(day: Day) -> String {
    day.civil().strftime("%B %-d, %Y").to_string()
}

/// Percent-encodes everything but RFC 3986's unreserved characters, so that a cell stays one value in a link.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_cannot_break_out_of_their_line() {
        assert_eq!(clean("Doe\r\nBcc: all@x.example", 60), "Doe Bcc: all@x.example");
        assert_eq!(clean("a\u{202e}b\u{2066}c\u{200f}d\u{0}e\u{2028}f", 60), "abcd e f");
        assert_eq!(clean("  María \t José  ", 60), "María José");
        assert_eq!(clean("👩\u{200d}🏫", 60), "👩\u{200d}🏫");
    }

    #[test]
    fn long_cells_are_cut_and_say_so() {
        let cut = clean(&"x".repeat(300), NAME_CHARS);
        assert_eq!(cut.chars().count(), NAME_CHARS + 1);
        assert!(cut.ends_with("x…"));
        assert_eq!(clean(&"x".repeat(60), NAME_CHARS), "x".repeat(60));
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(plural(0, "student"), "0 students");
        assert_eq!(plural(1, "student"), "1 student");
        assert_eq!(plural(2, "school day"), "2 school days");
        assert_eq!(plural(2, "entry"), "2 entries");
        assert_eq!(plural(3, "more entry"), "3 more entries");
        assert_eq!(plural(1, "more entry"), "1 more entry");
    }

    #[test]
    fn sentences_begin_and_end_like_sentences() {
        assert_eq!(
            sentence("absent 3 of 30 enrolled days (10 %)"),
            "Absent 3 of 30 enrolled days (10 %)."
        );
        assert_eq!(sentence("Call home."), "Call home.");
        assert_eq!(sentence("schools.csv was read: 1 row"), "schools.csv was read: 1 row.");
        assert_eq!(
            sentence("rules/a.rhai:3: no word \u{2014} did you mean `b`?"),
            "rules/a.rhai:3: no word \u{2014} did you mean `b`?"
        );
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn days_within_a_line_are_said_as_people_say_them() {
        assert_eq!(
            days_in_words("A plan (tier 2) since 2026-10-02, and (2026-11-20)."),
            "A plan (tier 2) since October 2, 2026, and (November 20, 2026)."
        );
        let others = "room 2026-10 on 2026-13-40, id 2026-10-02-7";
        assert_eq!(days_in_words(others), others);
    }

    #[test]
    fn an_id_stays_one_value_in_a_link() {
        assert_eq!(percent_encode("a b&c=/é"), "a%20b%26c%3D%2F%C3%A9");
        assert_eq!(percent_encode("A-1_2.3~"), "A-1_2.3~");
    }
}
