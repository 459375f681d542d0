//! The word that `measure` gives unchanged: then nothing needs to run to know the answer.

use rhai::{AST, Expr, Stmt};

use super::check;
use super::vocabulary::{self, Kind};
use crate::indicators::{Ask, Window, Word};
use crate::script::{self, limits};

/// The word that `measure` gives unchanged, where its body is that word and nothing else.
pub(super) fn plain_measure(ast: &AST) -> Option<Ask> {
    let student = check::functions(ast)
        .into_iter()
        .find(|(signature, _)| *signature == ("measure".to_owned(), 2))?
        .1
        .into_iter()
        .next()?;
    let mut asks = Vec::new();
    check::statements_of(ast, |name, count| name == "measure" && count == 2, &mut |statement| {
        let ask = match statement {
            Stmt::Expr(expr) => plain_word(expr, &student),
            _ => None,
        };
        asks.push(ask);
    });
    match asks.as_slice() {
        [Some(ask)] => Some(ask.clone()),
        _ => None,
    }
}

fn plain_word(expr: &Expr, student: &str) -> Option<Ask> {
    let Expr::Dot(pair, _, _) = expr else {
        return None;
    };
    if script::variable_name(&pair.lhs) != Some(student) {
        return None;
    }
    let number = |name: &str| -> Option<Word> {
        let entry = vocabulary::word(name)?;
        matches!(entry.kind, Kind::Whole | Kind::Number).then_some(entry.word)
    };
    match &pair.rhs {
        Expr::Property(property, _) => Some(Ask::year(number(&property.2)?)),
        Expr::MethodCall(call, _) => {
            let (word, [Expr::FnCall(window, _)]) = (number(&call.name)?, call.args.as_slice()) else {
                return None;
            };
            let [Expr::IntegerConstant(days, _)] = window.args.as_slice() else {
                return None;
            };
            let days = u32::try_from(*days)
                .ok()
                .filter(|days| (1..=limits::WINDOW_DAYS as u32).contains(days))?;
            match window.name.as_str() {
                "last" => Some(Ask::over(word, Window::Last(days))),
                "days" => Some(Ask::over(word, Window::Days(days))),
                _ => None,
            }
        }
        _ => None,
    }
}
