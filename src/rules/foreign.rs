//! What people bring from spreadsheets and other languages, and how a rule writes it.

use rhai::ParseErrorType;

use super::plain::{Spot, spot_at};
use crate::script::{self, Piece, PieceKind};

/// A foreign part, where it stands, and what to write in its place.
pub(super) struct Told {
    pub(super) spot: Spot,
    pub(super) message: String,
    pub(super) remedy: String,
}

/// Words of spreadsheets and other languages that stand where code stands, in small letters.
const WORDS: &[(&str, &str)] = &[
    ("and", "write `&&` for `and`"),
    ("or", "write `||` for `or`"),
    ("not", "write `!` for `not`"),
    ("xor", "write `!=` between two conditions"),
    ("then", "write `if … { … }` and no `then`"),
    ("elif", "write `else if`"),
    ("elsif", "write `else if`"),
    ("elseif", "write `else if`"),
    ("endif", "write `if … { … }`: the brace ends it"),
    ("end", "write `{ … }`: the brace ends it"),
    ("begin", "write `{ … }`"),
    ("unless", "write `if !( … ) { … }`"),
    ("def", "write `fn`"),
    ("function", "write `fn`"),
    ("func", "write `fn`"),
    ("sub", "write `fn`"),
    ("lambda", "write a function of its own: `fn name(x) { … }`"),
    ("var", "write `let`"),
    ("dim", "write `let`"),
    ("int", "write `let`, and no kind before the name"),
    ("float", "write `let`, and no kind before the name"),
    ("string", "write `let`, and no kind before the name"),
    ("null", "ask `student.has(\"word\")` whether a number can be had"),
    ("none", "ask `student.has(\"word\")` whether a number can be had"),
    ("nil", "ask `student.has(\"word\")` whether a number can be had"),
    ("undefined", "ask `student.has(\"word\")` whether a number can be had"),
    ("nan", "ask `student.has(\"word\")` whether a number can be had"),
    ("na", "ask `student.has(\"word\")` whether a number can be had"),
    ("is", "write `==` for `is`"),
    ("equals", "write `==` for `equals`"),
    ("isnt", "write `!=`"),
    ("between", "write it in two parts: `3 <= x && x <= 5`"),
    ("match", "write `switch`, or `if … else if …`"),
    ("case", "write `switch`, or `if … else if …`"),
    ("when", "write `if`"),
    ("select", "write `switch`, or `if … else if …`"),
    ("self", "write `student`"),
    ("me", "write `student`"),
    ("pass", "leave it out"),
];

/// Those that nobody gives to a variable of one's own: they are believed wherever the line stands that does not compile.
const CERTAIN: [&str; 11] = [
    "and", "or", "not", "then", "elif", "elsif", "elseif", "def", "function", "null", "none",
];

/// Pairs of signs that stand where code stands.
const SIGNS: &[(&[&str], &str)] = &[
    (&["<", ">"], "write `!=` for `<>`"),
    (&["=", "<"], "write `<=`"),
    (&["=", ">"], "write `>=`"),
    (&["=", "=", "="], "write `==`"),
    (&["!", "=", "="], "write `!=`"),
    (&["+", "+"], "write `+= 1`"),
    (&["-", "-"], "write `-= 1`"),
    (&["-", ">"], "write `.`: `student.average`"),
    (&[":", "="], "write `=`"),
    (&["?"], "write `if … { … } else { … }` for `? :`"),
    (&["\\"], "write `/` to divide"),
    (&["$"], "leave out the `$`"),
    (&["@"], "leave out the `@`"),
];

/// What is foreign at the place where the engine stopped, or else on its line; `None` where nothing is.
pub(super) fn told(text: &str, pieces: &[Piece<'_>], at: Spot, error: &ParseErrorType) -> Option<Told> {
    let byte = script::byte_at(text, at.line, at.column);
    let here = pieces.binary_search_by_key(&byte, |piece| piece.at).ok();
    if let Some(told) = here.and_then(|here| at_piece(text, pieces, here, error)) {
        return Some(told);
    }
    // A text in single quotes, and whatever the engine understands as well but for a slip elsewhere, is not to be blamed.
    let known = matches!(
        error,
        ParseErrorType::VariableUndefined(_)
            | ParseErrorType::VariableExists(_)
            | ParseErrorType::DuplicatedProperty(_)
            | ParseErrorType::FnDuplicatedDefinition(..)
            | ParseErrorType::ExprTooDeep
            | ParseErrorType::TooManyFunctions
    );
    if known {
        return None;
    }
    let starts = script::byte_at(text, at.line, 1);
    let ends = text[starts..].find('\n').map_or(text.len(), |length| starts + length);
    let on_line = (0..pieces.len()).filter(|number| (starts..ends).contains(&pieces[*number].at));
    let mut certain = on_line.filter(|number| {
        let piece = &pieces[*number];
        piece.text == "%" || CERTAIN.iter().any(|word| piece.text.eq_ignore_ascii_case(word))
    });
    certain.find_map(|number| word(text, pieces, number).or_else(|| percent(text, pieces, number)))
}

fn at_piece(text: &str, pieces: &[Piece<'_>], here: usize, error: &ParseErrorType) -> Option<Told> {
    word(text, pieces, here)
        .or_else(|| literal(text, pieces, here))
        .or_else(|| single_equals(text, pieces, here))
        .or_else(|| signs(text, pieces, here))
        .or_else(|| number(text, pieces, here))
        .or_else(|| colon(text, pieces, here, error))
        .or_else(|| without_braces(text, pieces, here, error))
        .or_else(|| here.checked_sub(1).and_then(|before| percent(text, pieces, before)))
        .or_else(|| percent(text, pieces, here))
}

fn tell(text: &str, piece: &Piece<'_>, message: impl Into<String>, remedy: impl Into<String>) -> Option<Told> {
    Some(Told {
        spot: spot_at(text, piece.at),
        message: message.into(),
        remedy: remedy.into(),
    })
}

/// Whether a name stands behind a point: `.or(70)` is no foreign word.
fn behind_point(pieces: &[Piece<'_>], here: usize) -> bool {
    here > 0 && pieces[here - 1].text == "."
}

fn word(text: &str, pieces: &[Piece<'_>], here: usize) -> Option<Told> {
    let piece = &pieces[here];
    if piece.kind != PieceKind::Name || behind_point(pieces, here) || is_key(pieces, here) {
        return None;
    }
    let yes = match piece.text {
        "True" | "TRUE" | "yes" | "Yes" => "true",
        "False" | "FALSE" | "no" | "No" => "false",
        other => {
            let (_, remedy) = WORDS.iter().find(|(known, _)| other.eq_ignore_ascii_case(known))?;
            let message = format!("a rule does not know the word `{other}`");
            return tell(text, piece, message, *remedy);
        }
    };
    let message = format!("a rule does not know the word `{}`", piece.text);
    tell(text, piece, message, format!("write `{yes}`"))
}

/// Whether a name is the key of a map's entry.
fn is_key(pieces: &[Piece<'_>], here: usize) -> bool {
    let before = here.checked_sub(1).map(|before| pieces[before].text);
    let after = pieces.get(here + 1).map(|after| after.text);
    after == Some(":") && matches!(before, Some("{" | ","))
}

fn literal(text: &str, pieces: &[Piece<'_>], here: usize) -> Option<Told> {
    let piece = &pieces[here];
    if piece.kind != PieceKind::Text || !piece.text.starts_with('\'') || piece.text.chars().count() == 3 {
        return None;
    }
    let inside = piece.text.trim_matches('\'');
    let message = "single quotes hold one character and no text";
    tell(text, piece, message, format!("write `\"{inside}\"`"))
}

fn single_equals(text: &str, pieces: &[Piece<'_>], here: usize) -> Option<Told> {
    let next = |by: usize| pieces.get(here + by).map(|piece| piece.text);
    let alone = pieces[here].text == "=" && !matches!(next(1), Some("=" | "<" | ">"));
    if !alone {
        return None;
    }
    let message = "one `=` gives a value to a variable and compares nothing";
    tell(text, &pieces[here], message, "write `==` to compare")
}

fn signs(text: &str, pieces: &[Piece<'_>], here: usize) -> Option<Told> {
    // The engine stops at the second sign of `<>`.
    let starts = [Some(here), here.checked_sub(1)];
    for start in starts.into_iter().flatten() {
        let together = |signs: &[&str]| {
            let fits = |(by, sign): (usize, &&str)| {
                pieces
                    .get(start + by)
                    .is_some_and(|piece| piece.text == *sign && piece.at == pieces[start].at + by)
            };
            signs.iter().enumerate().all(fits) && start + signs.len() > here
        };
        let longest = SIGNS
            .iter()
            .filter(|(signs, _)| together(signs))
            .max_by_key(|(signs, _)| signs.len());
        if let Some((signs, remedy)) = longest {
            let message = format!("a rule does not know `{}`", signs.concat());
            return tell(text, &pieces[start], message, *remedy);
        }
    }
    None
}

/// `1,5` and `10 000`: numbers as spreadsheets show them.
fn number(text: &str, pieces: &[Piece<'_>], here: usize) -> Option<Told> {
    let before = &pieces[here.checked_sub(1)?];
    if before.kind != PieceKind::Number {
        return None;
    }
    let after = pieces.get(here + 1);
    match (pieces[here].kind, pieces[here].text, after) {
        (PieceKind::Sign, ",", Some(after)) if after.kind == PieceKind::Number => tell(
            text,
            before,
            "a comma parts values and does not begin a fraction",
            format!("write `{}.{}` with a point", before.text, after.text),
        ),
        (PieceKind::Number, rest, _) => tell(
            text,
            before,
            "a number is written without spaces",
            format!("write `{}{rest}`", before.text),
        ),
        _ => None,
    }
}

/// `if x > 3:` of Python.
fn colon(text: &str, pieces: &[Piece<'_>], here: usize, error: &ParseErrorType) -> Option<Told> {
    let missing_brace = matches!(error, ParseErrorType::MissingToken(token, _) if token == "{");
    if pieces[here].text != ":" || !missing_brace {
        return None;
    }
    tell(
        text,
        &pieces[here],
        "a `:` does not begin what is to be done",
        "write `{ … }` around it",
    )
}

fn without_braces(text: &str, pieces: &[Piece<'_>], here: usize, error: &ParseErrorType) -> Option<Told> {
    let ParseErrorType::MissingToken(token, _) = error else {
        return None;
    };
    if pieces[here].text == "else" {
        let message = "an `else` stands behind the `}` of its `if` and nowhere else";
        let missing = token == ";";
        return missing
            .then(|| tell(text, &pieces[here], message, "add the `}` that is missing before it"))
            .flatten();
    }
    if token != "{" || pieces[here].kind == PieceKind::Sign {
        return None;
    }
    let message = "`if`, `else` and loops hold what is to be done in braces";
    tell(text, &pieces[here], message, "write `if … { … } else { … }`")
}

/// `10%`: a percent sign behind a number, where a remainder would need a second one.
fn percent(text: &str, pieces: &[Piece<'_>], here: usize) -> Option<Told> {
    let piece = &pieces[here];
    let before = &pieces[here.checked_sub(1)?];
    let ends = pieces
        .get(here + 1)
        .is_none_or(|next| next.kind == PieceKind::Sign && !matches!(next.text, "(" | "-" | "!" | "+"));
    if piece.text != "%" || before.kind != PieceKind::Number || !ends {
        return None;
    }
    let message = "`%` is the remainder of a division here and no percent sign";
    let remedy = format!(
        "write `{}`: words such as `absence_percent` are in percent already",
        before.text
    );
    tell(text, piece, message, remedy)
}

/// What to write for a function of spreadsheets and other languages; `None` where it is none.
pub(super) fn function(name: &str) -> Option<&'static str> {
    let small = name.to_ascii_lowercase();
    Some(match small.as_str() {
        "if" | "iif" | "ifs" => "write `if … { … } else { … }`",
        "and" => "write `&&` between the conditions",
        "or" => "write `||` between the conditions",
        "not" => "write `!` before the condition",
        "ifna" | "iferror" | "ifnull" | "coalesce" | "nvl" => {
            "ask `student.has(\"word\")` first, or write `student.average.or(70)`"
        }
        "isblank" | "isna" | "isnull" | "is_null" | "is_missing" | "exists" => {
            "ask `student.has(\"word\")` whether a number can be had"
        }
        "sum" | "average" | "avg" | "mean" | "count" | "countif" | "sumif" | "counta" => {
            "words of the student are added up already: `student.absences(last(20))`"
        }
        "today" | "now" | "date" => "a rule has no clock: windows such as `days(30)` end on the day that is judged",
        "ceil" | "roundup" => "write `ceiling`",
        "rounddown" | "trunc" => "write `floor`",
        "pow" | "power" => "write `x ** 2`",
        "mod" => "write `x % y` for the remainder",
        "concat" | "concatenate" => "write it into one text: `${student.absences} days`",
        "length" => "write `len`",
        "upper" | "ucase" => "write `to_upper`",
        "lower" | "lcase" => "write `to_lower`",
        "str" | "text" => "write `to_string`",
        "number" | "value" | "float" => "write `to_float`",
        "last_days" | "past" | "in_last" | "within" => {
            "write `last(20)` for school days or `days(30)` for calendar days"
        }
        _ => {
            return script::builtins()
                .iter()
                .find(|(known, _)| *known == small && *known != name)
                .map(|_| "write it in small letters");
        }
    })
}

/// What to write for a word that others use; `None` where it is none.
pub(super) fn synonym(name: &str) -> Option<&'static str> {
    let small = name.to_ascii_lowercase();
    Some(match small.as_str() {
        "absent" | "days_absent" | "absence" | "absence_count" | "total_absences" => "write `student.absences`",
        "absence_rate" | "attendance_rate" | "attendance" | "attendance_percent" | "ada" => {
            "write `student.absence_percent`: days absent of days enrolled, in percent"
        }
        "present" | "days_present" => "write `student.enrolled_days - student.absences`",
        "late" | "tardy" | "lates" | "tardiness" => "write `student.tardies`",
        "gpa" | "mean" | "avg" | "course_average" => "write `student.average`: the mean of the courses' percents",
        "failed" | "failures" | "fs" | "failing_courses" => "write `student.failing`",
        "referrals" | "odr" | "odrs" | "discipline" | "behavior" => "write `student.incidents`",
        "suspended" | "oss" => "write `student.suspensions`",
        "grade_level" | "year_group" => "write `student.grade`: a number, PK is -1, KG is 0",
        "name" | "first_name" | "last_name" | "id" | "student_id" => "a rule sees nobody's name or number",
        "gender" | "sex" | "race" | "ethnicity" | "lunch" | "frl" | "group" | "groups" | "subgroup" => {
            "a rule sees no subgroup of students"
        }
        "iep" | "sped" | "el" | "ell" | "section_504" => "write `student.in_program(\"iep\")`, with the program's name",
        _ => return None,
    })
}
