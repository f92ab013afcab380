//! How every function refuses arguments: too few, too many, and of a wrong type in each place.

use govalue::{Kind, Signature, Type};

use crate::random::{self, Random};

/// Expressions of types that a parameter surely does not take.
fn unfit(ty: &Type) -> &'static [&'static str] {
    match ty {
        Type::Basic(Kind::String) => &["1", "(list 1)", "true", "(dict)", "1.5", "now"],
        Type::Basic(Kind::Bool) => &["1", "\"true\"", "(list)", "(dict)"],
        Type::Basic(kind) if kind.is_signed() || kind.is_unsigned() => {
            &["\"1\"", "(list)", "1.5", "true", "(dict)"]
        }
        Type::Basic(_) => &["\"1\"", "(list)", "true", "(dict)"],
        Type::Map(_) | Type::Slice(_) => &["1", "\"x\"", "true", "1.5", "now"],
        Type::Named(_) => &["1", "\"x\"", "(list)", "(dict)"],
        _ => &[],
    }
}

/// Calls that end in an error whatever the function does.
pub fn calls(r: &mut Random, name: &str, signature: &Signature) -> Vec<String> {
    let fixed = signature.params.len() - usize::from(signature.variadic);
    let ty = |i: usize| signature.params.get(i).or(signature.params.last()).cloned().unwrap_or(Type::Any);
    let mut call = |count: usize, place: usize, other: &str| {
        let mut text = name.to_owned();
        for i in 0..count {
            text.push(' ');
            text += &if i == place { other.to_owned() } else { random::argument(r, name, &ty(i)) };
        }
        text
    };
    let mut all = Vec::new();
    if fixed > 0 {
        all.push(call(fixed - 1, usize::MAX, ""));
    }
    if !signature.variadic {
        all.push(call(fixed + 1, usize::MAX, ""));
    }
    for place in 0..signature.params.len() {
        let count = fixed.max(place + 1);
        all.extend(unfit(&ty(place)).iter().map(|other| call(count, place, other)));
    }
    all
}
