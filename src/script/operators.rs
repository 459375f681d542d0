//! Puts [`compute`] behind every operator and every pair of types, so that no built-in of the engine answers first.
//!
//! The engine looks for a function of exactly these types in its own namespace and in the packages, then for one of any
//! type, then for its built-in. A package's exact pair would win over an "any type" of ours: hence pair by pair.

use std::any::TypeId;
use std::ops::{Range, RangeInclusive};

use rhai::{
    Array, Blob, Dynamic, EvalAltResult, FnPtr, FuncRegistration, ImmutableString, Map, Module, NativeCallContext,
    RhaiFunc, Shared,
};

use super::compute::{compute, negate, show};
use super::op::Op;
use super::values::{LevelWord, Missing, Rounding, WindowWord};

/// The rounding that a call was started with; numbers are rounded down where nothing was said.
fn rounding(context: &NativeCallContext<'_>) -> Rounding {
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

/// Puts a function of exactly these types into a module, to be found without the module's name.
pub(super) fn put(
    module: &mut Module,
    name: &str,
    types: impl AsRef<[TypeId]>,
    function: impl Fn(&NativeCallContext<'_>, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>>
    + Send
    + Sync
    + 'static,
) {
    let function = move |context: Option<NativeCallContext<'_>>, args: &mut [&mut Dynamic]| match context {
        Some(context) => function(&context, args),
        None => Err("called from outside a script".into()),
    };
    let function = RhaiFunc::Method {
        func: Shared::new(function),
        has_context: true,
        is_pure: true,
        is_volatile: true,
    };
    FuncRegistration::new(name)
        .in_global_namespace()
        .set_into_module_raw(module, types, function);
}

/// Registers every operator for every pair of types; `more` are the types that the host adds.
pub(super) fn register(module: &mut Module, more: &[TypeId]) {
    let types = types(more);
    for op in Op::ALL {
        let assigned = format!("{}=", op.sign());
        let assigns = !matches!(op, Op::Contains | Op::Eq | Op::Ne | Op::Lt | Op::Le | Op::Gt | Op::Ge);
        for left in &types {
            for right in &types {
                let pair = [*left, *right];
                put(module, op.sign(), pair, move |context, args| {
                    compute(op, args[0], args[1], rounding(context))
                });
                if assigns {
                    put(module, &assigned, pair, move |context, args| {
                        *args[0] = compute(op, args[0], args[1], rounding(context))?;
                        Ok(Dynamic::UNIT)
                    });
                }
            }
        }
    }
    for single in &types {
        for sign in ["-", "+", "!"] {
            put(module, sign, [*single], move |_, args| negate(sign, args[0]));
        }
    }
    for shown in [
        TypeId::of::<i64>(),
        TypeId::of::<f64>(),
        TypeId::of::<bool>(),
        TypeId::of::<LevelWord>(),
        TypeId::of::<Missing>(),
    ] {
        put(module, "to_string", [shown], |context, args| {
            Ok(Dynamic::from(
                show(args[0], rounding(context)).unwrap_or_else(|| "unknown".to_owned()),
            ))
        });
    }
}
