//! Numbers as `golang.org/x/text/message` prints them in English.

use govalue::strconv::format_float;

/// `%d`: groups of three digits.
pub(crate) fn integer(number: i64) -> String {
    grouped(&number.to_string())
}

/// `%v` of a `float64`: from a million up as a power of ten, with superscript digits.
pub(crate) fn float(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    let text = format_float(number, b'g', -1, 64);
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return match text.split_once('.') {
            Some((whole, fraction)) => format!("{}.{fraction}", grouped(whole)),
            None => grouped(&text),
        };
    };
    let superscript = |c: char| match c {
        '-' => Some('⁻'),
        '+' => None,
        digit => digit.to_digit(10).and_then(|d| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(d as usize)),
    };
    format!("{mantissa}×10{}", exponent.chars().filter_map(superscript).collect::<String>())
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_the_message_package() {
        for (number, text) in [
            (0.0, "0"),
            (-1000.0, "-1,000"),
            (1234.5, "1,234.5"),
            (999_999.0, "999,999"),
            (1e6, "1×10⁰⁶"),
            (1_234_567.5, "1.2345675×10⁰⁶"),
            (0.0001, "0.0001"),
            (1.25e-7, "1.25×10⁻⁰⁷"),
            (1.5e300, "1.5×10³⁰⁰"),
        ] {
            assert_eq!(float(number), text);
        }
        assert_eq!(integer(1_000_000), "1,000,000");
    }
}
