//! `switch` compares by hash and is silent where kinds differ: `switch 3.0 { 3 => … }` finds nothing. So a rule may only
//! switch over what is known to be a whole number, a text or a yes-or-no, with cases of that kind.

use std::collections::BTreeMap;

use rhai::{Expr, Stmt};

use super::check::{Checker, statements_of};
use super::plain::{Spot, Wrong, spot};
use super::vocabulary::{self, Kind};
use crate::script::{self, Node, Piece, PieceKind, walk_statement};

/// Checks every `switch` of the rule's own functions.
pub(super) fn check(checker: &Checker<'_>) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    let pieces = script::pieces(checker.source);
    for (signature, params) in checker.own.iter().chain(checker.shared) {
        let entry = super::check::ENTRIES.contains(&signature.0.as_str());
        let p = params.get(1).filter(|_| entry).map(String::as_str);
        let mut kinds: BTreeMap<String, Kind> = BTreeMap::new();
        let mut found: Vec<(Spot, Option<Kind>)> = Vec::new();
        let wanted = |name: &str, count: usize| name == signature.0 && count == signature.1;
        statements_of(checker.ast, wanted, &mut |statement| {
            walk_statement(statement, &mut |node| match node {
                Node::Statement(Stmt::Var(parts, _, _)) => {
                    if let Some(kind) = kind_of(&parts.1, p, checker, &kinds) {
                        kinds.insert(parts.0.name.to_string(), kind);
                    }
                }
                Node::Statement(Stmt::Assignment(parts)) => {
                    if let Some(name) = script::variable_name(&parts.1.lhs) {
                        kinds.remove(name);
                    }
                }
                Node::Switch(value, position) => found.push((spot(position), kind_of(value, p, checker, &kinds))),
                _ => {}
            });
        });
        let own = checker.own.iter().any(|(known, _)| known == signature);
        let checked = |(at, kind): (Spot, Option<Kind>)| one(checker.source, &pieces, at, kind, own);
        wrongs.extend(found.into_iter().filter_map(checked));
    }
    wrongs
}

fn one(source: &str, pieces: &[Piece<'_>], at: Spot, kind: Option<Kind>, own: bool) -> Option<Wrong> {
    let refuse = |message: String, remedy: &str| Some(Wrong::new("rule-switch-mixed", at, message, remedy));
    let Some(kind) = kind.filter(|kind| matches!(kind, Kind::Whole | Kind::Text | Kind::YesNo)) else {
        return refuse(
            "`switch` looks at something that need not be a whole number, a text or a yes-or-no".to_owned(),
            "write `if … else if …`",
        );
    };
    // A shared function's text is not at hand; its cases were checked with the value that it is given: none is known.
    let cases = if own { cases(source, pieces, at) } else { Vec::new() };
    let odd = cases.into_iter().find(|case| *case != Some(kind))?;
    let had = odd.map_or("something else", Kind::words);
    refuse(
        format!("`switch` looks at a {} and a case is a {had}", kind.words()),
        "write every case as the value is, or `if … else if …`",
    )
}

fn kind_of(expr: &Expr, p: Option<&str>, checker: &Checker<'_>, kinds: &BTreeMap<String, Kind>) -> Option<Kind> {
    match expr {
        Expr::IntegerConstant(..) => Some(Kind::Whole),
        Expr::StringConstant(..) | Expr::InterpolatedString(..) => Some(Kind::Text),
        Expr::BoolConstant(..) | Expr::And(..) | Expr::Or(..) => Some(Kind::YesNo),
        Expr::Variable(..) => kinds.get(script::variable_name(expr)?).copied(),
        Expr::FnCall(call, _) => match call.name.as_str() {
            "==" | "!=" | "<" | "<=" | ">" | ">=" | "!" | "contains" => Some(Kind::YesNo),
            "type_of" => Some(Kind::Text),
            _ => None,
        },
        Expr::Dot(pair, _, _) => match &pair.rhs {
            Expr::Property(property, _) if p.is_some() && script::variable_name(&pair.lhs) == p => {
                checker.params.get(property.2.as_str()).copied()
            }
            // A plugin's word may be whole for one student and not for the next, so it has no kind that a case relies on.
            Expr::Property(property, _) => vocabulary::word(&property.2).map(|entry| entry.kind),
            Expr::MethodCall(call, _) => vocabulary::word(&call.name)
                .map(|entry| entry.kind)
                .or_else(|| vocabulary::call(&call.name).map(|call| call.kind)),
            _ => None,
        },
        _ => None,
    }
}

/// The kinds of the cases of the `switch` at a place; `_` is left out, `None` stands for a case of no plain kind.
fn cases(source: &str, pieces: &[Piece<'_>], at: Spot) -> Vec<Option<Kind>> {
    let byte = script::byte_at(source, at.line, at.column);
    let start = pieces.binary_search_by_key(&byte, |piece| piece.at).ok();
    let Some(start) = start.filter(|start| pieces[*start].text == "switch") else {
        return vec![None];
    };
    let mut found = Vec::new();
    let mut scan = Scan::Before;
    let mut depth = 0;
    for (index, piece) in pieces.iter().enumerate().skip(start + 1) {
        let opens = piece.kind == PieceKind::Sign && matches!(piece.text, "{" | "(" | "[");
        let closes = piece.kind == PieceKind::Sign && matches!(piece.text, "}" | ")" | "]");
        let next = pieces.get(index + 1);
        if scan == Scan::Case && !closes && piece.text != "," {
            found.extend(case(&pieces[index..]));
            scan = Scan::Pattern;
        }
        depth += i32::from(opens) - i32::from(closes);
        if depth == 0 && closes && piece.text == "}" {
            break;
        }
        if depth != 1 {
            continue;
        }
        scan = match (scan, piece.text) {
            (Scan::Before, "{") => Scan::Case,
            (Scan::Pattern, "|") => Scan::Case,
            (Scan::Pattern, "=") if next.is_some_and(|next| next.text == ">") => Scan::Arm,
            (Scan::Arm, ",") => Scan::Case,
            (Scan::Arm, "}") if next.is_some_and(|next| next.kind != PieceKind::Sign || next.text == "-") => Scan::Case,
            (same, _) => same,
        };
    }
    found
}

/// Where the scan of a `switch` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scan {
    Before,
    Case,
    Pattern,
    Arm,
}

/// The kind of the case that begins here; nothing for `_`.
fn case(pieces: &[Piece<'_>]) -> Option<Option<Kind>> {
    let first = pieces.first()?;
    let number = if first.text == "-" { pieces.get(1)? } else { first };
    match (number.kind, number.text) {
        (PieceKind::Number, text) if text.contains('.') => Some(Some(Kind::Number)),
        (PieceKind::Number, _) => Some(Some(Kind::Whole)),
        // A character is no text: its case would never be met.
        (PieceKind::Text, text) if text.starts_with('\'') => Some(None),
        (PieceKind::Text, _) => Some(Some(Kind::Text)),
        (PieceKind::Name, "true" | "false") => Some(Some(Kind::YesNo)),
        (PieceKind::Name, "_") => None,
        _ => Some(None),
    }
}
