//! Signs of a script as the engine reads them: `<=` is one sign, and `||` may be an operator or a function without a name.

use crate::script::{Piece, PieceKind};

/// Signs of more than one character, the longest first where one begins another.
const SIGNS: [&str; 26] = [
    "**=", "<<=", ">>=", "..=", "==", "!=", "<=", ">=", "=>", "->", "&&", "||", "??", "?.", "?[", "::", "..", "<<",
    ">>", "**", "+=", "-=", "*=", "/=", "%=", "#{",
];

/// Words of the language after which no operator stands.
const WORDS: [&str; 19] = [
    "let", "const", "if", "else", "switch", "do", "while", "until", "loop", "for", "in", "continue", "break", "return",
    "throw", "fn", "private", "try", "catch",
];

/// The sign or word at a piece, and how many pieces it takes.
pub(super) fn sign<'p>(pieces: &'p [Piece<'_>], at: usize) -> (&'p str, usize) {
    let first = &pieces[at];
    if first.kind != PieceKind::Sign {
        return (first.text, 1);
    }
    for sign in SIGNS {
        let count = sign.len();
        let Some(run) = pieces.get(at..at + count) else {
            continue;
        };
        let joined = run.iter().zip(sign.chars()).enumerate().all(|(step, (piece, c))| {
            piece.at == first.at + step && piece.text.len() == 1 && piece.text.starts_with(c)
        });
        if joined {
            return (sign, count);
        }
    }
    (first.text, 1)
}

/// Whether a value ends right before a piece, so that a sign there is an operator between two values.
pub(super) fn after_value(pieces: &[Piece<'_>], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &pieces[before]) else {
        return false;
    };
    match before.kind {
        PieceKind::Name => !WORDS.contains(&before.text),
        PieceKind::Number | PieceKind::Text => true,
        PieceKind::Sign => matches!(before.text, ")" | "]" | "}"),
    }
}

/// Where the parameters of a function without a name end that begin at a `|`: the piece after the closing one.
pub(super) fn after_parameters(pieces: &[Piece<'_>], at: usize) -> usize {
    let closing = pieces.iter().skip(at + 1).position(|piece| piece.text == "|");
    closing.map_or(at + 1, |more| at + more + 2)
}

#[cfg(test)]
mod tests {
    use super::{after_parameters, after_value, sign};
    use crate::script::pieces_within;

    #[test]
    fn signs_are_whole_and_a_text_shows_its_code() {
        let pieces = pieces_within("a <= `x ${b == \"}\"} y` && c || |d| d>=1");
        let mut signs = Vec::new();
        let mut at = 0;
        while at < pieces.len() {
            let (text, count) = sign(&pieces, at);
            signs.push(text);
            at += count;
        }
        let wanted = [
            "a", "<=", "`x ", "${", "b", "==", "\"}\"", "}", " y`", "&&", "c", "||", "|", "d", "|", "d", ">=", "1",
        ];
        assert_eq!(signs, wanted);
    }

    #[test]
    fn an_operator_stands_behind_a_value_alone() {
        let pieces = pieces_within("x(|a| a || b)");
        let bars: Vec<usize> = (0..pieces.len()).filter(|at| pieces[*at].text == "|").collect();
        assert!(!after_value(&pieces, bars[0]) && after_value(&pieces, bars[2]));
        assert_eq!(after_parameters(&pieces, bars[0]), bars[1] + 1);
    }
}
