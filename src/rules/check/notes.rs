//! What is noted of a part: the word that it reads, arguments that do not fit, statements that a rule may not hold.

use rhai::{Expr, Stmt};

use super::words::REFUSED;
use super::{ARGUMENTS, Findings, Here};
use crate::indicators::Word;
use crate::rules::plain::{Spot, Wrong, spot};
use crate::rules::vocabulary;
use crate::rules::word::{PluginWord, out_of_work};
use crate::script;

/// Notes a plugin's word; one that is out of work cannot be read.
pub(super) fn note_plugin_word(word: &PluginWord, at: Spot, here: &Here<'_>, findings: &mut Findings) {
    if let Some(out) = &word.out_of_work {
        findings.wrongs.push(out_of_work(&word.name, out, at));
        return;
    }
    *findings.plugin_words.entry(word.name.clone()).or_default() |= here.judging;
}

/// Refuses a bare number or text where a window belongs: `student.absences(20)`.
pub(super) fn takes_window(name: &str, argument: &Expr, findings: &mut Findings) {
    if matches!(
        argument,
        Expr::IntegerConstant(..) | Expr::FloatConstant(..) | Expr::StringConstant(..)
    ) {
        findings.wrongs.push(Wrong::new(
            ARGUMENTS,
            spot(argument.start_position()),
            format!("`{name}` takes a window"),
            format!("write `student.{name}(last(20))` or `student.{name}(days(30))`"),
        ));
    }
}

/// Refuses a window of a plain number that is none; one that is computed is refused when it runs.
pub(super) fn window_days(name: &str, argument: &Expr, findings: &mut Findings) {
    let most = script::limits::WINDOW_DAYS;
    let fits = match argument {
        Expr::IntegerConstant(days, _) => (1..=most).contains(days),
        Expr::FloatConstant(..) | Expr::StringConstant(..) | Expr::BoolConstant(..) => false,
        _ => true,
    };
    if !fits {
        findings.wrongs.push(Wrong::new(
            ARGUMENTS,
            spot(argument.start_position()),
            format!("`{name}` takes a whole number of days"),
            format!("write 1 to {most}"),
        ));
    }
}

/// Whether a link hands out a word or a level, so that `.or` may follow.
pub(super) fn is_word(link: &Expr) -> bool {
    match link {
        Expr::Property(property, _) => vocabulary::word(&property.2).is_some(),
        Expr::MethodCall(call, _) => {
            vocabulary::word(&call.name).is_some() || ["level", "level_in", "areas_at"].contains(&call.name.as_str())
        }
        _ => false,
    }
}

pub(super) fn or(count: usize, at: Spot, behind_word: bool, here: &Here<'_>, findings: &mut Findings) {
    if !behind_word {
        findings.wrongs.push(Wrong::new(
            "rule-or-misplaced",
            at,
            "`.or` stands directly behind a word and nowhere else",
            "write it there, such as `student.average.or(70)`",
        ));
    }
    if arguments("or", count, &[1], at, findings) && here.judging {
        findings.remarks.push(Wrong::new(
            "rule-fills-missing",
            at,
            "`.or` judges a student by a number that nobody measured",
            "make sure that this is meant",
        ));
    }
}

pub(super) fn note_word(word: Word, at: Spot, here: &Here<'_>, findings: &mut Findings) {
    findings.words.insert(word);
    if here.judging {
        findings.judging_words.insert(word);
    }
    if word == Word::InProgram && here.judging {
        findings.remarks.push(Wrong::new(
            "rule-reads-program",
            at,
            "the rule treats students of a program differently",
            "make sure that this is meant and allowed",
        ));
    }
}

/// Checks a number of arguments; whether it is one of those allowed.
pub(super) fn arguments(name: &str, count: usize, allowed: &[usize], at: Spot, findings: &mut Findings) -> bool {
    if allowed.contains(&count) {
        return true;
    }
    let wanted: Vec<String> = allowed.iter().map(usize::to_string).collect();
    findings.wrongs.push(Wrong::new(
        ARGUMENTS,
        at,
        format!("`{name}` takes {} in brackets and not {count}", wanted.join(" or ")),
        how_it_is_written(name),
    ));
    false
}

fn how_it_is_written(name: &str) -> String {
    match (vocabulary::word(name), vocabulary::call(name)) {
        (Some(entry), _) if entry.word.takes_window() => {
            format!("write `student.{name}` for the year so far, or `student.{name}(last(20))`")
        }
        (Some(entry), _) => format!("write `{}`", entry.example),
        (_, Some(call)) => format!("write `{}`", call.signature),
        _ => "count what stands in the brackets".to_owned(),
    }
}

pub(super) fn statement_refused(statement: &Stmt, here: &Here<'_>, findings: &mut Findings) {
    let (what, remedy) = match statement {
        Stmt::TryCatch(..) => (
            "`try` cannot be used in a rule",
            "a mistake sets the rule aside with its reason",
        ),
        Stmt::Import(..) | Stmt::Export(..) => (
            "`import` cannot be used in a rule",
            "put shared functions into `rules/lib` and call them",
        ),
        Stmt::Assignment(parts) => {
            let root = match &parts.1.lhs {
                Expr::Dot(pair, _, _) | Expr::Index(pair, _, _) => script::variable_name(&pair.lhs),
                _ => None,
            };
            if root.is_none() || root != here.student {
                return;
            }
            ("a word cannot be changed", "keep it in a variable: `let x = …;`")
        }
        _ => return,
    };
    findings
        .wrongs
        .push(Wrong::new(REFUSED, spot(statement.position()), what, remedy));
}
