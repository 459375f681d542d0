//! The pieces of a script with the code inside its texts.

use super::text::{Piece, PieceKind, inside_braces, pieces};

/// Cuts a script into pieces, and the code inside the `${ }` of a text too: such a text comes in parts, with `${` and `}` as
/// signs of their own.
pub fn pieces_within(source: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    for piece in pieces(source) {
        cut(source, piece, &mut found);
    }
    found
}

fn cut<'t>(source: &'t str, piece: Piece<'t>, found: &mut Vec<Piece<'t>>) {
    if piece.kind != PieceKind::Text || !piece.text.starts_with('`') {
        found.push(piece);
        return;
    }
    let part = |kind: PieceKind, from: usize, to: usize| Piece {
        kind,
        text: &source[from..to],
        at: from,
    };
    let (mut from, mut at, end) = (piece.at, piece.at + 1, piece.at + piece.text.len());
    while at < end {
        let Some(code) = source[at..end].strip_prefix("${") else {
            at += source[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let inside = at + 2;
        let after = inside + inside_braces(code, 0);
        let last = if source[inside..after].ends_with('}') {
            after - 1
        } else {
            after
        };
        found.push(part(PieceKind::Text, from, at));
        found.push(part(PieceKind::Sign, at, inside));
        for inner in pieces(&source[inside..last]) {
            cut(
                source,
                part(inner.kind, inside + inner.at, inside + inner.at + inner.text.len()),
                found,
            );
        }
        if last < after {
            found.push(part(PieceKind::Sign, last, after));
        }
        (from, at) = (after, after);
    }
    found.push(part(PieceKind::Text, from, end.max(from)));
}
