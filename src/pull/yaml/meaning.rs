use granit_parser::{ScalarStyle, Tag};

use crate::model::Number;
use crate::pull::Content;

/// What a scalar says, by the rules by which the project reads it; nothing if those refuse it.
pub(super) fn of_scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Content> {
    match tag {
        None if style == ScalarStyle::Plain => of_plain(text),
        None => Some(Content::text(text)),
        Some(tag) if is_not_plain(tag) => Some(Content::text(text)),
        Some(tag) => of_tagged(text, tag.core_suffix()?),
    }
}

/// `!` alone means: not plain.
fn is_not_plain(tag: &Tag) -> bool {
    matches!((tag.handle(), tag.suffix()), ("", "!") | ("!", ""))
}

fn of_tagged(text: &str, tag: &str) -> Option<Content> {
    if tag == "str" {
        return Some(Content::text(text));
    }
    let content = of_plain(text)?;
    let fits = match (&content, tag) {
        (Content::Null, "null") | (Content::Bool(_), "bool") | (Content::Number(_), "float") => true,
        (Content::Number(number), "int") => number.as_i64().is_some(),
        _ => false,
    };
    fits.then_some(content)
}

/// What a plain scalar says by the core schema of YAML 1.2.
pub(super) fn of_plain(text: &str) -> Option<Content> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Some(Content::Null),
        "true" | "True" | "TRUE" => Some(Content::Bool(true)),
        "false" | "False" | "FALSE" => Some(Content::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => None,
        _ => match unsigned(text) {
            ".inf" | ".Inf" | ".INF" => None,
            digits => number_or_text(text, digits),
        },
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn number_or_text(text: &str, digits: &str) -> Option<Content> {
    if let Some(whole) = whole(text, digits) {
        return whole.ok().and_then(|whole| Number::from_i64(whole).ok()).map(Content::Number);
    }
    if !is_float(digits) {
        return Some(Content::text(text));
    }
    text.parse().ok().and_then(|float| Number::from_f64(float).ok()).map(Content::Number)
}

/// Decimal with a sign, or octal and hexadecimal without one.
fn whole(text: &str, digits: &str) -> Option<Result<i64, std::num::ParseIntError>> {
    let all = |digits: &str, radix: u32| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    if all(digits, 10) {
        return Some(text.parse());
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(rest) = text.strip_prefix(prefix).filter(|rest| all(rest, radix)) {
            return Some(i64::from_str_radix(rest, radix));
        }
    }
    None
}

/// `[0-9]+(\.[0-9]*)?` or `\.[0-9]+`, then perhaps an exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(unsigned(exponent))),
        None => (text, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some = !whole.is_empty() || !fraction.is_empty();
    some && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}
