//! Puts [`compute`] behind every operator and every pair of types, so that no built-in of the engine answers first.
//!
//! The engine looks for a function of exactly these types in its own namespace and in the packages, then for one of any
//! type, then for its built-in. A package's exact pair would win over an "any type" of ours: hence pair by pair.

use std::any::TypeId;
use std::ops::{Range, RangeInclusive};

use rhai::{Array, Blob, Dynamic, Engine, FnPtr, ImmutableString, Map, NativeCallContext};

use super::compute::{compute, negate, show};
use super::op::Op;
use super::values::{LevelWord, Missing, Rounding, WindowWord};

/// The rounding that a call was started with; numbers are rounded down where nothing was said.
fn rounding(context: &NativeCallContext) -> Rounding {
    context
        .tag()
        .and_then(|tag| tag.clone().try_cast::<Rounding>())
        .unwrap_or(Rounding::Down)
}

/// The types that a script can hold in its hands.
fn types(more: &[TypeId]) -> Vec<TypeId> {
    let mut all = vec![
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<bool>(),
        TypeId::of::<ImmutableString>(),
        TypeId::of::<char>(),
        TypeId::of::<()>(),
        TypeId::of::<Array>(),
        TypeId::of::<Map>(),
        TypeId::of::<Blob>(),
        TypeId::of::<FnPtr>(),
        TypeId::of::<Range<i64>>(),
        TypeId::of::<RangeInclusive<i64>>(),
        TypeId::of::<Missing>(),
        TypeId::of::<LevelWord>(),
        TypeId::of::<WindowWord>(),
    ];
    all.extend_from_slice(more);
    all
}

/// Registers every operator for every pair of types; `more` are the types that the host adds.
pub(super) fn register(engine: &mut Engine, more: &[TypeId]) {
    let types = types(more);
    for op in Op::ALL {
        let assigned = format!("{}=", op.sign());
        let assigns = !matches!(op, Op::Contains | Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge);
        for left in &types {
            for right in &types {
                let pair = [*left, *right];
                engine.register_raw_fn(op.sign(), pair, move |context, args| {
                    compute(op, args[0], args[1], rounding(&context))
                });
                if assigns {
                    engine.register_raw_fn(assigned.as_str(), pair, move |context, args| {
                        *args[0] = compute(op, args[0], args[1], rounding(&context))?;
                        Ok(Dynamic::UNIT)
                    });
                }
            }
        }
    }
    for single in &types {
        for sign in ["-", "+", "!"] {
            engine.register_raw_fn(sign, [*single], move |_, args| negate(sign, args[0]));
        }
    }
    for shown in [
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<bool>(),
        TypeId::of::<LevelWord>(),
        TypeId::of::<Missing>(),
    ] {
        engine.register_raw_fn("to_string", [shown], |context, args| {
            Ok(Dynamic::from(
                show(args[0], rounding(&context)).unwrap_or_else(|| "unknown".to_owned()),
            ))
        });
    }
}
