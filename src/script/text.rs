//! A script's text before it is compiled: its pieces, its comments, the line with the part underlined, and the nearest known
//! name.

/// Texts in backticks inside each other that are told apart; the engine refuses far fewer. Past it the rest is one text: a
/// script made to exhaust the stack of whoever cuts it does not.
const DEEPEST_TEXT: usize = 64;

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

/// The line comments of a script, each from `//` to the end of its line, with where it begins in bytes.
pub fn comments(source: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.len() {
        let rest = &source[at..];
        let length = piece(rest).1.max(1);
        if rest.starts_with("//") {
            found.push((at, &rest[..length]));
        }
        at += length;
    }
    found
}

/// The first piece of a text: what it is (`None`: nothing that counts) and how many bytes it takes.
pub(super) fn piece(rest: &str) -> (Option<PieceKind>, usize) {
    piece_inside(rest, 0)
}

/// The same, so many texts in backticks deep.
fn piece_inside(rest: &str, depth: usize) -> (Option<PieceKind>, usize) {
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
        '`' => (Some(PieceKind::Text), backticks(rest, depth)),
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
fn backticks(rest: &str, depth: usize) -> usize {
    if depth >= DEEPEST_TEXT {
        return rest.len();
    }
    let mut at = 1;
    while at < rest.len() {
        let tail = &rest[at..];
        if let Some(code) = tail.strip_prefix("${") {
            at += 2 + inside_braces(code, depth + 1);
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
pub(super) fn inside_braces(rest: &str, depth: usize) -> usize {
    let (mut open, mut at) = (1, 0);
    while at < rest.len() {
        let (kind, length) = piece_inside(&rest[at..], depth);
        if kind == Some(PieceKind::Sign) {
            match &rest[at..at + length] {
                "{" => open += 1,
                "}" => open -= 1,
                _ => {}
            }
        }
        at += length.max(1);
        if open == 0 {
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

/// The line and column, both counted from 1 in characters, of a byte.
pub fn line_and_column(source: &str, at: usize) -> (usize, usize) {
    let before = &source[..at.min(source.len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    (line, column)
}

/// The byte at a line and a column, both counted from 1 in characters.
pub fn byte_at(source: &str, line: usize, column: usize) -> usize {
    let before: usize = source
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let rest = &source[before..];
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let skipped = column.saturating_sub(1);
    if line.is_ascii() {
        return before + skipped.min(line.len());
    }
    before + line.char_indices().nth(skipped).map_or(line.len(), |(at, _)| at)
}

/// Characters of a line that an excerpt shows before and behind where the part begins: a screen or two.
const SHOWN_BEFORE: usize = 150;
const SHOWN_BEHIND: usize = 150;

/// The source line with the part at the column underlined: two lines, ready to print. Of a line that nobody could read as a
/// whole it is the piece around the part.
pub fn excerpt(source: &str, line: usize, column: usize) -> String {
    let Some(text) = source.lines().nth(line.saturating_sub(1)) else {
        return String::new();
    };
    let skipped = column.saturating_sub(1 + SHOWN_BEFORE);
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = clean.skip(skipped).take(SHOWN_BEFORE + SHOWN_BEHIND).collect();
    let before: String = text.chars().take(column.saturating_sub(1 + skipped)).collect();
    let rest: String = text.chars().skip(column.saturating_sub(1 + skipped)).collect();
    let (_, length) = piece(&rest);
    let width = rest
        .get(..length)
        .map_or(1, |part| part.trim_end().chars().count())
        .max(1);
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
