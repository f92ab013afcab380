//! `math.Max`, `math.Min` and powers of ten as Go computes them.

/// `math.Max`: an infinity wins over NaN, NaN over numbers, +0 over -0.
pub(super) fn max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

/// `math.Min`: a negative infinity wins over NaN, NaN over numbers, -0 over +0.
pub(super) fn min(a: f64, b: f64) -> f64 {
    if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
        f64::NEG_INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { a } else { b }
    } else if a < b {
        a
    } else {
        b
    }
}

/// `math.Pow(10, n)`: repeated squaring of a mantissa in [0.5, 1), whose rounding differs from a library's `pow`.
pub(super) fn power_of_ten(n: i64) -> f64 {
    match n {
        0 => return 1.0,
        1 => return 10.0,
        _ => {}
    }
    // The exponent went through float64, so the largest integers are 2^63 there.
    let magnitude = (n as f64).abs();
    if magnitude >= 9_223_372_036_854_775_808.0 {
        return if n > 0 { f64::INFINITY } else { 0.0 };
    }
    let (mut square, mut square_exponent) = (0.625_f64, 4_i64);
    let (mut mantissa, mut exponent) = (1.0_f64, 0_i64);
    let mut bits = magnitude as u64;
    while bits != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&square_exponent) {
            exponent += square_exponent;
            break;
        }
        if bits & 1 == 1 {
            mantissa *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        bits >>= 1;
    }
    if n < 0 { scale(1.0 / mantissa, -exponent) } else { scale(mantissa, exponent) }
}

/// `math.Ldexp`: `f` times two to a power, rounded once.
fn scale(f: f64, exponent: i64) -> f64 {
    // Outside of this range everything is zero or infinite; two exact steps reach the rest, the last one rounds.
    let mut exponent = exponent.clamp(-2200, 2200) as i32;
    let mut f = f;
    while exponent > 1000 {
        f *= 2f64.powi(1000);
        exponent -= 1000;
    }
    if exponent < -1000 {
        // Goes down in steps that stay among the normal numbers, so that only the last one rounds.
        f *= 2f64.powi(-900);
        exponent += 900;
        while exponent < -1000 {
            f *= 2f64.powi(-900);
            exponent += 900;
        }
    }
    f * 2f64.powi(exponent)
}
