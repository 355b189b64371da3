//! Quantiles and tails of the normal, Student's t and F distributions, for any real degrees of freedom.

use std::f64::consts::{PI, SQRT_2};

/// From here on quantiles of Student's t are computed from those of the normal: up to `p = 1 - 1e-6` the expansion is
/// exact to 1e-11.
const NEARLY_NORMAL: f64 = 200.0;

/// The standard normal's distribution function.
pub fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x / SQRT_2) / 2.0
}

/// The `p` quantile of the standard normal, `0 < p < 1`, exact to 1e-15 of itself (Wichura 1988, algorithm AS 241,
/// PPND16).
pub fn normal_quantile(p: f64) -> f64 {
    let off = p - 0.5;
    if off.abs() <= 0.425 {
        return off * ratio(0.180625 - off * off, &CENTRE);
    }
    let depth = (-p.min(1.0 - p).ln()).sqrt();
    let beyond = if depth <= 5.0 { ratio(depth - 1.6, &FLANK) } else { ratio(depth - 5.0, &TAIL) };
    beyond.copysign(off)
}

/// Coefficients of a numerator and a denominator, the constants first.
type Ratio = [[f64; 8]; 2];

/// Of the quantile over `p - 1/2`, by what is missing from its square to 0.425 squared.
const CENTRE: Ratio = [
    [
        3.387_132_872_796_366_6,
        1.331_416_678_917_843_8e2,
        1.971_590_950_306_551_4e3,
        1.373_169_376_550_946e4,
        4.592_195_393_154_987e4,
        6.726_577_092_700_87e4,
        3.343_057_558_358_813e4,
        2.509_080_928_730_122_7e3,
    ],
    [
        1.0,
        4.231_333_070_160_091e1,
        6.871_870_074_920_579e2,
        5.394_196_021_424_751e3,
        2.121_379_430_158_659_7e4,
        3.930_789_580_009_271e4,
        2.872_908_573_572_194_3e4,
        5.226_495_278_852_854e3,
    ],
];
/// By `sqrt(-ln tail) - 1.6`.
const FLANK: Ratio = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        2.417_807_251_774_506e-1,
        2.272_384_498_926_918_4e-2,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        6.897_673_349_851e-1,
        1.481_039_764_274_800_8e-1,
        1.519_866_656_361_645_7e-2,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];
/// By `sqrt(-ln tail) - 5`.
const TAIL: Ratio = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        2.965_605_718_285_048_7e-1,
        2.653_218_952_657_612_4e-2,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        5.998_322_065_558_88e-1,
        1.369_298_809_227_358e-1,
        1.487_536_129_085_061_5e-2,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

fn ratio(x: f64, of: &Ratio) -> f64 {
    let at = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, it| sum * x + it);
    at(&of[0]) / at(&of[1])
}

/// Student's t distribution function with `df` degrees of freedom; infinite: the normal.
pub fn student_cdf(x: f64, df: f64) -> f64 {
    if x > 0.0 { 1.0 - upper_tail(x, df) } else { upper_tail(-x, df) }
}

/// The `p` quantile of Student's t with `df` degrees of freedom, `0 < p < 1`; infinite: the normal.
pub fn student_quantile(p: f64, df: f64) -> f64 {
    if df >= NEARLY_NORMAL {
        return from_normal(normal_quantile(p), df);
    }
    let scale = (-ln_beta_half(df / 2.0)).exp() / df.sqrt();
    // Near enough from here on: two or three steps remain.
    let guess = (df >= 5.0).then(|| from_normal(normal_quantile(p), df).abs());
    upper_point(p, guess, |x| upper_tail(x, df), |x| scale * (1.0 + x * x / df).powf(-(df + 1.0) / 2.0))
}

/// The chance that an F variable with `df1` and `df2` degrees of freedom is above `f`.
pub fn f_upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let (a, b) = (df2 / 2.0, df1 / 2.0);
    let ln_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    incomplete_beta(a, b, df2 / (df2 + df1 * f), df1 * f / (df2 + df1 * f), ln_beta)
}

/// The chance that t is above `x`, which is not negative.
fn upper_tail(x: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal_cdf(-x);
    }
    let square = x * x;
    let (a, whole) = (df / 2.0, df + square);
    incomplete_beta(a, 0.5, df / whole, square / whole, ln_beta_half(a)) / 2.0
}

/// Cornish and Fisher's expansion of a t quantile around the normal one (Abramowitz and Stegun 26.7.5).
fn from_normal(z: f64, df: f64) -> f64 {
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    let fourth =
        z * ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92160.0;
    let fifth = ((((27.0 * square + 339.0) * square + 930.0) * square - 1782.0) * square - 765.0) * square;
    let fifth = z * (fifth + 17955.0) / 368_640.0;
    z + (first + (second + (third + (fourth + fifth / df) / df) / df) / df) / df
}

/// `ln B(a, 1/2)`; for large `a` by the ratio's own series, as the difference of two large logarithms is
/// rough.
fn ln_beta_half(a: f64) -> f64 {
    let half_ln_pi = PI.ln() / 2.0;
    if a < 40.0 {
        return half_ln_pi + libm::lgamma(a) - libm::lgamma(a + 0.5);
    }
    // ln Gamma(a + 1/2) - ln Gamma(a) = ln(a)/2 - 1/(8a) + 1/(192a^3) - 1/(640a^5) + ...
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let tail =
        inverse * (1.0 / 8.0 - square * (1.0 / 192.0 - square * (1.0 / 640.0 - square * 17.0 / 14336.0)));
    half_ln_pi - a.ln() / 2.0 + tail
}

/// The regularised incomplete beta function `I_x(a, b)`; `y` is `1 - x`, given apart to keep its digits.
/// Continued fraction of Press et al., Numerical Recipes, section 6.4, by Lentz's method.
fn incomplete_beta(a: f64, b: f64, x: f64, y: f64, ln_beta: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    // The logarithm of a number near 1 is taken from what is missing to 1.
    let ln = |it: f64, rest: f64| if it > 0.5 { (-rest).ln_1p() } else { it.ln() };
    let front = (a * ln(x, y) + b * ln(y, x) - ln_beta).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, y) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |it: f64| if it.abs() < TINY { TINY } else { it };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for step in 1..100_000_u32 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// The point of a distribution around 0 with `p` below it, from its upper tail and density: Newton's steps
/// inside a bracket that every step narrows.
///
/// `guess`: a point near it, above 0.
fn upper_point(p: f64, guess: Option<f64>, tail: impl Fn(f64) -> f64, density: impl Fn(f64) -> f64) -> f64 {
    let above = p.min(1.0 - p);
    let sign = if p < 0.5 { -1.0 } else { 1.0 };
    if above >= 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, f64::INFINITY);
    if guess.is_none() {
        high = 1.0;
        while tail(high) > above && high < 1e300 {
            low = high;
            high *= 2.0;
        }
    }
    let mut x: f64 = guess.unwrap_or((low + high) / 2.0);
    for _ in 0..200 {
        let off = tail(x) - above;
        if off > 0.0 {
            low = x
        } else {
            high = x
        }
        let newton = x + off / density(x);
        // Newton's steps double the digits: after one of 1e-11 nothing but rounding is left.
        if (newton - x).abs() <= 1e-11 * x.abs() {
            return sign * newton;
        }
        let middle = if high.is_finite() { (low + high) / 2.0 } else { 2.0 * x };
        let next = if newton > low && newton < high { newton } else { middle };
        if (next - x).abs() <= 1e-15 * x.abs() {
            return sign * next;
        }
        x = next;
    }
    sign * x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-9 * want.abs().max(1e-9), "{got} is not {want}");
    }

    #[test]
    fn exact_quantiles_of_one_and_two_degrees() {
        // df 1: tan(pi (p - 1/2)). df 2: (2p - 1) sqrt(2 / (1 - (2p-1)^2)).
        for p in [0.6, 0.9, 0.975, 0.9999, 0.999_999] {
            close(student_quantile(p, 1.0), (PI * (p - 0.5)).tan());
            let off: f64 = 2.0 * p - 1.0;
            close(student_quantile(p, 2.0), off * (2.0 / (1.0 - off * off)).sqrt());
            close(student_quantile(1.0 - p, 2.0), -off * (2.0 / (1.0 - off * off)).sqrt());
        }
        assert_eq!(student_quantile(0.5, 3.0), 0.0);
    }

    #[test]
    fn quantiles_of_any_degrees() {
        // scipy.stats.t.ppf of SciPy 1.17, six digits.
        for (p, df, want) in [
            (0.975, 1.4, 6.657_003),
            (0.975, 2.37, 3.718_921),
            (0.975, 4.776254, 2.607_227),
            (0.975, 80.0, 1.990_063),
            (0.995, 1.9, 10.851_379),
            (0.9875, 3.0, 4.176_535),
            (0.99444444, 6.5, 3.510_525),
        ] {
            let got = student_quantile(p, df);
            assert!((got - want).abs() < 5.1e-7, "t({p}, {df}) = {got}, not {want}");
        }
        // 1.959964 and 5.997807 stand in any table of the normal.
        close(normal_quantile(0.975), 1.959_963_984_540_054);
        assert!((normal_quantile(1.0 - 1e-9) - 5.997_807).abs() < 1e-6);
        // All three stretches, against the distribution function, which is computed in another way.
        for p in
            [1e-300, 1e-100, 1e-14, 1e-12, 1e-6, 0.01, 0.074, 0.076, 0.3, 0.499, 0.5, 0.6, 0.924, 0.926, 0.99]
        {
            close(normal_cdf(normal_quantile(p)), p);
        }
    }

    #[test]
    fn quantile_and_distribution_are_inverse_and_join() {
        for df in [1.0, 1.7, 3.3, 10.0, 79.9, 80.1, 199.0, 201.0, 999.0, 1e5, 1e7] {
            for p in [0.6, 0.9, 0.975, 0.9999, 0.999_999] {
                close(1.0 - student_cdf(student_quantile(p, df), df), 1.0 - p);
                close(student_cdf(student_quantile(1.0 - p, df), df), 1.0 - p);
            }
        }
        // Just below and above the change of method; t' = -z (z^2 + 1) / 4 df^2 = -5.9e-5, times 2e-6: 1.2e-10.
        let step = student_quantile(0.975, 199.999_999) - student_quantile(0.975, 200.000_001);
        assert!((step - 1.2e-10).abs() < 2e-11, "{step}");
        assert!((student_quantile(0.975, f64::INFINITY) - normal_quantile(0.975)).abs() < 1e-15);
        assert_eq!(student_cdf(0.0, 5.0), 0.5);
    }

    #[test]
    fn tail_of_f() {
        // With 2 and d degrees the tail is (1 + 2f/d)^(-d/2); with 1 and d it is that of t squared.
        close(f_upper_tail(3.7, 2.0, 9.0), (1.0f64 + 2.0 * 3.7 / 9.0).powf(-4.5));
        close(f_upper_tail(4.0, 1.0, 7.3), 2.0 * (1.0 - student_cdf(2.0, 7.3)));
        assert_eq!(f_upper_tail(0.0, 3.0, 3.0), 1.0);
    }
}
