use super::ProblemKind;
use super::written::Data;
use crate::model::Number;

/// Reads a plain scalar by the core schema of YAML 1.2.
pub(super) fn resolve(text: &str) -> Result<Data, ProblemKind> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(Data::Null),
        "true" | "True" | "TRUE" => Ok(Data::Bool(true)),
        "false" | "False" | "FALSE" => Ok(Data::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Err(ProblemKind::NotFinite),
        _ => match unsigned(text) {
            ".inf" | ".Inf" | ".INF" => Err(ProblemKind::NotFinite),
            digits => number(text, digits),
        },
    }
}

fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

fn number(text: &str, digits: &str) -> Result<Data, ProblemKind> {
    if let Some(whole) = whole(text, digits) {
        let number = whole.ok().and_then(|number| Number::from_i64(number).ok()).ok_or(ProblemKind::UnsafeNumber)?;
        return Ok(Data::Number(number));
    }
    if !is_float(digits) {
        return Ok(Data::Text(text.to_owned()));
    }
    let float: f64 = text.parse().map_err(|_| ProblemKind::NotFinite)?;
    Number::from_f64(float).map(Data::Number).map_err(|_| ProblemKind::NotFinite)
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

/// Reads a scalar with a tag of the core schema.
pub(super) fn resolve_tagged(text: &str, tag: &str) -> Result<Data, ProblemKind> {
    let data = match tag {
        "str" => return Ok(Data::Text(text.to_owned())),
        "null" | "bool" | "int" | "float" => resolve(text)?,
        _ => return Err(ProblemKind::WrongTag),
    };
    let fits = match (&data, tag) {
        (Data::Null, "null") | (Data::Bool(_), "bool") | (Data::Number(_), "float") => true,
        (Data::Number(number), "int") => number.as_i64().is_some(),
        _ => false,
    };
    if fits { Ok(data) } else { Err(ProblemKind::WrongTag) }
}
