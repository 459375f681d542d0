//! What every operator means for every pair of values: exact, or an error. Nothing is silently false.

use std::cmp::Ordering;
use std::str::FromStr;

use rhai::{Array, Dynamic, EvalAltResult, ImmutableString, Map, Position};

use super::op::Op;
use super::values::{LevelWord, Missing, Rounding, WindowWord};
use crate::school::Level;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

fn wrong<T>(message: impl Into<String>) -> Result<T> {
    Err(Box::new(EvalAltResult::ErrorRuntime(
        Dynamic::from(message.into()),
        Position::NONE,
    )))
}

/// A number as it is: whole numbers stay whole, so that no comparison rounds.
#[derive(Clone, Copy)]
enum Number {
    Whole(i64),
    Real(f64),
}

impl Number {
    fn of(value: &Dynamic) -> Option<Number> {
        if let Ok(whole) = value.as_int() {
            return Some(Number::Whole(whole));
        }
        value.as_float().ok().map(Number::Real)
    }

    fn real(self) -> f64 {
        match self {
            Number::Whole(whole) => whole as f64,
            Number::Real(real) => real,
        }
    }
}

/// Applies an operator to two values.
///
/// # Errors
/// Where the pair has no exact answer, with a message that names both kinds.
pub fn compute(op: Op, left: &Dynamic, right: &Dynamic, rounding: Rounding) -> Result<Dynamic> {
    match op {
        Op::Eq => equal(left, right).map(Into::into),
        Op::Ne => equal(left, right).map(|same| (!same).into()),
        Op::Lt => order(op, left, right).map(|order| (order == Ordering::Less).into()),
        Op::Le => order(op, left, right).map(|order| (order != Ordering::Greater).into()),
        Op::Gt => order(op, left, right).map(|order| (order == Ordering::Greater).into()),
        Op::Ge => order(op, left, right).map(|order| (order != Ordering::Less).into()),
        Op::Contains => contains(left, right).map(Into::into),
        Op::And | Op::Or | Op::Xor | Op::Shl | Op::Shr => bits(op, left, right),
        Op::Add if Number::of(left).is_none() || Number::of(right).is_none() => join(left, right, rounding),
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Rem | Op::Pow => arithmetic(op, left, right),
    }
}

/// Applies `-`, `+` or `!` to one value.
///
/// # Errors
/// Where the value is of another kind.
pub fn negate(sign: &str, value: &Dynamic) -> Result<Dynamic> {
    match (sign, Number::of(value), value.as_bool()) {
        ("-", Some(Number::Whole(whole)), _) => match whole.checked_neg() {
            Some(whole) => Ok(whole.into()),
            None => wrong("the number is too large"),
        },
        ("-", Some(Number::Real(real)), _) => finite(-real),
        ("+", Some(_), _) => Ok(value.clone()),
        ("!", _, Ok(yes)) => Ok((!yes).into()),
        _ => wrong(format!("`{sign}` cannot be put before {}", kind(value))),
    }
}

fn finite(real: f64) -> Result<Dynamic> {
    if real.is_finite() {
        return Ok(real.into());
    }
    wrong("the result is not a number that can be compared (infinite or undefined)")
}

/// What a value is, in words of a rule's author.
fn kind(value: &Dynamic) -> String {
    if value.is::<Missing>() {
        return "a missing number".to_owned();
    }
    if value.is::<LevelWord>() {
        return "a level".to_owned();
    }
    if value.is::<WindowWord>() {
        return "a window such as `last(20)`".to_owned();
    }
    match value.type_name() {
        "i64" | "f64" => "a number".to_owned(),
        "string" => "a text".to_owned(),
        "char" => "a character".to_owned(),
        "bool" => "yes or no".to_owned(),
        "()" => "nothing".to_owned(),
        "array" => "an array".to_owned(),
        "map" => "a map".to_owned(),
        name => name
            .rsplit("::")
            .next()
            .map_or(name.to_owned(), |last| format!("a {}", last.to_lowercase())),
    }
}

fn no_pair<T>(op: &str, left: &Dynamic, right: &Dynamic) -> Result<T> {
    wrong(format!(
        "`{op}` cannot be used between {} and {}",
        kind(left),
        kind(right)
    ))
}

fn text(value: &Dynamic) -> Option<ImmutableString> {
    if let Ok(one) = value.as_char() {
        return Some(one.to_string().into());
    }
    value.as_immutable_string_ref().ok().map(|text| text.clone())
}

fn level_of(value: &Dynamic) -> Option<Result<LevelWord>> {
    if let Some(level) = value.read_lock::<LevelWord>() {
        return Some(Ok(*level));
    }
    let text = text(value)?;
    Some(match Level::from_str(&text) {
        Ok(level) => Ok(LevelWord(Some(level))),
        Err(message) => wrong(message),
    })
}

fn levels(left: &Dynamic, right: &Dynamic) -> Option<Result<(LevelWord, LevelWord)>> {
    if !left.is::<LevelWord>() && !right.is::<LevelWord>() {
        return None;
    }
    let (left, right) = (level_of(left)?, level_of(right)?);
    Some(left.and_then(|left| Ok((left, right?))))
}

/// Compares without rounding either: a whole number past 2^53 is not the nearest fraction.
fn number_order(left: Number, right: Number) -> Result<Ordering> {
    let order = match (left, right) {
        (Number::Whole(left), Number::Whole(right)) => Some(left.cmp(&right)),
        (Number::Real(left), Number::Real(right)) if left.is_finite() && right.is_finite() => left.partial_cmp(&right),
        (Number::Whole(whole), Number::Real(real)) => whole_against_real(whole, real),
        (Number::Real(real), Number::Whole(whole)) => whole_against_real(whole, real).map(Ordering::reverse),
        _ => None,
    };
    match order {
        Some(order) => Ok(order),
        None => wrong("a number is infinite or undefined and cannot be compared"),
    }
}

fn whole_against_real(whole: i64, real: f64) -> Option<Ordering> {
    if !real.is_finite() {
        return None;
    }
    // 2^63: every i64 lies below it and not below its negative.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if real >= BEYOND {
        return Some(Ordering::Less);
    }
    if real < -BEYOND {
        return Some(Ordering::Greater);
    }
    let floor = real.floor();
    let order = whole.cmp(&(floor as i64));
    Some(if order == Ordering::Equal && real > floor {
        Ordering::Less
    } else {
        order
    })
}

fn equal(left: &Dynamic, right: &Dynamic) -> Result<bool> {
    if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
        return number_order(left, right).map(Ordering::is_eq);
    }
    if let Some(pair) = levels(left, right) {
        return pair.map(|(left, right)| left == right);
    }
    if let (Ok(left), Ok(right)) = (left.as_bool(), right.as_bool()) {
        return Ok(left == right);
    }
    if let (Some(left), Some(right)) = (text(left), text(right)) {
        return Ok(left == right);
    }
    if left.is_unit() && right.is_unit() {
        return Ok(true);
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Array>(), right.read_lock::<Array>()) {
        return equal_arrays(&left, &right);
    }
    if let (Some(left), Some(right)) = (left.read_lock::<Map>(), right.read_lock::<Map>()) {
        return equal_maps(&left, &right);
    }
    no_pair("==", left, right)
}

fn equal_arrays(left: &Array, right: &Array) -> Result<bool> {
    let mut same = left.len() == right.len();
    for (left, right) in left.iter().zip(right) {
        same &= equal(left, right)?;
    }
    Ok(same)
}

fn equal_maps(left: &Map, right: &Map) -> Result<bool> {
    let mut same = left.len() == right.len();
    for (key, left) in left {
        match right.get(key) {
            Some(right) => same &= equal(left, right)?,
            None => same = false,
        }
    }
    Ok(same)
}

fn order(op: Op, left: &Dynamic, right: &Dynamic) -> Result<Ordering> {
    if let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) {
        return number_order(left, right);
    }
    if let Some(pair) = levels(left, right) {
        return pair.map(|(left, right)| left.cmp(&right));
    }
    // Texts have an order too, but "90" < "100" is not what anybody means by it.
    no_pair(op.sign(), left, right)
}

fn contains(whole: &Dynamic, part: &Dynamic) -> Result<bool> {
    if let Some(array) = whole.read_lock::<Array>() {
        let mut found = false;
        for item in array.iter() {
            found |= equal(item, part)?;
        }
        return Ok(found);
    }
    if let (Ok(whole), Some(part)) = (whole.as_immutable_string_ref(), text(part)) {
        return Ok(whole.contains(part.as_str()));
    }
    if let (Some(map), Some(key)) = (whole.read_lock::<Map>(), text(part)) {
        return Ok(map.contains_key(key.as_str()));
    }
    if let Ok(number) = part.as_int() {
        if let Some(range) = whole.read_lock::<std::ops::Range<i64>>() {
            return Ok(range.contains(&number));
        }
        if let Some(range) = whole.read_lock::<std::ops::RangeInclusive<i64>>() {
            return Ok(range.contains(&number));
        }
    }
    no_pair("in", part, whole)
}

fn bits(op: Op, left: &Dynamic, right: &Dynamic) -> Result<Dynamic> {
    if let (Ok(left), Ok(right)) = (left.as_bool(), right.as_bool()) {
        match op {
            Op::And => return Ok((left && right).into()),
            Op::Or => return Ok((left || right).into()),
            Op::Xor => return Ok((left != right).into()),
            _ => {}
        }
    }
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        let shift = u32::try_from(right).ok().filter(|shift| *shift < 63);
        return match (op, shift) {
            (Op::And, _) => Ok((left & right).into()),
            (Op::Or, _) => Ok((left | right).into()),
            (Op::Xor, _) => Ok((left ^ right).into()),
            (Op::Shr, Some(shift)) => Ok((left >> shift).into()),
            (Op::Shl, Some(shift)) if (left << shift) >> shift == left => Ok((left << shift).into()),
            _ => wrong(format!("`{}` is too large a shift", op.sign())),
        };
    }
    no_pair(op.sign(), left, right)
}

fn arithmetic(op: Op, left: &Dynamic, right: &Dynamic) -> Result<Dynamic> {
    let (Some(a), Some(b)) = (Number::of(left), Number::of(right)) else {
        return no_pair(op.sign(), left, right);
    };
    if matches!(op, Op::Div | Op::Rem) && b.real() == 0.0 {
        return wrong("division by zero");
    }
    if let (Number::Whole(a), Number::Whole(b)) = (a, b) {
        let whole = match op {
            Op::Add => Some(a.checked_add(b)),
            Op::Sub => Some(a.checked_sub(b)),
            Op::Mul => Some(a.checked_mul(b)),
            Op::Rem => Some(a.checked_rem(b)),
            Op::Pow => u32::try_from(b).ok().map(|b| a.checked_pow(b)),
            // Whole numbers divide into a fraction: 162 / 180 is 0.9, not 0.
            _ => None,
        };
        match whole {
            Some(Some(whole)) => return Ok(whole.into()),
            Some(None) => return wrong("the number is too large"),
            None => {}
        }
    }
    let (a, b) = (a.real(), b.real());
    finite(match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div => a / b,
        Op::Rem => a % b,
        _ => a.powf(b),
    })
}

/// `+` where a text or an array takes part.
fn join(left: &Dynamic, right: &Dynamic, rounding: Rounding) -> Result<Dynamic> {
    if let (Some(left), Some(right)) = (left.read_lock::<Array>(), right.read_lock::<Array>()) {
        return Ok(Dynamic::from_array(left.iter().chain(right.iter()).cloned().collect()));
    }
    if text(left).is_none() && text(right).is_none() {
        return no_pair("+", left, right);
    }
    match (show(left, rounding), show(right, rounding)) {
        (Some(left), Some(right)) => Ok(format!("{left}{right}").into()),
        _ => no_pair("+", left, right),
    }
}

/// A value as it is shown inside a text; `None` where it has no such form.
pub fn show(value: &Dynamic, rounding: Rounding) -> Option<String> {
    if let Some(text) = text(value) {
        return Some(text.to_string());
    }
    if let Some(level) = value.read_lock::<LevelWord>() {
        return Some(level.word().to_owned());
    }
    if let Ok(yes) = value.as_bool() {
        return Some(if yes { "yes" } else { "no" }.to_owned());
    }
    match Number::of(value)? {
        Number::Whole(whole) => Some(whole.to_string()),
        Number::Real(real) if real.is_finite() => Some(rounding.show(real)),
        Number::Real(_) => None,
    }
}
