//! A script's text before it is compiled: its pieces without comments, characters that a word processor put in, the line
//! with the part underlined, and the nearest known name.

/// What a piece of a script is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// A name or a keyword.
    Name,
    /// A number.
    Number,
    /// A text in quotes or backticks, or a character.
    Text,
    /// Any other sign, one character each.
    Sign,
}

/// One piece of a script: where it stands and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// What it is.
    pub kind: PieceKind,
    /// Its text.
    pub text: &'t str,
    /// Where it begins, in bytes.
    pub at: usize,
}

/// Cuts a script into pieces; white space and comments fall away.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let (kind, length) = piece(&source[at..]);
        if let Some(kind) = kind {
            found.push(Piece {
                kind,
                text: &source[at..at + length],
                at,
            });
        }
        at += length.max(1);
    }
    found
}

/// The first piece of a text: what it is (`None`: nothing that counts) and how many bytes it takes.
fn piece(rest: &str) -> (Option<PieceKind>, usize) {
    let Some(first) = rest.chars().next() else {
        return (None, 0);
    };
    if first.is_whitespace() {
        return (None, first.len_utf8());
    }
    if rest.starts_with("//") {
        return (None, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (None, block_comment(rest));
    }
    if first == '_' || first.is_alphabetic() {
        return (
            Some(PieceKind::Name),
            run(rest, |c| c == '_' || c == '$' || c.is_alphanumeric()),
        );
    }
    if first.is_ascii_digit() {
        return (Some(PieceKind::Number), number(rest));
    }
    match first {
        '"' | '\'' => (Some(PieceKind::Text), quoted(rest, first)),
        '`' => (Some(PieceKind::Text), backticks(rest)),
        '#' if rest.trim_start_matches('#').starts_with('"') => (Some(PieceKind::Text), raw(rest)),
        _ => (Some(PieceKind::Sign), first.len_utf8()),
    }
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

fn number(rest: &str) -> usize {
    let whole = run(rest, |c| c == '_' || c.is_ascii_alphanumeric());
    let after = &rest[whole..];
    // `1..5` is a range, `1.5` a number.
    let fraction = after
        .strip_prefix('.')
        .filter(|tail| tail.starts_with(|c: char| c.is_ascii_digit()));
    whole + fraction.map_or(0, |tail| 1 + run(tail, |c| c == '_' || c.is_ascii_alphanumeric()))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        } else if c == '\n' && quote == '\'' {
            return at;
        }
    }
    rest.len()
}

/// A text in backticks, with the code inside its `${ }`, which may hold texts of its own.
fn backticks(rest: &str) -> usize {
    let mut at = 1;
    while at < rest.len() {
        let tail = &rest[at..];
        if let Some(code) = tail.strip_prefix("${") {
            at += 2 + inside_braces(code);
            continue;
        }
        let c = tail.chars().next().unwrap_or('`');
        at += c.len_utf8();
        if c == '`' {
            break;
        }
    }
    at.min(rest.len())
}

/// Bytes up to and with the brace that closes what is already open.
fn inside_braces(rest: &str) -> usize {
    let (mut depth, mut at) = (1, 0);
    while at < rest.len() {
        let (kind, length) = piece(&rest[at..]);
        if kind == Some(PieceKind::Sign) {
            match &rest[at..at + length] {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
        }
        at += length.max(1);
        if depth == 0 {
            break;
        }
    }
    at.min(rest.len())
}

fn raw(rest: &str) -> usize {
    let hashes = run(rest, |c| c == '#');
    let end = format!("\"{}", "#".repeat(hashes));
    match rest[hashes + 1..].find(&end) {
        Some(at) => hashes + 1 + at + end.len(),
        None => rest.len(),
    }
}

/// The texts of the top-level functions of a name, each from `fn` to its closing brace, as pieces.
pub fn find_functions<'p, 't>(pieces: &'p [Piece<'t>], name: &str) -> Vec<&'p [Piece<'t>]> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.text {
            "{" if piece.kind == PieceKind::Sign => depth += 1,
            "}" if piece.kind == PieceKind::Sign => depth -= 1,
            "fn" if depth == 0 && pieces.get(at + 1).is_some_and(|next| next.text == name) => {
                found.push(&pieces[at..at + body_end(&pieces[at..])]);
            }
            _ => {}
        }
    }
    found
}

fn body_end(pieces: &[Piece<'_>]) -> usize {
    let mut depth = 0;
    for (at, piece) in pieces.iter().enumerate() {
        match piece.text {
            "{" if piece.kind == PieceKind::Sign => depth += 1,
            "}" if piece.kind == PieceKind::Sign => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    pieces.len()
}

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
    if source.starts_with('\u{feff}') {
        return Some(Oddity {
            what: "the file begins with an invisible byte order mark, as Notepad writes it",
            remedy: "save it as \"UTF-8\" and not as \"UTF-8 with BOM\"",
            at: 0,
        });
    }
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let c = rest.chars().next().unwrap_or(' ');
        if let Some((what, remedy)) = odd(c) {
            return Some(Oddity { what, remedy, at });
        }
        // White space is taken one by one, so that an odd space is seen.
        at += if c.is_whitespace() {
            c.len_utf8()
        } else {
            piece(rest).1.max(1)
        };
    }
    None
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
        '\u{2026}' => Some((
            "three dots in one character stand where code stands",
            "type what is meant in full",
        )),
        _ => None,
    }
}

/// The line and column, both counted from 1 in characters, of a byte.
pub fn line_and_column(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..at.min(source.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}

/// The source line with the part at the column underlined: two lines, ready to print.
pub fn excerpt(source: &str, line: usize, column: usize) -> String {
    let Some(text) = source.lines().nth(line.saturating_sub(1)) else {
        return String::new();
    };
    let text: String = text.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let before: String = text.chars().take(column.saturating_sub(1)).collect();
    let rest: String = text.chars().skip(column.saturating_sub(1)).collect();
    let (_, length) = piece(&rest);
    let width = rest.get(..length).map_or(1, |part| part.chars().count()).max(1);
    let number = line.to_string();
    let gutter = " ".repeat(number.len());
    format!(
        "{number} | {}\n{gutter} | {}{}",
        text.trim_end(),
        " ".repeat(before.chars().count()),
        "^".repeat(width)
    )
}

/// The known name nearest to what was typed, where one is near enough to be meant.
pub fn nearest<'n>(typed: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let near = |name: &str| strsim::damerau_levenshtein(&typed.to_lowercase(), &name.to_lowercase());
    known
        .into_iter()
        .map(|name| (near(name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(typed.len()) / 4)
        .min()
        .map(|(_, name)| name)
}
