//! Nudges of functions: every number, every comparison, every `&&` and `||`.

use super::super::tokens::{after_parameters, after_value, sign};
use super::{Nudge, step};
use crate::script::{Piece, PieceKind, pieces_within};

/// The other sign of each pair that differs on the edge alone, or in what it joins.
const SIGNS: [(&str, &str); 8] = [
    ("<", "<="),
    ("<=", "<"),
    (">", ">="),
    (">=", ">"),
    ("==", "!="),
    ("!=", "=="),
    ("&&", "||"),
    ("||", "&&"),
];

/// Every nudge of the functions in a text, in its order.
pub(super) fn nudges(text: &str) -> Vec<Nudge> {
    let pieces = pieces_within(text);
    let mut nudges = Vec::new();
    let (mut depth, mut function) = (0_usize, "");
    let mut at = 0;
    while at < pieces.len() {
        let piece = &pieces[at];
        let (sign, count) = sign(&pieces, at);
        if depth == 0 && piece.kind == PieceKind::Name && sign == "fn" {
            function = pieces.get(at + 1).map_or("", |name| name.text);
        }
        match sign {
            "{" | "${" | "#{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "|" if !after_value(&pieces, at) => {
                at = after_parameters(&pieces, at);
                continue;
            }
            _ if !function.is_empty() && depth > 0 => nudges.extend(of_piece(&pieces, at, sign, function)),
            _ => {}
        }
        // The card stands outside of functions, whatever stood before it.
        if depth == 0 && sign == "}" {
            function = "";
        }
        at += count;
    }
    nudges
}

fn of_piece(pieces: &[Piece<'_>], at: usize, sign: &str, function: &str) -> Vec<Nudge> {
    let piece = &pieces[at];
    if piece.kind == PieceKind::Number {
        let steps = step::up_and_down(piece.text).into_iter().flatten();
        let add = if function == "because" {
            "add `because` to a case whose sentence this number changes".to_owned()
        } else {
            format!("add a case that turns on this number in `{function}`")
        };
        return steps
            .map(|to| Nudge {
                at: piece.at,
                from: piece.text.to_owned(),
                to,
                add: add.clone(),
            })
            .collect();
    }
    let Some((from, to)) = SIGNS.iter().find(|(from, _)| *from == sign) else {
        return Vec::new();
    };
    // `||` without a value before it begins a function without a name and parameters.
    if piece.kind != PieceKind::Sign || !after_value(pieces, at) {
        return Vec::new();
    }
    let case = match *from {
        "&&" | "||" => "in which only one of the two sides is true",
        "==" | "!=" => "in which both sides are equal and one in which they are not",
        _ => "in which both sides are equal",
    };
    let because = if function == "because" {
        ", with its `because`"
    } else {
        ""
    };
    vec![Nudge {
        at: piece.at,
        from: (*from).to_owned(),
        to: (*to).to_owned(),
        add: format!("add a case {case}{because}"),
    }]
}
