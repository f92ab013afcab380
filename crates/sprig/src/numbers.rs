//! Integer and floating point arithmetic.

mod decimal;
mod float;

use govalue::{List, Str, Type, Value};

use crate::convert::{decimal_int, formatted, to_float64, to_int64};
use crate::function::{Outcome, functions};
use crate::panics::{self, MAX_ITEMS};

use decimal::Decimal;

functions! { FUNCTIONS:
    "atoi" (string) -> int = |s: &Str| decimal_int(s);
    "int64" (any) -> int64 = to_int64;
    "int" (any) -> int = to_int64;
    "float64" (any) -> float64 = to_float64;
    "seq" (; int) -> string = seq;
    "toDecimal" (any) -> int64 = to_decimal;
    "until" (int) -> ints = |count: i64| until_step(0, count, if count < 0 { -1 } else { 1 }).map(ints);
    "untilStep" (int, int, int) -> ints = |start, stop, step| until_step(start, stop, step).map(ints);
    "add1" (any) -> int64 = |v| to_int64(v).wrapping_add(1);
    "add" (; any) -> int64 = |values: &[Value]| values.iter().fold(0, |sum: i64, v| sum.wrapping_add(to_int64(v)));
    "sub" (any, any) -> int64 = |a, b| to_int64(a).wrapping_sub(to_int64(b));
    "div" (any, any) -> int64 = |a, b| divide(a, b, i64::wrapping_div);
    "mod" (any, any) -> int64 = |a, b| divide(a, b, i64::wrapping_rem);
    "mul" (any; any) -> int64 = |a, rest: &[Value]| fold(a, rest, i64::wrapping_mul);
    "biggest" (any; any) -> int64 = |a, rest: &[Value]| fold(a, rest, i64::max);
    "max" (any; any) -> int64 = |a, rest: &[Value]| fold(a, rest, i64::max);
    "min" (any; any) -> int64 = |a, rest: &[Value]| fold(a, rest, i64::min);
    "maxf" (any; any) -> float64 = |a, rest: &[Value]| fold_float(a, rest, float::max);
    "minf" (any; any) -> float64 = |a, rest: &[Value]| fold_float(a, rest, float::min);
    "add1f" (any) -> float64 = |a| decimals(to_float64(a), &[Value::int(1)], Decimal::add);
    "addf" (; any) -> float64 = |values: &[Value]| decimals(0.0, values, Decimal::add);
    "subf" (any; any) -> float64 = |a, rest: &[Value]| decimals(to_float64(a), rest, Decimal::sub);
    "mulf" (any; any) -> float64 = |a, rest: &[Value]| decimals(to_float64(a), rest, Decimal::mul);
    "divf" (any; any) -> float64 = |a, rest: &[Value]| decimals(to_float64(a), rest, Decimal::div);
    "ceil" (any) -> float64 = |v| to_float64(v).ceil();
    "floor" (any) -> float64 = |v| to_float64(v).floor();
    "round" (any, int; float64) -> float64 = round;
}

/// `untilStep` as plain numbers. Go's loop wraps around at the end of the integers and does not end; ours is refused.
fn until_step(start: i64, stop: i64, step: i64) -> Outcome<Vec<i64>> {
    let (distance, stride) = match (stop < start, step) {
        (true, ..0) => (i128::from(start) - i128::from(stop), -i128::from(step)),
        (false, 1..) => (i128::from(stop) - i128::from(start), i128::from(step)),
        _ => return Ok(Vec::new()),
    };
    let count = (distance + stride - 1) / stride;
    if count > MAX_ITEMS as i128 {
        return Err(panics::makeslice());
    }
    let number = |i: i128| i128::from(start) + if step < 0 { -i * stride } else { i * stride };
    let numbers: Option<Vec<i64>> = (0..count).map(|i| i64::try_from(number(i)).ok()).collect();
    numbers.ok_or_else(panics::makeslice)
}

fn ints(numbers: Vec<i64>) -> List {
    List::with_type(Type::slice(Type::INT), numbers.into_iter().map(Value::int).collect())
}

fn seq(params: &[Value]) -> Outcome<Str> {
    let number = |i: usize| match &params[i] {
        Value::Int(n) => n.as_i64(),
        other => to_int64(other),
    };
    let (start, step, end) = match params.len() {
        1 => (1, if number(0) < 1 { -1 } else { 1 }, number(0)),
        2 => (number(0), if number(1) < number(0) { -1 } else { 1 }, number(1)),
        3 if number(2) < number(0) && number(1) > 0 => return Ok(Str::default()),
        3 => (number(0), number(1), number(2)),
        _ => return Ok(Str::default()),
    };
    let past = end.wrapping_add(if end < start { -1 } else { 1 });
    let texts: Vec<String> = until_step(start, past, step)?.iter().map(i64::to_string).collect();
    Ok(texts.join(" ").into())
}

/// Reads the printed value as an octal number; 0 when it is none.
fn to_decimal(v: &Value) -> i64 {
    govalue::strconv::parse_int(formatted(v), 8, 64).unwrap_or_default()
}

fn divide(a: &Value, b: &Value, operation: fn(i64, i64) -> i64) -> Outcome<i64> {
    match to_int64(b) {
        0 => Err(panics::divide_by_zero()),
        b => Ok(operation(to_int64(a), b)),
    }
}

fn fold(first: &Value, rest: &[Value], operation: fn(i64, i64) -> i64) -> i64 {
    rest.iter().fold(to_int64(first), |a, v| operation(a, to_int64(v)))
}

fn fold_float(first: &Value, rest: &[Value], operation: fn(f64, f64) -> f64) -> f64 {
    rest.iter().fold(to_float64(first), |a, v| operation(a, to_float64(v)))
}

/// Computes in decimal digits, so that 0.1 + 0.2 is 0.3.
fn decimals(
    first: f64,
    rest: &[Value],
    operation: fn(&Decimal, &Decimal) -> Outcome<Decimal>,
) -> Outcome<f64> {
    let mut result = Decimal::from_float(first)?;
    for v in rest {
        result = operation(&result, &Decimal::from_float(to_float64(v))?)?;
    }
    Ok(result.to_float())
}

/// Rounds up where the digit after the last place is at least five tenths, or what the caller says.
fn round(v: &Value, places: i64, up_from: &[Value]) -> f64 {
    let up_from = match up_from.first() {
        Some(Value::Float(f)) => *f,
        _ => 0.5,
    };
    let power = float::power_of_ten(places);
    let digit = power * to_float64(v);
    // math.Modf keeps an infinity whole: its fraction is NaN.
    let fraction = digit - digit.trunc();
    (if fraction >= up_from { digit.ceil() } else { digit.floor() }) / power
}
