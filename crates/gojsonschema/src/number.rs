//! Decimal numbers of any length, compared exactly: what the library does with `math/big.Rat`.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// A decimal number: `0.DIGITS × 10^point`, without zeros at either end of the digits.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    point: i64,
}

/// The largest exponent that `Rat.SetString` takes.
const MAX_EXPONENT: i64 = 1_000_000;

impl Decimal {
    /// Reads a number of JSON, or a float as Go prints it. Nothing for exponents beyond all measure.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if exponent.abs() > MAX_EXPONENT || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let zeros = digits.iter().take_while(|b| **b == b'0').count();
        digits.drain(..zeros);
        if digits.is_empty() {
            return Some(Decimal { negative: false, digits, point: 0 });
        }
        let point = whole.len() as i64 + exponent - zeros as i64;
        Some(Decimal { negative, digits, point })
    }

    /// Whether there is no fraction (`Rat.IsInt`).
    pub(crate) fn is_integer(&self) -> bool {
        self.digits.len() as i64 <= self.point || self.digits.is_empty()
    }

    /// A count, as the library reads limits: a whole number that an `int` holds.
    pub(crate) fn as_count(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        // What is too long for an int keeps its last 64 bits in Go; behind 64 zeros these are all 0.
        let length = self.point.min(self.digits.len() as i64 + 64) as usize;
        let digit = |at| i64::from(self.digits.get(at).map_or(0, |b| b - b'0'));
        let count = (0..length).fold(0_i64, |count, at| count.wrapping_mul(10).wrapping_add(digit(at)));
        Some(if self.negative { count.wrapping_neg() } else { count })
    }

    /// The nearest float (`Rat.Float64`).
    pub(crate) fn as_float(&self) -> f64 {
        if self.digits.is_empty() {
            return 0.0;
        }
        let digits = String::from_utf8_lossy(&self.digits);
        let text = format!("{}0.{digits}e{}", if self.negative { "-" } else { "" }, self.point);
        text.parse().unwrap_or(0.0)
    }

    /// Whether this divided by the other is whole. The other is not zero.
    pub(crate) fn is_multiple_of(&self, other: &Decimal) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let scale = |n: &Decimal| n.point - n.digits.len() as i64;
        // Neither ends with a zero, so none can be taken out of this one.
        let Ok(exponent) = u64::try_from(scale(self) - scale(other)) else { return false };
        let number = |n: &Decimal| BigUint::parse_bytes(&n.digits, 10).unwrap_or_default();
        let divisor = number(other);
        if divisor == BigUint::ZERO {
            return false;
        }
        let power = BigUint::from(10_u8).modpow(&BigUint::from(exponent), &divisor);
        number(self) * power % divisor == BigUint::ZERO
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        let sign = |n: &Decimal| match (n.digits.is_empty(), n.negative) {
            (true, _) => 0,
            (_, true) => -1,
            _ => 1,
        };
        let size = || (self.point, &self.digits).cmp(&(other.point, &other.digits));
        sign(self).cmp(&sign(other)).then_with(|| if self.negative { size().reverse() } else { size() })
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn numbers_are_compared_exactly() {
        let ascending = [
            "-1e400", "-2", "-1.5", "-0.001", "0", "1e-400", "0.1", "0.11", "1", "9.99", "1e1", "1e+06",
            "1e400",
        ];
        for pair in ascending.windows(2) {
            assert!(decimal(pair[0]) < decimal(pair[1]), "{pair:?}");
        }
        for (a, b) in [("1.0", "1"), ("1e2", "100.00"), ("-0", "0"), ("0.0e5", "0")] {
            assert_eq!(decimal(a), decimal(b));
        }
        assert_eq!(Decimal::parse("1e1000001"), None);
        assert_eq!(Decimal::parse("NaN"), None);
    }

    #[test]
    fn numbers_are_divided_exactly() {
        for (a, b, multiple) in [
            ("0.3", "0.1", true),
            ("10", "4", false),
            ("12", "4", true),
            ("1e300", "3", false),
            ("3e300", "3", true),
            ("0", "7", true),
            ("1", "1e10", false),
            ("1e6", "0.5", true),
        ] {
            assert_eq!(decimal(a).is_multiple_of(&decimal(b)), multiple, "{a} of {b}");
        }
        assert!(decimal("1e2").is_integer() && !decimal("1.5").is_integer());
        assert_eq!(decimal("1.5e1").as_count(), Some(15));
        assert_eq!(decimal("0.25").as_float(), 0.25);
    }
}
