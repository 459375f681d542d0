//! Makes the engine and calls functions in it, with every limit, a deadline, and no panic that escapes.

use std::any::TypeId;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, MoreStringPackage, Package,
};
use rhai::{
    AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FuncArgs, Module, OptimizationLevel, Position, Scope, Shared,
};

use super::operators;
use super::values::{LevelWord, Missing, Rounding, WindowWord};
use super::{compute::compute, limits};

thread_local! {
    /// When the call under way on this thread has to end.
    static DEADLINE: Cell<Duration> = const { Cell::new(Duration::MAX) };
    /// What calls on this thread have taken since somebody last asked.
    static SPENT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// The functions of plain rhai that scripts may call, with the numbers of arguments that they take (in `text.len()` the
/// text is one of them).
const BUILTINS: &[(&str, &[usize])] = &[
    ("abs", &[1]),
    ("sign", &[1]),
    ("floor", &[1]),
    ("ceiling", &[1]),
    ("round", &[1]),
    ("int", &[1]),
    ("fraction", &[1]),
    ("sqrt", &[1]),
    ("min", &[2]),
    ("max", &[2]),
    ("to_int", &[1]),
    ("to_float", &[1]),
    ("to_string", &[1]),
    ("parse_int", &[1]),
    ("parse_float", &[1]),
    ("type_of", &[1]),
    ("len", &[1]),
    ("is_empty", &[1]),
    ("contains", &[2]),
    ("starts_with", &[2]),
    ("ends_with", &[2]),
    ("to_upper", &[1]),
    ("to_lower", &[1]),
    ("trim", &[1]),
    ("split", &[2]),
    ("sub_string", &[2, 3]),
    ("replace", &[3]),
    ("index_of", &[2]),
    ("push", &[2]),
    ("pop", &[1]),
    ("insert", &[3]),
    ("remove", &[2]),
    ("map", &[2]),
    ("filter", &[2]),
    ("reduce", &[2, 3]),
    ("some", &[2]),
    ("all", &[2]),
    ("find", &[2]),
    ("for_each", &[2]),
    ("sort", &[1]),
    ("reverse", &[1]),
    ("extract", &[2, 3]),
    ("keys", &[1]),
    ("values", &[1]),
    ("range", &[2, 3]),
    ("call", &[1, 2, 3, 4]),
];

/// Names that plain rhai knows and the sandbox refuses, with the reason.
const REFUSED: &[(&str, &str)] = &[
    ("eval", "a rule runs what stands in it and nothing else"),
    ("sleep", "a rule answers at once"),
    ("print", "a rule has no screen: put words into `because`"),
    ("debug", "a rule has no screen: put words into `because`"),
    ("Fn", "name the function itself instead"),
    ("is_def_fn", "name the function itself instead"),
    ("is_def_var", "name the variable itself instead"),
    ("is_shared", "it tells nothing about a student"),
    ("timestamp", "a rule has no clock: time is in the words it reads"),
    ("rand", "a rule gives the same answer twice"),
];

/// The built-in functions that scripts may call, by name and numbers of arguments.
pub fn builtins() -> &'static [(&'static str, &'static [usize])] {
    BUILTINS
}

/// Why a function of plain rhai is refused; `None` where it is not one of those.
pub fn refused(name: &str) -> Option<&'static str> {
    REFUSED
        .iter()
        .find(|(refused, _)| *refused == name)
        .map(|(_, why)| *why)
}

/// The functions of every sandbox with the same host's types: packages, and our operators, which are found before theirs.
/// Thousands of functions, so they are made once and shared.
fn modules(more: &[TypeId]) -> Vec<Shared<Module>> {
    static MADE: Mutex<BTreeMap<Vec<TypeId>, Vec<Shared<Module>>>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(modules) = made.get(more) {
        return modules.clone();
    }
    let mut operators = Module::new();
    operators::register(&mut operators, more);
    put_least_and_greatest(&mut operators);
    operators.build_index();
    // No LanguageCore (`sleep`), no logic package (its comparisons round), no time, no modules.
    let modules = vec![
        ArithmeticPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
        BasicStringPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
        BasicIteratorPackage::new().as_shared_module(),
        BasicFnPackage::new().as_shared_module(),
        // What is registered last is looked into first.
        operators.into(),
    ];
    made.insert(more.to_vec(), modules.clone());
    modules
}

/// A sandboxed engine. `more` are the host's own types, for which every operator is an error too.
pub fn engine(more: &[TypeId]) -> Engine {
    let mut engine = Engine::new_raw();
    for module in modules(more) {
        engine.register_global_module(module);
    }
    limits::apply(&mut engine);
    engine
        .set_optimization_level(OptimizationLevel::None)
        .set_fast_operators(false)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_fail_on_invalid_map_property(true)
        .set_module_resolver(rhai::module_resolvers::DummyModuleResolver::new())
        .disable_symbol("eval")
        .on_print(|_| ())
        .on_debug(|_, _, _| ())
        .on_progress(|operations| {
            // Asking the clock at every operation would cost more than the operation.
            let late = operations % 256 == 0 && crate::clock::monotonic() > DEADLINE.get();
            late.then(|| Dynamic::from("deadline"))
        })
        .register_type_with_name::<Missing>("missing number")
        .register_type_with_name::<LevelWord>("level")
        .register_type_with_name::<WindowWord>("window");
    engine
}

/// `min` and `max` over numbers alone, compared as exactly as operators compare.
fn put_least_and_greatest(module: &mut Module) {
    let numbers = [TypeId::of::<i64>(), TypeId::of::<f64>()];
    for left in numbers {
        for right in numbers {
            for (name, op) in [("min", super::Op::Le), ("max", super::Op::Ge)] {
                operators::put(module, name, [left, right], move |_, args| {
                    let first = compute(op, args[0], args[1], Rounding::Down)?
                        .as_bool()
                        .unwrap_or(false);
                    Ok(if first { args[0].clone() } else { args[1].clone() })
                });
            }
        }
    }
}

/// What ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// A mistake in what the script did with these values; with other values it may succeed.
    Mistake,
    /// A limit of the sandbox: the script is not to be called again tonight.
    Limit,
}

/// Why a call ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What ended it.
    pub kind: FailureKind,
    /// In words: lower case, no full stop.
    pub message: String,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// The column, counted from 1, where it is known.
    pub column: Option<usize>,
}

/// Calls a function of a compiled script; numbers inside texts are rounded as said.
///
/// # Errors
/// Whatever ended the call, limits and panics included.
pub fn call(
    engine: &Engine,
    ast: &AST,
    function: &str,
    arguments: impl FuncArgs,
    rounding: Rounding,
) -> Result<Dynamic, Failure> {
    let began = crate::clock::monotonic();
    DEADLINE.set(began + limits::WALL_TIME);
    let options = CallFnOptions::new()
        .eval_ast(false)
        .rewind_scope(true)
        .with_tag(rounding);
    let run = AssertUnwindSafe(|| {
        engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, function, arguments)
    });
    let result = catch_unwind(run);
    DEADLINE.set(Duration::MAX);
    SPENT.set(SPENT.get() + crate::clock::monotonic().saturating_sub(began));
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failure(&error)),
        Err(_) => Err(Failure {
            kind: FailureKind::Limit,
            message: "the script engine gave up on it".to_owned(),
            line: None,
            column: None,
        }),
    }
}

/// The wall time of all calls on this thread since it was last asked.
pub fn take_spent() -> Duration {
    SPENT.replace(Duration::ZERO)
}

/// Calls a function of another script from inside a call under way: the deadline of that call holds for both.
///
/// # Errors
/// The engine's own error, to be handed on where it is a limit.
pub fn call_inside(
    engine: &Engine,
    ast: &AST,
    function: &str,
    arguments: impl FuncArgs,
    rounding: Rounding,
) -> Result<Dynamic, Box<EvalAltResult>> {
    let options = CallFnOptions::new()
        .eval_ast(false)
        .rewind_scope(true)
        .with_tag(rounding);
    engine.call_fn_with_options(options, &mut Scope::new(), ast, function, arguments)
}

/// The innermost cause of an engine's error, in words for a rule's author.
pub fn failure(error: &EvalAltResult) -> Failure {
    let inner = innermost(error);
    let (kind, message) = match inner {
        EvalAltResult::ErrorTooManyOperations(_) => (
            FailureKind::Limit,
            format!("it does not end: more than {} steps", limits::OPERATIONS),
        ),
        EvalAltResult::ErrorTerminated(..) => (
            FailureKind::Limit,
            format!("it does not end: more than {} seconds", limits::WALL_TIME.as_secs()),
        ),
        EvalAltResult::ErrorStackOverflow(_) => (
            FailureKind::Limit,
            format!("functions call each other more than {} deep", limits::CALL_LEVELS),
        ),
        EvalAltResult::ErrorDataTooLarge(what, _) => (
            FailureKind::Limit,
            format!("it makes too much: {}", what.to_lowercase()),
        ),
        EvalAltResult::ErrorTooManyVariables(_) => (FailureKind::Limit, "it keeps too many variables".to_owned()),
        EvalAltResult::ErrorRuntime(value, _) => {
            let text = value.clone().try_cast::<String>();
            let text = text.or_else(|| value.as_immutable_string_ref().ok().map(|text| text.to_string()));
            let text = text.map(|text| plainly(&text)).filter(|text| !text.is_empty());
            (FailureKind::Mistake, text.unwrap_or_else(|| "it throws".to_owned()))
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            (FailureKind::Mistake, format!("there is no function `{signature}`"))
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => (FailureKind::Mistake, format!("there is no `{name}`")),
        EvalAltResult::ErrorMismatchDataType(wanted, had, _) => (
            FailureKind::Mistake,
            format!("{wanted} is needed here, and this is {had}"),
        ),
        other => {
            let text = other.to_string();
            let text = text.split(" (line ").next().unwrap_or_default().to_owned();
            (FailureKind::Mistake, plainly(&text))
        }
    };
    let position = place_of(error);
    Failure {
        kind,
        message,
        line: position.line(),
        column: position.position(),
    }
}

/// A script's words for a screen and a letter: on one line, without what a terminal would take for an order, and not without end.
pub fn plainly(text: &str) -> String {
    let mut plain = String::new();
    let mut length = 0;
    for word in text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        let gap = usize::from(length > 0);
        let room = limits::SENTENCE_CHARS.saturating_sub(length + gap);
        plain.push_str(if gap > 0 && room > 0 { " " } else { "" });
        let count = word.chars().count();
        if count > room {
            plain.extend(word.chars().take(room));
            plain.push('\u{2026}');
            return plain;
        }
        plain.push_str(word);
        length += gap + count;
    }
    plain
}

fn innermost(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => {
            innermost(inner)
        }
        other => other,
    }
}

/// The deepest known place: an operator's own error has none, its call has.
fn place_of(error: &EvalAltResult) -> Position {
    if let EvalAltResult::ErrorInFunctionCall(_, _, inner, position) = error {
        let deeper = place_of(inner);
        return if deeper.is_none() { *position } else { deeper };
    }
    error.position()
}
