//! Arithmetic in decimal digits, as `github.com/shopspring/decimal` does it for Sprig's `addf` and its siblings.

use num_bigint::BigInt;
use num_traits::{Pow, Signed, Zero};

use crate::function::Outcome;

/// Digits after the point in a quotient that does not come out even.
const DIVISION_PRECISION: i64 = 16;

/// Digits that a number may have before it is refused; Go goes on until memory ends.
const MAX_DIGITS: i64 = 1 << 20;

/// `value * 10^exponent`.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The shortest digits that read back as the same float.
    pub(super) fn from_float(f: f64) -> Outcome<Decimal> {
        if !f.is_finite() {
            let name = if f.is_nan() {
                "NaN"
            } else if f > 0.0 {
                "+Inf"
            } else {
                "-Inf"
            };
            return Err(format!("Cannot create a Decimal from {name}").into());
        }
        let text = format!("{f:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let value = format!("{whole}{fraction}").parse().unwrap_or_default();
        let exponent = exponent.parse::<i64>().unwrap_or_default() - fraction.len() as i64;
        Ok(Decimal { value, exponent })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        // Reading decimal digits rounds correctly, so the text is a way to the nearest float.
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(f64::NAN)
    }

    pub(super) fn add(&self, other: &Decimal) -> Outcome<Decimal> {
        let exponent = self.exponent.min(other.exponent);
        Ok(Decimal { value: self.rescaled(exponent)? + other.rescaled(exponent)?, exponent })
    }

    pub(super) fn sub(&self, other: &Decimal) -> Outcome<Decimal> {
        let exponent = self.exponent.min(other.exponent);
        Ok(Decimal { value: self.rescaled(exponent)? - other.rescaled(exponent)?, exponent })
    }

    pub(super) fn mul(&self, other: &Decimal) -> Outcome<Decimal> {
        let exponent = int32_exponent(self.exponent + other.exponent)?;
        Ok(Decimal { value: &self.value * &other.value, exponent })
    }

    /// The quotient rounded half away from zero at the sixteenth place.
    pub(super) fn div(&self, other: &Decimal) -> Outcome<Decimal> {
        if other.value.is_zero() {
            return Err("decimal division by 0".into());
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (mut dividend, mut divisor) = (self.value.clone(), other.value.clone());
        if shift < 0 {
            divisor *= power_of_ten(-shift)?;
        } else {
            dividend *= power_of_ten(shift)?;
        }
        let mut quotient = &dividend / &divisor;
        let remainder = dividend - &quotient * &divisor;
        if remainder.abs() * 2 >= divisor.abs() {
            let negative = self.value.is_negative() != other.value.is_negative() && !self.value.is_zero();
            quotient += if negative { -1 } else { 1 };
        }
        Ok(Decimal { value: quotient, exponent: -DIVISION_PRECISION })
    }

    fn rescaled(&self, exponent: i64) -> Outcome<BigInt> {
        Ok(&self.value * power_of_ten(self.exponent - exponent)?)
    }
}

/// The package keeps exponents in 32 bits and panics beyond.
fn int32_exponent(exponent: i64) -> Outcome<i64> {
    match i32::try_from(exponent) {
        Ok(_) => Ok(exponent),
        Err(_) => Err(format!("exponent {exponent} overflows an int32!").into()),
    }
}

fn power_of_ten(exponent: i64) -> Outcome<BigInt> {
    if exponent > MAX_DIGITS {
        return Err("overflow in decimal arithmetic".into());
    }
    Ok(Pow::pow(BigInt::from(10), exponent as u64))
}
