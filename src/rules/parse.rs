//! From a text to a script, with the engine's error in words for a rule's author: what people bring from spreadsheets and
//! other languages is recognised and answered with how a rule writes it.

use rhai::{AST, Engine, LexError, ParseErrorType};

use super::foreign;
use super::plain::{Spot, Wrong, spot, spot_at};
use super::vocabulary;
use crate::script::{self, Piece, PieceKind, limits, nearest};

/// Parses a text.
pub(super) fn parse(engine: &Engine, text: &str) -> Result<AST, Wrong> {
    engine.compile(text).map_err(|error| {
        let at = spot(error.1);
        let pieces = script::pieces(text);
        if let Some(told) = foreign::told(text, &pieces, at, &error.0) {
            return Wrong::new("rule-does-not-compile", told.spot, told.message, told.remedy);
        }
        let (at, message, remedy) = words(&error.0, text, &pieces, at);
        Wrong::new("rule-does-not-compile", at, message, remedy)
    })
}

/// Where nothing foreign stands there, the engine's own error in plain words.
fn words(error: &ParseErrorType, text: &str, pieces: &[Piece<'_>], at: Spot) -> (Spot, String, String) {
    let look = "look at the part that is underlined and just before it".to_owned();
    let (message, remedy) = match error {
        ParseErrorType::VariableUndefined(name) => unknown_name(name),
        ParseErrorType::VariableExists(name) => (
            format!("`{name}` is there already"),
            "give the second another name, or leave out `let` to change the first".to_owned(),
        ),
        ParseErrorType::DuplicatedProperty(name) => {
            (format!("`{name}` stands here twice"), "keep one of them".to_owned())
        }
        ParseErrorType::FnDuplicatedDefinition(name, _) => (
            format!("there are two functions `{name}`"),
            "keep one of them, or give one another name".to_owned(),
        ),
        ParseErrorType::Reserved(name) => (
            format!("`{name}` cannot be used in a rule"),
            script::refused(name).unwrap_or("give it another name").to_owned(),
        ),
        ParseErrorType::ExprTooDeep => (
            "brackets or functions stand too deep inside each other, or too much stands in one line of calculation"
                .to_owned(),
            "split it with `let`".to_owned(),
        ),
        ParseErrorType::TooManyFunctions => (
            format!("the file has more than {} functions", limits::FUNCTIONS),
            "move some into a rule of their own".to_owned(),
        ),
        ParseErrorType::MissingToken(token, _) if token == "}" => return never_closed(text, pieces, at),
        ParseErrorType::MissingToken(token, _) if token == "," => {
            ("a `,` or the closing bracket is missing here".to_owned(), look)
        }
        ParseErrorType::MissingToken(token, _) => (format!("`{token}` is missing here"), look),
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            return (
                never_ended(text, at),
                "a text begins here and does not end on its line".to_owned(),
                "close it with the same quote".to_owned(),
            );
        }
        // The engine names a disabled symbol in its own words.
        ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) if script::refused(symbol).is_some() => (
            format!("`{symbol}` cannot be used in a rule"),
            script::refused(symbol).unwrap_or_default().to_owned(),
        ),
        other => (seen(&lower(&other.to_string())), look),
    };
    (at, message, remedy)
}

/// The innermost brace that is open where the text ends.
fn never_closed(text: &str, pieces: &[Piece<'_>], at: Spot) -> (Spot, String, String) {
    let mut open: Vec<usize> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.kind == PieceKind::Sign) {
        match piece.text {
            "{" => open.push(piece.at),
            "}" => {
                open.pop();
            }
            _ => {}
        }
    }
    let at = open.last().map_or(at, |open| spot_at(text, *open));
    let remedy = "add the `}` that belongs to it";
    (at, "this `{` is never closed".to_owned(), remedy.to_owned())
}

/// Where the text began that does not end; the engine does not always say.
fn never_ended(text: &str, at: Spot) -> Spot {
    if at.line > 1 || at.column > 1 {
        return at;
    }
    let pieces = script::pieces(text);
    pieces.last().map_or(at, |last| spot_at(text, last.at))
}

fn unknown_name(name: &str) -> (String, String) {
    let remedy = if vocabulary::word(name).is_some() {
        format!("write `student.{name}`")
    } else {
        match nearest(name, ["student", "p"].into_iter().chain(vocabulary::names())) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "say first what it is: `let … = …;`".to_owned(),
        }
    };
    (format!("there is no variable `{name}` here"), remedy)
}

/// A message in which nothing is invisible: a terminal takes some characters for orders.
fn seen(message: &str) -> String {
    let mut seen = String::new();
    for c in message.chars() {
        match c.is_control() {
            true => seen += &format!("U+{:04X}", u32::from(c)),
            false => seen.push(c),
        }
    }
    seen
}

fn lower(message: &str) -> String {
    let mut chars = message.trim_end_matches('.').chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "it is not rhai".to_owned(),
    }
}
