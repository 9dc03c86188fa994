//! When a certificate ends: the one field of it that is read, so that no parser of certificates is needed.
//!
//! Whether it is to be trusted is decided by the TLS library, before anything comes here.

/// A value in DER: tag, content.
type Element<'a> = (u8, &'a [u8]);

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The second, since 1970, at which a certificate in DER ends (RFC 5280, 4.1.2.5); none if it does not say so.
pub(super) fn expiry(certificate: &[u8]) -> Option<i64> {
    let (certificate, _) = of_tag(certificate, SEQUENCE)?;
    let (mut rest, _) = of_tag(certificate, SEQUENCE)?;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.1;
    }
    // Serial number, signature, issuer.
    for _ in 0..3 {
        rest = element(rest)?.1;
    }
    let (validity, _) = of_tag(rest, SEQUENCE)?;
    let (_, end) = element(validity)?;
    let ((tag, text), _) = element(end)?;
    time(tag, text)
}

fn of_tag(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let ((found, content), rest) = element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// The first element, and what follows it. Lengths of up to four bytes.
fn element(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(((*tag, content), rest))
}

/// `YYMMDDHHMMSSZ`, with years from 1950 to 2049, or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = number(text, 2)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => number(text, 4)?,
        _ => return None,
    };
    let (month, rest) = number(rest, 2)?;
    let (day, rest) = number(rest, 2)?;
    let (hour, rest) = number(rest, 2)?;
    let (minute, rest) = number(rest, 2)?;
    let (second, _) = number(rest, 2)?;
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    in_range.then(|| days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(digits)?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| number.parse().ok().map(|number| (number, rest)))?
}

/// Days from 1970-01-01, in the Gregorian calendar: years begin in March, so that a leap day is their last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(year: i32) -> Vec<u8> {
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(year, 2, 28);
        let key = rcgen::KeyPair::generate().unwrap();
        parameters.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_end_is_read_in_both_forms_of_time() {
        // Counted with `date -u -d 2030-02-28 +%s` and `date -u -d 2060-02-28 +%s`.
        assert_eq!(expiry(&certificate(2030)), Some(1_898_467_200));
        assert_eq!(expiry(&certificate(2060)), Some(2_845_152_000));
    }

    #[test]
    fn what_is_no_certificate_ends_never() {
        let whole = certificate(2030);
        for length in 0..whole.len().min(160) {
            assert_eq!(expiry(&whole[..length]), None, "{length}");
        }
        for bytes in [&b"\x30\x80"[..], b"\x30\x84\xff\xff\xff\xff", b"hello", b"\x30\x03\x02\x01\x00"] {
            assert_eq!(expiry(bytes), None);
        }
        assert_eq!(time(UTC_TIME, b"300228000000"), None, "without its zone");
        assert_eq!(time(UTC_TIME, b"301328000000Z"), None, "in the thirteenth month");
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let table = [((1970, 1, 1), 0), ((2000, 3, 1), 11_017), ((2024, 2, 29), 19_782), ((1969, 12, 31), -1)];
        for ((year, month, day), expected) in table {
            assert_eq!(days(year, month, day), expected, "{year}-{month}-{day}");
        }
    }
}
