//! Characters that a word processor put into a script.

use super::text::piece;

/// A character that a word processor put into a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What it is, in plain words.
    pub what: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Where it stands, in bytes.
    pub at: usize,
}

/// The first character that Word or Notepad put where code stands; inside texts and comments they are welcome.
pub fn oddity(source: &str) -> Option<Oddity> {
    oddities(source, 1).into_iter().next()
}

/// The same, up to so many of them.
pub fn oddities(source: &str, most: usize) -> Vec<Oddity> {
    let mut found = Vec::new();
    if source.starts_with('\u{feff}') {
        found.push(Oddity {
            what: "the file begins with an invisible byte order mark, as Notepad writes it",
            remedy: "save it as \"UTF-8\" and not as \"UTF-8 with BOM\"",
            at: 0,
        });
    }
    let mut at = if found.is_empty() { 0 } else { '\u{feff}'.len_utf8() };
    while at < source.len() && found.len() < most {
        let rest = &source[at..];
        let c = rest.chars().next().unwrap_or(' ');
        if let Some((what, remedy)) = odd(c) {
            found.push(Oddity { what, remedy, at });
            at += c.len_utf8();
            continue;
        }
        // White space is taken one by one, so that an odd space is seen.
        let length = if c.is_whitespace() {
            c.len_utf8()
        } else {
            piece(rest).1.max(1)
        };
        // Inside a text or a comment everything is welcome but what shows another order than the one that is read.
        let turned = rest
            .get(..length)
            .unwrap_or(rest)
            .char_indices()
            .find(|(_, c)| turns(*c));
        if let Some((inside, turned)) = turned {
            found.push(Oddity {
                what: "an invisible character turns the writing round, so that the line is not what it looks like",
                remedy: "delete the line and type it anew",
                at: at + inside,
            });
            at += inside + turned.len_utf8();
            continue;
        }
        at += length;
    }
    found
}

/// Whether a character changes the direction in which the ones behind it are shown.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn odd(c: char) -> Option<(&'static str, &'static str)> {
    match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => Some((
            "a curly quote, as Word writes it, stands where code stands",
            "type a straight quote: \"",
        )),
        '\u{2018}' | '\u{2019}' | '\u{201a}' => Some((
            "a curly apostrophe, as Word writes it, stands where code stands",
            "type a straight one: '",
        )),
        '\u{a0}' | '\u{202f}' | '\u{2007}' => Some((
            "a no-break space stands where an ordinary space belongs",
            "delete it and press the space bar",
        )),
        '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' | '\u{2060}' => Some((
            "an invisible character stands where code stands",
            "delete the line and type it anew",
        )),
        '\u{2013}' | '\u{2014}' | '\u{2212}' => Some((
            "a long dash, as Word writes it, stands where code stands",
            "type an ordinary minus: -",
        )),
        '\u{2265}' => Some(("the sign \u{2265} stands where code stands", "type it as two signs: >=")),
        '\u{2264}' => Some(("the sign \u{2264} stands where code stands", "type it as two signs: <=")),
        '\u{2260}' => Some(("the sign \u{2260} stands where code stands", "type it as two signs: !=")),
        '\u{d7}' => Some(("the sign \u{d7} stands where code stands", "type * to multiply")),
        '\u{f7}' => Some(("the sign \u{f7} stands where code stands", "type / to divide")),
        '\u{ff01}'..='\u{ff5e}' => Some((
            "a full-width sign stands where code stands",
            "type it again with the keyboard set to English",
        )),
        '\u{2026}' => Some((
            "three dots in one character stand where code stands",
            "type what is meant in full",
        )),
        c if c.is_alphabetic() && !c.is_ascii() => Some((
            "a letter that is not an English one stands where code stands, though it may look like one",
            "type the word again with the keyboard set to English",
        )),
        _ => None,
    }
}
